//! Diagnostics as text with the user's lines, the way compilers show them.
//!
//! The drawing itself is annotate-snippets, the crate that rustc's own
//! renderer became; this module hands it excerpts and corrected lines.

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet, normalize_untrusted_str,
};
use diagnostics::{Diagnostic, Fix, Severity, SourceFile, Span};

use crate::excerpt::{Excerpt, excerpts};

/// How text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour with ANSI escape codes.
    pub color: bool,
    /// Columns to fit source lines into.
    pub width: usize,
}

impl Default for Style {
    /// No colours, 100 columns: what goes into files and exceptions.
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// Draws diagnostics as text, a blank line between them and a newline at the
/// end; empty for none.
pub fn text(diagnostics: &[Diagnostic], source: &SourceFile, style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width.max(40));
    let drawn: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| renderer.render(&report(diagnostic, source)) + "\n")
        .collect();
    drawn.join("\n")
}

/// The parts of one diagnostic: what is wrong and where, then what to write.
fn report<'a>(diagnostic: &'a Diagnostic, source: &'a SourceFile) -> Vec<Group<'a>> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut main = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id)
        .elements(place(diagnostic, source));
    for note in &diagnostic.notes {
        main = main.element(Level::NOTE.message(normalize_untrusted_str(note)));
    }
    for help in &diagnostic.help {
        main = main.element(Level::HELP.message(normalize_untrusted_str(help)));
    }
    let mut groups = vec![main];
    groups.extend(diagnostic.fix.as_ref().map(|fix| correction(fix, source)));
    groups
}

/// The file, line and column, and the marked lines under them.
fn place<'a>(
    diagnostic: &'a Diagnostic,
    source: &'a SourceFile,
) -> Vec<annotate_snippets::Element<'a>> {
    if source.text().is_empty() {
        return vec![Origin::path(path(source)).into()];
    }
    let labels: Vec<_> =
        std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary).collect();
    let spans: Vec<Span> = labels.iter().map(|label| visible(label.span, source)).collect();
    let mut shown = excerpts(source, &spans);
    // The primary place comes first, whatever stands above it in the file.
    shown.sort_by_key(|excerpt| !excerpt.marks.iter().any(|(index, _)| *index == 0));
    let draw = |excerpt: Excerpt| {
        let first = excerpt.marks.iter().map(|(index, _)| *index).min().unwrap_or(0);
        let position = spans.get(first).map_or(0, |span| span.start);
        // In cut lines columns do not count, so the place is told apart.
        let (name, origin) = match excerpt.cut {
            true => (None, Some(origin(source, position))),
            false => (Some(path(source)), None),
        };
        let marks = excerpt.marks.into_iter().map(|(index, range)| {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let words = labels.get(index).map(|l| l.text.as_str()).filter(|t| !t.is_empty());
            kind.span(range)
                .label(words.map(|words| normalize_untrusted_str(&words.replace('\n', " "))))
        });
        let snippet = Snippet::source(excerpt.text)
            .path(name)
            .line_start(excerpt.first_line)
            .annotations(marks);
        origin.map(Into::into).into_iter().chain([snippet.into()])
    };
    shown.into_iter().flat_map(draw).collect()
}

/// The span without the line ends it ends in, unless there is nothing else.
fn visible(span: Span, source: &SourceFile) -> Span {
    let span = crate::clamp(span, source);
    let words = source.slice(span).trim_end_matches(['\n', '\r']);
    if words.is_empty() { span } else { Span::new(span.start, span.start + words.len() as u32) }
}

/// The file's name, fit for a terminal.
fn path(source: &SourceFile) -> String {
    normalize_untrusted_str(source.name())
}

/// A place as file, line and column alone.
fn origin(source: &SourceFile, offset: u32) -> Origin<'_> {
    let at = source.line_col(offset);
    Origin::path(path(source)).line(at.line as usize).char_column(at.column as usize)
}

/// The corrected lines, or the replacement alone where lines are too long or
/// too many to show.
fn correction<'a>(fix: &'a Fix, source: &'a SourceFile) -> Group<'a> {
    let wanted = crate::clamp(fix.span, source);
    let mut shown = excerpts(source, &[wanted]);
    let whole = shown.pop().filter(|excerpt| !excerpt.cut);
    let whole = whole.and_then(|mut e| e.marks.pop().map(|(_, range)| (e, range)));
    match whole {
        // A narrowed mark would leave the rest of the replaced text in place.
        Some((excerpt, range)) if same_lines(&excerpt, &range, source.slice(wanted)) => {
            let title = Level::HELP.secondary_title(normalize_untrusted_str(&fix.title));
            let patch = Patch::new(range, fix.replacement.as_str());
            title.element(Snippet::source(excerpt.text).line_start(excerpt.first_line).patch(patch))
        }
        _ => Group::with_title(Level::HELP.secondary_title(normalize_untrusted_str(&format!(
            "{}: `{}`",
            fix.title,
            fix.replacement.trim_end()
        )))),
    }
}

/// Whether the marked part of an excerpt has as many lines as the source's.
fn same_lines(excerpt: &Excerpt, range: &std::ops::Range<usize>, replaced: &str) -> bool {
    let marked = excerpt.text.get(range.clone()).unwrap_or("");
    marked.lines().count() == replaced.lines().count()
}
