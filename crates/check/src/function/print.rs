//! `print`: a line in the kernel's trace pipe.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, IntType, Place, PtrType, Region, StmtKind, Type};
use kernel::Version;
use syntax::{ExprKind as Kind, FormatPart, Keyword};

use super::Body;
use super::value::Value;
use crate::session::Result;

/// `bpf_trace_printk` takes three values; more go through
/// `bpf_trace_vprintk`, which takes an array of up to this many.
const MAX_VALUES: usize = 12;
/// The first kernel that has it.
const VPRINTK: Version = Version::new(5, 16);

/// A format under construction and the values that it prints.
#[derive(Default)]
struct Line {
    format: Vec<u8>,
    values: Vec<Expr>,
}

impl Body<'_, '_> {
    pub(super) fn print(
        &mut self,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        self.no_keywords(keywords)?;
        let mut line = Line::default();
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                line.format.push(b' ');
            }
            match &arg.kind {
                Kind::Format(parts) => {
                    for part in parts {
                        match part {
                            FormatPart::Text(text) => {
                                self.text(text.as_bytes(), arg.span, &mut line)?
                            }
                            FormatPart::Value { value, spec } => {
                                self.printed(value, spec, &mut line)?;
                            }
                        }
                    }
                }
                _ => self.printed(arg, "", &mut line)?,
            }
        }
        self.trace(line, at)
    }

    /// Text as it is; the kernel takes ASCII alone and `%` is doubled.
    fn text(&mut self, text: &[u8], at: Span, line: &mut Line) -> Result<()> {
        for &byte in text {
            if !byte.is_ascii() || (byte.is_ascii_control() && !byte.is_ascii_whitespace()) {
                let message = "the kernel prints ASCII characters only";
                return Err(self.s.report(
                    Diagnostic::new(&codes::BAD_FORMAT, at, message)
                        .help("spell it with plain letters"),
                ));
            }
            line.format.push(byte);
            if byte == b'%' {
                line.format.push(byte);
            }
        }
        Ok(())
    }

    fn printed(&mut self, expr: &syntax::Expr, spec: &str, line: &mut Line) -> Result<()> {
        let at = expr.span;
        let value = self.expr(expr)?;
        match value {
            Value::Text(text) if spec.is_empty() || spec == "s" => {
                return self.text(&text, at, line);
            }
            Value::Memory(place, ty @ Type::Str(_)) if spec.is_empty() || spec == "s" => {
                let region = place.region();
                line.values.push(Expr::address(place, ty, region, at));
                line.format.extend(b"%s");
                return Ok(());
            }
            _ => {}
        }
        let value = self.scalar(value, at)?;
        let (ty, letter) = match &value.ty {
            Type::Ptr(PtrType { region: Region::Opaque, .. }) => (IntType::U64, "x"),
            Type::Int(int) => {
                let wide = IntType { bits: 64, signed: int.signed };
                (wide, if int.signed { "d" } else { "u" })
            }
            Type::Bool => (IntType::U64, "u"),
            _ => {
                let value = Value::Scalar(value);
                return Err(self.mismatch(at, "a number or a text", &value));
            }
        };
        if letter == "x" && spec.is_empty() {
            line.format.extend(b"0x");
        }
        let directive = self.directive(spec, letter, at, line)?;
        line.format.extend(directive.as_bytes());
        line.values.push(value.convert(Type::Int(ty)));
        Ok(())
    }

    /// A Python format such as `08x` as the kernel writes it.
    fn directive(&mut self, spec: &str, letter: &str, at: Span, line: &mut Line) -> Result<String> {
        let (body, letter) = match spec.chars().last() {
            Some('d') => (&spec[..spec.len() - 1], letter.replace('x', "u")),
            Some(hex @ ('x' | 'X')) => (&spec[..spec.len() - 1], hex.to_string()),
            _ => (spec, letter.to_owned()),
        };
        let (prefixed, width) = match body.strip_prefix('#') {
            Some(rest) => (true, rest),
            None => (false, body),
        };
        let plain = width.chars().all(|c| c.is_ascii_digit()) && width.len() <= 3;
        let hex = letter == "x" || letter == "X";
        if !plain || (prefixed && (!hex || !width.is_empty())) {
            let message = format!("the kernel cannot print with the format `{spec}`");
            return Err(self.s.report(
                Diagnostic::new(&codes::BAD_FORMAT, at, message)
                    .help("it can do widths and hexadecimal: `:5d`, `:08x`, `:#x`"),
            ));
        }
        if prefixed {
            line.format.extend(b"0x");
        }
        Ok(format!("%{width}ll{letter}"))
    }

    fn trace(&mut self, line: Line, at: Span) -> Result<Value> {
        let Line { mut format, values } = line;
        if format.is_empty() {
            // The kernel refuses an empty format.
            format.push(b' ');
        }
        let size = format.len() as i128 + 1;
        let text = self.text_address(format, at);
        let size = Expr::int(size, Type::Int(IntType::U32), at);
        if values.len() <= 3 {
            let args = [text, size].into_iter().chain(values).collect();
            return Ok(Value::Scalar(self.call_helper("trace_printk", args, Type::I64, at)?));
        }
        if values.len() > MAX_VALUES {
            let message =
                format!("{} values in one line; the kernel prints {MAX_VALUES}", values.len());
            return Err(self
                .s
                .report(Diagnostic::new(&codes::BAD_FORMAT, at, message).help("print two lines")));
        }
        self.s.needs(VPRINTK, "printing more than three values in one line", at)?;
        let count = values.len() as u32;
        let array = Type::Array(Box::new(Type::U64), count);
        let slot = self.hidden("values", array.clone());
        for (index, value) in values.into_iter().enumerate() {
            let index = Expr::int(index as i128, Type::U64, at);
            let place = Place::Index(Box::new(Place::Local(slot)), Box::new(index));
            self.push(StmtKind::Store(place, value.convert(Type::U64)), at);
        }
        let data = Expr::address(Place::Local(slot), array, Region::Stack, at);
        let bytes = Expr::int(i128::from(count) * 8, Type::Int(IntType::U32), at);
        let call =
            self.call_helper("trace_vprintk", vec![text, size, data, bytes], Type::I64, at)?;
        Ok(Value::Scalar(call))
    }
}
