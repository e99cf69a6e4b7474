//! Helper functions: what a BPF program may call by number.
//!
//! One row for each helper of the UAPI header, in the order of their ids. The
//! signature says how each argument is passed; the licence and program-type
//! facts were read off a kernel's verifier (see `data/`).

pub use crate::generated::helpers::HELPERS;
use crate::generated::helpers::{ASKED, HOOKS, PROBED};
use crate::{ProgType, SectionDef, Version};

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
    /// The oldest kernel that has it; those before 5.10 are not told apart.
    pub since: Version,
    /// Only programs under a GPL-compatible licence may call it.
    pub gpl_only: bool,
    /// One line of explanation.
    pub summary: &'static str,
    /// The kinds of programs that may call it, by the bits of [`HOOKS`], on
    /// each kernel of [`PROBED`].
    pub(crate) hooks: [u128; PROBED.len()],
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
    /// Memory of so many bytes, which the helper reads.
    Fixed {
        /// Its size.
        size: u8,
    },
    /// A function of the program, which the helper calls.
    Callback(Callback),
    /// What that function is passed: memory on the stack, or null.
    CallbackContext,
    /// The first value of an entry that the helper makes: memory for one value
    /// of the map argument, or null.
    FirstValue,
    /// A dynptr that was made before.
    Dynptr,
    /// Room on the stack for a dynptr, which the helper makes.
    DynptrOut,
    /// A timer in a value of a map.
    Timer,
    /// A lock in a value of a map or a global.
    SpinLock,
    /// A pointer to an object of the kernel that is kept in a value of a map.
    KptrSlot,
    /// An object of the kernel that the program holds, or null.
    Kptr,
    /// A socket.
    Socket,
    /// A socket, or null.
    SocketOrNull,
    /// A struct of the kernel whose type the verifier knows.
    Kernel(&'static str),
    /// A per-CPU variable of the kernel.
    PerCpu,
    /// A record that was reserved in a ring buffer.
    Record,
}

/// What a helper passes to the function that it calls, and what it makes of
/// the number that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callback {
    /// Map, key, value, context; 1 ends it.
    Element,
    /// Number of the turn, context; 1 ends it.
    Turn,
    /// Map, key, value; it gives 0.
    Timer,
    /// Task, area of memory, context; it gives 0.
    Area,
    /// A dynptr of the message, context; 1 ends it.
    Message,
}

/// What is known of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Socket {
    /// It may be one of a connection that is being made or was closed.
    Common,
    /// A full one.
    Full,
    /// What TCP knows of it.
    Tcp,
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
    /// A pointer to a value of the map argument.
    MapValue,
    /// A socket, or null.
    Socket {
        /// What is known of it.
        kind: Socket,
        /// Whether the program must release it.
        acquired: bool,
    },
    /// A struct of the kernel whose type the verifier knows.
    Kernel {
        /// Its name.
        name: &'static str,
        /// Whether it may be null.
        nullable: bool,
    },
    /// A part of the memory that a dynptr stands for, or null.
    Slice,
    /// A CPU's own of a per-CPU variable of the kernel.
    PerCpu {
        /// Whether it may be null.
        nullable: bool,
    },
    /// An object of the kernel, or null, that the program must give away.
    Kptr,
    /// A record in a ring buffer, or null, that must be submitted or discarded.
    Record,
}

/// A kind of program, as the verifier tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hook {
    /// Type of the program.
    pub prog_type: ProgType,
    /// Expected attach type.
    pub attach_type: Option<&'static str>,
    /// Whether it may sleep.
    pub sleepable: bool,
}

impl Hook {
    fn of(def: &SectionDef) -> Self {
        let SectionDef { prog_type, attach_type, sleepable, .. } = *def;
        Self { prog_type, attach_type, sleepable }
    }

    fn bit(self) -> u128 {
        HOOKS.iter().position(|hook| *hook == self).map_or(0, |index| 1 << index)
    }
}

/// The oldest of the probed kernels that loads programs of this kind; none
/// where no machine that was asked does.
pub fn loaded_since(def: &SectionDef) -> Option<Version> {
    let bit = Hook::of(def).bit();
    (0..PROBED.len()).find(|index| ASKED[*index] & bit != 0).map(|index| PROBED[index])
}

/// Whether a kind of program may call a helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// It may, as far as is known: a kind that no probed kernel loads counts as
    /// allowed.
    Yes,
    /// From a kernel on: the first of the probed ones that allows it.
    From(Version),
    /// Only the form of the hook that may sleep.
    Sleeping,
    /// It may not.
    No,
}

impl Helper {
    /// Whether programs of a kind of section may call it, on `kernel` and newer
    /// ones. Between two probed kernels the newer one's answer counts.
    pub fn allowed(&self, def: &SectionDef, kernel: Version) -> Allowed {
        let hook = Hook::of(def);
        let bit = hook.bit();
        let asked = || (0..PROBED.len()).filter(|index| ASKED[*index] & bit != 0);
        let Some(own) =
            asked().find(|index| PROBED[*index] >= kernel).or_else(|| asked().next_back())
        else {
            return Allowed::Yes;
        };
        let allows = |index: usize, bit: u128| self.hooks[index] & bit != 0;
        if allows(own, bit) || self.hooks.iter().all(|bits| *bits == 0) {
            return Allowed::Yes;
        }
        if let Some(later) = asked().find(|index| *index > own && allows(*index, bit)) {
            return Allowed::From(PROBED[later]);
        }
        let sleeping = Hook { sleepable: true, ..hook }.bit();
        let awake = !def.sleepable && (own..PROBED.len()).any(|index| allows(index, sleeping));
        if awake { Allowed::Sleeping } else { Allowed::No }
    }

    /// Whether a probed kernel has it; of other kernels, what the next newer one
    /// said that was probed.
    pub fn is_in(&self, kernel: Version) -> bool {
        let index = PROBED.iter().position(|probed| *probed >= kernel);
        let hooks = index.map_or(self.hooks.last(), |index| self.hooks.get(index));
        hooks.is_some_and(|hooks| *hooks != 0)
    }

    /// The kinds of programs that may call it on some probed kernel.
    pub fn allowed_hooks(&self) -> impl Iterator<Item = &'static Hook> {
        let bits = self.hooks.iter().fold(0, |all, bits| all | bits);
        HOOKS.iter().enumerate().filter(move |(index, _)| bits >> index & 1 != 0).map(|(_, h)| h)
    }

    /// The types of programs that may call it on some probed kernel, by number.
    pub fn prog_types(&self) -> impl Iterator<Item = ProgType> {
        let mut all: Vec<ProgType> = self.allowed_hooks().map(|hook| hook.prog_type).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }

    /// How many of the parameters, at the end, may be left out: flags and
    /// contexts, which are 0 and null then.
    pub fn optional(&self) -> usize {
        let may = |param: &&Param| {
            matches!(param.kind, ParamKind::CallbackContext | ParamKind::FirstValue)
                || param.name == "flags"
        };
        self.params.iter().rev().take_while(may).count()
    }
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
