//! Source files and positions in them.

/// A half-open range of byte offsets into one source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The empty span just before this one.
    pub const fn before(self) -> Self {
        Self::new(self.start, self.start)
    }
}

/// A position as people count: line from 1, column from 1 in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Why bytes cannot be a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// The text is longer than [`SourceFile::MAX_LEN`].
    TooLarge {
        /// Length of the text in bytes.
        len: usize,
    },
    /// The bytes are not UTF-8 from this offset on.
    NotUtf8 {
        /// Offset of the first bad byte.
        at: usize,
    },
    /// A NUL byte, which Python source cannot contain.
    Nul {
        /// Offset of the first NUL byte.
        at: usize,
    },
}

/// A named source text with an index of its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// The longest text taken, in bytes: offsets are 32 bits and no program
    /// that a kernel accepts comes near it.
    pub const MAX_LEN: usize = 4 << 20;

    /// A source file from text that is known to be good.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1))
            .collect();
        Self { name: name.into(), text, line_starts }
    }

    /// A source file from the bytes of a file.
    ///
    /// # Errors
    /// Says what keeps the bytes from being Python source: their length, an
    /// encoding other than UTF-8, or a NUL byte.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, SourceError> {
        if bytes.len() > Self::MAX_LEN {
            return Err(SourceError::TooLarge { len: bytes.len() });
        }
        let text =
            std::str::from_utf8(bytes).map_err(|e| SourceError::NotUtf8 { at: e.valid_up_to() })?;
        match text.find('\0') {
            Some(at) => Err(SourceError::Nul { at }),
            None => Ok(Self::new(name, text)),
        }
    }

    /// The name shown to users, usually the path they gave.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that a span covers; empty if the span lies outside.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line of a byte offset, from 1.
    pub fn line_number(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|&start| start <= offset).max(1) as u32
    }

    /// Line and column of a byte offset.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let line = self.line_number(offset);
        let start = self.line_starts.get(line as usize - 1).copied().unwrap_or(0);
        let column = self.slice(Span::new(start, offset)).chars().count() as u32 + 1;
        LineCol { line, column }
    }

    /// Number of lines; a text without a final newline counts its last one.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The text of a line (from 1) without its newline; empty if there is none.
    pub fn line(&self, line: u32) -> &str {
        let index = line.saturating_sub(1) as usize;
        let Some(&start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |&e| e as usize);
        self.text.get(start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let file = SourceFile::new("t.py", "é = 1\nprint(é)\n");
        assert_eq!(file.line_col(0), LineCol { line: 1, column: 1 });
        assert_eq!(file.line_col(3), LineCol { line: 1, column: 3 });
        assert_eq!(file.line_col(7), LineCol { line: 2, column: 1 });
        assert_eq!(file.line(2), "print(é)");
        assert_eq!(file.line(9), "");
    }

    #[test]
    fn bad_bytes_are_refused() {
        assert_eq!(SourceFile::from_bytes("t", b"a\0b").unwrap_err(), SourceError::Nul { at: 1 });
        assert_eq!(
            SourceFile::from_bytes("t", b"a\xff").unwrap_err(),
            SourceError::NotUtf8 { at: 1 }
        );
        let big = vec![b' '; SourceFile::MAX_LEN + 1];
        assert!(matches!(SourceFile::from_bytes("t", &big), Err(SourceError::TooLarge { .. })));
    }
}
