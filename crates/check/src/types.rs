//! Annotations: what is written for a type.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{IntType, Module, PtrType, Region, Type};
use syntax::{BinaryOp, Definition, Expr, ExprKind};

use crate::ctypes;
use crate::kernel_types::{Known, VMLINUX};
use crate::names::{Builtin, Meaning, NET_MODULE, ctype_of};
use crate::session::{Item, Reported, Result, Session};

/// The largest type, in bytes: what the kernel allocates for one value of a
/// map at the most.
pub(crate) const MAX_SIZE: u64 = 1 << 22;
/// Names of types that stand for each other do so no deeper.
const MAX_ALIASES: usize = 20;

impl Session<'_> {
    /// The type that an annotation names.
    pub fn annotation(&mut self, expr: &Expr) -> Result<Type> {
        match &expr.kind {
            ExprKind::Error => Err(Reported),
            ExprKind::Name(_) | ExprKind::Attribute(..) => match expr.path() {
                Some(path) => self.named_type(&path, expr.span),
                None => Err(self.not_a_type(expr.span)),
            },
            ExprKind::Call(..) if self.is_pointer(expr) => {
                // Where nobody follows it, it is an address as any other.
                let pointed = self.pointed(expr).transpose()?;
                if let Some(pointer) = pointed.filter(is_foreign) {
                    return Ok(pointer);
                }
                ctype_of(self, "c_void_p", expr.span)
            }
            ExprKind::Call(function, args, keywords) => {
                if let Some(path) = function.path()
                    && path.last() == Some(&ir::Struct::OWNED)
                    && let Meaning::Object(object) = self.resolve(&path, function.span)?
                {
                    self.needs(object.since, "`kptr`", function.span)?;
                    return self.kptr(args, expr.span);
                }
                let is_str = matches!(&function.kind, ExprKind::Name(name) if name == "str");
                match (is_str, args.as_slice(), keywords.is_empty()) {
                    (true, [len], true) => {
                        let len = self.length(len)?;
                        self.sized(Type::Str(len), expr.span)
                    }
                    _ => Err(self.not_a_type(expr.span)),
                }
            }
            ExprKind::Binary(BinaryOp::Mul, left, right) => {
                let element = self.annotation(left)?;
                self.no_dynptr(&element, "an element of an array", left.span)?;
                let len = self.length(right)?;
                let is_char = left.path().is_some_and(|path| path.last() == Some(&"c_char"));
                let array =
                    if is_char { Type::Str(len) } else { Type::Array(Box::new(element), len) };
                self.sized(array, expr.span)
            }
            ExprKind::Index(base, inner) if self.is_qualifier(base) => match &inner.kind {
                // `Annotated[T, ...]` says more of the type to others, and `Annotated[int,
                // c_uint32]` to us: the first is what readers of the value have.
                ExprKind::Tuple(parts) if !parts.is_empty() => {
                    let ours =
                        parts.iter().find(|part| self.is_type(part) || self.is_pointer(part));
                    self.annotation(ours.unwrap_or(&parts[0]))
                }
                _ => self.annotation(inner),
            },
            ExprKind::Str(text) => {
                let message = "a type in quotes is not read";
                let fix = text.clone();
                Err(self.report(Diagnostic::new(&codes::UNKNOWN_TYPE, expr.span, message).fix(
                    "write it without quotes",
                    expr.span,
                    fix,
                )))
            }
            _ => Err(self.not_a_type(expr.span)),
        }
    }

    /// Whether an expression is `Final` or another word of `typing` around a
    /// type that does not change it.
    pub fn is_qualifier(&self, expr: &Expr) -> bool {
        let Some(path) = expr.path() else { return false };
        self.tree.imports.resolve(&path).is_some_and(|(module, name)| {
            matches!(module.as_str(), "typing" | "typing_extensions")
                && matches!(name.as_str(), "Final" | "Annotated" | "ClassVar")
        })
    }

    /// Whether an annotation is `typing.Any`, which leaves the type to what the hook
    /// passes.
    pub fn is_any(&self, expr: &Expr) -> bool {
        let Some(path) = expr.path() else { return false };
        self.tree.imports.resolve(&path).is_some_and(|(module, name)| {
            matches!(module.as_str(), "typing" | "typing_extensions") && name == "Any"
        })
    }

    /// Whether an expression is `T * N`, or a name that the file sets to
    /// that, and `T` a type.
    pub fn is_array_type(&self, expr: &Expr) -> bool {
        let mut expr = expr;
        for _ in 0..MAX_ALIASES {
            match &expr.kind {
                ExprKind::Binary(BinaryOp::Mul, left, _) => {
                    return self.is_type_within(left, MAX_ALIASES);
                }
                ExprKind::Name(name) => match self.alias(name) {
                    Some(value) => expr = value,
                    None => return false,
                },
                _ => return false,
            }
        }
        false
    }

    /// What a module-level name is set to, if nothing else has the name.
    fn alias(&self, name: &str) -> Option<&Expr> {
        if self.item(name).is_some() {
            return None;
        }
        Some(&self.tree.constants.get(self.constant_named(name)?)?.value)
    }

    /// Whether an expression names or makes a type.
    pub fn is_type(&self, expr: &Expr) -> bool {
        self.is_type_within(expr, MAX_ALIASES)
    }

    fn is_type_within(&self, expr: &Expr, depth: usize) -> bool {
        if depth == 0 {
            return false;
        }
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Mul, left, _) => self.is_type_within(left, depth - 1),
            ExprKind::Call(callee, _, _) => {
                matches!(&callee.kind, ExprKind::Name(name) if name == "str")
            }
            ExprKind::Name(name) if matches!(self.item(name), Some((Item::Struct(_), _))) => true,
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                let Some(path) = expr.path() else { return false };
                if let [name] = path.as_slice()
                    && let Some(value) = self.alias(name)
                {
                    return self.is_type_within(value, depth - 1);
                }
                match self.tree.imports.resolve(&path) {
                    Some((_, name)) if kernel::object_type(&name).is_some() => true,
                    Some((module, name)) if module == NET_MODULE || module == VMLINUX => {
                        let plain = name.strip_prefix("struct_").unwrap_or(&name);
                        kernel::net_struct(plain).is_some()
                            || (module == NET_MODULE && kernel::network_type(plain).is_some())
                            || (module == VMLINUX
                                && matches!(self.kernel_known(&name), Some(Known::Type(_))))
                    }
                    Some((module, name)) => module == "ctypes" && ctypes::ctype(&name).is_some(),
                    None => match path.as_slice() {
                        [name] => ctypes::ctype(name).is_some() || self.is_starred_type(name),
                        _ => false,
                    },
                }
            }
            _ => false,
        }
    }

    /// Whether a name is a type of a module all of whose names are imported.
    fn is_starred_type(&self, name: &str) -> bool {
        let imports = &self.tree.imports;
        let headers = imports.has_star(NET_MODULE) || imports.has_star(VMLINUX);
        (headers && kernel::net_struct(name).is_some())
            || (imports.has_star(NET_MODULE) && kernel::network_type(name).is_some())
            || (imports.has_star(VMLINUX)
                && matches!(self.kernel_known(name), Some(Known::Type(_))))
    }

    /// Whether this is `POINTER(...)` of `ctypes`.
    fn is_pointer(&self, expr: &Expr) -> bool {
        let ExprKind::Call(function, ..) = &expr.kind else { return false };
        let Some(path) = function.path() else { return false };
        match self.tree.imports.resolve(&path) {
            Some((module, name)) => module == "ctypes" && name == "POINTER",
            None => path == ["POINTER"] && self.item("POINTER").is_none(),
        }
    }

    /// What `POINTER(T)` points to; `None` for other annotations.
    pub fn pointed(&mut self, expr: &Expr) -> Option<Result<Type>> {
        if !self.is_pointer(expr) {
            return None;
        }
        let ExprKind::Call(function, args, keywords) = &expr.kind else { return None };
        if self.tree.imports.resolve(&["POINTER"]).is_none()
            && matches!(&function.kind, ExprKind::Name(_))
        {
            self.unimported("ctypes", "POINTER", function.span);
        }
        match (args.as_slice(), keywords.is_empty()) {
            ([pointee], true) => Some(self.annotation(pointee)),
            _ => Some(Err(self.not_a_type(expr.span))),
        }
    }

    fn named_type(&mut self, path: &[&str], at: Span) -> Result<Type> {
        if let [name] = path
            && let Some(value) = self.alias(name)
            && self.is_type(value)
        {
            let value = value.clone();
            return self.annotation(&value);
        }
        let name = path.last().copied().unwrap_or_default();
        if path.len() == 1 && self.item(name).is_none() && self.is_nameless_type(name) {
            let mut known: Vec<&str> = ctypes::names().collect();
            known.extend(self.module.structs.iter().map(|laid| laid.name.as_str()));
            let near = nearest(name, known).map(str::to_owned);
            let mut diagnostic =
                Diagnostic::new(&codes::UNKNOWN_TYPE, at, format!("`{name}` is not a type"));
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            return Err(self.report(diagnostic));
        }
        if let [name] = path
            && matches!(self.definition(name), Some(Definition::Function(_)))
        {
            return Err(self.not_a_type(at));
        }
        match self.resolve(path, at)? {
            Meaning::CType(name) => ctype_of(self, name, at),
            Meaning::Item(Item::Struct(id)) => Ok(Type::Struct(id)),
            Meaning::Kernel(Known::Type(id)) => self.kernel_annotation(id, at),
            Meaning::Kernel(Known::Declared(id)) => {
                Ok(Type::ptr(Some(Type::Struct(id)), Region::Kernel))
            }
            Meaning::Network(bits) => Ok(Type::Network(bits)),
            Meaning::Object(object) => {
                self.needs(object.since, &format!("`{}`", object.name), at)?;
                if object.name == ir::Struct::OWNED {
                    return self.kptr(&[], at);
                }
                Ok(self.object_type(object))
            }
            Meaning::Builtin(Builtin::Int) => Ok(Type::I64),
            Meaning::Builtin(Builtin::Bool) => Ok(Type::Bool),
            Meaning::Builtin(Builtin::Str) => Err(self.report(
                Diagnostic::new(&codes::UNSUPPORTED_TYPE, at, "`str` needs a size here")
                    .note("memory in the kernel has a fixed size")
                    .fix("say how many bytes", at, "str(16)"),
            )),
            _ => Err(self.not_a_type(at)),
        }
    }

    /// What a type of the kernel stands for in an annotation: a struct for a
    /// pointer to one, of which nothing is known but its type.
    pub fn kernel_annotation(&mut self, id: kernel::btf::TypeId, at: Span) -> Result<Type> {
        match self.kernel_type(id) {
            Some(ty @ Type::Struct(_)) => Ok(Type::ptr(Some(ty), Region::Kernel)),
            Some(Type::Ptr(ptr)) => Ok(Type::Ptr(PtrType { region: Region::Kernel, ..ptr })),
            Some(ty) => Ok(ty),
            None => {
                let message = "BPF has no values of this type of the kernel";
                Err(self.report(Diagnostic::new(&codes::UNSUPPORTED_TYPE, at, message)))
            }
        }
    }

    /// Whether nothing at all goes by this name.
    fn is_nameless_type(&self, name: &str) -> bool {
        let tree = self.tree;
        let stars = tree.imports.has_star(NET_MODULE) || tree.imports.has_star(VMLINUX);
        let header = stars && kernel::net_struct(name).is_some();
        let known = tree.imports.has_star(VMLINUX) && self.kernel_known(name).is_some();
        if header || known {
            return false;
        }
        tree.imports.get(name).is_none()
            && self.constant_named(name).is_none()
            && self.user_space(name).is_none()
            && ctypes::ctype(name).is_none()
            && !matches!(name, "int" | "bool" | "str")
            && kernel::map_type(name).is_none()
            && kernel::short_name(name).is_none()
            && kernel::helper(name).is_none()
            && kernel::constant(name).is_none()
    }

    fn not_a_type(&mut self, at: Span) -> Reported {
        self.report(
            Diagnostic::new(&codes::UNKNOWN_TYPE, at, "this is not a BPF type").help(
                "types are those of `ctypes` (`c_uint32`, ...), `str(N)`, `T * N` and `@struct` classes",
            ),
        )
    }

    fn length(&mut self, expr: &Expr) -> Result<u32> {
        let len = self.constant_int(expr)?;
        match u32::try_from(len) {
            Ok(len) if len > 0 => Ok(len),
            _ => {
                let message = format!("{len} is not a length: it must be positive");
                Err(self.report(Diagnostic::new(&codes::OUT_OF_RANGE, expr.span, message)))
            }
        }
    }

    pub(crate) fn sized(&mut self, ty: Type, at: Span) -> Result<Type> {
        let size = ty.size(&self.module);
        if size <= MAX_SIZE {
            return Ok(ty);
        }
        let message = format!("a type of {size} bytes is larger than any BPF memory");
        Err(self.report(Diagnostic::new(&codes::OUT_OF_RANGE, at, message)))
    }
}

/// Whether this is a pointer to memory of the kernel or of user space.
pub(crate) fn is_foreign(ty: &Type) -> bool {
    matches!(ty, Type::Ptr(ptr) if ptr.region.is_foreign())
}

/// How a type is written in Python.
pub(crate) fn name(module: &Module, ty: &Type) -> String {
    match ty {
        Type::Void => "None".to_owned(),
        Type::Bool => "c_bool".to_owned(),
        Type::Int(int) => ctypes::int_name(*int).to_owned(),
        Type::Network(bits) => format!("be{bits}"),
        Type::Str(len) => format!("str({len})"),
        Type::Array(element, len) => format!("{} * {len}", name(module, element)),
        Type::Struct(id) => module.struct_(*id).name.clone(),
        Type::Ptr(ptr) => match (&ptr.pointee, ptr.region) {
            (_, Region::Context) => "the context".to_owned(),
            (_, Region::PacketEnd) => "the end of the packet".to_owned(),
            (None, Region::Packet | Region::Cursor) => "a place in the packet".to_owned(),
            (Some(pointee), Region::Opaque) => match **pointee {
                Type::Int(IntType { bits: 8, .. }) => "c_char_p".to_owned(),
                _ => "c_void_p".to_owned(),
            },
            (None, Region::Map(id)) => format!("a map like `{}`", module.map(id).name),
            (None, _) => "c_void_p".to_owned(),
            // A function's parameter, written as what it refers to.
            (Some(pointee), Region::Any) => name(module, pointee),
            (Some(pointee), _) => format!("pointer to {}", name(module, pointee)),
        },
    }
}
