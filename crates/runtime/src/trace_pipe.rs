//! The trace pipe: what programs print with `bpf_printk`.
//!
//! All programs of the machine share it, and each line is read once. Hands on
//! whole lines, and [`parse_fields`] takes one apart.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::privilege::{Capability, missing_capabilities};
use crate::tracefs::ensure_tracefs;

/// How long one wait lasts at most; new lines wake it up.
const SLICE: Duration = Duration::from_millis(100);

/// An open trace pipe.
#[derive(Debug)]
pub struct TracePipe {
    file: File,
    pending: Vec<u8>,
}

/// A printed line taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceFields {
    /// The task's name.
    pub task: String,
    /// Its thread id.
    pub pid: u32,
    /// The CPU.
    pub cpu: u32,
    /// The kernel's flag letters (`d..31`).
    pub flags: String,
    /// Seconds since boot.
    pub timestamp: f64,
    /// What the program printed.
    pub message: String,
}

impl TracePipe {
    /// Opens the pipe, mounting tracefs if need be.
    ///
    /// # Errors
    /// [`Error::Tracefs`], [`Error::MissingPrivilege`], or it is in use by
    /// another reader.
    pub fn open() -> Result<Self> {
        let path = ensure_tracefs()?.join("trace_pipe");
        let mut options = File::options();
        options.read(true).custom_flags(libc::O_NONBLOCK);
        let file = options.open(&path).map_err(|source| open_error(source, &path.display()))?;
        Ok(Self { file, pending: Vec::new() })
    }

    /// The next line without its newline. `None` if none came within
    /// `timeout`, or a signal interrupted the wait.
    ///
    /// # Errors
    /// The pipe cannot be read, for example because another process reads it.
    pub fn next_line(&mut self, timeout: Duration) -> Result<Option<String>> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if let Some(line) = self.take_line() {
                return Ok(Some(line));
            }
            if self.fill()? {
                continue;
            }
            let left = deadline.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() || !self.wait(left.min(SLICE)) {
                return Ok(None);
            }
        }
    }

    fn take_line(&mut self) -> Option<String> {
        loop {
            let end = self.pending.iter().position(|&byte| byte == b'\n')?;
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            let line = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
            if !line.is_empty() {
                return Some(line.into_owned());
            }
        }
    }

    /// Reads what is there; says whether there was anything.
    fn fill(&mut self) -> Result<bool> {
        let mut chunk = [0_u8; 4096];
        match self.file.read(&mut chunk) {
            Ok(count) => {
                self.pending.extend(chunk.iter().take(count));
                Ok(count > 0)
            }
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(false),
                _ => Err(Error::System {
                    action: "reading the trace pipe".to_owned(),
                    source: error,
                }),
            },
        }
    }

    /// Waits for something to read; false if a signal came instead.
    fn wait(&self, timeout: Duration) -> bool {
        let mut watched =
            libc::pollfd { fd: self.file.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let millis = timeout.as_millis().clamp(1, 1000) as i32;
        // SAFETY: one pollfd that outlives the call.
        let status = unsafe { libc::poll(&mut watched, 1, millis) };
        status >= 0
    }
}

fn open_error(source: io::Error, path: &dyn std::fmt::Display) -> Error {
    match source.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) => Error::MissingPrivilege {
            action: format!("opening {path}"),
            missing: missing_capabilities(&[Capability::DacReadSearch]),
            place: None,
        },
        Some(libc::EBUSY) => Error::System {
            action: format!("opening {path} (another process is reading it)"),
            source,
        },
        _ => Error::System { action: format!("opening {path}"), source },
    }
}

/// Takes a line of the trace pipe apart; `None` if it is no printed line, such
/// as the notice of lost events.
///
/// ```
/// use pythonbpf_runtime::parse_fields;
/// let line = "  my task-1234  [002] d..31  17.250001: bpf_trace_printk: hello: world";
/// let fields = parse_fields(line).expect("a printed line");
/// assert_eq!((fields.task.as_str(), fields.pid, fields.cpu), ("my task", 1234, 2));
/// assert_eq!((fields.flags.as_str(), fields.timestamp), ("d..31", 17.250001));
/// assert_eq!(fields.message, "hello: world");
/// ```
pub fn parse_fields(line: &str) -> Option<TraceFields> {
    // A task's name may hold spaces, brackets and dashes: the CPU's bracket is
    // the first that holds only digits and follows a number.
    let (head, cpu, tail) = line.match_indices(" [").find_map(|(at, _)| {
        let (head, rest) = line.split_at_checked(at)?;
        let (cpu, tail) = rest.strip_prefix(" [")?.split_once(']')?;
        let pid = without_group(head).rsplit_once('-')?.1;
        pid.trim().parse::<u32>().ok()?;
        Some((head, cpu.parse::<u32>().ok()?, tail))
    })?;
    let (task, pid) = without_group(head).rsplit_once('-')?;
    let tail = tail.trim_start();
    // Kernels without preemption tracing print no flags.
    let (flags, tail) = match tail.split_once(char::is_whitespace) {
        Some((first, rest)) if !first.ends_with(':') => (first, rest.trim_start()),
        _ => ("", tail),
    };
    let (timestamp, tail) = tail.split_once(": ")?;
    // `bpf_trace_printk: message`, or the address of the caller before 5.9.
    let (_, message) = tail.split_once(": ")?;
    Some(TraceFields {
        task: task.trim().to_owned(),
        pid: pid.trim().parse().ok()?,
        cpu,
        flags: flags.to_owned(),
        timestamp: timestamp.trim().parse().ok()?,
        message: message.to_owned(),
    })
}

/// Without the thread group that `record-tgid` adds: `name-12   (   10)`.
fn without_group(head: &str) -> &str {
    let head = head.trim_end();
    match head.strip_suffix(')').and_then(|inner| inner.rsplit_once('(')) {
        Some((name, group)) if group.trim().parse::<u32>().is_ok() || group.contains("---") => {
            name.trim_end()
        }
        _ => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_anything() {
        let line = "  a [1] b-c-77    [001] d..2. 5.000000: bpf_trace_printk: x";
        let fields = parse_fields(line).unwrap();
        assert_eq!((fields.task.as_str(), fields.pid, fields.cpu), ("a [1] b-c", 77, 1));
        let line = "  sh-9     (      8) [000] d... 5.1: bpf_trace_printk: a\tb";
        let fields = parse_fields(line).unwrap();
        assert_eq!((fields.pid, fields.message.as_str()), (9, "a\tb"));
    }

    #[test]
    fn other_lines_have_no_fields() {
        for line in ["", "CPU:0 [LOST 12 EVENTS]", "x-1 [z] d 1.0: f: m", "x-1 [000]"] {
            assert_eq!(parse_fields(line), None, "{line}");
        }
    }
}
