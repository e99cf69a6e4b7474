//! What the tests share: objects built from C by clang, and the processes
//! that they trace.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use pythonbpf_runtime::{Object, OpenObject, UpdateMode, Value};

/// Which clang builds the C programs.
const CLANG: &str = "/usr/bin/clang-22";

/// Names a folder of objects built before, for machines without clang.
const BUILT: &str = "RUNTIME_TEST_OBJECTS";

/// Whether the test can run; if not, says why.
pub fn ready(needs_root: bool) -> bool {
    if std::env::var_os(BUILT).is_none() && !Path::new(CLANG).exists() {
        println!("skipped: {CLANG} is not installed");
        return false;
    }
    // SAFETY: takes and changes nothing.
    if needs_root && unsafe { libc::geteuid() } != 0 {
        println!("skipped: loading into the kernel needs root");
        return false;
    }
    true
}

/// The object that clang makes of `tests/programs/<name>.c`.
pub fn build(name: &str) -> Vec<u8> {
    if let Some(folder) = std::env::var_os(BUILT) {
        let path = Path::new(&folder).join(format!("{name}.o"));
        return std::fs::read(path).expect("an object built before");
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let output = Command::new(CLANG)
        // v2, because Linux 5.10 does not know the atomics of v3.
        .args(["-O2", "-g", "-target", "bpf", "-mcpu=v2", "-Wall", "-Wno-unused-variable"])
        .args(["-Wno-unknown-attributes", "-c", "-o", "-"])
        .arg(sources.join(format!("{name}.c")))
        .output()
        .expect("clang runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

pub fn load(name: &str) -> Object {
    OpenObject::from_bytes(name, &build(name)).expect("opens").load().expect("loads")
}

/// A shell that waits for a line, then makes kill(2) calls on itself.
pub struct Victim(Child);

impl Victim {
    pub fn spawn(kills: u32) -> Self {
        let script = format!(
            "read go; i=0; while [ $i -lt {kills} ]; do kill -0 $$; i=$((i+1)); done; read end"
        );
        let child = Command::new("/bin/sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell");
        Self(child)
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Lets it make its calls and waits for its end.
    pub fn run(mut self) {
        let mut input = self.0.stdin.take().expect("its input");
        input.write_all(b"go\nend\n").expect("writes");
        drop(input);
        assert!(self.0.wait().expect("its end").success());
    }
}

pub fn int(value: impl Into<i128>) -> Value {
    Value::Int(value.into())
}

/// Has the programs of `tracing.c` look at `pid` alone.
pub fn aim(object: &Object, pid: u32) {
    let target = object.map("target").expect("target");
    target.update(&int(0), &int(pid), UpdateMode::Set).expect("sets the target");
}
