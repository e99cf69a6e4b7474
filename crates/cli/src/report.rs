//! Diagnostics and one-line errors on their way to the user's terminal.

use std::io::{self, IsTerminal, Write};

use diagnostics::{Diagnostic, SourceFile, codes};
use render::Style;

use crate::args::Format;

/// How text for this stream is drawn: colours on a terminal only.
pub(crate) fn style(stream: &impl IsTerminal) -> Style {
    let color = stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Style { color, width: width.unwrap_or(Style::default().width) }
}

/// Writes diagnostics on standard output, in the format asked for.
pub(crate) fn on_stdout(
    diagnostics: &[Diagnostic],
    source: &SourceFile,
    format: Format,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let drawn = match format {
        Format::Text => render::text(diagnostics, source, style(&out)),
        Format::Json => render::json(diagnostics, source),
        Format::Github => render::github(diagnostics, source),
    };
    out.write_all(drawn.as_bytes())?;
    if format == Format::Text && !drawn.is_empty() {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Shows diagnostics: as text on standard error, or as JSON on standard output
/// among the results.
pub(crate) fn show(diagnostics: &[Diagnostic], source: &SourceFile, json: bool) {
    if json {
        // Nobody can be told if that fails.
        let _ = on_stdout(diagnostics, source, Format::Json);
    } else {
        on_stderr(diagnostics, source);
    }
}

/// Writes diagnostics as text on standard error, with a tally under them.
pub(crate) fn on_stderr(diagnostics: &[Diagnostic], source: &SourceFile) {
    let err = io::stderr().lock();
    let drawn = render::text(diagnostics, source, style(&err));
    drop(err);
    if let Some(tally) = tally(diagnostics) {
        complain(&format!("{drawn}\n{tally}"));
    }
}

/// How many there are, and where to read more.
pub(crate) fn tally(diagnostics: &[Diagnostic]) -> Option<String> {
    let first = diagnostics.iter().find(|d| d.is_error()).or(diagnostics.first())?;
    let more = if std::ptr::eq(first.code, &codes::INTERNAL) {
        String::new()
    } else {
        format!("; `pythonbpf explain {}` tells more", first.code.id)
    };
    Some(render::summary(diagnostics)? + &more)
}

/// Says something on standard error. Nobody can be told if that fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
