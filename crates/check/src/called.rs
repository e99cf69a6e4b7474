//! Loops whose turns the kernel runs: before Linux 6.4, which has iterators, it
//! is `bpf_loop` that has a loop without a known end pass the verifier. The
//! turns become a function of their own.

use std::collections::BTreeSet;

use diagnostics::Span;
use ir::{
    Bound, Expr, ExprKind, IntType, Local, LocalId, Place, PtrType, Region, Stmt, StmtKind, Type,
};
use kernel::Version;

use crate::framed::Framed;
use crate::objects;
use crate::outline::{self, Outline, Param};
use crate::session::Session;
use crate::work::ITERATORS;

/// The first kernel with `bpf_loop`.
pub(crate) const CALLED: Version = Version::new(5, 17);

const HELPER: &str = "loop";
/// The helpers that take a record back.
const FINISHES: &[&str] =
    &["ringbuf_submit", "ringbuf_discard", "ringbuf_submit_dynptr", "ringbuf_discard_dynptr"];
/// What it counts in.
const WORD: Type = Type::Int(IntType { bits: 32, signed: false });

/// Makes functions of the turns of all loops that an iterator would count,
/// where the kernel has none.
pub(crate) fn settle(session: &mut Session<'_>) {
    if session.kernel >= ITERATORS || session.has_errors() {
        return;
    }
    // Functions that are made here may have such loops, too, and come last.
    let mut index = 0;
    while index < session.module.functions.len() {
        while let Some(taken) = take(session, index) {
            put(session, index, taken);
        }
        index += 1;
    }
}

/// A loop that was taken out of its function.
struct Taken {
    index: LocalId,
    test: Expr,
    body: Vec<Stmt>,
    orelse: Vec<Stmt>,
    at: Span,
}

/// Takes the first such loop out, leaving an empty one.
fn take(session: &mut Session<'_>, function: usize) -> Option<Taken> {
    let function = session.module.functions.get_mut(function)?;
    let mut taken = None;
    at_first(&mut function.body, &mut |stmts, at| {
        let Some(stmt) = stmts.get_mut(at) else { return };
        let StmtKind::Loop { index, test, body, orelse, .. } = &mut stmt.kind else { return };
        let never = Expr::int(0, Type::Bool, stmt.span);
        taken = Some(Taken {
            index: *index,
            test: std::mem::replace(test, never),
            body: std::mem::take(body),
            orelse: std::mem::take(orelse),
            at: stmt.span,
        });
    });
    taken
}

/// Puts the call that runs a loop where it was taken out.
fn put(session: &mut Session<'_>, number: usize, taken: Taken) {
    let Taken { index, test, body, mut orelse, at } = taken;
    let Some(helper) = kernel::helper(HELPER) else { return };
    if outlives(session, number, &body) {
        let what = "a loop without a known end that finishes a record reserved before it";
        // It is reported, and nothing is made of the module then.
        let _ = session.needs(ITERATORS, what, at);
        return;
    }
    let line = session.line(at);
    let module = &mut session.module;
    let Some(function) = module.functions.get_mut(number) else { return };
    let (ret, mut locals) = (function.ret.clone(), std::mem::take(&mut function.locals));
    let outside = outside(&mut function.body, &mut orelse, index, function.params);
    let turn = LocalId(locals.len() as u32);
    locals.push(Local { name: "turn".to_owned(), ty: WORD });
    let number_of = Expr::load(Place::Local(turn), WORD, at).convert(Type::I64);
    let count = Stmt::new(StmtKind::Store(Place::Local(index), number_of), at);
    let made = outline::outline(
        module,
        &locals,
        &ret,
        Outline {
            turn: body,
            first: vec![count],
            test: Some(test),
            params: vec![Param { name: "turn", ty: WORD, local: Some(turn) }],
            shared: &|id| outside.contains(&id.0),
            name: "turn",
            line,
            at,
        },
    );
    let call = |callback, frame| {
        let most = Expr::int(Bound::MAX_ITERATIONS.into(), WORD, at);
        let args = vec![most, callback, frame, Expr::int(0, Type::U64, at)];
        Expr::new(ExprKind::Helper(helper.id, args), Type::I64, at)
    };
    let mut framed = Framed { locals: &mut locals, ret, made: &made, at };
    let mut stmts = framed.lower(call, |_| true, orelse);
    let Some(function) = module.functions.get_mut(number) else { return };
    function.locals = locals;
    at_first(&mut function.body, &mut |around, at| {
        around.splice(at..=at, std::mem::take(&mut stmts));
    });
}

/// Whether the turns finish a record that was reserved before the loop, which a
/// function that the kernel calls may not.
fn outlives(session: &Session<'_>, function: usize, body: &[Stmt]) -> bool {
    let Some(function) = session.module.functions.get(function) else { return false };
    let mut assigned = BTreeSet::new();
    ir::each_stmt_within(body, &mut |stmt| {
        if let StmtKind::Store(Place::Local(id), _) = &stmt.kind {
            assigned.insert(id.0);
        }
    });
    let makes = kernel::helper("ringbuf_reserve_dynptr").map(|helper| helper.id);
    ir::each_expr(body, &mut |expr| {
        if let ExprKind::Helper(id, args) = &expr.kind
            && Some(*id) == makes
        {
            assigned.extend(args.iter().filter_map(dynptr_of).map(|id| id.0));
        }
    });
    let before = |id: &LocalId| {
        let ty = &function.local(*id).ty;
        let record = matches!(ty, Type::Ptr(PtrType { region: Region::Reserved(_), .. }));
        (record || objects::is_dynptr(&session.module, ty)) && !assigned.contains(&id.0)
    };
    let finishes =
        |id| FINISHES.iter().filter_map(|name| kernel::helper(name)).any(|one| one.id == id);
    let mut found = false;
    ir::each_expr(body, &mut |expr| {
        if let ExprKind::Helper(id, args) = &expr.kind
            && finishes(*id)
        {
            args.iter().for_each(|arg| {
                ir::each_part(arg, &mut |part| {
                    found |= matches!(&part.kind, ExprKind::Load(Place::Local(id)) if before(id))
                        || dynptr_of(part).is_some_and(|id| before(&id));
                });
            });
        }
    });
    found
}

/// The local whose address is passed.
fn dynptr_of(arg: &Expr) -> Option<LocalId> {
    match &arg.kind {
        ExprKind::Address(Place::Local(id)) => Some(*id),
        _ => None,
    }
}

/// The locals that statements around a loop use: what only the turns use is
/// theirs alone.
fn outside(body: &mut [Stmt], orelse: &mut [Stmt], index: LocalId, params: u32) -> BTreeSet<u32> {
    let (mut used, _) = outline::uses(body);
    used.extend(outline::uses(orelse).0);
    used.extend(0..params);
    // It is the turn's number, not one that goes on.
    used.remove(&index.0);
    used
}

/// Shows the first loop of an iterator, and the statements that it is among.
fn at_first(stmts: &mut Vec<Stmt>, act: &mut dyn FnMut(&mut Vec<Stmt>, usize)) -> bool {
    for at in 0..stmts.len() {
        let kind = stmts.get_mut(at).map(|stmt| &mut stmt.kind);
        let inner = match kind {
            Some(StmtKind::Loop { bound: Bound::Iterator, .. }) => {
                act(stmts, at);
                return true;
            }
            Some(
                StmtKind::If(_, first, second)
                | StmtKind::ForRange { body: first, orelse: second, .. }
                | StmtKind::Loop { body: first, orelse: second, .. },
            ) => at_first(first, act) || at_first(second, act),
            _ => false,
        };
        if inner {
            return true;
        }
    }
    false
}
