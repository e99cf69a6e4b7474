//! `pythonbpf inspect`: what an object, a loaded program or a map is made of.

mod drawn;
mod json;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use runtime::{LoadedMap, LoadedProgram, ObjectReport};

use crate::args::{Inspect, Part};
use crate::exit::{Exit, Outcome, Stop};
use crate::refusal;
use crate::report;
use crate::run::TABLE_ENTRIES;
use crate::subject::Subject;

pub(crate) fn inspect(args: &Inspect) -> Outcome {
    let text = match (args.what.as_str(), &args.which) {
        ("prog" | "program", which) => programs(which.as_deref(), args)?,
        ("map", which) => maps(which.as_deref(), args)?,
        (_, Some(_)) => {
            let words = "only `prog` and `map` take a second word; a file is named alone";
            return Err(Stop::Said(Exit::Usage, words.to_owned()));
        }
        (file, None) => object(Path::new(file), args)?,
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

/// What `--json` writes for an object.
///
/// # Errors
/// The bytes are no whole BPF object.
pub fn inspect_json(name: &str, bytes: &[u8]) -> Result<String, runtime::Error> {
    let found = runtime::inspect_object(name, bytes)?;
    Ok(json::object(&found, &Part::ALL).to_string())
}

/// Which parts are shown.
fn parts(args: &Inspect) -> Vec<Part> {
    if args.show.is_empty() { Part::ALL.to_vec() } else { args.show.clone() }
}

fn width() -> usize {
    let out = io::stdout();
    if out.is_terminal() { report::style(&out).width } else { 100 }
}

fn object(file: &Path, args: &Inspect) -> Result<String, Stop> {
    let subject = Subject::read(file, args.btf.as_ref(), compiler::Arch::host(), args.json)?;
    let found: ObjectReport = runtime::inspect_object(subject.source.name(), &subject.object)
        .map_err(|error| refusal::refuse(&error, &subject, false))?;
    if args.json {
        return Ok(format!("{}\n", json::object(&found, &parts(args))));
    }
    Ok(drawn::object(&found, subject.object.len(), &parts(args), width()))
}

fn programs(which: Option<&str>, args: &Inspect) -> Result<String, Stop> {
    let all = runtime::loaded_programs(which.is_some()).map_err(refused)?;
    let Some(which) = which else {
        return Ok(match args.json {
            true => all.iter().map(|program| format!("{}\n", json::program(program))).collect(),
            false => drawn::programs(&all),
        });
    };
    let names = all.iter().map(|program| (program.id, program.name.as_str()));
    let ids = chosen(which, "program", names)?;
    let found: Vec<&LoadedProgram> = all.iter().filter(|p| ids.contains(&p.id)).collect();
    Ok(found
        .into_iter()
        .map(|program| match args.json {
            true => format!("{}\n", json::program(program)),
            false => drawn::program(program, &parts(args), width()),
        })
        .collect())
}

fn maps(which: Option<&str>, args: &Inspect) -> Result<String, Stop> {
    let all = runtime::loaded_maps().map_err(refused)?;
    let Some(which) = which else {
        return Ok(match args.json {
            true => all.iter().map(|map| format!("{}\n", json::map(map, None))).collect(),
            false => drawn::maps(&all),
        });
    };
    let names = all.iter().map(|map| (map.id, map.spec.name.as_str()));
    let ids = chosen(which, "map", names)?;
    let mut text = String::new();
    for map in all.iter().filter(|map| ids.contains(&map.id)) {
        let entries = entries(map, if args.json { usize::MAX } else { TABLE_ENTRIES })?;
        text.push_str(&match args.json {
            true => format!("{}\n", json::map(map, entries.as_ref().map(|(e, _)| e.as_slice()))),
            false => drawn::map(map, entries),
        });
    }
    Ok(text)
}

type Entries = (Vec<(runtime::Value, runtime::Value)>, bool);

fn entries(map: &LoadedMap, limit: usize) -> Result<Option<Entries>, Stop> {
    if !map.spec.map_type.has_entries() {
        return Ok(None);
    }
    map.entries(limit).map(Some).map_err(refused)
}

/// The numbers of what is called so: one for a number, all of that name.
fn chosen<'a>(
    which: &str,
    what: &str,
    all: impl Iterator<Item = (u32, &'a str)> + Clone,
) -> Result<Vec<u32>, Stop> {
    let by_number = which.parse::<u32>().ok();
    let fits = |(id, name): &(u32, &str)| Some(*id) == by_number || *name == which;
    let ids: Vec<u32> = all.clone().filter(fits).map(|(id, _)| id).collect();
    if !ids.is_empty() {
        return Ok(ids);
    }
    let shown = which.escape_debug();
    let words = match (by_number, diagnostics::nearest(which, all.map(|(_, name)| name))) {
        (None, Some(near)) => {
            format!("no {what} in the kernel is called `{shown}`; did you mean `{near}`?")
        }
        _ => format!(
            "the kernel has no {what} `{shown}`; `pythonbpf inspect {}` lists them",
            if what == "map" { "map" } else { "prog" }
        ),
    };
    Err(Stop::Said(Exit::Wrong, words))
}

fn refused(error: runtime::Error) -> Stop {
    Stop::Said(Exit::Refused, error.to_string())
}
