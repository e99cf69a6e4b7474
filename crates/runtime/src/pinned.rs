//! A whole object under a folder of the BPF file system, and objects made of what is
//! pinned there.
//!
//! [`Object::pin`] makes a folder with `maps`, `globals`, `programs` and `links`, a
//! file for each; the programs stay attached when the process ends. [`Object::from_pins`]
//! takes such a folder, any other folder with pins, or one pinned file: names are those
//! of the files, types those of the BTF that the kernel keeps.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use libbpf_rs::btf::Btf;
use libbpf_rs::query::LinkInfo;
use libbpf_rs::{MapHandle, libbpf_sys};

use crate::error::{Error, Result};
use crate::global::Mapped;
use crate::hook::{Held, Hook};
use crate::inspect::program_kind;
use crate::loaded_btf;
use crate::object::{Loaded, Object};
use crate::pins::{is_bpf_fs, map_info, open_pin, pin, pin_error, program_info};
use crate::spec::{MapSpec, ProgramSpec, event_layouts, kernel_spec};

const MAPS: &str = "maps";
const GLOBALS: &str = "globals";
const PROGRAMS: &str = "programs";
const LINKS: &str = "links";
/// How deep pins are looked for.
const DEPTH: usize = 4;

impl Object {
    /// Pins maps, global variables, programs and the links of those that are attached
    /// under `folder`, which is made. They outlive the process, until
    /// [`Object::unpin`] or until the files are removed. Several folders hold the
    /// same things.
    ///
    /// # Errors
    /// [`Error::Pin`]: the folder is not in a BPF file system, something is there
    /// already, or a program is held by no link of the kernel (`perf_event`,
    /// `tracepoint` and probes before Linux 5.15, filters, sockets). Nothing new is
    /// pinned then, and what was pinned before stays.
    pub fn pin(&self, folder: &Path) -> Result<()> {
        let mut made = Vec::new();
        let outcome = self.pin_all(folder, &mut made);
        if outcome.is_err() {
            self.forget_links(|path| made.contains(path));
            remove(made);
            return outcome;
        }
        self.inner.pins().extend(made);
        Ok(())
    }

    /// Removes all that calls of [`Object::pin`] made, and what the object was made of.
    /// What nothing else holds is detached and freed when the object is closed.
    ///
    /// # Errors
    /// [`Error::Pin`]: a file cannot be removed.
    pub fn unpin(&self) -> Result<()> {
        self.forget_links(|_| true);
        let mut pins = self.inner.pins();
        while let Some(path) = pins.last() {
            match removed(path) {
                Ok(()) => pins.pop(),
                Err(source) => return Err(pin_error("unpinning", path, source)),
            };
        }
        Ok(())
    }

    /// Removes the pins of links that are chosen; without one a program is held by its
    /// hook alone.
    fn forget_links(&self, chosen: impl Fn(&PathBuf) -> bool) {
        for index in 0..self.inner.programs.len() {
            if let Some(held) = self.inner.link(index).as_mut() {
                held.unpin(&chosen);
            }
        }
    }

    fn pin_all(&self, folder: &Path, made: &mut Vec<PathBuf>) -> Result<()> {
        for part in [None, Some(MAPS), Some(GLOBALS), Some(PROGRAMS), Some(LINKS)] {
            let path = part.map_or_else(|| folder.to_owned(), |part| folder.join(part));
            make(&path, made)?;
        }
        self.inner.with_loaded(|loaded| {
            for (index, spec) in self.inner.maps.iter().enumerate() {
                let Some(map) = loaded.map(index) else { continue };
                let path = match spec.name.strip_prefix('.') {
                    Some(section) => folder.join(GLOBALS).join(section.replace('.', "_")),
                    // The compiler's own: programs hold it.
                    None if spec.is_internal => continue,
                    None => folder.join(MAPS).join(&spec.name),
                };
                pin(map.as_fd().as_raw_fd(), &path)?;
                made.push(path);
            }
            for (index, spec) in self.inner.programs.iter().enumerate() {
                let Some(program) = loaded.program_fd(index) else { continue };
                let path = folder.join(PROGRAMS).join(&spec.name);
                pin(program.as_raw_fd(), &path)?;
                made.push(path);
            }
            Ok(())
        })?;
        for (index, spec) in self.inner.programs.iter().enumerate() {
            if let Some(held) = self.inner.link(index).as_mut() {
                pin_links(held, spec, &folder.join(LINKS), made)?;
            }
        }
        match self.inner.operations().keys().next() {
            Some(name) => Err(no_link(&folder.join(LINKS).join(name))),
            None => Ok(()),
        }
    }

    /// An object of what is pinned at `path`: a file, or a folder and those in it.
    /// Closing it leaves all as it is.
    ///
    /// # Errors
    /// [`Error::Pin`] if nothing is pinned there, [`Error::MissingPrivilege`].
    pub fn from_pins(path: &Path) -> Result<Self> {
        let mut pins = Pins::default();
        let is_folder = fs::metadata(path).is_ok_and(|found| found.is_dir());
        if is_folder {
            pins.folder(path, DEPTH)?;
        } else {
            pins.file(path.to_owned())?;
        }
        if pins.is_empty() {
            let source = io::Error::from_raw_os_error(libc::ENOENT);
            return Err(pin_error("opening what is pinned", &path.join(MAPS), source));
        }
        pins.object(path)
    }
}

/// Pins the links of a program; notes each pin as made and as one that holds it.
fn pin_links(
    held: &mut Held,
    spec: &ProgramSpec,
    folder: &Path,
    made: &mut Vec<PathBuf>,
) -> Result<()> {
    let links = held.hook.links();
    if links.is_empty() {
        return Err(no_link(&folder.join(&spec.name)));
    }
    for (number, link) in links.iter().enumerate() {
        let name = match number {
            0 => spec.name.clone(),
            number => format!("{}-{number}", spec.name),
        };
        let path = folder.join(name);
        pin(link.as_raw_fd(), &path).map_err(|error| match error {
            Error::Pin { source, .. } if source.raw_os_error() == Some(libc::EINVAL) => {
                no_link(&path)
            }
            error => error,
        })?;
        held.pins.push(path.clone());
        made.push(path);
    }
    Ok(())
}

fn no_link(path: &Path) -> Error {
    Error::Pin {
        action: "pinning".to_owned(),
        path: path.to_owned(),
        reason: "no link of the kernel holds it, so it is attached as long as this process \
                 lives (tracepoints and probes have links from Linux 5.15 on)"
            .to_owned(),
        source: io::Error::from_raw_os_error(libc::EINVAL),
    }
}

fn make(folder: &Path, made: &mut Vec<PathBuf>) -> Result<()> {
    match fs::create_dir(folder) {
        Ok(()) => {
            made.push(folder.to_owned());
            // Asked of the kernel itself: other file systems have no pins.
            match is_bpf_fs(folder) {
                true => Ok(()),
                false => Err(pin_error(
                    "pinning",
                    &folder.join(MAPS),
                    io::Error::from_raw_os_error(libc::EINVAL),
                )),
            }
        }
        Err(source) => Err(pin_error("pinning", folder, source)),
    }
}

/// Removes files and folders, the last first.
fn remove(paths: Vec<PathBuf>) {
    for path in paths.iter().rev() {
        // An error was told already.
        let _ = removed(path);
    }
}

fn removed(path: &Path) -> io::Result<()> {
    let outcome = match fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
        true => fs::remove_dir(path),
        false => fs::remove_file(path),
    };
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // Others have put something there.
        Err(error) if error.raw_os_error() == Some(libc::ENOTEMPTY) => Ok(()),
        outcome => outcome,
    }
}

/// What is pinned, with the paths.
#[derive(Default)]
struct Pins {
    maps: Vec<(PathBuf, OwnedFd)>,
    programs: Vec<(PathBuf, OwnedFd)>,
    links: Vec<(PathBuf, OwnedFd)>,
    /// All files and folders, outer ones first.
    paths: Vec<PathBuf>,
}

impl Pins {
    fn is_empty(&self) -> bool {
        self.maps.is_empty() && self.programs.is_empty() && self.links.is_empty()
    }

    fn folder(&mut self, folder: &Path, depth: usize) -> Result<()> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
        let failure = |source| pin_error("opening what is pinned", &folder.join(MAPS), source);
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)
            .and_then(|found| found.map(|entry| Ok(entry?.path())).collect())
            .map_err(failure)?;
        entries.sort();
        self.paths.push(folder.to_owned());
        for path in entries {
            match fs::metadata(&path).is_ok_and(|found| found.is_dir()) {
                true => self.folder(&path, depth)?,
                false => self.file(path)?,
            }
        }
        Ok(())
    }

    fn file(&mut self, path: PathBuf) -> Result<()> {
        let descriptor = open_pin(&path)?;
        let kind = fs::read_link(format!("/proc/self/fd/{}", descriptor.as_raw_fd()));
        let kind = kind.map(|kind| kind.to_string_lossy().into_owned()).unwrap_or_default();
        self.paths.push(path.clone());
        match kind.trim_start_matches("anon_inode:").trim_matches(['[', ']']) {
            "bpf-map" => self.maps.push((path, descriptor)),
            "bpf-prog" => self.programs.push((path, descriptor)),
            "bpf_link" | "bpf-link" | "bpf_iter" => self.links.push((path, descriptor)),
            _ => {}
        }
        Ok(())
    }

    fn object(self, path: &Path) -> Result<Object> {
        let programs: Vec<(ProgramSpec, u32, u32)> = self
            .programs
            .iter()
            .map(|(path, descriptor)| program_spec(path, descriptor.as_fd()))
            .collect::<Result<_>>()?;
        let maps = with_info(self.maps)?;
        let of_programs = programs.iter().map(|(.., btf)| *btf);
        let types = Types::of(of_programs.chain(maps.iter().map(|(.., info)| info.btf_id)));
        let (mut specs, mut handles, mut memory) = (Vec::new(), Vec::new(), HashMap::new());
        for (index, (path, descriptor, info)) in maps.into_iter().enumerate() {
            let spec = types.map(&path, &info);
            if spec.is_internal
                && let Some(mapped) = Mapped::of(descriptor.as_fd(), spec.value_size as usize)
            {
                memory.insert(index, mapped);
            }
            specs.push(spec);
            let handle = MapHandle::from_pinned_path(&path);
            handles.push(Some(handle.map_err(|error| {
                pin_error("opening what is pinned", &path, io::Error::other(error.to_string()))
            })?));
        }
        let mut held: Vec<Option<Held>> = programs.iter().map(|_| None).collect();
        for (path, descriptor) in self.links {
            let of = LinkInfo::from_fd(descriptor.as_fd()).map(|info| info.prog_id).ok();
            let index = programs.iter().position(|(_, id, _)| Some(*id) == of);
            let Some((index, id)) = index.zip(of) else { continue };
            let held =
                held[index].get_or_insert_with(|| Held::new(Hook::Descriptors(Vec::new()), id));
            held.pins.push(path);
            if let Hook::Descriptors(links) = &mut held.hook {
                links.push(descriptor);
            }
        }
        let descriptors = self.programs.into_iter().map(|(_, descriptor)| descriptor).collect();
        let specs_of_programs = programs.into_iter().map(|(spec, ..)| spec).collect();
        let loaded = Loaded::of_pins(descriptors, handles, memory);
        let name = path.display().to_string();
        Ok(Object::of_pins(name, loaded, specs_of_programs, specs, held, self.paths))
    }
}

/// Maps with what the kernel tells of them.
fn with_info(
    maps: Vec<(PathBuf, OwnedFd)>,
) -> Result<Vec<(PathBuf, OwnedFd, libbpf_sys::bpf_map_info)>> {
    let asked = |(path, map): (PathBuf, OwnedFd)| match map_info(&map) {
        Ok(info) => Ok((path, map, info)),
        Err(source) => Err(pin_error("asking what is pinned", &path, source)),
    };
    maps.into_iter().map(asked).collect()
}

/// What the kernel tells of a program, its number and that of its BTF.
fn program_spec(path: &Path, program: BorrowedFd<'_>) -> Result<(ProgramSpec, u32, u32)> {
    let info = program_info(&program)
        .map_err(|source| pin_error("asking what is pinned", path, source))?;
    let spec = ProgramSpec {
        name: file_name(path),
        section: program_kind(info.type_),
        instructions: info.xlated_prog_len as usize / 8,
        expected_attach_type: 0,
    };
    Ok((spec, info.id, info.btf_id))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The types that the kernel keeps of programs and maps, by the number of the BTF.
struct Types(HashMap<u32, Btf<'static>>);

impl Types {
    fn of(numbers: impl Iterator<Item = u32>) -> Self {
        let numbers: HashSet<u32> = numbers.filter(|number| *number != 0).collect();
        let read = |number| Some((number, loaded_btf::for_layouts(number)?));
        Self(numbers.into_iter().filter_map(read).collect())
    }

    fn map(&self, path: &Path, info: &libbpf_sys::bpf_map_info) -> MapSpec {
        // Buffers of events have no types of their own.
        let own = self.0.get(&info.btf_id);
        let mut spec = kernel_spec(info, own);
        let name = file_name(path);
        let events = own.into_iter().chain(self.0.values()).map(event_layouts);
        let mut events = events.flatten().filter(|(of, _)| *of == name);
        spec.events = events.next().map(|(_, layouts)| layouts).unwrap_or_default();
        let of_globals = path.parent().and_then(Path::file_name).is_some_and(|of| of == GLOBALS);
        spec.is_internal = of_globals;
        spec.name = match own.filter(|_| of_globals) {
            Some(btf) => section_name(btf, info.btf_value_type_id).unwrap_or(name),
            None => name,
        };
        spec.libbpf_name.clone_from(&spec.name);
        spec
    }
}

/// The section whose variables a map holds.
fn section_name(btf: &Btf<'_>, id: u32) -> Option<String> {
    let ty = btf.type_by_id::<libbpf_rs::btf::BtfType<'_>>(id.into())?;
    ty.name().map(|name| name.to_string_lossy().into_owned())
}
