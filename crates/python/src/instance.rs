//! Objects made in a row, past what a general call does each time.
//!
//! Hundreds of nanoseconds for each event would be argument tuples and
//! look-ups of what is the same for all of them; here it is looked up once.
//! Only calls of CPython's stable ABI are made.
#![allow(unsafe_code, reason = "calls of CPython's that pyo3 has no safe form of")]

use std::ffi::CStr;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use pyo3::{ffi, intern};

/// How instances of one class come into being.
pub struct Maker {
    class: Py<PyType>,
    /// The class's own `__new__`, where it has one.
    new: Option<Py<PyAny>>,
    /// Whether instances have a `__del__`.
    finalizes: bool,
    names: Vec<Name>,
}

struct Name {
    name: Py<PyString>,
    place: Place,
}

/// Where an attribute is stored.
enum Place {
    /// Wherever setting the attribute puts it, which may be any code.
    Attribute,
    /// In this slot of the class, by what stores there.
    Slot(Py<PyAny>, ffi::descrsetfunc),
    /// In this slot, so many bytes into an instance.
    Offset(usize),
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
        let mut made = Self {
            class: class.clone().unbind(),
            new: (!own.is(&plain)).then(|| own.unbind()),
            finalizes: class.hasattr(intern!(py, "__del__"))?,
            names: names.map(|name| attribute(class, name)).collect::<PyResult<_>>()?,
        };
        // What a class's own `__new__` stored is let go of by who stores after it, and who
        // has a `__del__` is not tried in vain.
        if made.new.is_none() && !made.finalizes {
            for name in &mut made.names {
                name.measure(class)?;
            }
        }
        Ok(made)
    }

    /// Whether no code of Python's runs while an instance is made, provided
    /// that the cycle collector does not.
    pub fn runs_no_code(&self) -> bool {
        let plain = |name: &Name| !matches!(name.place, Place::Attribute);
        self.new.is_none() && !self.finalizes && self.names.iter().all(plain)
    }

    /// An instance whose attributes are what `value` gives for each number.
    pub fn make<'py>(
        &self,
        py: Python<'py>,
        mut value: impl FnMut(usize) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let instance = match &self.new {
            Some(new) => new.bind(py).call1((&self.class,))?,
            None => empty(self.class.bind(py))?,
        };
        for (index, Name { name, place }) in self.names.iter().enumerate() {
            let value = value(index)?;
            match place {
                Place::Attribute => instance.setattr(name, value)?,
                Place::Slot(slot, store) => store_in(slot.bind(py), *store, &instance, &value)?,
                // SAFETY: `measure` found the slot there. It is empty, the instance being new, or
                // has what an earlier field of the same name put there.
                Place::Offset(offset) => unsafe {
                    let slot = instance.as_ptr().byte_add(*offset).cast::<*mut ffi::PyObject>();
                    ffi::Py_XDECREF(slot.replace(value.into_ptr()));
                },
            }
        }
        Ok(instance)
    }
}

/// A new instance with empty slots, as `object.__new__` makes it.
fn empty<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: this is how a class of Python's is instantiated: a new object with a reference
    // that is ours, or null with an exception set.
    unsafe {
        let made = ffi::PyType_GenericAlloc(class.as_ptr().cast(), 0);
        Bound::from_owned_ptr_or_err(class.py(), made)
    }
}

/// Stores `value` in the `slot` of `instance`.
fn store_in(
    slot: &Bound<'_, PyAny>,
    store: ffi::descrsetfunc,
    instance: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    // SAFETY: `store` is how the type of `slot` stores, which checks that the object is an
    // instance of the slot's class; all three are alive. It keeps what it needs.
    let status = unsafe { store(slot.as_ptr(), instance.as_ptr(), value.as_ptr()) };
    if status == 0 { Ok(()) } else { Err(PyErr::fetch(slot.py())) }
}

impl Name {
    /// Finds how far inside an instance of `class` the slot is, and tries it.
    fn measure(&mut self, class: &Bound<'_, PyType>) -> PyResult<()> {
        let py = class.py();
        let Place::Slot(slot, store) = &self.place else { return Ok(()) };
        let slot = slot.bind(py);
        let owner = slot.getattr(intern!(py, "__objclass__"))?.cast_into::<PyType>()?;
        let name = slot.getattr(intern!(py, "__name__"))?.extract::<String>()?;
        let size = class.getattr(intern!(py, "__basicsize__"))?.extract::<usize>()?;
        let Some(offset) = member_offset(&owner, &name) else { return Ok(()) };
        let word = size_of::<*mut ffi::PyObject>();
        let header = size_of::<ffi::PyObject>();
        if offset < header || offset % word != 0 || offset > size.saturating_sub(word) {
            return Ok(());
        }
        // What is stored the regular way must be found there.
        let (instance, value) = (empty(class)?, class.as_any());
        let at = || {
            // SAFETY: an aligned word inside the instance, by what was asked above.
            unsafe { instance.as_ptr().byte_add(offset).cast::<*mut ffi::PyObject>().read() }
        };
        let before = at();
        let stored = store_in(slot, *store, &instance, value);
        if stored.is_ok() && before.is_null() && at() == value.as_ptr() {
            self.place = Place::Offset(offset);
        }
        Ok(())
    }
}

/// How far inside an instance `owner` keeps the slot of this name.
fn member_offset(owner: &Bound<'_, PyType>, name: &str) -> Option<usize> {
    // SAFETY: the type is alive; slots of static types may be asked for since 3.10. A slot of
    // that number is null or an array that ends with a member without a name, and lives as long
    // as the type.
    unsafe {
        let members = ffi::PyType_GetSlot(owner.as_type_ptr(), ffi::Py_tp_members);
        let mut member = members.cast::<ffi::PyMemberDef>().as_ref()?;
        while !member.name.is_null() {
            let found = CStr::from_ptr(member.name).to_bytes() == name.as_bytes();
            if found && member.type_code == ffi::Py_T_OBJECT_EX {
                return usize::try_from(member.offset).ok();
            }
            member = std::ptr::from_ref(member).add(1).as_ref()?;
        }
        None
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
    let place = slot.map_or(Place::Attribute, |(slot, store)| Place::Slot(slot, store));
    Ok(Name { name: interned.unbind(), place })
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

/// A list of the objects that `make` adds.
///
/// The cycle collector does not run meanwhile, so that it does not look at a
/// great many new objects again and again. What it would do right after, it
/// does before the list is one that it knows, by its own rules.
pub fn list<'py>(
    py: Python<'py>,
    make: impl FnOnce(&mut List<'py>) -> PyResult<()>,
) -> PyResult<Bound<'py, PyAny>> {
    let no_collection = NoCollection::new(py);
    let mut list = List::new(py)?;
    make(&mut list)?;
    drop(no_collection);
    if list.length > MANY {
        // A collection that is due runs when the next object is made, until CPython 3.11.
        // SAFETY: as for tuples; one of this length is not kept for later.
        drop(unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(LONG)) });
    }
    Ok(list.finish())
}

/// A list that nobody else has yet, nor the cycle collector.
pub struct List<'py> {
    list: Bound<'py, PyAny>,
    length: usize,
}

impl<'py> List<'py> {
    fn new(py: Python<'py>) -> PyResult<Self> {
        // SAFETY: as for tuples; lists are tracked when they are new.
        let list = unsafe {
            let list = Bound::from_owned_ptr_or_err(py, ffi::PyList_New(0))?;
            ffi::PyObject_GC_UnTrack(list.as_ptr().cast());
            list
        };
        Ok(Self { list, length: 0 })
    }

    /// Adds an object.
    #[inline]
    pub fn push(&mut self, item: Bound<'py, PyAny>) -> PyResult<()> {
        // SAFETY: a list and an object, of which the list takes a reference of its own.
        if unsafe { ffi::PyList_Append(self.list.as_ptr(), item.as_ptr()) } != 0 {
            return Err(PyErr::fetch(item.py()));
        }
        self.length += 1;
        Ok(())
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn finish(self) -> Bound<'py, PyAny> {
        // SAFETY: it is not tracked, having been untracked in `new`.
        unsafe { ffi::PyObject_GC_Track(self.list.as_ptr().cast()) };
        self.list
    }
}

/// Fewer new objects make no collection due.
const MANY: usize = 500;
/// Longer than the tuples that CPython keeps to use them again.
const LONG: ffi::Py_ssize_t = 64;

/// Keeps the cycle collector from running; it is as it was when this is dropped.
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
