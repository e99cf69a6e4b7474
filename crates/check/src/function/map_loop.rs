//! `for k, v in m.items():` and its kin: the kernel calls a function for each
//! entry, which is made of the loop's body.

use std::collections::HashSet;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, LocalId, MapId, Place, Region, Stmt, Type};
use kernel::Version;
use syntax::Ident;

use super::Body;
use super::flow::{Flow, assigned_names};
use super::loops::LoopFlow;
use super::value::Value;
use crate::framed::Framed;
use crate::outline::{self, Outline, Param};
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
        let allowed = self.map_type(this.map).is_some_and(|kind| kind.each);
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
        self.moved_by_turns(this.body);
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
        self.call_for_each(this, (key, value), first, turn, &before, orelse)
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
        this: &MapLoop<'_>,
        (key, value): (LocalId, LocalId),
        first: LocalId,
        turn: Vec<Stmt>,
        before: &Flow,
        orelse: Vec<Stmt>,
    ) -> Result<()> {
        let at = this.at;
        let named: HashSet<LocalId> = self.names.values().filter_map(|named| named.id).collect();
        let shared = |id: LocalId| id.0 < first.0 || named.contains(&id);
        let param = |name, ty, local| Param { name, ty, local };
        let params = vec![
            param("map", Type::ptr(None, Region::Opaque), None),
            param("key", self.local_type(key), Some(key)),
            param("value", self.local_type(value), Some(value)),
        ];
        let outline = Outline {
            turn,
            first: Vec::new(),
            test: None,
            params,
            shared: &shared,
            name: "each",
            line: self.s.line(at),
            at,
        };
        let made = outline::outline(&mut self.s.module, &self.locals, &self.ret, outline);
        let Some(helper) = kernel::helper("for_each_map_elem") else { return Err(Reported) };
        self.uses(helper, at);
        let (map, flags) = (self.map_address(this.map, at), Expr::int(0, Type::U64, at));
        let call = |callback, frame| {
            let args = vec![map, callback, frame, flags];
            Expr::new(ExprKind::Helper(helper.id, args), Type::I64, at)
        };
        let ret = self.ret.clone();
        let mut framed = Framed { locals: &mut self.locals, ret, made: &made, at };
        let stmts = framed.lower(call, |id| before.is_assigned(id), orelse);
        stmts.into_iter().for_each(|stmt| self.push(stmt.kind, at));
        Ok(())
    }
}
