//! Letting go of hooks without waiting for the kernel to tidy up.
//!
//! The kernel takes a program off a perf event (tracepoints, probes) at once,
//! and then waits for some 20 ms until nobody can still be running it, and for
//! another 50 ms until nobody uses the event. So links are left to threads, or
//! to processes where our own may be about to end, which would wait for the
//! threads. The caller waits only until the kernel no longer lists the program.
//! For that it needs the event, whose descriptor libbpf keeps to itself: it is
//! one of those of this process that list the program.

use std::fs;
use std::mem;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::thread;
use std::time::{Duration, Instant};

use crate::heir::Heir;
use crate::hook::{Held, Hook};

/// How long the kernel may list the program; it takes microseconds.
const PATIENCE: Duration = Duration::from_millis(500);
const BETWEEN_LOOKS: Duration = Duration::from_micros(50);
/// How many programs one event may list.
const LISTED: usize = 64;
/// `_IOWR('$', 10, struct perf_event_query_bpf *)`
const QUERY_BPF: libc::c_ulong = 0xc008_240a;

/// So many processes let go at the same time, each of so many hooks: it waits
/// after each for 20 ms. Of more, threads let go, which all wait at once.
const HEIRS: usize = 8;
const EACH: usize = 3;

/// What this process is likely to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Something else.
    GoOn,
    /// End: whatever is left to a thread, that waits for.
    End,
}

/// A program that is attached by perf events.
struct Attached {
    hook: Hook,
    program: u32,
    /// Copies of the events' descriptors, which are ours alone.
    events: Vec<OwnedFd>,
}

/// Lets go of each hook and the program behind it. None runs any more when this
/// returns, but those that are pinned.
pub(crate) fn release(hooks: Vec<Held>, then: Then) {
    let (slow, fast): (Vec<_>, Vec<_>) = hooks
        .into_iter()
        .filter_map(Held::unpinned)
        .partition(|held| matches!(held.hook, Hook::Slow(_)));
    drop(fast);
    if slow.is_empty() {
        return;
    }
    let own = perf_events();
    let attached: Vec<_> = slow.into_iter().filter_map(|held| Attached::of(held, &own)).collect();
    let heirs = if then == Then::End { heirs(&attached) } else { Vec::new() };
    let mut watched = Vec::new();
    for Attached { hook, program, events } in attached {
        if heirs.is_empty() {
            in_thread(hook);
        } else {
            drop(hook);
        }
        watched.push((program, events));
    }
    heirs.iter().for_each(Heir::close_links);
    wait(&watched);
    if heirs.is_empty() {
        in_thread(watched);
    } else {
        drop(watched);
    }
    Heir::dismiss(heirs);
}

/// Processes that hold all links and events; none if they cannot be had, or
/// are not worth their while.
fn heirs(attached: &[Attached]) -> Vec<Heir> {
    let links = attached.iter().map(|one| one.hook.links().len()).sum::<usize>();
    if links == 0 || links > HEIRS * EACH {
        return Vec::new();
    }
    let part = attached.len().div_ceil(HEIRS);
    let mut heirs = Vec::new();
    for part in attached.chunks(part) {
        let links = part.iter().flat_map(|one| one.hook.links());
        let links: Vec<_> = links.map(|link| link.as_raw_fd()).collect();
        let events = part.iter().flat_map(|one| &one.events);
        let events: Vec<_> = events.map(|event| event.as_raw_fd()).collect();
        match Heir::new(&links, &events) {
            Some(heir) => heirs.push(heir),
            None => {
                Heir::dismiss(mem::take(&mut heirs));
                break;
            }
        }
    }
    heirs
}

impl Attached {
    /// The hook with its events; `None` where it had to be let go of at once.
    fn of(held: Held, own: &[RawFd]) -> Option<Self> {
        let Held { hook, program, .. } = held;
        let listing = own.iter().filter(|event| lists(**event, program) == Some(true));
        // SAFETY: a descriptor of this process, copied at once; were it closed
        // meanwhile, the copy fails or is of a file that is not used.
        let copy = |event: &RawFd| unsafe { BorrowedFd::borrow_raw(*event) }.try_clone_to_owned();
        let events: Vec<OwnedFd> = listing.filter_map(|event| copy(event).ok()).collect();
        if events.is_empty() || holds_event(&hook, own) {
            // The copies first: the event must go with the link.
            drop(events);
            drop(hook);
            return None;
        }
        Some(Self { hook, program, events })
    }
}

/// Drops something elsewhere; here, if no thread can be made.
fn in_thread(held: impl Send + 'static) {
    let _ = thread::Builder::new().name("bpf-release".to_owned()).spawn(move || drop(held));
}

/// Whether the link is itself the event, as before Linux 5.15: the program
/// stays until every descriptor of it is closed.
fn holds_event(hook: &Hook, events: &[RawFd]) -> bool {
    let Hook::Slow(links) = hook else { return false };
    links.iter().any(|link| events.contains(&link.as_fd().as_raw_fd()))
}

/// Waits until the kernel lists none of the programs.
fn wait(attached: &[(u32, Vec<OwnedFd>)]) {
    let end = Instant::now() + PATIENCE;
    let is_there = |(program, events): &(u32, Vec<OwnedFd>)| {
        events.iter().any(|event| lists(event.as_raw_fd(), *program) == Some(true))
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
