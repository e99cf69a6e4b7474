//! The lab's folder below the user's cache folder: what is kept (QEMU, busybox,
//! kernels) and one working folder a process, which goes with its process.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;

const WORK: &str = "work-";

/// The opened cache of this process.
pub struct Cache {
    root: PathBuf,
    work: PathBuf,
}

impl Cache {
    /// Opens the cache of this user, and removes what dead processes left.
    pub fn open() -> Result<Self, Error> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let base = set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")))
            .ok_or_else(|| Error::Tool("neither XDG_CACHE_HOME nor HOME is set".into()))?;
        let root = base.join("pythonbpf-lab");
        let work = root.join(format!("{WORK}{}", std::process::id()));
        fs::create_dir_all(&work).map_err(Error::file(&work))?;
        sweep(&root)?;
        Ok(Self { root, work })
    }

    /// Where something is kept.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where a file of this run goes.
    pub fn work(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // What stays is swept away by the next run.
        let _ = fs::remove_dir_all(&self.work);
    }
}

fn sweep(root: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(root).map_err(Error::file(root))?.flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(WORK));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another process may be sweeping too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::sweep;
    use std::fs;

    #[test]
    fn only_folders_of_dead_processes_go() {
        let root = std::env::temp_dir().join(format!("pythonbpf-sweep-{}", std::process::id()));
        let alive = root.join(format!("work-{}", std::process::id()));
        let (dead, kept) = (root.join("work-4194305"), root.join("kernel"));
        for dir in [&alive, &dead, &kept] {
            fs::create_dir_all(dir).expect("a folder");
        }
        sweep(&root).expect("swept");
        assert!(alive.exists() && kept.exists() && !dead.exists());
        fs::remove_dir_all(&root).expect("removed");
    }
}
