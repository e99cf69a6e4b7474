//! The command line: what may be said and what `--help` tells about it.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use compiler::{Arch, KernelVersion, Rewrite};

/// Compile BPF programs written in Python and run them in the kernel.
#[derive(Debug, Parser)]
#[command(name = "pythonbpf", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit status: 0 done, 1 the program is wrong, 2 wrong usage, 3 the system refused.
Colours are used on a terminal only, and never when NO_COLOR is set or TERM is dumb.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show all that is wrong with programs, and make nothing
    Check(Check),
    /// Compile a program into an object that libbpf, bpftool and `run` load
    Build(Build),
    /// Load programs into the kernel without attaching them, and show their figures
    Verify(Verify),
    /// Compile, load and attach programs, and show what they report
    ///
    /// Shows every ring buffer and perf event array as a table of decoded
    /// events, each line that a program prints, and at the end the entries of
    /// every map. All BPF programs of the machine print into one trace pipe
    /// and nothing in a line says whose it is: lines that others print
    /// meanwhile are shown too.
    Run(Box<Run>),
    /// List what programs can be attached to on this kernel
    ///
    /// Tracepoints with their fields, functions with their parameters, LSM
    /// hooks, kfuncs, iterators, struct_ops, and the kinds of sections, each
    /// with what `@section` is given and whether that works here. Without a
    /// pattern, how many there are of each.
    Hooks(Hooks),
    /// Tell what will and will not work on this machine, and why
    ///
    /// Asks the kernel for its types, privileges, kinds of programs, maps and
    /// features, and changes nothing. The exit status is 0 if programs can be
    /// loaded, else 3.
    Doctor(Doctor),
    /// Show what an object, a loaded program or a map is made of
    ///
    /// `inspect FILE` shows programs, maps, types and code of an object, or of
    /// a Python file as it compiles, with the source lines between the
    /// instructions; nothing is loaded. `inspect prog` and `inspect map` list
    /// what is in the kernel, whoever loaded it; with a number or name they show
    /// one.
    Inspect(Inspect),
    /// Write the kernel's types that files import as `vmlinux.pyi`, for editors
    Stubs(Stubs),
    /// Write the completions of this command for a shell
    ///
    /// For bash: `pythonbpf completions bash > ~/.local/share/bash-completion/completions/pythonbpf`
    Completions(Completions),
    /// Tell more about a diagnostic, with a wrong and a right program
    Explain(Explain),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Python files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Suggest also what would make programs faster
    #[arg(long)]
    pub perf: bool,
    /// The oldest kernel that programs are to load on [default: this one]
    #[arg(long, value_name = "VERSION")]
    pub kernel: Option<KernelVersion>,
    /// Take the kernel's types from this BTF, raw, in an ELF file, or a folder like /sys/kernel/btf [default: this kernel's]
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
    /// The processor whose registers programs read, x86_64 or aarch64
    #[arg(long, value_name = "ARCH", default_value = Arch::host().name(), value_parser = arch())]
    pub arch: Arch,
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With the lines of the program, for people
    Text,
    /// One JSON object a line
    Json,
    /// GitHub workflow commands, shown on the lines of a pull request
    Github,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// The Python file; `-` reads standard input
    pub file: PathBuf,
    /// Where to write; `-` is standard output [default: FILE with .o, .hir, .ll, .s or .btf]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What to make
    #[arg(long, value_enum, default_value_t = Emit::Obj)]
    pub emit: Emit,
    /// Write diagnostics and what was made as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// BPF instruction set: v3 needs Linux 5.1, v4 needs Linux 6.6
    #[arg(long, value_enum, default_value_t = Cpu::V3)]
    pub cpu: Cpu,
    /// The oldest kernel that the object is to load on [default: this one]
    #[arg(long, value_name = "VERSION")]
    pub kernel: Option<KernelVersion>,
    /// Take the kernel's types from this BTF, raw, in an ELF file, or a folder like /sys/kernel/btf [default: this kernel's]
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
    /// The processor whose registers programs read, x86_64 or aarch64
    #[arg(long, value_name = "ARCH", default_value = Arch::host().name(), value_parser = arch())]
    pub arch: Arch,
    /// Rewrites to leave out, which make programs faster
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = rewrite())]
    pub without: Vec<Rewrite>,
}

/// Reads the name of a processor.
fn arch() -> impl TypedValueParser<Value = Arch> {
    PossibleValuesParser::new(Arch::NAMES).try_map(|name| name.parse::<Arch>())
}

/// Reads the name of a rewrite.
fn rewrite() -> impl TypedValueParser<Value = Rewrite> {
    PossibleValuesParser::new(Rewrite::ALL.map(Rewrite::name))
        .try_map(|name| name.parse::<Rewrite>())
}

/// What `build` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// A relocatable ELF object
    Obj,
    /// The typed program as text, before LLVM sees it
    Hir,
    /// LLVM IR as text
    Ir,
    /// BPF assembly as text
    Asm,
    /// The types of the object, as raw BTF
    Btf,
}

/// BPF instruction set versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cpu {
    V1,
    V2,
    V3,
    V4,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// A Python file or a BPF object; `-` reads standard input
    pub file: PathBuf,
    /// Write diagnostics and figures as JSON, one object a line
    #[arg(long)]
    pub json: bool,
    /// Take the kernel's types from this BTF, raw, in an ELF file, or a folder like /sys/kernel/btf [default: this kernel's]
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
    /// The processor whose registers programs read: that of this machine
    #[arg(long, value_name = "ARCH", default_value = Arch::host().name(), value_parser = arch())]
    pub arch: Arch,
    /// When the verifier refuses a program, show its whole log
    #[arg(long)]
    pub log: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// A Python file or a BPF object; `-` reads standard input
    pub file: PathBuf,
    /// Write one JSON object a line instead of tables
    #[arg(long)]
    pub json: bool,
    /// End after this many seconds [default: run until Ctrl-C]
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub duration: Option<std::time::Duration>,
    #[command(flatten)]
    pub attach: Attach,
    /// Attach user probes and perf events to this process alone; leave out
    /// events whose field `pid` (or `tgid`), and printed lines whose task, is of
    /// another process. An error if it is none of these, or there is no such process
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub pid: Option<u32>,
    /// End after this many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_events: Option<u64>,
    /// Take the kernel's types from this BTF, raw, in an ELF file, or a folder like /sys/kernel/btf [default: this kernel's]
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
    /// The processor whose registers programs read: that of this machine
    #[arg(long, value_name = "ARCH", default_value = Arch::host().name(), value_parser = arch())]
    pub arch: Arch,
    /// When the verifier refuses a program, show its whole log
    #[arg(long)]
    pub log: bool,
}

/// Where programs attach, as far as their sections do not say.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Where to attach what the section leaves open")]
pub(crate) struct Attach {
    /// XDP, traffic control, netkit: the network interface
    #[arg(long, value_name = "IF")]
    pub interface: Option<String>,
    /// XDP: generic, native or offload
    #[arg(long)]
    pub mode: Option<String>,
    /// cgroup programs: the folder of the control group
    #[arg(long, value_name = "FOLDER")]
    pub cgroup: Option<PathBuf>,
    /// sk_lookup, flow_dissector: the network namespace, by file or name
    #[arg(long, value_name = "NAME")]
    pub netns: Option<PathBuf>,
    /// User probes: the program or library
    #[arg(long, value_name = "FILE")]
    pub path: Option<PathBuf>,
    /// Probes and tracepoints: the function, pattern, system call,
    /// category/event or provider:marker
    #[arg(long, value_name = "NAME")]
    pub symbol: Option<String>,
    /// Probes: bytes behind the function, or into the file without one
    #[arg(long, value_name = "BYTES")]
    pub offset: Option<u64>,
    /// Probes, tracepoints, perf_event: what `get_attach_cookie` gives
    #[arg(long, value_name = "NUMBER", value_parser = whole_number)]
    pub cookie: Option<u64>,
    /// perf_event: what is counted [default: cpu_clock]
    #[arg(long, value_name = "NAME")]
    pub event: Option<String>,
    /// perf_event: samples a second [default: 99 for clocks]
    #[arg(long, value_name = "HZ")]
    pub frequency: Option<u64>,
    /// perf_event: events from one sample to the next
    #[arg(long, value_name = "N")]
    pub period: Option<u64>,
    /// perf_event: the one CPU that is looked at
    #[arg(long, value_name = "N")]
    pub cpu: Option<u32>,
    /// sk_skb, sk_msg: the map of sockets
    #[arg(long, value_name = "NAME")]
    pub map: Option<String>,
    /// freplace: the loaded program whose function is replaced, by its number
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u32).range(1..))]
    pub program: Option<u32>,
    /// Pin the programs into this folder of a BPF file system while they run,
    /// for what takes them by their file: `ip route`, `tc`
    #[arg(long, value_name = "FOLDER")]
    pub pin: Option<PathBuf>,
    /// netfilter: pre_routing, local_in, forward, local_out or post_routing
    #[arg(long)]
    pub hook: Option<String>,
    /// netfilter: ipv4 or ipv6 [default: ipv4]
    #[arg(long)]
    pub family: Option<String>,
    /// netfilter: the order among its programs
    #[arg(long, allow_hyphen_values = true)]
    pub priority: Option<i32>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Hooks {
    /// A part of a name, a pattern with `*` and `?`, or a section such as kprobe/vfs_read
    pub pattern: Option<String>,
    /// Only these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = hook_kind())]
    pub kind: Vec<Kind>,
    /// Write one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// An object or Python file, or the word `prog` or `map`
    #[arg(value_name = "FILE|prog|map")]
    pub what: String,
    /// With `prog` and `map`: which one
    #[arg(value_name = "NAME|ID")]
    pub which: Option<String>,
    /// Only these parts
    #[arg(long, value_enum, value_name = "PART", value_delimiter = ',')]
    pub show: Vec<Part>,
    /// Write one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Take the kernel's types from this BTF, raw, in an ELF file, or a folder like /sys/kernel/btf [default: this kernel's]
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
}

/// A part of what is inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Programs with their sections
    Programs,
    /// Maps with their types and sizes
    Maps,
    /// Structs with the places of their members
    Types,
    /// Instructions between the source lines
    Code,
}

impl Part {
    /// Every part, in the order in which they are shown.
    pub(crate) const ALL: [Self; 4] = [Self::Programs, Self::Maps, Self::Types, Self::Code];
}

#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A kind of hook.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind(pub runtime::HookKind);

/// Reads a kind of hook.
fn hook_kind() -> impl TypedValueParser<Value = Kind> {
    let all = runtime::HookKind::ALL;
    PossibleValuesParser::new(all.map(runtime::HookKind::name)).try_map(move |name| {
        let kind = all.into_iter().find(|kind| kind.name() == name);
        kind.map(Kind).ok_or("no such kind")
    })
}

#[derive(Debug, clap::Args)]
pub(crate) struct Stubs {
    /// Python files, whose imports from `vmlinux` are written; `-` reads standard input
    #[arg(value_name = "FILE", required_unless_present = "name")]
    pub files: Vec<PathBuf>,
    /// Write these types, too
    #[arg(long, value_delimiter = ',')]
    pub name: Vec<String>,
    /// Where to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "vmlinux.pyi")]
    pub output: PathBuf,
    /// Over how many members types are written in full
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub depth: usize,
    /// Take the kernel's types from this BTF, raw, in an ELF file, or a folder like /sys/kernel/btf [default: this kernel's]
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Write one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// A code such as E0204 or its name, decorator-order; without it, all are listed
    pub code: Option<String>,
}

/// Reads a whole number, decimal or after `0x` hexadecimal.
fn whole_number(text: &str) -> Result<u64, std::num::ParseIntError> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    }
}

/// Reads a number of seconds, fractions allowed.
fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is needed".to_owned())?;
    match std::time::Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("a positive number of seconds is needed".to_owned()),
    }
}
