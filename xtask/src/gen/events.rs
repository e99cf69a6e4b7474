//! Records the fields of tracepoint events, as this machine's tracefs has
//! them, in a checked-in file: one event a line, `CATEGORY/NAME` and its
//! fields as `NAME@OFFSET:TYPE`.
//!
//! Types are `i32`, `u64` and the like, `char16` for text of so many bytes,
//! `u8x6` for arrays, `text` for a `__data_loc` text, `utext` for the address
//! of a text of user space, `utexts` for that of an array of such addresses,
//! `ustruct:NAME` for that of a struct there, `uptr` for another in user space, `ptr` for
//! any other address.

use std::path::Path;

use super::{Error, read};

/// Where the record is kept in the workspace.
pub const PATH: &str = "crates/kernel/data/events-6.18.txt";
const TRACEFS: &str = "/sys/kernel/tracing/events";

/// Events that machines of all kinds have.
const CATEGORIES: &[&str] = &[
    "block",
    "cgroup",
    "exceptions",
    "filelock",
    "fib",
    "ipi",
    "irq",
    "kmem",
    "mmap",
    "napi",
    "neigh",
    "net",
    "oom",
    "page_pool",
    "power",
    "qdisc",
    "raw_syscalls",
    "sched",
    "signal",
    "skb",
    "sock",
    "syscalls",
    "task",
    "tcp",
    "timer",
    "udp",
    "vmscan",
    "workqueue",
    "writeback",
    "xdp",
];

/// Reads the events of this machine.
pub fn host() -> Result<String, Error> {
    let mut lines = Vec::new();
    for category in CATEGORIES {
        let folder = Path::new(TRACEFS).join(category);
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let format = entry.path().join("format");
            if !format.exists() {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let fields: Vec<String> =
                read(&format)?.lines().filter_map(|line| field(line, category)).collect();
            lines.push(format!("{category}/{name} {}", fields.join(" ")).trim_end().to_owned());
        }
    }
    lines.sort();
    Ok(format!("# Written by `cargo xtask gen probe`; do not edit.\n{}\n", lines.join("\n")))
}

/// `field:pid_t pid; offset:12; size:4; signed:1;`
fn field(line: &str, category: &str) -> Option<String> {
    let mut parts = line.trim().split(';').map(str::trim);
    let declaration = parts.next()?.strip_prefix("field:")?;
    let mut number = |key: &str| -> Option<u32> { parts.next()?.strip_prefix(key)?.parse().ok() };
    let (offset, size, signed) = (number("offset:")?, number("size:")?, number("signed:")?);
    let (c_type, name) = match declaration.split_once('[') {
        Some((before, _)) if !before.starts_with("__data_loc") => before.rsplit_once(' ')?,
        _ => declaration.rsplit_once(' ')?,
    };
    let name = name.trim_start_matches('*');
    if name.starts_with("common_") {
        return None;
    }
    let ty = if category == "syscalls" {
        argument(c_type, name, size)
    } else {
        of_record(declaration, c_type, size, signed == 1)?
    };
    Some(format!("{name}@{offset}:{ty}"))
}

/// An argument of a system call, each in a word of its own.
fn argument(c_type: &str, name: &str, size: u32) -> String {
    let plain = c_type.replace("*const ", "* ").replace("const ", "");
    let plain = plain.replace(" *", "*").replace('*', " *");
    match plain.trim() {
        _ if size == 4 => "i32",
        "char *" => "utext",
        "char * *" => "utexts",
        text if text.contains('*') => {
            return pointed_struct(text)
                .map_or("uptr".to_owned(), |name| format!("ustruct:{name}"));
        }
        "int" | "pid_t" | "clockid_t" | "key_serial_t" | "timer_t" | "mqd_t" | "rwf_t" => "i32",
        "unsigned int" | "unsigned" | "u32" | "__u32" | "uid_t" | "gid_t" | "qid_t" => "u32",
        "umode_t" => "u16",
        "long" | "loff_t" | "off_t" => "i64",
        _ if name == "ret" => "i64",
        _ => "u64",
    }
    .to_owned()
}

/// The tag of the struct that a type of C points to.
fn pointed_struct(c_type: &str) -> Option<&str> {
    c_type.strip_prefix("struct ")?.strip_suffix(" *").filter(|name| !name.contains([' ', '*']))
}

fn of_record(declaration: &str, c_type: &str, size: u32, signed: bool) -> Option<String> {
    let sign = if signed { 'i' } else { 'u' };
    if declaration.starts_with("__data_loc") {
        return declaration.contains("char[]").then(|| "text".to_owned());
    }
    if declaration.starts_with("__rel_loc") {
        return None;
    }
    if let Some((_, count)) = declaration.split_once('[') {
        let count: u32 = count.trim_end_matches(']').parse().ok().filter(|count| *count > 0)?;
        if c_type.trim() == "char" {
            return Some(format!("char{count}"));
        }
        let bits = size / count * 8;
        return matches!(bits, 8 | 16 | 32 | 64).then(|| format!("{sign}{bits}x{count}"));
    }
    if c_type.contains('*') {
        return Some("ptr".to_owned());
    }
    matches!(size, 1 | 2 | 4 | 8).then(|| format!("{sign}{}", size * 8))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_read() {
        let text = |line: &str, category| field(line, category).unwrap_or_default();
        let line = "\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;";
        assert_eq!(text(line, "sched"), "filename@8:text");
        let line = "\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;";
        assert_eq!(text(line, "sched"), "prev_comm@8:char16");
        let line = "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;";
        assert_eq!(text(line, "syscalls"), "filename@24:utext");
        let line = "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;";
        assert_eq!(text(line, "sched"), "");
    }
}
