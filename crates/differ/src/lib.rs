//! Differential truth: random programs, written in Python for this compiler
//! and in C for clang, run side by side in the kernel on the same numbers.
//! What they return, the maps and the globals must be equal.
//!
//! A program is a small typed [`tree`]; [`generate`] makes it from a seed,
//! [`python`] and [`c`] write it, [`reduce`] makes a failing one smaller. What
//! the language says of types and constants is written down in [`rules`] once
//! more, apart from the compiler. Programs that once failed are kept under
//! `tests/differ` as two files, and are run again by the test.

mod build;
mod c;
mod case;
mod generate;
mod python;
mod random;
mod reduce;
mod report;
mod rules;
mod run;
mod scalar;
mod session;
mod text;
mod tree;
mod used;
mod valid;

pub use build::{CLANG, Clang};
pub use case::check as check_case;
pub use report::Report;
pub use session::{Options, differ, write};

/// What keeps this process from loading programs, in words.
pub fn missing_privilege() -> Option<String> {
    let needed = runtime::capabilities_for_section("xdp");
    let missing: Vec<String> =
        runtime::missing_capabilities(&needed).iter().map(ToString::to_string).collect();
    (!missing.is_empty()).then(|| format!("lacks {}", missing.join(" and ")))
}
