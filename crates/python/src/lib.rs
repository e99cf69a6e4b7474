//! `pythonbpf._native`: the border between Rust and Python.
//!
//! Converts and nothing else: texts and values come in, the compiler and the
//! runtime do the work, objects and exceptions go out. The package around it
//! (`python/pythonbpf`) gives these parts their Pythonic shape. Everything
//! that may wait or take time runs with the interpreter released, so that
//! other threads go on and Ctrl-C is heard.

mod ahead;
mod attach;
mod compile;
mod convert;
mod decode;
mod errors;
mod events;
mod instance;
mod kernel_names;
mod layouts;
mod machine;
mod map;
mod object;
mod pictures;
mod program;
mod trace;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the `pythonbpf` command with these arguments, the first of which is
/// its name; gives its exit status.
#[pyfunction]
fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| cli::main(args))
}

/// The extension module.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(main, module)?)?;
    module.add_function(wrap_pyfunction!(compile::compile, module)?)?;
    module.add_function(wrap_pyfunction!(kernel_names::kernel_name, module)?)?;
    module.add_function(wrap_pyfunction!(machine::doctor, module)?)?;
    module.add_function(wrap_pyfunction!(machine::hooks, module)?)?;
    module.add_function(wrap_pyfunction!(machine::inspect, module)?)?;
    module.add_function(wrap_pyfunction!(trace::parse_fields, module)?)?;
    module.add_function(wrap_pyfunction!(pictures::histogram, module)?)?;
    module.add_function(wrap_pyfunction!(pictures::symbolize, module)?)?;
    module.add_class::<pictures::Printed>()?;
    module.add_class::<compile::Compilation>()?;
    module.add_class::<object::Object>()?;
    module.add_class::<program::Program>()?;
    module.add_class::<map::Map>()?;
    module.add_class::<events::EventReader>()?;
    module.add_class::<events::EventIterator>()?;
    module.add_class::<trace::TracePipe>()
}
