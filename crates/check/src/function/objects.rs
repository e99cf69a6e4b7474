//! Objects of the kernel as arguments and as what methods are called on:
//! timers, dynptrs, sockets, structs whose type the verifier knows.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, Place, PtrType, Region, StmtKind, Type};
use kernel::{Helper, ObjectType, ParamKind, Socket};
use syntax::{Ident, Keyword};

use super::Body;
use super::helper_call::null;
use super::kptr::EXCHANGE;
use super::value::Value;
use crate::flavours::essential_name;
use crate::kernel_types::Known;
use crate::names::Meaning;
use crate::session::{Reported, Result};

/// The helper that a method of an object is.
const METHODS: &[(&str, &str, &str)] = &[
    ("bpf_timer", "init", "timer_init"),
    ("bpf_timer", "set_callback", "timer_set_callback"),
    ("bpf_timer", "start", "timer_start"),
    ("bpf_timer", "cancel", "timer_cancel"),
    ("bpf_spin_lock", "lock", "spin_lock"),
    ("bpf_spin_lock", "unlock", "spin_unlock"),
    ("bpf_dynptr", "read", "dynptr_read"),
    ("bpf_dynptr", "write", "dynptr_write"),
    ("bpf_dynptr", "data", "dynptr_data"),
    ("bpf_dynptr", "submit", "ringbuf_submit_dynptr"),
    ("bpf_dynptr", "discard", "ringbuf_discard_dynptr"),
];

impl Body<'_, '_> {
    /// `v.timer.start(...)` and its kin.
    pub(super) fn object_method(
        &mut self,
        callee: &syntax::Expr,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Option<Value>> {
        let syntax::ExprKind::Attribute(base, method) = &callee.kind else { return Ok(None) };
        if method.name == EXCHANGE && self.is_kptr(base)? {
            return Err(self.nameless_reference(at));
        }
        if !METHODS.iter().any(|row| row.1 == method.name) {
            return Ok(None);
        }
        let Some(object) = self.object_named(base)? else { return Ok(None) };
        let row = METHODS.iter().find(|row| row.0 == object.name && row.1 == method.name);
        let Some(helper) = row.and_then(|row| kernel::helper(row.2)) else {
            return Err(self.no_object_method(object, method));
        };
        if object.name == "bpf_dynptr" {
            return self.dynptr_method(base, method, args, keywords, at).map(Some);
        }
        self.no_keywords(keywords)?;
        let mut all = vec![base.as_ref().clone()];
        all.extend_from_slice(args);
        self.helper(helper, &all, at).map(Some)
    }

    pub(super) fn no_object_method(&mut self, object: &ObjectType, method: &Ident) -> Reported {
        let known: Vec<&str> =
            METHODS.iter().filter(|row| row.0 == object.name).map(|row| row.1).collect();
        let message = format!("a `{}` has no operation `{}`", object.name, method.name);
        self.s.report(
            Diagnostic::new(&codes::UNKNOWN_FIELD, method.span, message)
                .help(format!("it has {}", known.join(", "))),
        )
    }

    /// The object that an expression stands for, without computing it.
    pub(super) fn object_named(
        &mut self,
        expr: &syntax::Expr,
    ) -> Result<Option<&'static ObjectType>> {
        let simple = match &expr.kind {
            syntax::ExprKind::Name(name) => self.names.contains_key(name),
            syntax::ExprKind::Attribute(..) => {
                let path = expr.path();
                path.is_some_and(|path| self.is_local(&path))
            }
            _ => false,
        };
        if !simple {
            return Ok(None);
        }
        let (value, _) = self.apart(|body| body.operand(expr));
        Ok(match value? {
            Value::Memory(_, ty) => self.s.object_of(&ty),
            Value::Scalar(expr) => {
                let pointee = expr.ptr_type().and_then(|ptr| ptr.pointee.as_deref()).cloned();
                pointee.and_then(|ty| self.s.object_of(&ty))
            }
            _ => None,
        })
    }

    /// Helpers on objects that change what is known at a point: they are
    /// called in ways of their own.
    pub(super) fn object_helper(
        &mut self,
        helper: &'static Helper,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Option<Value>> {
        match (helper.name, args) {
            ("spin_lock", [lock]) => self.take_lock(lock, at).map(|()| Some(Value::Nothing)),
            ("spin_unlock", [lock]) => self.give_lock(lock, at).map(|()| Some(Value::Nothing)),
            ("sk_release", [socket]) => self.release(socket, at).map(Some),
            ("ringbuf_submit" | "ringbuf_discard", [record, rest @ ..]) if rest.len() < 2 => {
                let how = helper.name.trim_start_matches("ringbuf_").to_owned();
                let method = Ident { name: how, span: at };
                self.finish(None, &method, record, rest.first(), at).map(Some)
            }
            ("dynptr_from_mem", [data, flags, dynptr]) => {
                self.dynptr_of_memory((data, flags, dynptr), at).map(Some)
            }
            ("ringbuf_reserve_dynptr", [ring, size, flags, dynptr]) => {
                self.dynptr_of_record([ring, size, flags, dynptr], at).map(Some)
            }
            ("ringbuf_submit_dynptr" | "ringbuf_discard_dynptr", [record, rest @ ..])
                if rest.len() < 2 =>
            {
                let how = if helper.name.contains("submit") { "submit" } else { "discard" };
                match self.finish_dynptr_of(None, how, (record, rest.first()), at)? {
                    Some(done) => Ok(Some(done)),
                    None => self.dynptr(record).map(|_| None),
                }
            }
            ("dynptr_data", [_, _, _]) => Err(self.nameless_slice(at)),
            ("ringbuf_reserve", _) => Err(self.nameless_reserve(at)),
            _ => Ok(None),
        }
    }

    /// An argument that is an object of the kernel.
    pub(super) fn object_argument(&mut self, kind: ParamKind, arg: &syntax::Expr) -> Result<Expr> {
        match kind {
            ParamKind::Fixed { size } => self.fixed(size, arg),
            ParamKind::CallbackContext => self.callback_context(arg),
            ParamKind::Timer => self.object("bpf_timer", arg),
            ParamKind::SpinLock => self.object("bpf_spin_lock", arg),
            ParamKind::Dynptr | ParamKind::DynptrOut => self.dynptr(arg),
            ParamKind::Socket => self.socket(arg),
            ParamKind::SocketOrNull => match self.expr(arg)? {
                Value::Nothing => {
                    self.graph.no_sockets.entry(self.id).or_default().push(arg.span);
                    Ok(null(arg.span))
                }
                _ => self.socket(arg),
            },
            ParamKind::Kernel(name) => self.trusted(name, arg),
            ParamKind::PerCpu => self.per_cpu(arg),
            _ => {
                let message = "what this helper takes cannot be written in Python yet";
                Err(self.s.report(Diagnostic::new(&codes::HELPER_NOT_SUPPORTED, arg.span, message)))
            }
        }
    }

    /// A variable of the kernel of which each CPU has its own: its address.
    fn per_cpu(&mut self, arg: &syntax::Expr) -> Result<Expr> {
        let path = arg.path().filter(|path| !self.is_local(path));
        let meaning = path.map(|path| self.s.resolve(&path, arg.span)).transpose()?;
        if let Some(Meaning::Kernel(Known::Variable(name))) = meaning
            && let Some((id, ty)) = self.s.per_cpu(&name)
        {
            let address = Type::ptr(Some(ty), Region::Opaque);
            return Ok(Expr::new(ExprKind::Extern(id), address, arg.span));
        }
        let message = "this helper takes a variable of the kernel of which each CPU has its own";
        Err(self.s.report(
            Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)
                .help("import it: `from vmlinux import runqueues`"),
        ))
    }

    /// Memory of exactly so many bytes.
    fn fixed(&mut self, size: u8, arg: &syntax::Expr) -> Result<Expr> {
        let (address, bytes) = self.input(arg)?;
        if bytes == u64::from(size) {
            return Ok(address);
        }
        let message = format!("{size} bytes are needed here, and this has {bytes}");
        Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message)))
    }

    /// What a callback is passed: a variable of this function, or nothing. The kernel
    /// takes memory of the stack alone, so the address of any other is put there.
    fn callback_context(&mut self, arg: &syntax::Expr) -> Result<Expr> {
        match &arg.kind {
            syntax::ExprKind::None | syntax::ExprKind::Int(0) => return Ok(null(arg.span)),
            _ => {}
        }
        let context = self.context(arg.span).filter(|context| match (&context.kind, &arg.kind) {
            (ExprKind::Load(Place::Local(id)), syntax::ExprKind::Name(name)) => {
                self.locals.get(id.0 as usize).is_some_and(|local| local.name == *name)
            }
            _ => false,
        });
        let address = match context {
            Some(context) => context,
            None => self.output(arg)?.0,
        };
        if address.ptr_type().is_some_and(|ptr| ptr.region == Region::Stack) {
            return Ok(address);
        }
        let ty = address.ty.clone();
        let passed = Place::Local(self.hidden("passed", ty.clone()));
        self.push(StmtKind::Store(passed.clone(), address), arg.span);
        Ok(Expr::address(passed, ty, Region::Stack, arg.span))
    }

    /// An object in a value of a map: its address.
    pub(super) fn object(&mut self, name: &str, arg: &syntax::Expr) -> Result<Expr> {
        let value = self.operand(arg)?;
        if let Value::Memory(place, ty) = &value
            && self.s.object_of(ty).is_some_and(|own| own.name == name)
        {
            if crate::objects::map_of(place).is_some() || place.region() == Region::Any {
                return Ok(Expr::address(place.clone(), ty.clone(), place.region(), arg.span));
            }
            let message = format!("this `{name}` is a variable, and must lie in an entry of a map");
            return Err(self.s.report(
                Diagnostic::new(&codes::OBJECT_MISPLACED, arg.span, message)
                    .help("use the field of what `lookup` gives"),
            ));
        }
        Err(self.mismatch(arg.span, &format!("a `{name}`"), &value))
    }

    /// A timer belongs to the map that it lies in.
    pub(super) fn timers_map(&mut self, passed: &[Expr]) -> Result<()> {
        let [timer, map, ..] = passed else { return Ok(()) };
        let (Some(Region::MapValue(own)), ExprKind::Map(given)) =
            (timer.ptr_type().map(|ptr| ptr.region), &map.kind)
        else {
            return Ok(());
        };
        if own == *given {
            return Ok(());
        }
        let name = self.s.module.map(own).name.clone();
        let message = format!("the timer lies in an entry of `{name}`, not of this map");
        Err(self.s.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, map.span, message)
                .help(format!("give it `{name}`")),
        ))
    }

    /// A dynptr on the stack.
    pub(super) fn dynptr(&mut self, arg: &syntax::Expr) -> Result<Expr> {
        let value = self.operand(arg)?;
        let place = self.as_place(value.clone(), arg.span)?;
        match place {
            Some((place, ty))
                if self.s.object_of(&ty).is_some_and(|own| own.name == "bpf_dynptr") =>
            {
                let region = place.region();
                Ok(Expr::address(place, ty, region, arg.span))
            }
            _ => Err(self.mismatch(arg.span, "a `bpf_dynptr`", &value)),
        }
    }

    /// A pointer to a socket.
    pub(super) fn socket_type(&mut self, kind: Socket) -> Type {
        let pointee = self.s.socket_pointee(kind).map(Box::new);
        Type::Ptr(PtrType { pointee, region: Region::Socket, nullable: true })
    }

    fn socket(&mut self, arg: &syntax::Expr) -> Result<Expr> {
        let value = self.operand(arg)?;
        if let Value::Scalar(expr) = &value
            && let Some(ptr) = expr.ptr_type()
        {
            let socket = match ptr.region {
                Region::Socket => true,
                Region::Trusted => self.kernel_name(&expr.ty).is_some_and(|name| {
                    name == "sock" || name == "sock_common" || name.ends_with("_sock")
                }),
                _ => false,
            };
            if socket {
                if ptr.nullable {
                    return Err(self.unchecked(arg.span));
                }
                return Ok(expr.clone());
            }
        }
        Err(self.mismatch(arg.span, "a socket", &value))
    }

    /// The name of the kernel's struct that a pointer points to.
    fn kernel_name(&self, ty: &Type) -> Option<String> {
        let Type::Ptr(ptr) = ty else { return None };
        let Some(Type::Struct(id)) = ptr.pointee.as_deref() else { return None };
        let laid = self.s.module.struct_(*id);
        laid.kernel.map(|_| essential_name(&laid.name).to_owned())
    }

    /// A struct of the kernel whose type the verifier knows.
    fn trusted(&mut self, name: &str, arg: &syntax::Expr) -> Result<Expr> {
        let value = self.operand(arg)?;
        let value = self.referred(value, arg.span);
        if let Value::Scalar(expr) = &value
            && let Some(ptr) = expr.ptr_type()
            && self.kernel_name(&expr.ty).is_some_and(|own| own == name)
        {
            if ptr.region == Region::Trusted {
                if ptr.nullable {
                    return Err(self.unchecked(arg.span));
                }
                return Ok(expr.clone());
            }
            let message = format!("the verifier does not know that this is a `{name}`");
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, arg.span, message).note(
                    "it trusts what hooks pass by type, and what `get_current_task_btf` gives",
                ),
            ));
        }
        Err(self.mismatch(arg.span, &format!("a pointer to `{name}`"), &value))
    }
}
