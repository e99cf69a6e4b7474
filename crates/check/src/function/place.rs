//! Fields and elements: `value.field`, `value[index]`.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{Expr, Place, Type};
use syntax::Ident;

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    pub(super) fn attribute(
        &mut self,
        whole: &syntax::Expr,
        base: &syntax::Expr,
        field: &Ident,
    ) -> Result<Value> {
        if let Some(path) = whole.path()
            && !self.is_local(&path)
            && self.s.tree.imports.resolve(&path).is_some()
        {
            let meaning = self.s.resolve(&path, whole.span)?;
            return self.meaning(meaning, &path.join("."), whole.span);
        }
        let (place, ty) = self.field_place(base, field)?;
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
        let value = self.expr(base)?;
        if let Value::Scalar(expr) = &value
            && expr.ptr_type().is_some_and(|ptr| ptr.region == ir::Region::Context)
        {
            let message = format!("the context's field `{}` cannot be read", field.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, field.span, message)
                    .note("a `c_void_p` context is passed on to helpers, not looked into"),
            ));
        }
        let described = self.describe(&value);
        let Some((place, ty)) = self.as_place(value, base.span)? else {
            let message = format!("{described} has no fields");
            return Err(self.s.report(Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message)));
        };
        let Type::Struct(id) = ty else {
            let message = format!("`{}` has no fields", self.s.type_name(&ty));
            return Err(self.s.report(Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message)));
        };
        let laid = self.s.module.struct_(id);
        if let Some((index, member)) = laid.field(&field.name) {
            let ty = member.ty.clone();
            return Ok((place.field(index), ty));
        }
        let names: Vec<&str> = laid.fields.iter().map(|member| member.name.as_str()).collect();
        let help = match nearest(&field.name, names.iter().copied()) {
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
        if let Some(map) = self.map_named(base)? {
            return self.map_item(map, index, at);
        }
        let (place, ty) = self.element_place(base, index, at)?;
        Ok(value_at(place, ty, at))
    }

    /// The place of `base[index]`.
    pub(super) fn element_place(
        &mut self,
        base: &syntax::Expr,
        index: &syntax::Expr,
        at: Span,
    ) -> Result<(Place, Type)> {
        let value = self.expr(base)?;
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
        let Some(position) = position.as_const() else {
            let message = "an index must be a constant";
            return Err(self.s.report(
                Diagnostic::new(&codes::CONSTANT_REQUIRED, index.span, message)
                    .help("write one statement for each element"),
            ));
        };
        let len = match &ty {
            Type::Array(_, len) | Type::Str(len) => i128::from(*len),
            // A pointer to one value: `v[0]` is that value.
            _ => 1,
        };
        if !(0..len).contains(&position) {
            return Err(self.outside(position, len, index.span));
        }
        let element = match &ty {
            Type::Array(element, _) => (**element).clone(),
            Type::Str(_) => Type::Int(ir::IntType { bits: 8, signed: true }),
            _ => return Ok((place, ty)),
        };
        let position = Expr::int(position, Type::U64, index.span);
        Ok((Place::Index(Box::new(place), Box::new(position)), element))
    }

    fn outside(&mut self, position: i128, len: i128, at: Span) -> Reported {
        let message = format!("index {position} lies outside: there are {len} elements");
        let mut diagnostic = Diagnostic::new(&codes::OUT_OF_BOUNDS, at, message);
        if position < 0 {
            diagnostic = diagnostic.help("elements are counted from the front, from 0");
        }
        self.s.report(diagnostic)
    }
}

/// What stands in a place, as a value.
pub(super) fn value_at(place: Place, ty: Type, at: Span) -> Value {
    if ty.is_aggregate() {
        Value::Memory(place, ty)
    } else {
        Value::Scalar(Expr::load(place, ty, at))
    }
}
