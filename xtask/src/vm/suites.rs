//! The suites of one kernel: what is made for them on this machine, one run on
//! a machine, and what is kept of it in `target/lab/KERNEL`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::boot::{self, Machine, Verdict};
use super::error::Error;
use super::kernel::{Kernel, Line};
use super::{Args, FAILED, Lab, initramfs::Initramfs, matrix, modules, results};

/// The guest writes its results here; a JUnit file or two, far smaller.
const DISK_BYTES: u64 = 16 << 20;
/// For pairs of interfaces, and for filters and actions of traffic control.
const MODULES: [&str; 5] = ["veth", "sch_ingress", "cls_bpf", "cls_matchall", "act_bpf"];
/// How many lines of a guest's output that failed are shown.
const OUTPUT_TAIL: usize = 200;

/// What runs on every kernel.
pub struct Suites {
    /// The compiled cases.
    pub cases: PathBuf,
    /// The program that runs them.
    pub runner: PathBuf,
    /// Only the tests with this in their names; empty for all.
    pub filter: String,
}

impl Suites {
    /// Compiles the cases.
    pub fn prepare(filter: Option<&str>) -> Result<Self, Error> {
        let cases = matrix::tree().join("target/lab/objects");
        if cases.exists() {
            fs::remove_dir_all(&cases).map_err(Error::file(&cases))?;
        }
        let output = Command::new(built("case-objects")?).arg(&cases).output();
        let output = output.map_err(Error::file(&cases))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::Tool(format!("the cases cannot be compiled: {words}")));
        }
        let filter = filter.unwrap_or_default().to_owned();
        Ok(Self { cases, runner: built("case-runner")?, filter })
    }

    /// Runs the cases on this machine's own kernel, those apart that attach to
    /// hooks of the whole system; gives the exit status.
    pub fn on_this_machine(&self) -> Result<u8, Error> {
        let folder = results::folder("host");
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        keep(&folder.join("release"), release.trim())?;
        let mut command = Command::new(&self.runner);
        command.arg(&self.cases).arg("--junit").arg(folder.join("cases.xml")).arg(&self.filter);
        let output = command.output().map_err(Error::file(&self.runner))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        keep(&folder.join("output.txt"), &text)?;
        let passed = output.status.success();
        if !passed {
            show_failures(&text);
        }
        super::progress(&format!("kernel {} (this machine): {}", release.trim(), words(passed)));
        Ok(if passed { 0 } else { FAILED })
    }
}

fn words(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

/// Runs the suites in a guest; gives the exit status.
pub fn in_a_guest(
    args: &Args,
    lab: &Lab,
    line: Line,
    kernel: &Kernel,
    common: &[u8],
) -> Result<u8, Error> {
    let folder = results::folder(line.name());
    let mut own = Initramfs::default();
    own.add_modules(modules::in_load_order(kernel, &MODULES.map(str::to_owned))?);
    let work = lab.cache.work(line.name());
    fs::create_dir_all(&work).map_err(Error::file(&work))?;
    let disk = work.join("disk");
    let made = fs::File::create(&disk).and_then(|file| file.set_len(DISK_BYTES));
    made.map_err(Error::file(&disk))?;
    let machine = Machine {
        memory: args.memory,
        processors: args.processors,
        seconds: args.timeout,
        disk: Some(disk.clone()),
        folder: work.clone(),
    };
    let outcome = boot::boot(&lab.emulator, kernel, &[common, &own.to_cpio()], &machine)?;
    keep(&folder.join("release"), &kernel.release)?;
    keep(&folder.join("seconds"), &format!("{:.1}", outcome.seconds))?;
    keep(&folder.join("output.txt"), &outcome.output)?;
    keep(&folder.join("console.txt"), &outcome.console)?;
    let unpacked = unpack(&disk, &folder);
    // Large, and of no use any more.
    let _ = fs::remove_dir_all(&work);
    let passed = outcome.verdict == Verdict::Passed;
    if !passed {
        show_failures(&outcome.output);
    }
    super::progress(&format!(
        "kernel {} on QEMU {}: {}, {:.1} s",
        kernel.release,
        lab.emulator.version,
        words(passed),
        outcome.seconds
    ));
    let status = super::explain(line.name(), &outcome.verdict, &outcome.console);
    // A guest that died has written nothing, which its verdict says already.
    if passed { unpacked.map(|()| status) } else { Ok(status) }
}

/// Takes the results off the disk: a tar without a file system around it.
fn unpack(disk: &Path, folder: &Path) -> Result<(), Error> {
    let status = Command::new("tar").arg("-xf").arg(disk).arg("-C").arg(folder).status();
    match status {
        Ok(status) if status.success() && folder.join("cases.xml").exists() => Ok(()),
        _ => Err(Error::Tool("the guest passed and left no results on its disk".into())),
    }
}

fn keep(file: &Path, text: &str) -> Result<(), Error> {
    fs::write(file, text).map_err(Error::file(file))
}

fn show_failures(output: &str) {
    let lines: Vec<&str> = output.lines().filter(|line| !line.ends_with(": passed")).collect();
    let tail = lines.len().saturating_sub(OUTPUT_TAIL);
    eprintln!("{}", lines.get(tail..).unwrap_or_default().join("\n"));
}

/// A program that the build makes, beside this one or in `target/release`.
pub fn built(name: &str) -> Result<PathBuf, Error> {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(name));
    let release = matrix::tree().join("target/release").join(name);
    [beside, Some(release)].into_iter().flatten().find(|path| path.is_file()).ok_or_else(|| {
        Error::Tool(format!("target/release/{name} is not there: run `make build` first"))
    })
}
