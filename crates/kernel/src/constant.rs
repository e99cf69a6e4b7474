//! Named integers of the kernel's API: return codes and flags.

pub use crate::generated::constants::CONSTANTS;

/// A named integer of the UAPI headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    /// Name in the header.
    pub name: &'static str,
    /// Value; unsigned 64-bit flags above `i64::MAX` do not occur.
    pub value: i64,
    /// Tag of the C enum (`xdp_action`), `TC_ACT` for those defines, or empty.
    pub group: &'static str,
}

/// The constant called `name`.
///
/// ```
/// assert_eq!(pythonbpf_kernel::constant("XDP_PASS").map(|c| c.value), Some(2));
/// ```
pub fn constant(name: &str) -> Option<&'static Constant> {
    let at = CONSTANTS.binary_search_by(|constant| constant.name.cmp(name)).ok()?;
    CONSTANTS.get(at)
}

/// The constants of one group, such as `xdp_action`.
pub fn constants_in(group: &str) -> impl Iterator<Item = &'static Constant> {
    CONSTANTS.iter().filter(move |constant| constant.group == group)
}
