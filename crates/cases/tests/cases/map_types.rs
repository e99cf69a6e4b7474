//! Whether every map type has a case, and how many of the kernel's there are.

use std::path::Path;

use kernel::{LEFT_OUT, MAP_TYPES};
use pythonbpf_cases::case::Expect;
use pythonbpf_cases::folders;

/// Says how many of the header's types can be used, and why the others not.
#[allow(clippy::print_stdout, reason = "what the suite tells beside its results")]
pub fn tell() {
    let (usable, left) = (MAP_TYPES.len(), LEFT_OUT.len());
    println!("map types usable: {usable} of {}", usable + left);
    for left in LEFT_OUT {
        println!("  not {}: {}", left.kernel, left.reason);
    }
}

/// Each type must be made by a case that the kernel loads.
pub fn check(root: &Path) -> Result<(), String> {
    let cases: Vec<_> =
        folders::cases(root).into_iter().filter_map(|(_, case)| case.ok()).collect();
    let loaded = |name: &str| {
        let call = format!("return {name}(");
        cases.iter().any(|case| {
            let runs = case.expect == Some(Expect::Loads) || case.needs_kernel();
            runs && case.text.contains(&call)
        })
    };
    let missing: Vec<&str> =
        MAP_TYPES.iter().map(|map| map.name).filter(|name| !loaded(name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("no case makes {}", missing.join(", "))) }
}
