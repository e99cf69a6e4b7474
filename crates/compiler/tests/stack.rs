//! What is said of programs whose numbers do not fit the stack: only their code
//! shows it.

use std::fmt::Write;

use diagnostics::SourceFile;
use pythonbpf_compiler::{self as compiler, Emit, Options};

const HEAD: &str = "\
from ctypes import *
from pythonbpf import *
from pythonbpf.helper import *
from pythonbpf.maps import *

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"

@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=128)

@bpf
@map
def jumps() -> ProgArray:
    return ProgArray(max_entries=4)
";

const PROGRAM: &str = "\n@bpf\n@section(\"xdp\")\ndef prog(ctx: c_void_p) -> c_int64:\n";

/// A body that keeps so many numbers while it does something.
fn keeping(numbers: usize, meanwhile: &str) -> String {
    let mut body = String::new();
    for number in 0..numbers {
        let _ = writeln!(body, "    v{number}: c_int64 = given[{number}]");
    }
    let _ = writeln!(body, "    t: c_int64 = 1\n{meanwhile}");
    for number in 0..numbers {
        let _ = writeln!(body, "    t = t * 3 ^ v{number}");
    }
    body + "    given[127] = t\n    return t\n"
}

/// The errors of a file.
fn errors(definitions: &str) -> Vec<String> {
    let source = SourceFile::new("prog.py", format!("{HEAD}{definitions}"));
    let made = compiler::compile(&source, &Options::default(), Emit::Object);
    let errors: Vec<String> = made
        .diagnostics
        .into_iter()
        .filter(diagnostics::Diagnostic::is_error)
        .map(|error| format!("{}: {}", error.code.id, error.message))
        .collect();
    assert_eq!(made.output.is_some(), errors.is_empty());
    errors
}

#[test]
fn one_program_has_512_bytes() {
    assert!(errors(&format!("{PROGRAM}{}", keeping(50, ""))).is_empty());
    let found = errors(&format!("{PROGRAM}{}", keeping(80, "")));
    assert_eq!(found, ["E0503: `prog` needs 640 bytes of stack, and there are 512"]);
}

#[test]
fn functions_add_to_their_callers() {
    let called = format!("\n@bpf\ndef called(a: c_int64) -> c_int64:\n{}", keeping(40, ""));
    let caller = keeping(40, "    t += called(t)\n    t += called(t)");
    let found = errors(&format!("{called}{PROGRAM}{caller}"));
    assert_eq!(found, ["E0503: `prog` and `called` need 640 bytes of stack, and there are 512"]);
}

#[test]
fn less_is_left_above_a_tail_call() {
    let mut leaving = String::from("\n@bpf\ndef leaving(ctx: c_void_p, a: c_int64) -> c_int64:\n");
    for number in 40..60 {
        let _ = writeln!(leaving, "    given[{number}] = a * {number} ^ given[{}]", number + 1);
    }
    leaving.push_str("    tail_call(ctx, jumps, 1)\n    return a\n");
    let calls = "    t += leaving(ctx, t)\n    t += leaving(ctx, t)";
    assert!(errors(&format!("{leaving}{PROGRAM}{}", keeping(20, calls))).is_empty());
    let found = errors(&format!("{leaving}{PROGRAM}{}", keeping(36, calls)));
    let expected = "E0503: `prog` needs 288 bytes of stack, and above a tail call there must be less \
                    than 256";
    assert_eq!(found, [expected]);
}

const TIMED: &str = "
from ctypes import POINTER
from pythonbpf.helper import CLOCK_MONOTONIC, bpf_timer

@bpf
@struct
class Alarm:
    sum: c_uint64
    timer: bpf_timer

@bpf
@map
def alarms() -> Array:
    return Array(value=Alarm, max_entries=1)

@bpf
def mixed(n: c_uint64) -> c_uint64:
    numbers: c_uint64 * 50
    for i in range(50):
        numbers[i] = n + i
    return numbers[given[n & 63] & 31]

@bpf
def ring(m: c_void_p, key: POINTER(c_uint32), alarm: Alarm) -> None:
    alarm.sum += mixed(alarm.sum)

@bpf
@section(\"xdp\")
def prog(ctx: c_void_p) -> c_int64:
    alarm = alarms.lookup(0)
    if not alarm:
        return 1
    alarm.timer.init(alarms, CLOCK_MONOTONIC)
    alarm.timer.set_callback(ring)
    alarm.timer.start(1000)
    return mixed(5)
";

/// A timer goes off while the program that set it runs on the same CPU.
#[test]
fn what_timers_call_has_memory_of_its_own() {
    let source = SourceFile::new("prog.py", format!("{HEAD}{TIMED}"));
    let options = Options { kernel: "5.15".parse().unwrap(), ..Options::default() };
    let made = compiler::compile(&source, &options, Emit::Typed);
    assert_eq!(made.diagnostics.len(), 0, "{:?}", made.diagnostics);
    let text = String::from_utf8(made.output.unwrap()).unwrap();
    assert!(text.contains("mixed__2"), "{text}");
    let memories = text.lines().filter(|line| line.starts_with("map __pythonbpf_")).count();
    assert_eq!(memories, 2, "{text}");
}
