//! Where the cases are.

use std::path::{Path, PathBuf};

use crate::case::{Case, Expect};
use crate::{helper_programs, section_programs};

/// The folders of cases, from the root of the tree.
pub const FOLDERS: [&str; 4] = ["tests/guide", "tests/lang", "tests/hooks", EXAMPLES];
const EXAMPLES: &str = "examples";

/// A case and its name, such as `lang/loops`, or why it cannot be read.
pub type Found = (String, Result<Case, String>);

/// All cases below `root`, and those that are written from tables. The files of `examples` are cases that load,
/// without a comment to say so.
pub fn cases(root: &Path) -> Vec<Found> {
    FOLDERS
        .iter()
        .flat_map(|folder| {
            python_files(&root.join(folder)).into_iter().map(move |path| (folder, path))
        })
        .map(|(folder, path)| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = format!("{}/{stem}", folder.trim_start_matches("tests/"));
            let case = Case::read(&path).map(|mut case| {
                if *folder == EXAMPLES {
                    case.expect = Some(Expect::Loads);
                }
                case
            });
            (name, case)
        })
        .chain(helper_programs::cases())
        .chain(section_programs::cases())
        .collect()
}

/// The Python files of one folder.
pub fn python_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    files
}
