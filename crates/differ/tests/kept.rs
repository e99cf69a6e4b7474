//! Runs every program under `tests/differ` beside its twin: they failed once.
#![allow(missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use pythonbpf_differ::{CLANG, Clang, check_case, missing_privilege};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/differ");
    let clang = Clang::find();
    let missing = missing_privilege().map(|missing| format!("skipped, {missing}"));
    let missing = missing.or_else(|| clang.is_none().then(|| format!("skipped, no {CLANG}")));
    let trials = python_files(&folder).into_iter().map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let trial = Trial::test(name, move || match clang {
            Some(clang) => check_case(clang, &path).map_err(Failed::from),
            None => Ok(()),
        });
        match &missing {
            Some(missing) => trial.with_kind(missing).with_ignored_flag(true),
            None => trial,
        }
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn python_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    files
}
