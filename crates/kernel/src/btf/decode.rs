//! One record of BTF, decoded.

use super::{Btf, RECORD, Space, TypeId, word};

/// A type as it stands in the table.
#[derive(Clone, Debug)]
pub struct Type<'a> {
    /// Its name; empty if it has none.
    pub name: &'a str,
    /// Its size in bytes, of the kinds that have one.
    pub size: u32,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a type is.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// No type.
    Void,
    /// An integer.
    Int {
        /// Width in bits.
        bits: u8,
        /// With a sign.
        signed: bool,
        /// `_Bool`
        is_bool: bool,
    },
    /// A pointer.
    Ptr(TypeId),
    /// An array.
    Array {
        /// Type of its elements.
        element: TypeId,
        /// Their number.
        len: u32,
    },
    /// A struct or union.
    Struct {
        /// Its members in order.
        members: Vec<Member<'a>>,
        /// Whether they share their memory.
        is_union: bool,
    },
    /// An enum, of 32 or 64 bits.
    Enum {
        /// Its values.
        values: Vec<Enumerator<'a>>,
        /// Whether they have a sign.
        signed: bool,
    },
    /// A struct, or union if so, that is defined elsewhere.
    Fwd(bool),
    /// Another name of a type.
    Typedef(TypeId),
    /// `const`, `volatile` or `restrict`.
    Modifier(TypeId),
    /// An attribute before a type; its text is the name.
    TypeTag(TypeId),
    /// A function, whose type is a prototype.
    Func(TypeId),
    /// What a function takes and returns.
    FuncProto {
        /// Type returned.
        ret: TypeId,
        /// Parameters in order.
        params: Vec<Parameter<'a>>,
    },
    /// A variable.
    Var(TypeId),
    /// A section of variables.
    DataSec,
    /// A number with a fraction.
    Float,
    /// An attribute of a declaration; its text is the name.
    DeclTag {
        /// What it is about.
        target: TypeId,
        /// Which member or parameter; -1 is the whole.
        component: i32,
    },
}

/// A member of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name; empty for one whose members count as the struct's.
    pub name: &'a str,
    /// Its type.
    pub ty: TypeId,
    /// Bits from the start of the struct.
    pub bit_offset: u32,
    /// Width of a bit-field; 0 for others.
    pub bit_size: u8,
}

/// A value of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enumerator<'a> {
    /// Its name.
    pub name: &'a str,
    /// The number.
    pub value: i128,
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name; empty of the dots of a variadic one.
    pub name: &'a str,
    /// Its type; 0 for the dots.
    pub ty: TypeId,
}

const INT: u8 = 1;
const ARRAY: u8 = 3;
const STRUCT: u8 = 4;
const UNION: u8 = 5;
const ENUM: u8 = 6;
const TYPEDEF: u8 = 8;
pub(super) const VOLATILE: u8 = 9;
pub(super) const CONST: u8 = 10;
pub(super) const RESTRICT: u8 = 11;
const FUNC: u8 = 12;
const FUNC_PROTO: u8 = 13;
const VAR: u8 = 14;
const DATASEC: u8 = 15;
pub(super) const DECL_TAG: u8 = 17;
const ENUM64: u8 = 19;

/// Encodings of integers.
const SIGNED: u32 = 1;
const BOOL: u32 = 4;

/// A set of kinds, a bit for each.
const fn set(kinds: &[u8]) -> u32 {
    let (mut set, mut at) = (0, 0);
    while at < kinds.len() {
        set |= 1 << kinds[at];
        at += 1;
    }
    set
}

/// 1 for the kinds of a set, 0 for others; kinds have 5 bits.
#[inline]
fn in_set(tag: u8, set: u32) -> u32 {
    set >> (tag & 0x1f) & 1
}

/// How many bytes follow a record; `None` for a kind that does not exist.
///
/// All records of a kernel are walked, and no processor foretells their kinds:
/// this is worked out without a branch for each.
#[inline]
pub(super) fn tail(tag: u8, len: usize) -> Option<usize> {
    const NOTHING: u32 = set(&[2, 7, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, 16, 18]);
    const WORD: u32 = set(&[INT, VAR, DECL_TAG]);
    const THREE: u32 = set(&[ARRAY]);
    const THREE_EACH: u32 = set(&[STRUCT, UNION, DATASEC, ENUM64]);
    const TWO_EACH: u32 = set(&[ENUM, FUNC_PROTO]);
    let known = in_set(tag, NOTHING | WORD | THREE | THREE_EACH | TWO_EACH) != 0;
    let once = in_set(tag, WORD) + 3 * in_set(tag, THREE);
    let each = 3 * in_set(tag, THREE_EACH) + 2 * in_set(tag, TWO_EACH);
    known.then(|| 4 * (once as usize + each as usize * len))
}

/// Whether names of a kind belong to a space.
#[inline]
pub(super) fn has_space(tag: u8) -> bool {
    in_set(tag, set(&[STRUCT, UNION, ENUM, ENUM64, TYPEDEF, FUNC, VAR])) != 0
}

/// Whether a kind is an `enum`.
#[inline]
pub(super) fn is_enum(tag: u8) -> bool {
    in_set(tag, set(&[ENUM, ENUM64])) != 0
}

/// The space that names of a kind belong to.
pub(super) fn space(tag: u8) -> Option<Space> {
    Some(match tag {
        STRUCT | UNION => Space::Struct,
        ENUM | ENUM64 => Space::Enum,
        TYPEDEF => Space::Typedef,
        FUNC => Space::Func,
        VAR => Space::Var,
        _ => return None,
    })
}

/// The record at the start of the bytes.
pub(super) fn decode<'a>(btf: &'a Btf, record: &'a [u8]) -> Option<Type<'a>> {
    let (name, info, size) = (word(record, 0)?, word(record, 4)?, word(record, 8)?);
    let (tag, flag) = ((info >> 24) as u8 & 0x1f, info >> 31 != 0);
    let len = info as usize & 0xffff;
    let tail = record.get(RECORD..RECORD + tail(tag, len)?)?;
    let target = btf.id(size);
    let kind = match tag {
        INT => {
            let encoding = word(tail, 0)?;
            Kind::Int {
                bits: encoding as u8,
                signed: encoding >> 24 & SIGNED != 0,
                is_bool: encoding >> 24 & BOOL != 0,
            }
        }
        2 => Kind::Ptr(target),
        ARRAY => Kind::Array { element: btf.id(word(tail, 0)?), len: word(tail, 8)? },
        STRUCT | UNION => {
            let members = tail.as_chunks::<12>().0.iter();
            let members = members.map(|bytes| member(btf, bytes, flag)).collect::<Option<_>>()?;
            Kind::Struct { members, is_union: tag == UNION }
        }
        ENUM | ENUM64 => {
            let values = tail.chunks_exact(if tag == ENUM { 8 } else { 12 });
            let named = |bytes: &[u8]| {
                let value = value(bytes, tag, flag)?;
                Some(Enumerator { name: btf.text(word(bytes, 0)?), value })
            };
            Kind::Enum { values: values.map(named).collect::<Option<_>>()?, signed: flag }
        }
        7 => Kind::Fwd(flag),
        TYPEDEF => Kind::Typedef(target),
        VOLATILE..=RESTRICT => Kind::Modifier(target),
        FUNC => Kind::Func(target),
        FUNC_PROTO => {
            let params = tail.as_chunks::<8>().0.iter();
            let param = |bytes: &[u8; 8]| {
                Some(Parameter { name: btf.text(word(bytes, 0)?), ty: btf.id(word(bytes, 4)?) })
            };
            Kind::FuncProto { ret: target, params: params.map(param).collect::<Option<_>>()? }
        }
        VAR => Kind::Var(target),
        DATASEC => Kind::DataSec,
        16 => Kind::Float,
        DECL_TAG => Kind::DeclTag { target, component: word(tail, 0)? as i32 },
        18 => Kind::TypeTag(target),
        _ => return None,
    };
    let sized = matches!(tag, INT | STRUCT | UNION | ENUM | ENUM64 | 16);
    Some(Type { name: btf.text(name), size: if sized { size } else { 0 }, kind })
}

fn member<'a>(btf: &'a Btf, bytes: &[u8; 12], has_bits: bool) -> Option<Member<'a>> {
    let offset = word(bytes, 8)?;
    let (bit_offset, bit_size) =
        if has_bits { (offset & 0xff_ffff, (offset >> 24) as u8) } else { (offset, 0) };
    Some(Member {
        name: btf.text(word(bytes, 0)?),
        ty: btf.id(word(bytes, 4)?),
        bit_offset,
        bit_size,
    })
}

fn value(bytes: &[u8], tag: u8, signed: bool) -> Option<i128> {
    let low = word(bytes, 4)?;
    Some(match (tag, signed) {
        (ENUM, true) => (low as i32).into(),
        (ENUM, false) => low.into(),
        (_, signed) => {
            let wide = u64::from(word(bytes, 8)?) << 32 | u64::from(low);
            if signed { (wide as i64).into() } else { wide.into() }
        }
    })
}

/// The value that an enum at the start of the bytes has under a name, given
/// by its place among the strings.
pub(super) fn enumerator(record: &[u8], name: u32) -> Option<i128> {
    let info = word(record, 4)?;
    let (tag, signed) = ((info >> 24) as u8 & 0x1f, info >> 31 != 0);
    let tail = record.get(RECORD..RECORD + tail(tag, info as usize & 0xffff)?)?;
    let mut values = tail.chunks_exact(if tag == ENUM { 8 } else { 12 });
    value(values.find(|bytes| word(bytes, 0) == Some(name))?, tag, signed)
}
