//! The call of a helper that runs a loop's turns: what the turns share is put
//! in a struct before, and taken out of it afterwards.

use diagnostics::Span;
use ir::{
    BinaryOp, CompareOp, Expr, ExprKind, Local, LocalId, Place, Region, Stmt, StmtKind, Type,
};

use crate::outline::{Captured, ENDED, Outlined, RETURNED, STATUS, VALUE};

/// A loop whose turns are made a function.
pub(crate) struct Framed<'f> {
    /// The locals of the function around.
    pub locals: &'f mut Vec<Local>,
    /// What that one returns.
    pub ret: Type,
    pub made: &'f Outlined,
    pub at: Span,
}

impl Framed<'_> {
    /// The statements that stand for the loop; `call` makes the helper's call of
    /// the callback and the struct's address, `assigned` tells whether a
    /// local has a value before.
    pub(crate) fn lower(
        &mut self,
        call: impl FnOnce(Expr, Expr) -> Expr,
        assigned: impl Fn(LocalId) -> bool,
        orelse: Vec<Stmt>,
    ) -> Vec<Stmt> {
        let mut out = Vec::new();
        let (ty, at) = (Type::Struct(self.made.frame), self.at);
        let frame = Place::Local(self.hidden("frame", ty.clone()));
        out.push(Stmt::new(StmtKind::Zero(frame.clone()), at));
        let zero = self.unknown_zero(&mut out);
        for (place, ty) in &self.made.changed {
            if path_root(place).is_some_and(&assigned) {
                let value = blurred(Expr::load(place.clone(), ty.clone(), at), &zero);
                out.push(Stmt::new(StmtKind::Store(place.clone(), value), at));
            }
        }
        for (index, captured) in self.made.captured.iter().enumerate() {
            if let Some(value) = self.given(captured, &zero, &assigned) {
                out.push(Stmt::new(StmtKind::Store(frame.clone().field(index), value), at));
            }
        }
        let callback = ExprKind::Function(self.made.callback);
        let callback = Expr::new(callback, Type::ptr(None, Region::Opaque), at);
        let address = Expr::address(frame.clone(), ty, Region::Stack, at);
        out.push(Stmt::new(StmtKind::Eval(call(callback, address)), at));
        for (index, captured) in self.made.captured.iter().enumerate() {
            if captured.written {
                let value = Expr::load(frame.clone().field(index), self.ty(captured.id), at);
                out.push(Stmt::new(StmtKind::Store(Place::Local(captured.id), value), at));
            }
        }
        self.after(&frame, orelse, &mut out);
        out
    }

    /// What a shared local puts in the struct.
    fn given(
        &self,
        captured: &Captured,
        zero: &Option<Expr>,
        assigned: &impl Fn(LocalId) -> bool,
    ) -> Option<Expr> {
        let (place, ty) = (Place::Local(captured.id), self.ty(captured.id));
        if ty.is_aggregate() {
            return Some(Expr::address(place, ty, Region::Any, self.at));
        }
        if !assigned(captured.id) {
            return None;
        }
        let counts = captured.written && matches!(ty, Type::Int(_));
        let value = Expr::load(place, ty, self.at);
        Some(if counts { blurred(value, zero) } else { value })
    }

    /// A zero that the verifier takes for any number. What a loop changes starts
    /// with it: the verifier walks the body until no turn shows it anything new,
    /// and a number that it knows and that is compared is new in every turn.
    fn unknown_zero(&mut self, out: &mut Vec<Stmt>) -> Option<Expr> {
        let counts = |one: &Captured| one.written && matches!(self.ty(one.id), Type::Int(_));
        if self.made.changed.is_empty() && !self.made.captured.iter().any(counts) {
            return None;
        }
        let clock = kernel::helper("ktime_get_ns")?;
        let at = self.at;
        let [now, zero] = ["now", "zero"].map(|name| Place::Local(self.hidden(name, Type::U64)));
        let clock = Expr::new(ExprKind::Helper(clock.id, Vec::new()), Type::U64, at);
        out.push(Stmt::new(StmtKind::Store(now.clone(), clock), at));
        let now = Expr::load(now, Type::U64, at);
        let same = Expr::new(ExprKind::Hidden(Box::new(now.clone())), Type::U64, at);
        let difference = Expr::binary(BinaryOp::Sub, now, same, at);
        out.push(Stmt::new(StmtKind::Store(zero.clone(), difference), at));
        Some(Expr::load(zero, Type::U64, at))
    }

    /// A `return` in the body, and the `else` of the loop.
    fn after(&self, frame: &Place, orelse: Vec<Stmt>, out: &mut Vec<Stmt>) {
        let (at, fields) = (self.at, self.made.captured.len());
        let status = Expr::load(frame.clone().field(fields + STATUS), Type::U64, at);
        let is = |value: u64| {
            let value = Expr::int(i128::from(value), Type::U64, at);
            Expr::compare(CompareOp::Eq, status.clone(), value, at)
        };
        let slot = frame.clone().field(fields + VALUE);
        let value = (self.ret != Type::Void).then(|| Expr::load(slot, self.ret.clone(), at));
        let leave = vec![Stmt::new(StmtKind::Return(value), at)];
        out.push(Stmt::new(StmtKind::If(is(RETURNED), leave, Vec::new()), at));
        if !orelse.is_empty() {
            let ended = ExprKind::Or(Box::new(is(0)), Box::new(is(ENDED)));
            let ended = Expr::new(ended, Type::Bool, at);
            out.push(Stmt::new(StmtKind::If(ended, orelse, Vec::new()), at));
        }
    }

    fn hidden(&mut self, name: &str, ty: Type) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: name.to_owned(), ty });
        id
    }

    fn ty(&self, id: LocalId) -> Type {
        self.locals.get(id.0 as usize).map_or(Type::Void, |local| local.ty.clone())
    }
}

/// The same number, which the verifier does not know.
fn blurred(value: Expr, zero: &Option<Expr>) -> Expr {
    let Some(zero) = zero else { return value };
    let (ty, at) = (value.ty.clone(), value.span);
    let wide = value.convert(Type::U64);
    Expr::binary(BinaryOp::Add, wide, zero.clone(), at).convert(ty)
}

/// The local that a place lies in.
fn path_root(place: &Place) -> Option<LocalId> {
    match place {
        Place::Local(id) => Some(*id),
        Place::Field(base, _) | Place::Index(base, _) | Place::Part(base, ..) => path_root(base),
        Place::Global(_) | Place::Deref(_) | Place::Context(..) => None,
    }
}
