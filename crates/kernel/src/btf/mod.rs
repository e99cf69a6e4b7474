//! BTF, the kernel's description of its own types, read where it lies.
//!
//! [`Btf::parse`] takes bytes, raw or in an ELF file's `.BTF` section, goes
//! through them once to learn where each type begins, and decodes a type when
//! it is asked for ([`Btf::get`]). Names are found by their place among the
//! strings, so that nothing is hashed that nobody asks about. A module's BTF
//! continues that of the kernel, and more modules continue it ([`Btf::split`]). Whatever the bytes hold,
//! nothing here panics or runs without an end: what is damaged is missing.
//!
//! The format is that of `include/uapi/linux/btf.h`.

mod built_in;
mod cut;
mod decode;
mod named;
mod section;
mod source;
mod spell;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

pub use built_in::{BUILT_IN_FROM, built_in};
pub use cut::{Wanted, cut};
pub use decode::{Enumerator, Kind, Member, Parameter, Type};
pub use named::Named;
pub use source::{Found, Source};
pub use spell::Signature;

/// Bytes that somebody owns: a vector, an embedded file, a mapped one.
pub type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Names a type; 0 is `void`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

const MAGIC: u16 = 0xeb9f;
const HEADER: usize = 24;
const RECORD: usize = 12;
/// Of so many types, the place of the first is kept, and those of the others are
/// walked to: fresh memory for all would take longer than what it spares.
const STRIDE: usize = 8;
/// Modifiers and names that stand for each other do so no deeper.
const MAX_DEPTH: usize = 32;

/// Why bytes are not BTF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// They begin otherwise.
    NotBtf,
    /// They are an ELF file without a `.BTF` section, or a damaged one.
    NoSection,
    /// They end too early, or contradict themselves.
    Damaged,
    /// They continue other BTF, which is not there.
    OfModule,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBtf => "it is neither BTF nor an ELF file",
            Self::NoSection => "the ELF file has no `.BTF` section",
            Self::Damaged => "the BTF is damaged",
            Self::OfModule => {
                "it is the BTF of a module, which continues that of its kernel: name the folder \
                 that has both, the kernel's as `vmlinux`"
            }
        })
    }
}

impl std::error::Error for Error {}

/// What kind of thing a name is looked up as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space {
    /// `struct` and `union`.
    Struct,
    /// `enum`.
    Enum,
    /// `typedef`.
    Typedef,
    /// Functions.
    Func,
    /// Variables.
    Var,
}

/// A table of types.
pub struct Btf {
    bytes: Bytes,
    /// Where the types lie in the bytes.
    types: Range<usize>,
    /// Where the strings lie in the bytes.
    strings: Range<usize>,
    base: Option<Arc<Btf>>,
    /// The first id of this table.
    first_id: u32,
    /// The id that the first type has where this table alone continues the
    /// kernel's.
    written_id: u32,
    /// Offset of the first string, in the same way.
    first_string: u32,
    /// Where every [`STRIDE`]th type begins, from the start of the types.
    starts: Vec<u32>,
    /// Where the name of each type lies; 0 for those of no name or no space.
    names: Vec<u32>,
    /// All `enum`s.
    enums: Vec<u32>,
    /// The names that were looked for, and what has them.
    asked: Mutex<HashMap<String, Arc<[TypeId]>>>,
}

impl fmt::Debug for Btf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Btf").field("types", &self.names.len()).finish_non_exhaustive()
    }
}

impl Btf {
    /// Reads BTF, raw or in an ELF file.
    ///
    /// # Errors
    /// The bytes are no BTF.
    pub fn parse(bytes: Bytes) -> Result<Self, Error> {
        Self::read(bytes, None)
    }

    /// Reads the BTF of a module, which continues that of its kernel; `base` may be
    /// that of another module of the same kernel.
    ///
    /// # Errors
    /// The bytes are no BTF.
    pub fn split(bytes: Bytes, base: Arc<Btf>) -> Result<Self, Error> {
        Self::read(bytes, Some(base))
    }

    fn read(bytes: Bytes, base: Option<Arc<Btf>>) -> Result<Self, Error> {
        let data = (*bytes).as_ref();
        let within = section::find(data)?;
        let btf = data.get(within.clone()).ok_or(Error::Damaged)?;
        if half(btf, 0) != Some(MAGIC) {
            return Err(Error::NotBtf);
        }
        let header = word(btf, 4).ok_or(Error::Damaged)? as usize;
        if header < HEADER {
            return Err(Error::Damaged);
        }
        let part = |at: usize| -> Option<Range<usize>> {
            let start = header.checked_add(word(btf, at)? as usize)?;
            let end = start.checked_add(word(btf, at + 4)? as usize)?;
            btf.get(start..end)?;
            Some(within.start + start..within.start + end)
        };
        let types = part(8).ok_or(Error::Damaged)?;
        let strings = part(16).ok_or(Error::Damaged)?;
        let continues = data.get(strings.start).is_some_and(|first| *first != 0);
        if base.is_none() && continues {
            return Err(Error::OfModule);
        }
        let first_id = base.as_ref().map_or(1, |base| base.next_id());
        let root = base.as_ref().map(|base| base.root());
        let (written_id, first_string) =
            root.map_or((1, 0), |root| (root.next_id(), root.next_string()));
        let mut table = Self {
            bytes,
            types,
            strings,
            base,
            first_id,
            written_id,
            first_string,
            starts: Vec::new(),
            names: Vec::new(),
            enums: Vec::new(),
            asked: Mutex::default(),
        };
        table.scan()?;
        Ok(table)
    }

    /// Learns where the types begin.
    fn scan(&mut self) -> Result<(), Error> {
        let bytes = self.bytes.clone();
        let types = (*bytes).as_ref().get(self.types.clone()).ok_or(Error::Damaged)?;
        // The kernel's own have 23 bytes each.
        self.names.reserve(types.len() / 20);
        let mut at = 0usize;
        while at < types.len() {
            let record = types.get(at..at + RECORD).ok_or(Error::Damaged)?;
            let (Some(name), Some(info)) = (word(record, 0), word(record, 4)) else {
                return Err(Error::Damaged);
            };
            let (tag, len) = parts(info);
            if self.names.len().is_multiple_of(STRIDE) {
                self.starts.push(at as u32);
            }
            if decode::is_enum(tag) {
                self.enums.push(self.next_id());
            }
            self.names.push(name * u32::from(decode::has_space(tag)));
            at += RECORD + decode::tail(tag, len).ok_or(Error::Damaged)?;
        }
        if at == types.len() { Ok(()) } else { Err(Error::Damaged) }
    }

    /// The kernel's own table.
    fn root(&self) -> &Self {
        let mut root = self;
        while let Some(base) = &root.base {
            root = base;
        }
        root
    }

    /// The type that this table's bytes call by a number.
    fn id(&self, written: u32) -> TypeId {
        match written.checked_sub(self.written_id) {
            Some(own) => TypeId(self.first_id.saturating_add(own)),
            None => TypeId(written),
        }
    }

    fn next_id(&self) -> u32 {
        self.first_id.saturating_add(self.names.len() as u32)
    }

    fn next_string(&self) -> u32 {
        self.first_string.saturating_add(self.strings.len() as u32)
    }

    fn strings(&self) -> &[u8] {
        (*self.bytes).as_ref().get(self.strings.clone()).unwrap_or_default()
    }

    /// A type.
    pub fn get(&self, id: TypeId) -> Option<Type<'_>> {
        if id.0 == 0 {
            return Some(Type { name: "", size: 0, kind: Kind::Void });
        }
        if id.0 < self.first_id {
            return self.base.as_ref()?.get(id);
        }
        decode::decode(self, self.record(id)?)
    }

    /// The bytes of a type of this table and of all behind it.
    fn record(&self, id: TypeId) -> Option<&[u8]> {
        let index = id.0.checked_sub(self.first_id)? as usize;
        // No further than there are types.
        self.names.get(index)?;
        let start = self.types.start + *self.starts.get(index / STRIDE)? as usize;
        let mut record = (*self.bytes).as_ref().get(start..self.types.end)?;
        for _ in 0..index % STRIDE {
            let (tag, len) = parts(word(record, 4)?);
            record = record.get(RECORD + decode::tail(tag, len)?..)?;
        }
        Some(record)
    }

    /// The kind of a type, as the format numbers it, without decoding it.
    fn tag(&self, id: TypeId) -> Option<u8> {
        if id.0 < self.first_id {
            return self.base.as_ref()?.tag(id);
        }
        Some(parts(word(self.record(id)?, 4)?).0)
    }

    /// The text at an offset as this table's bytes have it; empty if there is none.
    pub fn text(&self, offset: u32) -> &str {
        let Some(own) = offset.checked_sub(self.first_string) else {
            return if self.base.is_some() { self.root().text(offset) } else { "" };
        };
        let rest = self.strings().get(own as usize..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == 0).unwrap_or(0);
        rest.get(..end).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// Where a text lies among this table's own strings.
    fn own_offset(&self, name: &str) -> Option<u32> {
        if name.is_empty() || name.contains('\0') {
            return None;
        }
        let strings = self.strings();
        // A text begins behind a NUL or with all of them, and ends with one.
        let wanted = [b"\0", name.as_bytes(), b"\0"].concat();
        let at = match strings.starts_with(wanted.get(1..)?) {
            true => 0,
            false => memchr::memmem::find(strings, &wanted)? + 1,
        };
        self.first_string.checked_add(u32::try_from(at).ok()?)
    }

    /// Where a text lies among the strings, as this table's bytes have it.
    fn offset(&self, name: &str) -> Option<u32> {
        let of_kernel = self.base.as_ref().and_then(|_| self.root().own_offset(name));
        of_kernel.or_else(|| self.own_offset(name))
    }

    /// All types of a name in a space, those of the base first.
    pub fn all(&self, name: &str, space: Space) -> Vec<TypeId> {
        let mut found = self.base.as_ref().map_or_else(Vec::new, |base| base.all(name, space));
        let is_wanted = |id: &TypeId| self.space(*id) == Some(space);
        found.extend(self.own(name).iter().copied().filter(is_wanted));
        found
    }

    /// The types of this table that have a name: where it lies, and the id.
    fn named_ids(&self) -> impl Iterator<Item = (u32, TypeId)> {
        let ids = (self.first_id..).map(TypeId);
        self.names.iter().copied().zip(ids).filter(|(text, _)| *text != 0)
    }

    /// The types of this table whose name lies there. Parts of the list are left out as
    /// a whole, which takes less time than to ask of each.
    fn called(&self, text: u32) -> impl Iterator<Item = TypeId> {
        const PART: usize = 256;
        let parts = self.names.chunks(PART).zip((self.first_id..).step_by(PART));
        let parts = parts.filter(move |(part, _)| text != 0 && part.contains(&text));
        parts.flat_map(move |(part, first)| {
            let ids = (first..).map(TypeId);
            part.iter().zip(ids).filter(move |(name, _)| **name == text).map(|(_, id)| id)
        })
    }

    /// All types of a name in this table alone, in all spaces; each name is looked for
    /// once.
    fn own(&self, name: &str) -> Arc<[TypeId]> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = asked.get(name) {
            return Arc::clone(known);
        }
        let own: Arc<[TypeId]> =
            self.offset(name).map_or_else(|| Arc::from([]), |text| self.called(text).collect());
        asked.insert(name.to_owned(), Arc::clone(&own));
        own
    }

    /// The first type of a name in a space.
    pub fn find(&self, name: &str, space: Space) -> Option<TypeId> {
        self.all(name, space).into_iter().next()
    }

    /// The space that a type's name belongs to.
    pub fn space(&self, id: TypeId) -> Option<Space> {
        decode::space(self.tag(id)?)
    }

    /// All names of a space, in the order of the table.
    pub fn names(&self, space: Space) -> Vec<&str> {
        let mut names = self.base.as_ref().map_or_else(Vec::new, |base| base.names(space));
        let own = self.named_ids().filter(|(_, id)| self.space(*id) == Some(space));
        names.extend(own.map(|(text, _)| self.text(text)));
        names
    }

    /// The value of an enumerator, and the `enum` that has it.
    pub fn enumerator(&self, name: &str) -> Option<(TypeId, i128)> {
        let of_base = self.base.as_ref().and_then(|base| base.enumerator(name));
        if of_base.is_some() {
            return of_base;
        }
        let offset = self.offset(name)?;
        self.enums.iter().find_map(|id| {
            Some((TypeId(*id), decode::enumerator(self.record(TypeId(*id))?, offset)?))
        })
    }

    /// The values that enums have under a name, each with the first `enum` that has it.
    pub fn enumerators(&self, name: &str) -> Vec<(TypeId, i128)> {
        let mut found = self.base.as_ref().map_or_else(Vec::new, |base| base.enumerators(name));
        let Some(offset) = self.offset(name) else { return found };
        for id in &self.enums {
            let value = self.record(TypeId(*id)).and_then(|at| decode::enumerator(at, offset));
            if let Some(value) = value.filter(|value| found.iter().all(|(_, seen)| seen != value)) {
                found.push((TypeId(*id), value));
            }
        }
        found
    }

    /// The first pointer to a struct of this name.
    pub fn pointer_to(&self, name: &str) -> Option<TypeId> {
        let wanted = self.find(name, Space::Struct)?;
        let mut ids = (1..self.next_id()).map(TypeId);
        ids.find(
            |id| matches!(self.get(*id).map(|ty| ty.kind), Some(Kind::Ptr(to)) if to == wanted),
        )
    }

    /// The type behind `const`, `volatile`, `restrict` and tags.
    pub fn bare(&self, id: TypeId) -> TypeId {
        self.peel(id, false)
    }

    /// The type behind modifiers and typedefs.
    pub fn resolve(&self, id: TypeId) -> TypeId {
        self.peel(id, true)
    }

    fn peel(&self, id: TypeId, typedefs: bool) -> TypeId {
        let mut id = id;
        for _ in 0..MAX_DEPTH {
            id = match self.get(id).map(|ty| ty.kind) {
                Some(Kind::Modifier(inner) | Kind::TypeTag(inner)) => inner,
                Some(Kind::Typedef(inner)) if typedefs => inner,
                _ => return id,
            };
        }
        TypeId(0)
    }

    /// Whether a tag such as `user`, `percpu` or `rcu` stands before a type.
    pub fn is_tagged(&self, id: TypeId, tag: &str) -> bool {
        let mut id = id;
        for _ in 0..MAX_DEPTH {
            let Some(ty) = self.get(id) else { return false };
            id = match ty.kind {
                Kind::TypeTag(_) if ty.name == tag => return true,
                Kind::Modifier(inner) | Kind::TypeTag(inner) | Kind::Typedef(inner) => inner,
                _ => return false,
            };
        }
        false
    }

    /// A type's size in bytes; `None` where it has none.
    pub fn size(&self, id: TypeId) -> Option<u64> {
        let mut id = self.resolve(id);
        let mut count = 1u64;
        for _ in 0..MAX_DEPTH {
            let ty = self.get(id)?;
            let one = match ty.kind {
                Kind::Array { element, len } => {
                    count = count.checked_mul(len.into())?;
                    id = self.resolve(element);
                    continue;
                }
                Kind::Ptr(_) => 8,
                Kind::Int { .. } | Kind::Struct { .. } | Kind::Enum { .. } | Kind::Float => ty.size,
                _ => return None,
            };
            return count.checked_mul(one.into());
        }
        None
    }
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    bytes.try_into().ok().map(u16::from_le_bytes)
}

/// The kind of a record and how many parts it has.
fn parts(info: u32) -> (u8, usize) {
    ((info >> 24) as u8 & 0x1f, info as usize & 0xffff)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    bytes.try_into().ok().map(u32::from_le_bytes)
}
