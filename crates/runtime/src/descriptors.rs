//! Whether there are file descriptors enough, asked before libbpf needs them.
//!
//! libbpf finds out what a kernel can do by trying, once in a process. Out of
//! descriptors such a trial fails, and libbpf believes for ever after that the
//! kernel lacks the feature.

use std::fs::File;
use std::io;

use crate::error::{Error, Result};

/// Makes sure that `count` more files can be open at once.
///
/// # Errors
/// [`Error::System`] with what is attempted and how many it needs.
pub(crate) fn reserve(action: &str, count: usize) -> Result<()> {
    open(count).map_err(|source| {
        let action =
            format!("{action} (it needs {count} file descriptors; `ulimit -n` raises the limit)");
        Error::System { action, source }
    })
}

fn open(count: usize) -> io::Result<()> {
    let first = File::open("/dev/null")?;
    (1..count).map(|_| first.try_clone()).collect::<io::Result<Vec<_>>>().map(|_| ())
}
