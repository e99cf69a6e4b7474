//! The kernel's own types, for the cases that name them.

use std::sync::{Arc, OnceLock};

use kernel::btf::{Btf, Source};

/// The types of the running kernel; what is built in where it shows none, or is
/// asked for.
pub fn types(built_in: bool) -> Source {
    if built_in {
        return Source::BuiltIn;
    }
    static READ: OnceLock<Option<Arc<Btf>>> = OnceLock::new();
    let read = || Btf::parse(Arc::new(runtime::kernel_btf().ok()?)).ok().map(Arc::new);
    READ.get_or_init(read).clone().map_or(Source::BuiltIn, Source::Given)
}
