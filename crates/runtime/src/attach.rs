//! Attaching programs to their hooks, and letting go again.
//!
//! A program attaches by its section, as libbpf does; only what the section
//! cannot say (a network interface, a control group) comes from
//! [`AttachOptions`]. Perf event
//! buffers are opened before the first program is attached, so that no event
//! is lost for want of a reader.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::path::PathBuf;
use std::ptr::NonNull;

use libbpf_rs::{AsRawLibbpf as _, Link, libbpf_sys};

use crate::attach_error::explain;
use crate::error::{Error, ProgramPlace, Result};
use crate::hook::{Hook, Place};
use crate::interface::Interface;
use crate::object::{Inner, Loaded, Object};
use crate::prints;
use crate::program::Program;
use crate::tc;
use crate::tracefs::ensure_tracefs;

/// What the sections do not say of where to attach.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AttachOptions {
    /// The network interface for XDP and traffic control programs.
    pub interface: Option<Interface>,
    /// The folder of the control group for cgroup programs.
    pub cgroup: Option<PathBuf>,
}

impl AttachOptions {
    /// Attaches XDP and traffic control programs to this interface.
    #[must_use]
    pub fn interface(mut self, interface: impl Into<Interface>) -> Self {
        self.interface = Some(interface.into());
        self
    }

    /// Attaches cgroup programs to the control group with this folder.
    #[must_use]
    pub fn cgroup(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cgroup = Some(folder.into());
        self
    }

    /// Whether `place` is known.
    fn tells(&self, place: Place, program: ProgramPlace) -> Result<()> {
        if place.is_on_interface() && self.interface.is_none() {
            return Err(Error::InterfaceNeeded { place: program });
        }
        if place == Place::Cgroup && self.cgroup.is_none() {
            return Err(Error::CgroupNeeded { place: program });
        }
        Ok(())
    }
}

/// What [`Object::attach_all`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachReport {
    /// The programs attached now, by name.
    pub attached: Vec<String>,
    /// The programs that have no hook of their own to attach to (`socket`,
    /// sections switched off with `?`).
    pub skipped: Vec<ProgramPlace>,
}

impl Object {
    /// Attaches every program that is not attached yet. Programs whose
    /// sections name no hook are skipped and reported.
    ///
    /// # Errors
    /// [`Error::InterfaceNeeded`] or [`Error::CgroupNeeded`] before anything is
    /// attached, if a program needs one and none is given. If one program
    /// fails, those that this call attached are detached again.
    pub fn attach_all(&self, options: &AttachOptions) -> Result<AttachReport> {
        self.inner.with_loaded(|_| Ok(()))?;
        for program in &self.inner.programs {
            options.tells(Place::of(program), program.place())?;
        }
        let mut report = AttachReport::default();
        let mut attached: Vec<Program> = Vec::new();
        for program in self.programs().into_iter().filter(|program| !program.is_attached()) {
            match program.attach(options) {
                Ok(()) => {
                    report.attached.push(program.name().to_owned());
                    attached.push(program);
                }
                Err(Error::NotAttachable { place } | Error::NotLoaded { place }) => {
                    report.skipped.push(place);
                }
                Err(error) => {
                    for program in attached {
                        program.detach();
                    }
                    return Err(error);
                }
            }
        }
        Ok(report)
    }

    /// Detaches every program that is attached.
    pub fn detach_all(&self) {
        for program in self.programs() {
            program.detach();
        }
    }
}

impl Program {
    /// Attaches the program to the hook that its section names.
    ///
    /// # Errors
    /// [`Error::AlreadyAttached`], [`Error::InterfaceNeeded`],
    /// [`Error::NoSuchInterface`], [`Error::CgroupNeeded`],
    /// [`Error::NoSuchCgroup`], [`Error::NoSuchTracepoint`],
    /// [`Error::NoSuchFunction`], [`Error::NoKprobes`],
    /// [`Error::MissingPrivilege`], [`Error::NotAttachable`], or the kernel's
    /// refusal.
    pub fn attach(&self, options: &AttachOptions) -> Result<()> {
        let mut link = self.inner.link(self.index);
        if link.is_some() {
            return Err(Error::AlreadyAttached { place: self.place() });
        }
        *link = Some(self.inner.with_loaded(|loaded| self.link(loaded, options))?);
        Ok(())
    }

    /// Detaches the program; says whether it was attached. Works from any
    /// thread, and has let go of the hook when it returns, which for
    /// tracepoints takes the kernel up to 100 ms.
    pub fn detach(&self) -> bool {
        let mut link = self.inner.link(self.index);
        link.take().is_some()
    }

    /// Whether the program is attached.
    pub fn is_attached(&self) -> bool {
        self.inner.link(self.index).is_some()
    }

    fn link(&self, loaded: &Loaded, options: &AttachOptions) -> Result<Hook> {
        let program = self.loaded(loaded)?;
        let spec = self.spec();
        let place = Place::of(spec);
        options.tells(place, self.place())?;
        if matches!(spec.kind(), "tp" | "tracepoint") {
            ensure_tracefs()?;
        }
        let interface = match &options.interface {
            Some(interface) if place.is_on_interface() => self.ifindex(interface)?,
            _ => 0,
        };
        let cgroup = match &options.cgroup {
            Some(folder) if place == Place::Cgroup => Some(open_cgroup(folder)?),
            _ => None,
        };
        Inner::open_perf_buffers(&self.inner, loaded)?;
        let raw = program.as_libbpf_object().as_ptr();
        let (hook, printed) = prints::capture(|| {
            // SAFETY: `raw` is a loaded program of an object that stays
            // borrowed; the functions return a link or an error pointer.
            unsafe {
                match (place, &cgroup) {
                    (Place::Tc(direction), _) => {
                        tc::attach(program.as_fd().as_raw_fd(), interface, direction)
                    }
                    (Place::Xdp, _) => {
                        owned_link(libbpf_sys::bpf_program__attach_xdp(raw, interface))
                    }
                    (_, Some(cgroup)) => {
                        owned_link(libbpf_sys::bpf_program__attach_cgroup(raw, cgroup.as_raw_fd()))
                    }
                    _ => owned_link(libbpf_sys::bpf_program__attach(raw)),
                }
            }
        });
        hook.map_err(|source| explain(spec, options, &printed, source))
    }

    fn ifindex(&self, interface: &Interface) -> Result<i32> {
        let index = interface.index()?;
        i32::try_from(index).map_err(|_| Error::NoSuchInterface {
            name: interface.to_string(),
            existing: Vec::new(),
        })
    }
}

fn open_cgroup(folder: &std::path::Path) -> Result<File> {
    // Asking for a file of every cgroup's tells a cgroup from another folder.
    File::open(folder.join("cgroup.procs"))
        .and_then(|_| File::open(folder))
        .map_err(|source| Error::NoSuchCgroup { folder: folder.to_owned(), source })
}

/// Takes what an attach function of libbpf returned.
///
/// # Safety
/// `raw` is a link that nobody else owns, or an error in libbpf's encoding.
unsafe fn owned_link(raw: *mut libbpf_sys::bpf_link) -> io::Result<Hook> {
    // SAFETY: the function takes any pointer.
    let error = unsafe { libbpf_sys::libbpf_get_error(raw.cast()) };
    match NonNull::new(raw) {
        // SAFETY: without an error it is a link, and by contract ours.
        Some(raw) if error == 0 => Ok(Hook::Link(unsafe { Link::from_ptr(raw) })),
        _ => {
            let code = i32::try_from(-error).unwrap_or(libc::EINVAL);
            Err(io::Error::from_raw_os_error(if code == 0 { libc::EINVAL } else { code }))
        }
    }
}
