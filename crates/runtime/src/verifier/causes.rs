//! What the verifier's words mean, and what mostly mends it.
//!
//! A row has words that stand in the message; the first row that fits is
//! taken. The messages are those of `kernel/bpf/verifier.c` and `cfg.c` from
//! Linux 5.10 to 7.2, each seen on a kernel of the lab's where a program of the
//! tests brings it about.

/// A cause of rejections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cause {
    /// All of these stand in the message.
    pub(super) words: &'static [&'static str],
    /// What it means.
    pub(super) meaning: &'static str,
    /// What to do about it.
    pub(super) mend: &'static str,
}

const fn cause(words: &'static [&'static str], meaning: &'static str, mend: &'static str) -> Cause {
    Cause { words, meaning, mend }
}

/// The cause of a message, if it is a known one.
pub(super) fn cause_of(message: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|cause| cause.words.iter().all(|words| message.contains(words)))
}

static CAUSES: &[Cause] = &[
    cause(
        &["_or_null'"],
        "a pointer that may be null is followed",
        "test it first: `if entry:` around the use, or `if not entry: return 0` before it",
    ),
    cause(
        &["possibly NULL pointer passed"],
        "a pointer that may be null is handed to a function that takes none",
        "test it first, and call only where it is not null",
    ),
    cause(
        &["invalid access to packet"],
        "the packet may be shorter than what is read or written",
        "compare the end of the access with `data_end` on the way to it, with the same pointer; in \
         Python `ctx.packet(T, offset)` does so",
    ),
    cause(
        &["invalid access to map value"],
        "the access may lie outside the map's value",
        "bound the index: `if i < LENGTH:` around the access",
    ),
    cause(
        &["invalid access to memory"],
        "the access may lie outside the memory that the pointer stands for",
        "bound the offset and the size, and test them on every path",
    ),
    cause(
        &["unbounded memory access"],
        "nothing bounds the offset or the size of this access",
        "test the number against its least and greatest value before, or mask it (`n & 0xff`)",
    ),
    cause(
        &["min value is negative"],
        "the offset or the size may be negative",
        "use an unsigned number, or test that it is not negative",
    ),
    cause(
        &["unbounded min value"],
        "a number without bounds is added to a pointer",
        "test the number against a constant on both sides before",
    ),
    cause(
        &["makes pointer be out of bounds"],
        "the pointer moves out of all bounds",
        "bound the number that is added to it",
    ),
    cause(
        &["combined stack size"],
        "the functions on one path need more than 512 bytes of stack together",
        "keep large structs in a map of one entry for each CPU (`PerCpuArray`), or in a ring \
         buffer's record",
    ),
    cause(
        &["invalid write to stack"],
        "this lies outside the 512 bytes of stack",
        "keep large structs in a map of one entry for each CPU (`PerCpuArray`)",
    ),
    cause(
        &["invalid stack"],
        "this lies outside the stack, or outside the local",
        "bound the index, and keep large structs in a map (`PerCpuArray`)",
    ),
    cause(
        &["invalid indirect", "read from stack"],
        "a helper is handed memory that is not all initialised, padding included",
        "set every byte before: start from a zeroed struct",
    ),
    cause(
        &["invalid read from stack"],
        "a local is read that is not initialised on every path",
        "give it a value where it is declared",
    ),
    cause(
        &["!read_ok"],
        "a register is read that has no value on some path; calls leave r1 to r5 without one",
        "give the local a value before the branch, or return one on every path",
    ),
    cause(
        &["Unreleased reference"],
        "something that was acquired is not released on some path",
        "release, submit or discard it on every path; in Python `with` does so",
    ),
    cause(
        &["reference leak"],
        "something that was acquired is not released on some path",
        "release, submit or discard it on every path; in Python `with` does so",
    ),
    cause(
        &["At program exit the register R0"],
        "the hook does not take this return value",
        "return one of the hook's constants on every path",
    ),
    cause(
        &["At async callback the register R0"],
        "the callback must return 0",
        "`return 0` at the end of the callback",
    ),
    cause(
        &["cannot call GPL-restricted function"],
        "this helper is for programs under a licence that is compatible with the GPL",
        "declare `LICENSE` as \"GPL\", or do without the helper",
    ),
    cause(
        &["cannot call GPL only function"],
        "this helper is for programs under a licence that is compatible with the GPL",
        "declare `LICENSE` as \"GPL\", or do without the helper",
    ),
    cause(
        &["cannot use helper"],
        "programs of this kind may not call this helper",
        "use another helper or hook; `pythonbpf doctor` tells what this kernel has",
    ),
    cause(
        &["unknown func"],
        "this kernel has no such helper, or not for programs of this kind",
        "use another helper or hook, or a newer kernel; `pythonbpf doctor` tells what it has",
    ),
    cause(
        &["invalid func "],
        "this kernel has no helper of this number",
        "it needs a newer kernel, or another helper",
    ),
    cause(
        &["calling kernel function", "is not allowed"],
        "programs of this kind may not call this function of the kernel",
        "use it in a program that may, or a helper instead",
    ),
    cause(
        &["BPF program is too large"],
        "there are more paths through the program than the verifier walks (a million instructions)",
        "make loops shorter or let `bpf_loop` turn them, move what branches into functions, or \
         split the program with tail calls",
    ),
    cause(
        &["too complex"],
        "there are more branches on one path than the verifier keeps",
        "move what branches into functions that the verifier looks at once, or make loops shorter",
    ),
    cause(
        &["back-edge"],
        "there is a loop, and this kernel or program takes none here",
        "unroll it, or use Linux 5.3 or newer with a bound that can be seen",
    ),
    cause(
        &["infinite loop detected"],
        "nothing that the verifier sees changes from one turn of the loop to the next",
        "count the turns and end at a constant: `for i in range(N)`",
    ),
    cause(
        &["unreachable insn"],
        "no path leads to this instruction",
        "the compiler left dead code: compile with optimization",
    ),
    cause(
        &["invalid bpf_context access"],
        "programs of this kind may not read or write this part of their context",
        "use a field that the kind has, at its own width; `pythonbpf hooks` lists an event's fields",
    ),
    cause(
        &["dereference of modified ctx"],
        "the context is read through a pointer that was computed",
        "read it by field from `ctx` itself",
    ),
    cause(
        &["cannot write into packet"],
        "programs of this kind may not write to packets",
        "use a hook that may (XDP, traffic control), or a helper that stores",
    ),
    cause(
        &["not allowed to write", "packet"],
        "programs of this kind may not write to packets",
        "use a hook that may (XDP, traffic control), or a helper that stores",
    ),
    cause(
        &["write into map forbidden"],
        "the map is read-only for programs",
        "leave its read-only flag out, or write from user space",
    ),
    cause(
        &["only read is supported"],
        "kernel memory may be read only",
        "take the value into a local, and change that",
    ),
    cause(
        &["leaks addr"],
        "an address of the kernel would get into a map or a return value",
        "store the number, not the pointer",
    ),
    cause(
        &["bpf_spin_lock"],
        "locks are taken and released around plain accesses to their own entry, on every path",
        "unlock on every path, and call nothing meanwhile",
    ),
    cause(
        &["while holding a lock"],
        "no function may be called while the lock is held",
        "call it before the lock or after it",
    ),
    cause(
        &["sleepable"],
        "this may sleep, which programs of this kind may not",
        "use a sleepable section (`.s`), or another function",
    ),
    cause(
        &["misaligned"],
        "the access is not aligned to its size",
        "order the fields so that each lies at a multiple of its size",
    ),
    cause(
        &["must be referenced or trusted"],
        "the function takes only pointers that the verifier knows to be alive",
        "take the pointer from the hook's arguments, or acquire it first",
    ),
    cause(
        &["invalid mem access 'scalar'"],
        "a number is used as an address",
        "read what lies at an address of the kernel or of a process with a probe_read helper",
    ),
    cause(
        &["invalid mem access 'inv'"],
        "a number is used as an address",
        "read what lies at an address of the kernel or of a process with a probe_read helper",
    ),
    cause(
        &["invalid mem access"],
        "this pointer may not be followed like this",
        "check what it points to, and that it was tested on every path",
    ),
    cause(
        &[" type=", " expected="],
        "the function takes another kind of argument here",
        "hand over what it expects; a pointer to memory of known size stands on the stack or in a map",
    ),
    cause(
        &["pointer arithmetic"],
        "this pointer may not be computed with",
        "keep the pointer as it is, and add to an index instead",
    ),
    cause(
        &["doesn't have valid"],
        "the program or an argument is not of the type that its BTF says",
        "compile it with debug information (`-g`) and hand over what the function declares",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_hidden_by_an_earlier_one() {
        for cause in CAUSES {
            let message = cause.words.join(" … ");
            assert_eq!(cause_of(&message), Some(cause), "{message}");
        }
    }
}
