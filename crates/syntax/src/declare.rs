//! The top level of a file: imports, constants and `@bpf` definitions, with
//! the rules about decorators.

use std::collections::HashSet;

use diagnostics::{Diagnostic, SourceFile, Span, codes};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::{
    Constant, Definition, Enum, Expr, ExprKind, Function, Ident, Module, Param, Role, Struct,
    StructField, bound,
    convert::{Converter, ident},
    parse::span,
};

/// Our decorators, by the name that `pythonbpf` gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Bpf,
    Section,
    Map,
    Struct,
    Global,
}

impl Mark {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Bpf, "bpf"),
        (Self::Section, "section"),
        (Self::Map, "map"),
        (Self::Struct, "struct"),
        (Self::Global, "bpfglobal"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(mark, _)| *mark)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(mark, _)| *mark == self).map_or("", |(_, name)| name)
    }
}

/// The longest tuple that is read as a constant.
const MAX_TUPLE: usize = 64;

/// Reads the statements of a module.
pub(crate) fn declare(source: &SourceFile, body: &[ast::Stmt]) -> (Module, Vec<Diagnostic>) {
    let mut reader = Reader {
        source,
        module: Module::default(),
        diagnostics: Vec::new(),
        told: HashSet::new(),
        marked: HashSet::new(),
    };
    for stmt in body {
        reader.imports(stmt);
    }
    for stmt in body {
        reader.hide(stmt);
    }
    for stmt in body {
        reader.note_marked(stmt);
    }
    for stmt in body {
        reader.top_level(stmt);
    }
    reader.forget_variables(body);
    reader.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span.start);
    (reader.module, reader.diagnostics)
}

struct Reader<'a> {
    source: &'a SourceFile,
    module: Module,
    diagnostics: Vec<Diagnostic>,
    /// Decorators that were said not to be imported.
    told: HashSet<&'static str>,
    /// Names of the definitions that `@bpf` marks.
    marked: HashSet<&'a str>,
}

/// A decorator of ours on a definition.
struct Marked<'a> {
    mark: Mark,
    decorator: &'a ast::Decorator,
}

impl<'a> Reader<'a> {
    fn error(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn imports(&mut self, stmt: &ast::Stmt) {
        match stmt {
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    let asname = alias.asname.as_ref().map(|name| name.id.as_str());
                    self.module.imports.add_module(alias.name.id.as_str(), asname);
                }
            }
            ast::Stmt::ImportFrom(import) if import.level == 0 => {
                let Some(module) = &import.module else { return };
                for alias in &import.names {
                    let asname = alias.asname.as_ref().map(|name| name.id.as_str());
                    let (module, name) = (module.id.as_str(), alias.name.id.as_str());
                    self.module.imports.add_name(module, name, asname);
                }
            }
            _ => {
                for block in blocks(stmt) {
                    if !matches!(stmt, ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_)) {
                        block.iter().for_each(|stmt| self.imports(stmt));
                    }
                }
            }
        }
    }

    /// Definitions of the file hide imports of the same name.
    fn hide(&mut self, stmt: &ast::Stmt) {
        match stmt {
            ast::Stmt::FunctionDef(def) => self.module.imports.hide(def.name.id.as_str()),
            ast::Stmt::ClassDef(def) => self.module.imports.hide(def.name.id.as_str()),
            _ => {}
        }
    }

    fn top_level(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                let marks = self.marks(&def.decorator_list);
                if marks.is_empty() {
                    self.user_space(&def.name);
                    self.nested(&def.body);
                } else {
                    self.unimported(&marks);
                    self.function(def, &marks);
                }
            }
            ast::Stmt::ClassDef(def) => {
                let marks = self.marks(&def.decorator_list);
                if marks.is_empty() {
                    self.user_space(&def.name);
                    self.enumeration(def);
                    self.nested(&def.body);
                } else {
                    self.unimported(&marks);
                    self.class(def, &marks);
                }
            }
            ast::Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.constant(target, &assign.value);
                }
            }
            ast::Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.constant(&assign.target, value);
                }
            }
            _ => blocks(stmt).into_iter().for_each(|block| self.nested(block)),
        }
    }

    fn user_space(&mut self, name: &ast::Identifier) {
        self.module.user_space.push(ident(name));
    }

    /// `NAME = value`: a constant if the value reads as one.
    fn constant(&mut self, target: &ast::Expr, value: &ast::Expr) {
        let ast::Expr::Name(name) = target else { return };
        let name = Ident { name: name.id.to_string(), span: span(name.range) };
        // Long lists and the like are not even read.
        let constant = matches!(
            value,
            ast::Expr::NumberLiteral(_)
                | ast::Expr::BooleanLiteral(_)
                | ast::Expr::StringLiteral(_)
                | ast::Expr::BytesLiteral(_)
                | ast::Expr::Name(_)
                | ast::Expr::Attribute(_)
                | ast::Expr::UnaryOp(_)
                | ast::Expr::BinOp(_)
                | ast::Expr::BoolOp(_)
                | ast::Expr::Compare(_)
                | ast::Expr::If(_)
                | ast::Expr::Call(_)
        ) || matches!(value, ast::Expr::Tuple(tuple) if tuple.elts.len() <= MAX_TUPLE);
        if !constant {
            let value = Expr { kind: ExprKind::Ellipsis, span: span(value.range()) };
            self.module.constants.push(Constant { name, value });
            return;
        }
        let mut ignored = Vec::new();
        let value = Converter::new(self.source, &mut ignored).expr(value);
        let value = match ignored.is_empty() {
            true => value,
            false => Expr { kind: ExprKind::Ellipsis, span: value.span },
        };
        self.module.constants.push(Constant { name, value });
    }

    /// A class of `enum`: its members are constants.
    fn enumeration(&mut self, def: &ast::StmtClassDef) {
        let base = def.arguments.iter().flat_map(|args| args.args.iter()).find_map(|base| {
            let (module, name) = self.module.imports.resolve(&dotted(base)?)?;
            (module == "enum").then_some(name)
        });
        let Some(base) = base else { return };
        let flags = matches!(base.as_str(), "Flag" | "IntFlag");
        if !flags && !matches!(base.as_str(), "Enum" | "IntEnum") {
            return;
        }
        let mut members: Vec<Constant> = Vec::new();
        for stmt in &def.body {
            let ast::Stmt::Assign(assign) = stmt else { continue };
            let [ast::Expr::Name(name)] = assign.targets.as_slice() else { continue };
            let name = Ident { name: name.id.to_string(), span: span(name.range) };
            let value = match self.is_auto(&assign.value) {
                true => next_member(&def.name, &members, flags, name.span),
                false => self.member(&def.name, &members, &assign.value),
            };
            members.push(Constant { name, value });
        }
        self.module.enums.push(Enum { name: ident(&def.name), members });
    }

    /// Whether a value is `auto()`.
    fn is_auto(&self, value: &ast::Expr) -> bool {
        let ast::Expr::Call(call) = value else { return false };
        let resolved = dotted(&call.func).and_then(|path| self.module.imports.resolve(&path));
        resolved.is_some_and(|(module, name)| module == "enum" && name == "auto")
    }

    /// The value of a member; earlier ones go by their bare names there.
    fn member(&mut self, class: &ast::Identifier, earlier: &[Constant], value: &ast::Expr) -> Expr {
        let mut ignored = Vec::new();
        let mut value = Converter::new(self.source, &mut ignored).expr(value);
        if !ignored.is_empty() {
            return Expr { kind: ExprKind::Ellipsis, span: value.span };
        }
        qualify(&mut value, class, earlier);
        value
    }

    /// What Python sets more than once is no constant, and neither is what it
    /// sets under a condition.
    fn forget_variables(&mut self, body: &[ast::Stmt]) {
        let variables = bound::at_run_time(body);
        let names: HashSet<&str> = variables.iter().map(|name| name.name.as_str()).collect();
        self.module.constants.retain(|constant| !names.contains(constant.name.name.as_str()));
        let imports = &self.module.imports;
        let plain = variables.iter().filter(|name| imports.get(&name.name).is_none());
        self.module.constants.extend(plain.map(|name| Constant {
            name: name.clone(),
            value: Expr { kind: ExprKind::Ellipsis, span: name.span },
        }));
    }

    /// Looks for `@bpf` below the top level, where it cannot stand.
    fn nested(&mut self, body: &[ast::Stmt]) {
        for stmt in body {
            let found = match stmt {
                ast::Stmt::FunctionDef(def) => Some((&def.decorator_list, &def.name)),
                ast::Stmt::ClassDef(def) => Some((&def.decorator_list, &def.name)),
                _ => None,
            };
            if let Some((decorators, name)) = found
                && let Some(marked) = self.marks(decorators).first()
            {
                let message = format!("`{}` is not at the top level of the file", name.id);
                let decorator = span(marked.decorator.range());
                self.error(
                    Diagnostic::new(&codes::NOT_TOP_LEVEL, span(name.range), message)
                        .label("defined inside another block")
                        .also(decorator, "marked for the kernel here")
                        .help("move the definition out, to the left margin of the file"),
                );
                continue;
            }
            blocks(stmt).into_iter().for_each(|block| self.nested(block));
        }
    }

    /// The decorators that are ours, outermost first.
    fn marks<'d>(&self, decorators: &'d [ast::Decorator]) -> Vec<Marked<'d>> {
        decorators
            .iter()
            .filter_map(|decorator| {
                self.mark(&decorator.expression).map(|mark| Marked { mark, decorator })
            })
            .collect()
    }

    /// Notes the name of a definition under `@bpf`.
    fn note_marked(&mut self, stmt: &'a ast::Stmt) {
        let (decorators, name) = match stmt {
            ast::Stmt::FunctionDef(def) => (&def.decorator_list, &def.name),
            ast::Stmt::ClassDef(def) => (&def.decorator_list, &def.name),
            _ => return,
        };
        if self.marks(decorators).iter().any(|marked| marked.mark == Mark::Bpf) {
            self.marked.insert(name.id.as_str());
        }
    }

    /// Whether a definition without `@bpf` stands beside one of its name that
    /// has it; once told of its lack, it is not compiled.
    fn is_shadow(&self, marks: &[Marked<'_>], name: &str) -> bool {
        !marks.iter().any(|marked| marked.mark == Mark::Bpf) && self.marked.contains(name)
    }

    /// Warns once a decorator of ours is used that the file does not import.
    fn unimported(&mut self, marks: &[Marked<'_>]) {
        for marked in marks {
            let callee = match &marked.decorator.expression {
                ast::Expr::Call(call) => &call.func,
                other => other,
            };
            let ast::Expr::Name(written) = callee else { continue };
            let name = marked.mark.name();
            let imports = &self.module.imports;
            let known = imports.get(written.id.as_str()).is_some() || imports.has_star("pythonbpf");
            if known || !self.told.insert(name) {
                continue;
            }
            let message = format!("`{name}` is used without being imported");
            self.error(
                Diagnostic::new(&codes::UNIMPORTED_NAME, span(written.range), message)
                    .note(format!("taken as `pythonbpf.{name}`; Python itself would not"))
                    .help(format!("add `from pythonbpf import {name}`")),
            );
        }
    }

    fn mark(&self, decorator: &ast::Expr) -> Option<Mark> {
        let path = dotted(match decorator {
            ast::Expr::Call(call) => &call.func,
            other => other,
        })?;
        match self.module.imports.resolve(&path) {
            Some((module, name)) if module == "pythonbpf" || module == "pythonbpf.decorators" => {
                Mark::named(&name)
            }
            Some(_) => None,
            // Not imported: ours if nothing else of the file has the name.
            None => match path.as_slice() {
                [name] if self.module.imports.get(name).is_none() => Mark::named(name),
                _ => None,
            },
        }
    }

    /// Rules that hold for functions and classes alike; gives the one mark
    /// besides `@bpf`.
    fn role<'m, 'd>(
        &mut self,
        decorators: &'d [ast::Decorator],
        marks: &'m [Marked<'d>],
        name: &ast::Identifier,
    ) -> Option<&'m Marked<'d>> {
        if let Some(strange) = decorators.iter().find(|d| self.mark(&d.expression).is_none()) {
            let message = "a decorator that is not pythonbpf's cannot change a BPF definition";
            self.error(
                Diagnostic::new(&codes::DECORATOR_CONFLICT, span(strange.range()), message)
                    .help("remove it: the function runs in the kernel, where it does not exist"),
            );
        }
        self.order(decorators, marks, name);
        let mut roles = marks.iter().filter(|marked| marked.mark != Mark::Bpf);
        let role = roles.next();
        if let (Some(first), Some(second)) = (role, roles.next()) {
            let (a, b) = (first.mark.name(), second.mark.name());
            let message = format!("`@{a}` and `@{b}` exclude each other");
            self.error(
                Diagnostic::new(
                    &codes::DECORATOR_CONFLICT,
                    span(second.decorator.range()),
                    message,
                )
                .also(span(first.decorator.range()), "the other one")
                .help(format!("keep the one that says what `{}` is", name.id)),
            );
        }
        role
    }

    fn order(
        &mut self,
        decorators: &[ast::Decorator],
        marks: &[Marked<'_>],
        name: &ast::Identifier,
    ) {
        let (Some(first), Some(last)) = (decorators.first(), decorators.last()) else { return };
        let block = span(first.range()).to(span(last.range()));
        let lines = |marks: &mut dyn Iterator<Item = &Marked<'_>>| {
            let texts = marks.map(|marked| self.source.slice(span(marked.decorator.range())));
            texts.collect::<Vec<_>>().join("\n")
        };
        let bpf = marks.iter().find(|marked| marked.mark == Mark::Bpf);
        let others = lines(&mut marks.iter().filter(|marked| marked.mark != Mark::Bpf));
        match bpf {
            None => {
                let written = marks.first().map_or("", |marked| marked.mark.name());
                let message =
                    format!("`{}` has `@{written}` but not `@bpf`, so it is not compiled", name.id);
                self.error(
                    Diagnostic::new(&codes::MISSING_BPF, span(first.range()), message)
                        .label("`@bpf` is missing above this line")
                        .fix("put `@bpf` first", block, format!("@bpf\n{others}")),
                );
            }
            Some(bpf) if !marks.first().is_some_and(|marked| marked.mark == Mark::Bpf) => {
                let message = "`@bpf` must be the outermost decorator";
                self.error(
                    Diagnostic::new(&codes::DECORATOR_ORDER, span(bpf.decorator.range()), message)
                        .label("this belongs on the first line")
                        .fix("put `@bpf` first", block, format!("@bpf\n{others}")),
                );
            }
            Some(bpf) if matches!(bpf.decorator.expression, ast::Expr::Call(_)) => {
                let at = span(bpf.decorator.range());
                self.error(
                    Diagnostic::new(&codes::DECORATOR_CONFLICT, at, "`@bpf` takes no arguments")
                        .fix("write it bare", at, "@bpf"),
                );
            }
            Some(_) => {}
        }
    }

    fn function(&mut self, def: &'a ast::StmtFunctionDef, marks: &[Marked<'_>]) {
        let marked = self.role(&def.decorator_list, marks, &def.name);
        let role = match marked.map(|marked| (marked.mark, marked.decorator)) {
            None => Role::Plain,
            Some((Mark::Section, decorator)) => match self.section(decorator) {
                Some(role) => role,
                None => return,
            },
            Some((Mark::Map, _)) => Role::Map,
            Some((Mark::Global, _)) => Role::Global,
            Some((Mark::Struct | Mark::Bpf, decorator)) => {
                let message = "`@struct` marks a class, not a function";
                self.error(
                    Diagnostic::new(&codes::DECORATOR_CONFLICT, span(decorator.range()), message)
                        .help(format!("write `class {}:` with typed fields", def.name.id)),
                );
                return;
            }
        };
        if let Some(marked) = marked.filter(|marked| marked.mark != Mark::Section)
            && matches!(marked.decorator.expression, ast::Expr::Call(_))
        {
            let at = span(marked.decorator.range());
            let name = marked.mark.name();
            let message = format!("`@{name}` takes no arguments");
            self.error(Diagnostic::new(&codes::DECORATOR_CONFLICT, at, message).fix(
                "write it bare",
                at,
                format!("@{name}"),
            ));
        }
        if def.is_async {
            let message = "an `async` function cannot run in the kernel";
            self.error(
                Diagnostic::new(&codes::UNSUPPORTED_STATEMENT, span(def.name.range), message)
                    .help("write plain `def`"),
            );
        }
        self.nested(&def.body);
        let header = Span::new(
            self.source.text()[..def.name.range.start().to_usize()]
                .rfind("def")
                .map_or(def.name.range.start().to_u32(), |at| at as u32),
            def.returns
                .as_ref()
                .map_or(def.parameters.range.end(), |returns| returns.range().end())
                .to_u32(),
        );
        let (params, broken) = self.params(def);
        let mut converter = Converter::new(self.source, &mut self.diagnostics);
        let returns = def.returns.as_ref().map(|returns| converter.expr(returns));
        let body = converter.body(&def.body);
        let refused = std::mem::take(&mut converter.refused);
        let name = ident(&def.name);
        let function = Function { name, role, params, returns, body, header, refused, broken };
        if !self.is_shadow(marks, def.name.id.as_str()) {
            self.module.definitions.push(Definition::Function(function));
        }
    }

    fn section(&mut self, decorator: &ast::Decorator) -> Option<Role> {
        let literal = match &decorator.expression {
            ast::Expr::Call(call)
                if call.arguments.args.len() == 1 && call.arguments.keywords.is_empty() =>
            {
                match &call.arguments.args[0] {
                    ast::Expr::StringLiteral(literal) => Some(literal),
                    _ => None,
                }
            }
            _ => None,
        };
        let Some(literal) = literal else {
            let message = "`@section` needs one string: the hook to attach to";
            self.error(
                Diagnostic::new(&codes::BAD_SECTION, span(decorator.range()), message)
                    .help("for example `@section(\"tracepoint/syscalls/sys_enter_execve\")`"),
            );
            return None;
        };
        let section = literal.value.to_str().to_owned();
        Some(Role::Program { section, span: span(literal.range) })
    }

    /// The parameters, and whether some of them were refused.
    fn params(&mut self, def: &ast::StmtFunctionDef) -> (Vec<Param>, bool) {
        let parameters = &def.parameters;
        let twin = self.twin(parameters);
        let strange = parameters
            .vararg
            .iter()
            .chain(&parameters.kwarg)
            .map(|param| span(param.range))
            .chain(parameters.kwonlyargs.iter().map(|param| span(param.range)))
            .next();
        if let Some(strange) = strange {
            let message = "only plain parameters, without `*` or `**`";
            self.error(
                Diagnostic::new(&codes::BAD_SIGNATURE, strange, message)
                    .help("name every parameter; it may have a constant as its default"),
            );
        }
        let mut converter = Converter::new(self.source, &mut self.diagnostics);
        let params = parameters.iter().map(|param| {
            let default = param.default().map(|default| converter.expr(default));
            let param = param.as_parameter();
            Param {
                name: ident(&param.name),
                annotation: param.annotation.as_ref().map(|a| converter.expr(a)),
                default,
            }
        });
        let params = params.collect();
        let generic = self.generic(def.type_params.as_deref(), &codes::BAD_SIGNATURE);
        (params, strange.is_some() || twin || generic)
    }

    /// Whether a definition has type parameters, which is reported.
    fn generic(
        &mut self,
        params: Option<&ast::TypeParams>,
        code: &'static diagnostics::Code,
    ) -> bool {
        let Some(params) = params else { return false };
        let message = "type parameters stand for types that only a caller knows";
        self.error(
            Diagnostic::new(code, span(params.range), message)
                .help("write the type itself: memory in the kernel has a fixed size"),
        );
        true
    }

    /// Whether two parameters share a name, which is reported.
    fn twin(&mut self, parameters: &ast::Parameters) -> bool {
        let mut seen = HashSet::new();
        let twin = parameters.iter().map(|p| p.name()).find(|name| !seen.insert(name.id.as_str()));
        let Some(twin) = twin else { return false };
        let message = format!("two parameters are called `{}`", twin.id);
        self.error(
            Diagnostic::new(&codes::BAD_SIGNATURE, span(twin.range), message)
                .help("give each a name of its own"),
        );
        true
    }

    fn class(&mut self, def: &ast::StmtClassDef, marks: &[Marked<'_>]) {
        let told = self.diagnostics.len();
        match self.role(&def.decorator_list, marks, &def.name).map(|m| (m.mark, m.decorator)) {
            Some((Mark::Struct, _)) => {}
            Some((mark, decorator)) => {
                let message = format!("`@{}` marks a function, not a class", mark.name());
                self.error(
                    Diagnostic::new(&codes::DECORATOR_CONFLICT, span(decorator.range()), message)
                        .help("a class under `@bpf` is a struct: write `@struct`"),
                );
            }
            None => {
                let message = format!("the class `{}` has `@bpf` but not `@struct`", def.name.id);
                let at = marks.first().map_or(span(def.name.range), |m| span(m.decorator.range()));
                self.error(Diagnostic::new(&codes::DECORATOR_CONFLICT, at, message).fix(
                    "make it a struct",
                    at,
                    "@bpf\n@struct",
                ));
            }
        }
        let bases: Vec<&ast::Expr> =
            def.arguments.iter().flat_map(|args| args.args.iter()).collect();
        let is_union = bases.iter().any(|base| self.is_union(base));
        if let Some(base) = bases.iter().find(|base| !self.is_union(base) && !self.is_plain(base)) {
            let message = "a struct has no base classes";
            self.error(
                Diagnostic::new(&codes::BAD_STRUCT_DEFINITION, span(base.range()), message)
                    .help("put a field of the other struct's type inside instead"),
            );
        }
        self.generic(def.type_params.as_deref(), &codes::BAD_STRUCT_DEFINITION);
        let fields = def.body.iter().filter_map(|stmt| self.field(stmt)).collect();
        let broken = self.diagnostics.len() > told;
        let name = ident(&def.name);
        if !self.is_shadow(marks, def.name.id.as_str()) {
            self.module.definitions.push(Definition::Struct(Struct {
                name,
                fields,
                is_union,
                broken,
            }));
        }
    }

    /// Whether a base class is `ctypes.Union`.
    fn is_union(&self, base: &ast::Expr) -> bool {
        self.is_of_ctypes(base, "Union")
    }

    /// Whether a base class says nothing that `@struct` does not say.
    fn is_plain(&self, base: &ast::Expr) -> bool {
        let resolved = dotted(base).and_then(|path| self.module.imports.resolve(&path));
        let ours = resolved.is_some_and(|(module, name)| {
            matches!(module.as_str(), "pythonbpf" | "pythonbpf.structs") && name == "Struct"
        });
        ours || self.is_of_ctypes(base, "Structure")
            || matches!(base, ast::Expr::Name(name) if name.id.as_str() == "object")
    }

    fn is_of_ctypes(&self, base: &ast::Expr, wanted: &str) -> bool {
        let Some(path) = dotted(base) else { return false };
        match self.module.imports.resolve(&path) {
            Some((module, name)) => module == "ctypes" && name == wanted,
            None => path == [wanted] && self.module.imports.has_star("ctypes"),
        }
    }

    fn field(&mut self, stmt: &ast::Stmt) -> Option<StructField> {
        match stmt {
            ast::Stmt::AnnAssign(assign) => {
                let ast::Expr::Name(name) = &*assign.target else { return None };
                let mut converter = Converter::new(self.source, &mut self.diagnostics);
                let annotation = converter.expr(&assign.annotation);
                let default = assign.value.as_ref().map(|value| converter.expr(value));
                let name = Ident { name: name.id.to_string(), span: span(name.range) };
                (!matches!(annotation.kind, ExprKind::Error)).then_some(StructField {
                    name,
                    annotation,
                    default,
                })
            }
            ast::Stmt::Pass(_) => None,
            ast::Stmt::Expr(expr)
                if matches!(
                    *expr.value,
                    ast::Expr::StringLiteral(_) | ast::Expr::EllipsisLiteral(_)
                ) =>
            {
                None
            }
            other => {
                let at = Converter::new(self.source, &mut self.diagnostics).first_line(other);
                let message = "a struct has typed fields and nothing else";
                self.error(
                    Diagnostic::new(&codes::BAD_STRUCT_DEFINITION, at, message)
                        .label("not of the form `name: type`")
                        .help("write for example `pid: c_uint32` or `comm: str(16)`"),
                );
                None
            }
        }
    }
}

/// The value that `auto()` gives: one more than the last, or the next bit.
fn next_member(class: &ast::Identifier, earlier: &[Constant], flags: bool, at: Span) -> Expr {
    let number = |value| Expr { kind: ExprKind::Int(value), span: at };
    let Some(last) = earlier.last() else { return number(1) };
    let last = Box::new(member_named(class, &last.name, at));
    let (op, by) = if flags { (crate::BinaryOp::Shl, 1) } else { (crate::BinaryOp::Add, 1) };
    Expr { kind: ExprKind::Binary(op, last, Box::new(number(by))), span: at }
}

/// `Class.member`
fn member_named(class: &ast::Identifier, member: &Ident, at: Span) -> Expr {
    let class = Expr { kind: ExprKind::Name(class.id.to_string()), span: at };
    Expr { kind: ExprKind::Attribute(Box::new(class), member.clone()), span: at }
}

fn qualify(value: &mut Expr, class: &ast::Identifier, earlier: &[Constant]) {
    match &mut value.kind {
        ExprKind::Name(name) => {
            if let Some(member) = earlier.iter().find(|member| member.name.name == *name) {
                *value = member_named(class, &member.name, value.span);
            }
        }
        ExprKind::Unary(_, operand) => qualify(operand, class, earlier),
        ExprKind::Binary(_, left, right) => {
            qualify(left, class, earlier);
            qualify(right, class, earlier);
        }
        _ => {}
    }
}

/// The blocks inside a statement.
pub(crate) fn blocks(stmt: &ast::Stmt) -> Vec<&[ast::Stmt]> {
    match stmt {
        ast::Stmt::FunctionDef(def) => vec![&def.body],
        ast::Stmt::ClassDef(def) => vec![&def.body],
        ast::Stmt::For(stmt) => vec![&stmt.body, &stmt.orelse],
        ast::Stmt::While(stmt) => vec![&stmt.body, &stmt.orelse],
        ast::Stmt::If(stmt) => std::iter::once(&stmt.body[..])
            .chain(stmt.elif_else_clauses.iter().map(|clause| &clause.body[..]))
            .collect(),
        ast::Stmt::With(stmt) => vec![&stmt.body],
        ast::Stmt::Match(stmt) => stmt.cases.iter().map(|case| &case.body[..]).collect(),
        ast::Stmt::Try(stmt) => {
            let handlers = stmt.handlers.iter().map(|handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                &handler.body[..]
            });
            let rest: [&[ast::Stmt]; 3] = [&stmt.body, &stmt.orelse, &stmt.finalbody];
            rest.into_iter().chain(handlers).collect()
        }
        _ => Vec::new(),
    }
}

/// The dotted path of a parser's expression.
fn dotted(expr: &ast::Expr) -> Option<Vec<&str>> {
    match expr {
        ast::Expr::Name(name) => Some(vec![name.id.as_str()]),
        ast::Expr::Attribute(attribute) => {
            let mut path = dotted(&attribute.value)?;
            path.push(attribute.attr.id.as_str());
            Some(path)
        }
        _ => None,
    }
}

impl Expr {
    pub(crate) fn error(span: Span) -> Self {
        Self { kind: ExprKind::Error, span }
    }
}
