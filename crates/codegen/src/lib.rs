//! Typed program to LLVM module to ELF object. The only user of LLVM.
//!
//! [`generate`] lowers an [`ir::Module`] that keeps the rules of
//! [`ir::verify`], optimises it as clang does at `-O2`, and gives the bytes of
//! an object for libbpf, or its IR or assembly as text. Debug information
//! goes into BTF alone; no DWARF is written. Nothing touches a file or starts
//! a process.

mod apart;
mod atomic;
mod barrier;
mod core_relocation;
mod debug;
mod debug_kernel;
mod debug_kptr;
mod declare;
mod division;
mod emit;
mod expr;
mod externs;
mod foreign;
mod function;
mod intrinsics;
mod loops;
mod losses;
mod maps;
mod mirror;
mod null_tests;
mod place;
mod stack_sums;
mod text;

use std::collections::HashMap;

use diagnostics::SourceFile;
use inkwell::context::Context;

/// BPF instruction set versions, as LLVM names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cpu {
    /// The first.
    V1,
    /// Adds compare-and-jump forms.
    V2,
    /// Adds 32-bit arithmetic and jumps; kernels from 5.1 on.
    #[default]
    V3,
    /// Adds sign extension and 32-bit jumps; kernels from 6.6 on.
    V4,
}

impl Cpu {
    /// LLVM's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::V3 => "v3",
            Self::V4 => "v4",
        }
    }
}

/// What is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// A relocatable ELF object for libbpf.
    Object,
    /// LLVM IR as text, after optimisation.
    Ir,
    /// BPF assembly as text.
    Assembly,
}

/// Bytes of stack that functions take, by their names.
pub type Frames = HashMap<String, u64>;

/// What was made of a module.
#[derive(Clone, Debug)]
pub struct Output {
    /// The object, or its text.
    pub bytes: Vec<u8>,
    /// What the functions take of the stack that are not part of others. Not known
    /// of IR.
    pub frames: Frames,
}

/// Why there is no object.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A function's locals do not fit the BPF stack.
    #[error("`{function}` needs more than the 512 bytes of BPF stack")]
    Stack {
        /// Name of the function.
        function: String,
        /// What each function takes.
        frames: Frames,
    },
    /// The instruction set has no such atomic operation.
    #[error("`{function}` uses an atomic operation that instruction sets before v3 do not have")]
    Atomic {
        /// Name of the function.
        function: String,
    },
    /// LLVM says something that the checker should have ruled out.
    #[error("LLVM: {0}")]
    Llvm(String),
}

impl From<inkwell::builder::BuilderError> for Error {
    fn from(error: inkwell::builder::BuilderError) -> Self {
        Self::Llvm(error.to_string())
    }
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Makes an object, or its text, of a module.
///
/// # Errors
/// [`Error::Stack`] when a function has too large locals; anything else is a
/// bug of the compiler.
pub fn generate(
    module: &ir::Module,
    source: &SourceFile,
    cpu: Cpu,
    emit: Emit,
) -> std::result::Result<Output, Error> {
    let context = Context::create();
    let complaints = emit::Complaints::listen(&context);
    let machine = emit::machine(cpu)?;
    let llvm = declare::lower(&context, &machine, module, source)?;
    let bytes = emit::emit(&context, &llvm, &machine, emit, &complaints);
    complaints.first()?;
    Ok(Output { bytes: bytes?, frames: complaints.frames() })
}
