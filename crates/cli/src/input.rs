//! What the user names on the command line: a Python file, a ready object or
//! standard input, read with bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use diagnostics::{Diagnostic, SourceError, SourceFile, Span, codes};

/// The longest object that is read, in bytes.
const MAX_OBJECT: u64 = 64 << 20;
/// What every ELF file starts with.
const ELF_MAGIC: &[u8] = b"\x7fELF";

/// What is said of an object where source is wanted.
const COMPILED: &str = "this is a compiled object, not Python source";

/// A file that was read.
#[derive(Debug)]
pub(crate) enum Input {
    /// Python source.
    Source(SourceFile),
    /// An ELF object, ours or another compiler's.
    Object {
        /// The name shown to users.
        name: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// A file that cannot be used: what to say, on a file without lines.
#[derive(Debug)]
pub struct Unreadable {
    /// The file's name with an empty text.
    pub source: SourceFile,
    /// What is wrong with it.
    pub diagnostic: Box<Diagnostic>,
}

/// Reads a Python file or an object; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Input, Unreadable> {
    let name = display_name(path);
    let bytes = bytes_of(path).map_err(|e| unreadable(&name, &io_message(&e), io_help(&e)))?;
    // What is called an object and is none is not taken for Python.
    if bytes.starts_with(ELF_MAGIC) || path.extension().is_some_and(|suffix| suffix == "o") {
        return match bytes.len() as u64 {
            ..=MAX_OBJECT => Ok(Input::Object { name, bytes }),
            _ => Err(unreadable(&name, "the object is larger than 64 MiB", "")),
        };
    }
    source_from_bytes(&name, &bytes).map(Input::Source)
}

/// A source file from bytes, whatever they came from; a byte order mark is
/// left out, as Python does.
///
/// # Errors
/// The bytes are an object's, too many, not UTF-8, or hold a NUL: said as a diagnostic.
pub fn source_from_bytes(name: &str, bytes: &[u8]) -> Result<SourceFile, Unreadable> {
    if bytes.starts_with(ELF_MAGIC) {
        return Err(unreadable(name, COMPILED, "`BPF.from_object` takes compiled objects"));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    SourceFile::from_bytes(name, text).map_err(|error| bad_text(name, bytes, error))
}

/// Reads a Python file; an object is an error that says what takes objects.
pub(crate) fn read_source(path: &Path) -> Result<SourceFile, Unreadable> {
    match read(path)? {
        Input::Source(source) => Ok(source),
        Input::Object { name, .. } => {
            Err(unreadable(&name, COMPILED, "`pythonbpf verify` and `pythonbpf run` take objects"))
        }
    }
}

/// The name shown for a path.
fn display_name(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// Whether a path on the command line means standard input or output.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// At most one byte more than the longest source, all of an object.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    if is_stdin(path) {
        return read_bounded(&mut io::stdin().lock());
    }
    let mut file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    read_bounded(&mut file)
}

fn read_bounded(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.by_ref().take(SourceFile::MAX_LEN as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.starts_with(ELF_MAGIC) {
        reader.take(MAX_OBJECT).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn unreadable(name: &str, message: &str, help: &str) -> Unreadable {
    let mut diagnostic = Diagnostic::new(&codes::UNREADABLE_SOURCE, Span::default(), message);
    if !help.is_empty() {
        diagnostic = diagnostic.help(help);
    }
    Unreadable { source: SourceFile::new(name, ""), diagnostic: Box::new(diagnostic) }
}

fn io_message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory, not a file".to_owned(),
        io::ErrorKind::PermissionDenied => "the file may not be read: permission denied".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    }
}

fn io_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check the path, or use `-` to read standard input",
        io::ErrorKind::IsADirectory => "name the Python files in it",
        io::ErrorKind::PermissionDenied => "make it readable, or run as a user who may read it",
        _ => "",
    }
}

fn bad_text(name: &str, bytes: &[u8], error: SourceError) -> Unreadable {
    let line_of = |at: usize| {
        1 + bytes.get(..at).unwrap_or(bytes).iter().filter(|&&byte| byte == b'\n').count()
    };
    match error {
        SourceError::TooLarge { .. } => unreadable(
            name,
            "the file is larger than 4 MiB, more than any BPF program needs",
            "keep BPF programs in a Python file of their own",
        ),
        SourceError::NotUtf8 { at } => unreadable(
            name,
            &format!("the file is not UTF-8 (line {}, byte {at})", line_of(at)),
            "save the file as UTF-8",
        ),
        SourceError::Nul { at } => unreadable(
            name,
            &format!("the file contains a NUL byte (line {}, byte {at})", line_of(at)),
            "this is not Python source; name the right file",
        ),
    }
}
