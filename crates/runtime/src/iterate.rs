//! Walking a map.
//!
//! In batches where the kernel has them (hash maps since Linux 5.6, most
//! others since), which visit each bucket once however entries come and go.
//! Otherwise all keys are collected first: asking for the key after one that
//! has just been deleted starts over, so keys seen before are passed over.

use std::collections::{HashSet, VecDeque};
use std::io;

use libbpf_rs::libbpf_sys;

use crate::error::Result;
use crate::map::{Map, lookup_raw, void};
use crate::open::check;
use crate::value::Value;

/// How many entries a batch asks for at first.
const BATCH: u32 = 1024;

/// The sizes of what the kernel copies in and out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) key_bytes: usize,
    /// All CPUs' values together in a per-CPU map.
    pub(crate) value_bytes: usize,
}

type RawEntry = (Vec<u8>, Vec<u8>);

/// The entries of a map, key and value, in no order. Made by
/// [`Map::entries`]; fetches a batch at a time.
#[derive(Debug)]
pub struct Entries {
    raw: RawEntries,
}

impl Entries {
    pub(crate) fn new(map: Map, shape: Shape) -> Self {
        let count = BATCH.min(map.spec().max_entries).max(1);
        let walk = Walk::Batch { cursor: None, count };
        Self { raw: RawEntries { map, shape, walk, ready: VecDeque::new() } }
    }

    pub(crate) fn raw(self) -> RawEntries {
        self.raw
    }
}

impl Iterator for Entries {
    type Item = Result<(Value, Value)>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.raw.next()?;
        let map = &self.raw.map;
        Some(entry.map(|(key, value)| (map.decode_key(&key), map.decode_value(&value))))
    }
}

/// The same without decoding.
#[derive(Debug)]
pub(crate) struct RawEntries {
    map: Map,
    shape: Shape,
    walk: Walk,
    ready: VecDeque<RawEntry>,
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

impl Iterator for RawEntries {
    type Item = Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Some(Ok(entry));
            }
            let step = match &mut self.walk {
                Walk::Done => return None,
                Walk::Batch { .. } => self.next_batch(),
                Walk::Keys(keys) => match keys.pop_front() {
                    Some(key) => self.look_up(key),
                    None => return None,
                },
            };
            if let Err(error) = step {
                self.walk = Walk::Done;
                return Some(Err(error));
            }
        }
    }
}

impl RawEntries {
    fn next_batch(&mut self) -> Result<()> {
        let Walk::Batch { cursor, count } = std::mem::replace(&mut self.walk, Walk::Done) else {
            return Ok(());
        };
        let (map, shape) = (&self.map, self.shape);
        let first = cursor.is_none();
        let (batch, outcome) =
            map.with_fd(|fd| Ok(fetch_batch(fd, shape, cursor.as_deref(), count)))?;
        match outcome.map_err(|error| error.raw_os_error().unwrap_or_default()) {
            Ok(()) => {
                self.walk = Walk::Batch { cursor: Some(batch.cursor.clone()), count };
                self.ready = batch.entries(shape);
            }
            Err(libc::ENOENT) => self.ready = batch.entries(shape),
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

    fn look_up(&mut self, key: Vec<u8>) -> Result<()> {
        let map = &self.map;
        let bytes = self.shape.value_bytes;
        let value = map.with_fd(|fd| {
            lookup_raw(fd, &key, bytes).map_err(|error| map.failure("iteration", error))
        })?;
        self.ready.extend(value.map(|value| (key, value)));
        Ok(())
    }
}

struct Batch {
    keys: Vec<u8>,
    values: Vec<u8>,
    cursor: Vec<u8>,
    count: usize,
}

impl Batch {
    fn entries(&self, shape: Shape) -> VecDeque<RawEntry> {
        let keys = self.keys.chunks_exact(shape.key_bytes.max(1));
        let values = self.values.chunks_exact(shape.value_bytes.max(1));
        keys.zip(values).take(self.count).map(|(k, v)| (k.to_vec(), v.to_vec())).collect()
    }
}

fn fetch_batch(
    fd: i32,
    shape: Shape,
    cursor: Option<&[u8]>,
    count: u32,
) -> (Batch, io::Result<()>) {
    let room = count as usize;
    let mut batch = Batch {
        keys: vec![0; shape.key_bytes.saturating_mul(room)],
        values: vec![0; shape.value_bytes.saturating_mul(room)],
        // Hash maps keep a 4-byte bucket number here, the others a key.
        cursor: vec![0; shape.key_bytes.max(8)],
        count: 0,
    };
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
            batch.cursor.as_mut_ptr().cast(),
            batch.keys.as_mut_ptr().cast(),
            batch.values.as_mut_ptr().cast(),
            &mut fetched,
            &options,
        )
    };
    batch.count = fetched.min(count) as usize;
    (batch, check(status).map(|_| ()))
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

fn next_key(fd: i32, previous: Option<&[u8]>, key_bytes: usize) -> io::Result<Option<Vec<u8>>> {
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
