//! The kernel's trace pipe.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::errors;

/// How long one wait lasts before signals are looked at.
const STEP: Duration = Duration::from_millis(200);

/// Task, thread id, CPU, flags, seconds since boot, message.
type Fields = (String, u32, u32, String, f64, String);

/// An open trace pipe.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct TracePipe {
    pipe: Mutex<runtime::TracePipe>,
}

#[pymethods]
impl TracePipe {
    /// Opens it.
    #[staticmethod]
    fn open(py: Python<'_>) -> PyResult<Self> {
        let pipe = py.detach(runtime::TracePipe::open);
        let pipe = pipe.map_err(|error| errors::raise(py, &error, None))?;
        Ok(Self { pipe: Mutex::new(pipe) })
    }

    /// Waits for the next line; without its newline. `None` if none came within
    /// so many seconds. Signal handlers run meanwhile.
    fn line(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<Option<String>> {
        let limit = timeout.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default());
        let began = Instant::now();
        loop {
            let left = limit.map_or(STEP, |limit| limit.saturating_sub(began.elapsed()).min(STEP));
            let line = py.detach(|| {
                self.pipe.lock().unwrap_or_else(PoisonError::into_inner).next_line(left)
            });
            match line {
                Ok(Some(line)) => return Ok(Some(line)),
                Ok(None) => {
                    py.check_signals()?;
                    if limit.is_some_and(|limit| began.elapsed() >= limit) {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(errors::raise(py, &error, None)),
            }
        }
    }
}

/// The parts of a line; `None` for lines that no program printed.
#[pyfunction]
pub fn parse_fields(line: &str) -> Option<Fields> {
    let f = runtime::parse_fields(line)?;
    Some((f.task, f.pid, f.cpu, f.flags, f.timestamp, f.message))
}
