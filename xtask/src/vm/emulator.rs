//! QEMU and busybox: the machine's own QEMU when it is new enough, else the
//! packages of the release (from backports where the release's is too old),
//! unpacked into the cache with the libraries they need and never installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::{self, Apt, Mirror};
use super::cache::Cache;
use super::error::Error;
use super::space;

/// Package lists, packages and what they unpack to.
const QEMU_MIB: u64 = 400;
/// The same; most of it are the lists.
const BUSYBOX_MIB: u64 = 150;

/// Older ones corrupt guests of kernel 6.12 and newer at random.
const OLDEST_QEMU: (u32, u32) = (8, 1);

/// A QEMU that works here.
pub struct Emulator {
    program: PathBuf,
    /// Root of the unpacked packages; none for an installed QEMU.
    root: Option<PathBuf>,
    /// Version, as it says itself.
    pub version: String,
}

impl Emulator {
    /// Finds an installed or cached QEMU, or downloads it.
    pub fn get(cache: &Cache) -> Result<Self, Error> {
        let installed =
            Self { program: "qemu-system-x86_64".into(), root: None, version: String::new() };
        let root = cache.kept("qemu");
        let cached = || Self {
            program: root.join("usr/bin/qemu-system-x86_64"),
            root: Some(root.clone()),
            version: String::new(),
        };
        if let Some(usable) = installed.usable().or_else(|| cached().usable()) {
            return Ok(usable);
        }
        fetch_qemu(cache, &root).map_err(|error| {
            Error::Unavailable(format!(
                "no QEMU of 8.1 or newer is installed or in the cache, and none can be downloaded \
                 ({}); install qemu-system-x86",
                error.reason()
            ))
        })?;
        cached().usable().ok_or_else(|| {
            Error::Unavailable(
                "the QEMU of this Debian release is older than 8.1 or does not start".into(),
            )
        })
    }

    /// A command that starts it and ends it after `seconds`, with status 124;
    /// an outer process, so that it holds even when this one is killed.
    pub fn command(&self, seconds: u64) -> Command {
        let mut command = Command::new("timeout");
        self.set_library_path(&mut command);
        command.args(["--foreground", "--kill-after=5", &seconds.to_string()]).arg(&self.program);
        for share in ["usr/share/qemu", "usr/share/seabios"] {
            if let Some(root) = &self.root {
                command.arg("-L").arg(root.join(share));
            }
        }
        command
    }

    fn usable(self) -> Option<Self> {
        let mut command = Command::new(&self.program);
        self.set_library_path(&mut command);
        let output = command.arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.split_whitespace().nth(3)?.to_owned();
        (output.status.success() && parse_version(&version)? >= OLDEST_QEMU)
            .then_some(Self { version, ..self })
    }

    fn set_library_path(&self, command: &mut Command) {
        if let Some(root) = &self.root {
            let dirs =
                ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|dir| root.join(dir));
            if let Ok(path) = std::env::join_paths(dirs) {
                command.env("LD_LIBRARY_PATH", path);
            }
        }
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn fetch_qemu(cache: &Cache, root: &Path) -> Result<(), Error> {
    super::progress("downloading QEMU (about 16 MB)");
    space::require(&cache.kept("."), QEMU_MIB)?;
    let mirror = Mirror::of_this_machine()?;
    let release = mirror.codename.as_str();
    let security = format!("{release}-security");
    let backports = format!("{release}-backports");
    // Debian 12 is the one release with a too old QEMU and a new one in backports.
    let suite = if release == "bookworm" { &backports } else { release };
    let apt = Apt::open(cache, &mirror, &[release, &security, suite])?;
    let packages = apt.download_for_this_machine(suite, &["qemu-system-x86", "seabios"])?;
    apt::unpack(cache, &packages, root)
}

/// A statically linked busybox, downloaded once.
pub fn busybox(cache: &Cache) -> Result<PathBuf, Error> {
    let root = cache.kept("busybox");
    let candidates = ["usr/bin/busybox", "bin/busybox"].map(|path| root.join(path));
    let cached = || candidates.iter().find(|path| path.is_file()).cloned();
    if let Some(path) = cached() {
        return Ok(path);
    }
    super::progress("downloading busybox (1 MB)");
    space::require(&cache.kept("."), BUSYBOX_MIB)?;
    let mirror = Mirror::of_this_machine()?;
    let apt = Apt::open(cache, &mirror, &[&mirror.codename])?;
    apt::unpack(cache, &apt.download(&["busybox-static"])?, &root)?;
    cached().ok_or_else(|| Error::Unavailable("the busybox-static package has no busybox".into()))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse_version("10.0.2") > parse_version("8.1.0"));
        assert!(parse_version("7.2.15") < parse_version("8.1.0"));
        assert_eq!(parse_version("unknown"), None);
    }
}
