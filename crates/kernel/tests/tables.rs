//! The tables hold what the headers say and agree with one another.

#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use pythonbpf_kernel::{
    Allowed, CONSTANTS, Form, HELPERS, LEFT_OUT, MAP_TYPES, MapSizeError, ParamKind, Ret,
    SHORT_NAMES, Version, constant, constants_in, helper, license_is_gpl_compatible, map_type,
    ring_buffer_size_at_load, ring_buffer_size_error, section, short_name,
};

#[test]
fn helpers_are_numbered_without_gaps() {
    assert_eq!(HELPERS.len(), 211);
    for (index, helper) in HELPERS.iter().enumerate() {
        assert_eq!(helper.id as usize, index + 1, "{}", helper.name);
    }
}

/// Numbers of the kernel's ABI, which never change.
#[test]
fn known_helpers_have_their_numbers() {
    for (name, id) in [
        ("map_lookup_elem", 1),
        ("trace_printk", 6),
        ("bpf_get_current_comm", 16),
        ("perf_event_output", 25),
        ("probe_read_kernel", 113),
        ("ringbuf_output", 130),
        ("cgrp_storage_delete", 211),
    ] {
        assert_eq!(helper(name).map(|helper| helper.id), Some(id), "{name}");
    }
    assert_eq!(helper("no_such_helper"), None);
}

fn kinds(name: &str) -> Vec<ParamKind> {
    helper(name).unwrap().params.iter().map(|param| param.kind).collect()
}

#[test]
fn signatures_are_understood() {
    use ParamKind::*;
    let flags = Scalar { bits: 64, signed: false };
    assert_eq!(kinds("get_current_comm"), [MemOut { size: 1 }, Size]);
    assert_eq!(kinds("map_update_elem"), [Map, MapKey, MapValue, flags]);
    assert_eq!(kinds("perf_event_output"), [Context, Map, flags, MemIn { size: 4 }, Size]);
    assert_eq!(kinds("ringbuf_output"), [Map, MemIn { size: 2 }, Size, flags]);
    assert_eq!(kinds("probe_read_kernel"), [MemOut { size: 1 }, Size, Address]);
    assert_eq!(kinds("get_socket_cookie"), [Context]);
    assert_eq!(
        kinds("strtol"),
        [MemIn { size: 1 }, Size, flags, OutInt { bits: 64, signed: true }]
    );
    assert_eq!(helper("map_lookup_elem").unwrap().ret, Ret::MapValueOrNull);
    assert_eq!(helper("get_smp_processor_id").unwrap().ret, Ret::Int { bits: 32, signed: false });
    assert_eq!(helper("set_hash_invalid").unwrap().ret, Ret::Void);
    assert!(helper("trace_printk").unwrap().variadic);
}

#[test]
fn every_size_stands_where_its_memory_says() {
    for helper in HELPERS {
        let sizes = helper.params.iter().filter(|param| param.kind == ParamKind::Size).count();
        let memory: Vec<u8> = helper
            .params
            .iter()
            .filter_map(|param| match param.kind {
                ParamKind::MemIn { size }
                | ParamKind::MemOut { size }
                | ParamKind::MemInOut { size } => Some(size),
                _ => None,
            })
            .collect();
        assert_eq!(sizes, memory.len(), "{}", helper.name);
        for size in memory {
            assert_eq!(helper.params[usize::from(size)].kind, ParamKind::Size, "{}", helper.name);
        }
    }
}

/// What the verifiers of the probed kernels said.
#[test]
fn licence_and_programs_are_the_verifiers() {
    let gpl_only = |name| helper(name).unwrap().gpl_only;
    assert!(gpl_only("probe_read_kernel") && gpl_only("trace_printk"));
    assert!(!gpl_only("get_current_pid_tgid") && !gpl_only("ringbuf_output"));
    let asked =
        |name, hook, kernel| helper(name).unwrap().allowed(section(hook).unwrap().def, kernel);
    let (old, new) = (Version::OLDEST, Version::new(7, 2));
    assert_eq!(asked("xdp_adjust_head", "xdp", old), Allowed::Yes);
    assert_eq!(asked("xdp_adjust_head", "tracepoint/a/b", new), Allowed::No);
    assert_eq!(asked("skb_store_bytes", "xdp", new), Allowed::No);
    assert_eq!(asked("skb_store_bytes", "tc", new), Allowed::Yes);
    assert_eq!(asked("skb_store_bytes", "freplace/f", new), Allowed::Yes, "it is not known");
    assert_eq!(asked("copy_from_user", "lsm/file_open", new), Allowed::Sleeping);
    assert_eq!(asked("copy_from_user", "lsm.s/file_open", new), Allowed::Yes);
    assert_eq!(asked("get_current_pid_tgid", "xdp", old), Allowed::From(Version::new(6, 12)));
    // Between two kernels the newer one's word counts.
    assert_eq!(asked("get_current_pid_tgid", "xdp", Version::new(6, 10)), Allowed::Yes);
    assert_eq!(asked("skb_store_bytes", "fentry/do_exit", new), Allowed::No);
    assert_eq!(asked("seq_printf", "iter/task", new), Allowed::Yes);
    assert_eq!(asked("seq_printf", "fentry/do_exit", new), Allowed::No);
}

#[test]
fn helpers_came_with_their_kernels() {
    for (name, since) in [
        ("redirect_peer", Version::OLDEST),
        ("get_current_task_btf", Version::new(5, 11)),
        ("for_each_map_elem", Version::new(5, 13)),
        ("timer_init", Version::new(5, 15)),
        ("loop", Version::new(5, 17)),
        ("dynptr_read", Version::new(5, 19)),
        ("cgrp_storage_get", Version::new(6, 2)),
    ] {
        assert_eq!(helper(name).unwrap().since, since, "{name}");
    }
    assert!(HELPERS.iter().all(|helper| !helper.summary.is_empty()));
}

#[test]
fn short_names_name_helpers() {
    for short in SHORT_NAMES {
        let target = helper(short.helper).unwrap();
        if matches!(short.form, Form::High32 | Form::Low32) {
            assert_eq!(target.ret, Ret::Int { bits: 64, signed: false }, "{}", short.name);
        }
    }
    let pid = short_name("pid").unwrap();
    assert_eq!((pid.helper, pid.form), ("get_current_pid_tgid", Form::High32));
    assert_eq!(short_name("tid").unwrap().form, Form::Low32);
    assert_eq!(short_name("comm").unwrap().form, Form::Comm);
    assert_eq!(short_name("nobody"), None);
}

#[test]
fn constants_are_sorted_and_have_the_headers_values() {
    assert!(CONSTANTS.is_sorted_by(|a, b| a.name < b.name));
    for (name, value) in [
        ("XDP_PASS", 2),
        ("BPF_NOEXIST", 1),
        ("BPF_F_CURRENT_CPU", 0xffff_ffff),
        ("BPF_F_CURRENT_NETNS", -1),
        ("BPF_F_CTXLEN_MASK", 0xf_ffff << 32),
        ("TC_ACT_SHOT", 2),
        ("TC_ACT_UNSPEC", -1),
        ("BPF_RB_FORCE_WAKEUP", 2),
    ] {
        assert_eq!(constant(name).map(|constant| constant.value), Some(value), "{name}");
    }
    assert_eq!(constant("XDP_NOTHING"), None);
    let mut actions: Vec<_> = constants_in("xdp_action").map(|c| (c.value, c.name)).collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        [(0, "XDP_ABORTED"), (1, "XDP_DROP"), (2, "XDP_PASS"), (3, "XDP_TX"), (4, "XDP_REDIRECT")]
    );
}

#[test]
fn names_are_used_once() {
    let mut names: Vec<&str> = HELPERS.iter().map(|helper| helper.name).collect();
    names.extend(CONSTANTS.iter().map(|constant| constant.name));
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "a helper and a constant share a name");
    let mut names: Vec<&str> =
        MAP_TYPES.iter().flat_map(|map| map.aliases.iter().copied().chain([map.name])).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "two map types share a name");
}

#[test]
fn map_types_have_the_headers_numbers() {
    for (name, id) in [("HashMap", 1), ("PerfEventArray", 4), ("RingBuffer", 27), ("LRUHash", 9)] {
        assert_eq!(map_type(name).map(|map| map.id), Some(id), "{name}");
    }
    assert_eq!(map_type("hashmap"), None);
    let ring = map_type("RingBuffer").unwrap();
    assert!(ring.method("output").is_some() && ring.method("lookup").is_none());
    assert!(ring.takes("ringbuf_query") && !ring.takes("map_update_elem"));
    let hash = map_type("HashMap").unwrap();
    let required: Vec<_> = hash.params.iter().filter(|p| p.required).map(|p| p.name).collect();
    assert_eq!(required, ["key", "value", "max_entries"]);
    let perf = map_type("PerfEventArray").unwrap();
    assert!(perf.params.iter().all(|param| !param.required));
}

/// Each number of the header's enum is a row or is left out with a reason.
#[test]
fn every_map_type_is_accounted_for() {
    let mut ids: Vec<u32> = MAP_TYPES.iter().map(|map| map.id).collect();
    ids.extend(LEFT_OUT.iter().map(|left| left.id));
    ids.sort_unstable();
    let all: Vec<u32> = (1..=ids.len() as u32).collect();
    assert_eq!(ids, all);
    println!("map types usable: {} of {}", MAP_TYPES.len(), all.len());
    for left in LEFT_OUT {
        println!("  not {}: {}", left.kernel, left.reason);
    }
}

#[test]
fn rows_of_map_types_name_what_is() {
    for map in MAP_TYPES {
        let helpers = map.methods.iter().map(|method| method.helper);
        for name in helpers.chain(map.helpers.iter().copied()).chain(map.contains) {
            assert!(helper(name).is_some(), "{}: {name}", map.name);
        }
        for flag in map.flags.iter().chain(map.always) {
            assert!(constant(flag).is_some(), "{}: {flag}", map.name);
        }
    }
}

/// What takes a map takes some map that can be made.
#[test]
fn helpers_that_take_maps_have_their_types() {
    for helper in HELPERS {
        let takes = helper.params.iter().any(|param| param.kind == ParamKind::Map);
        let fits = MAP_TYPES.iter().any(|map| map.takes(helper.name));
        assert!(!takes || fits, "{}", helper.name);
    }
}

#[test]
fn ring_sizes_are_rounded_as_libbpf_does() {
    for (size, at_load) in [
        (1, Some(4096)),
        (4096, Some(4096)),
        (4097, Some(8192)),
        (12288, Some(16384)),
        (1 << 31, Some(1 << 31)),
        (0, None),
        ((1 << 31) + 1, None),
    ] {
        assert_eq!(ring_buffer_size_at_load(size), at_load, "{size}");
    }
    assert_eq!(ring_buffer_size_error(-1), Some(MapSizeError::NotPositive));
    assert_eq!(ring_buffer_size_error(1 << 32), Some(MapSizeError::TooLarge));
    assert_eq!(ring_buffer_size_error(4096), None);
}

#[test]
fn licences_compare_exactly() {
    for good in ["GPL", "GPL v2", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"] {
        assert!(license_is_gpl_compatible(good), "{good}");
    }
    for bad in ["gpl", "GPLv2", "MIT", "", "GPL "] {
        assert!(!license_is_gpl_compatible(bad), "{bad:?}");
    }
}
