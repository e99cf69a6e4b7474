//! Whether a program runs at its hook while it is attached, and not after.
//!
//! An attached program counts in its map `fired`, under the process it runs in
//! or under 0. The hook is made to happen while the program is attached and
//! again when it is detached. Only for machines of the lab's own: the packets
//! go over a pair of interfaces that the lab makes, and programs attach to
//! functions that the whole system calls.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use runtime::{Argument, AttachOptions, Object, Value};

use crate::events::{EVENTS, Event, FAR, NEAR, TIMES};

/// Which map counts.
const COUNTS: &str = "fired";
const CGROUPS: &str = "/sys/fs/cgroup";

/// An `# attach:` comment.
#[derive(Clone, Debug)]
pub struct Attach {
    /// The program's name.
    pub program: String,
    event: &'static Event,
    options: AttachOptions,
}

impl FromStr for Attach {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || {
            let events: Vec<&str> = EVENTS.iter().map(|event| event.name).collect();
            format!(
                "`{text}` is not `NAME on EVENT` or `NAME on EVENT with KEY=VALUE …`, with one of \
                 the events {}",
                events.join(", ")
            )
        };
        let (program, rest) = text.split_once(" on ").ok_or_else(usage)?;
        let (name, said) = rest.split_once(" with ").unwrap_or((rest, ""));
        let event = EVENTS.iter().find(|event| event.name == name).ok_or_else(usage)?;
        let mut options = AttachOptions::default();
        for word in said.split_whitespace() {
            let (key, value) = word.split_once('=').ok_or_else(usage)?;
            say(&mut options, key, value).ok_or_else(usage)?;
        }
        Ok(Self { program: program.to_owned(), event, options })
    }
}

/// What a case says of where to attach.
fn say(options: &mut AttachOptions, key: &str, value: &str) -> Option<()> {
    let text = || Some(value.to_owned());
    match Argument::named(key)? {
        Argument::Mode => options.mode = text(),
        Argument::Path => options.path = Some(value.into()),
        Argument::Symbol => options.symbol = text(),
        Argument::Offset => options.offset = Some(value.parse().ok()?),
        Argument::Cookie => options.cookie = Some(value.parse().ok()?),
        Argument::Event => options.event = text(),
        Argument::Frequency => options.frequency = Some(value.parse().ok()?),
        Argument::Period => options.period = Some(value.parse().ok()?),
        Argument::Cpu => options.cpu = Some(value.parse().ok()?),
        Argument::Hook => options.hook = text(),
        Argument::Family => options.family = text(),
        Argument::Priority => options.priority = Some(value.parse().ok()?),
        Argument::Pid if value == "self" => options.pid = Some(std::process::id()),
        _ => return None,
    }
    Some(())
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
    let takes =
        |argument| program.spec().attach_row().is_some_and(|row| row.takes.contains(&argument));
    let mut options = attach.options.clone();
    if takes(Argument::Interface) {
        let interface = if attach.event.name == "packet out" { NEAR } else { FAR };
        options = options.interface(interface);
    }
    if takes(Argument::Cgroup) {
        options = options.cgroup(&group.folder);
    }
    // Asked once, as asking is one of the events.
    let keys = [0, i128::from(std::process::id())];
    let before = count(object, keys)?;
    program.attach(&options).map_err(words)?;
    let failed = |error: io::Error| format!("the event does not happen: {error}");
    (attach.event.make)().map_err(failed)?;
    let while_attached = count(object, keys)?;
    program.detach();
    // Detaching opens files and starts threads, which may be events too.
    let detached = count(object, keys)?;
    (attach.event.make)().map_err(failed)?;
    let at_the_end = count(object, keys)?;
    judge(attach, while_attached - before, at_the_end - detached)
}

fn judge(attach: &Attach, attached: u64, detached: u64) -> Result<(), String> {
    let name = &attach.program;
    if attached < TIMES || (attach.event.exact && attached > TIMES) {
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
        let attach: Attach = "prog on clock with event=cpu_clock frequency=999".parse().unwrap();
        assert_eq!(attach.options.frequency, Some(999));
        assert!("prog on clock with nothing=1".parse::<Attach>().is_err());
        assert!("prog on nothing".parse::<Attach>().is_err());
        assert!("prog".parse::<Attach>().is_err());
    }
}
