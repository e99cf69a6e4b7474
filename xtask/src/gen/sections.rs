//! The kinds of sections, from libbpf's own table.

use std::fmt::Write;

use super::prog_types::variant;
use super::record::Record;
use super::{BANNER, Error, header};

/// One `SEC_DEF` line.
#[derive(Debug, PartialEq, Eq)]
pub struct Def<'a> {
    prefix: &'a str,
    exact: bool,
    /// Program type without `BPF_PROG_TYPE_`.
    pub prog_type: &'a str,
    /// Expected attach type.
    pub attach: Option<&'a str>,
    /// The program may sleep.
    pub sleepable: bool,
    /// The target is found by BTF: libbpf does not load without one.
    attach_btf: bool,
}

/// `generated/sections.rs`.
pub fn render(libbpf: &str, record: &Record) -> Result<String, Error> {
    let code = header::without_comments(libbpf);
    let contexts = contexts(&code)?;
    let mut out = format!(
        "//! {BANNER}\n\nuse crate::ProgType;\nuse crate::section::{{ContextKind, Returns, SectionDef, Target, TargetForm}};\n\n/// Every kind of section, in the order in which libbpf tries them.\npub static SECTION_DEFS: &[SectionDef] = &[\n"
    );
    for def in definitions(&code)? {
        row(&mut out, &def, &contexts, record)?;
    }
    Ok(out + "];\n")
}

/// Every `SEC_DEF` line of libbpf, its comments removed.
pub fn definitions(code: &str) -> Result<Vec<Def<'_>>, Error> {
    code.lines()
        .filter_map(|line| line.trim().strip_prefix("SEC_DEF("))
        .map(|line| parse(line).ok_or_else(|| Error::form("a section definition", line)))
        .collect()
}

/// `"kprobe+", KPROBE, 0, SEC_NONE, attach_kprobe),`
fn parse(line: &str) -> Option<Def<'_>> {
    let mut words = line.trim_end_matches([',', ')']).split(',').map(str::trim);
    let name = words.next()?.strip_prefix('"')?.strip_suffix('"')?;
    let prog_type = words.next()?;
    let attach = Some(words.next()?).filter(|&attach| attach != "0");
    let flags: Vec<&str> = words.next()?.split('|').map(str::trim).collect();
    let prefix = name.trim_end_matches('+');
    (!prefix.ends_with('/')).then_some(Def {
        prefix,
        exact: prefix == name,
        prog_type,
        attach,
        sleepable: flags.contains(&"SEC_SLEEPABLE"),
        attach_btf: flags.contains(&"SEC_ATTACH_BTF"),
    })
}

fn row(
    out: &mut String,
    def: &Def<'_>,
    contexts: &[(&str, &str)],
    record: &Record,
) -> Result<(), Error> {
    let attach = match def.attach {
        Some(name) => format!("Some(\"{name}\")"),
        None => "None".to_owned(),
    };
    let _ = writeln!(
        out,
        "    SectionDef {{\n        prefix: \"{}\",\n        exact: {},\n        prog_type: ProgType::{},\n        attach_type: {attach},\n        sleepable: {},\n        target: {},\n        context: {},\n        returns: {},\n    }},",
        def.prefix,
        def.exact,
        variant(def.prog_type),
        def.sleepable,
        target(def)?,
        context(def, contexts)?,
        returns(def, record),
    );
    Ok(())
}

/// What the attach function of libbpf parses after the prefix. The hooks of
/// the guide are attached by name alone, so that they need one although
/// libbpf would load them without.
fn target(def: &Def<'_>) -> Result<String, Error> {
    if def.exact {
        return Ok("Target::None".to_owned());
    }
    let named = |what: &str| format!("TargetForm::Name(\"{what}\")");
    let (required, form) = match def.prefix.trim_end_matches(".s").trim_end_matches(".w") {
        "tracepoint" | "tp" => (true, "TargetForm::Event".to_owned()),
        "kprobe" => (true, "TargetForm::FunctionOffset".to_owned()),
        "kretprobe" => (true, "TargetForm::Function".to_owned()),
        "kprobe.multi" | "kretprobe.multi" | "kprobe.session" => {
            (false, "TargetForm::FunctionPattern".to_owned())
        }
        "uprobe" => (false, "TargetForm::BinaryFunctionOffset".to_owned()),
        "uretprobe" | "uprobe.multi" | "uretprobe.multi" | "uprobe.session" => {
            (false, "TargetForm::BinaryFunction".to_owned())
        }
        "usdt" => (false, "TargetForm::BinaryMarker".to_owned()),
        "ksyscall" | "kretsyscall" => (false, named("system call")),
        "raw_tracepoint" | "raw_tp" => (false, named("tracepoint")),
        "tp_btf" => (true, named("tracepoint")),
        "fentry" | "fmod_ret" | "fexit" | "fsession" => (true, named("kernel function")),
        "freplace" => (true, named("function")),
        "lsm" | "lsm_cgroup" => (true, named("LSM hook")),
        "iter" => (true, named("iterator")),
        "struct_ops" => (false, named("member")),
        unknown => return Err(Error::form("a section with a target", unknown)),
    };
    if def.attach_btf && !required {
        return Err(Error::form("a section that BTF attaches", def.prefix));
    }
    let need = if required { "Required" } else { "Optional" };
    Ok(format!("Target::{need}({form})"))
}

/// What the context is: named structs as libbpf lists them, the others by
/// the kind of hook.
fn context(def: &Def<'_>, contexts: &[(&str, &str)]) -> Result<String, Error> {
    let named = contexts.iter().find(|(prog_type, _)| *prog_type == def.prog_type);
    Ok(match (def.prog_type, def.attach, named) {
        ("KPROBE", ..) => "ContextKind::Registers".to_owned(),
        ("RAW_TRACEPOINT" | "RAW_TRACEPOINT_WRITABLE", ..) => {
            "ContextKind::RawTracepoint".to_owned()
        }
        ("TRACEPOINT", ..) => "ContextKind::Tracepoint".to_owned(),
        ("TRACING", Some("BPF_TRACE_ITER"), _) => "ContextKind::Iterator".to_owned(),
        ("TRACING" | "LSM" | "STRUCT_OPS", ..) => "ContextKind::FunctionArguments".to_owned(),
        ("SYSCALL", ..) => "ContextKind::UserMemory".to_owned(),
        ("EXT", ..) => "ContextKind::Replaced".to_owned(),
        // libbpf lists no struct for it; the kernel passes a pointer to one u32.
        ("LIRC_MODE2", ..) => "ContextKind::Struct(\"__u32\")".to_owned(),
        (.., Some((_, name))) => format!("ContextKind::Struct(\"{name}\")"),
        (unknown, ..) => return Err(Error::form("a program type without context", unknown)),
    })
}

/// `{ BPF_PROG_TYPE_XDP, "xdp_md" },` of libbpf's `global_ctx_map`.
pub fn contexts(code: &str) -> Result<Vec<(&str, &str)>, Error> {
    let (_, table) = code
        .split_once("global_ctx_map[] = {")
        .ok_or_else(|| Error::form("libbpf.c", "no global_ctx_map"))?;
    let table = table.split_once("};").map_or(table, |(table, _)| table);
    Ok(table
        .lines()
        .filter_map(|line| {
            let row = line.trim().strip_prefix("{ BPF_PROG_TYPE_")?;
            let (prog_type, name) = row.split_once(',')?;
            Some((prog_type, name.split('"').nth(1)?))
        })
        .collect())
}

/// Hooks whose return value is one of a group of constants; the others are
/// held to the range that the verifier gave.
fn returns(def: &Def<'_>, record: &Record) -> String {
    let group = match (def.prog_type, def.attach) {
        ("XDP", _) => Some("xdp_action"),
        ("SCHED_CLS", Some(_)) => Some("tcx_action_base"),
        ("SCHED_CLS" | "SCHED_ACT", None) => Some("TC_ACT"),
        ("SK_SKB", Some("BPF_SK_SKB_STREAM_PARSER")) => None,
        ("SK_SKB" | "SK_MSG" | "SK_REUSEPORT", _) => Some("sk_action"),
        _ => None,
    };
    if let Some(group) = group {
        return format!("Returns::OneOf(\"{group}\")");
    }
    let key = (def.prog_type.to_owned(), def.attach.unwrap_or("-").to_owned());
    match record.returns.get(&key).copied().or_else(|| unprobed(def)) {
        Some((min, max)) => format!("Returns::Range {{ min: {min}, max: {max} }}"),
        None => "Returns::Any".to_owned(),
    }
}

/// Ranges that a kernel may not be asked for, as they need a hook to load: the
/// verifier's `check_return_code`.
fn unprobed(def: &Def<'_>) -> Option<(i64, i64)> {
    const MAX_ERRNO: i64 = 4095;
    match (def.prog_type, def.attach?) {
        ("TRACING", "BPF_TRACE_FENTRY" | "BPF_TRACE_FEXIT" | "BPF_TRACE_FSESSION") => Some((0, 0)),
        ("LSM", "BPF_LSM_MAC") => Some((-MAX_ERRNO, 0)),
        ("LSM", "BPF_LSM_CGROUP") => Some((0, 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Def, parse};

    #[test]
    fn a_definition_is_read() {
        let line = "\"fentry.s+\",\tTRACING, BPF_TRACE_FENTRY, SEC_ATTACH_BTF | SEC_SLEEPABLE, attach_trace),";
        let def = Def {
            prefix: "fentry.s",
            exact: false,
            prog_type: "TRACING",
            attach: Some("BPF_TRACE_FENTRY"),
            sleepable: true,
            attach_btf: true,
        };
        assert_eq!(parse(line), Some(def));
        assert_eq!(parse("sec_pfx, ptype, atype, flags, ...) {"), None);
    }
}
