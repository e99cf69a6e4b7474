//! A part of BTF: some types, and what they are made of.
//!
//! What lies inside a struct that is wanted comes along; what it only points to does
//! where it is wanted, too, and is declared by its name otherwise. `const` and its
//! like are left out, as nobody asks for them.

use std::collections::{HashMap, HashSet};

use super::{Btf, Kind, Member, Space, Type, TypeId};

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

/// Which types are cut out.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Names of the structs that are whole wherever they are pointed to.
    pub structs: HashSet<String>,
    /// The types, structs among them.
    pub types: Vec<TypeId>,
    /// Structs of operations, whose functions keep their parameters.
    pub operations: Vec<TypeId>,
    /// Enums that keep their values.
    pub enums: HashSet<TypeId>,
}

/// Writes BTF of the types that are wanted.
pub fn cut(btf: &Btf, wanted: Wanted) -> Vec<u8> {
    Writer::new(btf, wanted).written()
}

/// BTF in the making.
struct Writer<'a> {
    btf: &'a Btf,
    list: Wanted,
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
    fn new(btf: &'a Btf, list: Wanted) -> Self {
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
        for id in writer.list.types.clone() {
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
            self.list.types.iter().filter_map(|id| pointed(*id)).collect();
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

    fn structure(&mut self, ty: &Type<'_>, members: &[Member<'_>], is_union: bool) -> Vec<u8> {
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
    fn plain(&mut self, id: TypeId, ty: &Type<'_>, pointed: bool) -> Vec<u32> {
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
