//! The command on the running kernel. Needs the privileges for tracing;
//! without them the tests say so and stop.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "helpers of tests")]

mod common;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{COUNTER, Folder, outcome, pythonbpf, run_in};
use serde_json::{Value, json};

/// Prints a line for each execution.
const PRINTER: &str = r#"
from pythonbpf import bpf, section, bpfglobal
from pythonbpf.helper import pid
from ctypes import c_void_p, c_int64

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace(ctx: c_void_p) -> c_int64:
    print(f"process {pid()} executes")
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"#;

/// Keeps the cookie that it was attached with.
const COOKIE: &str = r#"
from pythonbpf import bpf, section, bpfglobal
from pythonbpf.helper import get_attach_cookie
from ctypes import c_void_p, c_int64, c_uint64

@bpf
@bpfglobal
def COOKIE() -> c_uint64:
    return 0

@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def trace(ctx: c_void_p) -> c_int64:
    global COOKIE
    COOKIE = get_attach_cookie(ctx)
    return 0

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"#;

const XDP: &str = r#"
from pythonbpf import bpf, section, bpfglobal
from pythonbpf.helper import XDP_PASS
from ctypes import c_void_p, c_int64

@bpf
@section("xdp")
def look(ctx: c_void_p) -> c_int64:
    return XDP_PASS

@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"
"#;

/// Whether programs can be traced here; says why not.
fn is_privileged() -> bool {
    use runtime::Capability::{Bpf, Perfmon};
    let missing = runtime::missing_capabilities(&[Bpf, Perfmon]);
    if !missing.is_empty() {
        eprintln!("left out: {missing:?} missing");
    }
    missing.is_empty()
}

/// A run that is attached.
struct Running {
    child: Child,
    err: BufReader<ChildStderr>,
}

impl Running {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut child = pythonbpf()
            .current_dir(folder.path())
            .arg("run")
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        // What a program needs is no fault of it.
        while line.is_empty() || line.starts_with("the programs need ") {
            line.clear();
            assert!(err.read_line(&mut line).unwrap() > 0);
        }
        if !line.starts_with("attached ") {
            child.kill().unwrap();
        }
        assert!(line.starts_with("attached trace"), "{line}");
        Self { child, err }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Exit status and standard output.
    fn end(mut self) -> (i32, String) {
        // Both are read at once: a busy machine fills a pipe with others' events.
        let told = std::thread::spawn(move || {
            let mut err = String::new();
            self.err.read_to_string(&mut err).unwrap();
            err
        });
        let (status, out, _) = outcome(self.child.wait_with_output().unwrap());
        let err = told.join().unwrap();
        assert!(!err.contains("panic"), "{err}");
        (status, out)
    }
}

/// Executes something and gives its process id.
fn execute() -> u32 {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    pid
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn events_and_maps_come_as_json_lines() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("json");
    folder.file("p.py", COUNTER);
    let running = Running::start(&folder, &["p.py", "--json", "--duration", "2"]);
    let pids = [execute(), execute()];
    let (status, out) = running.end();
    assert_eq!(status, 0);
    let lines = objects(&out);
    for pid in pids {
        let event = lines.iter().find(|line| line["event"]["pid"] == pid).unwrap();
        assert_eq!(event["map"], "events");
        assert!(event["event"]["comm"].is_string(), "{event}");
        let counts = lines.iter().find(|line| line["map"] == "counts").unwrap();
        let entries = counts["entries"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["key"] == pid).unwrap();
        assert!(entry["value"].as_u64() >= Some(1), "{entry}");
    }
    let program = lines.iter().find(|line| line["program"] == "trace").unwrap();
    assert_eq!(program["section"], "tracepoint/syscalls/sys_enter_execve");
}

#[test]
fn a_table_has_the_structs_fields_and_the_map_its_entries() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("table");
    folder.file("p.py", COUNTER);
    let running = Running::start(&folder, &["p.py", "--duration", "1.5"]);
    let pid = execute();
    let (status, out) = running.end();
    assert_eq!(status, 0);
    assert_eq!(out.lines().next(), Some("    pid  comm"));
    let row = |line: &&str| line.trim_start().starts_with(&format!("{pid}  "));
    assert!(out.lines().filter(row).count() >= 2, "an event and an entry: {out}");
    assert!(out.contains("\ncounts (hash): "), "{out}");
    assert!(out.contains("\nprogram  section "), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn signals_end_a_run_with_its_maps_shown() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("signals");
    folder.file("p.py", COUNTER);
    for signal in ["-INT", "-TERM"] {
        let running = Running::start(&folder, &["p.py", "--json"]);
        let pid = execute();
        let before = Instant::now();
        running.signal(signal);
        let (status, out) = running.end();
        assert_eq!(status, 0, "{signal}");
        assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
        let lines = objects(&out);
        assert!(lines.iter().any(|line| line["event"]["pid"] == pid), "{out}");
        assert!(lines.iter().any(|line| line["entries"].is_array()), "{out}");
    }
}

#[test]
fn a_run_ends_after_as_many_events_as_wanted() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("count");
    folder.file("p.py", COUNTER);
    let running = Running::start(&folder, &["p.py", "--json", "--max-events", "3"]);
    for _ in 0..4 {
        execute();
    }
    let (status, out) = running.end();
    let events = objects(&out).iter().filter(|line| line["event"].is_object()).count();
    assert_eq!((status, events), (0, 3));
}

#[test]
fn other_processes_are_left_out_on_request() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("pid");
    folder.file("p.py", COUNTER);
    // Waits for a line and then becomes another program under its own pid.
    let mut chosen = Command::new("sh")
        .args(["-c", "read go; exec true"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = chosen.id();
    let args = ["p.py", "--json", "--duration", "1.5", "--pid", &pid.to_string()];
    let running = Running::start(&folder, &args);
    execute();
    drop(chosen.stdin.take());
    chosen.wait().unwrap();
    let (status, out) = running.end();
    assert_eq!(status, 0);
    let lines = objects(&out);
    let events: Vec<_> = lines.iter().filter(|line| line["event"].is_object()).collect();
    assert!(!events.is_empty(), "{out}");
    assert!(events.iter().all(|event| event["event"]["pid"] == pid), "{out}");
}

#[test]
fn a_process_that_makes_no_difference_is_refused() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("nobody");
    folder.file("p.py", COUNTER);
    let (status, _, err) = run_in(&folder, &["run", "p.py", "--pid", "99999999"]);
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("there is no process 99999999"), "{err}");
    folder.file("silent.py", XDP.replace("\"xdp\"", "\"raw_tp/sched_process_exec\""));
    let own = std::process::id().to_string();
    let (status, _, err) = run_in(&folder, &["run", "silent.py", "--pid", &own]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("no program of the file takes `--pid`"), "{err}");
}

#[test]
fn options_that_are_named_can_be_given() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("cookie");
    folder.file("p.py", COOKIE);
    let (status, _, err) = run_in(&folder, &["run", "p.py", "--interface", "lo"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("taken are --symbol …, --cookie …"), "{err}");
    let (status, _, err) = run_in(&folder, &["run", "p.py", "--program", "1"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("no program of p.py takes `--program`"), "{err}");
    for cookie in ["4711", "0x1267"] {
        let args = ["p.py", "--json", "--duration", "1", "--cookie", cookie];
        let running = Running::start(&folder, &args);
        execute();
        let (status, out) = running.end();
        assert_eq!(status, 0, "{out}");
        let globals = objects(&out).into_iter().find(|line| line["globals"].is_object());
        assert_eq!(globals.unwrap()["globals"], json!({"COOKIE": 4711}));
    }
}

#[test]
fn global_variables_are_shown_at_the_end() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("globals");
    folder.file("p.py", COOKIE);
    let running = Running::start(&folder, &["p.py", "--duration", "1", "--cookie", "7"]);
    execute();
    let (status, out) = running.end();
    assert_eq!(status, 0);
    assert!(out.contains("\nglobal  value\nCOOKIE      7\n"), "{out}");
}

#[test]
fn printed_lines_are_shown() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("print");
    folder.file("p.py", PRINTER);
    let running = Running::start(&folder, &["p.py", "--json", "--duration", "2"]);
    let pid = execute();
    let (status, out) = running.end();
    assert_eq!(status, 0);
    let wanted = json!(format!("process {pid} executes"));
    let line = objects(&out).into_iter().find(|line| line["print"] == wanted);
    let line = line.unwrap_or_else(|| panic!("{out}"));
    assert_eq!(line["pid"], pid);
}

#[test]
fn a_run_ends_when_nobody_reads_it() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("closed");
    folder.file("p.py", COUNTER);
    let mut running = Running::start(&folder, &["p.py"]);
    drop(running.child.stdout.take());
    let before = Instant::now();
    let status = loop {
        if let Some(status) = running.child.try_wait().unwrap() {
            break status;
        }
        if before.elapsed() > Duration::from_secs(5) {
            running.child.kill().unwrap();
        }
        sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(0));
}

#[test]
fn objects_run_and_verify_like_sources() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("objects");
    folder.file("p.py", COUNTER);
    assert_eq!(run_in(&folder, &["build", "p.py"]).0, 0);
    let (status, source, err) = run_in(&folder, &["verify", "p.py"]);
    assert_eq!(status, 0, "{err}");
    let header = "program  instructions  verified  states  stack  jit bytes";
    assert_eq!(source.lines().next(), Some(header));
    let row: Vec<&str> = source.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row[0], "trace");
    let instructions: u32 = row[1].parse().unwrap();
    assert!((20..60).contains(&instructions), "{source}");
    assert_eq!(run_in(&folder, &["verify", "p.o"]).1, source);
    let running = Running::start(&folder, &["p.o", "--json", "--duration", "1.5"]);
    let pid = execute();
    let (_, out) = running.end();
    assert!(objects(&out).iter().any(|line| line["event"]["pid"] == pid), "{out}");
}

#[test]
fn a_missing_tracepoint_is_shown_on_its_line() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("hook");
    folder.file("p.py", COUNTER.replace("sys_enter_execve", "sys_enter_excve"));
    let (status, out, err) = run_in(&folder, &["run", "p.py", "--duration", "1"]);
    assert_eq!((status, out.as_str()), (3, ""));
    assert!(err.starts_with("error[E0701]: "), "{err}");
    assert!(err.contains("--> p.py:24:10"), "{err}");
    assert!(err.contains("| @section(\"tracepoint/syscalls/sys_enter_execve\")"), "{err}");
}

#[test]
fn network_programs_need_an_interface_that_exists() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("xdp");
    folder.file("p.py", XDP);
    let (status, _, err) = run_in(&folder, &["run", "p.py"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("attach it with --interface"), "{err}");
    let (status, _, err) = run_in(&folder, &["run", "p.py", "--interface", "nosuch0"]);
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("no network interface `nosuch0`") && err.contains("`lo`"), "{err}");
}

#[test]
fn cgroup_programs_need_a_group_that_exists() {
    if !is_privileged() {
        return;
    }
    let folder = Folder::new("cgroup");
    let program = XDP.replace("\"xdp\"", "\"cgroup/connect4\"").replace("XDP_PASS", "1");
    folder.file("p.py", program.replace("from pythonbpf.helper import 1\n", ""));
    let (status, _, err) = run_in(&folder, &["run", "p.py"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("attach it with --cgroup"), "{err}");
    let (status, _, err) = run_in(&folder, &["run", "p.py", "--cgroup", "/nothing/here"]);
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("`/nothing/here` is not the folder of a control group"), "{err}");
}

#[test]
fn without_privileges_the_missing_capability_is_named() {
    if !is_privileged() {
        return;
    }
    const NOBODY: u32 = 65534;
    let folder = Folder::new("nobody");
    let program = std::fs::File::open(folder.file("p.py", COUNTER)).unwrap();
    let mut command = pythonbpf();
    command.args(["verify", "-"]).stdin(program).uid(NOBODY).gid(NOBODY);
    let output = match command.output() {
        Err(error) => return eprintln!("left out: the command is closed to others: {error}"),
        Ok(output) => output,
    };
    let (status, out, err) = outcome(output);
    assert_eq!((status, out.as_str()), (3, ""), "{err}");
    assert!(err.starts_with("error[E0702]: ") && err.contains("CAP_BPF"), "{err}");
}
