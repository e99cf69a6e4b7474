//! What the command tells of the machine and of objects, as JSON texts.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors;

/// What will and will not work here.
#[pyfunction]
pub fn doctor(py: Python<'_>) -> String {
    py.detach(cli::doctor_json)
}

/// The hooks that a pattern finds, one text each.
#[pyfunction]
pub fn hooks(py: Python<'_>, pattern: &str, kinds: Vec<String>) -> PyResult<Vec<String>> {
    py.detach(|| cli::hooks_json(pattern, &kinds)).map_err(PyValueError::new_err)
}

/// What an object is made of.
#[pyfunction]
pub fn inspect(py: Python<'_>, name: &str, bytes: &[u8]) -> PyResult<String> {
    py.detach(|| cli::inspect_json(name, bytes)).map_err(|error| errors::raise(py, &error, None))
}
