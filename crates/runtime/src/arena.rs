//! Arenas: memory that programs and user space share. libbpf maps it when the
//! object is loaded, and the kernel allows no second place.

use libbpf_rs::libbpf_sys;

use crate::error::Result;
use crate::map::Map;

/// The pages of which `max_entries` counts are the machine's.
fn page_size() -> usize {
    // SAFETY: the call only gives a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

impl Map {
    /// Bytes of an arena; `None` if they do not all lie inside.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for other maps and for arenas whose
    /// pages only programs make, [`crate::Error::Closed`].
    pub fn read_memory(&self, offset: usize, size: usize) -> Result<Option<Vec<u8>>> {
        if !self.lies_inside(offset, size) {
            return Ok(None);
        }
        self.with_memory(|start| {
            // SAFETY: the bytes lie inside the mapping; programs may change
            // them meanwhile, so each is read by itself.
            let byte = |at: usize| unsafe { start.add(offset + at).read_volatile() };
            Some((0..size).map(byte).collect())
        })
    }

    /// Changes bytes of an arena; says whether they all lie inside.
    ///
    /// # Errors
    /// As [`Map::read_memory`].
    pub fn write_memory(&self, offset: usize, data: &[u8]) -> Result<bool> {
        if !self.lies_inside(offset, data.len()) {
            return Ok(false);
        }
        self.with_memory(|start| {
            for (at, byte) in data.iter().enumerate() {
                // SAFETY: as above.
                unsafe { start.add(offset + at).write_volatile(*byte) };
            }
            true
        })
    }

    fn lies_inside(&self, offset: usize, size: usize) -> bool {
        let all = (self.spec().max_entries as usize).saturating_mul(page_size());
        offset.checked_add(size).is_some_and(|end| end <= all)
    }

    /// Runs a call on the mapping.
    fn with_memory<R>(&self, call: impl FnOnce(*mut u8) -> R) -> Result<R> {
        let spec = self.spec();
        let arena = spec.map_type.number() == libbpf_sys::BPF_MAP_TYPE_ARENA;
        if !arena {
            return Err(self.unsupported("memory", "only arenas are shared memory"));
        }
        if spec.flags & libbpf_sys::BPF_F_SEGV_ON_FAULT != 0 {
            let advice = "with BPF_F_SEGV_ON_FAULT its pages are made by programs alone";
            return Err(self.unsupported("memory", advice));
        }
        self.with_loaded(|loaded| {
            let start = loaded.libbpf_map(spec).map(|map| {
                let mut size = 0;
                // SAFETY: the map is alive while the object is loaded, which
                // `with_loaded` holds; the call only reads it.
                unsafe { libbpf_sys::bpf_map__initial_value(map, &mut size) }
            });
            match start.filter(|start| !start.is_null()) {
                Some(start) => Ok(call(start.cast())),
                None => Err(self.unsupported("memory", "it is not mapped")),
            }
        })
    }
}
