//! Types with C layout, and pointers that know their region.

use crate::{MapId, Module};

/// An integer's width and sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntType {
    /// 8, 16, 32 or 64.
    pub bits: u8,
    /// Two's complement if so.
    pub signed: bool,
}

impl IntType {
    /// A byte.
    pub const U8: Self = Self { bits: 8, signed: false };
    /// `int`, the type of small literals.
    pub const I32: Self = Self { bits: 32, signed: true };
    /// 64 bits, signed: the type of locals that hold a literal.
    pub const I64: Self = Self { bits: 64, signed: true };
    /// 32 bits, unsigned.
    pub const U32: Self = Self { bits: 32, signed: false };
    /// 64 bits, unsigned.
    pub const U64: Self = Self { bits: 64, signed: false };

    /// The smallest value.
    pub fn min(self) -> i128 {
        if self.signed { -(1i128 << (self.bits - 1)) } else { 0 }
    }

    /// The largest value.
    pub fn max(self) -> i128 {
        (1i128 << (self.bits - u8::from(self.signed))) - 1
    }

    /// Whether the value fits unchanged.
    pub fn holds(self, value: i128) -> bool {
        (self.min()..=self.max()).contains(&value)
    }

    /// The value modulo 2^bits, read with this type's sign.
    pub fn wrap(self, value: i128) -> i128 {
        let mask = (1i128 << self.bits) - 1;
        let low = value & mask;
        if self.signed && low >> (self.bits - 1) != 0 { low - (1i128 << self.bits) } else { low }
    }

    /// The type after C's integer promotion: what is narrower than `int`
    /// becomes `int`.
    pub fn promote(self) -> Self {
        if self.bits < 32 { Self::I32 } else { self }
    }

    /// The common type of two operands by C's usual arithmetic conversions.
    pub fn common(self, other: Self) -> Self {
        let (a, b) = (self.promote(), other.promote());
        match a.bits.cmp(&b.bits) {
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Equal => Self { bits: a.bits, signed: a.signed && b.signed },
        }
    }

    /// The type of a literal: `int` where it fits, else wider, as C has it.
    pub fn of_literal(value: i128) -> Option<Self> {
        [Self::I32, Self::I64, Self::U64].into_iter().find(|ty| ty.holds(value))
    }
}

/// Which memory a pointer points into. It decides how the memory is read and
/// what the verifier must be shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// This function's stack frame or a caller's.
    Stack,
    /// A value of the map.
    MapValue(MapId),
    /// A map that a lookup in a map of maps gave, which is like this one. It
    /// may not be followed.
    Map(MapId),
    /// The program's context.
    Context,
    /// The packet, where it was seen to have the bytes that are pointed to.
    Packet,
    /// The packet or behind its end: not followed before a comparison with the
    /// end has shown that the bytes are there.
    Cursor,
    /// The end of the packet, which is compared with.
    PacketEnd,
    /// A record reserved in the ring buffer.
    Reserved(MapId),
    /// A global variable or constant.
    Global,
    /// Any of the above but the context: what a function is passed. It may be
    /// read and written.
    Any,
    /// Memory of the kernel whose type the verifier knows: it is read directly,
    /// and a wrong address reads as zero. Where it may be null the verifier
    /// wants a test first.
    Trusted,
    /// Memory of the kernel at an address that means nothing to the verifier:
    /// it is read by a helper, and a wrong address, null too, reads as zero.
    Kernel,
    /// Memory of user space, read likewise.
    User,
    /// A socket that the kernel lends: its fields are read, each at its own
    /// width.
    Socket,
    /// An address of unknown provenance: a number that may not be followed.
    Opaque,
}

impl Region {
    /// Whether programs only read it, by the kernel's own layout.
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Trusted | Self::Kernel | Self::User)
    }

    /// Whether a pointer of this region is one of another region, too; what is
    /// trusted may be read without trust.
    pub fn is_part_of(self, other: Self) -> bool {
        let shared = matches!(self, Self::MapValue(_) | Self::Global | Self::Stack);
        self == other
            || (other == Self::Any && shared)
            || (other == Self::Kernel && self == Self::Trusted)
    }
}

/// A pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PtrType {
    /// What it points to; nothing known for `void *`.
    pub pointee: Option<Box<Type>>,
    /// Where it points.
    pub region: Region,
    /// Whether it may be null here.
    pub nullable: bool,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// No value.
    Void,
    /// True or false, one byte in memory.
    Bool,
    /// An integer.
    Int(IntType),
    /// An unsigned integer of so many bits in network byte order, which is
    /// not the machine's: it is compared for equality and converted.
    Network(u8),
    /// `char[N]`, text that ends at the first NUL.
    Str(u32),
    /// Elements side by side.
    Array(Box<Type>, u32),
    /// A struct of the module.
    Struct(StructId),
    /// A pointer.
    Ptr(PtrType),
}

impl Type {
    /// A 64-bit signed integer.
    pub const I64: Self = Self::Int(IntType::I64);
    /// A 64-bit unsigned integer.
    pub const U64: Self = Self::Int(IntType::U64);
    /// A 32-bit signed integer.
    pub const I32: Self = Self::Int(IntType::I32);

    /// A pointer that is not null.
    pub fn ptr(pointee: Option<Type>, region: Region) -> Self {
        Self::Ptr(PtrType { pointee: pointee.map(Box::new), region, nullable: false })
    }

    /// Whether values of the type live in memory only: struct, array, string.
    pub fn is_aggregate(&self) -> bool {
        matches!(self, Self::Str(_) | Self::Array(..) | Self::Struct(_))
    }

    /// Size in bytes, padding included.
    pub fn size(&self, module: &Module) -> u64 {
        match self {
            Self::Void => 0,
            Self::Bool => 1,
            Self::Int(IntType { bits, .. }) | Self::Network(bits) => u64::from(bits / 8),
            Self::Str(len) => u64::from(*len),
            Self::Array(element, len) => element.size(module).saturating_mul(u64::from(*len)),
            Self::Struct(id) => module.struct_(*id).size,
            Self::Ptr(_) => 8,
        }
    }

    /// Alignment in bytes.
    pub fn align(&self, module: &Module) -> u64 {
        match self {
            Self::Void | Self::Bool | Self::Str(_) => 1,
            Self::Int(IntType { bits, .. }) | Self::Network(bits) => u64::from(bits / 8),
            Self::Array(element, _) => element.align(module),
            Self::Struct(id) => module.struct_(*id).align,
            Self::Ptr(_) => 8,
        }
    }
}

/// Names a struct of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StructId(pub u32);

/// A member of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// What C calls it, where that is more than its type.
    pub shape: Shape,
}

/// What a member is in C beyond its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// As its type says.
    #[default]
    Plain,
    /// An enum, or an array of them, of which the type is the integer.
    Enum,
    /// A bit-field.
    Bits {
        /// Bits from the start of the struct.
        offset: u64,
        /// Its width.
        size: u8,
    },
}

/// How the kernel calls a struct of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelName {
    /// `struct name` or `union name`.
    Tag,
    /// A typedef of a struct without a name.
    Typedef,
    /// It has none.
    None,
}

impl Field {
    /// Bits from the start of the struct.
    pub fn bit_offset(&self) -> u64 {
        match self.shape {
            Shape::Bits { offset, .. } => offset,
            Shape::Plain | Shape::Enum => self.offset.saturating_mul(8),
        }
    }
}

/// A struct with C layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struct {
    /// Name.
    pub name: String,
    /// Members in order.
    pub fields: Vec<Field>,
    /// Size in bytes, padding included.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Whether the members share their memory.
    pub is_union: bool,
    /// Line of the definition, from 1.
    pub line: u32,
    /// Set for a type of the kernel. Its layout is that of the kernel that the
    /// program was built with, and found anew where it is loaded; its fields
    /// are those that the program uses, in no order.
    pub kernel: Option<KernelName>,
}

impl Struct {
    /// The member of a struct that stands for a field which owns an object.
    pub const OWNED: &str = "kptr";

    /// The struct of the kernel that this owns, if it stands for such a field:
    /// in BTF a pointer with a tag.
    pub fn kptr(&self) -> Option<StructId> {
        let [member] = self.fields.as_slice() else { return None };
        match &member.ty {
            Type::Ptr(ptr) if self.line == 0 && member.name == Self::OWNED => {
                match ptr.pointee.as_deref() {
                    Some(Type::Struct(of)) => Some(*of),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Lays out members at the start of a union, as C does.
    pub fn lay_out_union(
        name: String,
        members: Vec<(String, Type)>,
        line: u32,
        module: &Module,
    ) -> Self {
        let largest = |of: &dyn Fn(&Type) -> u64| members.iter().map(|(_, ty)| of(ty)).max();
        let align = largest(&|ty| ty.align(module)).unwrap_or(1);
        let size = largest(&|ty| ty.size(module)).unwrap_or(0).next_multiple_of(align);
        let fields = members
            .into_iter()
            .map(|(name, ty)| Field { name, ty, offset: 0, shape: Shape::Plain })
            .collect();
        Self { name, fields, size, align, is_union: true, line, kernel: None }
    }

    /// Lays out members one after another as C does.
    pub fn lay_out(name: String, members: Vec<(String, Type)>, line: u32, module: &Module) -> Self {
        let mut offset = 0u64;
        let mut align = 1;
        let mut fields = Vec::with_capacity(members.len());
        for (name, ty) in members {
            let member_align = ty.align(module);
            offset = offset.next_multiple_of(member_align);
            align = align.max(member_align);
            let size = ty.size(module);
            fields.push(Field { name, ty, offset, shape: Shape::Plain });
            offset = offset.saturating_add(size);
        }
        let size = offset.next_multiple_of(align);
        Self { name, fields, size, align, is_union: false, line, kernel: None }
    }

    /// The fields by where they lie, as BTF wants them.
    pub fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.fields.len()).collect();
        order.sort_by_key(|index| self.fields.get(*index).map(Field::bit_offset));
        order
    }

    /// Index and member of this name.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_arithmetic_conversions() {
        let u8 = IntType { bits: 8, signed: false };
        assert_eq!(u8.common(u8), IntType::I32);
        assert_eq!(IntType::U32.common(IntType::I32), IntType::U32);
        assert_eq!(IntType::U32.common(IntType::I64), IntType::I64);
        assert_eq!(IntType::I32.common(IntType::U64), IntType::U64);
    }

    #[test]
    fn wrapping_reads_with_the_sign() {
        let i8 = IntType { bits: 8, signed: true };
        assert_eq!(i8.wrap(255), -1);
        assert_eq!(IntType::U32.wrap(-1), 0xffff_ffff);
        assert_eq!(IntType::U64.wrap(-1), u64::MAX as i128);
    }

    #[test]
    fn layout_is_that_of_c() {
        let module = Module::default();
        let members = vec![
            ("a".to_owned(), Type::Bool),
            ("b".to_owned(), Type::U64),
            ("c".to_owned(), Type::Str(5)),
        ];
        let laid = Struct::lay_out("s".to_owned(), members, 1, &module);
        let offsets: Vec<u64> = laid.fields.iter().map(|f| f.offset).collect();
        assert_eq!((offsets, laid.size, laid.align), (vec![0, 8, 16], 24, 8));
    }
}
