//! Timers, locks and the like inside the file's own types: where they may lie,
//! and that nothing copies them.

use diagnostics::{Diagnostic, Span, codes};
use ir::{IntType, MapId, Module, Place, Region, Shape, StmtKind, Struct, StructId, Type};
use kernel::btf::Space;
use kernel::{Home, ObjectType, Socket};

use crate::session::{Reported, Result, Session};

impl Session<'_> {
    /// The struct that stands for an object of the kernel.
    pub fn object_type(&mut self, object: &'static ObjectType) -> Type {
        let known =
            self.module.structs.iter().position(|laid| {
                laid.kernel.is_none() && laid.line == 0 && laid.name == object.name
            });
        if let Some(index) = known {
            return Type::Struct(StructId(index as u32));
        }
        let members = object.fields.iter().map(|field| {
            let ty = Type::Int(IntType { bits: field.bits, signed: field.signed });
            let ty = match field.count {
                0 => ty,
                count => Type::Array(Box::new(ty), count),
            };
            (field.name.to_owned(), ty)
        });
        let laid = Struct::lay_out(object.name.to_owned(), members.collect(), 0, &self.module);
        self.module.structs.push(laid);
        Type::Struct(StructId(self.module.structs.len() as u32 - 1))
    }

    /// The object that a type is.
    pub fn object_of(&self, ty: &Type) -> Option<&'static ObjectType> {
        let Type::Struct(id) = ty else { return None };
        let laid = self.module.struct_(*id);
        if laid.kernel.is_some() || laid.line != 0 {
            return None;
        }
        kernel::object_type(if laid.kptr().is_some() { Struct::OWNED } else { &laid.name })
    }

    /// The struct of the kernel that a field of this type owns.
    pub fn kptr_of(&self, ty: &Type) -> Option<StructId> {
        match ty {
            Type::Struct(id) => self.module.struct_(*id).kptr(),
            _ => None,
        }
    }

    /// Whether the kernel frees such a struct with the entry that owns it: it has
    /// a destructor, named after the kfunc that releases it.
    fn is_ownable(&self, of: StructId) -> bool {
        let (Some(btf), Some(releaser)) = (self.btf(), self.releaser(of)) else { return false };
        btf.find(&format!("{}_dtor", releaser.name), Space::Func).is_some()
    }

    /// `kptr(task_struct)`: the type of a field that owns such an object.
    pub fn kptr(&mut self, args: &[syntax::Expr], at: Span) -> Result<Type> {
        let [arg] = args else {
            let message = "a `kptr` says what it points to";
            return Err(self.report(
                Diagnostic::new(&codes::UNKNOWN_TYPE, at, message)
                    .help("write `kptr(task_struct)`, with a struct of the kernel"),
            ));
        };
        let given = self.annotation(arg)?;
        let of = match &given {
            Type::Ptr(ptr) => match ptr.pointee.as_deref() {
                Some(Type::Struct(of)) if self.module.struct_(*of).kernel.is_some() => Some(*of),
                _ => None,
            },
            _ => None,
        };
        let Some(of) = of.filter(|of| self.is_ownable(*of)) else {
            let text = self.source.slice(arg.span).to_owned();
            let message = format!("no entry of a map can own a `{text}`");
            return Err(self.report(
                Diagnostic::new(&codes::UNSUPPORTED_TYPE, arg.span, message)
                    .note("the kernel has no function that frees one with the entry")
                    .help("objects with one are `task_struct`, `cgroup`, `bpf_cpumask` and others"),
            ));
        };
        let name = format!("kptr({})", self.module.struct_(of).name);
        let known = self.module.structs.iter().position(|laid| laid.kptr() == Some(of));
        if let Some(index) = known {
            return Ok(Type::Struct(StructId(index as u32)));
        }
        let pointer = Type::Ptr(ir::PtrType {
            pointee: Some(Box::new(Type::Struct(of))),
            region: Region::Kernel,
            nullable: true,
        });
        let member = vec![(Struct::OWNED.to_owned(), pointer)];
        let laid = Struct::lay_out(name, member, 0, &self.module);
        self.module.structs.push(laid);
        Ok(Type::Struct(StructId(self.module.structs.len() as u32 - 1)))
    }

    /// The first object inside a type that only values of maps hold, with the
    /// name of its field.
    pub fn object_inside(&self, ty: &Type) -> Option<(String, &'static ObjectType)> {
        let mut found = Vec::new();
        self.find_objects(ty, 0, &mut found);
        found.into_iter().next().map(|one| (one.field, one.object))
    }

    /// The objects inside a type that only values of maps hold.
    fn find_objects(&self, ty: &Type, depth: u32, found: &mut Vec<Inside>) {
        if let Type::Array(element, _) = ty {
            let before = found.len();
            self.find_objects(element, depth + 1, found);
            found.iter_mut().skip(before).for_each(|one| one.in_array = true);
        }
        let Type::Struct(id) = ty else { return };
        for field in &self.module.struct_(*id).fields {
            debug_assert!(matches!(field.shape, Shape::Plain | Shape::Enum | Shape::Bits { .. }));
            let element = match &field.ty {
                Type::Array(element, _) => element,
                ty => ty,
            };
            match self.object_of(element).filter(|own| matches!(own.home, Home::Values(_))) {
                Some(object) => found.push(Inside {
                    field: field.name.clone(),
                    object,
                    depth,
                    in_array: matches!(field.ty, Type::Array(..)),
                }),
                None => self.find_objects(&field.ty, depth + 1, found),
            }
        }
    }

    /// What is known of a socket, as a type.
    pub fn socket_pointee(&mut self, kind: Socket) -> Option<Type> {
        let name = match kind {
            Socket::Tcp => "bpf_tcp_sock",
            Socket::Common => "bpf_sock_common",
            Socket::Full => "bpf_sock",
        };
        kernel::object_type(name).map(|object| self.object_type(object))
    }

    /// Checks that what is declared with a type is no dynptr, which only
    /// variables are.
    pub fn no_dynptr(&mut self, ty: &Type, what: &str, at: Span) -> Result<()> {
        if !is_dynptr(&self.module, ty) {
            return Ok(());
        }
        let message = format!("{what} cannot be a `bpf_dynptr`: only variables are");
        Err(self.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                .help("make it in the function that uses it: `d = bpf_dynptr()`"),
        ))
    }

    /// Checks that a map may hold the objects in its values.
    pub fn value_objects(&mut self, ty: &Type, kind: &str, shown: &str, at: Span) -> Result<()> {
        if let Some(object) = self.object_of(ty).filter(|own| matches!(own.home, Home::Values(_))) {
            let message = format!("a value cannot be a `{}` alone", object.name);
            let help = "make a `@struct` with a field for it, and use that as the value";
            return Err(self.misplaced(at, message, help));
        }
        let mut found = Vec::new();
        self.find_objects(ty, 0, &mut found);
        let Some(first) = found.first() else { return Ok(()) };
        let (object, field) = (first.object, &first.field);
        let Home::Values(kinds) = object.home else { return Ok(()) };
        if !kinds.contains(&kind) {
            let names: Vec<&str> = kernel::MAP_TYPES
                .iter()
                .filter(|known| kinds.contains(&known.kernel))
                .map(|known| known.name)
                .collect();
            let message = format!("a `{shown}` cannot hold `{field}`, a `{}`", object.name);
            let help = format!("map types that can are {}", names.join(", "));
            return Err(self.misplaced(at, message, &help));
        }
        let twin = found.iter().enumerate().find_map(|(index, one)| {
            let same = |other: &&Inside| {
                other.object.name == one.object.name && one.object.name != Struct::OWNED
            };
            found.iter().take(index).find(same).map(|other| (other.field.clone(), one))
        });
        if let Some((other, one)) = twin {
            let name = one.object.name;
            let message =
                format!("a value has one `{name}`, not both `{other}` and `{}`", one.field);
            let help = "keep the other in a map of its own, with the same key";
            return Err(self.misplaced(at, message, help));
        }
        if let Some(one) = found.iter().find(|one| one.in_array) {
            let message = format!("`{}`, a `{}`, lies in an array", one.field, one.object.name);
            let help = "give each its own entry: the array's index becomes the map's key";
            return Err(self.misplaced(at, message, help));
        }
        match found.iter().find(|one| one.depth > 0).map(|one| (one.object, one.field.clone())) {
            Some((object, field)) => {
                let what = format!("`{field}`, a `{}` in a struct inside the value,", object.name);
                self.needs(object.nested, &what, at)
            }
            None => Ok(()),
        }
    }

    /// Checks that no object lies where only values of maps hold them.
    pub fn no_object(&mut self, ty: &Type, what: &str, at: Span) -> Result<()> {
        let own = self.object_of(ty).filter(|own| matches!(own.home, Home::Values(_)));
        let inside = self.object_inside(ty).map(|(_, object)| object);
        let Some(object) = own.or(inside) else { return Ok(()) };
        let message = format!("{what} cannot hold a `{}`", object.name);
        let help = "keep it in the value of a map, such as an `Array` of one entry";
        Err(self.misplaced(at, message, help))
    }

    fn misplaced(&mut self, at: Span, message: String, help: &str) -> Reported {
        self.report(Diagnostic::new(&codes::OBJECT_MISPLACED, at, message).help(help))
    }
}

/// An object inside the type of a value.
struct Inside {
    field: String,
    object: &'static ObjectType,
    /// How many structs and arrays it lies in, beside the value itself.
    depth: u32,
    in_array: bool,
}

/// Refuses copies of entries that hold objects, which the verifier keeps
/// programs off.
pub(crate) fn check(session: &mut Session<'_>) {
    let mut wrong: Vec<(Span, String, &'static str)> = Vec::new();
    let mut copied: Vec<Span> = Vec::new();
    let mut passed: Vec<(Span, String, &'static str)> = Vec::new();
    for function in &session.module.functions {
        ir::each_stmt_within(&function.body, &mut |stmt| {
            let places: Vec<&Place> = match &stmt.kind {
                StmtKind::Zero(place) => vec![place],
                StmtKind::Copy(to, from) => vec![to, from],
                _ => return,
            };
            for place in places {
                let ty = place.ty(&session.module, function);
                if ty.is_some_and(|ty| is_dynptr(&session.module, &ty)) {
                    copied.push(stmt.span);
                }
                if !matches!(place.region(), Region::MapValue(_) | Region::Any) {
                    continue;
                }
                let ty = place.ty(&session.module, function);
                if let Some((field, object)) = ty.and_then(|ty| session.object_inside(&ty)) {
                    wrong.push((stmt.span, field, object.name));
                }
            }
        });
        ir::each_expr(&function.body, &mut |expr| {
            let ir::ExprKind::Helper(_, args) = &expr.kind else { return };
            for arg in args {
                let ir::ExprKind::Address(place) = &arg.kind else { continue };
                if !matches!(place.region(), Region::MapValue(_) | Region::Any) {
                    continue;
                }
                let ty = place.ty(&session.module, function);
                if let Some((field, object)) = ty.and_then(|ty| session.object_inside(&ty)) {
                    passed.push((arg.span, field, object.name));
                }
            }
        });
    }
    wrong.append(&mut passed);
    copied.sort();
    copied.dedup();
    for at in copied {
        let message = "a dynptr cannot be copied: the verifier knows it by its place";
        session.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                .help("use its first name, or pass it to a function, which works on the same one"),
        );
    }
    wrong.sort_by_key(|(at, ..)| *at);
    wrong.dedup_by_key(|(at, ..)| *at);
    for (at, field, object) in wrong {
        let message = format!("an entry with `{field}`, a `{object}`, cannot be copied as a whole");
        session.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                .note("the kernel alone reads and writes it")
                .help("use the fields of what `lookup` gives; `m.update(key, value)` leaves it as it is"),
        );
    }
}

/// Whether a type is that of dynptrs.
pub(crate) fn is_dynptr(module: &Module, ty: &Type) -> bool {
    let Type::Struct(id) = ty else { return false };
    let laid = module.struct_(*id);
    laid.kernel.is_none() && laid.line == 0 && laid.name == "bpf_dynptr"
}

/// The map whose value a place lies in.
pub(crate) fn map_of(place: &Place) -> Option<MapId> {
    match place.region() {
        Region::MapValue(map) => Some(map),
        _ => None,
    }
}
