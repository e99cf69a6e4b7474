//! A loop's body as a function of its own, which the kernel calls for each
//! turn. The locals that it shares with the function around it travel in a
//! struct on that function's stack: numbers and pointers by value, read at the
//! start of a turn and written back at its end, the others by their address.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::Span;
use ir::{
    Expr, ExprKind, Function, FunctionId, FunctionKind, Local, LocalId, Module, Place, Region,
    Stmt, StmtKind, Struct, StructId, Type,
};

use crate::changed;

/// The struct's members behind the locals: how the loop was left, and what is
/// returned.
pub(crate) const STATUS: usize = 0;
pub(crate) const VALUE: usize = 1;
/// Left by `return`.
pub(crate) const RETURNED: u64 = 1;
/// Left by `break`.
const BROKEN: u64 = 2;
/// Left as the test does not hold.
pub(crate) const ENDED: u64 = 3;

/// A body to be made a function.
pub(crate) struct Outline<'o> {
    pub turn: Vec<Stmt>,
    /// Done before the test.
    pub first: Vec<Stmt>,
    /// Asked before the turn: the loop ends where it does not hold.
    pub test: Option<Expr>,
    /// The callback's parameters before the struct.
    pub params: Vec<Param>,
    /// Whether a local outlives the turn.
    pub shared: &'o dyn Fn(LocalId) -> bool,
    /// In front of the function's number.
    pub name: &'static str,
    /// The line that the loop stands on.
    pub line: u32,
    pub at: Span,
}

/// A parameter, and the local of the function around that stands for it.
pub(crate) struct Param {
    pub name: &'static str,
    pub ty: Type,
    pub local: Option<LocalId>,
}

/// A local that both functions use.
pub(crate) struct Captured {
    pub id: LocalId,
    /// Whether the body assigns it.
    pub written: bool,
}

/// The function that was made.
pub(crate) struct Outlined {
    pub callback: FunctionId,
    pub frame: StructId,
    pub captured: Vec<Captured>,
    /// The numbers in the memory of shared locals that a turn may change.
    pub changed: Vec<(Place, Type)>,
}

/// Makes a function of a turn; `locals` and `ret` are those of the function
/// around.
pub(crate) fn outline(
    module: &mut Module,
    locals: &[Local],
    ret: &Type,
    outline: Outline<'_>,
) -> Outlined {
    let Outline { turn: body, first, test, params, shared, name, line, at } = outline;
    let tested = test.as_ref().map(|_| first.len());
    let mut turn = first;
    turn.extend(test.map(|test| Stmt::new(StmtKind::If(test, Vec::new(), Vec::new()), at)));
    turn.extend(body);
    let (used, written) = uses(&mut turn);
    let aggregate = |id: u32| locals[id as usize].ty.is_aggregate();
    let shared = |id: &u32| shared(LocalId(*id));
    let captured: Vec<Captured> = used
        .iter()
        .filter(|id| shared(id))
        .map(|id| Captured { id: LocalId(*id), written: written.contains(id) && !aggregate(*id) })
        .collect();
    let changed = changed::places(module, locals, &turn, &|id| shared(&id.0));
    let frame = lay_out(module, locals, ret, &captured, line);
    let mut own: Vec<Local> = Vec::new();
    let mut renamed = BTreeMap::new();
    for param in params {
        if let Some(id) = param.local {
            renamed.insert(id.0, LocalId(own.len() as u32));
        }
        own.push(Local { name: param.name.to_owned(), ty: param.ty });
    }
    let pointer = LocalId(own.len() as u32);
    let ty = Type::ptr(Some(Type::Struct(frame)), Region::Any);
    own.push(Local { name: "frame".to_owned(), ty });
    let params = own.len() as u32;
    for id in used {
        if renamed.contains_key(&id) {
            continue;
        }
        let local = &locals[id as usize];
        let ty = member_type(&local.ty, shared(&id));
        renamed.insert(id, LocalId(own.len() as u32));
        own.push(Local { name: local.name.clone(), ty });
    }
    let made = Turn { around: locals, locals: &own, renamed, captured: &captured, pointer, at };
    let body = made.body(turn, tested);
    let callback = FunctionId(module.functions.len() as u32);
    module.functions.push(Function {
        name: format!("__pythonbpf_{name}_{}", callback.0),
        kind: FunctionKind::Subprogram,
        params,
        ret: Type::I64,
        locals: own,
        body,
        span: at,
    });
    Outlined { callback, frame, captured, changed }
}

/// How a local is passed on.
fn member_type(ty: &Type, shared: bool) -> Type {
    if shared && ty.is_aggregate() { Type::ptr(Some(ty.clone()), Region::Any) } else { ty.clone() }
}

/// The struct that the shared locals travel in.
fn lay_out(
    module: &mut Module,
    locals: &[Local],
    ret: &Type,
    captured: &[Captured],
    line: u32,
) -> StructId {
    let mut members: Vec<(String, Type)> = captured
        .iter()
        .map(|captured| {
            let local = &locals[captured.id.0 as usize];
            (format!("{}_{}", local.name, captured.id.0), member_type(&local.ty, true))
        })
        .collect();
    members.push(("status".to_owned(), Type::U64));
    let ret = if *ret == Type::Void { Type::U64 } else { ret.clone() };
    members.push(("value".to_owned(), ret));
    let id = StructId(module.structs.len() as u32);
    let name = format!("__pythonbpf_frame_{}", id.0);
    let laid = Struct::lay_out(name, members, line, module);
    module.structs.push(laid);
    id
}

/// The locals that statements use, and those that they assign or give away.
pub(crate) fn uses(stmts: &mut [Stmt]) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let (mut used, mut written) = (BTreeSet::new(), BTreeSet::new());
    ir::each_place_mut(stmts, &mut |place| {
        if let Place::Local(id) = place {
            used.insert(id.0);
        }
    });
    ir::each_expr(stmts, &mut |expr| {
        if let ExprKind::Address(Place::Local(id)) = &expr.kind {
            written.insert(id.0);
        }
    });
    ir::each_stmt_within(stmts, &mut |stmt| match &stmt.kind {
        StmtKind::Store(Place::Local(id), _) => {
            written.insert(id.0);
        }
        StmtKind::ForRange { local, .. } | StmtKind::Loop { index: local, .. } => {
            used.insert(local.0);
            written.insert(local.0);
        }
        _ => {}
    });
    (used, written)
}

/// What the callback's body is made with.
struct Turn<'t> {
    /// The locals of the function around.
    around: &'t [Local],
    locals: &'t [Local],
    renamed: BTreeMap<u32, LocalId>,
    captured: &'t [Captured],
    /// Where the struct is.
    pointer: LocalId,
    at: Span,
}

impl Turn<'_> {
    fn body(&self, mut turn: Vec<Stmt>, tested: Option<usize>) -> Vec<Stmt> {
        ir::each_place_mut(&mut turn, &mut |place| {
            if let Place::Local(id) = place
                && let Some(new) = self.renamed.get(&id.0)
            {
                let by_address = self.around[id.0 as usize].ty.is_aggregate()
                    && self.captured.iter().any(|captured| captured.id == *id);
                *place = if by_address { self.behind(*new) } else { Place::Local(*new) };
            }
        });
        let mut out: Vec<Stmt> = Vec::new();
        for (index, captured) in self.captured.iter().enumerate() {
            if let Some(new) = self.renamed.get(&captured.id.0) {
                let value = Expr::load(self.member(index), self.ty(*new), self.at);
                out.push(self.stmt(StmtKind::Store(Place::Local(*new), value)));
            }
        }
        let first = out.len();
        out.extend(self.block(turn, 0));
        let asked = tested.and_then(|at| out.get_mut(first + at)).map(|stmt| &mut stmt.kind);
        if let Some(StmtKind::If(_, _, failed)) = asked {
            *failed = self.stop(ENDED);
        }
        out.extend(self.go_on());
        out
    }

    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt::new(kind, self.at)
    }

    fn ty(&self, id: LocalId) -> Type {
        self.locals.get(id.0 as usize).map_or(Type::Void, |local| local.ty.clone())
    }

    /// What a pointer in a local points to.
    fn behind(&self, id: LocalId) -> Place {
        Place::Deref(Box::new(Expr::load(Place::Local(id), self.ty(id), self.at)))
    }

    fn member(&self, index: usize) -> Place {
        self.behind(self.pointer).field(index)
    }

    /// Statements whose jumps out of the turn become returns; `depth` counts
    /// the loops inside the turn.
    fn block(&self, stmts: Vec<Stmt>, depth: usize) -> Vec<Stmt> {
        let mut out = Vec::new();
        for mut stmt in stmts {
            match &mut stmt.kind {
                StmtKind::If(_, then, orelse) => {
                    *then = self.block(std::mem::take(then), depth);
                    *orelse = self.block(std::mem::take(orelse), depth);
                }
                StmtKind::ForRange { local, body, orelse, .. } => {
                    *local = self.renamed.get(&local.0).copied().unwrap_or(*local);
                    *body = self.block(std::mem::take(body), depth + 1);
                    *orelse = self.block(std::mem::take(orelse), depth);
                }
                StmtKind::Loop { index, body, orelse, .. } => {
                    *index = self.renamed.get(&index.0).copied().unwrap_or(*index);
                    *body = self.block(std::mem::take(body), depth + 1);
                    *orelse = self.block(std::mem::take(orelse), depth);
                }
                StmtKind::Continue if depth == 0 => {
                    out.extend(self.go_on());
                    continue;
                }
                StmtKind::Break if depth == 0 => {
                    out.extend(self.stop(BROKEN));
                    continue;
                }
                StmtKind::Return(value) => {
                    if let Some(value) = value.take() {
                        let slot = self.member(self.captured.len() + VALUE);
                        out.push(self.stmt(StmtKind::Store(slot, value)));
                    }
                    out.extend(self.stop(RETURNED));
                    continue;
                }
                _ => {}
            }
            out.push(stmt);
        }
        out
    }

    /// Ends the turn.
    fn go_on(&self) -> Vec<Stmt> {
        self.leave(0)
    }

    /// Ends the loop.
    fn stop(&self, status: u64) -> Vec<Stmt> {
        let number = Expr::int(i128::from(status), Type::U64, self.at);
        let slot = self.member(self.captured.len() + STATUS);
        let mut out = vec![self.stmt(StmtKind::Store(slot, number))];
        out.extend(self.leave(1));
        out
    }

    /// Writes the shared locals back and tells the kernel whether to stop.
    fn leave(&self, stop: i128) -> Vec<Stmt> {
        let mut out = Vec::new();
        for (index, captured) in self.captured.iter().enumerate() {
            if let (true, Some(new)) = (captured.written, self.renamed.get(&captured.id.0)) {
                let value = Expr::load(Place::Local(*new), self.ty(*new), self.at);
                out.push(self.stmt(StmtKind::Store(self.member(index), value)));
            }
        }
        out.push(self.stmt(StmtKind::Return(Some(Expr::int(stop, Type::I64, self.at)))));
        out
    }
}
