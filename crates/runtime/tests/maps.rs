//! Typed maps, from user space.

#![allow(unsafe_code, reason = "asks for the user id")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and say why they skip"
)]

mod common;

use std::collections::HashSet;

use common::{int, load, ready};
use pythonbpf_runtime::{Error, StructValue, TestRun, UpdateMode, Value, ValueError};

fn structure(name: &str, fields: &[(&str, Value)]) -> Value {
    let fields = fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    Value::Struct(StructValue { name: name.into(), fields })
}

#[test]
fn ten_thousand_entries_are_walked_once_each() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let map = object.map("numbers").unwrap();
    assert!(map.is_empty().unwrap());
    for key in 0..10_000 {
        map.update(&int(key), &int(key * 3), UpdateMode::Set).unwrap();
    }
    assert_eq!(map.len().unwrap(), 10_000);
    let mut seen = HashSet::new();
    for entry in map.entries().unwrap() {
        let (Value::Int(key), Value::Int(value)) = entry.unwrap() else { panic!("integers") };
        assert_eq!(value, key * 3);
        assert!(seen.insert(key), "{key} came twice");
        // Deleting what is being walked must not upset the walk.
        if key % 2 == 0 {
            assert!(map.delete(&int(key)).unwrap());
        }
    }
    assert_eq!(seen.len(), 10_000);
    assert_eq!(map.len().unwrap(), 5_000);
    map.clear().unwrap();
    assert_eq!(map.len().unwrap(), 0);
}

#[test]
fn update_modes_and_a_full_map() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let map = object.map("structs").unwrap();
    let key = |pid: i128| structure("key", &[("pid", int(pid)), ("name", Value::Str("n".into()))]);
    let value = Value::Bytes(vec![0; map.spec().value_size as usize]);
    let update = |pid, mode| map.update(&key(pid), &value, mode);
    assert!(matches!(update(1, UpdateMode::Replace), Err(Error::NoSuchKey { .. })));
    update(1, UpdateMode::Create).unwrap();
    assert!(matches!(update(1, UpdateMode::Create), Err(Error::KeyExists { .. })));
    for pid in 2..=4 {
        update(pid, UpdateMode::Set).unwrap();
    }
    let error = update(5, UpdateMode::Set).unwrap_err();
    assert_eq!(error.to_string(), "map `structs` is full (max_entries is 4)");
    assert!(!map.delete(&key(9)).unwrap());
}

#[test]
fn structs_keep_every_kind_of_field() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let map = object.map("structs").unwrap();
    let key = structure("key", &[("pid", int(7)), ("name", Value::Str("bash".into()))]);
    let inner =
        structure("inner", &[("port", int(443)), ("mac", Value::Bytes(vec![1, 2, 3, 4, 5, 6]))]);
    let fields = [
        ("count", int(u64::MAX)),
        ("delta", int(-9)),
        ("seen", Value::Bool(true)),
        ("inner", inner),
        ("history", Value::List(vec![int(-1), int(0), int(1)])),
        ("low", int(5)),
        ("high", int(-16)),
        ("x", int(11)),
        ("y", int(12)),
        ("number", structure("number", &[("word", int(0x0403_0201))])),
        ("colour", int(7)),
        ("pointer", int(0)),
    ];
    map.update(&key, &structure("value", &fields), UpdateMode::Set).unwrap();
    let read = map.lookup(&key).unwrap().expect("an entry");
    let read = read.as_struct().unwrap();
    assert_eq!(&*read.name, "value");
    for (name, value) in &fields {
        if *name == "number" {
            let number = read.get(name).and_then(Value::as_struct).unwrap();
            assert_eq!(number.get("bytes"), Some(&Value::Bytes(vec![1, 2, 3, 4])));
        } else {
            assert_eq!(read.get(name), Some(value), "{name}");
        }
    }
    let (found, _) = map.entries().unwrap().next().unwrap().unwrap();
    assert_eq!(found, key);

    let error = map.update(&key, &structure("value", &fields[1..]), UpdateMode::Set).unwrap_err();
    assert_eq!(error.to_string(), "map `structs`: value: field `count` is missing");
    let wrong = structure("key", &[("pid", int(-1)), ("name", Value::Str(String::new()))]);
    let Err(Error::Value { role: "key", source, .. }) = map.lookup(&wrong) else {
        panic!("a negative pid is out of range");
    };
    assert!(matches!(*source, ValueError::OutOfRange { value: -1, .. }), "{source}");
}

#[test]
fn arrays_have_their_own_rules() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let map = object.map("array").unwrap();
    assert_eq!(map.len().unwrap(), 3);
    map.update(&int(2), &int(-4), UpdateMode::Set).unwrap();
    let entries: Vec<_> = map.entries().unwrap().map(Result::unwrap).collect();
    assert_eq!(entries, [(int(0), int(0)), (int(1), int(0)), (int(2), int(-4))]);
    assert_eq!(map.lookup(&int(3)).unwrap(), None);
    let beyond = map.update(&int(3), &int(0), UpdateMode::Set);
    assert!(matches!(beyond, Err(Error::NoSuchIndex { index: 3, .. })));
    assert!(matches!(map.delete(&int(0)), Err(Error::Unsupported { .. })));
    map.clear().unwrap();
    assert_eq!(map.lookup(&int(2)).unwrap(), Some(int(0)));
}

#[test]
fn per_cpu_maps_give_and_take_lists() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let map = object.map("per_cpu").unwrap();
    let cpus = libbpf_rs::num_possible_cpus().unwrap();
    let list = Value::List((0..cpus).map(|cpu| int(cpu as i128 + 1)).collect());
    map.update(&int(5), &list, UpdateMode::Set).unwrap();
    assert_eq!(map.lookup(&int(5)).unwrap(), Some(list.clone()));
    let entries: Vec<_> = map.entries().unwrap().map(Result::unwrap).collect();
    assert_eq!(entries, [(int(5), list)]);
    assert!(matches!(map.update(&int(5), &int(1), UpdateMode::Set), Err(Error::Value { .. })));
}

#[test]
fn other_types_walk_by_key_or_say_that_they_cannot() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    let trie = object.map("trie").unwrap();
    // A prefix of 32 bits, then the address.
    for address in 1..=3_i128 {
        trie.update(&int(32 | address << 32), &int(address), UpdateMode::Set).unwrap();
    }
    assert_eq!(trie.len().unwrap(), 3);
    trie.clear().unwrap();
    assert!(trie.is_empty().unwrap());

    let untyped = object.map("untyped").unwrap();
    let key = Value::Bytes(vec![1, 2, 3]);
    untyped.update(&key, &int(65_535), UpdateMode::Set).unwrap();
    assert_eq!(untyped.lookup(&key).unwrap(), Some(int(65_535)));
    let short = Value::Bytes(vec![1]);
    assert!(matches!(untyped.lookup(&short), Err(Error::Value { .. })));

    let error = object.map("queue").unwrap().lookup(&int(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "map `queue` (queue): lookup is not supported; maps of this type have no entries to look up"
    );
}

#[test]
fn global_variables_are_maps_too() {
    if !ready(true) {
        return;
    }
    let object = load("maps");
    assert!(object.maps().iter().all(|map| !map.spec().is_internal));
    let data = object.map(".data").unwrap();
    let read = || data.lookup(&int(0)).unwrap().unwrap();
    assert_eq!(read().as_struct().unwrap().get("total"), Some(&int(3)));
    let run = object.program("run").unwrap();
    let packet = TestRun { data: Some(vec![0; 64]), ..TestRun::default() };
    assert_eq!(run.test_run(&packet).unwrap().return_value, 17);
    assert_eq!(read().as_struct().unwrap().get("total"), Some(&int(4)));

    let numbers = object.map("numbers").unwrap();
    numbers.update(&int(1), &int(25), UpdateMode::Set).unwrap();
    assert_eq!(run.test_run(&packet).unwrap().return_value, 42);

    let rodata = object.map(".rodata").unwrap();
    let error = rodata.update(&int(0), &structure("", &[("limit", int(1))]), UpdateMode::Set);
    assert!(error.unwrap_err().to_string().contains("read-only"));
}
