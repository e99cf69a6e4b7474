//! `p = ctx.packet(T, n)` and the test that follows at once: asked of the packet
//! itself rather than of a pointer that is null where the packet ends before.
//!
//! Where the offset is tested, too, the pointer is made between the two tests.
//!
//! Conditions: the statement behind is an `if` whose first question is whether
//! the pointer was found; the local is given nothing else in the function; that
//! question is the only one about it, and everything else reads through it where
//! the checker has seen that it was found. So nobody sees what the local holds
//! where the packet ended before.

use ir::{Expr, ExprKind, LocalId, Module, Place, Region, Stmt, StmtKind, UnaryOp};

/// Rewrites every function.
pub(crate) fn rewrite(module: &mut Module) {
    for function in &mut module.functions {
        let mut found = Vec::new();
        candidates(&function.body, &mut found);
        found.retain(|id| is_asked_once(&function.body, *id));
        if !found.is_empty() {
            join(&mut function.body, &found);
        }
    }
}

/// The local that a statement gives a pointer into the packet, or null.
fn given(stmt: &Stmt) -> Option<LocalId> {
    match &stmt.kind {
        StmtKind::Store(Place::Local(id), value) => looked(value).map(|_| *id),
        _ => None,
    }
}

/// The question that `ctx.packet` asks, and the pointer where it is answered by
/// yes; where the offset is tested first, the pointer is made between the two.
fn looked(value: &Expr) -> Option<Looked<'_>> {
    let ExprKind::Select(test, found, null) = &value.kind else { return None };
    let region = |expr: &Expr| expr.ptr_type().map(|ptr| ptr.region);
    if region(value) != Some(Region::Packet) || !matches!(null.kind, ExprKind::Null) {
        return None;
    }
    match (&test.kind, &found.kind) {
        (ExprKind::Compare(_, _, end), _) if region(end) == Some(Region::PacketEnd) => {
            Some(Looked { offset: None, steps: &[], end: test, pointer: found })
        }
        (ExprKind::Compare(..), ExprKind::Sequence(steps, inner)) => {
            let inner = looked(inner).filter(|inner| inner.offset.is_none())?;
            Some(Looked { offset: Some(test), steps, ..inner })
        }
        _ => None,
    }
}

/// What a look into the packet consists of.
struct Looked<'e> {
    /// Whether the offset is near enough, where that is asked.
    offset: Option<&'e Expr>,
    /// What is done then.
    steps: &'e [Stmt],
    /// Whether the packet has the bytes.
    end: &'e Expr,
    /// Where they are.
    pointer: &'e Expr,
}

impl Looked<'_> {
    /// The whole as a test, and what the local holds before it.
    fn parts(&self, id: LocalId) -> (Expr, Expr) {
        let (end, pointer) = (self.end.clone(), self.pointer.clone());
        let Some(offset) = self.offset else { return (end, pointer) };
        let (ty, at) = (end.ty.clone(), end.span);
        let mut steps = self.steps.to_vec();
        steps.push(Stmt::new(StmtKind::Store(Place::Local(id), pointer.clone()), at));
        let asked = Expr::new(ExprKind::Sequence(steps, Box::new(end)), ty.clone(), at);
        let whole = ExprKind::And(Box::new(offset.clone()), Box::new(asked));
        (Expr::new(whole, ty, at), Expr::new(ExprKind::Null, pointer.ty, at))
    }
}

/// The local whose being found is asked first.
fn asked_first(test: &Expr) -> Option<LocalId> {
    match &test.kind {
        ExprKind::IsFound(pointer) => loaded(pointer),
        ExprKind::Unary(UnaryOp::Not, inner)
        | ExprKind::And(inner, _)
        | ExprKind::Or(inner, _)
        | ExprKind::Convert(inner) => asked_first(inner),
        _ => None,
    }
}

fn loaded(expr: &Expr) -> Option<LocalId> {
    match &expr.kind {
        ExprKind::Load(Place::Local(id)) => Some(*id),
        _ => None,
    }
}

fn candidates(stmts: &[Stmt], found: &mut Vec<LocalId>) {
    for pair in stmts.windows(2) {
        if let [first, second] = pair
            && let StmtKind::If(test, ..) = &second.kind
            && let Some(id) = given(first)
            && asked_first(test) == Some(id)
        {
            found.push(id);
        }
    }
    for stmt in stmts {
        blocks(stmt).into_iter().for_each(|block| candidates(block, found));
    }
}

fn blocks(stmt: &Stmt) -> Vec<&[Stmt]> {
    match &stmt.kind {
        StmtKind::If(_, then, orelse) => vec![then, orelse],
        StmtKind::ForRange { body, orelse, .. } | StmtKind::Loop { body, orelse, .. } => {
            vec![body, orelse]
        }
        _ => Vec::new(),
    }
}

/// Whether a local is stored once, asked about once, and only read through
/// otherwise.
fn is_asked_once(body: &[Stmt], id: LocalId) -> bool {
    let (mut named, mut asked, mut followed, mut stored) = (0, 0, 0, 0);
    ir::each_place(body, &mut |place| named += usize::from(is_local(place, id)));
    ir::each_expr(body, &mut |expr| match &expr.kind {
        ExprKind::IsFound(pointer) if loaded(pointer) == Some(id) => asked += 1,
        ExprKind::NonNull(pointer) if loaded(pointer) == Some(id) => followed += 1,
        _ => {}
    });
    ir::each_stmt(body, &mut |stmt| {
        if let StmtKind::Store(Place::Local(local), _) = stmt.kind {
            stored += usize::from(local == id);
        }
    });
    asked == 1 && stored == 1 && named == asked + followed + stored
}

fn is_local(place: &Place, id: LocalId) -> bool {
    matches!(place, Place::Local(local) if *local == id)
}

fn join(stmts: &mut [Stmt], found: &[LocalId]) {
    for index in 1..stmts.len() {
        let (before, rest) = stmts.split_at_mut(index);
        let (Some(first), Some(second)) = (before.last_mut(), rest.first_mut()) else { continue };
        let Some(id) = given(first).filter(|id| found.contains(id)) else { continue };
        let StmtKind::If(test, ..) = &mut second.kind else { continue };
        if asked_first(test) != Some(id) {
            continue;
        }
        let StmtKind::Store(_, value) = &mut first.kind else { continue };
        let Some((question, pointer)) = looked(value).map(|looked| looked.parts(id)) else {
            continue;
        };
        ask(test, question);
        *value = pointer;
    }
    for stmt in stmts {
        match &mut stmt.kind {
            StmtKind::If(_, then, orelse) => {
                join(then, found);
                join(orelse, found);
            }
            StmtKind::ForRange { body, orelse, .. } | StmtKind::Loop { body, orelse, .. } => {
                join(body, found);
                join(orelse, found);
            }
            _ => {}
        }
    }
}

/// Puts a question in the place of the first one of a test.
fn ask(test: &mut Expr, question: Expr) {
    match &mut test.kind {
        ExprKind::Unary(UnaryOp::Not, inner)
        | ExprKind::And(inner, _)
        | ExprKind::Or(inner, _)
        | ExprKind::Convert(inner) => ask(inner, question),
        _ => *test = question,
    }
}
