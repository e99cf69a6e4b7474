//! What the kernel or the system refuses, on the user's line.

use diagnostics::{Code, Diagnostic, SourceFile, Span, codes};
use runtime::{Error, Rejection};

use crate::exit::{Exit, Stop};
use crate::report;
use crate::subject::Subject;

/// The diagnostic for a runtime error about one of these programs of
/// `source`: at the Python line where the verifier stopped if it is known, at
/// the program's section otherwise. `None` for errors that are about none of
/// them.
pub fn diagnose(
    error: &Error,
    programs: &[compiler::ProgramInfo],
    source: &SourceFile,
) -> Option<Diagnostic> {
    let program = programs.iter().find(|program| Some(program.name.as_str()) == error.program())?;
    if let Error::Rejected(rejection) = error {
        return Some(rejected(rejection, program, source));
    }
    let mut diagnostic = Diagnostic::new(code(error), program.section_span, error.to_string());
    if let Error::NoSuchTracepoint { nearest, .. } | Error::NoSuchFunction { nearest, .. } = error
        && let Some(fix) = nearest.first()
        && let Some((kind, _)) = program.section.split_once('/')
    {
        diagnostic = diagnostic.fix(
            "the nearest that exists",
            program.section_span,
            format!("\"{kind}/{fix}\""),
        );
    }
    Some(diagnostic)
}

/// Shows a runtime error and says with which status to leave.
pub(crate) fn refuse(error: &Error, subject: &Subject, whole_log: bool) -> Stop {
    if matches!(
        error,
        Error::ArgumentsNeeded { .. } | Error::ArgumentNotTaken { .. } | Error::BadArgument { .. }
    ) {
        return Stop::Said(Exit::Usage, as_options(&error.to_string()));
    }
    if let (Error::Rejected(rejection), true) = (error, whole_log) {
        report::complain(&rejection.log);
    }
    match diagnose(error, &subject.programs, &subject.source) {
        Some(diagnostic) => report::show(&[diagnostic], &subject.source, subject.json),
        None => {
            let (diagnostic, source) = match diagnose_object(error) {
                Some(shown) => shown,
                None => {
                    let source = SourceFile::new(subject.source.name(), "");
                    (Diagnostic::new(code(error), Span::default(), error.to_string()), source)
                }
            };
            report::show(&[diagnostic], &source, subject.json);
        }
    }
    Stop::Shown(if matches!(error, Error::BadObject { .. }) { Exit::Wrong } else { Exit::Refused })
}

/// Words of the runtime about its arguments, as options of the command.
pub(crate) fn as_options(words: &str) -> String {
    // The command has no socket to give.
    let mut text = words.replace("attach it with socket=…", "Python's `attach(socket=…)` does it");
    for argument in runtime::Argument::all() {
        let name = argument.name();
        if argument == runtime::Argument::Socket {
            continue;
        }
        text = text.replace(&format!("{name}=…"), &format!("--{name} …"));
        for taker in ["takes no", "object takes"] {
            text = text.replace(&format!("{taker} `{name}`"), &format!("{taker} `--{name}`"));
        }
        if let Some(value) = text.strip_prefix(&format!("{name}=")) {
            text = format!("--{name} {value}");
        }
    }
    text
}

/// The diagnostic for a rejection of an object whose source is not at hand: on
/// the line that the object quotes. `None` for other errors, and where the
/// object quotes none.
pub fn diagnose_object(error: &Error) -> Option<(Diagnostic, SourceFile)> {
    let Error::Rejected(rejection) = error else { return None };
    let quoted = rejection.source_line.as_ref();
    let name = quoted.and_then(|line| line.file.as_deref()).unwrap_or(&rejection.place.section);
    let number = quoted.and_then(|line| line.line).unwrap_or(1).clamp(1, MAX_LINE);
    let text = quoted.map_or("", |line| line.text.as_str());
    // The one line that is known, at its number.
    let before = "\n".repeat(number as usize - 1);
    let source = SourceFile::new(name, format!("{before}{text}\n"));
    let span = line_span(&source, number, text).unwrap_or_default();
    let diagnostic = Diagnostic::new(&codes::VERIFIER_REJECTED, span, refused(rejection))
        .label(label(rejection));
    Some((in_words(diagnostic, rejection).help(LOG_HELP), source))
}

/// Line numbers beyond this one are not believed.
const MAX_LINE: u32 = 1 << 20;

/// The headline of a rejection.
fn refused(rejection: &Rejection) -> String {
    let program = &rejection.place.program;
    format!("the kernel's verifier refused `{program}`: {}", rejection.message)
}

/// What stands at the line.
fn label(rejection: &Rejection) -> String {
    rejection.meaning.clone().unwrap_or_else(|| "it stopped here".to_owned())
}

/// The instruction, what it is about, the way there and the way out.
fn in_words(mut diagnostic: Diagnostic, rejection: &Rejection) -> Diagnostic {
    if let (Some(index), Some(code)) = (rejection.instruction, &rejection.code) {
        let does =
            rejection.does.as_ref().map_or_else(String::new, |does| format!(", which {does}"));
        diagnostic = diagnostic.note(format!("it stopped at instruction {index}, `{code}`{does}"));
    }
    if let Some((register, holds)) = &rejection.register {
        diagnostic = diagnostic.note(format!("r{register} is {holds}"));
    }
    if !rejection.path.is_empty() {
        diagnostic = diagnostic.note(format!("the way there: {}", rejection.path.join("; ")));
    }
    match &rejection.mend {
        Some(mend) => diagnostic.help(mend.clone()),
        None => diagnostic,
    }
}

const LOG_HELP: &str = "`pythonbpf verify --log` shows the verifier's whole log";

fn rejected(
    rejection: &Rejection,
    program: &compiler::ProgramInfo,
    source: &SourceFile,
) -> Diagnostic {
    let message = refused(rejection);
    let line = rejection.source_line.as_ref().and_then(|found| {
        let line = found.line?;
        let text = source.line(line);
        // A line number alone may be that of another file.
        (text.trim() == found.text.trim() && !text.trim().is_empty())
            .then(|| line_span(source, line, text))?
    });
    let diagnostic = match line {
        Some(span) => Diagnostic::new(&codes::VERIFIER_REJECTED, span, message)
            .label(label(rejection))
            .also(program.section_span, "in this program"),
        None => Diagnostic::new(&codes::VERIFIER_REJECTED, program.section_span, message),
    };
    in_words(diagnostic, rejection)
        .note("a program that compiles should load: please report this one as a bug")
        .help(LOG_HELP)
}

/// The span of a line without its indentation.
fn line_span(source: &SourceFile, line: u32, text: &str) -> Option<Span> {
    let before = source.text().split_inclusive('\n').take(line as usize - 1);
    let start: usize = before.map(str::len).sum::<usize>() + text.len() - text.trim_start().len();
    let end = start + text.trim().len();
    Some(Span::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}

/// The code that an error of the runtime falls under.
fn code(error: &Error) -> &'static Code {
    match error {
        Error::BadObject { .. } => &codes::UNREADABLE_SOURCE,
        Error::MissingPrivilege { .. } => &codes::MISSING_PRIVILEGE,
        Error::Rejected(_) => &codes::VERIFIER_REJECTED,
        Error::NoSuchTracepoint { .. }
        | Error::NoSuchFunction { .. }
        | Error::NoSuchPlace { .. }
        | Error::NoKprobes { .. }
        | Error::NoSuchInterface { .. }
        | Error::NoSuchProcess { .. }
        | Error::NoSuchFile { .. }
        | Error::AttachedElsewhere { .. }
        | Error::NoSuchCgroup { .. }
        | Error::NotAttachable { .. } => &codes::NO_SUCH_HOOK,
        _ => &codes::SYSTEM_REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "@bpf\n@section(\"xdp\")\ndef f(ctx):\n    x = 1\n    return x\n";

    fn place() -> runtime::ProgramPlace {
        runtime::ProgramPlace { program: "f".to_owned(), section: "tracepoint/a/b".to_owned() }
    }

    fn programs() -> Vec<compiler::ProgramInfo> {
        vec![compiler::ProgramInfo {
            name: "f".to_owned(),
            section: "tracepoint/a/b".to_owned(),
            section_span: Span::new(14, 19),
            name_span: Span::new(25, 26),
        }]
    }

    #[test]
    fn a_rejection_is_shown_on_the_line_where_the_verifier_stopped() {
        let source = SourceFile::new("t.py", PROGRAM);
        let rejected = |text: &str, line| {
            let source_line = Some(runtime::SourceLine {
                text: text.to_owned(),
                file: Some("t.py".to_owned()),
                line: Some(line),
                column: None,
            });
            let mut rejection = Rejection::default();
            rejection.place = place();
            rejection.message = "R0 !read_ok".to_owned();
            rejection.source_line = source_line;
            diagnose(&Error::Rejected(Box::new(rejection)), &programs(), &source).unwrap()
        };
        let found = rejected("return x", 5);
        assert_eq!(source.slice(found.primary.span), "return x");
        assert!(found.message.ends_with("`f`: R0 !read_ok"));
        assert_eq!(rejected("other", 5).primary.span, Span::new(14, 19));
        assert_eq!(rejected("return x", 500).primary.span, Span::new(14, 19));
    }

    #[test]
    fn a_missing_hook_comes_with_the_nearest() {
        let source = SourceFile::new("t.py", PROGRAM);
        let error = Error::NoSuchTracepoint {
            name: "a/b".to_owned(),
            nearest: vec!["a/c".to_owned()],
            place: place(),
        };
        let found = diagnose(&error, &programs(), &source).unwrap();
        assert_eq!(found.code.id, "E0701");
        assert_eq!(found.fix.unwrap().replacement, "\"tracepoint/a/c\"");
        assert!(diagnose(&error, &[], &source).is_none());
    }
}
