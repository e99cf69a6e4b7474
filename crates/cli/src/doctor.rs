//! `pythonbpf doctor`: what will and will not work on this machine, and why.

use std::io::{self, IsTerminal, Write};

use runtime::{Ability, Diagnosis, Finding};
use serde_json::{Value, json};

use crate::args::Doctor;
use crate::exit::{Exit, Outcome};
use crate::report;
use crate::wrap::wrap;

pub(crate) fn doctor(args: &Doctor) -> Outcome {
    let found = runtime::examine();
    let mut out = io::stdout().lock();
    let text = if args.json {
        format!("{}\n", as_json(&found))
    } else {
        let style = report::style(&out);
        drawn(&found, if out.is_terminal() { style.width } else { 100 })
    };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(if found.loading.works() { Exit::Done } else { Exit::Refused })
}

/// What `--json` writes.
pub fn doctor_json() -> String {
    as_json(&runtime::examine()).to_string()
}

/// The findings in groups, each with its title.
fn groups(found: &Diagnosis) -> [(&'static str, &[Finding]); 5] {
    [
        ("system", &found.system),
        ("privileges", &found.privileges),
        ("sections", &found.sections),
        ("maps", &found.maps),
        ("features", &found.features),
    ]
}

fn drawn(found: &Diagnosis, width: usize) -> String {
    let mut text = String::new();
    for (title, findings) in groups(found) {
        text.push_str(&format!("{title}\n"));
        text.push_str(&match title {
            "system" | "privileges" => listed(findings, width),
            _ => summed(findings, width),
        });
    }
    let verdict = match &found.loading {
        Ability::Works => "programs can be loaded here".to_owned(),
        not => format!("programs cannot be loaded here: {}", not.why()),
    };
    text + &wrap(&verdict, width, 2) + "\n"
}

/// Each on a line of its own.
fn listed(findings: &[Finding], width: usize) -> String {
    let line = |finding: &Finding| {
        let facts = [finding.fact.as_str(), finding.ability.why()];
        let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        let mark = mark(&finding.ability);
        let facts = facts.join("; ");
        let words = match facts.is_empty() {
            true => format!("  {mark} {}", finding.name),
            false => format!("  {mark} {}: {facts}", finding.name),
        };
        wrap(&words, width, 10) + "\n"
    };
    findings.iter().map(line).collect()
}

fn mark(ability: &Ability) -> &'static str {
    match ability {
        Ability::Works => "yes",
        Ability::Missing(_) => "no ",
        Ability::Unknown(_) => "?  ",
    }
}

/// Those that work in one paragraph, the others by their reason.
fn summed(findings: &[Finding], width: usize) -> String {
    let mut reasons: Vec<(&Ability, Vec<&str>)> = Vec::new();
    for finding in findings {
        match reasons.iter_mut().find(|(ability, _)| **ability == finding.ability) {
            Some((_, names)) => names.push(&finding.name),
            None => reasons.push((&finding.ability, vec![&finding.name])),
        }
    }
    reasons.sort_by_key(|(ability, _)| !ability.works());
    let paragraph = |(ability, names): &(&Ability, Vec<&str>)| {
        // A name with spaces in it stays on one line.
        let names: Vec<String> = names.iter().map(|name| name.replace(' ', "\u{a0}")).collect();
        let names = names.join(", ");
        let mark = mark(ability);
        let words = match ability {
            Ability::Works => format!("  {mark} {names}"),
            _ => format!("  {mark} {names}: {}", ability.why()),
        };
        wrap(&words, width, 6).replace('\u{a0}', " ") + "\n"
    };
    reasons.iter().map(paragraph).collect()
}

fn as_json(found: &Diagnosis) -> Value {
    let mut object = json!({
        "release": found.release, "machine": found.machine,
        "loads": found.loading.works(),
    });
    if !found.loading.works() {
        object["why"] = json!(found.loading.why());
    }
    for (title, findings) in groups(found) {
        let findings = findings.iter().map(|finding| {
            let mut object = json!({"name": finding.name, "ability": finding.ability.name()});
            if !finding.ability.works() {
                object["why"] = json!(finding.ability.why());
            }
            if !finding.fact.is_empty() {
                object["fact"] = json!(finding.fact);
            }
            object
        });
        object[title] = findings.collect();
    }
    object
}
