//! The guest's file system: one uncompressed cpio archive built in memory, with
//! the shared libraries of every dynamic program that goes in.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use super::modules::Module;

const DIRECTORY: u32 = 0o040_755;
const REGULAR: u32 = 0o100_000;
const EXECUTABLE: u32 = REGULAR | 0o755;

struct Entry {
    mode: u32,
    /// Python compares it with what it compiled before.
    modified: i64,
    data: Vec<u8>,
}

/// A file system in the making. Names are absolute paths in the guest; sorted,
/// so a folder always comes before what is in it.
#[derive(Default)]
pub struct Initramfs {
    entries: BTreeMap<String, Entry>,
}

impl Initramfs {
    /// Adds a program or script from memory.
    pub fn add_executable(&mut self, guest: &str, data: Vec<u8>) {
        self.add(guest, EXECUTABLE, 0, data);
    }

    /// Adds modules, in the order in which the guest loads them.
    pub fn add_modules(&mut self, modules: Vec<Module>) {
        let mut list = String::new();
        for module in modules {
            let path = format!("/lab/{}.ko", module.name);
            list.push_str(&format!("{path}\n"));
            self.add_executable(&path, module.data);
        }
        self.add_executable("/lab/modules", list.into_bytes());
    }

    /// Copies a file of this machine, or a folder with all that is in it, and
    /// the libraries that its programs need.
    pub fn add_host_file(&mut self, host: &Path, guest: &str) -> Result<(), Error> {
        self.add_host_folder(host, guest, &|_| true)
    }

    /// The same without what `wanted` does not accept by its name.
    pub fn add_host_folder(
        &mut self,
        host: &Path,
        guest: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let metadata = fs::metadata(host).map_err(Error::file(host))?;
        if metadata.is_dir() {
            for entry in fs::read_dir(host).map_err(Error::file(host))?.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if wanted(&name) {
                    self.add_host_folder(&entry.path(), &format!("{guest}/{name}"), wanted)?;
                }
            }
            return Ok(());
        }
        let data = fs::read(host).map_err(Error::file(host))?;
        let is_elf = data.starts_with(b"\x7fELF");
        let mode = REGULAR | (metadata.permissions().mode() & 0o777);
        self.add(guest, mode, metadata.mtime(), data);
        if is_elf {
            self.add_libraries(host)?;
        }
        Ok(())
    }

    fn add_libraries(&mut self, program: &Path) -> Result<(), Error> {
        for library in shared_libraries(program)? {
            let guest = library.to_string_lossy().into_owned();
            if !self.entries.contains_key(&guest) {
                let data = fs::read(&library).map_err(Error::file(&library))?;
                self.add(&guest, EXECUTABLE, 0, data);
            }
        }
        Ok(())
    }

    fn add(&mut self, guest: &str, mode: u32, modified: i64, data: Vec<u8>) {
        for (at, _) in guest.match_indices('/').filter(|(at, _)| *at > 0) {
            let folder = guest.get(..at).unwrap_or_default().to_owned();
            self.entries.entry(folder).or_insert(Entry {
                mode: DIRECTORY,
                modified,
                data: Vec::new(),
            });
        }
        self.entries.insert(guest.to_owned(), Entry { mode, modified, data });
    }

    /// The archive in the `newc` form that the kernel unpacks.
    pub fn to_cpio(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        for (inode, (name, entry)) in (1..).zip(&self.entries) {
            append(&mut archive, inode, name.trim_start_matches('/'), entry);
        }
        append(&mut archive, 0, "TRAILER!!!", &Entry { mode: 0, modified: 0, data: Vec::new() });
        archive
    }
}

fn append(archive: &mut Vec<u8>, inode: usize, name: &str, entry: &Entry) {
    // inode, mode, uid, gid, links, mtime, size, four device numbers, length
    // of the name with its NUL, checksum.
    let (mode, size, length) = (entry.mode as usize, entry.data.len(), name.len() + 1);
    let modified = entry.modified.clamp(0, u32::MAX.into()) as usize;
    let fields = [inode, mode, 0, 0, 1, modified, size, 0, 0, 0, 0, length, 0];
    let header: String = fields.iter().map(|field| format!("{field:08X}")).collect();
    archive.extend_from_slice(b"070701");
    archive.extend_from_slice(header.as_bytes());
    archive.extend_from_slice(name.as_bytes());
    archive.push(0);
    pad(archive);
    archive.extend_from_slice(&entry.data);
    pad(archive);
}

fn pad(archive: &mut Vec<u8>) {
    archive.resize(archive.len().next_multiple_of(4), 0);
}

/// What the dynamic loader would open for a program or library.
fn shared_libraries(program: &Path) -> Result<Vec<PathBuf>, Error> {
    let output = Command::new("ldd").arg(program).output().map_err(Error::file(program))?;
    if !output.status.success() {
        return Ok(Vec::new()); // Static, or not of this machine's kind (a BPF object).
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if let Some(line) = text.lines().find(|line| line.ends_with("not found")) {
        return Err(Error::Tool(format!("{}: {}", program.display(), line.trim())));
    }
    Ok(text.lines().filter_map(library_of_line).collect())
}

/// `libz.so.1 => /lib/libz.so.1 (0x…)` and `/lib64/ld-linux.so.2 (0x…)`.
fn library_of_line(line: &str) -> Option<PathBuf> {
    let path = line.split_whitespace().find(|word| word.starts_with('/'))?;
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::{Initramfs, library_of_line};
    use std::path::PathBuf;

    #[test]
    fn archive_has_folders_before_files_and_is_padded() {
        let mut root = Initramfs::default();
        root.add_executable("/lab/script", b"echo".to_vec());
        let archive = root.to_cpio();
        assert_eq!(archive.len() % 4, 0);
        let text = String::from_utf8_lossy(&archive);
        assert!(text.find("lab\0").expect("folder") < text.find("lab/script\0").expect("file"));
        assert!(text.contains("TRAILER!!!"));
    }

    #[test]
    fn libraries_are_read_from_both_forms_of_line() {
        let mapped = "\tlibz.so.1 => /lib/libz.so.1 (0x00007f)";
        assert_eq!(library_of_line(mapped), Some(PathBuf::from("/lib/libz.so.1")));
        assert_eq!(library_of_line("\t/lib64/ld.so (0x1)"), Some(PathBuf::from("/lib64/ld.so")));
        assert_eq!(library_of_line("\tlinux-vdso.so.1 (0x00007f)"), None);
    }
}
