//! `pythonbpf completions`: what a shell needs to complete the command line.

use std::io::{self, Write};

use clap::CommandFactory as _;

use crate::args::{Args, Completions};
use crate::exit::{Exit, Outcome};

pub(crate) fn completions(args: &Completions) -> Outcome {
    let mut script = Vec::new();
    let mut command = Args::command();
    clap_complete::generate(args.shell, &mut command, "pythonbpf", &mut script);
    let mut out = io::stdout().lock();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Done)
}
