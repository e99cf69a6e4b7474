//! What holds a program at its hook.

use std::os::fd::OwnedFd;

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
    /// A link of the kernel that libbpf knows nothing of.
    Descriptor(OwnedFd),
    /// A filter of traffic control, which is no link.
    Filter(Filter),
    /// What a map or a device runs.
    Attachment(Attachment),
    /// What a socket runs.
    Socket(SocketHook),
}
