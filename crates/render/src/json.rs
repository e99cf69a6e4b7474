//! Diagnostics as JSON, one object a line, for editors and other programs.

use diagnostics::{Diagnostic, Severity, SourceFile, Span};
use serde::Serialize;

/// One diagnostic; the names of the fields are part of the interface.
#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    file: &'a str,
    #[serde(flatten)]
    place: Place,
    labels: Vec<Label<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fix: Option<Fix<'a>>,
}

/// First character and the one past the last, lines and columns from 1.
#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

/// A marked place; the first one of a diagnostic is its primary.
#[derive(Serialize)]
struct Label<'a> {
    text: &'a str,
    primary: bool,
    #[serde(flatten)]
    place: Place,
}

/// The text to put in a place.
#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    replacement: &'a str,
    #[serde(flatten)]
    place: Place,
}

/// Writes one JSON object a line for each diagnostic.
pub fn json(diagnostics: &[Diagnostic], source: &SourceFile) -> String {
    let lines = diagnostics.iter().map(|diagnostic| line(diagnostic, source));
    lines.filter_map(|line| Some(line.ok()? + "\n")).collect()
}

/// One diagnostic as a line. Strings and numbers alone cannot fail to be
/// written; the error is serde_json's general one.
fn line(diagnostic: &Diagnostic, source: &SourceFile) -> serde_json::Result<String> {
    serde_json::to_string(&Entry {
        code: diagnostic.code.id,
        name: diagnostic.code.name,
        severity: severity(diagnostic.severity()),
        message: &diagnostic.message,
        file: source.name(),
        place: Place::of(diagnostic.primary.span, source),
        labels: std::iter::once((&diagnostic.primary, true))
            .chain(diagnostic.secondary.iter().map(|label| (label, false)))
            .map(|(l, primary)| Label { text: &l.text, primary, place: Place::of(l.span, source) })
            .collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            replacement: &fix.replacement,
            place: Place::of(fix.span, source),
        }),
    })
}

impl Place {
    fn of(span: Span, source: &SourceFile) -> Self {
        let span = crate::clamp(span, source);
        let (start, end) = (source.line_col(span.start), source.line_col(span.end));
        Self { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
    }
}

/// The severity in a word, the same in every format.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
