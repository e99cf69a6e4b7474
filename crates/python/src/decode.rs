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
    Bytes(usize),
    Array(Box<Decoder>, usize),
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
        let form = match layout {
            Layout::Int { size: size @ 1..=8, signed: false } => Form::Unsigned(*size),
            Layout::Int { size: size @ 1..=8, signed: true } => Form::Signed(*size),
            Layout::Bool { size } => Form::Bool(*size),
            Layout::Float { size: 8 } => Form::Double,
            Layout::Str { size } => Form::Str(*size),
            Layout::Bytes { size } => Form::Bytes(*size),
            Layout::Array { element, length } => {
                Form::Array(Box::new(Self::new(py, types, element)?), *length)
            }
            Layout::Struct(layout) => Self::struct_form(py, types, layout)?,
            _ => Form::Value,
        };
        Ok(Self { layout: layout.clone(), form })
    }

    fn struct_form(py: Python<'_>, types: &StructTypes, layout: &StructLayout) -> PyResult<Form> {
        // Bit-fields are shifted and masked; their struct goes the long way.
        if layout.fields.iter().any(|field| field.bit_width.is_some()) {
            return Ok(Form::Value);
        }
        let names: Vec<_> = layout.fields.iter().map(|field| field.name.clone()).collect();
        let class = types.class(py, &layout.name, names)?;
        let form = |field: &FieldLayout| {
            Ok(FieldForm {
                start: field.bit_offset / 8,
                decoder: Self::new(py, types, &field.layout)?,
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
        !matches!(self.form, Form::Array(..) | Form::Struct(_) | Form::Value)
    }

    /// Whether no code of Python's runs while the objects are made, provided
    /// that the cycle collector does not.
    pub fn runs_no_code(&self) -> bool {
        match &self.form {
            Form::Value => false,
            Form::Array(element, _) => element.runs_no_code(),
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
            Form::Bytes(size) => PyBytes::new(py, bytes.get(..*size).unwrap_or(bytes)).into_any(),
            Form::Array(element, length) => {
                let size = element.layout.size();
                let item = |index: usize| {
                    element.decode(py, types, bytes.get(index * size..).unwrap_or_default())
                };
                let items = (0..*length).map(item).collect::<PyResult<Vec<_>>>()?;
                PyList::new(py, items)?.into_any()
            }
            Form::Struct(form) => {
                form.maker.make(py, |index| form.field(py, types, bytes, index))?
            }
            Form::Value => types.to_python(py, &runtime::decode(&self.layout, bytes))?,
        })
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

/// Text up to its first NUL.
fn text<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyAny> {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let text = bytes.get(..end).unwrap_or_default();
    PyString::new(py, &String::from_utf8_lossy(text)).into_any()
}
