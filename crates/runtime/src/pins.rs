//! Pins: maps and programs that outlive the process, under a path of the BPF file system.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::{fs, io};

use libbpf_rs::{AsRawLibbpf as _, libbpf_sys};

use crate::error::{Error, Result};
use crate::map::Map;
use crate::nearest::nearest;
use crate::open::{OpenObject, check};
use crate::privilege::{Capability, missing_capabilities};
use crate::program::Program;

impl Map {
    /// Pins the map to `path`, a new file of a BPF file system, so that it
    /// lives until that file is removed.
    ///
    /// # Errors
    /// [`Error::Pin`] says what is wrong with the path.
    pub fn pin(&self, path: &Path) -> Result<()> {
        self.with_fd(|fd| pin(fd, path))
    }
}

impl Program {
    /// Pins the program to `path`, a new file of a BPF file system, for what
    /// attaches programs by their file (`ip route`, `tc`).
    ///
    /// # Errors
    /// [`Error::Pin`] says what is wrong with the path.
    pub fn pin(&self, path: &Path) -> Result<()> {
        self.with_fd(|fd| pin(fd, path))
    }
}

impl OpenObject {
    /// Takes the map that is pinned at `path` in place of making map `name`
    /// anew.
    ///
    /// # Errors
    /// [`Error::UnknownMap`], [`Error::Pin`] if nothing is pinned there or it
    /// is not like the map that the object declares.
    pub fn reuse_map(&mut self, name: &str, path: &Path) -> Result<()> {
        let spec = self.maps().iter().find(|map| map.name == name && !map.is_internal);
        let Some(spec) = spec.cloned() else {
            let names = self.maps().iter().map(|map| map.name.as_str());
            return Err(Error::UnknownMap { name: name.to_owned(), nearest: nearest(name, names) });
        };
        let wrong = |reason: String| Error::Pin {
            action: format!("reusing it for map `{name}`"),
            path: path.to_owned(),
            reason,
            source: io::Error::from_raw_os_error(libc::EINVAL),
        };
        let fd = open_pin(path)?;
        let info = map_info(&fd).map_err(|error| wrong(error.to_string()))?;
        // The kernel and libbpf choose the size of buffers of events.
        let entries = |entries| if spec.map_type.carries_events() { 0 } else { entries };
        let there = (info.type_, info.key_size, info.value_size, entries(info.max_entries));
        let own =
            (spec.map_type.number(), spec.key_size, spec.value_size, entries(spec.max_entries));
        if there != own {
            let words = |(kind, key, value, entries): (u32, u32, u32, u32)| {
                format!("type {kind} with {key}-byte keys, {value}-byte values, {entries} entries")
            };
            return Err(wrong(format!("it is of {}, not of {}", words(there), words(own))));
        }
        self.keep_reused(&spec.libbpf_name, fd)
    }
}

pub(crate) fn pin(fd: RawFd, path: &Path) -> Result<()> {
    let name = c_path(path)?;
    // SAFETY: the name ends with a NUL and outlives the call.
    let status = unsafe { libbpf_sys::bpf_obj_pin(fd, name.as_ptr()) };
    check(status).map(|_| ()).map_err(|source| pin_error("pinning", path, source))
}

pub(crate) fn map_info(map: &impl AsRawFd) -> io::Result<libbpf_sys::bpf_map_info> {
    let mut info = libbpf_sys::bpf_map_info::default();
    let mut size = size_of_val(&info) as u32;
    // SAFETY: the kernel writes at most `size` bytes to the struct.
    check(unsafe { libbpf_sys::bpf_map_get_info_by_fd(map.as_raw_fd(), &mut info, &mut size) })?;
    Ok(info)
}

pub(crate) fn program_info(program: &impl AsRawFd) -> io::Result<libbpf_sys::bpf_prog_info> {
    let mut info = libbpf_sys::bpf_prog_info::default();
    let mut size = size_of_val(&info) as u32;
    // SAFETY: as above.
    check(unsafe {
        libbpf_sys::bpf_prog_get_info_by_fd(program.as_raw_fd(), &mut info, &mut size)
    })?;
    Ok(info)
}

/// Has libbpf use the map of `fd`.
pub(crate) fn reuse(object: &libbpf_rs::OpenObject, libbpf_name: &str, fd: &OwnedFd) -> Result<()> {
    let map = object.maps().find(|map| map.name() == libbpf_name);
    let Some(map) = map else { return Ok(()) };
    // SAFETY: the map is that of an opened object, and libbpf copies the descriptor.
    let status =
        unsafe { libbpf_sys::bpf_map__reuse_fd(map.as_libbpf_object().as_ptr(), fd.as_raw_fd()) };
    check(status).map(|_| ()).map_err(system)
}

fn system(source: io::Error) -> Error {
    Error::System { action: "reusing a pinned map".to_owned(), source }
}

pub(crate) fn open_pin(path: &Path) -> Result<OwnedFd> {
    let name = c_path(path)?;
    // SAFETY: the name ends with a NUL and outlives the call.
    let status = unsafe { libbpf_sys::bpf_obj_get(name.as_ptr()) };
    let fd = check(status).map_err(|source| pin_error("opening what is pinned", path, source))?;
    // SAFETY: the kernel has just given the descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn c_path(path: &Path) -> Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| Error::Pin {
        action: "taking it for a pin".to_owned(),
        path: path.to_owned(),
        reason: "no path has a NUL in it".to_owned(),
        source: io::Error::from_raw_os_error(libc::EINVAL),
    })
}

pub(crate) fn pin_error(action: &str, path: &Path, source: io::Error) -> Error {
    let folder = path.parent().unwrap_or(path);
    let reason = match source.raw_os_error() {
        Some(libc::EPERM | libc::EACCES)
            if !missing_capabilities(&[Capability::Bpf]).is_empty() =>
        {
            let missing = missing_capabilities(&[Capability::Bpf]);
            let action = format!("{action} at {}", path.display());
            return Error::MissingPrivilege { action, missing, place: None };
        }
        Some(libc::ENOENT) if !folder.exists() => {
            format!("there is no folder {}", folder.display())
        }
        _ if !is_bpf_fs(folder) => no_bpf_fs(folder),
        Some(libc::EEXIST) => "there is something already: remove it, or reuse it".to_owned(),
        Some(libc::ENOENT) => near_pins(folder),
        _ => source.to_string(),
    };
    Error::Pin { action: action.to_owned(), path: path.to_owned(), reason, source }
}

/// What to do where the folder cannot hold pins.
pub(crate) fn no_bpf_fs(folder: &Path) -> String {
    let usual = Path::new("/sys/fs/bpf");
    if folder.starts_with(usual) && !is_bpf_fs(usual) {
        return "/sys/fs/bpf is not a BPF file system: `mount -t bpf bpf /sys/fs/bpf`".to_owned();
    }
    format!(
        "{} is not in a BPF file system: take a path under /sys/fs/bpf, \
         or `mount -t bpf bpf FOLDER`",
        folder.display()
    )
}

/// Whether the folder can hold pins.
pub(crate) fn is_bpf_fs(folder: &Path) -> bool {
    let Ok(name) = CString::new(folder.as_os_str().as_bytes()) else { return false };
    let mut found = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the name ends with a NUL, and the struct is read only if the call filled it.
    unsafe {
        libc::statfs(name.as_ptr(), found.as_mut_ptr()) == 0
            && found.assume_init().f_type == libc::BPF_FS_MAGIC
    }
}

fn near_pins(folder: &Path) -> String {
    let mut names: Vec<String> = fs::read_dir(folder)
        .map(|entries| {
            let names = entries.flatten().map(|entry| entry.file_name());
            names.map(|name| name.to_string_lossy().into_owned()).collect()
        })
        .unwrap_or_default();
    names.sort_unstable();
    names.truncate(8);
    match names.is_empty() {
        true => "nothing is pinned there".to_owned(),
        false => format!("nothing is pinned there; its folder has {}", names.join(", ")),
    }
}
