//! `for k, v in m.items():` and its kin: the kernel calls a function for each
//! entry, which is made of the loop's body.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{
    BinaryOp, CompareOp, Expr, ExprKind, LocalId, MapId, Place, Region, Stmt, StmtKind, Type,
};
use kernel::Version;
use syntax::Ident;

use super::Body;
use super::flow::assigned_names;
use super::loops::LoopFlow;
use super::outline::{Outline, STATUS, VALUE};
use super::value::Value;
use crate::session::{Reported, Result};

/// The first kernel with `bpf_for_each_map_elem`.
const FOR_EACH: Version = Version::new(5, 13);

/// What a loop over a map gives each turn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    Keys,
    Values,
    Items,
}

/// `for target in m.items(): body`
pub(super) struct MapLoop<'e> {
    pub map: MapId,
    pub gives: Gives,
    pub target: &'e syntax::Expr,
    pub body: &'e [syntax::Stmt],
    pub orelse: &'e [syntax::Stmt],
    pub at: Span,
}

impl Body<'_, '_> {
    /// The map that a loop goes over, if it does.
    pub(super) fn map_iterated(
        &mut self,
        iterable: &syntax::Expr,
    ) -> Result<Option<(MapId, Gives)>> {
        if let Some(map) = self.map_named(iterable)? {
            return Ok(Some((map, Gives::Keys)));
        }
        let syntax::ExprKind::Call(callee, args, keywords) = &iterable.kind else {
            return Ok(None);
        };
        let syntax::ExprKind::Attribute(base, method) = &callee.kind else { return Ok(None) };
        let gives = match method.name.as_str() {
            "keys" => Gives::Keys,
            "values" => Gives::Values,
            "items" => Gives::Items,
            _ => return Ok(None),
        };
        let Some(map) = self.map_named(base)? else { return Ok(None) };
        self.bind(&method.name, &[], 0, args, keywords, iterable.span)?;
        Ok(Some((map, gives)))
    }

    pub(super) fn map_loop(&mut self, this: &MapLoop<'_>) -> Result<()> {
        let allowed = self.ops(this.map).lookup;
        self.require(allowed, this.map, "looped over", this.at)?;
        self.s.needs(FOR_EACH, "a loop over a map", this.at)?;
        if let Some((id, since)) = self.flow.held().first().copied() {
            return Err(self.held_over(id, since, this.at));
        }
        let first = LocalId(self.locals.len() as u32);
        let (key, value) = self.callback_params(this.map)?;
        let mut assigned = HashSet::new();
        assigned_names(this.body, &mut assigned, &mut HashSet::new());
        self.forget_names(&assigned);
        let before = self.flow.clone();
        self.loops.push(LoopFlow::new(before.clone()));
        let (bound, turn) = self.apart(|body| {
            let bound = body.bind_entry(this, key, value);
            body.block(this.body);
            body.same_at_turn_end(&before, this.body.last().map_or(this.at, |last| last.span));
            bound
        });
        let Some(mut flow) = self.loops.pop() else { return Err(Reported) };
        // There may be no entry at all.
        let after = std::mem::replace(&mut self.flow, before.clone());
        self.flow = flow.join_continues(after).join(before.clone());
        let ((), orelse) = self.apart(|body| body.block(this.orelse));
        self.flow = flow.join_breaks(self.flow.clone());
        // What a turn changes is not known afterwards.
        let changed: Vec<LocalId> = (0..self.locals.len() as u32).map(LocalId).collect();
        for id in changed {
            self.flow.forget_number(id);
        }
        bound?;
        let outline = Outline { turn, first, key, value, at: this.at };
        self.call_for_each(this.map, outline, &before, orelse, this.at)
    }

    fn held_over(&mut self, id: LocalId, since: Span, at: Span) -> Reported {
        let name = self.locals[id.0 as usize].name.clone();
        let message = format!("the record `{name}` is held while a loop goes over a map");
        self.s.report(
            Diagnostic::new(&codes::UNFINISHED_RESERVATION, at, message)
                .also(since, "reserved here")
                .help("submit it before the loop, or reserve inside the loop"),
        )
    }

    /// What the kernel passes: the addresses of the key and of the value.
    fn callback_params(&mut self, map: MapId) -> Result<(LocalId, LocalId)> {
        let Some(key) = self.s.module.map(map).key.clone() else { return Err(Reported) };
        let value = self.value_type(map)?;
        let key = self.hidden("key", Type::ptr(Some(key), Region::Any));
        let value = self.hidden("value", Type::ptr(Some(value), Region::MapValue(map)));
        Ok((key, value))
    }

    fn bind_entry(&mut self, this: &MapLoop<'_>, key: LocalId, value: LocalId) -> Result<()> {
        let wrong = |body: &mut Self| {
            let (what, example) = match this.gives {
                Gives::Items => ("a key and a value", "for key, value in m.items():"),
                Gives::Keys => ("one name for the key", "for key in m:"),
                Gives::Values => ("one name for the value", "for value in m.values():"),
            };
            body.poison_target(this.target);
            let message = format!("this loop gives {what}");
            let diagnostic =
                Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, this.target.span, message);
            Err(body.s.report(diagnostic.help(format!("write `{example}`"))))
        };
        let targets = match (&this.target.kind, this.gives) {
            (syntax::ExprKind::Tuple(parts), Gives::Items) if parts.len() == 2 => parts.clone(),
            (syntax::ExprKind::Name(_), Gives::Keys | Gives::Values) => vec![this.target.clone()],
            _ => return wrong(self),
        };
        let kinds = match this.gives {
            Gives::Items => vec![Gives::Keys, Gives::Values],
            one => vec![one],
        };
        for (target, gives) in targets.iter().zip(kinds) {
            let syntax::ExprKind::Name(name) = &target.kind else { return wrong(self) };
            let name = Ident { name: name.clone(), span: target.span };
            let id = if gives == Gives::Keys { key } else { value };
            let pointer = Expr::load(Place::Local(id), self.local_type(id), target.span);
            let given =
                if gives == Gives::Keys { self.behind(pointer) } else { Value::Scalar(pointer) };
            self.assign_value(&name, given, target.span)?;
        }
        Ok(())
    }

    /// What a pointer points to, as a value.
    fn behind(&self, pointer: Expr) -> Value {
        let at = pointer.span;
        let pointee = pointer.ptr_type().and_then(|ptr| ptr.pointee.as_deref()).cloned();
        let ty = pointee.unwrap_or(Type::Void);
        super::place::value_at(Place::Deref(Box::new(pointer)), ty, at)
    }

    /// Calls the function of the body for each entry.
    fn call_for_each(
        &mut self,
        map: MapId,
        outline: Outline,
        before: &super::flow::Flow,
        orelse: Vec<Stmt>,
        at: Span,
    ) -> Result<()> {
        let made = self.outline(outline)?;
        let ty = Type::Struct(made.frame);
        let frame = Place::Local(self.hidden("frame", ty.clone()));
        self.push(StmtKind::Zero(frame.clone()), at);
        let counts = |body: &Self, id| matches!(body.local_type(id), Type::Int(_));
        let counted = made.captured.iter().any(|one| one.written && counts(self, one.id));
        let unknown = if counted { Some(self.unknown_zero(at)?) } else { None };
        for (index, captured) in made.captured.iter().enumerate() {
            let local = self.local_type(captured.id);
            let field = frame.clone().field(index);
            if local.is_aggregate() {
                let address = Expr::address(Place::Local(captured.id), local, Region::Any, at);
                self.push(StmtKind::Store(field, address), at);
            } else if before.is_assigned(captured.id) {
                let mut value = Expr::load(Place::Local(captured.id), local.clone(), at);
                if let Some(zero) = &unknown
                    && captured.written
                    && counts(self, captured.id)
                {
                    let wide = value.convert(Type::U64);
                    value = Expr::binary(BinaryOp::Add, wide, zero.clone(), at).convert(local);
                }
                self.push(StmtKind::Store(field, value), at);
            }
        }
        let opaque = || Type::ptr(None, Region::Opaque);
        let args = vec![
            self.map_address(map, at),
            Expr::new(ExprKind::Function(made.callback), opaque(), at),
            Expr::address(frame.clone(), ty, Region::Stack, at),
            Expr::int(0, Type::U64, at),
        ];
        let call = self.call_helper("for_each_map_elem", args, Type::I64, at)?;
        self.push(StmtKind::Eval(call), at);
        for (index, captured) in made.captured.iter().enumerate() {
            if captured.written {
                let ty = self.local_type(captured.id);
                let value = Expr::load(frame.clone().field(index), ty, at);
                self.push(StmtKind::Store(Place::Local(captured.id), value), at);
            }
        }
        self.after_for_each(&frame, made.captured.len(), orelse, at);
        Ok(())
    }

    /// A zero that the verifier takes for any number. What a loop changes starts
    /// with it: the verifier walks the body until no turn shows it anything new,
    /// and a number that it knows and that is compared is new in every turn.
    fn unknown_zero(&mut self, at: Span) -> Result<Expr> {
        let [now, zero] = ["now", "zero"].map(|name| Place::Local(self.hidden(name, Type::U64)));
        let clock = self.call_helper("ktime_get_ns", Vec::new(), Type::U64, at)?;
        self.push(StmtKind::Store(now.clone(), clock), at);
        let now = Expr::load(now, Type::U64, at);
        let same = Expr::new(ExprKind::Hidden(Box::new(now.clone())), Type::U64, at);
        let difference = Expr::binary(BinaryOp::Sub, now, same, at);
        self.push(StmtKind::Store(zero.clone(), difference), at);
        Ok(Expr::load(zero, Type::U64, at))
    }

    /// A `return` in the body, and the `else` of the loop.
    fn after_for_each(&mut self, frame: &Place, fields: usize, orelse: Vec<Stmt>, at: Span) {
        let status = Expr::load(frame.clone().field(fields + STATUS), Type::U64, at);
        let is = |op, value: u64| {
            let value = Expr::int(i128::from(value), Type::U64, at);
            Expr::compare(op, status.clone(), value, at)
        };
        let ret = self.ret.clone();
        let value =
            (ret != Type::Void).then(|| Expr::load(frame.clone().field(fields + VALUE), ret, at));
        let leave = vec![Stmt::new(StmtKind::Return(value), at)];
        self.push(StmtKind::If(is(CompareOp::Eq, super::outline::RETURNED), leave, Vec::new()), at);
        if !orelse.is_empty() {
            self.push(StmtKind::If(is(CompareOp::Eq, 0), orelse, Vec::new()), at);
        }
    }
}
