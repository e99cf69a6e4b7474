//! Compiles all cases that need a kernel into a folder, where `case-runner`
//! finds them: `lang/loops.py` and `lang/loops.o` beside it. With `--list` it
//! writes nothing and tells of each case, in JSON, what it is about and uses.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use compiler::{Emit, Options};
use diagnostics::SourceFile;
use pythonbpf_cases::case::Case;
use pythonbpf_cases::folders;
use pythonbpf_cases::types::types;
use pythonbpf_cases::uses::Uses;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--list"] => each_object(list),
        [folder] if !folder.starts_with('-') => {
            each_object(|name, case, object| put(Path::new(folder), name, case, object))
        }
        _ => Err("usage: case-objects FOLDER, or case-objects --list".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("error: {words}");
            ExitCode::FAILURE
        }
    }
}

/// Compiles every case that needs a kernel and hands it on.
fn each_object(
    mut hand_on: impl FnMut(&str, &Case, &[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, case) in folders::cases(&root) {
        let case = case?;
        if case.needs_kernel() {
            let source = SourceFile::new(case.path.display().to_string(), case.text.as_str());
            let options =
                Options { kernel: case.kernel, types: types(case.built_in), ..Options::default() };
            let compilation = compiler::compile(&source, &options, Emit::Object);
            let object = compilation.output.ok_or_else(|| {
                let first = compilation.diagnostics.iter().map(|one| one.message.as_str()).next();
                format!("{name} does not compile: {}", first.unwrap_or("no reason is given"))
            })?;
            hand_on(&name, &case, &object)?;
        }
    }
    Ok(())
}

fn put(folder: &Path, name: &str, case: &Case, object: &[u8]) -> Result<(), String> {
    let file = folder.join(name);
    let words = |error: std::io::Error| format!("{}: {error}", file.display());
    fs::create_dir_all(file.parent().unwrap_or(folder)).map_err(words)?;
    fs::write(file.with_extension("o"), object).map_err(words)?;
    fs::write(file.with_extension("py"), &case.text).map_err(words)
}

fn list(name: &str, case: &Case, object: &[u8]) -> Result<(), String> {
    let uses = Uses::of(object).map_err(|error| format!("{name}: {error}"))?;
    let properties = uses.properties();
    println!("{}", serde_json::json!({ "name": name, "title": case.title(), "uses": properties }));
    Ok(())
}
