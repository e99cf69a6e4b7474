//! `docs/status.md`: what works on which kernel, written from the results of the
//! suites' last run and never by hand. `--check` compares its rows with the
//! cases that exist, so that the page does not rot silently.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use serde_json::Value;

use crate::vm::results::{Results, Tests};
use crate::vm::table::KINDS;
use crate::vm::{built, cell_of, kernel_names, tree};

const AGAIN: &str = "run `cargo xtask vm --kernel all` and `cargo xtask status`";
const INTRODUCTION: &str = "\
# What works on which kernel

Written by `cargo xtask status` from the results of `cargo xtask vm --kernel all`,
which runs every case of `tests/` and `examples/` on each of these kernels; never
by hand. `make lint` checks that the rows are those of the cases that exist.

*works*: all cases of the row did on this kernel what they say. *no …*: the kernel
lacks this, and the cases, which say that they need it, fail for that reason
alone. *-*: not tried; the host is the machine that the page was made on, where
nothing is attached to hooks of the whole system.
";

/// Options of `cargo xtask status`.
#[derive(clap::Args)]
pub struct Args {
    /// Write nothing; fail where the page's rows are not those of the cases.
    #[arg(long)]
    check: bool,
}

/// A case's title and what it uses, by kind and name.
type Properties = Vec<(String, String)>;

/// A table of the page.
struct Section {
    title: &'static str,
    rows: Vec<Row>,
}

/// A line of a table.
struct Row {
    head: String,
    /// The cases that it stands for.
    cases: Vec<String>,
}

/// Runs the task and tells its exit status.
pub fn run(args: &Args) -> ExitCode {
    let done = if args.check { check() } else { write() };
    match done {
        Ok(words) => {
            println!("status: {words}");
            ExitCode::SUCCESS
        }
        Err(words) => {
            eprintln!("status: {words}");
            ExitCode::FAILURE
        }
    }
}

fn page() -> PathBuf {
    tree().join("docs/status.md")
}

fn write() -> Result<String, String> {
    let results: Vec<(&str, Results)> = kernel_names()
        .into_iter()
        .map(|name| Ok((name, Results::of(name)?)))
        .collect::<Result<_, crate::vm::Error>>()
        .map_err(|error| error.to_string())?;
    if let Some((name, _)) = results.iter().find(|(_, results)| results.cases.is_empty()) {
        return Err(format!("there are no results of kernel {name}: {AGAIN}"));
    }
    let known: BTreeMap<String, Properties> = results
        .iter()
        .flat_map(|(_, results)| &results.cases)
        .map(|(name, test)| (name.clone(), test.properties.clone()))
        .collect();
    let page = page();
    std::fs::write(&page, draw(&results, &sections(&known)))
        .map_err(|error| format!("{}: {error}", page.display()))?;
    Ok(format!("wrote docs/status.md with {} cases on {} kernels", known.len(), results.len()))
}

/// The tables of the page, by what is known of the cases.
fn sections(cases: &BTreeMap<String, Properties>) -> Vec<Section> {
    let cases_in = |title, folders: &[&str]| Section {
        title,
        rows: cases
            .iter()
            .filter(|(name, _)| folders.iter().any(|folder| name.starts_with(folder)))
            .map(|(name, properties)| Row {
                head: format!("{} (`{name}`)", title_of(properties).replace('|', "\\|")),
                cases: vec![name.clone()],
            })
            .collect(),
    };
    vec![
        cases_in("Hooks", &["hooks/"]),
        cases_in("Language", &["lang/"]),
        cases_in("The guide", &["guide/"]),
        cases_in("Examples", &["examples/"]),
        uses_in("Helpers", "helper", cases),
        uses_in("Map types", "map type", cases),
        uses_in("Program types", "program type", cases),
    ]
}

fn title_of(properties: &Properties) -> String {
    let title = properties.iter().find(|(name, _)| name == "title");
    title.map(|(_, title)| title.clone()).unwrap_or_default()
}

/// A row for each thing of a kind that cases use.
fn uses_in(title: &'static str, kind: &str, cases: &BTreeMap<String, Properties>) -> Section {
    let mut users: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (case, properties) in cases {
        for (_, name) in properties.iter().filter(|(of, _)| of == kind) {
            users.entry(name).or_default().push(case.clone());
        }
    }
    let rows = users.into_iter().map(|(name, cases)| Row { head: format!("`{name}`"), cases });
    Section { title, rows: rows.collect() }
}

fn draw(results: &[(&str, Results)], sections: &[Section]) -> String {
    let mut text = INTRODUCTION.to_owned();
    let heads: String = results
        .iter()
        .map(|(name, results)| match *name {
            "host" => format!(" host {} |", short(&results.release)),
            name => format!(" {name} |"),
        })
        .collect();
    let lines: String = results.iter().map(|_| "---|").collect();
    let releases: Vec<&str> = results
        .iter()
        .filter(|(name, _)| *name != "host")
        .map(|(_, results)| results.release.as_str())
        .collect();
    let _ = writeln!(text, "\nDebian's kernels: {}.", releases.join(", "));
    for section in sections {
        let _ = writeln!(text, "\n## {}\n", section.title);
        if let Some(kind) = KINDS.iter().find(|kind| kind.title == section.title) {
            let one =
                |(name, results): &(&str, Results)| format!("{} on {name}", kind.coverage(results));
            let all: Vec<String> = results.iter().map(one).collect();
            let _ = writeln!(text, "Used by a case that works: {}.\n", all.join(", "));
        }
        let _ = writeln!(text, "| |{heads}\n|---|{lines}");
        for row in &section.rows {
            let cells = results.iter().map(|(_, results)| cell(&results.cases, row));
            let cells: String = cells.map(|cell| format!(" {cell} |")).collect();
            let _ = writeln!(text, "| {} |{cells}", row.head);
        }
    }
    text
}

/// `6.18` of `6.18.44-name`: the host is no kernel that others could get.
fn short(release: &str) -> String {
    release.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// What a kernel did with all cases of a row: a failure outweighs a success,
/// and that outweighs what is missing.
fn cell(tests: &Tests, row: &Row) -> String {
    let cells: BTreeSet<String> = row.cases.iter().map(|name| cell_of(tests, name)).collect();
    let first = ["FAILS", "works"].into_iter().find(|word| cells.contains(*word));
    let missing = cells.iter().find(|cell| *cell != "-").cloned();
    first.map(str::to_owned).or(missing).unwrap_or_else(|| "-".to_owned())
}

fn check() -> Result<String, String> {
    let page = std::fs::read_to_string(page())
        .map_err(|error| format!("docs/status.md: {error}; {AGAIN}"))?;
    let wanted = heads_of_cases(&listed()?);
    let found = heads_of_page(&page);
    let differences: Vec<String> = wanted
        .difference(&found)
        .map(|head| format!("missing: {head}"))
        .chain(found.difference(&wanted).map(|head| format!("without a case: {head}")))
        .collect();
    if differences.is_empty() {
        return Ok(format!("docs/status.md has the {} rows of the cases", wanted.len()));
    }
    Err(format!("docs/status.md is out of date: {AGAIN}\n{}", differences.join("\n")))
}

/// What `case-objects` tells of the cases that exist.
fn listed() -> Result<BTreeMap<String, Properties>, String> {
    let program = built("case-objects").map_err(|error| error.to_string())?;
    let output = Command::new(program).arg("--list").output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| listed_case(line).ok_or(format!("unreadable: {line}"))).collect()
}

fn listed_case(line: &str) -> Option<(String, Properties)> {
    let case: Value = serde_json::from_str(line).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut properties = vec![("title".to_owned(), text(&case["title"])?)];
    for used in case["uses"].as_array()? {
        properties.push((text(&used[0])?, text(&used[1])?));
    }
    Some((text(&case["name"])?, properties))
}

/// `Helpers: `loop`` and so on.
fn heads_of_cases(cases: &BTreeMap<String, Properties>) -> BTreeSet<String> {
    let heads = |section: Section| {
        section.rows.into_iter().map(move |row| format!("{}: {}", section.title, row.head))
    };
    sections(cases).into_iter().flat_map(heads).collect()
}

fn heads_of_page(page: &str) -> BTreeSet<String> {
    let mut section = "";
    let mut heads = BTreeSet::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        } else if let Some((head, _)) = line.strip_prefix("| ").and_then(|it| it.split_once(" | "))
            && !head.starts_with('|')
        {
            heads.insert(format!("{section}: {head}"));
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::{Properties, Results, draw, heads_of_cases, heads_of_page, sections};
    use crate::vm::results::{Outcome, Test};
    use std::collections::BTreeMap;

    fn properties(title: &str) -> Properties {
        let own = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        vec![own("title", title), own("helper", "loop"), own("program type", "Xdp")]
    }

    fn on_a_kernel(outcomes: [(&str, Outcome); 2]) -> Results {
        let test = |(name, outcome): (&str, Outcome)| {
            (name.to_owned(), Test { outcome, properties: properties(name) })
        };
        Results { cases: outcomes.into_iter().map(test).collect(), ..Results::default() }
    }

    #[test]
    fn a_page_has_the_rows_of_the_cases_it_was_written_from() {
        let cases: BTreeMap<String, Properties> =
            ["lang/a", "hooks/b"].map(|name| (name.to_owned(), properties(name))).into();
        let lacks = Outcome::Skipped("not in this kernel: tcx".into());
        let old = on_a_kernel([("lang/a", Outcome::Passed), ("hooks/b", lacks)]);
        let new = on_a_kernel([("lang/a", Outcome::Passed), ("hooks/b", Outcome::Failed)]);
        let page = draw(&[("5.10", old), ("6.1", new)], &sections(&cases));
        assert_eq!(heads_of_page(&page), heads_of_cases(&cases));
        assert!(page.contains("| hooks/b (`hooks/b`) | no tcx | FAILS |"), "{page}");
        assert!(page.contains("| `loop` | works | FAILS |"), "{page}");
        let more: BTreeMap<_, _> = [("lang/new".to_owned(), properties("new"))].into();
        assert_ne!(heads_of_page(&page), heads_of_cases(&more));
    }
}
