//! A run of many programs. They are built and loaded some at a time, as most
//! of the time goes into starting clang; where a batch fails, its halves are
//! looked at, down to single programs.

use std::path::PathBuf;

use crate::build::{self, Clang, Complaint};
use crate::generate;
use crate::random::Random;
use crate::reduce::reduce;
use crate::report::Report;
use crate::run::{Failure, Input, Seen, observe};
use crate::tree::Program;
use crate::{c, case, python};

/// How many runs each program makes.
const RUNS: usize = 8;
/// The stream of choices that inputs come from; programs never get so far.
const INPUTS: u64 = 1 << 40;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where all choices come from.
    pub seed: u64,
    /// The number of the first program.
    pub first: u64,
    /// How many programs.
    pub count: u64,
    /// How many are built at once.
    pub batch: u64,
    /// Where failing programs are written, made smaller.
    pub keep: PathBuf,
}

/// What became of one program.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Both did the same.
    Same,
    /// This compiler refused it.
    Refused(Complaint),
    /// The verifier refused this compiler's object.
    Rejected(String),
    /// There is nothing to compare with: clang or the verifier refused the C.
    Skipped(String),
    /// Both are too much for the verifier.
    TooMuch(String),
    /// They did not do the same.
    Different(String),
    /// The kernel or libbpf failed in another way.
    Broken(String),
}

impl Outcome {
    /// Whether there is something to look at.
    const fn is_failure(&self) -> bool {
        !matches!(self, Self::Same | Self::Skipped(_) | Self::TooMuch(_))
    }

    /// Whether another failure is of the same class.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Refused(one), Self::Refused(two)) => one.code == two.code,
            (one, two) => std::mem::discriminant(one) == std::mem::discriminant(two),
        }
    }
}

/// Runs programs until the count is reached.
///
/// # Errors
/// A failing program cannot be written.
pub fn differ(
    clang: Clang,
    options: &Options,
    mut progress: impl FnMut(&Report),
) -> std::io::Result<Report> {
    let mut report = Report::default();
    let end = options.first + options.count;
    let mut first = options.first;
    while first < end {
        let last = (first + options.batch.max(1)).min(end);
        let programs: Vec<Program> =
            (first..last).map(|index| generate::program(options.seed, index)).collect();
        for (index, program) in
            (first..).zip(&programs).zip(batch(clang, options, first, &programs))
        {
            let (index, program, outcome) = (index.0, index.1, program);
            report.count(index, &outcome);
            if outcome.is_failure() {
                keep(clang, options, index, program, &outcome)?;
            }
        }
        progress(&report);
        first = last;
    }
    Ok(report)
}

/// Writes programs down as they are built together, and runs nothing.
///
/// # Errors
/// The files cannot be written.
pub fn write(options: &Options) -> std::io::Result<()> {
    let programs: Vec<Program> = (options.first..options.first + options.count)
        .map(|index| generate::program(options.seed, index))
        .collect();
    let named = named(&programs);
    let texts = case::Texts { python: python::file(&named), c: c::file(&named) };
    let name = format!("{}-{}", options.seed, options.first);
    case::write(&options.keep, &name, &texts, &inputs(options.seed, options.first))
}

/// The names that programs have where they are built together.
fn named(programs: &[Program]) -> Vec<(String, &Program)> {
    (0..).zip(programs).map(|(index, program)| (format!("p{index}"), program)).collect()
}

/// The numbers that a program's runs are given.
fn inputs(seed: u64, index: u64) -> Vec<Input> {
    let mut random = Random::new(seed, INPUTS + index);
    (0..RUNS).map(|_| std::array::from_fn(|_| random.input())).collect()
}

fn batch(clang: Clang, options: &Options, first: u64, programs: &[Program]) -> Vec<Outcome> {
    outcomes(clang, programs, &inputs(options.seed, first))
}

/// What becomes of programs: of all together, or else of one half and the
/// other.
fn outcomes(clang: Clang, programs: &[Program], inputs: &[Input]) -> Vec<Outcome> {
    if let [program] = programs {
        return vec![alone(clang, program, inputs)];
    }
    if let Some(seen) = together(clang, &named(programs), inputs) {
        let outcome = |found: Option<String>| found.map_or(Outcome::Same, Outcome::Different);
        return seen.into_iter().map(outcome).collect();
    }
    let (one, two) = programs.split_at(programs.len() / 2);
    let mut all = outcomes(clang, one, inputs);
    all.extend(outcomes(clang, two, inputs));
    all
}

/// The differences of programs that are built together; `None` if any step
/// fails for any of them.
fn together(
    clang: Clang,
    programs: &[(String, &Program)],
    inputs: &[Input],
) -> Option<Vec<Option<String>>> {
    let names: Vec<String> = programs.iter().map(|(name, _)| name.clone()).collect();
    let ours = build::python(&python::file(programs)).ok()?;
    let ours = observe(&ours, &names, inputs).ok()?;
    let twin = clang.compile(&c::file(programs)).ok()?;
    let twin = observe(&twin, &names, inputs).ok()?;
    Some(ours.iter().zip(&twin).map(|(one, two)| one.difference(two)).collect())
}

/// What becomes of one program.
fn alone(clang: Clang, program: &Program, inputs: &[Input]) -> Outcome {
    let named = [(case::NAME.to_owned(), program)];
    compare(clang, &python::file(&named), &c::file(&named), inputs)
}

/// What becomes of a program that is written already.
pub fn compare(clang: Clang, python: &str, c: &str, inputs: &[Input]) -> Outcome {
    let bytes = match build::python(python) {
        Ok(bytes) => bytes,
        Err(complaint) => return Outcome::Refused(complaint),
    };
    let ours = one(&bytes, inputs);
    let twin = clang.compile(c).and_then(|bytes| match one(&bytes, inputs) {
        Ok(seen) => Ok(seen),
        Err(Failure::Rejected(reason) | Failure::Other(reason)) => Err(reason),
    });
    match (ours, twin) {
        (Ok(ours), Ok(twin)) => ours.difference(&twin).map_or(Outcome::Same, Outcome::Different),
        (Err(Failure::Other(reason)), _) => Outcome::Broken(reason),
        // What is too much for the verifier in C as well says nothing.
        (Err(Failure::Rejected(log)), Err(_)) if is_too_much(&log) => Outcome::TooMuch(log),
        (Err(Failure::Rejected(log)), _) => Outcome::Rejected(log),
        (Ok(_), Err(reason)) => Outcome::Skipped(reason),
    }
}

/// Whether the verifier gave up, and found nothing wrong.
fn is_too_much(log: &str) -> bool {
    log.contains("BPF program is too large") || log.contains("is too complex")
}

fn one(bytes: &[u8], inputs: &[Input]) -> Result<Seen, Failure> {
    let seen = observe(bytes, &[case::NAME.to_owned()], inputs)?;
    seen.into_iter().next().ok_or_else(|| Failure::Other("no program".to_owned()))
}

/// Makes a failing program smaller and writes it down.
fn keep(
    clang: Clang,
    options: &Options,
    index: u64,
    program: &Program,
    outcome: &Outcome,
) -> std::io::Result<()> {
    let batch = options.batch.max(1);
    let first = options.first + (index - options.first) / batch * batch;
    let inputs = inputs(options.seed, first);
    let smaller = reduce(program, |smaller| outcome.is_like(&alone(clang, smaller, &inputs)));
    // Seen as it is in the end; alone it may even be the same.
    let outcome = match alone(clang, &smaller, &inputs) {
        Outcome::Same => outcome.clone(),
        found => found,
    };
    let named = [(case::NAME.to_owned(), &smaller)];
    let name = format!("{}-{index}", options.seed);
    let texts = case::Texts { python: python::file(&named), c: c::file(&named) };
    case::write(&options.keep, &name, &texts, &inputs)?;
    case::explain(&options.keep, &name, &outcome)
}
