//! Global variables: read and written by name, before the load and after it.
//!
//! libbpf keeps the first values of a section in memory of ours and maps the
//! kernel's own there once the object is loaded, so that a variable is written
//! without touching its neighbours, which programs may be changing.

use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::ptr::{self, NonNull};

use libbpf_rs::libbpf_sys;

use crate::error::{Error, Result};
use crate::layout::{FieldLayout, Layout};
use crate::nearest::nearest;
use crate::spec::{MapSpec, OWN_PREFIXES};
use crate::value::{Value, decode, encode};

/// Where a global variable lies.
pub(crate) struct Place<'a> {
    /// Its section's index among the maps.
    pub map: usize,
    spec: &'a MapSpec,
    field: &'a FieldLayout,
}

/// Names of the global variables that the program declares.
pub(crate) fn names(maps: &[MapSpec]) -> Vec<String> {
    let names = fields(maps).map(|place| place.field.name.to_string());
    names.filter(|name| !OWN_PREFIXES.iter().any(|own| name.starts_with(own))).collect()
}

fn fields(maps: &[MapSpec]) -> impl Iterator<Item = Place<'_>> {
    maps.iter().enumerate().flat_map(|(map, spec)| {
        let fields = match &spec.value {
            Layout::Struct(layout) if spec.name.starts_with('.') => layout.fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(move |field| Place { map, spec, field })
    })
}

/// The place of a global variable.
///
/// # Errors
/// [`Error::UnknownGlobal`] with the nearest names.
pub(crate) fn find<'a>(maps: &'a [MapSpec], name: &str) -> Result<Place<'a>> {
    let found = fields(maps).find(|place| *place.field.name == *name);
    found.ok_or_else(|| {
        let known = names(maps);
        let nearest = nearest(name, known.iter().map(String::as_str));
        Error::UnknownGlobal { name: name.to_owned(), nearest }
    })
}

impl Place<'_> {
    /// The variable's layout.
    pub fn layout(&self) -> &Layout {
        &self.field.layout
    }

    /// Whether no program changes it: nobody can once it is loaded.
    pub fn is_constant(&self) -> bool {
        self.spec.name.starts_with(".rodata")
    }

    /// Whether programs may change it.
    pub fn is_variable(&self) -> bool {
        self.spec.name.starts_with(".data") || self.spec.name.starts_with(".bss")
    }

    /// The value in a section's memory.
    pub fn read(&self, memory: Memory) -> Result<Value> {
        let mut bytes = vec![0; self.layout().size()];
        let start = self.start(memory)?;
        for (offset, byte) in bytes.iter_mut().enumerate() {
            // SAFETY: `start` checked that the variable lies in the memory;
            // programs may write there meanwhile, hence the volatile reads.
            *byte = unsafe { start.add(offset).read_volatile() };
        }
        Ok(decode(self.layout(), &bytes))
    }

    /// Writes a value to a section's memory.
    ///
    /// # Errors
    /// [`Error::GlobalValue`] if it does not fit the variable's type.
    pub fn write(&self, memory: Memory, value: &Value) -> Result<()> {
        let bytes = encode(self.layout(), value).map_err(|source| Error::GlobalValue {
            name: self.field.name.to_string(),
            source: Box::new(source),
        })?;
        let start = self.start(memory)?;
        // A number is written in one go, so that programs see no half of it.
        match (bytes.len(), start.as_ptr().addr()) {
            (4, at) if at % 4 == 0 => {
                let number = u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                // SAFETY: as below, and aligned.
                unsafe { start.cast::<u32>().write_volatile(number) };
            }
            (8, at) if at % 8 == 0 => {
                let mut word = [0; 8];
                word.copy_from_slice(&bytes);
                // SAFETY: as below, and aligned.
                unsafe { start.cast::<u64>().write_volatile(u64::from_ne_bytes(word)) };
            }
            _ => {
                for (offset, byte) in bytes.into_iter().enumerate() {
                    // SAFETY: `start` checked that the variable lies in the
                    // memory, which is writable: constants are refused once
                    // the object is loaded.
                    unsafe { start.add(offset).write_volatile(byte) };
                }
            }
        }
        Ok(())
    }

    fn start(&self, memory: Memory) -> Result<NonNull<u8>> {
        let offset = self.field.bit_offset / 8;
        let inside = offset.checked_add(self.layout().size()).is_some_and(|end| end <= memory.size);
        if !inside {
            return Err(self.unsupported("access", "its section is not in memory"));
        }
        // SAFETY: the offset lies inside the memory.
        Ok(unsafe { memory.start.add(offset) })
    }

    /// Refuses something about this variable.
    pub fn unsupported(&self, operation: &'static str, advice: &'static str) -> Error {
        let (map, map_type) = (self.field.name.to_string(), self.spec.name.clone());
        Error::Unsupported { map, map_type, operation, advice }
    }
}

/// The memory of a section, as long as its object lives.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    start: NonNull<u8>,
    size: usize,
}

impl Memory {
    /// The memory of a map of global variables, if it has any.
    pub fn of(map: *mut libbpf_sys::bpf_map) -> Option<Self> {
        let mut size: libbpf_sys::size_t = 0;
        // SAFETY: the caller's pointer is that of a live map.
        let start = unsafe { libbpf_sys::bpf_map__initial_value(map, &raw mut size) };
        Some(Self { start: NonNull::new(start.cast())?, size: usize::try_from(size).ok()? })
    }
}

/// The memory of a pinned map of global variables, mapped by us.
#[derive(Debug)]
pub(crate) struct Mapped {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: it is memory that programs share, and is read and written bytewise.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Maps `size` bytes of a map; nothing if the kernel does not let it.
    pub fn of(map: BorrowedFd<'_>, size: usize) -> Option<Self> {
        // Constants are frozen, and can only be read.
        [libc::PROT_READ | libc::PROT_WRITE, libc::PROT_READ].into_iter().find_map(|access| {
            // SAFETY: a new mapping at an address of the kernel's choice.
            let start = unsafe {
                libc::mmap(ptr::null_mut(), size, access, libc::MAP_SHARED, map.as_raw_fd(), 0)
            };
            let mapped = (start != libc::MAP_FAILED).then_some(start)?;
            Some(Self { start: NonNull::new(mapped.cast())?, size })
        })
    }

    /// The memory, as long as this lives.
    pub fn memory(&self) -> Memory {
        Memory { start: self.start, size: self.size }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: mapped by `of`, and nobody has the memory longer than this.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.size) };
    }
}
