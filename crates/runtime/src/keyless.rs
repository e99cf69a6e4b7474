//! Maps without keys: queues, stacks and bloom filters.

use std::io;
use std::ptr;

use libbpf_rs::libbpf_sys;

use crate::error::Result;
use crate::map::{Map, void};
use crate::open::check;
use crate::value::Value;

impl Map {
    /// Puts a value into a queue, a stack or a bloom filter.
    ///
    /// # Errors
    /// [`crate::Error::Value`] if it does not fit, [`crate::Error::MapFull`],
    /// [`crate::Error::Unsupported`] for maps with keys.
    pub fn push(&self, value: &Value) -> Result<()> {
        self.keyless("push", true)?;
        let value = self.encode_value(value)?;
        self.with_fd(|fd| {
            // SAFETY: the value has the size of the map's; there is no key.
            let status = unsafe {
                libbpf_sys::bpf_map_update_elem(
                    fd,
                    ptr::null(),
                    void(&value),
                    libbpf_sys::BPF_ANY.into(),
                )
            };
            check(status).map(|_| ()).map_err(|error| self.failure("push", error))
        })
    }

    /// Takes the next value out of a queue or a stack; `None` if it is empty.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for other maps.
    pub fn pop(&self) -> Result<Option<Value>> {
        self.keyless("pop", false)?;
        self.take(|fd, value| {
            // SAFETY: `value` has the size of the map's value; there is no key.
            unsafe { libbpf_sys::bpf_map_lookup_and_delete_elem(fd, ptr::null(), value) }
        })
    }

    /// The next value of a queue or a stack; `None` if it is empty.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for other maps.
    pub fn peek(&self) -> Result<Option<Value>> {
        self.keyless("peek", false)?;
        self.take(|fd, value| {
            // SAFETY: as above.
            unsafe { libbpf_sys::bpf_map_lookup_elem(fd, ptr::null(), value) }
        })
    }

    /// Whether a bloom filter may hold a value; if not, it certainly does not.
    ///
    /// # Errors
    /// [`crate::Error::Value`] if it does not fit, [`crate::Error::Unsupported`] for other
    /// maps.
    pub fn may_hold(&self, value: &Value) -> Result<bool> {
        if !self.spec().map_type.is_bloom_filter() {
            return Err(self.unsupported("membership", "look its keys up"));
        }
        let mut value = self.encode_value(value)?;
        self.with_fd(|fd| {
            // SAFETY: the value has the size of the map's, and is only read.
            let status = unsafe {
                libbpf_sys::bpf_map_lookup_elem(fd, ptr::null(), value.as_mut_ptr().cast())
            };
            match found(status) {
                Ok(found) => Ok(found),
                Err(error) => Err(self.failure("membership", error)),
            }
        })
    }

    fn take(&self, call: impl FnOnce(i32, *mut std::ffi::c_void) -> i32) -> Result<Option<Value>> {
        let mut value = vec![0_u8; self.spec().value_size as usize];
        let found = self.with_fd(|fd| {
            found(call(fd, value.as_mut_ptr().cast())).map_err(|error| self.failure("pop", error))
        })?;
        Ok(found.then(|| self.decode_value(&value)))
    }

    fn keyless(&self, operation: &'static str, bloom: bool) -> Result<()> {
        let kind = self.spec().map_type;
        if kind.is_queue() || bloom && kind.is_bloom_filter() {
            return Ok(());
        }
        Err(self.unsupported(operation, "only queues and stacks have it"))
    }
}

/// Whether there was something: "no such entry" is no failure.
fn found(status: i32) -> io::Result<bool> {
    match check(status) {
        Ok(_) => Ok(true),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(false),
        Err(error) => Err(error),
    }
}
