//! What a case needs of the kernel, as its `# needs:` comments say. Every
//! feature is looked for in the running kernel, whatever its version.

use std::fmt;
use std::str::FromStr;

/// Something that a kernel has or lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    kind: Kind,
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Helper(u32),
    Map(u32),
    Program(u32),
    Function,
    Tracepoint,
    /// A way to attach; the kernel's function that does it.
    Hook(&'static str),
}

/// Ways to attach that not every kernel has, each with a function that the
/// kernel has only with it.
const HOOKS: [(&str, &str); 10] = [
    ("kprobe.multi", "register_fprobe_ips"),
    ("kprobe.session", "bpf_session_is_return"),
    ("uprobe.multi", "bpf_uprobe_multi_link_attach"),
    ("perf link", "bpf_perf_link_release"),
    ("cgroup unix", "bpf_sock_addr_set_sun_path"),
    ("netfilter", "bpf_nf_link_attach"),
    ("netkit", "netkit_link_attach"),
    ("tcx", "tcx_link_attach"),
    ("lsm.s", "bpf_lsm_is_sleepable_hook"),
    ("lsm_cgroup", "bpf_trampoline_link_cgroup_shim"),
];

impl FromStr for Feature {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some((name, function)) = HOOKS.iter().find(|(name, _)| *name == text) {
            return Ok(Self { kind: Kind::Hook(function), name: (*name).to_owned() });
        }
        let (kind, name) = text.split_once(' ').ok_or_else(|| usage(text))?;
        let kind = match kind {
            "helper" => Kind::Helper(kernel::helper(name).ok_or_else(|| usage(text))?.id),
            "map" => Kind::Map(kernel::map_type(name).ok_or_else(|| usage(text))?.id),
            "program" => {
                let section = kernel::section(name).map_err(|error| error.to_string())?;
                Kind::Program(section.def.prog_type as u32)
            }
            "function" => Kind::Function,
            "tracepoint" => Kind::Tracepoint,
            _ => return Err(usage(text)),
        };
        Ok(Self { kind, name: text.to_owned() })
    }
}

fn usage(text: &str) -> String {
    let hooks: Vec<&str> = HOOKS.iter().map(|(name, _)| *name).collect();
    format!(
        "`{text}` is not `helper NAME`, `map CLASS`, `program SECTION`, `function NAME`, \
         `tracepoint CATEGORY/NAME` or one of {}",
        hooks.join(", ")
    )
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Feature {
    /// Whether the running kernel has it.
    pub fn is_here(&self) -> bool {
        let name = self.name.split_once(' ').map_or("", |(_, name)| name);
        match self.kind {
            Kind::Helper(number) => runtime::has_helper(number),
            Kind::Map(number) => runtime::has_map_type(number),
            Kind::Program(number) => runtime::has_program_type(number),
            Kind::Function => runtime::has_kernel_function(name),
            Kind::Tracepoint => runtime::has_tracepoint(name),
            Kind::Hook(function) => runtime::has_kernel_function(function),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Feature;

    #[test]
    fn features_are_named_by_their_kind() {
        for text in ["helper trace_vprintk", "map HashMap", "program xdp", "tcx"] {
            assert_eq!(text.parse::<Feature>().expect(text).to_string(), text);
        }
        for text in ["helper nothing", "map nothing", "nothing", ""] {
            assert!(text.parse::<Feature>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_kernel_is_asked() {
        let here = |text: &str| text.parse::<Feature>().expect(text).is_here();
        assert!(here("function vfs_read"));
        assert!(!here("tracepoint no/such") && !here("function no_such_function"));
    }
}
