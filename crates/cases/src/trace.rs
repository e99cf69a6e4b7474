//! What programs print, read from a trace instance of this test alone: lines
//! of the shared trace pipe go to whoever reads first.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use runtime::parse_fields;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An instance that records what programs print; removed when dropped.
pub struct Trace {
    folder: PathBuf,
}

impl Trace {
    /// Begins to record.
    pub fn start() -> Result<Self, String> {
        let root = runtime::ensure_tracefs().map_err(|error| error.to_string())?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("pythonbpf-cases-{}-{number}", std::process::id());
        let trace = Self { folder: root.join("instances").join(name) };
        let failed = |error: std::io::Error| format!("{}: {error}", trace.folder.display());
        fs::create_dir(&trace.folder).map_err(failed)?;
        let switch = trace.folder.join("events/bpf_trace/bpf_trace_printk/enable");
        fs::write(switch, "1").map_err(failed)?;
        Ok(trace)
    }

    /// What this thread's programs printed.
    pub fn lines(&self) -> Result<Vec<String>, String> {
        // Bytes: a program prints what it has, UTF-8 or not.
        let text = fs::read(self.folder.join("trace")).map_err(|error| error.to_string())?;
        // Test runs print under the thread that asks for them.
        let own = fs::read_link("/proc/thread-self").map_err(|error| error.to_string())?;
        let own: Option<u32> = own.file_name().and_then(|id| id.to_str()?.parse().ok());
        let lines = String::from_utf8_lossy(&text).into_owned();
        let fields = lines.lines().filter_map(parse_fields);
        Ok(fields.filter(|line| Some(line.pid) == own).map(|line| line.message).collect())
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        // Nothing can be done about a folder that does not go.
        let _ = fs::remove_dir(&self.folder);
    }
}
