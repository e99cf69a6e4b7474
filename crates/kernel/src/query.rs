//! Questions about the kernel's types that are answered where an object is
//! loaded, by the names that a file asks them with.

/// A question under its name in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryName {
    /// The name in Python.
    pub name: &'static str,
    /// What it asks.
    pub asks: Asks,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Whether a struct has a member.
    FieldExists,
    /// The bytes of a member.
    FieldSize,
    /// Where a member lies in its struct, in bytes.
    FieldOffset,
    /// Whether there is a type.
    TypeExists,
    /// Whether an enum has a value.
    EnumExists,
    /// The number that a value of an enum is.
    EnumValue,
}

/// The question `name`.
pub fn query_name(name: &str) -> Option<&'static QueryName> {
    QUERY_NAMES.iter().find(|query| query.name == name)
}

/// Every question.
pub static QUERY_NAMES: &[QueryName] = &[
    QueryName { name: "field_exists", asks: Asks::FieldExists },
    QueryName { name: "field_size", asks: Asks::FieldSize },
    QueryName { name: "offsetof", asks: Asks::FieldOffset },
    QueryName { name: "type_exists", asks: Asks::TypeExists },
    QueryName { name: "enum_value_exists", asks: Asks::EnumExists },
    QueryName { name: "enum_value", asks: Asks::EnumValue },
];
