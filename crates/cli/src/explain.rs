//! `pythonbpf explain`: the page of a diagnostic code.

use std::io::{self, Write};

use diagnostics::codes::{self, ALL};
use serde_json::json;

use crate::args::Explain;
use crate::exit::{Exit, Outcome, Stop};

/// Code and text of every page of `docs/diagnostics`, in order.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

pub(crate) fn explain(args: &Explain) -> Outcome {
    let text = match &args.code {
        Some(code) if args.json => as_json(codes::find(code).ok_or_else(|| unknown(code))?),
        None if args.json => ALL.iter().map(|code| as_json(code)).collect(),
        Some(code) => page(code).ok_or_else(|| unknown(code))?.to_owned(),
        None => list(),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

/// A code with its page, on one line.
fn as_json(code: &codes::Code) -> String {
    let page = page(code.id);
    let line = json!({"code": code.id, "name": code.name, "summary": code.summary, "page": page});
    format!("{line}\n")
}

/// The page of a code, given by its id or name.
fn page(id_or_name: &str) -> Option<&'static str> {
    let code = codes::find(id_or_name)?;
    PAGES.iter().find(|(id, _)| *id == code.id).map(|(_, text)| *text)
}

/// A line for each code.
fn list() -> String {
    let width = ALL.iter().map(|code| code.name.len()).max().unwrap_or(0);
    ALL.iter()
        .map(|code| format!("{}  {:width$}  {}\n", code.id, code.name, code.summary))
        .collect()
}

fn unknown(code: &str) -> Stop {
    let known = ALL.iter().flat_map(|code| [code.id, code.name]);
    let hint = match diagnostics::nearest(code, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`pythonbpf explain` lists them all".to_owned(),
    };
    Stop::Said(Exit::Usage, format!("there is no diagnostic `{}`; {hint}", code.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_page_and_every_page_its_code() {
        let codes: Vec<&str> = ALL.iter().map(|code| code.id).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        let pages: Vec<&str> = PAGES.iter().map(|(id, _)| *id).collect();
        assert_eq!(pages, sorted);
    }

    #[test]
    fn every_page_is_whole() {
        for (id, text) in PAGES {
            let code = codes::find(id).unwrap();
            let heading = format!("# {id}: {}\n", code.name);
            assert!(text.starts_with(&heading), "{id} starts with {heading}");
            let lines = text.lines().count();
            assert!((12..=60).contains(&lines), "{id} has {lines} lines");
            assert!(text.contains("## "), "{id} has no sections");
            assert!(text.ends_with('\n') && !text.contains('\t'), "{id}");
        }
    }
}
