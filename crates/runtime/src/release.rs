//! Letting go of hooks without waiting for the kernel to tidy up.
//!
//! The kernel takes a program off a perf event (tracepoints, probes) at once,
//! and then waits for some 20 ms until nobody can still be running it, and for
//! another 50 ms until nobody uses the event. So links are left to threads, or
//! to processes where our own may be about to end, which would wait for the
//! threads. The caller waits only until the event no longer has the program.
//! For that it needs the event, whose descriptor libbpf keeps to itself: it is
//! one of those of this process that have the program.

use std::fs;
use std::mem;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::{PoisonError, RwLockReadGuard};
use std::thread;
use std::time::{Duration, Instant};

use libbpf_rs::libbpf_sys;

use crate::heir::{COPYING, Heir};
use crate::hook::{Held, Hook};

/// How long the event may have the program; it takes microseconds.
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
    let attached: Vec<_> = {
        let _last = counting_on_being_the_last();
        drop(fast);
        if slow.is_empty() {
            return;
        }
        let own = perf_events();
        slow.into_iter().filter_map(|held| Attached::of(held, &own)).collect()
    };
    let heirs = if then == Then::End { heirs(&attached) } else { Vec::new() };
    let mut watched = Vec::new();
    for Attached { hook, program, events } in attached {
        let _last = counting_on_being_the_last();
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

/// Until this is dropped, no heir that another thread makes has copies of ours.
fn counting_on_being_the_last() -> RwLockReadGuard<'static, ()> {
    COPYING.read().unwrap_or_else(PoisonError::into_inner)
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

/// Waits until no event has its program.
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

/// Whether a program is attached to an event; nothing if the kernel does not tell.
fn lists(event: RawFd, program: u32) -> Option<bool> {
    of_tracepoint(event, program).or_else(|| of_probe(event, program))
}

/// Whether a tracepoint's event lists a program, be it its own or another's.
fn of_tracepoint(event: RawFd, program: u32) -> Option<bool> {
    // `struct perf_event_query_bpf`: room, then how many, then their numbers.
    let mut query = [0_u32; LISTED + 2];
    query[0] = LISTED as u32;
    // SAFETY: the kernel writes no more numbers than there is room for.
    let status = unsafe { libc::ioctl(event, QUERY_BPF as _, query.as_mut_ptr()) };
    let count = query.get(1).copied().unwrap_or_default() as usize;
    (status == 0).then(|| query.iter().skip(2).take(count).any(|number| *number == program))
}

/// Whether a probe's event has this program.
fn of_probe(event: RawFd, program: u32) -> Option<bool> {
    let (mut length, mut found, mut kind, mut offset, mut address) = (0, 0, 0, 0, 0);
    // SAFETY: no name is asked for; the kernel writes the numbers that it is handed places for.
    let status = unsafe {
        libbpf_sys::bpf_task_fd_query(
            libc::getpid(),
            event,
            0,
            ptr::null_mut(),
            &raw mut length,
            &raw mut found,
            &raw mut kind,
            &raw mut offset,
            &raw mut address,
        )
    };
    match -status {
        0 => Some(found == program),
        libc::ENOENT => Some(false),
        _ => None,
    }
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
