//! `@struct` classes.

use std::collections::HashMap;

use diagnostics::{Diagnostic, codes};
use ir::{Shape, Struct, StructId, Type};
use syntax::Definition;

use crate::flavours;
use crate::session::{Item, Session};
use crate::types::MAX_SIZE;

/// Lays out the file's structs in order; one can hold those above it.
pub(crate) fn declare(session: &mut Session<'_>) {
    let tree = session.tree;
    for definition in &tree.definitions {
        if let Definition::Struct(class) = definition
            && session.is_first(&class.name)
        {
            declare_one(session, class);
        }
    }
}

fn declare_one(session: &mut Session<'_>, class: &syntax::Struct) {
    let mut members: Vec<(String, Type)> = Vec::new();
    let mut shapes = Vec::new();
    let mut failed = class.broken;
    let mut seen: HashMap<&str, &syntax::Ident> = HashMap::new();
    for field in &class.fields {
        if let Some(first) = seen.get(field.name.name.as_str()) {
            failed = true;
            let message = format!("`{}` has two fields `{}`", class.name.name, field.name.name);
            session.report(
                Diagnostic::new(&codes::BAD_STRUCT_DEFINITION, field.name.span, message)
                    .also(first.span, "the first one"),
            );
            continue;
        }
        seen.insert(&field.name.name, &field.name);
        let itself = field.annotation.path().is_some_and(|path| path == [&class.name.name]);
        if itself {
            failed = true;
            let message = format!("`{}` cannot contain itself", class.name.name);
            session.report(
                Diagnostic::new(&codes::BAD_STRUCT_DEFINITION, field.annotation.span, message)
                    .help("keep linked data in a map, with keys as links"),
            );
            continue;
        }
        if let Some(later) = later_struct(session, &field.annotation) {
            failed = true;
            let message = format!("`{}` is defined further down", later.name);
            session.report(
                Diagnostic::new(&codes::UNKNOWN_TYPE, field.annotation.span, message)
                    .also(later.span, "defined here")
                    .help("move its definition above this struct"),
            );
            continue;
        }
        let declared = match flavours::is_flavour(&class.name.name) {
            true => flavours::member(session, &field.annotation),
            false => session.annotation(&field.annotation).map(|ty| (ty, Shape::Plain)),
        };
        match declared {
            Ok((ty, _)) if session.no_dynptr(&ty, "a field", field.annotation.span).is_err() => {
                failed = true;
            }
            Ok((ty, _))
                if class.is_union
                    && session.no_object(&ty, "a union", field.annotation.span).is_err() =>
            {
                failed = true;
            }
            Ok((ty, shape)) => {
                members.push((field.name.name.clone(), ty));
                shapes.push(shape);
            }
            Err(_) => failed = true,
        }
    }
    if class.fields.is_empty() && !class.broken {
        let message = format!("the struct `{}` has no fields", class.name.name);
        session.report(
            Diagnostic::new(&codes::EMPTY_DEFINITION, class.name.span, message)
                .help("add fields: `name: type`"),
        );
    }
    if failed {
        session.incomplete = true;
        return;
    }
    let line = session.line(class.name.span);
    let name = class.name.name.clone();
    let laid = match class.is_union {
        true => Struct::lay_out_union(name, members, line, &session.module),
        false => Struct::lay_out(name, members, line, &session.module),
    };
    if laid.size > MAX_SIZE {
        let message =
            format!("`{}` has {} bytes: larger than any BPF memory", laid.name, laid.size);
        session.report(Diagnostic::new(&codes::OUT_OF_RANGE, class.name.span, message));
        session.incomplete = true;
        return;
    }
    let id = StructId(session.module.structs.len() as u32);
    session.module.structs.push(laid);
    if flavours::is_flavour(&class.name.name) {
        flavours::declare(session, id, &shapes);
    }
    session.define(&class.name, Item::Struct(id));
    read_defaults(session, class, id);
}

/// The values that fields have where a constructor is not given any.
fn read_defaults(session: &mut Session<'_>, class: &syntax::Struct, id: StructId) {
    let mut defaults = HashMap::new();
    for (index, field) in class.fields.iter().enumerate() {
        let Some(value) = &field.default else { continue };
        if class.is_union {
            let message = "the fields of a union share their memory and have no defaults";
            session.report(
                Diagnostic::new(&codes::BAD_STRUCT_DEFINITION, value.span, message)
                    .help("set the field where the union is made"),
            );
            continue;
        }
        let ty = session.module.struct_(id).fields.get(index).map(|field| field.ty.clone());
        let Some(ty) = ty else { continue };
        match crate::globals::initial(session, &ty, value, &codes::BAD_STRUCT_DEFINITION) {
            Ok(value) => {
                defaults.insert(index, value);
            }
            Err(_) => session.incomplete = true,
        }
    }
    session.set_defaults(id, defaults);
}

/// A struct of the file that the annotation names but that is not read yet.
fn later_struct(session: &Session<'_>, annotation: &syntax::Expr) -> Option<syntax::Ident> {
    let path = annotation.path()?;
    let [name] = path.as_slice() else { return None };
    match session.definition(name)? {
        Definition::Struct(class) if class.name.span.start > annotation.span.start => {
            Some(class.name.clone())
        }
        _ => None,
    }
}
