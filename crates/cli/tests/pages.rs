//! The programs in `docs/diagnostics`: the right ones compile without a word,
//! the wrong ones get their page's code and nothing else.
//!
//! A wrong program shows only what differs; the rest of it, imports included,
//! is that of the right one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

use cli::running_types;
use compiler::btf::Source;
use compiler::{Emit, Options};
use diagnostics::{SourceFile, codes};

/// Pages whose code no source text alone brings about: files, kernels, bugs,
/// and sources too long for a page.
const WITHOUT_WRONG_SOURCE: [&str; 8] =
    ["E0101", "E0103", "E0621", "E0701", "E0702", "E0703", "E0704", "E0799"];
/// Pages whose wrong program is whole because something is missing in it.
const WHOLE: [&str; 6] = ["E0104", "E0201", "E0601", "E0606", "W0901", "W0921"];
/// The page about a machine whose kernel shows no types.
const BUILT_IN: &str = "W0921";

fn page(id: &str) -> String {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics");
    fs::read_to_string(pages.join(format!("{id}.md"))).unwrap()
}

/// The Python program under a heading, if there is one.
fn program(page: &str, heading: &str) -> Option<String> {
    let (_, section) = page.split_once(&format!("## {heading}\n"))?;
    let section = section.split("\n## ").next()?;
    let (_, code) = section.split_once("```python\n")?;
    Some(code.split_once("```")?.0.to_owned())
}

/// The names that a piece of a program defines.
fn defined(piece: &str) -> Vec<&str> {
    let name = |line: &'_ str| -> Option<usize> {
        let end = line.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(line.len());
        (end > 0).then_some(end)
    };
    piece
        .lines()
        .filter_map(|line| {
            let rest = line
                .trim_start()
                .strip_prefix("def ")
                .or_else(|| line.strip_prefix("class "))
                .or_else(|| line.contains(" = ").then_some(line))?;
            rest.get(..name(rest)?)
        })
        .collect()
}

/// The wrong program with what it leaves out.
fn completed(wrong: &str, right: &str) -> String {
    let names = defined(wrong);
    let rest: Vec<&str> = right
        .split("\n\n")
        .filter(|piece| !defined(piece).iter().any(|name| names.contains(name)))
        .map(|piece| piece.trim_end())
        .collect();
    // The imports stand first.
    let (imports, rest) = rest.split_first().unwrap();
    format!("{imports}\n\n{wrong}\n{}\n", rest.join("\n\n"))
}

/// Pages about what older kernels have not: functions that are called back, and the
/// kernel's own functions.
const NEWER: [(&str, &str); 2] = [("E0542", "5.17"), ("E0545", "6.12")];

/// The codes of all that the compiler says, one that it repeats once.
fn said(name: &str, text: &str) -> Vec<&'static str> {
    let source = SourceFile::new(name, text);
    let kernel = "5.11".parse().unwrap();
    let options = match name.starts_with("W093") {
        true => Options { types: running_types(), perf: true, kernel, ..Options::default() },
        false => {
            let newer = NEWER.iter().find(|(code, _)| *code == name).map(|(_, kernel)| *kernel);
            let kernel = newer.map_or(Options::default().kernel, |kernel| kernel.parse().unwrap());
            let types = if name == BUILT_IN { Source::BuiltIn } else { running_types() };
            Options { types, kernel, ..Options::default() }
        }
    };
    let made = compiler::compile(&source, &options, Emit::Object);
    let mut said: Vec<_> = made.diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
    said.dedup();
    said
}

#[test]
fn right_programs_compile_without_a_word() {
    let mut wrong = Vec::new();
    for code in codes::ALL {
        if let Some(text) = program(&page(code.id), "Right") {
            let said = said(code.id, &text);
            if !said.is_empty() {
                wrong.push((code.id, said));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn wrong_programs_get_the_code_of_their_page() {
    let mut unexpected = Vec::new();
    for code in codes::ALL.iter().filter(|code| !WITHOUT_WRONG_SOURCE.contains(&code.id)) {
        let page = page(code.id);
        let fragment = program(&page, "Wrong").unwrap_or_else(|| panic!("{}", code.id));
        let text = match program(&page, "Right") {
            Some(right) if !WHOLE.contains(&code.id) => completed(&fragment, &right),
            _ => fragment,
        };
        let said = said(code.id, &text);
        if said != [code.id] {
            unexpected.push((code.id, said));
        }
    }
    assert!(unexpected.is_empty(), "{unexpected:?}");
}
