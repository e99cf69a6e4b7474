//! What a kernel says of its kfuncs: the flags that its own image keeps beside
//! their names, and which kinds of programs its verifier lets call them.
//!
//! A kernel's `.BTF_ids` section has its sets of kfuncs: how many, flags of the
//! set, and for each the BTF number of the function and its flags. For each
//! kind of program a call without arguments is loaded; only "not allowed" counts
//! as a no.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use kernel::btf::{Btf, Kind, TypeId};

use super::kfunc_record::{Kfunc, Record};
use super::probe::Target;
use super::{Error, read};

/// `call`, of a kfunc.
const CALL: u64 = 0x85 | 2 << 12;
const EXIT: u64 = 0x95;
const BTF: &str = "/sys/kernel/btf/vmlinux";
/// No set is larger.
const MAX_SET: usize = 400;
/// What the kernel calls the interface of operations that programs stand for.
const INTERFACE: &str = "bpf_struct_ops_";

/// Asks the running kernel, whose `.BTF_ids` section is in a file; without one
/// the flags are not known, and the kfuncs are those that BTF tags.
pub fn host(targets: &BTreeSet<Target>, ids: Option<&Path>) -> Result<Record, Error> {
    let file = |path: &Path| {
        std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })
    };
    let btf = Btf::parse(Arc::new(file(Path::new(BTF))?))
        .map_err(|error| Error::form("the kernel's BTF", error.to_string()))?;
    let release = read(Path::new("/proc/sys/kernel/osrelease"))?;
    let kernel = release.trim().split(['-', '+']).next().unwrap_or_default().to_owned();
    let plain = targets.iter().filter(|target| target.prog_type != "STRUCT_OPS");
    let mut asked: BTreeMap<String, Target> =
        plain.map(|target| (target.key(), target.clone())).collect();
    asked.extend(operations(&btf, targets));
    let mut record = Record { kernel, ..Record::default() };
    let known = match ids {
        Some(ids) => {
            flags(&btf, &file(ids)?).into_iter().map(|(id, own)| (id, Some(own))).collect()
        }
        None => tagged(&btf),
    };
    for (id, flags) in known {
        let Some(function) = btf.get(TypeId(id)) else { continue };
        let call = CALL | u64::from(id) << 32;
        let allowed = asked.iter().filter(|(_, target)| target.calls(&[call, EXIT]));
        let allowed = allowed.map(|(key, _)| key.clone()).collect();
        record.kfuncs.insert(function.name.to_owned(), Kfunc { flags, allowed });
    }
    record.hooks = asked.into_keys().collect();
    Ok(record)
}

/// The members of structs of operations that programs can stand for.
fn operations(btf: &Btf, targets: &BTreeSet<Target>) -> Vec<(String, Target)> {
    let Some(first) = targets.iter().find(|target| target.prog_type == "STRUCT_OPS") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for name in btf.names(kernel::btf::Space::Struct) {
        let Some(name) = name.strip_prefix(INTERFACE) else { continue };
        let Some(id) = btf.find(name, kernel::btf::Space::Struct) else { continue };
        let Some(Kind::Struct { members, .. }) = btf.get(id).map(|ty| ty.kind) else { continue };
        for (index, member) in (0..).zip(members) {
            for sleepable in [false, true] {
                let attach = format!("{name}.{}", member.name);
                let target = first.operation(&attach, id.0, index, sleepable);
                if target.loads() {
                    found.push((target.key(), target));
                }
            }
        }
    }
    found
}

/// The functions that BTF says are kfuncs, by number.
fn tagged(btf: &Btf) -> BTreeMap<u32, Option<u32>> {
    let every = (1..).map_while(|id| btf.get(TypeId(id)));
    let tags = every.filter_map(|ty| match ty.kind {
        Kind::DeclTag { target, .. } if ty.name == "bpf_kfunc" => Some((target.0, None)),
        _ => None,
    });
    tags.collect()
}

/// The flags of each kfunc, by its BTF number.
fn flags(btf: &Btf, section: &[u8]) -> BTreeMap<u32, u32> {
    let words: Vec<u32> =
        section.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let is_function =
        |id: u32| matches!(btf.get(TypeId(id)), Some(ty) if matches!(ty.kind, Kind::Func(_)));
    let mut found = BTreeMap::new();
    let mut rest = words.as_slice();
    while let [count, set_flags, pairs @ ..] = rest {
        let pairs = pairs.get(..2 * *count as usize).unwrap_or_default().as_chunks::<2>().0;
        let whole = (1..MAX_SET).contains(&pairs.len())
            && *set_flags <= 1
            && (pairs.len() > 1 || *set_flags == 1)
            && pairs.is_sorted_by(|a, b| a[0] < b[0])
            && pairs.iter().all(|[id, _]| is_function(*id));
        if whole {
            found.extend(pairs.iter().map(|[id, flags]| (*id, *flags)));
            rest = rest.get(2 + 2 * pairs.len()..).unwrap_or_default();
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    found
}
