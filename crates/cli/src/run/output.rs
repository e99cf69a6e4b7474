//! What `run` writes: tables for people or JSON lines for programs.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use runtime::{Event, Layout, MapSpec, Program, TraceFields, Value};
use serde_json::json;

use super::entries::{Listing, stacks};
use super::values::{Column, cell, cells, columns, printable, to_json};
use crate::grid::{Cell, grid, line};
use crate::report;

/// A header is repeated after this many rows of other tables.
const ROWS_BETWEEN_HEADERS: usize = 20;

/// Where events, printed lines and maps go.
pub(crate) struct Output {
    out: BufWriter<Stdout>,
    form: Form,
    /// Characters that a row may have: those of the terminal, if it is one.
    width: usize,
}

enum Form {
    Json,
    Text(Tables),
}

/// The tables of events so far.
#[derive(Default)]
struct Tables {
    known: Vec<Table>,
    /// Whether rows begin with their map's name.
    named: bool,
    /// Rows written since the last header.
    rows: usize,
}

/// The events of one type in one map.
struct Table {
    map: String,
    /// The struct's name; empty for other types.
    of: String,
    columns: Vec<Column>,
    /// `Tables::rows` when its header was last written.
    header_at: Option<usize>,
}

impl Output {
    /// Writes on standard output; `sources` is how many maps carry events.
    pub(crate) fn new(json: bool, sources: usize) -> Self {
        let tables = Tables { named: sources > 1, ..Tables::default() };
        let form = if json { Form::Json } else { Form::Text(tables) };
        let out = io::stdout();
        let width = if out.is_terminal() { report::style(&out).width } else { usize::MAX };
        Self { out: BufWriter::new(out), form, width }
    }

    /// Writes an event.
    pub(crate) fn event(&mut self, map: &MapSpec, event: &Event) -> io::Result<()> {
        match &mut self.form {
            Form::Json => {
                let object = json!({"map": map.name, "event": to_json(&event.value)});
                writeln!(self.out, "{object}")
            }
            Form::Text(tables) => {
                let rows = within(&tables.row(map, &event.value), self.width);
                self.out.write_all(rows.as_bytes())
            }
        }
    }

    /// Writes a line that a program printed.
    pub(crate) fn print(&mut self, fields: &TraceFields) -> io::Result<()> {
        match &mut self.form {
            Form::Json => {
                let object = json!({
                    "print": fields.message, "task": fields.task, "pid": fields.pid,
                    "cpu": fields.cpu, "time": fields.timestamp,
                });
                writeln!(self.out, "{object}")
            }
            Form::Text(tables) => {
                tables.rows += 1;
                let task = format!("{}-{}", printable(&fields.task), fields.pid);
                writeln!(self.out, "{task:<20}  {}", printable(&fields.message))
            }
        }
    }

    /// Writes what an iterator wrote: text line by line, other bytes as they are.
    pub(crate) fn written(&mut self, program: &str, bytes: &[u8]) -> io::Result<()> {
        match &self.form {
            Form::Json => {
                for line in String::from_utf8_lossy(bytes).lines() {
                    writeln!(self.out, "{}", json!({"iterator": program, "line": line}))?;
                }
                Ok(())
            }
            Form::Text(_) => self.out.write_all(bytes),
        }
    }

    /// Writes how many events of a map were lost.
    pub(crate) fn lost(&mut self, map: &str, count: u64) -> io::Result<()> {
        match &self.form {
            Form::Json => writeln!(self.out, "{}", json!({"map": map, "lost": count})),
            Form::Text(_) => writeln!(self.out, "\n{map}: {count} events were lost"),
        }
    }

    /// Writes the entries of a map.
    pub(crate) fn entries(&mut self, map: &MapSpec, listing: &Listing) -> io::Result<()> {
        match &self.form {
            Form::Json => {
                let entries: Vec<_> = listing
                    .entries
                    .iter()
                    .map(|(key, value)| json!({"key": to_json(key), "value": to_json(value)}))
                    .collect();
                let mut object = json!({"map": map.name, "entries": entries});
                if listing.more > 0 {
                    object["more"] = json!(listing.more);
                }
                writeln!(self.out, "{object}")
            }
            Form::Text(_) => {
                self.out.write_all(within(&entries_text(map, listing), self.width).as_bytes())
            }
        }
    }

    /// Writes what the global variables hold.
    pub(crate) fn globals(&mut self, variables: &[(String, Value)]) -> io::Result<()> {
        if variables.is_empty() {
            return Ok(());
        }
        if let Form::Json = self.form {
            let fields = variables.iter().map(|(name, value)| (name.clone(), to_json(value)));
            let object = json!({"globals": fields.collect::<serde_json::Map<_, _>>()});
            return writeln!(self.out, "{object}");
        }
        let header = ["global".to_owned(), "value".to_owned()];
        let row = |(name, value): &(String, Value)| vec![Cell::left(name), cell(value)];
        let rows: Vec<Vec<Cell>> = variables.iter().map(row).collect();
        write!(self.out, "\n{}", within(&grid(&header, &rows), self.width))
    }

    /// Writes what the kernel says of the programs.
    pub(crate) fn programs(&mut self, programs: &[Program]) -> io::Result<()> {
        let infos: Vec<_> = programs.iter().filter_map(|program| program.info().ok()).collect();
        let counted = infos.iter().any(|info| info.run_count > 0);
        let mut rows = Vec::new();
        for info in &infos {
            let mut object = json!({
                "program": info.name, "section": info.section,
                "instructions": info.instructions, "jit_bytes": info.jited_bytes,
            });
            let mut row = vec![Cell::left(&info.name), Cell::left(&info.section)];
            row.push(Cell::number(info.instructions));
            if counted {
                object["runs"] = json!(info.run_count);
                object["run_time_ns"] = json!(info.run_time_ns);
                row.push(Cell::number(info.run_count));
                row.push(Cell::number(info.run_time_ns.checked_div(info.run_count).unwrap_or(0)));
            }
            match self.form {
                Form::Json => writeln!(self.out, "{object}")?,
                Form::Text(_) => rows.push(row),
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let header = ["program", "section", "instructions", "runs", "ns/run"];
        let shown = if counted { 5 } else { 3 };
        let header: Vec<String> = header.iter().take(shown).map(|&name| name.to_owned()).collect();
        write!(self.out, "\n{}", within(&grid(&header, &rows), self.width))
    }

    /// Hands on what has been written.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Tables {
    /// A row, under its header where that is not in sight.
    fn row(&mut self, map: &MapSpec, value: &Value) -> String {
        let of = value.as_struct().map_or("", |value| &value.name);
        let index = self.known.iter().position(|table| table.map == map.name && table.of == of);
        let index = index.unwrap_or_else(|| {
            self.known.push(Table::new(map, of));
            self.known.len() - 1
        });
        let name = self.named.then(|| Cell::left(&map.name));
        let width = self.known.iter().map(|t| t.map.chars().count()).max().unwrap_or(0);
        let alone = self.known.len() == 1;
        let rows = self.rows;
        self.rows += 1;
        let Some(table) = self.known.get_mut(index) else { return String::new() };
        let row: Vec<Cell> = name.into_iter().chain(cells(value)).collect();
        let mut widths: Vec<usize> = if self.named { vec![width] } else { vec![] };
        let fixed = widths.len();
        for (column, cell) in table.columns.iter_mut().zip(row.iter().skip(fixed)) {
            column.width = column.width.max(cell.width());
        }
        widths.extend(table.columns.iter().map(|column| column.width));
        let mut drawn = String::new();
        let stale = |at: usize| !alone && rows.saturating_sub(at) >= ROWS_BETWEEN_HEADERS;
        if table.header_at.is_none_or(stale) {
            table.header_at = Some(rows);
            let names = table.columns.iter().map(|column| column.name.clone());
            let names = self.named.then(|| "map".to_owned()).into_iter().chain(names);
            let header: Vec<Cell> =
                names.zip(&row).map(|(text, below)| Cell { text, right: below.right }).collect();
            drawn = line(&header, &widths) + "\n";
        }
        drawn + &line(&row, &widths) + "\n"
    }
}

impl Table {
    fn new(map: &MapSpec, of: &str) -> Self {
        let layout = map.events.iter().find(|layout| match layout {
            Layout::Struct(layout) => *layout.name == *of,
            _ => of.is_empty(),
        });
        let mut columns = layout.map_or_else(
            || vec![Column { name: map.name.clone(), width: 0 }],
            |layout| columns(layout, if of.is_empty() { &map.name } else { "" }),
        );
        for column in &mut columns {
            column.width = column.width.max(column.name.chars().count());
        }
        Self { map: map.name.clone(), of: of.to_owned(), columns, header_at: None }
    }
}

/// A map's entries as a table with a heading.
pub(crate) fn entries_text(map: &MapSpec, listing: &Listing) -> String {
    let count = listing.entries.len() + listing.more;
    let kind = map.map_type.name();
    let mut text = match (count, listing.zeros) {
        (0, 0) => format!("\n{} ({kind}): empty\n", map.name),
        (0, _) => format!("\n{} ({kind}): all zero\n", map.name),
        (1, _) => format!("\n{} ({kind}): 1 entry\n", map.name),
        _ => format!("\n{} ({kind}): {count} entries\n", map.name),
    };
    if listing.entries.is_empty() {
        return text;
    }
    let header: Vec<String> = columns(&map.key, "key")
        .into_iter()
        .chain(columns(&map.value, "value"))
        .map(|column| column.name)
        .collect();
    let row = |key: &Value, value: Vec<Cell>| cells(key).into_iter().chain(value).collect();
    let rows: Vec<Vec<Cell>> = if map.map_type.is_stack_trace() {
        let stacks = stacks(listing).into_iter().map(|stack| vec![Cell::left(stack)]);
        listing.entries.iter().zip(stacks).map(|((key, _), stack)| row(key, stack)).collect()
    } else {
        listing.entries.iter().map(|(key, value)| row(key, cells(value))).collect()
    };
    text.push_str(&grid(&header, &rows));
    if listing.more > 0 {
        text.push_str(&format!("… {} more\n", listing.more));
    }
    text
}

/// Lines cut at so many characters, as `ps` cuts them at the terminal's edge.
fn within(lines: &str, width: usize) -> String {
    let cut = |line: &str| match line.char_indices().nth(width) {
        None => format!("{line}\n"),
        Some(_) => {
            let kept: String = line.chars().take(width.saturating_sub(1)).collect();
            format!("{kept}…\n")
        }
    };
    lines.lines().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn rows_end_at_the_edge() {
        assert_eq!(within("abcd\n\nabc\n", 3), "ab…\n\nabc\n");
        assert_eq!(within("abcd\n", usize::MAX), "abcd\n");
    }
}
