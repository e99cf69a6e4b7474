//! Lines of source text, indented.

use std::fmt::Display;

/// Text that grows line by line.
pub struct Text {
    pub text: String,
    depth: usize,
}

impl Text {
    /// Text that begins like this.
    pub fn starting(head: &str) -> Self {
        Self { text: head.to_owned(), depth: 0 }
    }

    pub fn line(&mut self, line: impl Display) {
        self.text.push_str(&"    ".repeat(self.depth));
        self.text.push_str(&line.to_string());
        self.text.push('\n');
    }

    /// The lines that `inner` adds stand one step further in.
    pub fn inside(&mut self, inner: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }
}
