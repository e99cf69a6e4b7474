//! Which kernel programs are built for.

use compiler::KernelVersion;

/// The version asked for, else that of the running kernel.
pub(crate) fn target(asked: Option<KernelVersion>) -> KernelVersion {
    asked.unwrap_or_else(running_kernel)
}

/// The version of the running kernel; the oldest supported one where it
/// cannot be told.
pub fn running_kernel() -> KernelVersion {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().parse().unwrap_or(KernelVersion::OLDEST)
}
