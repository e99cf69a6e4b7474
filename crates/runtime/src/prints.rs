//! libbpf's own messages, caught instead of printed.
//!
//! libbpf prints through one process-wide callback, on the thread that made
//! the call. [`capture`] installs that callback once and collects what the
//! current thread's call prints, so that nothing reaches stderr and an error
//! can carry the words as context.

use std::cell::RefCell;
use std::sync::Once;

use libbpf_rs::{PrintLevel, set_print};

thread_local! {
    /// What the innermost `capture` on this thread has collected.
    static COLLECTED: RefCell<Option<String>> = const { RefCell::new(None) };
}

static INSTALL: Once = Once::new();

/// Runs `call` and returns its result with all that libbpf printed meanwhile.
pub(crate) fn capture<R>(call: impl FnOnce() -> R) -> (R, String) {
    silence();
    let outer = COLLECTED.with(|cell| cell.replace(Some(String::new())));
    let result = call();
    let text = COLLECTED.with(|cell| cell.replace(outer)).unwrap_or_default();
    (result, text)
}

/// Keeps libbpf from writing to stderr from now on.
pub(crate) fn silence() {
    INSTALL.call_once(|| {
        set_print(Some((PrintLevel::Info, collect)));
    });
}

fn collect(_: PrintLevel, message: String) {
    // `try_with` because libbpf may print while a thread is being torn down.
    let _ = COLLECTED.try_with(|cell| {
        if let Ok(mut collected) = cell.try_borrow_mut()
            && let Some(text) = collected.as_mut()
        {
            text.push_str(&message);
        }
    });
}

/// The first line of libbpf's text that says what went wrong, without its
/// `libbpf: ` prefix; for the end of a message of our own.
pub(crate) fn first_line(text: &str) -> Option<&str> {
    text.lines()
        .map(|line| line.strip_prefix("libbpf: ").unwrap_or(line).trim())
        .find(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_nest_and_end() {
        let ((), outer) = capture(|| {
            collect(PrintLevel::Warn, "libbpf: one\n".to_owned());
            let ((), inner) = capture(|| collect(PrintLevel::Warn, "two\n".to_owned()));
            assert_eq!(inner, "two\n");
            collect(PrintLevel::Warn, "three\n".to_owned());
        });
        assert_eq!(outer, "libbpf: one\nthree\n");
        assert_eq!(first_line(&outer), Some("one"));
        collect(PrintLevel::Warn, "dropped".to_owned());
        assert_eq!(capture(|| ()).1, "");
    }
}
