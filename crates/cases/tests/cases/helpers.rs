//! Whether every helper is called by a case that the kernel loads.

use std::collections::BTreeSet;

use kernel::HELPERS;
use pythonbpf_cases::case::Case;
use pythonbpf_cases::folders;
use pythonbpf_cases::helper_programs::LEFT_OUT;
use pythonbpf_cases::uses::Uses;

use crate::diagnosed;

/// Each must be called, or be left out for a reason that still holds.
#[allow(clippy::print_stdout, reason = "what the suite tells beside its results")]
pub fn check(root: &std::path::Path) -> Result<(), String> {
    let cases = folders::cases(root).into_iter().filter_map(|(_, case)| case.ok());
    let called: BTreeSet<String> = cases.filter(Case::needs_kernel).flat_map(called_by).collect();
    println!("helpers usable: {} of {}", called.len(), HELPERS.len());
    for left in LEFT_OUT {
        println!("  not {}: {}", left.name, left.reason);
    }
    let left_out = |name: &str| LEFT_OUT.iter().any(|left| left.name == name);
    let wrong: Vec<&str> = HELPERS
        .iter()
        .map(|helper| helper.name)
        .filter(|name| called.contains(*name) == left_out(name))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("called by no case, or left out though one calls it: {}", wrong.join(", ")))
}

fn called_by(case: Case) -> BTreeSet<String> {
    let (_, compilation) = diagnosed::compile(&case);
    let uses = compilation.output.and_then(|object| Uses::of(&object).ok());
    uses.unwrap_or_default().helpers
}
