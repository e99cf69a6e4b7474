//! `_native.compile`: a text in, a [`Compilation`] out.
//!
//! The result keeps the source and where its programs stand, so that what the
//! kernel says later can be shown on the same lines.

use std::path::PathBuf;

use diagnostics::{Diagnostic, Severity, SourceFile, Span};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

/// What came of a compilation.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct Compilation {
    source: SourceFile,
    diagnostics: Vec<Diagnostic>,
    output: Option<Vec<u8>>,
    programs: Vec<compiler::ProgramInfo>,
}

/// Compiles a text for a kernel, by default the running one, with the types of
/// a BTF file or of the running kernel; other Python threads run meanwhile.
#[pyfunction]
pub fn compile(
    py: Python<'_>,
    name: &str,
    text: &[u8],
    emit: &str,
    kernel: Option<&str>,
    target: (Option<PathBuf>, Vec<String>, Option<String>),
) -> PyResult<Compilation> {
    let emit = match emit {
        "object" => compiler::Emit::Object,
        "ir" => compiler::Emit::Ir,
        "asm" => compiler::Emit::Assembly,
        _ => return Err(PyValueError::new_err(format!("nothing to emit is called {emit:?}"))),
    };
    let kernel = match kernel {
        Some(version) => version.parse().map_err(|why| {
            PyValueError::new_err(format!("{version:?} is no kernel version: {why}"))
        })?,
        None => cli::running_kernel(),
    };
    let source = match cli::source_from_bytes(name, text) {
        Ok(source) => source,
        Err(unreadable) => return Ok(Compilation::unreadable(unreadable)),
    };
    let (btf, without, arch) = target;
    let types = match btf {
        None => cli::running_types(),
        Some(file) => cli::types_in(&file).map_err(no_types)?,
    };
    let without = without.iter().map(|name| name.parse()).collect::<Result<_, _>>();
    let without = without.map_err(PyValueError::new_err)?;
    let arch = arch.map_or(Ok(compiler::Arch::host()), |name| name.parse());
    let arch = arch.map_err(PyValueError::new_err)?;
    let options = compiler::Options { kernel, types, without, arch, ..Default::default() };
    let made = py.detach(|| compiler::compile(&source, &options, emit));
    Ok(Compilation {
        source,
        diagnostics: made.diagnostics,
        output: made.output,
        programs: made.programs,
    })
}

/// Python's own error for a file that cannot be read.
fn no_types(why: cli::NoTypes) -> PyErr {
    match &why {
        cli::NoTypes::Unreadable { file, source } => match source.raw_os_error() {
            Some(errno) => {
                let words = std::io::Error::from_raw_os_error(errno).to_string();
                let words = words.split(" (os error").next().unwrap_or_default().to_owned();
                PyOSError::new_err((errno, words, file.clone().into_os_string()))
            }
            None => PyOSError::new_err(why.to_string()),
        },
        cli::NoTypes::Unusable { .. } => PyValueError::new_err(why.to_string()),
    }
}

impl Compilation {
    fn unreadable(unreadable: cli::Unreadable) -> Self {
        Self {
            source: unreadable.source,
            diagnostics: vec![*unreadable.diagnostic],
            output: None,
            programs: Vec::new(),
        }
    }

    /// The words for a runtime error about one of this compilation's programs,
    /// shown on its lines; `None` for errors that are not about a program.
    pub fn explain(&self, error: &runtime::Error) -> Option<String> {
        let diagnostic = cli::diagnose(error, &self.programs, &self.source)?;
        Some(render::text(&[diagnostic], &self.source, render::Style::default()))
    }

    /// A diagnostic as the package's `Diagnostic`.
    fn entry<'py>(&self, py: Python<'py>, diagnostic: &Diagnostic) -> PyResult<Bound<'py, PyAny>> {
        let Span { start, end } = diagnostic.primary.span;
        let (start, end) = (self.source.line_col(start), self.source.line_col(end));
        let severity = match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        py.import("pythonbpf._records")?.getattr("Diagnostic")?.call1((
            diagnostic.code.id,
            diagnostic.code.name,
            severity,
            &diagnostic.message,
            self.source.name(),
            start.line,
            start.column,
            end.line,
            end.column,
            PyTuple::new(py, &diagnostic.notes)?,
            PyTuple::new(py, &diagnostic.help)?,
            diagnostic.fix.as_ref().map(|fix| fix.replacement.as_str()),
        ))
    }
}

#[pymethods]
impl Compilation {
    /// What was made; `None` if there is an error.
    #[getter]
    fn output<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.output.as_deref().map(|bytes| PyBytes::new(py, bytes))
    }

    /// All that the compiler says, in source order.
    #[getter]
    fn diagnostics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let entries = self.diagnostics.iter().map(|diagnostic| self.entry(py, diagnostic));
        PyTuple::new(py, entries.collect::<PyResult<Vec<_>>>()?)
    }

    /// The same as text, as the command prints it.
    #[getter]
    fn rendered(&self) -> String {
        render::text(&self.diagnostics, &self.source, render::Style::default())
    }
}
