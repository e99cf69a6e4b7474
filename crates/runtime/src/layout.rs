//! Layouts: what the bytes of a key, a value or an event mean.
//!
//! Read once from the object's BTF when it is opened, then owned, so that no
//! decoding ever goes back to libbpf. Hands on [`Layout`] to `value`, which
//! does the decoding and encoding.

use std::sync::Arc;

use libbpf_rs::HasSize as _;
use libbpf_rs::btf::types::{
    Array, Composite, DataSec, Enum, Enum64, Int, IntEncoding, MemberAttr,
};
use libbpf_rs::btf::{Btf, BtfKind, BtfType, TypeId};

/// How deep types may nest; deeper ones are left as bytes. Guards against
/// BTF that refers to itself.
const MAX_DEPTH: u32 = 32;

/// How many fields one layout may hold in all; guards against BTF whose
/// nesting multiplies.
const MAX_FIELDS: usize = 65_536;

/// How often one byte may be in fields, on average; guards against BTF whose
/// fields lie on each other in thousands.
const MAX_OVERLAP: usize = 256;

/// What a run of bytes means.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// An integer of 1, 2, 4, 8 or 16 bytes; also enums and pointers.
    Int {
        /// Its size in bytes.
        size: usize,
        /// Whether it is signed.
        signed: bool,
    },
    /// `_Bool`.
    Bool {
        /// Its size in bytes, usually 1.
        size: usize,
    },
    /// A `float` or `double`.
    Float {
        /// 4 or 8.
        size: usize,
    },
    /// `char[size]`: text up to the first NUL.
    Str {
        /// Its size in bytes, room for a NUL included.
        size: usize,
    },
    /// `unsigned char[size]`, or a type that has no reading of its own.
    Bytes {
        /// Its size in bytes.
        size: usize,
    },
    /// An array of anything else.
    Array {
        /// What each element means.
        element: Arc<Layout>,
        /// How many there are.
        length: usize,
    },
    /// A struct or union.
    Struct(Arc<StructLayout>),
}

/// A struct or union and its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructLayout {
    /// The type's name; empty where C gives it none.
    pub name: Arc<str>,
    /// Its size in bytes.
    pub size: usize,
    /// Its fields in the order of declaration.
    pub fields: Vec<FieldLayout>,
}

/// One field of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLayout {
    /// The field's name.
    pub name: Arc<str>,
    /// Where it begins, in bits from the start of the struct.
    pub bit_offset: usize,
    /// How many bits it has if it is a bit-field.
    pub bit_width: Option<usize>,
    /// What it means.
    pub layout: Layout,
    /// Whether it shares its bytes with other fields (it is in a union), so
    /// that it may be left out when a value is written.
    pub optional: bool,
}

impl Layout {
    /// The layout of `size` bytes of which nothing is known: an unsigned
    /// integer for 1, 2, 4 and 8 bytes, plain bytes otherwise.
    pub fn untyped(size: usize) -> Self {
        match size {
            1 | 2 | 4 | 8 => Self::Int { size, signed: false },
            _ => Self::Bytes { size },
        }
    }

    /// The size in bytes.
    pub fn size(&self) -> usize {
        match self {
            Self::Int { size, .. }
            | Self::Bool { size }
            | Self::Float { size }
            | Self::Str { size }
            | Self::Bytes { size } => *size,
            Self::Array { element, length } => element.size().saturating_mul(*length),
            Self::Struct(layout) => layout.size,
        }
    }
}

/// Reads the layout of type `id`, checked to be `size` bytes long; the
/// untyped layout where BTF says nothing or something else.
pub(crate) fn sized_layout(btf: Option<&Btf<'_>>, id: u32, size: usize) -> Layout {
    btf.filter(|_| id != 0)
        .and_then(|btf| layout_of(btf, TypeId::from(id)))
        .filter(|layout| layout.size() == size)
        .unwrap_or_else(|| Layout::untyped(size))
}

/// Reads the layout of type `id`; `None` for what has no size.
pub(crate) fn layout_of(btf: &Btf<'_>, id: TypeId) -> Option<Layout> {
    let ty = btf.type_by_id::<BtfType<'_>>(id)?;
    let layout = Reader { btf, fields: 0 }.layout(ty, 0)?;
    let limit = layout.size().saturating_mul(MAX_OVERLAP).saturating_add(MAX_FIELDS);
    (work(&layout) <= limit).then_some(layout)
}

/// How much is done to decode a value: its parts and their bytes.
fn work(layout: &Layout) -> usize {
    match layout {
        Layout::Array { element, length } => work(element).saturating_mul(*length),
        Layout::Struct(layout) => layout
            .fields
            .iter()
            .fold(1, |sum: usize, field| sum.saturating_add(work(&field.layout))),
        _ => layout.size().saturating_add(1),
    }
}

/// Whether a field lies within the first `size` bytes.
fn is_within(field: &FieldLayout, size: usize) -> bool {
    let bits = field.bit_width.unwrap_or_else(|| field.layout.size().saturating_mul(8));
    field.bit_offset.checked_add(bits).is_some_and(|end| end <= size.saturating_mul(8))
}

/// Follows typedefs and qualifiers to the type itself.
pub(crate) fn resolve<'btf>(mut ty: BtfType<'btf>) -> Option<BtfType<'btf>> {
    for _ in 0..MAX_DEPTH {
        if !ty.is_mod() && ty.kind() != BtfKind::Typedef {
            return Some(ty);
        }
        ty = ty.next_type()?;
    }
    None
}

struct Reader<'a, 'btf> {
    btf: &'a Btf<'btf>,
    fields: usize,
}

impl Reader<'_, '_> {
    fn layout(&mut self, ty: BtfType<'_>, depth: u32) -> Option<Layout> {
        if depth > MAX_DEPTH {
            return None;
        }
        let ty = resolve(ty)?;
        match ty.kind() {
            BtfKind::Int => Int::try_from(ty).ok().map(int_layout),
            BtfKind::Ptr => Some(Layout::Int { size: 8, signed: false }),
            BtfKind::Enum => {
                let ty = Enum::try_from(ty).ok()?;
                Some(Layout::Int { size: ty.size(), signed: ty.is_signed() })
            }
            BtfKind::Enum64 => {
                let ty = Enum64::try_from(ty).ok()?;
                Some(Layout::Int { size: ty.size(), signed: ty.is_signed() })
            }
            BtfKind::Float => {
                let size = libbpf_rs::btf::types::Float::try_from(ty).ok()?.size();
                Some(if matches!(size, 4 | 8) {
                    Layout::Float { size }
                } else {
                    Layout::Bytes { size }
                })
            }
            BtfKind::Array => self.array(Array::try_from(ty).ok()?, depth),
            BtfKind::Struct | BtfKind::Union => {
                self.composite(Composite::try_from(ty).ok()?, depth)
            }
            BtfKind::DataSec => self.data_section(DataSec::try_from(ty).ok()?, depth),
            _ => None,
        }
    }

    fn array(&mut self, array: Array<'_>, depth: u32) -> Option<Layout> {
        let element = self.btf.type_by_id::<BtfType<'_>>(array.ty()).and_then(resolve)?;
        let length = array.capacity();
        if let Ok(int) = Int::try_from(element)
            && int.size() == 1
        {
            if is_char(&int) {
                return Some(Layout::Str { size: length });
            }
            if matches!(int.encoding, IntEncoding::None) {
                return Some(Layout::Bytes { size: length });
            }
        }
        let element = self.layout(element, depth + 1)?;
        let size = element.size();
        if size == 0 || size.checked_mul(length).is_none() {
            return None;
        }
        Some(Layout::Array { element: Arc::new(element), length })
    }

    fn composite(&mut self, ty: Composite<'_>, depth: u32) -> Option<Layout> {
        let mut fields = Vec::new();
        self.members(&ty, depth, 0, false, &mut fields)?;
        if !fields.iter().all(|field| is_within(field, ty.size())) {
            return None;
        }
        let name = ty.name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Some(Layout::Struct(Arc::new(StructLayout { name: name.into(), size: ty.size(), fields })))
    }

    /// Adds the members of `ty`; those of an unnamed struct or union inside it
    /// count as its own, as in C.
    fn members(
        &mut self,
        ty: &Composite<'_>,
        depth: u32,
        base: usize,
        optional: bool,
        fields: &mut Vec<FieldLayout>,
    ) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let optional = optional || !ty.is_struct;
        for member in ty.iter() {
            self.count()?;
            let (offset, width) = match member.attr {
                MemberAttr::Normal { offset } => (offset, None),
                MemberAttr::BitField { size: 0, offset } => (offset, None),
                MemberAttr::BitField { size, offset } => (offset, Some(usize::from(size))),
            };
            let bit_offset = base.checked_add(usize::try_from(offset).ok()?)?;
            let member_type = self.btf.type_by_id::<BtfType<'_>>(member.ty)?;
            let Some(name) = member.name else {
                if let Ok(inner) = Composite::try_from(resolve(member_type)?) {
                    self.members(&inner, depth + 1, bit_offset, optional, fields)?;
                }
                continue;
            };
            let layout = self.layout(member_type, depth + 1)?;
            fields.push(FieldLayout {
                name: name.to_string_lossy().into(),
                bit_offset,
                bit_width: width,
                layout,
                optional,
            });
        }
        Some(())
    }

    fn count(&mut self) -> Option<()> {
        self.fields += 1;
        (self.fields <= MAX_FIELDS).then_some(())
    }

    /// A section of global variables reads as a struct of them.
    fn data_section(&mut self, section: DataSec<'_>, depth: u32) -> Option<Layout> {
        let mut fields = Vec::new();
        for variable in section.iter() {
            let entry = self.btf.type_by_id::<BtfType<'_>>(variable.ty)?;
            let (Some(name), Some(ty)) = (entry.name(), entry.next_type()) else { continue };
            self.count()?;
            let Some(layout) = self.layout(ty, depth + 1) else { continue };
            fields.push(FieldLayout {
                name: name.to_string_lossy().into(),
                bit_offset: usize::try_from(variable.offset).ok()?.checked_mul(8)?,
                bit_width: None,
                layout,
                optional: false,
            });
        }
        if !fields.iter().all(|field| is_within(field, section.size())) {
            return None;
        }
        let name = section.name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        Some(Layout::Struct(Arc::new(StructLayout {
            name: name.into(),
            size: section.size(),
            fields,
        })))
    }
}

fn int_layout(int: Int<'_>) -> Layout {
    let size = int.size();
    match int.encoding {
        IntEncoding::Bool => Layout::Bool { size },
        encoding if matches!(size, 1 | 2 | 4 | 8 | 16) => {
            Layout::Int { size, signed: matches!(encoding, IntEncoding::Signed) }
        }
        _ => Layout::Bytes { size },
    }
}

/// Plain `char`: clang marks it signed, so that its name tells it from
/// `signed char`.
fn is_char(int: &Int<'_>) -> bool {
    matches!(int.encoding, IntEncoding::Char) || int.name().is_some_and(|name| name == "char")
}
