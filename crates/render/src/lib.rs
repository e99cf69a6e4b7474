//! Diagnostics drawn for people and for machines.
//!
//! Takes [`Diagnostic`]s and the [`SourceFile`] they speak of and hands back
//! strings: [`text`] as a terminal or a Python exception shows it, [`json`]
//! with one object a line, [`github`] as workflow commands. The command and
//! the Python package both call these, so both use the same words. No I/O, and
//! no span, however odd, makes them panic.

mod excerpt;
mod github;
mod json;
mod text;

pub use github::github;
pub use json::json;
pub use text::{Style, text};

use diagnostics::{Diagnostic, SourceFile, Span};

/// The tally under a list: `2 errors, 1 warning`; nothing for an empty list.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let counted = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    match (counted(errors, "error"), counted(warnings, "warning")) {
        (Some(errors), Some(warnings)) => Some(format!("{errors}, {warnings}")),
        (one, other) => one.or(other),
    }
}

/// The span with both ends inside the text, on character boundaries and in
/// order.
fn clamp(span: Span, source: &SourceFile) -> Span {
    let text = source.text();
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary(span.end as usize).max(start);
    Span::new(start as u32, end as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::codes;

    #[test]
    fn the_tally_counts_each_kind() {
        let error = Diagnostic::new(&codes::SYNTAX_ERROR, Span::default(), "e");
        let warning = Diagnostic::new(&codes::UNREACHABLE_CODE, Span::default(), "w");
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(std::slice::from_ref(&error)).as_deref(), Some("1 error"));
        assert_eq!(summary(&[warning.clone(), warning.clone()]).as_deref(), Some("2 warnings"));
        assert_eq!(summary(&[error, warning]).as_deref(), Some("1 error, 1 warning"));
    }

    #[test]
    fn odd_spans_are_pulled_into_the_text() {
        let source = SourceFile::new("t.py", "é\n");
        assert_eq!(clamp(Span::new(1, 1), &source), Span::new(0, 2));
        assert_eq!(clamp(Span::new(99, 3), &source), Span::new(3, 3));
        assert_eq!(clamp(Span::new(2, 0), &source), Span::new(2, 2));
    }
}
