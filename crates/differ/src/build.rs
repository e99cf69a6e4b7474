//! The two compilers.

use std::io::{self, Write as _};
use std::process::{Command, Output, Stdio};

use compiler::{Emit, Options};
use diagnostics::SourceFile;

use crate::c::{INCLUDE, PRELUDE};

/// The C compiler that programs are compared with.
pub const CLANG: &str = "clang-22";

/// What the compiler says against a program.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// The code of the first error.
    pub code: String,
    /// Its message and its line.
    pub message: String,
}

/// Compiles Python.
pub fn python(text: &str) -> Result<Vec<u8>, Complaint> {
    let source = SourceFile::new("differ.py", text);
    let compilation = compiler::compile(&source, &options(), Emit::Object);
    if let Some(bytes) = compilation.output {
        return Ok(bytes);
    }
    let error = compilation.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    let Some(error) = error else {
        let message = "no object, and no error says why".to_owned();
        return Err(Complaint { code: "silence".to_owned(), message });
    };
    let line = source.line_col(error.primary.span.start).line;
    let message = format!("line {line}: {} ({})", error.message, source.line(line).trim());
    Err(Complaint { code: error.code.name.to_owned(), message })
}

/// For the running kernel, which is the one that runs them.
fn options() -> Options {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Options { kernel: release.trim().parse().unwrap_or_default(), ..Options::default() }
}

/// The C compiler.
#[derive(Clone, Copy, Debug)]
pub struct Clang(());

impl Clang {
    /// `None` where it is not installed.
    pub fn find() -> Option<Self> {
        let version = Command::new(CLANG).arg("--version").stdout(Stdio::null()).status();
        version.is_ok_and(|status| status.success()).then_some(Self(()))
    }

    /// Compiles C.
    pub(crate) fn compile(self, text: &str) -> Result<Vec<u8>, String> {
        let text = text.replace(INCLUDE, PRELUDE);
        let output = run(&text).map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn run(text: &str) -> io::Result<Output> {
    let mut child = Command::new(CLANG)
        .args(["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-fwrapv", "-w"])
        .args(["-x", "c", "-", "-c", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // It reads all of it before it writes anything.
        input.write_all(text.as_bytes())?;
    }
    child.wait_with_output()
}
