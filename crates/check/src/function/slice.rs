//! `text[1:5]`: parts of texts with constant bounds.

use diagnostics::{Diagnostic, Span, codes};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, Place, Stmt, StmtKind, TextOp, Type};

use super::Body;
use super::arithmetic::negate;
use super::range::Range;
use super::text::Text;
use super::value::Value;
use crate::session::Result;

/// What a slice takes of a text.
enum Cut {
    Known(Vec<u8>),
    /// The bytes from a start up to a stop.
    Held(Place, u32, u32),
}

impl Body<'_, '_> {
    /// `base[start:stop:step]`
    pub(super) fn slice(
        &mut self,
        base: &syntax::Expr,
        bounds: [Option<&syntax::Expr>; 3],
        at: Span,
    ) -> Result<Value> {
        Ok(match self.cut(base, bounds)? {
            Cut::Known(bytes) => Value::Text(bytes),
            Cut::Held(place, start, stop) => self.part(place, start, stop, at),
        })
    }

    /// `len(base[start:stop:step])`: what the text up to the stop has behind the start.
    pub(super) fn slice_len(
        &mut self,
        base: &syntax::Expr,
        bounds: [Option<&syntax::Expr>; 3],
        at: Span,
    ) -> Result<Value> {
        let (place, start, stop) = match self.cut(base, bounds)? {
            Cut::Known(bytes) => return self.literal(bytes.len() as i128, at),
            Cut::Held(_, start, stop) if start == stop => return self.literal(0, at),
            Cut::Held(place, start, stop) => (place, start, stop),
        };
        let whole = Place::Part(Box::new(place), 0, stop);
        let len = Expr::text(TextOp::Len(whole, stop), at);
        if start == 0 {
            return Ok(Value::Scalar(len));
        }
        let len = self.keep(len, "len");
        let number = |value: u32| Expr::int(value.into(), Type::I64, at);
        let reaches = Expr::compare(CompareOp::Gt, len.clone(), number(start), at);
        let rest = Expr::binary(BinaryOp::Sub, len, number(start), at);
        let choice = ExprKind::Select(Box::new(reaches), Box::new(rest), Box::new(number(0)));
        let rest = self.keep(Expr::new(choice, Type::I64, at), "rest");
        if let ExprKind::Load(Place::Local(slot)) = rest.kind {
            self.flow.narrow(slot, Range::between(0, (stop - start).into()));
        }
        Ok(Value::Scalar(rest))
    }

    /// The bytes of a slice, or where they are held.
    fn cut(&mut self, base: &syntax::Expr, bounds: [Option<&syntax::Expr>; 3]) -> Result<Cut> {
        let value = self.expr(base)?;
        let text = self.as_text(value, base.span)?;
        if let Some(step) = bounds[2] {
            let message = "a slice takes every byte: it has no step";
            return Err(self.s.report(
                Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, step.span, message)
                    .help("write `text[start:stop]`"),
            ));
        }
        let start = self.slice_bound(bounds[0])?.unwrap_or(0);
        let stop = self.slice_bound(bounds[1])?.unwrap_or(i128::MAX);
        match text {
            Text::Known(bytes) => {
                let (start, stop) = within(start, stop, bytes.len());
                Ok(Cut::Known(bytes[start..stop].to_vec()))
            }
            Text::Held(place, size) => {
                self.known_end(start, bounds[0])?;
                self.known_end(stop, bounds[1])?;
                let (start, stop) = within(start, stop, size as usize);
                Ok(Cut::Held(place, start as u32, stop as u32))
            }
        }
    }

    /// A bound, if it is given.
    fn slice_bound(&mut self, expr: Option<&syntax::Expr>) -> Result<Option<i128>> {
        let Some(expr) = expr else { return Ok(None) };
        if matches!(expr.kind, syntax::ExprKind::None) {
            return Ok(None);
        }
        let value = self.expr(expr)?;
        match self.integer(value, expr.span)?.as_const() {
            Some(value) => Ok(Some(value)),
            None => {
                let message = "the bounds of a slice must be constants";
                Err(self.s.report(
                    Diagnostic::new(&codes::CONSTANT_REQUIRED, expr.span, message)
                        .note("the size of every text is known when the program is built"),
                ))
            }
        }
    }

    /// Python counts negative bounds from the end, which is not known here.
    fn known_end(&mut self, value: i128, bound: Option<&syntax::Expr>) -> Result<()> {
        let Some(bound) = bound.filter(|_| value < 0) else { return Ok(()) };
        let message = "the end of this text is known only at run time";
        Err(self.s.report(
            Diagnostic::new(&codes::OUT_OF_BOUNDS, bound.span, message)
                .help("count from the front; `text.endswith(...)` looks at the end"),
        ))
    }

    /// Some bytes of a string. Its start is the string's own memory. A part
    /// further on is copied: it is empty where the text ends before it, and
    /// what lies there is no part of it.
    fn part(&mut self, place: Place, start: u32, stop: u32, at: Span) -> Value {
        let Some(len) = stop.checked_sub(start).filter(|len| *len > 0) else {
            return Value::Text(Vec::new());
        };
        let ty = Type::Str(len);
        if start == 0 {
            return Value::Memory(Place::Part(Box::new(place), 0, len), ty);
        }
        let slot = Place::Local(self.hidden("part", ty.clone()));
        self.push(StmtKind::Zero(slot.clone()), at);
        let reaches = (0..start)
            .map(|index| {
                let byte = Place::Part(Box::new(place.clone()), index, 1);
                negate(Expr::text(TextOp::StartsWith(byte, vec![0]), at), at)
            })
            .reduce(|a, b| Expr::new(ExprKind::And(Box::new(a), Box::new(b)), Type::Bool, at));
        let copy = StmtKind::Copy(slot.clone(), Place::Part(Box::new(place), start, len));
        if let Some(reaches) = reaches {
            self.push(StmtKind::If(reaches, vec![Stmt::new(copy, at)], Vec::new()), at);
        }
        Value::Memory(slot, ty)
    }

    /// A letter of a known text, `"abc"[1]`, as Python has it.
    pub(super) fn constant_letter(
        &mut self,
        base: &syntax::Expr,
        index: &syntax::Expr,
    ) -> Result<Option<Value>> {
        let Value::Text(bytes) = self.constant_text(base)? else { return Ok(None) };
        let Some(position) = self.slice_bound(Some(index))? else { return Ok(None) };
        let from_end = if position < 0 { bytes.len() as i128 } else { 0 };
        let letter = usize::try_from(position + from_end).ok().and_then(|at| bytes.get(at));
        match letter {
            Some(letter) => Ok(Some(Value::Text(vec![*letter]))),
            None => {
                let message = format!("index {position} lies outside a text of {}", bytes.len());
                Err(self.s.report(Diagnostic::new(&codes::OUT_OF_BOUNDS, index.span, message)))
            }
        }
    }

    /// The text that a literal or a constant of the file is.
    pub(super) fn constant_text(&mut self, expr: &syntax::Expr) -> Result<Value> {
        let named = match &expr.kind {
            syntax::ExprKind::Str(_) | syntax::ExprKind::Bytes(_) => true,
            syntax::ExprKind::Name(name) => {
                !self.is_local(&[name])
                    && self.s.item(name).is_none()
                    && self.s.constant_named(name).is_some()
            }
            _ => false,
        };
        if named { self.expr(expr) } else { Ok(Value::Nothing) }
    }
}

/// Python's slice bounds on something of this length.
fn within(start: i128, stop: i128, len: usize) -> (usize, usize) {
    let clamp = |bound: i128| {
        let bound = if bound < 0 { bound.saturating_add(len as i128) } else { bound };
        bound.clamp(0, len as i128) as usize
    };
    let (start, stop) = (clamp(start), clamp(stop));
    (start, stop.max(start))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn bounds_are_those_of_python() {
        assert_eq!(within(1, 3, 5), (1, 3));
        assert_eq!(within(-3, -1, 5), (2, 4));
        assert_eq!(within(4, 2, 5), (4, 4));
        assert_eq!(within(-9, i128::MAX, 5), (0, 5));
    }
}
