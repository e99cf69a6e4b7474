//! The reading end of a ring buffer or perf event array.
//!
//! Whatever waits or copies many records runs with the interpreter released.
//! Records become objects one at a time, when they are handed over: what a
//! loop that is left early has not seen is there for the next one.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::os::fd::IntoRawFd as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyTuple};
use runtime::{Columns, Error, Last, Layout, Record};

use crate::decode::Decoder;
use crate::instance;
use crate::layouts::describe;
use crate::object::Shared;

/// Reads the events of one map. The buffer is opened on first use.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct EventReader {
    shared: Arc<Shared>,
    map: String,
    /// What the caller says that the events are.
    told: Option<Vec<Layout>>,
    opened: OnceLock<Opened>,
    /// How often `stop` was called.
    stops: AtomicU64,
    /// What `batch` fills, kept for its memory.
    columns: Mutex<Columns>,
}

struct Opened {
    reader: runtime::EventReader,
    /// One for each layout of the reader's.
    decoders: Vec<Decoder>,
    /// Whether events may be made while the buffer is locked: none of Python's
    /// code runs, which might ask for the buffer too.
    in_place: bool,
}

impl Opened {
    fn decoder(&self, length: usize) -> Option<&Decoder> {
        self.decoders.get(self.reader.layout_index(length)?)
    }
}

/// How many events an array holds, about: few enough to stay in the caches,
/// so many that the work for each array does not matter.
const BATCH: usize = 4 * 1024;

/// Name and fields of a struct.
type StructName<'py> = (String, Bound<'py, PyTuple>);

/// What a wait came to.
enum Next {
    Ready,
    /// Nothing came in time.
    Late,
    /// The object is closed, or the reader was told to stop.
    Over,
}

impl EventReader {
    /// The reader of this map's events, of what the object says that they are
    /// or the caller.
    pub fn new(shared: &Arc<Shared>, map: &str, told: Option<Vec<Layout>>) -> Self {
        Self {
            shared: Arc::clone(shared),
            map: map.to_owned(),
            told,
            opened: OnceLock::new(),
            stops: AtomicU64::new(0),
            columns: Mutex::default(),
        }
    }

    fn opened(&self, py: Python<'_>) -> PyResult<&Opened> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        let object = self.shared.loaded(py)?;
        let reader = py.detach(|| object.events(&self.map));
        let reader = reader.map_err(|error| self.shared.raise(py, &error))?;
        let reader = match &self.told {
            Some(layouts) => reader.of(layouts),
            None => reader,
        };
        let decoder = |layout| Decoder::new(py, &self.shared.types, layout);
        let decoders = reader.layouts().iter().map(decoder).collect::<PyResult<Vec<_>>>()?;
        let in_place = decoders.iter().all(Decoder::runs_no_code);
        Ok(self.opened.get_or_init(|| Opened { reader, decoders, in_place }))
    }

    fn event<'py>(
        &self,
        py: Python<'py>,
        opened: &Opened,
        record: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        match opened.decoder(record.len()) {
            Some(decoder) => decoder.decode(py, &self.shared.types, record),
            None => Ok(PyBytes::new(py, record).into_any()),
        }
    }

    fn is_over(&self, stops: u64) -> bool {
        self.stops.load(Ordering::Acquire) != stops
    }

    /// Moves the next record to `record`, and waits for it if need be. Signal
    /// handlers run meanwhile.
    fn next(
        &self,
        py: Python<'_>,
        opened: &Opened,
        record: &mut Record,
        deadline: Option<Instant>,
        stops: u64,
    ) -> PyResult<Next> {
        if self.is_over(stops) {
            return Ok(Next::Over);
        }
        if opened.reader.take_fetched(record) {
            return Ok(Next::Ready);
        }
        self.wait(py, opened, deadline, stops, |reader| reader.take(record))
    }

    /// Tries `ready` until it says yes, waiting in between.
    fn wait(
        &self,
        py: Python<'_>,
        opened: &Opened,
        deadline: Option<Instant>,
        stops: u64,
        mut ready: impl FnMut(&runtime::EventReader) -> runtime::Result<bool> + Send,
    ) -> PyResult<Next> {
        loop {
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            let step = py.detach(|| {
                let found = ready(&opened.reader)?;
                if !found && left != Some(Duration::ZERO) && !self.is_over(stops) {
                    opened.reader.wait(left.unwrap_or(Duration::MAX))?;
                }
                Ok(found)
            });
            match step {
                Ok(true) => return Ok(Next::Ready),
                Err(Error::Closed) => return Ok(Next::Over),
                Err(error) => return Err(self.shared.raise(py, &error)),
                Ok(false) => py.check_signals()?,
            }
            if self.is_over(stops) {
                return Ok(Next::Over);
            }
            if left == Some(Duration::ZERO) {
                return Ok(Next::Late);
            }
        }
    }
}

/// What came of making events; or of reading them, which is the outer result.
type Drained<'py> = runtime::Result<PyResult<Bound<'py, PyAny>>>;

/// Makes events of records where they lie.
fn in_place<'py>(
    py: Python<'py>,
    opened: &Opened,
    mut event: impl FnMut(&[u8]) -> PyResult<Bound<'py, PyAny>>,
) -> Drained<'py> {
    let mut read = Ok(());
    let made = instance::list(py, |made| {
        let mut failure = Ok(());
        read = opened.reader.visit(|record| match event(record).and_then(|it| made.push(it)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) if !made.is_empty() => ControlFlow::Break(Last::Left),
            Err(error) => {
                failure = Err(error);
                ControlFlow::Break(Last::Taken)
            }
        });
        failure
    });
    read.map(|()| made)
}

/// Makes events of copies of the records, so that any code may run meanwhile.
fn copied<'py>(
    py: Python<'py>,
    opened: &Opened,
    mut event: impl FnMut(&[u8]) -> PyResult<Bound<'py, PyAny>>,
) -> Drained<'py> {
    let mut records = py.detach(|| opened.reader.drain())?;
    let mut read = 0;
    let made = instance::list(py, |made| {
        for (_, record) in records.iter() {
            match event(record).and_then(|it| made.push(it)) {
                Ok(()) => {}
                // Ctrl-C and the like come at once, and take nothing along.
                Err(error) if !error.is_instance_of::<PyException>(py) => {
                    read = 0;
                    return Err(error);
                }
                Err(_) if !made.is_empty() => break,
                Err(error) => {
                    read = 1;
                    return Err(error);
                }
            }
            read += 1;
        }
        Ok(())
    });
    records.skip(read);
    opened.reader.give_back(records);
    Ok(made)
}

/// When a wait of so many seconds ends; `None` for those that never do.
fn deadline(timeout: Option<f64>) -> Option<Instant> {
    let timeout = timeout?;
    let timeout =
        if timeout > 0.0 { Duration::try_from_secs_f64(timeout).ok()? } else { Duration::ZERO };
    Instant::now().checked_add(timeout)
}

#[pymethods]
impl EventReader {
    /// Opens the buffer if that has not been done.
    ///
    /// # Errors
    /// The object is not loaded, or closed.
    fn open(&self, py: Python<'_>) -> PyResult<()> {
        self.shared.loaded(py)?;
        self.opened(py).map(|_| ())
    }

    /// How often `stop` was called, for `iterate` and `ended`.
    #[getter]
    fn stops(&self) -> u64 {
        self.stops.load(Ordering::Acquire)
    }

    /// Ends all waits and iterations that have begun.
    fn stop(&self) {
        self.stops.fetch_add(1, Ordering::AcqRel);
        if let Some(opened) = self.opened.get() {
            opened.reader.interrupter().interrupt();
        }
    }

    /// Whether nothing more will come: the object is closed, or `stop` was
    /// called since it had been called `stops` times.
    fn ended(&self, py: Python<'_>, stops: u64) -> bool {
        self.is_over(stops) || !self.shared.is_loaded(py)
    }

    /// Makes the descriptor forget a `stop`.
    fn clear(&self) {
        if let Some(opened) = self.opened.get() {
            opened.reader.clear_interrupt();
        }
    }

    /// Events until none comes within so many seconds.
    fn iterate(slf: Py<Self>, timeout: Option<f64>, stops: u64) -> EventIterator {
        EventIterator { reader: slf, timeout, stops }
    }

    /// Waits for events and calls back for each one that is there; how many.
    fn poll(
        &self,
        py: Python<'_>,
        callback: &Bound<'_, PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<usize> {
        let opened = self.opened(py)?;
        let mut record = Record::default();
        let first = self.next(py, opened, &mut record, deadline(timeout), self.stops())?;
        if !matches!(first, Next::Ready) {
            return Ok(0);
        }
        // Only what is there now: a busy program could keep us forever.
        let ready = 1 + opened.reader.ready();
        let mut count = 0;
        while count < ready {
            count += 1;
            callback.call1((self.event(py, opened, &record.bytes)?,))?;
            if count < ready && !opened.reader.take_fetched(&mut record) {
                break;
            }
        }
        Ok(count)
    }

    /// All events that are there at the call. Where one cannot be made, those
    /// before it; it is then the first one of the next call, which raises.
    fn drain<'py>(&self, py: Python<'py>, tuples: bool) -> PyResult<Bound<'py, PyAny>> {
        let opened = self.opened(py)?;
        let types = &self.shared.types;
        // Mostly the next record is like the last one.
        let (mut length, mut decoder) = (usize::MAX, None);
        let event = |record: &[u8]| {
            if record.len() != length {
                length = record.len();
                decoder = opened.decoder(length);
            }
            match decoder {
                Some(decoder) if tuples => decoder.decode_tuple(py, types, record),
                Some(decoder) => decoder.decode(py, types, record),
                None => Ok(PyBytes::new(py, record).into_any()),
            }
        };
        let drained =
            if opened.in_place { in_place(py, opened, event) } else { copied(py, opened, event) };
        match drained {
            Ok(events) => events,
            Err(error) => Err(self.shared.raise(py, &error)),
        }
    }

    /// Waits for events; those that are there by type, as the number of their
    /// layout, the length of each, and the bytes of all. `None` when nothing
    /// came in time.
    fn batch<'py>(
        &self,
        py: Python<'py>,
        timeout: Option<f64>,
        stops: u64,
    ) -> PyResult<Option<Vec<Bound<'py, PyTuple>>>> {
        let opened = self.opened(py)?;
        // Taken and put back: nothing is locked while others run.
        let mut columns = std::mem::take(&mut *self.columns());
        let filled = self.wait(py, opened, deadline(timeout), stops, |reader| {
            reader.fill(&mut columns, BATCH).map(|count| count > 0)
        })?;
        let made = matches!(filled, Next::Ready).then(|| {
            let column = |column: &runtime::Column| {
                let bytes = PyByteArray::new(py, &column.bytes);
                (column.event, column.stride, bytes).into_pyobject(py)
            };
            columns.iter().map(column).collect()
        });
        columns.clear();
        *self.columns() = columns;
        made.transpose()
    }

    /// What the events may be, as `describe` has it.
    fn layouts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        self.opened(py)?.reader.layouts().iter().map(|layout| describe(py, layout)).collect()
    }

    /// Name and fields of what the events may be; `None` for what is no struct.
    fn structs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Option<StructName<'py>>>> {
        let name = |layout: &Layout| match layout {
            Layout::Struct(layout) => {
                let fields = layout.fields.iter().map(|field| &*field.name);
                Ok(Some((layout.name.to_string(), PyTuple::new(py, fields.collect::<Vec<_>>())?)))
            }
            _ => Ok(None),
        };
        self.opened(py)?.reader.layouts().iter().map(name).collect()
    }

    /// A descriptor that can be read when there may be events; the caller's.
    fn descriptor(&self, py: Python<'_>) -> PyResult<i32> {
        Ok(self.opened(py)?.reader.descriptor().try_clone_to_owned()?.into_raw_fd())
    }

    /// How many events did not fit; `None` where nobody counts them.
    #[getter]
    fn lost(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.opened(py)?.reader.lost())
    }
}

impl EventReader {
    fn columns(&self) -> std::sync::MutexGuard<'_, Columns> {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One walk over the events.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct EventIterator {
    reader: Py<EventReader>,
    timeout: Option<f64>,
    stops: u64,
}

thread_local! {
    /// Where a record is while its object is made.
    static RECORD: Cell<Record> = const { Cell::new(Record { cpu: None, bytes: Vec::new() }) };
}

#[pymethods]
impl EventIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let reader = self.reader.get();
        let opened = reader.opened(py)?;
        // Not borrowed: the collector may run any code while the object is made.
        let mut record = RECORD.take();
        let next = if !reader.is_over(self.stops) && opened.reader.take_fetched(&mut record) {
            Ok(Next::Ready)
        } else {
            reader.next(py, opened, &mut record, deadline(self.timeout), self.stops)
        };
        let event = match next {
            Ok(Next::Ready) => reader.event(py, opened, &record.bytes).map(Some),
            Ok(Next::Late | Next::Over) => Ok(None),
            Err(error) => Err(error),
        };
        RECORD.set(record);
        event
    }
}
