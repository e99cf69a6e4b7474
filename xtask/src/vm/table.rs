//! The results as a table for people: kernels beside each other, each way to
//! attach a line of its own, the other suites as counts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kernel::{HELPERS, LEFT_OUT, MAP_TYPES, Version};

use super::error::Error;
use super::matrix::Kernel;
use super::results::{Outcome, Results, Tests};

/// What a case is left out with where its kernel lacks something.
const LACKS: &str = "not in this kernel: ";
const HOOKS: &str = "hooks/";
/// Folders of cases that are counted.
const COUNTED: [&str; 5] = ["guide/", "lang/", "helpers/", "sections/", "examples/"];

/// What the kernel offers in rows, and cases use.
pub struct Kind {
    /// Words for it.
    pub title: &'static str,
    /// The property of a case that names what it uses.
    pub property: &'static str,
    /// How many a kernel has.
    all: fn(Version) -> usize,
}

/// Every kind.
pub const KINDS: [Kind; 2] = [
    Kind {
        title: "Helpers",
        property: "helper",
        all: |kernel| HELPERS.iter().filter(|helper| helper.is_in(kernel)).count(),
    },
    Kind {
        title: "Map types",
        property: "map type",
        all: |kernel| {
            let rows = MAP_TYPES.iter().map(|row| row.since);
            let left_out = LEFT_OUT.iter().map(|row| row.since);
            rows.chain(left_out).filter(|since| *since <= kernel).count()
        },
    },
];

impl Kind {
    /// How many of those that a kernel has are used by a case that works on it.
    pub fn coverage(&self, results: &Results) -> String {
        let passed = results.cases.values().filter(|test| test.outcome == Outcome::Passed);
        let used: BTreeSet<&str> = passed
            .flat_map(|test| &test.properties)
            .filter(|(kind, _)| kind == self.property)
            .map(|(_, name)| name.as_str())
            .collect();
        if used.is_empty() {
            return "-".to_owned();
        }
        let all = results.release.parse().map_or(0, self.all);
        format!("{} of {all}", used.len())
    }
}

/// Draws the last results of these kernels.
pub fn draw(kernels: &[Kernel]) -> Result<String, Error> {
    let results: Vec<Results> =
        kernels.iter().map(|kernel| Results::of(kernel.name())).collect::<Result<_, _>>()?;
    let mut rows = vec![row("", kernels.iter().map(|kernel| kernel.name().to_owned()))];
    let hooks: BTreeSet<&String> = results
        .iter()
        .flat_map(|results| results.cases.keys())
        .filter(|name| name.starts_with(HOOKS))
        .collect();
    for hook in hooks {
        let cells = results.iter().map(|results| cell(&results.cases, hook));
        rows.push(row(hook, cells));
    }
    for folder in COUNTED {
        let cells = results.iter().map(|results| counts(&results.cases, folder));
        rows.push(row(&format!("{folder}*"), cells));
    }
    rows.push(row("Python tests", results.iter().map(|results| counts(&results.python, ""))));
    for kind in KINDS {
        rows.push(row(kind.title, results.iter().map(|results| kind.coverage(results))));
    }
    rows.push(row("seconds", results.iter().map(|results| results.seconds.clone())));
    Ok(aligned(&rows))
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    [name.to_owned()].into_iter().chain(cells).collect()
}

/// What a kernel did with a case, in a few words.
pub fn cell(tests: &Tests, name: &str) -> String {
    match tests.get(name).map(|test| &test.outcome) {
        Some(Outcome::Passed) => "works".to_owned(),
        Some(Outcome::Failed) => "FAILS".to_owned(),
        Some(Outcome::Skipped(reason)) => match reason.strip_prefix(LACKS) {
            Some(feature) => format!("no {feature}"),
            None => "-".to_owned(),
        },
        None => "-".to_owned(),
    }
}

/// How many tests of a folder passed, failed and were left out.
fn counts(tests: &Tests, folder: &str) -> String {
    let of = |wanted: fn(&Outcome) -> bool| {
        let named = tests.iter().filter(|(name, _)| name.starts_with(folder));
        named.filter(|(_, test)| wanted(&test.outcome)).count()
    };
    let passed = of(|outcome| *outcome == Outcome::Passed);
    let failed = of(|outcome| *outcome == Outcome::Failed);
    let left_out = of(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let mut parts = vec![format!("{passed} work")];
    parts.extend((failed > 0).then(|| format!("{failed} FAIL")));
    parts.extend((left_out > 0).then(|| format!("{left_out} left out")));
    if passed + failed + left_out == 0 { "-".to_owned() } else { parts.join(", ") }
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::results::{Outcome, Test, Tests};
    use super::{aligned, cell, counts};

    fn tests() -> Tests {
        let test = |outcome| Test { outcome, properties: Vec::new() };
        let lacks = Outcome::Skipped("not in this kernel: tcx".into());
        Tests::from([
            ("hooks/a".to_owned(), test(Outcome::Passed)),
            ("hooks/b".to_owned(), test(lacks)),
            ("hooks/c".to_owned(), test(Outcome::Failed)),
        ])
    }

    #[test]
    fn a_missing_feature_is_named() {
        let cells = ["hooks/a", "hooks/b", "hooks/c", "hooks/d"].map(|it| cell(&tests(), it));
        assert_eq!(cells, ["works", "no tcx", "FAILS", "-"]);
        assert_eq!(counts(&tests(), "hooks/"), "1 work, 1 FAIL, 1 left out");
    }

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [["", "5.10"], ["kprobe", "works"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(aligned(&rows), "        5.10\nkprobe  works\n");
    }
}
