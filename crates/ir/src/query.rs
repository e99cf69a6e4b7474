//! Questions about the kernel's types that are answered where the object is
//! loaded, by CO-RE relocations.

use crate::{Place, StructId};

/// A question; the answer is a number.
#[derive(Clone, Debug)]
pub enum Query {
    /// About a member; the place leads to it from a pointer, which is not
    /// followed.
    Field(FieldFact, Place),
    /// About a type.
    Type(TypeFact, StructId),
    /// Whether the kernel has an enum of this name, as 1 or 0.
    EnumType(String),
    /// About a value of an enum.
    Enum(EnumFact, EnumMember),
}

impl Query {
    /// Whether the answer is that there is something, or not.
    pub fn is_existence(&self) -> bool {
        matches!(
            self,
            Self::Field(FieldFact::Exists, _)
                | Self::Type(TypeFact::Exists, _)
                | Self::EnumType(_)
                | Self::Enum(EnumFact::Exists, _)
        )
    }
}

/// What is asked of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldFact {
    /// Whether the kernel has it, as 1 or 0.
    Exists,
    /// Bytes from the start of its struct.
    Offset,
    /// Its bytes.
    Size,
}

/// What is asked of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeFact {
    /// Whether the kernel has it, as 1 or 0.
    Exists,
    /// Its bytes.
    Size,
}

/// What is asked of a value of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnumFact {
    /// Whether the kernel has it, as 1 or 0.
    Exists,
    /// The number that it is.
    Value,
}

/// A value of an enum of the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumMember {
    /// Name of the enum.
    pub of: String,
    /// Its own name.
    pub name: String,
    /// The number in the kernel that the program was built with.
    pub value: i128,
    /// Bytes of the enum.
    pub size: u64,
}
