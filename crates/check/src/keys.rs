//! Keys of maps as the kernel passes them, to functions that helpers call and to
//! iterators: they lie in the map itself, and are read alone.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, FunctionId, LocalId, Place, Stmt, StmtKind};
use kernel::ParamKind;

use crate::reach::Graph;
use crate::session::Session;

/// A parameter that is the address of a key.
pub(crate) type Key = (FunctionId, LocalId);

/// The key that an iterator over the entries of a map is passed: behind the
/// context, the walk and the map.
const ITERATED: LocalId = LocalId(3);

/// Reports functions that write to a key that the kernel passes.
pub(crate) fn check(session: &mut Session<'_>, graph: &Graph) {
    let iterators = session.signatures().into_iter().filter(|signature| {
        let section = signature.section.as_ref();
        section.is_some_and(|own| own.def.prefix == "iter" && own.target == "bpf_map_elem")
    });
    let mut keys: Vec<Key> = iterators.map(|signature| (signature.id, ITERATED)).collect();
    keys.extend(&graph.keys);
    let (mut seen, mut reported) = (HashSet::new(), HashSet::new());
    while let Some((id, key)) = keys.pop() {
        let Some(function) = session.module.functions.get(id.0 as usize) else { continue };
        if key.0 as usize >= function.locals.len() || !seen.insert((id, key)) {
            continue;
        }
        let name = function.locals.get(key.0 as usize).map(|own| own.name.clone());
        let mut uses = Uses { of: HashSet::from([key]), written: Vec::new(), passed: Vec::new() };
        uses.collect(&function.body);
        keys.extend(&uses.passed);
        for at in uses.written {
            if reported.insert(at) {
                report(session, name.as_deref().unwrap_or_default(), at);
            }
        }
    }
}

fn report(session: &mut Session<'_>, name: &str, at: Span) {
    let message = format!("`{name}` is the key of an entry, which is not changed");
    session.report(
        Diagnostic::new(&codes::KERNEL_MEMORY_WRITTEN, at, message)
            .note("the kernel passes the address of the key in the map")
            .help(format!("copy it, `copy = {name}[0]`, or store a new entry in the map")),
    );
}

/// What a function does with the address of a key.
struct Uses {
    /// The locals that hold it.
    of: HashSet<LocalId>,
    /// Where it is written through.
    written: Vec<Span>,
    /// Parameters of others that get it.
    passed: Vec<Key>,
}

impl Uses {
    fn collect(&mut self, body: &[Stmt]) {
        let mut known = 0;
        while known != self.of.len() {
            known = self.of.len();
            ir::each_stmt_within(body, &mut |stmt| {
                if let StmtKind::Store(Place::Local(id), value) = &stmt.kind
                    && self.holds(value)
                {
                    self.of.insert(*id);
                }
            });
        }
        let (mut written, mut all_passed) = (Vec::new(), Vec::new());
        ir::each_stmt_within(body, &mut |stmt| {
            let (StmtKind::Store(to, _)
            | StmtKind::Zero(to)
            | StmtKind::ZeroPart(to, ..)
            | StmtKind::StoreStr(to, _)
            | StmtKind::Copy(to, _)) = &stmt.kind
            else {
                return;
            };
            if self.lies_there(to) {
                written.push(stmt.span);
            }
        });
        ir::each_expr(body, &mut |expr| match &expr.kind {
            ExprKind::Atomic(_, place, _) if self.lies_there(place) => written.push(expr.span),
            ExprKind::Helper(id, args) => {
                let params = kernel::HELPERS
                    .iter()
                    .find(|helper| helper.id == *id)
                    .map_or(&[][..], |helper| helper.params);
                let fills = params.iter().zip(args).any(|(param, arg)| {
                    let out = matches!(
                        param.kind,
                        ParamKind::MemOut { .. }
                            | ParamKind::MemInOut { .. }
                            | ParamKind::OutInt { .. }
                            | ParamKind::MapValueOut
                    );
                    out && self.holds(arg)
                });
                if fills {
                    written.push(expr.span);
                }
            }
            ExprKind::Call(callee, args) => {
                let passed = (0..).map(LocalId).zip(args).filter(|(_, arg)| self.holds(arg));
                all_passed.extend(passed.map(|(index, _)| (*callee, index)));
            }
            _ => {}
        });
        (self.written, self.passed) = (written, all_passed);
    }

    /// Whether a value is the address of the key, or of a part of it.
    fn holds(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Load(Place::Local(id)) => self.of.contains(id),
            ExprKind::NonNull(value) | ExprKind::Convert(value) => self.holds(value),
            ExprKind::Address(place) => self.lies_there(place),
            _ => false,
        }
    }

    fn lies_there(&self, place: &Place) -> bool {
        match place {
            Place::Deref(pointer) => self.holds(pointer),
            Place::Field(base, _) | Place::Index(base, _) | Place::Part(base, ..) => {
                self.lies_there(base)
            }
            Place::Local(_) | Place::Global(_) | Place::Context(..) => false,
        }
    }
}
