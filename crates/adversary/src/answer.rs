//! The judge: what is wrong with the compiler's answer to a text.

use std::time::Duration;

use compiler::{Compilation, Emit, Options};
use diagnostics::{Diagnostic, SourceFile, codes};

/// How far a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It is checked.
    Check,
    /// What has no errors is compiled as well, twice.
    Object,
}

/// A check takes no longer, in time of the processor, so that other work on
/// the machine does not count.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// Compiles a text. Gives the object, if one was asked for and could be made.
///
/// # Errors
/// What is wrong with the answer: an internal error, a diagnostic that is
/// outside the text, an answer that took too long or that differs the second
/// time.
pub fn fault(text: &str, depth: Depth, clock: fn() -> Duration) -> Result<Option<Vec<u8>>, String> {
    let source = SourceFile::new("mutation.py", text);
    let options = Options::default();
    let start = clock();
    let checked = compiler::check(&source, &options);
    let took = clock().saturating_sub(start);
    if took > CHECK_LIMIT {
        return Err(format!("the check took {took:?}"));
    }
    internal(&checked)?;
    spans(&checked, text)?;
    if checked.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(None);
    }
    // Has the typed program's own verifier look at it.
    internal(&compiler::compile(&source, &options, Emit::Typed))?;
    if depth == Depth::Check {
        return Ok(None);
    }
    let built = compiler::compile(&source, &options, Emit::Object);
    internal(&built)?;
    let again = compiler::compile(&source, &options, Emit::Object);
    if built.output != again.output || built.diagnostics != again.diagnostics {
        return Err("two compilations differ".to_owned());
    }
    Ok(built.output)
}

fn internal(compilation: &Compilation) -> Result<(), String> {
    let broken = compilation.diagnostics.iter().find(|d| d.code == &codes::INTERNAL);
    broken.map_or(Ok(()), |diagnostic| Err(diagnostic.message.clone()))
}

fn spans(compilation: &Compilation, text: &str) -> Result<(), String> {
    for diagnostic in &compilation.diagnostics {
        let span = diagnostic.primary.span;
        if span.start > span.end
            || span.end as usize > text.len()
            || !text.is_char_boundary(span.start as usize)
        {
            let length = text.len();
            return Err(format!("`{}` is at {span:?} of {length} bytes", diagnostic.message));
        }
    }
    Ok(())
}
