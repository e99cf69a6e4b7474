//! A process that outlives our descriptors.
//!
//! Whoever closes the last descriptor of a perf event waits for the kernel to
//! tidy up, and so does the exit of a process that has a thread in that wait.
//! An heir is a copy of this process that keeps nothing but such descriptors:
//! it closes the links when it is told to, and ends, with the rest, when we
//! are done or gone.

use std::io::{PipeWriter, Write as _, pipe};
use std::os::fd::{AsRawFd as _, RawFd};
use std::{mem, ptr, thread};

/// A process that holds copies of descriptors of ours.
pub(crate) struct Heir {
    orders: PipeWriter,
    process: libc::pid_t,
}

impl Heir {
    /// A process with these descriptors. `None` where the kernel makes none.
    pub(crate) fn new(links: &[RawFd], events: &[RawFd]) -> Option<Self> {
        let (told, orders) = pipe().ok()?;
        let told = told.as_raw_fd();
        let mut kept = [links, events, &[told]].concat();
        kept.sort_unstable();
        let process = fork()?;
        if process == 0 {
            inherit(&kept, links, told);
        }
        Some(Self { orders, process })
    }

    /// Makes it close the links, which are thereby its alone.
    pub(crate) fn close_links(&mut self) {
        // An heir that died has closed them, too.
        let _ = self.orders.write_all(&[0]);
    }

    /// Lets them end, without waiting for it.
    pub(crate) fn dismiss(heirs: Vec<Self>) {
        let processes: Vec<_> = heirs.into_iter().map(|heir| heir.process).collect();
        if processes.is_empty() {
            return;
        }
        let collect = move || {
            for process in processes {
                // SAFETY: a child of ours that nobody else waits for, who would have to ask for
                // children without a signal. The status is not asked for.
                unsafe { libc::waitpid(process, ptr::null_mut(), libc::__WALL) };
            }
        };
        // Without a thread they are collected when we exit.
        let _ = thread::Builder::new().name("bpf-release".to_owned()).spawn(collect);
    }
}

/// A copy of this process with one thread, which is told of no signal and at
/// whose end none is sent. 0 in the copy.
fn fork() -> Option<libc::pid_t> {
    // SAFETY: sets are written before they are read. The copy has this thread alone, and does
    // nothing but system calls: no lock of another thread is waited for.
    unsafe {
        let (mut all, mut before) = (mem::zeroed(), mem::zeroed());
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        let process = libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0);
        if process != 0 {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
        }
        libc::pid_t::try_from(process).ok().filter(|process| *process >= 0)
    }
}

/// What the copy does. Nothing is allocated and nothing unwinds.
fn inherit(kept: &[RawFd], links: &[RawFd], told: RawFd) -> ! {
    let mut order = 0_u8;
    // SAFETY: plain system calls on descriptors of this process, which is a copy of its own.
    unsafe {
        let mut next = 0;
        for one in kept {
            if *one > next && !close_all(next, one - 1) {
                libc::_exit(1);
            }
            next = one + 1;
        }
        if !close_all(next, RawFd::MAX) {
            libc::_exit(1);
        }
        // No folder is in use for its sake.
        libc::chdir(c"/".as_ptr());
        libc::prctl(libc::PR_SET_NAME, c"bpf-release".as_ptr());
        if libc::read(told, (&raw mut order).cast(), 1) == 1 {
            for link in links {
                libc::close(*link);
            }
            // The end of the orders: whoever watches the events has let go of them.
            libc::read(told, (&raw mut order).cast(), 1);
        }
        libc::_exit(0)
    }
}

/// Closes descriptors from one to another, both included.
///
/// # Safety
/// Nobody uses them any more.
unsafe fn close_all(from: RawFd, to: RawFd) -> bool {
    // SAFETY: the caller sees to it.
    unsafe { libc::syscall(libc::SYS_close_range, from, to, 0) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn descriptors_are_open_until_it_is_told() {
        let (mut link_end, link) = pipe().expect("a pipe");
        let (mut event_end, event) = pipe().expect("a pipe");
        let (mut other_end, other) = pipe().expect("a pipe");
        let mut heir = Heir::new(&[link.as_raw_fd()], &[event.as_raw_fd()]).expect("a process");
        // What it has not inherited is ours to close.
        drop((link, event, other));
        assert_eq!(other_end.read(&mut [0]).expect("an end"), 0);
        heir.close_links();
        assert_eq!(link_end.read(&mut [0]).expect("an end"), 0);
        // SAFETY: asks whether the child is there, and takes nothing.
        let is_there = unsafe { libc::kill(heir.process, 0) };
        assert_eq!(is_there, 0);
        Heir::dismiss(vec![heir]);
        assert_eq!(event_end.read(&mut [0]).expect("an end"), 0);
    }
}
