//! The one diagnostic type and how it is put together.

use crate::{Code, Severity, Span};

/// A span with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// The way out, as text to put in place of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, in a few words.
    pub title: String,
    /// The text that is replaced; empty to insert.
    pub span: Span,
    /// The corrected text; may have several lines.
    pub replacement: String,
}

/// One thing to tell the user, on a span of their source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable identity; carries the severity.
    pub code: &'static Code,
    /// What is wrong, in one line: expected and found.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// Why, or what follows from it.
    pub notes: Vec<String>,
    /// What to do, in words.
    pub help: Vec<String>,
    /// What to write instead.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic with an unlabelled primary span.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// Puts words at the primary span.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a reason or a consequence.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do, in words.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Sets the corrected text for `span`.
    pub fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        self.fix = Some(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.code.severity
    }

    /// Whether this keeps an object from being made.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}
