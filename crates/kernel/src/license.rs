//! Which licences the kernel counts as GPL-compatible.

/// The strings that `license_is_gpl_compatible()` of the kernel's
/// `include/linux/license.h` accepts; compared exactly, case included.
pub static GPL_COMPATIBLE_LICENSES: &[&str] =
    &["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"];

/// Whether a program under licence `text` may call GPL-only helpers.
pub fn license_is_gpl_compatible(text: &str) -> bool {
    GPL_COMPATIBLE_LICENSES.contains(&text)
}
