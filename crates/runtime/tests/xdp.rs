//! XDP and traffic control: test runs, and packets on a veth pair in a namespace
//! of its own.

#![allow(unsafe_code, reason = "its own network namespace and raw packets")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking and say why they skip"
)]

mod common;

use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::process::Command;
use std::time::Duration;

use common::{int, load, ready};
use pythonbpf_runtime::{AttachOptions, Error, Interface, TestRun};

/// An ethernet type set aside for experiments (IEEE 802, local experimental).
const TYPE: [u8; 2] = [0x88, 0xb5];

fn frame(kind: [u8; 2]) -> Vec<u8> {
    let mut frame = vec![0xff; 60];
    frame[12..14].copy_from_slice(&kind);
    frame
}

#[test]
fn test_runs_give_verdict_data_and_time() {
    if !ready(true) {
        return;
    }
    let object = load("xdp");
    let program = object.program("count_frames").unwrap();
    let run = |kind, repeat| {
        program.test_run(&TestRun { data: Some(frame(kind)), repeat, ..TestRun::default() })
    };
    let dropped = run(TYPE, 1000).unwrap();
    assert_eq!(dropped.return_value, 1);
    assert_eq!(dropped.data_out.len(), 60);
    assert_eq!(dropped.data_out[0], 0xee);
    assert!(dropped.duration_ns > 0);
    assert_eq!(object.map("packets").unwrap().lookup(&int(0)).unwrap(), Some(int(1000)));
    assert_eq!(run([8, 0], 1).unwrap().return_value, 2);
    let other = load("tracing").program("on_tracepoint").unwrap();
    let error = other.test_run(&TestRun::default()).unwrap_err();
    assert!(error.to_string().contains("cannot test-run programs of this type"), "{error}");
}

#[test]
fn an_interface_must_be_named_and_exist() {
    if !ready(true) {
        return;
    }
    let object = load("xdp");
    let error = object.attach_all(&AttachOptions::default()).unwrap_err();
    assert!(matches!(error, Error::ArgumentsNeeded { .. }));
    assert!(error.to_string().contains("interface="), "{error}");
    let options = AttachOptions::default().interface("nope0");
    let error = object.attach_all(&options).unwrap_err();
    let Error::NoSuchInterface { name, existing } = error else { panic!("{error}") };
    assert_eq!(name, "nope0");
    assert!(existing.contains(&"lo".to_owned()), "{existing:?}");
}

#[test]
fn packets_are_counted_on_a_veth_pair() {
    if !ready(true) {
        return;
    }
    on_veth(count_xdp);
}

#[test]
fn traffic_control_counts_both_directions() {
    if !ready(true) {
        return;
    }
    on_veth(count_traffic);
}

/// Runs `test` with the veth pair `left` and `right`, in a thread of its own,
/// because a namespace belongs to a thread.
fn on_veth(test: fn()) {
    let in_namespace = move || {
        // SAFETY: moves only this thread to a new, empty network namespace.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
            println!("skipped: no network namespaces here");
            return;
        }
        ip("link add left type veth peer name right");
        ip("link set left up");
        ip("link set right up");
        test();
    };
    std::thread::spawn(in_namespace).join().unwrap();
}

fn count_traffic() {
    let object = load("tc");
    let error = object.attach_all(&AttachOptions::default()).unwrap_err();
    assert!(matches!(error, Error::ArgumentsNeeded { .. }), "{error}");
    let program = |name| object.program(name).unwrap();
    program("on_ingress").attach(&AttachOptions::default().interface("right")).unwrap();
    program("on_egress").attach(&AttachOptions::default().interface("left")).unwrap();

    let packets = object.map("packets").unwrap();
    let counted = || [0, 1].map(|direction| packets.lookup(&int(direction)).unwrap());
    send(&frame(TYPE), 20);
    for _ in 0..100 {
        if counted() == [Some(int(20)), Some(int(20))] {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(counted(), [Some(int(20)), Some(int(20))]);

    assert!(program("on_ingress").detach() && program("on_egress").detach());
    send(&frame(TYPE), 5);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(counted(), [Some(int(20)), Some(int(20))], "detached");
}

fn count_xdp() {
    let index = Interface::from("right").index().unwrap();

    let object = load("xdp");
    object.attach_all(&AttachOptions::default().interface("right")).expect("attaches");
    let second = load("xdp").attach_all(&AttachOptions::default().interface(index)).unwrap_err();
    assert!(second.to_string().contains("already runs an XDP program"), "{second}");

    let packets = object.map("packets").unwrap();
    send(&frame(TYPE), 50);
    send(&frame([0x88, 0xb6]), 5);
    for _ in 0..100 {
        if packets.lookup(&int(0)).unwrap() == Some(int(50)) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(packets.lookup(&int(0)).unwrap(), Some(int(50)));

    object.program("count_frames").unwrap().detach();
    send(&frame(TYPE), 5);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(packets.lookup(&int(0)).unwrap(), Some(int(50)), "detached");
}

fn ip(arguments: &str) {
    let status = Command::new("ip").args(arguments.split(' ')).status().expect("iproute2");
    assert!(status.success(), "ip {arguments}");
}

/// Sends `frame` out of `left`, so that it comes in at `right`.
fn send(frame: &[u8], times: usize) {
    let index = Interface::from("left").index().unwrap();
    // SAFETY: a new descriptor, and an address that outlives the calls.
    unsafe {
        let fd = libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0);
        assert!(fd >= 0, "{}", std::io::Error::last_os_error());
        let socket = OwnedFd::from_raw_fd(fd);
        let mut address: libc::sockaddr_ll = std::mem::zeroed();
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_ifindex = index as i32;
        for _ in 0..times {
            let sent = libc::sendto(
                socket.as_raw_fd(),
                frame.as_ptr().cast(),
                frame.len(),
                0,
                (&raw const address).cast(),
                size_of_val(&address) as u32,
            );
            assert_eq!(sent, frame.len() as isize, "{}", std::io::Error::last_os_error());
        }
    }
}
