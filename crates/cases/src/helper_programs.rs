//! A program for each row of the table of helpers, written from the row: it
//! calls the helper once with arguments of the kinds that the row says. The
//! kernel's verifier is the judge, so a row with a wrong kind, licence, kernel or
//! kind of program does not stay unnoticed.
//!
//! What a helper takes that no row can make up (a lock, a timer, a reservation)
//! is left to the written cases; [`LEFT_OUT`] names what no machine of the lab
//! can load.

use std::fmt::Write as _;
use std::path::PathBuf;

use kernel::{
    Allowed, HELPERS, Helper, MAP_TYPES, MapType, Param, ParamKind, ParamRule, Ret, Section,
    Version,
};

use crate::case::{Case, Expect};

/// Kinds of programs to call helpers from; the first of those that may on the oldest
/// kernel does. Those that this machine may not load come last.
const SECTIONS: &[&str] = &[
    "tc",
    "xdp",
    "raw_tp/sys_enter",
    "tp_btf/sys_enter",
    "iter/task",
    "cgroup_skb/egress",
    "cgroup/sock_create",
    "cgroup/connect4",
    "cgroup/getsockopt",
    "cgroup/sysctl",
    "sockops",
    "sk_skb/stream_verdict",
    "sk_msg",
    "sk_reuseport",
    "sk_lookup",
    "lwt_in",
    "lwt_xmit",
    "lwt_seg6local",
    "perf_event",
    "syscall",
    "iter.s/task",
    "kprobe/do_nanosleep",
    FENTRY,
    "fexit/do_nanosleep",
    "lsm/file_open",
];
const NEWEST: Version = Version::new(7, 2);
const FENTRY: &str = "fentry/do_nanosleep";

/// Sections that load in machines of the lab only.
pub(crate) const IN_THE_LAB: &[&str] =
    &["kprobe", "fentry", "fexit", "fmod_ret", "fsession", "lsm", "lsm_cgroup"];

/// Helpers that a kernel may be locked against, as this machine's may be.
const LOCKED: &[&str] = &["probe_write_user"];

/// Where a program meets a struct of the kernel: its section, what follows
/// `ctx` among its parameters, and the expression.
struct Found {
    what: &'static str,
    section: &'static str,
    parameters: &'static str,
    expression: &'static str,
}

const fn found(
    what: &'static str,
    section: &'static str,
    parameters: &'static str,
    expression: &'static str,
) -> Found {
    Found { what, section, parameters, expression }
}

const STRUCTS: &[Found] = &[
    found("task_struct", "", "", "get_current_task_btf()"),
    found("cgroup", "", "", "get_current_task_btf().cgroups.dfl_cgrp"),
    found("seq_file", "iter/task", "", "ctx.meta.seq"),
    found("inode", "lsm/file_open", ", file", "file.f_inode"),
    found("inode", "lsm.s/file_open", ", file", "file.f_inode"),
    found("file", "fentry/filp_close", ", file", "file"),
    found("file", "lsm.s/file_open", ", file", "file"),
    found("path", "fentry/filp_close", ", file", "file.f_path"),
    found("sk_buff", "tp_btf/kfree_skb", ", skb", "skb"),
    found("xdp_buff", "fentry/xdp_do_redirect", ", dev, xdp", "xdp"),
    found("linux_binprm", "lsm.s/bprm_creds_for_exec", ", bprm", "bprm"),
];

/// Sizes that the verifier or the helper insists on, in bytes.
const SIZES: &[(&str, u32)] = &[
    ("sk_lookup_tcp", 12),
    ("sk_lookup_udp", 12),
    ("skc_lookup_tcp", 12),
    ("tcp_gen_syncookie", 20),
    ("tcp_check_syncookie", 20),
    ("perf_event_read_value", 24),
    ("perf_prog_read_value", 24),
    ("get_ns_current_pid_tgid", 8),
    ("fib_lookup", 64),
];
const SIZE: u32 = 16;

/// Numbers that the verifier insists on.
const NUMBERS: &[(&str, &str, &str)] = &[("strtol", "flags", "10"), ("strtoul", "flags", "10")];

/// A helper that no machine of the lab loads a program for.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    /// Its name.
    pub name: &'static str,
    /// Why.
    pub reason: &'static str,
}

const FAULTS: &str = "no kernel of the lab has function error injection";
const INFRARED: &str = "no kernel of the lab has receivers of infrared (CONFIG_BPF_LIRC_MODE2)";

const fn left(name: &'static str, reason: &'static str) -> LeftOut {
    LeftOut { name, reason }
}

/// Helpers that no program here calls, with the reason.
pub const LEFT_OUT: &[LeftOut] = &[
    left("probe_read", "a short name for `probe_read_kernel`"),
    left("probe_read_str", "a short name for `probe_read_kernel_str`"),
    left("override_return", FAULTS),
    left("rc_repeat", INFRARED),
    left("rc_keydown", INFRARED),
    left("rc_pointer_rel", INFRARED),
];

/// The generated cases, by name such as `helpers/skb_load_bytes`.
pub fn cases() -> Vec<(String, Result<Case, String>)> {
    HELPERS.iter().filter_map(program).collect()
}

fn program(helper: &Helper) -> Option<(String, Result<Case, String>)> {
    let text = Writer::new(helper)?.text();
    let name = format!("helpers/{}", helper.name);
    let case = Case::parse(PathBuf::from(format!("{name}.py")), text).map(|mut case| {
        case.expect = Some(Expect::Loads);
        case
    });
    Some((name, case))
}

/// The program for one helper, as it grows.
struct Writer<'a> {
    helper: &'a Helper,
    section: Section,
    /// What follows `ctx`.
    parameters: &'static str,
    map: Option<&'static MapType>,
    /// Classes of memory by size.
    sizes: Vec<u32>,
    locals: Vec<String>,
    arguments: Vec<String>,
    /// Whether a socket is looked up first.
    socket: bool,
    /// Whether it is called on the running task, or on something of it.
    task: bool,
}

impl<'a> Writer<'a> {
    /// None where an argument is of a kind that needs a written case.
    fn new(helper: &'a Helper) -> Option<Self> {
        if LEFT_OUT.iter().any(|left| left.name == helper.name) {
            return None;
        }
        let by_hand = helper.variadic
            || matches!(helper.ret, Ret::Record | Ret::Kptr | Ret::PerCpu { .. } | Ret::Slice);
        if by_hand || helper.name == "sk_release" {
            return None;
        }
        let is_socket =
            |param: &Param| matches!(param.kind, ParamKind::Socket | ParamKind::SocketOrNull);
        let socket = helper.params.iter().any(is_socket);
        let kernel = helper.params.iter().find_map(|param| match param.kind {
            ParamKind::Kernel(name) => Some(name),
            _ => None,
        });
        let (from, section) = match kernel {
            Some(name) => {
                let mut rows = STRUCTS.iter().filter(|found| found.what == name);
                rows.find_map(|found| Some((Some(found), place(helper, found)?)))?
            }
            None => (None, section(helper, false, socket)?),
        };
        let mut writer = Self {
            helper,
            section,
            parameters: from.map_or("", |found| found.parameters),
            map: None,
            sizes: Vec::new(),
            locals: Vec::new(),
            arguments: Vec::new(),
            socket,
            task: from.is_some_and(|found| found.section.is_empty()),
        };
        for param in helper.params {
            writer.argument(param)?;
        }
        Some(writer)
    }

    fn argument(&mut self, param: &Param) -> Option<()> {
        let local = |this: &mut Self, ty: &str, value: &str| {
            let name = format!("x{}", this.locals.len());
            this.locals.push(format!("{name}: {ty} = {value}"));
            name
        };
        let text = match param.kind {
            ParamKind::Size => return Some(()),
            ParamKind::Context => "ctx".to_owned(),
            ParamKind::Map => {
                self.map = Some(MAP_TYPES.iter().find(|map| map.takes(self.helper.name))?);
                "some".to_owned()
            }
            ParamKind::MapKey => "0".to_owned(),
            ParamKind::MapValue => "1".to_owned(),
            ParamKind::MapValueOut => local(self, "c_uint64", "0"),
            ParamKind::MemIn { .. } | ParamKind::MemOut { .. } | ParamKind::MemInOut { .. } => {
                let own = SIZES.iter().find(|(name, _)| *name == self.helper.name);
                self.memory(own.map_or(SIZE, |(_, size)| *size))
            }
            ParamKind::Fixed { size } => self.memory(u32::from(size)),
            ParamKind::Str => "\"words\"".to_owned(),
            ParamKind::Scalar { .. } => NUMBERS
                .iter()
                .find(|row| (row.0, row.1) == (self.helper.name, param.name))
                .map_or("0", |row| row.2)
                .to_owned(),
            ParamKind::Address => local(self, "c_uint64", "4096"),
            ParamKind::OutInt { bits, signed } => {
                let sign = if signed { "" } else { "u" };
                local(self, &format!("c_{sign}int{bits}"), "0")
            }
            ParamKind::FirstValue => "None".to_owned(),
            ParamKind::Socket | ParamKind::SocketOrNull => "found".to_owned(),
            ParamKind::Kernel(name) => {
                STRUCTS.iter().find(|found| found.what == name)?.expression.to_owned()
            }
            _ => return None,
        };
        self.arguments.push(text);
        Some(())
    }

    fn memory(&mut self, size: u32) -> String {
        if !self.sizes.contains(&size) {
            self.sizes.push(size);
        }
        let name = format!("x{}", self.locals.len());
        self.locals.push(format!("{name} = block{size}()"));
        name
    }

    fn text(mut self) -> String {
        let name = self.helper.name;
        let tuple = (self.socket && !self.sizes.contains(&12)).then_some(12);
        self.sizes.extend(tuple);
        let mut text = format!("\"\"\"`{name}`, called once.\"\"\"\n");
        let section = &self.section;
        let kind = section.def.prefix;
        if IN_THE_LAB.contains(&kind.trim_end_matches(".s")) || LOCKED.contains(&name) {
            text += "# machine: lab\n";
        }
        let _ = writeln!(text, "# kernel: {}", since(self.helper, self.task, section));
        text += "from ctypes import c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p\n\n";
        text += "from pythonbpf import bpf, bpfglobal, map, section, struct\n";
        let mut helpers = vec![name, "get_current_task_btf", "sk_lookup_tcp", "sk_release"];
        helpers.sort_unstable();
        helpers.dedup();
        let _ = writeln!(text, "from pythonbpf.helper import {}", helpers.join(", "));
        if let Some(map) = self.map {
            let _ = writeln!(text, "from pythonbpf.maps import {}", map.name);
            let _ = writeln!(text, "\n\n@bpf\n@map\ndef some() -> {}:", map.name);
            let _ = writeln!(text, "    return {}({})", map.name, made_with(map));
        }
        for size in &self.sizes {
            let _ = writeln!(text, "\n\n@bpf\n@struct\nclass block{size}:");
            let _ = writeln!(text, "    words: c_uint32 * {}", size / 4);
        }
        text += "\n\n@bpf\n@bpfglobal\ndef result() -> c_int64:\n    return 0\n";
        let target =
            if section.target.is_empty() { String::new() } else { format!("/{}", section.target) };
        let _ = writeln!(text, "\n\n@bpf\n@section(\"{kind}{target}\")");
        let _ = writeln!(text, "def prog(ctx: c_void_p{}) -> c_int64:", self.parameters);
        if matches!(self.helper.ret, Ret::Int { .. }) && !self.socket {
            text += "    global result\n";
        }
        for local in &self.locals {
            let _ = writeln!(text, "    {local}");
        }
        let call = format!("{name}({})", self.arguments.join(", "));
        if self.socket {
            text +=
                "    of = block12()\n    found = sk_lookup_tcp(ctx, of, -1, 0)\n    if found:\n";
            let _ = writeln!(text, "        {call}\n        sk_release(found)");
        } else if matches!(self.helper.ret, Ret::Socket { acquired: true, .. }) {
            let _ =
                writeln!(text, "    socket = {call}\n    if socket:\n        sk_release(socket)");
        } else if matches!(self.helper.ret, Ret::Int { .. }) {
            let _ = writeln!(text, "    result = {call}");
        } else {
            let _ = writeln!(text, "    {call}");
        }
        let returns = section.def.returns;
        let value = (0..8).find(|value| returns.allows(*value)).unwrap_or(0);
        let _ = writeln!(text, "    return {value}\n\n");
        text += "@bpf\n@bpfglobal\ndef LICENSE() -> str:\n    return \"GPL\"\n";
        text
    }
}

/// The kind of program that may call the helper on the oldest kernel, and of
/// several the first.
fn section(helper: &Helper, task: bool, socket: bool) -> Option<Section> {
    let sections = SECTIONS.iter().filter_map(|text| kernel::section(text).ok());
    let able = sections.filter(|section| {
        may(helper.name, section)
            && (!task || may("get_current_task_btf", section))
            && (!socket || may("sk_lookup_tcp", section))
    });
    able.min_by_key(|section| since(helper, task, section))
}

/// The section where a struct is met, if the helper may be called there.
fn place(helper: &Helper, found: &Found) -> Option<Section> {
    if found.section.is_empty() {
        return section(helper, true, false);
    }
    kernel::section(found.section).ok().filter(|section| may(helper.name, section))
}

fn may(name: &str, section: &Section) -> bool {
    let helper = kernel::helper(name);
    helper.is_some_and(|helper| helper.allowed(section.def, NEWEST) == Allowed::Yes)
}

/// The oldest kernel on which this kind of program may call it, on the running
/// task if so.
fn since(helper: &Helper, task: bool, section: &Section) -> Version {
    let of_task = kernel::helper("get_current_task_btf").filter(|_| task);
    let of_task = of_task.map_or(Version::OLDEST, |of_task| since(of_task, false, section));
    let kind = kernel::loaded_since(section.def).unwrap_or_default().max(of_task);
    let since = helper.since.max(kind);
    match helper.allowed(section.def, since) {
        Allowed::From(version) => version.max(since),
        _ => since,
    }
}

fn made_with(map: &MapType) -> String {
    let arguments: Vec<String> = map
        .params
        .iter()
        .filter(|param| param.required)
        .map(|param| {
            let value = match param.rule {
                ParamRule::Type if param.name == "key" => "c_uint32",
                ParamRule::Type => "c_uint64",
                ParamRule::RingSize => "4096",
                _ => "16",
            };
            format!("{}={value}", param.name)
        })
        .collect();
    arguments.join(", ")
}
