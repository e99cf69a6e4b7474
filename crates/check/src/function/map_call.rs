//! Map operations: methods, items, `in` and `del`.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{EventType, Expr, ExprKind, MapId, Place, PtrType, Region, Stmt, StmtKind, Type};
use kernel::{MapType, Method, MethodForm};
use syntax::{BinaryOp, Ident, Keyword};

use super::Body;
use super::compare::is_plain;
use super::value::Value;
use crate::session::{Item, Reported, Result};

/// `BPF_F_CURRENT_CPU`: the buffer of the CPU that the program runs on.
const CURRENT_CPU: &str = "BPF_F_CURRENT_CPU";

impl Body<'_, '_> {
    /// The map that an expression names, if it names one.
    pub(super) fn map_named(&mut self, expr: &syntax::Expr) -> Result<Option<MapId>> {
        let syntax::ExprKind::Name(name) = &expr.kind else { return Ok(None) };
        if self.assigned_somewhere.contains(name) || self.names.contains_key(name) {
            return self.inner_map(name, expr);
        }
        match self.s.item(name) {
            Some((Item::Map(id), _)) => Ok(Some(*id)),
            Some((Item::Broken, _)) => Err(Reported),
            Some((Item::Placeholder, _)) => Err(self.s.placeholder(name, expr.span)),
            _ => Ok(None),
        }
    }

    /// The address of a map.
    pub(super) fn map_address(&self, map: MapId, at: Span) -> Expr {
        if let Some(inner) = self.inner_address(map, at) {
            return inner;
        }
        let ty = Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: false });
        Expr::new(ExprKind::Map(map), ty, at)
    }

    pub(super) fn map_method(
        &mut self,
        map: MapId,
        method: &Ident,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let row = self.operation(map, method)?;
        let name = method.name.as_str();
        let (params, required): (&[&str], _) = match row.form {
            MethodForm::Lookup | MethodForm::Delete => (&["key"], 1),
            MethodForm::Get => (&["key", "default"], 1),
            MethodForm::Update => (&["key", "value", "flags"], 2),
            MethodForm::Output | MethodForm::Finish => (&["data", "flags"], 1),
            MethodForm::Reserve => return Err(self.nameless_reserve(at)),
            MethodForm::Take => return self.take(map, row, args, keywords, at),
            MethodForm::OfOwner => return self.of_owner(map, row, args, keywords, at),
            MethodForm::Call => return self.map_helper(map, row, args, keywords, at),
        };
        let bound = self.bind(name, params, required, args, keywords, at)?;
        let Some(first) = bound[0] else { return Err(Reported) };
        let second = bound.get(1).copied().flatten();
        Ok(Value::Scalar(match row.form {
            MethodForm::Lookup => self.lookup(map, first, at)?,
            MethodForm::Get => return self.get(map, first, second, at),
            MethodForm::Delete => self.map_delete(map, first, at)?,
            MethodForm::Output => self.send(map, first, second, at)?,
            MethodForm::Update => {
                let Some(second) = second else { return Err(Reported) };
                self.update_in_order(map, first, second, bound[2], at)?
            }
            _ => return self.finish(Some(map), method, first, second, at),
        }))
    }

    /// The method of the map's type, or an error.
    pub(super) fn operation(&mut self, map: MapId, method: &Ident) -> Result<&'static Method> {
        match self.map_type(map).and_then(|kind| kind.method(&method.name)) {
            Some(row) => Ok(row),
            None => Err(self.no_operation(map, method)),
        }
    }

    pub(super) fn map_type(&self, map: MapId) -> Option<&'static MapType> {
        self.s.map_types.get(map.0 as usize).copied()
    }

    /// Whether a map has a method.
    pub(super) fn can(&self, map: MapId, method: &str) -> bool {
        self.map_type(map).is_some_and(|kind| kind.method(method).is_some())
    }

    /// What a program may do with a map, for messages.
    pub(super) fn operations(&self, map: MapId) -> String {
        let Some(kind) = self.map_type(map) else { return String::new() };
        let mut known: Vec<String> =
            kind.methods.iter().map(|method| format!("`{}`", method.name)).collect();
        if kind.contains.is_some() {
            known.push("`in`".to_owned());
        }
        match known.as_slice() {
            [] => format!("programs only hand a `{}` to helpers", kind.name),
            _ => format!("a `{}` has {}", kind.name, known.join(", ")),
        }
    }

    fn no_operation(&mut self, map: MapId, method: &Ident) -> Reported {
        let Some(kind) = self.map_type(map) else { return Reported };
        let message = format!("a `{}` has no operation `{}`", kind.name, method.name);
        let help = match nearest(&method.name, kind.methods.iter().map(|method| method.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => self.operations(map),
        };
        self.s.report(Diagnostic::new(&codes::MAP_OPERATION, method.span, message).help(help))
    }

    pub(super) fn require(
        &mut self,
        allowed: bool,
        map: MapId,
        what: &str,
        at: Span,
    ) -> Result<()> {
        if allowed {
            return Ok(());
        }
        let kind = self.map_type(map).map_or("map", |kind| kind.name);
        let message = format!("entries of a `{kind}` cannot be {what} from BPF");
        let help = match self.s.module.map(map).inner {
            Some(_) => {
                let name = &self.s.module.map(map).name;
                format!("`inner = {name}.lookup(key)` gives the map there: check it, then use it")
            }
            None => self.operations(map),
        };
        Err(self.s.report(Diagnostic::new(&codes::MAP_OPERATION, at, message).help(help)))
    }

    pub(super) fn key(&mut self, map: MapId, key: &syntax::Expr) -> Result<Expr> {
        let Some(ty) = self.s.module.map(map).key.clone() else { return Err(Reported) };
        if let (syntax::ExprKind::Tuple(parts), Type::Struct(id)) = (&key.kind, &ty) {
            return Err(self.tuple_key(parts, *id, key.span));
        }
        let value = self.expr(key)?;
        self.stored(value, &ty, key.span)
    }

    /// A tuple is no key; a struct is.
    fn tuple_key(&mut self, parts: &[syntax::Expr], id: ir::StructId, at: Span) -> Reported {
        let name = self.s.module.struct_(id).name.clone();
        let parts: Vec<&str> = parts.iter().map(|part| self.s.source.slice(part.span)).collect();
        let message = format!("the keys of this map are `{name}`, and this is a tuple");
        let help = format!("write `{name}({})`", parts.join(", "));
        self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message).help(help))
    }

    /// The address of a key or a value. Helpers take it from the stack, a map
    /// or a global; what lies elsewhere is copied.
    pub(super) fn stored(&mut self, value: Value, ty: &Type, at: Span) -> Result<Expr> {
        if !ty.is_aggregate() {
            return self.memory(value, ty, at);
        }
        let value = match self.as_place(value.clone(), at)? {
            Some((place, found)) => Value::Memory(place, found),
            None => value,
        };
        if let Value::Memory(place, found) = &value
            && found == ty
            && matches!(place.region(), Region::Reserved(_) | Region::Any)
        {
            let copy = Place::Local(self.hidden("copy", ty.clone()));
            self.store_place(copy.clone(), ty, value, at, at)?;
            return Ok(Expr::address(copy, ty.clone(), Region::Stack, at));
        }
        self.memory(value, ty, at)
    }

    pub(super) fn value_type(&self, map: MapId) -> Result<Type> {
        self.s.module.map(map).value.clone().ok_or(Reported)
    }

    /// The type of a pointer to an entry, which may be none.
    pub(super) fn entry_pointer(&self, map: MapId) -> Result<Type> {
        let pointee = Some(Box::new(self.value_type(map)?));
        Ok(Type::Ptr(PtrType { pointee, region: Region::MapValue(map), nullable: true }))
    }

    /// A pointer to the entry, null where there is none.
    pub(super) fn lookup(&mut self, map: MapId, key: &syntax::Expr, at: Span) -> Result<Expr> {
        let allowed = self.can(map, "lookup");
        self.require(allowed, map, "looked up", at)?;
        let key = self.key(map, key)?;
        self.lookup_at(map, key, at)
    }

    pub(super) fn lookup_at(&mut self, map: MapId, key: Expr, at: Span) -> Result<Expr> {
        let ty = match self.s.module.map(map).inner {
            Some(like) => {
                Type::Ptr(PtrType { pointee: None, region: Region::Map(like), nullable: true })
            }
            None => self.entry_pointer(map)?,
        };
        let args = vec![self.map_address(map, at), key];
        self.call_helper("map_lookup_elem", args, ty, at)
    }

    /// The value of an entry; where there is none, the default, else zero.
    fn get(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        default: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<Value> {
        let allowed = self.can(map, "get");
        self.require(allowed, map, "looked up", at)?;
        let ty = self.value_type(map)?;
        let plain = default.is_none_or(is_plain);
        let key = if plain { self.key(map, key) } else { self.key_for_two(map, key) };
        let pointer = key.and_then(|key| self.lookup_at(map, key, at));
        // Python computes the default before it looks.
        let (other, steps) = self.apart(|body| match default {
            None => Ok(None),
            Some(default) => {
                let value = body.expr(default)?;
                Ok(Some((body.hold(value, default.span)?, default.span)))
            }
        });
        self.out.extend(steps);
        let (pointer, other) = (pointer?, other?);
        if ty.is_aggregate() {
            return self.copy_of(pointer, ty, other, at);
        }
        let other = match other {
            None | Some((Value::Nothing, _)) => Expr::int(0, ty.clone(), at),
            Some((value, span)) => self.convert(value, &ty, span)?,
        };
        Ok(Value::Scalar(self.value_or(pointer, ty, other)))
    }

    /// A copy of the struct, array or string that a lookup found.
    fn copy_of(
        &mut self,
        pointer: Expr,
        ty: Type,
        other: Option<(Value, Span)>,
        at: Span,
    ) -> Result<Value> {
        let copy = Place::Local(self.hidden("copy", ty.clone()));
        let pointer = self.keep(pointer, "entry");
        let test = Expr::new(ExprKind::IsFound(Box::new(pointer.clone())), Type::Bool, at);
        let entry = Place::Deref(Box::new(self.not_null(pointer)));
        let (stored, otherwise) = self.apart(|body| match other {
            None | Some((Value::Nothing, _)) => {
                body.push(StmtKind::Zero(copy.clone()), at);
                Ok(())
            }
            Some((value, span)) => body.store_place(copy.clone(), &ty, value, span, at),
        });
        let (moved, found) = self.apart(|body| {
            body.store_place(copy.clone(), &ty, Value::Memory(entry, ty.clone()), at, at)
        });
        self.push(StmtKind::If(test, found, otherwise), at);
        stored.and(moved)?;
        Ok(Value::Memory(copy, ty))
    }

    /// `len(m)`: how many entries it may have. How many it has, no program
    /// can ask.
    pub(super) fn map_len(&mut self, map: MapId, at: Span) -> Result<Value> {
        let entries = self.s.module.map(map).max_entries;
        if let (Some(entries), true) = (entries, self.can(map, "lookup")) {
            return self.literal(i128::from(entries), at);
        }
        let kind = self.map_type(map).map_or("map", |kind| kind.name);
        let message = format!("a `{kind}` has no length");
        Err(self.s.report(
            Diagnostic::new(&codes::MAP_OPERATION, at, message)
                .help("`len` gives `max_entries` of maps with keys"),
        ))
    }

    /// `m[k]` as a value: the number, or 0 where there is none.
    pub(super) fn map_item(&mut self, map: MapId, key: &syntax::Expr, at: Span) -> Result<Value> {
        self.get(map, key, None, at)
    }

    /// `m[k] = value`
    pub(super) fn map_store(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        value: Value,
        value_span: Span,
        at: Span,
    ) -> Result<Expr> {
        let flags = Expr::int(0, Type::U64, at);
        self.update(map, key, value, value_span, flags, at)
    }

    fn update(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        value: Value,
        value_span: Span,
        flags: Expr,
        at: Span,
    ) -> Result<Expr> {
        let allowed = self.can(map, "update");
        self.require(allowed, map, "updated", at)?;
        let ty = self.value_type(map)?;
        let key = self.key(map, key)?;
        let value = self.stored(value, &ty, value_span)?;
        let args = vec![self.map_address(map, at), key, value, flags];
        self.call_helper("map_update_elem", args, Type::I64, at)
    }

    /// `m.update(key, value, flags)`, computed in this order.
    fn update_in_order(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        value: &syntax::Expr,
        flags: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<Expr> {
        let ty = self.value_type(map)?;
        let mut key = self.key(map, key)?;
        let (rest, steps) = self.apart(|body| {
            let given = body.expr(value)?;
            let given = body.stored(given, &ty, value.span)?;
            Ok((given, body.flags(flags, at)?))
        });
        if let (ExprKind::Spill(number), false) = (&key.kind, steps.is_empty()) {
            key = self.keep((**number).clone(), "key").spill();
        }
        self.out.extend(steps);
        let (value, flags) = rest?;
        let args = vec![self.map_address(map, at), key, value, flags];
        self.call_helper("map_update_elem", args, Type::I64, at)
    }

    /// Flags as a 64-bit number; none are 0.
    pub(super) fn flags(&mut self, flags: Option<&syntax::Expr>, at: Span) -> Result<Expr> {
        let Some(flags) = flags else { return Ok(Expr::int(0, Type::U64, at)) };
        let value = self.expr(flags)?;
        self.convert(value, &Type::U64, flags.span)
    }

    pub(super) fn map_delete(&mut self, map: MapId, key: &syntax::Expr, at: Span) -> Result<Expr> {
        let allowed = self.can(map, "delete");
        self.require(allowed, map, "deleted", at)?;
        let key = self.key(map, key)?;
        let args = vec![self.map_address(map, at), key];
        self.call_helper("map_delete_elem", args, Type::I64, at)
    }

    /// `m[k] op= value`: changes the entry in place; a missing one starts at 0.
    /// Additions to 32 and 64 bits are atomic.
    pub(super) fn map_augment(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        op: BinaryOp,
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        let allowed = self.can(map, "update") && self.can(map, "lookup");
        self.require(allowed, map, "updated", at)?;
        let ty = self.value_type(map)?;
        if !matches!(ty, Type::Int(_)) {
            let message = "only entries that are integers can be changed like this";
            return Err(self.s.report(
                Diagnostic::new(&codes::MAP_OPERATION, at, message)
                    .help("change a field of the entry: `m[key].field += 1`"),
            ));
        }
        let key = self.key_for_two(map, key)?;
        let change = self.expr(value)?;
        let change = self.integer(change, value.span)?;
        let change = self.keep(change, "change");

        let found = self.lookup_at(map, key.clone(), at)?;
        let pointer = self.keep(found, "entry");
        let test = Expr::new(ExprKind::IsFound(Box::new(pointer.clone())), Type::Bool, at);
        let entry = Place::Deref(Box::new(self.not_null(pointer)));

        let (changed, then) = self.apart(|body| body.change(entry, &ty, op, change.clone(), at));
        changed?;
        if !self.can(map, "delete") {
            // Entries of arrays are there from the start.
            self.push(StmtKind::If(test, then, Vec::new()), at);
            return Ok(());
        }
        let zero = Expr::int(0, ty.clone(), at);
        let Value::Scalar(first) = self.apply(op, zero, change, at)? else { return Err(Reported) };
        let first = first.convert(ty).spill();
        let flags = Expr::int(0, Type::U64, at);
        let args = vec![self.map_address(map, at), key, first, flags];
        let insert = self.call_helper("map_update_elem", args, Type::I64, at)?;
        let orelse = vec![Stmt::new(StmtKind::Eval(insert), at)];
        self.push(StmtKind::If(test, then, orelse), at);
        Ok(())
    }

    /// A key that is needed twice: once to look up, once to insert.
    pub(super) fn key_for_two(&mut self, map: MapId, key: &syntax::Expr) -> Result<Expr> {
        let key = self.key(map, key)?;
        Ok(match key.kind {
            ExprKind::Spill(value) => self.keep(*value, "key").spill(),
            _ => key,
        })
    }

    /// `place op= value`; atomic for `+` and `-` on 32 and 64 bits.
    pub(super) fn change(
        &mut self,
        place: Place,
        ty: &Type,
        op: BinaryOp,
        value: Expr,
        at: Span,
    ) -> Result<()> {
        let atomic = matches!(ty, Type::Int(int) if int.bits >= 32)
            && matches!(op, BinaryOp::Add | BinaryOp::Sub);
        if atomic {
            let amount = value.convert(ty.clone());
            let amount = match op {
                BinaryOp::Sub => {
                    Expr::new(ExprKind::Unary(ir::UnaryOp::Neg, Box::new(amount)), ty.clone(), at)
                }
                _ => amount,
            };
            let add = ExprKind::Atomic(ir::AtomicOp::Add, place, vec![amount]);
            self.push(StmtKind::Eval(Expr::new(add, ty.clone(), at)), at);
            return Ok(());
        }
        let old = Value::Scalar(Expr::load(place.clone(), ty.clone(), at));
        let old = self.integer(old, at)?;
        let new = self.apply(op, old, value, at)?;
        self.store_place(place, ty, new, at, at)
    }

    /// `buffer.output(value)`
    fn send(
        &mut self,
        map: MapId,
        arg: &syntax::Expr,
        flags: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<Expr> {
        let (data, size) = self.input(arg)?;
        let ty = data.ptr_type().and_then(|ptr| ptr.pointee.as_deref()).cloned();
        if let Some(ty) = ty {
            self.note_event(map, ty, arg.span)?;
        }
        let perf = self
            .map_type(map)
            .and_then(|kind| kind.method("output"))
            .is_some_and(|method| method.helper == "perf_event_output");
        let size = Expr::int(i128::from(size), Type::U64, at);
        let buffer = self.map_address(map, at);
        if !perf {
            let flags = self.flags(flags, at)?;
            return self.call_helper(
                "ringbuf_output",
                vec![buffer, data, size, flags],
                Type::I64,
                at,
            );
        }
        let Some(context) = self.context(at) else {
            let message = "a perf buffer is written with the program's context, which is not here";
            return Err(self.s.report(
                Diagnostic::new(&codes::MAP_OPERATION, at, message)
                    .help("call `output` in the program itself, with a `ctx` parameter"),
            ));
        };
        let Some(cpu) = kernel::constant(CURRENT_CPU) else { return Err(Reported) };
        let flags = match flags {
            None => Expr::int(i128::from(cpu.value), Type::U64, at),
            given => self.flags(given, at)?,
        };
        let args = vec![context, buffer, flags, data, size];
        self.call_helper("perf_event_output", args, Type::I64, at)
    }

    /// Enters what a buffer carries, for user space to decode.
    pub(super) fn note_event(&mut self, map: MapId, ty: Type, at: Span) -> Result<()> {
        let size = ty.size(&self.s.module);
        let events = &self.s.module.map(map).events;
        if events.iter().any(|event| event.ty == ty) {
            return Ok(());
        }
        let twin = events.iter().find(|event| event.ty.size(&self.s.module) == size).cloned();
        if let Some(twin) = twin {
            let (a, b) = (self.s.type_name(&twin.ty), self.s.type_name(&ty));
            let name = self.s.module.map(map).name.clone();
            let message =
                format!("`{a}` and `{b}` both have {size} bytes and both go through `{name}`");
            return Err(self.s.report(
                Diagnostic::new(&codes::AMBIGUOUS_EVENT, at, message)
                    .also(twin.span, "the other one")
                    .note("the reader tells events apart by their size")
                    .help(
                        "give each its own buffer, or put both into one struct with a kind field",
                    ),
            ));
        }
        if let Some(map) = self.s.module.maps.get_mut(map.0 as usize) {
            map.events.push(EventType { ty, span: at });
        }
        Ok(())
    }
}
