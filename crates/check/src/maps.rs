//! `@map` functions: one constant constructor call each, read by the rows of
//! the map table.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{Map, MapId, Type};
use kernel::{MapParam, MapType, ParamRule};
use syntax::{Expr, ExprKind, Role, StmtKind};

use crate::names::Meaning;
use crate::session::{Item, Reported, Result, Session};

/// The kernel's limit for keys, that of the stack.
const MAX_KEY: u64 = 512;

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
    let call = match function.body.as_slice() {
        [stmt] => match &stmt.kind {
            StmtKind::Return(Some(value)) => match &value.kind {
                ExprKind::Call(callee, args, keywords) => Some((value, callee, args, keywords)),
                ExprKind::Error => return Err(Reported),
                _ => None,
            },
            StmtKind::Error => return Err(Reported),
            _ => None,
        },
        _ => None,
    };
    let Some((value, callee, args, keywords)) = call else {
        let message = format!("`{}` must be one `return` of a map constructor", name.name);
        return Err(session.report(
            Diagnostic::new(&codes::BAD_MAP_DEFINITION, name.span, message)
                .help("write `return HashMap(key=c_uint32, value=c_uint64, max_entries=1024)`"),
        ));
    };
    let kind = map_type(session, callee)?;
    check_return(session, function, kind)?;
    let mut reader = Reader {
        session,
        map: Map {
            name: name.name.clone(),
            kind: kind.id,
            key: None,
            value: None,
            key_size: None,
            value_size: None,
            max_entries: None,
            flags: 0,
            events: Vec::new(),
            line: 0,
        },
        kind,
    };
    reader.arguments(args, keywords, value.span)?;
    reader.key_size(value.span)?;
    let mut map = reader.map;
    map.line = session.line(name.span);
    Ok((map, kind))
}

fn map_type(session: &mut Session<'_>, callee: &Expr) -> Result<&'static MapType> {
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

struct Reader<'s, 'a> {
    session: &'s mut Session<'a>,
    map: Map,
    kind: &'static MapType,
}

impl Reader<'_, '_> {
    /// Keys lie on the stack.
    fn key_size(&mut self, at: Span) -> Result<()> {
        let size = self.map.key.as_ref().map_or(0, |key| key.size(&self.session.module));
        if size <= MAX_KEY {
            return Ok(());
        }
        let message = format!("a key of {size} bytes: the kernel takes {MAX_KEY} at the most");
        let diagnostic = Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message);
        Err(self.session.report(diagnostic.help("use a shorter key, such as a number or a hash")))
    }

    fn arguments(&mut self, args: &[Expr], keywords: &[syntax::Keyword], at: Span) -> Result<()> {
        let mut failed = false;
        // A misspelt argument is likely the one that seems to be missing.
        let mut unknown = false;
        let mut given: Vec<&str> = Vec::new();
        if args.len() > self.kind.params.len() {
            return Err(self.usage(at, format!("`{}` has too many arguments", self.kind.name)));
        }
        let positional =
            args.iter().zip(self.kind.params).map(|(arg, param)| (param.name, arg, arg.span));
        let named =
            keywords.iter().map(|word| (word.name.name.as_str(), &word.value, word.name.span));
        for (name, value, span) in positional.chain(named) {
            let Some(param) = self.kind.params.iter().find(|param| param.name == name) else {
                let message = format!("`{}` has no argument `{name}`", self.kind.name);
                self.usage(span, message);
                unknown = true;
                continue;
            };
            if given.contains(&param.name) {
                self.usage(span, format!("`{name}` is given twice"));
                failed = true;
                continue;
            }
            given.push(param.name);
            failed |= self.argument(param, value).is_err();
        }
        for param in self.kind.params {
            if param.required && !unknown && !given.contains(&param.name) {
                let message = format!("`{}` needs `{}`", self.kind.name, param.name);
                self.usage(at, message);
                failed = true;
            }
        }
        self.defaults(&given);
        if failed || unknown { Err(Reported) } else { Ok(()) }
    }

    /// What the kernel wants of an argument that is left out.
    fn defaults(&mut self, given: &[&str]) {
        for param in self.kind.params {
            if given.contains(&param.name) {
                continue;
            }
            match (param.rule, param.name) {
                (ParamRule::Index, _) => self.map.key = Some(Type::Int(ir::IntType::U32)),
                (ParamRule::FourBytes, "key_size") => self.map.key_size = Some(4),
                (ParamRule::FourBytes, _) => self.map.value_size = Some(4),
                _ => {}
            }
        }
    }

    fn usage(&mut self, at: Span, message: String) -> Reported {
        let params = self.kind.params.iter().map(|param| {
            if param.required { param.name.to_owned() } else { format!("[{}]", param.name) }
        });
        let params = params.collect::<Vec<_>>().join(", ");
        let help = format!("`{}({params})`, those in brackets as needed", self.kind.name);
        self.session.report(Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message).help(help))
    }

    fn argument(&mut self, param: &MapParam, value: &Expr) -> Result<()> {
        match param.rule {
            ParamRule::Type => {
                let ty = self.session.annotation(value)?;
                if matches!(ty, Type::Struct(_)) && ty.size(&self.session.module) == 0 {
                    let message = "a struct without fields cannot be stored in a map".to_owned();
                    return Err(self.usage(value.span, message));
                }
                if param.name == "key" {
                    self.map.key = Some(ty);
                } else {
                    self.map.value = Some(ty);
                }
            }
            ParamRule::Index => {
                let ty = self.session.annotation(value)?;
                if ty.is_aggregate() || ty.size(&self.session.module) != 4 {
                    let message = format!("a `{}` is indexed by `c_uint32`", self.kind.name);
                    return Err(self.usage(value.span, message));
                }
                self.map.key = Some(ty);
            }
            ParamRule::FourBytes => {
                let size = match self.session.constant(value, 0) {
                    Ok(Some(crate::constants::Constant::Int(size))) => size,
                    _ => {
                        let ty = self.session.annotation(value)?;
                        i128::from(ty.size(&self.session.module))
                    }
                };
                if size != 4 {
                    let message = format!("`{}` must be 4 bytes, as the kernel has it", param.name);
                    return Err(self.usage(value.span, message));
                }
                if param.name == "key_size" {
                    self.map.key_size = Some(4);
                } else {
                    self.map.value_size = Some(4);
                }
            }
            ParamRule::Count => {
                let count = self.session.constant_int(value)?;
                match u32::try_from(count) {
                    Ok(count) if count > 0 => self.map.max_entries = Some(count),
                    _ => {
                        let message = format!("{count} is not a number of entries");
                        return Err(self.usage(value.span, message));
                    }
                }
            }
            ParamRule::RingSize => {
                let size = self.session.constant_int(value)?;
                let bytes = i64::try_from(size).unwrap_or(i64::MAX);
                if let Some(error) = kernel::ring_buffer_size_error(bytes) {
                    let message = format!("{size} bytes: {error}");
                    return Err(self.usage(value.span, message));
                }
                self.map.max_entries = u32::try_from(size).ok();
            }
            ParamRule::Flags => {
                let flags = self.session.constant_int(value)?;
                match u32::try_from(flags) {
                    Ok(flags) => self.map.flags = flags,
                    Err(_) => {
                        return Err(self.usage(value.span, "flags are 32 bits wide".to_owned()));
                    }
                }
            }
        }
        Ok(())
    }
}
