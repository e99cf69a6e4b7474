//! `T(...)`: numbers converted to a type, structs and strings built.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Place, StmtKind, Type};
use syntax::{ExprKind, Keyword};

use super::Body;
use super::value::Value;
use crate::names::{Builtin, Meaning, ctype_of};
use crate::session::{Item, Result};

impl Body<'_, '_> {
    /// The struct that a callee names, without a word if it is none.
    pub(super) fn aggregate_named(&self, callee: &syntax::Expr) -> Option<Type> {
        let ExprKind::Name(name) = &callee.kind else { return None };
        if self.is_local(&[name]) {
            return None;
        }
        match self.s.item(name)?.0 {
            Item::Struct(id) => Some(Type::Struct(*id)),
            _ => None,
        }
    }

    /// The scalar type that a callee names, without a word if it is none.
    pub(super) fn scalar_type_named(&mut self, callee: &syntax::Expr) -> Option<Type> {
        let path = callee.path()?;
        if self.is_local(&path) || (path.len() == 1 && self.s.item(path[0]).is_some()) {
            return None;
        }
        let resolved = self.s.tree.imports.resolve(&path);
        let name = match &resolved {
            Some((module, name)) if module == "ctypes" => name.as_str(),
            Some(_) => return None,
            None => path.first()?,
        };
        match crate::ctypes::ctype(name)? {
            crate::ctypes::CType::Type(ty) => Some(ty),
            crate::ctypes::CType::Float => None,
        }
    }

    /// `T(...)` as a value.
    pub(super) fn construct(
        &mut self,
        meaning: &Meaning,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let ty = match meaning {
            Meaning::CType(name) => ctype_of(self.s, name, at)?,
            Meaning::Builtin(Builtin::Int) => Type::I64,
            Meaning::Builtin(Builtin::Bool) => Type::Bool,
            Meaning::Item(Item::Struct(id)) => {
                let ty = Type::Struct(*id);
                let slot = self.hidden("built", ty.clone());
                self.build(Place::Local(slot), &ty, args, keywords, at)?;
                return Ok(Value::Memory(Place::Local(slot), ty));
            }
            _ => {
                let message = "this type cannot be made from a value";
                return Err(self.s.report(Diagnostic::new(&codes::NOT_CALLABLE, at, message)));
            }
        };
        let name = self.s.type_name(&ty);
        match (args, keywords) {
            ([], []) => Ok(Value::Scalar(match ty {
                Type::Ptr(_) => ir::Expr::new(ir::ExprKind::Null, ty, at),
                ty => ir::Expr::int(0, ty, at),
            })),
            ([arg], []) => {
                if makes_bool(meaning) {
                    let (test, _) = self.test(arg)?;
                    return Ok(Value::Scalar(test));
                }
                let value = self.expr(arg)?;
                let mut converted = self.convert(value, &ty, arg.span)?;
                converted.span = at;
                Ok(Value::Scalar(converted))
            }
            _ => {
                let message = format!("`{name}` is made from one value");
                Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)))
            }
        }
    }

    /// Builds a struct in a place: all zero, then the fields that are given.
    pub(super) fn build(
        &mut self,
        place: Place,
        ty: &Type,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<()> {
        let Type::Struct(id) = ty else { return Ok(()) };
        self.push(StmtKind::Zero(place.clone()), at);
        let laid = self.s.module.struct_(*id).clone();
        if args.len() > laid.fields.len() {
            let message = format!(
                "`{}` has {} fields, and {} values are given",
                laid.name,
                laid.fields.len(),
                args.len()
            );
            return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
        }
        for (index, arg) in args.iter().enumerate() {
            let ty = laid.fields[index].ty.clone();
            let value = self.expr(arg)?;
            self.store_place(place.clone().field(index), &ty, value, arg.span, at)?;
        }
        for keyword in keywords {
            let Some((index, field)) = laid.field(&keyword.name.name) else {
                let names: Vec<&str> = laid.fields.iter().map(|f| f.name.as_str()).collect();
                let message = format!("`{}` has no field `{}`", laid.name, keyword.name.name);
                let help = format!("its fields are {}", names.join(", "));
                return Err(self.s.report(
                    Diagnostic::new(&codes::UNKNOWN_FIELD, keyword.name.span, message).help(help),
                ));
            };
            if index < args.len() {
                let message = format!("`{}` is given twice", keyword.name.name);
                return Err(self.s.report(Diagnostic::new(
                    &codes::WRONG_ARGUMENTS,
                    keyword.name.span,
                    message,
                )));
            }
            let ty = field.ty.clone();
            let value = self.expr(&keyword.value)?;
            self.store_place(place.clone().field(index), &ty, value, keyword.value.span, at)?;
        }
        Ok(())
    }
}

fn makes_bool(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Builtin(Builtin::Bool) | Meaning::CType("c_bool"))
}
