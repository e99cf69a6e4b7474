//! What was found, as text.

use runtime::{
    CodeLine, FunctionCode, Layout, LoadedMap, LoadedProgram, MapSpec, ObjectReport, SourceLine,
};

use super::Entries;
use crate::args::Part;
use crate::grid::{Cell, grid};
use crate::run::{Listing, entries_text};
use crate::wrap::wrap;

/// Notes stand in this column where the instruction leaves room.
const NOTE_COLUMN: usize = 44;

pub(super) fn object(found: &ObjectReport, size: usize, parts: &[Part], width: usize) -> String {
    let license = found.license.as_deref().unwrap_or("none");
    let mut text = format!("{size} bytes, licence {}\n", license.escape_debug());
    for part in parts {
        match part {
            Part::Programs => text.push_str(&object_programs(found)),
            Part::Maps => text.push_str(&object_maps(&found.maps)),
            Part::Types => text.push_str(&structs(found)),
            Part::Code => {
                found.functions.iter().for_each(|f| text.push_str(&code(f, true, width)));
            }
        }
    }
    text
}

fn header<const N: usize>(names: [&str; N]) -> [String; N] {
    names.map(str::to_owned)
}

fn object_programs(found: &ObjectReport) -> String {
    if found.programs.is_empty() {
        return "\nno programs\n".to_owned();
    }
    let row = |program: &runtime::ProgramSpec| {
        vec![
            Cell::left(&program.name),
            Cell::left(&program.section),
            Cell::number(program.instructions),
        ]
    };
    let rows: Vec<Vec<Cell>> = found.programs.iter().map(row).collect();
    format!("\n{}", grid(&header(["program", "section", "instructions"]), &rows))
}

fn object_maps(maps: &[MapSpec]) -> String {
    if maps.is_empty() {
        return "\nno maps\n".to_owned();
    }
    let row = |map: &MapSpec| {
        let mut row = vec![Cell::left(&map.name), Cell::left(map.map_type.name())];
        row.push(Cell::left(layout(&map.key)));
        row.push(Cell::left(value(map)));
        row.push(Cell::number(map.max_entries));
        row
    };
    let rows: Vec<Vec<Cell>> = maps.iter().map(row).collect();
    format!("\n{}", grid(&header(["map", "type", "key", "value", "max_entries"]), &rows))
}

/// What a map holds: values, or the types of its events.
fn value(map: &MapSpec) -> String {
    if map.events.is_empty() {
        return layout(&map.value);
    }
    map.events.iter().map(layout).collect::<Vec<_>>().join(" | ")
}

/// A layout in a few letters.
fn layout(layout_of: &Layout) -> String {
    match layout_of {
        Layout::Int { size, signed } => {
            format!("{}{}", if *signed { "i" } else { "u" }, size * 8)
        }
        Layout::Bool { .. } => "bool".to_owned(),
        Layout::Float { size } => format!("f{}", size * 8),
        Layout::Str { size } => format!("str({size})"),
        Layout::Bytes { size: 0 } => "-".to_owned(),
        Layout::Bytes { size } => format!("{size} bytes"),
        Layout::Array { element, length } => format!("{} * {length}", layout(element)),
        Layout::Struct(of) if of.name.is_empty() => format!("struct of {} bytes", of.size),
        Layout::Struct(of) => of.name.to_string(),
        _ => format!("{} bytes", layout_of.size()),
    }
}

fn structs(found: &ObjectReport) -> String {
    let mut text = String::new();
    for of in &found.structs {
        text.push_str(&format!("\nstruct {}  {} bytes\n", of.name, of.size));
        for (offset, member) in &of.members {
            text.push_str(&format!("  {offset:>5}  {member}\n"));
        }
    }
    text
}

/// A function: each source line above the instructions that were made of it.
fn code(function: &FunctionCode, sectioned: bool, width: usize) -> String {
    let section = if sectioned { format!("  {}", function.section) } else { String::new() };
    // Wide ones count as two, as the kernel counts them.
    let ends = |line: Option<&CodeLine>| line.map_or(0, |line| line.index);
    let lines = &function.instructions;
    let count = if lines.is_empty() { 0 } else { ends(lines.last()) - ends(lines.first()) + 1 };
    let mut text = format!("\n{}{section}  {count} instructions\n", function.name);
    let mut last: Option<&SourceLine> = None;
    for line in &function.instructions {
        if let Some(source) = &line.source
            && last.is_none_or(|last| (last.line, &last.file) != (source.line, &source.file))
        {
            text.push_str(&source_line(source, width));
            last = Some(source);
        }
        text.push_str(&instruction(line));
    }
    text
}

fn source_line(source: &SourceLine, width: usize) -> String {
    let file = source.file.as_deref().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or(file);
    let line = source.line.map_or_else(String::new, |line| format!(":{line}"));
    let text = format!("  {file}{line}: {}", source.text);
    if text.chars().count() <= width {
        return text + "\n";
    }
    text.chars().take(width.saturating_sub(1)).chain(['…', '\n']).collect()
}

fn instruction(line: &CodeLine) -> String {
    let text = format!("{:>7}: {}", line.index, line.text);
    if line.note.is_empty() {
        return text + "\n";
    }
    format!("{text:<NOTE_COLUMN$} ; {}\n", line.note)
}

pub(super) fn programs(all: &[LoadedProgram]) -> String {
    if all.is_empty() {
        return "no program is loaded\n".to_owned();
    }
    let row = |program: &LoadedProgram| {
        vec![
            Cell::number(program.id),
            Cell::left(&program.name),
            Cell::left(&program.kind),
            Cell::number(program.instructions),
            Cell::number(program.jited_bytes),
            Cell::number(program.run_count),
        ]
    };
    let rows: Vec<Vec<Cell>> = all.iter().map(row).collect();
    grid(&header(["id", "program", "type", "instructions", "jit bytes", "runs"]), &rows)
}

pub(super) fn program(program: &LoadedProgram, parts: &[Part], width: usize) -> String {
    let known = |number: u64| if number == 0 { "not told".to_owned() } else { number.to_string() };
    let runs = match program.run_count {
        0 => "not counted (kernel.bpf_stats_enabled), or none".to_owned(),
        runs => {
            let each = program.run_time_ns.checked_div(runs).unwrap_or(0);
            format!("{runs}, {each} ns each; {} left out", program.missed)
        }
    };
    let maps: Vec<String> = program.maps.iter().map(ToString::to_string).collect();
    let maps = if maps.is_empty() { "none".to_owned() } else { maps.join(", ") };
    let facts = [
        ("type", program.kind.clone()),
        ("tag", program.tag.clone()),
        ("instructions", program.instructions.to_string()),
        ("jit bytes", known(program.jited_bytes as u64)),
        ("verified", known(program.verified_instructions.into())),
        ("runs", runs),
        (
            "loaded",
            format!("{} s after the start, by user {}", program.loaded_at.as_secs(), program.user),
        ),
        ("maps", maps),
    ];
    let mut text = format!("program {}: {}\n", program.id, program.name);
    for (name, fact) in facts {
        text.push_str(&(wrap(&format!("  {name}: {fact}"), width, 4) + "\n"));
    }
    if parts.contains(&Part::Code) {
        if program.code.is_empty() {
            text.push_str("\nthe kernel does not show its code\n");
        }
        program.code.iter().for_each(|function| text.push_str(&code(function, false, width)));
    }
    text
}

pub(super) fn maps(all: &[LoadedMap]) -> String {
    if all.is_empty() {
        return "there are no maps\n".to_owned();
    }
    let row = |map: &LoadedMap| {
        vec![
            Cell::number(map.id),
            Cell::left(&map.spec.name),
            Cell::left(map.spec.map_type.name()),
            Cell::left(layout(&map.spec.key)),
            Cell::left(layout(&map.spec.value)),
            Cell::number(map.spec.max_entries),
        ]
    };
    let rows: Vec<Vec<Cell>> = all.iter().map(row).collect();
    grid(&header(["id", "map", "type", "key", "value", "max_entries"]), &rows)
}

pub(super) fn map(map: &LoadedMap, entries: Option<Entries>) -> String {
    let spec = &map.spec;
    let users: Vec<String> =
        map.programs.iter().map(|(id, name)| format!("{name} ({id})")).collect();
    let users = if users.is_empty() { "none".to_owned() } else { users.join(", ") };
    let mut text = format!(
        "map {}: {}\n  type: {}\n  key: {} ({} bytes)\n  value: {} ({} bytes)\n  \
         max_entries: {}\n  flags: {:#x}\n  programs: {users}\n",
        map.id,
        spec.name,
        spec.map_type.name(),
        layout(&spec.key),
        spec.key_size,
        layout(&spec.value),
        spec.value_size,
        spec.max_entries,
        spec.flags,
    );
    if let Some((entries, more)) = entries {
        let listing = Listing { entries, more: 0, zeros: 0 };
        text.push_str(&entries_text(spec, &listing));
        if more {
            text.push_str("… and more; `--json` shows all\n");
        }
    }
    text
}
