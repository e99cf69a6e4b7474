//! The account of pointers into the packet: where they stand, what comparisons
//! tell, and which calls make them void.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{CompareOp, Expr, ExprKind, FunctionId, LocalId, Place, Region, Type, UnaryOp};
use kernel::Holds;
use syntax::{Stmt, StmtKind};

use super::Body;
use super::cursor::{Base, Cursors};
use crate::session::{Item, Result};

impl Body<'_, '_> {
    /// Where a pointer into the packet stands, if that is known.
    pub(super) fn stands(&self, pointer: &Expr) -> Option<(Base, i64)> {
        match &pointer.kind {
            ExprKind::Load(Place::Local(id)) => self.flow.cursors.at(*id),
            ExprKind::Advance(inner, by) => {
                let (base, offset) = self.stands(inner)?;
                let by = i64::try_from(by.as_const()?).ok()?;
                Some((base, offset.checked_add(by)?))
            }
            ExprKind::Convert(inner) | ExprKind::Hidden(inner) => {
                let cursor =
                    |expr: &Expr| expr.ptr_type().is_some_and(|ptr| ptr.region == Region::Cursor);
                if cursor(inner) { self.stands(inner) } else { None }
            }
            _ => None,
        }
    }

    /// Whether a pointer counts from before the packet.
    fn is_meta(&self, pointer: &Expr) -> bool {
        match &pointer.kind {
            ExprKind::Load(Place::Local(id)) => {
                self.flow.cursors.at(*id).is_some_and(|(base, _)| base.meta)
            }
            ExprKind::Load(Place::Context(_, offset, _)) => {
                let laid = self.context.laid_out();
                let meta = laid.and_then(|laid| laid.holding(Holds::PacketMeta));
                meta.is_some_and(|meta| meta.offset == *offset)
            }
            ExprKind::Advance(inner, _) | ExprKind::Convert(inner) | ExprKind::Hidden(inner) => {
                self.is_meta(inner)
            }
            _ => false,
        }
    }

    /// A local was given a pointer into the packet.
    pub(super) fn place_cursor(&mut self, id: LocalId, value: &Expr) {
        let at = match self.stands(value) {
            Some(at) => at,
            None => (self.new_base(self.is_meta(value)), 0),
        };
        self.flow.cursors.place(id, at);
    }

    fn new_base(&mut self, meta: bool) -> Base {
        self.bases += 1;
        Cursors::base(self.bases, meta)
    }

    /// What a test tells about the bytes of the packet.
    pub(super) fn learn_cursors(&mut self, test: &Expr, outcome: bool) {
        match (&test.kind, outcome) {
            (ExprKind::Unary(UnaryOp::Not, inner), _) => self.learn_cursors(inner, !outcome),
            (ExprKind::Sequence(_, inner), _) => self.learn_cursors(inner, outcome),
            (ExprKind::And(left, right), true) | (ExprKind::Or(left, right), false) => {
                self.learn_cursors(left, outcome);
                self.learn_cursors(right, outcome);
            }
            (ExprKind::Compare(op, left, right), _) => {
                let op = if outcome { *op } else { op.opposite() };
                let (place, end) = match op {
                    CompareOp::Lt | CompareOp::Le => (left, right),
                    CompareOp::Gt | CompareOp::Ge => (right, left),
                    CompareOp::Eq | CompareOp::Ne => return,
                };
                self.learn_bytes(place, end);
            }
            _ => {}
        }
    }

    /// A place was seen not to lie behind an end.
    fn learn_bytes(&mut self, place: &Expr, end: &Expr) {
        let region = |expr: &Expr| expr.ptr_type().map(|ptr| ptr.region);
        if region(place) != Some(Region::Cursor) {
            return;
        }
        let Some((base, bytes)) = self.stands_or_settles(place) else { return };
        let ends = match region(end) {
            Some(Region::PacketEnd) => !base.meta,
            // What lies before the packet ends where that begins.
            Some(Region::Cursor) => {
                base.meta && self.stands(end).is_some_and(|(end, offset)| !end.meta && offset == 0)
            }
            _ => false,
        };
        if ends {
            self.flow.cursors.check(base, bytes);
        }
    }

    /// The same as [`Self::stands`]; a name of which it is not known, as each
    /// turn of a loop may have moved it, counts anew from here.
    fn stands_or_settles(&mut self, place: &Expr) -> Option<(Base, i64)> {
        if let Some(stands) = self.stands(place) {
            return Some(stands);
        }
        let mut inner = place;
        let id = loop {
            match &inner.kind {
                ExprKind::Load(Place::Local(id)) => break *id,
                ExprKind::Advance(next, by) if by.as_const().is_some() => inner = next,
                ExprKind::Convert(next) | ExprKind::Hidden(next) => inner = next,
                _ => return None,
            }
        };
        let base = self.new_base(false);
        self.flow.cursors.place(id, (base, 0));
        self.stands(place)
    }

    /// A call has moved the packet: no pointer into it means anything now.
    pub(super) fn packet_moved(&mut self, by: &str, at: Span) {
        let pointers: Vec<LocalId> = (0..)
            .map(LocalId)
            .zip(&self.locals)
            .filter(|(id, local)| self.flow.is_assigned(*id) && is_pointer(&local.ty))
            .map(|(id, _)| id)
            .collect();
        self.flow.cursors.moved(pointers.into_iter(), at, by);
    }

    /// Reports the use of a pointer that a call has made void.
    pub(super) fn check_fresh(&mut self, id: LocalId, at: Span) -> Result<()> {
        let Some((moved, by)) = self.flow.cursors.stale(id).cloned() else { return Ok(()) };
        let name = self.locals.get(id.0 as usize).map_or("", |local| &local.name).to_owned();
        let message = format!("`{name}` points into the packet as it was before `{by}`");
        Err(self.s.report(
            Diagnostic::new(&codes::STALE_PACKET, at, message)
                .also(moved, "the packet may lie elsewhere from here on")
                .help("get the pointer again after the call"),
        ))
    }

    /// Where a loop begins whose turns may move the packet.
    pub(super) fn moved_by_turns(&mut self, body: &[Stmt]) {
        // What a turn needs it reads itself: it may become a function.
        self.flow.cursors.ends = None;
        if let Some((at, by)) = self.moving_call(body, &mut HashSet::new()) {
            self.packet_moved(&by, at);
        }
    }

    /// A call of one of the file's functions.
    pub(super) fn moved_by_function(&mut self, id: FunctionId, at: Span) {
        let Some(tree) = self.s.tree_of(id) else { return };
        if self.moving_call(&tree.body, &mut HashSet::from([id])).is_some() {
            self.packet_moved(&tree.name.name, at);
        }
    }

    /// The first call in statements that moves the packet, and what it calls.
    fn moving_call(
        &self,
        stmts: &[Stmt],
        seen: &mut HashSet<FunctionId>,
    ) -> Option<(Span, String)> {
        let mut found = None;
        each_expr(stmts, &mut |expr| {
            expr.each(&mut |part| {
                if found.is_none()
                    && let syntax::ExprKind::Call(callee, ..) = &part.kind
                    && let Some(name) = self.moves(callee, seen)
                {
                    found = Some((part.span, name));
                }
            });
        });
        found
    }

    fn moves(&self, callee: &syntax::Expr, seen: &mut HashSet<FunctionId>) -> Option<String> {
        let path = callee.path()?;
        let name = match self.s.tree.imports.resolve(&path) {
            Some((_, name)) => name,
            None => (*path.last()?).to_owned(),
        };
        if let [own] = path.as_slice()
            && let Some((Item::Function(id), _)) = self.s.item(own)
        {
            let id = *id;
            if !seen.insert(id) {
                return None;
            }
            let tree = self.s.tree_of(id)?;
            return self.moving_call(&tree.body, seen).map(|_| name);
        }
        kernel::moves_packet(&name).then_some(name)
    }
}

/// Whether a local of this type points into the packet.
fn is_pointer(ty: &Type) -> bool {
    let regions = [Region::Packet, Region::Cursor, Region::PacketEnd];
    matches!(ty, Type::Ptr(ptr) if regions.contains(&ptr.region))
}

/// Shows the expressions of statements to `see`, inner statements included.
fn each_expr<'t>(stmts: &'t [Stmt], see: &mut dyn FnMut(&'t syntax::Expr)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Assign(_, value)
            | StmtKind::Augment(_, _, value)
            | StmtKind::Declare(_, _, Some(value))
            | StmtKind::Return(Some(value))
            | StmtKind::Assert(value, _)
            | StmtKind::Expr(value) => see(value),
            StmtKind::If(test, body, orelse)
            | StmtKind::While(test, body, orelse)
            | StmtKind::For(_, test, body, orelse) => {
                see(test);
                each_expr(body, see);
                each_expr(orelse, see);
            }
            StmtKind::With(context, _, body) => {
                see(context);
                each_expr(body, see);
            }
            StmtKind::Match(subject, cases) => {
                see(subject);
                for case in cases {
                    case.guard.iter().for_each(&mut *see);
                    each_expr(&case.body, see);
                }
            }
            _ => {}
        }
    }
}
