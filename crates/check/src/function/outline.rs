//! A loop's body as a function of its own, which the kernel calls for each
//! turn. The locals that it shares with the function around it travel in a
//! struct on that function's stack: numbers and pointers by value, read at the
//! start of a turn and written back at its end, the others by their address.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::Span;
use ir::{
    Expr, ExprKind, Function, FunctionId, FunctionKind, Local, LocalId, Place, Region, Stmt,
    StmtKind, Struct, StructId, Type,
};

use super::Body;
use crate::session::Result;

/// The struct's members behind the locals: how the loop was left, and what is
/// returned.
pub(super) const STATUS: usize = 0;
pub(super) const VALUE: usize = 1;
/// Left by `return`.
pub(super) const RETURNED: u64 = 1;
/// Left by `break`.
const BROKEN: u64 = 2;

/// The callback's parameters: map, key, value, struct.
const PARAMS: u32 = 4;
const FRAME: LocalId = LocalId(3);

/// A body to be made a function.
pub(super) struct Outline {
    pub turn: Vec<Stmt>,
    /// The first local that the loop made.
    pub first: LocalId,
    /// The locals that stand for the callback's parameters.
    pub key: LocalId,
    pub value: LocalId,
    pub at: Span,
}

/// A local that both functions use.
pub(super) struct Captured {
    pub id: LocalId,
    /// Whether the body assigns it.
    pub written: bool,
}

/// The function that was made.
pub(super) struct Outlined {
    pub callback: FunctionId,
    pub frame: StructId,
    pub captured: Vec<Captured>,
}

impl Body<'_, '_> {
    pub(super) fn outline(&mut self, outline: Outline) -> Result<Outlined> {
        let Outline { mut turn, first, key, value, at } = outline;
        let (used, written) = uses(&mut turn);
        let named: BTreeSet<u32> =
            self.names.values().filter_map(|named| named.id).map(|id| id.0).collect();
        let shared = |id: &u32| *id < first.0 || named.contains(id);
        let captured: Vec<Captured> = used
            .iter()
            .filter(|id| shared(id))
            .map(|id| Captured {
                id: LocalId(*id),
                written: written.contains(id) && !self.local_type(LocalId(*id)).is_aggregate(),
            })
            .collect();
        let frame = self.frame(&captured, at);
        let mut locals = self.parameters(key, value, frame);
        let mut renamed = BTreeMap::from([(key.0, LocalId(1)), (value.0, LocalId(2))]);
        for id in used.iter().filter(|id| **id != key.0 && **id != value.0) {
            let local = &self.locals[*id as usize];
            let shared_memory = shared(id) && local.ty.is_aggregate();
            let ty = if shared_memory {
                Type::ptr(Some(local.ty.clone()), Region::Any)
            } else {
                local.ty.clone()
            };
            renamed.insert(*id, LocalId(locals.len() as u32));
            locals.push(Local { name: local.name.clone(), ty });
        }
        let made = Turn { locals: &locals, renamed, captured: &captured, frame, at };
        let body = made.body(turn, self);
        let callback = FunctionId(self.s.module.functions.len() as u32);
        let name = format!("__pythonbpf_each_{}", callback.0);
        self.s.module.functions.push(Function {
            name,
            kind: FunctionKind::Subprogram,
            params: PARAMS,
            ret: Type::I64,
            locals,
            body,
            span: at,
        });
        Ok(Outlined { callback, frame, captured })
    }

    /// The struct that the shared locals travel in.
    fn frame(&mut self, captured: &[Captured], at: Span) -> StructId {
        let mut members: Vec<(String, Type)> = captured
            .iter()
            .map(|captured| {
                let local = &self.locals[captured.id.0 as usize];
                let ty = if local.ty.is_aggregate() {
                    Type::ptr(Some(local.ty.clone()), Region::Any)
                } else {
                    local.ty.clone()
                };
                (format!("{}_{}", local.name, captured.id.0), ty)
            })
            .collect();
        members.push(("status".to_owned(), Type::U64));
        let ret = if self.ret == Type::Void { Type::U64 } else { self.ret.clone() };
        members.push(("value".to_owned(), ret));
        let id = StructId(self.s.module.structs.len() as u32);
        let (name, line) = (format!("__pythonbpf_frame_{}", id.0), self.s.line(at));
        let laid = Struct::lay_out(name, members, line, &self.s.module);
        self.s.module.structs.push(laid);
        id
    }

    fn parameters(&self, key: LocalId, value: LocalId, frame: StructId) -> Vec<Local> {
        let local = |name: &str, ty| Local { name: name.to_owned(), ty };
        vec![
            local("map", Type::ptr(None, Region::Opaque)),
            local("key", self.local_type(key)),
            local("value", self.local_type(value)),
            local("frame", Type::ptr(Some(Type::Struct(frame)), Region::Any)),
        ]
    }
}

/// The locals that statements use, and those that they assign or give away.
fn uses(stmts: &mut [Stmt]) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let (mut used, mut written) = (BTreeSet::new(), BTreeSet::new());
    ir::each_place_mut(stmts, &mut |place| {
        if let Place::Local(id) = place {
            used.insert(id.0);
        }
    });
    ir::each_expr(stmts, &mut |expr| match &expr.kind {
        ExprKind::Address(Place::Local(id)) => {
            written.insert(id.0);
        }
        ExprKind::Sequence(inner, _) => stores(inner, &mut used, &mut written),
        _ => {}
    });
    stores(stmts, &mut used, &mut written);
    (used, written)
}

fn stores(stmts: &[Stmt], used: &mut BTreeSet<u32>, written: &mut BTreeSet<u32>) {
    ir::each_stmt(stmts, &mut |stmt| match &stmt.kind {
        StmtKind::Store(Place::Local(id), _) => {
            written.insert(id.0);
        }
        StmtKind::ForRange { local, .. } | StmtKind::Loop { index: local, .. } => {
            used.insert(local.0);
            written.insert(local.0);
        }
        _ => {}
    });
}

/// What the callback's body is made with.
struct Turn<'t> {
    locals: &'t [Local],
    renamed: BTreeMap<u32, LocalId>,
    captured: &'t [Captured],
    frame: StructId,
    at: Span,
}

impl Turn<'_> {
    fn body(&self, mut turn: Vec<Stmt>, body: &Body<'_, '_>) -> Vec<Stmt> {
        ir::each_place_mut(&mut turn, &mut |place| {
            if let Place::Local(id) = place
                && let Some(new) = self.renamed.get(&id.0)
            {
                let by_address = body.local_type(*id).is_aggregate()
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
        out.extend(self.block(turn, 0));
        out.extend(self.leave(0, None));
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
        debug_assert_eq!(self.ty(FRAME), Type::ptr(Some(Type::Struct(self.frame)), Region::Any));
        self.behind(FRAME).field(index)
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
                    out.extend(self.leave(0, None));
                    continue;
                }
                StmtKind::Break if depth == 0 => {
                    out.extend(self.leave(BROKEN, None));
                    continue;
                }
                StmtKind::Return(value) => {
                    out.extend(self.leave(RETURNED, value.take()));
                    continue;
                }
                _ => {}
            }
            out.push(stmt);
        }
        out
    }

    /// Writes the shared locals back and ends the turn.
    fn leave(&self, status: u64, value: Option<Expr>) -> Vec<Stmt> {
        let mut out = Vec::new();
        let fields = self.captured.len();
        if let Some(value) = value {
            out.push(self.stmt(StmtKind::Store(self.member(fields + VALUE), value)));
        }
        for (index, captured) in self.captured.iter().enumerate() {
            if let (true, Some(new)) = (captured.written, self.renamed.get(&captured.id.0)) {
                let value = Expr::load(Place::Local(*new), self.ty(*new), self.at);
                out.push(self.stmt(StmtKind::Store(self.member(index), value)));
            }
        }
        if status != 0 {
            let number = Expr::int(i128::from(status), Type::U64, self.at);
            out.push(self.stmt(StmtKind::Store(self.member(fields + STATUS), number)));
        }
        let stop = Expr::int(i128::from(status != 0), Type::I64, self.at);
        out.push(self.stmt(StmtKind::Return(Some(stop))));
        out
    }
}
