//! Generation of the kernel tables and of `pythonbpf.helper`.
//!
//! Reads the UAPI headers and libbpf's section table that libbpf-sys vendors,
//! and what [`probe`] read off a kernel's verifier, and writes checked-in
//! files. With `--check` nothing is written: stale files are an error.

mod btf;
mod classify;
mod constants;
mod context_probe;
mod contexts;
mod events;
mod expression;
mod header;
mod helpers;
mod kfunc_probe;
mod kfunc_record;
mod kfuncs;
mod probe;
mod prog_types;
mod python;
mod python_net;
mod record;
mod sections;
mod structs;
mod summaries;
mod syscall;
mod types;
mod vendored;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

/// Writes the tables of `crates/kernel` and `pythonbpf.helper`.
#[derive(clap::Args)]
pub struct Args {
    /// Write nothing; fail if a file is stale.
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Ask this machine's verifier which program type may call which helper and
    /// use which field of its context (needs root) and record the answers. With a folder that has `bpf.h`,
    /// `pkt_cls.h`, `libbpf.c` and `bpf_helpers.h` they are printed: so a guest of the lab is
    /// asked.
    Probe {
        /// The folder.
        headers: Option<PathBuf>,
    },
    /// Ask this machine's verifier which program type may call which kfunc (needs
    /// root), and print the answers: so a guest of the lab is asked.
    ProbeKfuncs {
        /// A folder with the four headers that `probe` takes.
        headers: PathBuf,
        /// The `.BTF_ids` section of this kernel's image, which has the flags, as
        /// `objcopy --dump-section .BTF_ids=FILE vmlinux /dev/null` copies it.
        ids: Option<PathBuf>,
    },
    /// Cut the types that are built in out of the BTF of a kernel, which is that of the lab's
    /// 6.12: `cat /sys/kernel/btf/vmlinux` in a guest, or the `.BTF` section of its image.
    Types {
        /// The BTF, raw or in an ELF file.
        btf: PathBuf,
    },
}

/// Why generation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The vendored headers were not found.
    #[error("the headers that libbpf-sys vendors were not found: {0}")]
    Vendored(String),
    /// A header has not the shape that the generator knows.
    #[error("{what} has an unknown form: {text}")]
    Form {
        /// What was read.
        what: &'static str,
        /// The text in question.
        text: String,
    },
    /// A system call failed where it must not.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Files do not agree with their sources.
    #[error("stale, run `cargo xtask gen`: {}", .0.join(", "))]
    Stale(Vec<String>),
}

impl Error {
    fn form(what: &'static str, text: impl Into<String>) -> Self {
        Self::Form { what, text: text.into() }
    }
}

/// Runs the task.
pub fn run(args: &Args) -> ExitCode {
    let result = match &args.command {
        Some(Command::Probe { headers }) => probe_host(headers.as_deref()),
        Some(Command::ProbeKfuncs { headers, ids }) => probe_kfuncs(headers, ids.as_deref()),
        Some(Command::Types { btf }) => types::cut(btf),
        None if args.check => check(),
        None => write(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command's error goes to the terminal")]
fn report(error: &Error) {
    eprintln!("gen: {error}");
}

/// The workspace, which holds this crate's folder.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

fn save(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// Every generated file: its path in the workspace and its text.
fn outputs() -> Result<Vec<(&'static str, String)>, Error> {
    let sources = vendored::Sources::find(root())?;
    let constants = constants::Constants::parse(&sources)?;
    let prog_types = prog_types::parse(&constants)?;
    let records = record::KERNELS
        .map(|kernel| record::Record::parse(&read(&root().join(record::path(kernel)))?));
    let records: Vec<_> = records.into_iter().collect::<Result<_, _>>()?;
    let own =
        record::KERNELS.iter().zip(&records).find(|(kernel, _)| **kernel == record::RETURNS_OF);
    let own =
        own.map(|(_, record)| record).ok_or_else(|| Error::form("a record", record::RETURNS_OF))?;
    let helpers = helpers::parse(&sources.bpf)?;
    let layouts = structs::contexts(&sources.bpf)?;
    let access = context_probe::Access::parse(&read(&root().join(context_probe::PATH))?)?;
    let kfuncs = kfunc_record::KERNELS.map(|kernel| {
        kfunc_record::Record::parse(&read(&root().join(kfunc_record::path(kernel)))?)
    });
    let kfuncs: Vec<_> = kfuncs.into_iter().collect::<Result<_, _>>()?;
    Ok(vec![
        ("crates/kernel/src/generated/kfuncs.rs", kfuncs::render(&kfuncs)?),
        ("crates/kernel/src/generated/prog_types.rs", prog_types::render(&prog_types)),
        ("crates/kernel/src/generated/map_ids.rs", constants::render_map_ids(&constants)),
        ("crates/kernel/src/generated/constants.rs", constants::render(&constants)),
        ("crates/kernel/src/generated/helpers.rs", helpers::render(&helpers, &records)?),
        ("crates/kernel/src/generated/sections.rs", sections::render(&sources.libbpf, own)?),
        ("crates/kernel/src/generated/contexts.rs", contexts::render(&layouts, &access)),
        ("python/pythonbpf/helper.py", python::module(&helpers, &constants)),
        ("python/pythonbpf/helper.pyi", python::stub(&helpers, &constants)),
        ("python/pythonbpf/net.py", python_net::module()),
        ("python/pythonbpf/net.pyi", python_net::stub()),
    ])
}

fn write() -> Result<(), Error> {
    outputs()?.iter().try_for_each(|(path, text)| save(&root().join(path), text))
}

fn check() -> Result<(), Error> {
    let mut stale = Vec::new();
    for (path, text) in outputs()? {
        if std::fs::read_to_string(root().join(path)).ok().as_deref() != Some(&*text) {
            stale.push(path.to_owned());
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}

#[expect(clippy::print_stdout, reason = "a guest has no place to keep it")]
fn probe_host(headers: Option<&Path>) -> Result<(), Error> {
    let sources = match headers {
        Some(folder) => vendored::Sources::within(folder)?,
        None => vendored::Sources::find(root())?,
    };
    let constants = constants::Constants::parse(&sources)?;
    let helpers = helpers::parse(&sources.bpf)?;
    let prog_types = prog_types::parse(&constants)?;
    let code = header::without_comments(&sources.libbpf);
    let record = probe::host(&helpers, &prog_types, &constants, &sections::definitions(&code)?)?;
    if headers.is_some() {
        print!("{}", record.render());
        return Ok(());
    }
    save(&root().join(record::path(&record.kernel)), &record.render())?;
    let layouts = structs::contexts(&sources.bpf)?;
    let defs = sections::definitions(&code)?;
    let access = context_probe::host(&prog_types, &constants, &defs, &code, &layouts)?;
    save(&root().join(context_probe::PATH), &access.render())?;
    save(&root().join(events::PATH), &events::host()?)
}

#[expect(clippy::print_stdout, reason = "a guest has no place to keep it")]
fn probe_kfuncs(headers: &Path, ids: Option<&Path>) -> Result<(), Error> {
    let sources = vendored::Sources::within(headers)?;
    let constants = constants::Constants::parse(&sources)?;
    let prog_types = prog_types::parse(&constants)?;
    let code = header::without_comments(&sources.libbpf);
    let targets = probe::host_targets(&prog_types, &constants, &sections::definitions(&code)?)?;
    print!("{}", kfunc_probe::host(&targets.into_iter().collect(), ids)?.render());
    Ok(())
}

/// The first line of each generated file, after the comment sign.
const BANNER: &str = "Written by `cargo xtask gen`; do not edit.";

#[cfg(test)]
mod tests {
    /// The checked-in tables are what the generator writes today.
    #[test]
    fn nothing_is_stale() {
        super::check().unwrap();
    }
}
