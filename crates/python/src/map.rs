//! A map of an object: values converted on the way in and out.

use std::os::fd::IntoRawFd;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PyTuple};
use runtime::{Layout, MapSpec, Rows, UpdateMode, Value};

use crate::ahead::Ahead;
use crate::convert::{Misfit, StructTypes, from_python};
use crate::decode::Decoder;
use crate::errors;
use crate::instance;
use crate::layouts::describe;
use crate::object::Shared;
use crate::program::Program;

/// A map, loaded or not.
#[pyclass(frozen, module = "pythonbpf._native")]
pub struct Map {
    shared: Arc<Shared>,
    spec: MapSpec,
    loaded: OnceLock<runtime::Map>,
    decoders: OnceLock<Decoders>,
    /// What `dict(table)` is given next.
    ahead: Ahead,
}

/// How many entries in a row become objects.
struct Decoders {
    key: Decoder,
    value: Decoder,
    /// Bytes from one CPU's value to the next one's, in a per-CPU map.
    stride: Option<usize>,
}

impl Decoders {
    fn value<'py>(
        &self,
        py: Python<'py>,
        types: &StructTypes,
        bytes: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(stride) = self.stride else { return self.value.decode(py, types, bytes) };
        let cpus = bytes.chunks_exact(stride.max(1));
        let values = cpus.map(|bytes| self.value.decode(py, types, bytes));
        Ok(PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)?.into_any())
    }
}

/// Layouts of key and value, CPUs, and bytes from one CPU's value to the next.
type Row<'py> = (Bound<'py, PyTuple>, Bound<'py, PyTuple>, Option<usize>, usize);

impl Map {
    /// The map of this name.
    pub fn new(py: Python<'_>, shared: &Arc<Shared>, name: &str) -> PyResult<Self> {
        let spec = shared.maps.iter().find(|map| map.name == name).cloned();
        let spec = spec.ok_or_else(|| {
            let names = shared.maps.iter().map(|map| map.name.as_str());
            let error = runtime::Error::UnknownMap {
                name: name.to_owned(),
                nearest: diagnostics::nearest(name, names).map(str::to_owned).into_iter().collect(),
            };
            errors::raise(py, &error, None)
        })?;
        Ok(Self {
            shared: Arc::clone(shared),
            spec,
            loaded: OnceLock::new(),
            decoders: OnceLock::new(),
            ahead: Ahead::default(),
        })
    }

    /// A map out of this one.
    fn within(&self, map: runtime::Map) -> Self {
        let spec = map.spec().clone();
        Self {
            shared: Arc::clone(&self.shared),
            spec,
            loaded: OnceLock::from(map),
            decoders: OnceLock::new(),
            ahead: Ahead::default(),
        }
    }

    /// Runs a call on the loaded map with the interpreter released.
    fn call<R: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&runtime::Map) -> runtime::Result<R> + Send,
    ) -> PyResult<R> {
        let map = match self.loaded.get() {
            Some(map) => map,
            None => {
                let object = self.shared.loaded(py)?;
                let map = object.map(&self.spec.name).map_err(|e| self.shared.raise(py, &e))?;
                self.loaded.get_or_init(|| map)
            }
        };
        py.detach(|| call(map)).map_err(|error| self.shared.raise(py, &error))
    }

    fn decoders(&self, py: Python<'_>) -> PyResult<&Decoders> {
        if let Some(decoders) = self.decoders.get() {
            return Ok(decoders);
        }
        let (types, spec) = (&self.shared.types, &self.spec);
        let stride = (spec.value_size as usize).next_multiple_of(8);
        let made = Decoders {
            key: Decoder::of_keys(py, types, &spec.key)?,
            value: Decoder::new(py, types, &spec.value)?,
            stride: spec.map_type.is_per_cpu().then_some(stride),
        };
        Ok(self.decoders.get_or_init(|| made))
    }

    fn row_keys<'py>(&self, py: Python<'py>, rows: &Rows) -> PyResult<Bound<'py, PyAny>> {
        let (decoders, types) = (self.decoders(py)?, &self.shared.types);
        listed(py, rows.iter().map(|(key, _)| decoders.key.decode(py, types, key)))
    }

    fn row_values<'py>(&self, py: Python<'py>, rows: &Rows) -> PyResult<Bound<'py, PyAny>> {
        let (decoders, types) = (self.decoders(py)?, &self.shared.types);
        listed(py, rows.iter().map(|(_, value)| decoders.value(py, types, value)))
    }

    fn key(&self, key: &Bound<'_, PyAny>) -> PyResult<Value> {
        let made = from_python(key, &self.spec.key);
        made.map_err(|misfit| self.misfit(key.py(), "key", misfit))
    }

    /// A value as the map takes it: one, or one for each CPU.
    fn value(&self, value: &Bound<'_, PyAny>) -> PyResult<Value> {
        if self.spec.map_type.is_per_cpu() {
            let element = Arc::new(self.spec.value.clone());
            let made = from_python(value, &Layout::Array { element, length: 0 });
            return made.map_err(|misfit| self.misfit(value.py(), "value", misfit));
        }
        let made = from_python(value, &self.spec.value);
        made.map_err(|misfit| self.misfit(value.py(), "value", misfit))
    }

    fn misfit(&self, py: Python<'_>, role: &str, misfit: Misfit) -> PyErr {
        misfit.raise(py, &format!("map `{}`: {role}", self.spec.name))
    }

    /// The bytes of a record: given as such, or those of a struct's value.
    fn record(&self, record: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let py = record.py();
        if let Ok(bytes) = record.extract::<&[u8]>() {
            return Ok(bytes.to_vec());
        }
        if let Ok(bytes) = record.cast::<PyByteArray>() {
            return Ok(bytes.to_vec());
        }
        let class = record.get_type().name()?.to_string();
        let known = &self.spec.events;
        let named = known.iter().find(|layout| match layout {
            Layout::Struct(known) => *known.name == *class,
            _ => false,
        });
        let only = known.first().filter(|_| known.len() == 1);
        let Some(layout) = named.or(only) else {
            return Err(PyTypeError::new_err(format!(
                "`{}` takes records: give bytes, or the value of a struct that the program reads, \
                 not {class}",
                self.spec.name
            )));
        };
        let value =
            from_python(record, layout).map_err(|misfit| self.misfit(py, "record", misfit))?;
        runtime::encode(layout, &value).map_err(|source| {
            let map = self.spec.name.clone();
            let error = runtime::Error::Value { map, role: "record", source: Box::new(source) };
            self.shared.raise(py, &error)
        })
    }

    fn python<'py>(&self, py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
        self.shared.types.to_python(py, value)
    }
}

/// A list of what `items` gives, up to its first error.
fn listed<'py>(
    py: Python<'py>,
    mut items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    instance::list(py, |made| items.try_for_each(|item| made.push(item?)))
}

fn outside(offset: usize, size: usize) -> PyErr {
    PyOverflowError::new_err(format!("{size} bytes at {offset} do not lie inside the memory"))
}

#[pymethods]
impl Map {
    /// Gives a struct of operations to the kernel.
    fn attach_struct_ops(&self, py: Python<'_>) -> PyResult<()> {
        self.call(py, runtime::Map::attach_struct_ops)
    }

    /// Takes it back; says whether it was attached.
    fn detach_struct_ops(&self, py: Python<'_>) -> PyResult<bool> {
        self.call(py, |map| Ok(map.detach_struct_ops()))
    }

    /// The map's name.
    #[getter]
    fn name(&self) -> &str {
        &self.spec.name
    }

    /// The kernel's name of the type.
    #[getter]
    fn r#type(&self) -> &'static str {
        self.spec.map_type.name()
    }

    /// How many entries it holds at most; bytes for a ring buffer.
    #[getter]
    fn max_entries(&self) -> u32 {
        self.spec.max_entries
    }

    /// Whether it is a ring buffer or perf event array.
    #[getter]
    fn carries_events(&self) -> bool {
        self.spec.map_type.carries_events()
    }

    /// The value under a key, or `None`.
    fn lookup<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let key = self.key(key)?;
        let found = self.call(py, |map| map.lookup(&key))?;
        found.map(|value| self.python(py, &value)).transpose()
    }

    /// The same, of those that `keys_ahead` read with the keys as they were then.
    fn item<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.ahead.take(key) {
            Some(value) => Ok(Some(value)),
            None => self.lookup(py, key),
        }
    }

    /// Stores a value under a key.
    fn update<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let (key, value) = (self.key(key)?, self.value(value)?);
        self.call(py, |map| map.update(&key, &value, UpdateMode::Set))
    }

    /// Removes an entry; says whether it was there.
    fn delete<'py>(&self, py: Python<'py>, key: &Bound<'py, PyAny>) -> PyResult<bool> {
        let key = self.key(key)?;
        self.call(py, |map| map.delete(&key))
    }

    /// Removes an entry and gives its value, or `None`.
    fn remove<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let key = self.key(key)?;
        let found = self.call(py, |map| map.remove(&key))?;
        found.map(|value| self.python(py, &value)).transpose()
    }

    /// Removes any entry and gives its key and value, or `None`.
    fn remove_any<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        let Some((key, value)) = self.call(py, runtime::Map::remove_any)? else { return Ok(None) };
        let (decoders, types) = (self.decoders(py)?, &self.shared.types);
        Ok(Some((decoders.key.decode(py, types, &key)?, decoders.value(py, types, &value)?)))
    }

    /// Stores a value unless there is one; says whether it did.
    fn create<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        let (key, value) = (self.key(key)?, self.value(value)?);
        self.call(py, |map| map.create(&key, &value))
    }

    /// All keys and values, as they are now.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (rows, types) = (self.call(py, runtime::Map::rows)?, &self.shared.types);
        let decoders = self.decoders(py)?;
        let leaves =
            decoders.key.is_leaf() && decoders.value.is_leaf() && decoders.stride.is_none();
        let pair = |(key, value): (&[u8], &[u8])| {
            instance::tuple(py, 2, leaves, |place| match place {
                0 => decoders.key.decode(py, types, key),
                _ => decoders.value(py, types, value),
            })
        };
        listed(py, rows.iter().map(pair))
    }

    /// All keys, as they are now, for a thread that then asks for the item of
    /// each in turn.
    fn keys_ahead<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let rows = self.call(py, runtime::Map::rows)?;
        let (keys, values) = (self.row_keys(py, &rows)?, self.row_values(py, &rows)?);
        self.ahead.put(keys.cast()?, values.cast()?);
        Ok(keys)
    }

    /// All keys, as they are now.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.row_keys(py, &self.call(py, runtime::Map::rows)?)
    }

    /// All values, as they are now.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.row_values(py, &self.call(py, runtime::Map::rows)?)
    }

    /// All entries as rows of bytes: those of the key, then those of the value.
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyByteArray>> {
        let rows = self.call(py, runtime::Map::rows)?;
        Ok(PyByteArray::new(py, &rows.bytes))
    }

    /// What a row of `rows` is: the layouts of key and value, and how many
    /// values there are, one for each CPU, and bytes from one to the next.
    fn row<'py>(&self, py: Python<'py>) -> PyResult<Row<'py>> {
        let (key, value) = (describe(py, &self.spec.key)?, describe(py, &self.spec.value)?);
        let stride = (self.spec.value_size as usize).next_multiple_of(8);
        let cpus = match self.spec.map_type.is_per_cpu() {
            true => Some(self.call(py, |_| runtime::possible_cpus())?),
            false => None,
        };
        Ok((key, value, cpus, stride))
    }

    /// Stores many values.
    fn update_all(&self, py: Python<'_>, entries: &Bound<'_, PyAny>) -> PyResult<()> {
        let entry = |entry: PyResult<Bound<'_, PyAny>>| {
            let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = entry?.extract()?;
            Ok((self.key(&key)?, self.value(&value)?))
        };
        let entries: Vec<(Value, Value)> =
            entries.try_iter()?.map(entry).collect::<PyResult<_>>()?;
        self.call(py, |map| map.update_all(&entries))
    }

    /// Pins it to a path of a BPF file system.
    fn pin(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.call(py, |map| map.pin(&path))
    }

    /// A descriptor of the map, which is the caller's.
    fn descriptor(&self, py: Python<'_>) -> PyResult<i32> {
        self.call(py, runtime::Map::duplicate).map(IntoRawFd::into_raw_fd)
    }

    /// How many entries there are now.
    fn length(&self, py: Python<'_>) -> PyResult<usize> {
        self.call(py, |map| map.len())
    }

    /// Whether there is no entry now.
    fn is_empty(&self, py: Python<'_>) -> PyResult<bool> {
        self.call(py, |map| map.is_empty())
    }

    /// Removes all entries.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        self.call(py, |map| map.clear())
    }

    /// Puts a value into a queue, a stack or a bloom filter.
    fn push(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = self.value(value)?;
        self.call(py, |map| map.push(&value))
    }

    /// Sends records through a user ring buffer; how many there was room for.
    fn send(&self, py: Python<'_>, records: Vec<Bound<'_, PyAny>>) -> PyResult<usize> {
        let records: Vec<Vec<u8>> =
            records.iter().map(|record| self.record(record)).collect::<PyResult<_>>()?;
        self.call(py, |map| map.send(records.iter().map(Vec::as_slice)))
    }

    /// Takes the next value out of a queue or a stack, or `None`.
    fn pop<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.call(py, runtime::Map::pop)?;
        value.map(|value| self.python(py, &value)).transpose()
    }

    /// The next value of a queue or a stack, or `None`.
    fn peek<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.call(py, runtime::Map::peek)?;
        value.map(|value| self.python(py, &value)).transpose()
    }

    /// Whether a bloom filter may hold a value.
    fn may_hold(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let value = self.value(value)?;
        self.call(py, |map| map.may_hold(&value))
    }

    /// Stores an open descriptor under a key.
    fn store_descriptor(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyAny>,
        descriptor: i32,
    ) -> PyResult<()> {
        let key = self.key(key)?;
        self.call(py, |map| map.store_descriptor(&key, descriptor))
    }

    /// Stores a program under a key of a map of programs.
    fn store_program(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyAny>,
        program: &Program,
    ) -> PyResult<()> {
        let key = self.key(key)?;
        let program = program.loaded(py)?;
        self.call(py, |map| map.store_program(&key, program))
    }

    /// Stores a map under a key of a map of maps.
    fn store_map(&self, py: Python<'_>, key: &Bound<'_, PyAny>, inner: &Self) -> PyResult<()> {
        let key = self.key(key)?;
        let inner = inner.call(py, |map| Ok(map.clone()))?;
        self.call(py, |map| map.store_map(&key, &inner))
    }

    /// The map under a key of a map of maps, or `None`.
    fn inner(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let key = self.key(key)?;
        let found = self.call(py, |map| map.inner(&key))?;
        Ok(found.map(|map| self.within(map)))
    }

    /// A new map that can be stored in this map of maps.
    fn new_inner(&self, py: Python<'_>) -> PyResult<Self> {
        let made = self.call(py, runtime::Map::new_inner)?;
        Ok(self.within(made))
    }

    /// Bytes of an arena.
    fn read_memory<'py>(
        &self,
        py: Python<'py>,
        offset: usize,
        size: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.call(py, |map| map.read_memory(offset, size))?;
        let bytes = bytes.ok_or_else(|| outside(offset, size))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Changes bytes of an arena.
    fn write_memory(&self, py: Python<'_>, offset: usize, data: &[u8]) -> PyResult<()> {
        let inside = self.call(py, |map| map.write_memory(offset, data))?;
        if inside { Ok(()) } else { Err(outside(offset, data.len())) }
    }
}
