//! Iterators: programs that run, object by object, when they are read.

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};

use libbpf_rs::{Link, libbpf_sys};

use super::{Attaching, Failure, owned_link, size_of_options};
use crate::open::check;

impl Attaching<'_> {
    pub(super) fn iterator(&self) -> Result<Link, Failure> {
        let mut about = libbpf_sys::bpf_iter_link_info::default();
        let mut is_about = true;
        let mut kept: Option<OwnedFd> = None;
        if let Some(name) = &self.options.map {
            about.map.map_fd = kept.insert(self.map_descriptor(name)?).as_raw_fd().cast_unsigned();
        } else if let Some(folder) = &self.options.cgroup {
            let cgroup = super::network::open_cgroup(folder)?;
            about.cgroup = libbpf_sys::bpf_iter_link_info__bindgen_ty_2 {
                order: libbpf_sys::BPF_CGROUP_ITER_DESCENDANTS_PRE,
                cgroup_fd: kept.insert(cgroup.into()).as_raw_fd().cast_unsigned(),
                cgroup_id: 0,
            };
        } else if let Some(pid) = self.options.pid {
            about.task.pid = pid;
        } else {
            is_about = false;
        }
        let options = libbpf_sys::bpf_iter_attach_opts {
            sz: size_of_options::<libbpf_sys::bpf_iter_attach_opts>(),
            link_info: if is_about { &raw mut about } else { std::ptr::null_mut() },
            link_info_len: if is_about { size_of_val(&about) as u32 } else { 0 },
            ..Default::default()
        };
        // SAFETY: the program is loaded; what the options point to and the
        // descriptor in it outlive the call.
        unsafe {
            owned_link(libbpf_sys::bpf_program__attach_iter(self.raw.as_ptr(), &raw const options))
        }
    }
}

/// One walk over all that the iterator goes over: reading runs the program.
pub(crate) fn open(link: &Link) -> Result<File, Failure> {
    // SAFETY: plain numbers.
    let descriptor = check(unsafe { libbpf_sys::bpf_iter_create(link.as_fd().as_raw_fd()) })?;
    // SAFETY: a new descriptor that nobody else has.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(descriptor) }))
}
