//! How each kind of section attaches, and what it must be told for it.
//!
//! One row a way. The runtime attaches by the row's [`Way`], and holds what a
//! caller says against the row's arguments.

use crate::SectionDef;
use Argument::{
    Cgroup, Cookie, Cpu, Event, Family, Frequency, Hook, Interface, Map, Mode, Namespace, Offset,
    Path, Period, Pid, Priority, Socket, Symbol,
};

/// What a section does not say of where to attach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// A network interface, by name or index.
    Interface,
    /// How an interface runs XDP.
    Mode,
    /// The folder of a control group.
    Cgroup,
    /// A network namespace.
    Namespace,
    /// A process.
    Pid,
    /// A program, a library or a device.
    Path,
    /// A function, a pattern of them, a system call, a tracepoint or a marker.
    Symbol,
    /// Bytes behind the function, or into the file.
    Offset,
    /// A number that `get_attach_cookie` gives.
    Cookie,
    /// What a perf event counts.
    Event,
    /// How often a second.
    Frequency,
    /// Every how many.
    Period,
    /// One CPU instead of all.
    Cpu,
    /// A map of the object.
    Map,
    /// An open socket.
    Socket,
    /// A hook of netfilter.
    Hook,
    /// `ipv4` or `ipv6`.
    Family,
    /// Order among the programs of one hook.
    Priority,
}

/// An argument as users name it.
struct ArgumentName {
    argument: Argument,
    /// Keyword in Python; with `-` for `_` the option of the command.
    name: &'static str,
    /// What it is, for messages.
    what: &'static str,
}

const ARGUMENTS: &[ArgumentName] = &[
    ArgumentName { argument: Interface, name: "interface", what: "a network interface" },
    ArgumentName { argument: Mode, name: "mode", what: "`generic`, `native` or `offload`" },
    ArgumentName { argument: Cgroup, name: "cgroup", what: "the folder of a control group" },
    ArgumentName { argument: Namespace, name: "netns", what: "a network namespace's file" },
    ArgumentName { argument: Pid, name: "pid", what: "the number of a process" },
    ArgumentName { argument: Path, name: "path", what: "a file" },
    ArgumentName { argument: Symbol, name: "symbol", what: "the name of what is traced" },
    ArgumentName { argument: Offset, name: "offset", what: "a number of bytes" },
    ArgumentName { argument: Cookie, name: "cookie", what: "a number" },
    ArgumentName { argument: Event, name: "event", what: "a perf event such as `cpu_clock`" },
    ArgumentName { argument: Frequency, name: "frequency", what: "samples a second" },
    ArgumentName { argument: Period, name: "period", what: "events a sample" },
    ArgumentName { argument: Cpu, name: "cpu", what: "the number of a CPU" },
    ArgumentName { argument: Map, name: "map", what: "a map of the object" },
    ArgumentName { argument: Socket, name: "socket", what: "an open socket" },
    ArgumentName { argument: Hook, name: "hook", what: "a hook such as `local_in`" },
    ArgumentName { argument: Family, name: "family", what: "`ipv4` or `ipv6`" },
    ArgumentName { argument: Priority, name: "priority", what: "a number" },
];

impl Argument {
    /// Every argument, in the order in which they are listed to users.
    pub fn all() -> impl Iterator<Item = Self> {
        ARGUMENTS.iter().map(|row| row.argument)
    }

    /// Its keyword in Python.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// What it is, in words.
    pub fn what(self) -> &'static str {
        self.row().map_or("", |row| row.what)
    }

    /// The argument with this keyword.
    pub fn named(name: &str) -> Option<Self> {
        ARGUMENTS.iter().find(|row| row.name == name).map(|row| row.argument)
    }

    fn row(self) -> Option<&'static ArgumentName> {
        ARGUMENTS.iter().find(|row| row.argument == self)
    }
}

/// What attaches a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Its section and BTF say all.
    Section,
    /// A probe on a function of the kernel, at its return or not.
    Kprobe(Moment),
    /// Probes on all functions that match a pattern.
    KprobeMulti(Moment),
    /// A probe on a system call.
    Ksyscall(Moment),
    /// A probe on a function of a file.
    Uprobe(Moment),
    /// Probes on all functions of a file that match a pattern.
    UprobeMulti(Moment),
    /// A marker of a file.
    Usdt,
    /// A tracepoint.
    Tracepoint,
    /// A tracepoint, with its raw arguments.
    RawTracepoint,
    /// An iterator, which runs when it is read.
    Iterator,
    /// A perf event.
    Perf,
    /// A network interface, before the network stack.
    Xdp,
    /// Traffic control of a network interface.
    Tc(Direction),
    /// One side of a netkit pair.
    Netkit(Side),
    /// A control group.
    Cgroup,
    /// A network namespace.
    Namespace,
    /// A map of sockets.
    SocketMap,
    /// One socket.
    Socket(SocketOption),
    /// A hook of netfilter.
    Netfilter,
    /// An infrared device.
    Lirc,
    /// None: the text says who runs the program.
    NotHere(&'static str),
}

/// When a probe runs its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When the function begins.
    Entry,
    /// When it returns.
    Return,
    /// Both times.
    Session,
}

/// Which packets of an interface a traffic control program sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Those that come in; also of sections that do not say (`tc`).
    Ingress,
    /// Those that go out.
    Egress,
}

/// A side of a netkit pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The device that a program is attached through.
    Primary,
    /// The other one, mostly in a container.
    Peer,
}

/// Which option of a socket takes the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketOption {
    /// It filters what the socket receives.
    Filter,
    /// It chooses among the sockets of a port.
    Reuseport,
}

/// How a kind of section attaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachRow {
    /// The kinds, without the `.s` of sleepable forms. One that ends in `/`
    /// is the beginning of several.
    pub kinds: &'static [&'static str],
    /// What attaches it.
    pub way: Way,
    /// What must be told.
    pub needs: &'static [Argument],
    /// What must be told if the section has no target.
    pub target: &'static [Argument],
    /// What may be told.
    pub takes: &'static [Argument],
}

const NONE: &[Argument] = &[];
const TC: &[Argument] = &[Interface];
const PROBE: &[Argument] = &[Symbol, Offset, Cookie];
const USER_PROBE: &[Argument] = &[Path, Symbol, Offset, Pid, Cookie];
const BINARY: &[Argument] = &[Path, Symbol];

/// How to attach what, each kind once.
pub const ATTACH_ROWS: &[AttachRow] = &[
    row(&["kprobe"], Way::Kprobe(Moment::Entry), NONE, &[Symbol], PROBE),
    row(&["kretprobe"], Way::Kprobe(Moment::Return), NONE, &[Symbol], &[Symbol, Cookie]),
    row(&["kprobe.multi"], Way::KprobeMulti(Moment::Entry), NONE, &[Symbol], &[Symbol]),
    row(&["kretprobe.multi"], Way::KprobeMulti(Moment::Return), NONE, &[Symbol], &[Symbol]),
    row(&["kprobe.session"], Way::KprobeMulti(Moment::Session), NONE, &[Symbol], &[Symbol]),
    row(&["ksyscall"], Way::Ksyscall(Moment::Entry), NONE, &[Symbol], &[Symbol, Cookie]),
    row(&["kretsyscall"], Way::Ksyscall(Moment::Return), NONE, &[Symbol], &[Symbol, Cookie]),
    row(&["uprobe"], Way::Uprobe(Moment::Entry), NONE, BINARY, USER_PROBE),
    row(&["uretprobe"], Way::Uprobe(Moment::Return), NONE, BINARY, USER_PROBE),
    row(&["uprobe.multi"], Way::UprobeMulti(Moment::Entry), NONE, BINARY, &[Path, Symbol, Pid]),
    row(&["uretprobe.multi"], Way::UprobeMulti(Moment::Return), NONE, BINARY, &[Path, Symbol, Pid]),
    row(&["uprobe.session"], Way::UprobeMulti(Moment::Session), NONE, BINARY, &[Path, Symbol, Pid]),
    row(&["usdt"], Way::Usdt, NONE, BINARY, &[Path, Symbol, Pid, Cookie]),
    row(&["tracepoint", "tp"], Way::Tracepoint, NONE, &[Symbol], &[Symbol, Cookie]),
    row(
        &["raw_tracepoint", "raw_tp", "raw_tracepoint.w", "raw_tp.w"],
        Way::RawTracepoint,
        NONE,
        &[Symbol],
        &[Symbol, Cookie],
    ),
    row(&["tp_btf", "fentry", "fexit", "fmod_ret", "fsession"], Way::Section, NONE, NONE, NONE),
    // What `freplace` replaces is told before the load.
    row(&["lsm", "freplace"], Way::Section, NONE, NONE, NONE),
    row(&["lsm_cgroup", "sockops"], Way::Cgroup, &[Cgroup], NONE, &[Cgroup]),
    row(&["cgroup/", "cgroup_skb/"], Way::Cgroup, &[Cgroup], NONE, &[Cgroup]),
    row(&["iter"], Way::Iterator, NONE, NONE, &[Map, Pid, Cgroup]),
    row(&["perf_event"], Way::Perf, NONE, NONE, &[Event, Frequency, Period, Cpu, Pid, Cookie]),
    row(&["xdp", "xdp.frags"], Way::Xdp, &[Interface], NONE, &[Interface, Mode]),
    row(
        &["tc", "tc/ingress", "tcx/ingress", "classifier"],
        Way::Tc(Direction::Ingress),
        TC,
        NONE,
        TC,
    ),
    row(&["tc/egress", "tcx/egress"], Way::Tc(Direction::Egress), TC, NONE, TC),
    row(&["netkit/primary"], Way::Netkit(Side::Primary), TC, NONE, TC),
    row(&["netkit/peer"], Way::Netkit(Side::Peer), TC, NONE, TC),
    row(&["sk_lookup", "flow_dissector"], Way::Namespace, NONE, NONE, &[Namespace]),
    row(
        &["sk_skb", "sk_skb/stream_parser", "sk_skb/stream_verdict", "sk_skb/verdict", "sk_msg"],
        Way::SocketMap,
        &[Map],
        NONE,
        &[Map],
    ),
    row(&["socket"], Way::Socket(SocketOption::Filter), &[Socket], NONE, &[Socket]),
    row(
        &["sk_reuseport", "sk_reuseport/migrate"],
        Way::Socket(SocketOption::Reuseport),
        &[Socket],
        NONE,
        &[Socket],
    ),
    row(&["netfilter"], Way::Netfilter, &[Hook], NONE, &[Hook, Family, Priority]),
    row(&["lirc_mode2"], Way::Lirc, &[Path], NONE, &[Path]),
    away(
        &["xdp/devmap", "xdp.frags/devmap"],
        "device maps run it: its descriptor is a part of an entry",
    ),
    away(
        &["xdp/cpumap", "xdp.frags/cpumap"],
        "CPU maps run it: its descriptor is a part of an entry",
    ),
    away(
        &["lwt_in", "lwt_out", "lwt_xmit"],
        "a route runs it: pin it, then `ip route add … encap bpf in pinned PATH`",
    ),
    away(&["lwt_seg6local"], "a route runs it: pin it, then `ip route add … action End.BPF …`"),
    away(&["action"], "a filter of traffic control runs it: pin it, then `tc … action bpf …`"),
    away(&["syscall"], "test_run() runs it"),
    away(&["struct_ops"], "the struct of operations that it belongs to is what is attached"),
];

const fn row(
    kinds: &'static [&'static str],
    way: Way,
    needs: &'static [Argument],
    target: &'static [Argument],
    takes: &'static [Argument],
) -> AttachRow {
    AttachRow { kinds, way, needs, target, takes }
}

const fn away(kinds: &'static [&'static str], who: &'static str) -> AttachRow {
    row(kinds, Way::NotHere(who), NONE, NONE, NONE)
}

impl AttachRow {
    /// What must be told where the section has this target.
    pub fn needed(&self, target: &str) -> impl Iterator<Item = Argument> {
        let target = if target.is_empty() { self.target } else { NONE };
        self.needs.iter().chain(target).copied()
    }
}

impl SectionDef {
    /// How programs of this kind attach.
    pub fn attach(&self) -> Option<&'static AttachRow> {
        let kind = self.prefix.strip_suffix(".s").unwrap_or(self.prefix);
        let is_kind = |known: &str| match known.ends_with('/') {
            true => kind.starts_with(known),
            false => kind == known,
        };
        ATTACH_ROWS.iter().find(|row| row.kinds.iter().any(|known| is_kind(known)))
    }
}

/// A perf event that programs attach to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerfEvent {
    /// Its name, as `perf list` has it, with `_` for `-`.
    pub name: &'static str,
    /// `PERF_TYPE_HARDWARE` or `PERF_TYPE_SOFTWARE`.
    pub kind: u32,
    /// Its number there.
    pub config: u64,
    /// Where nothing is said, samples are taken by time, and not at each event.
    pub by_time: bool,
}

const fn counter(name: &'static str, kind: u32, config: u64) -> PerfEvent {
    PerfEvent { name, kind, config, by_time: false }
}

const fn clock(name: &'static str, kind: u32, config: u64) -> PerfEvent {
    PerfEvent { name, kind, config, by_time: true }
}

/// The perf events of `include/uapi/linux/perf_event.h`.
pub const PERF_EVENTS: &[PerfEvent] = &[
    clock("cpu_clock", 1, 0),
    clock("task_clock", 1, 1),
    counter("page_faults", 1, 2),
    counter("context_switches", 1, 3),
    counter("cpu_migrations", 1, 4),
    counter("minor_faults", 1, 5),
    counter("major_faults", 1, 6),
    counter("alignment_faults", 1, 7),
    counter("emulation_faults", 1, 8),
    counter("cgroup_switches", 1, 11),
    clock("cycles", 0, 0),
    clock("instructions", 0, 1),
    clock("cache_references", 0, 2),
    clock("cache_misses", 0, 3),
    clock("branches", 0, 4),
    clock("branch_misses", 0, 5),
    clock("bus_cycles", 0, 6),
    clock("stalled_cycles_frontend", 0, 7),
    clock("stalled_cycles_backend", 0, 8),
    clock("ref_cycles", 0, 9),
];

/// The hooks of netfilter and their numbers.
pub const NETFILTER_HOOKS: &[(&str, u32)] =
    &[("pre_routing", 0), ("local_in", 1), ("forward", 2), ("local_out", 3), ("post_routing", 4)];

/// The families that netfilter programs attach for, and their numbers.
pub const NETFILTER_FAMILIES: &[(&str, u32)] = &[("ipv4", 2), ("ipv6", 10)];

/// How an interface runs XDP, and the flag that says so.
pub const XDP_MODES: &[(&str, u32)] = &[("generic", 2), ("native", 4), ("offload", 8)];

#[cfg(test)]
mod tests {
    use super::{ATTACH_ROWS, Argument};
    use crate::SECTION_DEFS;

    #[test]
    fn every_kind_of_section_has_one_row() {
        for def in SECTION_DEFS {
            assert!(def.attach().is_some(), "no row for `{}`", def.prefix);
        }
        let mut kinds: Vec<&str> = ATTACH_ROWS.iter().flat_map(|row| row.kinds).copied().collect();
        for kind in &kinds {
            let used = SECTION_DEFS.iter().any(|def| def.prefix.starts_with(kind));
            assert!(used, "no section is called `{kind}`");
        }
        let count = kinds.len();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), count, "a kind has two rows");
    }

    #[test]
    fn what_is_needed_is_taken() {
        for row in ATTACH_ROWS {
            let mut needed = row.needs.iter().chain(row.target);
            assert!(needed.all(|argument| row.takes.contains(argument)), "{:?}", row.kinds);
        }
        for argument in Argument::all() {
            assert_eq!(Argument::named(argument.name()), Some(argument));
            assert!(!argument.what().is_empty());
        }
    }
}
