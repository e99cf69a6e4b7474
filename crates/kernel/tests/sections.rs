//! `SEC()` strings, good and bad.

#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use pythonbpf_kernel::{
    ContextKind, ProgType, Returns, SECTION_DEFS, SectionError, Target, section,
};

#[test]
fn the_guides_sections_are_understood() {
    for (text, prog_type, target) in [
        ("tracepoint/syscalls/sys_enter_execve", ProgType::Tracepoint, "syscalls/sys_enter_execve"),
        ("tp/sched/sched_switch", ProgType::Tracepoint, "sched/sched_switch"),
        ("kprobe/__x64_sys_write", ProgType::Kprobe, "__x64_sys_write"),
        ("kprobe/do_sys_open+0x10", ProgType::Kprobe, "do_sys_open+0x10"),
        ("kprobe/vfs_read.isra.0+16", ProgType::Kprobe, "vfs_read.isra.0+16"),
        ("kretprobe/do_sys_open", ProgType::Kprobe, "do_sys_open"),
        ("xdp", ProgType::Xdp, ""),
        ("xdp.frags", ProgType::Xdp, ""),
        ("xdp/devmap", ProgType::Xdp, ""),
        ("socket", ProgType::SocketFilter, ""),
        ("fentry/vfs_read", ProgType::Tracing, "vfs_read"),
        ("lsm.s/file_open", ProgType::Lsm, "file_open"),
        ("uprobe//bin/sh:main+4", ProgType::Kprobe, "/bin/sh:main+4"),
        ("uprobe", ProgType::Kprobe, ""),
        ("usdt/libc.so.6:libc:setjmp", ProgType::Kprobe, "libc.so.6:libc:setjmp"),
        ("kprobe.multi/tcp_*", ProgType::Kprobe, "tcp_*"),
        ("raw_tp/sched_switch", ProgType::RawTracepoint, "sched_switch"),
        ("iter/task", ProgType::Tracing, "task"),
        ("struct_ops/init", ProgType::StructOps, "init"),
        ("cgroup_skb/egress", ProgType::CgroupSkb, ""),
        ("syscall", ProgType::Syscall, ""),
    ] {
        let found = section(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((found.def.prog_type, found.target.as_str()), (prog_type, target), "{text}");
        assert!(found.autoload);
    }
}

/// Every kind, with a target of its own form, gives that very kind back.
#[test]
fn every_kind_is_reachable() {
    for def in SECTION_DEFS {
        let text = match def.target {
            Target::None => def.prefix.to_owned(),
            Target::Required(form) | Target::Optional(form) => {
                let target = ["a/b", "a", "a:b", "a:b:c"]
                    .into_iter()
                    .find(|target| form.accepts(target))
                    .unwrap();
                format!("{}/{target}", def.prefix)
            }
        };
        assert!(std::ptr::eq(section(&text).unwrap().def, def), "{text}");
        let off = section(&format!("?{text}")).unwrap();
        assert!(std::ptr::eq(off.def, def) && !off.autoload);
    }
}

#[test]
fn facts_of_a_kind() {
    let xdp = section("xdp").unwrap().def;
    assert_eq!(xdp.context, ContextKind::Struct("xdp_md"));
    assert_eq!(xdp.attach_type, Some("BPF_XDP"));
    assert!(xdp.returns.allows(2) && !xdp.returns.allows(5));
    let tracepoint = section("tp/a/b").unwrap().def;
    assert_eq!((tracepoint.context, tracepoint.returns), (ContextKind::Tracepoint, Returns::Any));
    assert!(section("fexit.s/f").unwrap().def.sleepable);
    assert!(!section("fexit/f").unwrap().def.sleepable);
    let bind = section("cgroup/bind4").unwrap().def;
    assert_eq!(bind.returns, Returns::Range { min: 0, max: 3 });
    assert!(section("tc").unwrap().def.returns.allows(-1));
}

fn error(text: &str) -> SectionError {
    section(text).unwrap_err()
}

#[test]
fn missing_and_bad_targets() {
    for (text, form) in [
        ("tracepoint", "tracepoint/<category>/<event>"),
        ("tracepoint/", "tracepoint/<category>/<event>"),
        ("kprobe/", "kprobe/<function>[+<offset>]"),
        ("kretprobe", "kretprobe/<function>"),
        ("fentry", "fentry/<kernel function>"),
        ("uprobe/", "uprobe/<path>:<function>[+<offset>]"),
    ] {
        assert_eq!(error(text), SectionError::MissingTarget { expected: form.to_owned() });
    }
    for text in [
        "tracepoint/sys_enter_execve",
        "tracepoint/syscalls/",
        "tracepoint//x",
        "tracepoint/a/b/c",
        "kprobe/do sys open",
        "kprobe/f+",
        "kprobe/f+zz",
        "kprobe/+4",
        "kretprobe/f+4",
        "uprobe/bin",
        "usdt/a:b",
        "fentry/f g",
    ] {
        assert!(matches!(error(text), SectionError::BadTarget { .. }), "{text}");
    }
    for text in ["xdp/eth0", "socket/x", "tc/x"] {
        assert!(matches!(error(text), SectionError::UnexpectedTarget { .. }), "{text}");
    }
}

#[test]
fn unknown_kinds_give_the_nearest() {
    for (text, nearest) in [
        ("tracepiont/syscalls/sys_enter_open", Some("tracepoint/syscalls/sys_enter_open")),
        ("trace_point/a/b", Some("tracepoint/a/b")),
        ("kprob/f", Some("kprobe/f")),
        ("Kprobe/f", Some("kprobe/f")),
        ("xpd", Some("xdp")),
        ("xpd/eth0", Some("xdp")),
        ("XDP", Some("xdp")),
        ("fentri/f", Some("fentry/f")),
        ("tc/ingres", Some("tc/ingress")),
        ("cgroup_skb/ingres", Some("cgroup_skb/ingress")),
        ("completely_else/x", None),
        ("", None),
        ("?", None),
        ("/", None),
    ] {
        let SectionError::Unknown { nearest: found, .. } = error(text) else {
            panic!("{text} is not unknown");
        };
        assert_eq!(found.as_deref(), nearest, "{text}");
    }
    for text in ["\0", "xdp\0", "äöü/ß", "kprobe/ü", &"k".repeat(100_000)] {
        assert!(section(text).is_err());
    }
}
