//! Why the kernel does not take a key or value, in words of ours: it answers with a number
//! that mostly stands for any of several things.

use std::fs;
use std::io;

use libbpf_rs::libbpf_sys;

use crate::error::Error;
use crate::inspect::program_kind;
use crate::interface::Interface;
use crate::load_error::duplicate;
use crate::map::Map;
use crate::open::ENOTSUPP;
use crate::pins::{map_info, program_info};
use crate::spec::MapSpec;

/// How many packets may wait for a CPU (`kernel/bpf/cpumap.c`).
const MOST_WAITING: u32 = 16_384;

/// The error for an entry that the kernel refused; `None` where the number says it all.
/// `fd` is the map's descriptor, and `entry` key and value.
pub(crate) fn explain(
    map: &Map,
    fd: i32,
    entry: (&[u8], &[u8]),
    source: &io::Error,
) -> Option<Error> {
    let (key, value) = entry;
    if let Some(error) = bad_key(map, key, source) {
        return Some(error);
    }
    let code = source.raw_os_error()?;
    let is_vague = matches!(code, libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP);
    let number = first_word(value)?;
    let reason = match map.spec().map_type.number() {
        libbpf_sys::BPF_MAP_TYPE_DEVMAP | libbpf_sys::BPF_MAP_TYPE_DEVMAP_HASH if is_vague => {
            if let Err(error) = Interface::Index(number).index() {
                return Some(error);
            }
            "the program beside the interface is not one of the section `xdp/devmap`".to_owned()
        }
        libbpf_sys::BPF_MAP_TYPE_CPUMAP => no_processor(first_word(key)?, number, code)?,
        libbpf_sys::BPF_MAP_TYPE_CGROUP_ARRAY if code == libc::EBADF => {
            "it holds folders of control groups (version 2), which are below /sys/fs/cgroup"
                .to_owned()
        }
        _ if !is_vague => return None,
        libbpf_sys::BPF_MAP_TYPE_ARRAY_OF_MAPS | libbpf_sys::BPF_MAP_TYPE_HASH_OF_MAPS => {
            other_map(map.spec(), number.cast_signed())
        }
        libbpf_sys::BPF_MAP_TYPE_PROG_ARRAY => other_program(fd, number.cast_signed()),
        libbpf_sys::BPF_MAP_TYPE_SOCKMAP | libbpf_sys::BPF_MAP_TYPE_SOCKHASH => {
            "a TCP socket must be connected or listen, a UDP socket be bound or connected, a \
             Unix socket be connected"
                .to_owned()
        }
        libbpf_sys::BPF_MAP_TYPE_XSKMAP => "it holds sockets of AF_XDP alone".to_owned(),
        libbpf_sys::BPF_MAP_TYPE_REUSEPORT_SOCKARRAY => {
            "it holds TCP sockets that listen and UDP sockets that are bound, each with \
             SO_REUSEPORT set before"
                .to_owned()
        }
        _ => return None,
    };
    Some(refused(map, reason, source))
}

/// The error for a key that the map cannot have.
pub(crate) fn bad_key(map: &Map, key: &[u8], source: &io::Error) -> Option<Error> {
    let spec = map.spec();
    let number = first_word(key)?;
    match source.raw_os_error()? {
        libc::E2BIG if spec.map_type.has_indices() => Some(Error::NoSuchIndex {
            map: spec.name.clone(),
            index: number,
            entries: spec.max_entries,
        }),
        libc::EINVAL if spec.map_type.number() == libbpf_sys::BPF_MAP_TYPE_LPM_TRIE => {
            let most = (spec.key_size.saturating_sub(4)).saturating_mul(8);
            let reason = format!("a prefix of {number} bits is longer than the key's {most}");
            (number > most).then(|| refused(map, reason, source))
        }
        _ => None,
    }
}

fn refused(map: &Map, reason: String, source: &io::Error) -> Error {
    let spec = map.spec();
    let (map, map_type) = (spec.name.clone(), spec.map_type.to_string());
    Error::EntryRefused { map, map_type, reason, source: duplicate(source) }
}

fn first_word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|word| u32::from_ne_bytes(*word))
}

fn no_processor(cpu: u32, waiting: u32, code: i32) -> Option<String> {
    match code {
        libc::ENODEV => Some(format!("this machine has no CPU {cpu}")),
        libc::EOVERFLOW => {
            Some(format!("at most {MOST_WAITING} packets may wait for a CPU; it is {waiting}"))
        }
        libc::EINVAL => {
            Some("the program beside the number is not one of the section `xdp/cpumap`".to_owned())
        }
        _ => None,
    }
}

/// What is different about a map that does not lie in another.
fn other_map(outer: &MapSpec, descriptor: i32) -> String {
    let Ok(info) = map_info(&descriptor) else { return "it is no map".to_owned() };
    let given = crate::spec::kernel_spec(&info, None);
    let Some(inner) = outer.inner.as_deref() else {
        return format!("{} is not like the maps that it holds", words(&given));
    };
    match (words(&given), words(inner)) {
        (given, inner) if given == inner => {
            "the values of its maps hold other locks, timers or pointers of the kernel, or their \
             flags are others"
                .to_owned()
        }
        (given, inner) => format!("it holds maps like {inner}; this one is {given}"),
    }
}

/// What maps that lie in one map have in common.
fn words(map: &MapSpec) -> String {
    let entries = match map.map_type.is_array() {
        true => format!(", {} entries", map.max_entries),
        false => String::new(),
    };
    let (kind, key, value) = (map.map_type, map.key_size, map.value_size);
    format!("`{kind}` with {key}-byte keys, {value}-byte values{entries}")
}

/// What is different about a program that is not called like the others of a map.
fn other_program(map: i32, descriptor: i32) -> String {
    let Ok(info) = program_info(&descriptor) else { return "it is no program".to_owned() };
    let kind = program_kind(info.type_);
    match owner(map) {
        Some(own) if own != info.type_ => format!(
            "it holds programs of the type `{}`, as the one that calls them; this one is `{kind}`",
            program_kind(own)
        ),
        _ => format!(
            "its programs must be like the one that calls them; this `{kind}` program attaches \
             to another kind of hook"
        ),
    }
}

/// The type of the programs that use a map of programs.
fn owner(map: i32) -> Option<u32> {
    let told = fs::read_to_string(format!("/proc/thread-self/fdinfo/{map}")).ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("owner_prog_type:"))?;
    line.trim().parse().ok()
}
