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
//! would write to the `errno` of the thread that made it. And it gives up all
//! calls but the few that it needs: we may drop privileges that it still has.

use std::arch::asm;
use std::ffi::{c_int, c_void};
use std::io::{self, Read as _};
use std::net::Shutdown;
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use std::{mem, ptr, thread};

/// Bytes of an heir's stack, on which there are a few words.
const STACK: usize = 64 * 1024;
/// An heir that nobody tells anything ends after so many seconds.
const PATIENCE: libc::time_t = 2;
/// One that is not ready by then is none.
const READY: Duration = Duration::from_millis(500);

/// Held by who makes an heir, which has a copy of every descriptor until it is
/// ready, and shared by who closes a descriptor and counts on being the last.
pub(crate) static COPYING: RwLock<()> = RwLock::new(());

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
        let _alone = COPYING.write().unwrap_or_else(PoisonError::into_inner);
        let (mut orders, heirs) = UnixStream::pair().ok()?;
        orders.set_read_timeout(Some(READY)).ok()?;
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
        // SAFETY: one byte, which outlives the call.
        let sent = unsafe {
            let (from, count) = (order.as_ptr().cast(), order.len());
            libc::send(self.orders.as_raw_fd(), from, count, libc::MSG_NOSIGNAL)
        };
        if sent != 1 {
            // Then it closes all that it has, if it has not died.
            let _ = self.orders.shutdown(Shutdown::Both);
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
                    let mut ended = 0;
                    while ended != process {
                        ended = libc::waitpid(process, ptr::null_mut(), libc::__WALL);
                        let error = io::Error::last_os_error();
                        if ended < 0 && error.kind() != io::ErrorKind::Interrupted {
                            break;
                        }
                    }
                    if ended == process {
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
    if !give_up_calls() {
        return 1;
    }
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
    let mut patience = libc::timespec { tv_sec: PATIENCE, tv_nsec: 0 };
    let (asked, patience) = (&raw mut asked as usize, &raw mut patience as usize);
    call(libc::SYS_ppoll, [asked, 1, patience, 0, 0]) == 1
        && call(libc::SYS_read, [descriptor as usize, order.as_mut_ptr() as usize, 1, 0, 0]) == 1
}

/// Closes descriptors from one to another, both included.
fn close_all(from: RawFd, to: RawFd) -> bool {
    call(libc::SYS_close_range, [from as usize, to as usize, 0, 0, 0]) == 0
}

/// Refuses this process all system calls from now on but those below.
fn give_up_calls() -> bool {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const IS: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const ANSWER: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    const fn step(code: u16, jt: u8, jf: u8, k: u32) -> libc::sock_filter {
        libc::sock_filter { code, jt, jf, k }
    }
    // The processor's number lies behind the call's. Who is right jumps to the last step.
    let mut filter = [
        step(LOAD, 0, 0, 4),
        step(IS, 0, 7, PROCESSOR),
        step(LOAD, 0, 0, 0),
        step(IS, 6, 0, libc::SYS_read as u32),
        step(IS, 5, 0, libc::SYS_write as u32),
        step(IS, 4, 0, libc::SYS_close as u32),
        step(IS, 3, 0, libc::SYS_ppoll as u32),
        step(IS, 2, 0, libc::SYS_restart_syscall as u32),
        step(IS, 1, 0, libc::SYS_exit as u32),
        step(ANSWER, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        step(ANSWER, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let mut program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    let (mode, program) = (libc::SECCOMP_MODE_FILTER as usize, &raw mut program as usize);
    call(libc::SYS_prctl, [libc::PR_SET_NO_NEW_PRIVS as usize, 1, 0, 0, 0]) == 0
        && call(libc::SYS_prctl, [libc::PR_SET_SECCOMP as usize, mode, program, 0, 0]) == 0
}

/// How the kernel numbers this processor, of `linux/audit.h`.
#[cfg(target_arch = "x86_64")]
const PROCESSOR: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const PROCESSOR: u32 = 0xc000_00b7;

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
