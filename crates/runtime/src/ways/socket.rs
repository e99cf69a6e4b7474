//! Maps of sockets, single sockets and infrared devices: hooks that are no
//! links, and are told to let the program go.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd, RawFd};

use kernel::SocketOption;
use libbpf_rs::libbpf_sys;

use super::{Attaching, Failure, Outcome};
use crate::error::Error;
use crate::hook::Hook;
use crate::open::check;

impl Attaching<'_> {
    pub(super) fn socket_map(&self) -> Outcome {
        let name = self.options.map.as_deref().unwrap_or_default();
        self.attach_to(self.map_descriptor(name)?)
    }

    /// A copy of the descriptor of a map of the object.
    pub(super) fn map_descriptor(&self, name: &str) -> Result<OwnedFd, Failure> {
        let index = self.inner.map_index(name)?;
        let missing = || Error::UnknownMap { name: name.to_owned(), nearest: Vec::new() };
        let map = self.loaded.map(index).ok_or_else(missing)?;
        Ok(map.as_fd().try_clone_to_owned()?)
    }

    pub(super) fn lirc(&self) -> Outcome {
        let path = self.options.path.clone().unwrap_or_default();
        self.attach_to(OwnedFd::from(super::open(&path)?))
    }

    fn attach_to(&self, target: OwnedFd) -> Outcome {
        let kind = match self.spec.expected_attach_type {
            // `sk_skb` alone does not say which of two it is.
            0 => libbpf_sys::BPF_SK_SKB_STREAM_VERDICT,
            kind => kind,
        };
        // SAFETY: plain numbers.
        let status =
            unsafe { libbpf_sys::bpf_prog_attach(self.descriptor, target.as_raw_fd(), kind, 0) };
        check(status)?;
        // SAFETY: the descriptor is that of a loaded program.
        let program = unsafe { std::os::fd::BorrowedFd::borrow_raw(self.descriptor) };
        Ok(Hook::Attachment(Attachment { program: program.try_clone_to_owned()?, target, kind }))
    }

    pub(super) fn socket(&self, option: SocketOption) -> Outcome {
        let socket = self.options.socket.unwrap_or(-1);
        let identity = identity(socket)?;
        let (attach, detach) = match option {
            SocketOption::Filter => (libc::SO_ATTACH_BPF, libc::SO_DETACH_FILTER),
            SocketOption::Reuseport => (SO_ATTACH_REUSEPORT_EBPF, SO_DETACH_REUSEPORT_BPF),
        };
        set_option(socket, attach, self.descriptor)?;
        Ok(Hook::Socket(SocketHook { socket, identity, detach }))
    }
}

// include/uapi/asm-generic/socket.h; the same on x86-64 and arm64.
const SO_ATTACH_REUSEPORT_EBPF: libc::c_int = 52;
const SO_DETACH_REUSEPORT_BPF: libc::c_int = 68;

/// A program that a map or a device runs until it is told not to.
#[derive(Debug)]
pub(crate) struct Attachment {
    program: OwnedFd,
    target: OwnedFd,
    kind: libbpf_sys::bpf_attach_type,
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // Fails only where the program is gone from there already.
        // SAFETY: plain numbers.
        let _ = unsafe {
            libbpf_sys::bpf_prog_detach2(
                self.program.as_raw_fd(),
                self.target.as_raw_fd(),
                self.kind,
            )
        };
    }
}

/// A socket that runs a program. Its descriptor is the caller's, who may
/// close the socket at any time: it must not be kept open here.
#[derive(Debug)]
pub(crate) struct SocketHook {
    socket: RawFd,
    identity: (libc::dev_t, libc::ino_t),
    detach: libc::c_int,
}

impl Drop for SocketHook {
    fn drop(&mut self) {
        // The number may be another file's by now.
        if identity(self.socket).is_ok_and(|now| now == self.identity) {
            let _ = set_option(self.socket, self.detach, 0);
        }
    }
}

/// What tells one open file from another.
fn identity(descriptor: RawFd) -> io::Result<(libc::dev_t, libc::ino_t)> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: `stat` has room for what the call writes.
    if unsafe { libc::fstat(descriptor, stat.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded and has written it.
    let stat = unsafe { stat.assume_init() };
    Ok((stat.st_dev, stat.st_ino))
}

fn set_option(socket: RawFd, option: libc::c_int, value: RawFd) -> io::Result<()> {
    // SAFETY: the value is one that outlives the call, with its size.
    let status = unsafe {
        libc::setsockopt(
            socket,
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of::<RawFd>() as libc::socklen_t,
        )
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
