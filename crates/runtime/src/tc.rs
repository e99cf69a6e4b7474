//! Traffic control: programs at the ingress or egress of an interface.
//!
//! Kernels from 6.6 have links for this (tcx), which go with their process.
//! Older ones have filters of the `clsact` queueing discipline, which stay
//! until somebody removes them: [`Filter`] does when it is dropped. The
//! discipline itself stays, since others may have come to use it.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use kernel::Direction;
use libbpf_rs::libbpf_sys;

use crate::hook::Hook;
use crate::open::check;
use crate::prints;

const OWN_NAMESPACE: &str = "/proc/thread-self/ns/net";

/// Attaches the loaded program behind `program` to an interface.
pub(crate) fn attach(program: RawFd, interface: i32, direction: Direction) -> io::Result<Hook> {
    match attach_tcx(program, interface, direction) {
        // What kernels say to a type of link that they do not know.
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
            Filter::attach(program, interface, direction).map(Hook::Filter)
        }
        link => link.map(|link| Hook::Descriptors(vec![link])),
    }
}

fn attach_tcx(program: RawFd, interface: i32, direction: Direction) -> io::Result<OwnedFd> {
    let kind = match direction {
        Direction::Ingress => libbpf_sys::BPF_TCX_INGRESS,
        Direction::Egress => libbpf_sys::BPF_TCX_EGRESS,
    };
    // SAFETY: plain numbers; no options is allowed.
    let status = unsafe { libbpf_sys::bpf_link_create(program, interface, kind, std::ptr::null()) };
    // SAFETY: a new descriptor that nobody else has.
    check(status).map(|descriptor| unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// A filter that runs one program.
#[derive(Debug)]
pub(crate) struct Filter {
    interface: i32,
    direction: Direction,
    handle: u32,
    priority: u32,
    /// The network namespace of the interface: its number means another one
    /// elsewhere.
    namespace: File,
}

impl Filter {
    fn attach(program: RawFd, interface: i32, direction: Direction) -> io::Result<Self> {
        let namespace = File::open(OWN_NAMESPACE)?;
        let mut hook = hook(interface, direction);
        let mut options = options();
        options.prog_fd = program;
        // libbpf writes a warning where the discipline exists already.
        let made = prints::capture(|| {
            // SAFETY: the structure is complete and outlives the call.
            unsafe { libbpf_sys::bpf_tc_hook_create(&raw mut hook) }
        });
        let status = match made.0 {
            // SAFETY: both structures are complete and outlive the call.
            0 | EXISTS => unsafe { libbpf_sys::bpf_tc_attach(&raw const hook, &raw mut options) },
            error => error,
        };
        check(status)?;
        let (handle, priority) = (options.handle, options.priority);
        Ok(Self { interface, direction, handle, priority, namespace })
    }

    /// Removes the filter, from a thread in the right namespace.
    fn detach(&self) -> io::Result<()> {
        let own = Path::new(OWN_NAMESPACE).metadata()?;
        let there = self.namespace.metadata()?;
        if (own.dev(), own.ino()) == (there.dev(), there.ino()) {
            return self.remove();
        }
        std::thread::scope(|scope| {
            let remover = scope.spawn(|| {
                // SAFETY: moves this short-lived thread alone.
                check(unsafe { libc::setns(self.namespace.as_raw_fd(), libc::CLONE_NEWNET) })?;
                self.remove()
            });
            remover.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
        })
    }

    fn remove(&self) -> io::Result<()> {
        let hook = hook(self.interface, self.direction);
        let mut options = options();
        options.handle = self.handle;
        options.priority = self.priority;
        // An interface that is gone took the filter along; libbpf would say so.
        let (status, _) = prints::capture(|| {
            // SAFETY: both structures are complete and outlive the call.
            unsafe { libbpf_sys::bpf_tc_detach(&raw const hook, &raw const options) }
        });
        check(status).map(|_| ())
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        // Fails only where interface or filter are gone already.
        let _ = self.detach();
    }
}

const EXISTS: i32 = -libc::EEXIST;

fn hook(interface: i32, direction: Direction) -> libbpf_sys::bpf_tc_hook {
    libbpf_sys::bpf_tc_hook {
        sz: size_of::<libbpf_sys::bpf_tc_hook>() as _,
        ifindex: interface,
        attach_point: match direction {
            Direction::Ingress => libbpf_sys::BPF_TC_INGRESS,
            Direction::Egress => libbpf_sys::BPF_TC_EGRESS,
        },
        ..Default::default()
    }
}

fn options() -> libbpf_sys::bpf_tc_opts {
    libbpf_sys::bpf_tc_opts { sz: size_of::<libbpf_sys::bpf_tc_opts>() as _, ..Default::default() }
}
