//! Rules over the call graph: no recursion, and every helper that a program
//! reaches is one that its type and the licence allow.

use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostic, Span, codes};
use ir::FunctionId;
use kernel::{Allowed, Helper, Kfunc, ProgType, SectionDef};

use crate::session::Session;

/// Who calls what, collected while bodies are checked.
#[derive(Default)]
pub(crate) struct Graph {
    pub calls: HashMap<FunctionId, Vec<(FunctionId, Span)>>,
    pub helpers: HashMap<FunctionId, Vec<(&'static Helper, Span)>>,
    /// Where `None` stands for a socket.
    pub no_sockets: HashMap<FunctionId, Vec<Span>>,
    pub kfuncs: HashMap<FunctionId, Vec<(&'static Kfunc, Span)>>,
    /// Parameters that the kernel passes the address of a map's key to.
    pub keys: Vec<crate::keys::Key>,
}

/// Checks the rules, and makes of the program what its whole allows to.
pub(crate) fn check(session: &mut Session<'_>, graph: &Graph, speed: &crate::Speed<'_>) {
    crate::objects::check(session);
    crate::asked::check_names(session);
    crate::guarded::check(session, graph);
    crate::tail_calls::check(session, graph);
    crate::keys::check(session, graph);
    let signatures = session.signatures();
    let mut done = HashSet::new();
    let mut cycles = false;
    for signature in &signatures {
        cycles |= find_cycle(session, graph, signature.id, &mut Vec::new(), &mut done);
    }
    if !cycles {
        crate::asked::check(session);
        if !session.has_errors() {
            // Before the locals that are left find their places.
            optimize::optimize(&mut session.module, speed.without);
            if speed.suggest {
                crate::perf::suggest(session);
            }
        }
        crate::work::check(session);
        crate::guarded::check_loops(session);
        crate::called::settle(session);
        crate::bounds::settle(&mut session.module);
        crate::scratch::place(session);
    }
    licence(session, graph);
    let mut reported = HashSet::new();
    for signature in &signatures {
        let Some(section) = &signature.section else { continue };
        let mut seen = HashSet::new();
        let mut stack = vec![signature.id];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            for (helper, at) in graph.helpers.get(&id).into_iter().flatten() {
                let allowed = helper.allowed(section.def, session.kernel);
                if allowed != Allowed::Yes && reported.insert(*at) {
                    let callers =
                        helper.prog_types().map(|prog_type| format!("{prog_type:?}")).collect();
                    not_allowed(session, helper.name, callers, allowed, *at, section.def);
                }
            }
            for (kfunc, at) in graph.kfuncs.get(&id).into_iter().flatten() {
                let program = session.module.function(signature.id).name.clone();
                let operation = session.operation_of(&program);
                let operation = operation.map(|(of, member)| format!("{of}.{member}"));
                let allowed = kfunc.allowed(section.def, operation.as_deref(), session.kernel);
                // What may be missing is asked for first.
                let is_weak = session.module.externs.iter().any(|e| e.weak && e.name == kfunc.name);
                let allowed = match allowed {
                    Allowed::From(_) if is_weak => Allowed::Yes,
                    allowed => allowed,
                };
                if allowed != Allowed::Yes && reported.insert(*at) {
                    let callers = kfunc.callers().into_iter().map(str::to_owned).collect();
                    not_allowed(session, kfunc.name, callers, allowed, *at, section.def);
                }
            }
            if section.def.prog_type != ProgType::SkLookup {
                for at in graph.no_sockets.get(&id).into_iter().flatten() {
                    if reported.insert(*at) {
                        no_socket(session, *at, section.def);
                    }
                }
            }
            stack.extend(graph.calls.get(&id).into_iter().flatten().map(|(callee, _)| *callee));
        }
    }
}

/// Reports calls that lead back to their function; tells whether there are any.
fn find_cycle(
    session: &mut Session<'_>,
    graph: &Graph,
    id: FunctionId,
    path: &mut Vec<FunctionId>,
    done: &mut HashSet<FunctionId>,
) -> bool {
    if !done.insert(id) {
        return false;
    }
    let mut found = false;
    path.push(id);
    for (callee, at) in graph.calls.get(&id).into_iter().flatten() {
        if path.contains(callee) {
            found = true;
            let name = session.module.function(*callee).name.clone();
            let message = format!("this call makes `{name}` call itself");
            session.report(
                Diagnostic::new(&codes::RECURSION, *at, message)
                    .note("BPF has no recursion: the stack is 512 bytes")
                    .help("write a loop over `range(...)`"),
            );
        } else {
            found |= find_cycle(session, graph, *callee, path, done);
        }
    }
    path.pop();
    found
}

fn licence(session: &mut Session<'_>, graph: &Graph) {
    if session.gpl {
        return;
    }
    let helpers = graph.helpers.values().flatten().filter(|(helper, _)| helper.gpl_only);
    let mut uses: Vec<_> = helpers.map(|(helper, at)| (helper.name, *at)).collect();
    uses.extend(graph.kfuncs.values().flatten().map(|(kfunc, at)| (kfunc.name, *at)));
    uses.sort_by_key(|(_, at)| *at);
    for (name, at) in uses {
        let message = format!("`{name}` may only be called under a GPL-compatible licence");
        let note = format!("`LICENSE` is \"{}\"", session.module.license);
        session.report(
            Diagnostic::new(&codes::HELPER_NEEDS_GPL, at, message)
                .note(note)
                .help("return \"GPL\", \"Dual BSD/GPL\" or \"Dual MIT/GPL\" from `LICENSE`"),
        );
    }
}

/// Only where a socket is looked for can a choice be taken back.
fn no_socket(session: &mut Session<'_>, at: Span, def: &SectionDef) {
    let message = format!("a `{}` program gives a socket here, not `None`", def.prefix);
    session.report(
        Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
            .note("`None` takes the choice back in `sk_lookup` programs")
            .help("pass a socket, as `sk_lookup_tcp` gives one"),
    );
}

fn not_allowed(
    session: &mut Session<'_>,
    name: &str,
    callers: Vec<String>,
    allowed: Allowed,
    at: Span,
    def: &SectionDef,
) {
    let prefix = def.prefix;
    if let Allowed::From(version) = allowed {
        // It is reported, which is all that is wanted.
        let _ = session.needs(version, &format!("`{name}` in a `{prefix}` program"), at);
        return;
    }
    let message = format!("a `{prefix}` program ({:?}) may not call `{name}`", def.prog_type);
    let diagnostic = Diagnostic::new(&codes::HELPER_NOT_ALLOWED, at, message);
    if allowed == Allowed::Sleeping {
        session.report(
            diagnostic
                .note("it may wait, and this program may not sleep")
                .help(format!("use the section `{prefix}.s/...`")),
        );
        return;
    }
    let types: Vec<String> = callers.into_iter().take(6).collect();
    let note = format!("the kernel allows it in programs of type {}", types.join(", "));
    session.report(diagnostic.note(note));
}
