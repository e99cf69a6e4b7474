//! Runs every case; the crate's page says how a case is written. Each file is
//! compiled as one test; one that asks for the kernel is loaded and run as
//! another.
#![allow(missing_docs, reason = "a test")]

mod built_in;
mod coverage;
mod diagnosed;
mod helpers;
mod map_types;
mod sections;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use pythonbpf_cases::case::Case;
use pythonbpf_cases::folders;
use pythonbpf_cases::kernel::{self, Passed};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let missing = kernel::missing_privilege();
    let mut trials = vec![
        Trial::test("guide/sentences.txt", {
            let folder = root.join("tests/guide");
            move || coverage::check(&folder).map_err(Failed::from)
        }),
        Trial::test("built-in types", {
            let root = root.clone();
            move || built_in::check(&root).map_err(Failed::from)
        }),
        Trial::test("helpers", {
            let root = root.clone();
            move || helpers::check(&root).map_err(Failed::from)
        }),
        Trial::test("sections", {
            let root = root.clone();
            move || sections::check(&root).map_err(Failed::from)
        }),
        Trial::test("map types", {
            let root = root.clone();
            move || map_types::check(&root).map_err(Failed::from)
        }),
    ];
    map_types::tell();
    for (name, case) in folders::cases(&root) {
        match case {
            Ok(case) => trials.extend(trials_of(&name, case, missing.as_deref())),
            Err(reason) => trials.push(Trial::test(name, move || Err(reason.into()))),
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(name: &str, case: Case, missing: Option<&str>) -> Vec<Trial> {
    let mut trials = Vec::new();
    // To attach to the hooks of a whole system is for the lab's machines.
    if case.needs_kernel() && case.attach.is_empty() && !case.lab {
        let case = case.clone();
        let trial = Trial::ignorable_test(format!("{name} in the kernel"), move || {
            in_the_kernel(&case).map_err(Failed::from)
        });
        trials.push(match missing {
            Some(missing) => trial.with_kind(missing).with_ignored_flag(true),
            None => trial,
        });
    }
    trials.push(Trial::test(name, move || diagnosed::check(&case).map_err(Failed::from)));
    trials
}

fn in_the_kernel(case: &Case) -> Result<Completion, String> {
    let (_, compilation) = diagnosed::compile(case);
    let object = compilation.output.ok_or("it does not compile")?;
    Ok(match kernel::check(case, &object)? {
        Passed::Works => Completion::Completed,
        Passed::Lacks(feature) => {
            Completion::ignored_with(format!("not in this kernel: {feature}"))
        }
    })
}
