//! What every phase says to the user, as data.
//!
//! A [`Diagnostic`] has a stable [`Code`], a message, a labelled span of the
//! user's source and, where there is one, the corrected text. Nothing here
//! knows how a diagnostic is drawn: the `render` crate does that for the
//! command and for the Python package alike.

pub mod codes;
mod diagnostic;
mod nearest;
mod source;
mod ways_out;

pub use codes::{Code, Severity};
pub use diagnostic::{Diagnostic, Fix, Label};
pub use nearest::nearest;
pub use source::{LineCol, SourceError, SourceFile, Span};
