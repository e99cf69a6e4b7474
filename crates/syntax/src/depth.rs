//! A look at the tokens before they are parsed, so that hostile nesting
//! becomes an error and not a burst stack: brackets and indentation beyond
//! what CPython itself takes, and chains of operators that no person writes.

use diagnostics::{Diagnostic, SourceFile, Span, codes};
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// CPython refuses more ("too many nested parentheses").
const MAX_BRACKETS: usize = 200;
/// CPython refuses more ("too many levels of indentation").
const MAX_INDENTS: usize = 100;
/// Words and signs between two commas or line ends.
const MAX_CHAIN: usize = 2_000;

/// The first place where the file is nested too deep.
pub(crate) fn too_deep(source: &SourceFile) -> Option<Diagnostic> {
    let text = source.text();
    let what = excess(text)?;
    let end = first_excess(text);
    let start = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
    let span = Span::new(start as u32, end as u32);
    Some(
        Diagnostic::new(&codes::TOO_DEEP, span, format!("{what} here"))
            .help("split the code into smaller statements or functions"),
    )
}

/// The end of the shortest beginning that is nested too deep. Tokens do not
/// tell their place, so it is searched for.
fn first_excess(text: &str) -> usize {
    let cut = |at: usize| (at..text.len()).find(|&at| text.is_char_boundary(at));
    let mut high = 4096;
    while cut(high).is_some_and(|at| excess(&text[..at]).is_none()) {
        high *= 2;
    }
    let (mut low, mut high) = (0, cut(high).unwrap_or(text.len()));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match cut(middle).filter(|&at| at < high) {
            Some(at) if excess(&text[..at]).is_none() => low = at,
            Some(at) => high = at,
            None => break,
        }
    }
    high
}

/// What there is too much of.
fn excess(text: &str) -> Option<&'static str> {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut nesting = Nesting { brackets: vec![Chain::default()], indents: 0 };
    loop {
        let token = lexer.next_token();
        if token == TokenKind::EndOfFile {
            return None;
        }
        nesting.take(token);
        if nesting.indents > MAX_INDENTS {
            return Some("more than 100 levels of indentation");
        }
        if nesting.brackets.len() > MAX_BRACKETS {
            return Some("more than 200 nested brackets");
        }
        if nesting.brackets.last().is_some_and(|chain| chain.parts > MAX_CHAIN) {
            return Some("an expression of more than 2000 parts");
        }
    }
}

/// What was read since the last comma or line end of a bracket.
#[derive(Default)]
struct Chain {
    parts: usize,
    /// `lambda`s whose colon is still to come: their commas part parameters.
    lambdas: usize,
}

struct Nesting {
    /// One for each open bracket, and one for the line.
    brackets: Vec<Chain>,
    indents: usize,
}

impl Nesting {
    fn take(&mut self, token: TokenKind) {
        match token {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.brackets.push(Chain::default());
                return;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if self.brackets.len() > 1 => {
                self.brackets.pop();
            }
            TokenKind::Newline => {
                self.brackets.truncate(1);
                self.restart();
                return;
            }
            TokenKind::Indent => self.indents += 1,
            TokenKind::Dedent => self.indents = self.indents.saturating_sub(1),
            _ => {}
        }
        let Some(chain) = self.brackets.last_mut() else { return };
        match token {
            TokenKind::Comma if chain.lambdas == 0 => self.restart(),
            TokenKind::Semi => self.restart(),
            TokenKind::Comment | TokenKind::NonLogicalNewline => {}
            TokenKind::Lambda => {
                chain.parts += 1;
                chain.lambdas += 1;
            }
            TokenKind::Colon => {
                chain.parts += 1;
                chain.lambdas = chain.lambdas.saturating_sub(1);
            }
            _ => chain.parts += 1,
        }
    }

    fn restart(&mut self) {
        if let Some(chain) = self.brackets.last_mut() {
            *chain = Chain::default();
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
        assert_eq!(deep(&format!("x = [{}]\n", "lambda a, b: 1, ".repeat(5000))), None);
        assert_eq!(deep(&"x = 1\n".repeat(5000)), None);
    }

    #[test]
    fn hostile_nesting_is_refused() {
        for unit in ["-", "not ", "~", "not \\\n", "lambda: ", "lambda a, b: ", "1 if 1 else "] {
            assert!(deep(&format!("x = {}1\n", unit.repeat(10_000))).is_some(), "{unit}");
            assert!(deep(&format!("x = f'{{({}1)}}'\n", unit.repeat(10_000))).is_some(), "{unit}");
        }
        for open in ["(", "[", "{", "f'{", "x = '\r("] {
            assert!(deep(&open.repeat(10_000)).is_some(), "{open}");
        }
        assert!(deep(&format!("x = a{}", ".a".repeat(10_000))).is_some());
        for end in ["\n", "\r", "\r\n"] {
            let blocks: String = (0..200).map(|i| format!("{}if x:{end}", " ".repeat(i))).collect();
            assert!(deep(&format!("{blocks}{}pass", " ".repeat(200))).is_some());
        }
    }

    #[test]
    fn the_place_is_where_it_becomes_too_much() {
        let text = format!("é = 1\nx = {}", "(".repeat(10_000));
        let found = too_deep(&SourceFile::new("t.py", text)).map(|d| d.primary.span);
        // 11 bytes, then the bracket that is the 200th.
        assert_eq!(found, Some(Span::new(210, 211)));
    }
}
