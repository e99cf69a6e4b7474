//! Sets of program types, as the helper table uses them.

use crate::ProgType;

/// A set of program types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ProgTypeSet(u64);

impl ProgTypeSet {
    /// Every program type, also those that a newer kernel adds.
    pub const ALL: Self = Self(u64::MAX);

    /// Bit `n` stands for the program type with number `n`.
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Whether the set holds `prog_type`.
    pub const fn contains(self, prog_type: ProgType) -> bool {
        self.0 & (1 << prog_type as u32) != 0
    }

    /// The program types in the set, by number.
    pub fn iter(self) -> impl Iterator<Item = ProgType> {
        ProgType::EVERY.iter().copied().filter(move |&prog_type| self.contains(prog_type))
    }
}

impl std::fmt::Debug for ProgTypeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::ALL {
            f.write_str("all")
        } else {
            f.debug_set().entries(self.iter()).finish()
        }
    }
}
