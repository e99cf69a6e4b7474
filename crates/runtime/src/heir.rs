//! A process that outlives our descriptors.
//!
//! Whoever closes the last descriptor of a perf event waits for the kernel to
//! tidy up, and so does the exit of a process that has a thread in that wait.
//! An heir is a process that has nothing but copies of such descriptors: it
//! closes the links when it is told to, and ends, with the rest, when we are
//! done or gone.
//!
//! It shares our memory, as after `vfork`, so that it costs the same however
//! much we have. Therefore it makes its system calls itself: the C library
//! would write to the `errno` of the thread that made it.

use std::arch::asm;
use std::ffi::{c_int, c_void};
use std::io::Read as _;
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::net::UnixStream;
use std::{mem, ptr, thread};

/// Bytes of an heir's stack, on which there are a few words.
const STACK: usize = 64 * 1024;
/// An heir that nobody tells anything ends after so many seconds.
const PATIENCE: libc::time_t = 2;

/// A process that holds copies of descriptors of ours.
pub(crate) struct Heir {
    orders: UnixStream,
    process: libc::pid_t,
    estate: *mut Estate,
}

/// What an heir reads. It is there until the heir has ended.
struct Estate {
    /// All that it keeps, in order.
    kept: Vec<RawFd>,
    links: Vec<RawFd>,
    told: RawFd,
    stack: Vec<u128>,
}

impl Heir {
    /// A process with copies of these descriptors, which nobody may close
    /// meanwhile. `None` where the kernel makes none.
    pub(crate) fn new(links: &[RawFd], events: &[RawFd]) -> Option<Self> {
        let (mut orders, heirs) = UnixStream::pair().ok()?;
        let told = heirs.as_raw_fd();
        let mut kept = [links, events, &[told]].concat();
        kept.sort_unstable();
        let stack = vec![0; STACK / size_of::<u128>()];
        let estate = Box::into_raw(Box::new(Estate { kept, links: links.to_vec(), told, stack }));
        let Some(process) = start(estate) else {
            // SAFETY: made above, and there is no heir.
            drop(unsafe { Box::from_raw(estate) });
            return None;
        };
        drop(heirs);
        // Nothing comes of one that cannot close what is not its own.
        let is_ready = orders.read_exact(&mut [0]).is_ok();
        let heir = Self { orders, process, estate };
        if is_ready {
            return Some(heir);
        }
        Self::dismiss(vec![heir]);
        None
    }

    /// Makes it close the links, which are thereby its alone.
    pub(crate) fn close_links(&self) {
        let order = [0_u8; 1];
        // SAFETY: one byte, which outlives the call. An heir that has died has closed the links.
        unsafe {
            let (from, count) = (order.as_ptr().cast(), order.len());
            libc::send(self.orders.as_raw_fd(), from, count, libc::MSG_NOSIGNAL);
        }
    }

    /// Lets them end, without waiting for it.
    pub(crate) fn dismiss(heirs: Vec<Self>) {
        if heirs.is_empty() {
            return;
        }
        // Their orders end here.
        let left = heirs.into_iter().map(|heir| (heir.process, heir.estate as usize));
        let left: Vec<_> = left.collect();
        let collect = move || {
            for (process, estate) in left {
                // SAFETY: a child of ours that nobody else waits for, who would have to ask for
                // children without a signal. Once it has ended nobody reads its estate.
                unsafe {
                    if libc::waitpid(process, ptr::null_mut(), libc::__WALL) == process {
                        drop(Box::from_raw(estate as *mut Estate));
                    }
                }
            }
        };
        // Without a thread they are collected at our end.
        let _ = thread::Builder::new().name("bpf-release".to_owned()).spawn(collect);
    }
}

/// A process with our memory and copies of our descriptors, which is told of
/// no signal and at whose end none is sent.
fn start(estate: *mut Estate) -> Option<libc::pid_t> {
    // SAFETY: sets are written before they are read. The heir runs on a stack of its own, reads
    // an estate that outlives it, and makes nothing but system calls: no lock is waited for.
    unsafe {
        let stack = (*estate).stack.as_mut_ptr_range().end;
        let (mut all, mut before) = (mem::zeroed(), mem::zeroed());
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        let process = libc::clone(inherit, stack.cast(), libc::CLONE_VM, estate.cast());
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut());
        (process > 0).then_some(process)
    }
}

/// What an heir does. Nothing is allocated, nothing unwinds, and nothing of
/// the C library is called.
extern "C" fn inherit(estate: *mut c_void) -> c_int {
    // SAFETY: `start` hands it over, and it is there until this process has ended.
    let estate = unsafe { &*estate.cast::<Estate>() };
    let mut next = 0;
    for one in &estate.kept {
        if *one > next && !close_all(next, *one - 1) {
            return 1;
        }
        next = *one + 1;
    }
    if !close_all(next, RawFd::MAX) {
        return 1;
    }
    // No folder is in use for its sake, and it is called by what it does.
    call(libc::SYS_chdir, [c"/".as_ptr() as usize, 0, 0, 0, 0]);
    let name = c"bpf-release".as_ptr() as usize;
    call(libc::SYS_prctl, [libc::PR_SET_NAME as usize, name, 0, 0, 0]);
    let ready = [0_u8; 1];
    call(libc::SYS_write, [estate.told as usize, ready.as_ptr() as usize, 1, 0, 0]);
    if is_told(estate.told) {
        for link in &estate.links {
            call(libc::SYS_close, [*link as usize, 0, 0, 0, 0]);
        }
        // Whoever watches the events has let go of them when this ends.
        is_told(estate.told);
    }
    0
}

/// Waits for an order; `false` where there will be none.
fn is_told(descriptor: RawFd) -> bool {
    let mut order = [0_u8; 1];
    let mut asked = libc::pollfd { fd: descriptor, events: libc::POLLIN, revents: 0 };
    let patience = libc::timespec { tv_sec: PATIENCE, tv_nsec: 0 };
    let (asked, patience) = (&raw mut asked as usize, &raw const patience as usize);
    call(libc::SYS_ppoll, [asked, 1, patience, 0, 0]) == 1
        && call(libc::SYS_read, [descriptor as usize, order.as_mut_ptr() as usize, 1, 0, 0]) == 1
}

/// Closes descriptors from one to another, both included.
fn close_all(from: RawFd, to: RawFd) -> bool {
    call(libc::SYS_close_range, [from as usize, to as usize, 0, 0, 0]) == 0
}

/// A system call; what it gives, or an error's number below zero.
#[inline(always)]
fn call(number: libc::c_long, arguments: [usize; 5]) -> isize {
    let [a, b, c, d, e] = arguments;
    let result: isize;
    // SAFETY: the calls above read and write what they are handed, which is the heir's own.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e,
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        asm!(
            "svc 0",
            inlateout("x0") a as isize => result,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x8") number,
            options(nostack),
        );
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::pipe;

    #[test]
    fn descriptors_are_open_until_it_is_told() {
        let (mut link_end, link) = pipe().expect("a pipe");
        let (mut event_end, event) = pipe().expect("a pipe");
        let (mut other_end, other) = pipe().expect("a pipe");
        let heir = Heir::new(&[link.as_raw_fd()], &[event.as_raw_fd()]).expect("a process");
        let process = heir.process;
        // What it has not inherited is ours to close.
        drop((link, event, other));
        assert_eq!(other_end.read(&mut [0]).expect("an end"), 0);
        heir.close_links();
        assert_eq!(link_end.read(&mut [0]).expect("an end"), 0);
        // SAFETY: asks whether the child is there, and takes nothing.
        assert_eq!(unsafe { libc::kill(process, 0) }, 0);
        Heir::dismiss(vec![heir]);
        assert_eq!(event_end.read(&mut [0]).expect("an end"), 0);
    }

    #[test]
    fn it_ends_with_us_and_without_orders() {
        let (mut end, link) = pipe().expect("a pipe");
        let heir = Heir::new(&[link.as_raw_fd()], &[]).expect("a process");
        drop(link);
        Heir::dismiss(vec![heir]);
        assert_eq!(end.read(&mut [0]).expect("an end"), 0);
        let (mut end, link) = pipe().expect("a pipe");
        let silent = Heir::new(&[link.as_raw_fd()], &[]).expect("a process");
        drop(link);
        assert_eq!(end.read(&mut [0]).expect("an end"), 0);
        Heir::dismiss(vec![silent]);
    }
}
