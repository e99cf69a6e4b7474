//! `==` of structs and arrays, and `in` of arrays.

use diagnostics::{Diagnostic, Span, codes};
use ir::{CompareOp, Expr, ExprKind, Place, Type};

use super::Body;
use super::value::Value;
use crate::session::Result;

/// Numbers that one comparison of structs or arrays looks at.
const MAX_PARTS: usize = 128;

impl Body<'_, '_> {
    /// Whether two structs or arrays are equal, field by field: what lies
    /// between the fields does not count. Nothing if they are neither.
    pub(super) fn equal_parts(
        &mut self,
        left: &Value,
        right: &Value,
        at: Span,
    ) -> Result<Option<Expr>> {
        let (Some((a, ty)), Some((b, other))) = (self.parted(left, at)?, self.parted(right, at)?)
        else {
            return Ok(None);
        };
        if ty != other {
            let (ty, other) = (self.s.type_name(&ty), self.s.type_name(&other));
            let message = format!("`{ty}` and `{other}` are different types");
            return Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message)));
        }
        if let Some((field, object)) = self.s.object_inside(&ty) {
            let message = format!("`{field}`, a `{}`, cannot be compared", object.name);
            return Err(self.s.report(
                Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                    .note("the kernel alone reads and writes it")
                    .help("compare the fields that matter"),
            ));
        }
        let mut tests = Vec::new();
        if !self.collect(&a, &b, &ty, at, &mut tests) {
            let name = self.s.type_name(&ty);
            let message = format!("`{name}` cannot be compared as a whole");
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                    .note(format!("unions, pointers and more than {MAX_PARTS} numbers are not"))
                    .help("compare the fields that matter"),
            ));
        }
        let all = tests.into_iter().reduce(|whole, test| {
            Expr::new(ExprKind::And(Box::new(whole), Box::new(test)), Type::Bool, at)
        });
        Ok(Some(all.unwrap_or_else(|| Expr::int(1, Type::Bool, at))))
    }

    /// The place of a struct or an array.
    fn parted(&mut self, value: &Value, at: Span) -> Result<Option<(Place, Type)>> {
        let parted = |ty: &Type| matches!(ty, Type::Struct(_) | Type::Array(..));
        match value {
            Value::Memory(_, ty) if parted(ty) => self.as_place(value.clone(), at),
            Value::Scalar(pointer) => {
                let pointee = pointer.ptr_type().and_then(|ptr| ptr.pointee.as_deref());
                if !pointee.is_some_and(parted) {
                    return Ok(None);
                }
                self.as_place(value.clone(), at)
            }
            _ => Ok(None),
        }
    }

    /// One test for each number; whether all of it could be tested.
    fn collect(&self, a: &Place, b: &Place, ty: &Type, at: Span, tests: &mut Vec<Expr>) -> bool {
        if tests.len() >= MAX_PARTS {
            return false;
        }
        let element = |base: &Place, index: u32| {
            let position = Box::new(Expr::int(index.into(), Type::U64, at));
            Place::Index(Box::new(base.clone()), position)
        };
        let byte = Type::Int(ir::IntType { bits: 8, signed: true });
        match ty {
            Type::Int(_) | Type::Network(_) | Type::Bool => {
                let (a, b) = (a.clone(), b.clone());
                let (a, b) = (Expr::load(a, ty.clone(), at), Expr::load(b, ty.clone(), at));
                tests.push(Expr::compare(CompareOp::Eq, a, b, at));
                true
            }
            Type::Array(part, len) => (0..*len)
                .all(|index| self.collect(&element(a, index), &element(b, index), part, at, tests)),
            Type::Str(len) => (0..*len).all(|index| {
                self.collect(&element(a, index), &element(b, index), &byte, at, tests)
            }),
            Type::Struct(id) => {
                let laid = self.s.module.struct_(*id);
                let mut fields = laid.fields.iter().enumerate();
                !laid.is_union
                    && fields.all(|(index, field)| {
                        let (a, b) = (a.clone().field(index), b.clone().field(index));
                        self.collect(&a, &b, &field.ty, at, tests)
                    })
            }
            Type::Void | Type::Ptr(_) => false,
        }
    }

    /// The elements of an array of numbers, each as a value; nothing for what
    /// is no such array.
    pub(super) fn numbers_of(&mut self, value: &Value, at: Span) -> Result<Option<Vec<Expr>>> {
        let Some((place, Type::Array(element, len))) = self.parted(value, at)? else {
            return Ok(None);
        };
        if element.is_aggregate() || len as usize > MAX_PARTS {
            let message = format!("`in` looks through at most {MAX_PARTS} numbers");
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                    .help("write a loop: `for x in ...:`"),
            ));
        }
        let read = |index: u32| {
            let position = Box::new(Expr::int(index.into(), Type::U64, at));
            let place = Place::Index(Box::new(place.clone()), position);
            Expr::load(place, (*element).clone(), at)
        };
        Ok(Some((0..len).map(read).collect()))
    }
}
