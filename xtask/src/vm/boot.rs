//! One boot of one guest: starts QEMU, waits, and judges. A pass is all three
//! of QEMU's exit status from the debug-exit port, the marker line with status
//! 0, and no complaint of the kernel on the console. Nothing is tried twice: a
//! crash is a finding.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use super::emulator::Emulator;
use super::error::Error;
use super::kernel::Kernel;

const MARKER: &str = "pythonbpf-lab: script ended with status ";
const COMPLAINTS: [&str; 6] =
    ["Oops", "BUG:", "WARNING:", "Kernel panic", "general protection", "cannot load /lab/"];
/// `timeout`'s own status for a command that it ended.
const ENDED_BY_TIMEOUT: i32 = 124;

/// How a boot ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The script ended with status 0 and the kernel is content.
    Passed,
    /// The script ended with this status.
    ScriptFailed(u8),
    /// The kernel wrote this line.
    KernelComplained(String),
    /// The guest did not end in time.
    Hung,
    /// The machine ended in another way; QEMU's status.
    Died(Option<i32>),
}

/// What a boot left behind.
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// What the script wrote.
    pub output: String,
    /// What the kernel wrote.
    pub console: String,
    /// From the start of QEMU to its end.
    pub seconds: f64,
}

/// The machine that is made.
pub struct Machine {
    /// Memory in MiB.
    pub memory: u32,
    /// Processors.
    pub processors: u32,
    /// Seconds until the guest is ended.
    pub seconds: u64,
    /// A file that the guest sees as its one disk.
    pub disk: Option<PathBuf>,
    /// Where the files of this boot go.
    pub folder: PathBuf,
}

/// Boots the file system made of `archives` on `kernel`.
pub fn boot(
    emulator: &Emulator,
    kernel: &Kernel,
    archives: &[&[u8]],
    machine: &Machine,
) -> Result<Outcome, Error> {
    fs::create_dir_all(&machine.folder).map_err(Error::file(&machine.folder))?;
    let file = |name: &str| machine.folder.join(name);
    let image = file("initramfs");
    let written = fs::File::create(&image)
        .and_then(|mut to| archives.iter().try_for_each(|archive| to.write_all(archive)));
    written.map_err(Error::file(&image))?;
    let began = Instant::now();
    let (console, output, said) = (file("console"), file("output"), file("qemu-says"));
    let log = fs::File::create(&said).map_err(Error::file(&said))?;
    let mut command = emulator.command(machine.seconds);
    if let Some(disk) = &machine.disk {
        let drive = format!("file={},if=none,id=disk,format=raw", disk.display());
        command.args(["-drive", &drive, "-device", "nvme,drive=disk,serial=lab"]);
    }
    let status = command
        .args(["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"])
        .args(["-accel", "tcg", "-cpu", "max", "-machine", "pc"])
        .args(["-m", &machine.memory.to_string(), "-smp", &machine.processors.to_string()])
        .args(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"])
        .arg("-serial")
        .arg(format!("file:{}", console.display()))
        .arg("-serial")
        .arg(format!("file:{}", output.display()))
        .arg("-kernel")
        .arg(&kernel.image)
        .arg("-initrd")
        .arg(&image)
        .args(["-append", COMMAND_LINE])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .status()
        .map_err(|error| Error::Tool(format!("timeout cannot be run: {error}")))?;
    let text = |path: &Path| {
        fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    };
    let console = text(&console) + &text(&said);
    let verdict = judge(status.code(), &console);
    let seconds = began.elapsed().as_secs_f64();
    Ok(Outcome { verdict, output: text(&output), console, seconds })
}

/// Warnings of the kernel must reach the console, hence log level 5; the BPF
/// LSM is not in the default list of the oldest kernel. On a busy machine the
/// emulated timer may be late for the kernel's check of its interrupt.
const COMMAND_LINE: &str = "console=ttyS0 loglevel=5 panic=-1 oops=panic mitigations=off \
    no_timer_check random.trust_cpu=on rdinit=/init lsm=lockdown,capability,yama,apparmor,bpf";

fn judge(qemu: Option<i32>, console: &str) -> Verdict {
    let complaint = |line: &&str| COMPLAINTS.iter().any(|word| line.contains(word));
    if let Some(line) = console.lines().find(complaint) {
        return Verdict::KernelComplained(line.trim().to_owned());
    }
    if qemu == Some(ENDED_BY_TIMEOUT) {
        return Verdict::Hung;
    }
    let marker = console.lines().find_map(|line| line.split_once(MARKER));
    let status = marker.and_then(|(_, status)| status.trim().parse().ok());
    match (qemu, status) {
        (Some(1), Some(0)) => Verdict::Passed,
        (Some(3), Some(status)) => Verdict::ScriptFailed(status),
        _ => Verdict::Died(qemu),
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, judge};

    const DONE: &str = "[ 1.0] booted\r\npythonbpf-lab: script ended with status 0\r\n";

    #[test]
    fn a_pass_needs_status_and_marker() {
        assert_eq!(judge(Some(1), DONE), Verdict::Passed);
        assert_eq!(judge(Some(0), DONE), Verdict::Died(Some(0)));
        assert_eq!(judge(Some(1), "[ 1.0] booted"), Verdict::Died(Some(1)));
    }

    #[test]
    fn a_complaint_of_the_kernel_outweighs_a_pass() {
        let console = format!("[ 0.9] WARNING: CPU: 0 PID: 1 at kernel/bpf\r\n{DONE}");
        assert!(matches!(judge(Some(1), &console), Verdict::KernelComplained(_)));
    }

    #[test]
    fn failures_are_told_apart() {
        let failed = "pythonbpf-lab: script ended with status 7\n";
        assert_eq!(judge(Some(3), failed), Verdict::ScriptFailed(7));
        assert_eq!(judge(Some(124), "[ 1.0] booted"), Verdict::Hung);
        assert_eq!(judge(Some(0), "[ 1.0] booted"), Verdict::Died(Some(0)));
    }
}
