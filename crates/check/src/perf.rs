//! What would make a program faster and only its author can decide.
//!
//! Looked for when asked (`check --perf`), after the rewrites: what they have
//! made faster already is not spoken of.

use diagnostics::{Code, Diagnostic, Span, codes};
use ir::{Expr, ExprKind, IntType, Map, Module, Place, Region, Type};
use kernel::Version;

use crate::session::Session;

/// `BPF_MAP_TYPE_HASH`, `PERCPU_HASH`, `LRU_HASH`, `LRU_PERCPU_HASH` of
/// `include/uapi/linux/bpf.h`.
const HASHES: [u32; 4] = [1, 5, 9, 10];
/// `BPF_MAP_TYPE_HASH`, `ARRAY`, `LRU_HASH`: all CPUs share a value.
const SHARED: [u32; 3] = [1, 2, 9];
/// Kernels that have `get_current_task_btf`.
const TASK_BTF: Version = Version::new(5, 11);
/// A key of at most these bits is as well an index.
const SMALL_KEY: u8 = 16;

/// Suggests what the program, which has no errors, allows.
pub(crate) fn suggest(session: &mut Session<'_>) {
    let mut found = Vec::new();
    for function in &session.module.functions {
        ir::each_expr(&function.body, &mut |expr| {
            found.extend(suggestion(&session.module, expr, session.has(TASK_BTF)));
        });
    }
    for map in &session.module.maps {
        if let Some((_, span)) = session.item(&map.name)
            && is_small(map)
        {
            found.push(small_key(map, span));
        }
    }
    for diagnostic in found {
        session.report(diagnostic);
    }
}

fn suggestion(module: &Module, expr: &Expr, task_btf: bool) -> Option<Diagnostic> {
    match &expr.kind {
        ExprKind::Helper(id, args) if is_helper(*id, "ringbuf_output") => {
            copied(module, args, expr.span)
        }
        ExprKind::Convert(inner) if task_btf && expr.ptr_type().is_some_and(is_followed) => {
            let ExprKind::Helper(id, _) = inner.kind else { return None };
            is_helper(id, "get_current_task").then(|| task(inner.span))
        }
        ExprKind::Atomic(_, place, _) => shared(module, place, expr.span),
        _ => None,
    }
}

fn is_helper(id: u32, name: &str) -> bool {
    kernel::helper(name).is_some_and(|helper| helper.id == id)
}

fn is_followed(ptr: &ir::PtrType) -> bool {
    ptr.region == Region::Kernel && ptr.pointee.is_some()
}

fn warn(code: &'static Code, at: Span, message: String, help: String) -> Diagnostic {
    Diagnostic::new(code, at, message).help(help)
}

fn task(at: Span) -> Diagnostic {
    let message = "each field behind `get_current_task()` is read by a call of a helper".to_owned();
    let help = "`get_current_task_btf()` gives a task whose fields are read directly".to_owned();
    warn(&codes::SLOW_TASK, at, message, help)
}

fn copied(module: &Module, args: &[Expr], at: Span) -> Option<Diagnostic> {
    let [ring, data, ..] = args else { return None };
    let (ExprKind::Map(ring), ExprKind::Address(Place::Local(_))) = (&ring.kind, &data.kind) else {
        return None;
    };
    let name = &module.map(*ring).name;
    let message = format!("the event is built elsewhere and copied into `{name}`");
    let help = format!("fill it there: `with {name}.reserve(Event) as e:`");
    Some(warn(&codes::COPIED_EVENT, at, message, help))
}

fn shared(module: &Module, place: &Place, at: Span) -> Option<Diagnostic> {
    let Region::MapValue(map) = place.region() else { return None };
    let map = module.map(map);
    if !SHARED.contains(&map.kind) {
        return None;
    }
    let other = if map.kind == SHARED[1] { "PerCpuArray" } else { "PerCpuHash" };
    let message = format!("all CPUs change this entry of `{}` and wait for each other", map.name);
    let help = format!("a `{other}` has a value for each CPU, which user space adds up");
    Some(warn(&codes::SHARED_COUNTER, at, message, help))
}

fn is_small(map: &Map) -> bool {
    let small = matches!(&map.key, Some(Type::Int(IntType { bits, .. })) if *bits <= SMALL_KEY);
    HASHES.contains(&map.kind) && small
}

fn small_key(map: &Map, at: Span) -> Diagnostic {
    let message = format!("the keys of `{}` are so few that each could have a place", map.name);
    let help = "an `Array` with the key as its index needs no hash".to_owned();
    warn(&codes::SMALL_KEY, at, message, help)
}
