//! Pointers that contexts have: `ctx.sk`, `ctx.flow_keys`; and contexts that BTF alone
//! describes: those of netfilter and of perf events.

use diagnostics::{Diagnostic, codes, nearest};
use ir::{Expr, Place, PtrType, Region, Type};
use kernel::ContextKind;
use kernel::btf::{Btf, Kind, Space};
use syntax::{ExprKind, Ident};

use super::Body;
use crate::session::{Reported, Result};

/// The context of perf events, whose registers lie before its other fields.
const PERF_EVENT: &str = "bpf_perf_event_data";
/// What its registers are called.
const REGISTERS: &str = "regs";

/// A member of a struct that BTF describes.
struct Described {
    offset: u32,
    ty: kernel::btf::TypeId,
}

impl Body<'_, '_> {
    /// The type of a pointer that a field of the context holds.
    pub(super) fn sent_pointer(&mut self, of: &str, field: &Ident) -> Result<Type> {
        let socket = self.context.laid_out().and_then(|laid| laid.socket(&field.name));
        if let Some((kind, nullable)) = socket {
            let pointee = self.s.socket_pointee(kind).map(Box::new);
            return Ok(Type::Ptr(PtrType { pointee, region: Region::Socket, nullable }));
        }
        // What the program fills in: it is the program's own memory.
        match self.s.kernel_pointer(of, Region::Any) {
            Some(ty) => Ok(ty),
            None => Err(self.s.only_declared(of, field.span)),
        }
    }

    /// The place of a field of a context that is none of the UAPI header's table.
    pub(super) fn described_place(
        &mut self,
        context: &Expr,
        field: &Ident,
    ) -> Result<(Place, Type)> {
        let Some(ContextKind::Struct(name)) = self.context.kind else {
            return Err(self.no_fields(field));
        };
        let at =
            |offset, ty: Type| (Place::Context(Box::new(context.clone()), offset, ty.clone()), ty);
        if name == PERF_EVENT {
            let behind = self.s.registers().sampled();
            return match field.name.as_str() {
                "sample_period" => Ok(at(behind, Type::U64)),
                "addr" => Ok(at(behind + 8, Type::U64)),
                _ => {
                    Err(self.no_described_field(name, field, &[REGISTERS, "sample_period", "addr"]))
                }
            };
        }
        let found = self.s.in_btf(|btf| member(btf, name, &field.name));
        let ty =
            found.as_ref().and_then(|found| Some((found.offset, self.s.kernel_type(found.ty)?)));
        match ty {
            Some((offset, Type::Ptr(ptr))) => {
                let ptr = PtrType { region: Region::Trusted, nullable: false, ..ptr };
                Ok(at(offset, Type::Ptr(ptr)))
            }
            Some((offset, ty)) => Ok(at(offset, ty)),
            None => {
                let known = self.s.in_btf(|btf| member_names(btf, name));
                let Some(known) = known else { return Err(self.s.only_declared(name, field.span)) };
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Err(self.no_described_field(name, field, &known))
            }
        }
    }

    fn no_described_field(&mut self, name: &str, field: &Ident, known: &[&str]) -> Reported {
        let message = format!("the context, a `{name}`, has no field `{}`", field.name);
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
        self.s.report(match nearest(&field.name, known.iter().copied()) {
            Some(near) => diagnostic.fix("did you mean", field.span, near),
            None => diagnostic.help(format!("its fields are {}", known.join(", "))),
        })
    }

    /// `ctx.regs.ip`: a register of what a sample interrupted.
    pub(super) fn sampled_register(
        &mut self,
        base: &syntax::Expr,
        field: &Ident,
    ) -> Option<Result<(Place, Type)>> {
        let ExprKind::Attribute(inner, regs) = &base.kind else { return None };
        if self.context.kind != Some(ContextKind::Struct(PERF_EVENT)) || regs.name != REGISTERS {
            return None;
        }
        let ExprKind::Name(name) = &inner.kind else { return None };
        let id = self.names.get(name).and_then(|named| named.id)?;
        let is_context = self.local_type(id).clone();
        if !matches!(is_context, Type::Ptr(PtrType { region: Region::Context, .. })) {
            return None;
        }
        let context = self.context(inner.span)?;
        let arch = self.s.registers();
        let known = arch.register(&field.name).filter(|offset| *offset < arch.sampled());
        Some(match known {
            Some(offset) => Ok((Place::Context(Box::new(context), offset, Type::U64), Type::U64)),
            None => Err(self.no_register(field)),
        })
    }
}

fn member(btf: &Btf, of: &str, name: &str) -> Option<Described> {
    let Kind::Struct { members, .. } = btf.get(btf.find(of, Space::Struct)?)?.kind else {
        return None;
    };
    let found = members.iter().find(|member| member.name == name)?;
    Some(Described { offset: found.bit_offset / 8, ty: found.ty })
}

fn member_names(btf: &Btf, of: &str) -> Option<Vec<String>> {
    let Kind::Struct { members, .. } = btf.get(btf.find(of, Space::Struct)?)?.kind else {
        return None;
    };
    Some(members.iter().map(|member| member.name.to_owned()).collect())
}
