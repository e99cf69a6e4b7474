//! `pythonbpf hooks`: what programs can be attached to on this kernel.

use std::io::{self, IsTerminal, Write};

use runtime::{Ability, Catalog, Found, HookDetails, HookField, HookKind};
use serde_json::{Value, json};

use crate::args::Hooks;
use crate::exit::{Exit, Outcome, Stop};
use crate::grid::{Cell, grid};
use crate::report;
use crate::wrap::wrap;

/// So many hooks are described at length, more are listed one a line.
const AT_LENGTH: usize = 5;

pub(crate) fn hooks(args: &Hooks) -> Outcome {
    let catalog = Catalog::read();
    for note in catalog.notes() {
        report::complain(&format!("note: {note}"));
    }
    let kinds: Vec<HookKind> = args.kind.iter().map(|kind| kind.0).collect();
    let mut out = io::stdout().lock();
    let Some(pattern) = args.pattern.as_deref().or((!kinds.is_empty()).then_some("")) else {
        out.write_all(overview(&catalog, args.json).as_bytes())?;
        return Ok(Exit::Done);
    };
    let found = catalog.find(pattern, &kinds);
    if found.is_empty() {
        return Err(Stop::Said(Exit::Wrong, nothing(&catalog, pattern, &kinds)));
    }
    let exact = found.iter().take_while(|hook| catalog.is_exact(pattern, hook)).count();
    let long = if found.len() <= AT_LENGTH { found.len() } else { exact.min(AT_LENGTH) };
    let width = if out.is_terminal() { report::style(&out).width } else { usize::MAX };
    for (index, hook) in found.iter().enumerate() {
        if args.json {
            writeln!(out, "{}", as_json(hook, &catalog.describe(hook)))?;
        } else if index < long {
            out.write_all(at_length(hook, &catalog.describe(hook), width).as_bytes())?;
        } else {
            writeln!(out, "{}", one_line(hook, &catalog.outline(hook), width))?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// What `--json` writes for a pattern and the names of kinds, a text for each
/// hook.
///
/// # Errors
/// There is no such kind: said in words.
pub fn hooks_json(pattern: &str, kinds: &[String]) -> Result<Vec<String>, String> {
    let kind = |name: &String| {
        let found = HookKind::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| {
            let known = HookKind::ALL.map(HookKind::name).join(", ");
            format!("no kind of hook is called `{name}`; there are {known}")
        })
    };
    let kinds: Vec<HookKind> = kinds.iter().map(kind).collect::<Result<_, _>>()?;
    let catalog = Catalog::read();
    let found = catalog.find(pattern, &kinds);
    Ok(found.into_iter().map(|hook| as_json(hook, &catalog.describe(hook)).to_string()).collect())
}

/// How many there are of each kind, and how to ask.
fn overview(catalog: &Catalog, json: bool) -> String {
    let counts = HookKind::ALL.map(|kind| (kind, catalog.count(kind)));
    if json {
        let counts = counts.map(|(kind, count)| (kind.name().to_owned(), json!(count)));
        return format!("{}\n", Value::Object(counts.into_iter().collect()));
    }
    let rows: Vec<Vec<Cell>> = counts
        .into_iter()
        .map(|(kind, count)| {
            vec![Cell::left(kind.name()), Cell::number(count), Cell::left(example(kind))]
        })
        .collect();
    let header = ["kind", "here", "for example"].map(str::to_owned);
    grid(&header, &rows)
}

fn example(kind: HookKind) -> &'static str {
    match kind {
        HookKind::Tracepoint => "pythonbpf hooks 'sched/*'",
        HookKind::Function => "pythonbpf hooks 'vfs_*'",
        HookKind::Lsm => "pythonbpf hooks lsm/file_open",
        HookKind::Kfunc => "pythonbpf hooks cgroup --kind kfunc",
        HookKind::Iterator => "pythonbpf hooks iter/task",
        HookKind::StructOps => "pythonbpf hooks struct_ops/",
        HookKind::Section => "pythonbpf hooks --kind section",
    }
}

/// What to say when nothing is found.
fn nothing(catalog: &Catalog, pattern: &str, kinds: &[HookKind]) -> String {
    let near = catalog.nearest(pattern, kinds);
    let pattern = pattern.escape_debug();
    if near.is_empty() {
        return format!("nothing on this kernel is called `{pattern}`");
    }
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("nothing on this kernel is called `{pattern}`; there is {}", near.join(", "))
}

fn at_length(hook: &Found, details: &HookDetails, width: usize) -> String {
    let module = hook.module.as_ref().map_or_else(String::new, |name| format!(" [{name}]"));
    let mut text = format!("{} {}{module}\n", hook.kind.name(), hook.name);
    let mut list = |title: &str, fields: &[HookField]| {
        if !fields.is_empty() {
            text.push_str(&format!("  {title}\n"));
        }
        for field in fields {
            text.push_str(&format!("    {}\n", field.declared()));
        }
    };
    match hook.kind {
        HookKind::Tracepoint => {
            list("fields of ctx in tracepoint/", &details.fields);
            list("arguments in tp_btf/ and raw_tp/", &details.arguments);
        }
        HookKind::Iterator => list("fields of ctx", &details.fields),
        HookKind::StructOps => list("functions", &details.fields),
        _ => list("parameters", &details.fields),
    }
    if let Some(returns) = &details.returns {
        text.push_str(&format!("  returns {returns}\n"));
    }
    text.push_str(&sections(details, width));
    text
}

/// The sections: those that work, and the others under the reason.
fn sections(details: &HookDetails, width: usize) -> String {
    let mut text = String::new();
    let mut reason = "";
    for section in &details.sections {
        let mut indent = 2;
        if !section.ability.works() {
            indent = 4;
            if reason != section.ability.why() {
                reason = section.ability.why();
                let words = match section.ability {
                    Ability::Unknown(_) => format!("  not known to work: {reason}"),
                    _ => format!("  does not work here: {reason}"),
                };
                text.push_str(&(wrap(&words, width, 4) + "\n"));
            }
        }
        text.push_str(&format!("{}@section(\"{}\")\n", " ".repeat(indent), section.section));
    }
    text
}

/// A hook on one line, cut to the width of a terminal.
fn one_line(hook: &Found, details: &HookDetails, width: usize) -> String {
    let what = match (hook.kind, details.sections.first()) {
        (HookKind::Section, Some(section)) => match &section.ability {
            Ability::Works => String::new(),
            not => format!("  {}: {}", not.name(), not.why()),
        },
        _ => details.summary(),
    };
    let line = format!("{:<10}  {}{what}", hook.kind.name(), hook.name);
    if line.chars().count() <= width {
        return line;
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn as_json(hook: &Found, details: &HookDetails) -> Value {
    let fields = |fields: &[HookField]| -> Vec<Value> {
        fields.iter().map(|field| json!({"name": field.name, "type": field.ty})).collect()
    };
    let sections: Vec<Value> = details
        .sections
        .iter()
        .map(|section| {
            let mut object = json!({"section": section.section, "ability": section.ability.name()});
            if !section.ability.works() {
                object["why"] = json!(section.ability.why());
            }
            object
        })
        .collect();
    let mut object = json!({
        "kind": hook.kind.name(), "name": hook.name, "module": hook.module,
        "fields": fields(&details.fields), "sections": sections,
    });
    if let Some(returns) = &details.returns {
        object["returns"] = json!(returns);
    }
    if hook.kind == HookKind::Tracepoint {
        object["arguments"] = json!(fields(&details.arguments));
    }
    object
}
