//! Whose line of the trace pipe is whose.
//!
//! Nothing in a line says which program printed it. But a program prints by
//! the formats that its object holds, so a line that none of them can have
//! made is another's.

use crate::elf;

/// The formats that an object's programs may print by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintFormats {
    formats: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// A number in base 10, with sign and padding.
    Decimal,
    /// One in base 16.
    Hex,
    /// Text, or an address in one of the kernel's ways.
    Any,
}

impl Piece {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Decimal => character.is_ascii_digit() || "+- ".contains(character),
            Self::Hex => character.is_ascii_hexdigit() || "xX ".contains(character),
            Self::Any => true,
        }
    }
}

impl PrintFormats {
    /// The formats in an object's bytes: all texts among its constants, since
    /// nothing tells formats from other texts.
    pub fn of(object: &[u8]) -> Self {
        let constants = elf::sections_like(object, ".rodata");
        let texts = constants.iter().flat_map(|section| section.split(|&byte| byte == 0));
        let formats = texts
            .filter_map(|text| std::str::from_utf8(text).ok())
            .filter(|text| !text.trim().is_empty())
            .filter(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()))
            // The pipe begins a new line at each newline, and only the first has a head.
            .filter_map(|text| text.lines().next().map(pieces))
            .collect();
        Self { formats }
    }

    /// Whether one of the formats can have made this message.
    pub fn made(&self, message: &str) -> bool {
        self.formats.iter().any(|pieces| matches(pieces, message.trim_end()))
    }
}

/// What a format is made of, by the kernel's rules for `bpf_trace_printk`.
fn pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = format.trim_end().chars().peekable();
    while let Some(character) = rest.next() {
        if character != '%' {
            literal.push(character);
            continue;
        }
        while rest.next_if(|c| "-+ #0123456789.hlzj".contains(*c)).is_some() {}
        let piece = match rest.next() {
            Some('%') | None => {
                literal.push('%');
                continue;
            }
            Some('d' | 'i' | 'u') => Piece::Decimal,
            Some('x' | 'X') => Piece::Hex,
            // Behind it what kind of address it is: `%pI4`, `%pks`.
            Some('p') => {
                while rest.next_if(char::is_ascii_alphanumeric).is_some() {}
                Piece::Any
            }
            Some(_) => Piece::Any,
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(piece);
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// Whether the pieces can make the text: for each piece, where in the text it
/// may begin.
fn matches(pieces: &[Piece], text: &str) -> bool {
    let mut places = vec![0];
    for piece in pieces {
        places = match piece {
            Piece::Literal(literal) => places
                .into_iter()
                .filter(|&at| text.get(at..).is_some_and(|rest| rest.starts_with(literal.as_str())))
                .map(|at| at + literal.len())
                .collect(),
            other => spread(other, &places, text),
        };
        if places.is_empty() {
            return false;
        }
    }
    places.contains(&text.len())
}

/// Where what comes after a piece may begin; each place once.
fn spread(piece: &Piece, places: &[usize], text: &str) -> Vec<usize> {
    let mut reached = Vec::new();
    let mut open = false;
    for (at, character) in text.char_indices() {
        open |= places.contains(&at);
        if open {
            reached.push(at);
            open = piece.takes(character);
        }
    }
    if open || places.contains(&text.len()) {
        reached.push(text.len());
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can(format: &str, message: &str) -> bool {
        matches(&pieces(format), message)
    }

    #[test]
    fn formats_make_what_the_kernel_prints() {
        for (format, message) in [
            ("hello\n", "hello"),
            ("n=%d x=%llx", "n=-12 x=ff"),
            ("%5d|%#x|%08lx", "   42|0x2a|0000002a"),
            ("%s opened %s", "my shell opened /etc/a b"),
            ("100%% of %d", "100% of 3"),
            ("at %pI4 and %p", "at 10.0.0.1 and 0000000012"),
            ("%s", ""),
        ] {
            assert!(can(format, message), "{format} {message}");
        }
    }

    #[test]
    fn what_they_cannot_make_is_anothers() {
        for (format, message) in [
            ("hello", "hello you"),
            ("n=%d", "n=ten"),
            ("n=%d x", "n=1 y"),
            ("%x", "xyz"),
            ("%s opened %s", "closed"),
            ("", "anything"),
        ] {
            assert!(!can(format, message), "{format} {message}");
        }
    }
}
