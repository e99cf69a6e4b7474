//! Expressions.

use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::types::BasicType;
use inkwell::values::{BasicValueEnum, IntValue, PointerValue};
use inkwell::{AddressSpace, AtomicOrdering, IntPredicate};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, FunctionId, IntType, Place, Region, Type, UnaryOp};

use crate::barrier;
use crate::function::{Lowering, STACK_ALIGN};
use crate::{Error, Result};

fn missing(what: &str) -> Error {
    Error::Llvm(format!("no such {what}"))
}

impl<'c> Lowering<'_, 'c, '_> {
    /// The expression as an integer.
    pub(crate) fn int(&mut self, expr: &Expr) -> Result<IntValue<'c>> {
        match self.expr(expr)? {
            BasicValueEnum::IntValue(value) => Ok(value),
            _ => Err(Error::Llvm("a pointer where a number is needed".to_owned())),
        }
    }

    /// The expression as a pointer.
    pub(crate) fn pointer(&mut self, expr: &Expr) -> Result<PointerValue<'c>> {
        match self.expr(expr)? {
            BasicValueEnum::PointerValue(value) => Ok(value),
            _ => Err(Error::Llvm("a number where a pointer is needed".to_owned())),
        }
    }

    /// Evaluates for what it does; the value may be none.
    pub(crate) fn evaluate(&mut self, expr: &Expr) -> Result<()> {
        match &expr.kind {
            ExprKind::Helper(id, args) => self.helper(*id, args, expr).map(|_| ()),
            ExprKind::Call(id, args) => self.call(*id, args, expr).map(|_| ()),
            ExprKind::Kfunc(id, args) => self.kfunc(*id, args, expr).map(|_| ()),
            ExprKind::Convert(value) => self.evaluate(value),
            ExprKind::Atomic(op, place, args) => {
                self.atomic(*op, place, args, AtomicOrdering::Monotonic).map(|_| ())
            }
            _ => self.expr(expr).map(|_| ()),
        }
    }

    /// The value of a scalar expression.
    pub(crate) fn expr(&mut self, expr: &Expr) -> Result<BasicValueEnum<'c>> {
        match &expr.kind {
            ExprKind::Const(value) => {
                let bits = match &expr.ty {
                    Type::Int(IntType { bits, .. }) | Type::Network(bits) => u32::from(*bits),
                    _ => 1,
                };
                Ok(self.d.int_type(bits)?.const_int(*value as u64, false).into())
            }
            ExprKind::Null => {
                Ok(self.d.context.ptr_type(AddressSpace::default()).const_null().into())
            }
            ExprKind::Load(place) => self.load(place, &expr.ty),
            ExprKind::Address(place) => Ok(self.address(place)?.0.into()),
            ExprKind::Spill(value) => {
                if let Some(mirror) = self.mirrors.of(value) {
                    return Ok(mirror.into());
                }
                let register = self.expr(value)?;
                let slot = self.spill_slot(value.ty.size(self.d.module))?;
                self.store(slot, &value.ty, register, u64::from(STACK_ALIGN))?;
                Ok(slot.into())
            }
            ExprKind::Map(id) => {
                let map = self.d.maps.get(id.0 as usize).copied().flatten();
                let map = map.ok_or_else(|| missing("map"))?;
                Ok(map.as_pointer_value().into())
            }
            ExprKind::Str(id) => {
                let text = self.d.strings.get(id.0 as usize).ok_or_else(|| missing("string"))?;
                Ok(text.as_pointer_value().into())
            }
            ExprKind::Convert(value) => self.convert(value, &expr.ty),
            ExprKind::NonNull(value) => self.expr(value),
            ExprKind::InPacket(value) => self.expr(value),
            ExprKind::Advance(pointer, by) => {
                let (pointer, by) = (self.pointer(pointer)?, self.int(by)?);
                Ok(self.offset(pointer, by)?.into())
            }
            ExprKind::IsFound(value) => {
                let pointer = self.pointer(value)?;
                Ok(self.builder.build_is_not_null(pointer, "found")?.into())
            }
            ExprKind::Hidden(value) if value.ptr_type().is_some() => {
                let number = Type::Int(IntType::U64);
                let register = self.expr(value)?;
                let register = self.convert_register(register, &value.ty, &number)?;
                let hidden = self.hidden(register.into_int_value())?.into();
                self.convert_register(hidden, &number, &expr.ty)
            }
            ExprKind::Hidden(value) => {
                let value = self.int(value)?;
                Ok(self.hidden(value)?.into())
            }
            ExprKind::Unary(op, value) => {
                let value = self.int(value)?;
                Ok(match op {
                    UnaryOp::Neg => self.builder.build_int_neg(value, "")?,
                    UnaryOp::BitNot | UnaryOp::Not => self.builder.build_not(value, "")?,
                    UnaryOp::Swap => self.swapped(value)?,
                }
                .into())
            }
            ExprKind::Binary(op, left, right) => {
                let Type::Int(int) = expr.ty else {
                    return Err(Error::Llvm("arithmetic on no number".to_owned()));
                };
                let (left, right) = (self.int(left)?, self.int(right)?);
                Ok(self.arithmetic(*op, left, right, int)?.into())
            }
            ExprKind::Compare(op, left, right) => self.compare(*op, left, right),
            ExprKind::And(..) | ExprKind::Or(..) => self.test_value(expr),
            ExprKind::Select(test, yes, no) => self.select(test, yes, no, &expr.ty),
            ExprKind::Query(query) => Ok(self.query(query)?.into()),
            ExprKind::Text(op) => self.text(expr, op),
            ExprKind::Function(id) => {
                let function = self.d.functions.get(id.0 as usize);
                let function = function.ok_or_else(|| missing("function"))?;
                Ok(function.as_global_value().as_pointer_value().into())
            }
            ExprKind::Atomic(op, place, args) => {
                Ok(self.atomic(*op, place, args, AtomicOrdering::SequentiallyConsistent)?.into())
            }
            ExprKind::Helper(id, args) => {
                self.helper(*id, args, expr)?.ok_or_else(|| missing("result of the helper"))
            }
            ExprKind::Call(id, args) => {
                self.call(*id, args, expr)?.ok_or_else(|| missing("result of the call"))
            }
            ExprKind::Kfunc(id, args) => {
                self.kfunc(*id, args, expr)?.ok_or_else(|| missing("result of the kfunc"))
            }
            ExprKind::Extern(id) => Ok(self.extern_address(*id)?.into()),
            ExprKind::Sequence(stmts, value) => {
                self.block(stmts)?;
                self.expr(value)
            }
        }
    }

    fn convert(&mut self, value: &Expr, to: &Type) -> Result<BasicValueEnum<'c>> {
        if let (Type::Ptr(_), ExprKind::Load(Place::Context(context, offset, _)), Type::Int(of)) =
            (to, &value.kind, &value.ty)
            && of.bits == 32
        {
            let (context, offset) = (self.pointer(context)?, self.number(u64::from(*offset)));
            let number = self.d.apart.packet(&self.builder, context, offset)?;
            return self.convert_register(number.into(), &value.ty, to);
        }
        let register = self.expr(value)?;
        self.convert_register(register, &value.ty, to)
    }

    /// A value in a register, in another type.
    pub(crate) fn convert_register(
        &self,
        register: BasicValueEnum<'c>,
        from: &Type,
        to: &Type,
    ) -> Result<BasicValueEnum<'c>> {
        let i64_type = self.d.context.i64_type();
        Ok(match (register, to) {
            (BasicValueEnum::IntValue(int), Type::Bool) => {
                let zero = int.get_type().const_zero();
                self.builder.build_int_compare(IntPredicate::NE, int, zero, "")?.into()
            }
            (
                BasicValueEnum::IntValue(int),
                Type::Int(IntType { bits, .. }) | Type::Network(bits),
            ) => {
                let signed = matches!(from, Type::Int(from) if from.signed);
                let target = self.d.int_type(u32::from(*bits))?;
                self.builder.build_int_cast_sign_flag(int, target, signed, "")?.into()
            }
            (BasicValueEnum::IntValue(int), Type::Ptr(_)) => {
                let pointer = self.d.context.ptr_type(AddressSpace::default());
                self.builder.build_int_to_ptr(int, pointer, "")?.into()
            }
            (BasicValueEnum::PointerValue(pointer), Type::Int(target)) => {
                let int = self.builder.build_ptr_to_int(pointer, i64_type, "")?;
                let target = self.d.int_type(u32::from(target.bits))?;
                self.builder.build_int_cast_sign_flag(int, target, false, "")?.into()
            }
            (BasicValueEnum::PointerValue(pointer), Type::Bool) => {
                self.builder.build_is_not_null(pointer, "")?.into()
            }
            (register, _) => register,
        })
    }

    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Result<BasicValueEnum<'c>> {
        let signed = matches!(&left.ty, Type::Int(int) if int.signed);
        let predicate = match (op, signed) {
            (CompareOp::Eq, _) => IntPredicate::EQ,
            (CompareOp::Ne, _) => IntPredicate::NE,
            (CompareOp::Lt, true) => IntPredicate::SLT,
            (CompareOp::Le, true) => IntPredicate::SLE,
            (CompareOp::Gt, true) => IntPredicate::SGT,
            (CompareOp::Ge, true) => IntPredicate::SGE,
            (CompareOp::Lt, false) => IntPredicate::ULT,
            (CompareOp::Le, false) => IntPredicate::ULE,
            (CompareOp::Gt, false) => IntPredicate::UGT,
            (CompareOp::Ge, false) => IntPredicate::UGE,
        };
        Ok(match (self.expr(left)?, self.expr(right)?) {
            (BasicValueEnum::IntValue(a), BasicValueEnum::IntValue(b)) => {
                self.builder.build_int_compare(predicate, a, b, "")?.into()
            }
            (BasicValueEnum::PointerValue(a), BasicValueEnum::PointerValue(b)) => {
                self.builder.build_int_compare(predicate, a, b, "")?.into()
            }
            _ => return Err(Error::Llvm("a comparison of different kinds".to_owned())),
        })
    }

    /// Goes to one of two blocks; `and` and `or` become jumps.
    pub(crate) fn branch(
        &mut self,
        test: &Expr,
        yes: BasicBlock<'c>,
        no: BasicBlock<'c>,
    ) -> Result<()> {
        match &test.kind {
            ExprKind::And(left, right) => {
                let second = self.new_block("and");
                self.branch(left, second, no)?;
                self.go_to(second);
                self.branch(right, yes, no)
            }
            ExprKind::Or(left, right) => {
                let second = self.new_block("or");
                self.branch(left, yes, second)?;
                self.go_to(second);
                self.branch(right, yes, no)
            }
            ExprKind::Unary(UnaryOp::Not, value) => self.branch(value, no, yes),
            ExprKind::Text(op) if test.ty == Type::Bool => self.text_branch(op, yes, no),
            _ => {
                let value = self.int(test)?;
                self.builder.build_conditional_branch(value, yes, no)?;
                Ok(())
            }
        }
    }

    /// A test made of jumps as a value.
    pub(crate) fn test_value(&mut self, test: &Expr) -> Result<BasicValueEnum<'c>> {
        let (yes, no, after) =
            (self.new_block("yes"), self.new_block("no"), self.new_block("after"));
        self.branch(test, yes, no)?;
        for block in [yes, no] {
            self.go_to(block);
            self.builder.build_unconditional_branch(after)?;
        }
        self.go_to(after);
        let bit = self.d.context.bool_type();
        let phi = self.builder.build_phi(bit, "test")?;
        phi.add_incoming(&[(&bit.const_int(1, false), yes), (&bit.const_zero(), no)]);
        Ok(phi.as_basic_value())
    }

    fn select(
        &mut self,
        test: &Expr,
        yes: &Expr,
        no: &Expr,
        ty: &Type,
    ) -> Result<BasicValueEnum<'c>> {
        let (yes_block, no_block) = (self.new_block("yes"), self.new_block("no"));
        let after = self.new_block("after");
        self.branch(test, yes_block, no_block)?;
        self.go_to(yes_block);
        let yes_value = self.expr(yes)?;
        let yes_end = self.here()?;
        self.builder.build_unconditional_branch(after)?;
        self.go_to(no_block);
        let no_value = self.expr(no)?;
        let no_end = self.here()?;
        self.builder.build_unconditional_branch(after)?;
        self.go_to(after);
        let phi = self.builder.build_phi(self.d.register_type(ty)?, "choice")?;
        phi.add_incoming(&[(&yes_value, yes_end), (&no_value, no_end)]);
        let value = phi.as_basic_value();
        // LLVM knows that a pointer into the packet is null exactly where the
        // packet ends before, and would ask for the one instead of the other,
        // from which the verifier does not learn it.
        match ty {
            Type::Ptr(ptr) if ptr.region == Region::Packet && ptr.nullable => {
                barrier::hide_register(self.d.context, &self.builder, value)
            }
            _ => Ok(value),
        }
    }

    /// The same number, of which LLVM knows nothing.
    pub(crate) fn hidden(&self, value: IntValue<'c>) -> Result<IntValue<'c>> {
        let call = self.builder.build_call(self.d.marker, &[value.into()], "")?;
        match call.try_as_basic_value().basic() {
            Some(BasicValueEnum::IntValue(number)) => Ok(number),
            _ => Err(missing("hidden number")),
        }
    }

    /// Two integers of one type under an operator.
    fn arithmetic(
        &mut self,
        op: BinaryOp,
        left: IntValue<'c>,
        right: IntValue<'c>,
        int: IntType,
    ) -> Result<IntValue<'c>> {
        let b = &self.builder;
        Ok(match op {
            BinaryOp::Add => b.build_int_add(left, right, "")?,
            BinaryOp::Sub => b.build_int_sub(left, right, "")?,
            BinaryOp::Mul => b.build_int_mul(left, right, "")?,
            BinaryOp::And => b.build_and(left, right, "")?,
            BinaryOp::Or => b.build_or(left, right, "")?,
            BinaryOp::Xor => b.build_xor(left, right, "")?,
            BinaryOp::Shl => b.build_left_shift(left, self.shift_count(right)?, "")?,
            BinaryOp::Shr => b.build_right_shift(left, self.shift_count(right)?, int.signed, "")?,
            BinaryOp::Div | BinaryOp::Rem if int.signed => self.signed_division(op, left, right)?,
            BinaryOp::Div | BinaryOp::Rem => self.unsigned_division(op, left, right)?,
        })
    }

    /// A count modulo the width, as BPF shifts.
    fn shift_count(&self, count: IntValue<'c>) -> Result<IntValue<'c>> {
        let ty = count.get_type();
        let mask = ty.const_int(u64::from(ty.get_bit_width()) - 1, false);
        Ok(self.builder.build_and(count, mask, "")?)
    }

    /// Arguments as the kernel takes them: 64 bits each.
    pub(crate) fn helper_args(&mut self, args: &[Expr]) -> Result<Vec<BasicValueEnum<'c>>> {
        let i64_type = self.d.context.i64_type();
        args.iter()
            .map(|arg| {
                let value = self.expr(arg)?;
                let signed = matches!(&arg.ty, Type::Int(int) if int.signed);
                Ok(match value {
                    BasicValueEnum::IntValue(int) => {
                        self.builder.build_int_cast_sign_flag(int, i64_type, signed, "")?.into()
                    }
                    other => other,
                })
            })
            .collect()
    }

    fn helper(
        &mut self,
        id: u32,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<Option<BasicValueEnum<'c>>> {
        let spilled: Vec<u32> = (0..)
            .zip(args)
            .filter(|(_, arg)| matches!(arg.kind, ExprKind::Spill(_)))
            .map(|(index, _)| index)
            .collect();
        let given = args;
        let args = self.helper_args(args)?;
        let params: Vec<_> = args.iter().map(|arg| arg.get_type().into()).collect();
        // A call that is read as 32 bits is not the same as one that is read
        // as 64.
        let repeated = self.repeated.contains(&id);
        let ty = match &expr.ty {
            Type::Void => self.d.context.void_type().fn_type(&params, false),
            Type::Int(_) if repeated => self.d.context.i64_type().fn_type(&params, false),
            ty => self.d.register_type(ty)?.fn_type(&params, false),
        };
        let number = self.d.context.i64_type().const_int(u64::from(id), false);
        let address = number.const_to_pointer(self.d.context.ptr_type(AddressSpace::default()));
        let args: Vec<_> = args.into_iter().map(Into::into).collect();
        self.locate(expr.span);
        let call = self.builder.build_indirect_call(ty, address, &args, "")?;
        for index in spilled {
            for name in ["readonly", "captures"] {
                let kind = Attribute::get_named_enum_kind_id(name);
                let attribute = self.d.context.create_enum_attribute(kind, 0);
                call.add_attribute(AttributeLoc::Param(index), attribute);
            }
        }
        let result = call.try_as_basic_value().basic();
        if self.d.module.steady_helpers.contains(&id) {
            self.steady(call);
        }
        if let (true, Some(result)) = (repeated, result) {
            return self.convert_register(result, &Type::U64, &expr.ty).map(Some);
        }
        if let Some(result) = result {
            self.count_loss(id, given, result)?;
        }
        Ok(result)
    }

    /// Tells LLVM that a call gives what the same call before it gave.
    fn steady(&self, call: inkwell::values::CallSiteValue<'c>) {
        // `memory` has no bit set for any memory: neither read nor written.
        for name in ["memory", "nounwind", "willreturn"] {
            let kind = Attribute::get_named_enum_kind_id(name);
            let attribute = self.d.context.create_enum_attribute(kind, 0);
            call.add_attribute(AttributeLoc::Function, attribute);
        }
    }

    fn call(
        &mut self,
        id: FunctionId,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<Option<BasicValueEnum<'c>>> {
        let callee = *self.d.functions.get(id.0 as usize).ok_or_else(|| missing("function"))?;
        let args: Vec<_> =
            args.iter().map(|arg| Ok(self.expr(arg)?.into())).collect::<Result<_>>()?;
        self.locate(expr.span);
        let call = self.builder.build_call(callee, &args, "")?;
        let Some(value) = call.try_as_basic_value().basic() else { return Ok(None) };
        // What was widened for the return is made narrow again.
        let (BasicValueEnum::IntValue(value), Ok(BasicValueEnum::IntValue(narrow))) =
            (value, self.d.register_type(&expr.ty).map(|ty| ty.const_zero()))
        else {
            return Ok(Some(value));
        };
        let value = self.builder.build_int_cast_sign_flag(value, narrow.get_type(), false, "")?;
        Ok(Some(value.into()))
    }
}
