//! Types that are at hand where the kernel shows none: those that programs for
//! common hooks use. `cargo xtask gen types` cuts them out of a kernel's BTF.
//!
//! Where the object is loaded the members are found anew, so that it need not
//! be this kernel.

use std::io::Read;
use std::sync::{Arc, OnceLock};

use flate2::read::DeflateDecoder;

use super::Btf;

/// The kernel that they are of.
pub const BUILT_IN_FROM: &str = "6.12";
static PACKED: &[u8] = include_bytes!("../../data/types-6.12.btf.z");

/// The types, unpacked when they are first asked for.
pub fn built_in() -> Option<Arc<Btf>> {
    static READ: OnceLock<Option<Arc<Btf>>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut bytes = Vec::new();
        DeflateDecoder::new(PACKED).read_to_end(&mut bytes).ok()?;
        Btf::parse(Arc::new(bytes)).ok().map(Arc::new)
    })
    .clone()
}
