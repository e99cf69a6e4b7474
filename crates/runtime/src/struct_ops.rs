//! Structs of operations: maps that the kernel takes programs from, such as a
//! congestion control of TCP or a scheduler. One is attached as a whole.

use libbpf_rs::libbpf_sys;

use crate::error::{Error, Result};
use crate::map::Map;
use crate::object::Object;
use crate::prints;
use crate::ways::{Failure, owned_link};

/// What is said of an operation that only such maps have.
const ONLY: &str = "it is for maps that are a `StructOps`";

impl Object {
    /// Attaches every struct of operations that is not attached yet; gives their
    /// names. If one fails, those before it are detached again.
    pub(crate) fn attach_operations(&self) -> Result<Vec<String>> {
        let maps = self.maps().into_iter().filter(|map| map.spec().map_type.is_struct_ops());
        let mut attached: Vec<Map> = Vec::new();
        for map in maps.filter(|map| !map.is_attached()) {
            if let Err(error) = map.attach_struct_ops() {
                for map in attached {
                    map.detach_struct_ops();
                }
                return Err(error);
            }
            attached.push(map);
        }
        Ok(attached.iter().map(|map| map.name().to_owned()).collect())
    }
}

impl Map {
    /// Gives a struct of operations to the kernel, which calls its programs from
    /// now on until it is detached or the object is closed. Nothing happens if
    /// it is attached.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other maps, [`Error::Closed`], or the kernel's
    /// refusal: the name is taken, or what the struct must have is missing.
    pub fn attach_struct_ops(&self) -> Result<()> {
        let spec = self.spec();
        if !spec.map_type.is_struct_ops() {
            return Err(self.unsupported("attach_struct_ops", ONLY));
        }
        if self.is_attached() {
            return Ok(());
        }
        let link = self.inner.with_loaded(|loaded| {
            let raw = loaded.libbpf_map(spec);
            let raw = raw.ok_or_else(|| self.unsupported("attach_struct_ops", ONLY))?;
            // SAFETY: the map belongs to the object, which stays loaded meanwhile;
            // the link that libbpf makes is ours.
            let (link, _) = prints::capture(|| unsafe {
                owned_link(libbpf_sys::bpf_map__attach_struct_ops(raw))
            });
            link.map_err(|failure| match failure {
                Failure::Explained(error) => error,
                Failure::System(source) => {
                    let mut action = format!("attach_struct_ops of map `{}`", self.name());
                    if source.raw_os_error() == Some(libc::EBUSY) {
                        action += " (the kernel took it before, and takes it once: \
                                   close the object and load it anew)";
                    }
                    Error::System { action, source }
                }
            })
        })?;
        self.inner.operations().insert(spec.name.clone(), link);
        Ok(())
    }

    /// Takes a struct of operations back; says whether it was attached.
    pub fn detach_struct_ops(&self) -> bool {
        self.inner.operations().remove(&self.spec().name).is_some()
    }

    /// Whether it is a struct of operations that the kernel has now.
    pub fn is_attached(&self) -> bool {
        self.inner.operations().contains_key(&self.spec().name)
    }
}
