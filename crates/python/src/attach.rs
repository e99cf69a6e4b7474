//! Keyword arguments of `attach` as the runtime's options.

use std::path::PathBuf;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use runtime::{Argument, AttachOptions, Interface};

/// A network interface, by name or by index.
#[derive(FromPyObject)]
enum InterfaceArgument {
    Index(u32),
    Name(String),
}

/// A socket, or its descriptor.
#[derive(FromPyObject)]
enum SocketArgument<'py> {
    Descriptor(i32),
    Object(Bound<'py, PyAny>),
}

/// Reads the keywords; `None` says nothing.
pub fn options(arguments: &Bound<'_, PyDict>) -> PyResult<AttachOptions> {
    let mut options = AttachOptions::default();
    for (key, value) in arguments {
        let name: String = key.extract()?;
        let argument = Argument::named(&name).ok_or_else(|| unknown(&name))?;
        if !value.is_none() {
            set(&mut options, argument, &value).map_err(|error| wrong(&value, argument, error))?;
        }
    }
    Ok(options)
}

fn set(options: &mut AttachOptions, argument: Argument, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match argument {
        Argument::Interface => {
            options.interface = Some(match value.extract()? {
                InterfaceArgument::Index(index) => Interface::Index(index),
                InterfaceArgument::Name(name) => Interface::Name(name),
            });
        }
        Argument::Mode => options.mode = Some(value.extract()?),
        Argument::Cgroup => options.cgroup = Some(value.extract::<PathBuf>()?),
        Argument::Namespace => options.netns = Some(value.extract::<PathBuf>()?),
        Argument::Pid => options.pid = Some(value.extract()?),
        Argument::Path => options.path = Some(value.extract::<PathBuf>()?),
        Argument::Symbol => options.symbol = Some(value.extract()?),
        Argument::Offset => options.offset = Some(value.extract()?),
        Argument::Cookie => options.cookie = Some(value.extract()?),
        Argument::Event => options.event = Some(value.extract()?),
        Argument::Frequency => options.frequency = Some(value.extract()?),
        Argument::Period => options.period = Some(value.extract()?),
        Argument::Cpu => options.cpu = Some(value.extract()?),
        Argument::Map => options.map = Some(value.extract()?),
        Argument::Socket => {
            options.socket = Some(match value.extract()? {
                SocketArgument::Descriptor(descriptor) => descriptor,
                SocketArgument::Object(socket) => socket.call_method0("fileno")?.extract()?,
            });
        }
        Argument::Hook => options.hook = Some(value.extract()?),
        Argument::Family => options.family = Some(value.extract()?),
        Argument::Priority => options.priority = Some(value.extract()?),
    }
    Ok(())
}

fn unknown(name: &str) -> PyErr {
    let names = || Argument::all().map(Argument::name);
    let help = match diagnostics::nearest(name, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    PyTypeError::new_err(format!("there is no argument `{name}`; {help}"))
}

/// Says which argument does not fit, in the class that Python gave.
fn wrong(value: &Bound<'_, PyAny>, argument: Argument, error: PyErr) -> PyErr {
    let py = value.py();
    let shown = value.repr().map(|text| text.to_string()).unwrap_or_default();
    let message = format!("{}={shown}: it is {}", argument.name(), argument.what());
    if error.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(message)
    } else {
        PyValueError::new_err(message)
    }
}
