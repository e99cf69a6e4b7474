//! What can go wrong before a guest runs. `Unavailable` is apart from the rest
//! because callers go on without the lab then: it has its own exit status.

use std::io;
use std::path::{Path, PathBuf};

/// Why no guest was run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The emulator or the kernel cannot be had on this machine now.
    #[error("the lab is not available: {0}")]
    Unavailable(String),
    /// A file that the caller named, or one of ours, cannot be used.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The caller asked for what does not exist.
    #[error("{0}")]
    Usage(String),
    /// A tool that the lab calls did not do its part.
    #[error("{0}")]
    Tool(String),
}

impl Error {
    /// The words for it without saying again that the lab is not available.
    pub fn reason(&self) -> String {
        match self {
            Self::Unavailable(reason) => reason.clone(),
            other => other.to_string(),
        }
    }

    /// The exit status of a command that ends so.
    pub fn status(&self) -> u8 {
        match self {
            Self::Unavailable(_) => super::UNAVAILABLE,
            Self::Usage(_) | Self::File { .. } | Self::Tool(_) => super::WRONG_USE,
        }
    }

    /// For `map_err` on a file operation: keeps the path with the error.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
