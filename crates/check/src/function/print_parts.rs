//! What `print` is given: f-strings, `"..." % values` and `"...".format(...)`
//! as one list of texts and values.

use diagnostics::{Diagnostic, Span, codes};
use syntax::{BinaryOp, Expr, ExprKind, FormatPart, Keyword};

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

impl Body<'_, '_> {
    /// The parts of one argument.
    pub(super) fn print_parts(&mut self, arg: &Expr) -> Result<Vec<FormatPart>> {
        match &arg.kind {
            ExprKind::Format(parts) => {
                let mut all = Vec::new();
                for part in parts {
                    match part {
                        // An f-string within one.
                        FormatPart::Value { value, spec }
                            if spec.is_empty() && matches!(value.kind, ExprKind::Format(_)) =>
                        {
                            all.extend(self.print_parts(value)?);
                        }
                        part => all.push(part.clone()),
                    }
                }
                return Ok(all);
            }
            ExprKind::Binary(BinaryOp::Rem, format, values) => {
                if let Some(text) = self.format_text(format)? {
                    let values = match &values.kind {
                        ExprKind::Tuple(values) => values.as_slice(),
                        _ => std::slice::from_ref(&**values),
                    };
                    return self.percent_parts(&text, values, arg.span);
                }
            }
            ExprKind::Call(callee, args, keywords) => {
                if let ExprKind::Attribute(format, method) = &callee.kind
                    && method.name == "format"
                    && let Some(text) = self.format_text(format)?
                {
                    return self.brace_parts(&text, args, keywords, arg.span);
                }
            }
            _ => {}
        }
        Ok(vec![FormatPart::Value { value: arg.clone(), spec: String::new() }])
    }

    /// The constant text that a format is, if it is a text.
    fn format_text(&mut self, format: &Expr) -> Result<Option<String>> {
        Ok(match self.constant_text(format)? {
            Value::Text(text) => String::from_utf8(text).ok(),
            _ => None,
        })
    }

    fn percent_parts(&mut self, text: &str, values: &[Expr], at: Span) -> Result<Vec<FormatPart>> {
        let mut parts = Vec::new();
        let mut values = values.iter();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            parts.push(FormatPart::Text(before.to_owned()));
            if let Some(after) = after.strip_prefix('%') {
                parts.push(FormatPart::Text("%".to_owned()));
                rest = after;
                continue;
            }
            let Some((spec, len)) = percent_spec(after) else {
                let shown: String = after.chars().take(3).collect();
                return Err(
                    self.bad_print(at, format!("`%{shown}` is no format that the kernel has"))
                );
            };
            let Some(value) = values.next() else {
                return Err(self.bad_print(at, "there are fewer values than the format names"));
            };
            parts.push(FormatPart::Value { value: value.clone(), spec });
            rest = &after[len..];
        }
        parts.push(FormatPart::Text(rest.to_owned()));
        if values.next().is_some() {
            return Err(self.bad_print(at, "there are more values than the format names"));
        }
        Ok(parts)
    }

    fn brace_parts(
        &mut self,
        text: &str,
        args: &[Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Vec<FormatPart>> {
        let mut parts = Vec::new();
        let mut next = 0;
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            parts.push(FormatPart::Text(rest[..brace].to_owned()));
            let (sign, after) = rest[brace..].split_at(1);
            if let Some(after) = after.strip_prefix(sign) {
                parts.push(FormatPart::Text(sign.to_owned()));
                rest = after;
                continue;
            }
            let Some((field, after)) = after.split_once('}').filter(|_| sign == "{") else {
                return Err(
                    self.bad_print(at, "a brace stands alone: a brace itself is written twice")
                );
            };
            let (name, spec) = field.split_once(':').unwrap_or((field, ""));
            let value = match name.parse::<usize>() {
                Ok(index) => args.get(index),
                Err(_) if name.is_empty() => {
                    next += 1;
                    args.get(next - 1)
                }
                Err(_) => keywords.iter().find(|k| k.name.name == name).map(|k| &k.value),
            };
            let Some(value) = value.cloned() else {
                let message = format!("`{{{name}}}` names no value of this call");
                return Err(self.bad_print(at, message));
            };
            parts.push(FormatPart::Value { value, spec: spec.to_owned() });
            rest = after;
        }
        parts.push(FormatPart::Text(rest.to_owned()));
        Ok(parts)
    }

    pub(super) fn bad_print(&mut self, at: Span, message: impl Into<String>) -> Reported {
        self.s.report(
            Diagnostic::new(&codes::BAD_FORMAT, at, message)
                .help("write an f-string: `print(f\"{name}: {count:5d}\")`"),
        )
    }
}

/// What follows a `%`, in the words of an f-string, and how long it is.
fn percent_spec(text: &str) -> Option<(String, usize)> {
    let flags = text.bytes().take_while(|byte| b"-+ 0#".contains(byte)).count();
    let sizes =
        text[flags..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let len = flags + sizes;
    let kind = match text[len..].chars().next()? {
        'd' | 'i' | 'u' => "d",
        'x' => "x",
        'X' => "X",
        'c' => "c",
        's' => "",
        _ => return None,
    };
    let has = |flag: char| text[..flags].contains(flag);
    let mut spec = String::new();
    let width = text[flags..len].starts_with(|first: char| first.is_ascii_digit());
    match (has('-'), has('0')) {
        (true, _) => spec.push('<'),
        (false, false) if width => spec.push('>'),
        _ => {}
    }
    ['+', ' '].into_iter().find(|flag| has(*flag)).into_iter().for_each(|flag| spec.push(flag));
    ['#', '0']
        .into_iter()
        .filter(|flag| has(*flag) && !(*flag == '0' && has('-')))
        .for_each(|flag| spec.push(flag));
    spec.push_str(&text[flags..len]);
    spec.push_str(kind);
    Some((spec, len + 1))
}

#[cfg(test)]
mod tests {
    use super::percent_spec;

    #[test]
    fn percent_formats_become_those_of_f_strings() {
        let cases = [
            ("d", "d"),
            ("5d rest", ">5d"),
            ("-5d", "<5d"),
            ("05d", "05d"),
            ("#x", "#x"),
            ("08x", "08x"),
            ("s", ""),
            ("10s", ">10"),
            ("-10s", "<10"),
            (".3s", ".3"),
        ];
        for (given, wanted) in cases {
            assert_eq!(percent_spec(given).map(|(spec, _)| spec).as_deref(), Some(wanted));
        }
        assert_eq!(percent_spec("r"), None);
        assert_eq!(percent_spec("*d"), None);
        assert_eq!(percent_spec(""), None);
        assert_eq!(percent_spec("(name)s"), None);
    }
}
