//! Source text to a small tree of what a BPF program may say.
//!
//! The only user of the Python parser. [`parse`] finds the `@bpf` definitions
//! of a file and turns them into a [`Module`]; Python that has no meaning in
//! BPF becomes a diagnostic on its span, and an [`ExprKind::Error`] or nothing
//! in the tree, so that later phases go on and stay quiet about it. Everything
//! that is not under `@bpf` is user-space Python and is left alone. No types
//! and no kernel here.

mod bound;
mod convert;
mod declare;
mod depth;
mod imports;
mod parse;
mod patterns;
mod tree;

pub use imports::{Binding, Imports};
pub use parse::parse;
pub use tree::{
    BinaryOp, BoolOp, Case, CompareOp, Constant, Definition, Enum, Expr, ExprKind, FormatPart,
    Function, Ident, Keyword, Module, Param, Pattern, PatternKind, Role, Stmt, StmtKind, Struct,
    StructField, UnaryOp,
};
