//! Room on the disk, asked for before it is needed: a full disk would be told
//! by whatever happens to write last.

#![allow(unsafe_code, reason = "the standard library does not ask file systems")]

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::error::Error;

/// Sees to it that the disk of `folder` has room.
pub fn require(folder: &Path, mebibytes: u64) -> Result<(), Error> {
    match free(folder) {
        Some(free) if free < mebibytes => Err(Error::Unavailable(format!(
            "{} has {free} MiB free and {mebibytes} are needed: free some, or set XDG_CACHE_HOME \
             to a folder on a larger disk",
            folder.display()
        ))),
        _ => Ok(()),
    }
}

/// What is free for this user, in MiB; none where the system does not say.
fn free(folder: &Path) -> Option<u64> {
    let path = CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut about = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path ends with a NUL and `about` has room for the answer.
    let status = unsafe { libc::statvfs(path.as_ptr(), about.as_mut_ptr()) };
    // SAFETY: the call succeeded, so it wrote the whole structure.
    (status == 0)
        .then(|| unsafe { about.assume_init() })
        .map(|it| (it.f_bavail * it.f_frsize) >> 20)
}

#[cfg(test)]
mod tests {
    use super::require;
    use std::path::Path;

    #[test]
    fn a_full_disk_is_told_with_the_way_out() {
        assert!(require(Path::new("/"), 0).is_ok());
        let error = require(Path::new("/"), u64::MAX).err().map(|error| error.to_string());
        assert!(error.is_some_and(|words| words.contains("XDG_CACHE_HOME")));
    }
}
