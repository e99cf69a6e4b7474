//! Many entries in one call: written and removed in batches where the kernel
//! has them, one by one where it has not.

use std::io;

use libbpf_rs::libbpf_sys;

use crate::error::Result;
use crate::map::{Map, UpdateMode, void};
use crate::open::check;
use crate::value::Value;

/// How many entries go into one call.
const BATCH: usize = 4096;

impl Map {
    /// Writes all entries. Those before one that fails are written.
    ///
    /// # Errors
    /// As [`Map::update`]; nothing is written if a key or value does not fit
    /// its type.
    pub fn update_all(&self, entries: &[(Value, Value)]) -> Result<()> {
        let shape = self.shape("update")?;
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            keys.extend(self.encode_key(key)?);
            values.extend(self.encode_value(value)?);
        }
        let keys: Vec<&[u8]> = keys.chunks(BATCH * shape.key_bytes.max(1)).collect();
        let values = values.chunks(BATCH * shape.value_bytes.max(1));
        for (keys, values) in keys.into_iter().zip(values) {
            let count = keys.len() / shape.key_bytes.max(1);
            let done = self.with_fd(|fd| Ok(update_batch(fd, keys, values, count)))?;
            // One by one from where the kernel stopped: it may know no batches for this map,
            // and a failure then has the words of a single update.
            let keys = keys.chunks_exact(shape.key_bytes.max(1)).skip(done);
            let values = values.chunks_exact(shape.value_bytes.max(1)).skip(done);
            for (key, value) in keys.zip(values) {
                self.update_raw(key, value, UpdateMode::Set)?;
            }
        }
        Ok(())
    }

    /// Removes every entry; sets those of an array to zero.
    ///
    /// # Errors
    /// As [`Map::entries`] and [`Map::update`].
    pub fn clear(&self) -> Result<()> {
        let shape = self.shape("clear")?;
        if self.spec().map_type.is_array() {
            let zero = vec![0; shape.value_bytes];
            for index in 0..self.spec().max_entries {
                self.update_raw(&index.to_ne_bytes(), &zero, UpdateMode::Set)?;
            }
            return Ok(());
        }
        let rows = self.rows()?;
        let keys: Vec<u8> = rows.iter().flat_map(|(key, _)| key).copied().collect();
        for keys in keys.chunks(BATCH * shape.key_bytes.max(1)) {
            let count = keys.len() / shape.key_bytes.max(1);
            let done = self.with_fd(|fd| Ok(delete_batch(fd, keys, count)))?;
            for key in keys.chunks_exact(shape.key_bytes.max(1)).skip(done) {
                self.delete_raw(key)?;
            }
        }
        Ok(())
    }
}

fn options() -> libbpf_sys::bpf_map_batch_opts {
    libbpf_sys::bpf_map_batch_opts {
        sz: size_of::<libbpf_sys::bpf_map_batch_opts>() as _,
        ..Default::default()
    }
}

/// How many of the `count` entries the kernel wrote.
fn update_batch(fd: i32, keys: &[u8], values: &[u8], count: usize) -> usize {
    let mut done = u32::try_from(count).unwrap_or(u32::MAX);
    // SAFETY: the buffers hold `count` keys and values of the map's sizes.
    let status = unsafe {
        libbpf_sys::bpf_map_update_batch(fd, void(keys), void(values), &mut done, &options())
    };
    finished(check(status), done, count)
}

/// How many of the `count` entries the kernel removed.
fn delete_batch(fd: i32, keys: &[u8], count: usize) -> usize {
    let mut done = u32::try_from(count).unwrap_or(u32::MAX);
    // SAFETY: the buffer holds `count` keys of the map's size.
    let status = unsafe { libbpf_sys::bpf_map_delete_batch(fd, void(keys), &mut done, &options()) };
    finished(check(status), done, count)
}

/// Of a call that failed, how far it came: the kernel says so, but leaves the
/// number as it was where it did not begin.
fn finished(status: io::Result<i32>, done: u32, count: usize) -> usize {
    match status {
        Ok(_) => count,
        Err(_) if done as usize >= count => 0,
        Err(_) => done as usize,
    }
}
