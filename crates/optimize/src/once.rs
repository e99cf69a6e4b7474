//! Helpers whose value is the same all through a run of a program.
//!
//! A run stays on its task and its CPU, so the helpers of [`STEADY`] give the
//! same at each call and change nothing: the module says so to LLVM, which
//! calls them once where one call comes before the other, and not at all where
//! nobody uses the value. Programs that may sleep stay on their CPU, too: the
//! kernel forbids migration while they run.

use ir::Module;

/// Helpers that read what belongs to the task or the CPU.
const STEADY: &[&str] = &[
    "get_cgroup_classid",
    "get_current_cgroup_id",
    "get_current_pid_tgid",
    "get_current_task",
    "get_current_uid_gid",
    "get_numa_node_id",
    "get_smp_processor_id",
];

pub(crate) fn rewrite(module: &mut Module) {
    module.steady_helpers = STEADY.iter().filter_map(|name| crate::effects::number(name)).collect();
}
