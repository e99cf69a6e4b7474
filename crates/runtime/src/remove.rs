//! Entries that go to one taker: read and removed in one step where the
//! kernel has that (hash maps since Linux 5.14), in two otherwise.

use std::io;

use libbpf_rs::libbpf_sys;

use crate::error::{Error, Result};
use crate::iterate::next_key;
use crate::map::{Map, UpdateMode, lookup_raw, void};
use crate::open::{ENOTSUPP, check};
use crate::value::Value;

impl Map {
    /// Removes the entry under `key` and gives its value; `None` if there is
    /// none. Of several who take the same entry, one has it.
    ///
    /// # Errors
    /// As [`Map::lookup`] and [`Map::delete`].
    pub fn remove(&self, key: &Value) -> Result<Option<Value>> {
        self.removable("removal")?;
        let key = self.encode_key(key)?;
        Ok(self.remove_raw(&key)?.map(|value| self.decode_value(&value)))
    }

    /// Removes an entry and gives its bytes, those of the key and of the
    /// value; `None` if there is none.
    ///
    /// # Errors
    /// As [`Map::entries`] and [`Map::delete`].
    pub fn remove_any(&self) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        self.removable("removal")?;
        let key_bytes = self.spec().key_size as usize;
        let mut key = None;
        // Who lost the first one to another goes on from there: of a map whose keys all
        // exist, such as a table of programs, the first may hold nothing for ever.
        loop {
            let next = self.with_fd(|fd| {
                next_key(fd, key.as_deref(), key_bytes)
                    .map_err(|error| self.failure("removal", error))
            })?;
            let Some(next) = next else { return Ok(None) };
            if let Some(value) = self.remove_raw(&next)? {
                return Ok(Some((next, value)));
            }
            key = Some(next);
        }
    }

    /// Writes `value` under `key` unless there is an entry; says whether it
    /// did.
    ///
    /// # Errors
    /// As [`Map::update`].
    pub fn create(&self, key: &Value, value: &Value) -> Result<bool> {
        match self.update(key, value, UpdateMode::Create) {
            Ok(()) => Ok(true),
            Err(Error::KeyExists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn remove_raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let value_bytes = self.shape("removal")?.value_bytes;
        let taken = self.with_fd(|fd| Ok(lookup_and_delete(fd, key, value_bytes)))?;
        match taken.map_err(|error| (error.raw_os_error(), error)) {
            Ok(value) => Ok(value),
            Err((Some(ENOTSUPP | libc::EOPNOTSUPP | libc::EINVAL), _)) => {
                let value = self.with_fd(|fd| {
                    lookup_raw(fd, key, value_bytes).map_err(|error| self.failure("removal", error))
                })?;
                // It is theirs who removed it.
                Ok(if value.is_some() && self.delete_raw(key)? { value } else { None })
            }
            Err((_, error)) => Err(self.failure("removal", error)),
        }
    }

    fn removable(&self, operation: &'static str) -> Result<()> {
        self.shape(operation)?;
        if self.spec().map_type.is_array() {
            return Err(self.unsupported(operation, "an array's entries always exist: set to zero"));
        }
        Ok(())
    }
}

fn lookup_and_delete(fd: i32, key: &[u8], value_bytes: usize) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0_u8; value_bytes];
    // SAFETY: `key` has the size of the map's key, `value` that of its value
    // (one for each possible CPU in a per-CPU map).
    let status = unsafe {
        libbpf_sys::bpf_map_lookup_and_delete_elem(fd, void(key), value.as_mut_ptr().cast())
    };
    match check(status) {
        Ok(_) => Ok(Some(value)),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}
