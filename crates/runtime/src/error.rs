//! The one error type of the runtime.
//!
//! Every variant says what was attempted, what the system answered and the
//! way out, in one line, and carries the names (program, section, map) that a
//! caller needs to put it on the user's own line. libbpf's words are at most
//! an addition to ours.

use std::io;
use std::path::PathBuf;

use kernel::Argument;

use crate::nearest::{quoted, suggestion};
use crate::privilege::Capability;
use crate::value::ValueError;
use crate::verifier::Rejection;

/// Where a program stands: its function name and its section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramPlace {
    /// The function's name.
    pub program: String,
    /// The ELF section, as written in the program (`tracepoint/…`).
    pub section: String,
}

/// What went wrong between an object's bytes and the running program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no BPF object: empty, truncated, corrupt or not BPF.
    #[error("`{object}` is not a usable BPF object: {reason}")]
    BadObject {
        /// The name the object was given.
        object: String,
        /// What is wrong with the bytes.
        reason: String,
    },

    /// No program has this name.
    #[error("no program named `{name}` in this object{}", suggestion(.nearest))]
    UnknownProgram {
        /// The name asked for.
        name: String,
        /// Names that exist and look like it.
        nearest: Vec<String>,
    },

    /// No map has this name.
    #[error("no map named `{name}` in this object{}", suggestion(.nearest))]
    UnknownMap {
        /// The name asked for.
        name: String,
        /// Names that exist and look like it.
        nearest: Vec<String>,
    },

    /// No global variable has this name.
    #[error("no global variable named `{name}` in this object{}", suggestion(.nearest))]
    UnknownGlobal {
        /// The name asked for.
        name: String,
        /// Names that exist and look like it.
        nearest: Vec<String>,
    },

    /// The object's BTF has no struct of this name.
    #[error("no struct named `{name}` in this object's BTF{}", suggestion(.nearest))]
    UnknownStruct {
        /// The name asked for.
        name: String,
        /// Names that exist and look like it.
        nearest: Vec<String>,
    },

    /// A constant is set after the load.
    #[error("`{name}` is a constant, which no program changes: set it before load()")]
    ConstantGlobal {
        /// The constant.
        name: String,
    },

    /// The kernel offers no BTF, and the object needs it.
    #[error(
        "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing), which the object needs; \
         use a kernel built with CONFIG_DEBUG_INFO_BTF=y"
    )]
    NoKernelBtf,

    /// The programs read the registers of another processor.
    #[error(
        "`{object}` reads registers of {processor}, and this machine is {}; build it with `--arch {}`",
        kernel::Arch::host().name(), kernel::Arch::host().name()
    )]
    OtherProcessor {
        /// The name the object was given.
        object: String,
        /// The processor.
        processor: &'static str,
    },

    /// The kernel refused for want of a privilege.
    #[error("{action}: not permitted; {}", privilege_advice(.missing))]
    MissingPrivilege {
        /// What was attempted.
        action: String,
        /// The capabilities that the process lacks; empty if it has all that
        /// are usual and a security module or a container refuses.
        missing: Vec<Capability>,
        /// The program concerned, where it is one program.
        place: Option<ProgramPlace>,
    },

    /// The verifier rejected a program.
    #[error("{0}")]
    Rejected(Box<Rejection>),

    /// The object could not be loaded for a reason other than the verifier.
    #[error("loading `{object}` failed: {reason}")]
    LoadFailed {
        /// The name the object was given.
        object: String,
        /// What libbpf and the kernel say.
        reason: String,
        /// The program concerned, where it is known.
        place: Option<ProgramPlace>,
        /// The system's answer.
        source: io::Error,
    },

    /// A map could not be pinned, or what is pinned not be used.
    #[error("{action} ({path}): {reason}", path = path.display())]
    Pin {
        /// What was attempted.
        action: String,
        /// The path.
        path: PathBuf,
        /// Why, with the way out.
        reason: String,
        /// The system's answer.
        source: io::Error,
    },

    /// A map could not be created.
    #[error("creating map `{map}` failed: {reason}")]
    MapCreate {
        /// The map's name.
        map: String,
        /// Why, with the way out.
        reason: String,
        /// The system's answer.
        source: io::Error,
    },

    /// The kernel has no such tracepoint.
    #[error("this kernel has no tracepoint `{name}`{}", suggestion(.nearest))]
    NoSuchTracepoint {
        /// The tracepoint, `category/name` or, for raw ones, `name`.
        name: String,
        /// Tracepoints that exist and look like it.
        nearest: Vec<String>,
        /// The program that asks for it.
        place: ProgramPlace,
    },

    /// The kernel has no such function, or it cannot be probed.
    #[error("this kernel has no function `{name}` that can be probed{}", suggestion(.nearest))]
    NoSuchFunction {
        /// The function.
        name: String,
        /// Functions that exist and look like it.
        nearest: Vec<String>,
        /// The program that asks for it.
        place: ProgramPlace,
    },

    /// The program or library that is traced is not there, or has no such function
    /// or marker.
    #[error("{problem}{}", suggestion(.nearest))]
    NoSuchPlace {
        /// What is missing where.
        problem: String,
        /// What exists and looks like it.
        nearest: Vec<String>,
        /// The program that asks for it.
        place: ProgramPlace,
    },

    /// The kernel was built without kprobes.
    #[error(
        "`{}` cannot attach: this kernel was built without kprobes (CONFIG_KPROBES); \
         use a tracepoint instead, or another kernel", .place.section
    )]
    NoKprobes {
        /// The program that asks for a kprobe.
        place: ProgramPlace,
    },

    /// No such network interface.
    #[error("no network interface `{name}`; there are {}", quoted(.existing))]
    NoSuchInterface {
        /// The name or index asked for.
        name: String,
        /// The interfaces of this network namespace.
        existing: Vec<String>,
    },

    /// The program needs to be told where to attach.
    #[error(
        "`{}` ({}) needs {}: attach it with {}",
        .place.program, .place.section, described(.needed), keywords(.needed)
    )]
    ArgumentsNeeded {
        /// The program.
        place: ProgramPlace,
        /// What must be said.
        needed: Vec<Argument>,
    },

    /// The program, or no program of the object, takes this argument.
    #[error("{} `{}`{}", taker(.place.as_ref()), .argument.name(), alternatives(.takes))]
    ArgumentNotTaken {
        /// The program; without it, none of the object.
        place: Option<ProgramPlace>,
        /// What was said.
        argument: Argument,
        /// What may be said.
        takes: Vec<Argument>,
    },

    /// An argument means nothing.
    #[error("{}={value}: {reason}", .argument.name())]
    BadArgument {
        /// Which one.
        argument: Argument,
        /// What was given.
        value: String,
        /// Why, with what may be given.
        reason: String,
    },

    /// There is no such process.
    #[error("there is no process {pid}")]
    NoSuchProcess {
        /// Its number.
        pid: u32,
    },

    /// A file that a program is to attach to cannot be opened.
    #[error("`{}` cannot be opened: {source}", .path.display())]
    NoSuchFile {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },

    /// The program is no iterator.
    #[error(
        "`{}` ({}) is no iterator: only sections `iter/…` can be read",
        .place.program, .place.section
    )]
    NotAnIterator {
        /// The program.
        place: ProgramPlace,
    },

    /// Something else than an attach runs the program.
    #[error("`{}` ({}) cannot be attached: {who}", .place.program, .place.section)]
    AttachedElsewhere {
        /// The program.
        place: ProgramPlace,
        /// Who runs it, and how.
        who: &'static str,
    },

    /// A program cannot stand in the place of a function.
    #[error("`{program}` cannot replace `{function}`: {}", replace_advice(.source))]
    NoSuchTarget {
        /// The program that would replace it.
        program: String,
        /// The function.
        function: String,
        /// The system's answer.
        source: io::Error,
    },

    /// No such control group.
    #[error(
        "`{}` is not the folder of a control group (version 2): {source}; they are below \
         /sys/fs/cgroup", .folder.display()
    )]
    NoSuchCgroup {
        /// The folder asked for.
        folder: PathBuf,
        /// The system's answer.
        source: io::Error,
    },

    /// The section names nothing that a program can be attached to by itself.
    #[error(
        "`{}` cannot be attached: section `{}` names no hook of its own (test_run can run it)",
        .place.program, .place.section
    )]
    NotAttachable {
        /// The program.
        place: ProgramPlace,
    },

    /// The program was left out of the load.
    #[error(
        "`{}` was not loaded: the `?` of its section `{}` switches loading off",
        .place.program, .place.section
    )]
    NotLoaded {
        /// The program.
        place: ProgramPlace,
    },

    /// The program is attached already.
    #[error("`{}` is already attached; detach it first", .place.program)]
    AlreadyAttached {
        /// The program.
        place: ProgramPlace,
    },

    /// The kernel refused to attach the program.
    #[error("attaching `{}` ({}) failed: {reason}", .place.program, .place.section)]
    AttachFailed {
        /// The program.
        place: ProgramPlace,
        /// What libbpf and the kernel say.
        reason: String,
        /// The system's answer.
        source: io::Error,
    },

    /// A test run failed.
    #[error("test run of `{}` ({}) failed: {reason}", .place.program, .place.section)]
    TestRun {
        /// The program.
        place: ProgramPlace,
        /// Why, with the way out.
        reason: String,
        /// The system's answer.
        source: io::Error,
    },

    /// A value does not fit the map's key or value type.
    #[error("map `{map}`: {role}: {source}")]
    Value {
        /// The map.
        map: String,
        /// `key`, `value` or `record`.
        role: &'static str,
        /// What does not fit.
        source: Box<ValueError>,
    },

    /// A value does not fit a global variable's type.
    #[error("global variable `{name}`: {source}")]
    GlobalValue {
        /// The variable.
        name: String,
        /// What does not fit.
        source: Box<ValueError>,
    },

    /// The map has no room for another entry.
    #[error("map `{map}` is full (max_entries is {max_entries})")]
    MapFull {
        /// The map.
        map: String,
        /// Its capacity.
        max_entries: u32,
    },

    /// A record is larger than the buffer that it is sent through.
    #[error(
        "a record of {bytes} bytes never fits `{map}` (max_entries is {max_entries} bytes): \
         send smaller ones, or make the buffer larger"
    )]
    RecordTooLarge {
        /// The map.
        map: String,
        /// The record's size.
        bytes: usize,
        /// The buffer's size in bytes.
        max_entries: u32,
    },

    /// `UpdateMode::Create` met an existing key.
    #[error("map `{map}`: the key exists already")]
    KeyExists {
        /// The map.
        map: String,
    },

    /// `UpdateMode::Replace` met no such entry.
    #[error("map `{map}`: no such key")]
    NoSuchKey {
        /// The map.
        map: String,
    },

    /// The map's keys are numbers, and this one is beyond the last.
    #[error("'{map}' has {entries} entries: there is none at {index}")]
    NoSuchIndex {
        /// The map.
        map: String,
        /// The number.
        index: u32,
        /// How many entries there are.
        entries: u32,
    },

    /// The kernel does not take such a key or value in this map.
    #[error("map `{map}` ({map_type}) does not take this entry: {reason}")]
    EntryRefused {
        /// The map.
        map: String,
        /// Its type.
        map_type: String,
        /// What is wrong with it.
        reason: String,
        /// The system's answer.
        source: io::Error,
    },

    /// The map's type does not have this operation.
    #[error("map `{map}` ({map_type}): {operation} is not supported; {advice}")]
    Unsupported {
        /// The map.
        map: String,
        /// Its type, as libbpf names it (`array`, `queue`, …).
        map_type: String,
        /// What was attempted.
        operation: &'static str,
        /// What to do instead.
        advice: &'static str,
    },

    /// The map does not carry events.
    #[error(
        "map `{map}` ({map_type}) carries no events; only ring buffers and perf event arrays do"
    )]
    NotAnEventMap {
        /// The map.
        map: String,
        /// Its type.
        map_type: String,
    },

    /// tracefs is not there and cannot be mounted.
    #[error("tracefs is needed at /sys/kernel/tracing: {reason}")]
    Tracefs {
        /// Why not, with the way out.
        reason: String,
    },

    /// The object was closed.
    #[error("the object is closed")]
    Closed,

    /// Another system call failed.
    #[error("{action}: {source}")]
    System {
        /// What was attempted.
        action: String,
        /// The system's answer.
        source: io::Error,
    },
}

/// What the operations of this crate return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The program and section that the error is about, where it is one.
    pub fn place(&self) -> Option<&ProgramPlace> {
        match self {
            Self::Rejected(rejection) => Some(&rejection.place),
            Self::MissingPrivilege { place, .. } | Self::LoadFailed { place, .. } => place.as_ref(),
            Self::NoSuchTracepoint { place, .. }
            | Self::NoSuchFunction { place, .. }
            | Self::NoSuchPlace { place, .. }
            | Self::NoKprobes { place }
            | Self::ArgumentsNeeded { place, .. }
            | Self::ArgumentNotTaken { place: Some(place), .. }
            | Self::AttachedElsewhere { place, .. }
            | Self::NotAnIterator { place }
            | Self::NotAttachable { place }
            | Self::NotLoaded { place }
            | Self::AlreadyAttached { place }
            | Self::AttachFailed { place, .. }
            | Self::TestRun { place, .. } => Some(place),
            _ => None,
        }
    }

    /// The name of the program that the error is about, where it is one.
    pub fn program(&self) -> Option<&str> {
        self.place().map(|place| place.program.as_str())
    }

    /// The section of the program that the error is about, where it is one.
    pub fn section(&self) -> Option<&str> {
        self.place().map(|place| place.section.as_str())
    }

    /// The map that the error is about, where it is one.
    pub fn map(&self) -> Option<&str> {
        match self {
            Self::MapCreate { map, .. }
            | Self::Value { map, .. }
            | Self::MapFull { map, .. }
            | Self::RecordTooLarge { map, .. }
            | Self::KeyExists { map }
            | Self::NoSuchKey { map }
            | Self::NoSuchIndex { map, .. }
            | Self::EntryRefused { map, .. }
            | Self::Unsupported { map, .. }
            | Self::NotAnEventMap { map, .. } => Some(map),
            _ => None,
        }
    }

    /// Whether the error is the system's refusal, and not a fault of the
    /// program or of the call.
    pub fn is_system_refusal(&self) -> bool {
        matches!(
            self,
            Self::NoKernelBtf
                | Self::MissingPrivilege { .. }
                | Self::NoKprobes { .. }
                | Self::Tracefs { .. }
                | Self::System { .. }
        )
    }
}

fn described(arguments: &[Argument]) -> String {
    arguments.iter().map(|argument| argument.what()).collect::<Vec<_>>().join(" and ")
}

fn keywords(arguments: &[Argument]) -> String {
    let keyword = |argument: &Argument| format!("{}=…", argument.name());
    arguments.iter().map(keyword).collect::<Vec<_>>().join(", ")
}

fn taker(place: Option<&ProgramPlace>) -> String {
    match place {
        Some(place) => format!("`{}` ({}) takes no", place.program, place.section),
        None => "no program of this object takes".to_owned(),
    }
}

fn alternatives(arguments: &[Argument]) -> String {
    match arguments {
        [] => ": its section says where it attaches".to_owned(),
        _ => format!("; taken are {}", keywords(arguments)),
    }
}

fn privilege_advice(missing: &[Capability]) -> String {
    if missing.is_empty() {
        return "the process has the usual capabilities, so a security module, a container or \
                kernel lockdown refuses"
            .to_owned();
    }
    let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
    format!("{} missing: run as root or grant it", names.join(" and "))
}

fn replace_advice(source: &io::Error) -> String {
    match source.raw_os_error() {
        Some(libc::ENOENT | libc::ESRCH) => {
            "the program that is replaced has no function of that name".to_owned()
        }
        Some(libc::EINVAL) => "what is replaced has no BTF, which tells its functions".to_owned(),
        _ => source.to_string(),
    }
}
