//! libbpf's own messages, caught instead of printed.
//!
//! libbpf prints through one process-wide callback, on the thread that made
//! the call. [`capture`] installs that callback once and collects what the
//! current thread's call prints, so that nothing reaches stderr and an error
//! can carry the words as context.

use std::cell::RefCell;
use std::ffi::{c_char, c_int, c_void};
use std::mem;
use std::sync::Once;

use libbpf_rs::libbpf_sys;

thread_local! {
    /// What the innermost `capture` on this thread has collected.
    static COLLECTED: RefCell<Option<String>> = const { RefCell::new(None) };
}

static INSTALL: Once = Once::new();

/// Runs `call` and returns its result with libbpf's warnings meanwhile.
pub(crate) fn capture<R>(call: impl FnOnce() -> R) -> (R, String) {
    silence();
    let outer = COLLECTED.with(|cell| cell.replace(Some(String::new())));
    let result = call();
    let text = COLLECTED.with(|cell| cell.replace(outer)).unwrap_or_default();
    (result, text)
}

/// A printing callback of libbpf. Its `va_list` is a pointer on the supported
/// machines (an array on x86-64, passed by reference on aarch64).
type Callback = unsafe extern "C" fn(u32, *const c_char, *mut c_void) -> c_int;

/// Keeps libbpf from writing to stderr from now on. Not through
/// `libbpf_rs::set_print`, which panics on text that is not UTF-8, such as a
/// section name out of a corrupt object.
pub(crate) fn silence() {
    INSTALL.call_once(|| {
        // SAFETY: the two function types differ only in how they spell the
        // pointer to the `va_list`.
        let callback: libbpf_sys::libbpf_print_fn_t =
            unsafe { mem::transmute(Some(on_print as Callback)) };
        // SAFETY: the callback lives forever and never unwinds.
        unsafe { libbpf_sys::libbpf_set_print(callback) };
    });
}

unsafe extern "C" fn on_print(level: u32, format: *const c_char, arguments: *mut c_void) -> c_int {
    // What is merely for information would hide the reason of a failure.
    if level == libbpf_sys::LIBBPF_WARN {
        // SAFETY: libbpf hands over a format and the arguments for it.
        if let Ok(text) = unsafe { vsprintf::vsprintf_raw(format, arguments) } {
            collect(&String::from_utf8_lossy(&text));
        }
    }
    0
}

fn collect(message: &str) {
    // `try_with` because libbpf may print while a thread is being torn down.
    let _ = COLLECTED.try_with(|cell| {
        if let Ok(mut collected) = cell.try_borrow_mut()
            && let Some(text) = collected.as_mut()
        {
            text.push_str(message);
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
            collect("libbpf: one\n");
            let ((), inner) = capture(|| collect("two\n"));
            assert_eq!(inner, "two\n");
            collect("three\n");
        });
        assert_eq!(outer, "libbpf: one\nthree\n");
        assert_eq!(first_line(&outer), Some("one"));
        collect("dropped");
        assert_eq!(capture(|| ()).1, "");
    }
}
