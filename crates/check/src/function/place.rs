//! Fields and elements: `value.field`, `value[index]`.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, Place, StmtKind, Type};
use syntax::Ident;

use super::Body;
use super::multiplied::followed;
use super::value::Value;
use crate::session::{Reported, Result};

/// The socket of which not all is known.
const COMMON: &str = "bpf_sock_common";

impl Body<'_, '_> {
    pub(super) fn attribute(
        &mut self,
        whole: &syntax::Expr,
        base: &syntax::Expr,
        field: &Ident,
    ) -> Result<Value> {
        if let Some(path) = whole.path()
            && !self.is_local(&path)
            && (self.s.tree.imports.resolve(&path).is_some() || self.s.is_enum(&path))
        {
            let meaning = self.s.resolve(&path, whole.span)?;
            return self.meaning(meaning, &path.join("."), whole.span);
        }
        if let Some(value) = self.event_field(base, field)? {
            return Ok(value);
        }
        if let Some(bits) = self.read_bits(base, field)? {
            return Ok(bits);
        }
        let (place, ty) = self.field_place(base, field)?;
        if let Some(value) = self.context_value(&place, &ty, field)? {
            return Ok(value);
        }
        if let Some(pointer) = self.kptr_value(place.clone(), &ty, whole.span) {
            return Ok(pointer);
        }
        Ok(value_at(place, ty, whole.span))
    }

    /// Whether the first name of a path is a local.
    pub(super) fn is_local(&self, path: &[&str]) -> bool {
        path.first().is_some_and(|first| {
            self.assigned_somewhere.contains(*first) || self.names.contains_key(*first)
        })
    }

    /// The place of `base.field`.
    pub(super) fn field_place(
        &mut self,
        base: &syntax::Expr,
        field: &Ident,
    ) -> Result<(Place, Type)> {
        if let Some(register) = self.sampled_register(base, field) {
            return register;
        }
        let value = self.operand(base)?;
        if let Value::Scalar(expr) = &value
            && expr.ptr_type().is_some_and(|ptr| ptr.region == ir::Region::Context)
        {
            return self.context_place(expr, field);
        }
        let described = self.describe(&value);
        let is_void = matches!(&value, Value::Scalar(expr) if expr.ptr_type().is_some_and(|ptr| {
            ptr.region.is_foreign() && matches!(ptr.pointee.as_deref(), None | Some(Type::Void))
        }));
        let Some((place, ty)) = self.as_place(value, base.span)? else {
            let message = format!("{described} has no fields");
            let mut diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
            if is_void {
                let text = self.s.source.slice(base.span);
                diagnostic = diagnostic.note("the kernel does not say what it points to").help(
                    format!("say it: `cast({text}, POINTER(T))` for a type `T` of `vmlinux`"),
                );
            }
            return Err(self.s.report(diagnostic));
        };
        let Type::Struct(id) = ty else {
            let message = format!("`{}` has no fields", self.s.type_name(&ty));
            return Err(self.s.report(Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message)));
        };
        if let Some(object) = self.s.object_of(&ty).filter(|own| own.home != kernel::Home::Kernel) {
            return Err(self.no_object_method(object, field));
        }
        if self.s.module.struct_(id).kernel.is_some() {
            return self.kernel_member(place, id, field);
        }
        let laid = self.s.module.struct_(id);
        if let Some((index, member)) = laid.field(&field.name) {
            let ty = member.ty.clone();
            return Ok((place.field(index), ty));
        }
        let names: Vec<&str> = laid.fields.iter().map(|member| member.name.as_str()).collect();
        let of_full = laid.name == COMMON
            && kernel::object_type("bpf_sock")
                .is_some_and(|full| full.fields.iter().any(|known| known.name == field.name));
        let help = match nearest(&field.name, names.iter().copied()) {
            _ if of_full => "a full socket has it: `full = sk_fullsock(sk)`, and a test".to_owned(),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its fields are {}", names.join(", ")),
        };
        let message = format!("`{}` has no field `{}`", laid.name, field.name);
        Err(self.s.report(Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message).help(help)))
    }

    /// `base[index]` as a value.
    pub(super) fn index(
        &mut self,
        base: &syntax::Expr,
        index: &syntax::Expr,
        at: Span,
    ) -> Result<Value> {
        if let Some((span, pointer)) = &self.entry
            && *span == at
        {
            return Ok(Value::Scalar(pointer.clone()));
        }
        if let Some(map) = self.map_named(base)? {
            return self.map_item(map, index, at);
        }
        if let syntax::ExprKind::Slice(start, stop, step) = &index.kind {
            return self.slice(base, [start, stop, step].map(Option::as_deref), at);
        }
        if let Some(letter) = self.constant_letter(base, index)? {
            return Ok(letter);
        }
        let element = self.element(base, index, at)?;
        Ok(match element.inside {
            None => value_at(element.place, element.ty, at),
            Some(_) if element.ty.is_aggregate() => return Err(self.needs_check(index, &element)),
            Some(ref inside) => {
                self.warn_unchecked(index, &element, "reads as 0");
                Value::Scalar(element_or_zero(&element, inside.clone(), at))
            }
        })
    }

    /// Changes `base[index]`: where the index may lie outside, nothing is
    /// changed then.
    pub(super) fn change_element(
        &mut self,
        base: &syntax::Expr,
        index: &syntax::Expr,
        target: Span,
        at: Span,
        change: impl FnOnce(&mut Self, Place, Type) -> Result<()>,
    ) -> Result<()> {
        let element = self.element(base, index, target)?;
        self.writable(&element.place, target)?;
        let Some(inside) = element.inside.clone() else {
            return change(self, element.place, element.ty);
        };
        self.warn_unchecked(index, &element, "is not stored");
        let (changed, steps) = self.apart(|body| change(body, element.place, element.ty));
        self.push(StmtKind::If(inside, steps, Vec::new()), at);
        changed
    }

    /// `base[index]`, with the test that it lies inside if that is not known.
    fn element(&mut self, base: &syntax::Expr, index: &syntax::Expr, at: Span) -> Result<Element> {
        let value = self.operand(base)?;
        let described = self.describe(&value);
        let Some((place, ty)) = self.as_place(value, base.span)? else {
            let message = format!("{described} has no elements");
            return Err(self.s.report(Diagnostic::new(
                &codes::UNSUPPORTED_EXPRESSION,
                at,
                message,
            )));
        };
        let value = self.expr(index)?;
        let position = self.integer(value, index.span)?;
        let (len, element) = match &ty {
            // Older kernels have arrays of one where newer ones have none: more follow.
            Type::Array(element, 1)
                if place.region().is_foreign()
                    && position.as_const().is_none()
                    && matches!(place, Place::Field(..)) =>
            {
                let (first, element) = (tail(place, ty.clone(), at), (**element).clone());
                let place = self.counted(&first, &element, position);
                return Ok(Element { place, ty: element, inside: None, len: 0 });
            }
            Type::Array(element, len) => (*len, (**element).clone()),
            Type::Str(len) => (*len, Type::Int(ir::IntType::U8)),
            _ if place.region().is_foreign()
                && (matches!(ty, Type::Ptr(_)) || position.as_const() != Some(0)) =>
            {
                let Place::Deref(pointer) = &place else {
                    return self.only_element(place, ty, &position);
                };
                // What a pointer there points to is trusted as this one is.
                let ty = place.seen(ty);
                let place = self.counted(pointer, &ty, position);
                return Ok(Element { place, ty, inside: None, len: 0 });
            }
            // A pointer to one value: `v[0]` is that value.
            _ => return self.only_element(place, ty, &position),
        };
        let known = self.range_of(&position);
        if known.max < 0 || known.min >= i128::from(len) {
            return Err(self.outside(known.max.min(known.min.max(-1)), len.into(), index.span));
        }
        if place.region() == ir::Region::Context && position.as_const().is_none() {
            return Err(self.context_index(position.span));
        }
        let (position, inside) = self.bounded(position, len);
        let place = Place::Index(Box::new(place), Box::new(position));
        let element = place.seen(element);
        Ok(Element { place, ty: element, inside, len })
    }

    /// `v[0]` of a pointer to one value.
    fn only_element(&mut self, place: Place, ty: Type, position: &Expr) -> Result<Element> {
        match position.as_const() {
            Some(0) => Ok(Element { place, ty, inside: None, len: 1 }),
            Some(other) => Err(self.outside(other, 1, position.span)),
            None => {
                let message = "there is one value here, and its index is 0";
                Err(self.s.report(
                    Diagnostic::new(&codes::CONSTANT_REQUIRED, position.span, message)
                        .help("write `[0]`; more values behind one key need an array as value"),
                ))
            }
        }
    }

    /// An index in a form whose bounds every verifier sees, and the test that
    /// it lies inside where that is not known.
    fn bounded(&mut self, position: Expr, len: u32) -> (Expr, Option<Expr>) {
        let at = position.span;
        let number = |value: u32| Expr::int(value.into(), Type::U64, at);
        if position.as_const().is_some() {
            return (position.convert(Type::U64), None);
        }
        let known = self.range_of(&position);
        let proven = known.is_within(0, i128::from(len) - 1);
        let position = position.convert(Type::U64);
        if proven
            && known.walked
            && let Some(followed) = followed(&position, &self.flow, &self.locals)
        {
            // What it becomes hangs on how its loops are made: see `bounds`.
            return (followed, None);
        }
        // Computed once, also where the element is read and then written.
        let position = self.keep(position, "at");
        let hidden = hidden(position);
        if proven && len.is_power_of_two() {
            return (Expr::binary(BinaryOp::And, hidden, number(len - 1), at), None);
        }
        let position = self.keep(hidden, "index");
        let inside = Expr::compare(CompareOp::Lt, position.clone(), number(len), at);
        if !proven {
            return (self::hidden(position), Some(inside));
        }
        let choice = ExprKind::Select(Box::new(inside), Box::new(position), Box::new(number(0)));
        // Hidden once more: what is computed from it comes after the choice.
        (self::hidden(Expr::new(choice, Type::U64, at)), None)
    }

    /// The test that the user would write for an index to lie inside.
    fn check_to_add(&self, index: &syntax::Expr, len: u32) -> String {
        let text = self.s.source.slice(index.span);
        format!("if 0 <= {text} < {len}:")
    }

    fn warn_unchecked(&mut self, index: &syntax::Expr, element: &Element, then: &str) {
        let (text, len) = (self.s.source.slice(index.span), element.len);
        let message = format!("`{text}` may lie outside the {len} elements, and {then} if it does");
        let help = format!("check it first: `{}`", self.check_to_add(index, len));
        self.s.report(Diagnostic::new(&codes::UNCHECKED_INDEX, index.span, message).help(help));
    }

    fn needs_check(&mut self, index: &syntax::Expr, element: &Element) -> Reported {
        let (text, len) = (self.s.source.slice(index.span), element.len);
        let message = format!("`{text}` may lie outside: there are {len} elements");
        let help = format!("put `{}` around this", self.check_to_add(index, len));
        self.s.report(Diagnostic::new(&codes::OUT_OF_BOUNDS, index.span, message).help(help))
    }

    fn outside(&mut self, position: i128, len: i128, at: Span) -> Reported {
        let message = format!("index {position} lies outside: there are {len} elements");
        let help = match position {
            ..0 => "elements are counted from the front, from 0".to_owned(),
            _ => format!("the last one is {}", len - 1),
        };
        self.s.report(Diagnostic::new(&codes::OUT_OF_BOUNDS, at, message).help(help))
    }
}

/// An element of an array or a byte of a string.
struct Element {
    place: Place,
    ty: Type,
    /// The test that its index lies inside; absent where that is known.
    inside: Option<Expr>,
    /// How many elements there are.
    len: u32,
}

/// What an element holds, or 0 if its index lies outside.
fn element_or_zero(element: &Element, inside: Expr, at: Span) -> Expr {
    let ty = element.ty.clone();
    let read = Expr::load(element.place.clone(), ty.clone(), at);
    let zero = match ty {
        Type::Ptr(_) => Expr::new(ExprKind::Null, ty.clone(), at),
        _ => Expr::int(0, ty.clone(), at),
    };
    let choice = ExprKind::Select(Box::new(inside), Box::new(read), Box::new(zero));
    Expr::new(choice, ty, at)
}

fn hidden(position: Expr) -> Expr {
    let at = position.span;
    Expr::new(ExprKind::Hidden(Box::new(position)), Type::U64, at)
}

/// The first element of an array of which the kernel alone knows how long it is: it
/// is read like a pointer.
fn tail(place: Place, ty: Type, at: Span) -> Expr {
    let user = place.region() == ir::Region::User;
    let region = if user { ir::Region::User } else { ir::Region::Kernel };
    let element = if let Type::Array(element, _) = &ty { (**element).clone() } else { Type::Void };
    let pointer = Type::ptr(Some(element), region);
    Expr::address(place, ty, region, at).convert(Type::U64).convert(pointer)
}

/// What stands in a place, as a value.
pub(super) fn value_at(place: Place, ty: Type, at: Span) -> Value {
    if matches!(ty, Type::Array(_, 0)) {
        Value::Scalar(tail(place, ty, at))
    } else if ty.is_aggregate() {
        Value::Memory(place, ty)
    } else {
        Value::Scalar(Expr::load(place, ty, at))
    }
}
