//! `task.comm == "nginx"`: a text of a struct that the verifier knows is compared
//! where it lies, word by word, and not copied by a helper before.
//!
//! Conditions: the copy is of memory that is read without a helper; the statement
//! behind it asks once whether the copy is a known text, and nothing else in the
//! function uses the copy. So nothing happens between the copy and the question.

use ir::{Expr, ExprKind, LocalId, Module, Place, Region, Stmt, StmtKind, TextOp, Type};

/// Rewrites every function.
pub(crate) fn rewrite(module: &mut Module) {
    for index in 0..module.functions.len() {
        let mut body = std::mem::take(&mut module.functions[index].body);
        let mut found = Vec::new();
        let is_text = |id: LocalId| {
            let local = module.functions[index].locals.get(id.0 as usize);
            local.is_some_and(|local| matches!(local.ty, Type::Str(_)))
        };
        candidates(&body, &mut found);
        found.retain(|id| is_text(*id) && uses(&body, *id) == 2);
        if !found.is_empty() {
            join(&mut body, &found);
        }
        module.functions[index].body = body;
    }
}

/// The local that a statement copies a text to that could be read where it is.
fn copied(stmt: &Stmt) -> Option<LocalId> {
    match &stmt.kind {
        StmtKind::Copy(Place::Local(id), from) if from.is_direct() && !is_record(from) => Some(*id),
        _ => None,
    }
}

/// Whether a place lies in the record of an event, which is the context: the verifier
/// wants each access to that at its offset from the start.
fn is_record(place: &Place) -> bool {
    let mut root = place.root();
    while let Some(Expr { kind: ExprKind::Convert(inner) | ExprKind::NonNull(inner), .. }) = root {
        root = Some(inner);
    }
    root.and_then(Expr::ptr_type).is_none_or(|ptr| ptr.region == Region::Context)
}

/// Whether a statement itself, not one inside, asks what a local begins with.
fn asks(stmt: &Stmt, id: LocalId) -> bool {
    let value = match &stmt.kind {
        StmtKind::If(value, ..)
        | StmtKind::Store(_, value)
        | StmtKind::Eval(value)
        | StmtKind::Return(Some(value)) => value,
        _ => return false,
    };
    let mut found = false;
    ir::each_part(value, &mut |expr: &Expr| {
        if let ExprKind::Text(op) = &expr.kind {
            found |= matches!(op.as_ref(), TextOp::StartsWith(Place::Local(own), _) if *own == id);
        }
    });
    found
}

fn candidates(body: &[Stmt], found: &mut Vec<LocalId>) {
    for pair in body.windows(2) {
        let [copy, next] = pair else { continue };
        found.extend(copied(copy).filter(|id| asks(next, *id)));
    }
    for stmt in body {
        blocks(stmt).into_iter().for_each(|block| candidates(block, found));
    }
}

fn uses(body: &[Stmt], id: LocalId) -> usize {
    let mut count = 0;
    ir::each_place(body, &mut |place| {
        count += usize::from(matches!(place, Place::Local(own) if *own == id));
    });
    count
}

fn join(body: &mut Vec<Stmt>, found: &[LocalId]) {
    let mut index = 0;
    while index < body.len() {
        let copy = body.get(index).and_then(copied).filter(|id| found.contains(id));
        if let Some(id) = copy
            && let StmtKind::Copy(_, from) = body.remove(index).kind
            && let Some(next) = body.get_mut(index)
        {
            ir::each_place_mut(std::slice::from_mut(next), &mut |place| {
                if matches!(place, Place::Local(own) if *own == id) {
                    *place = from.clone();
                }
            });
            continue;
        }
        blocks_mut(&mut body[index]).into_iter().for_each(|block| join(block, found));
        index += 1;
    }
}

fn blocks(stmt: &Stmt) -> Vec<&[Stmt]> {
    match &stmt.kind {
        StmtKind::If(_, then, orelse) => vec![then, orelse],
        StmtKind::Loop { body, orelse, .. } | StmtKind::ForRange { body, orelse, .. } => {
            vec![body, orelse]
        }
        _ => Vec::new(),
    }
}

fn blocks_mut(stmt: &mut Stmt) -> Vec<&mut Vec<Stmt>> {
    match &mut stmt.kind {
        StmtKind::If(_, then, orelse) => vec![then, orelse],
        StmtKind::Loop { body, orelse, .. } | StmtKind::ForRange { body, orelse, .. } => {
            vec![body, orelse]
        }
        _ => Vec::new(),
    }
}
