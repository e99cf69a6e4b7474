//! Whether a case gives the diagnostics that its comments name, line by line,
//! and an object where no error is expected.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use compiler::{Compilation, Emit, Options};
use diagnostics::{Severity, SourceFile};

use pythonbpf_cases::case::Case;
use pythonbpf_cases::types::types;

/// Names of codes: errors and warnings of one line, each sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    errors: Vec<String>,
    warnings: Vec<String>,
}

type Lines = BTreeMap<usize, Line>;

/// Compiles the case and compares.
pub fn check(case: &Case) -> Result<(), String> {
    let (source, compilation) = compile(case);
    let found = found(&source, &compilation);
    if std::env::var_os("BLESS").is_some() {
        return bless(case, &found);
    }
    let expected = expected(&case.text);
    if found != expected {
        return Err(difference(case, &expected, &found, &source, &compilation));
    }
    if let Some(message) = helpless(&compilation) {
        return Err(format!("an error says no way out: {message}"));
    }
    let fails = expected.values().any(|line| !line.errors.is_empty());
    match (fails, compilation.output.is_some()) {
        (true, true) => Err("an object was made in spite of errors".to_owned()),
        (false, false) => Err("no object was made, and no error says why".to_owned()),
        (true, false) if case.needs_kernel() => {
            Err("errors are expected, so nothing can be loaded".to_owned())
        }
        (false, true) if case.expect.is_none() && !case.needs_kernel() => {
            Err("the case expects nothing: add `# expect: loads` or a `# run:`".to_owned())
        }
        _ => Ok(()),
    }
}

/// The case's object and what was said of it.
pub fn compile(case: &Case) -> (SourceFile, Compilation) {
    let (kernel, perf) = (case.kernel, case.perf);
    let options = Options { kernel, types: types(case.built_in), perf, ..Options::default() };
    let source = SourceFile::new(case.path.display().to_string(), case.text.as_str());
    let compilation = compiler::compile(&source, &options, Emit::Object);
    (source, compilation)
}

/// The first error that leaves its reader alone.
fn helpless(compilation: &Compilation) -> Option<&str> {
    let silent = |diagnostic: &&diagnostics::Diagnostic| {
        diagnostic.is_error()
            && diagnostic.help.is_empty()
            && diagnostic.notes.is_empty()
            && diagnostic.fix.is_none()
    };
    compilation.diagnostics.iter().find(silent).map(|diagnostic| diagnostic.message.as_str())
}

fn found(source: &SourceFile, compilation: &Compilation) -> Lines {
    let mut lines = Lines::new();
    for diagnostic in &compilation.diagnostics {
        let line = source.line_col(diagnostic.primary.span.start).line as usize;
        let line = lines.entry(line).or_default();
        let names = match diagnostic.severity() {
            Severity::Error => &mut line.errors,
            Severity::Warning => &mut line.warnings,
        };
        names.push(diagnostic.code.name.to_owned());
        names.sort();
    }
    lines
}

fn expected(text: &str) -> Lines {
    let mut lines = Lines::new();
    for (index, line) in text.lines().enumerate() {
        let named = Line { errors: names(line, "error"), warnings: names(line, "warning") };
        if named != Line::default() {
            lines.insert(index + 1, named);
        }
    }
    lines
}

fn opening(kind: &str) -> String {
    format!("# {kind}: [")
}

/// The codes that a line's comment of this kind names.
fn names(line: &str, kind: &str) -> Vec<String> {
    let opening = opening(kind);
    let inside = line.split_once(&opening).and_then(|(_, rest)| rest.split_once(']'));
    let mut names: Vec<String> = inside
        .map(|(inside, _)| inside.split(',').map(|name| name.trim().to_owned()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

/// A line without its comments about diagnostics.
pub fn bare(line: &str) -> &str {
    let starts = ["error", "warning"].iter().filter_map(|kind| line.find(&opening(kind)));
    starts.min().map_or(line, |at| line[..at].trim_end())
}

fn difference(
    case: &Case,
    expected: &Lines,
    found: &Lines,
    source: &SourceFile,
    compilation: &Compilation,
) -> String {
    let mut text = String::from("the diagnostics are not those expected\n");
    let empty = Line::default();
    for line in expected.keys().chain(found.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (wanted, given) =
            (expected.get(line).unwrap_or(&empty), found.get(line).unwrap_or(&empty));
        if wanted != given {
            let place = format!("{}:{line}", case.path.display());
            let _ = writeln!(text, "{place}: expected {}", words(wanted));
            let _ = writeln!(text, "{place}: found    {}", words(given));
        }
    }
    for diagnostic in &compilation.diagnostics {
        let line = source.line_col(diagnostic.primary.span.start).line;
        let _ = writeln!(text, "  line {line}: {} {}", diagnostic.code.id, diagnostic.message);
    }
    text
}

fn words(line: &Line) -> String {
    let words = comment(line);
    if words.is_empty() { "nothing".to_owned() } else { words }
}

fn comment(line: &Line) -> String {
    let parts = [("error", &line.errors), ("warning", &line.warnings)];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    let parts = parts.map(|(kind, names)| format!("{}{}]", opening(kind), names.join(", ")));
    parts.collect::<Vec<_>>().join("  ")
}

/// Writes the diagnostics found into the file.
fn bless(case: &Case, found: &Lines) -> Result<(), String> {
    let mut text = String::new();
    for (index, line) in case.text.lines().enumerate() {
        let comment = found.get(&(index + 1)).map(comment).unwrap_or_default();
        let blessed = format!("{}  {comment}", bare(line));
        text.push_str(blessed.trim_end());
        text.push('\n');
    }
    if text == case.text {
        return Ok(());
    }
    std::fs::write(&case.path, text)
        .map_err(|error| format!("{} cannot be written: {error}", case.path.display()))
}
