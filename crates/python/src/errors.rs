//! Runtime errors as the package's exceptions.
//!
//! The classes are Python's, in `pythonbpf.errors`; this module chooses one
//! and gives it the words: those of the diagnostic on the user's line where
//! the object was compiled here, the error's own otherwise.

use std::io;

use pyo3::exceptions::{PyIndexError, PyKeyError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use runtime::{Error, Rejection, ValueError};

use crate::compile::Compilation;

/// A class of `pythonbpf.errors`.
pub fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("pythonbpf.errors")?.getattr(name)
}

/// The exception for a runtime error.
pub fn raise(py: Python<'_>, error: &Error, compilation: Option<&Compilation>) -> PyErr {
    exception(py, error, compilation).unwrap_or_else(|failure| failure)
}

/// An error of the package's base class, for misuse that only the border sees.
pub fn misuse(py: Python<'_>, message: &str) -> PyErr {
    with_message(py, "BpfError", message).unwrap_or_else(|failure| failure)
}

fn exception(py: Python<'_>, error: &Error, compilation: Option<&Compilation>) -> PyResult<PyErr> {
    if let Error::Value { source, .. } | Error::GlobalValue { source, .. } = error {
        return Ok(value_error(source, error.to_string()));
    }
    let message = compilation
        .filter(|_| !is_about_the_call(error))
        .and_then(|compilation| compilation.explain(error))
        .or_else(|| {
            let (diagnostic, source) = cli::diagnose_object(error)?;
            Some(render::text(&[diagnostic], &source, render::Style::default()))
        })
        .unwrap_or_else(|| error.to_string());
    let errno = errno(error);
    let system = |name: &str| Ok(PyErr::from_value(class(py, name)?.call1((&message, errno))?));
    match error {
        Error::UnknownProgram { .. }
        | Error::UnknownMap { .. }
        | Error::UnknownGlobal { .. }
        | Error::UnknownStruct { .. } => {
            Ok(PyErr::from_value(class(py, "UnknownNameError")?.call1((message,))?))
        }
        Error::ArgumentsNeeded { .. } | Error::ArgumentNotTaken { .. } => {
            Ok(PyErr::from_value(class(py, "AttachArgumentError")?.call1((message,))?))
        }
        Error::BadArgument { .. } => Ok(PyValueError::new_err(message)),
        Error::NoSuchKey { .. } => Ok(PyKeyError::new_err(message)),
        Error::NoSuchIndex { .. } => Ok(PyIndexError::new_err(message)),
        Error::MissingPrivilege { .. } => system("PrivilegeError"),
        Error::NoSuchTracepoint { .. }
        | Error::NoSuchFunction { .. }
        | Error::NoSuchPlace { .. }
        | Error::NoKprobes { .. }
        | Error::NoSuchInterface { .. }
        | Error::NoSuchProcess { .. }
        | Error::NoSuchFile { .. }
        | Error::NoSuchTarget { .. }
        | Error::NoSuchCgroup { .. } => system("NoSuchHookError"),
        Error::Rejected(rejection) => rejected(py, rejection, &message, errno),
        _ if errno.is_some() => system("SystemRefusedError"),
        _ => with_message(py, "BpfError", &message),
    }
}

/// The exception for a refusal of the verifier, with what is known of it.
fn rejected(
    py: Python<'_>,
    rejection: &Rejection,
    message: &str,
    errno: Option<i32>,
) -> PyResult<PyErr> {
    let made = class(py, "VerifierError")?.call1((message, errno, &rejection.log))?;
    let line = rejection.source_line.as_ref();
    made.setattr("reason", &rejection.message)?;
    made.setattr("meaning", &rejection.meaning)?;
    made.setattr("mend", &rejection.mend)?;
    made.setattr("filename", line.and_then(|line| line.file.as_ref()))?;
    made.setattr("line", line.and_then(|line| line.line))?;
    made.setattr("instruction", &rejection.code)?;
    made.setattr("register", rejection.register.as_ref().map(|(_, holds)| holds))?;
    made.setattr("path", PyTuple::new(py, &rejection.path)?)?;
    Ok(PyErr::from_value(made))
}

/// Whether it is the call that is wrong, and no line of the program.
fn is_about_the_call(error: &Error) -> bool {
    matches!(
        error,
        Error::ArgumentsNeeded { .. }
            | Error::ArgumentNotTaken { .. }
            | Error::AttachedElsewhere { .. }
            | Error::NotAnIterator { .. }
    )
}

fn with_message(py: Python<'_>, name: &str, message: &str) -> PyResult<PyErr> {
    let made = class(py, name)?.call1((message,))?;
    Ok(PyErr::from_value(made))
}

fn value_error(error: &ValueError, message: String) -> PyErr {
    match error {
        ValueError::OutOfRange { .. } => PyOverflowError::new_err(message),
        ValueError::WrongLength { .. } | ValueError::InteriorNul { .. } => {
            PyValueError::new_err(message)
        }
        _ => PyTypeError::new_err(message),
    }
}

/// The system's error number, as `errno` has it.
fn errno(error: &Error) -> Option<i32> {
    let source: Option<&io::Error> =
        std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    source.and_then(io::Error::raw_os_error).or(match error {
        Error::MissingPrivilege { .. } => Some(EPERM),
        Error::Rejected(_) => Some(EACCES),
        Error::MapFull { .. } | Error::RecordTooLarge { .. } => Some(E2BIG),
        Error::KeyExists { .. } => Some(EEXIST),
        Error::NoSuchTracepoint { .. }
        | Error::NoSuchFunction { .. }
        | Error::NoSuchPlace { .. }
        | Error::NoSuchInterface { .. }
        | Error::NoKernelBtf
        | Error::Tracefs { .. } => Some(ENOENT),
        Error::NoSuchProcess { .. } => Some(ESRCH),
        Error::OtherProcessor { .. } => Some(ENOEXEC),
        Error::NoKprobes { .. } => Some(EOPNOTSUPP),
        _ => None,
    })
}

// include/uapi/asm-generic/errno-base.h and errno.h; the same on x86-64 and arm64.
const EPERM: i32 = 1;
const ENOENT: i32 = 2;
const ESRCH: i32 = 3;
const E2BIG: i32 = 7;
const ENOEXEC: i32 = 8;
const EACCES: i32 = 13;
const EEXIST: i32 = 17;
const EOPNOTSUPP: i32 = 95;
