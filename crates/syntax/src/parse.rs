//! From text to the tree: the look at nesting, the parser, and its errors.

use diagnostics::{Diagnostic, SourceFile, Span, codes};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use crate::{Module, declare::declare};

/// Reads a file. The module is empty when the text is not Python; the
/// diagnostics are in source order.
///
/// Deeply nested text is refused before it is parsed, so the caller needs no
/// more than an ordinary stack.
pub fn parse(source: &SourceFile) -> (Module, Vec<Diagnostic>) {
    if let Some(error) = crate::depth::too_deep(source) {
        return (Module::default(), vec![error]);
    }
    let parsed = parse_unchecked(source.text(), ParseOptions::from(Mode::Module));
    if !parsed.errors().is_empty() {
        return (Module::default(), syntax_errors(source, parsed.errors()));
    }
    match parsed.into_syntax() {
        ruff_python_ast::Mod::Module(module) => declare(source, &module.body),
        ruff_python_ast::Mod::Expression(_) => (Module::default(), Vec::new()),
    }
}

/// More syntax errors than this are noise.
const MAX_SYNTAX_ERRORS: usize = 20;

/// One diagnostic a line: what follows on the same line is a consequence.
fn syntax_errors(
    source: &SourceFile,
    errors: &[ruff_python_parser::ParseError],
) -> Vec<Diagnostic> {
    let mut line_end = 0;
    let mut diagnostics = Vec::new();
    for error in errors {
        let span = span(error.range());
        if !diagnostics.is_empty() && span.start <= line_end {
            continue;
        }
        if diagnostics.len() == MAX_SYNTAX_ERRORS {
            break;
        }
        let rest = source.text().as_bytes().get(span.start as usize..).unwrap_or_default();
        let left = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        line_end = span.start + left as u32;
        let text = error.error.to_string();
        diagnostics.push(
            Diagnostic::new(&codes::SYNTAX_ERROR, span, format!("not valid Python: {text}"))
                .help("Python itself refuses this line too"),
        );
    }
    diagnostics
}

/// The parser's ranges as our spans.
pub(crate) fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}
