//! The packet: `ctx.packet(T, offset)`, `ctx.load(T, offset)`, and pointers
//! that the program compares with the packet's end itself.

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, IntType, Place, PtrType, Region, StmtKind, Type};
use kernel::Holds;
use syntax::Keyword;

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// How far into the packet the verifier follows: its `MAX_PACKET_OFF`.
const MAX_OFFSET: i128 = 0xffff;

/// The region of a pointer.
pub(super) fn region(value: &Value) -> Option<Region> {
    match value {
        Value::Scalar(expr) => expr.ptr_type().map(|ptr| ptr.region),
        _ => None,
    }
}

/// A pointer that no comparison has covered, to nothing known.
pub(super) fn cursor(pointee: Option<Type>) -> Type {
    Type::ptr(pointee, Region::Cursor)
}

impl Body<'_, '_> {
    /// `ctx.packet(T, offset)` and `ctx.load(T, offset)`.
    pub(super) fn packet_method(
        &mut self,
        callee: &syntax::Expr,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Option<Value>> {
        let syntax::ExprKind::Attribute(base, method) = &callee.kind else { return Ok(None) };
        if !matches!(method.name.as_str(), "packet" | "load") || !self.is_context(base) {
            return Ok(None);
        }
        let params = ["type", "offset"];
        let bound = self.bind(&method.name, &params, 1, args, keywords, at)?;
        let Some(ty) = bound[0] else { return Err(Reported) };
        let ty = self.s.annotation(ty)?;
        let ty = self.s.sized(ty, at)?;
        let Value::Scalar(context) = self.expr(base)? else { return Err(Reported) };
        let offset = match bound[1] {
            Some(offset) => {
                let value = self.expr(offset)?;
                self.integer(value, offset.span)?
            }
            None => Expr::int(0, Type::I32, at),
        };
        let loaded = method.name == "load" && self.loads_bytes();
        let value = match loaded {
            true => self.load_bytes(context, ty, offset, at)?,
            false => self.packet(&context, ty, offset, at)?,
        };
        Ok(Some(Value::Scalar(value)))
    }

    /// Whether an expression names the context.
    pub(super) fn is_context(&self, expr: &syntax::Expr) -> bool {
        let syntax::ExprKind::Name(name) = &expr.kind else { return false };
        let id = self.names.get(name).and_then(|named| named.id);
        id.is_some_and(
            |id| matches!(self.local_type(id), Type::Ptr(ptr) if ptr.region == Region::Context),
        )
    }

    /// Whether the hook has the helper that copies bytes of the packet.
    fn loads_bytes(&self) -> bool {
        let Some(helper) = kernel::helper("skb_load_bytes") else { return false };
        let mut sections = self.context.sections.iter();
        sections.all(|section| helper.allowed(section.def, self.s.kernel) == kernel::Allowed::Yes)
    }

    /// The fields that say where the packet begins and ends.
    fn packet_ends(&mut self, context: &Expr, at: Span) -> Result<(Expr, Expr)> {
        let laid = self.context.laid_out();
        let ends = laid
            .and_then(|laid| Some((laid.holding(Holds::Packet)?, laid.holding(Holds::PacketEnd)?)));
        let usable = |field: &kernel::ContextField| {
            self.context.sections.iter().all(|section| field.readable(section.def))
        };
        match ends {
            Some((start, end)) if usable(start) && usable(end) => {
                let load = |field: &kernel::ContextField, region| {
                    let int = Type::Int(IntType { bits: field.bits, signed: false });
                    let place =
                        Place::Context(Box::new(context.clone()), field.offset, int.clone());
                    Expr::load(place, int, at).convert(Type::ptr(None, region))
                };
                Ok((load(start, Region::Cursor), load(end, Region::PacketEnd)))
            }
            _ => {
                let message = "this program has no pointers into the packet";
                let mut diagnostic = Diagnostic::new(&codes::CONTEXT_ACCESS, at, message);
                if self.loads_bytes() && laid.is_some() {
                    diagnostic = diagnostic.help("copy what is needed: `ctx.load(T, offset)`");
                }
                Err(self.s.report(diagnostic))
            }
        }
    }

    /// The same, read once as long as the packet is not moved.
    fn kept_ends(&mut self, context: &Expr, at: Span) -> Result<(Expr, Expr)> {
        let (start, end) = self.packet_ends(context, at)?;
        let (first, last) = match self.flow.cursors.ends {
            Some(ends) => ends,
            None => {
                let mut keep = |value: Expr, name| {
                    let id = self.hidden(name, value.ty.clone());
                    self.push(StmtKind::Store(Place::Local(id), value), at);
                    id
                };
                (keep(start.clone(), "packet"), keep(end.clone(), "packet end"))
            }
        };
        self.flow.cursors.ends = Some((first, last));
        let load = |id, like: Expr| Expr::load(Place::Local(id), like.ty, at);
        Ok((load(first, start), load(last, end)))
    }

    /// A pointer into the packet, or nothing where it ends before.
    fn packet(&mut self, context: &Expr, ty: Type, offset: Expr, at: Span) -> Result<Expr> {
        let (start, end) = self.kept_ends(context, at)?;
        let size = i128::from(ty.size(&self.s.module));
        let most = MAX_OFFSET - size;
        let known = self.range_of(&offset);
        if most < 0 || known.max < 0 || known.min > most {
            let message = format!(
                "no packet has {size} bytes there: the verifier follows it up to byte {MAX_OFFSET}"
            );
            return Err(self.s.report(Diagnostic::new(
                &codes::OUT_OF_BOUNDS,
                offset.span,
                message,
            )));
        }
        let (start, inside) = match offset.as_const() {
            Some(_) => (self.advanced(start, offset.convert(Type::I64), at), None),
            None => {
                // The constant part first, which other headers have in common.
                let (first, offset) = self.constant_first(offset);
                let start = self.advanced(start, Expr::int(first, Type::I64, at), at);
                let (offset, inside) = self.near(offset, most - first);
                (hidden(self.advanced(start, offset.convert(Type::I64), at)), inside)
            }
        };
        let found = Type::Ptr(PtrType {
            pointee: Some(Box::new(ty.clone())),
            region: Region::Packet,
            nullable: true,
        });
        let null = Expr::new(ExprKind::Null, found.clone(), at);
        let or_null = |test: Expr, pointer: Expr| {
            let kind = ExprKind::Select(Box::new(test), Box::new(pointer), Box::new(null.clone()));
            Expr::new(kind, found.clone(), at)
        };
        // The verifier adds to a pointer only what is known to be near.
        let (pointer, steps) = self.apart(|body| {
            let start = body.keep(start, "packet");
            let behind = body.advanced(start.clone(), Expr::int(size, Type::I64, at), at);
            let behind = if body.loops.is_empty() { behind } else { hidden(behind) };
            let there = Expr::compare(CompareOp::Le, behind, end, at);
            let pointer = in_packet(start.convert(cursor(Some(ty)))).convert(found.clone());
            or_null(there, pointer)
        });
        match inside {
            Some(inside) => Ok(or_null(inside, super::logic::after(steps, pointer))),
            None => {
                self.out.extend(steps);
                Ok(pointer)
            }
        }
    }

    /// A sum as its constant and the rest, where neither is below 0.
    fn constant_first(&self, offset: Expr) -> (i128, Expr) {
        let rest = match &offset.kind {
            ExprKind::Binary(BinaryOp::Add, left, right) => {
                match (left.as_const(), right.as_const()) {
                    (Some(first), None) if first > 0 => Some((first, right.as_ref().clone())),
                    (None, Some(first)) if first > 0 => Some((first, left.as_ref().clone())),
                    _ => None,
                }
            }
            _ => None,
        };
        let fits = |(first, rest): &(i128, Expr)| {
            *first < MAX_OFFSET / 2
                && self.range_of(rest).min >= 0
                && self.range_of(rest).max < MAX_OFFSET
        };
        rest.filter(fits).unwrap_or((0, offset))
    }

    /// An offset that the verifier sees is not too far, and the test for it
    /// where that is not known.
    fn near(&mut self, offset: Expr, most: i128) -> (Expr, Option<Expr>) {
        let at = offset.span;
        let known = self.range_of(&offset);
        if known.min >= 0 && known.max <= most && shows_bounds(&offset) {
            return (offset.convert(Type::U64), None);
        }
        let kept = self.keep(offset.convert(Type::U64), "offset");
        let number = |value: i128| Expr::int(value, Type::U64, at);
        let mask = known
            .max
            .max(0)
            .checked_add(1)
            .map_or(i128::MAX, |past| (past as u128).next_power_of_two() as i128 - 1);
        if known.min >= 0 && mask <= most {
            return (Expr::binary(BinaryOp::And, hidden(kept), number(mask), at), None);
        }
        let kept = self.keep(hidden(kept), "offset");
        let inside = Expr::compare(CompareOp::Le, kept.clone(), number(most), at);
        (kept, Some(inside))
    }

    fn advanced(&self, start: Expr, by: Expr, at: Span) -> Expr {
        if by.as_const() == Some(0) {
            return start;
        }
        Expr::new(ExprKind::Advance(Box::new(start), Box::new(by)), cursor(None), at)
    }

    /// A copy of bytes of the packet, or nothing where it ends before.
    fn load_bytes(&mut self, context: Expr, ty: Type, offset: Expr, at: Span) -> Result<Expr> {
        let size = ty.size(&self.s.module);
        let slot = Place::Local(self.hidden("loaded", ty.clone()));
        let address = Expr::address(slot, ty.clone(), Region::Stack, at);
        let u32 = Type::Int(IntType::U32);
        let size = Expr::int(size.into(), u32.clone(), at);
        let args = vec![context, offset.convert(u32), address.clone(), size];
        let result = self.call_helper("skb_load_bytes", args, Type::I64, at)?;
        let result = self.keep(result, "loaded");
        let there = Expr::compare(CompareOp::Eq, result, Expr::int(0, Type::I64, at), at);
        let found = Type::Ptr(PtrType {
            pointee: Some(Box::new(ty)),
            region: Region::Stack,
            nullable: true,
        });
        let null = Expr::new(ExprKind::Null, found.clone(), at);
        let address = address.convert(found.clone());
        let choice = ExprKind::Select(Box::new(there), Box::new(address), Box::new(null));
        Ok(Expr::new(choice, found, at))
    }

    /// `ethhdr(data)` and `cast(data, POINTER(ethhdr))`.
    pub(super) fn packet_cast(
        &mut self,
        callee: &syntax::Expr,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Option<Value>> {
        let pointee = match args {
            [value] if self.points_into_packet(value) && self.s.is_type(callee) => {
                self.s.annotation(callee)?
            }
            [value, ty] if self.points_into_packet(value) && self.is_cast(callee) => {
                match self.s.pointed(ty) {
                    Some(pointee) => pointee?,
                    None => {
                        let message = "`cast` makes a pointer of a pointer";
                        return Err(self.s.report(
                            Diagnostic::new(&codes::WRONG_ARGUMENTS, ty.span, message)
                                .help("write `cast(data, POINTER(ethhdr))`"),
                        ));
                    }
                }
            }
            _ => return Ok(None),
        };
        match self.expr(&args[0])? {
            Value::Scalar(expr) => {
                let mut typed = expr.convert(cursor(Some(pointee)));
                typed.span = at;
                Ok(Some(Value::Scalar(typed)))
            }
            other => Err(self.mismatch(at, "a place in the packet", &other)),
        }
    }

    pub(super) fn is_cast(&self, callee: &syntax::Expr) -> bool {
        let resolved = callee.path().and_then(|path| self.s.tree.imports.resolve(&path));
        resolved.is_some_and(|(module, name)| module == "ctypes" && name == "cast")
    }

    /// Whether an expression is made of `ctx.data`, as far as it looks so.
    pub(super) fn points_into_packet(&self, expr: &syntax::Expr) -> bool {
        match &expr.kind {
            syntax::ExprKind::Name(name) => {
                let id = self.names.get(name).and_then(|named| named.id);
                id.is_some_and(|id| {
                    matches!(self.local_type(id), Type::Ptr(ptr) if ptr.region == Region::Cursor)
                })
            }
            syntax::ExprKind::Binary(_, left, right) => {
                self.points_into_packet(left) || self.points_into_packet(right)
            }
            syntax::ExprKind::Attribute(base, field) => {
                let laid = self.context.laid_out().filter(|_| self.is_context(base));
                let field = laid.and_then(|laid| laid.field(&field.name));
                field.is_some_and(|field| matches!(field.holds, Holds::Packet | Holds::PacketMeta))
            }
            _ => false,
        }
    }

    /// Sums and differences with a pointer into the packet.
    pub(super) fn cursor_arithmetic(
        &mut self,
        op: syntax::BinaryOp,
        left: &Value,
        right: &Value,
        at: Span,
    ) -> Result<Option<Value>> {
        let ends = [Some(Region::Cursor), Some(Region::PacketEnd)];
        let (a, b) = (region(left), region(right));
        if !ends.contains(&a) && !ends.contains(&b) {
            return Ok(None);
        }
        let (Value::Scalar(first), Value::Scalar(second)) = (left, right) else {
            return Err(self.no_cursor_arithmetic(at));
        };
        let value = match (op, a, b) {
            // How many bytes there are.
            (syntax::BinaryOp::Sub, Some(Region::PacketEnd), Some(Region::Cursor)) => {
                let number = |expr: &Expr| expr.clone().convert(Type::U64);
                Expr::binary(BinaryOp::Sub, number(first), number(second), at)
            }
            (syntax::BinaryOp::Add, Some(Region::Cursor), None) => {
                self.cursor_plus(first, second.clone(), at)?
            }
            (syntax::BinaryOp::Add, None, Some(Region::Cursor)) => {
                self.cursor_plus(second, first.clone(), at)?
            }
            (syntax::BinaryOp::Sub, Some(Region::Cursor), None) if second.as_const().is_some() => {
                let by = second.as_const().map_or(0, |by| -by);
                self.cursor_plus(first, Expr::int(by, Type::I64, second.span), at)?
            }
            _ => return Err(self.no_cursor_arithmetic(at)),
        };
        Ok(Some(Value::Scalar(value)))
    }

    fn no_cursor_arithmetic(&mut self, at: Span) -> Reported {
        let message = "a place in the packet takes no such sum";
        self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                .help("add bytes: `data + 14`; `data_end - data` is how many there are"),
        )
    }

    fn cursor_plus(&mut self, start: &Expr, by: Expr, at: Span) -> Result<Expr> {
        if start.ptr_type().is_some_and(|ptr| ptr.pointee.is_some()) {
            let message = "what is added to a pointer with a type could be bytes or elements";
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .help("add bytes to the place itself: `tcphdr(data + 34)`"),
            ));
        }
        let by = self.integer(Value::Scalar(by), at)?;
        if by.as_const().is_some() {
            return Ok(self.advanced(start.clone(), by.convert(Type::I64), at));
        }
        let known = self.range_of(&by);
        let limit = MAX_OFFSET / 2;
        if known.min < 0 || known.max > limit {
            let text = self.s.source.slice(by.span).to_owned();
            let message = format!(
                "`{text}` may be too far: the verifier follows a packet up to byte {MAX_OFFSET}"
            );
            return Err(self
                .s
                .report(Diagnostic::new(&codes::OUT_OF_BOUNDS, by.span, message).help(format!(
                    "bound it, `{text} & 0x7fff`, or use `ctx.packet(T, offset)`"
                ))));
        }
        let (by, _) = self.near(by, MAX_OFFSET);
        Ok(hidden(self.advanced(start.clone(), by.convert(Type::I64), at)))
    }

    /// A comparison of pointers into the packet.
    pub(super) fn compare_cursors(
        &mut self,
        op: CompareOp,
        left: &Value,
        right: &Value,
        at: Span,
    ) -> Result<Option<Expr>> {
        let (a, b) = (region(left), region(right));
        let ends = [Some(Region::Cursor), Some(Region::PacketEnd)];
        if !ends.contains(&a) && !ends.contains(&b) {
            return Ok(None);
        }
        let (Value::Scalar(left), Value::Scalar(right)) = (left, right) else {
            return Err(self.no_cursor_comparison(at));
        };
        let (op, place, end) = match (a, b) {
            (Some(Region::Cursor), Some(Region::PacketEnd)) => (op, left, right),
            (Some(Region::PacketEnd), Some(Region::Cursor)) => (op.mirrored(), right, left),
            (Some(Region::Cursor), Some(Region::Cursor)) => (op, left, right),
            _ => return Err(self.no_cursor_comparison(at)),
        };
        let untyped = |expr: &Expr| match expr.ptr_type().map(|ptr| ptr.region) {
            Some(Region::Cursor) => expr.clone().convert(cursor(None)),
            _ => expr.clone(),
        };
        let (place, end) = (untyped(place), untyped(end));
        // LLVM would count the turns of a loop from the two pointers.
        let place = if self.loops.is_empty() { place } else { hidden(place) };
        Ok(Some(Expr::compare(op, place, end, at)))
    }

    fn no_cursor_comparison(&mut self, at: Span) -> Reported {
        let message = "a place in the packet is compared with the packet's end";
        self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                .help("write `if data + 14 > data_end: return XDP_PASS`"),
        )
    }

    /// The place that a pointer into the packet points to, where the bytes are
    /// known to be there.
    pub(super) fn in_packet(&mut self, pointer: Expr, at: Span) -> Result<Place> {
        let pointee = pointer.ptr_type().and_then(|ptr| ptr.pointee.as_deref());
        let size = pointee.map_or(0, |ty| ty.size(&self.s.module));
        let stands = self.stands(&pointer);
        if stands.is_some_and(|stands| self.flow.cursors.has(stands, size)) {
            return Ok(Place::Deref(Box::new(in_packet(pointer))));
        }
        let text = self.s.source.slice(at).to_owned();
        let message = format!("the packet may end before the {size} bytes of `{text}`");
        let mut diagnostic = Diagnostic::new(&codes::UNCHECKED_PACKET, at, message);
        diagnostic = match stands {
            Some((_, offset)) => diagnostic.help(format!(
                "compare first: `if data + {} > data_end: return 0`",
                offset.saturating_add(i64::try_from(size).unwrap_or(0))
            )),
            None => diagnostic
                .note("a comparison tells about the name that it compares, not about `ctx.data` read anew")
                .help("give the place a name, `p = data + offset`, and compare it: `if p + 20 > data_end: return 0`"),
        };
        Err(self.s.report(diagnostic.help("or let `ctx.packet(T, offset)` look")))
    }

    /// Reports an optional pointer into the packet that was not checked.
    pub(super) fn unchecked_packet(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message =
            format!("the packet may end before `{text}`: it is not checked before this use");
        self.s.report(
            Diagnostic::new(&codes::UNCHECKED_PACKET, at, message)
                .help(format!("put `if {text}:` around this, or `if not {text}: return 0` before")),
        )
    }

    /// Reports a store to the packet where the hook does not allow it.
    pub(super) fn packet_writable(&mut self, at: Span) -> Result<()> {
        let mut sections = self.context.sections.iter();
        let Some(section) = sections.find(|s| !kernel::packet_writable(s.def.prog_type)) else {
            return Ok(());
        };
        let prefix = section.def.prefix;
        let message = format!("a `{prefix}` program may not change the packet");
        Err(self.s.report(
            Diagnostic::new(&codes::CONTEXT_ACCESS, at, message)
                .note("programs for XDP and traffic control may"),
        ))
    }

    /// Helpers fill no memory of the packet, and none of the context.
    pub(super) fn not_the_packet(&mut self, place: &Place, at: Span) -> Result<()> {
        let what = match place.region() {
            Region::Packet => "the packet",
            Region::Context => "the context",
            _ => return Ok(()),
        };
        let message = format!("helpers do not write into {what}");
        Err(self.s.report(
            Diagnostic::new(&codes::CONTEXT_ACCESS, at, message)
                .help("let it fill a variable, and assign that"),
        ))
    }

    /// Memory of the packet as a copy on the stack, which every helper takes.
    pub(super) fn off_the_packet(&mut self, place: Place, ty: &Type, at: Span) -> Place {
        if place.region() != Region::Packet {
            return place;
        }
        let slot = Place::Local(self.hidden("copy", ty.clone()));
        self.push(StmtKind::Copy(slot.clone(), place), at);
        slot
    }
}

/// The same pointer where the bytes are known to be there.
pub(super) fn in_packet(pointer: Expr) -> Expr {
    let pointee = pointer.ptr_type().and_then(|ptr| ptr.pointee.as_deref().cloned());
    let at = pointer.span;
    Expr::new(ExprKind::InPacket(Box::new(pointer)), Type::ptr(pointee, Region::Packet), at)
}

/// Whether the verifier sees the bounds of a number however LLVM computes it:
/// bytes or parts of them out of memory, with constants added and multiplied.
fn shows_bounds(number: &Expr) -> bool {
    let narrow = matches!(number.ty, Type::Int(IntType { bits: 8 | 16, signed: false }));
    match &number.kind {
        ExprKind::Const(value) => *value >= 0,
        ExprKind::Load(Place::Local(_)) => false,
        ExprKind::Load(place) => narrow && !place.region().is_foreign(),
        ExprKind::Convert(inner) => match (&number.ty, &inner.kind) {
            // What is made narrower shows it by a mask, which may be left out.
            (Type::Int(_), ExprKind::Binary(BinaryOp::And, ..)) => shows_bounds(inner),
            (Type::Int(to), _) => {
                let wide = matches!(&inner.ty, Type::Int(from) if from.bits <= to.bits);
                wide && shows_bounds(inner)
            }
            _ => false,
        },
        ExprKind::Binary(BinaryOp::And, left, right) => {
            right.as_const().is_some_and(|mask| mask >= 0) && shows_bounds(left)
        }
        ExprKind::Binary(BinaryOp::Shr | BinaryOp::Shl | BinaryOp::Mul, left, right) => {
            right.as_const().is_some() && shows_bounds(left)
        }
        ExprKind::Binary(BinaryOp::Add, left, right) => shows_bounds(left) && shows_bounds(right),
        _ => false,
    }
}

/// A number or a pointer that LLVM does not look through.
fn hidden(value: Expr) -> Expr {
    let (ty, at) = (value.ty.clone(), value.span);
    Expr::new(ExprKind::Hidden(Box::new(value)), ty, at)
}
