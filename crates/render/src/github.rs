//! Diagnostics as GitHub workflow commands, which a run shows on the changed
//! lines of a pull request.
//!
//! The form and its escapes are those of the runner's documentation:
//! `::error file=F,line=L,endLine=L,col=C,endColumn=C,title=T::message`.

use diagnostics::{Diagnostic, SourceFile};

/// Writes one workflow command a line for each diagnostic.
pub fn github(diagnostics: &[Diagnostic], source: &SourceFile) -> String {
    diagnostics.iter().map(|diagnostic| command(diagnostic, source)).collect()
}

fn command(diagnostic: &Diagnostic, source: &SourceFile) -> String {
    let span = crate::clamp(diagnostic.primary.span, source);
    let (start, end) = (source.line_col(span.start), source.line_col(span.end));
    let mut message = diagnostic.message.clone();
    for note in &diagnostic.notes {
        message.push_str(&format!("\nnote: {note}"));
    }
    for help in &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    if let Some(fix) = &diagnostic.fix {
        message.push_str(&format!("\nhelp: {}\n{}", fix.title, fix.replacement.trim_end()));
    }
    // The runner takes columns for places within one line only.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    format!(
        "::{} file={},line={},endLine={}{columns},title={}::{}\n",
        crate::json::severity(diagnostic.severity()),
        property(source.name()),
        start.line,
        end.line,
        property(&format!("{} {}", diagnostic.code.id, diagnostic.code.name)),
        data(&message),
    )
}

/// Escapes the text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
