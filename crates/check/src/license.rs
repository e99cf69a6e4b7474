//! `LICENSE`: required, and a name that the kernel or the field knows.

use diagnostics::{Diagnostic, Span, codes, nearest};
use syntax::{Definition, ExprKind, Role, StmtKind};

use crate::session::{Item, Session};

const NAME: &str = "LICENSE";
const LINES: &str = "@bpf\n@bpfglobal\ndef LICENSE() -> str:\n    return \"GPL\"\n";

/// Licences that are not compatible with the GPL in the kernel's eyes, but
/// are what their authors mean. Others are taken as slips of the pen.
const NOT_GPL: &[&str] = &[
    "Proprietary",
    "MIT",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "MPL",
    "MPL-2.0",
    "LGPL",
    "ISC",
    "Unlicense",
];

/// Reads the licence.
pub(crate) fn declare(session: &mut Session<'_>) {
    let found = session
        .functions(|role| matches!(role, Role::Global))
        .into_iter()
        .find(|function| function.name.name == NAME);
    match found {
        Some(function) => {
            session.define(&function.name, Item::License);
            read(session, function);
        }
        // Defined as something else, or not at all.
        None => missing(session),
    }
}

fn missing(session: &mut Session<'_>) {
    let tree = session.tree;
    let end = session.source.text().len() as u32;
    let first = tree.definitions.first().map_or(Span::new(0, 0), |definition| match definition {
        Definition::Function(function) => function.name.span,
        Definition::Struct(class) => class.name.span,
    });
    let at = session.item(NAME).map_or(first, |(_, span)| span);
    let blank = if session.source.text().ends_with('\n') { "\n" } else { "\n\n" };
    session.gpl = true;
    let unmarked = tree.user_space.iter().find(|name| name.name == NAME);
    let diagnostic = match unmarked {
        Some(name) => {
            let message = "`LICENSE` is not marked for the kernel";
            Diagnostic::new(&codes::MISSING_LICENSE, name.span, message)
                .help("write `@bpf` and `@bpfglobal` above its `def`")
        }
        None => {
            let message = "the file declares no `LICENSE`";
            Diagnostic::new(&codes::MISSING_LICENSE, at, message)
                .note("the kernel decides by the licence which helpers a program may call")
                .fix("add these lines", Span::new(end, end), format!("{blank}{LINES}"))
        }
    };
    let imported = ["bpf", "bpfglobal"].iter().all(|name| tree.imports.get(name).is_some());
    let diagnostic = if imported || tree.imports.has_star("pythonbpf") {
        diagnostic
    } else {
        diagnostic.help("import what it needs: `from pythonbpf import bpf, bpfglobal`")
    };
    session.report(diagnostic);
}

fn read(session: &mut Session<'_>, function: &syntax::Function) {
    let text = match function.body.as_slice() {
        [stmt] => match &stmt.kind {
            StmtKind::Return(Some(value)) => match &value.kind {
                ExprKind::Str(text) => Some((text.clone(), value.span)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let Some((text, at)) = text else {
        session.gpl = true;
        let message = "`LICENSE` must return a string literal";
        session.report(
            Diagnostic::new(&codes::BAD_LICENSE, function.name.span, message)
                .help("write `return \"GPL\"` as its only statement"),
        );
        return;
    };
    session.gpl = kernel::license_is_gpl_compatible(&text);
    let known = kernel::GPL_COMPATIBLE_LICENSES.iter().chain(NOT_GPL);
    if !known.clone().any(|name| *name == text) {
        session.gpl = true;
        let near = nearest(&text, known.copied());
        let near = near.unwrap_or(if text.to_uppercase().starts_with("GPL") { "GPL" } else { "" });
        let message = format!("`{text}` is not a licence that the kernel knows");
        let mut diagnostic = Diagnostic::new(&codes::BAD_LICENSE, at, message).note(
            "the kernel compares the text to the letter: \"GPL\", \"GPL v2\", \"Dual BSD/GPL\", \"Dual MIT/GPL\" and a few more open all helpers",
        );
        diagnostic = if near.is_empty() {
            diagnostic.help("write \"GPL\", or \"Proprietary\" to do without GPL-only helpers")
        } else {
            diagnostic.fix("write", at, format!("\"{near}\""))
        };
        session.report(diagnostic);
    }
    session.module.license = text;
}
