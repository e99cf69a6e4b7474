//! Programs in which a rule of the verifier is broken on purpose: the checker
//! refuses each with the right code, on its lines. The same program without
//! the fault compiles and loads, and so does what the language makes work.
//!
//! `PYTHONBPF_REFUSE_COUNT=10000` makes more of them for each rule, and
//! `PYTHONBPF_REFUSE_SEED=7` others.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use adversary::{Broken, RULES, Random, broken};
use compiler::{Compilation, Emit, Options};
use diagnostics::{Diagnostic, SourceFile};
use pythonbpf_adversary as adversary;
use runtime::{OpenObject, capabilities_for_section, missing_capabilities};

/// Programs for each rule.
const COUNT: usize = 5;

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

fn compile(text: &str) -> (SourceFile, Compilation) {
    let source = SourceFile::new("refused.py", text);
    let compilation = compiler::compile(&source, &Options::default(), Emit::Object);
    (source, compilation)
}

fn told(source: &SourceFile, compilation: &Compilation) -> String {
    let lines = compilation.diagnostics.iter().filter(|d| d.is_error()).map(|diagnostic| {
        let line = source.line_col(diagnostic.primary.span.start).line;
        format!("{line}: [{}] {}", diagnostic.code.name, diagnostic.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Compiles what should work and loads it, where that may be done.
fn works(text: &str, loads: bool) -> Result<(), String> {
    let (source, compilation) = compile(text);
    let Some(object) = &compilation.output else {
        return Err(format!("is refused\n{}", told(&source, &compilation)));
    };
    if !loads {
        return Ok(());
    }
    let object = OpenObject::from_bytes("refused.o", object).and_then(OpenObject::load);
    object
        .map(|object| object.close())
        .map_err(|error| format!("does not load: {error}\n{error:#?}"))
}

/// What is wrong with how a program is judged.
fn fault(sample: &Broken, loads: bool) -> Result<(), String> {
    works(&sample.whole, loads)
        .map_err(|reason| format!("without the fault it {reason}\n{}", sample.whole))?;
    let Some(code) = sample.rule.code else {
        return works(&sample.broken, loads)
            .map_err(|reason| format!("it {reason}\n{}", sample.broken));
    };
    let (source, compilation) = compile(&sample.broken);
    if let Some(object) = &compilation.output {
        let loaded = OpenObject::from_bytes("refused.o", object).and_then(OpenObject::load);
        let loaded = loaded.map(|object| object.close()).map_err(|error| error.to_string());
        return Err(format!("it compiles, and the kernel says {loaded:?}\n{}", sample.broken));
    }
    let right = |diagnostic: &&Diagnostic| {
        let line = source.line_col(diagnostic.primary.span.start).line as usize;
        match (code, diagnostic.code.name) {
            // Told where the function is, or where it returns; in a loop, the
            // next turn would finish the record again.
            ("recursion", "recursion")
            | ("unfinished-reservation", "unfinished-reservation" | "finished-reservation") => true,
            (wanted, found) => wanted == found && sample.lines.contains(&line),
        }
    };
    if compilation.diagnostics.iter().any(|diagnostic| right(&diagnostic)) {
        return Ok(());
    }
    let told = told(&source, &compilation);
    Err(format!("no [{code}] in {:?}:\n{told}\n{}", sample.lines, sample.broken))
}

#[test]
fn broken_rules_are_told() {
    let count = number("PYTHONBPF_REFUSE_COUNT").unwrap_or(COUNT);
    let mut random = Random::new(number("PYTHONBPF_REFUSE_SEED").unwrap_or(1) as u64);
    let loads = missing_capabilities(&capabilities_for_section("xdp")).is_empty()
        && missing_capabilities(&capabilities_for_section("kprobe/x")).is_empty();
    if !loads {
        println!("nothing is loaded: that needs root");
    }
    let mut faults: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for rule in RULES {
        for _ in 0..count {
            if let Err(text) = fault(&broken(&mut random, rule), loads) {
                faults.entry(rule.name).or_insert((0, text)).0 += 1;
            }
        }
    }
    let total = RULES.len() * count;
    println!("{total} programs, {} rules", RULES.len());
    let texts: Vec<String> = faults
        .iter()
        .map(|(rule, (times, text))| format!("--- {rule}, {times} of {count}: {text}"))
        .collect();
    assert!(faults.is_empty(), "{}", texts.join("\n"));
}
