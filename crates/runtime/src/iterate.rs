//! Walking a map.
//!
//! In batches where the kernel has them (hash maps since Linux 5.6, most
//! others since), which visit each bucket once however entries come and go.
//! Otherwise all keys are collected first: asking for the key after one that
//! has just been deleted starts over, so keys seen before are passed over.
//!
//! What is read is kept as rows, each a key's bytes followed by its value's.

use std::collections::{HashSet, VecDeque};
use std::io;

use libbpf_rs::libbpf_sys;

use crate::error::Result;
use crate::map::{Map, lookup_raw, void};
use crate::open::check;
use crate::value::Value;

/// How many entries a batch asks for, and how many bytes at the most.
const BATCH: usize = 16 * 1024;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The sizes of what the kernel copies in and out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) key_bytes: usize,
    /// All CPUs' values together in a per-CPU map.
    pub(crate) value_bytes: usize,
}

impl Shape {
    fn row(self) -> usize {
        self.key_bytes + self.value_bytes
    }
}

/// The entries of a map, key and value, in no order. Made by
/// [`Map::entries`]; fetches a batch at a time.
#[derive(Debug)]
pub struct Entries {
    batches: Batches,
    /// What was fetched, and how far it was handed out.
    rows: Vec<u8>,
    next: usize,
}

impl Entries {
    pub(crate) fn new(map: Map, shape: Shape) -> Self {
        Self { batches: Batches::new(map, shape), rows: Vec::new(), next: 0 }
    }
}

impl Iterator for Entries {
    type Item = Result<(Value, Value)>;

    fn next(&mut self) -> Option<Self::Item> {
        let shape = self.batches.shape;
        loop {
            let row = self.rows.get(self.next..).and_then(|rows| rows.get(..shape.row()));
            if let Some((key, value)) = row.and_then(|row| row.split_at_checked(shape.key_bytes)) {
                self.next += shape.row();
                let map = &self.batches.map;
                return Some(Ok((map.decode_key(key), map.decode_value(value))));
            }
            self.rows.clear();
            self.next = 0;
            match self.batches.read(&mut self.rows) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// All entries of a map at one time, as rows of bytes.
#[derive(Debug, Default)]
pub struct Rows {
    /// The rows, one after the other.
    pub bytes: Vec<u8>,
    /// Bytes of the key at the beginning of each row.
    pub key_bytes: usize,
    /// Bytes of the value behind it; all CPUs' values in a per-CPU map, each
    /// at a multiple of 8 bytes.
    pub value_bytes: usize,
}

impl Rows {
    /// Key and value of each entry.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        let rows = self.bytes.chunks_exact((self.key_bytes + self.value_bytes).max(1));
        rows.map(|row| row.split_at_checked(self.key_bytes).unwrap_or_default())
    }
}

impl Map {
    /// Reads all entries, as they are when it comes to them.
    ///
    /// # Errors
    /// As [`Map::entries`].
    pub fn rows(&self) -> Result<Rows> {
        let shape = self.shape("iteration")?;
        let mut bytes = Vec::new();
        // Room that is not used costs nothing: the system gives it page by page.
        let entries = (self.spec().max_entries as usize).min(1 << 20);
        bytes.reserve(entries.saturating_mul(shape.row()).min(1 << 28));
        let mut batches = Batches::new(self.clone(), shape);
        while batches.read(&mut bytes)? {}
        Ok(Rows { bytes, key_bytes: shape.key_bytes, value_bytes: shape.value_bytes })
    }

    /// How many entries there are, by walking them.
    pub(crate) fn count(&self) -> Result<usize> {
        let shape = self.shape("iteration")?;
        let (mut batches, mut rows, mut count) = (Batches::new(self.clone(), shape), Vec::new(), 0);
        while batches.read(&mut rows)? {
            count += rows.len() / shape.row().max(1);
            rows.clear();
        }
        Ok(count)
    }
}

/// The entries a batch at a time, without decoding.
#[derive(Debug)]
pub(crate) struct Batches {
    map: Map,
    shape: Shape,
    walk: Walk,
    buffer: Buffer,
}

/// What the kernel writes to, used again for each batch.
#[derive(Debug, Default)]
struct Buffer {
    keys: Vec<u8>,
    values: Vec<u8>,
    cursor: Vec<u8>,
}

#[derive(Debug)]
enum Walk {
    /// The kernel's cursor after the last batch, and how many to ask for.
    Batch {
        cursor: Option<Vec<u8>>,
        count: u32,
    },
    /// The keys still to be looked up.
    Keys(VecDeque<Vec<u8>>),
    Done,
}

impl Batches {
    pub(crate) fn new(map: Map, shape: Shape) -> Self {
        let fit = (BATCH_BYTES / shape.row().max(1)).clamp(64, BATCH);
        let count = u32::try_from(fit).unwrap_or(64).min(map.spec().max_entries).max(1);
        let walk = Walk::Batch { cursor: None, count };
        Self { map, shape, walk, buffer: Buffer::default() }
    }

    /// Adds the next rows; `false` when there are no more.
    pub(crate) fn read(&mut self, rows: &mut Vec<u8>) -> Result<bool> {
        let before = rows.len();
        while rows.len() == before {
            let step = match &mut self.walk {
                Walk::Done => return Ok(false),
                Walk::Batch { .. } => self.next_batch(rows),
                Walk::Keys(keys) => match keys.pop_front() {
                    Some(key) => self.look_up(&key, rows),
                    None => return Ok(false),
                },
            };
            if let Err(error) = step {
                self.walk = Walk::Done;
                return Err(error);
            }
        }
        Ok(true)
    }

    fn next_batch(&mut self, rows: &mut Vec<u8>) -> Result<()> {
        let Walk::Batch { cursor, count } = std::mem::replace(&mut self.walk, Walk::Done) else {
            return Ok(());
        };
        let (map, shape, buffer) = (&self.map, self.shape, &mut self.buffer);
        let first = cursor.is_none();
        let (fetched, outcome) =
            map.with_fd(|fd| Ok(fetch_batch(fd, shape, buffer, cursor.as_deref(), count)))?;
        match outcome.map_err(|error| error.raw_os_error().unwrap_or_default()) {
            Ok(()) => {
                buffer.rows(shape, fetched, rows);
                self.walk = Walk::Batch { cursor: Some(buffer.cursor.clone()), count };
            }
            Err(libc::ENOENT) => buffer.rows(shape, fetched, rows),
            Err(libc::EINTR) => self.walk = Walk::Batch { cursor, count },
            // A bucket held more than was asked for.
            Err(libc::ENOSPC) if count < u32::MAX / 2 => {
                self.walk = Walk::Batch { cursor, count: count * 2 };
            }
            Err(_) if first => self.walk = Walk::Keys(collect_keys(map, shape)?),
            Err(code) => return Err(map.failure("iteration", io::Error::from_raw_os_error(code))),
        }
        Ok(())
    }

    fn look_up(&self, key: &[u8], rows: &mut Vec<u8>) -> Result<()> {
        let map = &self.map;
        let bytes = self.shape.value_bytes;
        let value = map.with_fd(|fd| {
            lookup_raw(fd, key, bytes).map_err(|error| map.failure("iteration", error))
        })?;
        if let Some(value) = value {
            rows.extend_from_slice(key);
            rows.extend_from_slice(&value);
        }
        Ok(())
    }
}

impl Buffer {
    /// Adds the first `count` entries to `rows`.
    fn rows(&self, shape: Shape, count: usize, rows: &mut Vec<u8>) {
        rows.reserve(count * shape.row());
        match (shape.key_bytes, shape.value_bytes) {
            // Of a size that the compiler knows, so that copying is two moves.
            (4, 8) => self.interleave::<4, 8>(count, rows),
            (8, 8) => self.interleave::<8, 8>(count, rows),
            (key, value) => {
                let keys = self.keys.chunks_exact(key.max(1));
                for (key, value) in keys.zip(self.values.chunks_exact(value.max(1))).take(count) {
                    rows.extend_from_slice(key);
                    rows.extend_from_slice(value);
                }
            }
        }
    }

    fn interleave<const K: usize, const V: usize>(&self, count: usize, rows: &mut Vec<u8>) {
        let ((keys, _), (values, _)) = (self.keys.as_chunks::<K>(), self.values.as_chunks::<V>());
        for (key, value) in keys.iter().zip(values).take(count) {
            rows.extend_from_slice(key);
            rows.extend_from_slice(value);
        }
    }
}

/// How many entries came, and how the call ended.
fn fetch_batch(
    fd: i32,
    shape: Shape,
    buffer: &mut Buffer,
    cursor: Option<&[u8]>,
    count: u32,
) -> (usize, io::Result<()>) {
    let room = count as usize;
    buffer.keys.resize(shape.key_bytes.saturating_mul(room), 0);
    buffer.values.resize(shape.value_bytes.saturating_mul(room), 0);
    // Hash maps keep a 4-byte bucket number here, the others a key.
    buffer.cursor.resize(shape.key_bytes.max(8), 0);
    let options = libbpf_sys::bpf_map_batch_opts {
        sz: size_of::<libbpf_sys::bpf_map_batch_opts>() as _,
        ..Default::default()
    };
    let mut fetched = count;
    // SAFETY: the buffers hold `count` keys and values of the map's sizes and
    // a cursor at least as large as the kernel's; the kernel does not write to
    // the cursor that it reads.
    let status = unsafe {
        libbpf_sys::bpf_map_lookup_batch(
            fd,
            cursor.map_or(std::ptr::null_mut(), |cursor| cursor.as_ptr().cast_mut().cast()),
            buffer.cursor.as_mut_ptr().cast(),
            buffer.keys.as_mut_ptr().cast(),
            buffer.values.as_mut_ptr().cast(),
            &mut fetched,
            &options,
        )
    };
    (fetched.min(count) as usize, check(status).map(|_| ()))
}

fn collect_keys(map: &Map, shape: Shape) -> Result<VecDeque<Vec<u8>>> {
    let limit = map.spec().max_entries as usize;
    map.with_fd(|fd| {
        let mut seen = HashSet::new();
        let mut keys = VecDeque::new();
        let mut previous: Option<Vec<u8>> = None;
        let mut repeats = 0;
        while repeats <= limit {
            let next = next_key(fd, previous.as_deref(), shape.key_bytes);
            let Some(key) = next.map_err(|error| map.failure("iteration", error))? else { break };
            if seen.insert(key.clone()) {
                keys.push_back(key.clone());
            } else {
                repeats += 1;
            }
            previous = Some(key);
        }
        Ok(keys)
    })
}

pub(crate) fn next_key(
    fd: i32,
    previous: Option<&[u8]>,
    key_bytes: usize,
) -> io::Result<Option<Vec<u8>>> {
    let mut key = vec![0_u8; key_bytes];
    // SAFETY: both buffers have the size of the map's key; the first may be
    // NULL for the first key.
    let status = unsafe {
        libbpf_sys::bpf_map_get_next_key(
            fd,
            previous.map_or(std::ptr::null(), void),
            key.as_mut_ptr().cast(),
        )
    };
    match check(status) {
        Ok(_) => Ok(Some(key)),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}
