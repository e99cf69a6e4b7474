//! The verifier's log, read back.
//!
//! A rejection becomes the verifier's last word, what that means, the source
//! line and the instruction it was at, the register it is about, what mostly
//! mends it, and the whole log; an acceptance becomes the figures of the log's
//! last lines. Formats: `kernel/bpf/log.c` and `print_verification_stats()` in
//! `kernel/bpf/verifier.c`, Linux 5.10 to 7.2, and the reports in blocks of
//! 7.3 (`kernel/bpf/diagnostics.c`).

mod block;
mod causes;
mod words;

use crate::error::ProgramPlace;
use block::Report;

/// A source line as the verifier quotes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// The line's text.
    pub text: String,
    /// The file, where the log (Linux 6.9 and newer) or the object names it.
    pub file: Option<String>,
    /// The line number, counted from 1.
    pub line: Option<u32>,
    /// The column, counted from 1, where the object names it.
    pub column: Option<u32>,
}

/// A program that the verifier rejected.
#[derive(Debug, Clone, PartialEq, Eq, Default, thiserror::Error)]
#[error("the verifier rejected `{}` ({}): {message}{}", .place.program, .place.section, at(.source_line.as_ref()))]
#[non_exhaustive]
pub struct Rejection {
    /// The program.
    pub place: ProgramPlace,
    /// The verifier's last word: why it rejected the program.
    pub message: String,
    /// The source line it was at.
    pub source_line: Option<SourceLine>,
    /// The index of the instruction it was at.
    pub instruction: Option<u32>,
    /// That instruction, as the log has it, `r0 = *(u64 *)(r0 +0)`.
    pub code: Option<String>,
    /// What that instruction does, in words.
    pub does: Option<String>,
    /// The register that the message is about, and what it holds, in words.
    pub register: Option<(u8, String)>,
    /// What the message means.
    pub meaning: Option<String>,
    /// What mostly mends it.
    pub mend: Option<String>,
    /// What led there, where the kernel tells it.
    pub path: Vec<String>,
    /// The entire log.
    pub log: String,
}

fn at(line: Option<&SourceLine>) -> String {
    match line {
        Some(SourceLine { file: Some(file), line: Some(line), .. }) => format!(" at {file}:{line}"),
        Some(SourceLine { text, .. }) => format!(" at `{text}`"),
        None => String::new(),
    }
}

impl Rejection {
    pub(crate) fn from_log(place: ProgramPlace, log: String) -> Self {
        let report = Report::read(&log);
        // What stands before the report is the log in the old style.
        let classic = Classic::read(log.split(block::HEADLINE).next().unwrap_or(&log));
        let said = classic.said.join("; ");
        let message = classic.said.last().map(|line| (*line).to_owned());
        let instruction = classic.instruction.or_else(|| named_instruction(message.as_deref()?));
        let cause = causes::cause_of(&said);
        let register = words::named_register(message.as_deref().unwrap_or_default())
            .or_else(|| words::named_register(&said))
            .and_then(|number| {
                let state = words::last_state(&log, number)?;
                Some((number, words::state_in_words(state)?))
            });
        let code = classic.code.map(str::to_owned);
        let mut rejection = Self {
            place,
            message: message.unwrap_or_default(),
            source_line: classic.source_line,
            instruction,
            does: code.as_deref().and_then(words::instruction_in_words),
            code,
            register,
            meaning: cause.map(|cause| cause.meaning.to_owned()),
            mend: cause.map(|cause| cause.mend.to_owned()),
            path: Vec::new(),
            log: String::new(),
        };
        if let Some(report) = report {
            rejection.take(report);
        }
        if rejection.message.is_empty() {
            rejection.message = "no reason was logged".to_owned();
        }
        rejection.log = log;
        rejection
    }

    /// What a report in blocks says goes before what was made out of the log.
    fn take(&mut self, report: Report) {
        if self.message.is_empty() {
            self.message = report.headline;
        }
        let said = |text: String| Some(text).filter(|text| !text.is_empty());
        self.meaning = said(report.reason).or(self.meaning.take());
        self.mend = said(report.suggestion).or(self.mend.take());
        self.source_line = report.place.or(self.source_line.take());
        self.instruction = report.instruction.or(self.instruction);
        if let Some(code) = report.code {
            let text = instruction_text(&code).unwrap_or(&code);
            self.does = words::instruction_in_words(text).or(self.does.take());
            self.code = Some(text.to_owned());
        }
        self.path = report.path;
    }
}

/// What the log in the old style says.
#[derive(Default)]
struct Classic<'a> {
    /// The lines behind the last instruction that are no bookkeeping.
    said: Vec<&'a str>,
    source_line: Option<SourceLine>,
    instruction: Option<u32>,
    code: Option<&'a str>,
}

impl<'a> Classic<'a> {
    fn read(log: &'a str) -> Self {
        let mut found = Self::default();
        for line in log.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()) {
            if let Some(quoted) = line.strip_prefix("; ") {
                found.source_line = Some(parse_source_line(quoted));
            } else if let Some(index) = instruction_index(line) {
                found.instruction = Some(index);
                found.said.clear();
                if let Some(code) =
                    line.split_once(": ").and_then(|(_, code)| instruction_text(code))
                {
                    found.code = Some(code);
                }
            } else if !is_bookkeeping(line) {
                found.said.push(line.trim());
            }
        }
        found
    }
}

/// The `r0 = 0` of `(b7) r0 = 0 ; R0_w=0`.
fn instruction_text(code: &str) -> Option<&str> {
    let (_, text) = code.strip_prefix('(')?.split_once(") ")?;
    Some(text.split(" ; ").next().unwrap_or(text).trim())
}

/// `text @ file:line`, or the text alone from older kernels.
fn parse_source_line(quoted: &str) -> SourceLine {
    let located = quoted.rsplit_once(" @ ").and_then(|(text, place)| {
        let (file, line) = place.rsplit_once(':')?;
        Some((text, file, line.trim().parse().ok()?))
    });
    match located {
        Some((text, file, line)) => SourceLine {
            text: text.trim().to_owned(),
            file: Some(file.to_owned()),
            line: Some(line),
            column: None,
        },
        None => SourceLine { text: quoted.trim().to_owned(), file: None, line: None, column: None },
    }
}

/// The 12 of `12: (85) call …` and of `12: R0=…` state lines.
fn instruction_index(line: &str) -> Option<u32> {
    let (index, rest) = line.split_once(": ")?;
    let index =
        index.strip_prefix("from ").and_then(|jump| jump.rsplit(' ').next()).unwrap_or(index);
    let is_instruction = rest.starts_with('(');
    let is_state = rest.starts_with('R') || rest.starts_with("frame") || rest.starts_with("safe");
    let index = index.trim().parse().ok()?;
    (is_instruction || is_state).then_some(index)
}

/// The 5 of `unreachable insn 5`: faults of the program's shape are found
/// before any instruction is gone through.
fn named_instruction(message: &str) -> Option<u32> {
    let (_, rest) = message.split_once("insn ")?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Lines that follow or surround the reason without being it.
fn is_bookkeeping(line: &str) -> bool {
    const STARTS: [&str; 13] = [
        "cur state:",
        "old state:",
        "processed ",
        "verification time ",
        "stack depth ",
        "insns processed ",
        "mark_precise:",
        "last_idx ",
        "regs=",
        "parent ",
        "func#",
        "Validating ",
        "reg type unsupported for arg#0",
    ];
    STARTS.iter().any(|start| line.trim_start().starts_with(start)) || is_register_state(line)
}

/// ` R0_w=inv0 R10=fp0`: a dump of registers, which older kernels print on a
/// line of its own. A reason that begins with a register has no `=` in its
/// first word.
fn is_register_state(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    first.starts_with('R') && first.contains('=')
}

/// What the verifier says of a program that it accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct VerifierStats {
    /// Instructions processed, each path counted.
    pub instructions: u64,
    /// States created in all.
    pub total_states: u64,
    /// The most states held at one time.
    pub peak_states: u64,
    /// Bytes of stack, the program and its subprograms summed.
    pub stack_bytes: u64,
}

/// Reads the last lines of a log of level 4 (`BPF_LOG_STATS`); `None` if they
/// are not there.
pub(crate) fn parse_stats(log: &str) -> Option<VerifierStats> {
    let mut stats = VerifierStats::default();
    let mut found = false;
    for line in log.lines() {
        if let Some(depths) = line.strip_prefix("stack depth ") {
            let depths = depths.split_whitespace().next().unwrap_or_default();
            let depths = depths.split('+').filter_map(|depth| depth.parse().ok());
            stats.stack_bytes = depths.fold(0, u64::saturating_add);
        } else if let Some(rest) = line.strip_prefix("processed ") {
            let words: Vec<&str> = rest.split_whitespace().collect();
            let after = |name: &str| {
                let at = words.iter().position(|word| *word == name)?;
                words.get(at + 1)?.parse().ok()
            };
            stats.instructions = words.first().and_then(|word| word.parse().ok())?;
            stats.total_states = after("total_states").unwrap_or_default();
            stats.peak_states = after("peak_states").unwrap_or_default();
            found = true;
        }
    }
    found.then_some(stats)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
