//! From object bytes to an opened and then a loaded object.
//!
//! [`OpenObject`] is the phase in which an object can be looked at and have
//! its constants set; [`OpenObject::load`] ends it. The kernel first sees
//! each program with the log at its cheapest level, which gives the verifier's
//! figures. If a program is rejected, the object is loaded once more with the
//! whole log, since only that names the source line.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::sync::Arc;

use libbpf_rs::{AsRawLibbpf as _, ObjectBuilder, libbpf_sys};

use crate::core_types::{self, TypesFile};
use crate::descriptors;
use crate::elf;
use crate::error::{Error, Result};
use crate::global::{self, Memory};
use crate::helpers;
use crate::layout::Layout;
use crate::load_error;
use crate::nearest::nearest;
use crate::object::Object;
use crate::pins;
use crate::prints;
use crate::spec::{MapSpec, ProgramSpec, map_specs, program_specs};
use crate::value::Value;
use crate::verifier::{VerifierStats, parse_stats};

/// `BPF_LOG_STATS` of the kernel's `include/linux/bpf_verifier.h`: only the
/// figures at the end.
const LOG_STATS: u32 = 4;
/// Room for the few lines of [`LOG_STATS`].
const STATS_BYTES: usize = 16 * 1024;

/// The section of the maps that a program declares.
const MAPS_SECTION: &str = ".maps";
/// Descriptors that libbpf needs for a while, whatever the object holds.
const SPARE: usize = 8;

/// An object that has been read but not loaded: its programs and maps are
/// known, and nothing of it is in the kernel.
#[derive(Debug)]
pub struct OpenObject {
    name: String,
    bytes: Arc<[u8]>,
    object: libbpf_rs::OpenObject,
    programs: Vec<ProgramSpec>,
    maps: Vec<MapSpec>,
    /// The global variables that were set, for a fresh copy of the object.
    set: Vec<(String, Value)>,
    /// Maps that are not made anew, by libbpf's name for them.
    reused: Vec<(String, OwnedFd)>,
    /// What programs of `freplace` replace, by their index.
    replaced: Vec<(usize, Replaced)>,
    /// The types that its relocations are about, if libbpf is given them.
    types: Option<TypesFile>,
}

/// A function of a loaded program.
#[derive(Debug)]
struct Replaced {
    program: OwnedFd,
    function: CString,
}

impl Replaced {
    /// Has libbpf load a program in its place.
    fn by(&self, object: &libbpf_rs::OpenObject, index: usize) -> Result<()> {
        let Some(program) = object.progs().nth(index) else { return Ok(()) };
        let (raw, target) = (program.as_libbpf_object().as_ptr(), self.program.as_raw_fd());
        // SAFETY: the program is that of an opened object; the name ends with
        // a NUL, and libbpf copies what it keeps.
        let status = unsafe {
            libbpf_sys::bpf_program__set_attach_target(raw, target, self.function.as_ptr())
        };
        check(status).map(drop).map_err(|source| Error::NoSuchTarget {
            program: program.name().to_string_lossy().into_owned(),
            function: self.function.to_string_lossy().into_owned(),
            source,
        })
    }
}

impl OpenObject {
    /// Reads an object file's bytes. `name` is what errors call the object,
    /// which may hold maps alone, or nothing yet.
    ///
    /// # Errors
    /// [`Error::BadObject`] for anything that is not a whole BPF object,
    /// [`Error::System`] without file descriptors enough.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self> {
        let bad = |reason: String| Error::BadObject { object: name.to_owned(), reason };
        elf::check(bytes).map_err(|fault| bad(fault.to_string()))?;
        // libbpf sets a descriptor aside for each map that it finds.
        let maps = elf::count_symbols(bytes, MAPS_SECTION);
        descriptors::reserve(&format!("opening `{name}`"), maps + SPARE)?;
        let types = core_types::needed(bytes);
        let object = open(bytes, types.as_ref()).map_err(&bad)?;
        let programs = program_specs(&object);
        let maps = map_specs(&object);
        Ok(Self {
            name: name.to_owned(),
            bytes: bytes.into(),
            object,
            programs,
            maps,
            set: Vec::new(),
            reused: Vec::new(),
            replaced: Vec::new(),
            types,
        })
    }

    /// The name that errors call the object by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The programs, in the order of the object.
    pub fn programs(&self) -> &[ProgramSpec] {
        &self.programs
    }

    /// The maps, those of global variables included, in the order of the
    /// object.
    pub fn maps(&self) -> &[MapSpec] {
        &self.maps
    }

    /// Names of the global variables.
    pub fn globals(&self) -> Vec<String> {
        global::names(&self.maps)
    }

    pub(crate) fn libbpf_object(&self) -> &libbpf_rs::OpenObject {
        &self.object
    }

    /// The layout of a global variable.
    ///
    /// # Errors
    /// [`Error::UnknownGlobal`] with the nearest names.
    pub fn global_layout(&self, name: &str) -> Result<Layout> {
        Ok(global::find(&self.maps, name)?.layout().clone())
    }

    /// What a global variable will hold when the programs are loaded.
    ///
    /// # Errors
    /// [`Error::UnknownGlobal`].
    pub fn global(&self, name: &str) -> Result<Value> {
        let place = global::find(&self.maps, name)?;
        place.read(memory(&self.object, &self.maps, &place)?)
    }

    /// Sets what a global variable, or a constant, holds when the programs
    /// are loaded.
    ///
    /// # Errors
    /// [`Error::UnknownGlobal`], [`Error::GlobalValue`].
    pub fn set_global(&mut self, name: &str, value: &Value) -> Result<()> {
        let place = global::find(&self.maps, name)?;
        place.write(memory(&self.object, &self.maps, &place)?, value)?;
        self.set.push((name.to_owned(), value.clone()));
        Ok(())
    }

    pub(crate) fn keep_reused(&mut self, libbpf_name: &str, fd: OwnedFd) -> Result<()> {
        pins::reuse(&self.object, libbpf_name, &fd)?;
        self.reused.push((libbpf_name.to_owned(), fd));
        Ok(())
    }

    /// Has a program of the section `freplace` stand in the place of a function of
    /// a loaded program: the one that its section names, or `function`.
    ///
    /// # Errors
    /// [`Error::UnknownProgram`], [`Error::NoSuchTarget`] if it has no such
    /// function, [`Error::AttachedElsewhere`] if the program's section is another.
    pub fn replace(&mut self, name: &str, target: OwnedFd, function: Option<&str>) -> Result<()> {
        let Some(index) = self.programs.iter().position(|program| program.name == name) else {
            let names = self.programs.iter().map(|program| program.name.as_str());
            return Err(Error::UnknownProgram {
                name: name.to_owned(),
                nearest: nearest(name, names),
            });
        };
        let spec = &self.programs[index];
        if spec.kind() != "freplace" {
            return Err(Error::AttachedElsewhere {
                place: spec.place(),
                who: "it replaces nothing: programs of the section `freplace/FUNCTION` do",
            });
        }
        let function = function.unwrap_or_else(|| spec.target());
        let words = |source| Error::NoSuchTarget {
            program: name.to_owned(),
            function: function.to_owned(),
            source,
        };
        let text = CString::new(function).map_err(|error| words(io::Error::other(error)))?;
        let replaced = Replaced { program: target, function: text };
        let (outcome, _) = prints::capture(|| replaced.by(&self.object, index));
        outcome?;
        self.replaced.retain(|(other, _)| *other != index);
        self.replaced.push((index, replaced));
        Ok(())
    }

    /// Has every program of the section `freplace` stand in the place of the function that
    /// its section names, of the loaded program of this number.
    ///
    /// # Errors
    /// Those of [`Self::replace`], and [`Error::System`] if there is no such program.
    pub fn replace_in(&mut self, id: u32) -> Result<()> {
        let replacing = self.programs.iter().filter(|program| program.kind() == "freplace");
        let names: Vec<String> = replacing.map(|program| program.name.clone()).collect();
        for name in names {
            // SAFETY: a plain number.
            let fd = check(unsafe { libbpf_sys::bpf_prog_get_fd_by_id(id) });
            let fd = fd.map_err(|source| Error::System {
                action: format!("opening the program with the number {id}"),
                source,
            })?;
            // SAFETY: a new descriptor that nobody else has.
            self.replace(&name, unsafe { OwnedFd::from_raw_fd(fd) }, None)?;
        }
        Ok(())
    }

    /// The numbers of the kernel's helpers that its code calls.
    pub fn helpers(&self) -> BTreeSet<u32> {
        helpers::called(&self.bytes)
    }

    /// Creates the maps and has the kernel verify and load the programs.
    /// Nothing is attached.
    ///
    /// # Errors
    /// [`Error::Rejected`] by the verifier, [`Error::MapCreate`],
    /// [`Error::OtherProcessor`], [`Error::MissingPrivilege`], [`Error::NoKernelBtf`], a missing
    /// tracepoint or function for programs typed by BTF, [`Error::System`]
    /// without file descriptors enough, and [`Error::LoadFailed`] for the rest. Whatever was created is released.
    pub fn load(self) -> Result<Object> {
        let Self { name, bytes, object, programs, maps, set, reused, replaced, types } = self;
        if let Some(processor) = elf::other_processor(&bytes) {
            return Err(Error::OtherProcessor { object: name, processor });
        }
        // One for each program, two for each map, and some to try features.
        let needed = programs.len() + 2 * maps.len() + SPARE;
        descriptors::reserve(&format!("loading `{name}`"), needed)?;
        let (outcome, printed) = prints::capture(|| load_with_stats(object, programs.len()));
        let failure = match outcome {
            Ok((object, stats)) => return Ok(Object::new(name, object, programs, stats, maps)),
            Err(failure) => failure,
        };
        if types.is_none() && !load_error::is_program_failure(&printed) {
            return Err(load_error::explain(&name, &bytes, &programs, &maps, &printed, failure));
        }
        // A fresh copy, since libbpf loads an object once only; now with all of the
        // kernel's types and the verifier's whole log.
        let object = open(&bytes, None)
            .map_err(|reason| Error::BadObject { object: name.clone(), reason })?;
        for (global, value) in &set {
            let place = global::find(&maps, global)?;
            place.write(memory(&object, &maps, &place)?, value)?;
        }
        for (map, fd) in &reused {
            pins::reuse(&object, map, fd)?;
        }
        for (index, target) in &replaced {
            target.by(&object, *index)?;
        }
        let (outcome, printed) = prints::capture(|| load_raw(object));
        match outcome {
            Ok(object) => {
                let stats = vec![None; programs.len()];
                Ok(Object::new(name, object, programs, stats, maps))
            }
            Err(failure) => {
                Err(load_error::explain(&name, &bytes, &programs, &maps, &printed, failure))
            }
        }
    }
}

/// The memory of a global variable's section before the load.
fn memory(
    object: &libbpf_rs::OpenObject,
    maps: &[MapSpec],
    place: &global::Place<'_>,
) -> Result<Memory> {
    let wanted = maps.get(place.map).map(|spec| spec.libbpf_name.as_str());
    let map = object.maps().find(|map| map.name().to_str() == wanted);
    let memory = map.and_then(|map| Memory::of(map.as_libbpf_object().as_ptr()));
    memory.ok_or_else(|| place.unsupported("access", "its section is not in memory"))
}

/// Has libbpf read the object, with the kernel's types from `types` if they are
/// given; the error is the reason in words.
fn open(
    bytes: &[u8],
    types: Option<&TypesFile>,
) -> std::result::Result<libbpf_rs::OpenObject, String> {
    let (outcome, printed) = prints::capture(|| {
        let mut builder = ObjectBuilder::default();
        if let Some(types) = types {
            builder.btf_custom_path(types.path())?;
        }
        builder.name("pythonbpf")?.open_memory(bytes)
    });
    outcome.map_err(|error| match prints::first_line(&printed) {
        Some(line) => format!("libbpf cannot read it: {line}"),
        None => format!("libbpf cannot read it ({error})"),
    })
}

type Stats = Vec<Option<VerifierStats>>;

fn load_with_stats(
    mut object: libbpf_rs::OpenObject,
    programs: usize,
) -> io::Result<(libbpf_rs::Object, Stats)> {
    let mut logs = vec![vec![0_u8; STATS_BYTES]; programs];
    for (mut program, log) in object.progs_mut().zip(&mut logs) {
        program.set_log_level(LOG_STATS);
        // SAFETY: libbpf writes to the buffer only while it loads the program,
        // below, and `logs` lives until after that. It never reads the buffer
        // again: a program is loaded at most once.
        let status = unsafe {
            libbpf_sys::bpf_program__set_log_buf(
                program.as_libbpf_object().as_ptr(),
                log.as_mut_ptr().cast(),
                log.len() as libbpf_sys::size_t,
            )
        };
        check(status)?;
    }
    let object = load_raw(object)?;
    let stats = logs.iter().map(|log| parse_stats(&until_nul(log))).collect();
    Ok((object, stats))
}

fn load_raw(object: libbpf_rs::OpenObject) -> io::Result<libbpf_rs::Object> {
    // SAFETY: the pointer is that of an opened object. libbpf-rs's own `load`
    // does the same but loses the error number.
    check(unsafe { libbpf_sys::bpf_object__load(object.as_libbpf_object().as_ptr()) })?;
    // SAFETY: the object has just been loaded, and `take_ptr` gives up its
    // ownership of it.
    Ok(unsafe { libbpf_rs::Object::from_ptr(object.take_ptr()) })
}

/// What the kernel says of what it does not do; no number of user space's, so that libc
/// does not name it.
pub(crate) const ENOTSUPP: i32 = 524;

/// A libbpf status: negative is an error number.
pub(crate) fn check(status: i32) -> io::Result<i32> {
    if status < 0 { Err(io::Error::from_raw_os_error(-status)) } else { Ok(status) }
}

fn until_nul(log: &[u8]) -> String {
    let text = log.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
