//! Helper calls, by the rows of the helper table.

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, Expr, ExprKind, IntType, MapId, Place, PtrType, Region, Type};
use kernel::{Form, Helper, Param, ParamKind, Ret, ShortName};

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// Helpers that older kernels call straight in the map's own code, which
/// returns 32 bits and leaves the upper half as it comes.
const INT_RESULTS: &[&str] =
    &["map_update_elem", "map_delete_elem", "map_push_elem", "map_pop_elem", "map_peek_elem"];

/// A helper call with its result.
pub(super) fn helper_result(helper: &Helper, args: Vec<Expr>, ty: Type, at: Span) -> Expr {
    let narrow = ty == Type::I64 && INT_RESULTS.contains(&helper.name);
    let given = if narrow { Type::I32 } else { ty.clone() };
    Expr::new(ExprKind::Helper(helper.id, args), given, at).convert(ty)
}

impl Body<'_, '_> {
    pub(super) fn short_name(
        &mut self,
        short: &'static ShortName,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Value> {
        let Some(helper) = kernel::helper(short.helper) else { return Err(Reported) };
        let value = self.called_as(short.name, helper, args, at)?;
        let Value::Scalar(mut call) = value else { return Ok(value) };
        if short.form == Form::Comm {
            self.text_buffer(&call, short.name, args)?;
        }
        let half = match short.form {
            Form::High32 => {
                let by = Expr::int(32, Type::U64, at);
                Expr::binary(BinaryOp::Shr, call.convert(Type::U64), by, at)
            }
            // A call read as 32 bits gives the lower half at no cost.
            Form::Low32 => {
                call.ty = Type::Int(IntType::U32);
                call
            }
            Form::Same | Form::Comm => return Ok(Value::Scalar(call)),
        };
        Ok(Value::Scalar(half.convert(Type::Int(IntType::U32))))
    }

    /// A call that fills its first argument with text needs room for text.
    fn text_buffer(&mut self, call: &Expr, name: &str, args: &[syntax::Expr]) -> Result<()> {
        let (ExprKind::Helper(_, passed), [buffer, ..]) = (&call.kind, args) else {
            return Ok(());
        };
        let byte = |ty: &Type| matches!(ty, Type::Int(int) if int.bits == 8);
        let pointee = passed.first().and_then(Expr::ptr_type).and_then(|p| p.pointee.as_deref());
        match pointee {
            Some(Type::Str(_)) => Ok(()),
            Some(Type::Array(element, _)) if byte(element) => Ok(()),
            other => {
                let found = other.map_or_else(String::new, |ty| self.s.type_name(ty));
                let message = format!("`{name}` fills a text, and this is `{found}`");
                Err(self.s.report(
                    Diagnostic::new(&codes::TYPE_MISMATCH, buffer.span, message)
                        .help("give it a field or a variable of type `str(16)`"),
                ))
            }
        }
    }

    pub(super) fn helper(
        &mut self,
        helper: &'static Helper,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Value> {
        self.called_as(helper.name, helper, args, at)
    }

    fn called_as(
        &mut self,
        name: &str,
        helper: &'static Helper,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Value> {
        if let Some(value) = self.marker_cookie(helper, args, at) {
            return Ok(value);
        }
        self.s.needs(helper.since, &format!("`{name}`"), at)?;
        if let Some(value) = self.object_helper(helper, args, at)? {
            return Ok(value);
        }
        self.uses(helper, at);
        if helper.variadic {
            let message = format!("`{name}` takes a format of C, which is not written in Python");
            return Err(self.s.report(
                Diagnostic::new(&codes::HELPER_NOT_SUPPORTED, at, message)
                    .help("use `print(...)`, or `trace_vprintk` with an array of numbers"),
            ));
        }
        let written: Vec<_> =
            helper.params.iter().filter(|param| param.kind != ParamKind::Size).collect();
        let required = written.len() - helper.optional().min(written.len());
        if !(required..=written.len()).contains(&args.len()) {
            return Err(self.wrong_count(name, &written, required, args.len(), at));
        }
        let map = helper
            .params
            .iter()
            .filter(|param| param.kind != ParamKind::Size)
            .zip(args)
            .find(|(param, _)| param.kind == ParamKind::Map);
        let map = match map {
            Some((_, arg)) => Some(self.map_argument(helper, arg)?),
            None => None,
        };
        let args: Vec<_> = args.iter().map(Some).collect();
        let passed = self.arguments(helper, &args, map, at)?;
        let ty = self.result(helper, map, &passed);
        let call = helper_result(helper, passed, ty, at);
        if kernel::moves_packet(helper.name) {
            self.packet_moved(name, at);
        }
        Ok(Value::Scalar(self.kernel_result(helper.name, call)))
    }

    fn wrong_count(
        &mut self,
        name: &str,
        params: &[&Param],
        required: usize,
        given: usize,
        at: Span,
    ) -> Reported {
        let shown: Vec<String> =
            (0..)
                .zip(params)
                .map(|(index, param)| {
                    if index < required {
                        param.name.to_owned()
                    } else {
                        format!("[{}]", param.name)
                    }
                })
                .collect();
        let range = if required == params.len() {
            format!("{required}")
        } else {
            format!("{required} to {}", params.len())
        };
        let message = format!("`{name}` takes {range} arguments, and {given} are given");
        self.s.report(
            Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)
                .help(format!("write `{name}({})`", shown.join(", "))),
        )
    }

    /// Notes the use of a helper for the rules that need the call graph.
    pub(super) fn uses(&mut self, helper: &'static Helper, at: Span) {
        self.not_locked(helper.name, at);
        if helper.name == "tail_call" {
            self.nothing_held(at, "when another program takes over");
        }
        self.graph.helpers.entry(self.id).or_default().push((helper, at));
    }

    /// A call of the helper of this name with arguments that are ready.
    pub(super) fn call_helper(
        &mut self,
        name: &str,
        args: Vec<Expr>,
        ty: Type,
        at: Span,
    ) -> Result<Expr> {
        let Some(helper) = kernel::helper(name) else { return Err(Reported) };
        self.uses(helper, at);
        Ok(helper_result(helper, args, ty, at))
    }

    fn map_argument(&mut self, helper: &Helper, arg: &syntax::Expr) -> Result<MapId> {
        if let Some(map) = self.map_named(arg)? {
            let Some(kind) = self.s.map_types.get(map.0 as usize) else { return Err(Reported) };
            if kind.takes(helper.name) {
                return Ok(map);
            }
            let message = format!("`{}` does not work on a `{}`", helper.name, kind.name);
            let fitting = kernel::MAP_TYPES.iter().filter(|kind| kind.takes(helper.name));
            let fitting: Vec<String> = fitting.map(|kind| format!("`{}`", kind.name)).collect();
            let mut diagnostic = Diagnostic::new(&codes::MAP_OPERATION, arg.span, message);
            if !fitting.is_empty() {
                diagnostic = diagnostic.help(format!("it takes a {}", fitting.join(", ")));
            }
            return Err(self.s.report(diagnostic));
        }
        let value = self.expr(arg)?;
        Err(self.mismatch(arg.span, "a map", &value))
    }

    /// The arguments of a helper as the kernel takes them; where none is
    /// written for the map it is `map`, and flags and contexts are 0.
    pub(super) fn arguments(
        &mut self,
        helper: &'static Helper,
        args: &[Option<&syntax::Expr>],
        map: Option<MapId>,
        at: Span,
    ) -> Result<Vec<Expr>> {
        let mut args = args.iter().copied();
        let mut passed: Vec<Expr> = Vec::new();
        let mut sizes: Vec<(usize, u64, Span)> = Vec::new();
        let mut callback = None;
        for (index, param) in helper.params.iter().enumerate() {
            if param.kind == ParamKind::Size {
                // Set below, when the memory it measures is known.
                let c_int = if param.c_type.contains("64") { IntType::U64 } else { IntType::U32 };
                passed.push(Expr::int(0, Type::Int(c_int), Span::default()));
                continue;
            }
            let written = args.next().flatten();
            if let (ParamKind::Map, None, Some(map)) = (param.kind, written, map) {
                passed.push(self.map_address(map, at));
                continue;
            }
            let Some(arg) = written else {
                passed.push(left_out(param));
                continue;
            };
            match param.kind {
                ParamKind::Callback(kind) => {
                    callback = Some((index, kind, arg));
                    passed.push(Expr::int(0, Type::U64, arg.span));
                }
                ParamKind::MemIn { size } => {
                    let (address, bytes) = self.input(arg)?;
                    passed.push(address);
                    sizes.push((usize::from(size), bytes, arg.span));
                }
                ParamKind::MemOut { size } | ParamKind::MemInOut { size } => {
                    let (address, bytes) = self.output(arg)?;
                    passed.push(address);
                    sizes.push((usize::from(size), bytes, arg.span));
                }
                kind => {
                    let argument = self.argument(kind, arg, map)?;
                    passed.push(argument);
                }
            }
            debug_assert_eq!(passed.len(), index + 1);
        }
        for (index, bytes, span) in sizes {
            if let Some(size) = passed.get_mut(index) {
                *size = Expr::int(i128::from(bytes), size.ty.clone(), span);
            }
        }
        if helper.name == "timer_init" {
            self.timers_map(&passed)?;
        }
        if let Some((index, kind, arg)) = callback {
            let context = (0..).zip(helper.params).find_map(|(at, param)| {
                (param.kind == ParamKind::CallbackContext).then(|| passed.get(at as usize).cloned())
            });
            let first = passed.first().and_then(Expr::ptr_type);
            let map = map.or(match first.map(|ptr| ptr.region) {
                Some(Region::MapValue(id)) => Some(id),
                _ => None,
            });
            let function = self.callback(helper, kind, arg, map, context.flatten().as_ref())?;
            if let Some(slot) = passed.get_mut(index) {
                *slot = function;
            }
        }
        Ok(passed)
    }

    pub(super) fn argument(
        &mut self,
        kind: ParamKind,
        arg: &syntax::Expr,
        map: Option<MapId>,
    ) -> Result<Expr> {
        let declared = |this: &Self, key: bool| {
            let map = this.s.module.map(map?);
            if key { map.key.clone() } else { map.value.clone() }
        };
        match kind {
            ParamKind::Map => Ok(self.map_address(map.ok_or(Reported)?, arg.span)),
            ParamKind::MapKey | ParamKind::MapValue => {
                let ty = declared(self, kind == ParamKind::MapKey).ok_or(Reported)?;
                let value = self.expr(arg)?;
                self.memory(value, &ty, arg.span)
            }
            ParamKind::MapValueOut => {
                let wanted = declared(self, false).ok_or(Reported)?;
                let (address, _) = self.output(arg)?;
                if address.ptr_type().and_then(|ptr| ptr.pointee.as_deref()) == Some(&wanted) {
                    return Ok(address);
                }
                let name = self.s.type_name(&wanted);
                let message = format!("a variable of type `{name}` is needed here");
                Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)))
            }
            ParamKind::OutInt { bits, signed } => {
                let (address, bytes) = self.output(arg)?;
                if bytes != u64::from(bits / 8) {
                    let name = crate::ctypes::int_name(IntType { bits, signed });
                    let message = format!("a variable of type `{name}` is needed here");
                    return Err(self.s.report(
                        Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)
                            .help(format!("declare it before: `x: {name} = 0`")),
                    ));
                }
                Ok(address)
            }
            ParamKind::Context => {
                let value = self.expr(arg)?;
                match value {
                    Value::Scalar(expr)
                        if expr.ptr_type().is_some_and(|ptr| ptr.region == Region::Context) =>
                    {
                        Ok(expr)
                    }
                    other => Err(self.mismatch(arg.span, "the program's context", &other)),
                }
            }
            ParamKind::Str => match self.expr(arg)? {
                Value::Text(text) => Ok(self.text_address(text, arg.span)),
                other => Err(self.mismatch(arg.span, "a literal text", &other)),
            },
            ParamKind::Scalar { bits, signed } => {
                let value = self.expr(arg)?;
                self.convert(value, &Type::Int(IntType { bits, signed }), arg.span)
            }
            ParamKind::Address => {
                let value = self.expr(arg)?;
                if let Value::Scalar(expr) = &value
                    && expr.ptr_type().is_some_and(|ptr| ptr.region == Region::Context)
                {
                    return Ok(expr.clone());
                }
                if let Some((place, ty)) = self.as_place(value.clone(), arg.span)? {
                    let region = place.region();
                    return Ok(Expr::address(place, ty, region, arg.span));
                }
                let opaque =
                    Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: true });
                self.convert(value, &opaque, arg.span)
            }
            ParamKind::FirstValue => {
                let ty = declared(self, false).ok_or(Reported)?;
                match self.expr(arg)? {
                    Value::Nothing => Ok(null(arg.span)),
                    Value::Scalar(zero) if zero.as_const() == Some(0) => Ok(null(arg.span)),
                    value => self.memory(value, &ty, arg.span),
                }
            }
            kind => self.object_argument(kind, arg),
        }
    }

    /// The address of a constant text, NUL included.
    pub(super) fn text_address(&mut self, text: Vec<u8>, at: Span) -> Expr {
        let len = text.len() as u32 + 1;
        let id = self.s.intern(text);
        Expr::new(ExprKind::Str(id), Type::ptr(Some(Type::Str(len)), Region::Global), at)
    }

    /// Memory that a helper reads: its address and size.
    pub(super) fn input(&mut self, arg: &syntax::Expr) -> Result<(Expr, u64)> {
        let value = self.expr(arg)?;
        if let Value::Text(text) = value {
            let size = text.len() as u64 + 1;
            return Ok((self.text_address(text, arg.span), size));
        }
        if let Some((place, ty)) = self.as_place(value.clone(), arg.span)?
            && ty.is_aggregate()
        {
            let place = self.off_the_packet(place, &ty, arg.span);
            let (size, region) = (ty.size(&self.s.module), place.region());
            return Ok((Expr::address(place, ty, region, arg.span), size));
        }
        let value = self.scalar(value, arg.span)?;
        if value.ptr_type().is_some_and(|ptr| ptr.region != Region::Opaque) {
            return Err(self.mismatch(arg.span, "data", &Value::Scalar(value)));
        }
        let size = value.ty.size(&self.s.module);
        Ok((value.spill(), size))
    }

    /// Memory that a helper fills: a variable, a field or a string.
    pub(super) fn output(&mut self, arg: &syntax::Expr) -> Result<(Expr, u64)> {
        if let syntax::ExprKind::Name(name) = &arg.kind
            && let Some(local) = self.local(name, arg.span)
        {
            let id = local?;
            let ty = self.local_type(id);
            if matches!(ty, Type::Int(_) | Type::Bool) {
                self.flow.forget_number(id);
                let size = ty.size(&self.s.module);
                let address = Expr::address(Place::Local(id), ty, Region::Stack, arg.span);
                return Ok((address, size));
            }
        }
        let value = self.operand(arg)?;
        if let Value::Scalar(Expr { kind: ExprKind::Load(place), ty, .. }) = &value
            && matches!(ty, Type::Int(_) | Type::Bool)
        {
            self.not_the_packet(place, arg.span)?;
            self.writable(place, arg.span)?;
            let size = ty.size(&self.s.module);
            let address = Expr::address(place.clone(), ty.clone(), place.region(), arg.span);
            return Ok((address, size));
        }
        match self.as_place(value.clone(), arg.span)? {
            Some((place, ty)) => {
                self.not_the_packet(&place, arg.span)?;
                self.writable(&place, arg.span)?;
                let (size, region) = (ty.size(&self.s.module), place.region());
                Ok((Expr::address(place, ty, region, arg.span), size))
            }
            _ => Err(self.mismatch(arg.span, "memory to fill (a variable or a field)", &value)),
        }
    }

    pub(super) fn result(&mut self, helper: &Helper, map: Option<MapId>, passed: &[Expr]) -> Type {
        let pointer = |pointee: Option<Type>, region, nullable| {
            Type::Ptr(PtrType { pointee: pointee.map(Box::new), region, nullable })
        };
        let value = || map.and_then(|id| self.s.module.map(id).value.clone());
        let region = map.map_or(Region::Opaque, Region::MapValue);
        match helper.ret {
            Ret::Void => Type::Void,
            Ret::Int { bits, signed } => Type::Int(IntType { bits, signed }),
            Ret::MapValueOrNull => pointer(value(), region, true),
            Ret::MapValue => pointer(value(), region, false),
            Ret::Socket { kind, .. } => self.socket_type(kind),
            Ret::Kernel { name, nullable } => match self.s.kernel_pointer(name, Region::Trusted) {
                Some(Type::Ptr(ptr)) => Type::Ptr(PtrType { nullable, ..ptr }),
                _ => pointer(None, Region::Opaque, true),
            },
            Ret::Slice => {
                let size = passed.last().and_then(Expr::as_const).unwrap_or(0);
                let bytes = Type::Array(Box::new(Type::Int(IntType::U8)), size as u32);
                pointer(Some(bytes), Region::Any, true)
            }
            Ret::PerCpu { nullable } => {
                let variable = passed.first().and_then(Expr::ptr_type);
                let ty = variable.and_then(|ptr| ptr.pointee.as_deref()).cloned();
                pointer(ty, Region::Trusted, nullable)
            }
            Ret::Kptr | Ret::Record => pointer(None, Region::Opaque, true),
        }
    }
}

/// The null pointer.
pub(super) fn null(at: Span) -> Expr {
    let ty = Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: true });
    Expr::new(ExprKind::Null, ty, at)
}

/// What stands for an argument that is left out.
fn left_out(param: &Param) -> Expr {
    match param.kind {
        ParamKind::Scalar { bits, signed } => {
            Expr::int(0, Type::Int(IntType { bits, signed }), Span::default())
        }
        _ => null(Span::default()),
    }
}
