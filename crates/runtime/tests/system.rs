//! Without privileges, tracefs or kernel BTF: what is missing is named, or
//! mended where that is allowed.

#![allow(unsafe_code, reason = "gives up capabilities and mounts in a namespace of its own")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and say why they skip"
)]

mod common;

use common::{build, load, ready};
use pythonbpf_runtime::{
    AttachOptions, Capability, Error, OpenObject, TracePipe, ensure_tracefs, tracepoints,
};

/// Runs `test` in a thread of its own: capabilities and mount namespaces
/// belong to threads.
fn apart(test: impl FnOnce() + Send + 'static) {
    std::thread::spawn(test).join().unwrap();
}

/// Gives up all effective capabilities of this thread but those of `keep`.
fn keep_only(keep: u64) {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    let header = Header { version: 0x2008_0522, pid: 0 };
    // Effective, permitted, inheritable: of the low and of the high half.
    let sets = [[keep as u32, keep as u32, 0], [(keep >> 32) as u32, (keep >> 32) as u32, 0]];
    // SAFETY: the two structures of capset(2), version 3; 0 is this thread.
    let status = unsafe { libc::syscall(libc::SYS_capset, &raw const header, sets.as_ptr()) };
    assert_eq!(status, 0, "{}", std::io::Error::last_os_error());
}

fn missing(error: Error) -> Vec<Capability> {
    match error {
        Error::MissingPrivilege { missing, .. } => missing,
        other => panic!("{other}"),
    }
}

#[test]
fn loading_without_capabilities_names_them() {
    if !ready(true) {
        return;
    }
    apart(|| {
        keep_only(0);
        let open = |name| OpenObject::from_bytes(name, &build(name)).unwrap();
        let error = open("tracing").load().unwrap_err();
        let message = error.to_string();
        assert_eq!(missing(error), [Capability::Bpf, Capability::Perfmon], "{message}");
        assert!(message.contains("CAP_BPF and CAP_PERFMON missing"), "{message}");
        let error = open("xdp").load().unwrap_err();
        assert_eq!(missing(error), [Capability::Bpf, Capability::NetAdmin]);
    });
}

#[test]
fn cap_bpf_alone_is_not_enough_for_tracing() {
    if !ready(true) {
        return;
    }
    apart(|| {
        keep_only(1 << 39);
        let error = OpenObject::from_bytes("tracing", &build("tracing")).unwrap().load();
        let error = error.unwrap_err();
        assert!(error.program().is_some(), "{error:?}");
        assert_eq!(missing(error), [Capability::Perfmon]);
        // A socket filter needs no more.
        OpenObject::from_bytes("maps", &build("maps")).unwrap().load().expect("loads");
    });
}

#[test]
fn attaching_without_capabilities_names_them() {
    if !ready(true) {
        return;
    }
    apart(|| {
        let object = load("tracing");
        keep_only(0);
        let program = object.program("on_raw").unwrap();
        let error = program.attach(&AttachOptions::default()).unwrap_err();
        assert!(missing(error).contains(&Capability::Perfmon));
    });
}

/// Gives this thread a mount namespace of its own; false if that is not
/// allowed.
fn own_mounts() -> bool {
    // SAFETY: affects this thread alone, and its mounts no longer reach others.
    unsafe {
        if libc::unshare(libc::CLONE_NEWNS) != 0 {
            println!("skipped: no mount namespaces here");
            return false;
        }
        let none = std::ptr::null();
        let private = libc::MS_REC | libc::MS_PRIVATE;
        assert_eq!(libc::mount(none, c"/".as_ptr(), none, private, none.cast()), 0);
    }
    true
}

/// Takes tracefs away from this thread's view; false if that is not allowed.
fn without_tracefs() -> bool {
    if !own_mounts() {
        return false;
    }
    for path in [c"/sys/kernel/tracing", c"/sys/kernel/debug"] {
        // SAFETY: the mounts are this thread's own.
        while unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) } == 0 {}
    }
    true
}

#[test]
fn a_kernel_without_btf_is_said_to_be_one() {
    if !ready(true) {
        return;
    }
    apart(|| {
        if !own_mounts() {
            return;
        }
        let (kind, place) = (c"tmpfs".as_ptr(), c"/sys/kernel/btf".as_ptr());
        // SAFETY: hides the kernel's BTF from this thread alone.
        assert_eq!(unsafe { libc::mount(kind, place, kind, 0, std::ptr::null()) }, 0);
        let error = OpenObject::from_bytes("tracing", &build("tracing")).unwrap().load();
        let error = error.unwrap_err();
        assert!(matches!(error, Error::NoKernelBtf), "{error:?}");
        // What needs no BTF of the kernel loads all the same.
        load("xdp");
    });
}

#[test]
fn tracefs_is_mounted_where_it_is_missing() {
    if !ready(true) {
        return;
    }
    apart(|| {
        if !without_tracefs() {
            return;
        }
        assert!(!std::path::Path::new("/sys/kernel/tracing/events").exists());
        let program = load("tracing").program("on_tracepoint").unwrap();
        program.attach(&AttachOptions::default()).expect("mounts and attaches");
        assert_eq!(ensure_tracefs().unwrap().to_str(), Some("/sys/kernel/tracing"));
        assert!(tracepoints().contains(&"sched/sched_switch".to_owned()));
    });
}

#[test]
fn without_the_right_to_mount_the_way_out_is_said() {
    if !ready(true) {
        return;
    }
    apart(|| {
        if !without_tracefs() {
            return;
        }
        keep_only(1 << 38 | 1 << 39);
        let error = TracePipe::open().unwrap_err();
        assert!(matches!(error, Error::Tracefs { .. }));
        let message = error.to_string();
        assert!(message.contains("CAP_SYS_ADMIN is missing"), "{message}");
        assert!(message.contains("mount -t tracefs"), "{message}");
    });
}
