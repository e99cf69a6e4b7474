//! What an expression gives, and how it becomes what its use needs.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, IntType, Place, PtrType, Region, Stmt, StmtKind, Type};

use super::Body;
use super::kernel_memory::is_text_pointer;
use crate::session::{Reported, Result};

/// The value of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// An integer, a bool or a pointer.
    Scalar(Expr),
    /// A struct, an array or a string in memory.
    Memory(Place, Type),
    /// A literal text or bytes.
    Text(Vec<u8>),
    /// `None`.
    Nothing,
}

impl Body<'_, '_> {
    /// How a value is called in messages.
    pub(super) fn describe(&self, value: &Value) -> String {
        match value {
            Value::Scalar(expr) => format!("`{}`", self.s.type_name(&expr.ty)),
            Value::Memory(_, ty) => format!("`{}`", self.s.type_name(ty)),
            Value::Text(_) => "a text".to_owned(),
            Value::Nothing => "`None`".to_owned(),
        }
    }

    pub(super) fn mismatch(&mut self, at: Span, wanted: &str, value: &Value) -> Reported {
        let message = format!("{wanted} is needed here, and this is {}", self.describe(value));
        let mut diagnostic = Diagnostic::new(&codes::TYPE_MISMATCH, at, message);
        if let Some(words) = self.instead(value, at) {
            diagnostic = diagnostic.help(words);
        }
        self.s.report(diagnostic)
    }

    /// What is mostly meant by a value that does not fit.
    fn instead(&self, value: &Value, at: Span) -> Option<String> {
        let text = self.s.source.slice(at);
        Some(match value {
            Value::Text(letter) if letter.len() == 1 => {
                format!("a letter as a number: `ord({text})`")
            }
            Value::Text(_) => "texts are compared, stored in a `str(N)` and printed".to_owned(),
            Value::Nothing => "only a lookup can be `None`; a number starts as 0".to_owned(),
            Value::Memory(_, Type::Struct(id)) => {
                let field = self.s.module.struct_(*id).fields.first()?;
                format!("name a field: `{text}.{}`", field.name)
            }
            Value::Memory(_, Type::Array(..)) => format!("name an element: `{text}[0]`"),
            Value::Memory(_, _) => format!("a byte of it: `{text}[0]`; its length: `len({text})`"),
            Value::Scalar(Expr { ty: Type::Ptr(ptr), .. }) => match &ptr.pointee {
                _ if ptr.region == Region::Context => {
                    "give the context to helpers that take it, or read one of its fields".to_owned()
                }
                Some(_) if is_text_pointer(value) => {
                    format!("copy the text that it leads to first: `copy: str(64) = {text}`")
                }
                Some(pointee) if matches!(**pointee, Type::Ptr(_)) => {
                    format!("one of those behind it: `{text}[0]`")
                }
                Some(pointee) if matches!(**pointee, Type::Int(_)) => {
                    format!("the number behind it: `{text}[0]`")
                }
                _ => return None,
            },
            Value::Scalar(_) => return None,
        })
    }

    /// A pointer to an integer reads as the integer; everything else is left.
    pub(super) fn read(&mut self, value: Value) -> Result<Value> {
        let Value::Scalar(expr) = &value else { return Ok(value) };
        let Type::Ptr(PtrType { pointee: Some(pointee), region, nullable }) = &expr.ty else {
            return Ok(value);
        };
        if *region == Region::Opaque || region.is_foreign() || pointee.is_aggregate() {
            return Ok(value);
        }
        let (pointee, nullable) = ((**pointee).clone(), *nullable);
        let at = expr.span;
        if *region == Region::Cursor {
            let place = self.in_packet(expr.clone(), at)?;
            return Ok(Value::Scalar(Expr::load(place, pointee, at)));
        }
        if nullable && *region == Region::Packet {
            return Err(self.unchecked_packet(at));
        }
        if !nullable {
            let place = Place::Deref(Box::new(expr.clone()));
            return Ok(Value::Scalar(Expr::load(place, pointee, at)));
        }
        let text = self.s.source.slice(at).to_owned();
        let message = format!("`{text}` may have no entry, and is read as 0 then");
        self.s.report(
            Diagnostic::new(&codes::MAYBE_MISSING, at, message)
                .help(format!("check it first: `if {text}:`")),
        );
        Ok(Value::Scalar(self.value_or_zero(expr.clone(), pointee)))
    }

    /// What a pointer that may be null points to, or 0.
    pub(super) fn value_or_zero(&mut self, pointer: Expr, pointee: Type) -> Expr {
        let zero = Expr::int(0, pointee.clone(), pointer.span);
        self.value_or(pointer, pointee, zero)
    }

    /// What a pointer that may be null points to, or another value.
    pub(super) fn value_or(&mut self, pointer: Expr, pointee: Type, other: Expr) -> Expr {
        let at = pointer.span;
        let slot = self.hidden("found", pointer.ty.clone());
        let again = Expr::load(Place::Local(slot), pointer.ty.clone(), at);
        let test = Expr::new(ExprKind::IsFound(Box::new(again.clone())), Type::Bool, at);
        let place = Place::Deref(Box::new(self.not_null(again)));
        let read = Expr::load(place, pointee.clone(), at);
        let choice = ExprKind::Select(Box::new(test), Box::new(read), Box::new(other));
        let keep = Stmt::new(StmtKind::Store(Place::Local(slot), pointer), at);
        let choice = Expr::new(choice, pointee.clone(), at);
        Expr::new(ExprKind::Sequence(vec![keep], Box::new(choice)), pointee, at)
    }

    /// The same pointer, known not to be null.
    pub(super) fn not_null(&self, pointer: Expr) -> Expr {
        let Type::Ptr(ptr) = &pointer.ty else { return pointer };
        if !ptr.nullable {
            return pointer;
        }
        let ty = Type::Ptr(PtrType { nullable: false, ..ptr.clone() });
        let at = pointer.span;
        Expr::new(ExprKind::NonNull(Box::new(pointer)), ty, at)
    }

    /// The value as an integer, a bool or a pointer that is no reference to
    /// an integer.
    pub(super) fn scalar(&mut self, value: Value, at: Span) -> Result<Expr> {
        match self.read(value)? {
            Value::Scalar(expr) if expr.ty != Type::Void => Ok(expr),
            Value::Scalar(_) => {
                let message = "this call gives no value";
                Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message)))
            }
            other => Err(self.mismatch(at, "a number", &other)),
        }
    }

    /// The value as an integer: bools become `int`, addresses 64 bits.
    pub(super) fn integer(&mut self, value: Value, at: Span) -> Result<Expr> {
        let expr = self.scalar(value, at)?;
        match &expr.ty {
            Type::Int(_) => Ok(expr),
            Type::Bool => Ok(expr.convert(Type::I32)),
            Type::Network(bits) => Err(self.wrong_order(*bits, at)),
            Type::Ptr(ptr) if ptr.region == Region::Opaque || ptr.region.is_foreign() => {
                Ok(expr.convert(Type::U64))
            }
            _ => {
                let value = Value::Scalar(expr);
                Err(self.mismatch(at, "a number", &value))
            }
        }
    }

    /// The value converted to a scalar type by the integer rules.
    pub(super) fn convert(&mut self, value: Value, ty: &Type, at: Span) -> Result<Expr> {
        match (ty, &value) {
            (Type::Int(IntType { bits: 8, .. }), Value::Text(letter)) if letter.len() == 1 => {
                Ok(Expr::int(i128::from(letter[0]), Type::Int(IntType::U8), at).convert(ty.clone()))
            }
            (Type::Network(bits), _) => self.in_network_order(value, *bits, at),
            (Type::Int(int), _) => {
                let expr = self.integer(value, at)?;
                self.warn_truncated(&expr, *int);
                Ok(expr.convert(ty.clone()))
            }
            (Type::Bool, _) => {
                let expr = self.integer(value, at)?;
                Ok(expr.convert(Type::Bool))
            }
            (Type::Ptr(_), Value::Nothing) => Ok(Expr::new(ExprKind::Null, ty.clone(), at)),
            (Type::Ptr(PtrType { region: Region::Opaque, .. }), Value::Scalar(expr)) => {
                match &expr.ty {
                    Type::Int(_) => Ok(expr.clone().convert(Type::U64).convert(ty.clone())),
                    Type::Ptr(ptr) if ptr.region == Region::Opaque || ptr.region.is_foreign() => {
                        Ok(expr.clone().convert(ty.clone()))
                    }
                    // The verifier does not let a pointer of its own become
                    // a number.
                    _ => Err(self.needs(ty, &value, at)),
                }
            }
            (Type::Ptr(wanted), Value::Scalar(expr)) => match &expr.ty {
                Type::Ptr(given)
                    if given.pointee == wanted.pointee
                        && given.region.is_part_of(wanted.region)
                        && (wanted.nullable
                            || !given.nullable
                            || wanted.region == Region::Kernel) =>
                {
                    Ok(expr.clone().convert(ty.clone()))
                }
                _ => Err(self.needs(ty, &value, at)),
            },
            _ => Err(self.needs(ty, &value, at)),
        }
    }

    fn needs(&mut self, ty: &Type, value: &Value, at: Span) -> Reported {
        let wanted = format!("`{}`", self.s.type_name(ty));
        self.mismatch(at, &wanted, value)
    }

    fn warn_truncated(&mut self, expr: &Expr, int: IntType) {
        let Some(value) = expr.as_const() else { return };
        let same_width = |signed| IntType { bits: int.bits, signed }.holds(value);
        if same_width(true) || same_width(false) {
            return;
        }
        let name = self.s.type_name(&Type::Int(int));
        let message = format!("{value} does not fit `{name}` and becomes {}", int.wrap(value));
        self.s.report(Diagnostic::new(&codes::TRUNCATED_CONSTANT, expr.span, message));
    }

    /// The value as something in memory of exactly this type: its address.
    pub(super) fn memory(&mut self, value: Value, ty: &Type, at: Span) -> Result<Expr> {
        match (value, ty) {
            (Value::Memory(place, found), _) if found == *ty => {
                let region = place.region();
                Ok(Expr::address(place, found, region, at))
            }
            (Value::Text(text), Type::Str(len)) => {
                let text = self.fit_text(text, *len, at)?;
                let slot = self.hidden("text", ty.clone());
                self.push(StmtKind::StoreStr(Place::Local(slot), text), at);
                Ok(Expr::address(Place::Local(slot), ty.clone(), Region::Stack, at))
            }
            (value @ (Value::Memory(_, Type::Str(_)) | Value::Scalar(_)), Type::Str(_)) => {
                let slot = self.hidden("text", ty.clone());
                self.store_place(Place::Local(slot), ty, value, at, at)?;
                Ok(Expr::address(Place::Local(slot), ty.clone(), Region::Stack, at))
            }
            (value, ty) if ty.is_aggregate() => Err(self.needs(ty, &value, at)),
            (value, ty) => Ok(self.convert(value, ty, at)?.spill()),
        }
    }

    /// A text that fits `str(len)`.
    pub(super) fn fit_text(&mut self, text: Vec<u8>, len: u32, at: Span) -> Result<Vec<u8>> {
        if text.len() <= len as usize {
            return Ok(text);
        }
        let message = format!("a text of {} bytes does not fit `str({len})`", text.len());
        let help = format!("make it a `str({})` where it is declared", text.len() + 1);
        Err(self.s.report(Diagnostic::new(&codes::OUT_OF_RANGE, at, message).help(help)))
    }
}
