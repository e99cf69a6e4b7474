//! Fields of tracepoint events: `ctx.filename`, `ctx.prev_comm`, `ctx.ret`.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{BinaryOp, Expr, IntType, Place, Region, Type};
use kernel::{ContextKind, EventField, EventType};
use syntax::Ident;

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// Where the number and the arguments of a system call lie.
const NUMBER: u32 = 8;
const ARGUMENTS: u32 = 16;

impl Body<'_, '_> {
    /// `ctx.field` in a program for a tracepoint.
    pub(super) fn event_field(
        &mut self,
        base: &syntax::Expr,
        field: &Ident,
    ) -> Result<Option<Value>> {
        if self.context.kind != Some(ContextKind::Tracepoint) || !self.is_context(base) {
            return Ok(None);
        }
        let Value::Scalar(context) = self.expr(base)? else { return Err(Reported) };
        let at = field.span;
        let event = self.event(at)?;
        let fields = kernel::event_fields(&event).unwrap_or_default();
        let own = fields.iter().find(|known| known.name == field.name).copied();
        let known = own.or_else(|| of_system_calls(&event, &field.name));
        if let Some(value) = self.relocated(&context, &event, field, known)? {
            return Ok(Some(value));
        }
        match known {
            Some(known) => Ok(Some(self.at_offset(&context, known, at))),
            None => Err(self.no_event_field(&event, &fields, field)),
        }
    }

    /// The event whose record this is.
    fn event(&mut self, at: Span) -> Result<String> {
        let mut targets = self.context.sections.iter().map(|section| section.target.clone());
        let first = targets.next();
        match first {
            Some(first) if targets.all(|target| target == first) => Ok(first),
            _ => {
                let message = "the programs of this file have records of different events";
                Err(self.s.report(
                    Diagnostic::new(&codes::UNKNOWN_FIELD, at, message)
                        .help("read the field in the program, and pass its value"),
                ))
            }
        }
    }

    /// A field where the kernel's types say it lies, on each kernel anew.
    fn relocated(
        &mut self,
        context: &Expr,
        event: &str,
        field: &Ident,
        known: Option<EventField>,
    ) -> Result<Option<Value>> {
        let Some((category, name)) = event.split_once('/') else { return Ok(None) };
        if category == "syscalls" || known.is_some_and(|known| known.ty == EventType::Address) {
            return Ok(None);
        }
        let of = format!("trace_event_raw_{name}");
        let Some(ty) = self.s.kernel_pointer(&of, Region::Trusted) else { return Ok(None) };
        let Type::Ptr(ptr) = &ty else { return Ok(None) };
        let Some(Type::Struct(id)) = ptr.pointee.as_deref().cloned() else { return Ok(None) };
        let located = format!("__data_loc_{}", field.name);
        let at = field.span;
        let record = Place::Deref(Box::new(context.clone().convert(ty)));
        if self.s.kernel_field(id, &field.name).is_some() {
            let (place, ty) = self.kernel_member(record, id, field)?;
            // What the record holds of addresses is nobody's word.
            return Ok(match ty {
                Type::Ptr(_) => {
                    let address = Expr::load(place, ty, at).convert(Type::U64);
                    Some(Value::Scalar(address.convert(Type::ptr(None, Region::Opaque))))
                }
                ty => Some(super::place::value_at(place, ty, at)),
            });
        }
        if self.s.kernel_field(id, &located).is_some() {
            let named = Ident { name: located, span: at };
            let (place, ty) = self.kernel_member(record, id, &named)?;
            return Ok(Some(text_at(context, Expr::load(place, ty, at), at)));
        }
        Ok(None)
    }

    fn at_offset(&mut self, context: &Expr, known: EventField, at: Span) -> Value {
        let int = |bits, signed| Type::Int(IntType { bits, signed });
        let place = |ty: Type| Place::Context(Box::new(context.clone()), known.offset, ty);
        let load = |ty: Type| Expr::load(place(ty.clone()), ty, at);
        match known.ty {
            EventType::Int(bits, signed) => Value::Scalar(load(int(bits, signed))),
            EventType::Array(bits, signed, len) => {
                let ty = Type::Array(Box::new(int(bits, signed)), len);
                Value::Memory(place(ty.clone()), ty)
            }
            EventType::Text(len) => Value::Memory(place(Type::Str(len)), Type::Str(len)),
            EventType::Located => text_at(context, load(int(32, false)), at),
            EventType::UserText => {
                let text = Type::ptr(Some(int(8, true)), Region::User);
                Value::Scalar(load(Type::U64).convert(text))
            }
            EventType::UserTexts => {
                let text = Type::ptr(Some(int(8, true)), Region::User);
                Value::Scalar(load(Type::U64).convert(Type::ptr(Some(text), Region::User)))
            }
            EventType::UserStruct(name) => {
                let pointer = self.s.kernel_pointer(name, Region::User);
                let pointer = pointer.unwrap_or_else(|| Type::ptr(None, Region::User));
                Value::Scalar(load(Type::U64).convert(pointer))
            }
            EventType::UserAddress => {
                Value::Scalar(load(Type::U64).convert(Type::ptr(None, Region::User)))
            }
            EventType::Address => {
                Value::Scalar(load(Type::U64).convert(Type::ptr(None, Region::Opaque)))
            }
        }
    }

    fn no_event_field(&mut self, event: &str, fields: &[EventField], field: &Ident) -> Reported {
        let message = format!("`{event}` has no field `{}`", field.name);
        let mut diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
        let names: Vec<&str> = fields.iter().map(|known| known.name).collect();
        diagnostic = match nearest(&field.name, names.iter().copied()) {
            Some(near) => diagnostic.fix("did you mean", field.span, near),
            None if names.is_empty() => {
                diagnostic.note("the compiler does not know the fields of this event").help(
                    "take the arguments of the tracepoint itself: `tp_btf/NAME` or `raw_tp/NAME`",
                )
            }
            None => diagnostic.help(format!("its fields are {}", names.join(", "))),
        };
        self.s.report(diagnostic)
    }
}

/// The text that a `__data_loc` field tells the place of.
fn text_at(context: &Expr, location: Expr, at: Span) -> Value {
    let number = |value| Expr::int(value, Type::U64, at);
    let offset = Expr::binary(BinaryOp::And, location.convert(Type::U64), number(0xffff), at);
    let start = context.clone().convert(Type::U64);
    let letter = Type::Int(IntType { bits: 8, signed: true });
    let address = Expr::binary(BinaryOp::Add, start, offset, at);
    Value::Scalar(address.convert(Type::ptr(Some(letter), Region::Kernel)))
}

/// What every system call has, by the names that the kernel's types use.
fn of_system_calls(event: &str, name: &str) -> Option<EventField> {
    let call = event.strip_prefix("syscalls/sys_")?;
    let (name, offset, ty) = match name {
        "id" | "nr" => ("nr", NUMBER, EventType::Int(32, true)),
        "args" if call.starts_with("enter_") => ("args", ARGUMENTS, EventType::Array(64, false, 6)),
        "ret" if call.starts_with("exit_") => ("ret", ARGUMENTS, EventType::Int(64, true)),
        _ => return None,
    };
    Some(EventField { name, offset, ty })
}
