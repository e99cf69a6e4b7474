//! Values at the border: what the runtime decodes becomes Python objects, and
//! what Python gives becomes values that the runtime checks and encodes.
//!
//! A struct becomes an instance of the class that the package's `struct_type`
//! callback names; [`StructTypes`] asks once for each layout and keeps the
//! answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType,
};
use runtime::{Layout, StructLayout, StructValue, Value};

/// How deep lists, tuples and dictionaries may nest; guards against ones that
/// contain themselves.
const MAX_DEPTH: u32 = 64;

/// The Python classes of an object's structs.
pub struct StructTypes {
    /// `(name, fields) -> type`.
    callback: Py<PyAny>,
    known: Mutex<HashMap<StructKey, Arc<StructClass>>>,
}

/// A struct's name and the names of its fields.
type StructKey = (Arc<str>, Vec<Arc<str>>);

struct StructClass {
    class: Py<PyType>,
    fields: Vec<Py<PyString>>,
}

impl StructTypes {
    /// Asks `callback` for the classes.
    pub fn new(callback: Py<PyAny>) -> Self {
        Self { callback, known: Mutex::default() }
    }

    /// The class of a struct of this name and these fields.
    pub fn class(
        &self,
        py: Python<'_>,
        name: &Arc<str>,
        fields: Vec<Arc<str>>,
    ) -> PyResult<Py<PyType>> {
        Ok(self.struct_class(py, (Arc::clone(name), fields))?.class.clone_ref(py))
    }

    fn struct_class(&self, py: Python<'_>, key: StructKey) -> PyResult<Arc<StructClass>> {
        if let Some(class) = self.lock().get(&key) {
            return Ok(Arc::clone(class));
        }
        // Not under the lock: the callback is Python code.
        let names = key.1.iter().map(|name| PyString::intern(py, name).unbind()).collect();
        let tuple = PyTuple::new(py, key.1.iter().map(|name| &**name))?;
        let name = if key.0.is_empty() { "anonymous" } else { &*key.0 };
        let class = self.callback.bind(py).call1((name, tuple))?.cast_into::<PyType>()?;
        let class = Arc::new(StructClass { class: class.unbind(), fields: names });
        Ok(Arc::clone(self.lock().entry(key).or_insert(class)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<StructKey, Arc<StructClass>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Python object for a value.
    pub fn to_python<'py>(&self, py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
        Ok(match value {
            Value::Int(int) => int.into_pyobject(py)?.into_any(),
            Value::Bool(bit) => PyBool::new(py, *bit).to_owned().into_any(),
            Value::Float(float) => PyFloat::new(py, *float).into_any(),
            Value::Str(text) => PyString::new(py, text).into_any(),
            Value::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
            Value::List(items) => {
                let list = PyList::empty(py);
                for item in items {
                    list.append(self.to_python(py, item)?)?;
                }
                list.into_any()
            }
            Value::Struct(value) => self.instance(py, value)?,
            other => return Err(PyTypeError::new_err(format!("no Python form of {other:?}"))),
        })
    }

    /// Fills the fields directly: the class's own `__init__` would only sort
    /// out arguments that are sorted already.
    fn instance<'py>(&self, py: Python<'py>, value: &StructValue) -> PyResult<Bound<'py, PyAny>> {
        let fields = value.fields.iter().map(|(name, _)| Arc::clone(name)).collect();
        let class = self.struct_class(py, (Arc::clone(&value.name), fields))?;
        let bound = class.class.bind(py);
        let instance = bound.call_method1(pyo3::intern!(py, "__new__"), (bound,))?;
        for (name, (_, item)) in class.fields.iter().zip(&value.fields) {
            instance.setattr(name.bind(py), self.to_python(py, item)?)?;
        }
        Ok(instance)
    }
}

/// A Python object that no value can be made of, and where it stands.
pub struct Misfit {
    /// The fields and places that lead there: `.name`, `[3]`.
    path: String,
    error: PyErr,
}

impl From<PyErr> for Misfit {
    fn from(error: PyErr) -> Self {
        Self { path: String::new(), error }
    }
}

impl Misfit {
    /// The same one level further out.
    fn at(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }

    /// The exception, which says what the value was for: `map `counts`: key`.
    pub fn raise(self, py: Python<'_>, whose: &str) -> PyErr {
        let path = self.path.trim_start_matches('.');
        let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
        let words = format!("{whose}: {at}{}", self.error.value(py));
        if self.error.is_instance_of::<PyOverflowError>(py) {
            PyOverflowError::new_err(words)
        } else if self.error.is_instance_of::<PyTypeError>(py) {
            PyTypeError::new_err(words)
        } else if self.error.is_instance_of::<PyValueError>(py) {
            PyValueError::new_err(words)
        } else {
            self.error
        }
    }
}

/// The value of a Python object, for a place that has this layout.
///
/// # Errors
/// `TypeError` for objects of no BPF type, `OverflowError` for integers that
/// no BPF type holds. Whether the value fits the layout is the runtime's to
/// say.
pub fn from_python(object: &Bound<'_, PyAny>, layout: &Layout) -> Result<Value, Misfit> {
    convert(object, Some(layout), 0)
}

fn convert(
    object: &Bound<'_, PyAny>,
    layout: Option<&Layout>,
    depth: u32,
) -> Result<Value, Misfit> {
    if depth > MAX_DEPTH {
        return Err(PyTypeError::new_err("the value is nested too deep").into());
    }
    if let Ok(bit) = object.cast::<PyBool>() {
        Ok(Value::Bool(bit.is_true()))
    } else if object.is_instance_of::<PyInt>() {
        Ok(integer(object)?)
    } else if let Ok(float) = object.cast::<PyFloat>() {
        Ok(Value::Float(float.value()))
    } else if let Ok(text) = object.cast::<PyString>() {
        Ok(string(text, layout)?)
    } else if let Ok(bytes) = object.cast::<PyBytes>() {
        Ok(Value::Bytes(bytes.as_bytes().to_vec()))
    } else if let Ok(bytes) = object.cast::<PyByteArray>() {
        Ok(Value::Bytes(bytes.to_vec()))
    } else if let Ok(dict) = object.cast::<PyDict>() {
        dictionary(dict, layout, depth)
    } else if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        sequence(object, layout, depth)
    } else {
        instance(object, layout, depth)
    }
}

fn integer(object: &Bound<'_, PyAny>) -> PyResult<Value> {
    let int = object.extract::<i128>().map_err(|_| {
        PyOverflowError::new_err(format!("{object} does not fit any integer type of BPF"))
    })?;
    Ok(Value::Int(int))
}

/// A text; one that stands for bytes that are no UTF-8, as keys do that were
/// read and names of files (`os.fsdecode`), becomes these bytes again.
fn string(text: &Bound<'_, PyString>, layout: Option<&Layout>) -> PyResult<Value> {
    if !text.is_exact_instance_of::<PyString>()
        && let Ok(raw) = text.getattr(pyo3::intern!(text.py(), "raw"))
        && let Ok(bytes) = raw.cast::<PyBytes>()
    {
        return Ok(Value::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(text) = text.to_str() {
        return Ok(Value::Str(text.to_owned()));
    }
    if !matches!(layout, Some(Layout::Str { .. })) {
        // That no text is wanted is for who encodes it to say.
        return Ok(Value::Str(text.to_string_lossy().into_owned()));
    }
    let bytes = text.call_method1("encode", ("utf-8", "surrogateescape"))?;
    Ok(Value::Bytes(bytes.extract()?))
}

fn dictionary(
    dict: &Bound<'_, PyDict>,
    layout: Option<&Layout>,
    depth: u32,
) -> Result<Value, Misfit> {
    let layout = struct_layout(layout);
    let mut fields = Vec::with_capacity(dict.len());
    for (name, item) in dict {
        let name: String = name.extract().map_err(|_| {
            PyTypeError::new_err("a dictionary stands for a struct: its keys are field names")
        })?;
        let item = field(&item, field_layout(layout, &name), &name, depth)?;
        fields.push((name.into(), item));
    }
    Ok(Value::Struct(StructValue { name: "".into(), fields }))
}

/// What stands in a field of a struct.
fn field(
    item: &Bound<'_, PyAny>,
    layout: Option<&Layout>,
    name: &str,
    depth: u32,
) -> Result<Value, Misfit> {
    convert(item, layout, depth + 1).map_err(|misfit| misfit.at(&format!(".{name}")))
}

/// A list is an array; where a struct is wanted, a tuple or list holds its
/// fields in order, and where bytes are wanted, their numbers.
fn sequence(
    object: &Bound<'_, PyAny>,
    layout: Option<&Layout>,
    depth: u32,
) -> Result<Value, Misfit> {
    let items: Vec<Bound<'_, PyAny>> = object.try_iter()?.collect::<PyResult<_>>()?;
    match layout {
        Some(Layout::Struct(layout)) => {
            if items.len() != layout.fields.len() {
                return Err(PyTypeError::new_err(format!(
                    "struct `{}` has {} fields, but {} values are given",
                    layout.name,
                    layout.fields.len(),
                    items.len()
                ))
                .into());
            }
            let mut fields = Vec::with_capacity(items.len());
            for (known, item) in layout.fields.iter().zip(&items) {
                let item = field(item, Some(&known.layout), &known.name, depth)?;
                fields.push((Arc::clone(&known.name), item));
            }
            Ok(Value::Struct(StructValue { name: Arc::clone(&layout.name), fields }))
        }
        Some(Layout::Bytes { .. }) => {
            let numbers = items.iter().enumerate().map(|(index, item)| {
                byte(item).map_err(|error| Misfit::from(error).at(&format!("[{index}]")))
            });
            Ok(Value::Bytes(numbers.collect::<Result<_, _>>()?))
        }
        _ => {
            let element = match layout {
                Some(Layout::Array { element, .. }) => Some(&**element),
                other => other, // one value per CPU
            };
            let items = items.iter().enumerate().map(|(index, item)| {
                let made = convert(item, element, depth + 1);
                made.map_err(|misfit| misfit.at(&format!("[{index}]")))
            });
            Ok(Value::List(items.collect::<Result<_, _>>()?))
        }
    }
}

/// One of the numbers that stand for bytes.
fn byte(item: &Bound<'_, PyAny>) -> PyResult<u8> {
    item.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(item.py()) {
            PyOverflowError::new_err(format!("{item} does not fit a byte (0 to 255)"))
        } else {
            error
        }
    })
}

/// A struct value of the package, a ctypes integer, or anything with
/// `__index__` or, where a float is wanted, `__float__` (NumPy's numbers).
fn instance(
    object: &Bound<'_, PyAny>,
    layout: Option<&Layout>,
    depth: u32,
) -> Result<Value, Misfit> {
    let py = object.py();
    let class = object.get_type();
    if let Ok(names) = class.getattr(pyo3::intern!(py, "__bpf_fields__")) {
        let layout = struct_layout(layout);
        let mut fields = Vec::new();
        for name in names.extract::<Vec<String>>()? {
            let item = object.getattr(name.as_str())?;
            let item = field(&item, field_layout(layout, &name), &name, depth)?;
            fields.push((name.into(), item));
        }
        let name = class.name()?.to_str()?.into();
        return Ok(Value::Struct(StructValue { name, fields }));
    }
    if let Ok(index) = object.call_method0(pyo3::intern!(py, "__index__")) {
        return Ok(integer(&index)?);
    }
    if matches!(layout, Some(Layout::Float { .. }))
        && let Ok(float) = object.extract::<f64>()
    {
        return Ok(Value::Float(float));
    }
    if class.getattr(pyo3::intern!(py, "__module__"))?.to_string() == "ctypes"
        && let Ok(value) = object.getattr(pyo3::intern!(py, "value"))
    {
        return convert(&value, layout, depth + 1);
    }
    Err(PyTypeError::new_err(format!(
        "a {} is no BPF value: use an int, bool, str, bytes, a list or a struct",
        class.name()?
    ))
    .into())
}

fn struct_layout(layout: Option<&Layout>) -> Option<&StructLayout> {
    match layout {
        Some(Layout::Struct(layout)) => Some(layout),
        _ => None,
    }
}

fn field_layout<'a>(layout: Option<&'a StructLayout>, name: &str) -> Option<&'a Layout> {
    let field = layout?.fields.iter().find(|field| &*field.name == name)?;
    Some(&field.layout)
}
