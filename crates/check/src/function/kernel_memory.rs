//! Memory of the kernel and of user space: members of the kernel's structs,
//! pointers made of addresses, copies of what is read.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{
    BinaryOp, Expr, ExprKind, Place, PtrType, Query, Region, StmtKind, StructId, Type, TypeFact,
};
use syntax::{Ident, Keyword};

use super::Body;
use super::value::Value;
use crate::flavours::essential_name;
use crate::kernel_types::Known;
use crate::session::{Reported, Result};

/// How far a number may lead from a pointer: half of the verifier's limit.
pub(super) const REACH: i128 = 1 << 28;

impl Body<'_, '_> {
    /// A member of a struct of the kernel.
    pub(super) fn kernel_member(
        &mut self,
        place: Place,
        id: StructId,
        field: &Ident,
    ) -> Result<(Place, Type)> {
        let Some(index) = self.s.kernel_field(id, &field.name) else {
            return Err(self.no_kernel_member(id, field));
        };
        let declared = self.s.module.struct_(id).fields.get(index).cloned().ok_or(Reported)?;
        self.s.one_place(id, &declared, field.span)?;
        let place = place.field(index);
        let ty = place.seen(declared.ty);
        Ok((place, ty))
    }

    pub(super) fn no_kernel_member(&mut self, id: StructId, field: &Ident) -> Reported {
        let (of, names) = (self.s.module.struct_(id).name.clone(), self.s.kernel_field_names(id));
        if names.contains(&field.name) {
            let message = format!("`{}` of `{of}` has a type that BPF cannot read", field.name);
            return self.s.report(Diagnostic::new(&codes::UNSUPPORTED_TYPE, field.span, message));
        }
        if self.s.has_namesake_with(id, &field.name) {
            let message = format!(
                "the first struct `{of}` of {} has no field `{}`; another struct `{of}` has it",
                self.s.kernel_types.whose(),
                field.name
            );
            let diagnostic = Diagnostic::new(&codes::AMBIGUOUS_KERNEL_NAME, field.span, message);
            return self.s.report(diagnostic.help(
                "follow a pointer whose type is known, from a struct or an argument of a hook",
            ));
        }
        if names.is_empty() && self.s.module.struct_(id).fields.is_empty() {
            return self.s.only_declared(&of, field.span);
        }
        let whose = self.s.kernel_types.whose();
        let message = format!("`{of}` has no field `{}` in {whose}", field.name);
        let mut diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, field.span, message);
        if let Some(near) = nearest(&field.name, names.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        let base = essential_name(&of);
        self.s.report(diagnostic.note(format!(
            "a field that other kernels have is declared, `@bpf @struct class {base}___old: {}: c_long`, and read under a test: `if field_exists({base}___old.{}):` with `{base}___old(pointer).{}`",
            field.name, field.name, field.name
        )))
    }

    /// What stands in memory of the kernel, as a value that is at hand: a
    /// struct as a pointer to it, an array or a text as a copy.
    pub(super) fn at_hand(&mut self, value: Value, at: Span) -> Result<Value> {
        match value {
            Value::Memory(place, ty) if place.region() == Region::Context => {
                Ok(self.context_copy(&place, ty, at))
            }
            Value::Memory(place, ty) if place.region().is_foreign() => match ty {
                Type::Struct(_) => Ok(self.referred(Value::Memory(place, ty), at)),
                ty => {
                    let ty = self.s.sized(ty, at)?;
                    let slot = self.hidden("copy", ty.clone());
                    self.push(StmtKind::Copy(Place::Local(slot), place), at);
                    Ok(Value::Memory(Place::Local(slot), ty))
                }
            },
            other => Ok(other),
        }
    }

    /// A struct in memory of the kernel as a pointer to it.
    pub(super) fn referred(&self, value: Value, at: Span) -> Value {
        match value {
            Value::Memory(place, ty @ Type::Struct(_)) if place.region().is_foreign() => {
                // What lies at an index that is not known is not trusted.
                let region = match place.region() {
                    Region::Trusted if !place.is_fixed() => Region::Kernel,
                    region => region,
                };
                Value::Scalar(Expr::address(place, ty, region, at))
            }
            other => other,
        }
    }

    /// `T(address)` for a type of the kernel: a pointer to it.
    pub(super) fn kernel_construct(
        &mut self,
        known: &Known,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        self.no_keywords(keywords)?;
        let ty = match known {
            Known::Type(id) => self.s.kernel_annotation(*id, at)?,
            Known::Declared(id) => Type::ptr(Some(Type::Struct(*id)), Region::Kernel),
            Known::Constant(_) | Known::Function(_) | Known::Variable(_) => {
                let message = "a constant or a variable of the kernel cannot be called";
                return Err(self.s.report(Diagnostic::new(&codes::NOT_CALLABLE, at, message)));
            }
        };
        self.count("a type of the kernel", "one address or number", 1..=1, args, at)?;
        let value = self.expr(&args[0])?;
        let Type::Ptr(wanted) = &ty else {
            return Ok(Value::Scalar(self.convert(value, &ty, at)?));
        };
        self.kernel_cast(value, wanted, args[0].span, at)
    }

    /// `cast(address, POINTER(T))`: an address in the kernel, or in user space
    /// if it was one there, as a pointer to a type of the kernel or a number;
    /// `cast(address, c_char_p)`: as that of a text.
    pub(super) fn foreign_cast(
        &mut self,
        callee: &syntax::Expr,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Option<Value>> {
        if !self.is_cast(callee) {
            return Ok(None);
        }
        self.no_keywords(keywords)?;
        self.count("cast", "an address and a type", 2..=2, args, at)?;
        let is_text = args[1].path().is_some_and(|path| path.last() == Some(&"c_char_p"));
        let wanted = match self.s.pointed(&args[1]).transpose()? {
            None if is_text => {
                let letter = Type::Int(ir::IntType { bits: 8, signed: true });
                let pointee = Some(Box::new(letter));
                PtrType { pointee, region: Region::Kernel, nullable: false }
            }
            Some(Type::Ptr(ptr)) if ptr.region.is_foreign() => ptr,
            Some(ty @ (Type::Int(_) | Type::Bool)) => {
                PtrType { pointee: Some(Box::new(ty)), region: Region::Kernel, nullable: false }
            }
            _ => {
                let message = "`cast` makes a pointer to a type of the kernel, a number or a text";
                return Err(self.s.report(
                    Diagnostic::new(&codes::WRONG_ARGUMENTS, args[1].span, message).help(
                        "write `cast(address, POINTER(task_struct))`, or `cast(address, c_char_p)`",
                    ),
                ));
            }
        };
        let value = self.expr(&args[0])?;
        self.kernel_cast(value, &wanted, args[0].span, at).map(Some)
    }

    /// `pointer[index]` in memory of the kernel or of user space: how many
    /// values there are is not known, and a wrong address reads as 0.
    pub(super) fn counted(&mut self, pointer: &Expr, ty: &Type, position: Expr) -> Place {
        let at = position.span;
        let size = match ty {
            Type::Struct(id) if self.s.module.struct_(*id).kernel.is_some() => {
                let query = Query::Type(TypeFact::Size, *id);
                Expr::new(ExprKind::Query(Box::new(query)), Type::U64, at)
            }
            ty => Expr::int(ty.size(&self.s.module).into(), Type::U64, at),
        };
        let user = pointer.ptr_type().is_some_and(|ptr| ptr.region == Region::User);
        let is_known = position.as_const().is_some();
        let mut steps = Expr::binary(BinaryOp::Mul, position.convert(Type::U64), size, at);
        if !user && !is_known {
            steps = within_reach(steps);
        }
        let start = pointer.clone().convert(Type::U64);
        let address = Expr::binary(BinaryOp::Add, start, steps, at);
        let region = if user { Region::User } else { Region::Kernel };
        Place::Deref(Box::new(address.convert(Type::ptr(Some(ty.clone()), region))))
    }

    /// An address as a pointer to a type of the kernel.
    pub(super) fn kernel_cast(
        &mut self,
        value: Value,
        wanted: &PtrType,
        of: Span,
        at: Span,
    ) -> Result<Value> {
        if matches!(value, Value::Nothing) {
            return Ok(Value::Scalar(Expr::new(ExprKind::Null, Type::Ptr(wanted.clone()), at)));
        }
        let value = self.read(value)?;
        if let Value::Scalar(expr) = &value
            && let Some(given) = expr.ptr_type().filter(|ptr| ptr.region == Region::Trusted)
            && self.same_kernel_type(given, wanted)
        {
            // Its members are found anew, its type is what the verifier knows.
            let ty = Type::Ptr(PtrType { pointee: wanted.pointee.clone(), ..given.clone() });
            let mut same = expr.clone().convert(ty);
            same.span = at;
            return Ok(Value::Scalar(same));
        }
        // What it points to is somebody's word: nothing trusts it.
        let region = match &value {
            Value::Scalar(Expr { ty: Type::Ptr(PtrType { region: Region::User, .. }), .. }) => {
                Region::User
            }
            _ => wanted.region,
        };
        let address = self.integer(value, of)?.convert(Type::U64);
        let mut pointer = address.convert(Type::Ptr(PtrType { region, ..wanted.clone() }));
        pointer.span = at;
        Ok(Value::Scalar(pointer))
    }

    /// Whether two pointers lead to what the kernel calls by one name.
    fn same_kernel_type(&self, given: &PtrType, wanted: &PtrType) -> bool {
        let name = |ptr: &PtrType| match ptr.pointee.as_deref() {
            Some(Type::Struct(id)) => {
                let laid = self.s.module.struct_(*id);
                laid.kernel.map(|_| essential_name(&laid.name).to_owned())
            }
            _ => None,
        };
        name(given).is_some() && name(given) == name(wanted)
    }

    /// Says that memory of the kernel is not written.
    pub(super) fn not_written(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message = format!("`{text}` lies in memory that a BPF program only reads");
        self.s.report(
            Diagnostic::new(&codes::KERNEL_MEMORY_WRITTEN, at, message)
                .help("copy it into a variable or a map, and change the copy"),
        )
    }

    /// Notes the helpers that reading memory of the kernel comes down to, for
    /// the rules that need the call graph.
    pub(super) fn note_reads(&mut self) {
        let mut reads = Vec::new();
        ir::each_stmt_within(&self.out, &mut |stmt| {
            if let StmtKind::Copy(_, from) = &stmt.kind {
                reads.push((from.region(), stmt.span));
            }
        });
        ir::each_expr(&self.out, &mut |expr| {
            if let ExprKind::Load(place) = &expr.kind
                && !place.is_direct()
            {
                reads.push((place.region(), expr.span));
            }
        });
        for (region, at) in reads.into_iter().filter(|(region, _)| region.is_foreign()) {
            let name = if region == Region::User { "probe_read_user" } else { "probe_read_kernel" };
            if let Some(helper) = kernel::helper(name) {
                self.uses(helper, at);
            }
        }
    }

    /// A text behind a pointer of the kernel or of user space, into a string.
    pub(super) fn read_text(
        &mut self,
        place: Place,
        ty: &Type,
        pointer: Expr,
        at: Span,
    ) -> Result<()> {
        let user = pointer.ptr_type().is_some_and(|ptr| ptr.region == Region::User);
        let name = if user { "probe_read_user_str" } else { "probe_read_kernel_str" };
        let size = Expr::int(ty.size(&self.s.module).into(), Type::Int(ir::IntType::U32), at);
        let region = place.region();
        self.push(StmtKind::Zero(place.clone()), at);
        let to = Expr::address(place, ty.clone(), region, at);
        let read = self.call_helper(name, vec![to, size, pointer], Type::I64, at)?;
        self.push(StmtKind::Eval(read), at);
        Ok(())
    }

    /// What a call gives that is a pointer into the kernel by what it is
    /// called.
    pub(super) fn kernel_result(&mut self, helper: &str, call: Expr) -> Expr {
        let (of, region) = match helper {
            "get_current_task" => ("task_struct", Region::Kernel),
            "get_current_task_btf" => ("task_struct", Region::Trusted),
            _ => return call,
        };
        match self.s.kernel_pointer(of, region) {
            Some(ty) => call.convert(ty),
            None => call,
        }
    }
}

/// A number of bytes that the verifier lets be added to a pointer that it knows:
/// less than half a gigabyte, to either side.
fn within_reach(steps: Expr) -> Expr {
    let at = steps.span;
    let number = |value: i128| Expr::int(value, Type::U64, at);
    let shifted = Expr::binary(BinaryOp::Add, steps, number(REACH), at);
    // LLVM would leave out what it can prove and the verifier cannot.
    let hidden = Expr::new(ExprKind::Hidden(Box::new(shifted)), Type::U64, at);
    let cut = Expr::binary(BinaryOp::And, hidden, number(2 * REACH - 1), at);
    Expr::binary(BinaryOp::Sub, cut, number(REACH), at)
}

/// Whether a value is the address of a text in memory of the kernel or of
/// user space.
pub(super) fn is_text_pointer(value: &Value) -> bool {
    let Value::Scalar(expr) = value else { return false };
    let Some(ptr) = expr.ptr_type() else { return false };
    ptr.region.is_foreign()
        && matches!(ptr.pointee.as_deref(), Some(Type::Int(int)) if int.bits == 8)
}
