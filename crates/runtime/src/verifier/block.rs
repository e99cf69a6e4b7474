//! The verifier's report in blocks, as kernels from 7.3 on print it.
//!
//! A headline, then sections with a title on a line of its own: the reason,
//! the place in source and code, the path that leads there, a suggestion. Each
//! may be missing, and sections of other names are taken for a path; the log
//! in the old style stands before.

use super::SourceLine;

/// What the headline begins with.
pub(super) const HEADLINE: &str = "Verification failed:";
/// What marks the line or instruction that is meant.
const MARK: &str = ">>>";

/// A report that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Report {
    /// What kind of rule is broken, and how.
    pub(super) headline: String,
    pub(super) reason: String,
    pub(super) suggestion: String,
    pub(super) place: Option<SourceLine>,
    pub(super) instruction: Option<u32>,
    /// The instruction's text, as the classic log has it.
    pub(super) code: Option<String>,
    /// What led there, a line each.
    pub(super) path: Vec<String>,
}

impl Report {
    /// Reads the last report of a log, if it has one.
    pub(super) fn read(log: &str) -> Option<Self> {
        let start = log.rfind(HEADLINE)?;
        let mut lines = log.get(start..)?.lines();
        let headline = lines.next()?.strip_prefix(HEADLINE)?.trim().to_owned();
        let mut report = Self { headline, ..Self::default() };
        let mut section = "";
        for line in lines {
            if let Some(title) = title(line) {
                section = title;
            } else if line.starts_with("processed ") || line.starts_with("verification time ") {
                break;
            } else if !line.trim().is_empty() {
                report.take(section, line);
            }
        }
        Some(report)
    }

    fn take(&mut self, section: &str, line: &str) {
        match section {
            "Reason" => join(&mut self.reason, line),
            "Suggestion" => join(&mut self.suggestion, line),
            "At" => self.take_place(line.trim()),
            "" => {}
            _ => self.path.push(line.trim().to_owned()),
        }
    }

    /// `function @ file:line:column`, then excerpts of source and code with a
    /// mark before the line that is meant.
    fn take_place(&mut self, line: &str) {
        if let Some(marked) = line.strip_prefix(MARK) {
            let Some((number, text)) = marked.split_once('|') else { return };
            let (Ok(number), text) = (number.trim().parse(), text.trim()) else { return };
            if text.starts_with('(') {
                self.instruction = Some(number);
                self.code = Some(text.to_owned());
            } else if let Some(place) = &mut self.place {
                place.text = text.to_owned();
            }
        } else if let Some(number) = line.strip_prefix("insn ") {
            self.instruction = self.instruction.or(number.trim().parse().ok());
        } else if self.place.is_none() {
            self.place = located(line);
        }
    }
}

/// `Reason:` alone on a line is a title.
fn title(line: &str) -> Option<&str> {
    let title = line.strip_suffix(':')?;
    let begins = title.starts_with(|letter: char| letter.is_ascii_uppercase());
    (begins && title.chars().all(|letter| letter.is_ascii_alphabetic() || letter == ' '))
        .then_some(title)
}

fn join(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line.trim());
}

/// `function @ file:line:column` or `file:line:column`.
fn located(line: &str) -> Option<SourceLine> {
    let place = line.rsplit_once(" @ ").map_or(line, |(_, place)| place);
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(SourceLine {
        text: String::new(),
        file: Some(file.to_owned()),
        line: Some(line.parse().ok()?),
        column: column.parse().ok(),
    })
}
