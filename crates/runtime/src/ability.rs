//! What the running kernel can do, asked of the kernel itself.
//!
//! [`section_ability`] answers for a kind of section: the type of program is
//! probed by libbpf, its attach type looked up among the kernel's own types,
//! and what stands outside of both (kprobes, trampolines, the list of security
//! modules) asked where the kernel tells it. Nothing is attached to anything
//! that runs: the trampoline is tried on `bpf_fentry_test1`, which the kernel
//! has for test runs alone.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

use kernel::btf::Space;
use kernel::{ProgType, SectionDef, TargetForm};
use libbpf_rs::libbpf_sys;

use crate::kernel_types::running_btf;
use crate::open::check;
use crate::prints;
use crate::privilege::{
    Capability, capabilities_for_section, capabilities_to_load, capabilities_to_make,
    missing_capabilities,
};
use crate::tracefs;

/// Whether something works here, and if not why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ability {
    /// It works.
    Works,
    /// It does not; why, and what would help.
    Missing(String),
    /// It could not be asked; why.
    Unknown(String),
}

impl Ability {
    /// Whether it works.
    pub fn works(&self) -> bool {
        *self == Self::Works
    }

    /// `works`, `missing` or `unknown`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Missing(_) => "missing",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why it does not work or is not known; empty if it works.
    pub fn why(&self) -> &str {
        match self {
            Self::Works => "",
            Self::Missing(why) | Self::Unknown(why) => why,
        }
    }

    /// This, or what `then` says if it works.
    fn and(self, then: impl FnOnce() -> Self) -> Self {
        if self.works() { then() } else { self }
    }

    /// Works unless the process lacks one of these.
    fn permitted(needed: &[Capability]) -> Self {
        let missing = missing_capabilities(needed);
        if missing.is_empty() {
            return Self::Works;
        }
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        Self::Missing(format!("not for this process: {} missing", names.join(" and ")))
    }

    fn from_probe(answer: i32, missing: &str) -> Self {
        match answer {
            1 => Self::Works,
            0 => Self::Missing(missing.to_owned()),
            error => unasked(&io::Error::from_raw_os_error(-error)),
        }
    }
}

/// What an error other than "there is no such thing" means. Who has the
/// privileges and is refused all the same is refused by something else.
fn unasked(error: &io::Error) -> Ability {
    match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => Ability::Missing(
            "the kernel refuses such programs although the privileges are there: a container, a \
             security module or lockdown forbids them"
                .to_owned(),
        ),
        _ => Ability::Unknown(format!("the kernel does not answer: {error}")),
    }
}

/// Whether programs of a kind of section can be loaded and attached here.
pub fn section_ability(def: &SectionDef) -> Ability {
    Ability::permitted(&capabilities_for_section(def.prefix))
        .and(|| program_ability(def.prog_type))
        .and(|| attach_type_ability(def))
        .and(|| hook_ability(def.prefix))
}

/// Whether programs of this type can be loaded, each asked once. Types that
/// are tied to the kernel's own types are tried by what they are tied to.
fn program_ability(kind: ProgType) -> Ability {
    static ASKED: [OnceLock<Ability>; 64] = [const { OnceLock::new() }; 64];
    let number = kind as u32;
    let ask = || match kind {
        ProgType::Tracing | ProgType::StructOps | ProgType::Ext => needs_btf(),
        ProgType::Lsm => needs_btf().and(|| {
            try_typed(libbpf_sys::BPF_PROG_TYPE_LSM, libbpf_sys::BPF_LSM_MAC, "bpf_lsm_file_open")
        }),
        _ => {
            // SAFETY: plain numbers; no options is the only choice.
            let probe =
                || unsafe { libbpf_sys::libbpf_probe_bpf_prog_type(number, std::ptr::null()) };
            let missing = "this kernel has no programs of this type";
            Ability::from_probe(prints::capture(probe).0, missing)
        }
    };
    match ASKED.get(number as usize) {
        Some(asked) => asked.get_or_init(ask).clone(),
        None => ask(),
    }
}

/// Loads a program that is tied to a function of the kernel.
fn try_typed(kind: u32, attach: u32, function: &str) -> Ability {
    match load_typed(kind, attach, function) {
        Ok(_) => Ability::Works,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ability::Missing(format!("this kernel has no `{function}`"))
        }
        Err(error) => unasked(&error),
    }
}

fn load_typed(kind: u32, attach: u32, function: &str) -> io::Result<OwnedFd> {
    let found = running_btf().ok().and_then(|btf| btf.find(function, Space::Func));
    let target = found.ok_or(io::ErrorKind::NotFound)?;
    load_probe(kind, |options| {
        options.expected_attach_type = attach;
        options.attach_btf_id = target.0;
    })
}

/// Whether the kernel knows the attach type that the section stands for.
fn attach_type_ability(def: &SectionDef) -> Ability {
    let (Some(name), Ok(btf)) = (def.attach_type, running_btf()) else { return Ability::Works };
    // A kernel whose BTF lacks the whole enum says nothing of its values.
    let told = btf.find("bpf_attach_type", Space::Enum).is_some();
    if !told || btf.enumerator(name).is_some() {
        return Ability::Works;
    }
    Ability::Missing(format!("this kernel has no `{name}`; a newer one does"))
}

/// What a hook needs beside its type of program.
fn hook_ability(prefix: &str) -> Ability {
    let kind = prefix.strip_suffix(".s").unwrap_or(prefix);
    match kind {
        "kprobe" | "kretprobe" | "ksyscall" | "kretsyscall" => kprobes(),
        "kprobe.multi" | "kretprobe.multi" | "kprobe.session" => kprobes().and(many_kprobes),
        "uprobe" | "uretprobe" | "usdt" => uprobes(),
        "tracepoint" | "tp" => tracepoints(),
        "fentry" | "fexit" | "fmod_ret" | "fsession" => trampolines(),
        "lsm" | "lsm_cgroup" => security_modules().and(trampolines),
        "netkit/primary" | "netkit/peer" => function("netkit_prog_attach", "CONFIG_NETKIT"),
        "netfilter" => function("bpf_nf_link_attach", "CONFIG_NETFILTER_BPF_LINK"),
        "struct_ops" => needs_btf(),
        "iter" | "tp_btf" => loads_tracing(kind),
        "freplace" => trampolines(),
        _ if kind.starts_with("cgroup") || kind == "sockops" => control_groups(),
        _ => Ability::Works,
    }
}

fn kprobes() -> Ability {
    if tracefs::has_kprobes() {
        return Ability::Works;
    }
    Ability::Missing(
        "this kernel was built without kprobes (CONFIG_KPROBES); use tracepoints".to_owned(),
    )
}

fn many_kprobes() -> Ability {
    function("register_fprobe_ips", "CONFIG_FPROBE")
}

fn uprobes() -> Ability {
    if Path::new("/sys/bus/event_source/devices/uprobe").exists() {
        return Ability::Works;
    }
    Ability::Missing("this kernel was built without user probes (CONFIG_UPROBES)".to_owned())
}

/// Whether classic tracepoints can be found and opened.
pub(crate) fn tracepoints() -> Ability {
    match tracefs::is_readable() {
        Some(true) => Ability::Works,
        Some(false) => Ability::Missing(format!("{}; {}", tracefs::CLOSED, tracefs::OPENED_BY)),
        None => Ability::Missing(
            "tracefs is not mounted: `mount -t tracefs tracefs /sys/kernel/tracing`".to_owned(),
        ),
    }
}

/// A function that the kernel has where a feature was built in.
pub(crate) fn function(name: &str, config: &str) -> Ability {
    match running_btf() {
        Err(why) => Ability::Unknown(why),
        Ok(btf) if btf.find(name, Space::Func).is_some() => Ability::Works,
        Ok(_) if crate::has_kernel_function(name) => Ability::Works,
        Ok(_) => Ability::Missing(format!("this kernel was built without {config}")),
    }
}

/// Whether tracing programs that need no trampoline can be loaded.
fn loads_tracing(kind: &str) -> Ability {
    match kind {
        "iter" => try_typed(
            libbpf_sys::BPF_PROG_TYPE_TRACING,
            libbpf_sys::BPF_TRACE_ITER,
            "bpf_iter_task",
        ),
        _ => needs_btf().and(loading),
    }
}

fn needs_btf() -> Ability {
    match running_btf() {
        Ok(_) => Ability::Works,
        Err(why) => Ability::Missing(format!("{why} (CONFIG_DEBUG_INFO_BTF)")),
    }
}

/// The security modules in use; `None` where the kernel does not tell.
pub(crate) fn active_security_modules() -> Option<String> {
    fs::read_to_string("/sys/kernel/security/lsm").ok().map(|text| text.trim().to_owned())
}

fn security_modules() -> Ability {
    match active_security_modules() {
        Some(list) if list.split(',').any(|name| name == "bpf") => Ability::Works,
        Some(list) => Ability::Missing(format!(
            "`bpf` is not among the active security modules: boot with `lsm={list},bpf`"
        )),
        None => Ability::Works,
    }
}

pub(crate) fn control_groups() -> Ability {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    if mounts.lines().any(|line| line.split(' ').nth(2) == Some("cgroup2")) {
        return Ability::Works;
    }
    Ability::Missing(
        "no control groups of version 2 are mounted: \
         `mount -t cgroup2 none /sys/fs/cgroup`"
            .to_owned(),
    )
}

/// Whether functions can be traced through trampolines, tried on a function
/// that only test runs call.
fn trampolines() -> Ability {
    static TRIED: OnceLock<Ability> = OnceLock::new();
    TRIED.get_or_init(|| needs_btf().and(try_trampoline)).clone()
}

fn try_trampoline() -> Ability {
    const TARGET: &str = "bpf_fentry_test1";
    let loaded =
        load_typed(libbpf_sys::BPF_PROG_TYPE_TRACING, libbpf_sys::BPF_TRACE_FENTRY, TARGET);
    let program = match loaded {
        Ok(program) => program,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ability::Unknown(format!("the kernel has no `{TARGET}` to try it on"));
        }
        Err(error) => return unasked(&error),
    };
    // SAFETY: tracing programs take their target from the load: no name. The
    // descriptor is open.
    let link = check(unsafe {
        libbpf_sys::bpf_raw_tracepoint_open(std::ptr::null(), program.as_raw_fd())
    });
    match link {
        Ok(link) => {
            // SAFETY: a new descriptor that nobody else has; it detaches here.
            drop(unsafe { OwnedFd::from_raw_fd(link) });
            Ability::Works
        }
        Err(error) => Ability::Missing(format!(
            "the kernel refuses to attach to functions ({error}): it needs \
             CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS and no lockdown"
        )),
    }
}

/// Loads `return 0` as a program of this type.
fn load_probe(
    kind: u32,
    adjust: impl FnOnce(&mut libbpf_sys::bpf_prog_load_opts),
) -> io::Result<OwnedFd> {
    const LICENSE: &CStr = c"GPL";
    // r0 = 0; exit
    let instructions = [
        libbpf_sys::bpf_insn { code: 0xb7, ..Default::default() },
        libbpf_sys::bpf_insn { code: 0x95, ..Default::default() },
    ];
    let mut options = libbpf_sys::bpf_prog_load_opts {
        sz: size_of::<libbpf_sys::bpf_prog_load_opts>() as _,
        ..Default::default()
    };
    adjust(&mut options);
    let load = || {
        // SAFETY: the instructions, the texts and the options outlive the call.
        check(unsafe {
            libbpf_sys::bpf_prog_load(
                kind,
                std::ptr::null(),
                LICENSE.as_ptr(),
                instructions.as_ptr(),
                instructions.len() as _,
                std::ptr::from_mut(&mut options),
            )
        })
    };
    let descriptor = prints::capture(load).0?;
    // SAFETY: a new descriptor that nobody else has.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Whether programs can be loaded at all: the plainest one is tried.
pub(crate) fn loading() -> Ability {
    match load_probe(libbpf_sys::BPF_PROG_TYPE_SOCKET_FILTER, |_| {}) {
        Ok(_) => Ability::Works,
        Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => {
            Ability::Missing("this kernel has no bpf() (CONFIG_BPF_SYSCALL)".to_owned())
        }
        Err(error) => Ability::permitted(&[Capability::Bpf]).and(|| unasked(&error)),
    }
}

/// Whether programs of a type may call a helper.
pub(crate) fn helper_ability(kind: ProgType, number: u32) -> Ability {
    let needed = capabilities_to_load(kind);
    let kind = kind as u32;
    // SAFETY: plain numbers; no options is the only choice.
    let probe = || unsafe { libbpf_sys::libbpf_probe_bpf_helper(kind, number, std::ptr::null()) };
    // A program that may not be loaded tells nothing of its helpers.
    Ability::permitted(&needed)
        .and(|| Ability::from_probe(prints::capture(probe).0, "this kernel has no such helper"))
}

/// Whether maps of a type can be made.
pub(crate) fn map_ability(number: u32) -> Ability {
    // SAFETY: plain numbers; no options is the only choice.
    let probe = || unsafe { libbpf_sys::libbpf_probe_bpf_map_type(number, std::ptr::null()) };
    let missing = "this kernel has no maps of this type";
    // To libbpf a refusal is the same as a type that is not there.
    match prints::capture(probe).0 {
        1 => Ability::Works,
        answer => Ability::permitted(&capabilities_to_make(number))
            .and(|| Ability::from_probe(answer, missing)),
    }
}

/// The whole string of a kind of section: `kprobe/<function>[+<offset>]`.
pub fn section_form(def: &SectionDef) -> String {
    let with = |form: TargetForm| format!("{}/{form}", def.prefix);
    match def.target {
        kernel::Target::None => def.prefix.to_owned(),
        kernel::Target::Required(form) => with(form),
        kernel::Target::Optional(form) => format!("{}[/{form}]", def.prefix),
    }
}
