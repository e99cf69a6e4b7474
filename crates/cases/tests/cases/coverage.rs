//! Whether every sentence and snippet of the guide is proven by a case.
//!
//! `sentences.txt` is the guide in order. Lines starting with `#` are its
//! headings and our remarks. A line in brackets names the snippet in the
//! indented lines below it; any other line is a sentence. A case proves a
//! sentence by quoting it after `# guide:`. It proves a snippet by giving the
//! name in brackets there *and* holding the snippet's lines as they are
//! written, in order; a `...` in them stands for whatever the case fills in.

use std::path::Path;

use pythonbpf_cases::case::Case;
use pythonbpf_cases::folders::python_files;

use crate::diagnosed;

struct Claim {
    /// As quoted after `# guide:`.
    quote: String,
    /// The lines of a snippet; none for a sentence.
    snippet: Vec<String>,
}

/// Compares the guide with the cases of its folder.
pub fn check(folder: &Path) -> Result<(), String> {
    let file = folder.join("sentences.txt");
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let claims = claims(&text);
    let cases: Vec<Case> =
        python_files(folder).iter().map(|path| Case::read(path)).collect::<Result<_, _>>()?;
    let mut complaints: Vec<String> =
        claims.iter().filter_map(|claim| unproven(claim, &cases)).collect();
    for case in &cases {
        let name = case.path.file_name().unwrap_or_default().to_string_lossy();
        if case.guide.is_empty() {
            complaints.push(format!("{name} proves nothing of the guide: add `# guide:`"));
        }
        for quote in &case.guide {
            if !claims.iter().any(|claim| claim.quote == *quote) {
                complaints.push(format!("{name} quotes what the guide does not say: {quote}"));
            }
        }
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn claims(text: &str) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (line.strip_prefix("    "), claims.last_mut()) {
            (Some(code), Some(claim)) => claim.snippet.push(code.to_owned()),
            _ if line.starts_with('#') => {}
            _ => claims.push(Claim { quote: line.to_owned(), snippet: Vec::new() }),
        }
    }
    claims
}

/// What is wrong with a claim, if anything.
fn unproven(claim: &Claim, cases: &[Case]) -> Option<String> {
    let mut quoting = cases.iter().filter(|case| case.guide.contains(&claim.quote)).peekable();
    if quoting.peek().is_none() {
        return Some(format!("no case proves: {}", claim.quote));
    }
    let missing: Vec<String> = quoting
        .map(|case| first_missing(&claim.snippet, &case.text).map(|line| (case, line)))
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .map(|(case, line)| {
            let name = case.path.file_name().unwrap_or_default().to_string_lossy();
            format!("{name} has not all of {}: `{line}`", claim.quote)
        })
        .collect();
    Some(missing.join("\n"))
}

/// The first line of a snippet that does not follow in a text.
fn first_missing<'a>(snippet: &'a [String], text: &str) -> Option<&'a str> {
    let mut lines = text.lines().map(diagnosed::bare);
    let absent = |line: &&String| !lines.any(|candidate| is_written(line, candidate));
    snippet.iter().find(absent).map(String::as_str)
}

/// Whether a line of a case is the guide's, its `...` filled in.
fn is_written(line: &str, candidate: &str) -> bool {
    match line.split_once("...") {
        Some((before, after)) => candidate
            .strip_prefix(before)
            .is_some_and(|rest| rest.len() >= after.len() && rest.ends_with(after)),
        None => line == candidate,
    }
}
