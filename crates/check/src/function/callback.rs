//! Functions that helpers call. The helper gets a function of the compiler's
//! own with the signature that the kernel wants, which calls the file's and
//! makes of its result what the kernel takes.

use diagnostics::{Diagnostic, Span, codes};
use ir::{
    CompareOp, Expr, ExprKind, Function, FunctionId, FunctionKind, IntType, Local, LocalId, MapId,
    Place, PtrType, Region, Stmt, StmtKind, Type,
};
use kernel::{Callback, Helper};

use super::Body;
use crate::names::Meaning;
use crate::session::{Item, Result};

/// What a message calls the key of an entry.
const KEY: &str = "the key";

/// A parameter that the kernel passes.
struct Given {
    /// What a message calls it.
    what: &'static str,
    ty: Type,
    /// Whether it is the address of where that lies.
    boxed: bool,
}

impl Given {
    /// The type of the parameter that the kernel passes.
    fn passed(&self) -> Type {
        if self.boxed { Type::ptr(Some(self.ty.clone()), Region::Any) } else { self.ty.clone() }
    }
}

impl Body<'_, '_> {
    /// The function that a helper is to call.
    pub(super) fn callback(
        &mut self,
        helper: &Helper,
        kind: Callback,
        arg: &syntax::Expr,
        map: Option<MapId>,
        context: Option<&Expr>,
    ) -> Result<Expr> {
        let id = self.function_named(arg)?;
        let given = self.given(kind, map, context);
        self.fits_callback(helper, id, &given, arg.span)?;
        self.graph.calls.entry(self.id).or_default().push((id, arg.span));
        let key = given.iter().position(|one| one.what == KEY);
        self.graph.keys.extend(key.map(|index| (id, LocalId(index as u32))));
        let wrapper = self.wrap(kind, id, given, arg.span);
        let opaque = Type::ptr(None, Region::Opaque);
        Ok(Expr::new(ExprKind::Function(wrapper), opaque, arg.span))
    }

    /// The function of the file that an argument names.
    fn function_named(&mut self, arg: &syntax::Expr) -> Result<FunctionId> {
        let path = arg.path().filter(|path| !self.is_local(path));
        if let Some(path) = path {
            match self.s.resolve(&path, arg.span)? {
                Meaning::Item(Item::Function(id)) => return Ok(id),
                Meaning::Item(Item::Program) => {
                    let message = "a program is called by its hook alone";
                    return Err(self.s.report(
                        Diagnostic::new(&codes::BAD_CALLBACK, arg.span, message).help(
                            "put what is to be called into a `@bpf` function without `@section`",
                        ),
                    ));
                }
                _ => {}
            }
        }
        let message = "a `@bpf` function of the file is needed here, to be called";
        Err(self.s.report(
            Diagnostic::new(&codes::BAD_CALLBACK, arg.span, message)
                .help("give its name, without parentheses"),
        ))
    }

    /// What the kernel passes.
    fn given(&mut self, kind: Callback, map: Option<MapId>, context: Option<&Expr>) -> Vec<Given> {
        let opaque = || Type::ptr(None, Region::Opaque);
        let given = |what, ty| Given { what, ty, boxed: false };
        let context = || {
            let pointee = context.and_then(Expr::ptr_type).and_then(|ptr| ptr.pointee.clone());
            match pointee.map(|ty| *ty) {
                Some(ty @ Type::Ptr(_)) => Given { what: "the context", ty, boxed: true },
                ty => given("the context", Type::ptr(ty, Region::Any)),
            }
        };
        let kernel = |name: &str, this: &mut Self| {
            this.s.kernel_pointer(name, Region::Trusted).unwrap_or_else(opaque)
        };
        match kind {
            Callback::Element => vec![
                given("the map", opaque()),
                given(KEY, self.passed_entry(map, true)),
                given("the value", self.passed_entry(map, false)),
                context(),
            ],
            Callback::Turn => {
                vec![given("the number of the turn", Type::Int(IntType::U32)), context()]
            }
            Callback::Timer => vec![
                given("the map", opaque()),
                given(KEY, self.passed_entry(map, true)),
                given("the value", self.passed_entry(map, false)),
            ],
            Callback::Area => vec![
                given("the task", kernel("task_struct", self)),
                given("the area", kernel("vm_area_struct", self)),
                context(),
            ],
            Callback::Message => {
                let dynptr = kernel::object_type("bpf_dynptr").map(|own| self.s.object_type(own));
                vec![given("the message", Type::ptr(dynptr, Region::Any)), context()]
            }
        }
    }

    /// The address of a key or of a value, as the kernel passes it.
    fn passed_entry(&self, map: Option<MapId>, key: bool) -> Type {
        let Some(id) = map else { return Type::ptr(None, Region::Opaque) };
        let map = self.s.module.map(id);
        if key {
            Type::ptr(map.key.clone(), Region::Any)
        } else {
            Type::ptr(map.value.clone(), Region::MapValue(id))
        }
    }

    /// Checks the signature of a function against what the kernel passes.
    fn fits_callback(
        &mut self,
        helper: &Helper,
        id: FunctionId,
        given: &[Given],
        at: Span,
    ) -> Result<()> {
        let callee = self.s.module.function(id);
        let (name, ret, span) = (callee.name.clone(), callee.ret.clone(), callee.span);
        let params: Vec<Type> =
            callee.locals.iter().take(callee.params as usize).map(|own| own.ty.clone()).collect();
        let wrong = |this: &mut Self, message: String| {
            let shown: Vec<String> = given.iter().map(|one| this.parameter(one)).collect();
            let help = format!("write `def {name}({}) -> c_int64:`", shown.join(", "));
            Err(this.s.report(
                Diagnostic::new(&codes::BAD_CALLBACK, at, message)
                    .also(span, "defined here")
                    .help(help),
            ))
        };
        if self.s.result_type(id).is_some()
            || !matches!(ret, Type::Void | Type::Int(_) | Type::Bool)
        {
            return wrong(
                self,
                format!("`{name}` is called by `{}` and gives a number", helper.name),
            );
        }
        if params.len() > given.len() {
            let message = format!(
                "`{}` calls `{name}` with {} arguments, and it takes {}",
                helper.name,
                given.len(),
                params.len()
            );
            return wrong(self, message);
        }
        for (param, one) in params.iter().zip(given) {
            if !accepts(param, &one.ty) {
                let message = format!(
                    "`{}` passes {} to `{name}`, which is `{}`, not `{}`",
                    helper.name,
                    one.what,
                    self.shown(&one.ty),
                    self.shown(param)
                );
                return wrong(self, message);
            }
        }
        Ok(())
    }

    /// A parameter as it is to be written.
    fn parameter(&self, given: &Given) -> String {
        let name = given.what.rsplit(' ').next().unwrap_or_default();
        format!("{name}: {}", self.shown(&given.ty))
    }

    fn shown(&self, ty: &Type) -> String {
        match ty {
            Type::Ptr(PtrType { pointee: Some(pointee), .. }) => match **pointee {
                Type::Int(_) | Type::Bool => format!("POINTER({})", self.s.type_name(pointee)),
                _ => self.s.type_name(pointee),
            },
            ty => self.s.type_name(ty),
        }
    }

    /// The function that the kernel calls.
    fn wrap(&mut self, kind: Callback, id: FunctionId, given: Vec<Given>, at: Span) -> FunctionId {
        let callee = self.s.module.function(id);
        let (name, ret, params) = (callee.name.clone(), callee.ret.clone(), callee.params);
        let wanted: Vec<Type> = callee.locals.iter().map(|own| own.ty.clone()).collect();
        let locals: Vec<Local> = given
            .iter()
            .map(|one| {
                let name = one.what.rsplit(' ').next().unwrap_or_default().to_owned();
                Local { name, ty: one.passed() }
            })
            .collect();
        let args: Vec<Expr> = (0..params)
            .zip(&given)
            .zip(wanted)
            .map(|((index, one), wanted)| {
                let own = Expr::load(Place::Local(LocalId(index)), one.passed(), at);
                let own = match one.boxed {
                    true => Expr::load(Place::Deref(Box::new(own)), one.ty.clone(), at),
                    false => own,
                };
                own.convert(wanted)
            })
            .collect();
        let call = Expr::new(ExprKind::Call(id, args), ret.clone(), at);
        let ends = !matches!(kind, Callback::Timer | Callback::Area);
        let number = |value| Expr::int(value, Type::I64, at);
        let stmt = |kind| Stmt::new(kind, at);
        let body = if ends && ret != Type::Void {
            let test = match ret {
                Type::Bool => call,
                ref ret => Expr::compare(CompareOp::Ne, call, Expr::int(0, ret.clone(), at), at),
            };
            let one = |value| vec![stmt(StmtKind::Return(Some(number(value))))];
            vec![stmt(StmtKind::If(test, one(1), one(0)))]
        } else {
            vec![stmt(StmtKind::Eval(call)), stmt(StmtKind::Return(Some(number(0))))]
        };
        let wrapper = FunctionId(self.s.module.functions.len() as u32);
        self.s.module.functions.push(Function {
            name: format!("__pythonbpf_{name}_{}", wrapper.0),
            kind: FunctionKind::Subprogram,
            params: locals.len() as u32,
            ret: Type::I64,
            locals,
            body,
            span: at,
        });
        wrapper
    }
}

/// Whether a parameter takes what the kernel passes.
fn accepts(param: &Type, given: &Type) -> bool {
    match (param, given) {
        (Type::Int(_), Type::Int(_)) => true,
        (Type::Ptr(own), Type::Ptr(ptr)) => {
            let alike = |region| own.region == region && ptr.region == region;
            alike(Region::Opaque)
                || alike(Region::Context)
                || own.pointee.is_some() && own.pointee == ptr.pointee
        }
        _ => false,
    }
}
