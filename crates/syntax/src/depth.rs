//! A look at the text before it is parsed, so that hostile nesting becomes an
//! error and not a burst stack: brackets and indentation beyond what CPython
//! itself takes, and chains of operators that no person writes.

use diagnostics::{Diagnostic, SourceFile, Span, codes};

/// CPython refuses more ("too many nested parentheses").
const MAX_BRACKETS: usize = 200;
/// CPython refuses more ("too many levels of indentation").
const MAX_INDENTS: usize = 100;
/// Words and signs between two commas, colons or line ends.
const MAX_CHAIN: usize = 2_000;

/// The first place where the file is nested too deep.
pub(crate) fn too_deep(source: &SourceFile) -> Option<Diagnostic> {
    let mut scan = Scan { bytes: source.text().as_bytes(), at: 0, brackets: vec![0] };
    let report = |at: usize, what: &str| {
        let span = Span::new(at as u32, at as u32 + 1);
        Some(
            Diagnostic::new(&codes::TOO_DEEP, span, format!("{what} here"))
                .help("split the code into smaller statements or functions"),
        )
    };
    let mut indents = vec![0usize];
    while scan.at < scan.bytes.len() {
        if let Some(width) = scan.line_indent() {
            while indents.len() > 1 && indents.last().is_some_and(|&top| width < top) {
                indents.pop();
            }
            if indents.last().is_some_and(|&top| width > top) {
                indents.push(width);
            }
            if indents.len() > MAX_INDENTS {
                return report(scan.at, "more than 100 levels of indentation");
            }
        }
        scan.token();
        if scan.brackets.len() > MAX_BRACKETS {
            return report(scan.at.saturating_sub(1), "more than 200 nested brackets");
        }
        if scan.brackets.last().is_some_and(|&chain| chain > MAX_CHAIN) {
            return report(scan.at.saturating_sub(1), "an expression of more than 2000 parts");
        }
    }
    None
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Parts of the expression so far, for each open bracket.
    brackets: Vec<usize>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// At the start of a logical line with code: the width of its indent.
    fn line_indent(&mut self) -> Option<usize> {
        let fresh = self.at == 0 || self.bytes.get(self.at - 1) == Some(&b'\n');
        if !fresh || self.brackets.len() > 1 {
            return None;
        }
        let start = self.at;
        while matches!(self.peek(0), b' ' | b'\t' | 0x0c) {
            self.at += 1;
        }
        (!matches!(self.peek(0), b'\n' | b'\r' | b'#')).then_some(self.at - start)
    }

    fn token(&mut self) {
        match self.peek(0) {
            b'#' => {
                while self.at < self.bytes.len() && self.peek(0) != b'\n' {
                    self.at += 1;
                }
            }
            b'"' | b'\'' => self.string(),
            b'(' | b'[' | b'{' => {
                self.at += 1;
                self.brackets.push(0);
            }
            b')' | b']' | b'}' => {
                self.at += 1;
                if self.brackets.len() > 1 {
                    self.brackets.pop();
                }
                self.part();
            }
            b',' | b':' | b';' => {
                self.at += 1;
                self.restart();
            }
            b'\n' => {
                self.at += 1;
                if self.brackets.len() == 1 {
                    self.restart();
                }
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                while matches!(self.peek(0), b'_' | 0x80..) || self.peek(0).is_ascii_alphanumeric()
                {
                    self.at += 1;
                }
                self.part();
            }
            b' ' | b'\t' | b'\r' | 0x0c => self.at += 1,
            _ => {
                self.at += 1;
                self.part();
            }
        }
    }

    fn part(&mut self) {
        if let Some(chain) = self.brackets.last_mut() {
            *chain += 1;
        }
    }

    fn restart(&mut self) {
        if let Some(chain) = self.brackets.last_mut() {
            *chain = 0;
        }
    }

    fn string(&mut self) {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 2,
                b'\n' if !triple => return,
                byte if byte == quote && !triple => {
                    self.at += 1;
                    return;
                }
                byte if byte == quote && self.peek(1) == quote && self.peek(2) == quote => {
                    self.at += 3;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deep(text: &str) -> Option<String> {
        too_deep(&SourceFile::new("t.py", text)).map(|d| d.message)
    }

    #[test]
    fn ordinary_text_passes() {
        assert_eq!(deep("def f():\n    return (1 + [2][0]) # ((((\n"), None);
        assert_eq!(deep(&format!("x = '{}'\n", "(".repeat(5000))), None);
        assert_eq!(deep(&format!("x = [{}]\n", "1, ".repeat(50_000))), None);
    }

    #[test]
    fn hostile_nesting_is_refused() {
        assert!(deep(&"(".repeat(10_000)).is_some());
        assert!(deep(&format!("x = {}1", "-".repeat(10_000))).is_some());
        assert!(deep(&format!("x = a{}", ".a".repeat(10_000))).is_some());
        assert!(deep(&format!("x = {}1", "not ".repeat(10_000))).is_some());
        let blocks: String =
            (0..10_000).map(|i| format!("{}if x:\n", " ".repeat(i))).take(200).collect();
        assert!(deep(&blocks).is_some());
    }
}
