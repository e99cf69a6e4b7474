//! Events: what programs send through ring buffers and perf event arrays.
//!
//! Perf buffers are opened on every online CPU before anything is attached,
//! and a ring buffer's records wait in the map itself, so that events sent
//! before the first read are kept in both. What an open buffer is, and how it
//! is waited for, is in `source`.

use std::ops::ControlFlow;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::losses::Losses;
use crate::object::{Inner, Loaded, Object};
use crate::records::{Columns, Last, Record, Records, Types};
use crate::source::Source;
use crate::value::{Value, decode};

/// How long to wait before looking again; programs may send without waking
/// anybody up (`BPF_RB_NO_WAKEUP`).
const SLICE: Duration = Duration::from_millis(100);

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
    /// What the caller says that the events are.
    told: Option<Arc<[Layout]>>,
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
        Ok(EventReader { source, told: None })
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

    /// A reader of the same buffer that takes its events for these types,
    /// whatever the object says.
    #[must_use]
    pub fn of(&self, layouts: &[Layout]) -> Self {
        Self { source: Arc::clone(&self.source), told: Some(layouts.into()) }
    }

    /// What the events may be; empty if neither the object nor the caller
    /// said.
    pub fn layouts(&self) -> &[Layout] {
        self.told.as_deref().unwrap_or(&self.source.spec.events)
    }

    /// What a record of `length` bytes is; `None` where the object does not say.
    pub fn layout(&self, length: usize) -> Option<&Layout> {
        self.types().of(length)
    }

    /// Which of [`EventReader::layouts`] a record of `length` bytes has.
    pub fn layout_index(&self, length: usize) -> Option<usize> {
        self.types().position(length).map(|(index, _)| index)
    }

    fn types(&self) -> Types<'_> {
        self.source.types(self.layouts())
    }

    /// The next event. `None` if none came within `timeout`, or the wait was
    /// interrupted by an [`Interrupter`] or by a signal.
    ///
    /// # Errors
    /// [`Error::Closed`] once the object is closed and all events that had
    /// been fetched are read.
    pub fn next(&self, timeout: Duration) -> Result<Option<Event>> {
        let deadline = Instant::now().checked_add(timeout);
        let mut record = Record::default();
        loop {
            if self.take(&mut record)? {
                return Ok(Some(self.decode(record)));
            }
            let left = deadline.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() || !self.wait(left)? {
                return Ok(self.take(&mut record)?.then(|| self.decode(record)));
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
        let ready = self.ready();
        let mut record = Record::default();
        while count <= ready && self.take(&mut record)? {
            callback(self.decode(std::mem::take(&mut record)));
            count += 1;
        }
        Ok(count)
    }

    /// Moves the next record to `record`, whose memory is used again; says
    /// whether there was one. Does not wait.
    ///
    /// # Errors
    /// As [`EventReader::next`].
    pub fn take(&self, record: &mut Record) -> Result<bool> {
        if self.take_fetched(record) {
            return Ok(true);
        }
        self.source.fetch()?;
        Ok(self.take_fetched(record))
    }

    /// The same for a record that an earlier call fetched. Never makes a
    /// system call nor takes longer than to copy the record.
    pub fn take_fetched(&self, record: &mut Record) -> bool {
        self.source.pending().take(record)
    }

    /// How many records were fetched and not taken yet.
    pub fn ready(&self) -> usize {
        self.source.pending().len()
    }

    /// Puts records of [`EventReader::drain`] before those that wait, and keeps
    /// their memory for the next ones.
    pub fn give_back(&self, records: Records) {
        self.source.pending().put_first(records);
    }

    /// All records that are there at the call. Does not wait.
    ///
    /// # Errors
    /// As [`EventReader::next`].
    pub fn drain(&self) -> Result<Records> {
        self.source.drain()
    }

    /// Hands the records that are there at the call to `take`, where they lie,
    /// until it breaks. Does not wait. Who reads the same map meanwhile, be it
    /// `take` itself, waits for the end.
    ///
    /// # Errors
    /// As [`EventReader::next`].
    pub fn visit(&self, take: impl FnMut(&[u8]) -> ControlFlow<Last>) -> Result<()> {
        self.source.visit(usize::MAX, take).map(|_| ())
    }

    /// Adds records that are there at the call to `columns`, by type, of a ring
    /// buffer at most `limit` besides those that were fetched before. Does not
    /// wait; says how many there were.
    ///
    /// # Errors
    /// As [`EventReader::next`].
    pub fn fill(&self, columns: &mut Columns, limit: usize) -> Result<usize> {
        self.source.fill(self.types(), columns, limit)
    }

    /// Waits for at most `timeout`, and a tenth of a second, for events.
    /// `false` if an [`Interrupter`] or a signal ended the wait.
    ///
    /// # Errors
    /// The wait fails.
    pub fn wait(&self, timeout: Duration) -> Result<bool> {
        self.source.wait(timeout.min(SLICE))
    }

    /// A descriptor that can be read from (in the sense of `poll`) when there
    /// may be events, an [`Interrupter`] was used, or the object was closed.
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.source.watch.as_fd()
    }

    /// Makes [`EventReader::descriptor`] forget an [`Interrupter`]'s use.
    pub fn clear_interrupt(&self) {
        self.source.clear_wake();
    }

    fn decode(&self, record: Record) -> Event {
        let value = match self.layout(record.bytes.len()) {
            Some(layout) => decode(layout, &record.bytes),
            None => Value::Bytes(record.bytes.clone()),
        };
        Event { cpu: record.cpu, value, raw: record.bytes }
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
