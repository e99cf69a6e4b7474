//! Compile-time constants: `NAME = expression` at the top level, lengths, map
//! arguments. Computed as Python does, on integers of any sign that fit 128
//! bits.

use diagnostics::{Diagnostic, Span, codes};
use syntax::{BinaryOp, Expr, ExprKind, UnaryOp};

use crate::names::Meaning;
use crate::session::{Reported, Result, Session};

/// A constant of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constant {
    Int(i128),
    Str(String),
    Bytes(Vec<u8>),
}

impl Constant {
    /// The bytes of a text; none of a number.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Int(_) => Vec::new(),
            Self::Str(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// Constants that name each other do so no deeper.
const MAX_CHAIN: usize = 200;

impl Session<'_> {
    /// The integer that an expression is, or an error that one is needed.
    pub fn constant_int(&mut self, expr: &Expr) -> Result<i128> {
        match self.constant(expr, 0)? {
            Some(Constant::Int(value)) => Ok(value),
            _ => Err(self.report(
                Diagnostic::new(
                    &codes::CONSTANT_REQUIRED,
                    expr.span,
                    "a constant integer is needed here",
                )
                .help("write a number, or a name that the file sets to one at its top level"),
            )),
        }
    }

    /// The constant that an expression is, if it is one. Division by zero and
    /// the like are reported.
    pub fn constant(&mut self, expr: &Expr, chain: usize) -> Result<Option<Constant>> {
        let value = match &expr.kind {
            ExprKind::Error => return Err(Reported),
            ExprKind::Int(value) => Constant::Int(*value),
            ExprKind::Bool(value) => Constant::Int(i128::from(*value)),
            ExprKind::Str(text) => Constant::Str(text.clone()),
            ExprKind::Bytes(bytes) => Constant::Bytes(bytes.clone()),
            ExprKind::Name(_) | ExprKind::Attribute(..) => {
                let Some(path) = expr.path() else { return Ok(None) };
                match self.resolve(&path, expr.span)? {
                    Meaning::Constant(index) => {
                        return self.named_constant(index, expr.span, chain);
                    }
                    Meaning::KernelConstant(value) => Constant::Int(i128::from(value)),
                    _ => return Ok(None),
                }
            }
            ExprKind::Unary(op, operand) => {
                let Some(Constant::Int(value)) = self.constant(operand, chain)? else {
                    return Ok(None);
                };
                Constant::Int(match op {
                    UnaryOp::Neg => -value,
                    UnaryOp::Plus => value,
                    UnaryOp::BitNot => !value,
                    UnaryOp::Not => i128::from(value == 0),
                })
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.constant(left, chain)?;
                let right_value = self.constant(right, chain)?;
                match (left, right_value) {
                    (Some(Constant::Int(left)), Some(Constant::Int(right))) => {
                        Constant::Int(self.fold(*op, left, right, expr.span)?)
                    }
                    (Some(Constant::Str(left)), Some(Constant::Str(right)))
                        if *op == BinaryOp::Add =>
                    {
                        Constant::Str(left + &right)
                    }
                    (Some(Constant::Bytes(left)), Some(Constant::Bytes(right)))
                        if *op == BinaryOp::Add =>
                    {
                        Constant::Bytes([left, right].concat())
                    }
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// The value of a module-level constant.
    pub fn named_constant(
        &mut self,
        index: usize,
        at: Span,
        chain: usize,
    ) -> Result<Option<Constant>> {
        let tree = self.tree;
        if chain >= MAX_CHAIN {
            let message = "constants that name each other in a circle, or too long a chain";
            return Err(self.report(Diagnostic::new(&codes::CONSTANT_REQUIRED, at, message)));
        }
        if let Some(known) = self.computed.get(&index) {
            return known.clone();
        }
        let Some(constant) = tree.constants.get(index) else { return Ok(None) };
        let value = self.constant(&constant.value, chain + 1);
        self.computed.insert(index, value.clone());
        value
    }

    /// Two constants under an operator, as Python computes it, except that
    /// division truncates as it does at run time.
    pub fn fold(&mut self, op: BinaryOp, left: i128, right: i128, at: Span) -> Result<i128> {
        let value = match op {
            BinaryOp::Add => left.checked_add(right),
            BinaryOp::Sub => left.checked_sub(right),
            BinaryOp::Mul => left.checked_mul(right),
            BinaryOp::Div | BinaryOp::Rem if right == 0 => {
                return Err(self.division_by_zero(at));
            }
            BinaryOp::Div => Some(left / right),
            BinaryOp::Rem => Some(left % right),
            BinaryOp::Pow => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
            BinaryOp::And => Some(left & right),
            BinaryOp::Or => Some(left | right),
            BinaryOp::Xor => Some(left ^ right),
            BinaryOp::Shl => u32::try_from(right)
                .ok()
                .filter(|right| *right < 64)
                .and_then(|right| left.checked_mul(1i128 << right)),
            BinaryOp::Shr => u32::try_from(right).ok().map(|right| left >> right.min(127)),
        };
        let fits = |value: &i128| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(value);
        match value.filter(fits) {
            Some(value) => Ok(value),
            None => {
                let message = format!("`{}` of these constants does not fit 64 bits", op.sign());
                Err(self.report(Diagnostic::new(&codes::OUT_OF_RANGE, at, message)))
            }
        }
    }

    pub fn division_by_zero(&mut self, at: Span) -> Reported {
        self.report(
            Diagnostic::new(&codes::DIVISION_BY_ZERO, at, "this divides by zero")
                .help("BPF gives 0 for it at run time, which is hardly meant"),
        )
    }
}
