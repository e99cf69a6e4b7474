//! One program of an object.

use std::os::fd::{IntoRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use runtime::{ProgramSpec, TestRun};

use crate::attach;
use crate::errors;
use crate::object::Shared;

/// A program, loaded or not.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct Program {
    shared: Arc<Shared>,
    spec: ProgramSpec,
    loaded: OnceLock<runtime::Program>,
}

impl Program {
    /// The program of this name.
    pub fn new(py: Python<'_>, shared: &Arc<Shared>, name: &str) -> PyResult<Self> {
        let spec = shared.programs.iter().find(|program| program.name == name).cloned();
        let spec = spec.ok_or_else(|| {
            let names = shared.programs.iter().map(|program| program.name.as_str());
            let nearest = diagnostics::nearest(name, names).map(str::to_owned);
            let error = runtime::Error::UnknownProgram {
                name: name.to_owned(),
                nearest: nearest.into_iter().collect(),
            };
            errors::raise(py, &error, None)
        })?;
        Ok(Self { shared: Arc::clone(shared), spec, loaded: OnceLock::new() })
    }

    /// The loaded program.
    pub fn loaded(&self, py: Python<'_>) -> PyResult<&runtime::Program> {
        if let Some(program) = self.loaded.get() {
            return Ok(program);
        }
        let object = self.shared.loaded(py)?;
        let program = object.program(&self.spec.name).map_err(|e| self.shared.raise(py, &e))?;
        Ok(self.loaded.get_or_init(|| program))
    }

    /// A descriptor of the loaded program.
    pub fn duplicate(&self, py: Python<'_>) -> PyResult<OwnedFd> {
        self.call(py, runtime::Program::duplicate)
    }

    /// Runs a call on the loaded program with the interpreter released.
    fn call<R: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&runtime::Program) -> runtime::Result<R> + Send,
    ) -> PyResult<R> {
        let program = self.loaded(py)?;
        py.detach(|| call(program)).map_err(|error| self.shared.raise(py, &error))
    }
}

/// Name, place and size of a field, and elements of an array, 0 where it is none.
type Field = (&'static str, usize, usize, usize);

#[pymethods]
impl Program {
    /// The section string, which names the hook.
    #[getter]
    fn section(&self) -> &str {
        &self.spec.section
    }

    /// Whether it is attached now.
    #[getter]
    fn attached(&self, py: Python<'_>) -> PyResult<bool> {
        if !self.shared.is_loaded(py) {
            return Ok(false);
        }
        self.call(py, |program| Ok(program.is_attached()))
    }

    /// Attaches it to its hook.
    fn attach(&self, py: Python<'_>, arguments: &Bound<'_, PyDict>) -> PyResult<()> {
        let options = attach::options(arguments)?;
        self.call(py, |program| program.attach(&options))
    }

    /// Pins it to a path of a BPF file system.
    fn pin(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.call(py, |program| program.pin(&path))
    }

    /// A descriptor of the program, which is the caller's.
    fn descriptor(&self, py: Python<'_>) -> PyResult<i32> {
        self.duplicate(py).map(IntoRawFd::into_raw_fd)
    }

    /// The descriptor of one walk of an iterator, which is the caller's.
    fn iterate(&self, py: Python<'_>, arguments: &Bound<'_, PyDict>) -> PyResult<i32> {
        let options = attach::options(arguments)?;
        self.call(py, |program| program.iterate(&options)).map(IntoRawFd::into_raw_fd)
    }

    /// Detaches it; nothing happens if it is not attached.
    fn detach(&self, py: Python<'_>) -> PyResult<()> {
        self.call(py, |program| {
            program.detach();
            Ok(())
        })
    }

    /// Name, place, size and count of each field of its context, and which one is
    /// the packet's end; none where it is called with no struct of the headers.
    #[getter]
    fn context(&self) -> (Vec<Field>, Option<&'static str>) {
        let known = self.spec.context();
        let fields = known.map_or_else(Vec::new, |known| known.fields());
        let field = |f: runtime::ContextField| (f.name, f.offset, f.size, f.count);
        (fields.into_iter().map(field).collect(), known.and_then(|known| known.data_end()))
    }

    /// Return value, data out, nanoseconds per run, and context out.
    fn test_run<'py>(
        &self,
        py: Python<'py>,
        data: Option<Vec<u8>>,
        ctx: Option<Vec<u8>>,
        repeat: u32,
    ) -> PyResult<(i32, Bound<'py, PyBytes>, u32, Bound<'py, PyBytes>)> {
        // The kernel takes a count for some types only, and 0 means once to all of them.
        let repeat = if repeat == 1 { 0 } else { repeat };
        let input = TestRun { data, context: ctx, repeat };
        let output = self.call(py, |program| program.test_run(&input))?;
        let data = PyBytes::new(py, &output.data_out);
        let context = PyBytes::new(py, &output.context_out);
        Ok((output.return_value.cast_signed(), data, output.duration_ns, context))
    }

    /// What the kernel tells of it, by name.
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let info = self.call(py, |program| program.info())?;
        let dict = PyDict::new(py);
        dict.set_item("id", info.id)?;
        dict.set_item("tag", info.tag)?;
        dict.set_item("instructions", info.instructions)?;
        dict.set_item("verified_instructions", info.verified_instructions)?;
        dict.set_item("stack_bytes", info.verifier.map(|figures| figures.stack_bytes))?;
        dict.set_item("jited_bytes", info.jited_bytes)?;
        dict.set_item("run_count", info.run_count)?;
        dict.set_item("run_time", info.run_time_ns)?;
        Ok(dict)
    }
}
