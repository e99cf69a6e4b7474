//! Running the command in a folder of the test's own.
#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Counts executions in a map and sends each through a ring buffer.
pub const COUNTER: &str = r#"
from pythonbpf import bpf, map, section, struct, bpfglobal
from pythonbpf.helper import pid, comm
from pythonbpf.maps import HashMap, RingBuffer
from ctypes import c_void_p, c_int64, c_uint32, c_uint64

@bpf
@struct
class Exec:
    pid: c_uint32
    comm: str(16)

@bpf
@map
def events() -> RingBuffer:
    return RingBuffer(max_entries=4096)

@bpf
@map
def counts() -> HashMap:
    return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace(ctx: c_void_p) -> c_int64:
    e = Exec()
    e.pid = pid()
    comm(e.comm)
    events.output(e)
    n = counts.lookup(e.pid)
    if n:
        counts.update(e.pid, n + 1)
    else:
        counts.update(e.pid, c_uint64(1))
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"#;

/// A folder that goes when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The command, ready for arguments.
pub fn pythonbpf() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pythonbpf"));
    command.env_remove("NO_COLOR");
    command
}

/// Exit status, standard output and standard error.
pub fn outcome(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// Runs it with these arguments in a folder.
pub fn run_in(folder: &Folder, args: &[&str]) -> (i32, String, String) {
    outcome(pythonbpf().current_dir(folder.path()).args(args).output().unwrap())
}
