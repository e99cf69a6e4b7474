//! Object bytes to loaded programs, links, maps and events.
//!
//! The only user of libbpf. It reads all that it needs from the object, so it
//! serves any libbpf-style object, and knows neither the compiler nor Python.
//!
//! The phases are types: [`OpenObject`] (read, nothing in the kernel yet) →
//! [`Object`] (loaded) → attached programs, typed [`Map`]s and
//! [`EventReader`]s of it. An `Object` and its handles can be used from any
//! thread. Closing or dropping the object detaches and releases everything;
//! the kernel does the same if the process dies.
//!
//! ```no_run
//! use pythonbpf_runtime::{AttachOptions, OpenObject};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), pythonbpf_runtime::Error> {
//! let bytes = std::fs::read("prog.o").expect("an object file");
//! let object = OpenObject::from_bytes("prog.o", &bytes)?.load()?;
//! object.attach_all(&AttachOptions::default())?;
//! let events = object.events("events")?;
//! while let Some(event) = events.next(Duration::from_secs(1))? {
//!     println!("{:?}", event.value);
//! }
//! object.close();
//! # Ok(())
//! # }
//! ```
#![allow(unsafe_code, reason = "the border to libbpf and to a few system calls")]

mod ability;
mod arena;
mod attach;
mod attach_error;
mod attach_options;
mod binary;
mod bulk;
mod core_types;
mod descriptors;
mod doctor;
mod elf;
mod error;
mod events;
mod features;
#[cfg(fuzzing)]
pub mod fuzzing;
mod global;
mod heir;
mod helpers;
mod histogram;
mod holders;
mod hook;
mod hooks;
mod inspect;
mod interface;
mod iterate;
mod kernel_types;
mod keyless;
mod layout;
mod line_info;
mod load_error;
mod loaded_btf;
mod losses;
mod map;
mod named;
mod nearest;
mod object;
mod open;
mod pinned;
mod pins;
mod print_formats;
mod prints;
mod privilege;
mod program;
mod records;
mod release;
mod remove;
mod ring;
mod send;
mod source;
mod spec;
mod struct_ops;
mod symbols;
mod tc;
mod test_input;
mod trace_pipe;
mod tracefs;
mod type_graph;
mod update_error;
mod value;
mod verifier;
mod ways;

pub use ability::{Ability, section_ability, section_form};
pub use attach::{AttachReport, Skipped};
pub use attach_options::AttachOptions;
pub use doctor::{Diagnosis, Finding, examine};
pub use elf::btf_of;
pub use error::{Error, ProgramPlace, Result};
pub use events::{Event, EventReader, Interrupter};
pub use features::{
    has_helper, has_kernel_function, has_map_type, has_program_type, has_tracepoint,
};
pub use histogram::{Scale, histogram};
pub use hooks::{Catalog, Found, HookDetails, HookField, HookKind, HookSection};
pub use inspect::{
    CodeLine, FunctionCode, LoadedMap, LoadedProgram, ObjectReport, StructText, inspect_object,
    loaded_maps, loaded_programs,
};
pub use interface::Interface;
pub use iterate::{Entries, Rows};
pub use kernel::Argument;
pub use kernel_types::{KernelBtf, all_of, kernel_btf, running_btf, types_of_modules};
pub use layout::{FieldLayout, Layout, StructLayout};
pub use map::{Map, UpdateMode, possible_cpus};
pub use object::Object;
pub use open::OpenObject;
pub use print_formats::PrintFormats;
pub use privilege::{Capability, capabilities_for_section, missing_capabilities};
pub use program::{Program, ProgramInfo, TestRun, TestRunOutput};
pub use records::{Column, Columns, Last, Record, Records};
pub use spec::{ContextField, MapSpec, MapType, ProgramContext, ProgramSpec};
pub use symbols::{Frame, symbolize};
pub use trace_pipe::{TraceFields, TracePipe, parse_fields};
pub use tracefs::{ensure_tracefs, tracepoints};
pub use value::{StructValue, Value, ValueError, decode, decode_field, encode};
pub use verifier::{Rejection, SourceLine, VerifierStats};
