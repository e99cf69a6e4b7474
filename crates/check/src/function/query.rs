//! Questions about the kernel's types that the loader answers:
//! `field_exists(task_struct.x)`, `enum_value(NAME)` and their like.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{
    CompareOp, EnumFact, EnumMember, Expr, ExprKind, FieldFact, Place, Query, Region, StructId,
    Type, TypeFact,
};
use kernel::Asks;
use kernel::btf::{Kind, Named, Space};

use super::Body;
use super::value::Value;
use crate::kernel_types::Known;
use crate::session::{Reported, Result};

/// A member that is asked about.
enum Asked {
    /// One that the kernel has that the file is built with.
    Known(Place, Type),
    /// One that it lacks: the struct's name, and the member's.
    Unknown(String, String),
}

impl Body<'_, '_> {
    /// A question about the kernel's types.
    pub(super) fn query(&mut self, asks: Asks, args: &[syntax::Expr], at: Span) -> Result<Value> {
        let (wanted, most) = match asks {
            Asks::FieldExists | Asks::FieldSize | Asks::FieldOffset => {
                ("a field, as `task_struct.comm`", 2)
            }
            Asks::TypeExists => ("a type of `vmlinux`", 1),
            Asks::EnumExists | Asks::EnumValue => ("a value of an enum, as `bpf_map_type.NAME`", 2),
        };
        let name = kernel::QUERY_NAMES.iter().find(|known| known.asks == asks);
        let name = name.map_or("a question", |known| known.name);
        self.count(name, wanted, 1..=most, args, at)?;
        match asks {
            Asks::FieldExists => self.field_exists(args, at),
            Asks::FieldSize => self.field_fact(FieldFact::Size, args, at),
            Asks::FieldOffset => self.field_fact(FieldFact::Offset, args, at),
            Asks::TypeExists => self.type_exists(&args[0], at),
            Asks::EnumExists => {
                let member = self.enum_member(args, true, at)?;
                Ok(Value::Scalar(told(Query::Enum(EnumFact::Exists, member), at)))
            }
            Asks::EnumValue => {
                let member = self.enum_member(args, false, at)?;
                let signed = member.value < 0;
                let answer = asked(Query::Enum(EnumFact::Value, member), at);
                Ok(Value::Scalar(answer.convert(if signed { Type::I64 } else { Type::U64 })))
            }
        }
    }

    /// `sizeof` of a struct of the kernel: as large as it is where the object
    /// is loaded.
    pub(super) fn kernel_size(&mut self, expr: &syntax::Expr) -> Option<Value> {
        let known = self.s.kernel_named(expr)?;
        let id = self.s.kernel_struct_of(&known)?;
        Some(Value::Scalar(asked(Query::Type(TypeFact::Size, id), expr.span)))
    }

    fn field_exists(&mut self, args: &[syntax::Expr], at: Span) -> Result<Value> {
        let (of, field) = match self.member_asked(args, at)? {
            Asked::Known(place, _) if !self.is_kernels(&place) => {
                return Ok(Value::Scalar(Expr::int(1, Type::Bool, at)));
            }
            Asked::Known(place, _) => {
                return Ok(Value::Scalar(told(Query::Field(FieldFact::Exists, place), at)));
            }
            Asked::Unknown(of, field) => (of, field),
        };
        // The loader compares kinds of types: each that the member can have.
        let inner = self.s.supposed_struct("pythonbpf___any", false);
        let int = || Type::Int(ir::IntType::U32);
        let one = |ty: Type| Type::Array(Box::new(ty), 1);
        let pointer = || Type::ptr(None, Region::Kernel);
        let kinds = [
            ("int", int()),
            ("ptr", pointer()),
            ("struct", Type::Struct(inner)),
            ("enum", int()),
            ("ints", one(int())),
            ("ptrs", one(pointer())),
            ("structs", one(Type::Struct(inner))),
        ];
        let mut whole: Option<Expr> = None;
        for (kind, ty) in kinds {
            let id = self.s.supposed(&of, &field, kind, ty);
            let place = nowhere(id, at).field(0);
            let test = told(Query::Field(FieldFact::Exists, place), at);
            whole = Some(match whole {
                None => test,
                Some(whole) => {
                    let either = ExprKind::Or(Box::new(whole), Box::new(test));
                    Expr::new(either, Type::Bool, at)
                }
            });
        }
        whole.map(Value::Scalar).ok_or(Reported)
    }

    fn field_fact(&mut self, fact: FieldFact, args: &[syntax::Expr], at: Span) -> Result<Value> {
        let (place, ty) = match self.member_asked(args, at)? {
            Asked::Known(place, ty) => (place, ty),
            Asked::Unknown(of, field) => return Err(self.lacks_member(&of, &field, at)),
        };
        if self.is_kernels(&place) {
            return Ok(Value::Scalar(asked(Query::Field(fact, place), at)));
        }
        let number = match fact {
            FieldFact::Exists => 1,
            FieldFact::Size => ty.size(&self.s.module),
            FieldFact::Offset => self.known_offset(&place),
        };
        self.literal(number.into(), at)
    }

    fn type_exists(&mut self, ty: &syntax::Expr, at: Span) -> Result<Value> {
        if let Some(known) = self.s.kernel_named(ty)
            && let Some(id) = self.s.kernel_struct_of(&known)
        {
            return Ok(Value::Scalar(told(Query::Type(TypeFact::Exists, id), at)));
        }
        let name = ty.path().and_then(|path| self.s.vmlinux_name(&path));
        let Some(name) = name else {
            return Err(self.no_kernel_name(ty));
        };
        let named = self.s.btf().and_then(|btf| btf.named(&name));
        let is_enum = match named {
            Some(Named::Type(id)) => {
                let btf = self.s.btf().ok_or(Reported)?;
                match btf.get(btf.bare(id)).map(|found| found.kind) {
                    Some(Kind::Enum { .. }) => true,
                    _ => {
                        let message = format!("`{name}` is neither a struct, a union nor an enum");
                        let diagnostic = Diagnostic::new(&codes::TYPE_MISMATCH, ty.span, message);
                        return Err(self.s.report(
                            diagnostic.help("ask for the struct that has it: `field_exists`"),
                        ));
                    }
                }
            }
            _ => name.starts_with("enum_"),
        };
        if is_enum {
            let of = name.strip_prefix("enum_").unwrap_or(&name).to_owned();
            return Ok(Value::Scalar(told(Query::EnumType(of), at)));
        }
        let (plain, is_union) = match name.strip_prefix("union_") {
            Some(plain) => (plain, true),
            None => (name.strip_prefix("struct_").unwrap_or(&name), false),
        };
        let id = self.s.supposed_struct(plain, is_union);
        Ok(Value::Scalar(told(Query::Type(TypeFact::Exists, id), at)))
    }

    /// The value of an enum: `bpf_map_type.NAME`, `bpf_map_type, "NAME"`, or
    /// `NAME` alone where this kernel has it.
    fn enum_member(&mut self, args: &[syntax::Expr], maybe: bool, at: Span) -> Result<EnumMember> {
        if let [value] = args
            && let Some(Known::Constant(member)) = self.s.kernel_named(value)
        {
            self.s.one_value(&member, value.span)?;
            if member.of.is_empty() {
                let message = format!("`{}` belongs to an enum without a name", member.name);
                return Err(self
                    .s
                    .report(Diagnostic::new(&codes::TYPE_MISMATCH, value.span, message).help(
                        "the loader finds values by the name of their enum: use the number",
                    )));
            }
            return Ok(member);
        }
        let (of, name) = match args {
            [syntax::Expr { kind: syntax::ExprKind::Attribute(of, name), .. }] => {
                (of.as_ref(), name.name.clone())
            }
            [of, syntax::Expr { kind: syntax::ExprKind::Str(name), .. }] => (of, name.clone()),
            _ => return Err(self.no_enum_value(at)),
        };
        let enum_name = of.path().and_then(|path| self.s.vmlinux_name(&path));
        let Some(enum_name) = enum_name else { return Err(self.no_enum_value(at)) };
        let enum_name = enum_name.strip_prefix("enum_").unwrap_or(&enum_name).to_owned();
        let mut known: Vec<(String, i128)> = Vec::new();
        let mut size = 4;
        if let Some(btf) = self.s.btf()
            && let Some(id) = btf.find(&enum_name, Space::Enum)
            && let Some(ty) = btf.get(id)
            && let Kind::Enum { values, .. } = &ty.kind
        {
            size = u64::from(ty.size);
            known = values.iter().map(|value| (value.name.to_owned(), value.value)).collect();
        }
        let value = known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        if value.is_none() && !maybe {
            let message = format!("`{enum_name}` has no value `{name}` in this kernel");
            let mut diagnostic = Diagnostic::new(&codes::UNKNOWN_KERNEL_NAME, at, message).note(
                "the number of a value that only other kernels have is not known here: ask with `enum_value_exists` whether there is one",
            );
            if let Some(near) = nearest(&name, known.iter().map(|(known, _)| known.as_str())) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            return Err(self.s.report(diagnostic));
        }
        Ok(EnumMember { of: enum_name, name, value: value.unwrap_or(0), size })
    }

    /// The member that the arguments name: `task_struct.comm`, a pointer's
    /// `task.comm`, or `task_struct, "comm"`.
    fn member_asked(&mut self, args: &[syntax::Expr], at: Span) -> Result<Asked> {
        match args {
            [syntax::Expr { kind: syntax::ExprKind::Attribute(base, field), .. }] => {
                let base = self.place_asked(base)?;
                self.member_of(base, &field.name, at)
            }
            [base, syntax::Expr { kind: syntax::ExprKind::Str(path), .. }] => {
                let mut base = self.place_asked(base)?;
                let mut names = path.split('.').peekable();
                while let Some(name) = names.next() {
                    let asked = self.member_of(base, name, at)?;
                    if names.peek().is_none() {
                        return Ok(asked);
                    }
                    base = asked;
                }
                Err(Reported)
            }
            _ => {
                let message = "a field is asked about, and this names none";
                Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message).help(
                    "name it behind its struct: `task_struct.comm`, or `task_struct, \"comm\"`",
                )))
            }
        }
    }

    /// A struct that is asked about, or a member of one.
    fn place_asked(&mut self, expr: &syntax::Expr) -> Result<Asked> {
        let at = expr.span;
        let is_local = expr.path().is_some_and(|path| self.is_local(&path));
        if !is_local {
            if let Some(known) = self.s.kernel_named(expr)
                && let Some(id) = self.s.kernel_struct_of(&known)
            {
                return Ok(Asked::Known(nowhere(id, at), Type::Struct(id)));
            }
            if let Some(Type::Struct(id)) = self.aggregate_named(expr) {
                return Ok(Asked::Known(nowhere(id, at), Type::Struct(id)));
            }
            let name = expr.path().and_then(|path| self.s.vmlinux_name(&path));
            if let Some(name) = name.filter(|name| self.s.kernel_known(name).is_none()) {
                let name = name.strip_prefix("struct_").unwrap_or(&name).to_owned();
                return Ok(Asked::Unknown(name, String::new()));
            }
        }
        if let syntax::ExprKind::Attribute(base, field) = &expr.kind {
            let base = self.place_asked(base)?;
            return self.member_of(base, &field.name, at);
        }
        // Nothing is read: only the type counts.
        let (value, _) = self.apart(|body| body.operand(expr));
        let value = value?;
        let ty = match &value {
            Value::Memory(_, ty) => Some(ty.clone()),
            Value::Scalar(expr) => expr.ptr_type().and_then(|ptr| ptr.pointee.as_deref().cloned()),
            _ => None,
        };
        match ty {
            Some(Type::Struct(id)) => Ok(Asked::Known(nowhere(id, at), Type::Struct(id))),
            _ => Err(self.mismatch(at, "a struct of the kernel", &value)),
        }
    }

    fn member_of(&mut self, base: Asked, name: &str, at: Span) -> Result<Asked> {
        let (mut place, ty) = match base {
            Asked::Unknown(of, field) if field.is_empty() => {
                return Ok(Asked::Unknown(of, name.to_owned()));
            }
            Asked::Unknown(of, field) => return Err(self.lacks_member(&of, &field, at)),
            Asked::Known(place, ty) => (place, ty),
        };
        let id = match ty {
            Type::Struct(id) => id,
            Type::Ptr(ir::PtrType { pointee: Some(pointee), .. }) => match *pointee {
                Type::Struct(id) => {
                    place = nowhere(id, at);
                    id
                }
                other => return Err(self.no_members(&other, at)),
            },
            other => return Err(self.no_members(&other, at)),
        };
        let laid = self.s.module.struct_(id);
        let index = match laid.kernel {
            None => laid.field(name).map(|(index, _)| index),
            Some(_) => self.s.kernel_field(id, name),
        };
        let laid = self.s.module.struct_(id);
        match index.and_then(|index| laid.fields.get(index).map(|field| (index, field.ty.clone())))
        {
            Some((index, ty)) => Ok(Asked::Known(place.field(index), ty)),
            None if laid.kernel == Some(ir::KernelName::Tag) => {
                let of = laid.name.clone();
                if self.s.kernel_field_names(id).iter().any(|known| known == name) {
                    let message = format!("`{name}` of `{of}` has a type that BPF cannot read");
                    let diagnostic = Diagnostic::new(&codes::UNSUPPORTED_TYPE, at, message);
                    return Err(self.s.report(diagnostic));
                }
                Ok(Asked::Unknown(of, name.to_owned()))
            }
            None => {
                let of = laid.name.clone();
                Err(self.lacks_member(&of, name, at))
            }
        }
    }

    fn no_members(&mut self, ty: &Type, at: Span) -> Reported {
        let message = format!("`{}` has no fields", self.s.type_name(ty));
        self.s.report(Diagnostic::new(&codes::UNKNOWN_FIELD, at, message))
    }

    fn lacks_member(&mut self, of: &str, field: &str, at: Span) -> Reported {
        let of = crate::flavours::essential_name(of);
        let message = format!("`{of}` has no field `{field}` in this kernel");
        self.s.report(Diagnostic::new(&codes::UNKNOWN_FIELD, at, message).help(format!(
            "declare it as other kernels have it: `@bpf @struct class {of}___old: {field}: c_long`, and ask about that"
        )))
    }

    fn no_kernel_name(&mut self, expr: &syntax::Expr) -> Reported {
        let text = self.s.source.slice(expr.span).to_owned();
        let message = format!("`{text}` is no type of the kernel");
        let diagnostic = Diagnostic::new(&codes::TYPE_MISMATCH, expr.span, message);
        let name = expr.path().map_or("no_such_type", |_| &text);
        self.s.report(diagnostic.help(format!(
            "import its name, whether this kernel has it or not: `from vmlinux import {name}`"
        )))
    }

    fn no_enum_value(&mut self, at: Span) -> Reported {
        let message = "a value of an enum of the kernel is needed here";
        self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message).help(
            "name it behind its enum, which `vmlinux` has: `bpf_map_type.BPF_MAP_TYPE_ARENA`",
        ))
    }

    /// Whether the way to a place goes through structs of the kernel alone.
    fn is_kernels(&self, place: &Place) -> bool {
        let Place::Field(base, _) = place else { return true };
        match self.place_type(base) {
            Some(Type::Struct(id)) => {
                self.s.module.struct_(id).kernel.is_some() && self.is_kernels(base)
            }
            _ => false,
        }
    }

    fn known_offset(&self, place: &Place) -> u64 {
        let Place::Field(base, index) = place else { return 0 };
        let own = match self.place_type(base) {
            Some(Type::Struct(id)) => {
                let laid = self.s.module.struct_(id);
                laid.fields.get(*index as usize).map_or(0, |field| field.offset)
            }
            _ => 0,
        };
        own + self.known_offset(base)
    }

    fn place_type(&self, place: &Place) -> Option<Type> {
        match place {
            Place::Deref(pointer) => pointer.ptr_type()?.pointee.as_deref().cloned(),
            Place::Field(base, index) => match self.place_type(base)? {
                Type::Struct(id) => {
                    let laid = self.s.module.struct_(id);
                    laid.fields.get(*index as usize).map(|field| field.ty.clone())
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// A struct that lies nowhere: only its type is asked about.
fn nowhere(id: StructId, at: Span) -> Place {
    let ty = Type::ptr(Some(Type::Struct(id)), Region::Kernel);
    Place::Deref(Box::new(Expr::new(ExprKind::Null, ty, at)))
}

fn asked(query: Query, at: Span) -> Expr {
    Expr::new(ExprKind::Query(Box::new(query)), Type::U64, at)
}

/// A question that is answered by yes or no.
fn told(query: Query, at: Span) -> Expr {
    Expr::compare(CompareOp::Ne, asked(query, at), Expr::int(0, Type::U64, at), at)
}
