//! A program for each kind of section, written from its row: it does nothing but
//! return what the hook takes, and the kernel's verifier is the judge. What fires is
//! shown by the written cases of `tests/hooks`.

use std::path::PathBuf;

use kernel::{ProgType, SECTION_DEFS, SectionDef, Target, TargetForm, Version};

use crate::case::{Case, Expect};
use crate::helper_programs::IN_THE_LAB;

/// Targets of the kinds that take a name.
const NAMES: &[(&str, &str)] = &[
    ("tp_btf", "sys_enter"),
    ("raw_tp", "sys_enter"),
    ("raw_tracepoint", "sys_enter"),
    ("iter", "task"),
    ("lsm", "file_open"),
    ("lsm_cgroup", "socket_bind"),
    ("ksyscall", "getpid"),
    ("kretsyscall", "getpid"),
    ("fmod_ret", "security_file_open"),
];
/// Functions that programs may sleep in, and since which kernel.
const SLEEPING: &[(&str, &str, Version)] = &[
    ("fentry", "__x64_sys_openat", Version::new(6, 13)),
    ("fexit", "__x64_sys_openat", Version::new(6, 13)),
    ("fsession", "__x64_sys_openat", Version::new(7, 2)),
];
/// Kinds that are newer than what the verifier says of their programs' type, by
/// the beginning of their names.
const NEWER: &[(&str, Version)] =
    &[("fsession", Version::new(7, 2)), ("xdp.frags", Version::new(5, 18))];
const FUNCTION: &str = "do_nanosleep";

/// A kind of section that no program here is of.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    /// The text before the target.
    pub prefix: &'static str,
    /// Why.
    pub reason: &'static str,
}

const fn left(prefix: &'static str, reason: &'static str) -> LeftOut {
    LeftOut { prefix, reason }
}

/// Kinds that no machine of the lab loads by themselves, with the reason.
pub const LEFT_OUT: &[LeftOut] = &[
    left("freplace", "it is loaded against a program that is there: Python tests do that"),
    left("struct_ops.s", "a scheduler has such members, which Python tests attach on 7.2"),
    left(
        "fmod_ret.s",
        "it changes what a function returns that errors are injected into, and no kernel of the lab has that",
    ),
    left("lirc_mode2", "no kernel of the lab has receivers of infrared (CONFIG_BPF_LIRC_MODE2)"),
];

/// The generated cases, by name such as `sections/xdp-frags`.
pub fn cases() -> Vec<(String, Result<Case, String>)> {
    SECTION_DEFS.iter().filter_map(program).collect()
}

fn program(def: &SectionDef) -> Option<(String, Result<Case, String>)> {
    // A member of a struct of operations is checked against that struct: a written case.
    let in_struct = def.prog_type == ProgType::StructOps;
    if in_struct || LEFT_OUT.iter().any(|left| left.prefix == def.prefix) {
        return None;
    }
    let sleeping = sleeping(def);
    let since = sleeping.map(|(_, since)| since).or_else(|| kernel::loaded_since(def));
    let newer = NEWER.iter().find(|(prefix, _)| def.prefix.starts_with(prefix));
    let since = newer.map(|(_, since)| *since).or(since);
    let since = since.unwrap_or(Version::OLDEST);
    let section = match def.target {
        Target::None => def.prefix.to_owned(),
        Target::Required(form) | Target::Optional(form) => {
            format!("{}/{}", def.prefix, target(def, form))
        }
    };
    let lab = if IN_THE_LAB.contains(&kind(def)) { "# machine: lab\n" } else { "" };
    let returns = (0..8).find(|value| def.returns.allows(*value)).unwrap_or(0);
    let text = format!(
        "\"\"\"`{section}`, loaded.\"\"\"\n\
         {lab}# kernel: {since}\n\
         from ctypes import c_int64, c_void_p\n\n\
         from pythonbpf import bpf, bpfglobal, section\n\n\n\
         @bpf\n@section(\"{section}\")\n\
         def prog(ctx: c_void_p) -> c_int64:\n    return {returns}\n\n\n\
         @bpf\n@bpfglobal\ndef LICENSE() -> str:\n    return \"GPL\"\n"
    );
    let name = format!("sections/{}", def.prefix.replace(['/', '.'], "-"));
    let case = Case::parse(PathBuf::from(format!("{name}.py")), text).map(|mut case| {
        case.expect = Some(Expect::Loads);
        case
    });
    Some((name, case))
}

/// What comes before the first dot or slash.
fn kind(def: &SectionDef) -> &'static str {
    def.prefix.split(['.', '/']).next().unwrap_or(def.prefix)
}

fn sleeping(def: &SectionDef) -> Option<(&'static str, Version)> {
    let row = SLEEPING.iter().find(|row| def.sleepable && row.0 == kind(def))?;
    Some((row.1, row.2))
}

fn target(def: &SectionDef, form: TargetForm) -> &'static str {
    let named = NAMES.iter().find(|(own, _)| *own == kind(def)).map(|(_, target)| *target);
    let own = sleeping(def).map(|(target, _)| target).or(named);
    own.unwrap_or(match form {
        TargetForm::Event => "syscalls/sys_enter_getpid",
        TargetForm::BinaryFunctionOffset | TargetForm::BinaryFunction => "/bin/sh:main",
        TargetForm::BinaryMarker => "/bin/sh:provider:marker",
        TargetForm::FunctionOffset
        | TargetForm::Function
        | TargetForm::FunctionPattern
        | TargetForm::Name(_) => FUNCTION,
    })
}
