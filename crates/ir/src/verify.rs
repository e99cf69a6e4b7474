//! The rules of a well-formed module, on which `codegen` relies.
//!
//! 1. Every id names something that is there; parameters are the first locals.
//! 2. A place's path fits its types: members of structs, elements of arrays
//!    and bytes of strings, pointees of pointers.
//! 3. Only a pointer that is not null and not opaque is followed, and the
//!    context is never followed: its fields lie at constant places. A cursor
//!    into the packet becomes a pointer into it where the bytes are there.
//!    Memory of the kernel and of user space may be followed through null, and
//!    is never written.
//! 4. `Load`, `Store` and `Spill` move scalars; `Zero`, `ZeroPart` and `Copy`
//!    aggregates, `ZeroPart` bytes inside, `Copy` between equal types; a stored
//!    value has the place's type.
//! 5. Both operands of an operator have one type; a comparison gives a bool; a
//!    test is a bool; both arms of a choice have the type of the whole.
//! 6. A constant fits its type. A constant index lies inside.
//! 7. Arguments fit the parameters of the function called; a helper takes at
//!    most five scalars or pointers.
//! 8. `break` and `continue` stand in a loop; a loop's step is not 0; a
//!    `return` has a value of the function's type exactly when there is one.
//! 9. A constant global is not stored to. Atomic operations work on integers
//!    of 32 and 64 bits.

use crate::{
    Expr, ExprKind, ExternKind, Function, FunctionKind, Gather, IntType, Module, Place, PtrType,
    Query, Region, Stmt, StmtKind, TextOp, Type, UnaryOp,
};

/// The first rule that the module breaks, in words.
///
/// # Errors
/// A sentence that names the function and the rule.
pub fn verify(module: &Module) -> Result<(), String> {
    for map in &module.maps {
        for ty in map.key.iter().chain(&map.value).chain(map.events.iter().map(|event| &event.ty)) {
            known(module, ty).map_err(|rule| format!("map {}: {rule}", map.name))?;
        }
    }
    for function in &module.functions {
        let checker = Checker { module, function };
        checker.function().map_err(|rule| format!("function {}: {rule}", function.name))?;
    }
    Ok(())
}

type Rule<T = ()> = Result<T, String>;

fn require(holds: bool, rule: &str) -> Rule {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

fn known(module: &Module, ty: &Type) -> Rule {
    match ty {
        Type::Struct(id) => {
            require((id.0 as usize) < module.structs.len(), "a type names no struct")
        }
        Type::Array(element, _) => known(module, element),
        Type::Ptr(PtrType { pointee: Some(pointee), .. }) => known(module, pointee),
        _ => Ok(()),
    }
}

struct Checker<'a> {
    module: &'a Module,
    function: &'a Function,
}

impl Checker<'_> {
    fn function(&self) -> Rule {
        let function = self.function;
        require(function.params as usize <= function.locals.len(), "a parameter has no local")?;
        if matches!(function.kind, FunctionKind::Program { .. }) {
            require(function.params <= 1, "a program takes more than its context")?;
        }
        for local in &function.locals {
            known(self.module, &local.ty)?;
        }
        known(self.module, &function.ret)?;
        self.block(&function.body, false)
    }

    fn block(&self, stmts: &[Stmt], in_loop: bool) -> Rule {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt, in_loop))
    }

    fn stmt(&self, stmt: &Stmt, in_loop: bool) -> Rule {
        match &stmt.kind {
            StmtKind::Store(place, value) => {
                let ty = self.writable(place)?;
                self.expr(value)?;
                require(!ty.is_aggregate(), "a store of an aggregate")?;
                require(ty == value.ty, "a stored value has another type than its place")
            }
            StmtKind::Zero(place) => {
                require(self.writable(place)?.is_aggregate(), "a scalar is zeroed")
            }
            StmtKind::ZeroPart(place, start, len) => {
                let ty = self.writable(place)?;
                require(ty.is_aggregate(), "a part of a scalar is zeroed")?;
                let end = start.checked_add(*len).map(u64::from);
                let fits = end.is_some_and(|end| end <= ty.size(self.module));
                require(fits, "bytes outside an aggregate are zeroed")
            }
            StmtKind::Copy(to, from) => {
                let ty = self.writable(to)?;
                require(ty.is_aggregate(), "a scalar is copied")?;
                require(ty == self.place(from)?, "a copy between different types")
            }
            StmtKind::Gather(gather) => self.gather(gather),
            StmtKind::StoreStr(place, text) => match self.writable(place)? {
                Type::Str(len) => {
                    require(text.len() <= len as usize, "a text is longer than its string")
                }
                _ => Err("a text is stored where there is no string".to_owned()),
            },
            StmtKind::Eval(value) => self.expr(value),
            StmtKind::If(test, then, orelse) => {
                self.test(test)?;
                self.block(then, in_loop)?;
                self.block(orelse, in_loop)
            }
            StmtKind::ForRange { local, step, body, orelse, .. } => {
                let ty = self.place(&Place::Local(*local))?;
                require(matches!(ty, Type::Int(_)), "a loop counts something else than an int")?;
                require(*step != 0, "a loop's step is 0")?;
                self.block(body, true)?;
                self.block(orelse, in_loop)
            }
            StmtKind::Loop { index, test, body, orelse, .. } => {
                let ty = self.place(&Place::Local(*index))?;
                require(ty == Type::I64, "the turns of a loop are counted in no i64")?;
                self.test(test)?;
                self.block(body, true)?;
                self.block(orelse, in_loop)
            }
            StmtKind::Break | StmtKind::Continue => {
                require(in_loop, "break or continue outside a loop")
            }
            StmtKind::Return(None) => require(self.function.ret == Type::Void, "a bare return"),
            StmtKind::Return(Some(value)) => {
                self.expr(value)?;
                require(value.ty == self.function.ret, "a returned value has another type")
            }
        }
    }

    fn gather(&self, gather: &Gather) -> Rule {
        let buffer = self.writable(&gather.buffer)?;
        let words = matches!(&buffer, Type::Array(of, _) if **of == Type::U64);
        require(words, "what is gathered is copied to no array of words")?;
        let room = buffer.size(self.module);
        require((1..=room).contains(&gather.size), "more is gathered than there is room for")?;
        let Type::Struct(to) = self.writable(&gather.to)? else {
            return Err("what is gathered is put into no struct".to_owned());
        };
        let to = self.module.struct_(to);
        let fits = !gather.from.is_empty() && gather.from.len() <= to.fields.len();
        require(fits, "more is gathered than its struct has members")?;
        for (place, member) in gather.from.iter().zip(&to.fields) {
            require(self.place(place)? == member.ty, "a member has another type than is gathered")?;
            require(!member.ty.is_aggregate(), "an aggregate is gathered")?;
            let fine = place.region() == Region::Kernel && place.is_fixed();
            require(fine, "what is gathered is not at a fixed place in the kernel's memory")?;
        }
        Ok(())
    }

    fn writable(&self, place: &Place) -> Rule<Type> {
        let mut base = place;
        while let Place::Field(inner, _) | Place::Index(inner, _) | Place::Part(inner, ..) = base {
            base = inner;
        }
        let ty = self.place(place)?;
        require(!base.region().is_foreign(), "memory of the kernel is written")?;
        if let Place::Global(id) = base {
            require(self.module.global(*id).mutable, "a constant global is stored to")?;
        }
        Ok(ty)
    }

    fn place(&self, place: &Place) -> Rule<Type> {
        match place {
            Place::Local(_) | Place::Global(_) => {}
            Place::Deref(pointer) => {
                self.expr(pointer)?;
                let Type::Ptr(ptr) = &pointer.ty else {
                    return Err("something else than a pointer is followed".to_owned());
                };
                let followed = !ptr.nullable || ptr.region.is_foreign();
                require(followed, "a pointer that may be null is followed")?;
                let open = !matches!(
                    ptr.region,
                    Region::Opaque
                        | Region::Context
                        | Region::Map(_)
                        | Region::Cursor
                        | Region::PacketEnd
                );
                require(open, "an opaque pointer or the context is followed")?;
            }
            Place::Field(base, _) => {
                self.place(base)?;
            }
            Place::Index(base, index) => {
                let len = match self.place(base)? {
                    Type::Array(_, len) | Type::Str(len) => len,
                    _ => return Err("an index into something without elements".to_owned()),
                };
                self.expr(index)?;
                require(index.ty == Type::U64, "an index is not a u64")?;
                let fixed = base.region() != Region::Context || index.as_const().is_some();
                require(fixed, "the context is indexed by a variable")?;
                if let Some(at) = index.as_const() {
                    require(at < i128::from(len), "a constant index lies outside")?;
                }
            }
            Place::Context(context, ..) => {
                self.expr(context)?;
                let region = context.ptr_type().map(|ptr| ptr.region);
                require(region == Some(Region::Context), "a field of no context")?;
            }
            Place::Part(base, start, len) => {
                let whole = self.string(base)?;
                let fits = *len > 0 && start.checked_add(*len).is_some_and(|end| end <= whole);
                require(fits, "a part lies outside its string")?;
            }
        }
        place.ty(self.module, self.function).ok_or_else(|| "a place does not exist".to_owned())
    }

    /// A string's size.
    fn string(&self, place: &Place) -> Rule<u32> {
        match self.place(place)? {
            Type::Str(len) => Ok(len),
            _ => Err("a text is looked for where there is no string".to_owned()),
        }
    }

    fn text(&self, op: &TextOp) -> Rule {
        for place in op.places() {
            let size = self.string(place)? as usize;
            let len = op.bytes().map_or(1, <[u8]>::len);
            require((1..=size).contains(&len), "a text is empty or longer than its string")?;
            if let TextOp::Len(_, room) = op {
                require(*room as usize == size, "a text of another room than its string")?;
            }
        }
        Ok(())
    }

    fn test(&self, test: &Expr) -> Rule {
        self.expr(test)?;
        require(test.ty == Type::Bool, "a test is not a bool")
    }

    fn expr(&self, expr: &Expr) -> Rule {
        match &expr.kind {
            ExprKind::Const(value) => match &expr.ty {
                Type::Int(int) => require(int.holds(*value), "a constant does not fit its type"),
                Type::Network(bits) => {
                    let int = IntType { bits: *bits, signed: false };
                    require(int.holds(*value), "a constant does not fit its type")
                }
                Type::Bool => require((0..=1).contains(value), "a bool that is not 0 or 1"),
                _ => Err("a constant of an unfit type".to_owned()),
            },
            ExprKind::Null | ExprKind::Str(_) => {
                require(matches!(expr.ty, Type::Ptr(_)), "an address that is no pointer")
            }
            ExprKind::Map(id) => {
                require((id.0 as usize) < self.module.maps.len(), "an id names no map")
            }
            ExprKind::Load(place) => {
                let ty = self.place(place)?;
                require(!ty.is_aggregate(), "a load of an aggregate")?;
                require(ty == expr.ty, "a loaded value has another type than its place")
            }
            ExprKind::Address(place) => {
                let ty = self.place(place)?;
                let fits = expr.ptr_type().and_then(|ptr| ptr.pointee.as_deref()) == Some(&ty);
                require(fits, "an address has another type than its place")
            }
            ExprKind::Spill(value) => {
                self.expr(value)?;
                require(!value.ty.is_aggregate(), "an aggregate is spilled")
            }
            ExprKind::Convert(value) => {
                self.expr(value)?;
                let scalar = |ty: &Type| {
                    matches!(ty, Type::Int(_) | Type::Network(_) | Type::Bool | Type::Ptr(_))
                };
                require(scalar(&value.ty) && scalar(&expr.ty), "a conversion of no scalar")
            }
            ExprKind::NonNull(value) => {
                self.expr(value)?;
                let fits = match (&value.ty, &expr.ty) {
                    (Type::Ptr(from), Type::Ptr(to)) => {
                        from.pointee == to.pointee && from.region == to.region && !to.nullable
                    }
                    _ => false,
                };
                require(fits, "a narrowed pointer changes its type")
            }
            ExprKind::IsFound(value) => {
                self.expr(value)?;
                require(value.ptr_type().is_some() && expr.ty == Type::Bool, "found of no pointer")
            }
            ExprKind::Advance(pointer, by) => {
                self.expr(pointer)?;
                self.expr(by)?;
                let cursor = |expr: &Expr| expr.ptr_type().map(|ptr| ptr.region);
                let both = [pointer.as_ref(), expr].map(cursor);
                require(both == [Some(Region::Cursor); 2], "what is advanced is no cursor")?;
                require(by.ty == Type::I64, "a cursor is advanced by no i64")
            }
            ExprKind::InPacket(value) => {
                self.expr(value)?;
                let fits = match (&value.ty, &expr.ty) {
                    (Type::Ptr(from), Type::Ptr(to)) => {
                        let regions = (from.region, to.region);
                        from.pointee == to.pointee
                            && !to.nullable
                            && regions == (Region::Cursor, Region::Packet)
                    }
                    _ => false,
                };
                require(fits, "a checked cursor changes its type")
            }
            ExprKind::Hidden(value) => {
                self.expr(value)?;
                let cursor = value.ptr_type().is_some_and(|ptr| ptr.region == Region::Cursor);
                let fits = value.ty == expr.ty && (cursor || value.ty == Type::U64);
                require(fits, "a hidden value is neither a u64 nor a cursor")
            }
            ExprKind::Unary(op, value) => {
                self.expr(value)?;
                require(value.ty == expr.ty, "a unary operator changes the type")?;
                let is_bool = value.ty == Type::Bool;
                require(is_bool == (*op == UnaryOp::Not), "a unary operator on an unfit type")
            }
            ExprKind::Binary(_, left, right) => {
                self.expr(left)?;
                self.expr(right)?;
                let int = matches!(&left.ty, Type::Int(IntType { bits: 32 | 64, .. }));
                require(int, "arithmetic on something narrower than int")?;
                let one = left.ty == right.ty && left.ty == expr.ty;
                require(one, "operands of different types")
            }
            ExprKind::Compare(_, left, right) => {
                self.expr(left)?;
                self.expr(right)?;
                let comparable = left.ty == right.ty && !left.ty.is_aggregate();
                // Where a cursor stands is asked of the packet's end.
                let region = |expr: &Expr| expr.ptr_type().map(|ptr| ptr.region);
                let at_end = matches!(
                    (region(left), region(right)),
                    (Some(Region::Cursor), Some(Region::PacketEnd))
                );
                let comparable = comparable || at_end;
                require(comparable && expr.ty == Type::Bool, "a comparison of different types")
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.test(left)?;
                self.test(right)
            }
            ExprKind::Select(test, yes, no) => {
                self.test(test)?;
                self.expr(yes)?;
                self.expr(no)?;
                require(yes.ty == expr.ty && no.ty == expr.ty, "arms of different types")
            }
            ExprKind::Query(query) => {
                if let Query::Field(_, place) = query.as_ref() {
                    self.place(place)?;
                    require(place.region().is_foreign(), "a question about no kernel type")?;
                }
                require(expr.ty == Type::U64, "an answer about kernel types is a u64")
            }
            ExprKind::Text(op) => {
                self.text(op)?;
                require(op.ty() == expr.ty, "a question about texts has another type")
            }
            ExprKind::Function(id) => {
                let known = (id.0 as usize) < self.module.functions.len();
                require(known && expr.ptr_type().is_some(), "an address of no function")
            }
            ExprKind::Atomic(op, place, args) => {
                let ty = self.writable(place)?;
                let wide = matches!(ty, Type::Int(int) if int.bits >= 32);
                require(wide && ty == expr.ty, "an atomic operation on an unfit type")?;
                require(args.len() == op.operands(), "an atomic operation lacks an operand")?;
                args.iter().try_for_each(|arg| {
                    self.expr(arg)?;
                    require(arg.ty == ty, "an atomic operand of another type")
                })
            }
            ExprKind::Helper(_, args) => {
                require(args.len() <= 5, "a helper takes more than five arguments")?;
                args.iter().try_for_each(|arg| {
                    self.expr(arg)?;
                    require(!arg.ty.is_aggregate(), "an aggregate is passed")
                })
            }
            ExprKind::Extern(id) => {
                let known = (id.0 as usize) < self.module.externs.len();
                require(known && expr.ptr_type().is_some(), "an address of no extern")
            }
            ExprKind::Kfunc(id, args) => {
                let Some(found) = self.module.externs.get(id.0 as usize) else {
                    return Err("a call of no extern".to_owned());
                };
                let ExternKind::Function { params, .. } = &found.kind else {
                    return Err("a call of a variable".to_owned());
                };
                require(args.len() == params.len(), "a wrong number of arguments")?;
                args.iter().try_for_each(|arg| {
                    self.expr(arg)?;
                    require(!arg.ty.is_aggregate(), "an aggregate is passed")
                })
            }
            ExprKind::Call(id, args) => {
                let Some(callee) = self.module.functions.get(id.0 as usize) else {
                    return Err("a call of no function".to_owned());
                };
                require(args.len() == callee.params as usize, "a wrong number of arguments")?;
                require(expr.ty == callee.ret, "a call has another type than its function")?;
                args.iter().zip(&callee.locals).try_for_each(|(arg, param)| {
                    self.expr(arg)?;
                    require(arg.ty == param.ty, "an argument of another type")
                })
            }
            ExprKind::Sequence(stmts, value) => {
                self.block(stmts, false)?;
                self.expr(value)?;
                require(value.ty == expr.ty, "a sequence has another type than its value")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Local, LocalId};
    use diagnostics::Span;

    fn module(local: Type, body: Vec<StmtKind>) -> Module {
        let span = Span::default();
        let function = Function {
            name: "f".to_owned(),
            kind: FunctionKind::Subprogram,
            params: 0,
            ret: Type::I64,
            locals: vec![Local { name: "x".to_owned(), ty: local }],
            body: body.into_iter().map(|kind| Stmt::new(kind, span)).collect(),
            span,
        };
        Module { functions: vec![function], ..Module::default() }
    }

    fn zero(ty: Type) -> Expr {
        Expr::int(0, ty, Span::default())
    }

    #[test]
    fn well_formed_is_accepted() {
        let store = StmtKind::Store(Place::Local(LocalId(0)), zero(Type::U64));
        let good = module(Type::U64, vec![store, StmtKind::Return(Some(zero(Type::I64)))]);
        assert_eq!(verify(&good), Ok(()));
        assert!(crate::print(&good).contains("x.0 = 0:u64"));
    }

    #[test]
    fn each_broken_rule_is_named() {
        let pointer = Type::Ptr(PtrType {
            pointee: Some(Box::new(Type::U64)),
            region: Region::Stack,
            nullable: true,
        });
        let read = Expr::load(Place::Local(LocalId(0)), pointer.clone(), Span::default());
        let follow = Expr::load(Place::Deref(Box::new(read)), Type::U64, Span::default());
        let cases = [
            (Type::U64, StmtKind::Store(Place::Local(LocalId(7)), zero(Type::U64)), "place"),
            (Type::U64, StmtKind::Store(Place::Local(LocalId(0)), zero(Type::I64)), "type"),
            (pointer, StmtKind::Eval(follow), "null"),
            (Type::U64, StmtKind::Break, "loop"),
            (Type::U64, StmtKind::Return(None), "return"),
            (Type::U64, StmtKind::Zero(Place::Local(LocalId(0))), "zeroed"),
        ];
        for (local, stmt, word) in cases {
            let error = verify(&module(local, vec![stmt])).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
