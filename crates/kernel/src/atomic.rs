//! Atomic operations of `pythonbpf.helper`. They are instructions, not
//! helpers, and stand in the same module because users look for them there.

/// An atomic operation under its name in Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Atomic {
    /// The name in Python.
    pub name: &'static str,
    /// The parameters behind the memory that is changed.
    pub operands: &'static [&'static str],
    /// One line of explanation.
    pub summary: &'static str,
}

/// The atomic operation `name`.
pub fn atomic(name: &str) -> Option<&'static Atomic> {
    ATOMICS.iter().find(|atomic| atomic.name == name)
}

/// Every atomic operation.
pub static ATOMICS: &[Atomic] = &[
    row("atomic_add", &["value"], "Add to an integer of a map or a global; gives the old value."),
    row("atomic_sub", &["value"], "Subtract from an integer; gives the old value."),
    row("atomic_and", &["value"], "Clear the bits that the value has not; gives the old value."),
    row("atomic_or", &["value"], "Set the bits that the value has; gives the old value."),
    row("atomic_xor", &["value"], "Turn the bits that the value has; gives the old value."),
    row("atomic_xchg", &["value"], "Store another value; gives the old value."),
    row(
        "atomic_cmpxchg",
        &["expected", "value"],
        "Store another value if the old one is as expected; gives the old value.",
    ),
];

const fn row(
    name: &'static str,
    operands: &'static [&'static str],
    summary: &'static str,
) -> Atomic {
    Atomic { name, operands, summary }
}
