//! Interfaces, control groups, network namespaces and netfilter.

use std::fs::File;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use kernel::{Argument, NETFILTER_FAMILIES, NETFILTER_HOOKS, Side, XDP_MODES};
use libbpf_rs::libbpf_sys;

use super::{Attaching, Failure, Outcome, one_of, owned_link, size_of_options};
use crate::error::{Error, Result};
use crate::hook::Hook;
use crate::open::check;

const OWN_NAMESPACE: &str = "/proc/thread-self/ns/net";
/// Where `ip netns` keeps its namespaces.
const NAMED_NAMESPACES: &str = "/run/netns";

impl Attaching<'_> {
    pub(super) fn ifindex(&self) -> Result<i32> {
        let needed = || Error::ArgumentsNeeded {
            place: self.spec.place(),
            needed: vec![Argument::Interface],
        };
        let interface = self.options.interface.as_ref().ok_or_else(needed)?;
        i32::try_from(interface.index()?).map_err(|_| Error::NoSuchInterface {
            name: interface.to_string(),
            existing: Vec::new(),
        })
    }

    pub(super) fn xdp(&self) -> Outcome {
        let flags = match &self.options.mode {
            Some(mode) => one_of(Argument::Mode, mode, XDP_MODES)?,
            None => 0,
        };
        self.kernel_link(self.ifindex()?, libbpf_sys::BPF_XDP, flags)
    }

    pub(super) fn netkit(&self, side: Side) -> Outcome {
        let kind = match side {
            Side::Primary => libbpf_sys::BPF_NETKIT_PRIMARY,
            Side::Peer => libbpf_sys::BPF_NETKIT_PEER,
        };
        self.kernel_link(self.ifindex()?, kind, 0)
    }

    fn kernel_link(&self, target: i32, kind: libbpf_sys::bpf_attach_type, flags: u32) -> Outcome {
        let options = libbpf_sys::bpf_link_create_opts {
            sz: size_of_options::<libbpf_sys::bpf_link_create_opts>(),
            flags,
            ..Default::default()
        };
        // SAFETY: the options outlive the call.
        let status = unsafe {
            libbpf_sys::bpf_link_create(self.descriptor, target, kind, &raw const options)
        };
        let descriptor = check(status)?;
        // SAFETY: a new descriptor that nobody else has.
        Ok(Hook::Descriptors(vec![unsafe { OwnedFd::from_raw_fd(descriptor) }]))
    }

    pub(super) fn cgroup(&self) -> Outcome {
        let folder = self.options.cgroup.as_deref().unwrap_or(Path::new(""));
        let cgroup = open_cgroup(folder)?;
        // SAFETY: the program is loaded, the descriptor open.
        let link = unsafe {
            owned_link(libbpf_sys::bpf_program__attach_cgroup(
                self.raw.as_ptr(),
                cgroup.as_raw_fd(),
            ))
        };
        link.map(Hook::Link)
    }

    pub(super) fn namespace(&self) -> Outcome {
        let path = match &self.options.netns {
            None => PathBuf::from(OWN_NAMESPACE),
            Some(name) if name.components().count() == 1 => Path::new(NAMED_NAMESPACES).join(name),
            Some(path) => path.clone(),
        };
        let namespace = super::open(&path)?;
        // SAFETY: the program is loaded, the descriptor open.
        let link = unsafe {
            owned_link(libbpf_sys::bpf_program__attach_netns(
                self.raw.as_ptr(),
                namespace.as_raw_fd(),
            ))
        };
        link.map(Hook::Link)
    }

    pub(super) fn netfilter(&self) -> Outcome {
        let hook = self.options.hook.as_deref().unwrap_or_default();
        let family = self.options.family.as_deref().unwrap_or("ipv4");
        let options = libbpf_sys::bpf_netfilter_opts {
            sz: size_of_options::<libbpf_sys::bpf_netfilter_opts>(),
            pf: one_of(Argument::Family, family, NETFILTER_FAMILIES)?,
            hooknum: one_of(Argument::Hook, hook, NETFILTER_HOOKS)?,
            priority: self.options.priority.unwrap_or_default(),
            flags: 0,
        };
        // SAFETY: the program is loaded; the options outlive the call.
        let link = unsafe {
            owned_link(libbpf_sys::bpf_program__attach_netfilter(
                self.raw.as_ptr(),
                &raw const options,
            ))
        };
        link.map(Hook::Link)
    }
}

/// The folder of a control group, opened.
pub(super) fn open_cgroup(folder: &Path) -> std::result::Result<File, Failure> {
    // Asking for a file of every cgroup's tells a cgroup from another folder.
    File::open(folder.join("cgroup.procs"))
        .and_then(|_| File::open(folder))
        .map_err(|source| Error::NoSuchCgroup { folder: folder.to_owned(), source }.into())
}
