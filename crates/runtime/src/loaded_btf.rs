//! BTF that is in the kernel with what was loaded, by its number.
//!
//! A program and a map keep that of the object that they were made of, also when
//! nothing else of it is left.

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::sync::Arc;

use libbpf_rs::libbpf_sys;

use crate::core_types::TypesFile;
use crate::open::check;
use crate::prints;

/// Its types, for what reads them by name.
pub(crate) fn parsed(id: u32) -> io::Result<kernel::btf::Btf> {
    kernel::btf::Btf::parse(Arc::new(bytes(id)?)).map_err(io::Error::other)
}

/// Its types, for layouts; `None` if there are none, or the process may not ask.
pub(crate) fn for_layouts(id: u32) -> Option<libbpf_rs::btf::Btf<'static>> {
    let file = TypesFile::of(&bytes(id).ok()?)?;
    prints::capture(|| libbpf_rs::btf::Btf::from_path(file.path())).0.ok()
}

fn bytes(id: u32) -> io::Result<Vec<u8>> {
    if id == 0 {
        return Err(io::ErrorKind::NotFound.into());
    }
    // SAFETY: a plain number.
    let descriptor = check(unsafe { libbpf_sys::bpf_btf_get_fd_by_id(id) })?;
    // SAFETY: a new descriptor that nobody else has.
    let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };
    let mut info = libbpf_sys::bpf_btf_info::default();
    let mut bytes = Vec::new();
    // The first time the kernel says how long it is.
    for _ in 0..2 {
        bytes.resize(info.btf_size as usize, 0_u8);
        info = libbpf_sys::bpf_btf_info {
            btf: bytes.as_mut_ptr() as u64,
            btf_size: info.btf_size,
            ..Default::default()
        };
        let mut size = size_of_val(&info) as u32;
        // SAFETY: the descriptor is open; `info` is plain data of the size
        // given, and `bytes` as long as it says.
        check(unsafe {
            libbpf_sys::bpf_btf_get_info_by_fd(descriptor.as_raw_fd(), &mut info, &mut size)
        })?;
    }
    Ok(bytes)
}
