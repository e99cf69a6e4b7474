//! What was found, as JSON.

use runtime::{FunctionCode, LoadedMap, LoadedProgram, MapSpec, ObjectReport, Value as Data};
use serde_json::{Value, json};

use crate::args::Part;
use crate::run::to_json;

pub(super) fn object(found: &ObjectReport, parts: &[Part]) -> Value {
    let mut object = json!({"license": found.license});
    for part in parts {
        match part {
            Part::Programs => {
                object["programs"] = found
                    .programs
                    .iter()
                    .map(|program| {
                        json!({"name": program.name, "section": program.section,
                               "instructions": program.instructions})
                    })
                    .collect();
            }
            Part::Maps => object["maps"] = found.maps.iter().map(map_spec).collect(),
            Part::Types => {
                object["types"] = found
                    .structs
                    .iter()
                    .map(|of| {
                        let members = of
                            .members
                            .iter()
                            .map(|(offset, member)| json!({"offset": offset, "member": member}));
                        json!({"name": of.name, "size": of.size,
                               "members": members.collect::<Vec<_>>()})
                    })
                    .collect();
            }
            Part::Code => object["code"] = found.functions.iter().map(code).collect(),
        }
    }
    object
}

fn map_spec(map: &MapSpec) -> Value {
    json!({
        "name": map.name, "type": map.map_type.name(), "key_size": map.key_size,
        "value_size": map.value_size, "max_entries": map.max_entries, "flags": map.flags,
    })
}

fn code(function: &FunctionCode) -> Value {
    let lines = function.instructions.iter().map(|line| {
        let mut object = json!({"index": line.index, "text": line.text});
        if !line.note.is_empty() {
            object["note"] = json!(line.note);
        }
        if let Some(source) = &line.source {
            object["source"] =
                json!({"file": source.file, "line": source.line, "text": source.text});
        }
        object
    });
    json!({"function": function.name, "section": function.section,
           "instructions": lines.collect::<Vec<_>>()})
}

pub(super) fn program(program: &LoadedProgram) -> Value {
    let mut object = json!({
        "id": program.id, "name": program.name, "type": program.kind, "tag": program.tag,
        "instructions": program.instructions, "jit_bytes": program.jited_bytes,
        "verified_instructions": program.verified_instructions,
        "runs": program.run_count, "run_time_ns": program.run_time_ns,
        "missed": program.missed, "loaded_at": program.loaded_at.as_secs_f64(),
        "user": program.user, "maps": program.maps,
    });
    if !program.code.is_empty() {
        object["code"] = program.code.iter().map(code).collect();
    }
    object
}

pub(super) fn map(map: &LoadedMap, entries: Option<&[(Data, Data)]>) -> Value {
    let mut object = map_spec(&map.spec);
    object["id"] = json!(map.id);
    let users = map.programs.iter().map(|(id, name)| json!({"id": id, "name": name}));
    object["programs"] = users.collect();
    if let Some(entries) = entries {
        object["entries"] = entries
            .iter()
            .map(|(key, value)| json!({"key": to_json(key), "value": to_json(value)}))
            .collect();
    }
    object
}
