//! What an object, a loaded program or a map is made of.
//!
//! [`inspect_object`] reads the bytes of any libbpf-style object and loads
//! nothing; [`loaded_programs`] and [`loaded_maps`] ask the kernel for what is
//! there. Code comes as [`FunctionCode`], each instruction with what it refers
//! to and the source line that it was made of.

mod core_relocations;
mod kernel_symbols;
mod loaded;
mod object;

pub(crate) use loaded::program_kind;
pub use loaded::{LoadedMap, LoadedProgram, loaded_maps, loaded_programs};
pub use object::{ObjectReport, StructText, inspect_object};

use crate::verifier::SourceLine;

/// The code of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCode {
    /// Its name.
    pub name: String,
    /// The ELF section; empty for loaded programs.
    pub section: String,
    /// Its instructions.
    pub instructions: Vec<CodeLine>,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLine {
    /// Its index, counted from the start of the function, or of the loaded program.
    pub index: u32,
    /// What it does, in the verifier's words.
    pub text: String,
    /// What it refers to: a map, a variable, a function, where it jumps; may be empty.
    pub note: String,
    /// The source line that begins here, if one does.
    pub source: Option<SourceLine>,
}
