//! The lab where something is wrong: with what the caller asked for, with the
//! machine, or with the guest. Each gives one line that says what to do, and a
//! status that tells them apart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests fail by panicking and say why they skip"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

const UNAVAILABLE: i32 = 77;

/// A folder of this test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("lab-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn script(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A machine without network, and without QEMU: apt-get fails, and so does
    /// an installed emulator.
    fn without_network(&self) {
        let apt = "case $1 in indextargets) exec /usr/bin/apt-get \"$@\";; esac\n\
                   echo 'E: Temporary failure resolving the mirror' >&2; exit 100";
        self.script("bin/apt-get", apt);
        self.script("bin/qemu-system-x86_64", "exit 127");
    }

    fn vm(&self, arguments: &[&str]) -> Output {
        let path = format!("{}/bin:{}", self.0.display(), std::env::var("PATH").unwrap());
        vm(arguments).env("PATH", path).env("XDG_CACHE_HOME", &self.0).output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn vm(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("vm").args(arguments);
    command
}

/// The last line of what was said.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim_end().lines().last().unwrap_or("").to_owned()
}

#[test]
fn an_unknown_kernel_is_answered_with_those_that_exist() {
    let output = vm(&["--kernel", "5.15"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let words = "lab: there is no kernel `5.15`: choose from host, 5.10, 6.1, 6.12, 7.2 or all\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), words);
}

#[test]
fn without_qemu_and_network_the_way_out_is_said() {
    let folder = Folder::new("no-qemu");
    folder.without_network();
    let output = folder.vm(&["--kernel", "6.1", "--shell", "true"]);
    assert_eq!(output.status.code(), Some(UNAVAILABLE));
    let said = said(&output);
    assert!(said.starts_with("lab: the lab is not available: no QEMU of 8.1 or newer"), "{said}");
    assert!(
        said.contains("Temporary failure") && said.contains("install qemu-system-x86"),
        "{said}"
    );
}

/// A cache with all but kernels; nothing of it can boot.
fn cache_without_kernels(folder: &Folder) -> PathBuf {
    let cache = folder.0.join("pythonbpf-lab");
    let qemu = "pythonbpf-lab/qemu/usr/bin/qemu-system-x86_64";
    folder.script(qemu, "echo 'QEMU emulator version 10.0.2 (Debian)'");
    folder.script("pythonbpf-lab/busybox/bin/busybox", "true");
    cache
}

#[test]
fn without_network_and_cache_the_kernel_is_named() {
    let folder = Folder::new("no-network");
    folder.without_network();
    cache_without_kernels(&folder);
    let output = folder.vm(&["--kernel", "6.1", "--shell", "true"]);
    assert_eq!(output.status.code(), Some(UNAVAILABLE), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("kernel 6.1 is not in the cache and cannot be downloaded"), "{said}");
    assert!(said.contains("cargo xtask vm --fetch --kernel 6.1"), "{said}");
}

#[test]
fn a_failed_download_falls_back_to_the_cache() {
    let folder = Folder::new("cached");
    folder.without_network();
    let kernel = cache_without_kernels(&folder).join("kernel/6.1");
    fs::create_dir_all(kernel.join("lib/modules/6.1.0-1-cloud-amd64")).unwrap();
    fs::create_dir_all(kernel.join("boot")).unwrap();
    fs::write(kernel.join("boot/vmlinuz-6.1.0-1-cloud-amd64"), "").unwrap();
    let output = folder.vm(&["--kernel", "6.1", "--fetch", "--refresh"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let said = said(&output);
    assert!(said.starts_with("lab: using the cached kernel 6.1.0-1-cloud-amd64: "), "{said}");
}

#[test]
fn a_full_disk_is_told_before_it_is_filled() {
    let folder = Folder::new("full");
    let mount = format!("mount -t tmpfs -o size=1m none {} && exec \"$@\"", folder.0.display());
    let command = [env!("CARGO_BIN_EXE_xtask"), "vm", "--kernel", "6.1", "--shell", "true"];
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &mount, "sh"])
        .args(command)
        .env("XDG_CACHE_HOME", &folder.0)
        .output()
        .unwrap();
    if output.status.code() != Some(UNAVAILABLE) && !is_root() {
        return eprintln!("left out: mount namespaces need root");
    }
    let said = said(&output);
    assert_eq!(output.status.code(), Some(UNAVAILABLE), "{said}");
    assert!(said.contains("MiB free") && said.contains("set XDG_CACHE_HOME"), "{said}");
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

/// Boots the lab's usual kernel with these commands; none where the lab cannot
/// be had.
fn boot(commands: &str, options: &[&str]) -> Option<Output> {
    let output = vm(&["--kernel", "6.1", "--shell", commands]).args(options).output().unwrap();
    if output.status.code() == Some(UNAVAILABLE) {
        eprintln!("left out: {}", said(&output));
        return None;
    }
    Some(output)
}

#[test]
fn output_and_status_of_a_guest_come_back() {
    let Some(output) = boot("uname -r; exit 3", &[]) else { return };
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("6.1."));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(said(&output), "lab: kernel 6.1: the script ended with status 3");
}

#[test]
fn a_hung_guest_is_ended_and_told() {
    let Some(output) = boot("echo begun; sleep 600", &["--timeout", "20"]) else { return };
    assert_eq!(output.status.code(), Some(124), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "begun\n");
    assert_eq!(said(&output), "lab: kernel 6.1: the guest hung and was ended");
}

#[test]
fn a_warning_of_the_kernel_is_a_failure() {
    let Some(output) = boot("echo '<4>WARNING: made up' >/dev/kmsg", &[]) else { return };
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("the kernel complained: "), "{}", said(&output));
    assert!(said(&output).ends_with("WARNING: made up"), "{}", said(&output));
}

#[test]
fn there_is_a_lab_folder_for_each_run_and_none_after() {
    let folder = Folder::new("work");
    folder.without_network();
    folder.vm(&["--kernel", "6.1", "--shell", "true"]);
    let left: Vec<_> = fs::read_dir(folder.0.join("pythonbpf-lab"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("work-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
