//! `pythonbpf verify`: loads programs without attaching them and shows what
//! the verifier says of each.

use std::io::{self, Write};

use runtime::{Object, Program};
use serde_json::{Value, json};

use crate::args::Verify;
use crate::exit::{Exit, Outcome};
use crate::grid::{Cell, grid};
use crate::refusal;
use crate::subject::Subject;

const COLUMNS: [&str; 6] = ["program", "instructions", "verified", "states", "stack", "jit bytes"];

pub(crate) fn verify(args: &Verify) -> Outcome {
    let subject = Subject::read(&args.file, args.btf.as_ref(), args.arch, args.json)?;
    let object = subject.load(args.log)?;
    let table = if args.json { lines(&object) } else { table(&object) };
    let table = table.map_err(|error| refusal::refuse(&error, &subject, args.log))?;
    let mut out = io::stdout().lock();
    out.write_all(table.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

fn table(object: &Object) -> runtime::Result<String> {
    let rows: Vec<Vec<Cell>> = object.programs().iter().map(row).collect::<runtime::Result<_>>()?;
    Ok(grid(&COLUMNS.map(str::to_owned), &rows))
}

/// A JSON object for each program.
fn lines(object: &Object) -> runtime::Result<String> {
    object.programs().iter().map(|program| Ok(format!("{}\n", as_json(program)?))).collect()
}

fn as_json(program: &Program) -> runtime::Result<Value> {
    let mut line = json!({"program": program.name(), "section": program.section()});
    let info = match program.info() {
        Err(runtime::Error::NotLoaded { .. }) => {
            line["loaded"] = json!(false);
            return Ok(line);
        }
        info => info?,
    };
    line["instructions"] = json!(program.spec().instructions);
    line["verified"] =
        json!(info.verifier.map_or(info.verified_instructions.into(), |s| s.instructions));
    line["states"] = json!(info.verifier.map(|stats| stats.total_states));
    line["stack"] = json!(info.verifier.map(|stats| stats.stack_bytes));
    line["jit_bytes"] = json!(info.jited_bytes);
    Ok(line)
}

/// The figures of one program; `-` for what this kernel does not tell.
fn row(program: &Program) -> runtime::Result<Vec<Cell>> {
    let info = match program.info() {
        Err(runtime::Error::NotLoaded { .. }) => {
            return Ok(vec![Cell::left(program.name()), Cell::left("not loaded")]);
        }
        info => info?,
    };
    let known = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let stats = info.verifier;
    let verified = stats.map(|s| s.instructions).or(Some(info.verified_instructions.into()));
    Ok(vec![
        Cell::left(program.name()),
        Cell::number(program.spec().instructions),
        Cell::number(known(verified.filter(|&n| n > 0))),
        Cell::number(known(stats.map(|s| s.total_states))),
        Cell::number(known(stats.map(|s| s.stack_bytes))),
        Cell::number(known((info.jited_bytes > 0).then_some(info.jited_bytes.into()))),
    ])
}
