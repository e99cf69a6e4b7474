//! How a command ends.

use std::io;

/// The exit statuses, as `--help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done = 0,
    /// The program is wrong.
    Wrong = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The system refused.
    Refused = 3,
}

/// Why a command stopped early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// What was wrong has been shown.
    #[error("")]
    Shown(Exit),
    /// Nobody reads the output any more, or it cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// One line to say, and the way out in it.
    #[error("{1}")]
    Said(Exit, String),
}

/// What commands return.
pub(crate) type Outcome = Result<Exit, Stop>;
