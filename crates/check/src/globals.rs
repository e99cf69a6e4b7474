//! `@bpfglobal` functions: a typed global with its first value.

use diagnostics::{Diagnostic, codes};
use ir::{Global, GlobalId, Type, Value};
use syntax::{Expr, ExprKind, Role, StmtKind};

use crate::constants::Constant;
use crate::names::Meaning;
use crate::session::{Item, Reported, Result, Session};
use crate::types::MAX_SIZE;

/// Reads all globals but `LICENSE`.
pub(crate) fn declare(session: &mut Session<'_>) {
    let mut total = 0;
    for function in session.functions(|role| matches!(role, Role::Global)) {
        if matches!(session.item(&function.name.name), Some((Item::License, _))) {
            continue;
        }
        let Ok(global) = read(session, function) else {
            session.incomplete = true;
            continue;
        };
        total += global.ty.size(&session.module);
        if total > MAX_SIZE {
            let message = format!("the globals of a file have {MAX_SIZE} bytes at the most");
            session.report(
                Diagnostic::new(&codes::OUT_OF_RANGE, function.name.span, message)
                    .help("keep large data in a map"),
            );
            return;
        }
        let id = GlobalId(session.module.globals.len() as u32);
        session.module.globals.push(global);
        session.define(&function.name, Item::Global(id));
    }
}

fn read(session: &mut Session<'_>, function: &syntax::Function) -> Result<Global> {
    let name = &function.name;
    if let Some(param) = function.params.first() {
        let message = "a `@bpfglobal` takes no parameters";
        return Err(session.report(Diagnostic::new(
            &codes::BAD_SIGNATURE,
            param.name.span,
            message,
        )));
    }
    let value = match function.body.as_slice() {
        [stmt] => match &stmt.kind {
            StmtKind::Return(Some(value)) => value,
            StmtKind::Error => return Err(Reported),
            _ => return Err(shape(session, function)),
        },
        _ => return Err(shape(session, function)),
    };
    let ty = annotated(session, function, value)?;
    let init = initial(session, &ty, value)?;
    let line = session.line(name.span);
    Ok(Global { name: name.name.clone(), ty, init, mutable: false, line })
}

fn shape(session: &mut Session<'_>, function: &syntax::Function) -> Reported {
    let message = format!("`{}` must be one `return` of a constant", function.name.name);
    session.report(
        Diagnostic::new(&codes::BAD_GLOBAL_DEFINITION, function.name.span, message)
            .help("for example `return 0`"),
    )
}

/// The declared type, or that of the literal where none is declared.
fn annotated(session: &mut Session<'_>, function: &syntax::Function, value: &Expr) -> Result<Type> {
    let text_type = |text: &str| Type::Str(text.len() as u32 + 1);
    let Some(returns) = &function.returns else {
        let (ty, word) = match session.constant(value, 0)? {
            Some(Constant::Int(_)) => (Type::I64, "int".to_owned()),
            Some(Constant::Str(text)) => (text_type(&text), "str".to_owned()),
            _ => {
                let message = format!("`{}` needs a return type", function.name.name);
                return Err(session.report(
                    Diagnostic::new(&codes::MISSING_ANNOTATION, function.header, message)
                        .help("write for example `-> c_uint64`"),
                ));
            }
        };
        let message = format!("`{}` has no return type: taken as `{word}`", function.name.name);
        let fix = format!("{} -> {word}", session.source.slice(function.header));
        session.report(Diagnostic::new(&codes::IMPLICIT_ANNOTATION, function.header, message).fix(
            "say so",
            function.header,
            fix,
        ));
        return Ok(ty);
    };
    if matches!(&returns.kind, ExprKind::Name(name) if name == "str") {
        return match session.constant(value, 0)? {
            Some(Constant::Str(text)) => Ok(text_type(&text)),
            _ => Err(mismatch(session, value, "a string")),
        };
    }
    session.annotation(returns)
}

fn mismatch(session: &mut Session<'_>, value: &Expr, wanted: &str) -> Reported {
    let message = format!("the first value must be {wanted}");
    session.report(Diagnostic::new(&codes::BAD_GLOBAL_DEFINITION, value.span, message))
}

fn initial(session: &mut Session<'_>, ty: &Type, value: &Expr) -> Result<Value> {
    // `T()` is all zero, `T(constant)` that constant.
    if let ExprKind::Call(function, args, keywords) = &value.kind {
        if let Some(path) = function.path()
            && let Meaning::Helper(_) | Meaning::Short(_) | Meaning::Item(Item::Function(_)) =
                session.resolve(&path, function.span)?
        {
            return Err(mismatch(session, value, "a constant, and not the result of a call"));
        }
        let made = session.annotation(function)?;
        if made != *ty || !keywords.is_empty() || args.len() > 1 {
            let wanted = format!("a constant `{}`", session.type_name(ty));
            return Err(mismatch(session, value, &wanted));
        }
        return match args.first() {
            None => Ok(Value::Zero),
            Some(arg) => initial(session, ty, arg),
        };
    }
    let constant = session.constant(value, 0)?;
    match (ty, constant) {
        (Type::Int(int), Some(Constant::Int(number))) => {
            if !int.holds(number) {
                let message = format!("{number} does not fit `{}`", session.type_name(ty));
                return Err(session.report(Diagnostic::new(
                    &codes::OUT_OF_RANGE,
                    value.span,
                    message,
                )));
            }
            Ok(Value::Int(number))
        }
        (Type::Bool, Some(Constant::Int(number))) => Ok(Value::Int(i128::from(number != 0))),
        (Type::Str(len), Some(Constant::Str(text))) => {
            if text.len() > *len as usize {
                let message = format!("{} bytes do not fit `str({len})`", text.len());
                return Err(session.report(Diagnostic::new(
                    &codes::OUT_OF_RANGE,
                    value.span,
                    message,
                )));
            }
            Ok(Value::Str(text.into_bytes()))
        }
        (ty, _) => {
            let wanted = format!("a constant `{}`", session.type_name(ty));
            Err(mismatch(session, value, &wanted))
        }
    }
}
