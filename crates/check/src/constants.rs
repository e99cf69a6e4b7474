//! Compile-time constants: `NAME = expression` at the top level, lengths, map
//! arguments. Computed as Python does, on integers of any sign that fit 128
//! bits.

use diagnostics::{Diagnostic, Span, codes};
use syntax::{BinaryOp, BoolOp, CompareOp, Expr, ExprKind, UnaryOp};

use crate::kernel_types::Known;
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

    fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }
}

fn is_true(constant: &Constant) -> bool {
    match constant {
        Constant::Int(value) => *value != 0,
        Constant::Str(text) => !text.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
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

    /// An operand, which need not fit 64 bits where the whole does:
    /// `2**64 - 1`.
    pub fn operand(&mut self, expr: &Expr, chain: usize) -> Result<Option<Constant>> {
        let ExprKind::Binary(op, left, right) = &expr.kind else {
            return self.constant(expr, chain);
        };
        match (self.operand(left, chain)?, self.operand(right, chain)?) {
            (Some(Constant::Int(left)), Some(Constant::Int(right))) => {
                Ok(Some(Constant::Int(self.fold_wide(*op, left, right, expr.span)?)))
            }
            _ => self.constant(expr, chain),
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
                    Meaning::Member(value) => Constant::Int(value),
                    Meaning::Kernel(Known::Constant(member)) => Constant::Int(member.value),
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
                let left = self.operand(left, chain)?;
                let right_value = self.operand(right, chain)?;
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
            ExprKind::Conditional(test, yes, no) => {
                let Some(test) = self.constant(test, chain)? else { return Ok(None) };
                return self.constant(if is_true(&test) { yes } else { no }, chain);
            }
            ExprKind::Logic(op, operands) => {
                let mut last = None;
                for operand in operands {
                    let Some(value) = self.constant(operand, chain)? else { return Ok(None) };
                    let decides = is_true(&value) == (*op == BoolOp::Or);
                    last = Some(value);
                    if decides {
                        break;
                    }
                }
                return Ok(last);
            }
            ExprKind::Compare(left, rest) => return self.compared(left, rest, chain),
            ExprKind::Call(callee, args, keywords) if keywords.is_empty() => {
                return self.measured(callee, args, chain);
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn compared(
        &mut self,
        left: &Expr,
        rest: &[(CompareOp, Expr)],
        chain: usize,
    ) -> Result<Option<Constant>> {
        let Some(mut left) = self.constant(left, chain)? else { return Ok(None) };
        for (op, right) in rest {
            let Some(right) = self.constant(right, chain)? else { return Ok(None) };
            let holds = match (&left, op, &right) {
                (Constant::Int(a), CompareOp::Lt, Constant::Int(b)) => a < b,
                (Constant::Int(a), CompareOp::Le, Constant::Int(b)) => a <= b,
                (Constant::Int(a), CompareOp::Gt, Constant::Int(b)) => a > b,
                (Constant::Int(a), CompareOp::Ge, Constant::Int(b)) => a >= b,
                (a, CompareOp::Eq, b) => a == b,
                (a, CompareOp::Ne, b) => a != b,
                _ => return Ok(None),
            };
            if !holds {
                return Ok(Some(Constant::Int(0)));
            }
            left = right;
        }
        Ok(Some(Constant::Int(1)))
    }

    /// `len`, `sizeof`, `min`, `max` and `abs` of constants.
    fn measured(&mut self, callee: &Expr, args: &[Expr], chain: usize) -> Result<Option<Constant>> {
        let Some(path) = callee.path() else { return Ok(None) };
        if path.len() == 1 && (self.item(path[0]).is_some() || self.user_space(path[0]).is_some()) {
            return Ok(None);
        }
        // A name that the compiler does not know is Python's affair here.
        let known = self.tree.imports.resolve(&path);
        let builtin = match (path.as_slice(), &known) {
            (_, Some((module, name))) if module == "ctypes" && name == "sizeof" => "sizeof",
            ([name @ ("len" | "min" | "max" | "abs" | "sizeof" | "int")], None) => name,
            _ => return Ok(None),
        };
        if builtin == "sizeof" {
            let [ty] = args else { return Ok(None) };
            if !self.is_type(ty) {
                return Ok(None);
            }
            let size = self.annotation(ty)?.size(&self.module);
            return Ok(Some(Constant::Int(size.into())));
        }
        let mut values = Vec::new();
        for arg in args {
            let Some(value) = self.constant(arg, chain)? else { return Ok(None) };
            values.push(value);
        }
        Ok(match (builtin, values.as_slice()) {
            ("len", [Constant::Str(text)]) => Some(Constant::Int(text.len() as i128)),
            ("len", [Constant::Bytes(bytes)]) => Some(Constant::Int(bytes.len() as i128)),
            ("abs", [Constant::Int(value)]) => Some(Constant::Int(value.abs())),
            ("int", [Constant::Int(value)]) => Some(Constant::Int(*value)),
            ("min" | "max", [_, _, ..]) => {
                let numbers: Option<Vec<i128>> = values.iter().map(Constant::as_int).collect();
                let numbers = numbers.unwrap_or_default();
                let best = match builtin {
                    "min" => numbers.iter().min(),
                    _ => numbers.iter().max(),
                };
                best.map(|best| Constant::Int(*best))
            }
            _ => None,
        })
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
        let value = self.fold_wide(op, left, right, at)?;
        if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value) {
            return Ok(value);
        }
        Err(self.too_wide(op, at))
    }

    /// The same, of results that do not fit 64 bits, too.
    pub fn fold_wide(&mut self, op: BinaryOp, left: i128, right: i128, at: Span) -> Result<i128> {
        let value = match op {
            BinaryOp::Add => left.checked_add(right),
            BinaryOp::Sub => left.checked_sub(right),
            BinaryOp::Mul => left.checked_mul(right),
            BinaryOp::Div | BinaryOp::Rem if right == 0 => {
                return Err(self.division_by_zero(at));
            }
            BinaryOp::Div => left.checked_div(right),
            BinaryOp::Rem => left.checked_rem(right),
            BinaryOp::Pow => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
            BinaryOp::And => Some(left & right),
            BinaryOp::Or => Some(left | right),
            BinaryOp::Xor => Some(left ^ right),
            BinaryOp::Shl => u32::try_from(right)
                .ok()
                .filter(|right| *right <= 64)
                .and_then(|right| left.checked_mul(1i128 << right)),
            BinaryOp::Shr => u32::try_from(right).ok().map(|right| left >> right.min(127)),
        };
        value.ok_or_else(|| self.too_wide(op, at))
    }

    fn too_wide(&mut self, op: BinaryOp, at: Span) -> Reported {
        let message = format!("`{}` of these constants does not fit 64 bits", op.sign());
        self.report(Diagnostic::new(&codes::OUT_OF_RANGE, at, message))
    }

    pub fn division_by_zero(&mut self, at: Span) -> Reported {
        self.report(
            Diagnostic::new(&codes::DIVISION_BY_ZERO, at, "this divides by zero")
                .help("BPF gives 0 for it at run time, which is hardly meant"),
        )
    }
}
