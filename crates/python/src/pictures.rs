//! What is shown to people: histograms, and addresses as functions.

use std::num::NonZeroUsize;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use runtime::{PrintFormats, Scale};

use crate::errors;

/// A histogram as text: counts by bucket, a head, `bits`, `log2` or `linear`,
/// how many values a linear bucket counts, and the longest bar.
#[pyfunction]
pub fn histogram(
    counts: Vec<(usize, u64)>,
    unit: &str,
    scale: &str,
    step: u64,
    width: NonZeroUsize,
) -> PyResult<String> {
    let scale = match scale {
        "bits" => Scale::Bits,
        "log2" => Scale::Log2,
        "linear" => Scale::Linear(step),
        other => return Err(PyValueError::new_err(format!("there is no scale {other:?}"))),
    };
    Ok(runtime::histogram(&counts, unit, scale, width.get()))
}

/// Function, offset, module, file, line, address, and whether it is inlined.
type Frame = (Option<String>, u64, Option<String>, Option<String>, Option<u32>, u64, bool);

/// For each address its functions, the innermost first; those of user space
/// need the process.
#[pyfunction]
pub fn symbolize(
    py: Python<'_>,
    addresses: Vec<u64>,
    process: Option<u32>,
) -> PyResult<Vec<Vec<Frame>>> {
    let found = py.detach(|| runtime::symbolize(&addresses, process));
    let found = found.map_err(|error| errors::raise(py, &error, None))?;
    let frame =
        |f: runtime::Frame| (f.function, f.offset, f.module, f.file, f.line, f.address, f.inlined);
    Ok(found.into_iter().map(|frames| frames.into_iter().map(frame).collect()).collect())
}

/// The formats that an object's programs print by.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct Printed {
    formats: PrintFormats,
}

#[pymethods]
impl Printed {
    /// Those in an object's bytes.
    #[staticmethod]
    fn of(object: &[u8]) -> Self {
        Self { formats: PrintFormats::of(object) }
    }

    /// Whether one of them can have made this message.
    fn made(&self, message: &str) -> bool {
        self.formats.made(message)
    }
}
