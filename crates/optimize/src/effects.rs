//! What expressions do beside giving a value.

use ir::{Expr, ExprKind, LocalId, Place, Stmt};

/// Helpers that read, and change nothing but the memory that their first
/// argument names, if they fill any. A program that does not call them at all
/// leaves the kernel as it was.
const READERS: &[&str] = &[
    "get_attach_cookie",
    "get_cgroup_classid",
    "get_current_ancestor_cgroup_id",
    "get_current_cgroup_id",
    "get_current_comm",
    "get_current_pid_tgid",
    "get_current_task",
    "get_current_task_btf",
    "get_current_uid_gid",
    "get_func_ip",
    "get_numa_node_id",
    "get_prandom_u32",
    "get_smp_processor_id",
    "jiffies64",
    "ktime_get_boot_ns",
    "ktime_get_coarse_ns",
    "ktime_get_ns",
    "ktime_get_tai_ns",
    "map_lookup_elem",
    "probe_read",
    "probe_read_kernel",
    "probe_read_kernel_str",
    "probe_read_str",
    "probe_read_user",
    "probe_read_user_str",
];

/// Helpers that change nothing but maps and buffers of the program's own.
const OWN: &[&str] = &[
    "map_delete_elem",
    "map_push_elem",
    "map_update_elem",
    "perf_event_output",
    "ringbuf_discard",
    "ringbuf_output",
    "ringbuf_reserve",
    "ringbuf_submit",
    "trace_printk",
];

/// Of the first, the ones that fill their first argument.
const FILLERS: &[&str] = &[
    "get_current_comm",
    "probe_read",
    "probe_read_kernel",
    "probe_read_kernel_str",
    "probe_read_str",
    "probe_read_user",
    "probe_read_user_str",
];

/// Of these, the ones that leave bytes behind the end of a text as they were.
const TEXT_FILLERS: &[&str] = &["probe_read_kernel_str", "probe_read_str", "probe_read_user_str"];

/// The name of a helper.
fn name(id: u32) -> Option<&'static str> {
    kernel::HELPERS.iter().find(|helper| helper.id == id).map(|helper| helper.name)
}

/// Whether a helper is known to read only.
pub(crate) fn reads_only(id: u32) -> bool {
    name(id).is_some_and(|name| READERS.contains(&name))
}

/// Whether a helper is known to leave the structs of the kernel as they are.
pub(crate) fn leaves_kernel(id: u32) -> bool {
    name(id).is_some_and(|name| READERS.contains(&name) || OWN.contains(&name))
}

/// The memory that a helper which reads only fills.
pub(crate) fn filled(id: u32, args: &[Expr]) -> Option<&Expr> {
    name(id).filter(|name| FILLERS.contains(name)).and_then(|_| args.first())
}

/// Whether a helper fills all of its first argument, also where it fails:
/// `probe_read` and its kin write zeroes then.
pub(crate) fn fills_whole(id: u32) -> bool {
    name(id).is_some_and(|name| FILLERS.contains(&name) && !TEXT_FILLERS.contains(&name))
}

/// Whether a statement asks for the time, which is another at each call.
pub(crate) fn reads_clock(stmt: &Stmt) -> bool {
    let mut found = false;
    ir::each_expr(std::slice::from_ref(stmt), &mut |expr| {
        if let ExprKind::Helper(id, _) = &expr.kind {
            found |=
                name(*id).is_some_and(|name| name.starts_with("ktime_") || name == "jiffies64");
        }
    });
    found
}

/// Whether evaluating gives a value and changes nothing but, perhaps, memory
/// in `target`, which no helper reads.
pub(crate) fn only_fills(expr: &Expr, target: LocalId) -> bool {
    let is_own = |memory: &Expr| match &memory.kind {
        ExprKind::Address(place) => place.local() == Some(target),
        _ => false,
    };
    let (mut fine, mut given, mut filled) = (true, 0, 0);
    ir::each_part(expr, &mut |part| {
        given += usize::from(is_own(part));
        fine &= match &part.kind {
            ExprKind::Call(..)
            | ExprKind::Kfunc(..)
            | ExprKind::Atomic(..)
            | ExprKind::Sequence(..)
            | ExprKind::Function(_) => false,
            ExprKind::Helper(id, args) => {
                let memory = self::filled(*id, args);
                filled += usize::from(memory.is_some_and(is_own));
                reads_only(*id) && memory.is_none_or(is_own)
            }
            _ => true,
        };
    });
    fine && given == filled
}

/// Whether evaluating changes nothing at all.
pub(crate) fn is_pure(expr: &Expr) -> bool {
    let mut fine = true;
    ir::each_part(expr, &mut |part| {
        fine &= match &part.kind {
            ExprKind::Call(..)
            | ExprKind::Kfunc(..)
            | ExprKind::Atomic(..)
            | ExprKind::Sequence(..)
            | ExprKind::Function(_) => false,
            ExprKind::Helper(id, args) => reads_only(*id) && filled(*id, args).is_none(),
            _ => true,
        };
    });
    fine
}

/// Whether getting to the place changes nothing.
pub(crate) fn is_pure_place(place: &Place) -> bool {
    match place {
        Place::Local(_) | Place::Global(_) => true,
        Place::Deref(pointer) | Place::Context(pointer, ..) => is_pure(pointer),
        Place::Field(base, _) | Place::Part(base, ..) => is_pure_place(base),
        Place::Index(base, index) => is_pure_place(base) && is_pure(index),
    }
}

/// The helper's number, by its name.
pub(crate) fn number(name: &str) -> Option<u32> {
    kernel::helper(name).map(|helper| helper.id)
}

/// An expression without the conversions around it.
pub(crate) fn bare(mut expr: &Expr) -> &Expr {
    while let ExprKind::Convert(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// A local or a member of one.
pub(crate) fn is_plain(place: &Place) -> bool {
    match place {
        Place::Local(_) => true,
        Place::Field(base, _) => is_plain(base),
        _ => false,
    }
}

/// Whether two such places are one.
pub(crate) fn same_place(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::Local(a), Place::Local(b)) => a == b,
        (Place::Field(a, x), Place::Field(b, y)) => x == y && same_place(a, b),
        _ => false,
    }
}
