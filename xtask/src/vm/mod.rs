//! The lab: runs a script on a Debian kernel in a virtual machine without KVM,
//! as root of that machine, and hands back its output and its status.
//!
//! Everything comes from the machine's own Debian mirror and is unpacked into a
//! cache, never installed. Exit status: 0 the script passed, 1 it failed or the
//! kernel complained, 2 wrong use, 77 the lab cannot be had here (no network
//! and no cache), 124 the guest hung.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

mod apt;
mod boot;
mod cache;
mod emulator;
mod error;
mod initramfs;
mod kernel;
mod modules;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use boot::{Limits, Outcome, Verdict};
use cache::Cache;
use emulator::Emulator;
use error::Error;
use initramfs::Initramfs;
use kernel::{Kernel, Line};

const UNAVAILABLE: u8 = 77;
const HUNG: u8 = 124;
const CONSOLE_TAIL: usize = 40;

/// Options of `cargo xtask vm`.
#[derive(clap::Args)]
pub struct Args {
    /// Kernel line to boot.
    #[arg(long, value_enum, default_value = "6.1")]
    kernel: Line,
    /// File or folder for the guest, with the shared libraries that it needs.
    #[arg(long = "file", value_name = "SRC=DST", value_parser = parse_file)]
    files: Vec<(PathBuf, String)>,
    /// Kernel module to load before the script, with those that it needs.
    #[arg(long = "module", value_name = "NAME")]
    modules: Vec<String>,
    /// Shell script that the guest runs.
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    script: Option<PathBuf>,
    /// Seconds until a guest counts as hung.
    #[arg(long, default_value_t = 120)]
    timeout: u64,
    /// Memory of the guest in MiB.
    #[arg(long, default_value_t = 1024)]
    memory: u32,
    /// Processors of the guest.
    #[arg(long, default_value_t = 1)]
    processors: u32,
    /// Ask the mirror for a newer kernel than the cached one.
    #[arg(long)]
    refresh: bool,
    /// Only download what is needed; boot nothing.
    #[arg(long)]
    fetch: bool,
    /// Command that the guest runs, in place of a script.
    #[arg(last = true, required_unless_present_any = ["script", "fetch"])]
    command: Vec<String>,
}

fn parse_file(text: &str) -> Result<(PathBuf, String), String> {
    match text.split_once('=') {
        Some((host, guest)) if !host.is_empty() && guest.starts_with('/') => {
            Ok((host.into(), guest.trim_end_matches('/').into()))
        }
        _ => Err("expected SRC=DST with an absolute DST, such as prog.o=/root/prog.o".into()),
    }
}

/// Runs the task and tells its exit status.
pub fn run(args: &Args) -> ExitCode {
    match run_guest(args) {
        Ok(Some(outcome)) => report(&outcome),
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => {
            progress(&error.to_string());
            ExitCode::from(if matches!(error, Error::Unavailable(_)) { UNAVAILABLE } else { 2 })
        }
    }
}

fn run_guest(args: &Args) -> Result<Option<Outcome>, Error> {
    let cache = Cache::open()?;
    let emulator = Emulator::get(&cache)?;
    let busybox = emulator::busybox(&cache)?;
    let kernel = Kernel::get(&cache, args.kernel, args.refresh)?;
    if args.fetch {
        return Ok(None);
    }
    let image = cache.work("initramfs");
    let root = build_root(args, &busybox, &kernel, &cache)?;
    fs::write(&image, root.to_cpio()).map_err(Error::file(&image))?;
    let limits = Limits { memory: args.memory, processors: args.processors, seconds: args.timeout };
    let start = Instant::now();
    let outcome = boot::boot(&emulator, &kernel, &image, limits, &cache)?;
    let seconds = start.elapsed().as_secs_f32();
    progress(&format!("kernel {} on QEMU {}: {seconds:.1} s", kernel.release, emulator.version));
    Ok(Some(outcome))
}

fn build_root(
    args: &Args,
    busybox: &Path,
    kernel: &Kernel,
    cache: &Cache,
) -> Result<Initramfs, Error> {
    let mut root = Initramfs::default();
    root.add_host_file(busybox, "/bin/busybox")?;
    root.add_executable("/init", include_bytes!("guest/init.sh").to_vec());
    root.add_executable("/lab/exit", exit_program(cache)?);
    root.add_executable("/lab/script", script(args)?);
    let mut list = String::new();
    for module in modules::in_load_order(kernel, &args.modules)? {
        let path = format!("/lab/{}.ko", module.name);
        list.push_str(&format!("{path}\n"));
        root.add_executable(&path, module.data);
    }
    root.add_executable("/lab/modules", list.into_bytes());
    for (host, guest) in &args.files {
        root.add_host_file(host, guest)?;
    }
    Ok(root)
}

fn script(args: &Args) -> Result<Vec<u8>, Error> {
    match &args.script {
        Some(path) => fs::read(path).map_err(Error::file(path)),
        None => {
            let quoted = |word: &String| format!("'{}'", word.replace('\'', r"'\''"));
            let words: Vec<String> = args.command.iter().map(quoted).collect();
            Ok(words.join(" ").into_bytes())
        }
    }
}

/// The program that ends the guest, built by the C compiler of this machine.
fn exit_program(cache: &Cache) -> Result<Vec<u8>, Error> {
    let (source, program) = (cache.work("exit.c"), cache.work("exit"));
    fs::write(&source, include_str!("guest/exit.c")).map_err(Error::file(&source))?;
    let flags = ["-Os", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-o"];
    let output = Command::new("cc").args(flags).args([&program, &source]).output();
    match output {
        Ok(output) if output.status.success() => fs::read(&program).map_err(Error::file(&program)),
        _ => Err(Error::Tool("the C compiler cannot build the guest's exit program".into())),
    }
}

/// Prints what the script wrote, and the reason of a failure.
fn report(outcome: &Outcome) -> ExitCode {
    print!("{}", outcome.output);
    let (reason, code) = match &outcome.verdict {
        Verdict::Passed => return ExitCode::SUCCESS,
        Verdict::ScriptFailed(status) => {
            progress(&format!("the script ended with status {status}"));
            return ExitCode::FAILURE;
        }
        Verdict::KernelComplained(line) => (format!("the kernel complained: {line}"), 1),
        Verdict::Hung => ("the guest hung and was ended".to_owned(), HUNG),
        Verdict::Died(status) => (format!("the guest died (QEMU status {status:?})"), 1),
    };
    let lines: Vec<&str> = outcome.console.lines().collect();
    let tail = lines.len().saturating_sub(CONSOLE_TAIL);
    eprintln!("{}", lines.get(tail..).unwrap_or_default().join("\n"));
    progress(&reason);
    ExitCode::from(code)
}

/// Says on standard error what is going on.
fn progress(message: &str) {
    eprintln!("lab: {message}");
}

#[cfg(test)]
mod tests {
    use super::parse_file;

    #[test]
    fn files_need_an_absolute_place() {
        assert_eq!(parse_file("a.o=/root/a.o"), Ok(("a.o".into(), "/root/a.o".into())));
        assert!(parse_file("a.o=root").is_err());
        assert!(parse_file("a.o").is_err());
    }
}
