//! What attacks the compiler and the runtime: sources and objects changed at
//! random, and the judge of how the compiler answers them. Tests and the
//! coverage-guided fuzzers in `fuzz/` share it.

mod answer;
mod btf;
mod bytes;
mod grammar;
mod object;
mod random;
mod refuse;
mod seeds;
mod source;

pub use answer::{Depth, fault};
pub use btf::mutate_btf;
pub use object::{btf_of, mutate_object, with_btf};
pub use random::Random;
pub use refuse::{Broken, RULES, Rule, broken};
pub use seeds::{Seed, objects, programs};
pub use source::{mutate_source, variant};
