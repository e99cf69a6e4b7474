//! Rules of locks and timers that need the whole file: which programs may use
//! a map that holds one, and loops that the kernel counts under a lock.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Bound, Expr, ExprKind, FunctionId, MapId, Stmt, StmtKind};
use kernel::{ObjectType, Section, Version};

use crate::reach::Graph;
use crate::session::Session;

/// The first probed kernel that takes its iterator's calls under a lock.
const COUNTED: Version = Version::new(6, 18);

/// Reports uses of maps by programs that the object in their values bars.
pub(crate) fn check(session: &mut Session<'_>, graph: &Graph) {
    let mut reported = HashSet::new();
    for signature in session.signatures() {
        let Some(section) = signature.section.clone() else { continue };
        let mut seen = HashSet::new();
        let mut stack = vec![signature.id];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            for (map, at) in maps_used(session, id) {
                if let Some((field, object)) = held(session, map)
                    && !reported.contains(&at)
                    && !may_use(session, &section, object, &field, at)
                {
                    reported.insert(at);
                }
            }
            stack.extend(graph.calls.get(&id).into_iter().flatten().map(|(callee, _)| *callee));
        }
    }
}

/// The object in a map's values, or in those of the maps in it.
fn held(session: &Session<'_>, map: MapId) -> Option<(String, &'static ObjectType)> {
    let map = session.module.map(map);
    let value = match map.inner {
        Some(inner) => &session.module.map(inner).value,
        None => &map.value,
    };
    session.object_inside(value.as_ref()?)
}

fn maps_used(session: &Session<'_>, id: FunctionId) -> Vec<(MapId, Span)> {
    let mut used = Vec::new();
    ir::each_expr(&session.module.function(id).body, &mut |expr: &Expr| {
        if let ExprKind::Map(map) = expr.kind
            && !used.iter().any(|(known, _)| *known == map)
        {
            used.push((map, expr.span));
        }
    });
    used
}

/// Whether a program may use a map that holds the object; reports if not.
fn may_use(
    session: &mut Session<'_>,
    section: &Section,
    object: &ObjectType,
    field: &str,
    at: Span,
) -> bool {
    let def = section.def;
    if object.barred.contains(&def.prog_type) {
        let message = format!(
            "a `{}` program cannot use a map whose values hold `{field}`, a `{}`",
            def.prefix, object.name
        );
        session.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                .note("it may interrupt who holds it, or run where the kernel waits for nobody")
                .help(
                    "change the entry with `atomic_add` or keep one for each CPU; `fentry`, \
                     `tp_btf` and `lsm` programs may use the map",
                ),
        );
        return false;
    }
    if def.sleepable {
        let what = format!("`{field}`, a `{}`, in a program that may sleep,", object.name);
        return session.needs(object.sleepable, &what, at).is_ok();
    }
    true
}

/// Reports loops that the kernel counts while a lock is held.
pub(crate) fn check_loops(session: &mut Session<'_>) {
    let mut found = Vec::new();
    for function in &session.module.functions {
        look(&function.body, false, &mut found);
    }
    for at in found {
        if session.kernel >= COUNTED {
            session.incomplete |=
                session.needs(COUNTED, "a counted loop under a lock", at).is_err();
            continue;
        }
        let message = "nothing shows how many turns this loop has, and a lock is held";
        session.report(
            Diagnostic::new(&codes::LOCK_MISUSED, at, message)
                .note(format!(
                    "the kernel counts such a loop by a call; under a lock from {COUNTED}"
                ))
                .help("bound it, as `range(min(n, 64))` does, or take the lock after it"),
        );
    }
}

/// Whether a lock is held after the statements; none if they do not end.
fn look(stmts: &[Stmt], mut locked: bool, found: &mut Vec<Span>) -> Option<bool> {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Eval(Expr { kind: ExprKind::Helper(id, _), .. }) => {
                let is = |name| kernel::helper(name).is_some_and(|helper| helper.id == *id);
                locked = is("spin_lock") || locked && !is("spin_unlock");
            }
            StmtKind::If(_, then, orelse) => {
                let ends = [look(then, locked, found), look(orelse, locked, found)];
                if ends.iter().all(Option::is_none) {
                    return None;
                }
                locked = ends.contains(&Some(true));
            }
            StmtKind::Loop { body, orelse, bound, .. } => {
                if locked && *bound == Bound::Iterator {
                    found.push(stmt.span);
                }
                look(body, locked, found);
                look(orelse, locked, found);
            }
            StmtKind::ForRange { body, orelse, .. } => {
                look(body, locked, found);
                look(orelse, locked, found);
            }
            StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue => return None,
            _ => {}
        }
    }
    Some(locked)
}
