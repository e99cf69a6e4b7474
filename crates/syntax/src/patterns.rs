//! The patterns of `match`: the parser's to ours.

use diagnostics::{Diagnostic, Span, codes};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::convert::{Converter, ident};
use crate::{Case, Expr, ExprKind, Pattern, PatternKind, bound, parse::span};

impl Converter<'_> {
    pub(crate) fn cases(&mut self, cases: &[ast::MatchCase]) -> Vec<Case> {
        cases.iter().map(|case| self.case(case)).collect()
    }

    fn case(&mut self, case: &ast::MatchCase) -> Case {
        let pattern = self.pattern(&case.pattern);
        let end = case.guard.as_ref().map_or(pattern.span.end, |guard| span(guard.range()).end);
        Case {
            guard: case.guard.as_ref().map(|guard| self.expr(guard)),
            body: self.block(&case.body),
            span: Span::new(span(case.range).start, end),
            pattern,
        }
    }

    fn pattern(&mut self, pattern: &ast::Pattern) -> Pattern {
        let at = span(pattern.range());
        if self.too_deep(at) {
            return Pattern { kind: PatternKind::Error, span: at };
        }
        self.depth += 1;
        let kind = self.pattern_kind(pattern, at);
        self.depth -= 1;
        Pattern { kind, span: at }
    }

    fn pattern_kind(&mut self, pattern: &ast::Pattern, at: Span) -> PatternKind {
        match pattern {
            ast::Pattern::MatchValue(value) => PatternKind::Value(self.expr(&value.value)),
            ast::Pattern::MatchSingleton(single) => {
                let kind = match single.value {
                    ast::Singleton::None => ExprKind::None,
                    ast::Singleton::True => ExprKind::Bool(true),
                    ast::Singleton::False => ExprKind::Bool(false),
                };
                PatternKind::Value(Expr { kind, span: at })
            }
            ast::Pattern::MatchAs(named) => {
                let inner = named.pattern.as_ref().map(|inner| Box::new(self.pattern(inner)));
                match &named.name {
                    Some(name) => PatternKind::Capture(inner, ident(name)),
                    None => PatternKind::Wildcard,
                }
            }
            ast::Pattern::MatchOr(choices) => {
                let choices = choices.patterns.iter().map(|one| self.pattern(one));
                PatternKind::Or(choices.collect())
            }
            ast::Pattern::MatchSequence(sequence) => {
                let parts = sequence.patterns.iter().map(|one| self.pattern(one));
                PatternKind::Tuple(parts.collect())
            }
            other => {
                let message = match other {
                    ast::Pattern::MatchMapping(_) => "BPF has no dicts to match",
                    ast::Pattern::MatchClass(_) => "a `case` cannot look into a class",
                    _ => "a tuple in BPF has a known length: `*` matches nothing",
                };
                self.refused.extend(bound::by_pattern(other));
                self.diagnostics
                    .push(Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, at, message).help(
                    "match an integer, a string or a tuple of them: `case 1 | 2:`, `case (0, _):`",
                ));
                PatternKind::Error
            }
        }
    }
}
