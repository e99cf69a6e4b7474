//! What the language says of an expression: its type, its value where it is
//! constant, and whether it may be written at all.

use crate::scalar::Scalar;
use crate::tree::{Atomic, Base, Binary, Expr, Fold, Function, Place, Program, Type, Unary};

/// An expression that the language refuses, or leaves to either reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// What is known of an expression.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub ty: Scalar,
    /// Its value, if it is made of constants alone.
    pub value: Option<i128>,
    /// Whether a cast is among them: then it wraps as C does.
    pub typed: bool,
}

impl Known {
    pub const fn of(ty: Scalar) -> Self {
        Self { ty, value: None, typed: false }
    }
}

/// Where expressions stand.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub program: &'a Program,
    pub function: &'a Function,
}

impl Scope<'_> {
    /// The type and value of an expression.
    pub fn known(self, expr: &Expr) -> Result<Known, Refused> {
        match expr {
            Expr::Lit(value) => literal(*value),
            Expr::Constant(index) => literal(*self.program.constants.get(*index).ok_or(Refused)?),
            Expr::Bool(value) => {
                Ok(Known { value: Some(i128::from(*value)), ..Known::of(Scalar::Bool) })
            }
            Expr::Given(_) => Ok(Known::of(Scalar::I64)),
            Expr::Read(place) => match self.program.place_type(self.function, place) {
                Some(Type::Scalar(ty)) => Ok(Known::of(ty)),
                _ => Err(Refused),
            },
            Expr::Unary(op, operand) => self.unary(*op, operand),
            Expr::Binary(op, left, right) => binary(*op, self.known(left)?, self.known(right)?),
            Expr::Power(base, _) => Ok(Known::of(self.at_run_time(base)?.promote())),
            Expr::Compare(first, rest) => {
                self.at_run_time(first)?;
                rest.iter().try_for_each(|(_, operand)| self.known(operand).map(|_| ()))?;
                Ok(Known::of(Scalar::Bool))
            }
            Expr::In(needle, all, _) => {
                self.at_run_time(needle)?;
                all.iter().try_for_each(|operand| self.known(operand).map(|_| ()))?;
                Ok(Known::of(Scalar::Bool))
            }
            Expr::Fold(op, operands) => self.fold(*op, operands),
            Expr::Choice(test, yes, no) => {
                self.at_run_time(test)?;
                Ok(Known::of(self.known(yes)?.ty.either(self.known(no)?.ty)))
            }
            Expr::Cast(ty, operand) => {
                let known = self.known(operand)?;
                if *ty == Scalar::Bool {
                    self.at_run_time(operand)?;
                }
                let value = known.value.map(|value| ty.wrap(value));
                Ok(Known { ty: *ty, value, typed: true })
            }
            Expr::Abs(operand) => Ok(Known::of(self.at_run_time(operand)?.promote())),
            Expr::Call(callee, args) => self.call(*callee, args),
            Expr::Item(map, key) => self.entry(*map, key),
            Expr::Get(map, key, default) => {
                self.known(default)?;
                self.entry(*map, key)
            }
            Expr::Has(_, key, _) => self.known(key).map(|_| Known::of(Scalar::Bool)),
            Expr::Update(map, key, value, _) => {
                self.known(value)?;
                self.entry(*map, key).map(|_| Known::of(Scalar::I64))
            }
            Expr::Walrus(var, value) => {
                self.known(value)?;
                match self.function.vars.get(*var) {
                    Some(Type::Scalar(ty)) => Ok(Known::of(*ty)),
                    _ => Err(Refused),
                }
            }
            Expr::Element(place, index) => {
                self.at_run_time(index)?;
                match self.program.place_type(self.function, place) {
                    Some(Type::Array(ty, _)) => Ok(Known::of(ty)),
                    _ => Err(Refused),
                }
            }
            Expr::Atomic(op, place, operands) => self.atomic(*op, place, operands),
            Expr::Delete(_, key) => self.known(key).map(|_| Known::of(Scalar::I64)),
        }
    }

    /// The type of a local that is first given this value without being
    /// declared.
    pub fn local(self, value: &Expr) -> Result<Scalar, Refused> {
        let ty = self.known(value)?.ty;
        // `x = T(value)` declares, too.
        Ok(if matches!(value, Expr::Cast(..)) { ty } else { ty.of_local() })
    }

    /// The type of an expression that is not constant.
    fn at_run_time(self, expr: &Expr) -> Result<Scalar, Refused> {
        let known = self.known(expr)?;
        if known.value.is_some() { Err(Refused) } else { Ok(known.ty) }
    }

    fn unary(self, op: Unary, operand: &Expr) -> Result<Known, Refused> {
        let known = self.known(operand)?;
        let Some(value) = known.value else {
            let ty = if op == Unary::Not { Scalar::Bool } else { known.ty.promote() };
            return Ok(Known::of(ty));
        };
        if known.ty == Scalar::Bool {
            return Err(Refused);
        }
        match op {
            Unary::Neg => folded(-value, known.ty.promote(), known.typed),
            Unary::BitNot => folded(!value, known.ty.promote(), known.typed),
            Unary::Not => Err(Refused),
        }
    }

    fn fold(self, op: Fold, operands: &[Expr]) -> Result<Known, Refused> {
        let (first, rest) = operands.split_first().ok_or(Refused)?;
        if rest.is_empty() {
            return Err(Refused);
        }
        let mut ty = self.at_run_time(first)?;
        for operand in rest {
            let next = self.known(operand)?.ty;
            ty = match op {
                Fold::And | Fold::Or => ty.either(next),
                Fold::Min | Fold::Max => ty.common(next),
            };
        }
        Ok(Known::of(ty))
    }

    fn call(self, callee: usize, args: &[Expr]) -> Result<Known, Refused> {
        let callee = self.program.functions.get(callee).ok_or(Refused)?;
        args.iter().try_for_each(|arg| self.known(arg).map(|_| ()))?;
        // A call without a result is a statement; its type is never asked for.
        Ok(Known::of(callee.ret.unwrap_or(Scalar::I64)))
    }

    fn atomic(self, op: Atomic, place: &Place, operands: &[Expr]) -> Result<Known, Refused> {
        operands.iter().try_for_each(|operand| self.known(operand).map(|_| ()))?;
        let count = if op == Atomic::CompareExchange { 2 } else { 1 };
        let is_local = matches!(place.base, Base::Var(_));
        match self.program.place_type(self.function, place) {
            Some(Type::Scalar(ty)) if ty.bits() >= 32 && !is_local && operands.len() == count => {
                Ok(Known::of(ty))
            }
            _ => Err(Refused),
        }
    }

    fn entry(self, map: usize, key: &Expr) -> Result<Known, Refused> {
        self.known(key)?;
        match self.program.maps.get(map).ok_or(Refused)?.value {
            Type::Scalar(ty) => Ok(Known::of(ty)),
            _ => Err(Refused),
        }
    }
}

fn literal(value: i128) -> Result<Known, Refused> {
    Ok(Known { ty: Scalar::of_literal(value), value: Some(value), typed: false })
}

/// Two operands under an operator. Constants are computed as Python does,
/// except that division truncates.
pub fn binary(op: Binary, left: Known, right: Known) -> Result<Known, Refused> {
    let shift = matches!(op, Binary::Shl | Binary::Shr);
    let ty = if shift { left.ty.promote() } else { left.ty.common(right.ty) };
    let count = 0..i128::from(ty.bits());
    match right.value {
        Some(value) if shift && !count.contains(&value) => return Err(Refused),
        Some(0) if matches!(op, Binary::Div | Binary::Rem) => return Err(Refused),
        _ => {}
    }
    let (Some(a), Some(b)) = (left.value, right.value) else { return Ok(Known::of(ty)) };
    if left.ty == Scalar::Bool || right.ty == Scalar::Bool {
        return Err(Refused);
    }
    let (a, b) = if shift { (a, b) } else { (ty.wrap(a), ty.wrap(b)) };
    if matches!(op, Binary::Div | Binary::Rem) && b == 0 {
        return Err(Refused);
    }
    folded(compute(op, a, b), ty, left.typed || right.typed)
}

/// On numbers of which neither has more than 64 bits; a product or a shift
/// that is out of range anyway may be any number out of range.
fn compute(op: Binary, a: i128, b: i128) -> i128 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a.saturating_mul(b),
        Binary::Div => a / b,
        Binary::Rem => a % b,
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::Shl => a << b.clamp(0, 63),
        Binary::Shr => a >> b.clamp(0, 63),
    }
}

/// A constant that was computed: of the common type if it fits, wider if that
/// has a sign. What would need more than 63 bits is not asked.
fn folded(value: i128, ty: Scalar, typed: bool) -> Result<Known, Refused> {
    if typed || ty.holds(value) {
        return Ok(Known { ty, value: Some(ty.wrap(value)), typed });
    }
    if !Scalar::I64.holds(value) {
        return Err(Refused);
    }
    literal(value)
}
