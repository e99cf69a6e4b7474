//! A map of a loaded object, read and written with typed values.
//!
//! Keys and values are decoded and encoded by the layouts of the object's BTF.
//! Per-CPU maps give and take a list with one value for each possible CPU.
//! Walking a map is in `iterate`.

use std::ffi::c_void;
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::sync::Arc;

use libbpf_rs::libbpf_sys;

use crate::error::{Error, Result};
use crate::holders::Apart;
use crate::iterate::{Entries, Shape, next_key};
use crate::layout::Layout;
use crate::object::{Inner, Loaded};
use crate::open::{ENOTSUPP, check};
use crate::privilege::{Capability, missing_capabilities};
use crate::spec::MapSpec;
use crate::update_error;
use crate::value::{Value, ValueError, decode, encode};

/// A map of a loaded object. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Map {
    pub(crate) inner: Arc<Inner>,
    index: usize,
    /// Set for a map that lies in the one at `index`, or is made to.
    apart: Option<Arc<Apart>>,
}

/// Whether an update may create the entry, replace it, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpdateMode {
    /// Create or replace (`BPF_ANY`).
    #[default]
    Set,
    /// Only create; an existing key is [`Error::KeyExists`] (`BPF_NOEXIST`).
    Create,
    /// Only replace; a new key is [`Error::NoSuchKey`] (`BPF_EXIST`).
    Replace,
}

impl UpdateMode {
    const fn flags(self) -> u64 {
        match self {
            Self::Set => libbpf_sys::BPF_ANY as u64,
            Self::Create => libbpf_sys::BPF_NOEXIST as u64,
            Self::Replace => libbpf_sys::BPF_EXIST as u64,
        }
    }
}

impl Map {
    pub(crate) fn new(inner: Arc<Inner>, index: usize) -> Self {
        Self { inner, index, apart: None }
    }

    /// Another map, that lies in this one or is made to.
    pub(crate) fn beside(&self, apart: Arc<Apart>) -> Self {
        Self { inner: Arc::clone(&self.inner), index: self.index, apart: Some(apart) }
    }

    /// What the object says of the map: type, sizes and layouts.
    pub fn spec(&self) -> &MapSpec {
        match &self.apart {
            Some(apart) => &apart.spec,
            // The index comes from the same, unchanging list.
            None => &self.inner.maps[self.index],
        }
    }

    /// The map's name.
    pub fn name(&self) -> &str {
        &self.spec().name
    }

    /// The value under `key`, or `None`.
    ///
    /// # Errors
    /// [`Error::Value`] if `key` does not fit the key type,
    /// [`Error::Unsupported`] for maps without entries.
    pub fn lookup(&self, key: &Value) -> Result<Option<Value>> {
        let shape = self.shape("lookup")?;
        let key = self.encode_key(key)?;
        let value = self.with_fd(|fd| {
            lookup_raw(fd, &key, shape.value_bytes).map_err(|error| self.failure("lookup", error))
        })?;
        Ok(value.map(|bytes| self.decode_value(&bytes)))
    }

    /// Writes `value` under `key`.
    ///
    /// # Errors
    /// [`Error::Value`] if key or value do not fit, [`Error::MapFull`],
    /// [`Error::NoSuchIndex`], [`Error::EntryRefused`], [`Error::KeyExists`] and
    /// [`Error::NoSuchKey`] by `mode`.
    pub fn update(&self, key: &Value, value: &Value, mode: UpdateMode) -> Result<()> {
        self.shape("update")?;
        let key = self.encode_key(key)?;
        let value = self.encode_value(value)?;
        self.update_raw(&key, &value, mode)
    }

    /// Removes `key`; says whether it was there.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for arrays, whose entries exist forever.
    pub fn delete(&self, key: &Value) -> Result<bool> {
        self.shape("delete")?;
        if self.spec().map_type.is_array() {
            return Err(self.unsupported("delete", "an array's entries always exist: set to zero"));
        }
        let key = self.encode_key(key)?;
        self.delete_raw(&key)
    }

    /// Walks all entries. Entries deleted meanwhile may be missing, entries
    /// added meanwhile may or may not appear, and none appears twice.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for maps without entries, [`Error::Closed`].
    pub fn entries(&self) -> Result<Entries> {
        let shape = self.shape("iteration")?;
        self.with_fd(|_| Ok(()))?;
        Ok(Entries::new(self.clone(), shape))
    }

    /// How many entries there are. Arrays always hold `max_entries`; other
    /// maps are counted by walking them.
    ///
    /// # Errors
    /// As [`Map::entries`].
    pub fn len(&self) -> Result<usize> {
        if self.spec().map_type.is_array() {
            return self.with_fd(|_| Ok(self.spec().max_entries as usize));
        }
        self.count()
    }

    /// Whether there is no entry.
    ///
    /// # Errors
    /// As [`Map::entries`].
    pub fn is_empty(&self) -> Result<bool> {
        if self.spec().map_type.is_array() {
            return self.len().map(|length| length == 0);
        }
        let shape = self.shape("iteration")?;
        let first = self.with_fd(|fd| {
            let first = next_key(fd, None, shape.key_bytes);
            let found = first.and_then(|key| match key {
                None => Ok(Some(true)),
                Some(key) => Ok(lookup_raw(fd, &key, shape.value_bytes)?.map(|_| false)),
            });
            found.map_err(|error| self.failure("iteration", error))
        })?;
        // There may be keys without entries, as of a table of programs.
        match first {
            Some(empty) => Ok(empty),
            None => Ok(self.entries()?.next().transpose()?.is_none()),
        }
    }

    /// Runs a call on what is loaded.
    pub(crate) fn with_loaded<R>(&self, call: impl FnOnce(&Loaded) -> Result<R>) -> Result<R> {
        self.inner.with_loaded(call)
    }

    /// The right to send records through the object's buffers.
    pub(crate) fn sender(&self) -> std::sync::MutexGuard<'_, ()> {
        self.inner.sender()
    }

    pub(crate) fn with_fd<R>(&self, call: impl FnOnce(i32) -> Result<R>) -> Result<R> {
        self.inner.with_loaded(|loaded| {
            if let Some(apart) = &self.apart {
                return call(apart.fd.as_raw_fd());
            }
            let handle = loaded.map(self.index).ok_or_else(|| {
                self.unsupported("access", "the object switches its creation off")
            })?;
            call(handle.as_fd().as_raw_fd())
        })
    }

    /// The sizes that the kernel moves, after making sure that the map has
    /// entries at all.
    pub(crate) fn shape(&self, operation: &'static str) -> Result<Shape> {
        let spec = self.spec();
        if !spec.map_type.has_entries() {
            let advice = if spec.map_type.carries_events() {
                "read its events instead"
            } else {
                "maps of this type have no entries to look up"
            };
            return Err(self.unsupported(operation, advice));
        }
        let value_bytes = if spec.map_type.is_per_cpu() {
            per_cpu_stride(spec).saturating_mul(possible_cpus()?)
        } else {
            spec.value_size as usize
        };
        Ok(Shape { key_bytes: spec.key_size as usize, value_bytes })
    }

    pub(crate) fn decode_key(&self, bytes: &[u8]) -> Value {
        decode(&self.spec().key, bytes)
    }

    pub(crate) fn decode_value(&self, bytes: &[u8]) -> Value {
        let spec = self.spec();
        if !spec.map_type.is_per_cpu() {
            return decode(&spec.value, bytes);
        }
        let cpus = bytes.chunks_exact(per_cpu_stride(spec).max(1));
        Value::List(cpus.map(|bytes| decode(&spec.value, bytes)).collect())
    }

    pub(crate) fn encode_key(&self, key: &Value) -> Result<Vec<u8>> {
        encode(&self.spec().key, key).map_err(|source| self.value_error("key", source))
    }

    pub(crate) fn encode_value(&self, value: &Value) -> Result<Vec<u8>> {
        let spec = self.spec();
        let encoded = if spec.map_type.is_per_cpu() {
            encode_per_cpu(&spec.value, value, per_cpu_stride(spec), possible_cpus()?)
        } else {
            encode(&spec.value, value)
        };
        encoded.map_err(|source| self.value_error("value", source))
    }

    fn value_error(&self, role: &'static str, source: ValueError) -> Error {
        Error::Value { map: self.name().to_owned(), role, source: Box::new(source) }
    }

    pub(crate) fn update_raw(&self, key: &[u8], value: &[u8], mode: UpdateMode) -> Result<()> {
        self.with_fd(|fd| {
            // SAFETY: both buffers have the sizes of the map's key and value
            // (`encode` and `shape` see to that); the kernel only reads them.
            let status = unsafe {
                libbpf_sys::bpf_map_update_elem(fd, void(key), void(value), mode.flags())
            };
            check(status).map(|_| ()).map_err(|error| {
                update_error::explain(self, fd, (key, value), &error)
                    .unwrap_or_else(|| self.failure("update", error))
            })
        })
    }

    pub(crate) fn delete_raw(&self, key: &[u8]) -> Result<bool> {
        self.with_fd(|fd| {
            // SAFETY: the buffer has the size of the map's key.
            let status = unsafe { libbpf_sys::bpf_map_delete_elem(fd, void(key)) };
            match check(status) {
                Ok(_) => Ok(true),
                Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(false),
                Err(error) => Err(update_error::bad_key(self, key, &error)
                    .unwrap_or_else(|| self.failure("delete", error))),
            }
        })
    }

    pub(crate) fn failure(&self, operation: &'static str, source: io::Error) -> Error {
        let spec = self.spec();
        let map = spec.name.clone();
        match source.raw_os_error() {
            Some(libc::E2BIG) => Error::MapFull { map, max_entries: spec.max_entries },
            Some(libc::EEXIST) => Error::KeyExists { map },
            Some(libc::ENOENT) => Error::NoSuchKey { map },
            Some(libc::EPERM) => self.refused(operation),
            Some(ENOTSUPP | libc::EOPNOTSUPP | libc::EINVAL) => {
                self.unsupported(operation, "this kernel does not offer it for this type of map")
            }
            _ => Error::System { action: format!("{operation} of map `{map}`"), source },
        }
    }

    /// EPERM: the process may not, or nobody may (`.rodata` is frozen).
    fn refused(&self, operation: &'static str) -> Error {
        let missing = missing_capabilities(&[Capability::Bpf]);
        if missing.is_empty() {
            return self.unsupported(operation, "the map is read-only");
        }
        let action = format!("{operation} of map `{}`", self.name());
        Error::MissingPrivilege { action, missing, place: None }
    }

    pub(crate) fn unsupported(&self, operation: &'static str, advice: &'static str) -> Error {
        Error::Unsupported {
            map: self.name().to_owned(),
            map_type: self.spec().map_type.to_string(),
            operation,
            advice,
        }
    }
}

/// Reads the value under `key`; `None` if there is none.
pub(crate) fn lookup_raw(fd: i32, key: &[u8], value_bytes: usize) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0_u8; value_bytes];
    // SAFETY: `key` has the size of the map's key, `value` that of its value
    // (one for each possible CPU in a per-CPU map).
    let status =
        unsafe { libbpf_sys::bpf_map_lookup_elem(fd, void(key), value.as_mut_ptr().cast()) };
    match check(status) {
        Ok(_) => Ok(Some(value)),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the one value of a map of global variables.
pub(crate) fn read_first(map: &OwnedFd, value_bytes: usize) -> io::Result<Option<Vec<u8>>> {
    lookup_raw(map.as_raw_fd(), &0_u32.to_ne_bytes(), value_bytes)
}

/// The kernel keeps per-CPU values at multiples of 8 bytes.
fn per_cpu_stride(spec: &MapSpec) -> usize {
    (spec.value_size as usize).next_multiple_of(8)
}

/// How many values each entry of a per-CPU map has: one for each CPU that
/// there may ever be.
///
/// # Errors
/// The system does not tell.
pub fn possible_cpus() -> Result<usize> {
    libbpf_rs::num_possible_cpus().map_err(|error| Error::System {
        action: "counting the possible CPUs".to_owned(),
        source: io::Error::other(error.to_string()),
    })
}

fn encode_per_cpu(
    layout: &Layout,
    value: &Value,
    stride: usize,
    cpus: usize,
) -> std::result::Result<Vec<u8>, ValueError> {
    let list = Layout::Array { element: Arc::new(layout.clone()), length: cpus };
    let dense = encode(&list, value)?;
    let mut spread = Vec::with_capacity(stride * cpus);
    for value in dense.chunks_exact(layout.size().max(1)) {
        spread.extend_from_slice(value);
        spread.resize(spread.len().next_multiple_of(stride.max(1)), 0);
    }
    Ok(spread)
}

pub(crate) fn void(bytes: &[u8]) -> *const c_void {
    bytes.as_ptr().cast()
}
