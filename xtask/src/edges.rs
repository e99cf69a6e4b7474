//! The check of the crate edges: the dependencies between the workspace's own
//! crates, and on the few libraries that only one crate may know, must be those
//! of `edges.txt`. A new edge is a decision, made by a line there.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::collections::BTreeSet;
use std::process::{Command, ExitCode};

use serde_json::Value;

const ALLOWED: &str = include_str!("../edges.txt");

/// Libraries that mark a border, beside the workspace's own crates.
const GUARDED: [&str; 5] = ["inkwell", "libbpf-rs", "libbpf-sys", "pyo3", "ruff_python_parser"];

/// Runs the task and tells its exit status.
pub fn run() -> ExitCode {
    let found = match metadata() {
        Ok(metadata) => edges_of(&metadata),
        Err(reason) => {
            eprintln!("edges: {reason}");
            return ExitCode::from(2);
        }
    };
    let complaints = differences(&found, &parse(ALLOWED));
    for complaint in &complaints {
        eprintln!("edges: {complaint}");
    }
    if complaints.is_empty() {
        println!("edges: {} dependencies, all allowed", found.len());
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn metadata() -> Result<Value, String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .map_err(|error| format!("cargo metadata cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// Edges as `from -> to`, without those that only tests use.
fn edges_of(metadata: &Value) -> BTreeSet<String> {
    let packages: Vec<&Value> = items(metadata, "packages").collect();
    let members: BTreeSet<&str> = packages.iter().filter_map(|package| name(package)).collect();
    let watched = |name: &str| members.contains(name) || GUARDED.contains(&name);
    let mut edges = BTreeSet::new();
    for package in &packages {
        for dependency in items(package, "dependencies").filter(|dep| dep["kind"] != "dev") {
            if let (Some(from), Some(to)) = (name(package), name(dependency))
                && watched(to)
            {
                edges.insert(format!("{} -> {}", short(from), short(to)));
            }
        }
    }
    edges
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn name(value: &Value) -> Option<&str> {
    value.get("name").and_then(Value::as_str)
}

fn short(name: &str) -> &str {
    name.strip_prefix("pythonbpf-").unwrap_or(name)
}

fn parse(text: &str) -> BTreeSet<String> {
    let edges = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    edges.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn differences(found: &BTreeSet<String>, allowed: &BTreeSet<String>) -> Vec<String> {
    let new = found.difference(allowed).map(|edge| {
        format!("{edge} is new: drop the dependency, or allow it in xtask/edges.txt with a reason")
    });
    let gone = allowed
        .difference(found)
        .map(|edge| format!("{edge} is allowed in xtask/edges.txt but no longer there"));
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::{differences, edges_of, parse};
    use serde_json::json;

    fn workspace() -> serde_json::Value {
        json!({"packages": [
            {"name": "pythonbpf-cli", "dependencies": [
                {"name": "pythonbpf-ir", "kind": null},
                {"name": "clap", "kind": null},
                {"name": "pythonbpf-test", "kind": "dev"},
            ]},
            {"name": "pythonbpf-ir", "dependencies": [{"name": "pyo3", "kind": null}]},
            {"name": "pythonbpf-test", "dependencies": []},
        ]})
    }

    #[test]
    fn own_crates_and_guarded_libraries_count() {
        let edges: Vec<String> = edges_of(&workspace()).into_iter().collect();
        assert_eq!(edges, ["cli -> ir", "ir -> pyo3"]);
    }

    #[test]
    fn new_and_stale_edges_are_told() {
        let allowed = parse("# comment\ncli -> ir # reason\ncli -> render\n");
        let told = differences(&edges_of(&workspace()), &allowed).join("\n");
        assert!(told.contains("ir -> pyo3 is new"));
        assert!(told.contains("cli -> render is allowed"));
        assert!(!told.contains("cli -> ir"));
    }
}
