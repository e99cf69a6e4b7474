//! Statements, expressions and places.

use diagnostics::Span;

use crate::{ExternId, FunctionId, GlobalId, LocalId, MapId, Query, StringId, TextOp, Type};

/// Somewhere in memory.
#[derive(Clone, Debug)]
pub enum Place {
    /// A local variable.
    Local(LocalId),
    /// A global variable.
    Global(GlobalId),
    /// What a pointer points to; the pointer is not null.
    Deref(Box<Expr>),
    /// A member of a struct.
    Field(Box<Place>, u32),
    /// An element of an array or a byte of a string; the index is in range.
    Index(Box<Place>, Box<Expr>),
    /// Some bytes of a string as a shorter string: where it starts, how many.
    Part(Box<Place>, u32, u32),
    /// What lies so many bytes behind the start of the context, of a type. The
    /// verifier wants each access at its offset and width, so nothing is moved
    /// or made wider.
    Context(Box<Expr>, u32, Type),
}

/// Operators on two integers of one type, giving that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// Wraps.
    Add,
    /// Wraps.
    Sub,
    /// Wraps.
    Mul,
    /// Truncates toward zero; by zero gives 0.
    Div,
    /// Takes the dividend's sign; by zero gives the dividend.
    Rem,
    /// Bits.
    And,
    /// Bits.
    Or,
    /// Bits.
    Xor,
    /// The count is taken modulo the width.
    Shl,
    /// Arithmetic for signed types; the count is taken modulo the width.
    Shr,
}

/// Comparisons of two integers, bools or pointers of one type, giving a bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// What is done to memory atomically.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOp {
    /// Adds.
    Add,
    /// Bits.
    And,
    /// Bits.
    Or,
    /// Bits.
    Xor,
    /// Stores another value.
    Exchange,
    /// Stores the second operand if the value equals the first.
    CompareExchange,
}

impl AtomicOp {
    /// How many operands it takes.
    pub fn operands(self) -> usize {
        if self == Self::CompareExchange { 2 } else { 1 }
    }
}

impl CompareOp {
    /// What holds when this does not.
    pub fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }

    /// The same comparison with its operands exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }
}

/// Operators on one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// Minus an integer; wraps.
    Neg,
    /// All bits of an integer turned.
    BitNot,
    /// A bool turned.
    Not,
    /// The bytes of an integer in the opposite order.
    Swap,
}

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// What it gives.
    pub ty: Type,
    /// Where it stands in the source.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer or bool constant; fits the type.
    Const(i128),
    /// The null pointer.
    Null,
    /// Reads a scalar from a place.
    Load(Place),
    /// The address of a place.
    Address(Place),
    /// The address of a fresh stack slot that holds the scalar.
    Spill(Box<Expr>),
    /// The address of a map.
    Map(MapId),
    /// The address of a constant string, NUL included.
    Str(StringId),
    /// Converts between integers, bools and opaque pointers, as C does.
    Convert(Box<Expr>),
    /// The same pointer with null ruled out by a check that was passed.
    NonNull(Box<Expr>),
    /// Whether a pointer is not null.
    IsFound(Box<Expr>),
    /// One operand.
    Unary(UnaryOp, Box<Expr>),
    /// Two integers.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// Two scalars.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `a and b` on bools; `b` is evaluated only if `a` holds.
    And(Box<Expr>, Box<Expr>),
    /// `a or b` on bools; `b` is evaluated only if `a` does not hold.
    Or(Box<Expr>, Box<Expr>),
    /// The same integer behind a barrier: what is known of it beforehand is
    /// not used to leave out or to move what is done with it, unless it is a
    /// constant. Indices pass it, so that the verifier sees their bounds.
    Hidden(Box<Expr>),
    /// One of two values; only that one is evaluated.
    Select(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A question about the kernel's types, answered at load as a `u64`.
    Query(Box<Query>),
    /// A question about texts.
    Text(Box<TextOp>),
    /// Changes an integer of 32 or 64 bits in memory atomically and gives its
    /// old value; evaluated for what it does alone, it takes less.
    Atomic(AtomicOp, Place, Vec<Expr>),
    /// Calls a helper by its number; arguments are scalars and pointers.
    Helper(u32, Vec<Expr>),
    /// Calls a function of the kernel; arguments are scalars and pointers.
    Kfunc(ExternId, Vec<Expr>),
    /// The address of something of the kernel's own.
    Extern(ExternId),
    /// A pointer into the packet, so many bytes behind another one.
    Advance(Box<Expr>, Box<Expr>),
    /// The same pointer where a comparison has shown that the packet has the
    /// bytes that it points to.
    InPacket(Box<Expr>),
    /// The address of a function of the module, for helpers that call it.
    Function(FunctionId),
    /// Calls a function of the module.
    Call(FunctionId, Vec<Expr>),
    /// Does the statements and then gives the value.
    Sequence(Vec<Stmt>, Box<Expr>),
}

/// How the verifier is shown that a loop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It sees that from the test: there are no more turns than these.
    Seen(u64),
    /// There are no more turns than these, and a count of them shows it.
    Turns(u64),
    /// The turns are those of the kernel's iterator over numbers, which the
    /// verifier does not walk through one by one; it ends the loop after
    /// [`Bound::MAX_ITERATIONS`].
    Iterator,
}

impl Bound {
    /// The kernel's `BPF_MAX_LOOPS`.
    pub const MAX_ITERATIONS: u64 = 8 << 20;
}

/// Scalars of one struct of the kernel that a single helper reads: the bytes around
/// them are copied, and each is taken from where the running kernel has it. Where
/// it has them further apart they are read one by one.
#[derive(Clone, Debug)]
pub struct Gather {
    /// An array of words of 64 bits for the copy, which other gatherings of the function
    /// share.
    pub buffer: Place,
    /// Bytes that are copied, no more than the array has.
    pub size: u64,
    /// A struct of the module: its first members are set, one for each of `from`.
    pub to: Place,
    /// What is read: members of structs of the kernel, no bit-fields, and elements at
    /// constant indices, behind the same pointer of region [`Region::Kernel`](crate::Region).
    pub from: Vec<Place>,
}

/// A statement with its place in the source.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands in the source.
    pub span: Span,
}

/// The forms of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Writes a scalar to a place.
    Store(Place, Expr),
    /// Makes all bytes of an aggregate zero.
    Zero(Place),
    /// Makes some bytes of an aggregate zero: where they start, how many.
    ZeroPart(Place, u32, u32),
    /// Copies an aggregate of the same type; source and target may be one.
    Copy(Place, Place),
    /// Reads scalars at fixed places behind one pointer into a struct of the kernel
    /// ([`Gather`]).
    Gather(Box<Gather>),
    /// Writes the bytes of a text into a string, the rest becoming zero.
    StoreStr(Place, Vec<u8>),
    /// Evaluates for what it does.
    Eval(Expr),
    /// One of two blocks.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// Counts an integer local from `start` while it is before `stop` by
    /// `step`, all constant; the local is set anew at each turn, from a
    /// hidden counter.
    ForRange {
        /// Set at each turn.
        local: LocalId,
        /// First value.
        start: i64,
        /// Bound that is not reached.
        stop: i64,
        /// Not 0.
        step: i64,
        /// Done each turn.
        body: Vec<Stmt>,
        /// Done when the loop ends without `break`.
        orelse: Vec<Stmt>,
    },
    /// Turns as long as the test holds, which is asked before each; their
    /// number, from 0, is in a hidden integer local.
    Loop {
        /// The number of the turn, an `i64`.
        index: LocalId,
        /// Asked before each turn.
        test: Expr,
        /// Done each turn.
        body: Vec<Stmt>,
        /// Done when the test has failed.
        orelse: Vec<Stmt>,
        /// How the verifier is shown that there is an end.
        bound: Bound,
    },
    /// Leaves the innermost loop.
    Break,
    /// Goes to the next turn of the innermost loop.
    Continue,
    /// Leaves the function.
    Return(Option<Expr>),
}
