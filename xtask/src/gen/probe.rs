//! Asks the running kernel's verifier which program type may call which
//! helper, under which licence, and what a program may return.
//!
//! For each kind of section that libbpf knows, programs of two instructions
//! are loaded and dropped; nothing is attached or run. Kinds that this kernel
//! or machine does not load are left out of the record.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;

use super::btf::{Btf, Kind};
use super::constants::Constants;
use super::helpers::Helper;
use super::prog_types::ProgType;
use super::record::{HelperRecord, Record};
use super::sections::Def;
use super::syscall::{GPL, PROPRIETARY, Program, Verdict, load};
use super::{Error, read};

const EXIT: u64 = 0x95;
/// How kernels say that a helper may sleep and the program may not: "might sleep
/// in a …" up to 6.18, "sleepable helper … in …" since.
const MIGHT_SLEEP: &str = "in a non-sleepable prog";
const SLEEPABLE: &str = "in non-sleepable prog";
/// How kernels say that this kind of program may not call a helper.
const REFUSALS: &[&str] = &[
    "cannot use helper",
    "unknown func",
    "invalid func",
    "not supported for program type",
    "supported only for",
    MIGHT_SLEEP,
    SLEEPABLE,
];
const BPF_F_SLEEPABLE: u32 = 1 << 4;

/// A kind of program to try.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Program type without `BPF_PROG_TYPE_`.
    pub prog_type: String,
    number: u32,
    /// Expected attach type.
    pub attach: Option<String>,
    attach_number: u32,
    sleepable: bool,
    btf_id: u32,
}

impl Target {
    fn load(&self, license: &CStr, first: u64) -> Verdict {
        self.load_all(license, &[first, EXIT])
    }

    /// What the verifier says of these instructions.
    pub fn run(&self, instructions: &[u64]) -> Verdict {
        self.load_all(GPL, instructions)
    }

    fn load_all(&self, license: &CStr, instructions: &[u64]) -> Verdict {
        load(&Program {
            prog_type: self.number,
            attach_type: self.attach_number,
            flags: if self.sleepable { BPF_F_SLEEPABLE } else { 0 },
            attach_btf_id: self.btf_id,
            license,
            instructions,
        })
    }

    /// Whether the verifier lets these instructions call a kfunc, whatever else
    /// it says of them.
    pub fn calls(&self, instructions: &[u64]) -> bool {
        let verdict = self.run(instructions);
        let no =
            ["is not allowed", "must be sleepable", "sleepable kfunc", "invalid kernel function"];
        verdict.refusal.is_none() || !no.iter().any(|no| verdict.log.contains(no))
    }

    /// The kind of program that stands for an operation: a member of a struct,
    /// by its index.
    pub fn operation(&self, name: &str, of: u32, member: u32, sleepable: bool) -> Self {
        let attach = Some(name.to_owned());
        Self { attach, attach_number: member, btf_id: of, sleepable, ..self.clone() }
    }

    /// Whether this kernel loads such programs at all under the GPL.
    pub fn loads(&self) -> bool {
        self.works(GPL)
    }

    /// Whether this kernel loads such programs at all.
    fn works(&self, license: &CStr) -> bool {
        let verdict = self.load(license, set_result(0));
        verdict.refusal.is_none() || verdict.log.contains("At program exit")
    }

    /// The range that the verifier holds the return value to.
    fn range(&self) -> Option<(i64, i64)> {
        let log = self.load(GPL, set_result(1000)).log;
        let (_, range) = log.split_once("should have been in [")?;
        let (min, max) = range.split_once(']')?.0.split_once(',')?;
        Some((min.trim().parse().ok()?, max.trim().parse().ok()?))
    }

    /// How the record calls it.
    pub fn key(&self) -> String {
        let attach = self.attach.as_ref().map_or_else(String::new, |attach| format!(":{attach}"));
        format!("{}{attach}{}", self.prog_type, if self.sleepable { ".s" } else { "" })
    }

    /// Any other complaint is about arguments, which comes after.
    fn allows(&self, helper: u32) -> bool {
        let log = self.load(GPL, call(helper)).log;
        !REFUSALS.iter().any(|no| log.contains(no))
    }

    fn is_gpl_only(&self, helper: u32) -> bool {
        self.load(PROPRIETARY, call(helper)).log.contains("cannot call GPL-restricted function")
    }
}

/// `r0 = value`
fn set_result(value: u32) -> u64 {
    0xb7 | u64::from(value) << 32
}

/// `call helper`
fn call(helper: u32) -> u64 {
    0x85 | u64::from(helper) << 32
}

/// Probes the running kernel.
pub fn host(
    helpers: &[Helper],
    prog_types: &[ProgType],
    constants: &Constants,
    defs: &[Def<'_>],
) -> Result<Record, Error> {
    let release = read(std::path::Path::new("/proc/sys/kernel/osrelease"))?;
    let targets = targets(prog_types, constants, defs, &Btf::of_host()?)?;
    let working: Vec<_> = targets.into_iter().filter(|target| target.works(GPL)).collect();
    if working.is_empty() {
        let source = std::io::Error::last_os_error();
        return Err(Error::System { what: "no program could be loaded", source });
    }
    let kernel = release.trim().split('-').next().unwrap_or_default().to_owned();
    let mut record = Record { kernel, ..Record::default() };
    for target in &working {
        record.hooks.insert(target.key());
        if let Some(range) = target.range() {
            let attach = target.attach.clone().unwrap_or_else(|| "-".to_owned());
            record.returns.insert((target.prog_type.clone(), attach), range);
        }
    }
    record.helpers = ask(helpers, &working);
    Ok(record)
}

fn ask(helpers: &[Helper], working: &[Target]) -> BTreeMap<u32, HelperRecord> {
    let open: Vec<&Target> = working.iter().filter(|target| target.works(PROPRIETARY)).collect();
    let one = |helper: &Helper| HelperRecord {
        name: helper.name.clone(),
        gpl_only: open.iter().any(|target| target.is_gpl_only(helper.id)),
        allowed: working
            .iter()
            .filter(|target| target.allows(helper.id))
            .map(Target::key)
            .collect(),
    };
    helpers.iter().map(|helper| (helper.id, one(helper))).collect()
}

/// Every distinct kind of program that this machine's kernel loads.
pub fn host_targets(
    prog_types: &[ProgType],
    constants: &Constants,
    defs: &[Def<'_>],
) -> Result<Vec<Target>, Error> {
    let targets = targets(prog_types, constants, defs, &Btf::of_host()?)?;
    Ok(targets.into_iter().filter(|target| target.works(GPL)).collect())
}

/// Every distinct kind of program that the sections name.
fn targets(
    prog_types: &[ProgType],
    constants: &Constants,
    defs: &[Def<'_>],
    btf: &Btf,
) -> Result<BTreeSet<Target>, Error> {
    let mut all = BTreeSet::new();
    for def in defs {
        let known = prog_types.iter().find(|known| known.name == def.prog_type);
        let known = known.ok_or_else(|| Error::form("a program type", def.prog_type))?;
        let attach_number = def.attach.and_then(|name| constants.value(name)).unwrap_or(0);
        let target = |(btf_id, attach_number)| Target {
            prog_type: def.prog_type.to_owned(),
            number: known.id,
            attach: def.attach.map(str::to_owned),
            attach_number,
            sleepable: def.sleepable,
            btf_id,
        };
        if def.prog_type == "STRUCT_OPS" {
            all.extend(OPERATIONS.iter().filter_map(|(name, member)| {
                Some(target((btf.find(Kind::Struct, name)?, btf.member(name, member)?)))
            }));
            continue;
        }
        let attach_number = u32::try_from(attach_number).unwrap_or(0);
        all.insert(target((hook(def, btf).unwrap_or(0), attach_number)));
    }
    Ok(all)
}

/// Members of structs of operations that programs may stand for.
const OPERATIONS: &[(&str, &str)] =
    &[("tcp_congestion_ops", "ssthresh"), ("sched_ext_ops", "runnable")];

/// A hook of the running kernel for the types that BTF attaches.
fn hook(def: &Def<'_>, btf: &Btf) -> Option<u32> {
    let (kind, name) = match (def.attach?, def.sleepable) {
        ("BPF_TRACE_RAW_TP", _) => (Kind::Typedef, "btf_trace_sched_switch"),
        ("BPF_TRACE_ITER", _) => (Kind::Function, "bpf_iter_task"),
        ("BPF_TRACE_FENTRY" | "BPF_TRACE_FEXIT" | "BPF_TRACE_FSESSION", false) => {
            (Kind::Function, "do_exit")
        }
        ("BPF_TRACE_FENTRY" | "BPF_TRACE_FEXIT" | "BPF_TRACE_FSESSION", true) => {
            (Kind::Function, "__x64_sys_getpid")
        }
        ("BPF_MODIFY_RETURN", _) => (Kind::Function, "security_file_open"),
        ("BPF_LSM_MAC", _) => (Kind::Function, "bpf_lsm_file_open"),
        ("BPF_LSM_CGROUP", _) => (Kind::Function, "bpf_lsm_socket_bind"),
        _ => return None,
    };
    btf.find(kind, name)
}
