//! Integer types and C's rules for them, written down once more and apart
//! from the compiler's own, so that a mistake there shows as a difference.

/// A type of integers, or `_Bool`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `_Bool`.
    Bool,
    /// An integer.
    Int {
        /// 8, 16, 32 or 64.
        bits: u8,
        /// Whether it has a sign.
        signed: bool,
    },
}

/// All of them, most wanted first.
pub const ALL: [Scalar; 9] = [
    Scalar::I64,
    Scalar::U64,
    Scalar::I32,
    Scalar::U32,
    Scalar::int(8, true),
    Scalar::int(8, false),
    Scalar::int(16, true),
    Scalar::int(16, false),
    Scalar::Bool,
];

impl Scalar {
    pub const I32: Self = Self::int(32, true);
    pub const U32: Self = Self::int(32, false);
    pub const I64: Self = Self::int(64, true);
    pub const U64: Self = Self::int(64, false);

    pub const fn int(bits: u8, signed: bool) -> Self {
        Self::Int { bits, signed }
    }

    pub const fn bits(self) -> u8 {
        match self {
            Self::Bool => 1,
            Self::Int { bits, .. } => bits,
        }
    }

    pub const fn signed(self) -> bool {
        matches!(self, Self::Int { signed: true, .. })
    }

    /// C's integer promotion.
    pub const fn promote(self) -> Self {
        if self.bits() < 32 { Self::I32 } else { self }
    }

    /// C's usual arithmetic conversion.
    pub fn common(self, other: Self) -> Self {
        let (a, b) = (self.promote(), other.promote());
        match a.bits().cmp(&b.bits()) {
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Equal => Self::int(a.bits(), a.signed() && b.signed()),
        }
    }

    /// The type of either of two values: unchanged where they agree.
    pub fn either(self, other: Self) -> Self {
        if self == other { self } else { self.common(other) }
    }

    /// The type of a local that is first given a value of this type.
    pub const fn of_local(self) -> Self {
        match self {
            Self::Bool => Self::I64,
            Self::Int { signed, .. } => Self::int(64, signed),
        }
    }

    /// The type of a decimal literal.
    pub fn of_literal(value: i128) -> Self {
        let fits = [Self::I32, Self::I64].into_iter().find(|ty| ty.holds(value));
        fits.unwrap_or(Self::U64)
    }

    pub fn holds(self, value: i128) -> bool {
        self.wrap(value) == value
    }

    /// The value that is left of `value` in this type.
    pub fn wrap(self, value: i128) -> i128 {
        match self {
            Self::Bool => i128::from(value != 0),
            Self::Int { bits, signed } => {
                let low = value & ((1_i128 << bits) - 1);
                if signed && low >> (bits - 1) == 1 { low - (1 << bits) } else { low }
            }
        }
    }

    /// Its name in the C prelude.
    pub const fn c_name(self) -> &'static str {
        self.names().1
    }

    /// Its name in Python's `ctypes`.
    pub const fn py_name(self) -> &'static str {
        self.names().0
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Bool => ("c_bool", "_Bool"),
            Self::Int { bits: 8, signed: true } => ("c_int8", "s8"),
            Self::Int { bits: 8, signed: false } => ("c_uint8", "u8"),
            Self::Int { bits: 16, signed: true } => ("c_int16", "s16"),
            Self::Int { bits: 16, signed: false } => ("c_uint16", "u16"),
            Self::Int { bits: 32, signed: true } => ("c_int32", "s32"),
            Self::Int { bits: 32, signed: false } => ("c_uint32", "u32"),
            Self::Int { signed: true, .. } => ("c_int64", "s64"),
            Self::Int { signed: false, .. } => ("c_uint64", "u64"),
        }
    }
}
