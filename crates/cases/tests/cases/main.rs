//! Runs every case under `tests/guide` and `tests/lang`; the crate's page says
//! how a case is written. Each file is compiled as one test; one that asks for
//! the kernel is loaded and run as another. The files of `examples` are cases
//! that load, without a comment to say so.
#![allow(missing_docs, reason = "a test")]

mod case;
mod coverage;
mod diagnosed;
mod kernel;
mod trace;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use case::{Case, Expect};
use libtest_mimic::{Arguments, Failed, Trial};

const FOLDERS: [&str; 3] = ["tests/guide", "tests/lang", EXAMPLES];
const EXAMPLES: &str = "examples";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let missing = kernel::missing_privilege();
    let mut trials = vec![Trial::test("guide/sentences.txt", {
        let folder = root.join("tests/guide");
        move || coverage::check(&folder).map_err(Failed::from)
    })];
    for folder in FOLDERS {
        for path in python_files(&root.join(folder)) {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let name = format!("{}/{stem}", folder.trim_start_matches("tests/"));
            match Case::read(&path) {
                Ok(mut case) => {
                    if folder == EXAMPLES {
                        case.expect = Some(Expect::Loads);
                    }
                    trials.extend(trials_of(&name, case, missing.as_deref()));
                }
                Err(reason) => trials.push(Trial::test(name, move || Err(reason.into()))),
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(name: &str, case: Case, missing: Option<&str>) -> Vec<Trial> {
    let mut trials = Vec::new();
    if case.needs_kernel() {
        let needed = case.kernel;
        let too_old =
            (kernel::running() < needed).then(|| format!("skipped, needs Linux {needed}"));
        let skipped = too_old.as_deref().or(missing);
        let case = case.clone();
        let trial = Trial::test(format!("{name} in the kernel"), move || {
            kernel::check(&case).map_err(Failed::from)
        });
        trials.push(match skipped {
            Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
            None => trial,
        });
    }
    trials.push(Trial::test(name, move || diagnosed::check(&case).map_err(Failed::from)));
    trials
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
