//! Timers, locks and the like inside the file's own types: where they may lie,
//! and that nothing copies them.

use diagnostics::{Diagnostic, Span, codes};
use ir::{
    Field, IntType, MapId, Module, Place, Region, Shape, Stmt, StmtKind, Struct, StructId, Type,
};
use kernel::{Home, ObjectType, Socket};

use crate::session::{Result, Session};

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
        kernel::object_type(&laid.name)
    }

    /// The first object inside a type that only values of maps hold, with the
    /// name of its field.
    pub fn object_inside(&self, ty: &Type) -> Option<(String, &'static ObjectType)> {
        let Type::Struct(id) = ty else { return None };
        self.module.struct_(*id).fields.iter().find_map(|field: &Field| {
            debug_assert!(matches!(field.shape, Shape::Plain | Shape::Enum | Shape::Bits { .. }));
            let own = self.object_of(&field.ty).filter(|own| matches!(own.home, Home::Values(_)));
            own.map(|own| (field.name.clone(), own)).or_else(|| self.object_inside(&field.ty))
        })
    }

    /// What is known of a socket, as a type.
    pub fn socket_pointee(&mut self, kind: Socket) -> Option<Type> {
        let name = if kind == Socket::Tcp { "bpf_tcp_sock" } else { "bpf_sock" };
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
        let Some((field, object)) = self.object_inside(ty) else { return Ok(()) };
        let Home::Values(kinds) = object.home else { return Ok(()) };
        if kinds.contains(&kind) {
            return Ok(());
        }
        let names: Vec<&str> = kernel::MAP_TYPES
            .iter()
            .filter(|known| kinds.contains(&known.kernel))
            .map(|known| known.name)
            .collect();
        let message = format!("a `{shown}` cannot hold `{field}`, a `{}`", object.name);
        Err(self.report(
            Diagnostic::new(&codes::OBJECT_MISPLACED, at, message)
                .help(format!("map types that can are {}", names.join(", "))),
        ))
    }
}

/// Refuses copies of entries that hold objects, which the verifier keeps
/// programs off.
pub(crate) fn check(session: &mut Session<'_>) {
    let mut wrong: Vec<(Span, String, &'static str)> = Vec::new();
    let mut copied: Vec<Span> = Vec::new();
    for function in &session.module.functions {
        let mut look = |stmts: &[Stmt]| {
            ir::each_stmt(stmts, &mut |stmt| {
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
        };
        look(&function.body);
        ir::each_expr(&function.body, &mut |expr| {
            if let ir::ExprKind::Sequence(stmts, _) = &expr.kind {
                look(stmts);
            }
        });
    }
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
