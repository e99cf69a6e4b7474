//! The arguments of the function that is traced, put into the locals that are
//! named after them; registers by name.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{BinaryOp, Expr, ExprKind, LocalId, Place, PtrType, Region, StmtKind, Type};
use kernel::ContextKind;
use syntax::Ident;

use super::Body;
use super::value::Value;
use crate::arguments::{Argument, Carrier};
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    /// Reads the arguments at the start of the program.
    pub(super) fn read_arguments(&mut self, arguments: &[Argument], at: Span) {
        let Some(context) = self.context(at) else { return };
        for (index, argument) in (1..).zip(arguments) {
            let id = LocalId(index);
            if argument.is_function {
                self.functions_passed.insert(id);
                continue;
            }
            let ty = self.local_type(id);
            let Some(value) = self.argument_value(&context, *argument, &ty, at) else { continue };
            self.push(StmtKind::Store(Place::Local(id), value), at);
            if matches!(&ty, Type::Ptr(ptr) if !ptr.nullable) {
                self.flow.learn(&[id]);
            }
        }
    }

    fn argument_value(
        &mut self,
        context: &Expr,
        argument: Argument,
        ty: &Type,
        at: Span,
    ) -> Option<Expr> {
        let word = |offset: u32, ty: Type| {
            let place = Place::Context(Box::new(context.clone()), offset, ty.clone());
            Expr::load(place, ty, at)
        };
        let arch = match argument.carrier {
            Carrier::Words { .. } | Carrier::RawWords => self.s.arch,
            _ => self.s.registers(),
        };
        let offset = match argument.carrier {
            Carrier::Registers => arch.register(arch.arguments().get(argument.index)?)?,
            Carrier::Result => arch.register(arch.result())?,
            Carrier::Words { .. } | Carrier::RawWords => u32::try_from(argument.index).ok()? * 8,
            Carrier::Marker => {
                let reader = self.s.markers?.argument;
                let index = Expr::int(argument.index as i128, Type::U64, at);
                let call = ExprKind::Call(reader, vec![context.clone(), index]);
                let word = Expr::new(call, Type::I64, at);
                let word = if matches!(ty, Type::Ptr(_)) { word.convert(Type::U64) } else { word };
                return Some(word.convert(ty.clone()));
            }
            Carrier::SystemCall => {
                let name = arch.system_call_arguments().get(argument.index)?;
                let inner = arch.register(arch.arguments().first()?)?;
                let registers = word(inner, Type::U64);
                let offset = Expr::int(arch.register(name)?.into(), Type::U64, at);
                let from = Expr::binary(BinaryOp::Add, registers, offset, at);
                return self.probed(from, at).map(|value| value.convert(ty.clone()));
            }
        };
        // The verifier gives the word its type.
        let trusted =
            |ptr: &PtrType| ptr.region == Region::Trusted && argument.carrier != Carrier::RawWords;
        Some(match (ty, argument.passed) {
            (Type::Ptr(ptr), _) if trusted(ptr) => word(offset, ty.clone()),
            (Type::Int(wanted), Some(passed)) if passed.bits < wanted.bits => {
                word(offset, Type::U64).convert(Type::Int(passed)).convert(ty.clone())
            }
            (ty, _) => word(offset, Type::U64).convert(ty.clone()),
        })
    }

    /// `get_attach_cookie(ctx)` at a marker, where the kernel's own number is
    /// libbpf's to find the arguments with.
    pub(super) fn marker_cookie(
        &mut self,
        helper: &kernel::Helper,
        args: &[syntax::Expr],
        at: Span,
    ) -> Option<Value> {
        let section = self.context.sections.first()?;
        if helper.name != "get_attach_cookie" || !section.def.prefix.starts_with("usdt") {
            return None;
        }
        let [syntax::Expr { kind: syntax::ExprKind::Name(_), .. }] = args else { return None };
        let reader = self.s.markers?.cookie;
        let context = self.context(at)?;
        let call = ExprKind::Call(reader, vec![context]);
        Some(Value::Scalar(Expr::new(call, Type::U64, at)))
    }

    /// A word of the kernel's memory.
    pub(super) fn probed(&mut self, from: Expr, at: Span) -> Option<Expr> {
        let slot = Place::Local(self.hidden("word", Type::U64));
        let to = Expr::address(slot.clone(), Type::U64, Region::Stack, at);
        let size = Expr::int(8, Type::Int(ir::IntType::U32), at);
        let from = from.convert(Type::ptr(None, Region::Opaque));
        let args = vec![to, size, from];
        let read = self.call_helper("probe_read_kernel", args, Type::I64, at).ok()?;
        self.push(StmtKind::Eval(read), at);
        Some(Expr::load(slot, Type::U64, at))
    }

    /// `ctx.di` and `ctx.args`: registers by name, and raw words.
    pub(super) fn context_word(
        &mut self,
        context: &Expr,
        field: &Ident,
    ) -> Option<Result<(Place, Type)>> {
        let at =
            |offset, ty: Type| (Place::Context(Box::new(context.clone()), offset, ty.clone()), ty);
        match self.context.kind {
            Some(ContextKind::Registers) => Some(match self.s.registers().register(&field.name) {
                Some(offset) => Ok(at(offset, Type::U64)),
                None => Err(self.no_register(field)),
            }),
            Some(ContextKind::Iterator) => Some(self.iterator_member(field).map(|(index, ty)| {
                let word = u32::try_from(index).unwrap_or_default() * 8;
                at(word, ty)
            })),
            Some(ContextKind::RawTracepoint) if field.name == "args" => {
                Some(Ok(at(0, Type::Array(Box::new(Type::U64), 12))))
            }
            _ => None,
        }
    }

    /// `ctx.meta`, `ctx.task`: members of the context of an iterator.
    fn iterator_member(&mut self, field: &Ident) -> Result<(usize, Type)> {
        let Some(section) = self.context.sections.first().cloned() else { return Err(Reported) };
        let known = match self.s.iterator_member(&section, &field.name) {
            Ok(found) => return Ok(found),
            Err(known) => known,
        };
        let target = &section.target;
        if known.is_empty() {
            let message = format!("what `iter/{target}` goes over is not known");
            return Err(self.s.report(
                Diagnostic::new(&codes::NO_KERNEL_TYPES, field.span, message)
                    .note("the running kernel, or the BTF that was given, has no such iterator")
                    .help("give the BTF of a kernel that has it: `--btf FILE`"),
            ));
        }
        let message = format!("the context of `iter/{target}` has no member `{}`", field.name);
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
        let diagnostic = match nearest(&field.name, known.iter().map(String::as_str)) {
            Some(near) => diagnostic.fix("did you mean", field.span, near),
            None => diagnostic.help(format!("it has {}", known.join(", "))),
        };
        Err(self.s.report(diagnostic))
    }

    /// The sequence that an iterator writes to, in such a program.
    pub(super) fn sequence(&mut self, at: Span) -> Option<Expr> {
        if self.context.kind != Some(ContextKind::Iterator) {
            return None;
        }
        let context = self.context(at)?;
        let section = self.context.sections.first().cloned()?;
        let (_, meta) = self.s.iterator_member(&section, "meta").ok()?;
        let Type::Ptr(PtrType { pointee: Some(of), .. }) = &meta else { return None };
        let Type::Struct(id) = of.as_ref() else { return None };
        let (id, field) = (*id, self.s.kernel_field(*id, "seq")?);
        let place = Place::Context(Box::new(context), 0, meta.clone());
        let meta = Expr::load(place, meta, at);
        let seq = self.s.module.struct_(id).fields.get(field)?.ty.clone();
        let Type::Ptr(ptr) = seq else { return None };
        let seq = Type::Ptr(PtrType { region: Region::Trusted, nullable: false, ..ptr });
        let member = Place::Field(Box::new(Place::Deref(Box::new(meta))), field as u32);
        Some(Expr::load(member, seq, at))
    }

    pub(super) fn no_register(&mut self, field: &Ident) -> Reported {
        let arch = self.s.arch;
        let known = arch.registers();
        let message = format!("{} has no register `{}`", arch.name(), field.name);
        let mut diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
        let near = nearest(&field.name, known.iter().map(String::as_str));
        diagnostic = match near {
            Some(near) => diagnostic.fix("did you mean", field.span, near),
            None => diagnostic.help(format!("its registers are {}", known.join(", "))),
        };
        self.s.report(diagnostic.note(
            "arguments need no registers: `def name(ctx: c_void_p, first: c_uint64) -> c_int64:`",
        ))
    }

    /// `PT_REGS_PARM1(ctx)` and the like.
    pub(super) fn register_macro(
        &mut self,
        name: &'static str,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Value> {
        self.count(name, "the context", 1..=1, args, at)?;
        let value = self.expr(&args[0])?;
        let registers = self.context.kind == Some(ContextKind::Registers);
        let arch = self.s.registers();
        let offset = arch.of_macro(name).and_then(|name| arch.register(name));
        match (value, offset) {
            (Value::Scalar(context), Some(offset))
                if registers
                    && context.ptr_type().is_some_and(|ptr| ptr.region == Region::Context) =>
            {
                let place = Place::Context(Box::new(context), offset, Type::U64);
                Ok(Value::Scalar(Expr::load(place, Type::U64, at)))
            }
            (_, None) => {
                let message = format!("{} has nothing for `{name}`", self.s.arch.name());
                Err(self.s.report(
                    Diagnostic::new(&codes::UNKNOWN_NAME, at, message)
                        .help("name the register: `ctx.sp`"),
                ))
            }
            (other, _) => Err(self.mismatch(args[0].span, "the context of a kprobe", &other)),
        }
    }
}
