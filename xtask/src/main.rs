//! Development tasks, run as `cargo xtask TASK`: the virtual-machine lab, the
//! check of the crate edges and whatever else a developer needs that is not
//! part of the product. Links neither LLVM nor libbpf, so it builds in seconds.

mod differ;
mod edges;
mod r#gen;
mod status;
mod vm;

use std::process::ExitCode;

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
        Task::Status(args) => status::run(&args),
        Task::Edges => edges::run(),
        Task::Gen(args) => r#gen::run(&args),
    }
}
