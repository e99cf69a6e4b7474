//! Events: what programs send through ring buffers and perf event arrays.
//!
//! Perf buffers are opened on every online CPU before anything is attached,
//! and a ring buffer's records wait in the map itself, so that events sent
//! before the first read are kept in both. Waiting is on the buffer's epoll
//! descriptor and an eventfd, in slices: an [`Interrupter`], a closing object
//! or a signal ends it at once.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use libbpf_rs::{MapCore, MapHandle, PerfBuffer, PerfBufferBuilder, RingBuffer, RingBufferBuilder};

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::losses::Losses;
use crate::object::{Inner, Loaded, Object};
use crate::prints;
use crate::privilege::{Capability, missing_capabilities};
use crate::spec::MapSpec;
use crate::value::{Value, decode};

/// Pages of each CPU's perf buffer, 256 KiB.
const PERF_PAGES: usize = 64;
/// How many ring buffer records are taken at a time.
const RING_BATCH: usize = 4096;
/// How long to wait before looking again; programs may send without waking
/// anybody up (`BPF_RB_NO_WAKEUP`).
const SLICE: Duration = Duration::from_millis(100);
/// What the kernel may add to a perf record's length.
const PERF_PADDING: usize = 7;

/// One event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The CPU that sent it; ring buffers do not tell.
    pub cpu: Option<u32>,
    /// The decoded event; bytes where the object does not say its type.
    pub value: Value,
    /// The record as it came, padding included.
    pub raw: Vec<u8>,
}

/// Reads the events of one map. Readers of the same map share its buffer:
/// each event goes to one of them.
#[derive(Debug, Clone)]
pub struct EventReader {
    source: Arc<Source>,
}

/// Ends a reader's wait from another thread.
#[derive(Debug, Clone)]
pub struct Interrupter {
    source: Arc<Source>,
}

impl Interrupter {
    /// Makes the current wait, or else the next one, return `None` at once.
    pub fn interrupt(&self) {
        self.source.wake();
    }
}

impl Object {
    /// A reader of the events of map `name`.
    ///
    /// # Errors
    /// [`Error::UnknownMap`], [`Error::NotAnEventMap`], or the buffer cannot
    /// be opened.
    pub fn events(&self, name: &str) -> Result<EventReader> {
        let index = self.inner.map_index(name)?;
        let spec = &self.inner.maps[index];
        if !spec.map_type.carries_events() {
            return Err(Error::NotAnEventMap {
                map: name.to_owned(),
                map_type: spec.map_type.to_string(),
            });
        }
        let source = self.inner.with_loaded(|loaded| self.inner.open_source(loaded, index))?;
        Ok(EventReader { source })
    }

    /// Opens the buffers of all event maps now. Attaching does so for perf
    /// event arrays, and ring buffers keep their records without; this is for
    /// callers that want failures early.
    ///
    /// # Errors
    /// As [`Object::events`].
    pub fn open_events(&self) -> Result<()> {
        self.inner.with_loaded(|loaded| {
            for (index, spec) in self.inner.maps.iter().enumerate() {
                if spec.map_type.carries_events() {
                    self.inner.open_source(loaded, index)?;
                }
            }
            Ok(())
        })
    }
}

impl Inner {
    /// Opens the perf buffers that are not open yet.
    pub(crate) fn open_perf_buffers(&self, loaded: &Loaded) -> Result<()> {
        for (index, spec) in self.maps.iter().enumerate() {
            if spec.map_type.is_perf_event_array() {
                self.open_source(loaded, index)?;
            }
        }
        Ok(())
    }

    fn open_source(&self, loaded: &Loaded, index: usize) -> Result<Arc<Source>> {
        let mut sources = self.sources();
        if let Some(source) = sources.get(&index) {
            return Ok(Arc::clone(source));
        }
        let map = loaded.map(index).ok_or(Error::Closed)?;
        let spec = &self.maps[index];
        let losses = Losses::of(self, loaded, &spec.name);
        let source = Arc::new(Source::open(spec, map, losses)?);
        sources.insert(index, Arc::clone(&source));
        Ok(source)
    }
}

impl EventReader {
    /// The map's name.
    pub fn map(&self) -> &str {
        &self.source.spec.name
    }

    /// The next event. `None` if none came within `timeout`, or the wait was
    /// interrupted by an [`Interrupter`] or by a signal.
    ///
    /// # Errors
    /// [`Error::Closed`] once the object is closed and all events that had
    /// been fetched are read.
    pub fn next(&self, timeout: Duration) -> Result<Option<Event>> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if let Some(record) = self.source.take()? {
                return Ok(Some(self.source.decode(record)));
            }
            let left = deadline.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() || self.source.wait(left.min(SLICE))? == Wait::Interrupted {
                return Ok(self.source.take()?.map(|record| self.source.decode(record)));
            }
        }
    }

    /// Waits up to `timeout` for events and hands all that are there to
    /// `callback`; returns how many.
    ///
    /// # Errors
    /// As [`EventReader::next`].
    pub fn poll(&self, timeout: Duration, mut callback: impl FnMut(Event)) -> Result<usize> {
        let Some(first) = self.next(timeout)? else { return Ok(0) };
        callback(first);
        let mut count = 1;
        // Only what is there now: a busy program could keep us forever.
        let ready = self.source.ready();
        while count <= ready {
            let Some(record) = self.source.take()? else { break };
            callback(self.source.decode(record));
            count += 1;
        }
        Ok(count)
    }

    /// How many events did not fit the buffer. Exact and up to date for
    /// objects whose programs count them, as those of PythonBPF do. For others
    /// what the kernel tells: of a perf buffer, how many were dropped as far
    /// as they have been read past; of a ring buffer nothing, thus `None`.
    pub fn lost(&self) -> Option<u64> {
        self.source.lost()
    }

    /// A handle that ends this reader's waits from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter { source: Arc::clone(&self.source) }
    }
}

#[derive(Debug)]
struct Record {
    cpu: Option<u32>,
    raw: Vec<u8>,
}

/// What libbpf's callbacks write to.
#[derive(Debug, Default)]
struct Shared {
    records: Mutex<VecDeque<Record>>,
    lost: AtomicU64,
}

impl Shared {
    fn records(&self) -> MutexGuard<'_, VecDeque<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, cpu: Option<u32>, raw: &[u8]) {
        self.records().push_back(Record { cpu, raw: raw.to_vec() });
    }
}

#[derive(Debug)]
enum Buffer {
    Ring(RingBuffer<'static>),
    Perf(PerfBuffer<'static>),
}

#[derive(Debug, PartialEq, Eq)]
enum Wait {
    Again,
    Interrupted,
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
    spec: MapSpec,
    shared: Arc<Shared>,
    /// Whether the programs count what is lost.
    counted: bool,
    /// `None` once the object is closed.
    open: Mutex<Option<Open>>,
    /// Our own copy of the buffer's epoll descriptor, so that waiting needs no
    /// lock and outlives the buffer.
    epoll: OwnedFd,
    wake: OwnedFd,
    closed: AtomicBool,
}

impl Source {
    fn open(spec: &MapSpec, map: &MapHandle, losses: Option<Losses>) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (buffer, printed) = prints::capture(|| open_buffer(spec, map, &shared));
        let buffer = buffer.map_err(|error| open_error(spec, &printed, &error))?;
        let epoll = match &buffer {
            Buffer::Ring(ring) => ring.epoll_fd(),
            Buffer::Perf(perf) => perf.epoll_fd(),
        };
        let system = |source| Error::System {
            action: format!("opening the events of map `{}`", spec.name),
            source,
        };
        // SAFETY: the descriptor belongs to `buffer`, which is open.
        let epoll =
            unsafe { BorrowedFd::borrow_raw(epoll) }.try_clone_to_owned().map_err(system)?;
        let wake = event_fd().map_err(system)?;
        Ok(Self {
            spec: spec.clone(),
            shared,
            counted: losses.is_some(),
            open: Mutex::new(Some(Open { buffer, losses })),
            epoll,
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

    fn lost(&self) -> Option<u64> {
        let counted = self.opened().as_ref().and_then(|open| open.losses.as_ref()?.count());
        let told = self.counted || self.spec.map_type.is_perf_event_array();
        counted.or_else(|| told.then(|| self.shared.lost.load(Ordering::Relaxed)))
    }

    fn ready(&self) -> usize {
        self.shared.records().len()
    }

    /// The oldest record, fetched now if none is in hand.
    fn take(&self) -> Result<Option<Record>> {
        if let Some(record) = self.shared.records().pop_front() {
            return Ok(Some(record));
        }
        self.fetch()?;
        Ok(self.shared.records().pop_front())
    }

    /// Moves what the kernel has into our queue.
    fn fetch(&self) -> Result<()> {
        let open = self.opened();
        let outcome = match open.as_ref().map(|open| &open.buffer) {
            None => return Err(Error::Closed),
            Some(Buffer::Ring(ring)) => match ring.consume_raw_n(RING_BATCH) {
                code if code < 0 => Err(io::Error::from_raw_os_error(-code)),
                _ => Ok(()),
            },
            Some(Buffer::Perf(perf)) => {
                perf.consume().map_err(|error| io::Error::other(error.to_string()))
            }
        };
        outcome.map_err(|source| Error::System {
            action: format!("reading the events of map `{}`", self.spec.name),
            source,
        })
    }

    fn decode(&self, record: Record) -> Event {
        let padding = if self.spec.map_type.is_perf_event_array() { PERF_PADDING } else { 0 };
        let value = match event_layout(&self.spec.events, record.raw.len(), padding) {
            Some(layout) => decode(layout, &record.raw),
            None => Value::Bytes(record.raw.clone()),
        };
        Event { cpu: record.cpu, value, raw: record.raw }
    }

    fn wait(&self, timeout: Duration) -> Result<Wait> {
        let watch =
            |fd: &OwnedFd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let mut watched = [watch(&self.epoll), watch(&self.wake)];
        // At least a millisecond, or the last part of one would be a busy loop.
        let millis = timeout.as_millis().clamp(1, 1000) as i32;
        // SAFETY: the array and its length belong together and outlive the call.
        let status = unsafe { libc::poll(watched.as_mut_ptr(), watched.len() as _, millis) };
        if status < 0 {
            let source = io::Error::last_os_error();
            return match source.raw_os_error() {
                Some(libc::EINTR) => Ok(Wait::Interrupted),
                _ => Err(Error::System {
                    action: format!("waiting for events of map `{}`", self.spec.name),
                    source,
                }),
            };
        }
        let [_, wake] = watched;
        if wake.revents == 0 {
            return Ok(Wait::Again);
        }
        if !self.closed.load(Ordering::Acquire) {
            self.clear_wake();
        }
        Ok(Wait::Interrupted)
    }

    fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: writes the 8 bytes that an eventfd takes. A full counter is
        // refused with EAGAIN, and then a wake-up is already due.
        unsafe { libc::write(self.wake.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    fn clear_wake(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: reads the 8 bytes that an eventfd gives; it never blocks.
        unsafe { libc::read(self.wake.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

fn open_buffer(spec: &MapSpec, map: &MapHandle, shared: &Arc<Shared>) -> libbpf_rs::Result<Buffer> {
    let samples = Arc::clone(shared);
    if spec.map_type.is_ring_buffer() {
        let mut builder = RingBufferBuilder::new();
        builder.add(map as &dyn MapCore, move |data| {
            samples.push(None, data);
            0
        })?;
        return builder.build().map(Buffer::Ring);
    }
    let losses = Arc::clone(shared);
    PerfBufferBuilder::new(map)
        .pages(PERF_PAGES)
        .sample_cb(move |cpu, data| samples.push(u32::try_from(cpu).ok(), data))
        .lost_cb(move |_, count| {
            losses.lost.fetch_add(count, Ordering::Relaxed);
        })
        .build()
        .map(Buffer::Perf)
}

fn open_error(spec: &MapSpec, printed: &str, error: &libbpf_rs::Error) -> Error {
    let action = format!("opening the events of map `{}`", spec.name);
    if error.kind() == libbpf_rs::ErrorKind::PermissionDenied {
        let missing = missing_capabilities(&[Capability::Bpf, Capability::Perfmon]);
        return Error::MissingPrivilege { action, missing, place: None };
    }
    let words = prints::first_line(printed).map_or_else(|| error.to_string(), str::to_owned);
    Error::System { action, source: io::Error::other(words) }
}

/// The type of a record of `length` bytes, of which up to `padding` may be
/// padding: the largest that fits.
fn event_layout(layouts: &[Layout], length: usize, padding: usize) -> Option<&Layout> {
    layouts
        .iter()
        .filter(|layout| layout.size() <= length && length - layout.size() <= padding)
        .max_by_key(|layout| layout.size())
}

fn event_fd() -> io::Result<OwnedFd> {
    // SAFETY: takes plain numbers; a result that is not negative is a new
    // descriptor that nobody else owns.
    unsafe {
        let fd = libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK);
        if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(fd)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_typed_by_their_length() {
        let layouts = [Layout::untyped(8), Layout::Bytes { size: 24 }, Layout::Bytes { size: 20 }];
        let size = |length, padding| event_layout(&layouts, length, padding).map(Layout::size);
        assert_eq!(size(24, 0), Some(24));
        assert_eq!(size(21, 0), None);
        assert_eq!(size(28, PERF_PADDING), Some(24));
        assert_eq!(size(12, PERF_PADDING), Some(8));
        assert_eq!(size(40, PERF_PADDING), None);
        assert_eq!(size(7, PERF_PADDING), None);
    }
}
