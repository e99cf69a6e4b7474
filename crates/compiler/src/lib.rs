//! Source text to object bytes and diagnostics. Pure: the same input gives the
//! same bytes; no I/O, no clock, no environment.

pub use check::{Arch, Version as KernelVersion, btf};
pub use codegen::Cpu;
use codegen::Error;
use diagnostics::{Diagnostic, SourceFile, Span, codes};
pub use optimize::Rewrite;

/// What the result is built for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// BPF instruction set.
    pub cpu: Cpu,
    /// The oldest kernel that the programs are to load on.
    pub kernel: KernelVersion,
    /// Where the kernel's own types come from.
    pub types: btf::Source,
    /// The processor whose registers programs read.
    pub arch: Arch,
    /// What is left as it was written.
    pub without: Vec<Rewrite>,
    /// Whether to suggest what would make the programs faster.
    pub perf: bool,
}

/// A program of the file, as far as loaders and messages need it.
#[derive(Clone, Debug)]
pub struct ProgramInfo {
    /// Name of the Python function and of the program in the object.
    pub name: String,
    /// The section string as written.
    pub section: String,
    /// Where the section string stands in the source.
    pub section_span: Span,
    /// Where the function's name stands in the source.
    pub name_span: Span,
}

/// What is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// A relocatable ELF object for libbpf.
    Object,
    /// The typed program as text, before LLVM sees it.
    Typed,
    /// LLVM IR as text, after optimisation.
    Ir,
    /// BPF assembly as text.
    Assembly,
}

/// The result of a compilation.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// Everything to tell the user, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// What was made; absent exactly when a diagnostic is an error.
    pub output: Option<Vec<u8>>,
    /// The file's programs, as far as they could be read.
    pub programs: Vec<ProgramInfo>,
    /// The oldest kernel that has all that the programs use.
    pub needs: KernelVersion,
}

impl Compilation {
    fn failed(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, output: None, programs: Vec::new(), needs: KernelVersion::OLDEST }
    }
}

/// The stack that a file is compiled on. Nesting is bounded before
/// anything recurses over it; this is room for the worst that is let through.
const STACK: usize = 256 << 20;

/// Checks a file: all diagnostics, nothing made. `output` is always absent.
pub fn check(source: &SourceFile, options: &Options) -> Compilation {
    on_large_stack(|| front(source, options, &check::Spills::default()).0)
}

/// The names that a file imports from `vmlinux`, in order; none if it cannot be
/// read.
pub fn kernel_names(source: &SourceFile) -> Vec<String> {
    stacker::grow(STACK, || {
        let (tree, _) = syntax::parse(source);
        let mut names: Vec<String> = tree.imports.names_of("vmlinux").map(str::to_owned).collect();
        names.sort();
        names
    })
}

/// Compiles a file. Where its code takes more stack than there is, the file is
/// checked again with what is known then, as long as more can leave the stack.
pub fn compile(source: &SourceFile, options: &Options, emit: Emit) -> Compilation {
    on_large_stack(|| {
        let mut spills = check::Spills::default();
        loop {
            let (mut compilation, module) = front(source, options, &spills);
            let Some(module) = module else { return compilation };
            let made = back(source, &module, options, emit);
            let frames = match &made {
                Ok(output) => &output.frames,
                Err(refusal) => &refusal.frames,
            };
            let deep = check::too_deep(&module, frames);
            if deep.is_some() && spills.learn(&module, frames) {
                continue;
            }
            match (made, deep) {
                (_, Some(diagnostic)) => compilation.diagnostics.push(diagnostic),
                (Err(refusal), None) => compilation.diagnostics.push(refusal.diagnostic),
                (Ok(output), None) => compilation.output = Some(output.bytes),
            }
            return compilation;
        }
    })
}

fn front(
    source: &SourceFile,
    options: &Options,
    spills: &check::Spills,
) -> (Compilation, Option<ir::Module>) {
    let (tree, mut diagnostics) = syntax::parse(source);
    let unread = diagnostics.iter().any(|diagnostic| {
        diagnostic.code == &codes::SYNTAX_ERROR || diagnostic.code == &codes::TOO_DEEP
    });
    if unread {
        let diagnostics = diagnostics.into_iter().map(Diagnostic::with_way_out).collect();
        return (Compilation::failed(diagnostics), None);
    }
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let (kernel, types) = (options.kernel, &options.types);
    let speed = check::Speed { without: &options.without, suggest: options.perf };
    let checked = check::check(source, &tree, kernel, types, options.arch, &speed, spills);
    // A definition that could not be read leaves nothing to compile; the
    // reason was given.
    let spare = |diagnostic: &Diagnostic| failed && diagnostic.code == &codes::NOTHING_TO_COMPILE;
    diagnostics.extend(checked.diagnostics.into_iter().filter(|d| !spare(d)));
    diagnostics = diagnostics.into_iter().map(Diagnostic::with_way_out).collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span.start);
    // Code is never left out in silence, whatever went wrong.
    if checked.incomplete && !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.push(internal("a part of the file was left out without an error"));
    }
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    // Beside an error it may be its consequence.
    diagnostics.retain(|known| !failed || known.code != &codes::UNUSED_LOCAL);
    let programs = checked
        .programs
        .into_iter()
        .map(|program| ProgramInfo {
            name: program.name,
            section: program.section,
            section_span: program.section_span,
            name_span: program.name_span,
        })
        .collect();
    let module = checked.module.filter(|_| !failed);
    (Compilation { diagnostics, output: None, programs, needs: checked.needs }, module)
}

/// Why there is no output, and how much stack the code took that was made.
struct Refusal {
    diagnostic: Diagnostic,
    frames: codegen::Frames,
}

impl From<Diagnostic> for Refusal {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, frames: codegen::Frames::default() }
    }
}

fn back(
    source: &SourceFile,
    module: &ir::Module,
    options: &Options,
    emit: Emit,
) -> Result<codegen::Output, Box<Refusal>> {
    // Cheap beside LLVM, and what it finds would be a wrong program.
    if let Err(rule) = ir::verify(module) {
        return Err(Box::new(internal(&format!("the typed program breaks a rule: {rule}")).into()));
    }
    let generate = |emit| {
        codegen::generate(module, source, options.cpu, emit)
            .map_err(|error| Box::new(refusal(module, error)))
    };
    match emit {
        Emit::Typed => {
            let frames = codegen::Frames::default();
            Ok(codegen::Output { bytes: ir::print(module).into_bytes(), frames })
        }
        Emit::Object => generate(codegen::Emit::Object),
        // It shows what becomes of the object's.
        Emit::Ir => {
            let frames = generate(codegen::Emit::Object)?.frames;
            Ok(codegen::Output { frames, ..generate(codegen::Emit::Ir)? })
        }
        Emit::Assembly => generate(codegen::Emit::Assembly),
    }
}

fn refusal(module: &ir::Module, error: Error) -> Refusal {
    let span_of = |name: &str| {
        let found = module.functions.iter().find(|known| known.name == name);
        found.map_or(Span::default(), |function| function.span)
    };
    match error {
        Error::Stack { function, frames } => {
            let message = format!("`{function}` does not fit the 512 bytes of BPF stack");
            let diagnostic = Diagnostic::new(&codes::STACK_TOO_LARGE, span_of(&function), message);
            Refusal { diagnostic, frames }
        }
        Error::Atomic { function } => {
            let message = format!("an atomic operation of `{function}` needs `--cpu v3`");
            Diagnostic::new(&codes::HELPER_NOT_SUPPORTED, span_of(&function), message)
                .note("v1 and v2 only add, and do not give the old value")
                .help("build for v3, which kernels have from 5.1 on")
                .into()
        }
        Error::Llvm(text) => internal(&text).into(),
    }
}

fn internal(text: &str) -> Diagnostic {
    Diagnostic::new(&codes::INTERNAL, Span::default(), format!("internal error: {text}"))
        .note("this is a bug of pythonbpf: please report it with the file")
}

/// Runs the work where deep recursion has room, and turns a panic into a
/// diagnostic. The stack is switched on this thread, as the memory allocator
/// is slower on a new one.
fn on_large_stack(work: impl FnOnce() -> Compilation) -> Compilation {
    stacker::grow(STACK, || {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
            let diagnostics = vec![internal("the compiler panicked")];
            Compilation::failed(diagnostics)
        })
    })
}
