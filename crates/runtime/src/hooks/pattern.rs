//! How names are looked for.

use super::HookKind;

/// What users write to find hooks.
pub(super) struct Pattern {
    /// The kinds that a section in front of the name stands for.
    kinds: Vec<HookKind>,
    /// The rest.
    text: String,
    is_glob: bool,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let (kinds, text) = split_section(text);
        let is_glob = text.contains(['*', '?']);
        Self { kinds, text: text.to_owned(), is_glob }
    }

    /// Whether a hook is meant: a glob fits the whole name or what follows its
    /// category, anything else is a part of the name, its case aside.
    pub(super) fn fits(&self, kind: HookKind, name: &str) -> bool {
        if !self.kinds.is_empty() && !self.kinds.contains(&kind) {
            return false;
        }
        if self.is_glob {
            let glob = self.text.as_bytes();
            return fits(glob, name.as_bytes()) || fits(glob, super::last(name).as_bytes());
        }
        name.contains(&self.text) || name.to_lowercase().contains(&self.text.to_lowercase())
    }

    /// Whether the name is just this.
    pub(super) fn is_exactly(&self, name: &str) -> bool {
        self.text == name || self.text == super::last(name)
    }

    /// The text without wild cards.
    pub(super) fn plain(&self) -> String {
        self.text.replace(['*', '?'], "")
    }
}

/// A section's kind in front of a name says which hooks are meant.
fn split_section(text: &str) -> (Vec<HookKind>, &str) {
    let Some((prefix, rest)) = text.split_once('/') else { return (Vec::new(), text) };
    let prefix = prefix.strip_suffix(".s").unwrap_or(prefix);
    let kinds = match prefix {
        "tracepoint" | "tp" | "raw_tp" | "raw_tracepoint" | "tp_btf" => vec![HookKind::Tracepoint],
        "kprobe" | "kretprobe" | "kprobe.multi" | "kretprobe.multi" | "kprobe.session"
        | "fentry" | "fexit" | "fmod_ret" | "fsession" => {
            vec![HookKind::Function, HookKind::Kfunc, HookKind::Lsm]
        }
        "lsm" | "lsm_cgroup" => vec![HookKind::Lsm],
        "iter" => vec![HookKind::Iterator],
        "struct_ops" => vec![HookKind::StructOps],
        _ => return (Vec::new(), text),
    };
    (kinds, rest)
}

/// Whether a glob of `*` and `?` fits the whole text, in time that grows with
/// the product of their lengths at most.
fn fits(glob: &[u8], text: &[u8]) -> bool {
    let (mut at, mut pos) = (0, 0);
    // Where to go on if what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while pos < text.len() {
        match glob.get(at) {
            Some(b'*') => {
                star = Some((at, pos));
                at += 1;
            }
            Some(&byte) if byte == b'?' || text.get(pos) == Some(&byte) => {
                at += 1;
                pos += 1;
            }
            _ => match star {
                None => return false,
                Some((behind, from)) => {
                    star = Some((behind, from + 1));
                    at = behind + 1;
                    pos = from + 1;
                }
            },
        }
    }
    glob.get(at..).unwrap_or_default().iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_whole_names_and_texts_any_part() {
        let is = |pattern, kind, name| Pattern::new(pattern).fits(kind, name);
        assert!(is("vfs_*", HookKind::Function, "vfs_read"));
        assert!(!is("vfs_?", HookKind::Function, "vfs_read"));
        assert!(is("*a*b*c", HookKind::Function, "xxaxxbxxbc"));
        assert!(!is("*a*b*c", HookKind::Function, "xxaxxbxxbd"));
        assert!(is("read", HookKind::Function, "vfs_readv"));
        assert!(is("sys_enter_*", HookKind::Tracepoint, "syscalls/sys_enter_openat"));
        assert!(is("sched/*", HookKind::Tracepoint, "sched/sched_switch"));
    }

    #[test]
    fn a_section_says_which_kinds_are_meant() {
        let is = |pattern, kind, name| Pattern::new(pattern).fits(kind, name);
        assert!(is("kprobe/vfs_read", HookKind::Function, "vfs_read"));
        assert!(!is("kprobe/vfs_read", HookKind::Tracepoint, "x/vfs_read"));
        assert!(is("fentry.s/vfs_*", HookKind::Function, "vfs_read"));
        assert!(is("tp_btf/sched_switch", HookKind::Tracepoint, "sched/sched_switch"));
        assert!(Pattern::new("tp/sched/sched_switch").is_exactly("sched/sched_switch"));
    }
}
