//! Layouts as tuples, from which the package makes NumPy's types.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use runtime::{FieldLayout, Layout};

/// `(kind, size)` with the kinds `u`, `i`, `f`, `bool`, `str` and `bytes`,
/// `("array", element, length)`, or `("struct", size, fields)` with a
/// `(name, bit offset, bit width or None, layout)` for each field.
pub fn describe<'py>(py: Python<'py>, layout: &Layout) -> PyResult<Bound<'py, PyTuple>> {
    match layout {
        Layout::Int { size, signed } => (if *signed { "i" } else { "u" }, size).into_pyobject(py),
        Layout::Bool { size } => ("bool", size).into_pyobject(py),
        Layout::Float { size } => ("f", size).into_pyobject(py),
        Layout::Str { size } => ("str", size).into_pyobject(py),
        Layout::Array { element, length } => {
            ("array", describe(py, element)?, length).into_pyobject(py)
        }
        Layout::Struct(layout) => {
            let fields = layout.fields.iter().map(|field| describe_field(py, field));
            let fields = PyList::new(py, fields.collect::<PyResult<Vec<_>>>()?)?;
            ("struct", layout.size, fields).into_pyobject(py)
        }
        other => ("bytes", other.size()).into_pyobject(py),
    }
}

fn describe_field<'py>(py: Python<'py>, field: &FieldLayout) -> PyResult<Bound<'py, PyTuple>> {
    let layout = describe(py, &field.layout)?;
    (&*field.name, field.bit_offset, field.bit_width, layout).into_pyobject(py)
}
