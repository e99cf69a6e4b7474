//! `StructOps(tcp_congestion_ops, name="...", ssthresh=prog)`: a struct of the
//! kernel whose members are programs of the file and constants.
//!
//! A program learns from the struct that names it what it stands for, and so
//! the types of its arguments. Which members programs may stand for was asked of
//! kernels, and is in the table of kfuncs' callers.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{FunctionKind, MapId, Operation, Operations, PtrType, Region, Type, Value};
use kernel::btf::{Btf, Kind, Member, Space, TypeId};
use syntax::{Definition, Expr, ExprKind, Keyword, Role, StmtKind};

use crate::kernel_types::{Known, VMLINUX};
use crate::names::Meaning;
use crate::session::{Item, Reported, Result, Session};

/// The kernel's name of the type of map.
pub(crate) const KERNEL: &str = "BPF_MAP_TYPE_STRUCT_OPS";
/// What BTF calls the kernel's interface to a struct of operations.
const INTERFACE: &str = "bpf_struct_ops_";

/// The call that a definition of operations returns.
fn call_of(function: &syntax::Function) -> Option<(&[Expr], &[Keyword])> {
    let Some(StmtKind::Return(Some(call))) = function.body.first().map(|stmt| &stmt.kind) else {
        return None;
    };
    let ExprKind::Call(callee, args, keywords) = &call.kind else { return None };
    (callee.path()?.last() == Some(&"StructOps")).then_some((args, keywords))
}

/// The prototype of a member that is a pointer to a function.
pub(crate) fn proto(btf: &Btf, of: &str, member: &str) -> Option<TypeId> {
    let Kind::Struct { members, .. } = btf.get(btf.find(of, Space::Struct)?)?.kind else {
        return None;
    };
    let found = members.iter().find(|known| known.name == member)?;
    let Kind::Ptr(to) = btf.get(btf.resolve(found.ty))?.kind else { return None };
    let proto = btf.resolve(to);
    matches!(btf.get(proto)?.kind, Kind::FuncProto { .. }).then_some(proto)
}

impl Session<'_> {
    /// The operation that a program stands for: the struct and its member.
    pub fn operation_of(&self, program: &str) -> Option<(String, String)> {
        self.tree.definitions.iter().find_map(|definition| {
            let Definition::Function(function) = definition else { return None };
            if !matches!(function.role, Role::Map) {
                return None;
            }
            let (args, keywords) = call_of(function)?;
            let named = |word: &&Keyword| {
                matches!(&word.value.kind, ExprKind::Name(name) if name == program)
            };
            let word = keywords.iter().find(named)?;
            Some((self.struct_named(args.first()?)?, word.name.name.clone()))
        })
    }

    fn struct_named(&self, written: &Expr) -> Option<String> {
        let path = written.path()?;
        let name = match self.tree.imports.resolve(&path) {
            Some((module, name)) if module == VMLINUX => name,
            None if path.len() == 1 => path.first().map(|name| (*name).to_owned())?,
            _ => return None,
        };
        Some(name.strip_prefix("struct_").unwrap_or(&name).to_owned())
    }

    fn wrong_operations(&mut self, at: Span, message: String, help: String) -> Reported {
        self.report(Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message).help(help))
    }
}

/// Fills a struct of operations, when the programs of the file are known.
pub(crate) fn fill(session: &mut Session<'_>, id: MapId, call: &Expr) -> Result<()> {
    let ExprKind::Call(_, args, keywords) = &call.kind else { return Err(Reported) };
    let usage = "write `StructOps(tcp_congestion_ops, name=\"mine\", ssthresh=program)`";
    let [written] = args.as_slice() else {
        let message = "`StructOps` takes one struct of the kernel, and its members by name";
        return Err(session.wrong_operations(call.span, message.to_owned(), usage.to_owned()));
    };
    let meaning = match written.path() {
        Some(path) => session.resolve(&path, written.span)?,
        None => Meaning::Member(0),
    };
    let (Meaning::Kernel(Known::Type(_)), Some(of)) = (meaning, session.struct_named(written))
    else {
        let message = "a struct of the kernel is needed here".to_owned();
        return Err(session.wrong_operations(written.span, message, usage.to_owned()));
    };
    let btf = session.btf().ok_or(Reported)?;
    let members = match btf.find(&of, Space::Struct).and_then(|id| btf.get(id)) {
        Some(ty) if btf.find(&format!("{INTERFACE}{of}"), Space::Struct).is_some() => match ty.kind
        {
            Kind::Struct { members, .. } => members,
            _ => Vec::new(),
        },
        _ => {
            let known: Vec<&str> = btf
                .names(Space::Struct)
                .into_iter()
                .filter_map(|name| name.strip_prefix(INTERFACE))
                .filter(|name| name.contains("ops"))
                .collect();
            let message = format!("the kernel lets no program stand in `{of}`");
            let help = format!("this kernel has {}", known.join(", "));
            return Err(session.wrong_operations(written.span, message, help));
        }
    };
    let mut filled = Vec::new();
    let mut failed = false;
    for word in keywords {
        match member(session, &btf, (&of, &members), word) {
            Ok(found) => filled.push(found),
            Err(Reported) => failed = true,
        }
    }
    if failed {
        return Err(Reported);
    }
    required(session, &of, keywords, call.span)?;
    if let Some(map) = session.module.maps.get_mut(id.0 as usize) {
        map.operations = Some(Operations { of, members: filled });
    }
    Ok(())
}

/// What a struct must have for the kernel to take it: of each list one. For TCP
/// the kernel's `tcp_validate_congestion_control` says it.
const REQUIRED: &[(&str, &[&[&str]])] = &[
    (
        "tcp_congestion_ops",
        &[&["name"], &["ssthresh"], &["undo_cwnd"], &["cong_avoid", "cong_control"]],
    ),
    ("sched_ext_ops", &[&["name"]]),
];

fn required(session: &mut Session<'_>, of: &str, given: &[Keyword], at: Span) -> Result<()> {
    let lists = REQUIRED.iter().find(|(name, _)| *name == of).map_or(&[][..], |(_, lists)| lists);
    let has = |member: &&str| given.iter().any(|word| word.name.name == **member);
    let Some(missing) = lists.iter().find(|list| !list.iter().any(&has)) else {
        return Ok(());
    };
    let message = format!("`{of}` needs `{}`", missing.join("` or `"));
    let help = "the kernel takes no such struct without".to_owned();
    Err(session.wrong_operations(at, message, help))
}

fn member(
    session: &mut Session<'_>,
    btf: &Btf,
    (of, members): (&str, &[Member<'_>]),
    word: &Keyword,
) -> Result<(String, Type, Operation)> {
    let (name, at) = (word.name.name.as_str(), word.name.span);
    let Some(found) = members.iter().find(|known| known.name == name) else {
        let message = format!("`{of}` has no member `{name}` in this kernel");
        let near = nearest(name, members.iter().map(|known| known.name));
        let help = near.map_or_else(
            || "name one of its members".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(session.wrong_operations(at, message, help));
    };
    if proto(btf, of, name).is_some() {
        let function = operation(session, of, name, &word.value)?;
        let pointer = PtrType { pointee: None, region: Region::Opaque, nullable: true };
        return Ok((name.to_owned(), Type::Ptr(pointer), function));
    }
    match session.kernel_type(found.ty) {
        Some(ty @ (Type::Int(_) | Type::Bool | Type::Str(_))) if found.bit_size == 0 => {
            let value =
                crate::globals::initial(session, &ty, &word.value, &codes::BAD_MAP_DEFINITION)?;
            if let (Type::Str(len), Value::Str(text)) = (&ty, &value)
                && text.len() >= *len as usize
            {
                let message = format!("`{name}` takes {} letters at the most", len - 1);
                let help = "choose a shorter one".to_owned();
                return Err(session.wrong_operations(word.value.span, message, help));
            }
            Ok((name.to_owned(), ty, Operation::Constant(value)))
        }
        _ => {
            let message = format!("`{name}` of `{of}` is set by the kernel alone");
            let help = "leave it out".to_owned();
            Err(session.wrong_operations(at, message, help))
        }
    }
}

/// The program that stands for a member.
fn operation(session: &mut Session<'_>, of: &str, member: &str, value: &Expr) -> Result<Operation> {
    let known = match &value.kind {
        ExprKind::Name(name) => session.item(name).map(|(item, _)| (name, item.clone())),
        _ => None,
    };
    let (name, found) = match known {
        Some((name, Item::Program)) => (name, crate::map_values::program(session, name)),
        Some((name, Item::Broken)) if session.was_reported(name) => return Err(Reported),
        _ => {
            let message = format!("`{member}` of `{of}` is a program of this file");
            let help = "name a function under `@bpf` and `@section(\"struct_ops\")`".to_owned();
            return Err(session.wrong_operations(value.span, message, help));
        }
    };
    let Some(id) = found else { return Err(Reported) };
    let FunctionKind::Program { section, .. } = &session.module.function(id).kind else {
        return Err(Reported);
    };
    let sleepable = section.starts_with("struct_ops.s");
    if !section.starts_with("struct_ops") {
        let message = format!("`{name}` is a `{section}` program");
        let help = "put `@section(\"struct_ops\")` above it".to_owned();
        return Err(session.wrong_operations(value.span, message, help));
    }
    let asked = kernel::is_operation(&format!("{of}.{member}"), sleepable);
    if !asked && kernel::has_operations(of) {
        let awake = kernel::is_operation(&format!("{of}.{member}"), false);
        let (message, help) = match sleepable && awake {
            true => (
                format!("`{member}` of `{of}` may not sleep"),
                "use `@section(\"struct_ops\")`".to_owned(),
            ),
            false => (
                format!("the kernel lets no program stand for `{member}` of `{of}`"),
                "leave it out".to_owned(),
            ),
        };
        return Err(session.wrong_operations(value.span, message, help));
    }
    if session
        .operation_of(name)
        .is_some_and(|(own, first)| (own.as_str(), first.as_str()) != (of, member))
    {
        let message = format!("`{name}` stands for another operation, too");
        let help = "write a program for each".to_owned();
        return Err(session.wrong_operations(value.span, message, help));
    }
    Ok(Operation::Program(id))
}

/// Reports programs that no struct of operations names: the kernel would not
/// know what they stand for.
pub(crate) fn check(session: &mut Session<'_>) {
    for function in session.functions(|role| matches!(role, Role::Program { .. })) {
        let Role::Program { section, span } = &function.role else { continue };
        let is_operation = section.split(['/', '.']).next() == Some("struct_ops");
        if is_operation && session.operation_of(&function.name.name).is_none() {
            let message = format!("no `StructOps` of the file names `{}`", function.name.name);
            let name = function.name.name.clone();
            session.report(
                Diagnostic::new(&codes::BAD_SECTION, *span, message)
                    .note("what it stands for, and its arguments, are told by the struct")
                    .help(format!(
                        "write `return StructOps(tcp_congestion_ops, ssthresh={name})` in a `@map`"
                    )),
            );
        }
    }
}
