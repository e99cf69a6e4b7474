//! `pythonbpf check`: all diagnostics of some files, and nothing made.

use diagnostics::{Diagnostic, SourceFile};

use crate::args::{Check, Format};
use crate::exit::{Exit, Outcome};
use crate::kernel_types::asked;
use crate::target::target;
use crate::{input, report};

pub(crate) fn check(args: &Check) -> Outcome {
    let types = asked(args.btf.as_ref())?;
    let (kernel, perf) = (target(args.kernel), args.perf);
    let options = &compiler::Options { kernel, types, perf, ..Default::default() };
    let mut all = Vec::new();
    for path in &args.files {
        let (source, diagnostics) = examine(path, options);
        report::on_stdout(&diagnostics, &source, args.format)?;
        all.extend(diagnostics);
    }
    if args.format == Format::Text {
        let files = match args.files.len() {
            1 => "1 file".to_owned(),
            n => format!("{n} files"),
        };
        let found = report::tally(&all).unwrap_or_else(|| "nothing to complain about".to_owned());
        report::complain(&format!("checked {files}: {found}"));
    }
    Ok(if all.iter().any(Diagnostic::is_error) { Exit::Wrong } else { Exit::Done })
}

/// What is to be said about one file.
fn examine(path: &std::path::Path, options: &compiler::Options) -> (SourceFile, Vec<Diagnostic>) {
    match input::read_source(path) {
        Ok(source) => {
            let checked = compiler::check(&source, options);
            (source, checked.diagnostics)
        }
        Err(unreadable) => (unreadable.source, vec![*unreadable.diagnostic]),
    }
}
