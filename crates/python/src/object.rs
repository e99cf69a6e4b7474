//! An object through its phases: opened, loaded, closed.
//!
//! [`Shared`] is what the Python-side object, its programs and its maps have
//! in common; each of them keeps it alive.

use std::mem;
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use runtime::{Layout, MapSpec, OpenObject, ProgramSpec};

use crate::attach;
use crate::compile::Compilation;
use crate::convert::{StructTypes, from_python};
use crate::errors;
use crate::events::EventReader;
use crate::map::Map;
use crate::program::Program;

/// A BPF object and the Python classes of its structs.
pub struct Shared {
    phase: Mutex<Phase>,
    /// The process that opened it. A forked child must let its copy be:
    /// detaching there would detach the parent's programs too.
    process: u32,
    compilation: Option<Py<Compilation>>,
    /// What stands for the object's structs.
    pub types: StructTypes,
    /// The programs, in the object's order.
    pub programs: Vec<ProgramSpec>,
    /// The maps, in the object's order, without those of global variables.
    pub maps: Vec<MapSpec>,
}

enum Phase {
    Opened(OpenObject),
    Loaded(runtime::Object),
    Closed,
}

impl Shared {
    /// The loaded object.
    ///
    /// # Errors
    /// It is not loaded yet, or closed already.
    pub fn loaded(&self, py: Python<'_>) -> PyResult<runtime::Object> {
        // Loading holds the lock for a while: others must not wait for it
        // with the interpreter held.
        let loaded = py.detach(|| match &*self.phase() {
            Phase::Loaded(object) => Ok(object.clone()),
            Phase::Opened(_) => Err("the object is not loaded yet: call load() first"),
            Phase::Closed => Err("the object is closed"),
        });
        loaded.map_err(|message| errors::misuse(py, message))
    }

    /// Whether it is loaded, and not closed since.
    pub fn is_loaded(&self, py: Python<'_>) -> bool {
        py.detach(|| matches!(&*self.phase(), Phase::Loaded(_)))
    }

    /// The exception for a runtime error about this object.
    pub fn raise(&self, py: Python<'_>, error: &runtime::Error) -> PyErr {
        let compilation = self.compilation.as_ref().map(Py::get);
        errors::raise(py, error, compilation)
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Detaches and frees everything. In a forked child, nothing happens: not
    /// even the lock is touched, which a thread of the parent may have held.
    fn close(&self) {
        if process::id() != self.process {
            return;
        }
        let phase = mem::replace(&mut *self.phase(), Phase::Closed);
        if let Phase::Loaded(object) = phase {
            object.close();
        }
    }
}

/// All objects of the process, to let go of their hooks at its end.
static ALL: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Weak<Shared>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sees to it that the hooks of an object are let go of when the interpreter ends.
fn remember(py: Python<'_>, shared: &Arc<Shared>) -> PyResult<()> {
    static REGISTERED: PyOnceLock<()> = PyOnceLock::new();
    REGISTERED.get_or_try_init(py, || {
        let let_go = wrap_pyfunction!(let_go, py)?;
        py.import("atexit")?.call_method1("register", (let_go,)).map(|_| ())
    })?;
    let mut all = all();
    all.retain(|other| other.strong_count() > 0);
    all.push(Arc::downgrade(shared));
    Ok(())
}

/// Lets go of the hooks of all objects, for which the kernel would make the
/// process's end wait. What is pinned stays, and maps can be read.
#[pyfunction]
fn let_go(py: Python<'_>) {
    let known = all().clone();
    for shared in known.iter().filter_map(Weak::upgrade) {
        py.detach(|| {
            // Who is still loading has no hooks.
            if process::id() == shared.process
                && let Ok(phase) = shared.phase.try_lock()
                && let Phase::Loaded(object) = &*phase
            {
                object.let_go();
            }
        });
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
        if process::id() != self.process {
            let phase = self.phase.get_mut().unwrap_or_else(PoisonError::into_inner);
            mem::forget(mem::replace(phase, Phase::Closed));
        }
    }
}

/// A BPF object.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct Object {
    shared: Arc<Shared>,
}

impl Object {
    fn new(
        py: Python<'_>,
        phase: Phase,
        programs: Vec<ProgramSpec>,
        maps: Vec<MapSpec>,
        compilation: Option<Py<Compilation>>,
        struct_type: Py<PyAny>,
    ) -> PyResult<Self> {
        let (phase, process) = (Mutex::new(phase), process::id());
        let types = StructTypes::new(struct_type);
        let shared = Shared { phase, process, compilation, types, programs, maps };
        let shared = Arc::new(shared);
        remember(py, &shared)?;
        Ok(Self { shared })
    }
}

#[pymethods]
impl Object {
    /// Reads an object's bytes.
    #[staticmethod]
    fn open(
        py: Python<'_>,
        name: &str,
        data: &[u8],
        compilation: Option<Py<Compilation>>,
        struct_type: Py<PyAny>,
    ) -> PyResult<Self> {
        let opened = py.detach(|| OpenObject::from_bytes(name, data));
        let opened = opened.map_err(|error| errors::raise(py, &error, None))?;
        let programs = opened.programs().to_vec();
        let maps = opened.maps().iter().filter(|map| !map.is_internal).cloned().collect();
        Self::new(py, Phase::Opened(opened), programs, maps, compilation, struct_type)
    }

    /// Takes what is pinned at a path.
    #[staticmethod]
    fn from_pins(py: Python<'_>, path: PathBuf, struct_type: Py<PyAny>) -> PyResult<Self> {
        let object = py.detach(|| runtime::Object::from_pins(&path));
        let object = object.map_err(|error| errors::raise(py, &error, None))?;
        let programs = object.programs().iter().map(|program| program.spec().clone()).collect();
        let maps = object.maps().iter().map(|map| map.spec().clone()).collect();
        Self::new(py, Phase::Loaded(object), programs, maps, None, struct_type)
    }

    /// Pins all under a folder.
    fn pin(&self, py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        let object = self.shared.loaded(py)?;
        py.detach(|| object.pin(&folder)).map_err(|error| self.shared.raise(py, &error))
    }

    /// Removes the pins.
    fn unpin(&self, py: Python<'_>) -> PyResult<()> {
        let object = self.shared.loaded(py)?;
        py.detach(|| object.unpin()).map_err(|error| self.shared.raise(py, &error))
    }

    /// Creates the maps and loads the programs; nothing if that is done.
    fn load(&self, py: Python<'_>) -> PyResult<()> {
        let result = py.detach(|| {
            let mut phase = self.shared.phase();
            match mem::replace(&mut *phase, Phase::Closed) {
                Phase::Opened(opened) => *phase = Phase::Loaded(opened.load()?),
                Phase::Loaded(object) => *phase = Phase::Loaded(object),
                Phase::Closed => return Err(runtime::Error::Closed),
            }
            Ok(())
        });
        result.map_err(|error| self.shared.raise(py, &error))
    }

    /// Attaches every program whose section and these arguments name its
    /// hook; gives the names of the others and why.
    fn attach_all(
        &self,
        py: Python<'_>,
        arguments: &Bound<'_, PyDict>,
    ) -> PyResult<Vec<(String, String)>> {
        let object = self.shared.loaded(py)?;
        let options = attach::options(arguments)?;
        let report = py.detach(|| object.attach_all(&options));
        let report = report.map_err(|error| self.shared.raise(py, &error))?;
        Ok(report.skipped.into_iter().map(|one| (one.place.program, one.why)).collect())
    }

    /// Detaches and frees everything.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.shared.close());
    }

    /// Whether it is loaded, and not closed since.
    #[getter]
    fn loaded(&self, py: Python<'_>) -> bool {
        self.shared.is_loaded(py)
    }

    /// Whether it is closed.
    #[getter]
    fn closed(&self, py: Python<'_>) -> bool {
        py.detach(|| matches!(&*self.shared.phase(), Phase::Closed))
    }

    /// Names of the programs.
    #[getter]
    fn programs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.shared.programs.iter().map(|program| &program.name))
    }

    /// Names of the maps.
    #[getter]
    fn maps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.shared.maps.iter().map(|map| &map.name))
    }

    /// Names of the global variables.
    #[getter]
    fn globals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let names = py.detach(|| match &*self.shared.phase() {
            Phase::Opened(opened) => Ok(opened.globals()),
            Phase::Loaded(object) => Ok(object.globals()),
            Phase::Closed => Err(runtime::Error::Closed),
        });
        PyTuple::new(py, names.map_err(|error| self.shared.raise(py, &error))?)
    }

    /// What a global variable holds now, or will when the object is loaded.
    fn get_global<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let value = py.detach(|| match &*self.shared.phase() {
            Phase::Opened(opened) => opened.global(name),
            Phase::Loaded(object) => object.global(name),
            Phase::Closed => Err(runtime::Error::Closed),
        });
        let value = value.map_err(|error| self.shared.raise(py, &error))?;
        self.shared.types.to_python(py, &value)
    }

    /// Writes a global variable; a constant can be set before the load alone.
    fn set_global(&self, py: Python<'_>, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let layout = py.detach(|| match &*self.shared.phase() {
            Phase::Opened(opened) => opened.global_layout(name),
            Phase::Loaded(object) => object.global_layout(name),
            Phase::Closed => Err(runtime::Error::Closed),
        });
        let layout = layout.map_err(|error| self.shared.raise(py, &error))?;
        let value = from_python(value, &layout)
            .map_err(|misfit| misfit.raise(py, &format!("global variable `{name}`")))?;
        let written = py.detach(|| match &mut *self.shared.phase() {
            Phase::Opened(opened) => opened.set_global(name, &value),
            Phase::Loaded(object) => object.set_global(name, &value),
            Phase::Closed => Err(runtime::Error::Closed),
        });
        written.map_err(|error| self.shared.raise(py, &error))
    }

    /// The reader of an event map whose records are these structs.
    fn events_of(&self, py: Python<'_>, name: &str, structs: Vec<String>) -> PyResult<EventReader> {
        let layouts = py.detach(|| match &*self.shared.phase() {
            Phase::Opened(opened) => structs.iter().map(|one| opened.struct_layout(one)).collect(),
            Phase::Loaded(object) => structs.iter().map(|one| object.struct_layout(one)).collect(),
            Phase::Closed => Err(runtime::Error::Closed),
        });
        let layouts: Vec<Layout> = layouts.map_err(|error| self.shared.raise(py, &error))?;
        for (index, layout) in layouts.iter().enumerate() {
            let same = |other: &Layout| other.size() == layout.size();
            if let Some(other) = layouts.iter().take(index).position(same) {
                return Err(PyValueError::new_err(format!(
                    "`{}` and `{}` have the same size, by which events are told apart",
                    structs[other], structs[index]
                )));
            }
        }
        Ok(EventReader::new(&self.shared, name, Some(layouts)))
    }

    /// Takes what is pinned at a path in place of making a map anew.
    fn reuse_map(&self, py: Python<'_>, name: &str, path: PathBuf) -> PyResult<()> {
        let reused = py.detach(|| match &mut *self.shared.phase() {
            Phase::Opened(opened) => Ok(opened.reuse_map(name, &path)),
            Phase::Loaded(_) => Err("the object is loaded already: reuse() comes before load()"),
            Phase::Closed => Err("the object is closed"),
        });
        reused
            .map_err(|message| errors::misuse(py, message))?
            .map_err(|error| self.shared.raise(py, &error))
    }

    /// Has a program take the place of a function of a loaded program.
    fn replace(
        &self,
        py: Python<'_>,
        name: &str,
        target: &Program,
        function: Option<&str>,
    ) -> PyResult<()> {
        let target = target.duplicate(py)?;
        let replaced = py.detach(|| match &mut *self.shared.phase() {
            Phase::Opened(opened) => Ok(opened.replace(name, target, function)),
            Phase::Loaded(_) => Err("the object is loaded already: replace() comes before load()"),
            Phase::Closed => Err("the object is closed"),
        });
        replaced
            .map_err(|message| errors::misuse(py, message))?
            .map_err(|error| self.shared.raise(py, &error))
    }

    /// The program of this name.
    fn program(&self, py: Python<'_>, name: &str) -> PyResult<Program> {
        Program::new(py, &self.shared, name)
    }

    /// The map of this name.
    fn map(&self, py: Python<'_>, name: &str) -> PyResult<Map> {
        Map::new(py, &self.shared, name)
    }

    /// The reading end of the ring buffer or perf event array of this name.
    fn events(&self, name: &str) -> EventReader {
        EventReader::new(&self.shared, name, None)
    }
}
