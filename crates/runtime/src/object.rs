//! A loaded object: the owner of programs, links, maps and event buffers.
//!
//! [`Object`] is a counted handle; [`Program`], [`Map`] and
//! [`EventReader`](crate::EventReader) hold the same object, so that none of
//! them can outlive what it needs. [`Object::close`] releases everything at
//! once whatever handles remain, and these then answer [`Error::Closed`].

use std::collections::HashMap;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use libbpf_rs::{AsRawLibbpf as _, MapCore as _, MapHandle, libbpf_sys};

use crate::error::{Error, Result};
use crate::global::{self, Mapped, Memory};
use crate::hook::Held;
use crate::layout::Layout;
use crate::map::Map;
use crate::nearest::nearest;
use crate::program::Program;
use crate::release::{Then, release};
use crate::source::Source;
use crate::spec::{MapSpec, ProgramSpec};
use crate::value::Value;
use crate::verifier::VerifierStats;

/// A loaded object. Cheap to clone; every clone is the same object.
#[derive(Debug, Clone)]
pub struct Object {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) name: String,
    pub(crate) programs: Vec<ProgramSpec>,
    pub(crate) stats: Vec<Option<VerifierStats>>,
    pub(crate) maps: Vec<MapSpec>,
    /// One slot a program, held while it is attached or detached, so that
    /// neither overtakes the other. Taken before `loaded`, never after it.
    links: Vec<Mutex<Option<Held>>>,
    /// Files and folders of a BPF file system that hold what is loaded, outer ones
    /// first.
    pins: Mutex<Vec<PathBuf>>,
    /// The open event buffers by the index of their map.
    sources: Mutex<HashMap<usize, Arc<Source>>>,
    /// Held while a record is sent: libbpf's senders do not know of each other.
    sender: Mutex<()>,
    /// The structs of operations that the kernel has, by name.
    operations: Mutex<HashMap<String, libbpf_rs::Link>>,
    loaded: RwLock<Option<Loaded>>,
}

/// What closing the object releases.
#[derive(Debug)]
pub(crate) struct Loaded {
    origin: Origin,
    /// One slot a map; empty for maps that libbpf did not create.
    maps: Vec<Option<MapHandle>>,
}

/// Where what is loaded comes from.
#[derive(Debug)]
enum Origin {
    Object(libbpf_rs::Object),
    Pins {
        programs: Vec<OwnedFd>,
        /// The memory of the maps of global variables.
        memory: HashMap<usize, Mapped>,
    },
}

impl Loaded {
    /// What was pinned.
    pub(crate) fn of_pins(
        programs: Vec<OwnedFd>,
        maps: Vec<Option<MapHandle>>,
        memory: HashMap<usize, Mapped>,
    ) -> Self {
        Self { origin: Origin::Pins { programs, memory }, maps }
    }

    /// The program at `index`, if it was loaded from an object.
    pub(crate) fn program(&self, index: usize) -> Option<libbpf_rs::Program<'_>> {
        match &self.origin {
            Origin::Object(object) => {
                object.progs().nth(index).filter(libbpf_rs::Program::autoload)
            }
            Origin::Pins { .. } => None,
        }
    }

    /// The descriptor of the program at `index`, if it was loaded.
    pub(crate) fn program_fd(&self, index: usize) -> Option<BorrowedFd<'_>> {
        let descriptor = match &self.origin {
            Origin::Object(_) => {
                // SAFETY: the object keeps the descriptor as long as it is borrowed.
                let fd = std::os::fd::AsRawFd::as_raw_fd(&self.program(index)?.as_fd());
                return Some(unsafe { BorrowedFd::borrow_raw(fd) });
            }
            Origin::Pins { programs, .. } => programs.get(index)?,
        };
        Some(descriptor.as_fd())
    }

    /// libbpf's object; nothing of what was pinned.
    pub(crate) fn libbpf_object(&self) -> Option<NonNull<libbpf_sys::bpf_object>> {
        match &self.origin {
            Origin::Object(object) => Some(object.as_libbpf_object()),
            Origin::Pins { .. } => None,
        }
    }

    /// What libbpf knows of a map; nothing of what was pinned.
    pub(crate) fn libbpf_map(&self, spec: &MapSpec) -> Option<*mut libbpf_sys::bpf_map> {
        match &self.origin {
            Origin::Object(object) => {
                let map = object.maps().find(|map| map.name() == spec.libbpf_name.as_str())?;
                Some(map.as_libbpf_object().as_ptr())
            }
            Origin::Pins { .. } => None,
        }
    }

    /// The memory of a map of global variables.
    fn memory(&self, index: usize, spec: &MapSpec) -> Option<Memory> {
        match &self.origin {
            Origin::Object(_) => Memory::of(self.libbpf_map(spec)?),
            Origin::Pins { memory, .. } => memory.get(&index).map(Mapped::memory),
        }
    }

    pub(crate) fn map(&self, index: usize) -> Option<&MapHandle> {
        self.maps.get(index)?.as_ref()
    }
}

impl Object {
    pub(crate) fn new(
        name: String,
        object: libbpf_rs::Object,
        programs: Vec<ProgramSpec>,
        stats: Vec<Option<VerifierStats>>,
        specs: Vec<MapSpec>,
    ) -> Self {
        let handle = |spec: &MapSpec| {
            let map = object.maps().find(|map| map.name() == spec.libbpf_name.as_str())?;
            MapHandle::try_from(&map).ok()
        };
        let maps = specs.iter().map(handle).collect();
        let held = programs.iter().map(|_| None).collect();
        let loaded = Loaded { origin: Origin::Object(object), maps };
        Self::of(name, loaded, programs, stats, specs, held)
    }

    /// An object of what is pinned, with the paths.
    pub(crate) fn of_pins(
        name: String,
        loaded: Loaded,
        programs: Vec<ProgramSpec>,
        maps: Vec<MapSpec>,
        held: Vec<Option<Held>>,
        pins: Vec<PathBuf>,
    ) -> Self {
        let object = Self::of(name, loaded, programs, Vec::new(), maps, held);
        *object.inner.pins() = pins;
        object
    }

    fn of(
        name: String,
        loaded: Loaded,
        programs: Vec<ProgramSpec>,
        stats: Vec<Option<VerifierStats>>,
        maps: Vec<MapSpec>,
        held: Vec<Option<Held>>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                name,
                programs,
                stats,
                maps,
                links: held.into_iter().map(Mutex::new).collect(),
                pins: Mutex::default(),
                sources: Mutex::new(HashMap::new()),
                sender: Mutex::default(),
                operations: Mutex::new(HashMap::new()),
                loaded: RwLock::new(Some(loaded)),
            }),
        }
    }

    /// The name that errors call the object by.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The programs, in the order of the object.
    pub fn programs(&self) -> Vec<Program> {
        let count = self.inner.programs.len();
        (0..count).map(|index| Program::new(Arc::clone(&self.inner), index)).collect()
    }

    /// The program named `name`.
    ///
    /// # Errors
    /// [`Error::UnknownProgram`] with the nearest names.
    pub fn program(&self, name: &str) -> Result<Program> {
        let names = || self.inner.programs.iter().map(|program| program.name.as_str());
        match names().position(|program| program == name) {
            Some(index) => Ok(Program::new(Arc::clone(&self.inner), index)),
            None => Err(Error::UnknownProgram {
                name: name.to_owned(),
                nearest: nearest(name, names()),
            }),
        }
    }

    /// The maps of the program's own, in the order of the object; those of
    /// global variables are left out.
    pub fn maps(&self) -> Vec<Map> {
        let own = self.inner.maps.iter().enumerate().filter(|(_, spec)| !spec.is_internal);
        own.map(|(index, _)| Map::new(Arc::clone(&self.inner), index)).collect()
    }

    /// The map named `name`, one of global variables included.
    ///
    /// # Errors
    /// [`Error::UnknownMap`] with the nearest names.
    pub fn map(&self, name: &str) -> Result<Map> {
        Ok(Map::new(Arc::clone(&self.inner), self.inner.map_index(name)?))
    }

    /// Names of the global variables.
    pub fn globals(&self) -> Vec<String> {
        global::names(&self.inner.maps)
    }

    /// The layout of a global variable.
    ///
    /// # Errors
    /// [`Error::UnknownGlobal`] with the nearest names.
    pub fn global_layout(&self, name: &str) -> Result<Layout> {
        Ok(global::find(&self.inner.maps, name)?.layout().clone())
    }

    /// What a global variable holds now.
    ///
    /// # Errors
    /// [`Error::UnknownGlobal`], [`Error::Closed`].
    pub fn global(&self, name: &str) -> Result<Value> {
        let place = global::find(&self.inner.maps, name)?;
        self.inner.with_loaded(|loaded| place.read(self.memory(loaded, &place)?))
    }

    /// The global variables that programs may change, and what each holds now.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn variables(&self) -> Result<Vec<(String, Value)>> {
        let names = self.globals().into_iter();
        let is_variable = |name: &String| {
            global::find(&self.inner.maps, name).is_ok_and(|place| place.is_variable())
        };
        names.filter(is_variable).map(|name| Ok((name.clone(), self.global(&name)?))).collect()
    }

    /// Writes a global variable.
    ///
    /// # Errors
    /// [`Error::UnknownGlobal`], [`Error::Closed`], [`Error::GlobalValue`], and
    /// [`Error::ConstantGlobal`].
    pub fn set_global(&self, name: &str, value: &Value) -> Result<()> {
        let place = global::find(&self.inner.maps, name)?;
        if place.is_constant() {
            return Err(Error::ConstantGlobal { name: name.to_owned() });
        }
        self.inner.with_loaded(|loaded| place.write(self.memory(loaded, &place)?, value))
    }

    fn memory(&self, loaded: &Loaded, place: &global::Place<'_>) -> Result<Memory> {
        let memory = loaded.memory(place.map, &self.inner.maps[place.map]);
        memory.ok_or_else(|| place.unsupported("access", "its section is not in memory"))
    }

    /// Whether the object has been closed.
    pub fn is_closed(&self) -> bool {
        self.inner.loaded.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Lets go of all hooks at the end of a process, which the kernel would
    /// make wait for it. What is pinned stays, and so does all else.
    pub fn let_go(&self) {
        self.inner.let_go();
    }

    /// Detaches every program and releases programs, maps and event buffers.
    /// Waiting readers return; further calls answer [`Error::Closed`]. Closing
    /// twice does nothing.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    pub(crate) fn map_index(&self, name: &str) -> Result<usize> {
        let names = || self.maps.iter().map(|map| map.name.as_str());
        names().position(|map| map == name).ok_or_else(|| Error::UnknownMap {
            name: name.to_owned(),
            nearest: nearest(name, names()),
        })
    }

    /// Runs `call` on the loaded object, which stays loaded meanwhile.
    pub(crate) fn with_loaded<R>(&self, call: impl FnOnce(&Loaded) -> Result<R>) -> Result<R> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        call(loaded.as_ref().ok_or(Error::Closed)?)
    }

    /// The link of the program at `index`, while it is attached.
    pub(crate) fn link(&self, index: usize) -> MutexGuard<'_, Option<Held>> {
        // The index comes from the same, unchanging list.
        self.links[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn pins(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn operations(&self) -> MutexGuard<'_, HashMap<String, libbpf_rs::Link>> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sources(&self) -> MutexGuard<'_, HashMap<usize, Arc<Source>>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sender(&self) -> MutexGuard<'_, ()> {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of all hooks; those that are pinned stay.
    fn let_go(&self) {
        let hooks = (0..self.links.len()).filter_map(|index| self.link(index).take());
        release(hooks.collect(), Then::End);
        self.operations().clear();
    }

    fn close(&self) {
        // First, so that no attach that waits for us can add a link later.
        let loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner).take();
        self.let_go();
        for source in self.sources().drain().map(|(_, source)| source) {
            source.close();
        }
        drop(loaded);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn objects_and_handles_go_to_any_thread() {
        fn shared<T: Send + Sync>() {}
        shared::<super::Object>();
        shared::<super::Program>();
        shared::<super::Map>();
        shared::<crate::EventReader>();
        shared::<crate::Interrupter>();
        shared::<crate::TracePipe>();
        shared::<crate::Error>();
    }
}
