//! Assignments: plain, declared and augmented, to names, fields, elements,
//! map entries and globals.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, IntType, Place, PtrType, Region, StmtKind, Type};
use syntax::{BinaryOp, ExprKind, Ident};

use super::compare::is_plain;
use super::kernel_memory::is_text_pointer;
use super::network::retyped;
use super::value::Value;
use super::{Body, Named};
use crate::objects;
use crate::session::{Item, Reported, Result};

/// The most that one assignment copies: as much as a local can have.
const MAX_MOVE: u64 = crate::scratch::MAX_SCRATCH;

impl Body<'_, '_> {
    /// `a = b = value`
    pub(super) fn assign(
        &mut self,
        targets: &[syntax::Expr],
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        if let ([target], ExprKind::Tuple(values)) = (targets, &value.kind)
            && let ExprKind::Tuple(targets) = &target.kind
        {
            return self.assign_tuple(targets, values, at);
        }
        if let [target] = targets {
            return self.assign_one(target, value, at);
        }
        // The value is computed once, whatever it does.
        let exact = self.constructed(value);
        let held = self.expr(value).and_then(|found| self.hold(found, value.span));
        let mut result = Ok(());
        for target in targets {
            let stored = match &held {
                Ok(held) => self.store(target, held.clone(), exact.clone(), value.span, at),
                Err(reported) => {
                    self.poison_target(target);
                    Err(*reported)
                }
            };
            result = stored.and(result);
        }
        result
    }

    /// `a, b = x, y`: all values are computed before the first is stored.
    fn assign_tuple(
        &mut self,
        targets: &[syntax::Expr],
        values: &[syntax::Expr],
        at: Span,
    ) -> Result<()> {
        if targets.len() != values.len() {
            targets.iter().for_each(|target| self.poison_target(target));
            let message = format!("{} names and {} values", targets.len(), values.len());
            return Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message)));
        }
        let mut computed = Vec::new();
        for value in values {
            let exact = self.constructed(value);
            let held = self.expr(value).and_then(|found| self.hold(found, value.span));
            computed.push((held, exact, value.span));
        }
        let mut result = Ok(());
        for (target, (value, exact, span)) in targets.iter().zip(computed) {
            let stored = match value {
                Ok(value) => self.store(target, value, exact, span, at),
                Err(reported) => {
                    self.poison_target(target);
                    Err(reported)
                }
            };
            result = stored.and(result);
        }
        result
    }

    /// Keeps a value as it is now.
    pub(super) fn hold(&mut self, value: Value, at: Span) -> Result<Value> {
        match value {
            Value::Scalar(expr) if expr.as_const().is_none() => {
                Ok(Value::Scalar(self.keep(expr, "held")))
            }
            Value::Memory(place, ty) => {
                let slot = self.hidden("held", ty.clone());
                self.push(StmtKind::Copy(Place::Local(slot), place), at);
                Ok(Value::Memory(Place::Local(slot), ty))
            }
            other => Ok(other),
        }
    }

    fn assign_one(&mut self, target: &syntax::Expr, value: &syntax::Expr, at: Span) -> Result<()> {
        if let ExprKind::Name(name) = &target.kind
            && !self.global_names.contains(name)
        {
            let name = Ident { name: name.clone(), span: target.span };
            if self.makes_dynptr(value) {
                return self.new_dynptr(&name).map(|_| ());
            }
            if let Some(slice) = self.slice_call(value)? {
                let taken = self.take_slice(&name, slice, value.span);
                if taken.is_err() {
                    self.poison(&name);
                }
                return taken;
            }
        }
        if let Some(call) = self.held_call(value)? {
            let ExprKind::Name(name) = &target.kind else {
                return Err(self.nameless(&call, value.span));
            };
            if self.global_names.contains(name) {
                return Err(self.nameless(&call, value.span));
            }
            let name = Ident { name: name.clone(), span: target.span };
            return match self.take_held(&name, call, value.span) {
                Ok(_) => Ok(()),
                Err(reported) => {
                    self.poison(&name);
                    Err(reported)
                }
            };
        }
        // `x = S(...)` builds in place when `x` is new.
        if let ExprKind::Name(name) = &target.kind
            && !self.global_names.contains(name)
            && !self.names.contains_key(name)
            && let ExprKind::Call(callee, args, keywords) = &value.kind
            && !args.iter().any(|arg| self.points_into_packet(arg))
            && let Some(ty) = self.aggregate_named(callee)
        {
            let slot = self.hidden(name, ty.clone());
            let named = Named { id: Some(slot), span: target.span };
            let built = self.build(Place::Local(slot), &ty, args, keywords, value.span);
            self.names.insert(name.clone(), named);
            return built;
        }
        let exact = self.constructed(value);
        match self.operand(value).map(|found| self.referred(found, value.span)) {
            Ok(found) => self.store(target, found, exact, value.span, at),
            Err(reported) => {
                self.poison_target(target);
                Err(reported)
            }
        }
    }

    pub(super) fn poison_target(&mut self, target: &syntax::Expr) {
        match &target.kind {
            ExprKind::Name(name) => {
                self.poison(&Ident { name: name.clone(), span: target.span });
            }
            ExprKind::Tuple(targets) => {
                targets.iter().for_each(|inner| self.poison_target(inner));
            }
            _ => {}
        }
    }

    /// The type of `T(...)` for a type `T`: the local keeps it.
    fn constructed(&mut self, value: &syntax::Expr) -> Option<Type> {
        let ExprKind::Call(callee, ..) = &value.kind else { return None };
        self.scalar_type_named(callee)
    }

    /// Stores a value in a target.
    fn store(
        &mut self,
        target: &syntax::Expr,
        value: Value,
        exact: Option<Type>,
        value_span: Span,
        at: Span,
    ) -> Result<()> {
        // Python computes the value before the target's key or index.
        let first = match &value {
            Value::Scalar(_) => computes(target),
            _ => calls(target),
        };
        let value = if first { self.hold(value, value_span)? } else { value };
        match &target.kind {
            ExprKind::Name(name) if self.global_names.contains(name) => {
                let (place, ty) = self.global_place(name, target.span)?;
                self.store_place(place, &ty, value, value_span, at)
            }
            ExprKind::Name(name) => {
                let name = Ident { name: name.clone(), span: target.span };
                self.store_name(&name, value, exact, value_span, at)
            }
            ExprKind::Attribute(base, field) => {
                if let Some(entry) = self.entry_in(target)? {
                    return self.store_entry(&entry, target, value, value_span, at);
                }
                if self.write_bits((base, field), &value, target.span)? {
                    return Ok(());
                }
                let (place, ty) = self.field_place(base, field)?;
                self.writable(&place, target.span)?;
                self.store_place(place, &ty, value, value_span, at)
            }
            ExprKind::Index(base, index) => {
                if let Some(entry) = self.entry_in(target)? {
                    return self.store_entry(&entry, target, value, value_span, at);
                }
                if let Some(map) = self.map_named(base)? {
                    let result = self.map_store(map, index, value, value_span, at)?;
                    self.push(StmtKind::Eval(result), at);
                    return Ok(());
                }
                self.change_element(base, index, target.span, at, |body, place, ty| {
                    body.store_place(place, &ty, value, value_span, at)
                })
            }
            ExprKind::Error => Err(Reported),
            _ => {
                let message = "this cannot be assigned";
                Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, target.span, message)
                        .help("assign a name, a field, an element or a map entry"),
                ))
            }
        }
    }

    fn global_place(&mut self, name: &str, at: Span) -> Result<(Place, Type)> {
        let id = match self.s.item(name) {
            Some((Item::Global(id), _)) => *id,
            _ => return Err(Reported),
        };
        let place = Place::Global(id);
        self.writable(&place, at)?;
        Ok((place, self.s.module.global(id).ty.clone()))
    }

    /// Reports a change of what the kernel's configuration says.
    pub(super) fn not_configured(&mut self, id: ir::GlobalId, at: Span) -> Result<()> {
        let global = self.s.module.global(id);
        if global.config.is_none() {
            return Ok(());
        }
        let message = format!("`{}` is the kernel's, and is only read", global.name);
        Err(self.s.report(
            Diagnostic::new(&codes::ASSIGN_TO_CONSTANT, at, message)
                .help("copy it into a variable, and change that"),
        ))
    }

    /// A store to a global makes it mutable.
    pub(super) fn writable(&mut self, place: &Place, at: Span) -> Result<()> {
        let mut base = place;
        while let Place::Field(inner, _) | Place::Index(inner, _) | Place::Part(inner, ..) = base {
            base = inner;
        }
        if base.region().is_foreign() || base.region() == Region::Socket {
            return Err(self.not_written(at));
        }
        if let Place::Context(_, offset, _) = base {
            return self.context_writable(*offset, at);
        }
        if base.region() == Region::Packet {
            return self.packet_writable(at);
        }
        if let Place::Global(id) = base {
            self.not_configured(*id, at)?;
            let name = self.s.module.global(*id).name.clone();
            if !self.global_names.contains(&name) {
                let message = format!("`{name}` is changed here, but not declared `global`");
                return Err(self.s.report(
                    Diagnostic::new(&codes::ASSIGN_TO_CONSTANT, at, message)
                        .help(format!("put `global {name}` at the start of the function")),
                ));
            }
            if let Some(global) = self.s.module.globals.get_mut(id.0 as usize) {
                global.mutable = true;
            }
        }
        Ok(())
    }

    /// Stores a value in a place of a known type.
    pub(super) fn store_place(
        &mut self,
        place: Place,
        ty: &Type,
        value: Value,
        value_span: Span,
        at: Span,
    ) -> Result<()> {
        if self.s.kptr_of(ty).is_some() {
            return Err(self.kptr_assigned(at));
        }
        let size = ty.size(&self.s.module);
        if ty.is_aggregate() && size > MAX_MOVE {
            let message = format!("{size} bytes are more than a program can move at once");
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, at, message)
                    .help(format!("assign parts of {MAX_MOVE} bytes at the most")),
            ));
        }
        // Only what has the same type is copied straight out of the kernel.
        let value = match value {
            Value::Memory(_, ref found) if found == ty => value,
            value => self.at_hand(value, value_span)?,
        };
        match (ty, value.clone()) {
            (Type::Str(len), Value::Text(text)) => {
                let text = self.fit_text(text, *len, value_span)?;
                self.push(StmtKind::StoreStr(place, text), at);
            }
            (Type::Str(_), Value::Scalar(pointer)) if is_text_pointer(&value) => {
                return self.read_text(place, ty, pointer.clone(), at);
            }
            (ty, value) if ty.is_aggregate() => {
                let given = self.as_place(value.clone(), value_span)?;
                match given {
                    Some((from, found)) if found == *ty => {
                        self.push(StmtKind::Copy(place, from), at);
                    }
                    Some((from, Type::Str(given))) if matches!(ty, Type::Str(_)) => {
                        return self.copy_text((place, ty), (from, given), value_span, at);
                    }
                    _ => {
                        let wanted = format!("`{}`", self.s.type_name(ty));
                        return Err(self.mismatch(value_span, &wanted, &value));
                    }
                }
            }
            (ty, value) => {
                let mut value = self.convert(value, ty, value_span)?;
                if let Place::Context(_, _, memory) = &place {
                    value = retyped(value, memory.clone());
                }
                self.push(StmtKind::Store(place, value), at);
            }
        }
        Ok(())
    }

    fn store_name(
        &mut self,
        name: &Ident,
        value: Value,
        exact: Option<Type>,
        value_span: Span,
        at: Span,
    ) -> Result<()> {
        if let Value::Scalar(Expr { ty: Type::Ptr(ptr), .. }) = &value
            && (matches!(ptr.region, Region::Reserved(_)) || self.is_part(&value))
        {
            self.poison(name);
            let message = "a reserved record has one name, by which it is submitted";
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, value_span, message)
                    .help("use that name, or copy what is inside: `e[0]` or its fields"),
            ));
        }
        if let Some(of) = self.held_root(&value) {
            self.poison(name);
            let own = self.locals[of.0 as usize].name.clone();
            let message = format!("what `{own}` holds has one name, by which it is released");
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, value_span, message)
                    .help("use that name, or copy the fields that are needed"),
            ));
        }
        if let Some(named) = self.names.get(&name.name) {
            let Some(mut id) = named.id else { return Err(Reported) };
            let is_pointer =
                matches!(&value, Value::Scalar(expr) if matches!(expr.ty, Type::Ptr(_)));
            if let Some(Some(number)) = self.flow.rebound(id).filter(|_| !is_pointer) {
                id = number;
            }
            let (first, ty) = (named.span, self.local_type(id));
            return self.store_again(id, &ty, first, name, value, value_span, at);
        }
        if let Some((Item::Global(_), span)) = self.s.item(&name.name) {
            let message = format!("`{}` is a global, but not declared `global` here", name.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::ASSIGN_TO_CONSTANT, name.span, message)
                    .also(span, "the global")
                    .help(format!("put `global {}` at the start of the function", name.name)),
            ));
        }
        let optional = match (&exact, &value) {
            (None, Value::Nothing) => match self.optional_type(&name.name, value_span) {
                Ok(ty) => Some(ty),
                Err(reported) => {
                    self.poison(name);
                    return Err(reported);
                }
            },
            _ => None,
        };
        let Some(ty) = exact.or(optional).or_else(|| local_type_of(&value)) else {
            self.poison(name);
            return Err(self.mismatch(value_span, "a value that a variable can hold", &value));
        };
        let found = matches!(&value, Value::Scalar(expr)
            if expr.ptr_type().is_some_and(|ptr| !ptr.nullable));
        let id = self.hidden(&name.name, ty.clone());
        self.names.insert(name.name.clone(), Named { id: Some(id), span: name.span });
        self.store_place(Place::Local(id), &ty, value, value_span, at)?;
        if found && matches!(ty, Type::Ptr(_)) {
            self.flow.learn(&[id]);
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one assignment")]
    fn store_again(
        &mut self,
        id: ir::LocalId,
        ty: &Type,
        first: Span,
        name: &Ident,
        value: Value,
        value_span: Span,
        at: Span,
    ) -> Result<()> {
        if self.flow.reservation(id).is_some() {
            let message = format!("`{}` names a reserved record and stays its name", name.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, name.span, message)
                    .also(first, "reserved here")
                    .help("use another name for the other value"),
            ));
        }
        let is_pointer = matches!(&value, Value::Scalar(expr) if matches!(expr.ty, Type::Ptr(_)));
        let fits = match (ty, &value) {
            (Type::Ptr(own), Value::Scalar(expr)) => expr
                .ptr_type()
                .is_some_and(|ptr| ptr.pointee == own.pointee && ptr.region.is_part_of(own.region)),
            (Type::Ptr(own), other) => own.nullable && matches!(other, Value::Nothing),
            (Type::Int(_) | Type::Network(_) | Type::Bool, Value::Scalar(_)) => true,
            (Type::Str(_), Value::Text(_)) => true,
            (Type::Str(_), Value::Memory(_, Type::Str(_))) => true,
            (Type::Str(_), value) if is_text_pointer(value) => true,
            (ty, Value::Memory(_, given)) => given == ty,
            (ty, Value::Scalar(expr)) => {
                expr.ptr_type().and_then(|ptr| ptr.pointee.as_deref()).is_some_and(|given| {
                    given == ty || matches!((given, ty), (Type::Str(_), Type::Str(_)))
                })
            }
            _ => false,
        };
        if !fits {
            let message = format!(
                "`{}` holds {} and cannot become {}",
                name.name,
                format_args!("`{}`", self.s.type_name(ty)),
                self.describe(&value)
            );
            let mut diagnostic = Diagnostic::new(&codes::TYPE_MISMATCH, name.span, message)
                .also(first, "its type is set here");
            let is_entry = matches!(ty, Type::Ptr(PtrType { region: Region::MapValue(_), .. }));
            diagnostic = if is_entry {
                diagnostic.help(format!(
                    "`{0}` is an entry of a map: write `{0}[0] = ...` to change the entry, or use another name",
                    name.name
                ))
            } else {
                diagnostic.help("use another name for the other value")
            };
            return Err(self.s.report(diagnostic));
        }
        let found = matches!(&value, Value::Scalar(expr)
            if expr.ptr_type().is_some_and(|ptr| !ptr.nullable));
        self.store_place(Place::Local(id), ty, value, value_span, at)?;
        self.flow.assign(id);
        if found && is_pointer && matches!(ty, Type::Ptr(_)) {
            self.flow.learn(&[id]);
        }
        Ok(())
    }

    /// `name: annotation = value`
    pub(super) fn declare(
        &mut self,
        name: &Ident,
        annotation: &syntax::Expr,
        value: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<()> {
        // `x: Final = 5` takes its type from the value.
        if let (true, Some(value)) = (self.s.is_qualifier(annotation), value) {
            let target = syntax::Expr { kind: ExprKind::Name(name.name.clone()), span: name.span };
            return self.assign_one(&target, value, at);
        }
        let ty = match self.s.annotation(annotation) {
            Ok(ty) => ty,
            Err(reported) => {
                self.poison(name);
                return Err(reported);
            }
        };
        if objects::is_dynptr(&self.s.module, &ty) {
            let target = syntax::Expr { kind: ExprKind::Name(name.name.clone()), span: name.span };
            return match value {
                None => self.new_dynptr(name).map(|_| ()),
                Some(value) => self.assign_one(&target, value, at),
            };
        }
        if self.global_names.contains(&name.name) {
            let message = format!("`{}` is global here and has its type there", name.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::ASSIGN_TO_CONSTANT, name.span, message)
                    .help(format!("assign it without a type: `{} = ...`", name.name)),
            ));
        }
        if let Some(named) = self.names.get(&name.name) {
            let first = named.span;
            let message = format!("`{}` is declared after it was assigned", name.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, name.span, message)
                    .also(first, "assigned here")
                    .help("declare it where it first appears"),
            ));
        }
        let value = match value {
            None => None,
            Some(expr) => match self.expr(expr) {
                Ok(value) => Some((value, expr.span)),
                Err(reported) => {
                    self.poison(name);
                    return Err(reported);
                }
            },
        };
        let id = ir::LocalId(self.locals.len() as u32);
        self.locals.push(ir::Local { name: name.name.clone(), ty: ty.clone() });
        self.names.insert(name.name.clone(), Named { id: Some(id), span: name.span });
        match value {
            Some((value, span)) => {
                self.store_place(Place::Local(id), &ty, value, span, at)?;
                self.flow.assign(id);
            }
            None if ty.is_aggregate() => {
                self.push(StmtKind::Zero(Place::Local(id)), at);
                self.flow.assign(id);
            }
            None => {}
        }
        Ok(())
    }

    /// `target op= value`
    pub(super) fn augment(
        &mut self,
        target: &syntax::Expr,
        op: BinaryOp,
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        if let ExprKind::Index(base, key) = &target.kind
            && let Some(map) = self.map_named(base)?
        {
            return self.map_augment(map, key, op, value, at);
        }
        if let Some(entry) = self.entry_in(target)? {
            return self.augment_entry(&entry, target, op, value, at);
        }
        let (place, ty) = match &target.kind {
            ExprKind::Name(name) if self.global_names.contains(name) => {
                self.global_place(name, target.span)?
            }
            ExprKind::Name(name) => {
                if let Some((Item::Global(_), _)) = self.s.item(name) {
                    let ident = Ident { name: name.clone(), span: target.span };
                    return self.store_name(&ident, Value::Nothing, None, value.span, at);
                }
                match self.local(name, target.span) {
                    Some(id) => {
                        let id = id?;
                        (Place::Local(id), self.local_type(id))
                    }
                    None => return Err(self.s.unknown(name, target.span)),
                }
            }
            ExprKind::Attribute(base, field) => {
                let (place, ty) = self.field_place(base, field)?;
                self.writable(&place, target.span)?;
                (place, ty)
            }
            ExprKind::Index(base, index) => {
                return self.change_element(base, index, target.span, at, |body, place, ty| {
                    body.augment_place(target, place, ty, op, value, at)
                });
            }
            ExprKind::Error => return Err(Reported),
            _ => {
                let message = "this cannot be assigned";
                return Err(self.s.report(Diagnostic::new(
                    &codes::UNSUPPORTED_STATEMENT,
                    target.span,
                    message,
                )));
            }
        };
        self.augment_place(target, place, ty, op, value, at)
    }

    fn augment_place(
        &mut self,
        target: &syntax::Expr,
        place: Place,
        ty: Type,
        op: BinaryOp,
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        if let (Type::Ptr(PtrType { region: Region::Cursor, .. }), ExprKind::Name(name)) =
            (&ty, &target.kind)
        {
            let old = Value::Scalar(Expr::load(place, ty.clone(), target.span));
            let by = self.expr(value)?;
            let Some(sum) = self.cursor_arithmetic(op, &old, &by, at)? else {
                return Err(Reported);
            };
            let name = Ident { name: name.clone(), span: target.span };
            return self.store_name(&name, sum, None, value.span, at);
        }
        if let (
            Type::Ptr(PtrType { pointee: Some(_), .. }),
            ExprKind::Name(name),
            Place::Local(id),
        ) = (&ty, &target.kind, &place)
        {
            return self.rebind((name, *id), op, value, target.span, at);
        }
        if !matches!(ty, Type::Int(_) | Type::Bool) {
            let wanted = "a number";
            let value = super::place::value_at(place, ty, target.span);
            return Err(self.mismatch(target.span, wanted, &value));
        }
        let old = Value::Scalar(Expr::load(place.clone(), ty.clone(), target.span));
        // The old value is read first, whatever the new one does.
        let mut old = self.integer(old, target.span).map(Value::Scalar);
        let new = self.in_order(&mut old, |body| {
            let new = body.expr(value)?;
            body.integer(new, value.span)
        })?;
        let old = self.integer(old?, target.span)?;
        let sum = self.apply(op, old, new, at)?;
        self.store_place(place, &ty, sum, value.span, at)
    }
}

/// Whether finding the place of a target takes more than names and literals:
/// what the value does might change what is found.
fn computes(target: &syntax::Expr) -> bool {
    match &target.kind {
        ExprKind::Name(_) => false,
        ExprKind::Attribute(base, _) => computes(base),
        ExprKind::Index(base, index) => computes(base) || !is_plain(index),
        _ => true,
    }
}

/// Whether finding the place of a target calls something.
fn calls(target: &syntax::Expr) -> bool {
    match &target.kind {
        ExprKind::Call(..) => true,
        ExprKind::Attribute(base, _) | ExprKind::Unary(_, base) => calls(base),
        ExprKind::Index(base, index) | ExprKind::Binary(_, base, index) => {
            calls(base) || calls(index)
        }
        ExprKind::Conditional(test, yes, no) => [test, yes, no].into_iter().any(|part| calls(part)),
        ExprKind::Compare(..) | ExprKind::Logic(..) => true,
        _ => false,
    }
}

/// The type of a new local: integers are 64 bits wide with the sign of their
/// first value; a pointer may later be null.
fn local_type_of(value: &Value) -> Option<Type> {
    match value {
        Value::Scalar(expr) => match &expr.ty {
            Type::Int(int) => Some(Type::Int(IntType { bits: 64, signed: int.signed })),
            // It may be counted with, as in Python.
            Type::Bool => Some(Type::I64),
            Type::Ptr(PtrType { region: Region::Cursor | Region::PacketEnd, .. }) => {
                Some(expr.ty.clone())
            }
            Type::Ptr(ptr) => Some(Type::Ptr(PtrType { nullable: true, ..ptr.clone() })),
            Type::Void => None,
            ty => Some(ty.clone()),
        },
        Value::Memory(_, ty) => Some(ty.clone()),
        Value::Text(text) => Some(Type::Str(text.len() as u32 + 1)),
        Value::Nothing => None,
    }
}

impl Body<'_, '_> {
    /// Assigns a value that no expression of the source stands for.
    pub(super) fn assign_value(&mut self, name: &Ident, value: Value, at: Span) -> Result<()> {
        if self.global_names.contains(&name.name) {
            let (place, ty) = self.global_place(&name.name, name.span)?;
            return self.store_place(place, &ty, value, name.span, at);
        }
        self.store_name(name, value, None, name.span, at)
    }
}
