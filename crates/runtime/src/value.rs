//! Values: what user space sees of keys, values and events.
//!
//! [`decode`] turns bytes into a [`Value`] by a [`Layout`]; [`encode`] goes
//! the other way and refuses whatever does not fit, so that nothing is
//! truncated in silence.

use std::sync::Arc;

use crate::layout::{FieldLayout, Layout, StructLayout};

/// A decoded key, value or event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// An integer, enum or pointer.
    Int(i128),
    /// A `_Bool`.
    Bool(bool),
    /// A `float` or `double`.
    Float(f64),
    /// A `char` array, up to its first NUL; bytes that are not UTF-8 read as
    /// U+FFFD.
    Str(String),
    /// An `unsigned char` array, or bytes whose type is not known.
    Bytes(Vec<u8>),
    /// An array, or one value per CPU.
    List(Vec<Value>),
    /// A struct.
    Struct(StructValue),
}

/// A struct with its fields in the order of declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct StructValue {
    /// The struct's name; may be empty, and is not looked at when encoding.
    pub name: Arc<str>,
    /// The fields by name.
    pub fields: Vec<(Arc<str>, Value)>,
}

impl StructValue {
    /// The field named `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| &**field == name).map(|(_, value)| value)
    }
}

impl Value {
    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is some.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The struct, if it is one.
    pub fn as_struct(&self) -> Option<&StructValue> {
        match self {
            Self::Struct(value) => Some(value),
            _ => None,
        }
    }

    fn describe(&self) -> &'static str {
        match self {
            Self::Int(_) => "an integer",
            Self::Bool(_) => "a bool",
            Self::Float(_) => "a float",
            Self::Str(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Struct(_) => "a struct",
        }
    }
}

/// Why a value does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// The integer is outside the type's range.
    #[error("{at}{value} does not fit {bits} {sign} bits ({low} to {high})", sign = sign(*.signed))]
    OutOfRange {
        /// The field concerned, `name: ` or empty.
        at: String,
        /// The integer.
        value: i128,
        /// How many bits the type has.
        bits: usize,
        /// Whether the type is signed.
        signed: bool,
        /// The least value that fits.
        low: i128,
        /// The greatest value that fits.
        high: i128,
    },
    /// The value is of another kind.
    #[error("{at}expected {expected}, found {found}")]
    WrongType {
        /// The field concerned, `name: ` or empty.
        at: String,
        /// What the type takes.
        expected: String,
        /// What was given.
        found: &'static str,
    },
    /// Text or bytes are longer or shorter than the type.
    #[error("{at}{length} bytes do not fit; {expected}")]
    WrongLength {
        /// The field concerned, `name: ` or empty.
        at: String,
        /// How many bytes or elements were given.
        length: usize,
        /// What the type takes.
        expected: String,
    },
    /// Text with a NUL inside would end early.
    #[error("{at}the text contains a NUL byte, where it would end")]
    InteriorNul {
        /// The field concerned, `name: ` or empty.
        at: String,
    },
    /// A field of the struct was not given.
    #[error("{at}field `{field}` is missing")]
    MissingField {
        /// The field concerned, `name: ` or empty.
        at: String,
        /// The missing field.
        field: String,
    },
    /// The struct has no such field.
    #[error("{at}there is no field `{field}`; the fields are {fields}")]
    UnknownField {
        /// The field concerned, `name: ` or empty.
        at: String,
        /// The field given.
        field: String,
        /// The fields that exist.
        fields: String,
    },
}

fn sign(signed: bool) -> &'static str {
    if signed { "signed" } else { "unsigned" }
}

/// Reads `bytes` by `layout`. Bytes that end early read as zero.
pub fn decode(layout: &Layout, bytes: &[u8]) -> Value {
    match layout {
        Layout::Int { size, signed } => decode_int(bytes, *size, *signed),
        Layout::Bool { size } => Value::Bool(window(bytes, 0, *size).iter().any(|&byte| byte != 0)),
        Layout::Float { size: 4 } => {
            Value::Float(f32::from_bits(unsigned(window(bytes, 0, 4)) as u32).into())
        }
        Layout::Float { .. } => Value::Float(f64::from_bits(unsigned(window(bytes, 0, 8)) as u64)),
        Layout::Str { size } => {
            let text = window(bytes, 0, *size).split(|&byte| byte == 0).next().unwrap_or_default();
            Value::Str(String::from_utf8_lossy(text).into_owned())
        }
        Layout::Bytes { size } => Value::Bytes(window(bytes, 0, *size).to_vec()),
        Layout::Array { element, length } => {
            let size = element.size();
            let item = |index: usize| decode(element, window(bytes, index * size, size));
            Value::List((0..*length).map(item).collect())
        }
        Layout::Struct(layout) => Value::Struct(StructValue {
            name: Arc::clone(&layout.name),
            fields: layout
                .fields
                .iter()
                .map(|field| (Arc::clone(&field.name), decode_field(field, bytes)))
                .collect(),
        }),
    }
}

/// Reads a field of a struct, which `bytes` begin with.
pub fn decode_field(field: &FieldLayout, bytes: &[u8]) -> Value {
    let Some(width) = field.bit_width else {
        return decode(&field.layout, window(bytes, field.bit_offset / 8, field.layout.size()));
    };
    let (start, shift) = (field.bit_offset / 8, field.bit_offset % 8);
    let raw = unsigned(window(bytes, start, (shift + width).div_ceil(8))) >> shift;
    let raw = if width >= 128 { raw } else { raw & ((1 << width) - 1) };
    match &field.layout {
        Layout::Bool { .. } => Value::Bool(raw != 0),
        Layout::Int { signed: true, .. } => Value::Int(sign_extend(raw, width)),
        _ => Value::Int(raw as i128),
    }
}

fn decode_int(bytes: &[u8], size: usize, signed: bool) -> Value {
    let window = window(bytes, 0, size);
    let raw = unsigned(window);
    if signed {
        return Value::Int(sign_extend(raw, size * 8));
    }
    // Only a 16-byte unsigned integer can be too large.
    i128::try_from(raw).map_or_else(|_| Value::Bytes(window.to_vec()), Value::Int)
}

/// The part of `bytes` that is there.
fn window(bytes: &[u8], start: usize, size: usize) -> &[u8] {
    let end = start.saturating_add(size).min(bytes.len());
    bytes.get(start..end).unwrap_or_default()
}

/// BPF objects are in the byte order of the machine, and both supported
/// machines are little-endian.
fn unsigned(bytes: &[u8]) -> u128 {
    bytes.iter().take(16).rev().fold(0, |value, &byte| (value << 8) | u128::from(byte))
}

fn sign_extend(raw: u128, bits: usize) -> i128 {
    let unused = 128_usize.saturating_sub(bits);
    if unused >= 128 { 0 } else { ((raw << unused) as i128) >> unused }
}

/// Writes `value` by `layout`; the result is exactly `layout.size()` bytes,
/// with padding zeroed.
pub fn encode(layout: &Layout, value: &Value) -> Result<Vec<u8>, ValueError> {
    let mut bytes = vec![0; layout.size()];
    encode_into(layout, value, &mut bytes, "")?;
    Ok(bytes)
}

fn encode_into(
    layout: &Layout,
    value: &Value,
    out: &mut [u8],
    path: &str,
) -> Result<(), ValueError> {
    match (layout, value) {
        (Layout::Int { size, signed }, Value::Int(int)) => {
            put_int(out, 0, size * 8, *signed, *int, path)
        }
        (Layout::Int { size, .. }, Value::Bool(bit)) => {
            put_int(out, 0, size * 8, false, i128::from(*bit), path)
        }
        (Layout::Int { size: 16, signed: false }, Value::Bytes(bytes)) if bytes.len() == 16 => {
            put_bytes(out, bytes);
            Ok(())
        }
        (Layout::Bool { .. }, Value::Bool(bit)) => {
            put_int(out, 0, 8, false, i128::from(*bit), path)
        }
        (Layout::Bool { .. }, Value::Int(int @ (0 | 1))) => put_int(out, 0, 8, false, *int, path),
        (Layout::Float { size: 4 }, Value::Float(float)) => {
            put_bytes(out, &(*float as f32).to_le_bytes());
            Ok(())
        }
        (Layout::Float { .. }, Value::Float(float)) => {
            put_bytes(out, &float.to_le_bytes());
            Ok(())
        }
        (Layout::Float { .. }, Value::Int(int)) => {
            encode_into(layout, &Value::Float(*int as f64), out, path)
        }
        (Layout::Str { size }, Value::Str(text)) => encode_text(text.as_bytes(), *size, out, path),
        (Layout::Str { size }, Value::Bytes(bytes)) => encode_text(bytes, *size, out, path),
        (Layout::Bytes { size }, Value::Bytes(bytes)) => {
            if bytes.len() != *size {
                return Err(wrong_length(path, bytes.len(), format!("{size} are needed")));
            }
            put_bytes(out, bytes);
            Ok(())
        }
        (Layout::Array { element, length }, Value::List(items)) => {
            encode_list(element, *length, items, out, path)
        }
        (Layout::Struct(layout), Value::Struct(value)) => encode_struct(layout, value, out, path),
        (Layout::Struct(layout), Value::Bytes(bytes)) if bytes.len() == layout.size => {
            put_bytes(out, bytes);
            Ok(())
        }
        _ => Err(ValueError::WrongType {
            at: at(path),
            expected: expectation(layout),
            found: value.describe(),
        }),
    }
}

fn encode_text(text: &[u8], size: usize, out: &mut [u8], path: &str) -> Result<(), ValueError> {
    // A full array without a NUL is what `comm`-like fields may hold too.
    if text.len() > size {
        return Err(wrong_length(path, text.len(), format!("at most {size} are allowed")));
    }
    let trimmed = text.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    if text.iter().take(trimmed).any(|&byte| byte == 0) {
        return Err(ValueError::InteriorNul { at: at(path) });
    }
    put_bytes(out, text);
    Ok(())
}

fn encode_list(
    element: &Layout,
    length: usize,
    items: &[Value],
    out: &mut [u8],
    path: &str,
) -> Result<(), ValueError> {
    if items.len() != length {
        return Err(ValueError::WrongType {
            at: at(path),
            expected: format!("a list of {length} elements (found {})", items.len()),
            found: "a list",
        });
    }
    let size = element.size();
    if size == 0 {
        return Ok(());
    }
    for (index, (item, slot)) in items.iter().zip(out.chunks_exact_mut(size)).enumerate() {
        encode_into(element, item, slot, &format!("{path}[{index}]"))?;
    }
    Ok(())
}

fn encode_struct(
    layout: &StructLayout,
    value: &StructValue,
    out: &mut [u8],
    path: &str,
) -> Result<(), ValueError> {
    for (name, _) in &value.fields {
        if !layout.fields.iter().any(|field| field.name == *name) {
            let names: Vec<&str> = layout.fields.iter().map(|field| &*field.name).collect();
            return Err(ValueError::UnknownField {
                at: at(path),
                field: name.to_string(),
                fields: names.join(", "),
            });
        }
    }
    for field in &layout.fields {
        match value.get(&field.name) {
            Some(item) => encode_field(field, item, out, path)?,
            None if field.optional => {}
            None => {
                return Err(ValueError::MissingField {
                    at: at(path),
                    field: field.name.to_string(),
                });
            }
        }
    }
    Ok(())
}

fn encode_field(
    field: &FieldLayout,
    value: &Value,
    out: &mut [u8],
    path: &str,
) -> Result<(), ValueError> {
    let path =
        if path.is_empty() { field.name.to_string() } else { format!("{path}.{}", field.name) };
    if let Some(width) = field.bit_width {
        let signed = matches!(field.layout, Layout::Int { signed: true, .. });
        let int = match value {
            Value::Int(int) => *int,
            Value::Bool(bit) => i128::from(*bit),
            _ => {
                return Err(ValueError::WrongType {
                    at: at(&path),
                    expected: expectation(&field.layout),
                    found: value.describe(),
                });
            }
        };
        return put_int(out, field.bit_offset, width, signed, int, &path);
    }
    let start = field.bit_offset / 8;
    let end = start.saturating_add(field.layout.size());
    match out.get_mut(start..end) {
        Some(slot) => encode_into(&field.layout, value, slot, &path),
        None => Err(wrong_length(&path, end, "the field lies outside its struct".to_owned())),
    }
}

/// Writes the low `bits` bits of `value` at `bit_offset`.
fn put_int(
    out: &mut [u8],
    bit_offset: usize,
    bits: usize,
    signed: bool,
    value: i128,
    path: &str,
) -> Result<(), ValueError> {
    let (low, high) = range(bits, signed);
    if value < low || value > high {
        return Err(ValueError::OutOfRange { at: at(path), value, bits, signed, low, high });
    }
    if bit_offset.is_multiple_of(8) && bits.is_multiple_of(8) {
        let slot = out.get_mut(bit_offset / 8..).unwrap_or_default();
        let bytes = value.to_le_bytes();
        put_bytes(slot, bytes.get(..bits / 8).unwrap_or(&bytes));
        return Ok(());
    }
    for bit in 0..bits {
        let position = bit_offset + bit;
        if let Some(byte) = out.get_mut(position / 8) {
            let mask = 1 << (position % 8);
            *byte = if value >> bit & 1 == 1 { *byte | mask } else { *byte & !mask };
        }
    }
    Ok(())
}

fn range(bits: usize, signed: bool) -> (i128, i128) {
    match (signed, bits) {
        (_, 0) => (0, 0),
        (true, 128..) => (i128::MIN, i128::MAX),
        (false, 127..) => (0, i128::MAX),
        (true, bits) => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        (false, bits) => (0, (1 << bits) - 1),
    }
}

fn put_bytes(out: &mut [u8], bytes: &[u8]) {
    for (slot, byte) in out.iter_mut().zip(bytes) {
        *slot = *byte;
    }
}

fn wrong_length(path: &str, length: usize, expected: String) -> ValueError {
    ValueError::WrongLength { at: at(path), length, expected }
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

fn expectation(layout: &Layout) -> String {
    match layout {
        Layout::Int { .. } => "an integer".to_owned(),
        Layout::Bool { .. } => "a bool".to_owned(),
        Layout::Float { .. } => "a float".to_owned(),
        Layout::Str { size } => format!("a string of at most {size} bytes"),
        Layout::Bytes { size } => format!("{size} bytes"),
        Layout::Array { length, .. } => format!("a list of {length} elements"),
        Layout::Struct(layout) => {
            let names: Vec<&str> = layout.fields.iter().map(|field| &*field.name).collect();
            format!("a struct with the fields {}", names.join(", "))
        }
    }
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
