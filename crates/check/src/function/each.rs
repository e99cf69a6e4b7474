//! What a `for` goes through: ranges, arrays, constant tuples, and
//! `enumerate` and `reversed` of them.

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, Expr, ExprKind, IntType, LocalId, Place, PtrType, Region, StmtKind, Type};
use syntax::{ExprKind as Kind, Ident, Keyword};

use super::value::Value;
use super::{Body, Named};
use crate::names::{Builtin, Meaning};
use crate::session::{Reported, Result};

/// The values that a tuple in a `for` may have.
const MAX_VALUES: usize = 64;

/// What a loop is over.
pub(super) enum Iterable<'e> {
    /// `range(...)`, and whether it is `reversed`.
    Range(&'e syntax::Expr, bool),
    /// The elements of an array.
    Elements(Elements),
}

/// The elements of an array, as a loop gives them.
pub(super) struct Elements {
    place: Place,
    /// The local of the reserved record that the array lies in.
    record: Option<LocalId>,
    element: Type,
    pub len: u32,
    pub reversed: bool,
    /// The number of the first one, under `enumerate`.
    pub first: Option<Expr>,
}

impl Body<'_, '_> {
    /// What an iterable is.
    pub(super) fn iterable<'e>(&mut self, iterable: &'e syntax::Expr) -> Result<Iterable<'e>> {
        match &iterable.kind {
            Kind::Error => Err(Reported),
            Kind::Call(callee, args, keywords) => match self.loop_builtin(callee)? {
                Some(Builtin::Range) => Ok(Iterable::Range(iterable, false)),
                Some(Builtin::Enumerate) => self.enumerated(args, keywords, iterable.span),
                Some(Builtin::Reversed) => self.reversed(args, keywords, iterable.span),
                Some(Builtin::Zip) => {
                    let message = "`zip` goes through several things at once, and a loop here \
                                   goes through one";
                    let help = "write `for i in range(N):` and index each of them with `i`";
                    Err(self.s.report(
                        Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, iterable.span, message)
                            .help(help),
                    ))
                }
                _ => self.array_turns(iterable),
            },
            Kind::Tuple(values) => self.tuple_turns(values, iterable.span),
            Kind::Name(name) => match self.constant_tuple(name) {
                Some(values) => self.tuple_turns(&values, iterable.span),
                None => self.array_turns(iterable),
            },
            _ => self.array_turns(iterable),
        }
    }

    pub(super) fn loop_builtin(&mut self, callee: &syntax::Expr) -> Result<Option<Builtin>> {
        let Some(path) = callee.path().filter(|path| !self.is_local(path)) else {
            return Ok(None);
        };
        if self.s.is_array_type(callee) {
            return Ok(None);
        }
        Ok(match self.s.resolve(&path, callee.span)? {
            Meaning::Builtin(builtin) => Some(builtin),
            _ => None,
        })
    }

    /// The elements of a tuple that the file sets a name to.
    pub(super) fn constant_tuple(&self, name: &str) -> Option<Vec<syntax::Expr>> {
        if self.is_local(&[name]) || self.s.item(name).is_some() {
            return None;
        }
        let constant = self.s.tree.constants.get(self.s.constant_named(name)?)?;
        match &constant.value.kind {
            Kind::Tuple(values) => Some(values.clone()),
            _ => None,
        }
    }

    fn enumerated<'e>(
        &mut self,
        args: &'e [syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Iterable<'e>> {
        let start = match (args, keywords) {
            ([_], []) => None,
            ([_, start], []) => Some(start),
            ([_], [keyword]) if keyword.name.name == "start" => Some(&keyword.value),
            _ => {
                let message = "`enumerate` takes what to count, and `start`";
                return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
            }
        };
        let first = match start {
            None => Expr::int(0, Type::I64, at),
            Some(start) => {
                let value = self.expr(start)?;
                let value = self.integer(value, start.span)?.convert(Type::I64);
                if value.as_const().is_some() { value } else { self.keep(value, "first") }
            }
        };
        match self.iterable(&args[0])? {
            Iterable::Elements(elements) if elements.first.is_none() => {
                Ok(Iterable::Elements(Elements { first: Some(first), ..elements }))
            }
            _ => {
                let message = "`enumerate` counts the elements of an array or a tuple";
                let diagnostic =
                    Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, args[0].span, message);
                Err(self.s.report(diagnostic.help("for a range, write `for i in range(N):`")))
            }
        }
    }

    fn reversed<'e>(
        &mut self,
        args: &'e [syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Iterable<'e>> {
        self.no_keywords(keywords)?;
        self.count("reversed", "one argument", 1..=1, args, at)?;
        match self.iterable(&args[0])? {
            Iterable::Range(range, reversed) => Ok(Iterable::Range(range, !reversed)),
            Iterable::Elements(elements) if elements.first.is_none() => {
                Ok(Iterable::Elements(Elements { reversed: !elements.reversed, ..elements }))
            }
            _ => {
                let message = "`reversed` turns an array, a tuple or a range round, nothing else";
                Err(self.s.report(Diagnostic::new(
                    &codes::UNSUPPORTED_STATEMENT,
                    args[0].span,
                    message,
                )))
            }
        }
    }

    /// A tuple is put into an array, so that the body stands once.
    fn tuple_turns<'e>(&mut self, values: &[syntax::Expr], at: Span) -> Result<Iterable<'e>> {
        if values.len() > MAX_VALUES || values.is_empty() {
            let message = format!("a loop goes through 1 to {MAX_VALUES} values");
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, at, message)
                    .help("for more, write `for i in range(N):` or use a map"),
            ));
        }
        let mut computed: Vec<Expr> = Vec::new();
        for value in values {
            let found = self.expr(value)?;
            let found = self.integer(found, value.span)?;
            computed.push(if found.as_const().is_some() {
                found
            } else {
                self.keep(found, "value")
            });
        }
        let wide = |value: &Expr| matches!(value.ty, Type::Int(IntType::U64));
        let element = if computed.iter().any(wide) { Type::U64 } else { Type::I64 };
        let len = computed.len() as u32;
        let slot = self.hidden("values", Type::Array(Box::new(element.clone()), len));
        for (index, value) in computed.into_iter().enumerate() {
            let position = Box::new(Expr::int(index as i128, Type::U64, at));
            let place = Place::Index(Box::new(Place::Local(slot)), position);
            self.push(StmtKind::Store(place, value.convert(element.clone())), at);
        }
        let place = Place::Local(slot);
        let (record, reversed, first) = (None, false, None);
        Ok(Iterable::Elements(Elements { place, record, element, len, reversed, first }))
    }

    fn array_turns<'e>(&mut self, iterable: &syntax::Expr) -> Result<Iterable<'e>> {
        let at = iterable.span;
        let value = self.expr(iterable)?;
        let described = self.describe(&value);
        let found = match value {
            value @ (Value::Memory(..) | Value::Scalar(_)) => self.as_place(value, at)?,
            _ => None,
        };
        let Some((place, Type::Array(element, len))) = found else {
            let message = format!("a loop goes through ranges, arrays and tuples, not {described}");
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, at, message)
                    .help("write `for i in range(N):` with a constant `N`"),
            ));
        };
        let record = record_of(&place);
        let record = record.map(|id| self.parts.get(&id).map_or(id, |(record, _)| *record));
        let record = record.filter(|id| self.flow.reservation(*id).is_some());
        let place = self.anchored(place, &Type::Array(element.clone(), len), at);
        let (element, reversed, first) = (*element, false, None);
        Ok(Iterable::Elements(Elements { place, record, element, len, reversed, first }))
    }

    /// The same place, also when the body changes the pointer that led there.
    fn anchored(&mut self, place: Place, ty: &Type, at: Span) -> Place {
        let region = place.region();
        if matches!(region, Region::Stack | Region::Global) {
            return place;
        }
        let address = Expr::address(place, ty.clone(), region, at);
        Place::Deref(Box::new(self.keep(address, "array")))
    }

    /// Gives the targets of a loop their values for the turn of `counter`.
    pub(super) fn bind_element(
        &mut self,
        target: &syntax::Expr,
        elements: &Elements,
        counter: Expr,
        at: Span,
    ) -> Result<()> {
        let element_target = match (&elements.first, &target.kind) {
            (None, _) => target,
            (Some(first), Kind::Tuple(targets)) if targets.len() == 2 => {
                let number = match first.as_const() {
                    Some(0) => counter.clone(),
                    _ => Expr::binary(BinaryOp::Add, counter.clone(), first.clone(), at),
                };
                self.bind_target(&targets[0], Value::Scalar(number), at)?;
                &targets[1]
            }
            (Some(_), _) => {
                let message = "`enumerate` gives a number and an element: two names";
                return Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, target.span, message)
                        .help("write `for i, x in enumerate(...):`"),
                ));
            }
        };
        let value = self.element_of(elements, counter, at);
        match (elements.record, value) {
            (Some(record), Value::Scalar(part)) if matches!(part.ty, Type::Ptr(_)) => {
                self.bind_part(element_target, part, record)
            }
            (_, value) => self.bind_target(element_target, value, at),
        }
    }

    /// Gives a part of a reserved record a name, which is good as long as the
    /// record is held.
    fn bind_part(&mut self, target: &syntax::Expr, part: Expr, record: LocalId) -> Result<()> {
        let Kind::Name(name) = &target.kind else {
            return Err(self.no_plain_name(target.span));
        };
        let Some((_, since)) = self.flow.reservation(record) else { return Err(Reported) };
        let slot = self.hidden(name, part.ty.clone());
        self.push(StmtKind::Store(Place::Local(slot), part), target.span);
        self.flow.assign(slot);
        self.parts.insert(slot, (record, since));
        self.names.insert(name.clone(), Named { id: Some(slot), span: target.span });
        Ok(())
    }

    fn no_plain_name(&mut self, at: Span) -> Reported {
        let message = "a loop gives its values to plain names";
        self.s.report(
            Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, at, message)
                .help("write `for x in ...:` and store `x` in the body"),
        )
    }

    /// An element: a number is its value; a struct or an array is a reference,
    /// so that changing a field changes the array as in Python.
    fn element_of(&mut self, elements: &Elements, counter: Expr, at: Span) -> Value {
        let position = counter.convert(Type::U64);
        let place = Place::Index(Box::new(elements.place.clone()), Box::new(position));
        let ty = elements.element.clone();
        if !ty.is_aggregate() {
            return Value::Scalar(Expr::load(place, ty, at));
        }
        if let Some(id) = global_root(&place) {
            let name = self.s.module.global(id).name.clone();
            if !self.global_names.contains(&name) {
                return Value::Memory(place, ty);
            }
            if let Some(global) = self.s.module.globals.get_mut(id.0 as usize) {
                global.mutable = true;
            }
        }
        let region = place.region();
        let pointer = PtrType { pointee: Some(Box::new(ty)), region, nullable: false };
        Value::Scalar(Expr::new(ExprKind::Address(place), Type::Ptr(pointer), at))
    }

    /// Gives a name the value of a turn.
    pub(super) fn bind_target(
        &mut self,
        target: &syntax::Expr,
        value: Value,
        at: Span,
    ) -> Result<()> {
        let Kind::Name(name) = &target.kind else {
            return Err(self.no_plain_name(target.span));
        };
        let name = Ident { name: name.clone(), span: target.span };
        self.renew_reference(&name, &value);
        match self.names.get(&name.name) {
            Some(Named { id: None, .. }) => Err(Reported),
            _ => self.assign_value(&name, value, at),
        }
    }
}

impl Body<'_, '_> {
    /// A name that refers to elements of one array may refer to those of
    /// another, in other memory, in the next loop: it is a new local then.
    fn renew_reference(&mut self, name: &Ident, value: &Value) {
        let Some(Named { id: Some(id), .. }) = self.names.get(&name.name) else { return };
        let (Type::Ptr(old), Value::Scalar(new)) = (self.local_type(*id), value) else { return };
        let Some(new) = new.ptr_type() else { return };
        if old.pointee == new.pointee && old.region != new.region {
            self.names.remove(&name.name);
        }
    }
}

/// The local that points to what a place lies in.
fn record_of(place: &Place) -> Option<LocalId> {
    match place {
        Place::Deref(pointer) => match &pointer.kind {
            ExprKind::Load(Place::Local(id)) => Some(*id),
            ExprKind::NonNull(inner) => match inner.kind {
                ExprKind::Load(Place::Local(id)) => Some(id),
                _ => None,
            },
            _ => None,
        },
        Place::Field(base, _) | Place::Index(base, _) | Place::Part(base, ..) => record_of(base),
        Place::Local(_) | Place::Global(_) | Place::Context(..) => None,
    }
}

fn global_root(place: &Place) -> Option<ir::GlobalId> {
    match place {
        Place::Global(id) => Some(*id),
        Place::Field(base, _) | Place::Index(base, _) | Place::Part(base, ..) => global_root(base),
        Place::Local(_) | Place::Deref(_) | Place::Context(..) => None,
    }
}
