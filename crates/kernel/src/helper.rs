//! Helper functions: what a BPF program may call by number.
//!
//! One row for each helper of the UAPI header, in the order of their ids. The
//! signature says how each argument is passed; the licence and program-type
//! facts were read off a kernel's verifier (see `data/`).

use crate::ProgTypeSet;
pub use crate::generated::helpers::HELPERS;

/// A kernel helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Helper {
    /// Name without the `bpf_` prefix.
    pub name: &'static str,
    /// The number in the `imm` field of the call instruction.
    pub id: u32,
    /// What a call gives back.
    pub ret: Ret,
    /// The declared parameters, in order.
    pub params: &'static [Param],
    /// Only programs under a GPL-compatible licence may call it.
    pub gpl_only: bool,
    /// Only programs that may sleep may call it (`SectionDef::sleepable`).
    pub sleepable_only: bool,
    /// One line of explanation, or empty.
    pub summary: &'static str,
    /// The program types that may call it; a type that could not be probed
    /// counts as allowed.
    pub prog_types: ProgTypeSet,
    /// Further integer arguments may follow the declared ones.
    pub variadic: bool,
}

/// One declared parameter of a helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Name in the header.
    pub name: &'static str,
    /// Type in the header, spelt as there.
    pub c_type: &'static str,
    /// How the argument is passed.
    pub kind: ParamKind,
}

/// How a helper takes an argument. `size` is the index of the parameter that
/// carries the length of the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// The program's own context pointer.
    Context,
    /// A map.
    Map,
    /// Memory that holds one key of the map argument; read.
    MapKey,
    /// Memory that holds one value of the map argument; read.
    MapValue,
    /// Memory for one value of the map argument; written.
    MapValueOut,
    /// Memory the helper reads.
    MemIn {
        /// Index of the size parameter.
        size: u8,
    },
    /// Memory the helper fills; need not be initialised.
    MemOut {
        /// Index of the size parameter.
        size: u8,
    },
    /// Memory the helper reads and writes.
    MemInOut {
        /// Index of the size parameter.
        size: u8,
    },
    /// The size of a memory parameter: filled in by the compiler.
    Size,
    /// A constant NUL-terminated string that carries no size.
    Str,
    /// An integer.
    Scalar {
        /// Width in bits.
        bits: u8,
        /// Whether it is signed.
        signed: bool,
    },
    /// An address that the verifier does not follow: any integer or pointer,
    /// such as the source of a probe read.
    Address,
    /// Memory for one integer, written by the helper (`long *res`).
    OutInt {
        /// Width in bits.
        bits: u8,
        /// Whether it is signed.
        signed: bool,
    },
    /// A function of the program, called back by the helper.
    Callback,
    /// A pointer the language cannot express yet: socket, dynptr, timer,
    /// spin lock and the like.
    Other,
}

/// What a helper returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ret {
    /// Nothing.
    Void,
    /// An integer.
    Int {
        /// Width in bits.
        bits: u8,
        /// Whether it is signed.
        signed: bool,
    },
    /// A pointer to a value of the map argument, or null.
    MapValueOrNull,
    /// A pointer that is never null.
    Pointer,
    /// A pointer that may be null.
    PointerOrNull,
}

/// The helper called `name`, which may carry the `bpf_` prefix or not.
///
/// ```
/// let helper = pythonbpf_kernel::helper("get_current_comm").expect("in every kernel");
/// assert_eq!(helper.id, 16);
/// ```
pub fn helper(name: &str) -> Option<&'static Helper> {
    let name = name.strip_prefix("bpf_").unwrap_or(name);
    HELPERS.iter().find(|helper| helper.name == name)
}
