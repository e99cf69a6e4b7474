//! Events that are filled where they are sent from.
//!
//! `e = Event(); e.a = …; ring.output(e)` fills a local, and the kernel copies
//! it into the ring buffer. Reserving room there first and filling that spares
//! the copy. It is done if
//!
//! 1. the local is an aggregate that starts as zero in the same block, and
//!    nothing outside these statements names it;
//! 2. every statement from its first use to the output does nothing but fill
//!    it from values that change nothing, so that leaving all of them out where
//!    the buffer is full is not noticed; what sets other locals meanwhile is
//!    done before, if none of the values that it would pass reads them, and they do
//!    not both ask for the time; no helper reads the local, as not every kernel lets
//!    one read a record;
//! 3. the result of the output is not used and its flags are constant.
//!
//! The record starts as zero like the local did: bytes that the statements are
//! certain to fill are left out of that, padding is not.

use diagnostics::Span;
use ir::{
    Expr, ExprKind, Local, LocalId, MapId, Module, Place, PtrType, Region, Stmt, StmtKind, Type,
};

use crate::effects;

pub(crate) fn rewrite(module: &mut Module) {
    let numbers = ["ringbuf_output", "ringbuf_reserve", "ringbuf_submit"].map(effects::number);
    let [Some(output), Some(reserve), Some(submit)] = numbers else { return };
    for index in 0..module.functions.len() {
        let Some(function) = module.functions.get_mut(index) else { continue };
        let mut body = std::mem::take(&mut function.body);
        let mut locals = std::mem::take(&mut function.locals);
        let mentions = Mentions::of(&body, locals.len());
        let mut pass = Pass { module, mentions, locals: &mut locals, output, reserve, submit };
        pass.block(&mut body);
        let Some(function) = module.functions.get_mut(index) else { continue };
        (function.body, function.locals) = (body, locals);
    }
}

/// How often a body names each local.
struct Mentions(Vec<usize>);

impl Mentions {
    fn of(body: &[Stmt], locals: usize) -> Self {
        let mut counts = vec![0; locals];
        let mut note = |id: LocalId| {
            if let Some(count) = counts.get_mut(id.0 as usize) {
                *count += 1;
            }
        };
        ir::each_place(body, &mut |place| {
            if let Place::Local(id) = place {
                note(*id);
            }
        });
        each_counter(body, &mut note);
        Self(counts)
    }

    fn count(&self, id: LocalId) -> usize {
        self.0.get(id.0 as usize).copied().unwrap_or(usize::MAX)
    }
}

/// The locals that loops count in.
fn each_counter(body: &[Stmt], note: &mut dyn FnMut(LocalId)) {
    ir::each_stmt(body, &mut |stmt| match &stmt.kind {
        StmtKind::ForRange { local, .. } => note(*local),
        StmtKind::Loop { index, .. } => note(*index),
        _ => {}
    });
}

/// How often statements name a local.
fn named(stmts: &[Stmt], id: LocalId) -> usize {
    let mut count = 0;
    ir::each_place(stmts, &mut |place| {
        count += usize::from(matches!(place, Place::Local(x) if *x == id))
    });
    each_counter(stmts, &mut |counter| count += usize::from(counter == id));
    count
}

/// An output of a local.
struct Output {
    ring: MapId,
    local: LocalId,
    flags: Expr,
    at: Span,
}

struct Pass<'a> {
    module: &'a Module,
    mentions: Mentions,
    locals: &'a mut Vec<Local>,
    output: u32,
    reserve: u32,
    submit: u32,
}

impl Pass<'_> {
    fn block(&mut self, stmts: &mut Vec<Stmt>) {
        for stmt in stmts.iter_mut() {
            match &mut stmt.kind {
                StmtKind::If(_, then, orelse) => {
                    self.block(then);
                    self.block(orelse);
                }
                StmtKind::ForRange { body, orelse, .. } | StmtKind::Loop { body, orelse, .. } => {
                    self.block(body);
                    self.block(orelse);
                }
                _ => {}
            }
        }
        let mut at = 0;
        while at < stmts.len() {
            if let Some(output) = self.output_of(&stmts[at])
                && let Some(made) = self.rewritten(&stmts[..at], &output)
            {
                let (start, new) = made;
                let len = new.len();
                stmts.splice(start..=at, new);
                at = start + len;
            } else {
                at += 1;
            }
        }
    }

    /// The output of a whole local that a statement is.
    fn output_of(&self, stmt: &Stmt) -> Option<Output> {
        let StmtKind::Eval(value) = &stmt.kind else { return None };
        let ExprKind::Helper(id, args) = &effects::bare(value).kind else { return None };
        let ([ring, data, _, flags], true) = (args.as_slice(), *id == self.output) else {
            return None;
        };
        let (ExprKind::Map(ring), ExprKind::Address(Place::Local(local))) =
            (&ring.kind, &data.kind)
        else {
            return None;
        };
        flags.as_const()?;
        Some(Output { ring: *ring, local: *local, flags: flags.clone(), at: stmt.span })
    }

    /// What stands in the stead of the statements from the local's start to
    /// the output, and where it begins.
    fn rewritten(&mut self, before: &[Stmt], output: &Output) -> Option<(usize, Vec<Stmt>)> {
        let local = output.local;
        let start = before.iter().rposition(
            |stmt| matches!(&stmt.kind, StmtKind::Zero(Place::Local(id)) if *id == local),
        )?;
        let between = before.get(start + 1..)?;
        // The start, the fills and the output name it, and nothing else does.
        if named(between, local) + 2 != self.mentions.count(local) {
            return None;
        }
        let first = between.iter().position(|stmt| named(std::slice::from_ref(stmt), local) > 0);
        let (earlier, rest) = between.split_at(first.unwrap_or(between.len()));
        let (hoisted, fills) = self.sorted(rest, local)?;
        let mut made: Vec<Stmt> = earlier.to_vec();
        made.extend(hoisted);
        made.extend(self.reservation(output, fills)?);
        Some((start, made))
    }

    /// The statements that set other locals, and those that fill this one.
    fn sorted(&self, stmts: &[Stmt], local: LocalId) -> Option<(Vec<Stmt>, Vec<Stmt>)> {
        let (mut hoisted, mut fills) = (Vec::new(), Vec::<Stmt>::new());
        for stmt in stmts {
            if is_fill(stmt, local) {
                fills.push(stmt.clone());
                continue;
            }
            let StmtKind::Store(Place::Local(other), value) = &stmt.kind else { return None };
            let reads_event = named(std::slice::from_ref(stmt), local) > 0;
            let turns_back = effects::reads_clock(stmt) && fills.iter().any(effects::reads_clock);
            if reads_event || turns_back || !effects::is_pure(value) || named(&fills, *other) > 0 {
                return None;
            }
            hoisted.push(stmt.clone());
        }
        Some((hoisted, fills))
    }

    /// The reservation, what is done where there is room, and the submission.
    fn reservation(&mut self, output: &Output, mut fills: Vec<Stmt>) -> Option<[Stmt; 2]> {
        let at = output.at;
        let ty = self.locals.get(output.local.0 as usize)?.ty.clone();
        let size = ty.size(self.module);
        let pointer = Type::Ptr(PtrType {
            pointee: Some(Box::new(ty.clone())),
            region: Region::Reserved(output.ring),
            nullable: true,
        });
        let record = LocalId(u32::try_from(self.locals.len()).ok()?);
        let name = self.locals.get(output.local.0 as usize)?.name.clone();
        self.locals.push(Local { name: format!("{name}_record"), ty: pointer.clone() });
        let load = Expr::load(Place::Local(record), pointer.clone(), at);
        let held = Type::ptr(Some(ty.clone()), Region::Reserved(output.ring));
        let held = Expr::new(ExprKind::NonNull(Box::new(load.clone())), held, at);
        let place = Place::Deref(Box::new(held.clone()));

        let address = Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: false });
        let ring = Expr::new(ExprKind::Map(output.ring), address, at);
        let number = |value| Expr::int(value, Type::U64, at);
        let args = vec![ring, number(i128::from(size)), number(0)];
        let reserve = Expr::new(ExprKind::Helper(self.reserve, args), pointer, at);

        let mut body: Vec<Stmt> = gaps(self.module, &ty, &fills, output.local)
            .into_iter()
            .map(|(start, len)| StmtKind::ZeroPart(place.clone(), start, len))
            .map(|kind| Stmt::new(kind, at))
            .collect();
        ir::each_place_mut(&mut fills, &mut |found| {
            if matches!(found, Place::Local(id) if *id == output.local) {
                *found = place.clone();
            }
        });
        body.extend(fills);
        let submit = ExprKind::Helper(self.submit, vec![held, output.flags.clone()]);
        body.push(Stmt::new(StmtKind::Eval(Expr::new(submit, Type::Void, at)), at));
        let room = Expr::new(ExprKind::IsFound(Box::new(load)), Type::Bool, at);
        Some([
            Stmt::new(StmtKind::Store(Place::Local(record), reserve), at),
            Stmt::new(StmtKind::If(room, body, Vec::new()), at),
        ])
    }
}

/// Whether a statement does nothing but fill the local.
fn is_fill(stmt: &Stmt, local: LocalId) -> bool {
    let inside = |place: &Place| place.local() == Some(local) && effects::is_pure_place(place);
    match &stmt.kind {
        StmtKind::Store(place, value) => inside(place) && effects::only_fills(value, local),
        StmtKind::Zero(place) | StmtKind::ZeroPart(place, ..) | StmtKind::StoreStr(place, _) => {
            inside(place)
        }
        StmtKind::Copy(to, from) => inside(to) && effects::is_pure_place(from),
        StmtKind::Eval(value) => effects::only_fills(value, local),
        StmtKind::If(test, then, orelse) => {
            effects::is_pure(test)
                && effects::only_fills(test, local)
                && then.iter().chain(orelse).all(|stmt| is_fill(stmt, local))
        }
        _ => false,
    }
}

/// The bytes of the record, as start and length, that no statement of the
/// list is certain to fill before anything reads them.
fn gaps(module: &Module, ty: &Type, fills: &[Stmt], local: LocalId) -> Vec<(u32, u32)> {
    let Ok(size) = u32::try_from(ty.size(module)) else { return Vec::new() };
    let mut filled = vec![false; size as usize];
    for stmt in fills {
        if reads(stmt, local) {
            break;
        }
        let Some((start, len)) = covered(module, ty, stmt, local) else { continue };
        let bytes = filled.iter_mut().skip(start as usize).take(len as usize);
        bytes.for_each(|byte| *byte = true);
    }
    let mut gaps: Vec<(u32, u32)> = Vec::new();
    for at in (0..size).filter(|at| !filled[*at as usize]) {
        match gaps.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => gaps.push((at, 1)),
        }
    }
    gaps
}

/// Whether a statement may read the local.
fn reads(stmt: &Stmt, local: LocalId) -> bool {
    let is_own = |place: &Place| place.local() == Some(local);
    let mut loads = false;
    ir::each_expr(std::slice::from_ref(stmt), &mut |part| match &part.kind {
        ExprKind::Load(place) => loads |= is_own(place),
        ExprKind::Text(op) => loads |= op.places().into_iter().any(is_own),
        _ => {}
    });
    loads || matches!(&stmt.kind, StmtKind::Copy(_, from) if is_own(from))
}

/// The bytes that a statement fills for certain, as start and length.
fn covered(module: &Module, ty: &Type, stmt: &Stmt, local: LocalId) -> Option<(u32, u32)> {
    let (place, len) = match &stmt.kind {
        StmtKind::Store(place, _)
        | StmtKind::Zero(place)
        | StmtKind::StoreStr(place, _)
        | StmtKind::Copy(place, _) => (place, None),
        StmtKind::Eval(value) => {
            let ExprKind::Helper(id, args) = &effects::bare(value).kind else { return None };
            let ExprKind::Address(place) = &effects::filled(*id, args)?.kind else { return None };
            if !effects::fills_whole(*id) {
                return None;
            }
            (place, Some(args.get(1)?.as_const()?))
        }
        _ => return None,
    };
    if place.local() != Some(local) {
        return None;
    }
    let (start, inner) = offset(module, ty, place)?;
    let size = inner.size(module);
    let len = len.map_or(Some(size), |len| u64::try_from(len).ok())?;
    Some((start, u32::try_from(len.min(size)).ok()?))
}

/// Where a place lies in the local of this type, if that is constant, and what
/// type it has.
fn offset(module: &Module, ty: &Type, place: &Place) -> Option<(u32, Type)> {
    match place {
        Place::Local(_) => Some((0, ty.clone())),
        Place::Field(base, index) => {
            let (start, base) = offset(module, ty, base)?;
            let Type::Struct(id) = base else { return None };
            let field = module.struct_(id).fields.get(*index as usize)?;
            Some((start.checked_add(u32::try_from(field.offset).ok()?)?, field.ty.clone()))
        }
        Place::Index(base, index) => {
            let (start, base) = offset(module, ty, base)?;
            let element = match base {
                Type::Array(element, _) => *element,
                Type::Str(_) => Type::Int(ir::IntType::U8),
                _ => return None,
            };
            let at = u64::try_from(index.as_const()?).ok()?.checked_mul(element.size(module))?;
            Some((start.checked_add(u32::try_from(at).ok()?)?, element))
        }
        Place::Part(base, from, len) => {
            let (start, _) = offset(module, ty, base)?;
            Some((start.checked_add(*from)?, Type::Str(*len)))
        }
        Place::Global(_) | Place::Deref(_) | Place::Context(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ir::Struct;

    #[test]
    fn only_what_is_not_filled_is_zeroed() {
        let mut module = Module::default();
        let members = vec![
            ("a".to_owned(), Type::U64),
            ("b".to_owned(), Type::Bool),
            ("c".to_owned(), Type::Str(4)),
        ];
        module.structs.push(Struct::lay_out("s".to_owned(), members, 1, &module));
        let (ty, local) = (Type::Struct(ir::StructId(0)), LocalId(0));
        let at = Span::default();
        let store = |field, ty: Type| {
            let place = Place::Local(local).field(field);
            Stmt::new(StmtKind::Store(place, Expr::int(0, ty, at)), at)
        };
        assert_eq!(gaps(&module, &ty, &[], local), [(0, 16)]);
        let fills = [store(0, Type::U64), store(1, Type::Bool)];
        assert_eq!(gaps(&module, &ty, &fills, local), [(9, 7)]);
        let text = StmtKind::StoreStr(Place::Local(local).field(2), b"x".to_vec());
        let fills = [store(0, Type::U64), Stmt::new(text, at)];
        assert_eq!(gaps(&module, &ty, &fills, local), [(8, 1), (13, 3)]);
    }
}
