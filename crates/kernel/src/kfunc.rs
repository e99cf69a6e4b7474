//! Kfuncs: functions of the kernel that programs call by name. BTF has their
//! signatures; what a call may do and who may make it is in the kernel's own
//! sets, which were read off the images and the verifiers of several kernels
//! (see `data/`).

pub use crate::generated::kfuncs::KFUNCS;
use crate::generated::kfuncs::{ASKED, HOOKS, PROBED, SETS};
use crate::{Allowed, SectionDef, Version};

/// A kfunc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kfunc {
    /// Its name, in full.
    pub name: &'static str,
    /// On each kernel of [`PROBED`]: its `KF_*` flags, and which of [`SETS`] may
    /// call it.
    pub(crate) on: [Option<(u32, usize)>; PROBED.len()],
}

/// What the kernel says of a kfunc (`KF_*` of `include/linux/btf.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KfuncFlags(u32);

impl KfuncFlags {
    /// The program must give back what it gives.
    pub fn acquires(self) -> bool {
        self.0 & 1 != 0
    }

    /// It takes back what another one gave.
    pub fn releases(self) -> bool {
        self.0 & 1 << 1 != 0
    }

    /// What it gives may be null.
    pub fn may_be_null(self) -> bool {
        self.0 & 1 << 2 != 0
    }

    /// It may sleep, and so must the program.
    pub fn sleeps(self) -> bool {
        self.0 & 1 << 5 != 0
    }

    /// It may take the machine down, which the loading process needs a right for.
    pub fn is_destructive(self) -> bool {
        self.0 & 1 << 6 != 0
    }

    /// It takes what RCU protects, beside what is trusted.
    pub fn takes_rcu(self) -> bool {
        self.0 & 1 << 7 != 0
    }

    /// It is a part of an iterator, and called where a loop wants it.
    pub fn iterates(self) -> bool {
        self.0 & (1 << 8 | 1 << 9 | 1 << 10) != 0
    }

    /// What it gives is there as long as RCU's read side is held.
    pub fn is_rcu_protected(self) -> bool {
        self.0 & 1 << 11 != 0
    }
}

impl Kfunc {
    /// The oldest of the kernels that were asked that has it.
    pub fn since(&self) -> Version {
        let first = self.on.iter().zip(PROBED).find(|(on, _)| on.is_some());
        first.map_or(Version::OLDEST, |(_, version)| version)
    }

    /// What holds on any of the kernels.
    pub fn flags(&self) -> KfuncFlags {
        KfuncFlags(self.on.iter().flatten().fold(0, |all, (flags, _)| all | flags))
    }

    /// Whether programs of a kind of section may call it, on `kernel` and newer
    /// ones; `operation` is what a program of `struct_ops` stands for, as
    /// `struct.member`. Between two kernels the newer one's answer counts.
    pub fn allowed(&self, def: &SectionDef, operation: Option<&str>, kernel: Version) -> Allowed {
        let key = |sleepable| hook(key(def, operation, sleepable));
        let Some(own) = key(def.sleepable) else { return Allowed::Yes };
        let asked = |hook| move |index: &usize| has(ASKED.get(*index), hook);
        let allows = |index: usize, hook: usize| {
            let set = self.on.get(index).copied().flatten();
            set.is_some_and(|(_, set)| has(SETS.get(set), hook))
        };
        let every = || (0..PROBED.len()).filter(asked(own));
        let Some(first) =
            every().find(|index| PROBED[*index] >= kernel).or_else(|| every().next_back())
        else {
            return Allowed::Yes;
        };
        if allows(first, own) {
            return Allowed::Yes;
        }
        if let Some(later) = every().find(|index| *index > first && allows(*index, own)) {
            return Allowed::From(PROBED[later]);
        }
        let awake = !def.sleepable
            && key(true).is_some_and(|hook| (first..PROBED.len()).any(|at| allows(at, hook)));
        if awake { Allowed::Sleeping } else { Allowed::No }
    }

    /// The kinds of programs that may call it on some kernel: program types in
    /// the kernel's words, and operations.
    pub fn callers(&self) -> Vec<&'static str> {
        let sets = || self.on.iter().flatten().filter_map(|(_, set)| SETS.get(*set));
        let mut all: Vec<&str> = (0..HOOKS.len())
            .filter(|hook| sets().any(|set| has(Some(set), *hook)))
            .map(|hook| {
                let name = HOOKS[hook].trim_end_matches(".s");
                match name.split_once(':') {
                    Some(("STRUCT_OPS", operation)) => operation,
                    Some((prog_type, _)) => prog_type,
                    None => name,
                }
            })
            .collect();
        all.dedup();
        all
    }
}

/// How the records call a kind of program.
fn key(def: &SectionDef, operation: Option<&str>, sleepable: bool) -> String {
    let name = def.prog_type.kernel_name();
    let name = name.strip_prefix("BPF_PROG_TYPE_").unwrap_or(name);
    let attach = operation.or(def.attach_type);
    let attach = attach.map_or_else(String::new, |attach| format!(":{attach}"));
    format!("{name}{attach}{}", if sleepable { ".s" } else { "" })
}

fn hook(key: String) -> Option<usize> {
    HOOKS.binary_search(&key.as_str()).ok()
}

fn has(set: Option<&[u64; SETS[0].len()]>, hook: usize) -> bool {
    set.and_then(|set| set.get(hook / 64)).is_some_and(|word| word >> (hook % 64) & 1 != 0)
}

/// The kfunc of this name.
///
/// ```
/// let task = pythonbpf_kernel::kfunc("bpf_task_from_pid").expect("since Linux 6.2");
/// assert!(task.flags().acquires() && task.flags().may_be_null());
/// ```
pub fn kfunc(name: &str) -> Option<&'static Kfunc> {
    let index = KFUNCS.binary_search_by(|kfunc| kfunc.name.cmp(name)).ok()?;
    KFUNCS.get(index)
}

/// Whether it was asked which members of a struct programs can stand for.
pub fn has_operations(of: &str) -> bool {
    let start = format!("STRUCT_OPS:{of}.");
    HOOKS.iter().any(|hook| hook.starts_with(&start))
}

/// Whether some kernel lets a program stand for an operation, written as
/// `struct.member`; `sleepable` for a program that may sleep.
pub fn is_operation(operation: &str, sleepable: bool) -> bool {
    let key = format!("STRUCT_OPS:{operation}{}", if sleepable { ".s" } else { "" });
    hook(key).is_some()
}
