//! `print`: a line in the kernel's trace pipe.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, IntType, Place, PtrType, Region, StmtKind, Type};
use kernel::Version;
use syntax::{ExprKind as Kind, FormatPart, Keyword};

use super::Body;
use super::kernel_memory::is_text_pointer;
use super::print_spec as spec;
use super::text::{Text, is_text};
use super::value::Value;
use crate::session::{Reported, Result};

/// `bpf_trace_printk` takes three values; more go through
/// `bpf_trace_vprintk`, which takes an array of up to this many.
const MAX_VALUES: usize = 12;
/// The first kernel that has it.
const VPRINTK: Version = Version::new(5, 16);
/// The first kernel with widths, `%%` and more than one text in a line.
const FORMATS: Version = Version::new(5, 13);
/// The first kernel with `%c`.
const LETTERS: Version = Version::new(5, 15);
/// The kernel's `BPF_TRACE_PRINTK_SIZE`, its NUL left out.
const MAX_LINE: usize = 1023;

/// A piece of a line.
enum Piece {
    Text(Vec<u8>),
    /// A value and how the kernel writes it.
    Value(String, Expr),
}

impl Body<'_, '_> {
    pub(super) fn print(
        &mut self,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let separator = self.print_keywords(keywords)?;
        let mut line = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                text(&separator, &mut line);
            }
            for part in self.print_parts(arg)? {
                match part {
                    FormatPart::Text(plain) => text(plain.as_bytes(), &mut line),
                    FormatPart::Value { value, spec } => self.printed(&value, &spec, &mut line)?,
                }
            }
        }
        let (format, values) = self.formatted(line, at)?;
        self.trace(format, values, at)
    }

    /// `sep=` and `end=`; gives what stands between two arguments.
    fn print_keywords(&mut self, keywords: &[Keyword]) -> Result<Vec<u8>> {
        let mut separator = b" ".to_vec();
        for keyword in keywords {
            let at = keyword.value.span;
            match keyword.name.name.as_str() {
                "sep" if matches!(keyword.value.kind, Kind::None) => {}
                "sep" => {
                    let value = self.expr(&keyword.value)?;
                    let Value::Text(text) = value else {
                        return Err(self.mismatch(at, "a constant text", &value));
                    };
                    separator = text;
                }
                "end" => {
                    let ends = matches!(&keyword.value.kind, Kind::Str(end) if end == "\n");
                    if !ends && !matches!(keyword.value.kind, Kind::None) {
                        let message = "each `print` is a line of its own in the trace pipe";
                        return Err(self.s.report(
                            Diagnostic::new(&codes::BAD_FORMAT, at, message)
                                .help("put what belongs on one line into one `print`"),
                        ));
                    }
                }
                _ => return self.no_keywords(std::slice::from_ref(keyword)).map(|()| separator),
            }
        }
        Ok(separator)
    }

    /// A value with its format. What it does first must not overtake the
    /// values before it.
    fn printed(&mut self, expr: &syntax::Expr, spec: &str, line: &mut Vec<Piece>) -> Result<()> {
        let (printed, steps) = self.apart(|body| body.pieces(expr, spec));
        if !steps.is_empty() {
            for piece in line.iter_mut() {
                if let Piece::Value(_, value) = piece
                    && value.as_const().is_none()
                {
                    *value = self.keep(value.clone(), "printed");
                }
            }
        }
        self.out.extend(steps);
        for piece in printed? {
            match piece {
                Piece::Text(plain) => text(&plain, line),
                value => line.push(value),
            }
        }
        Ok(())
    }

    fn pieces(&mut self, expr: &syntax::Expr, spec: &str) -> Result<Vec<Piece>> {
        let at = expr.span;
        let value = self.expr(expr)?;
        if let Some(rest) = spec.strip_prefix('p') {
            return self.kernel_spec(value, rest, at).map(|piece| vec![piece]);
        }
        if is_text(&value) {
            return self.printed_text(value, spec, at).map(|piece| vec![piece]);
        }
        let is_text = is_text_pointer(&value);
        let value = self.scalar(value, at)?;
        let (ty, kind) = match &value.ty {
            // The text is meant where there is one.
            Type::Ptr(PtrType { region, .. })
                if !is_text && (*region == Region::Opaque || region.is_foreign()) =>
            {
                (IntType::U64, spec::Kind::Address)
            }
            Type::Int(IntType { signed: true, .. }) => (IntType::I64, spec::Kind::Signed),
            Type::Int(_) | Type::Bool => (IntType::U64, spec::Kind::Unsigned),
            Type::Network(bits) => return Err(self.wrong_order(*bits, at)),
            _ => {
                let value = Value::Scalar(value);
                return Err(self.mismatch(at, "a number or a text", &value));
            }
        };
        let Some(directive) = spec::number(spec, kind) else { return Err(self.bad_spec(spec, at)) };
        if let (Some(number), "" | "d") = (value.as_const(), spec) {
            return Ok(vec![Piece::Text(number.to_string().into_bytes())]);
        }
        if directive.text.ends_with('c') {
            self.s.needs(LETTERS, "printing a letter", at)?;
        } else if !matches!(directive.text.as_str(), "%lld" | "%llu" | "%llx") {
            self.s.needs(FORMATS, &format!("the format `{spec}`"), at)?;
        }
        Ok(vec![
            Piece::Text(directive.prefix.as_bytes().to_vec()),
            Piece::Value(directive.text, value.convert(Type::Int(ty))),
        ])
    }

    fn bad_spec(&mut self, spec: &str, at: Span) -> Reported {
        let message = format!("the kernel cannot print with the format `{spec}`");
        self.s.report(Diagnostic::new(&codes::BAD_FORMAT, at, message).help(
            "it can do numbers as `:5d`, `:<5`, `:05d`, `:+d`, `:x`, `:08x`, `:#x`, `:X`, `:c`, texts as `:16`, `:>16`, `:.8`, and addresses as `:pI4`, `:pI6`, `:ps`",
        ))
    }

    fn printed_text(&mut self, value: Value, spec: &str, at: Span) -> Result<Piece> {
        let Some(directive) = spec::text(spec) else { return Err(self.bad_spec(spec, at)) };
        match self.as_text(value, at)? {
            Text::Known(text) => Ok(Piece::Text(directive.apply(&text))),
            Text::Held(place, size) => {
                if directive.width > 0 {
                    self.s.needs(FORMATS, &format!("the format `{spec}`"), at)?;
                }
                let most = directive.most.map_or(size, |most| most.min(size));
                if most == 0 {
                    return Ok(Piece::Text(directive.apply(b"")));
                }
                Ok(Piece::Value(directive.text, self.ended(place, most, at)))
            }
        }
    }

    /// The address of a copy that ends with a NUL: the kernel prints up to
    /// one, and a text that fills its string has none.
    fn ended(&mut self, place: Place, size: u32, at: Span) -> Expr {
        let ty = Type::Str(size + 1);
        let slot = Place::Local(self.hidden("ended", ty.clone()));
        let part = |place: &Place, start, len| Place::Part(Box::new(place.clone()), start, len);
        self.push(StmtKind::Copy(part(&slot, 0, size), part(&place, 0, size)), at);
        self.push(StmtKind::Zero(part(&slot, size, 1)), at);
        Expr::address(slot, ty, Region::Stack, at)
    }

    /// `:pI4` and other ways of the kernel to print an address or what lies
    /// there.
    fn kernel_spec(&mut self, value: Value, rest: &str, at: Span) -> Result<Piece> {
        let directive = format!("%p{rest}");
        match rest {
            "" | "ks" | "us" => {}
            "s" | "S" | "x" | "K" | "B" | "I4" | "i4" | "I6" | "i6" => {
                self.s.needs(FORMATS, &format!("the format `p{rest}`"), at)?;
            }
            "M" => {
                let message = "a program cannot print with the format `pM`";
                return Err(self.s.report(
                    Diagnostic::new(&codes::BAD_FORMAT, at, message)
                        .help("print the bytes: `f\"{mac[0]:02x}:{mac[1]:02x}:...\"`"),
                ));
            }
            _ => return Err(self.bad_spec(&format!("p{rest}"), at)),
        }
        let bytes = match rest {
            "I4" | "i4" => 4,
            "I6" | "i6" => 16,
            _ => {
                let address = self.integer(value, at)?;
                return Ok(Piece::Value(directive, address.convert(Type::U64)));
            }
        };
        let place = match self.as_place(value.clone(), at)? {
            Some((place, ty)) if ty.is_aggregate() => {
                if ty.size(&self.s.module) < bytes {
                    let wanted = format!("an address of {bytes} bytes");
                    return Err(self.mismatch(at, &wanted, &value));
                }
                (place, ty)
            }
            _ if bytes == 4 => {
                let ty = Type::Int(IntType::U32);
                let value = self.read(value)?;
                let address = match value {
                    Value::Scalar(wire) if wire.ty == Type::Network(32) => wire,
                    value => self.integer(value, at)?,
                };
                let address = address.convert(ty.clone());
                let slot = Place::Local(self.hidden("address", ty.clone()));
                self.push(StmtKind::Store(slot.clone(), address), at);
                (slot, ty)
            }
            _ => return Err(self.mismatch(at, "an address of 16 bytes", &value)),
        };
        let region = place.0.region();
        Ok(Piece::Value(directive, Expr::address(place.0, place.1, region, at)))
    }

    /// The kernel's format and its values. A text that cannot stand in a
    /// format is passed as a value.
    fn formatted(&mut self, line: Vec<Piece>, at: Span) -> Result<(Vec<u8>, Vec<Expr>)> {
        let (mut format, mut values, mut texts) = (Vec::new(), Vec::new(), 0);
        // The kernel refuses a letter or digit right behind `%s` and `%p`.
        let mut guarded = false;
        for piece in line {
            match piece {
                Piece::Text(plain) => {
                    if plain.contains(&0) {
                        return Err(self.bad_print(at, "a printed line cannot hold a NUL"));
                    }
                    let percents = plain.contains(&b'%') && !self.s.has(FORMATS);
                    let glued = guarded && plain.first().is_some_and(u8::is_ascii_alphanumeric);
                    if glued || percents || !plain.iter().all(|byte| is_plain(*byte)) {
                        values.push(self.text_address(plain, at));
                        format.extend(b"%s");
                        (guarded, texts) = (true, texts + 1);
                        continue;
                    }
                    for byte in plain {
                        format.push(byte);
                        if byte == b'%' {
                            self.s.needs(FORMATS, "a percent sign", at)?;
                            format.push(byte);
                        }
                    }
                    guarded = false;
                }
                Piece::Value(directive, value) => {
                    guarded = directive.ends_with('s') || directive.starts_with("%p");
                    texts += usize::from(directive.ends_with('s'));
                    format.extend(directive.as_bytes());
                    values.push(value);
                }
            }
        }
        if texts > 1 {
            self.s.needs(FORMATS, "more than one text among the values of a line", at)?;
        }
        if format.len() > MAX_LINE {
            let message = format!("{} bytes; the kernel prints {MAX_LINE} in a line", format.len());
            return Err(self
                .s
                .report(Diagnostic::new(&codes::BAD_FORMAT, at, message).help("print two lines")));
        }
        if format.is_empty() {
            // The kernel refuses an empty format.
            format.push(b' ');
        }
        Ok((format, values))
    }

    fn trace(&mut self, mut format: Vec<u8>, values: Vec<Expr>, at: Span) -> Result<Value> {
        let sequence = self.sequence(at);
        if sequence.is_some() {
            format.push(b'\n');
        }
        let size = format.len() as i128 + 1;
        let text = self.text_address(format, at);
        let size = Expr::int(size, Type::Int(IntType::U32), at);
        if values.len() <= 3 && sequence.is_none() {
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
        if sequence.is_none() {
            self.s.needs(VPRINTK, "printing more than three values in one line", at)?;
        }
        if let (Some(sequence), true) = (&sequence, values.is_empty()) {
            let none = Expr::int(0, Type::Int(IntType::U32), at);
            let args = vec![sequence.clone(), text, size, super::helper_call::null(at), none];
            return Ok(Value::Scalar(self.call_helper("seq_printf", args, Type::I64, at)?));
        }
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
        let (name, mut args) = ("trace_vprintk", vec![text, size, data, bytes]);
        let Some(sequence) = sequence else {
            return Ok(Value::Scalar(self.call_helper(name, args, Type::I64, at)?));
        };
        args.insert(0, sequence);
        Ok(Value::Scalar(self.call_helper("seq_printf", args, Type::I64, at)?))
    }
}

/// Adds a text to a line; neighbours become one.
fn text(plain: &[u8], line: &mut Vec<Piece>) {
    match line.last_mut() {
        _ if plain.is_empty() => {}
        Some(Piece::Text(before)) => before.extend(plain),
        _ => line.push(Piece::Text(plain.to_vec())),
    }
}

/// Whether the kernel takes a byte in a format.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii() && (!byte.is_ascii_control() || byte.is_ascii_whitespace())
}
