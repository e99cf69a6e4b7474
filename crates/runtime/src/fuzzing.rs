//! What the fuzzers of `fuzz/` reach directly, because otherwise only a
//! kernel's refusal leads there. Not there in any other build.

use crate::error::ProgramPlace;
use crate::verifier::{Rejection, parse_stats};

pub use crate::line_info::source_line;

/// Reads a verifier's log as one of a refusal and as one of an acceptance.
pub fn verifier_log(log: &str) {
    let place = ProgramPlace { program: "fuzz".to_owned(), section: "xdp".to_owned() };
    let rejection = Rejection::from_log(place, log.to_owned());
    assert!(!rejection.to_string().is_empty());
    let _ = parse_stats(log);
}
