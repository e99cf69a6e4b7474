//! The reading end of a ring buffer or perf event array.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pyo3::prelude::*;
use runtime::Error;

use crate::object::Shared;

/// Reads the events of one map. The buffer is opened on first use.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct EventReader {
    shared: Arc<Shared>,
    map: String,
    opened: OnceLock<runtime::EventReader>,
}

impl EventReader {
    /// The reader of this map's events.
    pub fn new(shared: &Arc<Shared>, map: &str) -> Self {
        Self { shared: Arc::clone(shared), map: map.to_owned(), opened: OnceLock::new() }
    }

    fn reader(&self, py: Python<'_>) -> PyResult<&runtime::EventReader> {
        if let Some(reader) = self.opened.get() {
            return Ok(reader);
        }
        let object = self.shared.loaded(py)?;
        let reader = py.detach(|| object.events(&self.map));
        let reader = reader.map_err(|error| self.shared.raise(py, &error))?;
        Ok(self.opened.get_or_init(|| reader))
    }
}

#[pymethods]
impl EventReader {
    /// Opens the buffer if that has not been done.
    ///
    /// # Errors
    /// The object is not loaded, or closed.
    fn open(&self, py: Python<'_>) -> PyResult<()> {
        self.shared.loaded(py)?;
        self.reader(py).map(|_| ())
    }

    /// Waits for events, at most so many seconds. Those that have come, none
    /// when the time is over, `None` when the object is closed. A signal ends
    /// the wait, and its handler runs.
    fn poll<'py>(&self, py: Python<'py>, timeout: f64) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
        let reader = self.reader(py)?;
        let timeout = Duration::try_from_secs_f64(timeout).unwrap_or_default();
        let mut events = Vec::new();
        let polled = py.detach(|| reader.poll(timeout, |event| events.push(event.value)));
        match polled {
            Ok(_) => {}
            Err(Error::Closed) => return Ok(None),
            Err(error) => return Err(self.shared.raise(py, &error)),
        }
        let events = events.iter().map(|event| self.shared.types.to_python(py, event));
        let events = events.collect::<PyResult<Vec<_>>>()?;
        if events.is_empty() {
            py.check_signals()?;
        }
        Ok(Some(events))
    }

    /// How many events did not fit; `None` where nobody counts them.
    #[getter]
    fn lost(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.reader(py)?.lost())
    }
}
