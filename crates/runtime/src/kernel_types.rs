//! The running kernel's description of its own types.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use kernel::btf::Btf;

/// Where the kernel shows it.
const VMLINUX: &str = "/sys/kernel/btf/vmlinux";
/// Where it and its modules do.
const FOLDER: &str = "/sys/kernel/btf";

/// The bytes of a file, mapped where the file can be mapped.
#[derive(Debug)]
pub struct KernelBtf(Bytes);

#[derive(Debug)]
enum Bytes {
    Mapped { start: *const u8, len: usize },
    Read(Vec<u8>),
}

// SAFETY: the memory is mapped for reading only and private to its one owner,
// who unmaps it when nobody can reach it any more.
unsafe impl Send for Bytes {}
// SAFETY: as above; nothing is ever written.
unsafe impl Sync for Bytes {}

/// The running kernel's BTF. Kernels before 6.16 let it only be read, which
/// takes a millisecond more.
///
/// # Errors
/// The kernel has none, or it may not be read.
pub fn kernel_btf() -> io::Result<KernelBtf> {
    let mut file = File::open(VMLINUX)?;
    let len = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    if let Some(start) = map(&file, len) {
        return Ok(KernelBtf(Bytes::Mapped { start, len }));
    }
    let mut bytes = Vec::with_capacity(len);
    file.read_to_end(&mut bytes)?;
    Ok(KernelBtf(Bytes::Read(bytes)))
}

/// The running kernel's types, read when they are first asked for.
///
/// # Errors
/// There are none: said in words.
pub fn running_btf() -> Result<Arc<Btf>, String> {
    static READ: OnceLock<Result<Arc<Btf>, String>> = OnceLock::new();
    READ.get_or_init(|| {
        let bytes = kernel_btf().map_err(|error| format!("{VMLINUX} cannot be read: {error}"))?;
        let btf = Btf::parse(Arc::new(bytes));
        btf.map(Arc::new).map_err(|error| format!("{VMLINUX}: {error}"))
    })
    .clone()
}

/// The running kernel's types with those of its modules behind them, if it has any.
pub fn types_of_modules(base: &Arc<Btf>) -> Option<Arc<Btf>> {
    static READ: OnceLock<Option<Arc<Btf>>> = OnceLock::new();
    READ.get_or_init(|| {
        let (all, count) = all_of(Path::new(FOLDER), base);
        (count > 0).then_some(all)
    })
    .clone()
}

/// The types of a kernel and of the modules whose files lie beside its own, and how
/// many of these there are.
pub fn all_of(folder: &Path, base: &Arc<Btf>) -> (Arc<Btf>, usize) {
    let modules = modules_in(folder);
    modules.into_iter().fold((Arc::clone(base), 0), |(known, count), (_, bytes)| {
        match Btf::split(Arc::new(bytes), Arc::clone(&known)) {
            Ok(more) => (Arc::new(more), count + 1),
            Err(_) => (known, count),
        }
    })
}

/// The types of the modules that are loaded, each with the module's name.
pub(crate) fn module_types(base: &Arc<Btf>) -> Vec<(String, Arc<Btf>)> {
    let split = |bytes| Btf::split(Arc::new(bytes), Arc::clone(base)).ok().map(Arc::new);
    let modules = modules_in(Path::new(FOLDER)).into_iter();
    modules.filter_map(|(name, bytes)| Some((name, split(bytes)?))).collect()
}

/// The files beside `vmlinux`, in the order of their names.
fn modules_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(folder) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(String, Vec<u8>)> = folder
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok().filter(|name| name != "vmlinux")?;
            Some((name, std::fs::read(entry.path()).ok()?))
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn map(file: &File, len: usize) -> Option<*const u8> {
    if len == 0 {
        return None;
    }
    // SAFETY: the kernel chooses the place; the file is open; the result is
    // compared with the mark of a failure.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            len,
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_POPULATE,
            file.as_raw_fd(),
            0,
        )
    };
    (start != libc::MAP_FAILED).then_some(start.cast_const().cast())
}

impl AsRef<[u8]> for KernelBtf {
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            // SAFETY: that many bytes are mapped for reading, until `drop`.
            Bytes::Mapped { start, len } => unsafe { std::slice::from_raw_parts(*start, *len) },
            Bytes::Read(bytes) => bytes,
        }
    }
}

impl Drop for KernelBtf {
    fn drop(&mut self) {
        if let Bytes::Mapped { start, len } = self.0 {
            // SAFETY: mapped by `map` with this length, and not used after.
            unsafe { libc::munmap(start.cast_mut().cast(), len) };
        }
    }
}
