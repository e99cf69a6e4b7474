//! Waiting for a file to change.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::run::Ending;

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_millis(150);

/// What tells one state of a file from another; `None` if it is not there.
type State = Option<(SystemTime, u64)>;

/// Files that are watched.
pub(crate) struct Watch<'a> {
    files: &'a [PathBuf],
    seen: Vec<State>,
}

impl<'a> Watch<'a> {
    /// Watches from their state now on.
    pub(crate) fn new(files: &'a [PathBuf]) -> Self {
        Self { files, seen: states(files) }
    }

    /// Waits until one changes; false if the end came before.
    pub(crate) fn changed(&mut self, ending: &Ending) -> bool {
        while let Some(patience) = ending.patience() {
            std::thread::sleep(patience.max(INTERVAL));
            let now = states(self.files);
            if now != self.seen {
                self.seen = now;
                return true;
            }
        }
        false
    }
}

fn states(files: &[PathBuf]) -> Vec<State> {
    files.iter().map(|file| state(file)).collect()
}

fn state(file: &Path) -> State {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
