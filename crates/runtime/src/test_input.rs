//! What is wrong with the input of a test run that the kernel did not take: it
//! answers `EINVAL` whatever it is.

use crate::program::TestRun;
use crate::spec::{ContextField, ProgramSpec};

/// The shortest packet that the kernel takes (`ETH_HLEN`).
const ETHERNET: usize = 14;
/// What fits the page that the kernel copies a packet to, with room for its
/// own head and tail, more or less.
const PAGE: usize = 3 * 1024;
/// Arguments of a raw tracepoint (`MAX_BPF_FUNC_ARGS`), and bytes of each.
const ARGUMENTS: usize = 12;
const WORD: usize = 8;

/// The fields that the kernel takes (`convert___skb_to_skb` and
/// `xdp_convert_md_to_buff` of its `net/bpf/test_run.c`).
const OF_SKB: [&str; 10] = [
    "mark",
    "priority",
    "ingress_ifindex",
    "ifindex",
    "cb",
    "tstamp",
    "wire_len",
    "gso_segs",
    "gso_size",
    "hwtstamp",
];
const OF_XDP: [&str; 5] = ["data", "data_meta", "data_end", "ingress_ifindex", "rx_queue_index"];

/// Why the kernel did not take the input.
pub(crate) fn refusal(spec: &ProgramSpec, input: &TestRun) -> String {
    let known = match spec.kind() {
        "raw_tp" | "raw_tracepoint" => of_raw_tracepoint(input),
        _ if spec.context().is_some_and(|context| context.is_of_packet()) => of_packet(spec, input),
        _ if input.data.is_some() => {
            Some("programs of this type take no packet: leave `data` out".to_owned())
        }
        _ if input.repeat > 1 => Some(ONCE.to_owned()),
        _ => None,
    };
    known.unwrap_or_else(|| "the kernel does not take this input".to_owned())
}

const ONCE: &str = "programs of this type run once: `repeat` is for programs on packets";

fn of_raw_tracepoint(input: &TestRun) -> Option<String> {
    let given = input.context.as_ref().map_or(0, Vec::len);
    if input.data.is_some() {
        return Some("raw tracepoints have no packet: give their arguments as `ctx`".to_owned());
    }
    if input.repeat > 1 {
        return Some(ONCE.to_owned());
    }
    if given > ARGUMENTS * WORD {
        return Some(format!("a raw tracepoint has {ARGUMENTS} arguments at the most"));
    }
    Some(match given {
        0 => "raw tracepoints need their arguments: give them as `ctx`, a list of integers"
            .to_owned(),
        _ => format!(
            "the program reads more arguments than the {} of `ctx`: give all that it reads",
            given / WORD
        ),
    })
}

fn of_packet(spec: &ProgramSpec, input: &TestRun) -> Option<String> {
    let length = input.data.as_ref().map_or(0, Vec::len);
    if length < ETHERNET {
        let given = if length == 0 { "none is given".to_owned() } else { length.to_string() };
        return Some(format!("the packet has at least {ETHERNET} bytes of `data` ({given})"));
    }
    let context = spec.context()?;
    let bytes = input.context.as_deref().unwrap_or_default();
    let fields: Vec<ContextField> =
        context.fields().into_iter().filter(|field| is_given(field, bytes)).collect();
    let given = |name: &str| fields.iter().any(|field| field.name == name);
    let taken: &[&str] = match context.name() {
        "__sk_buff" => &OF_SKB,
        "xdp_md" => &OF_XDP,
        _ => &[],
    };
    if let Some(field) = fields.iter().find(|field| !taken.contains(&field.name)) {
        let name = field.name;
        return Some(match taken {
            [] => format!("the kernel does not take the field `{name}` of the context"),
            _ => format!(
                "the kernel does not let `{name}` of the context be given: of `{}` it takes {}",
                context.name(),
                taken.join(", ")
            ),
        });
    }
    if given("rx_queue_index") {
        let why = "`rx_queue_index` needs an `ingress_ifindex` whose interface has that queue";
        return Some(why.to_owned());
    }
    if context.name() == "xdp_md" && !bytes.is_empty() {
        let why = "`data_end` of the context is the length of `data`, and `data` a small \
                   multiple of 4";
        return Some(why.to_owned());
    }
    if given("wire_len") {
        return Some("`wire_len` of the context is at least the length of `data`".to_owned());
    }
    (length > PAGE).then(|| {
        format!("a packet of {length} bytes is too long: this kernel takes those that fit a page")
    })
}

/// Whether a field is not zero.
fn is_given(field: &ContextField, bytes: &[u8]) -> bool {
    let length = field.size * field.count.max(1);
    bytes.iter().skip(field.offset).take(length).any(|byte| *byte != 0)
}

#[cfg(test)]
mod tests {
    use super::{TestRun, refusal};
    use crate::spec::ProgramSpec;

    fn said(section: &str, data: Option<usize>, context: Option<Vec<u8>>, repeat: u32) -> String {
        let data = data.map(|length| vec![0; length]);
        refusal(&ProgramSpec::of_section(section), &TestRun { data, context, repeat })
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        let word = || Some(vec![1; 8]);
        assert!(said("raw_tp/sys_enter", None, word(), 5).contains("`repeat`"));
        assert!(said("raw_tp/sys_enter", Some(64), None, 0).contains("no packet"));
        assert!(said("raw_tp/sys_enter", None, word(), 0).contains("than the 1 of `ctx`"));
        assert!(said("raw_tp/sys_enter", None, None, 0).contains("need their arguments"));
        assert!(said("raw_tp/sys_enter", None, Some(vec![1; 104]), 0).contains("12 arguments"));
        assert!(said("xdp", None, None, 0).contains("(none is given)"));
        assert!(said("tc", Some(13), None, 0).contains("14 bytes of `data` (13)"));
        let len = said("tc", Some(64), word(), 0);
        assert!(len.contains("does not let `len`") && len.contains("mark, priority"), "{len}");
        let mut queue = vec![0; 24];
        queue[16] = 1;
        assert!(said("xdp", Some(64), Some(queue), 0).contains("`rx_queue_index` needs"));
        assert!(said("xdp", Some(1 << 20), None, 0).contains("too long"));
        assert!(said("syscall", Some(64), None, 0).contains("no packet"));
    }
}
