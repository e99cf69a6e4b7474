//! Fields of the context: `ctx.mark`, `ctx.cb[0]`, `ctx.user_ip4 = x`.

use diagnostics::{Diagnostic, Span, codes, nearest};
use std::rc::Rc;

use ir::{Expr, IntType, Place, PtrType, Region, StmtKind, Type};
use kernel::{ContextField, ContextKind, ContextStruct, Holds, Section};
use syntax::Ident;

use super::Body;
use super::value::Value;
use crate::contexts::describe;
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    /// The place of `ctx.field`.
    pub(super) fn context_place(&mut self, context: &Expr, field: &Ident) -> Result<(Place, Type)> {
        if let Some(word) = self.context_word(context, field) {
            return word;
        }
        if self.context.kind == Some(ContextKind::Tracepoint) {
            // Its fields are read another way.
            return Err(self.only_read(field.span));
        }
        let Some(laid) = self.context.laid_out() else {
            return self.described_place(context, field);
        };
        let Some(known) = laid.field(&field.name) else {
            return Err(self.no_such_field(laid, field));
        };
        self.usable(laid, known, field.span)?;
        if known.since > kernel::Version::OLDEST {
            self.s.needs(known.since, &format!("`{}.{}`", laid.name, known.name), field.span)?;
        }
        let ty = field_type(known);
        let place = Place::Context(Box::new(context.clone()), known.offset, memory_type(known));
        Ok((place, ty))
    }

    /// What `ctx.field` gives where it is more than what lies in memory.
    pub(super) fn context_value(
        &mut self,
        place: &Place,
        ty: &Type,
        field: &Ident,
    ) -> Result<Option<Value>> {
        let Place::Context(_, offset, memory) = place else { return Ok(None) };
        let known = self.context.laid_out().and_then(|laid| {
            laid.fields.iter().find(|known| known.offset == *offset && known.name == field.name)
        });
        let at = field.span;
        match known.map(|known| known.holds) {
            Some(Holds::Pointer(of)) => {
                let ty = self.sent_pointer(of, field)?;
                let load = Expr::load(place.clone(), Type::U64, at);
                return Ok(Some(Value::Scalar(load.convert(ty))));
            }
            Some(_) if memory != ty => {}
            _ => return Ok(None),
        }
        let load = Expr::load(place.clone(), memory.clone(), at);
        Ok(Some(Value::Scalar(load.convert(ty.clone()))))
    }

    /// Whether all programs here may read or write the field.
    fn usable(&mut self, laid: &ContextStruct, known: &ContextField, at: Span) -> Result<()> {
        let refused = self.context.sections.iter().find(|section| !known.readable(section.def));
        let Some(section) = refused else { return Ok(()) };
        let prefix = section.def.prefix;
        let message =
            format!("a `{prefix}` program may not read `{}` of its `{}`", known.name, laid.name);
        let mut others: Vec<&str> = kernel::SECTION_DEFS
            .iter()
            .filter(|def| def.context == ContextKind::Struct(laid.name) && known.readable(def))
            .map(|def| def.prefix)
            .collect();
        others.truncate(6);
        let mut diagnostic = Diagnostic::new(&codes::CONTEXT_ACCESS, at, message);
        if !others.is_empty() {
            diagnostic = diagnostic.note(format!("programs that may: `{}`", others.join("`, `")));
        }
        let readable: Vec<&str> = laid
            .fields
            .iter()
            .filter(|field| field.readable(section.def))
            .map(|field| field.name)
            .collect();
        let help = format!("such a program may read {}", readable.join(", "));
        diagnostic = diagnostic.help(help);
        Err(self.s.report(diagnostic))
    }

    fn only_read(&mut self, at: Span) -> Reported {
        let message = "this context is only read";
        self.s.report(
            Diagnostic::new(&codes::CONTEXT_ACCESS, at, message)
                .help("keep what is to be changed in a variable or a map"),
        )
    }

    /// Reports a store to a field that a program here may not write.
    pub(super) fn context_writable(&mut self, offset: u32, at: Span) -> Result<()> {
        let Some(laid) = self.context.laid_out() else {
            return Err(self.only_read(at));
        };
        let covers = |known: &&ContextField| {
            let bytes = u32::from(known.bits / 8) * known.count.max(1);
            (known.offset..known.offset + bytes).contains(&offset)
        };
        // Members of a union share their place.
        let fields = || laid.fields.iter().filter(covers);
        let refused = |section: &&Rc<Section>| !fields().any(|known| known.writable(section.def));
        let section = self.context.sections.iter().find(refused).cloned();
        let (Some(section), Some(known)) = (section, fields().next()) else { return Ok(()) };
        let prefix = section.def.prefix;
        let message =
            format!("a `{prefix}` program may not write `{}` of its `{}`", known.name, laid.name);
        let writable: Vec<&str> = laid
            .fields
            .iter()
            .filter(|field| field.writable(section.def))
            .map(|field| field.name)
            .collect();
        let help = match writable.as_slice() {
            [] => "such a program writes none of them".to_owned(),
            fields => format!("such a program may write {}", fields.join(", ")),
        };
        Err(self.s.report(Diagnostic::new(&codes::CONTEXT_ACCESS, at, message).help(help)))
    }

    /// An array of the context as a copy, element by element: the verifier
    /// wants each access at its width.
    pub(super) fn context_copy(&mut self, place: &Place, ty: Type, at: Span) -> Value {
        let slot = Place::Local(self.hidden("copy", ty.clone()));
        if let Type::Array(element, len) = &ty {
            for index in 0..*len {
                let index = Expr::int(index.into(), Type::U64, at);
                let part =
                    |place: &Place| Place::Index(Box::new(place.clone()), Box::new(index.clone()));
                let load = Expr::load(part(place), (**element).clone(), at);
                self.push(StmtKind::Store(part(&slot), load), at);
            }
        }
        if matches!(ty, Type::Str(_)) {
            self.push(StmtKind::Copy(slot.clone(), place.clone()), at);
        }
        Value::Memory(slot, ty)
    }

    /// Reports an index into the context that is not known when the program
    /// is built.
    pub(super) fn context_index(&mut self, at: Span) -> Reported {
        let message = "an element of the context is read at a constant place";
        self.s.report(
            Diagnostic::new(&codes::CONSTANT_REQUIRED, at, message)
                .note("the verifier wants to know which field is read")
                .help("write the elements out: `ctx.cb[0]`, `ctx.cb[1]`, ..."),
        )
    }

    fn no_such_field(&mut self, laid: &ContextStruct, field: &Ident) -> Reported {
        let names: Vec<&str> = laid.fields.iter().map(|known| known.name).collect();
        let message = format!("the context, a `{}`, has no field `{}`", laid.name, field.name);
        let mut diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
        if let Some(near) = nearest(&field.name, names.iter().copied()) {
            diagnostic = diagnostic.fix("did you mean", field.span, near);
        } else {
            let section = self.context.sections.first();
            let readable = laid
                .fields
                .iter()
                .filter(|known| section.is_none_or(|section| known.readable(section.def)));
            let names: Vec<&str> = readable.map(|known| known.name).collect();
            diagnostic = diagnostic.help(format!("its fields are {}", names.join(", ")));
        }
        self.s.report(diagnostic)
    }

    pub(super) fn no_fields(&mut self, field: &Ident) -> Reported {
        let (note, help) = match self.context.kind {
            None if self.is_program => return Reported,
            None => (
                "the programs of this file have different contexts".to_owned(),
                "say which one it is: `ctx: xdp_md`, with `from vmlinux import xdp_md`",
            ),
            Some(kind @ ContextKind::Replaced) => (
                format!("it is {}", describe(kind)),
                "say what that is called with: `ctx: xdp_md`, with `from vmlinux import xdp_md`",
            ),
            Some(kind) => (
                format!("it is {}", describe(kind)),
                "pass it to helpers such as `get_current_task`, or read what the helpers give",
            ),
        };
        let message = format!("the context has no field `{}`", field.name);
        self.s.report(
            Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message).note(note).help(help),
        )
    }
}

/// What lies in memory.
fn memory_type(known: &ContextField) -> Type {
    let element = match known.holds {
        Holds::Number { signed } => Type::Int(IntType { bits: known.bits, signed }),
        Holds::Network(bits) if bits == known.bits => Type::Network(bits),
        _ => Type::Int(IntType { bits: known.bits, signed: false }),
    };
    if known.count > 0 { Type::Array(Box::new(element), known.count) } else { element }
}

/// What the field is in the language.
fn field_type(known: &ContextField) -> Type {
    let pointer = |region| Type::Ptr(PtrType { pointee: None, region, nullable: false });
    match known.holds {
        Holds::Network(bits) if bits != known.bits => Type::Network(bits),
        Holds::Packet | Holds::PacketMeta => pointer(Region::Cursor),
        Holds::PacketEnd => pointer(Region::PacketEnd),
        Holds::Pointer(_) => Type::ptr(None, Region::Opaque),
        Holds::Number { .. } | Holds::Network(_) => memory_type(known),
    }
}
