//! The kernel's own types: those of the running kernel, or of a file.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::btf::{Btf, Bytes, Error, Source};

use crate::exit::{Exit, Stop};

/// What the kernel's own file is called beside those of modules.
const VMLINUX: &str = "vmlinux";

/// The types of the running kernel, read when a program first names one.
pub fn running_types() -> Source {
    Source::Lazy(runtime::running_btf, runtime::types_of_modules)
}

/// The types in a file: raw BTF, or an ELF file that has it. A folder is a copy of
/// `/sys/kernel/btf`: the kernel's with those of modules; they lie beside a file that
/// is a module's.
///
/// # Errors
/// The file cannot be read, or has no BTF: said in words.
pub fn types_in(file: &Path) -> Result<Source, String> {
    let words = |why: &dyn Display| format!("{}: {why}", file.display());
    if file.is_dir() {
        let base = read(&file.join(VMLINUX))?;
        return Ok(Source::Given(runtime::all_of(file, &base).0));
    }
    let bytes: Bytes = Arc::new(std::fs::read(file).map_err(|error| words(&error))?);
    let btf = match Btf::parse(Arc::clone(&bytes)) {
        Err(Error::OfModule) => {
            let beside = file.with_file_name(VMLINUX);
            let base = read(&beside).map_err(|_| words(&Error::OfModule))?;
            Btf::split(bytes, base)
        }
        whole => whole,
    };
    Ok(Source::Given(Arc::new(btf.map_err(|error| words(&error))?)))
}

fn read(file: &Path) -> Result<Arc<Btf>, String> {
    let words = |why: &dyn Display| format!("{}: {why}", file.display());
    let bytes = std::fs::read(file).map_err(|error| words(&error))?;
    Btf::parse(Arc::new(bytes)).map(Arc::new).map_err(|error| words(&error))
}

/// The types that `--btf` asks for, else those of the running kernel.
pub(crate) fn asked(file: Option<&PathBuf>) -> Result<Source, Stop> {
    match file {
        None => Ok(running_types()),
        Some(file) => types_in(file).map_err(|words| Stop::Said(Exit::Refused, words)),
    }
}
