//! `pythonbpf verify`: loads programs without attaching them and shows what
//! the verifier says of each.

use std::io::{self, Write};

use runtime::{Object, Program};

use crate::args::Verify;
use crate::exit::{Exit, Outcome};
use crate::grid::{Cell, grid};
use crate::refusal;
use crate::subject::Subject;

const COLUMNS: [&str; 6] = ["program", "instructions", "verified", "states", "stack", "jit bytes"];

pub(crate) fn verify(args: &Verify) -> Outcome {
    let subject = Subject::read(&args.file, args.btf.as_ref())?;
    let object = subject.load(args.log)?;
    let table = table(&object).map_err(|error| refusal::refuse(&error, &subject, args.log))?;
    let mut out = io::stdout().lock();
    out.write_all(table.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

fn table(object: &Object) -> runtime::Result<String> {
    let rows: Vec<Vec<Cell>> = object.programs().iter().map(row).collect::<runtime::Result<_>>()?;
    Ok(grid(&COLUMNS.map(str::to_owned), &rows))
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
