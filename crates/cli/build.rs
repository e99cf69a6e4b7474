//! Embeds the pages of `docs/diagnostics`, so that `explain` needs no files.
//! Hands on `pages.rs`: an array of (code, text).

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // At a fixed address LLVM's 63,000 pointers need no relocation at start,
    // which is half of the time that a small file takes.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics");
    println!("cargo::rerun-if-changed={}", pages.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(&pages)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path.canonicalize()?);
        }
    }
    paths.sort();
    let entries: String = paths
        .iter()
        .filter_map(|path| Some((path.file_stem()?.to_str()?, path)))
        .map(|(code, path)| format!("    ({code:?}, include_str!({path:?})),\n"))
        .collect();
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("pages.rs"), format!("&[\n{entries}]\n"))
}
