//! Objects made in a row, past what a general call does each time.
//!
//! Hundreds of nanoseconds for each event would be argument tuples and
//! look-ups of what is the same for all of them; here it is looked up once.
//! Only calls of CPython's stable ABI are made.
#![allow(unsafe_code, reason = "calls of CPython's that pyo3 has no safe form of")]

use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use pyo3::{ffi, intern};

/// How instances of one class come into being.
pub struct Maker {
    class: Py<PyType>,
    /// The class's own `__new__`, where it has one.
    new: Option<Py<PyAny>>,
    names: Vec<Name>,
}

struct Name {
    name: Py<PyString>,
    /// The slot of this name, and how one stores into it.
    slot: Option<(Py<PyAny>, ffi::descrsetfunc)>,
}

impl Maker {
    /// For instances of `class` with these attributes.
    pub fn new<'a>(
        class: &Bound<'_, PyType>,
        names: impl Iterator<Item = &'a str>,
    ) -> PyResult<Self> {
        let py = class.py();
        let plain = py.get_type::<PyAny>().getattr(intern!(py, "__new__"))?;
        let own = class.getattr(intern!(py, "__new__"))?;
        Ok(Self {
            class: class.clone().unbind(),
            new: (!own.is(&plain)).then(|| own.unbind()),
            names: names.map(|name| attribute(class, name)).collect::<PyResult<_>>()?,
        })
    }

    /// An instance whose attributes are what `value` gives for each number.
    pub fn make<'py>(
        &self,
        py: Python<'py>,
        mut value: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let instance = match &self.new {
            Some(new) => new.bind(py).call1((&self.class,))?,
            // SAFETY: this is what `object.__new__` does for a class of Python's: a new object
            // with a reference that is ours, or null with an exception set.
            None => unsafe {
                let class = self.class.as_ptr().cast();
                Bound::from_owned_ptr_or_err(py, ffi::PyType_GenericAlloc(class, 0))?
            },
        };
        for (index, Name { name, slot }) in self.names.iter().enumerate() {
            let value = value(index)?;
            let Some((slot, store)) = slot else {
                instance.setattr(name, value)?;
                continue;
            };
            // SAFETY: `store` is how the type of `slot` stores, which checks that the object is
            // an instance of the slot's class; all three are alive. It keeps what it needs.
            let status = unsafe { store(slot.as_ptr(), instance.as_ptr(), value.as_ptr()) };
            if status != 0 {
                return Err(PyErr::fetch(py));
            }
        }
        Ok(instance)
    }
}

/// An attribute that a class's own slot keeps is stored through that slot.
fn attribute(class: &Bound<'_, PyType>, name: &str) -> PyResult<Name> {
    let py = class.py();
    let interned = PyString::intern(py, name);
    let plain_set = py.get_type::<PyAny>().getattr(intern!(py, "__setattr__"))?;
    let own_set = class.getattr(intern!(py, "__setattr__"))?;
    let found = class.getattr_opt(&interned)?.filter(|_| own_set.is(&plain_set));
    let slot =
        found.filter(|found| found.get_type().name().is_ok_and(|kind| kind == "member_descriptor"));
    let slot = slot.and_then(|slot| {
        let kind = slot.get_type();
        // SAFETY: the type is alive; slots of static types may be asked for since 3.10.
        let store = unsafe { ffi::PyType_GetSlot(kind.as_type_ptr(), ffi::Py_tp_descr_set) };
        // SAFETY: a slot of that number is null or a function of this type.
        let store: Option<ffi::descrsetfunc> = unsafe { std::mem::transmute(store) };
        Some((slot.unbind(), store?))
    });
    Ok(Name { name: interned.unbind(), slot })
}

/// A tuple of what `value` gives for each number below `length`.
///
/// With `leaves` the items refer to nothing, as numbers and texts do: the cycle
/// collector is told at once what it would find out by itself, that it need
/// not look at the tuple.
pub fn tuple<'py>(
    py: Python<'py>,
    length: usize,
    leaves: bool,
    mut value: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let size = ffi::Py_ssize_t::try_from(length)?;
    // SAFETY: a new tuple with a reference that is ours, or null with an exception set. It is
    // not seen by others before it is full; one that is dropped early may have empty places.
    let tuple = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(size))? };
    for index in 0..size {
        let item = value(index.unsigned_abs())?.into_ptr();
        // SAFETY: the place is inside, and the reference to the item is given away.
        unsafe { ffi::PyTuple_SetItem(tuple.as_ptr(), index, item) };
    }
    if leaves && length > 0 {
        // SAFETY: the tuple is tracked, being new; tuples are made for being untracked.
        unsafe { ffi::PyObject_GC_UnTrack(tuple.as_ptr().cast()) };
    }
    Ok(tuple)
}

/// A list of so many items as `items` gives.
pub fn list<'py>(
    py: Python<'py>,
    items: impl ExactSizeIterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    let size = ffi::Py_ssize_t::try_from(items.len())?;
    let _new_objects = NoCollection::new(py);
    // SAFETY: as for tuples.
    let list = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyList_New(size))? };
    for (index, item) in (0..size).zip(items) {
        // SAFETY: as for tuples.
        unsafe { ffi::PyList_SetItem(list.as_ptr(), index, item?.into_ptr()) };
    }
    Ok(list)
}

/// Keeps the cycle collector from looking at a great many new objects again
/// and again; it is as it was when this is dropped.
struct NoCollection<'py> {
    _held: Python<'py>,
    was_on: bool,
}

impl<'py> NoCollection<'py> {
    /// Until the result is dropped; meanwhile the interpreter is not released.
    fn new(py: Python<'py>) -> Self {
        // SAFETY: the interpreter is held, here and below.
        Self { _held: py, was_on: unsafe { ffi::PyGC_Disable() } != 0 }
    }
}

impl Drop for NoCollection<'_> {
    fn drop(&mut self) {
        if self.was_on {
            // SAFETY: as above.
            unsafe { ffi::PyGC_Enable() };
        }
    }
}
