//! Whether a program runs at its hook while it is attached, and not after.
//!
//! An attached program counts in its map `fired`, under the process it runs in
//! or under 0. The hook is made to happen while the program is attached and
//! again when it is detached. Only for machines of the lab's own: the packets
//! go over a pair of interfaces that the lab makes, and programs attach to
//! functions that the whole system calls.

use std::fs::{self, File};
use std::io;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread::sleep;
use std::time::Duration;

use runtime::{AttachOptions, Object, Value};

/// How often the hook is made to happen.
const TIMES: u64 = 10;
/// Which map counts.
const COUNTS: &str = "fired";
/// Packets go out of this interface …
const NEAR: &str = "left";
/// … and come in at this one.
const FAR: &str = "right";
/// An address that only [`FAR`] leads to.
const BEYOND: &str = "10.9.0.2:9";
const CGROUPS: &str = "/sys/fs/cgroup";
/// How long packets may take.
const PATIENCE: Duration = Duration::from_millis(50);

/// An `# attach:` comment.
#[derive(Clone, Debug)]
pub struct Attach {
    /// The program's name.
    pub program: String,
    event: Event,
}

/// What makes a hook happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// getpid(2), and the function of the C library that makes it.
    Getpid,
    /// Opening a file.
    Open,
    /// A thread that begins.
    Fork,
    /// A packet that goes out of an interface.
    PacketOut,
    /// A packet that comes in at an interface.
    PacketIn,
    /// A process of the control group connecting a socket.
    Connect,
    /// A process of the control group sending a packet.
    Send,
}

impl FromStr for Attach {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EVENTS: [(&str, Event); 7] = [
            ("getpid", Event::Getpid),
            ("open", Event::Open),
            ("fork", Event::Fork),
            ("packet out", Event::PacketOut),
            ("packet in", Event::PacketIn),
            ("connect", Event::Connect),
            ("send", Event::Send),
        ];
        let found = text.split_once(" on ").and_then(|(program, event)| {
            let (_, event) = EVENTS.into_iter().find(|(name, _)| *name == event)?;
            Some(Self { program: program.to_owned(), event })
        });
        found.ok_or_else(|| {
            let events = EVENTS.map(|(name, _)| name).join(", ");
            format!("`{text}` is not `NAME on EVENT` with one of the events {events}")
        })
    }
}

/// Attaches the program, makes its hook happen, and does so again without it.
///
/// # Errors
/// The program cannot be attached, did not run as often as it should, or ran
/// when it was detached.
pub fn check(object: &Object, attach: &Attach) -> Result<(), String> {
    let words = |error: runtime::Error| error.to_string();
    let program = object.program(&attach.program).map_err(words)?;
    let group = Cgroup::of_this_process().map_err(|error| format!("a control group: {error}"))?;
    let interface = if attach.event == Event::PacketOut { NEAR } else { FAR };
    let options = AttachOptions::default().interface(interface).cgroup(&group.folder);
    // Asked once, as asking is one of the events.
    let keys = [0, i128::from(std::process::id())];
    let before = count(object, keys)?;
    program.attach(&options).map_err(words)?;
    make_happen(attach.event).map_err(|error| error.to_string())?;
    let while_attached = count(object, keys)?;
    program.detach();
    make_happen(attach.event).map_err(|error| error.to_string())?;
    let at_the_end = count(object, keys)?;
    judge(attach, while_attached - before, at_the_end - while_attached)
}

fn judge(attach: &Attach, attached: u64, detached: u64) -> Result<(), String> {
    // The kernel may send packets of its own.
    let is_packet = matches!(attach.event, Event::PacketIn | Event::PacketOut);
    let name = &attach.program;
    if attached < TIMES || (!is_packet && attached > TIMES) {
        return Err(format!("{name} ran {attached} times while it was attached, not {TIMES}"));
    }
    match detached {
        0 => Ok(()),
        _ => Err(format!("{name} ran {detached} times after it was detached")),
    }
}

fn count(object: &Object, keys: [i128; 2]) -> Result<u64, String> {
    let map = object.map(COUNTS).map_err(|error| error.to_string())?;
    keys.into_iter().try_fold(0, |sum, key| match map.lookup(&Value::Int(key)) {
        Ok(Some(Value::Int(count))) => Ok(sum + u64::try_from(count).unwrap_or_default()),
        Ok(None) => Ok(sum),
        Ok(Some(other)) => Err(format!("{COUNTS} holds {other:?}, not a number")),
        Err(error) => Err(error.to_string()),
    })
}

fn make_happen(event: Event) -> io::Result<()> {
    if matches!(event, Event::PacketIn | Event::PacketOut) {
        packets()?;
        sleep(PATIENCE);
        return Ok(());
    }
    let loopback = UdpSocket::bind("127.0.0.1:0")?;
    let address = loopback.local_addr()?;
    for _ in 0..TIMES {
        match event {
            Event::Getpid => drop(std::process::id()),
            Event::Open => drop(File::open("/dev/null")?),
            Event::Fork => drop(std::thread::spawn(|| ()).join()),
            Event::Connect => loopback.connect(address)?,
            _ => drop(loopback.send_to(b"packet", address)?),
        }
    }
    Ok(())
}

fn packets() -> io::Result<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    (0..TIMES).try_for_each(|_| socket.send_to(b"packet", BEYOND).map(drop))
}

/// A control group that this process is in until it is dropped.
struct Cgroup {
    folder: PathBuf,
}

impl Cgroup {
    fn of_this_process() -> io::Result<Self> {
        let folder = Path::new(CGROUPS).join(format!("pythonbpf-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let group = Self { folder };
        group.enter(&group.folder)?;
        Ok(group)
    }

    fn enter(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join("cgroup.procs"), std::process::id().to_string())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Of no consequence: the machine is the lab's own and ends soon.
        let _ = self.enter(Path::new(CGROUPS)).and_then(|()| fs::remove_dir(&self.folder));
    }
}

#[cfg(test)]
mod tests {
    use super::Attach;

    #[test]
    fn comments_name_a_program_and_an_event() {
        let attach: Attach = "prog on packet in".parse().expect("well formed");
        assert_eq!(attach.program, "prog");
        assert!("prog on nothing".parse::<Attach>().is_err());
        assert!("prog".parse::<Attach>().is_err());
    }
}
