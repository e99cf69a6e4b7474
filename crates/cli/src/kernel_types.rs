//! The kernel's own types: those of the running kernel, or of a file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::btf::{Btf, Bytes, Error, Source};

use crate::exit::{Exit, Stop};

/// What the kernel's own file is called beside those of modules.
const VMLINUX: &str = "vmlinux";

/// Why a file gives no types.
#[derive(Debug, thiserror::Error)]
pub enum NoTypes {
    /// It cannot be read.
    #[error("{}: {source}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// It has no BTF, or none that is whole.
    #[error("{}: {source}", .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: Error,
    },
}

/// The types of the running kernel, read when a program first names one.
pub fn running_types() -> Source {
    Source::Lazy(runtime::running_btf, runtime::types_of_modules)
}

/// The types in a file: raw BTF, or an ELF file that has it. A folder is a copy of
/// `/sys/kernel/btf`: the kernel's with those of modules; they lie beside a file that
/// is a module's.
///
/// # Errors
/// The file cannot be read, or has no BTF.
pub fn types_in(file: &Path) -> Result<Source, NoTypes> {
    if file.is_dir() {
        let base = read(&file.join(VMLINUX))?;
        return Ok(Source::Given(runtime::all_of(file, &base).0));
    }
    let bytes: Bytes = Arc::new(bytes_of(file)?);
    let btf = match Btf::parse(Arc::clone(&bytes)) {
        Err(Error::OfModule) => {
            let beside = file.with_file_name(VMLINUX);
            let base = read(&beside).map_err(|_| unusable(file, Error::OfModule))?;
            Btf::split(bytes, base)
        }
        whole => whole,
    };
    Ok(Source::Given(Arc::new(btf.map_err(|error| unusable(file, error))?)))
}

fn read(file: &Path) -> Result<Arc<Btf>, NoTypes> {
    let btf = Btf::parse(Arc::new(bytes_of(file)?));
    btf.map(Arc::new).map_err(|error| unusable(file, error))
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, NoTypes> {
    std::fs::read(file).map_err(|source| NoTypes::Unreadable { file: file.to_owned(), source })
}

fn unusable(file: &Path, source: Error) -> NoTypes {
    NoTypes::Unusable { file: file.to_owned(), source }
}

/// The types that `--btf` asks for, else those of the running kernel.
pub(crate) fn asked(file: Option<&PathBuf>) -> Result<Source, Stop> {
    match file {
        None => Ok(running_types()),
        Some(file) => types_in(file).map_err(|why| Stop::Said(Exit::Refused, why.to_string())),
    }
}
