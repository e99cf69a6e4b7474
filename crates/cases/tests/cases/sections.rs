//! Whether every kind of section is of a program that a kernel loads, and which of
//! them are seen to fire.

use std::collections::BTreeSet;
use std::fs;

use kernel::SECTION_DEFS;
use pythonbpf_cases::folders;
use pythonbpf_cases::section_programs::LEFT_OUT;

/// Each must be loaded, or be left out for a reason that still holds.
#[allow(clippy::print_stdout, reason = "what the suite tells beside its results")]
pub fn check(root: &std::path::Path) -> Result<(), String> {
    let (mut loaded, mut fired) = (BTreeSet::new(), BTreeSet::new());
    for (_, case) in folders::cases(root) {
        let Ok(case) = case else { continue };
        if !case.needs_kernel() {
            continue;
        }
        for prefix in prefixes(&case.text) {
            loaded.insert(prefix);
            if !case.attach.is_empty() {
                fired.insert(prefix);
            }
        }
    }
    // What a test of Python's makes for itself to attach to: sockets, routes, devices.
    let by_hand = fs::read_dir(root.join("tests/python/programs")).map_err(|e| e.to_string())?;
    for file in by_hand.flatten().filter(|file| file.path().extension().is_some_and(|e| e == "py"))
    {
        let text = fs::read_to_string(file.path()).map_err(|error| error.to_string())?;
        fired.extend(prefixes(&text));
    }
    let all = SECTION_DEFS.len();
    println!("section forms usable: {} of {all}; seen to fire: {}", loaded.len(), fired.len());
    for left in LEFT_OUT {
        println!("  not {}: {}", left.prefix, left.reason);
    }
    let left_out = |prefix: &str| LEFT_OUT.iter().any(|left| left.prefix == prefix);
    let wrong: Vec<&str> = SECTION_DEFS
        .iter()
        .map(|def| def.prefix)
        .filter(|prefix| loaded.contains(prefix) == left_out(prefix))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("of no case, or left out though a case is of it: {}", wrong.join(", ")))
}

/// The kinds of the sections that a text names.
fn prefixes(text: &str) -> impl Iterator<Item = &'static str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("@section(\""));
    let texts = lines.filter_map(|line| line.split_once('"').map(|(text, _)| text));
    texts.filter_map(|text| kernel::section(text).ok().map(|section| section.def.prefix))
}
