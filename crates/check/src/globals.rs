//! `@bpfglobal` functions: a typed global with its first value.

use std::collections::HashMap;

use diagnostics::{Code, Diagnostic, codes};
use ir::{Config, Global, GlobalId, StructId, Type, Value};
use syntax::{Expr, ExprKind, Keyword, Role, StmtKind};

use crate::constants::Constant;
use crate::names::{Builtin, Meaning};
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
    if let Some(config) = config(session, value)? {
        return of_kernel(session, function, config);
    }
    let ty = annotated(session, function, value)?;
    let init = initial(session, &ty, value, &codes::BAD_GLOBAL_DEFINITION)?;
    let line = session.line(name.span);
    Ok(Global { name: name.name.clone(), ty, init, mutable: false, config: None, line })
}

/// `return kconfig()`: whether the value is the kernel's configuration's.
fn config(session: &mut Session<'_>, value: &Expr) -> Result<Option<Config>> {
    let ExprKind::Call(callee, args, keywords) = &value.kind else { return Ok(None) };
    let named = callee.path().filter(|path| path.last() == Some(&"kconfig"));
    let Some(path) = named else { return Ok(None) };
    if !matches!(session.resolve(&path, callee.span)?, Meaning::Builtin(Builtin::Kconfig)) {
        return Ok(None);
    }
    match (args.as_slice(), keywords.as_slice()) {
        ([], []) => Ok(Some(Config::Required)),
        ([], [keyword]) if keyword.name.name == "optional" => {
            let optional = session.constant_int(&keyword.value)? != 0;
            Ok(Some(if optional { Config::Optional } else { Config::Required }))
        }
        _ => {
            let message = "`kconfig` takes nothing but `optional`";
            Err(session.report(
                Diagnostic::new(&codes::WRONG_ARGUMENTS, value.span, message)
                    .help("write `return kconfig()`, or `return kconfig(optional=True)`"),
            ))
        }
    }
}

/// Values that are no options of the configuration, but are found like them.
const FOUND_AT_LOAD: &[&str] =
    &["LINUX_KERNEL_VERSION", "LINUX_HAS_BPF_COOKIE", "LINUX_HAS_SYSCALL_WRAPPER"];

/// A global that holds a value of the kernel's configuration.
fn of_kernel(
    session: &mut Session<'_>,
    function: &syntax::Function,
    config: Config,
) -> Result<Global> {
    let name = &function.name;
    let is_option = name.name.starts_with("CONFIG_");
    if !is_option && !FOUND_AT_LOAD.contains(&name.name.as_str()) {
        let message = format!("the kernel's configuration has no `{}`", name.name);
        return Err(session.report(
            Diagnostic::new(&codes::BAD_GLOBAL_DEFINITION, name.span, message)
                .note(format!("there are `CONFIG_...`, and {}", FOUND_AT_LOAD.join(", ")))
                .help("call the global as the option is called: `def CONFIG_HZ() -> c_uint32:`"),
        ));
    }
    let Some(returns) = &function.returns else {
        let message = format!("`{}` needs a return type", name.name);
        return Err(session.report(
            Diagnostic::new(&codes::MISSING_ANNOTATION, function.header, message)
                .help("write for example `-> c_uint64`"),
        ));
    };
    let ty = session.annotation(returns)?;
    let is_word = matches!(&ty, Type::Int(int) if int.bits >= 32);
    if !matches!(ty, Type::Int(_) | Type::Bool | Type::Str(_)) || (!is_option && !is_word) {
        let message = format!("`{}` is no `{}`", name.name, session.type_name(&ty));
        return Err(session
            .report(Diagnostic::new(&codes::BAD_GLOBAL_DEFINITION, returns.span, message).help(
                "numbers are `c_uint32` and the like, yes and no `c_bool`, texts `str(N)`",
            )));
    }
    let line = session.line(name.span);
    let (name, init) = (name.name.clone(), Value::Zero);
    Ok(Global { name, ty, init, mutable: false, config: Some(config), line })
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
            _ => Err(mismatch(session, value, "a string", &codes::BAD_GLOBAL_DEFINITION)),
        };
    }
    let ty = session.annotation(returns)?;
    session.no_dynptr(&ty, "a global", returns.span)?;
    session.no_object(&ty, "a global", returns.span)?;
    Ok(ty)
}

fn mismatch(
    session: &mut Session<'_>,
    value: &Expr,
    wanted: &str,
    code: &'static Code,
) -> Reported {
    let message = format!("the first value must be {wanted}");
    session.report(Diagnostic::new(code, value.span, message))
}

/// The constant of a type that an expression is; `code` is what goes wrong
/// where it is none.
pub(crate) fn initial(
    session: &mut Session<'_>,
    ty: &Type,
    value: &Expr,
    code: &'static Code,
) -> Result<Value> {
    if let ExprKind::Call(function, args, keywords) = &value.kind
        && !is_measure(function)
    {
        return constructed(session, ty, value, function, args, keywords, code);
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
        (Type::Str(len), Some(text @ (Constant::Str(_) | Constant::Bytes(_)))) => {
            text_value(session, *len, text.into_bytes(), value)
        }
        (ty, _) => {
            let wanted = format!("a constant `{}`", session.type_name(ty));
            Err(mismatch(session, value, &wanted, code))
        }
    }
}

/// Whether a call measures rather than makes: its result is a number.
fn is_measure(function: &Expr) -> bool {
    let builtin = ["len", "sizeof", "min", "max", "abs"];
    matches!(&function.kind, ExprKind::Name(name) if builtin.contains(&name.as_str()))
}

fn text_value(session: &mut Session<'_>, len: u32, text: Vec<u8>, value: &Expr) -> Result<Value> {
    if text.len() > len as usize {
        let message = format!("{} bytes do not fit `str({len})`", text.len());
        return Err(session.report(Diagnostic::new(&codes::OUT_OF_RANGE, value.span, message)));
    }
    Ok(Value::Str(text))
}

/// `T()` is all zero, but for defaults; `T(constant)`, `S(field=constant)`
/// and `(T * N)(constant, ...)` are what they say.
fn constructed(
    session: &mut Session<'_>,
    ty: &Type,
    value: &Expr,
    function: &Expr,
    args: &[Expr],
    keywords: &[Keyword],
    code: &'static Code,
) -> Result<Value> {
    if let Some(path) = function.path()
        && !session.is_array_type(function)
        && let Meaning::Helper(_) | Meaning::Short(_) | Meaning::Item(Item::Function(_)) =
            session.resolve(&path, function.span)?
    {
        let wanted = "a constant, and not the result of a call";
        return Err(mismatch(session, value, wanted, code));
    }
    let made = session.annotation(function)?;
    let most = match ty {
        Type::Array(_, len) => *len as usize,
        Type::Struct(id) if session.module.struct_(*id).is_union => 1,
        Type::Struct(id) => session.module.struct_(*id).fields.len(),
        _ => 1,
    };
    let too_many = args.len() + keywords.len() > most;
    if made != *ty || (!keywords.is_empty() && !matches!(ty, Type::Struct(_))) || too_many {
        let wanted = format!("a constant `{}`", session.type_name(ty));
        return Err(mismatch(session, value, &wanted, code));
    }
    match ty {
        Type::Struct(id) => struct_value(session, *id, args, keywords, code),
        Type::Array(element, len) => {
            let given: Result<Vec<Value>> =
                args.iter().map(|arg| initial(session, element, arg, code)).collect();
            let mut elements = given?;
            if session.has_defaults(element) {
                let rest = fresh(session, element);
                elements.resize(*len as usize, rest);
            }
            Ok(if elements.is_empty() { Value::Zero } else { Value::List(elements) })
        }
        ty => match args.first() {
            None => Ok(Value::Zero),
            Some(arg) => initial(session, ty, arg, code),
        },
    }
}

fn struct_value(
    session: &mut Session<'_>,
    id: StructId,
    args: &[Expr],
    keywords: &[Keyword],
    code: &'static Code,
) -> Result<Value> {
    let fields = session.module.struct_(id).fields.clone();
    let mut given: HashMap<usize, &Expr> = args.iter().enumerate().collect();
    for keyword in keywords {
        let name = &keyword.name.name;
        let Some(index) = fields.iter().position(|field| field.name == *name) else {
            let message = format!("`{}` has no field `{name}`", session.module.struct_(id).name);
            let at = keyword.name.span;
            return Err(session.report(Diagnostic::new(&codes::UNKNOWN_FIELD, at, message)));
        };
        if given.insert(index, &keyword.value).is_some() {
            let message = format!("`{name}` is given twice");
            let at = keyword.name.span;
            return Err(session.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)));
        }
    }
    let Value::List(mut values) = fresh(session, &Type::Struct(id)) else {
        return Ok(Value::Zero);
    };
    for (index, field) in fields.iter().enumerate() {
        if let (Some(value), Some(slot)) = (given.get(&index), values.get_mut(index)) {
            *slot = initial(session, &field.ty, value, code)?;
        }
    }
    Ok(Value::List(values))
}

/// A value that no constructor argument sets: zero, and the defaults.
fn fresh(session: &Session<'_>, ty: &Type) -> Value {
    match ty {
        Type::Struct(id) => {
            let mut defaults = session.defaults_of(*id);
            let fields = session.module.struct_(*id).fields.iter().enumerate();
            let values = fields.map(|(index, field)| {
                defaults.remove(&index).unwrap_or_else(|| fresh(session, &field.ty))
            });
            Value::List(values.collect())
        }
        Type::Array(element, len) if session.has_defaults(element) => {
            Value::List(vec![fresh(session, element); *len as usize])
        }
        _ => Value::Zero,
    }
}
