//! Dynptrs: memory whose size is known when the program runs. A variable of
//! type `bpf_dynptr` is given memory by a helper before it is used; a record
//! of a ring buffer that it stands for is submitted or discarded once on
//! every path, and what `data` gives is good until then.

use diagnostics::{Diagnostic, Span, codes};
use ir::{
    EventType, Expr, ExprKind, Local, LocalId, MapId, Place, PtrType, Region, StmtKind, Type,
};
use kernel::Version;
use syntax::{Ident, Keyword};

use super::flow::State;
use super::leave::{Guard, With};
use super::value::Value;
use super::{Body, Named};
use crate::objects;
use crate::session::{Reported, Result};

/// The first kernel that takes a dynptr anew over memory of a map.
const ANEW: Version = Version::new(6, 3);

/// The most of a dynptr that one pointer leads to.
const MOST: i128 = 0xffff;

/// What a dynptr of this function stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Memory of a map's entry or a global.
    Entry,
    /// A record of a ring buffer, which must be given away.
    Record(MapId),
}

/// A part of a dynptr's memory that is asked for.
pub(super) struct Slice<'e> {
    dynptr: &'e syntax::Expr,
    offset: Option<&'e syntax::Expr>,
    ty: Type,
}

impl Body<'_, '_> {
    /// Whether an expression is `bpf_dynptr()`.
    pub(super) fn makes_dynptr(&mut self, value: &syntax::Expr) -> bool {
        let syntax::ExprKind::Call(callee, args, keywords) = &value.kind else { return false };
        let Some(path) = callee.path().filter(|path| !self.is_local(path)) else { return false };
        path.last().is_some_and(|name| *name == "bpf_dynptr")
            && path.iter().all(|name| self.s.item(name).is_none())
            && args.is_empty()
            && keywords.is_empty()
    }

    fn dynptr_type(&mut self) -> Type {
        kernel::object_type("bpf_dynptr").map_or(Type::Void, |own| self.s.object_type(own))
    }

    /// Whether a local is a dynptr of this function or one that it is passed.
    pub(super) fn is_dynptr(&self, id: LocalId) -> bool {
        match self.local_type(id) {
            Type::Ptr(PtrType { pointee: Some(ty), .. }) => objects::is_dynptr(&self.s.module, &ty),
            ty => objects::is_dynptr(&self.s.module, &ty),
        }
    }

    /// `d = bpf_dynptr()`: a name for a dynptr that has no memory yet.
    pub(super) fn new_dynptr(&mut self, name: &Ident) -> Result<LocalId> {
        let ty = self.dynptr_type();
        let Some(named) = self.names.get(&name.name) else {
            let id = LocalId(self.locals.len() as u32);
            self.locals.push(Local { name: name.name.clone(), ty });
            self.names.insert(name.name.clone(), Named { id: Some(id), span: name.span });
            return Ok(id);
        };
        let (Some(id), first) = (named.id, named.span) else { return Err(Reported) };
        if self.local_type(id) != ty {
            let held = self.s.type_name(&self.local_type(id));
            let message = format!("`{}` holds `{held}` and cannot become a dynptr", name.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, name.span, message)
                    .also(first, "its type is set here")
                    .help("use another name for the dynptr"),
            ));
        }
        self.room_in(id, name.span)?;
        self.flow.unset(id);
        Ok(id)
    }

    /// Checks that a dynptr may be given memory here.
    fn room_in(&mut self, id: LocalId, at: Span) -> Result<()> {
        let name = self.locals.get(id.0 as usize).map_or("", |local| &local.name).to_owned();
        if let Some((State::Held | State::Mixed(_), since)) = self.flow.reservation(id) {
            let message = format!("`{name}` is given memory anew while its record is held");
            self.unfinished(id, at, since, message);
            return Err(Reported);
        }
        if self.dynptrs.get(&id) == Some(&Behind::Entry) && self.flow.is_assigned(id) {
            let message = format!("`{name}` stands for memory of a map already");
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .help("make another: `other = bpf_dynptr()`"),
            ));
        }
        Ok(())
    }

    /// The variable that a helper makes a dynptr of.
    fn dynptr_room(&mut self, arg: &syntax::Expr) -> Result<LocalId> {
        let known = match &arg.kind {
            syntax::ExprKind::Name(name) => self.names.get(name).map(|named| named.id),
            _ => None,
        };
        match known {
            Some(None) => Err(Reported),
            Some(Some(id)) if objects::is_dynptr(&self.s.module, &self.local_type(id)) => {
                self.room_in(id, arg.span)?;
                Ok(id)
            }
            _ => {
                let text = self.s.source.slice(arg.span).to_owned();
                let message = format!("`{text}` is no dynptr of this function");
                Err(self.s.report(
                    Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)
                        .note("helpers make dynptrs in variables, and those of a caller are made")
                        .help("write `d = bpf_dynptr()` before, and give `d`"),
                ))
            }
        }
    }

    fn now_behind(&mut self, id: LocalId, behind: Behind, at: Span) -> Result<()> {
        let record = |behind| matches!(behind, Behind::Record(_));
        if let Some(old) = self.dynptrs.insert(id, behind)
            && record(old) != record(behind)
        {
            let message = "one dynptr stands for a record here and for memory of a map there";
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .note("only a record is submitted or discarded")
                    .help("make one for each: `other = bpf_dynptr()`"),
            ));
        }
        Ok(())
    }

    /// `dynptr_from_mem(v.data, 0, d)`
    pub(super) fn dynptr_of_memory(
        &mut self,
        (data, flags, dynptr): (&syntax::Expr, &syntax::Expr, &syntax::Expr),
        at: Span,
    ) -> Result<Value> {
        let (address, bytes) = self.output(data)?;
        let region = address.ptr_type().map(|ptr| ptr.region);
        if !matches!(region, Some(Region::MapValue(_) | Region::Global)) {
            let message = "a dynptr is made of memory of a map's entry or of a global";
            return Err(self.s.report(
                Diagnostic::new(&codes::OBJECT_MISPLACED, data.span, message)
                    .help("look the entry up in this function, and give one of its fields"),
            ));
        }
        let flags = self.expr(flags).and_then(|value| self.convert(value, &Type::U64, at))?;
        let id = self.dynptr_room(dynptr)?;
        if self.dynptrs.contains_key(&id) || !self.loops.is_empty() {
            self.s.needs(ANEW, "making a dynptr of a map's memory more than once", at)?;
        }
        self.now_behind(id, Behind::Entry, dynptr.span)?;
        let size = Expr::int(i128::from(bytes), Type::U64, at);
        let args = vec![address, size, flags, self.dynptr_address(id, at)];
        let call = self.call_helper("dynptr_from_mem", args, Type::I64, at)?;
        let given = self.keep(call, "made");
        self.flow.assign(id);
        Ok(Value::Scalar(given))
    }

    fn dynptr_address(&self, id: LocalId, at: Span) -> Expr {
        Expr::address(Place::Local(id), self.local_type(id), Region::Stack, at)
    }

    /// `ringbuf_reserve_dynptr(ring, size, 0, d)`
    pub(super) fn dynptr_of_record(
        &mut self,
        [ring, size, flags, dynptr]: [&syntax::Expr; 4],
        at: Span,
    ) -> Result<Value> {
        let Some(map) = self.map_named(ring)? else {
            let value = self.expr(ring)?;
            return Err(self.mismatch(ring.span, "a ring buffer", &value));
        };
        let method = Ident { name: "reserve_dynptr".to_owned(), span: ring.span };
        self.operation(map, &method)?;
        self.no_reserve_flags(flags)?;
        let size = self.record_size(map, size)?;
        let id = self.dynptr_room(dynptr)?;
        self.begin_record(id, map, size, at).map(Value::Scalar)
    }

    /// `d = ring.reserve_dynptr(size)`
    pub(super) fn reserve_dynptr(
        &mut self,
        name: &Ident,
        (map, args, keywords): super::reserve::Call<'_>,
        at: Span,
    ) -> Result<LocalId> {
        let bound = self.bind("reserve_dynptr", &["size", "flags"], 1, args, keywords, at)?;
        let Some(size) = bound[0] else { return Err(Reported) };
        if let Some(flags) = bound[1] {
            self.no_reserve_flags(flags)?;
        }
        let size = self.record_size(map, size)?;
        let id = self.new_dynptr(name)?;
        self.begin_record(id, map, size, at)?;
        Ok(id)
    }

    /// The bytes of a record: a number, or those of a type.
    fn record_size(&mut self, map: MapId, size: &syntax::Expr) -> Result<Expr> {
        let is_local = size.path().is_some_and(|path| self.is_local(&path));
        if !is_local && self.s.is_type(size) {
            let ty = self.s.annotation(size)?;
            let bytes = ty.size(&self.s.module);
            self.fits_buffer(map, bytes, size.span)?;
            self.note_event(map, ty, size.span)?;
            return Ok(Expr::int(i128::from(bytes), Type::Int(ir::IntType::U32), size.span));
        }
        let value = self.expr(size)?;
        let value = self.convert(value, &Type::Int(ir::IntType::U32), size.span)?;
        if let Some(bytes) = value.as_const() {
            self.fits_buffer(map, u64::try_from(bytes).unwrap_or(0), size.span)?;
        }
        Ok(value)
    }

    fn begin_record(&mut self, id: LocalId, map: MapId, size: Expr, at: Span) -> Result<Expr> {
        self.s.needs(Version::new(5, 19), "`reserve_dynptr`", at)?;
        self.now_behind(id, Behind::Record(map), at)?;
        let flags = Expr::int(0, Type::U64, at);
        let args = vec![self.map_address(map, at), size, flags, self.dynptr_address(id, at)];
        let call = self.call_helper("ringbuf_reserve_dynptr", args, Type::I64, at)?;
        let given = self.keep(call, "reserved");
        self.flow.assign(id);
        self.flow.hold(id, at);
        Ok(given)
    }

    /// `d.submit()`, `ring.discard(d)`, `ringbuf_submit_dynptr(d, flags)`: the
    /// record of a dynptr is given away, if `record` is a dynptr.
    pub(super) fn finish_dynptr_of(
        &mut self,
        ring: Option<MapId>,
        how: &str,
        (record, flags): (&syntax::Expr, Option<&syntax::Expr>),
        at: Span,
    ) -> Result<Option<Value>> {
        let syntax::ExprKind::Name(name) = &record.kind else { return Ok(None) };
        let Some(id) = self.names.get(name).and_then(|named| named.id) else { return Ok(None) };
        if !self.is_dynptr(id) {
            return Ok(None);
        }
        if let Some(local) = self.local(name, record.span) {
            local?;
        }
        let wrong = match self.dynptrs.get(&id) {
            Some(Behind::Record(own)) if self.flow.reservation(id).is_some() => {
                let own = *own;
                self.of_ring(own, ring, how, record.span)?;
                None
            }
            Some(Behind::Record(_)) => return Err(Reported),
            Some(Behind::Entry) => Some((
                format!("`{name}` stands for memory of a map, which nobody waits for"),
                "leave this out: only what a ring buffer reserved is submitted or discarded",
            )),
            None => Some((
                format!("a function cannot `{how}` the dynptr that it is passed"),
                "fill it here, and submit it where it was reserved",
            )),
        };
        if let Some((message, help)) = wrong {
            let diagnostic = Diagnostic::new(&codes::MAP_OPERATION, record.span, message);
            return Err(self.s.report(diagnostic.help(help)));
        }
        let flags = match flags {
            None => Expr::int(0, Type::U64, at),
            Some(flags) => {
                let value = self.expr(flags)?;
                self.convert(value, &Type::U64, flags.span)?
            }
        };
        self.finish_dynptr(how, id, flags, at)?;
        Ok(Some(Value::Nothing))
    }

    fn finish_dynptr(&mut self, how: &str, id: LocalId, flags: Expr, at: Span) -> Result<()> {
        let helper = match how {
            "submit" => "ringbuf_submit_dynptr",
            _ => "ringbuf_discard_dynptr",
        };
        let call =
            self.call_helper(helper, vec![self.dynptr_address(id, at), flags], Type::Void, at)?;
        self.push(StmtKind::Eval(call), at);
        let open = self.withs.iter().find_map(|frame| match frame.guard {
            Guard::Dynptr(own, open) if own == id => Some(open),
            _ => None,
        });
        if let Some(open) = open {
            // The end of the `with` sees by this that nothing is left to do.
            self.push(StmtKind::Store(Place::Local(open), Expr::int(0, Type::U64, at)), at);
        }
        self.flow.finish(id, at);
        Ok(())
    }

    /// `with ring.reserve_dynptr(size) as d:`: every way out submits.
    pub(super) fn with_dynptr(
        &mut self,
        name: &Ident,
        call: super::reserve::Call<'_>,
        body: &[syntax::Stmt],
        at: Span,
    ) -> Result<()> {
        let id = self.reserve_dynptr(name, call, name.span)?;
        let open = self.hidden("open", Type::U64);
        self.push(StmtKind::Store(Place::Local(open), Expr::int(1, Type::U64, at)), at);
        self.withs.push(With { guard: Guard::Dynptr(id, open), loops: self.loops.len() });
        self.block(body);
        let ended =
            if self.flow.reachable { self.end_dynptr(id, open, "submit", at) } else { Ok(()) };
        self.withs.pop();
        ended
    }

    /// Submits the record of a `with` if that was not done.
    pub(super) fn end_dynptr(
        &mut self,
        id: LocalId,
        open: LocalId,
        how: &str,
        at: Span,
    ) -> Result<()> {
        let flags = Expr::int(0, Type::U64, at);
        match self.flow.reservation(id) {
            Some((State::Held, _)) => self.finish_dynptr(how, id, flags, at),
            Some((State::Mixed(_), _)) => {
                let left = Expr::load(Place::Local(open), Type::U64, at);
                let zero = Expr::int(0, Type::U64, at);
                let test = Expr::compare(ir::CompareOp::Ne, left, zero, at);
                let (done, steps) = self.apart(|body| body.finish_dynptr(how, id, flags, at));
                self.push(StmtKind::If(test, steps, Vec::new()), at);
                done
            }
            _ => Ok(()),
        }
    }

    /// The `d.data(T, offset)` or `dynptr_data(d, offset, size)` that a value
    /// is, if it is one.
    pub(super) fn slice_call<'e>(&mut self, value: &'e syntax::Expr) -> Result<Option<Slice<'e>>> {
        let syntax::ExprKind::Call(callee, args, keywords) = &value.kind else { return Ok(None) };
        if let syntax::ExprKind::Attribute(base, method) = &callee.kind
            && method.name == "data"
            && self.object_named(base)?.is_some_and(|own| own.name == "bpf_dynptr")
        {
            let bound = self.bind("data", &["type", "offset"], 1, args, keywords, value.span)?;
            let Some(written) = bound[0] else { return Err(Reported) };
            let ty = self.s.annotation(written)?;
            return Ok(Some(Slice { dynptr: base, offset: bound[1], ty }));
        }
        let Some(path) = callee.path().filter(|path| !self.is_local(path)) else {
            return Ok(None);
        };
        let named = match self.s.tree.imports.resolve(&path) {
            Some((_, name)) => name,
            None => path.last().map(|name| (*name).to_owned()).unwrap_or_default(),
        };
        let [dynptr, offset, size] = args.as_slice() else { return Ok(None) };
        if named.trim_start_matches("bpf_") != "dynptr_data" || !keywords.is_empty() {
            return Ok(None);
        }
        let (measured, _) = self.apart(|body| body.expr(size));
        let bytes = match measured? {
            Value::Scalar(number) => number.as_const(),
            _ => None,
        };
        let Some(bytes @ 1..=MOST) = bytes else {
            let message = "how much of a dynptr is asked for must be a constant";
            return Err(self.s.report(
                Diagnostic::new(&codes::CONSTANT_REQUIRED, size.span, message)
                    .help("write a number, or `sizeof(T)`; `d.read(buffer, offset)` copies"),
            ));
        };
        let byte = Type::Int(ir::IntType::U8);
        let ty = Type::Array(Box::new(byte), bytes as u32);
        Ok(Some(Slice { dynptr, offset: Some(offset), ty }))
    }

    /// `p = d.data(T, offset)`: a pointer into the memory, or nothing where it
    /// ends before.
    pub(super) fn take_slice(&mut self, name: &Ident, slice: Slice<'_>, at: Span) -> Result<()> {
        let Slice { dynptr, offset, ty } = slice;
        let bytes = ty.size(&self.s.module);
        let address = self.dynptr(dynptr)?;
        let own = match &dynptr.kind {
            syntax::ExprKind::Name(own) => self.names.get(own).and_then(|named| named.id),
            _ => None,
        };
        let Some(own) = own else { return Err(Reported) };
        let offset = match offset {
            None => Expr::int(0, Type::U64, at),
            Some(offset) => {
                let value = self.expr(offset)?;
                self.convert(value, &Type::U64, offset.span)?
            }
        };
        if !self.dynptrs.contains_key(&own) {
            self.note_record(&ty, at);
        }
        let region = match self.dynptrs.get(&own) {
            Some(Behind::Record(map)) => Region::Reserved(*map),
            _ => Region::Any,
        };
        let pointer = Type::Ptr(PtrType { pointee: Some(Box::new(ty)), region, nullable: true });
        let id = self.slice_name(name, own, &pointer)?;
        let size = Expr::int(i128::from(bytes), Type::U64, at);
        let call =
            self.call_helper("dynptr_data", vec![address, offset, size], pointer.clone(), at)?;
        self.push(StmtKind::Store(Place::Local(id), call), at);
        self.flow.assign(id);
        let since = self.flow.reservation(own).map_or(at, |(_, since)| since);
        self.parts.insert(id, (own, since));
        Ok(())
    }

    /// Notes what a function reads of a dynptr that it is passed: user space may
    /// send such records through the file's buffers.
    fn note_record(&mut self, ty: &Type, at: Span) {
        if !matches!(ty, Type::Struct(_)) {
            return;
        }
        let kinds = self.s.map_types.iter();
        for (map, kind) in self.s.module.maps.iter_mut().zip(kinds) {
            let known = map.events.iter().any(|event| event.ty == *ty);
            if kind.takes("user_ringbuf_drain") && !known {
                map.events.push(EventType { ty: ty.clone(), span: at });
            }
        }
    }

    fn slice_name(&mut self, name: &Ident, own: LocalId, pointer: &Type) -> Result<LocalId> {
        let Some(named) = self.names.get(&name.name) else {
            let id = self.hidden(&name.name, pointer.clone());
            self.names.insert(name.name.clone(), Named { id: Some(id), span: name.span });
            return Ok(id);
        };
        let (Some(id), first) = (named.id, named.span) else { return Err(Reported) };
        let same = self.parts.get(&id).is_some_and(|(of, _)| *of == own);
        if same && self.local_type(id) == *pointer {
            return Ok(id);
        }
        let message = format!("`{}` is something else already", name.name);
        Err(self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, name.span, message)
                .also(first, "first given a value here")
                .help("use another name for this part of the dynptr"),
        ))
    }

    /// Reports a part of a dynptr that gets no name.
    pub(super) fn nameless_slice(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message = "what `data` gives needs a name of its own";
        self.s.report(
            Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                .note("it may be nothing, and is good as long as the dynptr is")
                .help(format!("write `part = {text}`, then `if part:`")),
        )
    }

    /// `d.read(buffer, offset)`, `d.write(offset, data)`, `d.submit()`, …
    pub(super) fn dynptr_method(
        &mut self,
        base: &syntax::Expr,
        method: &Ident,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let name = method.name.as_str();
        let (params, required): (&[&str], _) = match name {
            "read" => (&["data", "offset", "flags"], 1),
            "write" => (&["offset", "data", "flags"], 2),
            "submit" | "discard" => (&["flags"], 0),
            _ => return Err(self.nameless_slice(at)),
        };
        let bound = self.bind(name, params, required, args, keywords, at)?;
        if let "submit" | "discard" = name {
            let done = self.finish_dynptr_of(None, name, (base, bound[0]), at)?;
            return done.ok_or(Reported);
        }
        let zero = syntax::Expr { kind: syntax::ExprKind::Int(0), span: at };
        let given = |index: usize| bound.get(index).copied().flatten().unwrap_or(&zero).clone();
        let (helper, args) = match name {
            "read" => ("dynptr_read", vec![given(0), base.clone(), given(1), given(2)]),
            _ => ("dynptr_write", vec![base.clone(), given(0), given(1), given(2)]),
        };
        if name == "read"
            && let (Some(data), syntax::ExprKind::Name(own)) = (bound[0], &base.kind)
            && let Some(id) = self.names.get(own).and_then(|named| named.id)
            && !self.dynptrs.contains_key(&id)
            && let (Ok(Value::Memory(_, ty)), _) = self.apart(|body| body.operand(data))
        {
            self.note_record(&ty, at);
        }
        let Some(helper) = kernel::helper(helper) else { return Err(Reported) };
        self.helper(helper, &args, at)
    }

    /// Whether a value is a part of a dynptr or of a record, which has one name.
    pub(super) fn is_part(&self, value: &Value) -> bool {
        let Value::Scalar(Expr { kind: ExprKind::Load(Place::Local(id)), .. }) = value else {
            return false;
        };
        self.parts.get(id).is_some_and(|(own, _)| self.is_dynptr(*own))
    }
}
