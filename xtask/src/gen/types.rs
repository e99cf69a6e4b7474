//! The types of the kernel that are built in: those of a list, cut out of the
//! BTF of a whole kernel.
//!
//! What lies inside a listed struct comes along; what it only points to does
//! where it is listed, and is declared by its name otherwise. `const` and its
//! like are left out, as nobody asks for them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use kernel::btf::{Btf, Kind, Space, TypeId};

use super::{Error, read, root};

/// What is built in: lines `KIND NAME`, where a name may end in `*`.
const LIST: &str = "crates/kernel/data/types.txt";
/// Where the types go; the number is that of the kernel they come from.
const PATH: &str = "crates/kernel/data/types-6.12.btf.z";

/// Numbers of the kinds in the format.
mod tag {
    pub const INT: u32 = 1;
    pub const PTR: u32 = 2;
    pub const ARRAY: u32 = 3;
    pub const STRUCT: u32 = 4;
    pub const UNION: u32 = 5;
    pub const ENUM: u32 = 6;
    pub const FWD: u32 = 7;
    pub const TYPEDEF: u32 = 8;
    pub const FUNC: u32 = 12;
    pub const FUNC_PROTO: u32 = 13;
    pub const VAR: u32 = 14;
    pub const TYPE_TAG: u32 = 18;
    pub const ENUM64: u32 = 19;
}

/// Cuts the types of the list out of a kernel's BTF and keeps them.
pub fn cut(from: &Path) -> Result<(), Error> {
    let file = |path: &Path, source| Error::File { path: path.to_owned(), source };
    let bytes = std::fs::read(from).map_err(|error| file(from, error))?;
    let btf = Btf::parse(Arc::new(bytes))
        .map_err(|why| Error::form("BTF", format!("{}: {why}", from.display())))?;
    let list = List::parse(&btf, &read(&root().join(LIST))?)?;
    let path = root().join(PATH);
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed =
        packed.write_all(&Writer::new(&btf, list).written()).and_then(|()| packed.finish());
    packed.and_then(|bytes| std::fs::write(&path, bytes)).map_err(|error| file(&path, error))
}

/// What the list asks for, by what the kernel has.
#[derive(Default)]
struct List {
    structs: HashSet<String>,
    /// Types in the order of the list, structs among them.
    wanted: Vec<TypeId>,
    /// Structs of operations, whose functions keep their parameters.
    operations: Vec<TypeId>,
    /// Enums that keep their values.
    enums: HashSet<TypeId>,
}

impl List {
    fn parse(btf: &Btf, text: &str) -> Result<Self, Error> {
        let mut list = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (kind, name) = line.split_once(' ').ok_or_else(|| Error::form("a line", line))?;
            let found = match kind {
                "const" => btf.enumerator(name).map(|(of, _)| of).into_iter().collect(),
                "kfunc" => {
                    let names = kernel::KFUNCS.iter().map(|kfunc| kfunc.name);
                    names.filter_map(|name| btf.find(name, Space::Func)).collect()
                }
                _ => find(btf, kind, name)?,
            };
            if found.is_empty() {
                return Err(Error::form("a name that the kernel does not have", line));
            }
            match kind {
                "const" | "enum" => list.enums.extend(&found),
                "struct" | "ops" => {
                    let names = found.iter().filter_map(|id| btf.get(*id));
                    list.structs.extend(names.map(|ty| ty.name.to_owned()));
                }
                _ => {}
            }
            if kind == "ops" {
                list.operations.extend(&found);
            }
            list.wanted.extend(found);
        }
        Ok(list)
    }
}

/// The types of a kind and a name, or of all names that begin so.
fn find(btf: &Btf, kind: &str, name: &str) -> Result<Vec<TypeId>, Error> {
    let space = match kind {
        "struct" | "ops" => Space::Struct,
        "enum" => Space::Enum,
        "typedef" => Space::Typedef,
        "func" => Space::Func,
        "var" => Space::Var,
        _ => return Err(Error::form("a kind of type", kind)),
    };
    let Some(start) = name.strip_suffix('*') else {
        return Ok(btf.find(name, space).into_iter().collect());
    };
    let names: BTreeSet<&str> =
        btf.names(space).into_iter().filter(|known| known.starts_with(start)).collect();
    Ok(names.into_iter().filter_map(|name| btf.find(name, space)).collect())
}

/// BTF in the making.
struct Writer<'a> {
    btf: &'a Btf,
    list: List,
    /// Prototypes that keep their parameters.
    kept: HashSet<TypeId>,
    types: Vec<Vec<u8>>,
    /// Types that were written, by what they are and whether something only
    /// points to them.
    known: HashMap<(TypeId, bool), u32>,
    /// Types that look alike are one.
    alike: HashMap<Vec<u8>, u32>,
    strings: Vec<u8>,
    offsets: HashMap<String, u32>,
}

impl<'a> Writer<'a> {
    fn new(btf: &'a Btf, list: List) -> Self {
        let mut writer = Self {
            btf,
            list,
            kept: HashSet::new(),
            types: Vec::new(),
            known: HashMap::new(),
            alike: HashMap::new(),
            strings: vec![0],
            offsets: HashMap::from([(String::new(), 0)]),
        };
        writer.keep_parameters();
        for id in writer.list.wanted.clone() {
            writer.add(id, false);
        }
        writer
    }

    /// Of pointers to functions those keep their parameters that are operations or
    /// the types of tracepoints.
    fn keep_parameters(&mut self) {
        let pointed = |id: TypeId| match self.btf.get(self.btf.resolve(id))?.kind {
            Kind::Ptr(to) => Some(self.btf.resolve(to)),
            _ => None,
        };
        let mut kept: HashSet<TypeId> =
            self.list.wanted.iter().filter_map(|id| pointed(*id)).collect();
        for id in &self.list.operations {
            if let Some(Kind::Struct { members, .. }) = self.btf.get(*id).map(|ty| ty.kind) {
                kept.extend(members.iter().filter_map(|member| pointed(member.ty)));
            }
        }
        self.kept = kept;
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(known) = self.offsets.get(text) {
            return *known;
        }
        let at = self.strings.len() as u32;
        self.strings.extend(text.as_bytes());
        self.strings.push(0);
        self.offsets.insert(text.to_owned(), at);
        at
    }

    /// A type's number here; `pointed`, if it is only pointed to.
    fn add(&mut self, id: TypeId, pointed: bool) -> u32 {
        let Some(ty) = self.btf.get(id) else { return 0 };
        match &ty.kind {
            Kind::Void => return 0,
            Kind::Modifier(inner) => return self.add(*inner, pointed),
            Kind::Struct { is_union, .. }
                if pointed && !ty.name.is_empty() && !self.list.structs.contains(ty.name) =>
            {
                return self.declared(ty.name, *is_union);
            }
            Kind::Fwd(is_union) => {
                let whole = self.btf.find(ty.name, Space::Struct);
                return match whole.filter(|_| self.list.structs.contains(ty.name)) {
                    Some(whole) => self.add(whole, false),
                    None => self.declared(ty.name, *is_union),
                };
            }
            Kind::FuncProto { .. } if pointed && !self.kept.contains(&id) => {
                return self.alike(vec![0, tag::FUNC_PROTO << 24, 0]);
            }
            _ => {}
        }
        let passes_on = matches!(ty.kind, Kind::Typedef(_) | Kind::TypeTag(_) | Kind::Array { .. });
        let key = (id, pointed && passes_on);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if let Kind::Struct { members, is_union } = &ty.kind {
            self.types.push(Vec::new());
            let number = self.types.len() as u32;
            self.known.insert(key, number);
            let made = self.structure(&ty, members, *is_union);
            if let Some(place) = self.types.get_mut(number as usize - 1) {
                *place = made;
            }
            return number;
        }
        let words = self.plain(id, &ty, key.1);
        let number = self.alike(words);
        self.known.insert(key, number);
        number
    }

    fn declared(&mut self, name: &str, is_union: bool) -> u32 {
        let name = self.text(name);
        self.alike(vec![name, tag::FWD << 24 | u32::from(is_union) << 31, 0])
    }

    /// The number of a type without a place for itself in it.
    fn alike(&mut self, words: Vec<u32>) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        if let Some(known) = self.alike.get(&bytes) {
            return *known;
        }
        self.types.push(bytes.clone());
        let number = self.types.len() as u32;
        self.alike.insert(bytes, number);
        number
    }

    fn structure(
        &mut self,
        ty: &kernel::btf::Type<'_>,
        members: &[kernel::btf::Member<'_>],
        is_union: bool,
    ) -> Vec<u8> {
        let has_bits = members.iter().any(|member| member.bit_size != 0);
        let kind = if is_union { tag::UNION } else { tag::STRUCT };
        let info = members.len() as u32 | kind << 24 | u32::from(has_bits) << 31;
        let mut words = vec![self.text(ty.name), info, ty.size];
        for member in members {
            let bits = u32::from(member.bit_size) << 24;
            words.extend([self.text(member.name), self.add(member.ty, false)]);
            words.push(member.bit_offset | bits);
        }
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// The words of a type other than a struct.
    fn plain(&mut self, id: TypeId, ty: &kernel::btf::Type<'_>, pointed: bool) -> Vec<u32> {
        let name = self.text(ty.name);
        match &ty.kind {
            Kind::Int { bits, signed, is_bool } => {
                let encoding = u32::from(*signed) | u32::from(*is_bool) << 2;
                vec![name, tag::INT << 24, ty.size, encoding << 24 | u32::from(*bits)]
            }
            Kind::Ptr(to) => vec![0, tag::PTR << 24, self.add(*to, true)],
            Kind::Array { element, len } => {
                let element = self.add(*element, pointed);
                vec![0, tag::ARRAY << 24, 0, element, 0, *len]
            }
            Kind::Typedef(to) => vec![name, tag::TYPEDEF << 24, self.add(*to, pointed)],
            Kind::TypeTag(to) => vec![name, tag::TYPE_TAG << 24, self.add(*to, pointed)],
            Kind::Func(proto) => vec![name, tag::FUNC << 24, self.add(*proto, false)],
            // Of what linkage it is nobody asks.
            Kind::Var(of) => vec![name, tag::VAR << 24, self.add(*of, false), 1],
            Kind::FuncProto { ret, params } => {
                let ret = self.add(*ret, false);
                let mut words = vec![0, tag::FUNC_PROTO << 24 | params.len() as u32, ret];
                for param in params {
                    words.extend([self.text(param.name), self.add(param.ty, false)]);
                }
                words
            }
            Kind::Enum { values, signed } => {
                let named: &[_] = if self.list.enums.contains(&id) { values } else { &[] };
                let kind = if ty.size == 8 { tag::ENUM64 } else { tag::ENUM };
                let info = kind << 24 | u32::from(*signed) << 31 | named.len() as u32;
                let mut words = vec![name, info, ty.size];
                for value in named {
                    words.extend([self.text(value.name), value.value as u32]);
                    if ty.size == 8 {
                        words.push((value.value >> 32) as u32);
                    }
                }
                words
            }
            _ => vec![name, tag::FWD << 24, 0],
        }
    }

    /// The whole table.
    fn written(self) -> Vec<u8> {
        let types = self.types.concat();
        let (types_len, strings_len) = (types.len() as u32, self.strings.len() as u32);
        let mut bytes = vec![0x9f, 0xeb, 1, 0];
        for word in [24, 0, types_len, types_len, strings_len] {
            bytes.extend(word.to_le_bytes());
        }
        [bytes, types, self.strings].concat()
    }
}
