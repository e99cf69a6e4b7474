//! Programs that must be refused: a well-formed one, made at random, in which
//! one rule of the verifier is broken on purpose, somewhere.

mod host;
mod rules;

use crate::random::Random;
use host::Host;
pub use rules::RULES;

/// One way to break a rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is broken, in a word or two.
    pub name: &'static str,
    /// The code of the error; none if the language makes it work.
    pub code: Option<&'static str>,
    /// The statements that break it: `$e` is an integer, `$n` a small number,
    /// `$u` makes a name its own.
    form: &'static str,
    /// The section of the program.
    section: &'static str,
    /// The licence of the file.
    license: &'static str,
    /// Functions that the form calls.
    needs: &'static str,
}

/// A program with and without the broken rule.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The rule.
    pub rule: &'static Rule,
    /// The program that keeps all rules.
    pub whole: String,
    /// The same with the rule broken.
    pub broken: String,
    /// The lines that break it, from 1.
    pub lines: std::ops::Range<usize>,
}

/// A program made at random that keeps all rules.
pub(crate) fn whole(random: &mut Random) -> String {
    let rule = RULES.get(random.below(RULES.len()));
    rule.map(|rule| Host::new(random, rule).lines.join("\n") + "\n").unwrap_or_default()
}

/// A program made at random that breaks `rule`.
pub fn broken(random: &mut Random, rule: &'static Rule) -> Broken {
    let host = Host::new(random, rule);
    let form = host::fill(random, rule.form);
    let (at, margin) = host.place(random);
    let breaking: Vec<String> =
        form.lines().map(|line| format!("{}{line}", " ".repeat(margin))).collect();
    let first = host.lines.len().min(at) + 1;
    let mut lines = host.lines.clone();
    lines.splice(at..at, breaking.iter().cloned());
    lines.push(rule.needs.to_owned());
    Broken {
        rule,
        whole: host.lines.join("\n") + "\n",
        broken: lines.join("\n") + "\n",
        lines: first..first + breaking.len(),
    }
}
