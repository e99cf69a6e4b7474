//! Python's formats as the kernel's: `08x` becomes `%08llx`.

/// What a value is to a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number with its sign.
    Signed,
    /// A number without one.
    Unsigned,
    /// An address.
    Address,
}

/// How the kernel writes a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// Written before the number.
    pub prefix: &'static str,
    /// `%5lld`
    pub text: String,
}

/// How the kernel writes a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextDirective {
    /// `%-5s`
    pub text: String,
    /// The width, and whether the text stands at its left end.
    pub width: usize,
    pub left: bool,
    /// No more bytes than these.
    pub most: Option<u32>,
}

/// The parts of a format in Python's small language.
#[derive(Debug, Default)]
struct Spec<'a> {
    align: Option<char>,
    sign: &'a str,
    prefixed: bool,
    zeros: bool,
    width: usize,
    most: Option<u32>,
    kind: &'a str,
}

/// Wider fields than this are a mistake.
const MAX_WIDTH: usize = 255;

impl<'a> Spec<'a> {
    fn read(spec: &'a str) -> Option<Self> {
        let mut parts = Self::default();
        let mut rest = spec;
        // A space is the one character that the kernel fills with.
        if let Some(after) = rest.strip_prefix(' ')
            && after.starts_with(['<', '>'])
        {
            rest = after;
        }
        if rest.starts_with(['<', '>']) {
            parts.align = rest.chars().next();
            rest = &rest[1..];
        }
        if rest.starts_with(['+', '-', ' ']) {
            (parts.sign, rest) = rest.split_at(1);
        }
        if let Some(after) = rest.strip_prefix('#') {
            (parts.prefixed, rest) = (true, after);
        }
        if let Some(after) = rest.strip_prefix('0') {
            (parts.zeros, rest) = (true, after);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            parts.width = rest[..digits].parse().ok().filter(|width| *width <= MAX_WIDTH)?;
            rest = &rest[digits..];
        }
        if let Some(after) = rest.strip_prefix('.') {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            parts.most = Some(after[..digits].parse().ok()?);
            rest = &after[digits..];
        }
        parts.kind = rest;
        Some(parts)
    }
}

/// A number's format; nothing if the kernel cannot do it.
pub(super) fn number(spec: &str, kind: Kind) -> Option<Directive> {
    if spec.is_empty() && kind == Kind::Address {
        return Some(Directive { prefix: "0x", text: "%llx".to_owned() });
    }
    let parts = Spec::read(spec)?;
    let decimal = if kind == Kind::Signed { "lld" } else { "llu" };
    let (letter, hexadecimal) = match parts.kind {
        "" if kind == Kind::Address => ("llx", true),
        "" | "d" => (decimal, false),
        "x" => ("llx", true),
        "X" => ("llX", true),
        "c" if !parts.zeros && parts.sign.is_empty() => ("c", false),
        _ => return None,
    };
    if parts.most.is_some() || (parts.prefixed && !hexadecimal) {
        return None;
    }
    let left = parts.align == Some('<');
    let zeros = parts.zeros && parts.align.is_none();
    if parts.zeros && !zeros {
        return None;
    }
    let mut width = parts.width;
    if parts.prefixed && width > 0 {
        // The prefix stands apart from the number: only zeros or spaces
        // behind can fill up the rest.
        if !zeros && !left {
            return None;
        }
        width = width.saturating_sub(2);
    }
    let prefix = match (parts.prefixed, letter) {
        (false, _) => "",
        (true, "llX") => "0X",
        (true, _) => "0x",
    };
    let sign =
        if hexadecimal || parts.sign == "-" || kind != Kind::Signed { "" } else { parts.sign };
    if sign != parts.sign && parts.sign != "-" {
        return None;
    }
    let flags = format!("{}{sign}{}", if left { "-" } else { "" }, if zeros { "0" } else { "" });
    let width = if width == 0 { String::new() } else { width.to_string() };
    let flags = if width.is_empty() { sign.to_owned() } else { flags };
    Some(Directive { prefix, text: format!("%{flags}{width}{letter}") })
}

/// A text's format; nothing if the kernel cannot do it.
pub(super) fn text(spec: &str) -> Option<TextDirective> {
    let parts = Spec::read(spec)?;
    let plain = parts.sign.is_empty() && !parts.prefixed && !parts.zeros;
    if !plain || !matches!(parts.kind, "" | "s") {
        return None;
    }
    let left = parts.align != Some('>');
    let text = match (parts.width, left) {
        (0, _) => "%s".to_owned(),
        (width, true) => format!("%-{width}s"),
        (width, false) => format!("%{width}s"),
    };
    Some(TextDirective { text, width: parts.width, left, most: parts.most })
}

impl TextDirective {
    /// A text that is known, as it is printed.
    pub fn apply(&self, text: &[u8]) -> Vec<u8> {
        let most = self.most.map_or(text.len(), |most| text.len().min(most as usize));
        let mut printed = text[..most].to_vec();
        let missing = self.width.saturating_sub(most);
        let at = if self.left { most } else { 0 };
        printed.splice(at..at, std::iter::repeat_n(b' ', missing));
        printed
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, number, text};

    fn written(spec: &str, kind: Kind) -> Option<String> {
        number(spec, kind).map(|directive| format!("{}{}", directive.prefix, directive.text))
    }

    #[test]
    fn numbers_are_written_as_python_would() {
        let cases = [
            ("", "%lld"),
            ("d", "%lld"),
            ("5d", "%5lld"),
            (">5", "%5lld"),
            ("<5d", "%-5lld"),
            ("05d", "%05lld"),
            ("+d", "%+lld"),
            ("+05", "%+05lld"),
            (" d", "% lld"),
            ("x", "%llx"),
            ("08x", "%08llx"),
            ("#x", "0x%llx"),
            ("#X", "0X%llX"),
            ("#010x", "0x%08llx"),
            ("<#10x", "0x%-8llx"),
            ("c", "%c"),
        ];
        for (spec, wanted) in cases {
            assert_eq!(written(spec, Kind::Signed).as_deref(), Some(wanted), "{spec}");
        }
        assert_eq!(written("", Kind::Unsigned).as_deref(), Some("%llu"));
        assert_eq!(written("", Kind::Address).as_deref(), Some("0x%llx"));
        assert_eq!(written("d", Kind::Address).as_deref(), Some("%llu"));
    }

    #[test]
    fn what_the_kernel_cannot_do_is_refused() {
        for spec in ["^5", "b", "o", ",", "_x", ".2f", "e", "#10x", "*>5", "n", "%", "999d", "s"] {
            assert_eq!(written(spec, Kind::Signed), None, "{spec}");
        }
        for spec in ["^5", "d", "05", "#", "+", ".x"] {
            assert_eq!(text(spec), None, "{spec}");
        }
    }

    #[test]
    fn texts_stand_left_and_are_cut() {
        let applied = |spec: &str| {
            let directive = text(spec).unwrap_or_else(|| panic!("{spec}"));
            (directive.text.clone(), String::from_utf8(directive.apply(b"abcdef")).unwrap())
        };
        assert_eq!(applied(""), ("%s".to_owned(), "abcdef".to_owned()));
        assert_eq!(applied("8"), ("%-8s".to_owned(), "abcdef  ".to_owned()));
        assert_eq!(applied(">8s"), ("%8s".to_owned(), "  abcdef".to_owned()));
        assert_eq!(applied(">4.2"), ("%4s".to_owned(), "  ab".to_owned()));
    }
}
