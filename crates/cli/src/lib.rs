//! The `pythonbpf` command.
//!
//! [`main`] takes the arguments and returns the exit status; the binary and
//! the console script of the Python wheel both are that one call. A command
//! is a module: `args` says what may be written, `check`, `build`, `verify`,
//! `run` and `explain` do it. [`diagnose`] turns the runtime's errors into
//! diagnostics on the user's line, for the command and the Python package
//! alike.

mod args;
mod build;
mod check;
mod completions;
mod doctor;
mod exit;
mod explain;
mod grid;
mod hooks;
mod input;
mod inspect;
mod kernel_types;
mod progress;
mod refusal;
mod report;
mod run;
mod stubs;
mod subject;
mod target;
mod verify;
mod watch;
mod wrap;

pub use doctor::doctor_json;
pub use hooks::hooks_json;
pub use input::{Unreadable, source_from_bytes};
pub use inspect::inspect_json;
pub use kernel_types::{NoTypes, running_types, types_in};
pub use refusal::{diagnose, diagnose_object};
pub use target::running_kernel;

use std::ffi::OsString;
use std::io;

use clap::Parser;

use args::{Args, Command};
use exit::{Exit, Outcome, Stop};

/// Runs the command with these arguments, the first of which is the name it
/// was called by, and returns its exit status: 0 done, 1 the program is
/// wrong, 2 usage, 3 the system refused.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let outcome = match Args::try_parse_from(args) {
        Ok(args) => command(&args.command),
        Err(error) => Ok(say_usage(&error)),
    };
    let exit = match outcome {
        Ok(exit) | Err(Stop::Shown(exit)) => exit,
        // The reader of a pipe left: what it wanted was done.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(stop) => {
            report::complain(&format!("error: {stop}"));
            if let Stop::Said(exit, _) = stop { exit } else { Exit::Refused }
        }
    };
    exit as u8
}

fn command(command: &Command) -> Outcome {
    match command {
        Command::Check(args) => check::check(args),
        Command::Build(args) => build::build(args),
        Command::Verify(args) => verify::verify(args),
        Command::Run(args) => run::run(args),
        Command::Hooks(args) => hooks::hooks(args),
        Command::Doctor(args) => doctor::doctor(args),
        Command::Inspect(args) => inspect::inspect(args),
        Command::Stubs(args) => stubs::stubs(args),
        Command::Completions(args) => completions::completions(args),
        Command::Explain(args) => explain::explain(args),
    }
}

/// Prints clap's words: help and version are no errors.
fn say_usage(error: &clap::Error) -> Exit {
    let printed = error.print();
    match (error.use_stderr(), printed) {
        (true, _) => Exit::Usage,
        (false, Err(e)) if e.kind() != io::ErrorKind::BrokenPipe => Exit::Refused,
        (false, _) => Exit::Done,
    }
}
