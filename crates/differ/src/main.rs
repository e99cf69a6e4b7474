//! `cargo xtask differ`: runs random programs and prints the figures.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pythonbpf_differ::{CLANG, Clang, Options, differ, missing_privilege, write};

/// Random programs in Python and in C, run side by side in the kernel.
#[derive(Parser)]
#[command(name = "cargo xtask differ", bin_name = "cargo xtask differ")]
struct Cli {
    /// Where all choices come from; a fresh one if it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// The number of the first program.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many programs.
    #[arg(long, default_value_t = 1000)]
    count: u64,
    /// How many are built at once.
    #[arg(long, default_value_t = 32)]
    batch: u64,
    /// The folder for failing programs, made smaller.
    #[arg(long, default_value = "target/differ")]
    keep: PathBuf,
    /// Write the programs to the folder as one file, and run nothing.
    #[arg(long)]
    write: bool,
    /// Print no figures while it runs.
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let seed = cli.seed.unwrap_or_else(fresh);
    let (first, count, batch, keep) = (cli.first, cli.count, cli.batch, cli.keep.clone());
    let options = Options { seed, first, count, batch, keep };
    if cli.write {
        return done(write(&options));
    }
    if let Some(missing) = missing_privilege() {
        eprintln!("differ: skipped, {missing}");
        return ExitCode::SUCCESS;
    }
    let Some(clang) = Clang::find() else {
        eprintln!("differ: skipped, there is no {CLANG} to compare with");
        return ExitCode::SUCCESS;
    };
    run(&cli, clang, &options)
}

fn done(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("differ: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli, clang: Clang, options: &Options) -> ExitCode {
    let Options { seed, first, count, .. } = options;
    println!("differ: seed {seed}, programs {first} to {}", first + count);
    let result = differ(clang, options, |report| {
        if cli.quiet {
            return;
        }
        let text = report.to_string();
        eprint!("\r{}", text.lines().next().unwrap_or_default());
        let _ = std::io::stderr().flush();
    });
    if !cli.quiet {
        eprintln!();
    }
    match result {
        Ok(report) => {
            println!("differ: {report}");
            if report.is_good() {
                return ExitCode::SUCCESS;
            }
            println!("differ: failing programs are in {}", cli.keep.display());
            ExitCode::FAILURE
        }
        Err(error) => done(Err(error)),
    }
}

/// A seed that is different each time.
fn fresh() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_nanos() as u64 % 1_000_000_000)
}
