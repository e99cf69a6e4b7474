//! Whether the types that are built in do for programs of common hooks: every case
//! that compiles does so with them, too.

use compiler::btf::Source;
use compiler::{Emit, Options};
use diagnostics::SourceFile;
use pythonbpf_cases::folders;

/// Cases that are about what is not built in.
const OTHERS: &[&str] = &["lang/kfuncs_asked", "lang/kfuncs_weak"];

/// Each must compile, or be one of those that cannot.
pub fn check(root: &std::path::Path) -> Result<(), String> {
    let mut wrong = Vec::new();
    for (name, case) in folders::cases(root) {
        let Ok(case) = case else { continue };
        if case.text.contains("# error: [") || !case.text.contains("vmlinux") {
            continue;
        }
        let source = SourceFile::new(case.path.display().to_string(), case.text.as_str());
        let options = Options { kernel: case.kernel, types: Source::BuiltIn, ..Options::default() };
        let compiled = compiler::compile(&source, &options, Emit::Object);
        if compiled.output.is_some() == OTHERS.contains(&name.as_str()) {
            let errors = compiled.diagnostics.iter().filter(|known| known.is_error());
            let errors: Vec<&str> = errors.map(|known| known.message.as_str()).collect();
            wrong.push(format!("{name}: {}", errors.join("; ")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}
