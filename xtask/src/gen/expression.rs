//! Evaluates the constant integer expressions of C headers.

use std::iter::Peekable;
use std::str::Chars;

/// The value of `text`, names looked up by `name`; `None` if it is not a
/// constant integer expression of the known names.
pub fn evaluate(text: &str, name: impl Fn(&str) -> Option<i64>) -> Option<i64> {
    let mut parser = Parser { chars: text.chars().peekable(), name };
    let value = parser.binary(0)?;
    parser.space();
    parser.chars.peek().is_none().then_some(value)
}

struct Parser<'a, F> {
    chars: Peekable<Chars<'a>>,
    name: F,
}

impl<F: Fn(&str) -> Option<i64>> Parser<'_, F> {
    fn space(&mut self) {
        while self.chars.next_if(|c| c.is_whitespace()).is_some() {}
    }

    /// Operators of `level` and tighter: `|`, `&`, shifts, sums.
    fn binary(&mut self, level: usize) -> Option<i64> {
        const LEVELS: [&[char]; 4] = [&['|'], &['&'], &['<', '>'], &['+', '-']];
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            self.space();
            let Some(operator) = self.chars.next_if(|c| operators.contains(c)) else {
                return Some(left);
            };
            if matches!(operator, '<' | '>') {
                self.chars.next_if_eq(&operator)?;
            }
            let right = self.binary(level + 1)?;
            left = match operator {
                '|' => left | right,
                '&' => left & right,
                '<' => left.checked_shl(u32::try_from(right).ok()?)?,
                '>' => left.checked_shr(u32::try_from(right).ok()?)?,
                '+' => left.checked_add(right)?,
                _ => left.checked_sub(right)?,
            };
        }
    }

    fn unary(&mut self) -> Option<i64> {
        self.space();
        match *self.chars.peek()? {
            '-' => {
                self.chars.next();
                self.unary()?.checked_neg()
            }
            '~' => {
                self.chars.next();
                Some(!self.unary()?)
            }
            '(' => {
                self.chars.next();
                let value = self.binary(0)?;
                self.space();
                self.chars.next_if_eq(&')')?;
                Some(value)
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<i64> {
        let mut word = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            word.push(c);
        }
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            return (self.name)(&word);
        }
        let digits = word.trim_end_matches(['u', 'U', 'l', 'L']);
        match digits.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::evaluate;

    #[test]
    fn c_expressions() {
        let name = |name: &str| (name == "A").then_some(5);
        assert_eq!(evaluate("(0xfffffULL << 32)", name), Some(0xf_ffff << 32));
        assert_eq!(evaluate("(-1L)", name), Some(-1));
        assert_eq!(evaluate("A | (1U << 3)", name), Some(13));
        assert_eq!(evaluate("((1 << 28) - 1)", name), Some(0x0fff_ffff));
        assert_eq!(evaluate("B", name), None);
        assert_eq!(evaluate("A(1)", name), None);
    }
}
