//! Programs kept as files: `NAME.py`, which begins with the numbers of its
//! runs, and its twin `NAME.c`.

use std::fs;
use std::path::Path;

use crate::build::Clang;
use crate::run::Input;
use crate::session::{Outcome, compare};

/// The name of the program in such a file.
pub const NAME: &str = "prog";
/// What a line of input begins with.
const GIVEN: &str = "# given: ";

/// A program in both languages.
pub struct Texts {
    pub python: String,
    pub c: String,
}

/// Writes a program down.
pub fn write(folder: &Path, name: &str, texts: &Texts, inputs: &[Input]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut python = String::new();
    for input in inputs {
        let numbers: Vec<String> = input.iter().map(ToString::to_string).collect();
        python.push_str(&format!("{GIVEN}{}\n", numbers.join(" ")));
    }
    fs::write(folder.join(format!("{name}.py")), python + &texts.python)?;
    fs::write(folder.join(format!("{name}.c")), &texts.c)
}

/// Writes down beside it what became of it.
pub fn explain(folder: &Path, name: &str, outcome: &Outcome) -> std::io::Result<()> {
    let found = match outcome {
        Outcome::Refused(complaint) => format!("{}: {}\n", complaint.code, complaint.message),
        Outcome::Rejected(text)
        | Outcome::Skipped(text)
        | Outcome::TooMuch(text)
        | Outcome::Different(text)
        | Outcome::Broken(text) => format!("{text}\n"),
        Outcome::Same => "the same when alone\n".to_owned(),
    };
    fs::write(folder.join(format!("{name}.txt")), found)
}

/// Runs a program that was kept, beside its twin.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check(clang: Clang, path: &Path) -> Result<(), String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| error.to_string());
    let python = read(path)?;
    let c = read(&path.with_extension("c"))?;
    let inputs = python
        .lines()
        .filter_map(|line| line.strip_prefix(GIVEN))
        .map(input)
        .collect::<Result<Vec<_>, _>>()?;
    if inputs.is_empty() {
        return Err(format!("no line `{GIVEN}…` says what it is run on"));
    }
    match compare(clang, &python, &c, &inputs) {
        Outcome::Same => Ok(()),
        Outcome::Refused(complaint) => Err(format!("{}: {}", complaint.code, complaint.message)),
        Outcome::Rejected(text) => Err(format!("refused by the verifier: {text}")),
        Outcome::Skipped(text) | Outcome::TooMuch(text) => {
            Err(format!("the twin cannot be run: {text}"))
        }
        Outcome::Different(text) | Outcome::Broken(text) => Err(text),
    }
}

fn input(line: &str) -> Result<Input, String> {
    let numbers: Result<Vec<i64>, _> = line.split_whitespace().map(str::parse).collect();
    let numbers = numbers.map_err(|error| format!("`{line}`: {error}"))?;
    numbers.try_into().map_err(|_| format!("`{line}`: not as many numbers as a run is given"))
}
