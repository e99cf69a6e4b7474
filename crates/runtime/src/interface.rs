//! Network interfaces, by name or by index.

use std::ffi::CString;
use std::fmt;

use crate::error::{Error, Result};

/// Which network interface to attach to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interface {
    /// By name, as in `ip link`.
    Name(String),
    /// By index.
    Index(u32),
}

impl From<&str> for Interface {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<u32> for Interface {
    fn from(index: u32) -> Self {
        Self::Index(index)
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

impl Interface {
    /// The index in the calling thread's network namespace.
    ///
    /// # Errors
    /// [`Error::NoSuchInterface`] with the interfaces that exist.
    pub fn index(&self) -> Result<u32> {
        let index = match self {
            Self::Name(name) => name_to_index(name),
            Self::Index(index) => existing().iter().map(|(i, _)| *i).find(|i| i == index),
        };
        index.ok_or_else(|| Error::NoSuchInterface {
            name: self.to_string(),
            existing: existing().into_iter().map(|(_, name)| name).collect(),
        })
    }
}

fn name_to_index(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: `name` is a NUL-terminated string that outlives the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    (index != 0).then_some(index)
}

/// Index and name of every interface of the thread's network namespace.
fn existing() -> Vec<(u32, String)> {
    let mut found = Vec::new();
    // SAFETY: the list ends with an index of 0 and a NULL name, is freed with
    // its own function and not used afterwards; each name is NUL-terminated.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return found;
        }
        let mut entry = list;
        while (*entry).if_index != 0 && !(*entry).if_name.is_null() {
            let name = std::ffi::CStr::from_ptr((*entry).if_name);
            found.push(((*entry).if_index, name.to_string_lossy().into_owned()));
            entry = entry.add(1);
        }
        libc::if_freenameindex(list);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_found_both_ways() {
        let index = Interface::from("lo").index().unwrap();
        assert_eq!(Interface::from(index).index().unwrap(), index);
    }

    #[test]
    fn a_missing_interface_lists_those_that_exist() {
        let message = Interface::from("nope0").index().unwrap_err().to_string();
        assert!(message.contains("`nope0`") && message.contains("`lo`"), "{message}");
        assert!(Interface::from("a\0b").index().is_err());
        assert!(Interface::from(u32::MAX).index().is_err());
    }
}
