//! Questions about texts: what a `str(N)` holds up to its first NUL.

use crate::{Place, Type};

/// A question about one or two strings in memory. A string ends at its first
/// NUL or, without one, where its memory ends.
#[derive(Clone, Debug)]
pub enum TextOp {
    /// Whether the memory begins with these bytes, as a bool. The bytes may
    /// end with a NUL, which asks for the whole text.
    StartsWith(Place, Vec<u8>),
    /// Whether the text ends with these bytes, as a bool.
    EndsWith(Place, Vec<u8>),
    /// The number of bytes in the text, as an `i64`; there is room for so many.
    Len(Place, u32),
    /// Negative, zero or positive as the first text sorts before, with or
    /// after the second, as an `int`.
    Order(Place, Place),
}

impl TextOp {
    /// The type of the answer.
    pub fn ty(&self) -> Type {
        match self {
            Self::StartsWith(..) | Self::EndsWith(..) => Type::Bool,
            Self::Len(..) => Type::I64,
            Self::Order(..) => Type::I32,
        }
    }

    /// The strings that are looked at.
    pub fn places(&self) -> Vec<&Place> {
        match self {
            Self::StartsWith(place, _) | Self::EndsWith(place, _) | Self::Len(place, _) => {
                vec![place]
            }
            Self::Order(left, right) => vec![left, right],
        }
    }

    /// The same, to be changed.
    pub fn places_mut(&mut self) -> Vec<&mut Place> {
        match self {
            Self::StartsWith(place, _) | Self::EndsWith(place, _) | Self::Len(place, _) => {
                vec![place]
            }
            Self::Order(left, right) => vec![left, right],
        }
    }

    /// The bytes that are looked for.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::StartsWith(_, bytes) | Self::EndsWith(_, bytes) => Some(bytes),
            Self::Len(..) | Self::Order(..) => None,
        }
    }
}
