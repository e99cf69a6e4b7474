//! The open buffer of one map.
//!
//! A ring buffer is read where it is mapped, a perf buffer through libbpf.
//! Records that were fetched and not handed on wait in a queue, which all
//! readers of the map share. Waiting is on an epoll descriptor that watches
//! the buffer and an eventfd: an interrupter or a closing object ends it at
//! once, as a signal does.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libbpf_rs::{MapHandle, PerfBuffer, PerfBufferBuilder};

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::losses::Losses;
use crate::prints;
use crate::privilege::{Capability, missing_capabilities};
use crate::records::{Columns, Last, Records, Types};
use crate::ring::Ring;
use crate::spec::MapSpec;

/// Pages of each CPU's perf buffer, 256 KiB.
const PERF_PAGES: usize = 64;
/// How many ring buffer records are taken at a time.
const RING_BATCH: usize = 4096;

/// What libbpf's callbacks write to.
#[derive(Debug, Default)]
struct Shared {
    pending: Mutex<Records>,
    lost: AtomicU64,
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Records> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
enum Buffer {
    Ring(Ring),
    Perf(PerfBuffer<'static>),
}

/// What closing the object releases of a buffer.
#[derive(Debug)]
struct Open {
    buffer: Buffer,
    losses: Option<Losses>,
}

/// The open buffer of one map.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) spec: MapSpec,
    shared: Arc<Shared>,
    /// Whether the programs count what is lost.
    counted: bool,
    /// `None` once the object is closed. Taken before the queue.
    open: Mutex<Option<Open>>,
    /// Watches our own copy of the buffer's descriptor and `wake`, so that
    /// waiting needs no lock and outlives the buffer.
    pub(crate) watch: OwnedFd,
    descriptor: OwnedFd,
    wake: OwnedFd,
    closed: AtomicBool,
}

impl Source {
    pub(crate) fn open(spec: &MapSpec, map: &MapHandle, losses: Option<Losses>) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let buffer = open_buffer(spec, map, &shared)?;
        let system = |source| Error::System { action: opening(spec), source };
        let watched = match &buffer {
            Buffer::Ring(_) => map.as_fd(),
            // SAFETY: the descriptor belongs to `buffer`, which is open.
            Buffer::Perf(perf) => unsafe { BorrowedFd::borrow_raw(perf.epoll_fd()) },
        };
        let watched = watched.try_clone_to_owned().map_err(system)?;
        let wake = event_fd().map_err(system)?;
        Ok(Self {
            spec: spec.clone(),
            shared,
            counted: losses.is_some(),
            open: Mutex::new(Some(Open { buffer, losses })),
            watch: watch(&[watched.as_fd(), wake.as_fd()]).map_err(system)?,
            descriptor: watched,
            wake,
            closed: AtomicBool::new(false),
        })
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.wake();
        let lost = self.lost();
        let open = self.opened().take();
        // The last word, for who asks later.
        if let Some(lost) = lost.filter(|_| self.counted && open.is_some()) {
            self.shared.lost.store(lost, Ordering::Relaxed);
        }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was fetched and not read yet.
    pub(crate) fn pending(&self) -> MutexGuard<'_, Records> {
        self.shared.pending()
    }

    /// These types of events in this buffer.
    pub(crate) fn types<'a>(&self, layouts: &'a [Layout]) -> Types<'a> {
        Types { layouts, padded: self.spec.map_type.is_perf_event_array() }
    }

    pub(crate) fn lost(&self) -> Option<u64> {
        let counted = self.opened().as_ref().and_then(|open| open.losses.as_ref()?.count());
        let told = self.counted || self.spec.map_type.is_perf_event_array();
        counted.or_else(|| told.then(|| self.shared.lost.load(Ordering::Relaxed)))
    }

    /// Moves some of what the kernel has into the queue.
    pub(crate) fn fetch(&self) -> Result<()> {
        let open = self.opened();
        match open.as_ref().map(|open| &open.buffer) {
            None => Err(Error::Closed),
            Some(Buffer::Ring(ring)) => {
                let mut pending = self.pending();
                ring.consume(RING_BATCH, every(|record| pending.push(None, record)));
                Ok(())
            }
            Some(Buffer::Perf(perf)) => self.consume_perf(perf),
        }
    }

    /// libbpf reads of each CPU what is there when it comes to it, and its
    /// callback fills the queue.
    fn consume_perf(&self, perf: &PerfBuffer<'static>) -> Result<()> {
        perf.consume().map_err(|error| Error::System {
            action: format!("reading the events of map `{}`", self.spec.name),
            source: io::Error::other(error.to_string()),
        })
    }

    /// All records that are there now; those that were fetched even when the
    /// object is closed.
    pub(crate) fn drain(&self) -> Result<Records> {
        let open = self.opened();
        match open.as_ref().map(|open| &open.buffer) {
            None if self.pending().is_empty() => return Err(Error::Closed),
            None => {}
            Some(Buffer::Ring(ring)) => {
                let mut pending = self.pending();
                pending.reserve(ring.waiting());
                ring.consume(usize::MAX, every(|record| pending.push(None, record)));
            }
            Some(Buffer::Perf(perf)) => self.consume_perf(perf)?,
        }
        Ok(std::mem::take(&mut *self.pending()))
    }

    /// Hands records to `take` where they lie, until it breaks: those that were
    /// fetched and about `limit` besides. How many it took.
    pub(crate) fn visit(
        &self,
        limit: usize,
        mut take: impl FnMut(&[u8]) -> ControlFlow<Last>,
    ) -> Result<usize> {
        let open = self.opened();
        let buffer = open.as_ref().map(|open| &open.buffer);
        if let Some(Buffer::Perf(perf)) = buffer {
            self.consume_perf(perf)?;
        }
        let mut pending = self.pending();
        if buffer.is_none() && pending.is_empty() {
            return Err(Error::Closed);
        }
        let fetched = pending.len();
        let flow = pending.visit(&mut take);
        let mut count = fetched - pending.len();
        if let (ControlFlow::Continue(()), Some(Buffer::Ring(ring))) = (flow, buffer) {
            count += ring.consume(limit, take);
        }
        Ok(count)
    }

    /// The same, by type.
    pub(crate) fn fill(
        &self,
        types: Types<'_>,
        columns: &mut Columns,
        limit: usize,
    ) -> Result<usize> {
        self.visit(limit, every(|record| columns.push(types, record)))
    }

    /// Whether there may be events; `false` if the wait was interrupted.
    pub(crate) fn wait(&self, timeout: Duration) -> Result<bool> {
        let watch =
            |fd: &OwnedFd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let mut watched = [watch(&self.descriptor), watch(&self.wake)];
        // At least a millisecond, or the last part of one would be a busy loop.
        let millis = timeout.as_millis().clamp(1, 1000) as i32;
        // SAFETY: the array and its length belong together and outlive the call.
        let status = unsafe { libc::poll(watched.as_mut_ptr(), watched.len() as _, millis) };
        if status < 0 {
            let source = io::Error::last_os_error();
            return match source.raw_os_error() {
                Some(libc::EINTR) => Ok(false),
                _ => Err(Error::System {
                    action: format!("waiting for events of map `{}`", self.spec.name),
                    source,
                }),
            };
        }
        let [_, wake] = watched;
        if wake.revents == 0 {
            return Ok(true);
        }
        if !self.closed.load(Ordering::Acquire) {
            self.clear_wake();
        }
        Ok(false)
    }

    pub(crate) fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: writes the 8 bytes that an eventfd takes. A full counter is
        // refused with EAGAIN, and then a wake-up is already due.
        unsafe { libc::write(self.wake.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    pub(crate) fn clear_wake(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: reads the 8 bytes that an eventfd gives; it never blocks.
        unsafe { libc::read(self.wake.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

/// Wants them all.
fn every(mut take: impl FnMut(&[u8])) -> impl FnMut(&[u8]) -> ControlFlow<Last> {
    move |record| {
        take(record);
        ControlFlow::Continue(())
    }
}

fn opening(spec: &MapSpec) -> String {
    format!("opening the events of map `{}`", spec.name)
}

fn open_buffer(spec: &MapSpec, map: &MapHandle, shared: &Arc<Shared>) -> Result<Buffer> {
    if spec.map_type.is_ring_buffer() {
        let ring = Ring::open(map.as_fd(), spec.max_entries);
        let failure = |source| Error::System { action: opening(spec), source };
        return ring.map(Buffer::Ring).map_err(failure);
    }
    let (samples, losses) = (Arc::clone(shared), Arc::clone(shared));
    let (buffer, printed) = prints::capture(|| {
        PerfBufferBuilder::new(map)
            .pages(PERF_PAGES)
            .sample_cb(move |cpu, data| samples.pending().push(u32::try_from(cpu).ok(), data))
            .lost_cb(move |_, count| {
                losses.lost.fetch_add(count, Ordering::Relaxed);
            })
            .build()
    });
    buffer.map(Buffer::Perf).map_err(|error| perf_error(spec, &printed, &error))
}

fn perf_error(spec: &MapSpec, printed: &str, error: &libbpf_rs::Error) -> Error {
    let action = opening(spec);
    if error.kind() == libbpf_rs::ErrorKind::PermissionDenied {
        let missing = missing_capabilities(&[Capability::Bpf, Capability::Perfmon]);
        return Error::MissingPrivilege { action, missing, place: None };
    }
    let words = prints::first_line(printed).map_or_else(|| error.to_string(), str::to_owned);
    Error::System { action, source: io::Error::other(words) }
}

/// A descriptor that can be read when one of `descriptors` can.
fn watch(descriptors: &[BorrowedFd<'_>]) -> io::Result<OwnedFd> {
    // SAFETY: takes a plain number; a result that is not negative is a new
    // descriptor that nobody else owns.
    let watch = unsafe {
        let fd = libc::epoll_create1(libc::EPOLL_CLOEXEC);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(fd)
    };
    for descriptor in descriptors {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: 0 };
        let (fd, operation) = (descriptor.as_raw_fd(), libc::EPOLL_CTL_ADD);
        // SAFETY: the event outlives the call, which only reads it.
        if unsafe { libc::epoll_ctl(watch.as_raw_fd(), operation, fd, &mut event) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(watch)
}

fn event_fd() -> io::Result<OwnedFd> {
    // SAFETY: takes plain numbers; a result that is not negative is a new
    // descriptor that nobody else owns.
    unsafe {
        let fd = libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK);
        if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(fd)) }
    }
}
