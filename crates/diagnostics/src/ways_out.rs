//! What to do about a kind of diagnostic whatever the program is: said where
//! whoever reported it knew nothing better.

use crate::{Code, Diagnostic};

/// The name of a code, and the words.
const WAYS_OUT: &[(&str, &str)] = &[
    (
        "syntax-error",
        "Python refuses this too: `python3 -m py_compile FILE` tells what it makes of it",
    ),
    (
        "bad-signature",
        "write `def NAME() -> TYPE:`, or for a program `def NAME(ctx: c_void_p) -> c_int64:`",
    ),
    (
        "bad-map-definition",
        "write `return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)` and nothing else",
    ),
    (
        "bad-struct-definition",
        "write one line a field, `name: type`, each with a name of its own; a default is a constant",
    ),
    (
        "bad-global-definition",
        "return a constant: a number, a text, `S(...)` or `(c_uint32 * 4)(...)`",
    ),
    ("unknown-name", "define it with `@bpf`, or assign it before this line"),
    (
        "unknown-type",
        "types are those of `ctypes` (`c_uint32`, ...), `str(N)`, `T * N` and `@struct` classes",
    ),
    ("type-mismatch", "give it a value of the type that is needed: `c_uint64(x)` converts numbers"),
    ("unknown-field", "only structs have fields: a number is used as it is"),
    ("wrong-arguments", "write what it takes, in order or by name"),
    ("not-callable", "use its value, without parentheses"),
    ("constant-required", "write a number, or a name that the file sets to one"),
    ("out-of-range", "use a value that fits, or a wider type"),
    (
        "unsupported-expression",
        "compute it from numbers, structs, arrays and texts, or do it in user space",
    ),
    (
        "unsupported-statement",
        "write it with `if`, `for`, `while` and functions, or do it in user space",
    ),
    ("unbounded-loop", "write `for i in range(N):`"),
    ("out-of-bounds", "elements are counted from 0 to one less than there are"),
    (
        "unknown-helper",
        "the kernel's helpers are in `pythonbpf.helper`, without `bpf_` before their names",
    ),
    (
        "map-operation",
        "another type of map has this operation: see the table of maps in docs/language.md",
    ),
    ("bad-return-value", "return one of the hook's constants"),
    ("helper-not-supported", "read the value another way, or pass it from user space in a map"),
];

impl Diagnostic {
    /// The same with a way out: its own, or the usual one of its kind.
    pub fn with_way_out(self) -> Self {
        let silent = self.help.is_empty() && self.notes.is_empty() && self.fix.is_none();
        match usual(self.code).filter(|_| silent && self.is_error()) {
            Some(words) => self.help(words),
            None => self,
        }
    }
}

fn usual(code: &Code) -> Option<&'static str> {
    WAYS_OUT.iter().find(|(name, _)| *name == code.name).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Span, codes};

    #[test]
    fn every_row_names_a_code() {
        for (name, _) in WAYS_OUT {
            assert!(codes::ALL.iter().any(|code| code.name == *name), "{name}");
        }
    }

    #[test]
    fn own_words_come_first() {
        let bare = Diagnostic::new(&codes::OUT_OF_RANGE, Span::default(), "x");
        assert_eq!(bare.clone().with_way_out().help.len(), 1);
        assert_eq!(bare.help("own").with_way_out().help, ["own"]);
    }
}
