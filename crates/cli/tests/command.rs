//! The command without a kernel: files, formats, exit statuses, help.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use common::{COUNTER, Folder, outcome, pythonbpf, run_in};

#[test]
fn unusable_files_are_said_in_one_line_and_fail() {
    let folder = Folder::new("unusable");
    folder.file("nul.py", "a = 1\n\0");
    folder.file("latin.py", b"# caf\xe9\n");
    folder.file("empty.py", "");
    folder.file("big.py", vec![b' '; (4 << 20) + 1]);
    folder.file("prog.o", b"\x7fELF");
    let cases = [
        ("missing.py", "E0101", "there is no such file"),
        (".", "E0101", "this is a directory"),
        ("nul.py", "E0101", "the file contains a NUL byte (line 2"),
        ("latin.py", "E0101", "the file is not UTF-8 (line 1"),
        ("big.py", "E0101", "the file is larger than 4 MiB"),
        ("/dev/zero", "E0101", "the file is larger than 4 MiB"),
        ("prog.o", "E0101", "this is a compiled object"),
        ("empty.py", "E0104", "no `@bpf` definition"),
    ];
    for (name, code, words) in cases {
        for command in ["check", "build"] {
            let (status, out, err) = run_in(&folder, &[command, name]);
            let said = if command == "check" { &out } else { &err };
            assert_eq!(status, 1, "{command} {name}: {out}{err}");
            assert!(said.starts_with(&format!("error[{code}]: ")), "{command} {name}: {said}");
            assert!(said.contains(words) && said.contains("help: "), "{command} {name}: {said}");
            assert!(!said.contains("panic"), "{said}");
        }
    }
}

#[test]
fn broken_objects_are_refused() {
    let folder = Folder::new("broken");
    let (status, ..) = run_in(&folder, &["build", &folder.file("p.py", COUNTER).to_string_lossy()]);
    assert_eq!(status, 0);
    let whole = fs::read(folder.path().join("p.o")).unwrap();
    for length in [4, 64, whole.len() / 2] {
        folder.file("cut.o", &whole[..length]);
        let (status, out, err) = run_in(&folder, &["verify", "cut.o"]);
        assert_eq!((status, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("not a usable BPF object"), "{err}");
    }
    folder.file("empty.o", "");
    for command in ["verify", "inspect", "run"] {
        let (status, out, err) = run_in(&folder, &[command, "empty.o"]);
        assert_eq!((status, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("not a usable BPF object: it is empty"), "{err}");
    }
}

#[test]
fn usage_errors_have_status_2() {
    let folder = Folder::new("usage");
    folder.file("p.py", COUNTER);
    let cases: [&[&str]; 9] = [
        &[],
        &["frobnicate"],
        &["check"],
        &["check", "p.py", "--format", "xml"],
        &["build", "p.py", "--cpu", "v9"],
        &["build", "p.py", "-o", "p.py"],
        &["run", "p.py", "--duration", "-1"],
        &["run", "p.py", "--duration", "inf"],
        &["explain", "E9999"],
    ];
    for args in cases {
        let (status, _, err) = run_in(&folder, args);
        assert_eq!(status, 2, "{args:?}: {err}");
        assert!(!err.is_empty(), "{args:?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("p.py")).unwrap(), COUNTER);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let folder = Folder::new("help");
    for args in [&["--help"][..], &["run", "--help"], &["help", "build"]] {
        let (status, out, err) = run_in(&folder, args);
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.contains("Usage: pythonbpf"), "{out}");
    }
    let (status, out, _) = run_in(&folder, &["--version"]);
    assert_eq!((status, out), (0, format!("pythonbpf {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn check_speaks_three_formats() {
    let folder = Folder::new("formats");
    folder.file("wrong.py", COUNTER.replace("pid()", "pdi()"));
    folder.file("right.py", COUNTER);
    let (status, out, err) = run_in(&folder, &["check", "right.py"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    let (status, out, err) = run_in(&folder, &["check", "right.py", "wrong.py"]);
    assert_eq!(status, 1);
    assert!(out.starts_with("error[") && out.contains("--> wrong.py:"), "{out}");
    assert!(err.contains("checked 2 files") && err.contains("pythonbpf explain E0"), "{err}");
    assert!(!out.contains('\u{1b}'), "no colours in a pipe");
    let (status, out, err) = run_in(&folder, &["check", "--format", "json", "wrong.py"]);
    assert_eq!((status, err.as_str()), (1, ""));
    for line in out.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["file"], "wrong.py");
        assert_eq!(object["severity"], "error");
    }
    let (status, out, _) = run_in(&folder, &["check", "--format", "github", "wrong.py"]);
    assert_eq!(status, 1);
    assert!(out.starts_with("::error file=wrong.py,line="), "{out}");
}

#[test]
fn build_makes_objects_and_each_text_on_the_way() {
    let folder = Folder::new("build");
    folder.file("p.py", COUNTER);
    for (emit, name, words) in [
        ("obj", "p.o", "\u{7f}ELF"),
        ("hir", "p.hir", "program \"tracepoint/syscalls/sys_enter_execve\""),
        ("ir", "p.ll", "define"),
        ("asm", "p.s", "tracepoint/syscalls/sys_enter_execve"),
        ("btf", "p.btf", "\u{1}\0\u{18}"),
    ] {
        let (status, out, err) = run_in(&folder, &["build", "p.py", "--emit", emit]);
        assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""));
        let made = fs::read(folder.path().join(name)).unwrap();
        assert!(String::from_utf8_lossy(&made).contains(words), "{name}");
    }
    let (status, _, err) = run_in(&folder, &["build", "p.py", "-o", "no/such/folder.o"]);
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("make the directory first"), "{err}");
}

#[test]
fn standard_input_and_output_are_a_dash() {
    let mut child = pythonbpf()
        .args(["build", "-", "--cpu", "v1", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(COUNTER.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{:?}", output.stderr);
    assert!(output.stdout.starts_with(b"\x7fELF"));
}

#[test]
fn a_failed_build_leaves_no_file() {
    let folder = Folder::new("failed");
    folder.file("p.py", COUNTER.replace("pid()", "pdi()"));
    let (status, _, err) = run_in(&folder, &["build", "p.py"]);
    assert_eq!(status, 1, "{err}");
    assert!(!folder.path().join("p.o").exists());
}

#[test]
fn explain_shows_a_page_by_code_or_name() {
    let folder = Folder::new("explain");
    let (status, by_code, _) = run_in(&folder, &["explain", "e0204"]);
    assert_eq!(status, 0);
    assert!(by_code.starts_with("# E0204: decorator-order\n"));
    assert_eq!(run_in(&folder, &["explain", "decorator-order"]).1, by_code);
    let (status, all, _) = run_in(&folder, &["explain"]);
    assert_eq!((status, all.lines().count()), (0, diagnostics::codes::ALL.len()));
    let (_, _, err) = run_in(&folder, &["explain", "decorator-odrer"]);
    assert!(err.contains("did you mean `decorator-order`?"), "{err}");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = Folder::new("pipe");
    folder.file("p.py", "x = (\n".repeat(100));
    for args in [&["explain"][..], &["check", "p.py"], &["--help"]] {
        let mut child = pythonbpf()
            .current_dir(folder.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let (status, _, err) = outcome(child.wait_with_output().unwrap());
        assert!([0, 1].contains(&status), "{args:?}: {status} {err}");
        assert!(!err.contains("panic"), "{err}");
    }
}

#[test]
fn a_full_disk_is_the_systems_refusal() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = pythonbpf().arg("explain").stdout(full).output().unwrap();
    let (status, _, err) = outcome(output);
    assert_eq!(status, 3);
    assert!(err.starts_with("error: cannot write the output"), "{err}");
}

#[test]
fn what_was_made_and_what_is_wrong_are_json_lines() {
    let folder = Folder::new("json");
    folder.file("right.py", COUNTER);
    folder.file("wrong.py", COUNTER.replace("pid()", "pdi()"));
    let lines = |args: &[&str], status: i32| -> Vec<serde_json::Value> {
        let (found, out, err) = run_in(&folder, args);
        assert_eq!((found, err.as_str()), (status, ""), "{args:?}: {out}");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let made = lines(&["build", "right.py", "--json"], 0);
    assert_eq!(made[0]["output"], "right.o");
    assert_eq!(made[0]["bytes"], fs::read(folder.path().join("right.o")).unwrap().len());
    assert_eq!(made[0]["programs"][0]["name"], "trace");
    for verb in ["build", "verify", "run"] {
        let wrong = lines(&[verb, "wrong.py", "--json"], 1);
        assert!(wrong.iter().all(|line| line["severity"] == "error" && line["file"] == "wrong.py"));
        assert!(!wrong.is_empty());
    }
    assert_eq!(
        lines(&["check", "wrong.py", "--json"], 1),
        lines(&["check", "wrong.py", "--format", "json"], 1)
    );
    let all = lines(&["explain", "--json"], 0);
    assert_eq!(all.len(), diagnostics::codes::ALL.len());
    assert_eq!(lines(&["explain", "E0204", "--json"], 0)[0]["name"], "decorator-order");
    assert_eq!(run_in(&folder, &["build", "right.py", "--json", "-o", "-"]).0, 2);
}

#[test]
fn completions_know_the_commands_and_options() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish"] {
        let (status, out, _) = run_in(&folder, &["completions", shell]);
        assert_eq!(status, 0);
        for word in ["hooks", "doctor", "inspect", "max-events"] {
            assert!(out.contains(word), "{shell}: {word}");
        }
    }
    // What bash makes of it.
    let script = folder.path().join("script");
    fs::write(&script, run_in(&folder, &["completions", "bash"]).1).unwrap();
    let ask = "source ./script; COMP_WORDS=(pythonbpf ins); COMP_CWORD=1; _pythonbpf pythonbpf ins; echo ${COMPREPLY[@]}";
    let answer =
        std::process::Command::new("bash").current_dir(folder.path()).args(["-c", ask]).output();
    let (_, out, err) = outcome(answer.unwrap());
    assert_eq!(out.trim(), "inspect", "{err}");
}

#[test]
fn a_watched_file_is_checked_again_when_it_changes() {
    use std::io::{BufRead as _, BufReader};
    let folder = Folder::new("watch");
    folder.file("p.py", COUNTER);
    let mut child = pythonbpf()
        .current_dir(folder.path())
        .args(["check", "--watch", "p.py"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.next().unwrap().unwrap().contains("nothing to complain about"));
    folder.file("p.py", COUNTER.replace("pid()", "pdi()"));
    assert!(said.next().unwrap().unwrap().contains("error"));
    fs::remove_file(folder.path().join("p.py")).unwrap();
    assert!(said.next().unwrap().unwrap().contains("1 error"));
    folder.file("p.py", COUNTER);
    assert!(said.next().unwrap().unwrap().contains("nothing to complain about"));
    let pid = child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(run_in(&folder, &["check", "--watch", "-"]).0, 2);
}

#[test]
fn stubs_have_the_fields_of_what_is_imported() {
    if !std::path::Path::new("/sys/kernel/btf/vmlinux").exists() {
        return;
    }
    let folder = Folder::new("stubs");
    folder.file("p.py", "from vmlinux import struct_task_struct, pid_t, TASK_COMM_LEN\n");
    let (status, _, err) = run_in(&folder, &["stubs", "p.py"]);
    assert_eq!(status, 0, "{err}");
    let stub = fs::read_to_string(folder.path().join("vmlinux.pyi")).unwrap();
    for line in [
        "class task_struct:",
        "struct_task_struct = task_struct",
        "pid_t = ctypes.c_int32",
        "    real_parent: task_struct  # struct task_struct *",
        "    comm: str  # char[16]",
        "    tgid: int  # pid_t",
        "    mm: mm_struct  # struct mm_struct *",
        "class mm_struct:",
    ] {
        assert!(stub.lines().any(|found| found == line), "{line}");
    }
    let (status, _, err) = run_in(&folder, &["stubs", "--name", "no_such_type,pid_t"]);
    assert!(status == 0 && err.contains("no type, constant or function `no_such_type`"), "{err}");
    assert!(err.contains("1 names"), "{err}");
    let (status, out, err) = run_in(&folder, &["stubs", "--name", "no_such_type", "-o", "-"]);
    assert_eq!((status, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("no stub is written"), "{err}");
    folder.file("none.py", "x = 1\n");
    assert_eq!(run_in(&folder, &["stubs", "none.py"]).0, 1);
}
