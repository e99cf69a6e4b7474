//! Letting go of hooks without waiting for the kernel to tidy up.
//!
//! The kernel takes a program off a perf event (tracepoints, probes) at once,
//! and then waits for some 20 ms until nobody can still be running it, and for
//! another 50 ms until nobody uses the event. So links are closed on threads
//! of their own, and the caller waits only until the kernel no longer lists
//! the program. For that it needs the event, whose descriptor libbpf keeps to
//! itself: it is one of those of this process that list the program.

use std::fs;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::thread;
use std::time::{Duration, Instant};

use crate::hook::{Held, Hook};

/// How long the kernel may list the program; it takes microseconds.
const PATIENCE: Duration = Duration::from_millis(500);
const BETWEEN_LOOKS: Duration = Duration::from_micros(50);
/// How many programs one event may list.
const LISTED: usize = 64;
/// `_IOWR('$', 10, struct perf_event_query_bpf *)`
const QUERY_BPF: libc::c_ulong = 0xc008_240a;

/// A program that is attached by perf events.
struct Attached {
    program: u32,
    /// Copies of the events' descriptors.
    events: Vec<OwnedFd>,
}

/// Lets go of each hook and the program behind it. None runs any more when this
/// returns, but those that are pinned.
pub(crate) fn release(hooks: Vec<Held>) {
    let (slow, fast): (Vec<_>, Vec<_>) = hooks
        .into_iter()
        .filter_map(Held::unpinned)
        .partition(|held| matches!(held.hook, Hook::Slow(_)));
    drop(fast);
    if slow.is_empty() {
        return;
    }
    let own = perf_events();
    let mut watched = Vec::new();
    for Held { hook, program, .. } in slow {
        let events = own.iter().filter(|event| lists(**event, program) == Some(true));
        // SAFETY: a descriptor of this process, copied at once; were it closed
        // meanwhile, the copy fails or is of a file that is not used.
        let copy = |event: &RawFd| unsafe { BorrowedFd::borrow_raw(*event) }.try_clone_to_owned();
        let events: Vec<OwnedFd> = events.filter_map(|event| copy(event).ok()).collect();
        if events.is_empty() || holds_event(&hook, &own) {
            // The copies first: the event must go with the link.
            drop(events);
            drop(hook);
            continue;
        }
        // A thread that cannot be made drops what it was given here.
        let _ = thread::Builder::new().name("bpf-release".to_owned()).spawn(move || drop(hook));
        watched.push(Attached { program, events });
    }
    wait(&watched);
    let _ = thread::Builder::new().name("bpf-release".to_owned()).spawn(move || drop(watched));
}

/// Whether the link is itself the event, as before Linux 5.15: the program
/// stays until every descriptor of it is closed.
fn holds_event(hook: &Hook, events: &[RawFd]) -> bool {
    let Hook::Slow(links) = hook else { return false };
    links.iter().any(|link| events.contains(&link.as_fd().as_raw_fd()))
}

/// Waits until the kernel lists none of the programs.
fn wait(attached: &[Attached]) {
    let end = Instant::now() + PATIENCE;
    let is_there = |one: &Attached| {
        one.events.iter().any(|event| lists(event.as_raw_fd(), one.program) == Some(true))
    };
    while attached.iter().any(is_there) && Instant::now() < end {
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// The perf events among this process's descriptors.
fn perf_events() -> Vec<RawFd> {
    let Ok(listed) = fs::read_dir("/proc/self/fd") else { return Vec::new() };
    let event = |entry: fs::DirEntry| {
        let target = fs::read_link(entry.path()).ok()?;
        let is_event = target.to_str()?.contains("[perf_event]");
        is_event.then(|| entry.file_name().to_str()?.parse().ok())?
    };
    listed.filter_map(Result::ok).filter_map(event).collect()
}

/// Whether an event lists a program; nothing if it does not tell.
fn lists(event: RawFd, program: u32) -> Option<bool> {
    // `struct perf_event_query_bpf`: room, then how many, then their numbers.
    let mut query = [0_u32; LISTED + 2];
    query[0] = LISTED as u32;
    // SAFETY: the kernel writes no more numbers than there is room for.
    let status = unsafe { libc::ioctl(event, QUERY_BPF as _, query.as_mut_ptr()) };
    let count = query.get(1).copied().unwrap_or_default() as usize;
    (status == 0).then(|| query.iter().skip(2).take(count).any(|number| *number == program))
}

#[cfg(test)]
mod tests {
    use super::{lists, perf_events};

    #[test]
    fn what_is_no_event_lists_nothing() {
        assert_eq!(lists(0, 1), None);
        assert!(perf_events().is_empty());
    }
}
