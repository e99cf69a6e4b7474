//! The lab: Debian's kernels in virtual machines without KVM.
//!
//! `cargo xtask vm --kernel 5.10,6.1` runs the suites on each: every case that
//! needs a kernel, every way to attach, and the Python package's tests. With
//! `--script` or `--shell` it runs that instead, on one kernel. Everything comes
//! from the machine's own Debian mirror and is unpacked into a cache, never
//! installed. Exit status: 0 all passed, 1 something failed or the kernel
//! complained, 2 wrong use, 77 a kernel or QEMU cannot be had here (no network
//! and no cache), 124 a guest hung.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

mod apt;
mod boot;
mod cache;
mod emulator;
mod error;
mod image;
mod initramfs;
mod kernel;
mod matrix;
mod modules;
mod python;
pub mod results;
mod script;
mod space;
mod suites;
pub mod table;

use std::process::{Command, ExitCode};
use std::{fs, path::PathBuf};

use boot::Verdict;
use cache::Cache;
use emulator::Emulator;
pub use error::Error;
pub use matrix::tree;
pub use suites::built;
pub use table::cell as cell_of;

const FAILED: u8 = 1;
const WRONG_USE: u8 = 2;
const UNAVAILABLE: u8 = 77;
const HUNG: u8 = 124;
const CONSOLE_TAIL: usize = 40;

/// Names of all kernels, this machine's first.
pub fn kernel_names() -> Vec<&'static str> {
    matrix::Kernel::all().into_iter().map(matrix::Kernel::name).collect()
}

/// Options of `cargo xtask vm`.
#[derive(clap::Args)]
pub struct Args {
    /// Kernels, separated by commas: 5.10, 6.1, 6.12, 7.2, `host` (this
    /// machine's own, without a virtual machine and without attaching), `all`.
    #[arg(long = "kernel", value_name = "KERNELS", default_value = "6.1")]
    kernels: String,
    /// Guests that run at the same time.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
    /// Run this shell script in place of the suites.
    #[arg(long, value_name = "FILE", conflicts_with = "filter")]
    script: Option<PathBuf>,
    /// Run these shell commands in place of the suites.
    #[arg(long, value_name = "COMMANDS", conflicts_with_all = ["filter", "script"])]
    shell: Option<String>,
    /// With a script: a file or folder for the guest, with its shared libraries.
    #[arg(long = "file", value_name = "SRC=DST", value_parser = script::parse_file)]
    files: Vec<(PathBuf, String)>,
    /// With a script: a kernel module to load before, with those that it needs.
    #[arg(long = "module", value_name = "NAME")]
    modules: Vec<String>,
    /// Seconds until a guest counts as hung.
    #[arg(long, default_value_t = 900)]
    timeout: u64,
    /// Memory of the guest in MiB.
    #[arg(long, default_value_t = 1024)]
    memory: u32,
    /// Processors of the guest.
    #[arg(long, default_value_t = 1)]
    processors: u32,
    /// Ask the mirror for newer kernels than the cached ones.
    #[arg(long)]
    refresh: bool,
    /// Only download what is needed; boot nothing.
    #[arg(long)]
    fetch: bool,
    /// Run only the tests with this in their names.
    #[arg(last = true)]
    filter: Option<String>,
}

/// Runs the task and tells its exit status.
pub fn run(args: &Args) -> ExitCode {
    let run = || {
        let kernels = matrix::Kernel::parse(&args.kernels)?;
        if args.fetch {
            return fetch(&kernels, args.refresh);
        }
        match script::text(args)? {
            Some(text) => script::run(args, &kernels, text),
            None => matrix::run(args, &kernels),
        }
    };
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            progress(&error.to_string());
            ExitCode::from(error.status())
        }
    }
}

fn fetch(kernels: &[matrix::Kernel], refresh: bool) -> Result<u8, Error> {
    let lab = Lab::open()?;
    for line in kernels.iter().filter_map(|kernel| kernel.line()) {
        kernel::Kernel::get(&lab.cache, line, refresh)?;
    }
    Ok(0)
}

/// What every guest needs.
struct Lab {
    cache: Cache,
    emulator: Emulator,
    busybox: PathBuf,
    /// The program that ends the guest.
    exit: Vec<u8>,
}

impl Lab {
    fn open() -> Result<Self, Error> {
        let cache = Cache::open()?;
        let emulator = Emulator::get(&cache)?;
        let busybox = emulator::busybox(&cache)?;
        let exit = exit_program(&cache)?;
        Ok(Self { cache, emulator, busybox, exit })
    }

    /// The file system of a guest that runs `script`.
    fn root(&self, script: &str) -> Result<initramfs::Initramfs, Error> {
        let mut root = initramfs::Initramfs::default();
        root.add_host_file(&self.busybox, "/bin/busybox")?;
        root.add_executable("/init", include_bytes!("guest/init.sh").to_vec());
        root.add_executable("/lab/exit", self.exit.clone());
        root.add_executable("/lab/script", script.as_bytes().to_vec());
        Ok(root)
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

/// Says why a boot did not pass; gives the exit status for it.
fn explain(name: &str, verdict: &Verdict, console: &str) -> u8 {
    let (reason, code) = match verdict {
        Verdict::Passed => return 0,
        Verdict::ScriptFailed(status) => {
            progress(&format!("kernel {name}: the script ended with status {status}"));
            return FAILED;
        }
        Verdict::KernelComplained(line) => (format!("the kernel complained: {line}"), FAILED),
        Verdict::Hung => ("the guest hung and was ended".to_owned(), HUNG),
        Verdict::Died(status) => (format!("the guest died (QEMU status {status:?})"), FAILED),
    };
    let lines: Vec<&str> = console.lines().collect();
    let tail = lines.len().saturating_sub(CONSOLE_TAIL);
    eprintln!("{}", lines.get(tail..).unwrap_or_default().join("\n"));
    progress(&format!("kernel {name}: {reason}"));
    code
}

/// Says on standard error what is going on.
fn progress(message: &str) {
    eprintln!("lab: {message}");
}
