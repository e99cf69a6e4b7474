//! `pythonbpf check`: all diagnostics of some files, and nothing made.

use std::io::{self, IsTerminal, Write};

use diagnostics::{Diagnostic, SourceFile};

use crate::args::{Check, Format};
use crate::exit::{Exit, Outcome, Stop};
use crate::kernel_types::asked;
use crate::progress::Progress;
use crate::run::Ending;
use crate::target::target;
use crate::watch::Watch;
use crate::{input, report};

pub(crate) fn check(args: &Check) -> Outcome {
    let types = asked(args.btf.as_ref())?;
    let (kernel, perf) = (target(args.kernel), args.perf);
    let arch = args.arch;
    let options = compiler::Options { kernel, types, perf, arch, ..Default::default() };
    if !args.watch {
        return once(args, &options);
    }
    if args.files.iter().any(|file| input::is_stdin(file)) {
        let words = "standard input cannot be watched; name files";
        return Err(Stop::Said(Exit::Usage, words.to_owned()));
    }
    let ending = Ending::watch(None)?;
    let mut watch = Watch::new(&args.files);
    loop {
        if format(args) == Format::Text && io::stdout().is_terminal() {
            io::stdout().write_all(CLEAR)?;
        }
        let exit = once(args, &options)?;
        if !watch.changed(&ending) {
            return Ok(exit);
        }
    }
}

/// Empties a terminal.
const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

fn format(args: &Check) -> Format {
    if args.json { Format::Json } else { args.format }
}

/// Checks all files.
fn once(args: &Check, options: &compiler::Options) -> Outcome {
    let format = format(args);
    let mut all = Vec::new();
    for path in &args.files {
        let (source, diagnostics) = examine(path, options);
        report::on_stdout(&diagnostics, &source, format)?;
        all.extend(diagnostics);
    }
    if format == Format::Text {
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
            let _progress = Progress::of(&format!("checking {}", path.display()));
            let checked = compiler::check(&source, options);
            (source, checked.diagnostics)
        }
        Err(unreadable) => (unreadable.source, vec![*unreadable.diagnostic]),
    }
}
