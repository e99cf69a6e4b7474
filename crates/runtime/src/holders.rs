//! Maps that hold programs, maps, sockets and the like: what is stored is a
//! descriptor, what is read is a number of the kernel's.

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::ptr;
use std::sync::Arc;

use libbpf_rs::libbpf_sys;

use crate::error::{Error, Result};
use crate::loaded_btf;
use crate::map::{Map, UpdateMode, lookup_raw};
use crate::open::check;
use crate::pins::map_info;
use crate::program::Program;
use crate::spec::{MapSpec, kernel_spec};
use crate::value::Value;

/// A map that is not one of the object's own, with what is known of it.
#[derive(Debug)]
pub(crate) struct Apart {
    pub(crate) spec: MapSpec,
    pub(crate) fd: OwnedFd,
}

impl Map {
    /// Stores an open descriptor under `key`.
    ///
    /// # Errors
    /// As [`Map::update`]; the kernel also says what it does not take.
    pub fn store_descriptor(&self, key: &Value, descriptor: RawFd) -> Result<()> {
        let key = self.encode_key(key)?;
        let value = u64::try_from(descriptor).unwrap_or(u64::MAX).to_le_bytes();
        let size = (self.spec().value_size as usize).min(value.len());
        self.update_raw(&key, value.get(..size).unwrap_or_default(), UpdateMode::Set)
    }

    /// Stores a program under `key` of a map of programs.
    ///
    /// # Errors
    /// As [`Map::update`]; all programs of a map must be of one type.
    pub fn store_program(&self, key: &Value, program: &Program) -> Result<()> {
        let descriptor = program.duplicate()?;
        self.store_descriptor(key, descriptor.as_raw_fd())
    }

    /// Stores a map under `key` of a map of maps.
    ///
    /// # Errors
    /// As [`Map::update`]; the map must be like the others.
    pub fn store_map(&self, key: &Value, map: &Self) -> Result<()> {
        let descriptor = map.duplicate()?;
        self.store_descriptor(key, descriptor.as_raw_fd())
    }

    /// The map under `key` of a map of maps; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other maps, [`Error::System`] without the
    /// privilege to open maps by number.
    pub fn inner(&self, key: &Value) -> Result<Option<Self>> {
        self.holds_maps()?;
        let key = self.encode_key(key)?;
        let found = self.with_fd(|fd| {
            lookup_raw(fd, &key, size_of::<u32>()).map_err(|error| self.failure("lookup", error))
        })?;
        let Some(number) = found.and_then(|bytes| bytes.try_into().ok()) else { return Ok(None) };
        let number = u32::from_ne_bytes(number);
        // SAFETY: a plain number goes in, a new descriptor comes out.
        let status = unsafe { libbpf_sys::bpf_map_get_fd_by_id(number) };
        let fd = self.owned(status, "opening a map inside")?;
        let spec = match &self.spec().inner {
            Some(spec) => self.inside((**spec).clone()),
            None => self.told(&fd)?,
        };
        Ok(Some(self.apart(Apart { spec, fd })))
    }

    /// Makes a map that can be stored in this map of maps.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other maps, [`Error::System`].
    pub fn new_inner(&self) -> Result<Self> {
        self.holds_maps()?;
        let Some(spec) = &self.spec().inner else {
            let advice = "the kernel does not tell what its maps are like: store one that exists";
            return Err(self.unsupported("making a map for it", advice));
        };
        let spec = self.inside((**spec).clone());
        let options = libbpf_sys::bpf_map_create_opts {
            sz: size_of::<libbpf_sys::bpf_map_create_opts>() as _,
            map_flags: spec.flags,
            map_extra: spec.extra,
            ..Default::default()
        };
        // SAFETY: no name is given; the options outlive the call.
        let status = unsafe {
            libbpf_sys::bpf_map_create(
                spec.map_type.number(),
                ptr::null(),
                spec.key_size,
                spec.value_size,
                spec.max_entries,
                &options,
            )
        };
        let fd = self.owned(status, "making a map to be inside")?;
        Ok(self.apart(Apart { spec, fd }))
    }

    fn holds_maps(&self) -> Result<()> {
        match self.spec().map_type.is_of_maps() {
            true => Ok(()),
            false => Err(self.unsupported("nesting", "only maps of maps hold maps")),
        }
    }

    /// What is known of a map that lies in this one.
    fn inside(&self, spec: MapSpec) -> MapSpec {
        MapSpec { name: format!("{}[…]", self.name()), ..spec }
    }

    /// What the kernel tells of a map that lies in this one, which was pinned.
    fn told(&self, map: &OwnedFd) -> Result<MapSpec> {
        let info = map_info(map).map_err(|source| Error::System {
            action: format!("asking about a map inside `{}`", self.name()),
            source,
        })?;
        Ok(self.inside(kernel_spec(&info, loaded_btf::for_layouts(info.btf_id).as_ref())))
    }

    fn owned(&self, status: i32, what: &str) -> Result<OwnedFd> {
        let fd = check(status).map_err(|source| Error::System {
            action: format!("{what} `{}`", self.name()),
            source,
        })?;
        // SAFETY: the kernel has just given the descriptor to us alone.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    /// A descriptor of the map that stays open by itself.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::System`].
    pub fn duplicate(&self) -> Result<OwnedFd> {
        self.with_fd(|fd| {
            // SAFETY: the descriptor is open while `with_fd` runs this.
            let borrowed = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd) };
            duplicated(borrowed.try_clone_to_owned())
        })
    }

    fn apart(&self, apart: Apart) -> Self {
        self.beside(Arc::new(apart))
    }
}

impl Program {
    /// A descriptor of the program that stays open by itself.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::System`].
    pub fn duplicate(&self) -> Result<OwnedFd> {
        self.inner.with_loaded(|loaded| duplicated(self.descriptor(loaded)?.try_clone_to_owned()))
    }
}

fn duplicated(copy: io::Result<OwnedFd>) -> Result<OwnedFd> {
    copy.map_err(|source| Error::System { action: "copying a descriptor".to_owned(), source })
}
