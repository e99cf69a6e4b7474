//! Python for the guest: the interpreter behind `.venv` with the part of its
//! library that tests use, pytest, the package, and its tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::error::Error;
use super::initramfs::Initramfs;
use super::matrix::tree;

/// Where the tree's files are in the guest.
const TREE: &str = "/lab/tree";
/// Where pytest is.
const SITE: &str = "/lab/site";
/// Of the site's packages, pytest and what it needs.
const PACKAGES: [&str; 10] = [
    "pytest",
    "py.py",
    "_pytest",
    "pluggy",
    "iniconfig",
    "packaging",
    "pygments",
    "tomli",
    "exceptiongroup",
    "typing_extensions.py",
];
/// Large parts of the library that no test imports.
const LEFT_OUT: [&str; 10] = [
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "ensurepip",
    "pydoc_data",
    "site-packages",
    "dist-packages",
];
/// Objects that a test would compile with clang: the source, and what is
/// defined for each besides it.
const FOREIGN: [(&str, &[&str]); 2] = [
    ("foreign", &["NO_XDP"]),
    (
        "rejected",
        &[
            "NULL_POINTER",
            "OUT_OF_VALUE",
            "PACKET",
            "STACK",
            "UNINITIALISED",
            "LEAK",
            "RETURN_VALUE",
            "HELPER",
            "TOO_COMPLEX",
            "LOOP",
            "CONTEXT",
            "NUMBER",
            "ARGUMENT",
            "OFFSET",
        ],
    ),
];

const ASK: &str = "import json, os, sys, sysconfig; paths = sysconfig.get_paths(); \
    print(json.dumps([os.path.realpath(sys.executable), paths['stdlib'], paths['purelib']]))";

/// Adds all of it.
pub fn add(root: &mut Initramfs) -> Result<(), Error> {
    let [interpreter, library, site] = ask()?;
    let place = |path: &Path| path.to_string_lossy().into_owned();
    root.add_host_file(&interpreter, &place(&interpreter))?;
    root.add_host_folder(&library, &place(&library), &is_wanted)?;
    for package in PACKAGES {
        let path = site.join(package);
        // Some are only for older versions of Python.
        if path.exists() {
            root.add_host_folder(&path, &format!("{SITE}/{package}"), &is_wanted)?;
        }
    }
    for part in [
        "python/pythonbpf",
        "python/vmlinux",
        "tests/python",
        "pyproject.toml",
        "tests/lang/timers.py",
        "bench/instructions.py",
        "bench/latency.py",
        "bench/guard.py",
        "bench/figures",
    ] {
        root.add_host_folder(&tree().join(part), &format!("{TREE}/{part}"), &is_wanted)?;
    }
    let objects = foreign_objects()?;
    root.add_host_file(&objects, "/lab/objects")?;
    root.add_host_folder(&corpus()?, "/lab/figures", &is_wanted)?;
    let launcher = format!(
        "#!/bin/sh\nexport PYTHONPATH={TREE}/python:{SITE} PYTHONBPF_LAB=/lab/objects\n\
         exec {} \"$@\"\n",
        interpreter.display()
    );
    root.add_executable("/usr/bin/python3", launcher.into_bytes());
    Ok(())
}

/// The interpreter, its library, and where its packages are.
fn ask() -> Result<[PathBuf; 3], Error> {
    let python = tree().join(".venv/bin/python");
    let output = Command::new(&python).args(["-c", ASK]).output().map_err(Error::file(&python))?;
    let paths = match serde_json::from_slice(&output.stdout) {
        Ok(Value::Array(paths)) => paths,
        _ => Vec::new(),
    };
    let paths: Vec<PathBuf> = paths.iter().filter_map(Value::as_str).map(PathBuf::from).collect();
    paths.try_into().map_err(|_| Error::Tool(".venv/bin/python does not tell its paths".into()))
}

fn is_wanted(name: &str) -> bool {
    let is_large = name.starts_with("config-") || name.ends_with(".a");
    let is_optimised = name.ends_with(".opt-1.pyc") || name.ends_with(".opt-2.pyc");
    !(is_large || is_optimised || LEFT_OUT.contains(&name))
}

/// Compiles what tests would compile themselves; clang is not in the guest.
fn foreign_objects() -> Result<PathBuf, Error> {
    let folder = tree().join("target/lab/foreign");
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    for (name, variants) in FOREIGN {
        let source = tree().join(format!("tests/python/programs/{name}.c"));
        foreign_object(&source, None, &folder.join(format!("{name}.o")))?;
        for variant in variants {
            let object = folder.join(format!("{name}-{variant}.o"));
            foreign_object(&source, Some(variant), &object)?;
        }
    }
    Ok(folder)
}

/// Compiles the corpus whose figures are held to.
fn corpus() -> Result<PathBuf, Error> {
    let folder = tree().join("target/lab/corpus");
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let python = tree().join(".venv/bin/python");
    let status = Command::new(&python)
        .arg(tree().join("bench/guard.py"))
        .arg("--objects")
        .arg(&folder)
        .status()
        .map_err(Error::file(&python))?;
    match status.success() {
        true => Ok(folder),
        false => Err(Error::Tool("bench/guard.py cannot build its programs".into())),
    }
}

fn foreign_object(source: &Path, variant: Option<&str>, object: &Path) -> Result<(), Error> {
    let status = Command::new("clang-22")
        // v2, because Linux 5.10 does not know the atomics of v3.
        .args(["-O2", "-g", "-target", "bpf", "-mcpu=v2"])
        .args(variant.map(|name| format!("-D{name}")))
        .arg("-c")
        .args([source, Path::new("-o"), object])
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(Error::Tool(format!("clang-22 cannot compile {}", source.display())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_wanted;

    #[test]
    fn the_library_goes_without_its_own_tests() {
        assert!(is_wanted("json") && is_wanted("os.cpython-311.pyc"));
        assert!(!is_wanted("test") && !is_wanted("os.cpython-311.opt-1.pyc"));
        assert!(!is_wanted("config-3.11-x86_64-linux-gnu") && !is_wanted("libpython3.11.a"));
    }
}
