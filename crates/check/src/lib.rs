//! Tree to typed program: names, types, memory regions and the rules of the
//! verifier.
//!
//! [`check`] takes the tree of a file and hands on an [`ir::Module`] together
//! with all diagnostics. Declarations are read first (structs, maps, globals,
//! signatures), then each function's body; last come the rules that need the
//! whole call graph. A part that was reported once is left out silently
//! afterwards, so one mistake gives one error. Nothing here knows LLVM.

mod ambiguous;
mod arguments;
mod asked;
mod bounds;
mod called;
mod changed;
mod constants;
mod contexts;
mod ctypes;
mod depth;
mod flavours;
mod framed;
mod function;
mod globals;
mod guarded;
mod kernel_types;
mod keys;
mod kfuncs;
mod license;
mod map_arguments;
mod map_values;
mod maps;
mod names;
mod net;
mod objects;
mod outline;
mod perf;
mod programs;
mod python_builtins;
mod reach;
mod scratch;
mod session;
mod slots;
mod spills;
mod struct_ops;
mod structs;
mod tail_calls;
mod types;
mod usdt;
mod work;

use diagnostics::{Diagnostic, SourceFile, codes};

pub use kernel::{Arch, Version, btf};
pub use programs::Program;
pub use spills::{Spills, too_deep};

/// What became of a file.
#[derive(Debug)]
pub struct Checked {
    /// The typed program; absent exactly when a diagnostic is an error.
    pub module: Option<ir::Module>,
    /// Everything to tell the user, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether something was left out because of an error, here or in the
    /// tree. Without an error to say why, the module must not be used.
    pub incomplete: bool,
    /// The oldest kernel that has all that the program uses.
    pub needs: Version,
    /// The programs as declared, also when there are errors.
    pub programs: Vec<Program>,
}

/// What is done about how fast the program is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Speed<'a> {
    /// Rewrites that are left out.
    pub without: &'a [optimize::Rewrite],
    /// Whether to suggest what only the author can change.
    pub suggest: bool,
}

/// Checks the tree of a file whose programs are to load on this kernel and
/// newer ones; the types of the kernel come from `types`. The program is
/// rewritten to be faster, but for `without`; locals are moved off the stack
/// until there is room for `spills`, too.
pub fn check(
    source: &SourceFile,
    tree: &syntax::Module,
    kernel: Version,
    types: &btf::Source,
    arch: Arch,
    speed: &Speed<'_>,
    spills: &Spills,
) -> Checked {
    let mut session = session::Session::new(source, tree, kernel, types);
    session.arch = arch;
    session.spills = spills.clone();
    if tree.definitions.is_empty() {
        let at = diagnostics::Span::new(0, 0);
        session.report(
            Diagnostic::new(
                &codes::NOTHING_TO_COMPILE,
                at,
                "the file has no `@bpf` definition, so there is nothing to compile",
            )
            .help("mark functions with `@bpf` and `@section(\"...\")`, and import `bpf` from `pythonbpf`"),
        );
        return session.finish(Vec::new());
    }
    session.declare_names();
    structs::declare(&mut session);
    license::declare(&mut session);
    maps::declare(&mut session);
    globals::declare(&mut session);
    let programs = programs::declare(&mut session);
    usdt::declare(&mut session);
    map_values::fill(&mut session);
    struct_ops::check(&mut session);
    session.all_read = true;
    let mut graph = reach::Graph::default();
    for signature in session.signatures() {
        function::check(&mut session, &signature, &mut graph);
    }
    reach::check(&mut session, &graph, speed);
    session.finish(programs)
}
