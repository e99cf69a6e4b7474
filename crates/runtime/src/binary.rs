//! Programs and libraries that user probes and markers are in: which functions and
//! markers they have. Read only when an attach failed, to say what is near.

use std::env;
use std::path::{Path, PathBuf};

use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SymbolKind};

/// Where libbpf looks for libraries, and then for programs (`resolve_full_path`).
const LIBRARIES: &str = "/usr/lib64:/usr/lib:/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:\
                         /lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu:/lib64:/lib";
const PROGRAMS: &str = "/usr/bin:/usr/sbin";
/// The section of markers, and the owner of its notes.
const NOTES: &str = ".note.stapsdt";
/// Words before the texts of a marker: its place, a base and a semaphore.
const MARKER_HEAD: usize = 3 * 8;
/// Bytes of the head of a note: three numbers of 4.
const NOTE_HEAD: usize = 12;

/// The file that a section or a caller names, looked for as libbpf does.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| path.exists());
    }
    let (variable, places) = match name.contains(".so") {
        true => ("LD_LIBRARY_PATH", LIBRARIES),
        false => ("PATH", PROGRAMS),
    };
    let own = env::var(variable).unwrap_or_default();
    let folders = own.split(':').chain(places.split(':')).filter(|folder| !folder.is_empty());
    folders.map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}

/// The functions that a file has names for.
pub(crate) fn functions(path: &Path) -> Vec<String> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let Ok(file) = object::File::parse(&*bytes) else { return Vec::new() };
    let symbols = file.symbols().chain(file.dynamic_symbols());
    let functions = symbols.filter(|one| one.kind() == SymbolKind::Text && one.is_definition());
    functions.filter_map(|one| one.name().ok().map(str::to_owned)).collect()
}

/// The markers of a file, as `provider:name`.
pub(crate) fn markers(path: &Path) -> Vec<String> {
    let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
    let Ok(file) = object::File::parse(&*bytes) else { return Vec::new() };
    let section = file.section_by_name(NOTES).and_then(|section| section.data().ok());
    let mut found = markers_in(section.unwrap_or_default());
    found.sort();
    found.dedup();
    found
}

/// Each note: the sizes of owner and description, a kind, then both, padded.
fn markers_in(mut notes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let padded = |size: usize| size.checked_next_multiple_of(4);
    while let Some(head) = notes.get(..NOTE_HEAD) {
        let number = |at: usize| {
            head.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes)
        };
        let (Some(owner), Some(size)) = (number(0), number(4)) else { break };
        let Some(start) = padded(owner as usize).map(|owner| NOTE_HEAD + owner) else { break };
        let end = start.checked_add(size as usize);
        let Some(description) = end.and_then(|end| notes.get(start..end)) else { break };
        let texts = description.get(MARKER_HEAD..).unwrap_or_default();
        let mut texts = texts.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        if let (Some(provider), Some(name)) = (texts.next(), texts.next()) {
            found.push(format!("{provider}:{name}"));
        }
        let next = end.and_then(padded).and_then(|next| notes.get(next..));
        notes = next.unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{find, functions, markers, markers_in};

    fn note(texts: &[u8]) -> Vec<u8> {
        let size = u32::try_from(24 + texts.len()).expect("small");
        let mut note = [8_u32.to_le_bytes(), size.to_le_bytes(), 3_u32.to_le_bytes()].concat();
        note.extend(b"stapsdt\0");
        note.extend([0; 24]);
        note.extend(texts);
        note.resize(note.len().next_multiple_of(4), 0);
        note
    }

    #[test]
    fn markers_are_read_from_notes() {
        let notes = [note(b"app\0begin\0-4@%eax\0"), note(b"app\0end\0\0")].concat();
        assert_eq!(markers_in(&notes), ["app:begin", "app:end"]);
        for cut in 0..notes.len() {
            markers_in(&notes[..cut]);
        }
        assert_eq!(markers_in(&[0xff; 64]), Vec::<String>::new());
    }

    #[test]
    fn files_are_found_and_read() {
        let library = find("libc.so.6").expect("every machine has one");
        assert!(functions(&library).iter().any(|name| name == "getpid"));
        assert_eq!(find("libc.so.99"), None);
        assert_eq!(find("/no/such/file"), None);
        let text = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(functions(&text).is_empty() && markers(&text).is_empty());
    }
}
