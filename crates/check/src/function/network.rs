//! Numbers in network byte order: what turns them, and what mistakes them for
//! others.

use diagnostics::{Diagnostic, Span, codes};
use ir::{CompareOp, Expr, ExprKind, IntType, Type};
use kernel::ByteOrder;
use syntax::Keyword;

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// The bits of a value in network byte order.
fn network(value: &Value) -> Option<u8> {
    match value {
        Value::Scalar(Expr { ty: Type::Network(bits), .. }) => Some(*bits),
        _ => None,
    }
}

/// The functions to and from network byte order of so many bits.
fn functions(bits: u8) -> (&'static str, &'static str) {
    match bits {
        16 => ("htons", "ntohs"),
        32 => ("htonl", "ntohl"),
        _ => ("htonll", "ntohll"),
    }
}

impl Body<'_, '_> {
    /// `htons(...)` and the like.
    pub(super) fn byte_order(
        &mut self,
        order: &'static ByteOrder,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        self.no_keywords(keywords)?;
        self.count(order.name, "one number", 1..=1, args, at)?;
        let value = self.expr(&args[0])?;
        let value = self.read(value)?;
        let (wire, host) = (Type::Network(order.bits), Type::Int(unsigned(order.bits)));
        let (given, result) = match network(&value) {
            Some(bits) if !order.to_network && bits == order.bits => {
                let Value::Scalar(expr) = value else { return Err(Reported) };
                (expr.convert(host.clone()), host.clone())
            }
            Some(bits) => return Err(self.turned_wrongly(order, bits, at)),
            // C has it both ways round: a plain number may have come from the
            // wire in a field that does not say so.
            None => {
                let number = self.convert(value, &host, args[0].span)?;
                (number, if order.to_network { wire } else { host.clone() })
            }
        };
        let swapped = match given.as_const() {
            Some(number) => Expr::int(swap(number, order.bits), host, at),
            None => Expr::new(ExprKind::Unary(ir::UnaryOp::Swap, Box::new(given)), host, at),
        };
        Ok(Value::Scalar(retyped(swapped, result)))
    }

    fn turned_wrongly(&mut self, order: &ByteOrder, bits: u8, at: Span) -> Reported {
        let (_, right) = functions(bits);
        let message = match order.to_network {
            true => {
                format!("this is in network byte order already, and `{}` gives that", order.name)
            }
            false => format!("this has {bits} bits, and `{}` takes {}", order.name, order.bits),
        };
        self.s.report(
            Diagnostic::new(&codes::BYTE_ORDER, at, message)
                .help(format!("`{right}(...)` gives the number")),
        )
    }

    /// Reports a number in network byte order where a plain one is needed.
    pub(super) fn wrong_order(&mut self, bits: u8, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let (_, from) = functions(bits);
        let message = format!("`{text}` is in network byte order, and no number yet");
        self.s.report(
            Diagnostic::new(&codes::BYTE_ORDER, at, message)
                .note(format!("it is a `be{bits}`: {} bytes as they came from the wire", bits / 8))
                .fix("its number is", at, format!("{from}({text})"))
                .help(format!("`c_uint{bits}({text})` keeps the bytes as they are")),
        )
    }

    /// A value for a place in network byte order.
    pub(super) fn in_network_order(&mut self, value: Value, bits: u8, at: Span) -> Result<Expr> {
        let value = self.read(value)?;
        match (network(&value), value) {
            (Some(given), Value::Scalar(expr)) if given == bits => Ok(expr),
            // Zero is the same either way.
            (None, Value::Scalar(expr)) if expr.as_const() == Some(0) => {
                Ok(Expr::int(0, Type::Network(bits), at))
            }
            (None, value @ Value::Scalar(_)) => {
                let number = self.integer(value, at)?;
                let text = self.s.source.slice(number.span).to_owned();
                let (to, _) = functions(bits);
                let message = format!(
                    "a `be{bits}` is needed here, and `{text}` is a number of this machine"
                );
                Err(self.s.report(
                    Diagnostic::new(&codes::BYTE_ORDER, at, message)
                        .fix("turn its bytes", at, format!("{to}({text})"))
                        .help(format!("`be{bits}({text})` takes the bytes as they are")),
                ))
            }
            (_, value) => {
                let wanted = format!("`be{bits}`");
                Err(self.mismatch(at, &wanted, &value))
            }
        }
    }

    /// A comparison with a number in network byte order on one side.
    pub(super) fn compare_network(
        &mut self,
        left: (&Value, Span),
        op: CompareOp,
        right: (&Value, Span),
        at: Span,
    ) -> Result<Option<Expr>> {
        let (bits, other) = match (network(left.0), network(right.0)) {
            (Some(bits), None) => (bits, right),
            (None, Some(bits)) => (bits, left),
            (Some(bits), Some(_)) => (bits, right),
            (None, None) => return Ok(None),
        };
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let (_, from) = functions(bits);
            let message = "numbers in network byte order have no order on this machine";
            return Err(self.s.report(
                Diagnostic::new(&codes::BYTE_ORDER, at, message)
                    .help(format!("compare the numbers: `{from}(...)`")),
            ));
        }
        if let (Some(a), Some(b)) = (network(left.0), network(right.0))
            && a != b
        {
            let message = format!("a `be{a}` and a `be{b}` are never compared");
            let (from_a, from_b) = (functions(a).1, functions(b).1);
            return Err(self.s.report(
                Diagnostic::new(&codes::BYTE_ORDER, at, message)
                    .help(format!("compare the numbers: `{from_a}(...)` and `{from_b}(...)`")),
            ));
        }
        if network(other.0).is_none() {
            let text = self.s.source.slice(other.1).to_owned();
            let zero = matches!(other.0, Value::Scalar(expr) if expr.as_const() == Some(0));
            if !zero {
                let (to, from) = functions(bits);
                let message =
                    format!("`{text}` is not in network byte order, and the other side is");
                return Err(self.s.report(
                    Diagnostic::new(&codes::BYTE_ORDER, other.1, message)
                        .fix("turn its bytes", other.1, format!("{to}({text})"))
                        .help(format!("or compare the number of the other side: `{from}(...)`")),
                ));
            }
        }
        let left = self.in_network_order(left.0.clone(), bits, left.1)?;
        let right = self.in_network_order(right.0.clone(), bits, right.1)?;
        Ok(Some(Expr::compare(op, left, right, at)))
    }
}

fn unsigned(bits: u8) -> IntType {
    IntType { bits, signed: false }
}

/// The same bits in another type of the same width.
pub(super) fn retyped(value: Expr, ty: Type) -> Expr {
    let at = value.span;
    match value.as_const() {
        Some(number) => Expr::int(number, ty, at),
        None => value.convert(ty),
    }
}

fn swap(number: i128, bits: u8) -> i128 {
    match bits {
        16 => i128::from((number as u16).swap_bytes()),
        32 => i128::from((number as u32).swap_bytes()),
        _ => i128::from((number as u64).swap_bytes()),
    }
}
