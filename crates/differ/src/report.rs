//! The figures of a run.

use std::collections::BTreeMap;
use std::fmt;

use crate::session::Outcome;

/// How many examples of a class are told.
const TOLD: usize = 5;

/// The figures of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    tried: u64,
    same: u64,
    too_much: u64,
    /// Why there was no twin, and how often.
    skipped: BTreeMap<String, u64>,
    /// Failures by class: how many, and the first of them.
    failures: BTreeMap<String, (u64, Vec<String>)>,
}

impl Report {
    pub(crate) fn count(&mut self, index: u64, outcome: &Outcome) {
        self.tried += 1;
        let (class, text) = match outcome {
            Outcome::Same => {
                self.same += 1;
                return;
            }
            Outcome::Skipped(reason) => {
                let words = reason.lines().next().unwrap_or_default().split_whitespace();
                // Registers and addresses differ each time.
                let plain = words.filter(|word| !word.contains(|letter: char| letter.is_numeric()));
                let reason = plain.take(8).collect::<Vec<_>>().join(" ");
                *self.skipped.entry(reason).or_default() += 1;
                return;
            }
            Outcome::TooMuch(_) => {
                self.too_much += 1;
                return;
            }
            Outcome::Refused(complaint) => {
                (format!("refused by the compiler: {}", complaint.code), &complaint.message)
            }
            Outcome::Rejected(log) => ("refused by the verifier".to_owned(), log),
            Outcome::Different(text) => ("different".to_owned(), text),
            Outcome::Broken(text) => ("failed otherwise".to_owned(), text),
        };
        let (count, told) = self.failures.entry(class).or_default();
        *count += 1;
        if told.len() < TOLD {
            let first = text.lines().next().unwrap_or_default();
            told.push(format!("{index}: {first}"));
        }
    }

    /// Whether nothing failed.
    pub fn is_good(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} programs, {} the same", self.tried, self.same)?;
        let skipped: u64 = self.skipped.values().sum();
        if skipped > 0 {
            write!(f, ", {skipped} without a C twin that loads")?;
        }
        if self.too_much > 0 {
            write!(f, ", {} too much for the verifier in both", self.too_much)?;
        }
        for (reason, count) in &self.skipped {
            write!(f, "\n{count} twins: {reason}")?;
        }
        for (class, (count, told)) in &self.failures {
            write!(f, "\n{count} {class}")?;
            for one in told {
                write!(f, "\n    {one}")?;
            }
        }
        Ok(())
    }
}
