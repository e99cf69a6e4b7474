//! Programs of a control group that the test makes for itself.

#![allow(unsafe_code, reason = "asks who runs it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and say why they skip"
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{int, load, ready};
use pythonbpf_runtime::{AttachOptions, Error};

const ROOT: &str = "/sys/fs/cgroup";

/// A control group without processes; removed at the end.
struct Group(PathBuf);

impl Group {
    fn new() -> Option<Self> {
        let folder = Path::new(ROOT).join(format!("pythonbpf-test-{}", std::process::id()));
        let is_v2 = Path::new(ROOT).join("cgroup.controllers").exists();
        if !is_v2 || std::fs::create_dir(&folder).is_err() {
            println!("skipped: no control groups (version 2) to be made in {ROOT}");
            return None;
        }
        Some(Self(folder))
    }

    /// Has a process of this group connect a datagram socket.
    fn connect(&self) {
        let script = format!(
            "echo $$ > {}/cgroup.procs && exec bash -c ': < /dev/udp/127.0.0.1/9'",
            self.0.display()
        );
        let status = Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn connections_of_a_group_are_counted() {
    if !ready(true) {
        return;
    }
    let Some(group) = Group::new() else { return };
    let object = load("cgroup");
    let count = || object.map("connections").unwrap().lookup(&int(0)).unwrap();
    object.attach_all(&AttachOptions::default().cgroup(&group.0)).expect("attaches");
    group.connect();
    group.connect();
    assert_eq!(count(), Some(int(2)));
    object.detach_all();
    group.connect();
    assert_eq!(count(), Some(int(2)), "detached");
}

#[test]
fn a_group_must_be_named_and_be_one() {
    if !ready(true) {
        return;
    }
    let object = load("cgroup");
    let error = object.attach_all(&AttachOptions::default()).unwrap_err();
    assert!(matches!(error, Error::ArgumentsNeeded { .. }));
    assert!(error.to_string().contains("cgroup="), "{error}");
    for folder in ["/nothing/here", "/tmp"] {
        let error = object.attach_all(&AttachOptions::default().cgroup(folder)).unwrap_err();
        assert!(matches!(error, Error::NoSuchCgroup { .. }), "{error}");
        assert!(error.to_string().contains(folder), "{error}");
    }
}
