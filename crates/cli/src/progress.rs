//! A word on the terminal while something takes its time.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What takes no longer says nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Says what is being done until it is dropped, from one second on and only
/// on a terminal; the line is gone afterwards.
pub(crate) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Begins to wait.
    pub(crate) fn of(what: &str) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let (done, ends) = channel::<()>();
        let what = what.to_owned();
        let begun = Instant::now();
        let thread = std::thread::spawn(move || {
            let mut shown = false;
            while ends.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown = true;
                write(&format!("\r{what} … {} s", begun.elapsed().as_secs()));
            }
            if shown {
                write("\r\x1b[K");
            }
        });
        Self(Some((done, thread)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.0.take() {
            drop(done);
            // It ends at once: its channel is closed.
            let _ = thread.join();
        }
    }
}

/// Nobody can be told if that fails.
fn write(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
