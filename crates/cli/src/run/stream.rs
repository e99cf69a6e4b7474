//! Events and printed lines from all sources, on one channel.
//!
//! Each event map and the trace pipe has a thread that waits for it. The
//! channel is bounded: a slow terminal slows the threads down, and what the
//! kernel then drops is counted by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use runtime::{Error, Event, EventReader, Interrupter, Object, TraceFields, TracePipe};

/// How many items may wait to be written.
const BACKLOG: usize = 4096;
/// How long a thread waits before it looks whether to end.
const SLICE: Duration = Duration::from_millis(50);
/// What the kernel calls lines that BPF programs print.
const PRINTED: &str = ": bpf_trace_printk: ";

/// Something that came from the kernel.
#[derive(Debug)]
pub(crate) enum Item {
    /// An event of the map with this index among the readers.
    Event(usize, Event),
    /// A line that a program printed.
    Print(TraceFields),
    /// A source gave up.
    Failed(Error),
}

/// The threads and their channel; dropping it ends them.
pub(crate) struct Stream {
    readers: Vec<EventReader>,
    interrupters: Vec<Interrupter>,
    threads: Vec<JoinHandle<()>>,
    items: Option<Receiver<Item>>,
    /// Keeps the channel open when there is no source at all.
    _sender: SyncSender<Item>,
    ending: Arc<AtomicBool>,
}

impl Stream {
    /// Starts reading the object's events and, if there is one, the pipe.
    pub(crate) fn start(object: &Object, pipe: Option<TracePipe>) -> Result<Self, Error> {
        let (sender, items) = sync_channel(BACKLOG);
        let ending = Arc::new(AtomicBool::new(false));
        let maps = object.maps();
        let carriers = maps.iter().filter(|map| map.spec().map_type.carries_events());
        let readers: Vec<EventReader> =
            carriers.map(|map| object.events(map.name())).collect::<Result<_, _>>()?;
        let interrupters = readers.iter().map(EventReader::interrupter).collect();
        let mut threads = Vec::new();
        for (index, reader) in readers.iter().cloned().enumerate() {
            let (sender, ending) = (sender.clone(), Arc::clone(&ending));
            threads.push(thread::spawn(move || read_events(&reader, index, &sender, &ending)));
        }
        if let Some(pipe) = pipe {
            let (sender, ending) = (sender.clone(), Arc::clone(&ending));
            threads.push(thread::spawn(move || read_lines(pipe, &sender, &ending)));
        }
        Ok(Self { readers, interrupters, threads, items: Some(items), _sender: sender, ending })
    }

    /// The readers, in the order that [`Item::Event`] counts them.
    pub(crate) fn readers(&self) -> &[EventReader] {
        &self.readers
    }

    /// The next item; `None` if none came in time.
    pub(crate) fn next(&self, timeout: Duration) -> Option<Item> {
        self.items.as_ref()?.recv_timeout(timeout).ok()
    }

    /// Asks the threads to send what is there and end.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::Release);
        for interrupter in &self.interrupters {
            interrupter.interrupt();
        }
    }

    /// Whether all threads have ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
        // A thread that waits to send sees the other end gone.
        self.items = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to hand over.
            let _ = thread.join();
        }
    }
}

fn read_events(reader: &EventReader, index: usize, sender: &SyncSender<Item>, ending: &AtomicBool) {
    loop {
        let item = match reader.next(SLICE) {
            Ok(Some(event)) => Item::Event(index, event),
            Ok(None) if ending.load(Ordering::Acquire) => return,
            Ok(None) => continue,
            Err(Error::Closed) => return,
            Err(error) => Item::Failed(error),
        };
        let failed = matches!(item, Item::Failed(_));
        if sender.send(item).is_err() || failed {
            return;
        }
    }
}

fn read_lines(mut pipe: TracePipe, sender: &SyncSender<Item>, ending: &AtomicBool) {
    loop {
        let item = match pipe.next_line(SLICE) {
            Ok(Some(line)) if line.contains(PRINTED) => match runtime::parse_fields(&line) {
                Some(fields) => Item::Print(fields),
                None => continue,
            },
            Ok(Some(_)) => continue,
            Ok(None) if ending.load(Ordering::Acquire) => return,
            Ok(None) => continue,
            Err(error) => Item::Failed(error),
        };
        let failed = matches!(item, Item::Failed(_));
        if sender.send(item).is_err() || failed {
            return;
        }
    }
}

/// Opens the trace pipe and throws away what was printed before. The pipe is
/// the whole machine's: lines that other BPF programs print meanwhile come
/// too, since nothing in a line says whose it is.
pub(crate) fn open_pipe() -> Result<TracePipe, Error> {
    const STALE_LINES: usize = 100_000;
    let mut pipe = TracePipe::open()?;
    for _ in 0..STALE_LINES {
        if pipe.next_line(Duration::ZERO)?.is_none() {
            break;
        }
    }
    Ok(pipe)
}

/// Whether an object calls `bpf_trace_printk` (helper 6) or
/// `bpf_trace_vprintk` (helper 177), by the bytes of such a call
/// (`include/uapi/linux/bpf.h`). A reader takes lines from other readers of
/// the pipe, so it is opened for programs that print alone.
pub(crate) fn prints(object: &[u8]) -> bool {
    const CALLS: [[u8; 8]; 2] = [[0x85, 0, 0, 0, 6, 0, 0, 0], [0x85, 0, 0, 0, 177, 0, 0, 0]];
    object.windows(8).any(|bytes| CALLS.iter().any(|call| call == bytes))
}
