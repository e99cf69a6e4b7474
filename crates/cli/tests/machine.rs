//! What the command tells of this machine: its hooks, and what works on it.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Folder, outcome, pythonbpf};
use serde_json::Value;

/// Whether the kernel tells its types and events; says why not.
fn is_told() -> bool {
    let events = Path::new("/sys/kernel/tracing/events/sched/sched_switch/format");
    let told = Path::new("/sys/kernel/btf/vmlinux").exists() && fs::read(events).is_ok();
    if !told {
        eprintln!("left out: no BTF, or no tracefs that may be read");
    }
    told
}

fn run(args: &[&str]) -> (i32, String, String) {
    outcome(pythonbpf().args(args).output().unwrap())
}

fn hooks(args: &[&str]) -> Vec<Value> {
    let (status, out, err) = run(&[&["hooks", "--json"], args].concat());
    assert_eq!(status, 0, "{args:?}: {err}");
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|hook| hook["name"].as_str()).collect()
}

fn field_names(hook: &Value, of: &str) -> Vec<String> {
    let names = hook[of].as_array().unwrap().iter();
    names.map(|field| field["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_tracepoint_has_the_fields_of_its_format_and_typed_arguments() {
    if !is_told() {
        return;
    }
    let found = hooks(&["tracepoint/sched/sched_switch"]);
    let hook = found.iter().find(|hook| hook["name"] == "sched/sched_switch").unwrap();
    let format = fs::read_to_string("/sys/kernel/tracing/events/sched/sched_switch/format");
    let format = format.unwrap();
    for field in field_names(hook, "fields") {
        assert!(format.contains(&format!(" {field};")) || format.contains(&format!(" {field}[")));
    }
    let own = |line: &&str| line.contains("field:") && !line.contains(" common_");
    assert_eq!(field_names(hook, "fields").len(), format.lines().filter(own).count());
    assert!(field_names(hook, "arguments").starts_with(&["preempt".to_owned(), "prev".to_owned()]));
    assert_eq!(hook["arguments"][1]["type"], "struct task_struct *");
    let sections: Vec<&str> = hook["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["section"].as_str().unwrap())
        .collect();
    assert_eq!(
        sections,
        ["tracepoint/sched/sched_switch", "tp_btf/sched_switch", "raw_tp/sched_switch"]
    );
}

#[test]
fn functions_lsm_hooks_and_iterators_have_signatures() {
    if !is_told() {
        return;
    }
    let read = &hooks(&["vfs_read", "--kind", "function"])[0];
    assert_eq!(read["name"], "vfs_read");
    assert_eq!(read["returns"], "ssize_t");
    assert_eq!(field_names(read, "fields"), ["file", "buf", "count", "pos"]);
    assert_eq!(read["fields"][1]["type"], "char *");
    let open = &hooks(&["lsm/file_open"])[0];
    assert_eq!((&open["kind"], &open["returns"]), (&"lsm".into(), &"int".into()));
    let task = &hooks(&["iter/task"])[0];
    assert_eq!(field_names(task, "fields"), ["meta", "task"]);
    let call = &hooks(&["__x64_sys_openat", "--kind", "function"])[0];
    let sections = call["sections"].to_string();
    assert!(
        !cfg!(target_arch = "x86_64") || sections.contains("\"ksyscall/openat\""),
        "{sections}"
    );
}

#[test]
fn names_are_found_by_part_by_pattern_and_by_section() {
    if !is_told() {
        return;
    }
    let globbed = hooks(&["vfs_*", "--kind", "function"]);
    assert!(names(&globbed).contains(&"vfs_read"));
    assert!(names(&globbed).iter().all(|name| name.starts_with("vfs_")));
    let part = hooks(&["vfs_read", "--kind", "function"]);
    assert!(names(&part).starts_with(&["vfs_read"]) && names(&part).len() > 1);
    let by_section = hooks(&["kprobe/vfs_read"]);
    assert!(by_section.iter().all(|hook| hook["kind"] != "tracepoint"));
    let (status, out, err) = run(&["hooks", "vfs_raed"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("called `vfs_raed`; there is `vfs_read`"), "{err}");
    assert_eq!(run(&["hooks", "--kind", "nonsense"]).0, 2);
}

#[test]
fn the_overview_counts_each_kind() {
    let counts = &hooks(&[])[0];
    let sections = hooks(&["--kind", "section"]);
    assert_eq!(counts["section"], sections.len());
    assert!(names(&sections).contains(&"xdp"));
    if is_told() {
        assert!(counts["function"].as_u64() > Some(10_000), "{counts}");
        assert!(counts["tracepoint"].as_u64() > Some(300), "{counts}");
    }
}

fn doctor() -> (i32, Value) {
    let (status, out, _) = run(&["doctor", "--json"]);
    (status, serde_json::from_str(&out).unwrap())
}

fn abilities(findings: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = findings.as_array().unwrap().iter();
    findings.map(|f| (text(&f["name"]), text(&f["ability"]))).collect()
}

#[test]
fn the_doctor_says_what_is_so_and_why_what_does_not_work() {
    let (status, found) = doctor();
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert_eq!(found["release"], release.trim());
    let loads = found["loads"].as_bool().unwrap();
    assert_eq!(status, if loads { 0 } else { 3 });
    for group in ["system", "privileges", "sections", "maps", "features"] {
        for finding in found[group].as_array().unwrap() {
            let works = finding["ability"] == "works";
            assert_eq!(works, finding["why"].is_null(), "{finding}");
        }
    }
    assert_eq!(abilities(&found["sections"]).len(), 105);
}

#[test]
fn what_the_doctor_says_of_a_section_is_what_the_kernel_does() {
    let (_, found) = doctor();
    if found["loads"] == false {
        return eprintln!("left out: programs cannot be loaded here");
    }
    let folder = Folder::new("doctor");
    let said = abilities(&found["sections"]);
    for (section, kind) in [
        ("socket", "socket"),
        ("xdp", "xdp"),
        ("tracepoint/sched/sched_switch", "tracepoint"),
        ("tp_btf/sched_switch", "tp_btf"),
        ("fentry/vfs_read", "fentry"),
        ("lsm/file_open", "lsm"),
        ("iter/task", "iter"),
        ("cgroup/sysctl", "cgroup/sysctl"),
    ] {
        let text = format!(
            "from ctypes import c_int64, c_void_p\nfrom pythonbpf import bpf, bpfglobal, section\n\n\
             @bpf\n@section(\"{section}\")\ndef f(ctx: c_void_p) -> c_int64:\n    return 0\n\n\
             @bpf\n@bpfglobal\ndef LICENSE() -> str:\n    return \"GPL\"\n"
        );
        let file = folder.file("p.py", text);
        let (status, _, err) = run(&["verify", file.to_str().unwrap()]);
        // Trampolines are refused at the attachment, too.
        let loads = status == 0;
        let works = said[kind] == "works";
        assert!(loads || !works, "{section}: said to work, but {err}");
        let by_attachment = ["fentry", "lsm"].contains(&kind);
        assert!(works || !loads || by_attachment, "{section} loads: {}", said[kind]);
    }
}

#[test]
fn without_privileges_the_doctor_names_them() {
    // SAFETY of the test: `setpriv` of util-linux changes only the child.
    let as_nobody = std::process::Command::new("setpriv")
        .args(["--reuid", "65534", "--clear-groups", env!("CARGO_BIN_EXE_pythonbpf")])
        .args(["doctor", "--json"])
        .output();
    let Ok(output) = as_nobody else { return eprintln!("left out: there is no setpriv") };
    if output.stdout.is_empty() {
        return eprintln!("left out: only root becomes somebody else");
    }
    let (status, out, _) = outcome(output);
    let found: Value = serde_json::from_str(&out).unwrap();
    if found["loads"] == true {
        return eprintln!("left out: everybody may load programs here");
    }
    assert_eq!(status, 3);
    assert!(found["why"].as_str().unwrap().contains("CAP_BPF"), "{found}");
    let section = found["sections"].as_array().unwrap().iter().find(|s| s["name"] == "xdp");
    assert!(section.unwrap()["why"].as_str().unwrap().contains("CAP_BPF and CAP_NET_ADMIN"));
}

/// An object of the counter, and its folder.
fn counter(name: &str) -> (Folder, std::path::PathBuf) {
    let folder = Folder::new(name);
    let source = folder.file("p.py", common::COUNTER);
    let object = folder.path().join("p.o");
    let (source, to) = (source.to_str().unwrap(), object.to_str().unwrap());
    assert_eq!(run(&["build", source, "-o", to]).0, 0);
    (folder, object)
}

#[test]
fn an_object_is_shown_with_its_source_between_the_instructions() {
    let (_folder, object) = counter("inspect");
    let object = object.to_str().unwrap();
    let (status, out, _) = run(&["inspect", object]);
    assert_eq!(status, 0);
    for words in [
        "licence GPL",
        "trace    tracepoint/syscalls/sys_enter_execve",
        "events      ringbuf  -    Exec ",
        "struct Exec  20 bytes",
        "char comm[16]",
        "p.py:34: counts.update(e.pid, c_uint64(1))",
        "; map counts",
        "call bpf_get_current_comm#16",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let (_, out, _) = run(&["inspect", object, "--json", "--show", "code,programs"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert!(found["maps"].is_null());
    assert_eq!(found["programs"][0]["name"], "trace");
    let code = found["code"][0]["instructions"].as_array().unwrap();
    assert_eq!(code.last().unwrap()["text"], "exit");
    // The file itself, as it compiles, is the same.
    let source = object.replace("p.o", "p.py");
    assert_eq!(run(&["inspect", &source, "--json", "--show", "code,programs"]).1, out);
}

#[test]
fn what_the_loader_finds_is_shown_where_it_is_used() {
    let folder = Folder::new("inspect-relocations");
    let source = folder.file("p.py", RELOCATED);
    let (status, out, err) = run(&["inspect", source.to_str().unwrap(), "--show", "code"]);
    assert_eq!(status, 0, "{err}");
    for words in [
        "; offset of task_struct.se.vruntime",
        "; offset of task_struct.signal",
        "; whether there is task_struct.no_such_field",
        "; size of struct task_struct",
        "; value of bpf_map_type.BPF_MAP_TYPE_HASH",
        "; bits of signal_struct.is_child_subreaper",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
}

const RELOCATED: &str = "
from ctypes import c_int64, c_uint64, c_void_p, sizeof
from pythonbpf import bpf, bpfglobal, enum_value, field_exists, section
from pythonbpf.helper import get_current_task
from vmlinux import bpf_map_type, task_struct

@bpf
@section(\"raw_tp/sys_enter\")
def p(ctx: c_void_p) -> c_int64:
    task = get_current_task()
    n = task.se.vruntime + sizeof(task_struct) + enum_value(bpf_map_type.BPF_MAP_TYPE_HASH)
    if field_exists(task_struct.no_such_field):
        return 1
    return n + task.signal.is_child_subreaper

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"
";

#[test]
fn damaged_objects_and_names_that_are_not_there_are_errors() {
    let (folder, object) = counter("inspect-bad");
    let whole = fs::read(&object).unwrap();
    for length in (0..whole.len()).step_by(97) {
        let cut = folder.file("cut.o", &whole[..length]);
        let (status, out, err) = run(&["inspect", cut.to_str().unwrap()]);
        assert_eq!((status, out.as_str()), (1, ""), "{length}: {err}");
        assert!(err.contains("error["), "{length}: {err}");
    }
    assert_eq!(run(&["inspect", "/nowhere/p.o"]).0, 1);
    assert_eq!(run(&["inspect", object.to_str().unwrap(), "more"]).0, 2);
    let (status, _, err) = run(&["inspect", "prog", "no_such_program"]);
    assert!(status == 1 || err.contains("CAP_SYS_ADMIN"), "{err}");
}

#[test]
fn what_is_loaded_is_shown_with_its_code_and_entries() {
    use std::io::BufRead as _;
    if doctor().1["loads"] == false
        || !runtime::missing_capabilities(&[runtime::Capability::SysAdmin]).is_empty()
    {
        return eprintln!("left out: programs cannot be loaded and listed here");
    }
    let (_folder, object) = counter("inspect-loaded");
    let running = pythonbpf()
        .args(["run", "--json", "--duration", "20", object.to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn();
    let mut running = running.unwrap();
    let mut said = String::new();
    std::io::BufReader::new(running.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("attached trace"), "{said}");
    let all = run(&["inspect", "prog", "--json"]).1;
    let ours: Vec<Value> = all
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|program| program["name"] == "trace")
        .collect();
    let id = ours.last().unwrap()["id"].to_string();
    let shown = run(&["inspect", "prog", &id]).1;
    let map = ours.last().unwrap()["maps"][0].to_string();
    let map = run(&["inspect", "map", &map, "--json"]).1;
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(shown.contains("p.py:34: counts.update(e.pid, c_uint64(1))"), "{shown}");
    assert!(shown.contains("type: tracepoint") && shown.contains("jit bytes: "), "{shown}");
    let map: Value = serde_json::from_str(&map).unwrap();
    assert!(map["programs"].to_string().contains(&format!("\"id\":{id}")), "{map}");
}
