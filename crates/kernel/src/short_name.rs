//! Short names: a helper call plus a fixed shape, under the name users know.
//!
//! A short name wins over a helper of the same name: `probe_read` is the
//! kernel-memory read, not the deprecated helper that guesses the address
//! space.

/// A convenience name of `pythonbpf.helper`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortName {
    /// The name in Python.
    pub name: &'static str,
    /// The helper it calls, without `bpf_`.
    pub helper: &'static str,
    /// How the call and its result are shaped.
    pub form: Form,
    /// One line of explanation.
    pub summary: &'static str,
}

/// What a short name does around its helper call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The helper's own arguments and result.
    Same,
    /// The upper 32 bits of the 64-bit result, as an unsigned 32-bit integer.
    High32,
    /// The lower 32 bits of the 64-bit result, as an unsigned 32-bit integer.
    Low32,
    /// One buffer argument, filled; its size is that of the object.
    Comm,
}

/// The short name `name`.
pub fn short_name(name: &str) -> Option<&'static ShortName> {
    SHORT_NAMES.iter().find(|short| short.name == name)
}

/// Every short name.
pub static SHORT_NAMES: &[ShortName] = &[
    row(
        "pid",
        "get_current_pid_tgid",
        Form::High32,
        "Process id as user space sees it (the thread group id).",
    ),
    row("tid", "get_current_pid_tgid", Form::Low32, "Thread id of the current task."),
    row("uid", "get_current_uid_gid", Form::Low32, "User id of the current task."),
    row("gid", "get_current_uid_gid", Form::High32, "Group id of the current task."),
    row("ktime", "ktime_get_ns", Form::Same, "Nanoseconds since boot, time suspended not counted."),
    row("comm", "get_current_comm", Form::Comm, "Fill a buffer with the name of the current task."),
    row("random", "get_prandom_u32", Form::Same, "A pseudo-random 32-bit number."),
    row(
        "smp_processor_id",
        "get_smp_processor_id",
        Form::Same,
        "Number of the CPU the program runs on.",
    ),
    row("probe_read", "probe_read_kernel", Form::Same, "Copy kernel memory into a buffer."),
    row(
        "probe_read_str",
        "probe_read_kernel_str",
        Form::Same,
        "Copy a NUL-terminated kernel string into a buffer.",
    ),
];

const fn row(
    name: &'static str,
    helper: &'static str,
    form: Form,
    summary: &'static str,
) -> ShortName {
    ShortName { name, helper, form, summary }
}
