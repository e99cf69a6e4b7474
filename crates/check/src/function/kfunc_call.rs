//! Calls of kfuncs, by what BTF and the kernel say of them, and what must be
//! given back of what they give.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, IntType, LocalId, Place, PtrType, Region, StmtKind, StructId, Type};
use syntax::{Ident, Keyword};

use super::Body;
use super::helper_call::null;
use super::value::Value;
use crate::kernel_types::{Known, VMLINUX};
use crate::kfuncs::{KfuncParam, Signature, number_behind};
use crate::names::Meaning;
use crate::session::{Reported, Result};

/// A call of a kfunc that gives something to be released: its name, the place of
/// the name and the arguments.
pub(super) type Referring<'e> = (String, Span, &'e [syntax::Expr], &'e [Keyword]);

impl Body<'_, '_> {
    /// The call that a value is, if what it gives must be released by a kfunc.
    pub(super) fn reference_call<'e>(
        &mut self,
        value: &'e syntax::Expr,
    ) -> Result<Option<Referring<'e>>> {
        let syntax::ExprKind::Call(callee, args, keywords) = &value.kind else { return Ok(None) };
        let Some(path) = callee.path().filter(|path| !self.is_local(path)) else {
            return Ok(None);
        };
        // Most calls are of something else, which is looked up once.
        let imported = self.s.tree.imports.resolve(&path);
        let name = match (&imported, path.as_slice()) {
            (Some((module, name)), _) if module == VMLINUX => name.as_str(),
            (None, [name]) => name,
            _ => return Ok(None),
        };
        if !kernel::kfunc(name).is_some_and(|kfunc| kfunc.flags().acquires()) {
            return Ok(None);
        }
        match self.s.resolve(&path, callee.span)? {
            Meaning::Kernel(Known::Function(name)) => Ok(Some((name, callee.span, args, keywords))),
            _ => Ok(None),
        }
    }

    /// `name = bpf_task_from_pid(...)`
    pub(super) fn refer(
        &mut self,
        name: &Ident,
        (kfunc, named, args, keywords): Referring<'_>,
        at: Span,
    ) -> Result<LocalId> {
        let signature = self.s.kfunc(&kfunc, named)?;
        let Value::Scalar(call) = self.call_kfunc(&signature, args, keywords, at)? else {
            return Err(Reported);
        };
        let nullable = call.ptr_type().is_some_and(|ptr| ptr.nullable);
        let id = self.reservation(name, &call.ty)?;
        self.push(StmtKind::Store(Place::Local(id), call), at);
        self.flow.assign(id);
        self.flow.hold(id, at);
        if !nullable {
            self.flow.learn(&[id]);
        }
        Ok(id)
    }

    /// Reports a call whose result gets no name.
    pub(super) fn nameless_reference(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message = "what this gives must be released, and needs a name of its own";
        self.s.report(
            Diagnostic::new(&codes::UNFINISHED_RESERVATION, at, message)
                .help(format!("write `found = {text}`, or `with {text} as found:`")),
        )
    }

    /// A call of a function of the kernel.
    pub(super) fn kfunc_call(
        &mut self,
        name: &str,
        named: Span,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let signature = self.s.kfunc(name, named)?;
        if signature.kfunc.flags().acquires() {
            return Err(self.nameless_reference(at));
        }
        self.call_kfunc(&signature, args, keywords, at)
    }

    fn call_kfunc(
        &mut self,
        signature: &Signature,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let kfunc = signature.kfunc;
        self.not_locked(kfunc.name, at);
        self.graph.kfuncs.entry(self.id).or_default().push((kfunc, at));
        let is_written =
            |kind: &KfuncParam| !matches!(kind, KfuncParam::Size | KfuncParam::LeftOut);
        let names: Vec<&str> = signature
            .params
            .iter()
            .filter(|(_, kind)| is_written(kind))
            .map(|(name, _)| name.as_str())
            .collect();
        let bound = self.bind(kfunc.name, &names, names.len(), args, keywords, at)?;
        let mut written = bound.into_iter().flatten();
        let mut passed: Vec<Expr> = Vec::new();
        let mut released = None;
        let mut size = 0;
        for ((_, kind), ty) in signature.params.iter().zip(&signature.types) {
            let arg = match kind {
                KfuncParam::LeftOut => {
                    passed.push(null(at));
                    continue;
                }
                KfuncParam::Size => {
                    passed.push(Expr::int(i128::from(size), ty.clone(), at));
                    continue;
                }
                _ => written.next().ok_or(Reported)?,
            };
            if passed.is_empty() && kfunc.flags().releases() {
                let (pointer, id) = self.released(kfunc.name, kind, arg)?;
                released = Some(id);
                passed.push(pointer);
                continue;
            }
            let (value, bytes) = self.kfunc_argument(kind, ty, arg)?;
            size = bytes;
            passed.push(value);
        }
        let call = ExprKind::Kfunc(signature.id, passed);
        let call = Expr::new(call, signature.ret.clone(), at);
        if let Some(id) = released {
            // What is left of the call is what it does.
            self.push(StmtKind::Eval(call), at);
            self.given_back(id, at);
            return Ok(Value::Nothing);
        }
        Ok(Value::Scalar(call))
    }

    /// One argument, and its bytes where it is memory.
    fn kfunc_argument(
        &mut self,
        kind: &KfuncParam,
        ty: &Type,
        arg: &syntax::Expr,
    ) -> Result<(Expr, u64)> {
        let one = |expr| (expr, 0);
        match kind {
            KfuncParam::Scalar => {
                let value = self.expr(arg)?;
                self.convert(value, ty, arg.span).map(one)
            }
            KfuncParam::Constant => {
                let value = self.expr(arg)?;
                let value = self.convert(value, ty, arg.span)?;
                if value.as_const().is_some() {
                    return Ok(one(value));
                }
                let message = "the verifier wants a number here that it knows beforehand";
                Err(self.s.report(
                    Diagnostic::new(&codes::CONSTANT_REQUIRED, arg.span, message)
                        .help("write a number, or a constant of the file"),
                ))
            }
            KfuncParam::Memory => self.output(arg),
            KfuncParam::Number => {
                let (address, bytes) = self.output(arg)?;
                let wanted = number_behind(ty).ok_or(Reported)?;
                if bytes == u64::from(wanted.bits / 8) {
                    return Ok(one(address));
                }
                let name = crate::ctypes::int_name(wanted);
                let message = format!("a variable of type `{name}` is needed here");
                Err(self.s.report(
                    Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)
                        .help(format!("declare it before: `x: {name} = 0`")),
                ))
            }
            KfuncParam::Text => self.argument(kernel::ParamKind::Str, arg, None).map(one),
            KfuncParam::Address => self.text_or_address(arg).map(one),
            KfuncParam::Context => self.argument(kernel::ParamKind::Context, arg, None).map(one),
            KfuncParam::Object { of, nullable } => self.kernel_object(*of, *nullable, arg).map(one),
            KfuncParam::Size | KfuncParam::LeftOut => Err(Reported),
        }
    }

    /// A text that the kernel reads with care: one of the program's, or at an
    /// address.
    fn text_or_address(&mut self, arg: &syntax::Expr) -> Result<Expr> {
        match self.operand(arg)? {
            Value::Text(text) => Ok(self.text_address(text, arg.span)),
            Value::Memory(place, ty @ Type::Str(_)) => {
                let region = place.region();
                Ok(Expr::address(place, ty, region, arg.span))
            }
            Value::Scalar(expr) if expr.ptr_type().is_some_and(|ptr| ptr.region.is_foreign()) => {
                Ok(expr)
            }
            other => Err(self.mismatch(arg.span, "a text", &other)),
        }
    }

    /// A struct of the kernel.
    fn kernel_object(&mut self, of: StructId, nullable: bool, arg: &syntax::Expr) -> Result<Expr> {
        let value = self.operand(arg)?;
        let value = self.referred(value, arg.span);
        let name = self.s.module.struct_(of).name.clone();
        if matches!(value, Value::Nothing) && nullable {
            return Ok(null(arg.span));
        }
        if let Value::Scalar(expr) = &value
            && let Some(PtrType { pointee: Some(pointee), region, nullable: may_be_null }) =
                expr.ptr_type()
            && let Type::Struct(id) = **pointee
            && self.s.begins_with(id, of)
        {
            if *may_be_null && !nullable && *region == Region::Trusted {
                return Err(self.unchecked(arg.span));
            }
            if *region == Region::Trusted {
                return Ok(expr.clone());
            }
            return Err(self.untrusted(&name, arg.span));
        }
        Err(self.mismatch(arg.span, &format!("a pointer to `{name}`"), &value))
    }

    pub(super) fn untrusted(&mut self, name: &str, at: Span) -> Reported {
        let message = format!("the kernel does not trust this pointer to `{name}`");
        self.s.report(
            Diagnostic::new(&codes::UNTRUSTED_POINTER, at, message)
                .note("it trusts what hooks pass by type, what `get_current_task_btf` gives, and what a kfunc gave that is not released yet; some kfuncs take members such as `task.real_parent` of these, too, in programs that do not sleep")
                .help(self.s.way_to_trust(name)),
        )
    }

    /// What a kfunc takes back: a name of this function that holds it.
    pub(super) fn released(
        &mut self,
        kfunc: &str,
        kind: &KfuncParam,
        arg: &syntax::Expr,
    ) -> Result<(Expr, LocalId)> {
        let value = self.expr(arg)?;
        if let (KfuncParam::Object { of, .. }, Value::Scalar(expr), syntax::ExprKind::Name(name)) =
            (kind, &value, &arg.kind)
            && let Some(PtrType { pointee: Some(pointee), nullable, .. }) = expr.ptr_type()
            && **pointee == Type::Struct(*of)
            && let Some(id) = self.names.get(name).and_then(|named| named.id)
            && self.flow.reservation(id).is_some()
        {
            if *nullable {
                return Err(self.unchecked(arg.span));
            }
            return Ok((expr.clone(), id));
        }
        if self.s.has_errors() && self.holds_kernel_object(&value) {
            return Err(Reported);
        }
        let message = format!("`{kfunc}` takes back what a kfunc in this function gave");
        Err(self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)
                .help("give it the name that the call was given to"),
        ))
    }

    fn holds_kernel_object(&self, value: &Value) -> bool {
        matches!(value, Value::Scalar(expr)
            if expr.ptr_type().is_some_and(|ptr| ptr.region == Region::Trusted))
    }

    /// The local is held no longer.
    pub(super) fn given_back(&mut self, id: LocalId, at: Span) {
        self.mark_finished(id, at);
        self.flow.finish(id, at);
    }

    /// The struct of the kernel that a local holds until it is released.
    pub(super) fn referred_struct(&self, id: LocalId) -> Option<StructId> {
        match self.local_type(id) {
            Type::Ptr(PtrType { region: Region::Trusted, pointee: Some(pointee), .. }) => {
                match *pointee {
                    Type::Struct(of) => Some(of),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The call that releases what a local holds.
    pub(super) fn release_call(&mut self, id: LocalId, pointer: Expr, at: Span) -> Result<Expr> {
        let releaser = self.referred_struct(id).and_then(|of| self.s.releaser(of));
        let Some(kfunc) = releaser else { return Err(Reported) };
        let signature = self.s.kfunc(kfunc.name, at)?;
        self.graph.kfuncs.entry(self.id).or_default().push((kfunc, at));
        Ok(Expr::new(ExprKind::Kfunc(signature.id, vec![pointer]), signature.ret, at))
    }

    /// `ksym_exists(bpf_task_from_vpid)`: whether the kernel that loads the
    /// program has it.
    pub(super) fn ksym_exists(
        &mut self,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        self.no_keywords(keywords)?;
        self.count("ksym_exists", "one name of `vmlinux`", 1..=1, args, at)?;
        let path = args[0].path().filter(|path| !self.is_local(path));
        let meaning = path.map(|path| self.s.resolve(&path, args[0].span)).transpose()?;
        let Some(Meaning::Kernel(Known::Function(name))) = meaning else {
            let message = "`ksym_exists` asks about a function that is imported from `vmlinux`";
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, args[0].span, message)
                    .help("`from vmlinux import bpf_task_from_vpid`, and give that name"),
            ));
        };
        let signature = self.s.weak_kfunc(&name, args[0].span)?;
        let address = Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: true });
        let address = Expr::new(ExprKind::Extern(signature.id), address, at);
        let found = ExprKind::IsFound(Box::new(address));
        Ok(Value::Scalar(Expr::new(found, Type::Bool, at).convert(Type::Int(IntType::I32))))
    }
}
