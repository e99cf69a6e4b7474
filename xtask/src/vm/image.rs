//! What is in a guest that runs the suites, whatever its kernel.

use super::error::Error;
use super::initramfs::Initramfs;
use super::suites::Suites;
use super::{Lab, python};

/// Programs of this machine that tests call, with the place for each in the
/// guest: before busybox's of the same name.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("ip", &["/sbin/ip", "/usr/sbin/ip", "/bin/ip", "/usr/bin/ip"]),
    ("tc", &["/sbin/tc", "/usr/sbin/tc", "/bin/tc", "/usr/bin/tc"]),
    ("bpftool", &["/usr/sbin/bpftool", "/usr/local/sbin/bpftool", "/usr/bin/bpftool"]),
];

/// The file system without the kernel's modules.
pub fn common(lab: &Lab, suites: &Suites) -> Result<Initramfs, Error> {
    let filter = suites.filter.replace('\'', r"'\''");
    let script = format!("FILTER='{filter}'\n{}", include_str!("guest/suites.sh"));
    let mut root = lab.root(&script)?;
    root.add_host_file(&suites.cases, "/lab/cases")?;
    root.add_host_file(&suites.runner, "/usr/bin/case-runner")?;
    for (name, places) in PROGRAMS {
        let found = places.iter().map(std::path::Path::new).find(|path| path.exists());
        let found = found.ok_or_else(|| {
            Error::Tool(format!("{name} is not installed on this machine: run `make test` once"))
        })?;
        root.add_host_file(found, &format!("/usr/bin/{name}"))?;
    }
    python::add(&mut root)?;
    Ok(root)
}
