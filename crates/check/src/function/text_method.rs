//! Methods of texts, `ord` and `chr`.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, TextOp, Type};
use syntax::{Ident, Keyword};

use super::Body;
use super::text::{Text, is_text};
use super::value::Value;
use crate::session::{Reported, Result};

/// Methods of Python's `str` and `bytes` that the kernel has no way to do.
const REFUSED: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "decode",
    "encode",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "hex",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

impl Body<'_, '_> {
    /// The text whose method a call names, if it names one.
    pub(super) fn text_receiver(
        &mut self,
        callee: &syntax::Expr,
        base: &syntax::Expr,
        method: &Ident,
    ) -> Result<Option<Value>> {
        let name = method.name.as_str();
        let known = matches!(name, "startswith" | "endswith") || REFUSED.contains(&name);
        let imported =
            callee.path().is_some_and(|path| self.s.tree.imports.resolve(&path).is_some());
        if !known || imported {
            return Ok(None);
        }
        let value = self.expr(base)?;
        if !is_text(&value) && matches!(name, "startswith" | "endswith") {
            return Err(self.mismatch(base.span, "a text", &value));
        }
        Ok(is_text(&value).then_some(value))
    }

    pub(super) fn text_method(
        &mut self,
        value: Value,
        method: &Ident,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let name = method.name.as_str();
        if REFUSED.contains(&name) {
            return Err(self.no_method(method));
        }
        self.no_keywords(keywords)?;
        self.count(name, "one text", 1..=1, args, at)?;
        let text = self.as_text(value, at)?;
        let wanted = match &args[0].kind {
            syntax::ExprKind::Tuple(wanted) => wanted.as_slice(),
            _ => args,
        };
        let mut whole = Expr::int(0, Type::Bool, at);
        for affix in wanted {
            let test = self.affix(text.clone(), name == "startswith", affix, at)?;
            whole = match (whole.as_const(), test.as_const()) {
                (Some(1), _) | (_, Some(0)) => whole,
                (Some(_), _) | (_, Some(1)) => test,
                _ => Expr::new(ExprKind::Or(Box::new(whole), Box::new(test)), Type::Bool, at),
            };
        }
        Ok(Value::Scalar(whole))
    }

    fn affix(
        &mut self,
        text: Text,
        at_start: bool,
        affix: &syntax::Expr,
        at: Span,
    ) -> Result<Expr> {
        let value = self.expr(affix)?;
        let known = match self.as_text(value, affix.span)? {
            Text::Known(known) => known,
            Text::Held(..) => {
                let message = "only the start or end that a constant gives can be looked for";
                return Err(self.s.report(
                    Diagnostic::new(&codes::CONSTANT_REQUIRED, affix.span, message)
                        .help("compare whole texts with `==`"),
                ));
            }
        };
        let (place, size) = match text {
            Text::Known(text) => {
                let found =
                    if at_start { text.starts_with(&known) } else { text.ends_with(&known) };
                return Ok(Expr::int(i128::from(found), Type::Bool, at));
            }
            Text::Held(place, size) => (place, size),
        };
        if known.is_empty() {
            return Ok(Expr::int(1, Type::Bool, at));
        }
        self.no_longer(&known, size, affix.span)?;
        let op = if at_start {
            TextOp::StartsWith(place, known)
        } else {
            TextOp::EndsWith(place, known)
        };
        Ok(Expr::text(op, at))
    }

    fn no_method(&mut self, method: &Ident) -> Reported {
        let message = format!("`{}` of a text has no counterpart in the kernel", method.name);
        self.s.report(Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, method.span, message).help(
            "texts have `==`, `<`, `startswith`, `endswith`, `len` and slices here; do the rest in user space",
        ))
    }

    /// `"sh" in text` is a search that has no short form.
    pub(super) fn no_substring(&mut self, container: &syntax::Expr) -> Result<()> {
        if matches!(container.kind, syntax::ExprKind::Tuple(_) | syntax::ExprKind::Call(..)) {
            return Ok(());
        }
        let value = self.expr(container)?;
        if !is_text(&value) {
            return Ok(());
        }
        let message = "a text is not searched for in another";
        Err(self.s.report(
            Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, container.span, message)
                .help("look at its start or end with `startswith` or `endswith`, at one of several texts with `in (\"a\", \"b\")`"),
        ))
    }

    /// `ord("a")`
    pub(super) fn ord(&mut self, args: &[syntax::Expr], at: Span) -> Result<Value> {
        self.count("ord", "one letter", 1..=1, args, at)?;
        let letter = match &args[0].kind {
            // Python counts characters, not bytes.
            syntax::ExprKind::Str(text) if text.chars().count() == 1 => text.chars().next(),
            _ => None,
        };
        if let Some(letter) = letter {
            return self.literal(i128::from(u32::from(letter)), at);
        }
        let value = self.expr(&args[0])?;
        if is_text(&value) && !matches!(&value, Value::Text(letter) if letter.len() == 1) {
            let message = "`ord` takes a text of one letter";
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, args[0].span, message)
                    .help("a byte of a text is a number already: `text[0]`"),
            ));
        }
        Ok(Value::Scalar(self.letter(value, args[0].span)?))
    }

    /// `chr(97)`
    pub(super) fn chr(&mut self, args: &[syntax::Expr], at: Span) -> Result<Value> {
        self.count("chr", "one number", 1..=1, args, at)?;
        let value = self.expr(&args[0])?;
        let number = self.integer(value, args[0].span)?;
        let Some(number) = number.as_const() else {
            let message = "text cannot be made at run time";
            return Err(self.s.report(
                Diagnostic::new(&codes::CONSTANT_REQUIRED, args[0].span, message)
                    .help("a byte of a `str(N)` is stored as a number: `text[0] = number`"),
            ));
        };
        match u32::try_from(number).ok().and_then(char::from_u32) {
            Some(letter) => Ok(Value::Text(letter.to_string().into_bytes())),
            None => {
                let message = format!("{number} is no character");
                Err(self.s.report(Diagnostic::new(&codes::OUT_OF_RANGE, args[0].span, message)))
            }
        }
    }
}
