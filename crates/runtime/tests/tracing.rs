//! Tracing programs on the running kernel, filtered to a child of the test.

#![allow(unsafe_code, reason = "system calls that the programs look for")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and say why they skip"
)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Victim, aim, build, int, load, ready};
use libbpf_rs::query::{LinkInfoIter, ProgInfoIter};
use pythonbpf_runtime::{
    AttachOptions, Error, EventReader, OpenObject, TracePipe, UpdateMode, Value, parse_fields,
};

const SECOND: Duration = Duration::from_secs(1);

fn drain(reader: &EventReader) -> Vec<pythonbpf_runtime::Event> {
    let mut events = Vec::new();
    while let Some(event) = reader.next(Duration::from_millis(50)).expect("reads") {
        events.push(event);
    }
    events
}

fn check_event(value: &Value, pid: u32) {
    let event = value.as_struct().expect("a struct");
    assert_eq!(&*event.name, "event");
    assert_eq!(event.get("pid"), Some(&int(pid)));
    assert_eq!(event.get("comm"), Some(&Value::Str("sh".to_owned())));
    assert_eq!(event.get("raw"), Some(&Value::Bytes(vec![1, 2, 255])));
    assert_eq!(event.get("flag"), Some(&Value::Bool(true)));
    assert_eq!(event.get("delta"), Some(&int(-5)));
    assert!(event.get("time").and_then(Value::as_int).is_some_and(|time| time > 0));
}

#[test]
fn tracepoints_count_and_report_one_process() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    let report = object.attach_all(&AttachOptions::default()).expect("attaches");
    assert_eq!(report.attached.len(), 4);
    assert!(report.skipped.is_empty());
    let victim = Victim::spawn(100);
    let pid = victim.pid();
    aim(&object, pid);
    victim.run();

    let counts = object.map("counts").unwrap();
    let count = |key| counts.lookup(&int(key)).unwrap().and_then(|v| v.as_int()).unwrap_or(0);
    assert_eq!(count(0), 100, "tracepoint");
    assert!(count(1) >= 100, "raw_tp saw {}", count(1));
    assert_eq!(count(1), count(2), "raw_tp and tp_btf see the same calls");

    let Some(Value::List(cpus)) = object.map("per_cpu").unwrap().lookup(&int(0)).unwrap() else {
        panic!("per-CPU values are a list");
    };
    assert_eq!(cpus.iter().filter_map(Value::as_int).sum::<i128>(), 100);

    // Both readers are made after the events: none may be lost.
    let ring = object.events("ring").unwrap();
    let events = drain(&ring);
    assert_eq!(events.len(), 200);
    for pair in events.chunks(2) {
        check_event(&pair[0].value, pid);
        assert_eq!(pair[1].value, int(42));
        assert_eq!(pair[0].cpu, None);
    }
    assert_eq!(ring.lost(), None);

    let perf = object.events("perf").unwrap();
    let mut count = 0;
    while perf
        .poll(Duration::from_millis(50), |event| {
            count += 1;
            check_event(&event.value, pid);
            assert!(event.cpu.is_some());
        })
        .unwrap()
        > 0
    {}
    assert_eq!(count, 100);
    assert_eq!(perf.lost(), Some(0));
}

/// Keeps this thread and the processes that it starts on one CPU, since each
/// CPU has a buffer of its own.
fn stay_on_first_cpu() {
    // SAFETY: a set of CPUs is plain data, and 0 means the calling thread.
    unsafe {
        let mut cpus: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of_val(&cpus), &mut cpus);
        let first = (0..1024).find(|&cpu| libc::CPU_ISSET(cpu, &cpus)).expect("a CPU");
        libc::CPU_ZERO(&mut cpus);
        libc::CPU_SET(first, &mut cpus);
        assert_eq!(libc::sched_setaffinity(0, size_of_val(&cpus), &cpus), 0);
    }
}

#[test]
fn full_perf_buffers_count_what_they_lose() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    object.program("on_tracepoint").unwrap().attach(&AttachOptions::default()).unwrap();
    stay_on_first_cpu();
    let victim = Victim::spawn(20_000);
    aim(&object, victim.pid());
    victim.run();
    let perf = object.events("perf").unwrap();
    let read = drain(&perf).len() as u64;
    // The kernel tells of lost records with the next one that fits; those
    // after that remain untold.
    assert!(read > 1000 && read < 20_000, "{read}");
    let victim = Victim::spawn(10);
    aim(&object, victim.pid());
    victim.run();
    let later = drain(&perf).len() as u64;
    assert_eq!(read + later + perf.lost().unwrap(), 20_010);
}

#[test]
fn the_programs_and_links_are_gone_after_drop() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    object.attach_all(&AttachOptions::default()).unwrap();
    let ids: Vec<u32> = object.programs().iter().map(|p| p.info().unwrap().id).collect();
    let links = || LinkInfoIter::default().filter(|link| ids.contains(&link.prog_id)).count();
    let programs = || ProgInfoIter::default().filter(|program| ids.contains(&program.id)).count();
    // Perf events are BPF links since Linux 5.15.
    let attached = links();
    assert!(matches!(attached, 2 | 4), "{attached}");
    assert_eq!(programs(), 4);
    assert!(object.program("on_raw").unwrap().detach());
    assert!(!object.program("on_raw").unwrap().detach(), "detached once only");
    assert_eq!(links(), attached - 1);
    let handle = object.map("counts").unwrap();
    drop(object);
    assert_eq!(links(), attached - 1, "a handle keeps the object");
    drop(handle);
    // The kernel frees programs after a grace period.
    for _ in 0..100 {
        if (links(), programs()) == (0, 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("left behind: {} links, {} programs", links(), programs());
}

/// Set in the process that `a_killed_process_leaves_nothing` starts: another
/// run of this test file.
const DOOMED: &str = "RUNTIME_TEST_DOOMED";

#[test]
fn a_killed_process_leaves_nothing() {
    if !ready(true) {
        return;
    }
    if std::env::var_os(DOOMED).is_some() {
        let object = load("tracing");
        object.attach_all(&AttachOptions::default()).unwrap();
        println!("\nid {}", object.program("on_tracepoint").unwrap().info().unwrap().id);
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_leaves_nothing", "--nocapture"])
        .env(DOOMED, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let id: u32 = lines
        .find_map(|line| line.unwrap().strip_prefix("id ").map(|id| id.parse().unwrap()))
        .expect("the program's id");
    let links = || LinkInfoIter::default().filter(|link| link.prog_id == id).count();
    let programs = || ProgInfoIter::default().filter(|program| program.id == id).count();
    assert!(links() <= 1);
    assert_eq!(programs(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..100 {
        if (links(), programs()) == (0, 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("left behind: {} links, {} programs", links(), programs());
}

#[test]
fn many_threads_use_one_object_until_it_closes() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    std::thread::scope(|scope| {
        for name in ["on_raw", "on_btf", "on_raw", "on_btf"] {
            let program = object.program(name).unwrap();
            scope.spawn(move || {
                loop {
                    match program.attach(&AttachOptions::default()) {
                        Ok(()) | Err(Error::AlreadyAttached { .. }) => {}
                        Err(Error::Closed) => return,
                        Err(other) => panic!("{other}"),
                    }
                    program.detach();
                }
            });
        }
        for _ in 0..2 {
            let (counts, reader) = (object.map("counts").unwrap(), object.events("ring").unwrap());
            scope.spawn(move || {
                loop {
                    match counts.update(&int(5), &int(1), UpdateMode::Set) {
                        Ok(()) => {}
                        Err(Error::Closed) => return,
                        Err(other) => panic!("{other}"),
                    }
                    match counts.len() {
                        Ok(length) => assert!(length > 0),
                        Err(error) => assert!(matches!(error, Error::Closed), "{error}"),
                    }
                    let _ = reader.next(Duration::from_millis(1));
                }
            });
        }
        std::thread::sleep(Duration::from_millis(300));
        object.close();
    });
    assert!(object.programs().iter().all(|program| !program.is_attached()));
}

#[test]
fn closing_ends_everything_for_every_handle() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    object.attach_all(&AttachOptions::default()).unwrap();
    let reader = object.events("ring").unwrap();
    let (map, program) = (object.map("counts").unwrap(), object.program("on_raw").unwrap());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            loop {
                match reader.next(Duration::from_secs(60)) {
                    Ok(_) => {}
                    Err(error) => return error,
                }
            }
        });
        std::thread::sleep(Duration::from_millis(50));
        // From another thread than the one that attached.
        scope.spawn(|| object.close());
        assert!(matches!(waiting.join().unwrap(), Error::Closed));
    });
    assert!(object.is_closed());
    assert!(matches!(map.lookup(&int(0)), Err(Error::Closed)));
    assert!(matches!(program.info(), Err(Error::Closed)));
    assert!(matches!(program.attach(&AttachOptions::default()), Err(Error::Closed)));
    assert!(matches!(object.attach_all(&AttachOptions::default()), Err(Error::Closed)));
    assert!(!program.is_attached());
    object.close();
}

#[test]
fn a_wait_can_be_interrupted() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    let reader = object.events("ring").unwrap();
    let interrupter = reader.interrupter();
    let start = std::time::Instant::now();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reader.next(Duration::from_secs(60)));
        std::thread::sleep(Duration::from_millis(30));
        interrupter.interrupt();
        assert_eq!(waiting.join().unwrap().unwrap(), None);
    });
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(reader.next(Duration::ZERO).unwrap(), None);
}

#[test]
fn attaching_twice_is_an_error() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    let program = object.program("on_btf").unwrap();
    program.attach(&AttachOptions::default()).unwrap();
    let error = program.attach(&AttachOptions::default()).unwrap_err();
    assert!(matches!(error, Error::AlreadyAttached { .. }), "{error}");
    assert_eq!(error.program(), Some("on_btf"));
    object.detach_all();
    program.attach(&AttachOptions::default()).unwrap();
}

#[test]
fn programs_have_figures() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    for program in object.programs() {
        let info = program.info().unwrap();
        assert_eq!(info.name, program.name());
        assert!(info.id > 0 && info.instructions > 2 && info.jited_bytes > 0, "{info:?}");
        assert_eq!(info.tag.len(), 16);
        let verifier = info.verifier.expect("figures from the log");
        // The kernel tells the number itself since Linux 5.16.
        let told = u64::from(info.verified_instructions);
        assert!(told == 0 || told == verifier.instructions, "{info:?}");
        assert!(verifier.stack_bytes > 0 && verifier.peak_states > 0, "{verifier:?}");
    }
}

#[test]
fn printed_lines_come_through_the_trace_pipe() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    object.program("on_print").unwrap().attach(&AttachOptions::default()).unwrap();
    aim(&object, std::process::id());
    let mut pipe = TracePipe::open().expect("the trace pipe");
    // SAFETY: reads the process group of this process.
    unsafe { libc::getpgid(0) };
    let wanted = format!("hello from {}", std::process::id());
    for _ in 0..1000 {
        let Some(line) = pipe.next_line(SECOND).unwrap() else { break };
        let Some(fields) = parse_fields(&line) else { continue };
        if fields.message == wanted {
            assert!(fields.timestamp > 0.0 && !fields.task.is_empty());
            return;
        }
    }
    panic!("the line did not come");
}

#[test]
fn missing_hooks_are_named_with_their_neighbours() {
    if !ready(true) {
        return;
    }
    let object = load("missing");
    let attach =
        |name: &str| object.program(name).unwrap().attach(&AttachOptions::default()).unwrap_err();
    let Error::NoSuchTracepoint { name, nearest, place } = attach("tracepoint") else {
        panic!("{}", attach("tracepoint"));
    };
    assert_eq!(name, "syscalls/sys_enter_opennat");
    assert_eq!(nearest.first().map(String::as_str), Some("syscalls/sys_enter_openat"));
    assert_eq!(place.section, "tracepoint/syscalls/sys_enter_opennat");

    let Error::NoSuchTracepoint { nearest, .. } = attach("raw") else {
        panic!("{}", attach("raw"))
    };
    assert!(nearest.contains(&"sys_enter".to_owned()), "{nearest:?}");

    match attach("probe") {
        Error::NoKprobes { place } => assert_eq!(place.program, "probe"),
        Error::NoSuchFunction { name, nearest, .. } => {
            assert_eq!(name, "do_nanosleeep");
            assert!(nearest.contains(&"do_nanosleep".to_owned()), "{nearest:?}");
        }
        other => panic!("{other}"),
    }
    assert!(matches!(attach("switched_off"), Error::NotLoaded { .. }));

    let error = object.attach_all(&AttachOptions::default()).unwrap_err();
    assert!(matches!(error, Error::NoSuchTracepoint { .. }), "{error}");
    assert!(object.programs().iter().all(|program| !program.is_attached()));

    let typed = OpenObject::from_bytes("missing_btf", &build("missing_btf")).unwrap();
    let Err(Error::NoSuchTracepoint { name, nearest, .. }) = typed.load() else {
        panic!("loaded");
    };
    assert_eq!(name, "sched_swich");
    assert!(nearest.contains(&"sched_switch".to_owned()), "{nearest:?}");
}

#[test]
fn kprobes_count_entries_and_returns() {
    if !ready(true) {
        return;
    }
    let object = load("kprobe");
    match object.attach_all(&AttachOptions::default()) {
        Ok(report) => assert_eq!(report.attached, ["entry", "leave"]),
        Err(Error::NoKprobes { .. }) => {
            assert!(!std::path::Path::new("/sys/bus/event_source/devices/kprobe").exists());
            println!("skipped: this kernel has no kprobes");
            return;
        }
        Err(other) => panic!("{other}"),
    }
    aim(&object, std::process::id());
    for _ in 0..20 {
        std::thread::sleep(Duration::from_micros(1));
    }
    aim(&object, 0);
    let counts = object.map("counts").unwrap();
    let count = |key| counts.lookup(&int(key)).unwrap().and_then(|value| value.as_int());
    // Other tests of this process sleep too.
    assert!(count(0) >= Some(20), "{:?}", count(0));
    assert!(count(1) >= Some(20), "{:?}", count(1));
}

#[test]
fn unknown_names_have_neighbours() {
    if !ready(true) {
        return;
    }
    let object = load("tracing");
    let message = object.map("count").unwrap_err().to_string();
    assert_eq!(message, "no map named `count` in this object; did you mean `counts`?");
    let message = object.program("on_row").unwrap_err().to_string();
    assert!(message.contains("did you mean `on_raw`?"), "{message}");
    let error = object.events("counts").unwrap_err();
    assert!(matches!(error, Error::NotAnEventMap { .. }), "{error}");
}
