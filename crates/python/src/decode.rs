//! Bytes of the kernel's as Python objects, many of one type in a row.
//!
//! A [`Decoder`] is made once for a layout: it knows the Python class of each
//! struct and the name and place of each field, so that nothing is looked up
//! for each event or entry. What it gives is what `convert` gives for a
//! single value.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString, PyTuple};
use runtime::{FieldLayout, Layout, StructLayout};

use crate::convert::StructTypes;
use crate::instance::{self, Maker};

/// What the objects are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// To be looked at: text can be printed, whatever its bytes are.
    Shown,
    /// To be given back as keys: different bytes are different objects, and
    /// these can be hashed.
    Key,
}

/// How objects of one layout are made.
pub struct Decoder {
    layout: Layout,
    form: Form,
}

enum Form {
    Unsigned(usize),
    Signed(usize),
    Bool(usize),
    Double,
    Str(usize),
    /// Text whose bytes that are no UTF-8 stay apart.
    KeyStr(usize),
    Bytes(usize),
    /// A bit-field, in bytes that begin with its first bit's.
    Bits(FieldLayout),
    Array(Box<Decoder>, usize),
    /// An array that is a key itself.
    Tuple(Box<Decoder>, usize),
    Struct(StructForm),
    /// Layouts of which there is nothing to know beforehand.
    Value,
}

struct StructForm {
    maker: Maker,
    fields: Vec<FieldForm>,
    /// Whether all fields are numbers and texts.
    leaves: bool,
}

struct FieldForm {
    start: usize,
    decoder: Decoder,
}

impl Decoder {
    /// For this layout.
    pub fn new(py: Python<'_>, types: &StructTypes, layout: &Layout) -> PyResult<Self> {
        Self::with(py, types, layout, Use::Shown)
    }

    /// For keys of this layout.
    pub fn of_keys(py: Python<'_>, types: &StructTypes, layout: &Layout) -> PyResult<Self> {
        let mut made = Self::with(py, types, layout, Use::Key)?;
        if let Form::Array(element, length) = made.form {
            made.form = Form::Tuple(element, length);
        }
        Ok(made)
    }

    fn with(py: Python<'_>, types: &StructTypes, layout: &Layout, purpose: Use) -> PyResult<Self> {
        let form = match layout {
            Layout::Int { size: size @ 1..=8, signed: false } => Form::Unsigned(*size),
            Layout::Int { size: size @ 1..=8, signed: true } => Form::Signed(*size),
            Layout::Bool { size } => Form::Bool(*size),
            Layout::Float { size: 8 } => Form::Double,
            Layout::Str { size } if purpose == Use::Key => Form::KeyStr(*size),
            Layout::Str { size } => Form::Str(*size),
            Layout::Bytes { size } => Form::Bytes(*size),
            Layout::Array { element, length } => {
                Form::Array(Box::new(Self::with(py, types, element, purpose)?), *length)
            }
            Layout::Struct(layout) => Self::struct_form(py, types, layout, purpose)?,
            _ => Form::Value,
        };
        Ok(Self { layout: layout.clone(), form })
    }

    /// A bit-field is shifted and masked, and goes the long way.
    fn bits(field: &FieldLayout) -> Self {
        let field = FieldLayout { bit_offset: field.bit_offset % 8, ..field.clone() };
        Self { layout: field.layout.clone(), form: Form::Bits(field) }
    }

    fn struct_form(
        py: Python<'_>,
        types: &StructTypes,
        layout: &StructLayout,
        purpose: Use,
    ) -> PyResult<Form> {
        let names: Vec<_> = layout.fields.iter().map(|field| field.name.clone()).collect();
        let class = types.class(py, &layout.name, names)?;
        let form = |field: &FieldLayout| {
            Ok(FieldForm {
                start: field.bit_offset / 8,
                decoder: match field.bit_width {
                    Some(_) => Self::bits(field),
                    None => Self::with(py, types, &field.layout, purpose)?,
                },
            })
        };
        let fields = layout.fields.iter().map(form).collect::<PyResult<Vec<_>>>()?;
        Ok(Form::Struct(StructForm {
            leaves: fields.iter().all(|field| field.decoder.is_leaf()),
            maker: Maker::new(class.bind(py), layout.fields.iter().map(|field| &*field.name))?,
            fields,
        }))
    }

    /// Whether the objects refer to no others.
    pub fn is_leaf(&self) -> bool {
        !matches!(self.form, Form::Array(..) | Form::Tuple(..) | Form::Struct(_) | Form::Value)
    }

    /// Whether no code of Python's runs while the objects are made, provided
    /// that the cycle collector does not.
    pub fn runs_no_code(&self) -> bool {
        match &self.form {
            Form::Value => false,
            Form::Array(element, _) | Form::Tuple(element, _) => element.runs_no_code(),
            Form::Struct(form) => {
                form.maker.runs_no_code()
                    && form.fields.iter().all(|field| field.decoder.runs_no_code())
            }
            _ => true,
        }
    }

    /// The object for these bytes; those that end early read as zero.
    pub fn decode<'py>(
        &self,
        py: Python<'py>,
        types: &StructTypes,
        bytes: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(match &self.form {
            Form::Unsigned(size) => int(unsigned(bytes, *size).into_pyobject(py)),
            Form::Signed(size) => int(signed(bytes, *size).into_pyobject(py)),
            Form::Bool(size) => {
                let bit = bytes.iter().take(*size).any(|&byte| byte != 0);
                PyBool::new(py, bit).to_owned().into_any()
            }
            Form::Double => PyFloat::new(py, f64::from_bits(unsigned(bytes, 8))).into_any(),
            Form::Str(size) => text(py, bytes.get(..*size).unwrap_or(bytes)),
            Form::KeyStr(size) => key_text(py, bytes.get(..*size).unwrap_or(bytes))?,
            Form::Bytes(size) => PyBytes::new(py, bytes.get(..*size).unwrap_or(bytes)).into_any(),
            Form::Bits(field) => types.to_python(py, &runtime::decode_field(field, bytes))?,
            Form::Array(element, length) => {
                PyList::new(py, element.several(py, types, bytes, *length)?)?.into_any()
            }
            Form::Tuple(element, length) => {
                PyTuple::new(py, element.several(py, types, bytes, *length)?)?.into_any()
            }
            Form::Struct(form) => {
                form.maker.make(py, |index| form.field(py, types, bytes, index))?
            }
            Form::Value => types.to_python(py, &runtime::decode(&self.layout, bytes))?,
        })
    }

    /// So many objects of bytes that follow each other.
    fn several<'py>(
        &self,
        py: Python<'py>,
        types: &StructTypes,
        bytes: &[u8],
        length: usize,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let size = self.layout.size();
        let item =
            |index: usize| self.decode(py, types, bytes.get(index * size..).unwrap_or_default());
        (0..length).map(item).collect()
    }

    /// The same with a tuple of the fields in place of the outermost struct.
    pub fn decode_tuple<'py>(
        &self,
        py: Python<'py>,
        types: &StructTypes,
        bytes: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        match &self.form {
            Form::Struct(form) => {
                let field = |index| form.field(py, types, bytes, index);
                instance::tuple(py, form.fields.len(), form.leaves, field)
            }
            Form::Value => {
                let value = self.decode(py, types, bytes)?;
                match &self.layout {
                    Layout::Struct(_) => {
                        Ok(PyTuple::new(py, value.try_iter()?.collect::<PyResult<Vec<_>>>()?)?
                            .into_any())
                    }
                    _ => Ok(value),
                }
            }
            _ => self.decode(py, types, bytes),
        }
    }
}

impl StructForm {
    #[inline]
    fn field<'py>(
        &self,
        py: Python<'py>,
        types: &StructTypes,
        bytes: &[u8],
        index: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(field) = self.fields.get(index) else { return Ok(py.None().into_bound(py)) };
        field.decoder.decode(py, types, bytes.get(field.start..).unwrap_or_default())
    }
}

fn int<'py>(made: Result<Bound<'py, PyInt>, std::convert::Infallible>) -> Bound<'py, PyAny> {
    match made {
        Ok(int) => int.into_any(),
    }
}

/// BPF objects are in the byte order of the machine, and both supported
/// machines are little-endian.
#[inline]
fn unsigned(bytes: &[u8], size: usize) -> u64 {
    // Of a size that the compiler knows, so that it is one load.
    match (size, bytes) {
        (1, &[byte, ..]) => return byte.into(),
        (4, &[a, b, c, d, ..]) => return u32::from_le_bytes([a, b, c, d]).into(),
        (8, &[a, b, c, d, e, f, g, h, ..]) => return u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => {}
    }
    let mut word = [0; 8];
    for (slot, byte) in word.iter_mut().zip(bytes.iter().take(size)) {
        *slot = *byte;
    }
    u64::from_le_bytes(word)
}

#[inline]
fn signed(bytes: &[u8], size: usize) -> i64 {
    let unused = 64_usize.saturating_sub(size * 8);
    (unsigned(bytes, size) << unused).cast_signed() >> unused
}

/// Text up to its first NUL; what is no UTF-8 reads as U+FFFD.
fn text<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyAny> {
    PyString::new(py, &String::from_utf8_lossy(before_nul(bytes))).into_any()
}

/// The same, but what is no UTF-8 is text that knows its bytes.
fn key_text<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let bytes = before_nul(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(PyString::new(py, text).into_any()),
        Err(_) => py.import("pythonbpf._values")?.getattr("RawText")?.call1((bytes,)),
    }
}

fn before_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}
