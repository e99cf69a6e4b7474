//! `@map` functions: one constant constructor call each, read by the rows of
//! the map table.

use diagnostics::{Diagnostic, codes, nearest};
use ir::{Map, MapId};
use kernel::MapType;
use syntax::{Expr, ExprKind, Role, StmtKind};

use crate::map_arguments;
use crate::names::Meaning;
use crate::session::{Item, Reported, Result, Session};

/// Reads all maps.
pub(crate) fn declare(session: &mut Session<'_>) {
    for function in session.functions(|role| matches!(role, Role::Map)) {
        if is_placeholder(function) {
            let message =
                format!("the map `{}` is not defined, so it is not made", function.name.name);
            session
                .report(Diagnostic::new(&codes::EMPTY_DEFINITION, function.name.span, message).help(
                "return a map: `return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)`",
            ));
            session.define(&function.name, Item::Placeholder);
            continue;
        }
        let Ok((map, kind)) = read(session, function) else {
            session.incomplete = true;
            continue;
        };
        let id = MapId(session.module.maps.len() as u32);
        session.module.maps.push(map);
        session.map_types.push(kind);
        session.define(&function.name, Item::Map(id));
    }
}

fn is_placeholder(function: &syntax::Function) -> bool {
    function.body.iter().all(|stmt| matches!(stmt.kind, StmtKind::Pass))
}

fn read(session: &mut Session<'_>, function: &syntax::Function) -> Result<(Map, &'static MapType)> {
    let name = &function.name;
    if let Some(param) = function.params.first() {
        let message = "a `@map` function takes no parameters";
        session.report(Diagnostic::new(&codes::BAD_SIGNATURE, param.name.span, message));
    }
    let value = match function.body.as_slice() {
        [stmt] => match &stmt.kind {
            StmtKind::Return(Some(value)) => match &value.kind {
                ExprKind::Call(callee, ..) => Some((value, callee)),
                ExprKind::Error => return Err(Reported),
                _ => None,
            },
            StmtKind::Error => return Err(Reported),
            _ => None,
        },
        _ => None,
    };
    let Some((value, callee)) = value else {
        let message = format!("`{}` must be one `return` of a map constructor", name.name);
        return Err(session.report(
            Diagnostic::new(&codes::BAD_MAP_DEFINITION, name.span, message)
                .help("write `return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)`"),
        ));
    };
    let kind = map_type(session, callee)?;
    check_return(session, function, kind)?;
    let line = session.line(name.span);
    if kind.kernel == crate::struct_ops::KERNEL {
        return Ok((Map { name: name.name.clone(), kind: kind.id, line, ..Map::default() }, kind));
    }
    map_arguments::construct(session, kind, value, &name.name, line)
}

pub(crate) fn map_type(session: &mut Session<'_>, callee: &Expr) -> Result<&'static MapType> {
    let Some(path) = callee.path() else {
        let message = "a map type is needed here";
        return Err(session.report(Diagnostic::new(
            &codes::BAD_MAP_DEFINITION,
            callee.span,
            message,
        )));
    };
    let name = path.last().copied().unwrap_or_default();
    let unknown = session.tree.imports.resolve(&path).is_none() && kernel::map_type(name).is_none();
    if !unknown && let Meaning::MapType(kind) = session.resolve(&path, callee.span)? {
        return Ok(kind);
    }
    let known = kernel::MAP_TYPES.iter().map(|kind| kind.name);
    let help = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("map types are {}", known.collect::<Vec<_>>().join(", ")),
    };
    let message = format!("`{name}` is not a map type");
    Err(session
        .report(Diagnostic::new(&codes::BAD_MAP_DEFINITION, callee.span, message).help(help)))
}

fn check_return(
    session: &mut Session<'_>,
    function: &syntax::Function,
    kind: &'static MapType,
) -> Result<()> {
    let header = function.header;
    let Some(returns) = &function.returns else {
        let fix = format!("{} -> {}", session.source.slice(header), kind.name);
        let message = format!("the map `{}` has no return type", function.name.name);
        session.report(
            Diagnostic::new(&codes::IMPLICIT_ANNOTATION, header, message)
                .fix("say so", header, fix),
        );
        return Ok(());
    };
    let declared = returns.path().and_then(|path| match session.resolve(&path, returns.span) {
        Ok(Meaning::MapType(declared)) => Some(declared),
        _ => None,
    });
    if declared.is_some_and(|declared| declared.id == kind.id) {
        return Ok(());
    }
    let message = format!("`{}` returns a `{}`", function.name.name, kind.name);
    Err(session.report(
        Diagnostic::new(&codes::BAD_MAP_DEFINITION, returns.span, message)
            .label("declared otherwise here")
            .fix("write", returns.span, kind.name),
    ))
}
