//! What the changes start from: the programs that people wrote.

use std::io;
use std::path::{Path, PathBuf};

use compiler::{Emit, Options};
use diagnostics::SourceFile;

/// A program of the tree.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Where it stands.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// The programs of the tests and the examples, in the order of their names.
///
/// # Errors
/// A folder or a file that cannot be read.
pub fn programs() -> io::Result<Vec<Seed>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut seeds = Vec::new();
    for folder in ["tests/guide", "tests/lang", "examples"] {
        collect(&root.join(folder), &mut seeds)?;
    }
    Ok(seeds)
}

fn collect(folder: &Path, seeds: &mut Vec<Seed>) -> io::Result<()> {
    let entries: io::Result<Vec<PathBuf>> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let mut paths = entries?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, seeds)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            seeds.push(Seed { text: std::fs::read_to_string(&path)?, path });
        }
    }
    Ok(())
}

/// The objects that those programs compile to.
///
/// # Errors
/// As [`programs`].
pub fn objects() -> io::Result<Vec<Vec<u8>>> {
    let compile = |seed: Seed| {
        let source = SourceFile::new("seed.py", seed.text);
        compiler::compile(&source, &Options::default(), Emit::Object).output
    };
    Ok(programs()?.into_iter().filter_map(compile).collect())
}
