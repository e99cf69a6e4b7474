//! The ways to attach, each row of [`kernel::ATTACH_ROWS`] by its own.

mod iterator;
mod network;
mod perf;
mod socket;
mod trace;

use std::ffi::CString;
use std::io;
use std::os::fd::RawFd;
use std::path::Path;
use std::ptr::NonNull;

use kernel::{Argument, Way};
use libbpf_rs::{Link, libbpf_sys};

use crate::attach_options::AttachOptions;
use crate::error::{Error, Result};
use crate::hook::Hook;
use crate::object::{Inner, Loaded};
use crate::spec::ProgramSpec;
use crate::tc;

pub(crate) use iterator::open as open_iterator;
pub(crate) use socket::{Attachment, SocketHook};

/// A loaded program that is being attached.
#[derive(Clone, Copy)]
pub(crate) struct Attaching<'a> {
    /// libbpf's program, borrowed from `loaded`.
    pub raw: NonNull<libbpf_sys::bpf_program>,
    pub descriptor: RawFd,
    pub spec: &'a ProgramSpec,
    pub options: &'a AttachOptions,
    pub inner: &'a Inner,
    pub loaded: &'a Loaded,
}

/// Why an attach failed.
pub(crate) enum Failure {
    /// The system's answer, still to be explained.
    System(io::Error),
    /// Explained already.
    Explained(Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Explained(error)
    }
}

pub(crate) type Outcome = std::result::Result<Hook, Failure>;

impl Attaching<'_> {
    /// Attaches the program the way that its section says.
    pub(crate) fn attach(&self) -> Outcome {
        let way = self.spec.attach_row().map_or(Way::Section, |row| row.way);
        match way {
            Way::Section => self.by_section().map(Hook::Link),
            Way::Kprobe(moment) => self.kprobe(moment),
            Way::KprobeMulti(moment) => self.kprobe_multi(moment),
            Way::Ksyscall(moment) => self.ksyscall(moment),
            Way::Uprobe(moment) => self.uprobe(moment),
            Way::UprobeMulti(moment) => self.uprobe_multi(moment),
            Way::Usdt => self.usdt(),
            Way::Tracepoint => self.tracepoint(),
            Way::RawTracepoint => self.raw_tracepoint(),
            Way::Iterator => self.iterator().map(Hook::Link),
            Way::Perf => self.perf_event(),
            Way::Xdp => self.xdp(),
            Way::Tc(direction) => {
                tc::attach(self.descriptor, self.ifindex()?, direction).map_err(Failure::from)
            }
            Way::Netkit(side) => self.netkit(side),
            Way::Cgroup => self.cgroup(),
            Way::Namespace => self.namespace(),
            Way::SocketMap => self.socket_map(),
            Way::Socket(option) => self.socket(option),
            Way::Netfilter => self.netfilter(),
            Way::Lirc => self.lirc(),
            Way::NotHere(who) => {
                Err(Error::AttachedElsewhere { place: self.spec.place(), who }.into())
            }
        }
    }

    /// Attaches by what libbpf finds in the section.
    fn by_section(&self) -> std::result::Result<Link, Failure> {
        // SAFETY: `raw` is a loaded program that `loaded` keeps.
        unsafe { owned_link(libbpf_sys::bpf_program__attach(self.raw.as_ptr())) }
    }

    /// Whether the caller says nothing, so that the section says all.
    fn section_says_all(&self) -> bool {
        !Argument::all().any(|argument| self.options.has(argument))
    }

    /// What is traced: what the caller says, or else the section's target.
    fn symbol(&self) -> std::result::Result<CString, Failure> {
        text(Argument::Symbol, self.options.symbol.as_deref().unwrap_or(self.spec.target()))
    }
}

/// A text for C.
fn text(argument: Argument, text: &str) -> std::result::Result<CString, Failure> {
    CString::new(text).map_err(|_| bad(argument, text, "it has a NUL".to_owned()).into())
}

/// The error for an argument that means nothing.
fn bad(argument: Argument, value: &str, reason: String) -> Error {
    Error::BadArgument { argument, value: value.to_owned(), reason }
}

/// The number behind one of a few names.
fn one_of(
    argument: Argument,
    name: &str,
    known: &[(&str, u32)],
) -> std::result::Result<u32, Failure> {
    known.iter().find(|(known, _)| *known == name).map(|(_, number)| *number).ok_or_else(|| {
        let names: Vec<String> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
        bad(argument, name, format!("it is one of {}", names.join(", "))).into()
    })
}

/// A file that the caller names.
fn open(path: &Path) -> Result<std::fs::File> {
    std::fs::File::open(path).map_err(|source| Error::NoSuchFile { path: path.to_owned(), source })
}

/// Takes what an attach function of libbpf returned.
///
/// # Safety
/// `raw` is a link that nobody else owns, or an error in libbpf's encoding.
pub(crate) unsafe fn owned_link(
    raw: *mut libbpf_sys::bpf_link,
) -> std::result::Result<Link, Failure> {
    // SAFETY: the function takes any pointer.
    let error = unsafe { libbpf_sys::libbpf_get_error(raw.cast()) };
    match NonNull::new(raw) {
        // SAFETY: without an error it is a link, and by contract ours.
        Some(raw) if error == 0 => Ok(unsafe { Link::from_ptr(raw) }),
        _ => {
            let code = i32::try_from(-error).unwrap_or(libc::EINVAL);
            let code = if code == 0 { libc::EINVAL } else { code };
            Err(io::Error::from_raw_os_error(code).into())
        }
    }
}

/// The `sz` that libbpf's option structures begin with.
fn size_of_options<T>() -> libbpf_sys::size_t {
    size_of::<T>() as _
}
