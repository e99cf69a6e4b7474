//! Objects that cannot be used: each with an error that says why, whatever
//! the bytes.

#![allow(unsafe_code, reason = "asks for the user id")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and say why they skip"
)]

mod common;

use common::{build, load, ready};
use pythonbpf_runtime::{AttachOptions, Error, OpenObject};

fn reason(bytes: &[u8]) -> String {
    match OpenObject::from_bytes("x.o", bytes) {
        Err(Error::BadObject { reason, .. }) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn bytes_that_are_no_object() {
    assert_eq!(reason(b""), "it is empty");
    assert_eq!(reason(&[0; 1 << 20]), "it is not an ELF file");
    assert_eq!(reason(b"def f(): pass\n"), "it is not an ELF file");
    let own = std::fs::read("/proc/self/exe").unwrap();
    assert_eq!(reason(&own), "it is an ELF file for another machine, not for BPF");
}

#[test]
fn what_an_object_holds_is_known_before_load() {
    if !ready(false) {
        return;
    }
    let object = OpenObject::from_bytes("xdp.o", &build("xdp")).unwrap();
    let program = &object.programs()[0];
    assert_eq!((program.name.as_str(), program.section.as_str()), ("count_frames", "xdp"));
    assert!(program.instructions > 10);
    let map = &object.maps()[0];
    assert_eq!((map.name.as_str(), map.map_type.name()), ("packets", "array"));
    assert_eq!((map.key_size, map.value_size, map.max_entries), (4, 8, 1));
}

#[test]
fn a_truncated_object_never_opens_halfway() {
    if !ready(false) {
        return;
    }
    for name in ["xdp", "tracing"] {
        let bytes = build(name);
        for length in 0..bytes.len() {
            let part = &bytes[..length];
            let error = OpenObject::from_bytes("x.o", part).expect_err("a part is no object");
            assert!(matches!(error, Error::BadObject { .. }), "{length}: {error}");
        }
        assert!(OpenObject::from_bytes("x.o", &bytes).is_ok());
    }
}

/// How many corrupted objects to try; more on request.
fn rounds() -> usize {
    std::env::var("RUNTIME_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000)
}

#[test]
fn corrupted_objects_open_or_say_why() {
    if !ready(false) {
        return;
    }
    // xorshift64: the same corruptions every time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let originals = [build("tracing"), build("maps")];
    let (mut opened, mut refused) = (0, 0);
    for round in 0..rounds() {
        let mut bytes = originals[round % 2].clone();
        for _ in 0..=random(8) {
            let at = random(bytes.len());
            bytes[at] = match random(4) {
                0 => 0,
                1 => 0xff,
                2 => bytes[at] ^ (1 << random(8)),
                _ => random(256) as u8,
            };
        }
        match OpenObject::from_bytes("x.o", &bytes) {
            Ok(_) => opened += 1,
            Err(Error::BadObject { reason, .. }) => {
                refused += 1;
                assert!(!reason.is_empty());
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(opened > 0 && refused > 0, "{opened} opened, {refused} refused");
}

#[test]
fn a_rejection_carries_line_and_log() {
    if !ready(true) {
        return;
    }
    let object = OpenObject::from_bytes("rejected.o", &build("rejected")).unwrap();
    let error = object.load().unwrap_err();
    assert_eq!(error.program(), Some("unchecked"));
    let Error::Rejected(rejection) = error else { panic!("{error}") };
    assert!(rejection.message.contains("invalid mem access"), "{}", rejection.message);
    let line = rejection.source_line.as_ref().expect("a source line");
    assert!(line.text.contains("the line that is rejected"), "{line:?}");
    let source = include_str!("programs/rejected.c");
    let number = 1 + source.lines().position(|l| l.contains("return *count")).unwrap();
    assert_eq!(line.line, Some(number as u32));
    assert!(line.file.as_deref().is_some_and(|file| file.ends_with("rejected.c")), "{line:?}");
    let column = source.lines().find_map(|l| l.find("*count;")).unwrap();
    assert_eq!(line.column, Some(column as u32 + 1));
    assert!(rejection.instruction.is_some());
    // Before Linux 6.9 the log itself does not name the line.
    let quoted = rejection.log.lines().find(|l| l.starts_with("; return *count")).unwrap();
    assert!(
        !quoted.contains(" @ ") || quoted.contains(&format!("rejected.c:{number}")),
        "{quoted}"
    );
    assert!(rejection.log.lines().count() > 5, "{}", rejection.log);
}

#[test]
fn a_map_that_the_kernel_refuses_is_named() {
    if !ready(true) {
        return;
    }
    let object = OpenObject::from_bytes("bad_map.o", &build("bad_map")).unwrap();
    let error = object.load().unwrap_err();
    assert_eq!(error.map(), Some("counts"));
    assert_eq!(error.to_string(), "creating map `counts` failed: max_entries is 0");
}

#[test]
fn programs_without_a_hook_are_skipped() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let report = object.attach_all(&AttachOptions::default()).unwrap();
    assert!(report.attached.is_empty());
    assert_eq!(report.skipped[0].place.program, "run");
    let error = object.program("run").unwrap().attach(&AttachOptions::default()).unwrap_err();
    assert!(matches!(error, Error::ArgumentsNeeded { .. }), "{error}");
}
