//! Pointers in the kernel's structs that may be null in the verifier's eyes
//! where it knows their struct: it wants a test before they are followed.

/// Struct and member, from `BTF_TYPE_SAFE_RCU_OR_NULL` and
/// `BTF_TYPE_SAFE_TRUSTED_OR_NULL` of `kernel/bpf/verifier.c` (Linux 6.18).
const OR_NULL: &[(&str, &str)] = &[
    ("dentry", "d_inode"),
    ("mm_struct", "exe_file"),
    ("request_sock", "sk"),
    ("sk_buff", "sk"),
    ("socket", "sk"),
    ("vm_area_struct", "vm_file"),
    ("vm_area_struct", "vm_mm"),
];

/// How far the verifier trusts a pointer that it trusts the struct of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Not as an argument of a kfunc.
    None,
    /// As long as RCU's read side is held, by kfuncs that say so.
    Rcu,
    /// As the struct itself.
    Full,
}

/// From `BTF_TYPE_SAFE_RCU` and `BTF_TYPE_SAFE_RCU_OR_NULL` there, the same in 6.12.
const RCU: &[(&str, &str)] = &[
    ("cgroup", "kn"),
    ("css_set", "dfl_cgrp"),
    ("mm_struct", "exe_file"),
    ("request_sock", "sk"),
    ("sk_buff", "sk"),
    ("task_struct", "cgroups"),
    ("task_struct", "cpus_ptr"),
    ("task_struct", "group_leader"),
    ("task_struct", "real_parent"),
];

/// From `BTF_TYPE_SAFE_TRUSTED` and `BTF_TYPE_SAFE_TRUSTED_OR_NULL`.
const TRUSTED: &[(&str, &str)] = &[
    ("bpf_iter__task", "meta"),
    ("bpf_iter__task", "task"),
    ("bpf_iter_meta", "seq"),
    ("file", "f_inode"),
    ("linux_binprm", "file"),
];

/// How far the verifier trusts a member of a struct that it trusts.
pub fn field_trust(of: &str, member: &str) -> Trust {
    match (of, member) {
        field if TRUSTED.contains(&field) => Trust::Full,
        field if RCU.contains(&field) => Trust::Rcu,
        _ => Trust::None,
    }
}

/// Whether the verifier takes a member for one that may be null.
pub fn field_may_be_null(of: &str, member: &str) -> bool {
    OR_NULL.contains(&(of, member))
}
