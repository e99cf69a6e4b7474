//! What makes hooks happen: a row an event, named in `# attach:` comments.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::marker;

/// How often a hook is made to happen.
pub(crate) const TIMES: u64 = 10;
/// Packets go out of this interface …
pub(crate) const NEAR: &str = "left";
/// … and come in at this one.
pub(crate) const FAR: &str = "right";
/// An address that only [`FAR`] leads to.
const BEYOND: &str = "10.9.0.2:9";
/// How long packets may take.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a clock is looked at.
const A_WHILE: Duration = Duration::from_millis(300);

/// Something that makes hooks happen.
#[derive(Debug)]
pub(crate) struct Event {
    /// What comments call it.
    pub name: &'static str,
    /// It makes a hook happen [`TIMES`] times, and not more often.
    pub exact: bool,
    /// Makes it happen.
    pub make: fn() -> io::Result<()>,
}

const fn exact(name: &'static str, make: fn() -> io::Result<()>) -> Event {
    Event { name, exact: true, make }
}

const fn at_least(name: &'static str, make: fn() -> io::Result<()>) -> Event {
    Event { name, exact: false, make }
}

const V4: &str = "127.0.0.1:0";
const V6: &str = "[::1]:0";

/// Every event.
pub(crate) const EVENTS: &[Event] = &[
    exact("getpid", || {
        times(|| {
            let _ = std::process::id();
            Ok(())
        })
    }),
    exact("open", || times(|| File::open("/dev/null").map(drop))),
    exact("fork", || {
        times(|| {
            // A thread that does nothing does not panic.
            let _ = std::thread::spawn(|| ()).join();
            Ok(())
        })
    }),
    // The kernel may send packets of its own.
    at_least("packet out", packets),
    at_least("packet in", packets),
    exact("socket", || times(|| UdpSocket::bind(V4).map(drop))),
    exact("socket6", || times(|| UdpSocket::bind(V6).map(drop))),
    exact("connect", || connect(V4)),
    exact("connect6", || connect(V6)),
    exact("connect unix", || unix(|socket, path| socket.connect(path))),
    exact("send", || send(V4)),
    exact("send6", || send(V6)),
    exact("send unix", || unix(|socket, path| socket.send_to(b"packet", path).map(drop))),
    exact("receive", || receive(V4)),
    exact("receive6", || receive(V6)),
    exact("receive unix", || {
        unix(|socket, path| {
            socket.send_to(b"packet", path)?;
            socket.recv_from(&mut [0; 16]).map(drop)
        })
    }),
    exact("getsockname", || name(V4, |socket| socket.local_addr().map(drop))),
    exact("getsockname6", || name(V6, |socket| socket.local_addr().map(drop))),
    exact("getsockname unix", || unix(|socket, _| socket.local_addr().map(drop))),
    exact("getpeername", || name(V4, |socket| socket.peer_addr().map(drop))),
    exact("getpeername6", || name(V6, |socket| socket.peer_addr().map(drop))),
    exact("getpeername unix", || {
        unix(|socket, path| {
            socket.connect(path)?;
            socket.peer_addr().map(drop)
        })
    }),
    exact("getsockopt", || name(V4, |socket| socket.ttl().map(drop))),
    exact("setsockopt", || name(V4, |socket| socket.set_ttl(64))),
    exact("sysctl", || {
        times(|| File::open("/proc/sys/kernel/ostype")?.read(&mut [0; 64]).map(drop))
    }),
    exact("marker", || (0..TIMES).try_for_each(|turn| marker::tick(1000 + turn))),
    at_least("tcp", tcp),
    at_least("clock", || {
        let end = Instant::now() + A_WHILE;
        while Instant::now() < end {}
        Ok(())
    }),
    at_least("page fault", || {
        // So much comes fresh from the kernel; some pages of it are touched.
        const ROOM: usize = 64 << 20;
        let mut pages = vec![0_u8; ROOM];
        pages.iter_mut().step_by(1 << 20).for_each(|byte| *byte = 1);
        std::hint::black_box(&pages);
        Ok(())
    }),
];

fn times(mut event: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    (0..TIMES).try_for_each(|_| event())
}

fn packets() -> io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    times(|| socket.send_to(b"packet", BEYOND).map(drop))?;
    sleep(PATIENCE);
    Ok(())
}

fn connect(address: &str) -> io::Result<()> {
    let socket = UdpSocket::bind(address)?;
    let own = socket.local_addr()?;
    times(|| socket.connect(own))
}

fn send(address: &str) -> io::Result<()> {
    let socket = UdpSocket::bind(address)?;
    let own = socket.local_addr()?;
    times(|| socket.send_to(b"packet", own).map(drop))
}

fn receive(address: &str) -> io::Result<()> {
    let socket = UdpSocket::bind(address)?;
    let own = socket.local_addr()?;
    times(|| {
        socket.send_to(b"packet", own)?;
        socket.recv_from(&mut [0; 16]).map(drop)
    })
}

/// Does something with a connected socket. Where it is connected to does not
/// matter, and asking for its own address would be an event.
fn name(address: &str, what: fn(&UdpSocket) -> io::Result<()>) -> io::Result<()> {
    let socket = UdpSocket::bind(address)?;
    socket.connect(format!("{}9", address.trim_end_matches('0')))?;
    times(|| what(&socket))
}

/// Does something with a socket that has a path.
fn unix(what: fn(&UnixDatagram, &str) -> io::Result<()>) -> io::Result<()> {
    let path = format!("/tmp/pythonbpf-{}.sock", std::process::id());
    let _ = fs::remove_file(&path);
    let socket = UnixDatagram::bind(&path)?;
    let outcome = times(|| what(&socket, &path));
    fs::remove_file(&path)?;
    outcome
}

fn tcp() -> io::Result<()> {
    let listener = TcpListener::bind(V4)?;
    let address = listener.local_addr()?;
    times(|| {
        let near = TcpStream::connect(address)?;
        let (mut far, _) = listener.accept()?;
        drop(near);
        far.read(&mut [0; 16]).map(drop)
    })
}
