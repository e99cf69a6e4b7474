//! Records reserved in a ring buffer: `reserve`, `submit`, `discard`, and the
//! rule that every path submits or discards each record once.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, LocalId, MapId, Place, PtrType, Region, StmtKind, Type};
use syntax::{Ident, Keyword};

use super::acquire::Acquiring;
use super::flow::State;
use super::kfunc_call::Referring;
use super::kptr::Exchange;
use super::leave::Guard;
use super::value::Value;
use super::{Body, Named};
use crate::session::{Reported, Result};

/// Bytes that the kernel puts before each record.
const RECORD_HEAD: u64 = 8;

/// The ring buffer and the arguments of `ring.reserve(...)`.
pub(super) type Call<'e> = (MapId, &'e [syntax::Expr], &'e [Keyword]);

/// A call that gives something to be given back.
pub(super) enum Held<'e> {
    Record(Call<'e>),
    /// A record of which a dynptr is made.
    Dynptr(Call<'e>),
    Socket(Acquiring<'e>),
    Reference(Referring<'e>),
    /// What a field of an entry owned.
    Exchanged(Exchange<'e>),
}

/// What a local holds that must be given back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holding {
    Record,
    Socket,
    Reference,
}

impl Body<'_, '_> {
    /// The call of this method of a ring buffer that a value is, if it is one.
    pub(super) fn reserve_call<'e>(
        &mut self,
        name: &str,
        value: &'e syntax::Expr,
    ) -> Result<Option<Call<'e>>> {
        if let syntax::ExprKind::Call(callee, args, keywords) = &value.kind
            && let syntax::ExprKind::Attribute(base, method) = &callee.kind
            && method.name == name
            && let Some(map) = self.map_named(base)?
        {
            self.operation(map, method)?;
            return Ok(Some((map, args, keywords)));
        }
        Ok(None)
    }

    /// The call that a value is, if what it gives must be given back.
    pub(super) fn held_call<'e>(&mut self, value: &'e syntax::Expr) -> Result<Option<Held<'e>>> {
        if let Some(call) = self.reserve_call("reserve", value)? {
            return Ok(Some(Held::Record(call)));
        }
        if let Some(call) = self.reserve_call("reserve_dynptr", value)? {
            return Ok(Some(Held::Dynptr(call)));
        }
        if let Some(call) = self.reference_call(value)? {
            return Ok(Some(Held::Reference(call)));
        }
        if let Some(call) = self.exchange_call(value)? {
            return Ok(Some(Held::Exchanged(call)));
        }
        Ok(self.acquire_call(value)?.map(Held::Socket))
    }

    /// `name = call`
    pub(super) fn take_held(&mut self, name: &Ident, call: Held<'_>, at: Span) -> Result<LocalId> {
        match call {
            Held::Record(call) => self.reserve(name, call, at),
            Held::Dynptr(call) => self.reserve_dynptr(name, call, at),
            Held::Socket(call) => self.acquire(name, call, at),
            Held::Reference(call) => self.refer(name, call, at),
            Held::Exchanged(call) => self.exchange(name, call, at),
        }
    }

    /// Reports a call whose result gets no name.
    pub(super) fn nameless(&mut self, call: &Held<'_>, at: Span) -> Reported {
        match call {
            Held::Record(_) | Held::Dynptr(_) => self.nameless_reserve(at),
            Held::Socket(_) => self.nameless_socket(at),
            Held::Reference(_) | Held::Exchanged(_) => self.nameless_reference(at),
        }
    }

    /// `name = ring.reserve(T)`
    pub(super) fn reserve(
        &mut self,
        name: &Ident,
        (map, args, keywords): Call<'_>,
        at: Span,
    ) -> Result<LocalId> {
        let ty = self.reserved_type(map, args, keywords, at)?;
        let size = ty.size(&self.s.module);
        let pointee = Some(Box::new(ty.clone()));
        let pointer = Type::Ptr(PtrType { pointee, region: Region::Reserved(map), nullable: true });
        let id = self.reservation(name, &pointer)?;
        let number = |value| Expr::int(value, Type::U64, at);
        let args = vec![self.map_address(map, at), number(i128::from(size)), number(0)];
        let call = self.call_helper("ringbuf_reserve", args, pointer.clone(), at)?;
        self.push(StmtKind::Store(Place::Local(id), call), at);
        self.flow.assign(id);
        self.flow.hold(id, at);
        self.clear(id, &ty, at);
        Ok(id)
    }

    /// No memory of the kernel reaches user space: the record starts as zero.
    fn clear(&mut self, id: LocalId, ty: &Type, at: Span) {
        let record = Expr::load(Place::Local(id), self.local_type(id), at);
        let found = ExprKind::IsFound(Box::new(record.clone()));
        let place = Place::Deref(Box::new(self.not_null(record)));
        let clear = match ty {
            ty if ty.is_aggregate() => StmtKind::Zero(place),
            Type::Ptr(_) => StmtKind::Store(place, Expr::new(ExprKind::Null, ty.clone(), at)),
            ty => StmtKind::Store(place, Expr::int(0, ty.clone(), at)),
        };
        let test = Expr::new(found, Type::Bool, at);
        self.push(StmtKind::If(test, vec![ir::Stmt::new(clear, at)], Vec::new()), at);
    }

    /// The local that a reservation is given to.
    pub(super) fn reservation(&mut self, name: &Ident, pointer: &Type) -> Result<LocalId> {
        let Some(named) = self.names.get(&name.name) else {
            let id = self.hidden(&name.name, pointer.clone());
            self.names.insert(name.name.clone(), Named { id: Some(id), span: name.span });
            return Ok(id);
        };
        let (Some(id), first) = (named.id, named.span) else { return Err(Reported) };
        if self.local_type(id) != *pointer {
            let message = format!(
                "`{}` holds `{}` and cannot become a reserved record",
                name.name,
                self.s.type_name(&self.local_type(id))
            );
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, name.span, message)
                    .also(first, "its type is set here")
                    .help("use another name for the record"),
            ));
        }
        if let Some((State::Held | State::Mixed(_), since)) = self.flow.reservation(id) {
            let what =
                if self.holding(id) == Holding::Record { "its record" } else { "what it names" };
            let message = format!("`{}` is assigned anew while {what} is held", name.name);
            self.unfinished(id, name.span, since, message);
        }
        Ok(id)
    }

    fn reserved_type(
        &mut self,
        map: MapId,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Type> {
        let bound = self.bind("reserve", &["type", "flags"], 1, args, keywords, at)?;
        let Some(written) = bound[0] else { return Err(Reported) };
        if let Some(flags) = bound[1] {
            self.no_reserve_flags(flags)?;
        }
        let ty = self.s.annotation(written)?;
        let size = ty.size(&self.s.module);
        if size == 0 {
            let message = "a record without fields carries nothing";
            return Err(self.s.report(Diagnostic::new(
                &codes::TYPE_MISMATCH,
                written.span,
                message,
            )));
        }
        self.fits_buffer(map, size, written.span)?;
        self.note_event(map, ty.clone(), written.span)?;
        Ok(ty)
    }

    /// Checks that a ring buffer has room for a record of `size` bytes.
    pub(super) fn fits_buffer(&mut self, map: MapId, size: u64, at: Span) -> Result<()> {
        let room = u64::from(self.s.module.map(map).max_entries.unwrap_or(u32::MAX));
        if size + RECORD_HEAD <= room {
            return Ok(());
        }
        let name = self.s.module.map(map).name.clone();
        let message = format!("a record of {size} bytes never fits `{name}`");
        Err(self.s.report(
            Diagnostic::new(&codes::OUT_OF_RANGE, at, message)
                .help("make the ring buffer larger: `max_entries` is its size in bytes"),
        ))
    }

    /// The kernel refuses every flag of `reserve` when the program runs.
    pub(super) fn no_reserve_flags(&mut self, flags: &syntax::Expr) -> Result<()> {
        let value = self.expr(flags)?;
        if self.integer(value, flags.span)?.as_const() == Some(0) {
            return Ok(());
        }
        let message = "`reserve` has no flags: with any, the kernel reserves nothing";
        Err(self.s.report(
            Diagnostic::new(&codes::OUT_OF_RANGE, flags.span, message)
                .help("give the flags to `submit` or `discard`"),
        ))
    }

    /// Reports a `reserve` whose record gets no name.
    pub(super) fn nameless_reserve(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message = "the reserved record needs a name of its own";
        self.s.report(
            Diagnostic::new(&codes::UNFINISHED_RESERVATION, at, message)
                .note("it must be checked, filled, and submitted or discarded by that name")
                .help(format!("write `event = {text}`, or `with {text} as event:`")),
        )
    }

    /// `e.submit()` and `e.discard()`
    pub(super) fn record_method(
        &mut self,
        callee: &syntax::Expr,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Option<Value>> {
        let syntax::ExprKind::Attribute(base, method) = &callee.kind else { return Ok(None) };
        let syntax::ExprKind::Name(name) = &base.kind else { return Ok(None) };
        if method.name == "release"
            && let Some(id) = self.names.get(name).and_then(|named| named.id)
            && self.holds_socket(id)
        {
            self.bind(&method.name, &[], 0, args, keywords, at)?;
            return self.release(base, at).map(Some);
        }
        let known = matches!(method.name.as_str(), "submit" | "discard");
        let reserved = |id| {
            let ty = self.local_type(id);
            matches!(ty, Type::Ptr(PtrType { region: Region::Reserved(_), .. }))
        };
        let id = self.names.get(name).and_then(|named| named.id);
        if !known || !id.is_some_and(reserved) {
            return Ok(None);
        }
        let bound = self.bind(&method.name, &["flags"], 0, args, keywords, at)?;
        self.finish(None, method, base, bound[0], at).map(Some)
    }

    /// `ring.submit(e)` and `ring.discard(e)`; from `e.submit()` no ring is
    /// given.
    pub(super) fn finish(
        &mut self,
        ring: Option<MapId>,
        method: &Ident,
        record: &syntax::Expr,
        flags: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<Value> {
        if let Some(done) = self.finish_dynptr_of(ring, &method.name, (record, flags), at)? {
            return Ok(done);
        }
        let (pointer, map, id) = self.record(method, record)?;
        self.of_ring(map, ring, &method.name, record.span)?;
        let flags = match flags {
            None => Expr::int(0, Type::U64, at),
            Some(flags) => {
                let value = self.expr(flags)?;
                self.convert(value, &Type::U64, flags.span)?
            }
        };
        self.finish_record(&method.name, id, pointer, flags, at)?;
        Ok(Value::Nothing)
    }

    /// Checks that a record is given to the ring buffer that it came from.
    pub(super) fn of_ring(
        &mut self,
        map: MapId,
        ring: Option<MapId>,
        method: &str,
        at: Span,
    ) -> Result<()> {
        let Some(ring) = ring.filter(|ring| *ring != map) else { return Ok(()) };
        let (own, other) = (&self.s.module.map(map).name, &self.s.module.map(ring).name);
        let message = format!("this record was reserved in `{own}`, not in `{other}`");
        let help = format!("write `{own}.{method}(...)`");
        Err(self.s.report(Diagnostic::new(&codes::MAP_OPERATION, at, message).help(help)))
    }

    pub(super) fn finish_record(
        &mut self,
        how: &str,
        id: LocalId,
        pointer: Expr,
        flags: Expr,
        at: Span,
    ) -> Result<()> {
        let call = match (self.holding(id), how) {
            (Holding::Reference, _) => self.release_call(id, pointer, at)?,
            (Holding::Socket, _) => self.call_helper("sk_release", vec![pointer], Type::I64, at)?,
            (Holding::Record, "submit") => {
                self.call_helper("ringbuf_submit", vec![pointer, flags], Type::Void, at)?
            }
            (Holding::Record, _) => {
                self.call_helper("ringbuf_discard", vec![pointer, flags], Type::Void, at)?
            }
        };
        self.push(StmtKind::Eval(call), at);
        self.mark_finished(id, at);
        self.flow.finish(id, at);
        Ok(())
    }

    /// The end of a `with` around sees that nothing is left to do.
    pub(super) fn mark_finished(&mut self, id: LocalId, at: Span) {
        if self.withs.iter().any(|frame| matches!(frame.guard, Guard::Record(own) if own == id)) {
            let null = Expr::new(ExprKind::Null, self.local_type(id), at);
            self.push(StmtKind::Store(Place::Local(id), null), at);
        }
    }

    /// The record that `submit` or `discard` is given.
    fn record(&mut self, method: &Ident, record: &syntax::Expr) -> Result<(Expr, MapId, LocalId)> {
        let value = self.expr(record)?;
        if let (Value::Scalar(expr), syntax::ExprKind::Name(name)) = (&value, &record.kind)
            && let Type::Ptr(PtrType { region, nullable, .. }) = &expr.ty
        {
            match (region, self.names.get(name).and_then(|named| named.id)) {
                (Region::Reserved(_), Some(id)) if self.parts.contains_key(&id) => {
                    let message = format!("`{name}` is a part of a record, which goes as a whole");
                    return Err(self.s.report(
                        Diagnostic::new(&codes::MAP_OPERATION, record.span, message).help(format!(
                            "`{}` the name that `reserve` was given to",
                            method.name
                        )),
                    ));
                }
                (Region::Reserved(_), _) if *nullable => return Err(self.unchecked(record.span)),
                (Region::Reserved(map), Some(id)) => return Ok((expr.clone(), *map, id)),
                (Region::Any, _) => {
                    let message = format!("a function cannot `{}` what it is passed", method.name);
                    return Err(self.s.report(
                        Diagnostic::new(&codes::MAP_OPERATION, record.span, message)
                            .help("fill it here, and submit it where it was reserved"),
                    ));
                }
                _ => {}
            }
        }
        let message = format!("`{}` takes a record that `reserve` gave", method.name);
        Err(self.s.report(
            Diagnostic::new(&codes::MAP_OPERATION, record.span, message)
                .help("to send a variable, write `output(...)`"),
        ))
    }

    /// Submits the records of the `with` statements that are left, the inner
    /// ones first: those inside `loops` loops and more.
    pub(super) fn leave_withs(&mut self, loops: usize, how: &str, at: Span) {
        let left = self.withs.iter().rev().take_while(|frame| frame.loops >= loops);
        let left: Vec<Guard> = left.map(|frame| frame.guard.clone()).collect();
        for guard in left {
            let ended = match guard {
                Guard::Record(id) => self.end_with(id, how, at),
                Guard::Dynptr(id, open) => self.end_dynptr(id, open, how, at),
                Guard::Lock(address) => self.unlock(address, at),
            };
            self.s.incomplete |= ended.is_err();
        }
    }

    /// Submits the record of a `with` if that was not done.
    pub(super) fn end_with(&mut self, id: LocalId, how: &str, at: Span) -> Result<()> {
        let record = Expr::load(Place::Local(id), self.local_type(id), at);
        let flags = Expr::int(0, Type::U64, at);
        match self.flow.reservation(id) {
            Some((State::Held, _)) => {
                let pointer = self.not_null(record);
                self.finish_record(how, id, pointer, flags, at)
            }
            Some((State::Mixed(_), _)) => {
                let pointer = self.not_null(record.clone());
                let test = Expr::new(ExprKind::IsFound(Box::new(record)), Type::Bool, at);
                let (done, steps) =
                    self.apart(|body| body.finish_record(how, id, pointer, flags, at));
                self.push(StmtKind::If(test, steps, Vec::new()), at);
                done
            }
            _ => Ok(()),
        }
    }

    /// Reports records that are still held where a path ends.
    pub(super) fn nothing_held(&mut self, at: Span, what: &str) {
        self.no_lock_held(at, what);
        for (id, since) in self.flow.held() {
            let name = self.locals[id.0 as usize].name.clone();
            let message = match self.holding(id) {
                Holding::Socket => format!("the socket `{name}` is not released {what}"),
                Holding::Reference => format!("`{name}` is not released {what}"),
                Holding::Record => {
                    format!("the record `{name}` is neither submitted nor discarded {what}")
                }
            };
            self.unfinished(id, at, since, message);
        }
    }

    pub(super) fn unfinished(&mut self, id: LocalId, at: Span, since: Span, message: String) {
        // One path is enough to understand it.
        if !self.leaked.insert(id) {
            return;
        }
        let name = self.locals[id.0 as usize].name.clone();
        let (did, help) = match self.holding(id) {
            Holding::Socket => (
                "found",
                format!("put `sk_release({name})` before this, or look it up with `with`"),
            ),
            Holding::Reference => {
                let releaser = self.referred_struct(id).and_then(|of| self.s.releaser(of));
                let help = match releaser {
                    Some(kfunc) => {
                        format!("put `{}({name})` before this, or get it with `with`", kfunc.name)
                    }
                    None => "give it to the kfunc that takes it back".to_owned(),
                };
                ("acquired", help)
            }
            Holding::Record => {
                let ways = format!("`{name}.submit()` or `{name}.discard()`");
                ("reserved", format!("put {ways} before this, or reserve with `with`"))
            }
        };
        self.s.report(
            Diagnostic::new(&codes::UNFINISHED_RESERVATION, at, message)
                .also(since, format!("{did} here"))
                .help(help),
        );
    }

    fn holding(&self, id: LocalId) -> Holding {
        match self.local_type(id) {
            Type::Ptr(PtrType { region: Region::Socket, .. }) => Holding::Socket,
            Type::Ptr(PtrType { region: Region::Trusted, .. }) => Holding::Reference,
            _ => Holding::Record,
        }
    }

    /// Whether a local holds a socket, not a record.
    fn holds_socket(&self, id: LocalId) -> bool {
        self.holding(id) == Holding::Socket
    }

    /// A turn of a loop ends with the same records held as it began with.
    pub(super) fn same_at_turn_end(&mut self, begin: &super::flow::Flow, at: Span) {
        if !self.flow.reachable {
            return;
        }
        if begin.lock != self.flow.lock {
            self.no_lock_held(at, "when the loop turns");
        }
        for (id, since) in self.flow.held() {
            // Taken anew in the turn, it would be held where a count ends the loop.
            let same = |(state, at)| matches!(state, State::Held | State::Mixed(_)) && at == since;
            if !begin.reservation(id).is_some_and(same) {
                let name = self.locals[id.0 as usize].name.clone();
                let message = format!("`{name}` is still held when the loop turns");
                self.unfinished(id, at, since, message);
            }
        }
        for (id, since) in begin.held() {
            if let Some((State::Done(done) | State::Mixed(done), _)) = self.flow.reservation(id)
                && self.leaked.insert(id)
            {
                let name = self.locals[id.0 as usize].name.clone();
                let message = format!("the next turn of the loop would finish `{name}` again");
                self.s.report(
                    Diagnostic::new(&codes::FINISHED_RESERVATION, done, message)
                        .also(since, "reserved here, before the loop")
                        .help("leave the loop with `break` after it, or reserve in each turn"),
                );
            }
        }
    }

    /// Reports the use of a record that was given away.
    pub(super) fn check_held(&mut self, id: LocalId, at: Span) -> Result<()> {
        let part = self.parts.get(&id).copied();
        let (id, reserved) = part.map_or((id, None), |(record, at)| (record, Some(at)));
        let (done, word) = match self.flow.reservation(id) {
            Some((State::Done(done), _)) => (done, "was"),
            Some((State::Mixed(done), _)) => (done, "may have been"),
            Some((_, since)) if reserved.is_some_and(|at| at != since) => (since, "was"),
            _ => return Ok(()),
        };
        let name = self.locals[id.0 as usize].name.clone();
        if self.holds_socket(id) {
            let message = format!("the socket `{name}` {word} released before this");
            return Err(self.s.report(
                Diagnostic::new(&codes::FINISHED_RESERVATION, at, message)
                    .also(done, "released here")
                    .help("use it before, or look it up again"),
            ));
        }
        if self.holding(id) == Holding::Reference {
            let message = format!("`{name}` {word} released before this");
            return Err(self.s.report(
                Diagnostic::new(&codes::FINISHED_RESERVATION, at, message)
                    .also(done, "released here")
                    .help("use it before, or get it again"),
            ));
        }
        let message = format!("the record `{name}` {word} submitted or discarded before this");
        Err(self.s.report(
            Diagnostic::new(&codes::FINISHED_RESERVATION, at, message)
                .also(done, "given away here")
                .note("after that its memory belongs to user space")
                .help("use it before, or reserve another record"),
        ))
    }
}
