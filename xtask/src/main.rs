//! Development tasks, run as `cargo xtask TASK`: the virtual-machine lab, the
//! check of the crate edges and whatever else a developer needs that is not
//! part of the product. Links neither LLVM nor libbpf, so it builds in seconds.

#![allow(clippy::print_stderr, reason = "a command prints")]

mod differ;
mod edges;
mod r#gen;
mod status;
mod vm;

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

/// Development tasks of PythonBPF.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the suites, or a script, on Debian kernels in virtual machines.
    Vm(vm::Args),
    /// Run random programs beside their twins in C.
    Differ(differ::Args),
    /// Measure against the same programs in C and the peers: what `make bench` runs.
    Bench {
        /// Arguments of `bench/run.py`, such as `--rounds 15 --only speed`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Write `docs/status.md` from the last results of `vm`.
    Status(status::Args),
    /// Compare the crate dependencies with the allow-list.
    Edges,
    /// Write the kernel tables and `pythonbpf.helper`.
    Gen(r#gen::Args),
}

fn main() -> ExitCode {
    match Cli::parse().task {
        Task::Vm(args) => vm::run(&args),
        Task::Differ(args) => differ::run(&args),
        Task::Bench { args } => bench(&args),
        Task::Status(args) => status::run(&args),
        Task::Edges => edges::run(),
        Task::Gen(args) => r#gen::run(&args),
    }
}

/// Runs the script of the bench from the top of the workspace.
fn bench(args: &[String]) -> ExitCode {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match Command::new("bench/run.sh").args(args).current_dir(top).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench/run.sh: {error}");
            ExitCode::FAILURE
        }
    }
}
