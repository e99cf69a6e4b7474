//! Locals that do not live on the stack.
//!
//! A call chain has 512 bytes of stack, and kernels before 5.12 refuse an
//! index into the stack that they do not know. Aggregates that are too large,
//! or that are indexed by such a number, move to a per-CPU array of one entry
//! that each function has for itself; the function looks it up at its start.
//! There is no recursion, and a function that two programs reach, or a program and
//! what its timers call, has a copy for each, so that one interrupting the other finds
//! its own memory.

use std::collections::{HashMap, HashSet};

use diagnostics::{Diagnostic, Span, codes};
use ir::{
    Expr, ExprKind, Function, FunctionId, Local, LocalId, Map, MapId, Module, Place, PtrType,
    Region, Stmt, StmtKind, Struct, StructId, Type, UnaryOp,
};

use crate::depth::Calls;
use crate::session::Session;
use crate::spills::Spills;
use crate::work::Scope;

/// What a frame needs for values that find no register, roughly: see [`Spills`].
const RESERVE: u64 = 32;
/// The largest value of a per-CPU map: the kernel's `PCPU_MIN_UNIT_SIZE`.
pub(crate) const MAX_SCRATCH: u64 = 32 << 10;
/// Locals below this size stay on the stack unless their index forbids it.
const SMALL: u64 = 16;

const MAP_PREFIX: &str = "__pythonbpf_";
const PERCPU_ARRAY: u32 = 6;
const LOOKUP: u32 = 1;

/// The locals of each function that leave the stack.
type Moved = Vec<HashSet<LocalId>>;

/// Moves what must be moved, in a module without errors.
pub(crate) fn place(session: &mut Session<'_>) {
    if session.has_errors() {
        return;
    }
    let module = &session.module;
    let mut moved: Moved = module.functions.iter().map(|f| indexed(module, f)).collect();
    shrink_frames(module, &session.spills, &mut moved);
    if too_large(session, &moved) {
        return;
    }
    separate(&mut session.module, &mut moved);
    for (index, locals) in moved.iter().enumerate() {
        if !locals.is_empty() {
            relocate(session, index, locals);
        }
    }
}

/// The locals that are indexed by a number that the verifier does not know.
fn indexed(module: &Module, function: &Function) -> HashSet<LocalId> {
    let scope = Scope::of(function);
    let mut found = HashSet::new();
    let mut body = function.body.clone();
    ir::each_place_mut(&mut body, &mut |place| {
        if let Place::Index(base, index) = place
            && !scope.knows(index)
            && let Some(id) = base.local()
        {
            found.insert(id);
        }
    });
    found.retain(|id| function.local(*id).ty.size(module) > 0);
    found
}

/// What a local takes of the stack, if it has to be in memory.
pub(crate) fn on_stack(module: &Module, local: &Local) -> u64 {
    let size = if local.ty.is_aggregate() { local.ty.size(module) } else { 0 };
    size.next_multiple_of(8)
}

fn frame(module: &Module, function: &Function, moved: &HashSet<LocalId>, spills: &Spills) -> u64 {
    let locals = (0..).map(LocalId).zip(&function.locals);
    let stays = locals.filter(|(id, _)| !moved.contains(id));
    let size: u64 = stays.map(|(_, local)| on_stack(module, local)).sum();
    size + spills.of(function).max(RESERVE)
}

/// Moves the largest locals of call chains that are too deep, until they fit
/// or nothing large is left. What the code was seen to need beside its locals is
/// known of a second try.
fn shrink_frames(module: &Module, spills: &Spills, moved: &mut Moved) {
    let calls = Calls::of(module);
    let smallest = if spills.is_empty() { SMALL } else { 0 };
    loop {
        let functions = module.functions.iter().zip(moved.iter());
        let frames: Vec<Option<u64>> = functions
            .map(|(function, moved)| Some(frame(module, function, moved, spills)))
            .collect();
        let Some(chain) = calls.too_deep(&frames, !spills.is_empty()) else { break };
        let found = largest(module, &chain.functions, moved, smallest);
        let Some((function, local)) = found else { break };
        moved[function].insert(local);
    }
}

/// The largest local of these functions that is still on the stack.
fn largest(
    module: &Module,
    chain: &[usize],
    moved: &Moved,
    smallest: u64,
) -> Option<(usize, LocalId)> {
    let of = |index: &usize| {
        let (function, moved) = (module.functions.get(*index)?, moved.get(*index)?);
        let locals = (0..).map(LocalId).zip(&function.locals);
        let stay = locals.filter(|(id, _)| !moved.contains(id));
        let sizes = stay.map(|(id, local)| (on_stack(module, local), *index, id));
        sizes.max_by_key(|(size, _, id)| (*size, std::cmp::Reverse(id.0)))
    };
    let best = chain.iter().filter_map(of).max_by_key(|(size, ..)| *size)?;
    (best.0 > smallest).then_some((best.1, best.2))
}

/// Reports functions whose locals no map holds either.
fn too_large(session: &mut Session<'_>, moved: &Moved) -> bool {
    let mut found = Vec::new();
    for (function, moved) in session.module.functions.iter().zip(moved) {
        let mut sizes: Vec<(u64, &str)> = moved
            .iter()
            .map(|id| function.local(*id))
            .map(|local| (local.ty.size(&session.module), local.name.as_str()))
            .collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let total: u64 = sizes.iter().map(|(size, _)| size).sum();
        if total > MAX_SCRATCH {
            let list: Vec<String> =
                sizes.iter().take(3).map(|(size, name)| format!("`{name}` ({size})")).collect();
            found.push((function.name.clone(), function.span, total, list.join(", ")));
        }
    }
    for (name, span, total, list) in &found {
        let message = format!(
            "the locals of `{name}` have {total} bytes, and there is room for {MAX_SCRATCH}"
        );
        session.report(
            Diagnostic::new(&codes::STACK_TOO_LARGE, *span, message)
                .note(format!("the largest are {list}"))
                .help("make them smaller, or keep them in a map"),
        );
    }
    !found.is_empty()
}

/// Gives each program, and what timers call, its own copy of functions that use such
/// memory and that another one reaches, too.
fn separate(module: &mut Module, moved: &mut Moved) {
    let calls = Calls::of(module);
    let reach = |from: usize| {
        let mut seen = HashSet::new();
        let mut left = vec![from];
        while let Some(at) = left.pop() {
            if seen.insert(at) {
                left.extend(calls.callees(at));
            }
        }
        seen
    };
    let uses = |at: usize| reach(at).iter().any(|callee| !moved[*callee].is_empty());
    let users: Vec<bool> = (0..module.functions.len()).map(uses).collect();
    let mut taken: HashSet<usize> = HashSet::new();
    for root in calls.roots() {
        let mut own: Vec<usize> =
            reach(root).into_iter().filter(|at| *at != root && users[*at]).collect();
        own.sort_unstable();
        let mut copies: HashMap<FunctionId, FunctionId> = HashMap::new();
        for at in own {
            if taken.insert(at) {
                continue;
            }
            let copy = FunctionId(module.functions.len() as u32);
            let mut function = module.functions[at].clone();
            function.name = copy_name(module, &function.name);
            module.functions.push(function);
            moved.push(moved[at].clone());
            copies.insert(FunctionId(at as u32), copy);
        }
        let callers = copies.values().map(|id| id.0 as usize).chain([root]);
        for caller in callers.collect::<Vec<_>>() {
            ir::each_call_mut(&mut module.functions[caller].body, &mut |callee| {
                *callee = copies.get(callee).copied().unwrap_or(*callee);
            });
        }
    }
}

/// A name for a copy of a function that nothing has.
fn copy_name(module: &Module, name: &str) -> String {
    let taken = |wanted: &str| module.functions.iter().any(|function| function.name == wanted);
    let names = (2..).map(|number| format!("{name}__{number}"));
    names.into_iter().find(|wanted| !taken(wanted)).unwrap_or_default()
}

/// Makes the map of a function and moves the locals there.
fn relocate(session: &mut Session<'_>, index: usize, locals: &HashSet<LocalId>) {
    let mut ids: Vec<LocalId> = locals.iter().copied().collect();
    ids.sort_unstable_by_key(|id| id.0);
    let module = &mut session.module;
    let function = &module.functions[index];
    let (name, at) = (function.name.clone(), function.span);
    let line = session.source.line_col(at.start).line;
    let members = ids.iter().map(|id| (format!("local{}", id.0), function.local(*id).ty.clone()));
    let members: Vec<(String, Type)> = members.collect();
    let laid =
        words(Struct::lay_out(format!("{MAP_PREFIX}locals_{name}"), members, line, module), module);
    let ty = Type::Struct(StructId(module.structs.len() as u32));
    module.structs.push(laid);
    let map = MapId(module.maps.len() as u32);
    module.maps.push(memory_map(&name, &ty, line));
    let pointer = Type::Ptr(PtrType {
        pointee: Some(Box::new(ty)),
        region: Region::MapValue(map),
        nullable: true,
    });
    let function = &mut module.functions[index];
    let slot = LocalId(function.locals.len() as u32);
    function.locals.push(Local { name: "memory".to_owned(), ty: pointer.clone() });
    ir::each_place_mut(&mut function.body, &mut |place| {
        if let Place::Local(id) = place
            && let Some(field) = ids.iter().position(|known| known == id)
        {
            *place = memory(slot, &pointer, at).field(field);
        }
    });
    let ret = function.ret.clone();
    function.body.splice(0..0, entry(map, slot, &pointer, &ret, at));
}

/// The same members, each at a multiple of 8 as on the stack.
fn words(mut laid: Struct, module: &Module) -> Struct {
    let mut offset = 0;
    for field in &mut laid.fields {
        field.offset = offset;
        offset += field.ty.size(module).next_multiple_of(8);
    }
    Struct { size: offset, align: 8, ..laid }
}

fn memory_map(function: &str, value: &Type, line: u32) -> Map {
    Map {
        name: format!("{MAP_PREFIX}{function}"),
        kind: PERCPU_ARRAY,
        key: Some(Type::Int(ir::IntType::U32)),
        value: Some(value.clone()),
        max_entries: Some(1),
        line,
        ..Map::default()
    }
}

/// What the looked-up pointer points to.
fn memory(slot: LocalId, pointer: &Type, at: Span) -> Place {
    let Type::Ptr(ptr) = pointer else { return Place::Local(slot) };
    let found = Type::Ptr(PtrType { nullable: false, ..ptr.clone() });
    let load = Expr::load(Place::Local(slot), pointer.clone(), at);
    Place::Deref(Box::new(Expr::new(ExprKind::NonNull(Box::new(load)), found, at)))
}

/// Looks the memory up; the entry is always there, which the verifier does
/// not know.
fn entry(map: MapId, slot: LocalId, pointer: &Type, ret: &Type, at: Span) -> [Stmt; 2] {
    let address = Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: false });
    let map = Expr::new(ExprKind::Map(map), address, at);
    let key = Expr::int(0, Type::Int(ir::IntType::U32), at).spill();
    let found = Expr::new(ExprKind::Helper(LOOKUP, vec![map, key]), pointer.clone(), at);
    let load = Expr::load(Place::Local(slot), pointer.clone(), at);
    let test = Expr::new(ExprKind::IsFound(Box::new(load)), Type::Bool, at);
    let missing = Expr::new(ExprKind::Unary(UnaryOp::Not, Box::new(test)), Type::Bool, at);
    let value = (*ret != Type::Void).then(|| Expr::int(0, ret.clone(), at));
    let leave = Stmt::new(StmtKind::Return(value), at);
    [
        Stmt::new(StmtKind::Store(Place::Local(slot), found), at),
        Stmt::new(StmtKind::If(missing, vec![leave], Vec::new()), at),
    ]
}
