//! How many events did not fit their buffer, as the programs count them.
//!
//! Objects of PythonBPF have a counter for each buffer: a variable
//! `__pythonbpf_lost_<map>`. Objects without are told apart by its absence.

use std::os::fd::{AsFd as _, OwnedFd};

use crate::layout::Layout;
use crate::map::read_first;
use crate::object::{Inner, Loaded};
use crate::value::{Value, decode};

/// What the name of a counter begins with; the map's name follows.
const PREFIX: &str = "__pythonbpf_lost_";

/// The counter of one buffer.
#[derive(Debug)]
pub(crate) struct Losses {
    /// The map of the section's variables.
    map: OwnedFd,
    layout: Layout,
    variable: String,
}

impl Losses {
    /// The counter for the events of map `name`, if the object has one.
    pub(crate) fn of(inner: &Inner, loaded: &Loaded, name: &str) -> Option<Self> {
        let variable = format!("{PREFIX}{name}");
        let mut sections = inner.maps.iter().enumerate().filter(|(_, spec)| spec.is_internal);
        let (index, spec) = sections.find(|(_, spec)| has(&spec.value, &variable))?;
        // A descriptor of its own, so that a reader may ask at any time.
        let map = loaded.map(index)?.as_fd().try_clone_to_owned().ok()?;
        Some(Self { map, layout: spec.value.clone(), variable })
    }

    /// How many there are by now.
    pub(crate) fn count(&self) -> Option<u64> {
        let bytes = read_first(&self.map, self.layout.size()).ok()??;
        match decode(&self.layout, &bytes) {
            Value::Struct(section) => {
                section.get(&self.variable)?.as_int().and_then(|count| u64::try_from(count).ok())
            }
            _ => None,
        }
    }
}

fn has(section: &Layout, variable: &str) -> bool {
    match section {
        Layout::Struct(section) => section.fields.iter().any(|field| &*field.name == variable),
        _ => false,
    }
}
