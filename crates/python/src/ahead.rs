//! Entries that were read before they are asked for.
//!
//! `dict(table)` asks for all keys, and then for the value of each: a system
//! call for each, and an entry that goes in between would be missing. So the
//! values are read with the keys, and handed out as they are asked for in
//! turn, to the thread that asked for the keys.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;
use pyo3::types::PyList;

/// What threads are given next.
#[derive(Default)]
pub struct Ahead {
    /// How many threads there are, so that others need not look.
    threads: AtomicUsize,
    columns: Mutex<Vec<Columns>>,
}

struct Columns {
    thread: ThreadId,
    keys: Py<PyList>,
    values: Py<PyList>,
    next: usize,
}

impl Ahead {
    /// This thread asks for these keys next.
    pub fn put(&self, keys: &Bound<'_, PyList>, values: &Bound<'_, PyList>) {
        if keys.is_empty() {
            return;
        }
        let thread = thread::current().id();
        let (keys, values) = (keys.clone().unbind(), values.clone().unbind());
        let old = self.remove(thread);
        let mut columns = self.columns();
        columns.push(Columns { thread, keys, values, next: 0 });
        self.threads.store(columns.len(), Ordering::Release);
        drop(columns);
        // Not while it is locked: what goes may be any object.
        drop(old);
    }

    /// The value of this key, if it is the very object that the thread asks for
    /// next. Who asks for anything else is given nothing more.
    #[inline]
    pub fn take<'py>(&self, key: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        if self.threads.load(Ordering::Acquire) == 0 {
            return None;
        }
        let (found, over) = self.step(key);
        drop(over);
        found
    }

    fn step<'py>(&self, key: &Bound<'py, PyAny>) -> (Option<Bound<'py, PyAny>>, Option<Columns>) {
        let thread = thread::current().id();
        let mut columns = self.columns();
        let Some(own) = columns.iter_mut().find(|one| one.thread == thread) else {
            return (None, None);
        };
        let (keys, values) = (own.keys.bind(key.py()), own.values.bind(key.py()));
        let is_next = keys.get_item(own.next).is_ok_and(|next| next.is(key));
        let found = if is_next { values.get_item(own.next).ok() } else { None };
        own.next += 1;
        let goes_on = found.is_some() && own.next < keys.len();
        drop(columns);
        (found, if goes_on { None } else { self.remove(thread) })
    }

    fn remove(&self, thread: ThreadId) -> Option<Columns> {
        let mut columns = self.columns();
        let index = columns.iter().position(|one| one.thread == thread)?;
        let removed = columns.swap_remove(index);
        self.threads.store(columns.len(), Ordering::Release);
        Some(removed)
    }

    fn columns(&self) -> MutexGuard<'_, Vec<Columns>> {
        self.columns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
