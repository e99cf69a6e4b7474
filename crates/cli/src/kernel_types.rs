//! The kernel's own types: those of the running kernel, or of a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::btf::{Btf, Source};

use crate::exit::{Exit, Stop};

/// The types of the running kernel, read when a program first names one.
pub fn running_types() -> Source {
    Source::Lazy(runtime::running_btf)
}

/// The types in a file: raw BTF, or an ELF file that has it.
///
/// # Errors
/// The file cannot be read, or has no BTF: said in words.
pub fn types_in(file: &Path) -> Result<Source, String> {
    let words = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
    let bytes = std::fs::read(file).map_err(|error| words(&error))?;
    let btf = Btf::parse(Arc::new(bytes)).map_err(|error| words(&error))?;
    Ok(Source::Given(Arc::new(btf)))
}

/// The types that `--btf` asks for, else those of the running kernel.
pub(crate) fn asked(file: Option<&PathBuf>) -> Result<Source, Stop> {
    match file {
        None => Ok(running_types()),
        Some(file) => types_in(file).map_err(|words| Stop::Said(Exit::Refused, words)),
    }
}
