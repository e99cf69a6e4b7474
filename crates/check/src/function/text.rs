//! Texts: comparisons, truth and length. A text ends at its first NUL, and
//! where its memory ends if there is none.

use diagnostics::{Diagnostic, Span, codes};
use ir::{CompareOp, Expr, Place, PtrType, Region, Stmt, StmtKind, TextOp, Type};

use super::Body;
use super::arithmetic::negate;
use super::kernel_memory::is_text_pointer;
use super::value::Value;
use crate::session::{Reported, Result};

/// A text whose bytes are known, or the string that holds it.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Known(Vec<u8>),
    Held(Place, u32),
}

/// Whether a value is a text: a literal, a string, or a pointer to one.
pub(super) fn is_text(value: &Value) -> bool {
    let is_str = |ty: &Type| matches!(ty, Type::Str(_));
    match value {
        Value::Text(_) => true,
        Value::Memory(_, ty) => is_str(ty),
        Value::Scalar(expr) => match &expr.ty {
            Type::Ptr(PtrType { pointee: Some(pointee), region, .. }) => {
                is_str(pointee) && *region != Region::Opaque
            }
            _ => false,
        },
        Value::Nothing => false,
    }
}

impl Body<'_, '_> {
    /// The value as a text.
    pub(super) fn as_text(&mut self, value: Value, at: Span) -> Result<Text> {
        if let Value::Text(bytes) = value {
            return self.known_text(bytes, at).map(Text::Known);
        }
        match self.as_place(value.clone(), at)? {
            Some((place, Type::Str(size))) => Ok(Text::Held(place, size)),
            _ => Err(self.mismatch(at, "a text", &value)),
        }
    }

    /// A known text without the NULs that C programmers end it with.
    fn known_text(&mut self, mut bytes: Vec<u8>, at: Span) -> Result<Vec<u8>> {
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        if !bytes.contains(&0) {
            return Ok(bytes);
        }
        let message = "a text ends at its first NUL, and this one goes on behind it";
        Err(self.s.report(
            Diagnostic::new(&codes::OUT_OF_RANGE, at, message)
                .help("compare the bytes one by one: `text[0] == 0`"),
        ))
    }

    pub(super) fn compare_texts(
        &mut self,
        (left, left_span): (Value, Span),
        op: CompareOp,
        (right, right_span): (Value, Span),
        at: Span,
    ) -> Result<Expr> {
        for (value, span) in [(&left, left_span), (&right, right_span)] {
            if is_text_pointer(value) {
                return Err(self.mismatch(span, "a text", value));
            }
        }
        if !(is_text(&left) && is_text(&right)) {
            return self.compare_letter((left, left_span), op, (right, right_span), at);
        }
        let left = self.as_text(left, left_span)?;
        let right = self.as_text(right, right_span)?;
        let (place, size, known, known_span) = match (left, right) {
            (Text::Known(a), Text::Known(b)) => {
                let holds = holds(op, a.cmp(&b));
                return Ok(Expr::int(i128::from(holds), Type::Bool, at));
            }
            (Text::Held(place, size), Text::Known(known)) if is_equality(op) => {
                (place, size, known, right_span)
            }
            (Text::Known(known), Text::Held(place, size)) if is_equality(op) => {
                (place, size, known, left_span)
            }
            (left, right) => {
                let (left, right) = (self.held(left, left_span), self.held(right, right_span));
                let order = Expr::text(TextOp::Order(left, right), at);
                return Ok(Expr::compare(op, order, Expr::int(0, Type::I32, at), at));
            }
        };
        let same = self.equals(place, size, known, known_span, at)?;
        Ok(if op == CompareOp::Ne { negate(same, at) } else { same })
    }

    /// Whether a string holds just this text.
    fn equals(
        &mut self,
        place: Place,
        size: u32,
        mut known: Vec<u8>,
        known_span: Span,
        at: Span,
    ) -> Result<Expr> {
        self.no_longer(&known, size, known_span)?;
        // A text that fills its string has no NUL.
        if known.len() < size as usize {
            known.push(0);
        }
        Ok(Expr::text(TextOp::StartsWith(place, known), at))
    }

    /// A text that can never be found in a string of this size is a mistake.
    pub(super) fn no_longer(&mut self, known: &[u8], size: u32, at: Span) -> Result<()> {
        if known.len() <= size as usize {
            return Ok(());
        }
        let message = format!("{} bytes are never found in a `str({size})`", known.len());
        Err(self.s.report(
            Diagnostic::new(&codes::OUT_OF_RANGE, at, message)
                .help("what was longer was cut off when the text was stored: compare its start"),
        ))
    }

    /// The string that a text is held in; a known one lies in `.rodata`.
    fn held(&mut self, text: Text, at: Span) -> Place {
        match text {
            Text::Held(place, _) => place,
            Text::Known(bytes) => Place::Deref(Box::new(self.text_address(bytes, at))),
        }
    }

    /// A byte of a text against a letter: `text[0] == "/"`.
    fn compare_letter(
        &mut self,
        (left, left_span): (Value, Span),
        op: CompareOp,
        (right, right_span): (Value, Span),
        at: Span,
    ) -> Result<Expr> {
        let left = self.letter(left, left_span)?;
        let right = self.letter(right, right_span)?;
        let (Type::Int(a), Type::Int(b)) = (&left.ty, &right.ty) else {
            return Err(Reported);
        };
        let common = Type::Int(a.common(*b));
        Ok(Expr::compare(op, left.convert(common.clone()), right.convert(common), at))
    }

    /// A number, or a text of one byte as the number of that byte.
    pub(super) fn letter(&mut self, value: Value, at: Span) -> Result<Expr> {
        match value {
            Value::Text(letter) if letter.len() == 1 => {
                Ok(Expr::int(i128::from(letter[0]), Type::I32, at))
            }
            value if is_text(&value) => {
                let message = "a number is compared with a text here";
                Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message).help(
                    "one byte of a text, `text[0]`, compares with a text of one byte, `\"/\"`",
                )))
            }
            value => self.integer(value, at),
        }
    }

    /// Whether a text is not empty; nothing for other values and for a pointer,
    /// which asks whether it was found.
    pub(super) fn text_truth(&mut self, value: &Value, at: Span) -> Option<Expr> {
        match value {
            Value::Text(text) => Some(Expr::int(i128::from(!text.is_empty()), Type::Bool, at)),
            Value::Memory(place, Type::Str(_)) => {
                let empty = TextOp::StartsWith(place.clone(), vec![0]);
                Some(negate(Expr::text(empty, at), at))
            }
            _ => None,
        }
    }

    /// `len(text)`
    pub(super) fn text_len(&mut self, value: Value, at: Span) -> Result<Value> {
        match self.as_text(value, at)? {
            Text::Known(text) => self.literal(text.len() as i128, at),
            Text::Held(place, size) => Ok(Value::Scalar(Expr::text(TextOp::Len(place, size), at))),
        }
    }

    /// One of two texts, in memory that holds both.
    pub(super) fn text_choice(
        &mut self,
        test: Expr,
        arms: [(Value, Vec<Stmt>, Span); 2],
        at: Span,
    ) -> Result<Value> {
        let mut size = 1;
        let mut held = Vec::new();
        for (value, steps, span) in arms {
            let text = self.as_text(value, span)?;
            size = size.max(match &text {
                Text::Known(bytes) => bytes.len() as u32,
                Text::Held(_, size) => *size,
            });
            held.push((text, steps, span));
        }
        let ty = Type::Str(size);
        let slot = Place::Local(self.hidden("chosen", ty.clone()));
        let mut blocks = Vec::new();
        for (text, mut steps, span) in held {
            let value = match text {
                Text::Known(bytes) => Value::Text(bytes),
                Text::Held(place, size) => Value::Memory(place, Type::Str(size)),
            };
            let (stored, more) =
                self.apart(|body| body.store_place(slot.clone(), &ty, value, span, at));
            stored?;
            steps.extend(more);
            blocks.push(steps);
        }
        let orelse = blocks.pop().unwrap_or_default();
        let then = blocks.pop().unwrap_or_default();
        self.push(StmtKind::If(test, then, orelse), at);
        Ok(Value::Memory(slot, ty))
    }

    /// Copies a text into a string of another size.
    pub(super) fn copy_text(
        &mut self,
        (to, ty): (Place, &Type),
        (from, given): (Place, u32),
        value_span: Span,
        at: Span,
    ) -> Result<()> {
        let Type::Str(size) = *ty else { return Err(Reported) };
        if given > size {
            let message = format!("a `str({given})` may not fit `str({size})`");
            let text = self.s.source.slice(value_span).to_owned();
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, value_span, message)
                    .help(format!("cut it: `{text}[:{size}]`")),
            ));
        }
        // The rest is cleared last: the text may come from the same string.
        self.push(StmtKind::Copy(Place::Part(Box::new(to.clone()), 0, given), from), at);
        if given < size {
            self.push(StmtKind::Zero(Place::Part(Box::new(to), given, size - given)), at);
        }
        Ok(())
    }
}

fn is_equality(op: CompareOp) -> bool {
    matches!(op, CompareOp::Eq | CompareOp::Ne)
}

/// Whether a comparison holds for two values in this order.
fn holds(op: CompareOp, order: std::cmp::Ordering) -> bool {
    match op {
        CompareOp::Eq => order.is_eq(),
        CompareOp::Ne => order.is_ne(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge => order.is_ge(),
    }
}
