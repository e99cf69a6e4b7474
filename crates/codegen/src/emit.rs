//! From LLVM module to bytes: target machine, passes, output, and LLVM's
//! complaints as errors instead of lines on a terminal.

use std::cell::RefCell;
use std::ffi::{CStr, c_int, c_void};
use std::sync::Once;

use inkwell::OptimizationLevel;
use inkwell::attributes::AttributeLoc;
use inkwell::context::{AsContextRef, Context};
use inkwell::llvm_sys::LLVMDiagnosticSeverity;
use inkwell::llvm_sys::core::{
    LLVMContextSetDiagnosticHandler, LLVMDisposeMessage, LLVMGetDiagInfoDescription,
    LLVMGetDiagInfoSeverity,
};
use inkwell::llvm_sys::prelude::LLVMDiagnosticInfoRef;
use inkwell::llvm_sys::support::LLVMParseCommandLineOptions;
use inkwell::llvm_sys::target::LLVMInitializeBPFAsmParser;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{
    CodeModel, FileType, InitializationConfig, RelocMode, Target, TargetMachine, TargetTriple,
};

use crate::{Cpu, Emit, Error, Frames, Result, apart, barrier, division, null_tests, stack_sums};

/// Little-endian BPF, as x86_64 and aarch64 kernels run it.
const TRIPLE: &str = "bpfel";

/// What is still worth doing where hidden numbers turned out to be constants.
/// Combining need not leave nothing to combine: LLVM would end the process.
const AFTER_BARRIERS: &str =
    "function(instcombine<no-verify-fixpoint>,simplifycfg,sroa,early-cse<memssa>,dse)";

/// The machine that code is made for.
pub(crate) fn machine(cpu: Cpu) -> Result<TargetMachine> {
    static INITIALIZE: Once = Once::new();
    INITIALIZE.call_once(|| {
        Target::initialize_bpf(&InitializationConfig::default());
        // SAFETY: it registers a parser with LLVM, once. Divisions are assembly.
        unsafe { LLVMInitializeBPFAsmParser() };
        set_options();
    });
    let triple = TargetTriple::create(TRIPLE);
    let target = Target::from_triple(&triple).map_err(|e| Error::Llvm(e.to_string()))?;
    target
        .create_target_machine(
            &triple,
            cpu.name(),
            "",
            OptimizationLevel::Default,
            RelocMode::PIC,
            CodeModel::Default,
        )
        .ok_or_else(|| Error::Llvm("no BPF target machine".to_owned()))
}

/// Sets what LLVM has no interface for: numbers that the loader finds stay in
/// the blocks that they are used in. The back end takes them for constants and
/// would move them out of loops, before the question whether the kernel has
/// them, though the loader makes what it cannot find stop the program. All 512
/// bytes of stack may be used, of which LLVM would spare one.
fn set_options() {
    let options = [
        c"pythonbpf",
        c"-disable-machine-licm",
        c"-disable-postra-machine-licm",
        c"-bpf-stack-size=513",
    ];
    let options = options.map(CStr::as_ptr);
    // SAFETY: the strings have a NUL and live as long as the program, and this
    // is called once.
    unsafe {
        LLVMParseCommandLineOptions(options.len() as c_int, options.as_ptr(), std::ptr::null());
    }
}

/// Optimises the module and writes it out.
pub(crate) fn emit<'c>(
    context: &'c Context,
    module: &Module<'c>,
    machine: &TargetMachine,
    emit: Emit,
    complaints: &Complaints,
) -> Result<Vec<u8>> {
    let llvm = |message: inkwell::support::LLVMString| Error::Llvm(message.to_string());
    module.verify().map_err(llvm)?;
    module.run_passes("default<O2>", machine, PassBuilderOptions::create()).map_err(llvm)?;
    if barrier::settle(context, module)? | division::settle(context, module, machine)? {
        let passes = module.run_passes(AFTER_BARRIERS, machine, PassBuilderOptions::create());
        passes.map_err(llvm)?;
    }
    apart::settle(context, module)?;
    barrier::settle_counts(context, module)?;
    null_tests::keep_apart(context, module)?;
    stack_sums::keep(context, module)?;
    let file = match emit {
        Emit::Ir => return Ok(module.print_to_string().to_string().into_bytes()),
        Emit::Object => FileType::Object,
        Emit::Assembly => FileType::Assembly,
    };
    complaints.listen_for_frames(context, module);
    let buffer = machine.write_to_memory_buffer(module, file).map_err(llvm)?;
    let bytes = buffer.as_slice();
    // Assembly comes with a NUL at its end.
    let bytes =
        if emit == Emit::Assembly { bytes.strip_suffix(b"\0").unwrap_or(bytes) } else { bytes };
    Ok(bytes.to_vec())
}

/// What LLVM says while it works on a context.
#[derive(Default)]
struct Said {
    errors: Vec<String>,
    frames: Frames,
}

/// What LLVM complains about while it works on a context.
pub(crate) struct Complaints {
    said: Box<RefCell<Said>>,
}

impl Complaints {
    /// Listens to a context. The context must not be used after this value is
    /// dropped; `generate` drops both at its end.
    pub(crate) fn listen(context: &Context) -> Self {
        let said: Box<RefCell<Said>> = Box::default();
        let target = std::ptr::from_ref(&*said).cast_mut().cast::<c_void>();
        // SAFETY: the context is alive; the cell lives on the heap as long as
        // `Complaints`, which outlives every use of the context in `generate`.
        unsafe { LLVMContextSetDiagnosticHandler(context.as_ctx_ref(), Some(note), target) };
        Self { said }
    }

    /// Has LLVM warn of every frame, whatever its size: it tells the size then.
    fn listen_for_frames(&self, context: &Context, module: &Module<'_>) {
        let limit = context.create_string_attribute("warn-stack-size", "0");
        let defined = module.get_functions().filter(|function| function.count_basic_blocks() > 0);
        for function in defined {
            function.add_attribute(AttributeLoc::Function, limit);
            let name = function.get_name().to_string_lossy().into_owned();
            // What takes nothing is not warned of.
            self.said.borrow_mut().frames.insert(name, 0);
        }
    }

    /// The bytes of stack that each function takes.
    pub(crate) fn frames(&self) -> Frames {
        self.said.borrow().frames.clone()
    }

    /// The first complaint as an error.
    pub(crate) fn first(&self) -> Result<()> {
        match self.said.borrow().errors.first() {
            None => Ok(()),
            Some(text) if text.contains("BPF stack limit") => {
                Err(Error::Stack { function: function_of(text).to_owned(), frames: self.frames() })
            }
            Some(text) => Err(Error::Llvm(text.clone())),
        }
    }
}

extern "C" fn note(info: LLVMDiagnosticInfoRef, target: *mut c_void) {
    // SAFETY: LLVM hands the pointer that `listen` gave it, to a live cell.
    let said = unsafe { &*target.cast::<RefCell<Said>>() };
    // SAFETY: LLVM hands a live diagnostic.
    let severity = unsafe { LLVMGetDiagInfoSeverity(info) };
    // SAFETY: as before; the description is a C string that we free once it is
    // copied.
    let text = unsafe {
        let text = LLVMGetDiagInfoDescription(info);
        let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
        LLVMDisposeMessage(text);
        copy
    };
    match severity {
        LLVMDiagnosticSeverity::LLVMDSError => said.borrow_mut().errors.push(text),
        LLVMDiagnosticSeverity::LLVMDSWarning => {
            said.borrow_mut().frames.extend(frame_of(&text));
        }
        _ => {}
    }
}

/// The function and the size in `… stack frame size (96) exceeds limit (0) in
/// function 'NAME'`.
fn frame_of(text: &str) -> Option<(String, u64)> {
    let (_, rest) = text.split_once("stack frame size (")?;
    let (size, rest) = rest.split_once(')')?;
    let (_, name) = rest.split_once("in function '")?;
    Some((name.strip_suffix('\'')?.to_owned(), size.parse().ok()?))
}

/// The function in `file:line:col: in function NAME type: message`.
fn function_of(text: &str) -> &str {
    text.split_once("in function ")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .unwrap_or("a function")
}

#[cfg(test)]
mod tests {
    use super::{frame_of, function_of};

    #[test]
    fn finds_the_function_in_a_complaint() {
        let text = "<unknown>:0:0: in function big i64 (ptr): Looks like the BPF stack limit";
        assert_eq!(function_of(text), "big");
    }

    #[test]
    fn finds_the_size_of_a_frame() {
        let text = "<unknown>:0:0: stack frame size (96) exceeds limit (0) in function 'big'";
        assert_eq!(frame_of(text), Some(("big".to_owned(), 96)));
        assert_eq!(frame_of("something else"), None);
    }
}
