//! Random programs beside their twins in C: the crate `differ` does it, built
//! with the compiler that this one does not link.

#![allow(clippy::print_stderr, reason = "a command prints")]

use std::process::{Command, ExitCode};

/// What is handed on; `--help` tells.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Args {
    /// Options of the command itself.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs the task and tells its exit status.
pub fn run(args: &Args) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--locked", "--package", "pythonbpf-differ", "--"])
        .args(&args.rest)
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("differ: cargo cannot be run: {error}");
            ExitCode::from(2)
        }
    }
}
