//! What came of the cases, as the JUnit file that continuous integration and
//! the lab read.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Report {
    /// Such as `lang/loops`.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub seconds: f64,
    /// More that is known of it, by name.
    pub properties: Vec<(String, String)>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it says.
    Passed,
    /// Not tried or not possible here, for this reason.
    Skipped(String),
    /// Otherwise, in words.
    Failed(String),
}

/// Writes the file.
///
/// # Errors
/// Writing failed.
pub fn write(reports: &[Report], to: impl Write) -> io::Result<()> {
    let count = |wanted: fn(&Outcome) -> bool| {
        reports.iter().filter(|report| wanted(&report.outcome)).count().to_string()
    };
    let tests = reports.len().to_string();
    let failures = count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let mut writer = Writer::new_with_indent(to, b' ', 1);
    writer
        .create_element("testsuite")
        .with_attributes([("name", "cases"), ("tests", &*tests)])
        .with_attributes([("failures", &*failures), ("skipped", &*skipped)])
        .write_inner_content(|writer| {
            reports.iter().try_for_each(|report| write_case(report, writer))
        })?;
    writer.into_inner().flush()
}

fn write_case(report: &Report, writer: &mut Writer<impl Write>) -> io::Result<()> {
    let seconds = format!("{:.3}", report.seconds);
    writer
        .create_element("testcase")
        .with_attributes([("classname", "cases"), ("name", &*report.name), ("time", &*seconds)])
        .write_inner_content(|writer| {
            writer.create_element("properties").write_inner_content(|writer| {
                report.properties.iter().try_for_each(|(name, value)| {
                    let attributes = [("name", &**name), ("value", &**value)];
                    writer.create_element("property").with_attributes(attributes).write_empty()?;
                    Ok(())
                })
            })?;
            match &report.outcome {
                Outcome::Passed => {}
                Outcome::Skipped(reason) => {
                    let reason = [("message", &**reason)];
                    writer.create_element("skipped").with_attributes(reason).write_empty()?;
                }
                Outcome::Failed(words) => {
                    let first = words.lines().next().unwrap_or_default();
                    writer
                        .create_element("failure")
                        .with_attribute(("message", first))
                        .write_text_content(BytesText::new(words))?;
                }
            }
            Ok(())
        })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Report, write};

    #[test]
    fn words_that_look_like_markup_are_escaped() {
        let report = Report {
            name: "lang/x".into(),
            outcome: Outcome::Failed("\"a\" < b\nc & d".into()),
            seconds: 0.5,
            properties: vec![("helper".into(), "loop".into())],
        };
        let mut file = Vec::new();
        write(&[report], &mut file).expect("written");
        let text = String::from_utf8(file).expect("text");
        assert!(text.contains("message=\"&quot;a&quot; &lt; b\""), "{text}");
        assert!(text.contains("c &amp; d</failure>"), "{text}");
        assert!(text.contains("failures=\"1\" skipped=\"0\""), "{text}");
    }
}
