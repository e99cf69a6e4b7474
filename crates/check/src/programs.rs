//! Signatures of programs and of the functions they call.

use std::collections::HashSet;
use std::rc::Rc;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Function, FunctionId, FunctionKind, Local, PtrType, Region, Type};
use kernel::SectionError;
use syntax::{BinaryOp, Definition, Expr, ExprKind, Role, StmtKind};

use crate::arguments::Argument;
use crate::session::{Item, Result, Session, Signature};
use crate::types::is_foreign;

/// A program as declared.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name of the Python function.
    pub name: String,
    /// The section string as written.
    pub section: String,
    /// The section string's place.
    pub section_span: Span,
    /// The name's place.
    pub name_span: Span,
}

/// In ELF a section's name is a symbol like those of programs and maps.
fn check_symbols(session: &mut Session<'_>) {
    let tree = session.tree;
    let functions = || {
        tree.definitions.iter().filter_map(|definition| match definition {
            Definition::Function(function) => Some(function),
            Definition::Struct(_) => None,
        })
    };
    let sections: HashSet<&str> = functions()
        .filter_map(|function| match &function.role {
            Role::Program { section, .. } => Some(section.as_str()),
            _ => None,
        })
        .chain(["license"])
        .collect();
    for function in functions().filter(|function| sections.contains(function.name.name.as_str())) {
        let name = &function.name.name;
        let message = format!("`{name}` is also the name of a section in the object");
        session.report(
            Diagnostic::new(&codes::BAD_SIGNATURE, function.name.span, message)
                .note("in an object file, sections, programs, maps and globals share their names")
                .help(format!("choose another name, for example `{name}_1`")),
        );
    }
}

/// Reads the signatures of all programs and functions.
pub(crate) fn declare(session: &mut Session<'_>) -> Vec<Program> {
    check_symbols(session);
    let mut programs = Vec::new();
    for tree in session.functions(|role| matches!(role, Role::Program { .. } | Role::Plain)) {
        match &tree.role {
            Role::Program { section, span } => {
                programs.push(Program {
                    name: tree.name.name.clone(),
                    section: section.clone(),
                    section_span: *span,
                    name_span: tree.name.span,
                });
                let parsed = parse_section(session, section, *span);
                let function = program(session, tree, section);
                session.incomplete |= parsed.is_err() || function.is_err();
                // The body is checked also where the section is not one; the
                // rules that hang on the section are left out then.
                if let Ok((function, arguments)) = function {
                    let section = parsed.ok().map(Rc::new);
                    add(session, tree, function, (section, arguments), Item::Program);
                }
            }
            _ => {
                let Ok(function) = subprogram(session, tree) else {
                    session.incomplete = true;
                    continue;
                };
                let id = FunctionId(session.module.functions.len() as u32);
                add(session, tree, function, (None, Vec::new()), Item::Function(id));
            }
        }
    }
    programs
}

fn add<'a>(
    session: &mut Session<'a>,
    tree: &'a syntax::Function,
    function: Function,
    (section, arguments): (Option<Rc<kernel::Section>>, Vec<Argument>),
    item: Item,
) {
    let id = FunctionId(session.module.functions.len() as u32);
    session.module.functions.push(function);
    // Of a function with refused parameters only the body is checked.
    if !tree.broken {
        session.define(&tree.name, item);
    }
    session.add_signature(Signature { id, tree, section, arguments });
}

fn parse_section(session: &mut Session<'_>, text: &str, at: Span) -> Result<kernel::Section> {
    kernel::section(text).map_err(|error| {
        let mut diagnostic =
            Diagnostic::new(&codes::BAD_SECTION, at, format!("`{text}` is not a section: {error}"));
        if let SectionError::Unknown { nearest: Some(nearest), .. } = &error {
            diagnostic = Diagnostic::new(
                &codes::BAD_SECTION,
                at,
                format!("`{text}` is not a section that the kernel has"),
            )
            .fix("did you mean", at, format!("\"{nearest}\""));
        } else {
            diagnostic = diagnostic.help(
                "for example `tracepoint/syscalls/sys_enter_execve`, `kprobe/do_unlinkat` or `xdp`",
            );
        }
        session.report(diagnostic)
    })
}

fn program(
    session: &mut Session<'_>,
    tree: &syntax::Function,
    section: &str,
) -> Result<(Function, Vec<Argument>)> {
    let mut locals = Vec::new();
    let arguments = session.program_arguments(tree, section)?;
    let parsed = kernel::section(section).ok();
    let mut context = parsed.as_ref().map(|section| section.def.context);
    if let Some(param) = tree.params.first() {
        if let Some(default) = &param.default {
            let message = "a context is always there, so it has no default";
            return Err(session.report(
                Diagnostic::new(&codes::BAD_SIGNATURE, default.span, message)
                    .help("remove the default: `def name(ctx: c_void_p) -> c_int64:`"),
            ));
        }
        let kind = match &param.annotation {
            Some(annotation) => session.context_named(annotation),
            None => None,
        };
        if let (Some(annotation), Some(kind)) = (&param.annotation, kind) {
            if let Some(parsed) = &parsed {
                session.check_context(kind, parsed, annotation)?;
            }
            context = Some(kind);
        } else if let Some(annotation) = &param.annotation
            && !session.is_any(annotation)
        {
            let ty = session.annotation(annotation)?;
            if !matches!(ty, Type::Ptr(_)) {
                let message = format!("a context is a pointer, not `{}`", session.type_name(&ty));
                return Err(session.report(
                    Diagnostic::new(&codes::BAD_SIGNATURE, annotation.span, message).fix(
                        "write",
                        annotation.span,
                        "c_void_p",
                    ),
                ));
            }
        }
        let ty = Type::Ptr(PtrType { pointee: None, region: Region::Context, nullable: false });
        locals.push(Local { name: param.name.name.clone(), ty });
    }
    let params = locals.len() as u32;
    for (param, (ty, _)) in tree.params.iter().skip(1).zip(&arguments) {
        locals.push(Local { name: param.name.name.clone(), ty: ty.clone() });
    }
    let unannotated = tree.params.first().is_some_and(|param| param.annotation.is_none());
    if unannotated || tree.returns.is_none() {
        let fix = format!("def {}(ctx: c_void_p) -> c_int64", tree.name.name);
        let message = format!("the program `{}` has no type hints", tree.name.name);
        session.report(
            Diagnostic::new(&codes::IMPLICIT_ANNOTATION, tree.header, message)
                .note("the context is typed by the section and 64 bits are returned")
                .fix("say so", tree.header, fix),
        );
    }
    let ret = returned(session, tree)?.unwrap_or(Type::I64);
    if matches!(ret, Type::Void) {
        let at = tree.returns.as_ref().map_or(tree.header, |returns| returns.span);
        let message = "a program returns a number to the kernel";
        return Err(session.report(
            Diagnostic::new(&codes::BAD_SIGNATURE, at, message).fix("write", at, "c_int64"),
        ));
    }
    let context = match context {
        Some(kernel::ContextKind::Struct(name)) => Some(name),
        _ => None,
    };
    let function = Function {
        name: tree.name.name.clone(),
        kind: FunctionKind::Program { section: section.to_owned(), context },
        params,
        ret,
        locals,
        body: Vec::new(),
        span: tree.name.span,
    };
    Ok((function, arguments.into_iter().map(|(_, argument)| argument).collect()))
}

/// The declared return type; `None` in Python is no value.
fn returned(session: &mut Session<'_>, tree: &syntax::Function) -> Result<Option<Type>> {
    let Some(returns) = &tree.returns else { return Ok(None) };
    if matches!(returns.kind, ExprKind::None) {
        return Ok(Some(Type::Void));
    }
    let ty = session.annotation(returns)?;
    session.no_dynptr(&ty, "what a function returns", returns.span)?;
    let program = matches!(tree.role, Role::Program { .. });
    if (program && ty.is_aggregate()) || matches!(ty, Type::Ptr(_)) {
        let message = format!("a function cannot return `{}`", session.type_name(&ty));
        let help = if program {
            "return an integer such as `c_int64`"
        } else {
            "return an integer or a struct, or let the caller pass what is to be filled"
        };
        return Err(session
            .report(Diagnostic::new(&codes::UNSUPPORTED_TYPE, returns.span, message).help(help)));
    }
    Ok(Some(ty))
}

/// A default is a constant, as Python computes it once, at the definition.
fn default(session: &mut Session<'_>, param: &syntax::Param) -> Result<()> {
    let Some(default) = &param.default else { return Ok(()) };
    if matches!(default.kind, ExprKind::None) {
        return Ok(());
    }
    if session.constant(default, 0)?.is_some() {
        return Ok(());
    }
    let message = format!("the default of `{}` is no constant", param.name.name);
    Err(session.report(
        Diagnostic::new(&codes::CONSTANT_REQUIRED, default.span, message)
            .help("write a number, or pass the value at each call"),
    ))
}

/// `T | None` and `Optional[T]`: the type, and whether it may be missing.
fn optional(annotation: &Expr) -> (&Expr, bool) {
    match &annotation.kind {
        ExprKind::Binary(BinaryOp::Or, ty, none) if matches!(none.kind, ExprKind::None) => {
            (ty, true)
        }
        ExprKind::Index(base, ty) if base.path().is_some_and(|p| p.last() == Some(&"Optional")) => {
            (ty, true)
        }
        _ => (annotation, false),
    }
}

/// The type of a parameter. Structs, arrays and strings are passed as Python
/// does it: the function works on the caller's.
fn parameter(session: &mut Session<'_>, name: &str, annotation: &Expr) -> Result<Type> {
    let (annotation, nullable) = optional(annotation);
    if session.context_named(annotation).is_some() {
        return Ok(Type::ptr(None, Region::Context));
    }
    let refer =
        |ty| Type::Ptr(PtrType { pointee: Some(Box::new(ty)), region: Region::Any, nullable });
    let kernel = |ty| match ty {
        Type::Ptr(ptr) => Type::Ptr(PtrType { nullable, ..ptr }),
        ty => ty,
    };
    if let Some(pointee) = session.pointed(annotation) {
        let pointee = pointee?;
        return Ok(if is_foreign(&pointee) { kernel(pointee) } else { refer(pointee) });
    }
    let ty = session.annotation(annotation)?;
    if is_foreign(&ty) {
        return Ok(kernel(ty));
    }
    if ty.is_aggregate() {
        return Ok(refer(ty));
    }
    if nullable {
        let message = format!("a `{}` is never `None`", session.type_name(&ty));
        return Err(session.report(
            Diagnostic::new(&codes::UNSUPPORTED_TYPE, annotation.span, message)
                .help("only structs, arrays, strings and `POINTER(T)` can be missing"),
        ));
    }
    // A parameter called `ctx` takes the caller's context.
    Ok(match ty {
        Type::Ptr(PtrType { pointee: None, .. }) if name == "ctx" => {
            Type::ptr(None, Region::Context)
        }
        ty => ty,
    })
}

fn subprogram(session: &mut Session<'_>, tree: &syntax::Function) -> Result<Function> {
    let missing: Vec<_> = tree.params.iter().filter(|param| param.annotation.is_none()).collect();
    if !missing.is_empty() || tree.returns.is_none() {
        return Err(missing_hints(session, tree));
    }
    let mut locals = Vec::new();
    for param in &tree.params {
        let Some(annotation) = &param.annotation else { continue };
        let ty = parameter(session, &param.name.name, annotation)?;
        default(session, param)?;
        locals.push(Local { name: param.name.name.clone(), ty });
    }
    let mut ret = returned(session, tree)?.unwrap_or(Type::Void);
    if ret.is_aggregate() {
        let ty = Type::ptr(Some(std::mem::replace(&mut ret, Type::Void)), Region::Any);
        locals.push(Local { name: "result".to_owned(), ty });
    }
    Ok(Function {
        name: tree.name.name.clone(),
        kind: FunctionKind::Subprogram,
        params: locals.len() as u32,
        ret,
        locals,
        body: Vec::new(),
        span: tree.name.span,
    })
}

fn missing_hints(session: &mut Session<'_>, tree: &syntax::Function) -> crate::session::Reported {
    let params: Vec<String> = tree
        .params
        .iter()
        .map(|param| {
            let name = &param.name.name;
            match &param.annotation {
                Some(annotation) => format!("{name}: {}", session.source.slice(annotation.span)),
                None if name == "ctx" => "ctx: c_void_p".to_owned(),
                None => format!("{name}: c_uint64"),
            }
        })
        .collect();
    let returns = match &tree.returns {
        Some(returns) => session.source.slice(returns.span).to_owned(),
        None => "c_int64".to_owned(),
    };
    let fix = format!("def {}({}) -> {returns}", tree.name.name, params.join(", "));
    let message = format!("the function `{}` has no complete type hints", tree.name.name);
    let note = if tree.body.iter().all(|stmt| matches!(stmt.kind, StmtKind::Pass)) {
        "to make it a program, put `@section(\"...\")` between `@bpf` and `def`"
    } else {
        "without them its arguments and its result have no size"
    };
    session.report(
        Diagnostic::new(&codes::MISSING_ANNOTATION, tree.header, message).note(note).fix(
            "write",
            tree.header,
            fix,
        ),
    )
}
