//! `T(...)`: numbers converted to a type, structs and strings built.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{IntType, Place, StmtKind, Type};
use syntax::{ExprKind, Keyword};

use super::Body;
use super::network::retyped;
use super::value::Value;
use crate::names::{Builtin, Meaning, ctype_of};
use crate::session::{Item, Result};

impl Body<'_, '_> {
    /// The struct or array type that a callee is, without a word if it is
    /// none.
    pub(super) fn aggregate_named(&mut self, callee: &syntax::Expr) -> Option<Type> {
        if callee.path().is_some_and(|path| self.is_local(&path)) {
            return None;
        }
        if let ExprKind::Name(name) = &callee.kind
            && let Some((Item::Struct(id), _)) = self.s.item(name)
            && self.s.module.struct_(*id).kernel.is_none()
        {
            return Some(Type::Struct(*id));
        }
        if let Some(id) = self.s.header_named(callee) {
            return Some(Type::Struct(id));
        }
        if !self.s.is_array_type(callee) {
            return None;
        }
        self.s.annotation(callee).ok()
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
            Some((module, name)) if module == crate::names::NET_MODULE => {
                return kernel::network_type(name).map(Type::Network);
            }
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
            Meaning::Network(bits) => Type::Network(*bits),
            Meaning::Builtin(Builtin::Int) => Type::I64,
            Meaning::Builtin(Builtin::Bool) => Type::Bool,
            Meaning::Item(Item::Struct(id)) => {
                return self.built(Type::Struct(*id), args, keywords, at);
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
                let mut value = self.expr(arg)?;
                if matches!(ty, Type::Int(_) | Type::Network(_)) {
                    value = self.read(value)?;
                }
                let raw = match (&ty, &value) {
                    (Type::Int(int), Value::Scalar(expr)) => expr.ty == Type::Network(int.bits),
                    (Type::Network(bits), Value::Scalar(expr)) => {
                        matches!(expr.ty, Type::Int(int) if int.bits == *bits || expr.as_const().is_some())
                    }
                    _ => false,
                };
                if let (true, Value::Scalar(mut expr)) = (raw, value.clone()) {
                    if let Type::Network(bits) = ty {
                        let int = IntType { bits, signed: false };
                        expr = self.convert(value, &Type::Int(int), arg.span)?;
                    }
                    expr = retyped(expr, ty);
                    expr.span = at;
                    return Ok(Value::Scalar(expr));
                }
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

    /// A new struct or array as a value.
    pub(super) fn built(
        &mut self,
        ty: Type,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let slot = self.hidden("built", ty.clone());
        self.build(Place::Local(slot), &ty, args, keywords, at)?;
        Ok(Value::Memory(Place::Local(slot), ty))
    }

    /// Builds a struct or an array in a place: all zero, then what is given.
    pub(super) fn build(
        &mut self,
        place: Place,
        ty: &Type,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<()> {
        match ty {
            Type::Struct(id) => self.build_struct(place, *id, args, keywords, at),
            Type::Array(element, len) => {
                self.no_keywords(keywords)?;
                self.build_array(place, element, *len, args, at)
            }
            // `(c_char * 8)()`
            Type::Str(_) if args.is_empty() => {
                self.no_keywords(keywords)?;
                self.push(StmtKind::Zero(place), at);
                Ok(())
            }
            _ => {
                self.count("a text", "no values", 0..=0, args, at)?;
                Ok(())
            }
        }
    }

    fn build_array(
        &mut self,
        place: Place,
        element: &Type,
        len: u32,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<()> {
        if args.len() > len as usize {
            let message = format!("{} values for an array of {len}", args.len());
            return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
        }
        self.push(StmtKind::Zero(place.clone()), at);
        for (index, arg) in args.iter().enumerate() {
            let position = Box::new(ir::Expr::int(index as i128, Type::U64, arg.span));
            let slot = Place::Index(Box::new(place.clone()), position);
            self.build_part(slot, element, arg, at)?;
        }
        Ok(())
    }

    /// A field or an element of something that is being built.
    fn build_part(
        &mut self,
        place: Place,
        ty: &Type,
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        // `S(inner=T(a=1))` needs no second `T`.
        if let ExprKind::Call(callee, args, keywords) = &value.kind
            && self.aggregate_named(callee).is_some_and(|made| made == *ty)
        {
            return self.build(place, ty, args, keywords, value.span);
        }
        let given = self.expr(value)?;
        self.store_place(place, ty, given, value.span, at)
    }

    fn build_struct(
        &mut self,
        place: Place,
        id: ir::StructId,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<()> {
        self.push(StmtKind::Zero(place.clone()), at);
        let laid = self.s.module.struct_(id).clone();
        if args.len() > laid.fields.len() {
            let message = format!(
                "`{}` has {} fields, and {} values are given",
                laid.name,
                laid.fields.len(),
                args.len()
            );
            return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
        }
        if laid.is_union && args.len() + keywords.len() > 1 {
            let message =
                format!("the fields of `{}` share their memory: one can be set", laid.name);
            return Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
        }
        let mut given: Vec<(usize, &syntax::Expr)> = args.iter().enumerate().collect();
        for keyword in keywords {
            let index = self.keyword_field(&laid, keyword)?;
            if given.iter().any(|(known, _)| *known == index) {
                let message = format!("`{}` is given twice", keyword.name.name);
                return Err(self.s.report(Diagnostic::new(
                    &codes::WRONG_ARGUMENTS,
                    keyword.name.span,
                    message,
                )));
            }
            given.push((index, &keyword.value));
        }
        let overwritten: Vec<usize> = given.iter().map(|(index, _)| *index).collect();
        self.defaults(&place, &Type::Struct(id), &overwritten, at);
        for (index, value) in given {
            let ty = laid.fields[index].ty.clone();
            self.build_part(place.clone().field(index), &ty, value, at)?;
        }
        Ok(())
    }

    fn keyword_field(&mut self, laid: &ir::Struct, keyword: &Keyword) -> Result<usize> {
        if let Some((index, _)) = laid.field(&keyword.name.name) {
            return Ok(index);
        }
        let names: Vec<&str> = laid.fields.iter().map(|f| f.name.as_str()).collect();
        let message = format!("`{}` has no field `{}`", laid.name, keyword.name.name);
        let help = match nearest(&keyword.name.name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its fields are {}", names.join(", ")),
        };
        Err(self
            .s
            .report(Diagnostic::new(&codes::UNKNOWN_FIELD, keyword.name.span, message).help(help)))
    }

    /// Stores the default values of fields, those of structs inside included,
    /// except for the fields that are set anyway.
    fn defaults(&mut self, place: &Place, ty: &Type, overwritten: &[usize], at: Span) {
        match ty {
            Type::Struct(id) if self.s.has_defaults(ty) => {
                let laid = self.s.module.struct_(*id).clone();
                let values = self.s.defaults_of(*id);
                for (index, field) in laid.fields.iter().enumerate() {
                    if overwritten.contains(&index) {
                        continue;
                    }
                    let part = place.clone().field(index);
                    match values.get(&index) {
                        Some(value) => self.store_constant(part, &field.ty, value, at),
                        None => self.defaults(&part, &field.ty, &[], at),
                    }
                }
            }
            Type::Array(element, len) if self.s.has_defaults(element) => {
                for index in 0..*len {
                    let position = Box::new(ir::Expr::int(index.into(), Type::U64, at));
                    let part = Place::Index(Box::new(place.clone()), position);
                    self.defaults(&part, element, &[], at);
                }
            }
            _ => {}
        }
    }

    /// Stores a constant in memory that is zero.
    fn store_constant(&mut self, place: Place, ty: &Type, value: &ir::Value, at: Span) {
        match (value, ty) {
            (ir::Value::Zero, _) => {}
            (ir::Value::Int(number), _) => {
                let number = ir::Expr::int(*number, ty.clone(), at);
                self.push(StmtKind::Store(place, number), at);
            }
            (ir::Value::Str(text), _) => self.push(StmtKind::StoreStr(place, text.clone()), at),
            (ir::Value::List(parts), Type::Array(element, _)) => {
                for (index, part) in parts.iter().enumerate() {
                    let position = Box::new(ir::Expr::int(index as i128, Type::U64, at));
                    let slot = Place::Index(Box::new(place.clone()), position);
                    self.store_constant(slot, element, part, at);
                }
            }
            (ir::Value::List(parts), Type::Struct(id)) => {
                let fields = self.s.module.struct_(*id).fields.clone();
                for (index, (part, field)) in parts.iter().zip(fields).enumerate() {
                    self.store_constant(place.clone().field(index), &field.ty, part, at);
                }
            }
            (ir::Value::List(_), _) => {}
        }
    }
}

fn makes_bool(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Builtin(Builtin::Bool) | Meaning::CType("c_bool"))
}
