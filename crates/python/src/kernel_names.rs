//! What names of the module `vmlinux` stand for, for Python to have something
//! to import.

use compiler::btf::{Kind, Named, Space};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

/// What the running kernel, or the types that are built in, call by a name: `("constant", value)`,
/// `("signed", bytes)`, `("unsigned", bytes)`, `("type", bytes)` or
/// `("function", 0)`; `None` for nothing.
#[pyfunction]
pub fn kernel_name(name: &str) -> PyResult<Option<(&'static str, i128)>> {
    let btf = cli::running_types().read().map_err(PyOSError::new_err)?.btf;
    let id = match btf.named(name) {
        None => {
            return Ok(btf.find(name, Space::Func).map(|_| ("function", 0)))
                .map(|found| found.or_else(|| btf.find(name, Space::Var).map(|_| ("type", 0))));
        }
        Some(Named::Constant { value, .. }) => return Ok(Some(("constant", value))),
        Some(Named::Type(id)) => id,
    };
    let kind = match btf.get(btf.resolve(id)).map(|ty| ty.kind) {
        Some(Kind::Int { signed: true, .. } | Kind::Enum { signed: true, .. }) => "signed",
        Some(Kind::Int { .. } | Kind::Enum { .. }) => "unsigned",
        _ => "type",
    };
    Ok(Some((kind, btf.size(id).unwrap_or(0).into())))
}
