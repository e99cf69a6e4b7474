//! When a run ends: a signal, the time, or nobody left to read.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::SigId;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// How long a signal may go unnoticed.
const SLICE: Duration = Duration::from_millis(20);

/// Watches for the end of a run. While it lives, SIGINT, SIGTERM and SIGHUP
/// end the run instead of the process; a second one does end the process.
pub(crate) struct Ending {
    signalled: Arc<AtomicBool>,
    handlers: Vec<SigId>,
    deadline: Option<Instant>,
}

impl Ending {
    /// Watches from now on.
    pub(crate) fn watch(duration: Option<Duration>) -> io::Result<Self> {
        let signalled = Arc::new(AtomicBool::new(false));
        let mut handlers = Vec::new();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal only sets the flag that makes
            // the second one end the process.
            handlers.push(signal_hook::flag::register_conditional_default(
                signal,
                Arc::clone(&signalled),
            )?);
            handlers.push(signal_hook::flag::register(signal, Arc::clone(&signalled))?);
        }
        let deadline = duration.and_then(|duration| Instant::now().checked_add(duration));
        Ok(Self { signalled, handlers, deadline })
    }

    /// How long to wait before looking again; `None` when it is over.
    pub(crate) fn patience(&self) -> Option<Duration> {
        if self.signalled.load(Ordering::Acquire) || is_stdout_closed() {
            return None;
        }
        let left = self.deadline.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()));
        (!left.is_zero()).then(|| left.min(SLICE))
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            signal_hook::low_level::unregister(handler);
        }
    }
}

/// Whether standard output is a pipe that nobody reads any more.
fn is_stdout_closed() -> bool {
    let stdout = rustix::stdio::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut watched, Some(&now)).is_ok()
        && watched.iter().any(|fd| fd.revents().contains(PollFlags::ERR))
}
