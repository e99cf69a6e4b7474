//! `pythonbpf build`: a Python file into an object, LLVM IR, assembly or BTF.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use diagnostics::SourceFile;
use serde_json::{Value, json};

use crate::args::{Build, Cpu, Emit};
use crate::exit::{Exit, Outcome, Stop};
use crate::input::{is_stdin, read_source};
use crate::kernel_types::asked;
use crate::progress::Progress;
use crate::report;
use crate::target::target;

pub(crate) fn build(args: &Build) -> Outcome {
    let source = read_source(&args.file).map_err(|unreadable| {
        report::show(&[*unreadable.diagnostic], &unreadable.source, args.json);
        Stop::Shown(Exit::Wrong)
    })?;
    let output = output_path(args)?;
    let cpu = match args.cpu {
        Cpu::V1 => compiler::Cpu::V1,
        Cpu::V2 => compiler::Cpu::V2,
        Cpu::V3 => compiler::Cpu::V3,
        Cpu::V4 => compiler::Cpu::V4,
    };
    let kernel = target(args.kernel);
    let types = asked(args.btf.as_ref())?;
    let emit = match args.emit {
        Emit::Obj | Emit::Btf => compiler::Emit::Object,
        Emit::Hir => compiler::Emit::Typed,
        Emit::Ir => compiler::Emit::Ir,
        Emit::Asm => compiler::Emit::Assembly,
    };
    let options = compiler::Options {
        cpu,
        kernel,
        types,
        arch: args.arch,
        without: args.without.clone(),
        perf: false,
    };
    let mut made = compile(&source, &options, emit, args.json)?;
    if args.emit == Emit::Btf {
        made.bytes = runtime::btf_of(&made.bytes).unwrap_or_default().to_vec();
    }
    match &output {
        Some(path) => write_file(path, &made.bytes)?,
        None => write_stdout(&made.bytes)?,
    }
    if let Some(path) = output.filter(|_| args.json) {
        write_stdout(format!("{}\n", made.as_json(&path)).as_bytes())?;
    }
    Ok(Exit::Done)
}

/// What a compilation made.
pub(crate) struct Made {
    /// The object or text.
    pub bytes: Vec<u8>,
    /// Where the programs stand in the source.
    pub programs: Vec<compiler::ProgramInfo>,
    /// The oldest kernel that has all that they use.
    needs: compiler::KernelVersion,
}

impl Made {
    fn as_json(&self, output: &Path) -> Value {
        let programs = self.programs.iter();
        let programs =
            programs.map(|program| json!({"name": program.name, "section": program.section}));
        json!({
            "output": output.display().to_string(), "bytes": self.bytes.len(),
            "needs": self.needs.to_string(), "programs": programs.collect::<Vec<_>>(),
        })
    }
}

/// Compiles, shows the diagnostics, and stops if there are errors.
pub(crate) fn compile(
    source: &SourceFile,
    options: &compiler::Options,
    emit: compiler::Emit,
    json: bool,
) -> Result<Made, Stop> {
    let progress = Progress::of(&format!("compiling {}", source.name()));
    let compiled = compiler::compile(source, options, emit);
    drop(progress);
    report::show(&compiled.diagnostics, source, json);
    if !json && compiled.needs > compiler::KernelVersion::OLDEST && compiled.output.is_some() {
        report::complain(&format!("the programs need Linux {} or newer", compiled.needs));
    }
    match compiled.output {
        Some(bytes) => Ok(Made { bytes, programs: compiled.programs, needs: compiled.needs }),
        None => Err(Stop::Shown(Exit::Wrong)),
    }
}

/// Where the output goes; nowhere is standard output.
fn output_path(args: &Build) -> Result<Option<PathBuf>, Stop> {
    let binary = matches!(args.emit, Emit::Obj | Emit::Btf);
    let path = match &args.output {
        Some(path) if is_stdin(path) => None,
        Some(path) => Some(path.clone()),
        None if is_stdin(&args.file) => None,
        None => Some(args.file.with_extension(match args.emit {
            Emit::Obj => "o",
            Emit::Hir => "hir",
            Emit::Ir => "ll",
            Emit::Asm => "s",
            Emit::Btf => "btf",
        })),
    };
    let usage = |words: String| Err(Stop::Said(Exit::Usage, words));
    match path {
        None if args.json => {
            usage("with --json the output goes to a file; use `-o FILE`".to_owned())
        }
        None if binary && io::stdout().is_terminal() => {
            let what = if args.emit == Emit::Btf { "BTF" } else { "an object" };
            usage(format!("{what} is not text for a terminal; use `-o FILE` or a pipe"))
        }
        Some(path) if same_file(&path, &args.file) => {
            usage(format!("the output would replace {} itself; use `-o FILE`", path.display()))
        }
        path => Ok(path),
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    fs::write(path, bytes).map_err(|error| {
        let way_out = match error.kind() {
            io::ErrorKind::NotFound => "; make the directory first",
            io::ErrorKind::IsADirectory => "; `-o` names a file",
            _ => "; choose another place with `-o`",
        };
        Stop::Said(Exit::Refused, format!("cannot write {}: {error}{way_out}", path.display()))
    })
}

fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
