//! Tail calls: the kernel lets a program go on in one of its own type alone, so
//! all that one map of programs holds, and all that call through it, are of one.

use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostic, Span, codes};
use ir::{ExprKind, FunctionId, FunctionKind, MapId, MapSlot};
use kernel::Section;

use crate::reach::Graph;
use crate::session::Session;

/// A call through a map of programs.
struct Call {
    map: MapId,
    /// The index, where it is a constant.
    index: Option<i128>,
    at: Span,
}

/// What a program is to its maps of programs.
struct Member {
    name: String,
    section: Section,
}

impl Member {
    /// What the kernel compares: the type, and for XDP whether packets may come in parts.
    fn kind(&self) -> (kernel::ProgType, bool) {
        let prefix = self.section.def.prefix;
        (self.section.def.prog_type, prefix.starts_with("xdp.frags"))
    }

    fn words(&self) -> String {
        format!("`{}` is of the section `{}`", self.name, self.section.def.prefix)
    }
}

/// Reports programs that share a map of programs and must not, and indices that
/// no entry has.
pub(crate) fn check(session: &mut Session<'_>, graph: &Graph) {
    let calls: Vec<Vec<Call>> = session.module.functions.iter().map(calls).collect();
    if calls.iter().all(Vec::is_empty) {
        return;
    }
    outside(session, &calls);
    let mut first: HashMap<MapId, Member> = HashMap::new();
    for (id, map) in (0..).map(MapId).zip(&session.module.maps) {
        let held = map.values.iter().flatten().find_map(|slot| match slot {
            MapSlot::Program(function) => member(session, *function),
            MapSlot::Map(_) => None,
        });
        first.extend(held.map(|held| (id, held)));
    }
    for signature in session.signatures() {
        if signature.section.is_none() {
            continue;
        }
        let (mut stack, mut seen) = (vec![signature.id], HashSet::new());
        while let Some(id) = stack.pop().filter(|id| (id.0 as usize) < calls.len()) {
            if !seen.insert(id) {
                continue;
            }
            for call in &calls[id.0 as usize] {
                let Some(caller) = member(session, signature.id) else { continue };
                match first.get(&call.map) {
                    Some(held) if held.kind() != caller.kind() => {
                        different(session, call, &caller, held);
                    }
                    Some(_) => {}
                    None => drop(first.insert(call.map, caller)),
                }
            }
            stack.extend(graph.calls.get(&id).into_iter().flatten().map(|(callee, _)| *callee));
        }
    }
}

/// Whether two programs may stand in one map of programs; if not, how they differ.
pub(crate) fn together(
    session: &Session<'_>,
    one: FunctionId,
    other: FunctionId,
) -> Result<(), String> {
    match (member(session, one), member(session, other)) {
        (Some(one), Some(other)) if one.kind() != other.kind() => {
            Err(format!("{}, and {}", other.words(), one.words()))
        }
        _ => Ok(()),
    }
}

fn member(session: &Session<'_>, id: FunctionId) -> Option<Member> {
    let function = session.module.functions.get(id.0 as usize)?;
    let FunctionKind::Program { section, .. } = &function.kind else { return None };
    Some(Member { name: function.name.clone(), section: kernel::section(section).ok()? })
}

fn calls(function: &ir::Function) -> Vec<Call> {
    let tail_call = kernel::helper("tail_call").map(|helper| helper.id);
    let mut found = Vec::new();
    ir::each_expr(&function.body, &mut |expr| {
        let ExprKind::Helper(id, args) = &expr.kind else { return };
        if Some(*id) != tail_call {
            return;
        }
        if let Some(ExprKind::Map(map)) = args.get(1).map(|arg| &arg.kind) {
            let index = args.get(2).and_then(ir::Expr::as_const);
            found.push(Call { map: *map, index, at: expr.span });
        }
    });
    found
}

fn outside(session: &mut Session<'_>, calls: &[Vec<Call>]) {
    for call in calls.iter().flatten() {
        let map = session.module.map(call.map);
        let (Some(index), Some(entries)) = (call.index, map.max_entries) else { continue };
        if (0..i128::from(entries)).contains(&index) {
            continue;
        }
        let message = format!("`{}` has {entries} entries, and none at {index}", map.name);
        session.report(
            Diagnostic::new(&codes::OUT_OF_BOUNDS, call.at, message)
                .note("the call would fail always, and the program go on behind it")
                .help(format!("the indices are 0 to {}", i64::from(entries) - 1)),
        );
    }
}

fn different(session: &mut Session<'_>, call: &Call, caller: &Member, held: &Member) {
    let map = session.module.map(call.map).name.clone();
    let message = format!("{} and cannot go on in the programs of `{map}`", caller.words());
    session.report(
        Diagnostic::new(&codes::BAD_CALLBACK, call.at, message)
            .note(format!("{}: the kernel wants one type for all", held.words()))
            .help("make one map of programs for each type of program"),
    );
}
