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

/// Whether the verifier takes a member for one that may be null.
pub fn field_may_be_null(of: &str, member: &str) -> bool {
    OR_NULL.contains(&(of, member))
}
