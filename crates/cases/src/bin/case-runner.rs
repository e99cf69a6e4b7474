//! Runs a folder of compiled cases (see `case-objects`) on the running kernel,
//! one after another in one process, and writes what came of them.
//!
//! `case-runner FOLDER [--attach] [--junit FILE] [FILTER]`: with `--attach` also
//! those that attach to hooks of the whole system, which only a machine of the
//! lab's own may do. Exit status 0: none failed.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use pythonbpf_cases::case::Case;
use pythonbpf_cases::folders::python_files;
use pythonbpf_cases::kernel::{self, Passed};
use pythonbpf_cases::report::{self, Outcome, Report};
use pythonbpf_cases::uses::Uses;

/// What the command line asks for.
#[derive(Default)]
struct Args {
    folder: PathBuf,
    attach: bool,
    junit: Option<PathBuf>,
    filter: String,
}

fn main() -> ExitCode {
    match arguments().and_then(|args| run(&args)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("error: {words}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Args, String> {
    const USAGE: &str = "usage: case-runner FOLDER [--attach] [--junit FILE] [FILTER]";
    let mut words = std::env::args().skip(1);
    let mut args = Args { folder: words.next().ok_or(USAGE)?.into(), ..Args::default() };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--attach" => args.attach = true,
            "--junit" => args.junit = Some(words.next().ok_or(USAGE)?.into()),
            option if option.starts_with('-') => return Err(USAGE.to_owned()),
            _ => args.filter = word,
        }
    }
    Ok(args)
}

/// Runs the cases; gives how many failed.
fn run(args: &Args) -> Result<usize, String> {
    if let Some(missing) = kernel::missing_privilege() {
        return Err(missing);
    }
    let mut reports = Vec::new();
    for folder in subfolders(&args.folder) {
        for file in python_files(&folder) {
            let name = name_of(&args.folder, &file);
            if name.contains(&args.filter) {
                reports.push(report(&name, &file, args.attach));
            }
        }
    }
    if let Some(file) = &args.junit {
        let written = File::create(file).and_then(|to| report::write(&reports, to));
        written.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let failed = |report: &&Report| matches!(report.outcome, Outcome::Failed(_));
    Ok(reports.iter().filter(failed).count())
}

fn report(name: &str, file: &Path, attach: bool) -> Report {
    let began = Instant::now();
    let (outcome, properties) = match read(file) {
        Ok((case, object)) => (outcome(&case, &object, attach), properties(&case, &object)),
        Err(words) => (Outcome::Failed(words), Vec::new()),
    };
    let seconds = began.elapsed().as_secs_f64();
    match &outcome {
        Outcome::Passed => println!("{name}: passed"),
        Outcome::Skipped(reason) => println!("{name}: left out: {reason}"),
        Outcome::Failed(words) => println!("{name}: FAILED: {words}"),
    }
    Report { name: name.to_owned(), outcome, seconds, properties }
}

fn read(file: &Path) -> Result<(Case, Vec<u8>), String> {
    let object = file.with_extension("o");
    let bytes = fs::read(&object).map_err(|error| format!("{}: {error}", object.display()))?;
    Ok((Case::read(file)?, bytes))
}

fn outcome(case: &Case, object: &[u8], attach: bool) -> Outcome {
    if !attach && (case.lab || !case.attach.is_empty()) {
        return Outcome::Skipped("in the lab's own machines only".to_owned());
    }
    match kernel::check(case, object) {
        Ok(Passed::Works) => Outcome::Passed,
        Ok(Passed::Lacks(feature)) => Outcome::Skipped(format!("not in this kernel: {feature}")),
        Err(words) => Outcome::Failed(words),
    }
}

fn properties(case: &Case, object: &[u8]) -> Vec<(String, String)> {
    let uses = Uses::of(object).unwrap_or_default();
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut properties = vec![("title".to_owned(), case.title())];
    properties.extend(uses.properties().into_iter().map(own));
    properties
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name_of(folder: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    inside.to_string_lossy().into_owned()
}
