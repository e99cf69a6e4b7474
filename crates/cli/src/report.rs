//! Diagnostics and one-line errors on their way to the user's terminal.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use diagnostics::{Diagnostic, SourceFile, codes};
use render::Style;

use crate::args::Format;

/// How text for this stream is drawn: colours only on a terminal that has them.
pub(crate) fn style(stream: &(impl IsTerminal + AsFd)) -> Style {
    let is_empty = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
    let color = stream.is_terminal() && is_empty("NO_COLOR") && !is_dumb;
    Style { color, width: width_of(stream).unwrap_or(Style::default().width) }
}

/// The columns of a terminal; of one that does not tell how many rows it has, too.
fn width_of(stream: &impl AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
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
