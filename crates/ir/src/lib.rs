//! The typed program: what a BPF program means, with every question of type,
//! memory region and nullability answered.
//!
//! A [`Module`] is made by `check` and read by `codegen`. It knows neither the
//! Python it came from (beyond spans, for line info) nor LLVM. Functions are
//! trees of statements and expressions over named locals; every expression
//! carries its [`Type`], and a pointer's type says where it points
//! ([`Region`]) and whether it may be null. [`verify()`] states and checks the
//! rules that `codegen` relies on; [`print()`] writes a module as text.

mod build;
mod expr;
mod module;
mod print;
mod query;
mod rewrite;
mod text;
mod types;
pub mod verify;
mod visit;

pub use expr::{
    AtomicOp, BinaryOp, Bound, CompareOp, Expr, ExprKind, Gather, Place, Stmt, StmtKind, UnaryOp,
};
pub use module::{
    Config, EventType, Extern, ExternId, ExternKind, Function, FunctionId, FunctionKind, Global,
    GlobalId, Local, LocalId, Map, MapId, MapSlot, Module, Operation, Operations, StringId, Value,
};
pub use print::print;
pub use query::{EnumFact, EnumMember, FieldFact, Query, TypeFact};
pub use rewrite::{each_call_mut, each_place_mut};
pub use text::TextOp;
pub use types::{Field, IntType, KernelName, PtrType, Region, Shape, Struct, StructId, Type};
pub use verify::verify;
pub use visit::{each_expr, each_part, each_place, each_place_of, each_stmt, each_stmt_within};
