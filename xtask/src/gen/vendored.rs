//! Finds and reads the headers that libbpf-sys vendors.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Error, read};

/// The texts that the tables are made from.
pub struct Sources {
    /// `include/uapi/linux/bpf.h`
    pub bpf: String,
    /// `include/uapi/linux/pkt_cls.h`
    pub pkt_cls: String,
    /// `src/bpf_helpers.h`, which has libbpf's own constants.
    pub bpf_helpers: String,
    /// `src/libbpf.c`
    pub libbpf: String,
}

impl Sources {
    /// Reads them from a folder that has them side by side.
    pub fn within(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            bpf: read(&folder.join("bpf.h"))?,
            pkt_cls: read(&folder.join("pkt_cls.h"))?,
            libbpf: read(&folder.join("libbpf.c"))?,
            bpf_helpers: read(&folder.join("bpf_helpers.h"))?,
        })
    }

    /// Reads them from the package that the workspace at `root` is locked to.
    pub fn find(root: &Path) -> Result<Self, Error> {
        let libbpf = package(root)?.join("libbpf");
        Ok(Self {
            bpf: read(&libbpf.join("include/uapi/linux/bpf.h"))?,
            pkt_cls: read(&libbpf.join("include/uapi/linux/pkt_cls.h"))?,
            bpf_helpers: read(&libbpf.join("src/bpf_helpers.h"))?,
            libbpf: read(&libbpf.join("src/libbpf.c"))?,
        })
    }
}

/// The folder of the libbpf-sys package.
fn package(root: &Path) -> Result<PathBuf, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|source| Error::System { what: "cargo metadata", source })?;
    if !output.status.success() {
        return Err(Error::Vendored(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Error::Vendored(error.to_string()))?;
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "libbpf-sys")
        .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent())
        .map(Path::to_owned)
        .ok_or_else(|| Error::Vendored("no package depends on libbpf-sys".to_owned()))
}
