//! The names of Python's `ctypes` that are BPF types, as a table.

use ir::{IntType, PtrType, Region, Type};

/// A name of `ctypes` and what it is.
pub(crate) enum CType {
    /// A BPF type.
    Type(Type),
    /// A type that the kernel does not have.
    Float,
}

/// Integer names: name, bits, signed. x86_64 and aarch64 agree on them.
const INTS: &[(&str, u8, bool)] = &[
    ("c_int8", 8, true),
    ("c_int16", 16, true),
    ("c_int32", 32, true),
    ("c_int64", 64, true),
    ("c_uint8", 8, false),
    ("c_uint16", 16, false),
    ("c_uint32", 32, false),
    ("c_uint64", 64, false),
    ("c_byte", 8, true),
    ("c_ubyte", 8, false),
    ("c_char", 8, true),
    ("c_short", 16, true),
    ("c_ushort", 16, false),
    ("c_int", 32, true),
    ("c_uint", 32, false),
    ("c_long", 64, true),
    ("c_ulong", 64, false),
    ("c_longlong", 64, true),
    ("c_ulonglong", 64, false),
    ("c_size_t", 64, false),
    ("c_ssize_t", 64, true),
];

const FLOATS: &[&str] = &["c_float", "c_double", "c_longdouble"];

/// What a name of `ctypes` is, if BPF code can say anything about it.
pub(crate) fn ctype(name: &str) -> Option<CType> {
    if let Some(&(_, bits, signed)) = INTS.iter().find(|(known, ..)| *known == name) {
        return Some(CType::Type(Type::Int(IntType { bits, signed })));
    }
    let opaque = |pointee: Option<Type>| {
        let pointee = pointee.map(Box::new);
        Some(CType::Type(Type::Ptr(PtrType { pointee, region: Region::Opaque, nullable: true })))
    };
    match name {
        "c_bool" => Some(CType::Type(Type::Bool)),
        "c_void_p" => opaque(None),
        "c_char_p" => opaque(Some(Type::Int(IntType { bits: 8, signed: true }))),
        _ => FLOATS.contains(&name).then_some(CType::Float),
    }
}

/// All names that can be written for a type.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    INTS.iter().map(|(name, ..)| *name).chain(["c_bool", "c_void_p", "c_char_p"])
}

/// The shortest usual name of an integer type.
pub(crate) fn int_name(int: IntType) -> &'static str {
    INTS.iter()
        .find(|(_, bits, signed)| (*bits, *signed) == (int.bits, int.signed))
        .map_or("int", |(name, ..)| name)
}
