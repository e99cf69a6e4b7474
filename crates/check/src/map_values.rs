//! What maps of maps and of programs hold from the start: `values=[…]`, read
//! when all maps and programs of the file are known.

use diagnostics::{Diagnostic, Span, codes};
use ir::{FunctionId, FunctionKind, MapId, MapSlot};
use syntax::{Expr, ExprKind, Role, StmtKind};

use crate::session::{Item, Reported, Result, Session};

/// Fills the maps of the file.
pub(crate) fn fill(session: &mut Session<'_>) {
    for function in session.functions(|role| matches!(role, Role::Map)) {
        let Some((Item::Map(id), _)) = session.item(&function.name.name) else { continue };
        let id = *id;
        let Some(StmtKind::Return(Some(call))) = function.body.first().map(|stmt| &stmt.kind)
        else {
            continue;
        };
        let ExprKind::Call(_, args, keywords) = &call.kind else { continue };
        let Some(kind) = session.map_types.get(id.0 as usize).copied() else { continue };
        if kind.kernel == crate::struct_ops::KERNEL {
            session.incomplete |= crate::struct_ops::fill(session, id, call).is_err();
            continue;
        }
        let named = keywords.iter().find(|word| word.name.name == "values").map(|word| &word.value);
        let place = kind.params.iter().position(|param| param.name == "values");
        let written = named.or_else(|| args.get(place?));
        let Some(Expr { kind: ExprKind::Tuple(parts), span }) = written else { continue };
        let slots = parts.iter().map(|part| slot(session, id, part)).collect::<Result<Vec<_>>>();
        let slots = slots.and_then(|slots| of_one_type(session, slots, parts));
        let Ok(slots) = slots.and_then(|slots| fits(session, id, slots, *span)) else { continue };
        if let Some(map) = session.module.maps.get_mut(id.0 as usize) {
            map.values = slots;
        }
    }
}

type Slots = Vec<Option<MapSlot>>;

fn wrong(session: &mut Session<'_>, at: Span, message: String, help: String) -> Reported {
    session.report(Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message).help(help))
}

/// The kernel takes programs of one type in one map.
fn of_one_type(session: &mut Session<'_>, slots: Slots, parts: &[Expr]) -> Result<Slots> {
    let mut first = None;
    for (slot, part) in slots.iter().zip(parts) {
        let Some(MapSlot::Program(program)) = slot else { continue };
        let one = *first.get_or_insert(*program);
        if let Err(message) = crate::tail_calls::together(session, *program, one) {
            let help = "a map holds programs of one type: make one map for each".to_owned();
            return Err(wrong(session, part.span, message, help));
        }
    }
    Ok(slots)
}

/// Values are stored by index.
fn fits(session: &mut Session<'_>, id: MapId, slots: Slots, at: Span) -> Result<Slots> {
    let map = session.module.map(id);
    let entries = map.max_entries.unwrap_or_default() as usize;
    if slots.len() > entries {
        let message = format!("{} values do not fit {entries} entries", slots.len());
        return Err(wrong(session, at, message, format!("write `max_entries={}`", slots.len())));
    }
    if map.key.as_ref().map(|key| key.size(&session.module)) != Some(4) {
        let message = "values that stand here get the keys 0, 1, 2, …: 32 bits".to_owned();
        let help = "use `key=c_uint32`, or store the maps from user space".to_owned();
        return Err(wrong(session, at, message, help));
    }
    Ok(slots)
}

fn slot(session: &mut Session<'_>, id: MapId, part: &Expr) -> Result<Option<MapSlot>> {
    let name = match &part.kind {
        ExprKind::None => return Ok(None),
        ExprKind::Error => return Err(Reported),
        ExprKind::Name(name) => name,
        _ => return Err(no_slot(session, id, part)),
    };
    let item = session.item(name).map(|(item, _)| item.clone());
    let outer = session.module.map(id).inner;
    match (item, outer) {
        (Some(Item::Map(map)), Some(template)) => {
            alike(session, map, template, part.span)?;
            Ok(Some(MapSlot::Map(map)))
        }
        (Some(Item::Broken), _) if session.was_reported(name) => Err(Reported),
        (Some(Item::Program), None) => match program(session, name) {
            Some(function) => Ok(Some(MapSlot::Program(function))),
            None => Err(Reported),
        },
        _ => Err(no_slot(session, id, part)),
    }
}

pub(crate) fn program(session: &Session<'_>, name: &str) -> Option<FunctionId> {
    let functions = &session.module.functions;
    let found = functions.iter().position(|function| {
        function.name == name && matches!(function.kind, FunctionKind::Program { .. })
    })?;
    Some(FunctionId(found as u32))
}

fn no_slot(session: &mut Session<'_>, id: MapId, part: &Expr) -> Reported {
    let text = session.source.slice(part.span).to_owned();
    let what = if session.module.map(id).inner.is_some() { "map" } else { "program" };
    let message = format!("`{text}` is not a {what} of this file");
    let help = format!("name a {what} under `@bpf`, or `None` for an index without one");
    wrong(session, part.span, message, help)
}

/// The kernel compares type, sizes and flags with those of the template, and
/// for arrays the number of entries.
fn alike(session: &mut Session<'_>, id: MapId, template: MapId, at: Span) -> Result<()> {
    let (map, wanted) = (session.module.map(id), session.module.map(template));
    let array = kernel::map_type("Array").map(|kind| kind.id);
    let dynamic = kernel::constant("BPF_F_INNER_MAP").map_or(0, |flag| flag.value);
    let by_entries = Some(map.kind) == array && i64::from(wanted.flags) & dynamic == 0;
    let different = if map.kind != wanted.kind {
        "type"
    } else if map.key != wanted.key {
        "keys"
    } else if map.value != wanted.value {
        "values"
    } else if map.flags != wanted.flags {
        "flags"
    } else if by_entries && map.max_entries != wanted.max_entries {
        "`max_entries`"
    } else {
        return Ok(());
    };
    let message = format!("`{}` is not like the inner maps: its {different} differ", map.name);
    let help = "the kernel takes maps of one type, with the same keys, values and flags";
    Err(wrong(session, at, message, help.to_owned()))
}
