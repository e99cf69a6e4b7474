//! Attaching programs to their hooks, and letting go again.
//!
//! A program attaches by its section, as libbpf does; only what the section
//! cannot say (a network interface) comes from [`AttachOptions`]. Perf event
//! buffers are opened before the first program is attached, so that no event
//! is lost for want of a reader.

use std::io;
use std::ptr::NonNull;

use libbpf_rs::{AsRawLibbpf as _, Link, libbpf_sys};

use crate::attach_error::explain;
use crate::error::{Error, ProgramPlace, Result};
use crate::interface::Interface;
use crate::object::{Inner, Loaded, Object};
use crate::prints;
use crate::program::Program;
use crate::spec::ProgramSpec;
use crate::tracefs::ensure_tracefs;

/// What the sections do not say of where to attach.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AttachOptions {
    /// The network interface for XDP programs.
    pub interface: Option<Interface>,
}

impl AttachOptions {
    /// Attaches XDP programs to this interface.
    #[must_use]
    pub fn interface(mut self, interface: impl Into<Interface>) -> Self {
        self.interface = Some(interface.into());
        self
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
    /// [`Error::InterfaceNeeded`] before anything is attached, if there is an
    /// XDP program and no interface. If one program fails, those that this
    /// call attached are detached again.
    pub fn attach_all(&self, options: &AttachOptions) -> Result<AttachReport> {
        self.inner.with_loaded(|_| Ok(()))?;
        for program in &self.inner.programs {
            if is_xdp(program) && options.interface.is_none() {
                return Err(Error::InterfaceNeeded { place: program.place() });
            }
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
    /// [`Error::NoSuchInterface`], [`Error::NoSuchTracepoint`],
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

    fn link(&self, loaded: &Loaded, options: &AttachOptions) -> Result<Link> {
        let program = self.loaded(loaded)?;
        let spec = self.spec();
        let ifindex = if is_xdp(spec) { Some(self.ifindex(options)?) } else { None };
        if matches!(spec.kind(), "tp" | "tracepoint") {
            ensure_tracefs()?;
        }
        Inner::open_perf_buffers(&self.inner, loaded)?;
        let raw = program.as_libbpf_object().as_ptr();
        let (link, printed) = prints::capture(|| {
            // SAFETY: `raw` is a loaded program of an object that stays
            // borrowed; both functions return a link or an error pointer.
            unsafe {
                owned_link(match ifindex {
                    Some(index) => libbpf_sys::bpf_program__attach_xdp(raw, index),
                    None => libbpf_sys::bpf_program__attach(raw),
                })
            }
        });
        link.map_err(|source| explain(spec, options, &printed, source))
    }

    fn ifindex(&self, options: &AttachOptions) -> Result<i32> {
        let Some(interface) = &options.interface else {
            return Err(Error::InterfaceNeeded { place: self.place() });
        };
        let index = interface.index()?;
        i32::try_from(index).map_err(|_| Error::NoSuchInterface {
            name: interface.to_string(),
            existing: Vec::new(),
        })
    }
}

/// Programs run by network interfaces; not those run by device and CPU maps
/// (`xdp/devmap`, `xdp/cpumap`).
fn is_xdp(program: &ProgramSpec) -> bool {
    program.kind() == "xdp" && !matches!(program.target(), "devmap" | "cpumap")
}

/// Takes what an attach function of libbpf returned.
///
/// # Safety
/// `raw` is a link that nobody else owns, or an error in libbpf's encoding.
unsafe fn owned_link(raw: *mut libbpf_sys::bpf_link) -> io::Result<Link> {
    // SAFETY: the function takes any pointer.
    let error = unsafe { libbpf_sys::libbpf_get_error(raw.cast()) };
    match NonNull::new(raw) {
        // SAFETY: without an error it is a link, and by contract ours.
        Some(raw) if error == 0 => Ok(unsafe { Link::from_ptr(raw) }),
        _ => {
            let code = i32::try_from(-error).unwrap_or(libc::EINVAL);
            Err(io::Error::from_raw_os_error(if code == 0 { libc::EINVAL } else { code }))
        }
    }
}
