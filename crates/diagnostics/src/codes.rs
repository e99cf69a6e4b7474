//! Every code, in families by hundreds. A code never changes its meaning and
//! is never used again for another.
//!
//! | family | about |
//! |---|---|
//! | 01xx | the file and its syntax |
//! | 02xx | decorators and declarations |
//! | 03xx | names and types |
//! | 04xx | statements and expressions outside the subset |
//! | 05xx | pointers, null and memory |
//! | 06xx | helpers, maps, sections and their rules |
//! | 07xx | what the kernel or the system refuses |
//! | 09xx | warnings |

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// An object is made all the same.
    Warning,
    /// No object is made.
    Error,
}

/// The identity of a kind of diagnostic.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// What users quote: `E0201`, `W0901`.
    pub id: &'static str,
    /// The same in words: `missing-license`.
    pub name: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What it means, in one line.
    pub summary: &'static str,
}

macro_rules! codes {
    ($($konst:ident $id:literal $name:literal $severity:ident $summary:literal;)*) => {
        $(#[doc = $summary]
          pub static $konst: Code = Code {
              id: $id, name: $name, severity: Severity::$severity, summary: $summary,
          };)*

        /// All codes, in order.
        pub static ALL: &[&Code] = &[$(&$konst),*];
    };
}

codes! {
    UNREADABLE_SOURCE "E0101" "unreadable-source" Error "The file cannot be read as Python source.";
    SYNTAX_ERROR "E0102" "syntax-error" Error "The file is not valid Python.";
    TOO_DEEP "E0103" "too-deep" Error "Code is nested deeper than the compiler follows.";
    NOTHING_TO_COMPILE "E0104" "nothing-to-compile" Error "The file has no `@bpf` definition.";

    MISSING_LICENSE "E0201" "missing-license" Error "The file declares no `LICENSE`.";
    BAD_LICENSE "E0202" "bad-license" Error "`LICENSE` is not a string that names a licence.";
    MISSING_BPF "E0203" "missing-bpf" Error "A BPF decorator is used without `@bpf`.";
    DECORATOR_ORDER "E0204" "decorator-order" Error "`@bpf` is not the outermost decorator.";
    DECORATOR_CONFLICT "E0205" "decorator-conflict" Error "Decorators that exclude each other or do not fit the definition.";
    MISSING_ANNOTATION "E0206" "missing-annotation" Error "A type annotation is missing.";
    NOT_TOP_LEVEL "E0207" "not-top-level" Error "An `@bpf` definition is not at the top level of the file.";
    DUPLICATE_DEFINITION "E0208" "duplicate-definition" Error "Two `@bpf` definitions share a name.";
    BAD_SECTION "E0209" "bad-section" Error "The section string is not one that a kernel hook has.";
    BAD_SIGNATURE "E0210" "bad-signature" Error "A definition's parameters do not fit what it declares.";
    BAD_MAP_DEFINITION "E0211" "bad-map-definition" Error "A map definition is not a constant map constructor.";
    BAD_STRUCT_DEFINITION "E0212" "bad-struct-definition" Error "A struct has something other than typed fields.";
    BAD_GLOBAL_DEFINITION "E0213" "bad-global-definition" Error "A global does not return a constant of its type.";

    UNKNOWN_NAME "E0301" "unknown-name" Error "A name is not known here.";
    UNKNOWN_TYPE "E0302" "unknown-type" Error "An annotation does not name a BPF type.";
    TYPE_MISMATCH "E0303" "type-mismatch" Error "A value does not have the type that is needed.";
    UNKNOWN_FIELD "E0304" "unknown-field" Error "A struct has no such field.";
    WRONG_ARGUMENTS "E0305" "wrong-arguments" Error "A call's arguments do not fit what is called.";
    NOT_CALLABLE "E0306" "not-callable" Error "Something is called that cannot be.";
    MAYBE_UNBOUND "E0307" "maybe-unbound" Error "A variable may be read before it is assigned.";
    CONSTANT_REQUIRED "E0308" "constant-required" Error "A constant is needed here.";
    OUT_OF_RANGE "E0309" "out-of-range" Error "A constant does not fit its type.";
    ASSIGN_TO_CONSTANT "E0310" "assign-to-constant" Error "Something that cannot change is assigned.";
    RECURSION "E0311" "recursion" Error "A function calls itself, directly or through others.";
    MISSING_RETURN "E0312" "missing-return" Error "A function may end without returning a value.";
    UNKNOWN_KERNEL_NAME "E0321" "unknown-kernel-name" Error "The kernel has no type, constant or function of this name.";
    AMBIGUOUS_KERNEL_NAME "E0322" "ambiguous-kernel-name" Error "The kernel calls several things by this name, and they differ.";

    BYTE_ORDER "E0331" "byte-order" Error "A number in network byte order is used like any other.";

    UNSUPPORTED_STATEMENT "E0401" "unsupported-statement" Error "A statement has no meaning in BPF.";
    UNSUPPORTED_EXPRESSION "E0402" "unsupported-expression" Error "An expression has no meaning in BPF.";
    UNSUPPORTED_TYPE "E0403" "unsupported-type" Error "A type cannot be used in BPF.";
    DIVISION_BY_ZERO "E0404" "division-by-zero" Error "A division by a constant zero.";
    BAD_FORMAT "E0405" "bad-format" Error "A `print` format that the kernel cannot do.";
    UNBOUNDED_LOOP "E0406" "unbounded-loop" Error "A loop that the verifier cannot prove to end.";
    FAILED_ASSERTION "E0407" "failed-assertion" Error "An assertion that the compiler can compute does not hold.";

    NULL_POINTER "E0501" "null-pointer" Error "A lookup result is used without checking that it was found.";
    OUT_OF_BOUNDS "E0502" "out-of-bounds" Error "An access outside the memory that a pointer covers.";
    STACK_TOO_LARGE "E0503" "stack-too-large" Error "Locals need more memory than a function has.";
    UNFINISHED_RESERVATION "E0504" "unfinished-reservation" Error "A record, socket or object is not given back on every path.";
    FINISHED_RESERVATION "E0505" "finished-reservation" Error "A record, socket or object is used after it was given back.";
    KERNEL_MEMORY_WRITTEN "E0521" "kernel-memory-written" Error "Memory of the kernel or of user space is written.";
    UNCHECKED_PACKET "E0531" "unchecked-packet" Error "The packet is read where it may have ended.";
    STALE_PACKET "E0532" "stale-packet" Error "A pointer into the packet is used after the packet has moved.";
    LOCK_MISUSED "E0541" "lock-misused" Error "A spin lock is not given back, or something is called under it.";
    BAD_CALLBACK "E0542" "bad-callback" Error "A function does not fit what calls it.";
    OBJECT_MISPLACED "E0543" "object-misplaced" Error "A timer, a lock or a dynptr lies where the kernel does not take it.";
    UNTRUSTED_POINTER "E0545" "untrusted-pointer" Error "A kfunc is given a pointer that the kernel does not trust.";

    UNKNOWN_HELPER "E0601" "unknown-helper" Error "`pythonbpf.helper` has no such name.";
    HELPER_NOT_ALLOWED "E0602" "helper-not-allowed" Error "The program type may not call this helper or kfunc.";
    HELPER_NEEDS_GPL "E0603" "helper-needs-gpl" Error "The helper or kfunc needs a GPL-compatible `LICENSE`.";
    MAP_OPERATION "E0604" "map-operation" Error "The map type does not have this operation.";
    BAD_RETURN_VALUE "E0605" "bad-return-value" Error "A constant that the hook cannot return.";
    HELPER_NOT_SUPPORTED "E0606" "helper-not-supported" Error "The helper or kfunc takes something the language cannot express yet.";
    AMBIGUOUS_EVENT "E0607" "ambiguous-event" Error "Events of two types with one size share a buffer.";
    NEEDS_NEWER_KERNEL "E0608" "needs-newer-kernel" Error "The program is built for a kernel that lacks what it uses.";
    NO_KERNEL_TYPES "E0621" "no-kernel-types" Error "The types of the kernel are not known.";

    CONTEXT_ACCESS "E0631" "context-access" Error "The context's field is not one that this kind of program may use so.";

    NO_SUCH_HOOK "E0701" "no-such-hook" Error "This kernel has no such hook.";
    MISSING_PRIVILEGE "E0702" "missing-privilege" Error "The process lacks a privilege.";
    VERIFIER_REJECTED "E0703" "verifier-rejected" Error "The kernel's verifier refused the program.";
    SYSTEM_REFUSED "E0704" "system-refused" Error "The kernel refused a request.";
    INTERNAL "E0799" "internal" Error "The compiler met something it did not expect: a bug of ours.";

    UNIMPORTED_NAME "W0901" "unimported-name" Warning "A name of pythonbpf or ctypes is used without being imported.";
    MAYBE_MISSING "W0902" "maybe-missing" Warning "A lookup that may find nothing is read as 0.";
    EMPTY_DEFINITION "W0903" "empty-definition" Warning "A definition defines nothing.";
    IMPLICIT_ANNOTATION "W0904" "implicit-annotation" Warning "An annotation is left out and a default is taken.";
    TRUNCATED_CONSTANT "W0905" "truncated-constant" Warning "A constant loses bits in its type.";
    UNREACHABLE_CODE "W0906" "unreachable-code" Warning "Statements that are never reached.";
    REBOUND_ENTRY "W0907" "rebound-entry" Warning "A name of a map entry becomes a number of its own.";
    UNCHECKED_INDEX "W0910" "unchecked-index" Warning "An index that may lie outside its array is checked at run time.";
    UNUSED_LOCAL "W0911" "unused-local" Warning "A variable is assigned and never used.";
    CONSTANT_COMPARISON "W0912" "constant-comparison" Warning "A comparison that always comes out the same way, or not as it reads.";
    BUILT_IN_TYPES "W0921" "built-in-types" Warning "The types of the kernel are those that are built in.";
    COPIED_EVENT "W0931" "copied-event" Warning "An event is built and then copied into its ring buffer (`check --perf`).";
    SMALL_KEY "W0932" "small-key" Warning "A hash whose keys an array could have as its indices (`check --perf`).";
    SHARED_COUNTER "W0933" "shared-counter" Warning "A counter that all CPUs change atomically (`check --perf`).";
    SLOW_TASK "W0934" "slow-task" Warning "Fields of the current task are read by helpers (`check --perf`).";
}

/// The code with this id or name.
pub fn find(id_or_name: &str) -> Option<&'static Code> {
    ALL.iter()
        .copied()
        .find(|code| code.id.eq_ignore_ascii_case(id_or_name) || code.name == id_or_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_unique_and_say_their_severity() {
        for (i, code) in ALL.iter().enumerate() {
            let letter = match code.severity {
                Severity::Error => 'E',
                Severity::Warning => 'W',
            };
            assert!(code.id.starts_with(letter), "{}", code.id);
            for other in &ALL[..i] {
                assert_ne!(code.id, other.id);
                assert_ne!(code.name, other.name);
            }
        }
    }
}
