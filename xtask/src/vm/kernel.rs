//! The kernels of the lab: Debian's cloud flavour of four releases, found
//! through the meta package (versions vanish from the mirror within weeks) and
//! unpacked into the cache. Hands on the image, its modules and the version.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt::{self, Apt, Mirror};
use super::cache::Cache;
use super::error::Error;
use super::space;

/// Package lists, packages and the unpacked kernel.
const KERNEL_MIB: u64 = 400;

/// A kernel line that the lab can boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Debian 11.
    V5_10,
    /// Debian 12.
    V6_1,
    /// Debian 13.
    V6_12,
    /// Debian unstable.
    V7_2,
}

impl Line {
    /// Every kernel line, oldest first.
    pub const ALL: [Self; 4] = [Self::V5_10, Self::V6_1, Self::V6_12, Self::V7_2];

    /// The name on the command line, and of the cache folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::V5_10 => "5.10",
            Self::V6_1 => "6.1",
            Self::V6_12 => "6.12",
            Self::V7_2 => "7.2",
        }
    }

    fn suites(self) -> &'static [&'static str] {
        match self {
            Self::V5_10 => &["bullseye", "bullseye-security"],
            Self::V6_1 => &["bookworm", "bookworm-security"],
            Self::V6_12 => &["trixie", "trixie-security"],
            Self::V7_2 => &["sid"],
        }
    }
}

/// An unpacked kernel.
pub struct Kernel {
    /// What `uname -r` says in the guest.
    pub release: String,
    /// The compressed image that QEMU boots.
    pub image: PathBuf,
    /// The folder with this release's modules.
    pub modules: PathBuf,
}

impl Kernel {
    /// The kernel from the cache, downloaded if it is not there or if `refresh`
    /// asks for the newest; a failing mirror leaves the cached one in use.
    pub fn get(cache: &Cache, line: Line, refresh: bool) -> Result<Self, Error> {
        let root = cache.kept("kernel").join(line.name());
        let cached = Self::find(&root);
        if cached.is_some() && !refresh {
            return cached.ok_or_else(|| missing(line));
        }
        match (fetch(cache, line, &root), cached) {
            (Ok(()), _) => Self::find(&root).ok_or_else(|| missing(line)),
            (Err(error), Some(cached)) => {
                super::progress(&format!("using the cached kernel {}: {error}", cached.release));
                Ok(cached)
            }
            (Err(error), None) => Err(Error::Unavailable(format!(
                "kernel {} is not in the cache and cannot be downloaded ({}); with network, \
                 `cargo xtask vm --fetch --kernel {0}` fills the cache",
                line.name(),
                error.reason()
            ))),
        }
    }

    fn find(root: &Path) -> Option<Self> {
        let modules = ["usr/lib/modules", "lib/modules"]
            .iter()
            .flat_map(|dir| fs::read_dir(root.join(dir)))
            .flatten()
            .find_map(|entry| entry.ok().map(|entry| entry.path()))?;
        let release = modules.file_name()?.to_str()?.to_owned();
        let image = [root.join(format!("boot/vmlinuz-{release}")), modules.join("vmlinuz")]
            .into_iter()
            .find(|path| path.is_file())?;
        Some(Self { release, image, modules })
    }
}

fn missing(line: Line) -> Error {
    Error::Unavailable(format!("the packages of kernel {} hold no kernel image", line.name()))
}

fn fetch(cache: &Cache, line: Line, root: &Path) -> Result<(), Error> {
    super::progress(&format!("downloading kernel {} (about 30 MB)", line.name()));
    space::require(&cache.kept("."), KERNEL_MIB)?;
    let mirror = Mirror::of_this_machine()?;
    let apt = Apt::open(cache, &mirror, line.suites())?;
    let of_kernel = |name: &str| {
        name.starts_with("linux-") && name.ends_with("-cloud-amd64") && name.contains('.')
    };
    let packages = apt.download_with_dependencies("linux-image-cloud-amd64", of_kernel)?;
    apt::unpack(cache, &packages, root)
}
