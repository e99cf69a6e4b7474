//! A case as read from its file: the source and what its comments ask for.

use std::path::{Path, PathBuf};

use kernel::Version;
use serde_json::Value;

use crate::attach::Attach;
use crate::needs::Feature;

/// How far a case must come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expect {
    /// An object is made.
    Compiles,
    /// The kernel's verifier accepts it.
    Loads,
}

/// What a program is run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A packet.
    Data(Vec<u8>),
    /// A context.
    Context(Vec<u8>),
}

/// A `# run:` comment.
#[derive(Clone, Debug)]
pub struct Run {
    /// The program's name.
    pub program: String,
    /// What it is run on.
    pub input: Input,
    /// The low 32 bits are what the kernel hands back.
    pub returns: i64,
}

/// What is looked at after the runs.
#[derive(Clone, Debug)]
pub enum After {
    /// A `# map:` comment.
    Entry {
        /// The map's name.
        map: String,
        /// The key in JSON.
        key: Value,
        /// What the map must hold there; null is no entry.
        value: Value,
    },
    /// An `# events:` comment.
    Events {
        /// The buffer's name.
        map: String,
        /// The list of events that it must give.
        events: Value,
    },
}

/// A case and all that its comments say.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// `# expect:`
    pub expect: Option<Expect>,
    /// `# kernel:`, the oldest that it is compiled for and works on.
    pub kernel: Version,
    /// `# run:`
    pub runs: Vec<Run>,
    /// `# map:` and `# events:`
    pub after: Vec<After>,
    /// `# prints:`, line by line.
    pub prints: Option<Value>,
    /// `# attach:`
    pub attach: Vec<Attach>,
    /// `# needs:`
    pub needs: Vec<Feature>,
    /// `# guide:`
    pub guide: Vec<String>,
    /// `# perf: yes`: suggestions about speed are asked for.
    pub perf: bool,
    /// `# types: built-in`: those of the running kernel are not looked at.
    pub built_in: bool,
    /// `# machine: lab`: it is loaded in machines of the lab's own only.
    pub lab: bool,
}

impl Case {
    /// Reads a file and its comments.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        Self::parse(path.to_owned(), text)
    }

    /// Takes a text and its comments.
    ///
    /// # Errors
    /// A comment has not the form of its kind.
    pub fn parse(path: PathBuf, text: String) -> Result<Self, String> {
        let mut case = Self {
            path,
            text: text.clone(),
            expect: None,
            kernel: Version::OLDEST,
            runs: Vec::new(),
            after: Vec::new(),
            prints: None,
            attach: Vec::new(),
            needs: Vec::new(),
            guide: Vec::new(),
            perf: false,
            built_in: false,
            lab: false,
        };
        for (index, line) in text.lines().enumerate() {
            if let Some(comment) = line.strip_prefix("# ") {
                case.comment(comment)
                    .map_err(|reason| format!("{}:{}: {reason}", case.path.display(), index + 1))?;
            }
        }
        Ok(case)
    }

    /// Whether more is asked than that it compiles or gives diagnostics.
    pub fn needs_kernel(&self) -> bool {
        self.expect == Some(Expect::Loads)
            || !self.runs.is_empty()
            || !self.after.is_empty()
            || !self.attach.is_empty()
    }

    /// What the case is about: the first line of the file's text for people,
    /// or the name of the file in words.
    pub fn title(&self) -> String {
        let code = self.text.lines().find(|line| !line.is_empty() && !line.starts_with('#'));
        let documented = code.and_then(|line| line.strip_prefix("\"\"\""));
        let stem = || self.path.file_stem().unwrap_or_default().to_string_lossy().replace('_', " ");
        documented.map_or_else(stem, |text| {
            text.trim_end_matches("\"\"\"").trim().trim_end_matches('.').to_owned()
        })
    }

    fn comment(&mut self, comment: &str) -> Result<(), String> {
        let Some((word, rest)) = comment.split_once(": ") else { return Ok(()) };
        let rest = rest.trim();
        match word {
            "expect" => {
                let expect = match rest {
                    "compiles" => Expect::Compiles,
                    "loads" => Expect::Loads,
                    _ => return Err(format!("`{rest}` is not `compiles` or `loads`")),
                };
                self.expect = Some(expect);
            }
            "kernel" => self.kernel = rest.parse()?,
            "run" => self.runs.push(run(rest)?),
            "map" => self.after.push(entry(rest)?),
            "events" => {
                let (map, events) = equation(rest)?;
                self.after.push(After::Events { map: map.to_owned(), events: json(events)? });
            }
            "prints" => self.prints = Some(json(rest)?),
            "attach" => self.attach.push(rest.parse()?),
            "needs" => self.needs.push(rest.parse()?),
            "types" => self.built_in = rest == "built-in",
            "machine" => self.lab = rest == "lab",
            "perf" => self.perf = rest == "yes",
            "guide" => self.guide.push(rest.to_owned()),
            _ => {}
        }
        Ok(())
    }
}

/// `NAME(data=64) == 2`
fn run(text: &str) -> Result<Run, String> {
    let (call, returns) = equation(text)?;
    let usage = || format!("`{call}` is not `NAME(data=…)` or `NAME(ctx=…)`");
    let (program, rest) = call.split_once('(').ok_or_else(usage)?;
    let (kind, value) = rest.strip_suffix(')').and_then(|r| r.split_once('=')).ok_or_else(usage)?;
    let input = match kind {
        "data" => Input::Data(data(value)?),
        "ctx" => Input::Context(
            value
                .split(',')
                .map(|word| integer(word.trim()))
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flat_map(i64::to_ne_bytes)
                .collect(),
        ),
        _ => return Err(usage()),
    };
    Ok(Run { program: program.to_owned(), input, returns: integer(returns)? })
}

/// `NAME[KEY] == VALUE`
fn entry(text: &str) -> Result<After, String> {
    let usage = || format!("`{text}` is not `NAME[KEY] == VALUE`");
    let (map, rest) = text.split_once('[').ok_or_else(usage)?;
    let (key, value) = rest.split_once("] == ").ok_or_else(usage)?;
    Ok(After::Entry { map: map.to_owned(), key: json(key)?, value: json(value)? })
}

fn equation(text: &str) -> Result<(&str, &str), String> {
    text.split_once(" == ").ok_or_else(|| format!("`{text}` has no ` == `"))
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("`{text}` is not JSON: {error}"))
}

fn integer(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("`{text}` is not an integer"))
}

/// A number of zero bytes, or the bytes themselves in hexadecimal.
fn data(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{text}` is neither a size nor bytes such as 0x00ff");
    let Some(digits) = text.strip_prefix("0x") else {
        return text.parse().map(|size| vec![0; size]).map_err(|_| wrong());
    };
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
            u8::from_str_radix(pair, 16).map_err(|_| wrong())
        })
        .collect()
}
