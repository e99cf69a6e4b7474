//! What holds a program at its hook.

use std::fs;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::path::PathBuf;

use libbpf_rs::Link;

use crate::tc::Filter;
use crate::ways::{Attachment, SocketHook};

/// Holds a program at its hook; dropping it lets go.
#[derive(Debug)]
#[expect(dead_code, reason = "held for what its drop does")]
pub(crate) enum Hook {
    /// A link that libbpf made.
    Link(Link),
    /// Links that the kernel may take some 100 ms to let go of: see `release`.
    Slow(Vec<Link>),
    /// Links of the kernel that libbpf knows nothing of.
    Descriptors(Vec<OwnedFd>),
    /// A filter of traffic control, which is no link.
    Filter(Filter),
    /// What a map or a device runs.
    Attachment(Attachment),
    /// What a socket runs.
    Socket(SocketHook),
}

impl Hook {
    /// The kernel's links that it is made of; none if it is something else.
    pub fn links(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Link(link) => vec![link.as_fd()],
            Self::Slow(links) => links.iter().map(Link::as_fd).collect(),
            Self::Descriptors(links) => links.iter().map(OwnedFd::as_fd).collect(),
            Self::Filter(_) | Self::Attachment(_) | Self::Socket(_) => Vec::new(),
        }
    }

    /// Drops it without letting go: what is pinned holds the program.
    fn abandon(self) {
        let links = match self {
            Self::Link(link) => vec![link],
            Self::Slow(links) => links,
            _ => Vec::new(),
        };
        for mut link in links {
            link.disconnect();
            let descriptor = link.as_fd().as_raw_fd();
            drop(link);
            // SAFETY: libbpf leaves the descriptor of a disconnected link open, and
            // nobody else knows of it.
            drop(unsafe { OwnedFd::from_raw_fd(descriptor) });
        }
    }
}

/// The hook of one program.
#[derive(Debug)]
pub(crate) struct Held {
    pub hook: Hook,
    /// The kernel's number of the program.
    pub program: u32,
    /// Where its links are pinned.
    pub pins: Vec<PathBuf>,
}

impl Held {
    pub fn new(hook: Hook, program: u32) -> Self {
        Self { hook, program, pins: Vec::new() }
    }

    /// Removes the pins that are chosen; once there is none, letting go detaches the
    /// program.
    pub fn unpin(&mut self, chosen: impl Fn(&PathBuf) -> bool) {
        for path in self.pins.extract_if(.., |path| chosen(path)) {
            // What is gone already needs no removal.
            let _ = fs::remove_file(path);
        }
    }

    /// The hook if letting go of it is to detach; what is pinned stays.
    pub fn unpinned(self) -> Option<Self> {
        if self.pins.is_empty() {
            return Some(self);
        }
        self.hook.abandon();
        None
    }
}
