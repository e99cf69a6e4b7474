//! What a run left in `target/lab/KERNEL`: JUnit files, read again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::error::Error;
use super::matrix::tree;

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It was left out, for this reason.
    Skipped(String),
    /// It failed.
    Failed,
}

/// One test of a file.
#[derive(Clone, Debug)]
pub struct Test {
    /// How it ended.
    pub outcome: Outcome,
    /// What else the file says of it, by name.
    pub properties: Vec<(String, String)>,
}

/// Tests by their names.
pub type Tests = BTreeMap<String, Test>;

/// What is known of the last run on one kernel.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// `uname -r`.
    pub release: String,
    /// How long the guest ran; empty for this machine.
    pub seconds: String,
    /// The cases.
    pub cases: Tests,
    /// The tests of the Python package.
    pub python: Tests,
}

/// Where the results of a kernel are.
pub fn folder(kernel: &str) -> PathBuf {
    tree().join("target/lab").join(kernel)
}

/// Keeps other runs out of the folder of results until it is dropped.
pub fn alone() -> Result<fs::File, Error> {
    let folder = tree().join("target/lab");
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let path = folder.join("lock");
    let file = fs::File::create(&path).map_err(Error::file(&path))?;
    if file.try_lock().is_err() {
        super::progress("another run uses target/lab: waiting for its end");
        file.lock().map_err(Error::file(&path))?;
    }
    Ok(file)
}

impl Results {
    /// The results of a kernel; empty if there are none.
    pub fn of(kernel: &str) -> Result<Self, Error> {
        let folder = folder(kernel);
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        Ok(Self {
            release: text("release"),
            seconds: text("seconds"),
            cases: read(&folder.join("cases.xml"))?,
            python: read(&folder.join("python.xml"))?,
        })
    }
}

/// Reads a JUnit file; one that is not there has no tests.
fn read(file: &Path) -> Result<Tests, Error> {
    match fs::read_to_string(file) {
        Ok(text) => parse(&text).ok_or_else(|| {
            Error::Tool(format!("{} is not a JUnit file: run the suites again", file.display()))
        }),
        Err(_) => Ok(Tests::new()),
    }
}

fn parse(text: &str) -> Option<Tests> {
    let mut tests = Tests::new();
    let mut reader = Reader::from_str(text);
    let mut name = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                if tag.name().as_ref() == "testcase" {
                    name = name_of(&tag)?;
                    let test = Test { outcome: Outcome::Passed, properties: Vec::new() };
                    tests.insert(name.clone(), test);
                } else if let Some(test) = tests.get_mut(&name) {
                    note(test, &tag)?;
                }
            }
            Event::Eof => return Some(tests),
            _ => {}
        }
    }
}

/// Cases carry their whole name; pytest puts the file in front.
fn name_of(tag: &BytesStart<'_>) -> Option<String> {
    let (class, name) = (attribute(tag, "classname")?, attribute(tag, "name")?);
    Some(if class == "cases" { name } else { format!("{class}::{name}") })
}

fn note(test: &mut Test, tag: &BytesStart<'_>) -> Option<()> {
    match tag.name().as_ref() {
        "property" => {
            test.properties.push((attribute(tag, "name")?, attribute(tag, "value")?));
        }
        "skipped" => test.outcome = Outcome::Skipped(attribute(tag, "message")?),
        "failure" | "error" => test.outcome = Outcome::Failed,
        _ => {}
    }
    Some(())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    Some(quick_xml::escape::unescape(&attribute.value).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Outcome, parse};

    const FILE: &str = r#"<testsuite><testcase classname="cases" name="lang/a" time="1">
        <properties><property name="helper" value="loop"/></properties></testcase>
        <testcase classname="cases" name="lang/b"><skipped message="not &quot;here&quot;"/></testcase>
        <testcase classname="tests.x" name="t"><failure message="m">1 &lt; 2</failure></testcase>
        </testsuite>"#;

    #[test]
    fn outcomes_and_properties_are_read() {
        let tests = parse(FILE).expect("a JUnit file");
        assert_eq!(tests["lang/a"].outcome, Outcome::Passed);
        assert_eq!(tests["lang/a"].properties, [("helper".into(), "loop".into())]);
        assert_eq!(tests["lang/b"].outcome, Outcome::Skipped("not \"here\"".into()));
        assert_eq!(tests["tests.x::t"].outcome, Outcome::Failed);
        assert!(parse("<testsuite><").is_none());
    }
}
