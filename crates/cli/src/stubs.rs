//! `pythonbpf stubs`: the kernel's types as a `.pyi` for editors.
//!
//! What a project imports from `vmlinux`, and what can be reached from there
//! over so many members, becomes classes with typed fields; the structs behind
//! take any field.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use compiler::btf::{Btf, Kind, Named, Space, TypeId};

use crate::args::Stubs;
use crate::exit::{Exit, Outcome, Stop};
use crate::input::{is_stdin, read_source};
use crate::kernel_types::asked;
use crate::report;

/// Pointers, arrays and typedefs around a type are followed no deeper.
const MAX_DEPTH: usize = 16;

/// What no field of Python's can be called.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

pub(crate) fn stubs(args: &Stubs) -> Outcome {
    let types = asked(args.btf.as_ref())?;
    let found = types.read().map_err(|why| Stop::Said(Exit::Refused, why))?;
    let btf = found.btf;
    if let Some(why) = found.built_in {
        let from = compiler::btf::BUILT_IN_FROM;
        report::complain(&format!("warning: the types are those of Linux {from}: {why}"));
    }
    let mut names = args.name.clone();
    for file in &args.files {
        let source = read_source(file).map_err(|unreadable| {
            report::on_stderr(&[*unreadable.diagnostic], &unreadable.source);
            Stop::Shown(Exit::Wrong)
        })?;
        names.extend(compiler::kernel_names(&source));
    }
    names.sort();
    names.dedup();
    if names.is_empty() {
        let words = "nothing is imported from `vmlinux` there; name types with `--name`";
        return Err(Stop::Said(Exit::Wrong, words.to_owned()));
    }
    let mut stub =
        Stub { btf: &btf, depth: args.depth, classes: BTreeMap::new(), queue: VecDeque::new() };
    let mut text = String::new();
    let mut found = 0;
    for name in &names {
        match stub.global(name) {
            Some(line) => {
                found += 1;
                text.push_str(&line);
            }
            None => report::complain(&format!(
                "warning: the kernel has no type, constant or function `{}`",
                name.escape_debug()
            )),
        }
    }
    if found == 0 {
        let words = "the kernel has nothing that is asked for; no stub is written";
        return Err(Stop::Said(Exit::Wrong, words.to_owned()));
    }
    write_out(&args.output, &stub.file(&text))?;
    if !is_stdin(&args.output) {
        report::complain(&format!(
            "wrote {}: {} names, {} classes",
            args.output.display(),
            found,
            stub.classes.len()
        ));
    }
    Ok(Exit::Done)
}

fn write_out(path: &Path, text: &str) -> Result<(), Stop> {
    if is_stdin(path) {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        return Ok(out.flush()?);
    }
    std::fs::write(path, text).map_err(|error| {
        Stop::Said(Exit::Refused, format!("cannot write {}: {error}", path.display()))
    })
}

/// A stub in the making.
struct Stub<'a> {
    btf: &'a Btf,
    /// Over how many members types are written in full.
    depth: usize,
    /// The text of each class; empty while it is only asked for.
    classes: BTreeMap<String, String>,
    queue: VecDeque<(String, TypeId, usize)>,
}

impl Stub<'_> {
    /// The line for an imported name; `None` if the kernel has nothing of it.
    fn global(&mut self, name: &str) -> Option<String> {
        if let Some(id) = self.btf.find(name, Space::Func) {
            return self.function(name, id);
        }
        match self.btf.named(name)? {
            Named::Constant { .. } => Some(format!("{name}: Final[int]\n")),
            Named::Type(id) => Some(self.named_type(name, id)),
        }
    }

    fn named_type(&mut self, name: &str, id: TypeId) -> String {
        let bare = self.btf.resolve(id);
        let number = self.btf.get(bare).and_then(|ty| match ty.kind {
            Kind::Int { signed, .. } | Kind::Enum { signed, .. } => {
                let sign = if signed { "" } else { "u" };
                Some(format!("{name} = ctypes.c_{sign}int{}\n", ty.size * 8))
            }
            _ => None,
        });
        if let Some(line) = number {
            return line;
        }
        let class = self.python_type(id, 0);
        if class == name { String::new() } else { format!("{name} = {class}\n") }
    }

    fn function(&mut self, name: &str, id: TypeId) -> Option<String> {
        let Kind::Func(proto) = self.btf.get(id)?.kind else { return None };
        let Kind::FuncProto { ret, params } = self.btf.get(proto)?.kind else { return None };
        let mut parameters = Vec::new();
        for (index, param) in params.iter().enumerate() {
            if param.ty.0 == 0 {
                parameters.push("*args: Any".to_owned());
                continue;
            }
            let ty = self.python_type(param.ty, 0);
            let usable = !param.name.is_empty() && !KEYWORDS.contains(&param.name);
            let name = if usable { param.name.to_owned() } else { format!("arg{index}") };
            parameters.push(format!("{name}: {ty} | None"));
        }
        let is_void = ret.0 == 0;
        let returned = if is_void { "None".to_owned() } else { self.python_type(ret, 0) };
        let null = match self.btf.get(self.btf.resolve(ret)).map(|ty| ty.kind) {
            Some(Kind::Ptr(_)) => " | None",
            _ => "",
        };
        Some(format!("def {name}({}) -> {returned}{null}: ...\n", parameters.join(", ")))
    }

    /// What a field of this type is in Python.
    fn python_type(&mut self, id: TypeId, depth: usize) -> String {
        self.spelled(id, "", depth, 0)
    }

    /// The same; `typedef` is the last name that stood for it.
    fn spelled(&mut self, id: TypeId, typedef: &str, depth: usize, nested: usize) -> String {
        let btf = self.btf;
        let Some(ty) = btf.get(id).filter(|_| nested < MAX_DEPTH) else { return "Any".to_owned() };
        let deeper = nested + 1;
        match ty.kind {
            Kind::Int { is_bool: true, .. } => "bool".to_owned(),
            Kind::Int { .. } | Kind::Enum { .. } => "int".to_owned(),
            Kind::Float => "float".to_owned(),
            Kind::Typedef(inner) => self.spelled(inner, ty.name, depth, deeper),
            Kind::Modifier(inner) | Kind::TypeTag(inner) => {
                self.spelled(inner, typedef, depth, deeper)
            }
            Kind::Ptr(target) if self.is_text(target) => "str".to_owned(),
            Kind::Ptr(target) => match btf.get(btf.resolve(target)).map(|ty| ty.kind) {
                Some(Kind::Struct { .. }) => self.spelled(target, "", depth, deeper),
                Some(Kind::Int { .. } | Kind::Enum { .. } | Kind::Ptr(_)) => {
                    let element = self.spelled(target, "", depth, deeper);
                    format!("Sequence[{element}]")
                }
                _ => "Any".to_owned(),
            },
            Kind::Array { element, .. } if self.is_text(element) => "str".to_owned(),
            Kind::Array { element, .. } => {
                let element = self.spelled(element, "", depth, deeper);
                format!("Sequence[{element}]")
            }
            Kind::Struct { .. } => {
                let name = if ty.name.is_empty() { typedef } else { ty.name };
                if name.is_empty() { "Any".to_owned() } else { self.class(name, id, depth) }
            }
            _ => "Any".to_owned(),
        }
    }

    /// Whether it is a letter of a text.
    fn is_text(&self, id: TypeId) -> bool {
        let ty = self.btf.get(self.btf.resolve(id));
        ty.is_some_and(|ty| ty.name == "char" && ty.size == 1)
    }

    /// The class of a struct, written later if it is new.
    fn class(&mut self, name: &str, id: TypeId, depth: usize) -> String {
        // `struct class` is one.
        let mark = if KEYWORDS.contains(&name) { "_" } else { "" };
        let name = format!("{name}{mark}");
        if !self.classes.contains_key(&name) {
            self.classes.insert(name.clone(), String::new());
            self.queue.push_back((name.clone(), id, depth));
        }
        name
    }

    /// Writes the classes that were asked for, the nearest first.
    fn write_classes(&mut self) {
        while let Some((name, id, depth)) = self.queue.pop_front() {
            let mut text = format!("class {name}:\n");
            if depth > self.depth {
                text.push_str("    def __getattr__(self, name: str) -> Any: ...\n");
            } else {
                let size = self.btf.get(id).map_or(0, |ty| ty.size);
                let _ = writeln!(text, "    \"\"\"{size} bytes.\"\"\"");
                self.fields(id, depth, 0, &mut text);
            }
            self.classes.insert(name, text);
        }
    }

    fn fields(&mut self, id: TypeId, depth: usize, nested: usize, text: &mut String) {
        let btf = self.btf;
        let Some(Kind::Struct { members, .. }) = btf.get(btf.resolve(id)).map(|ty| ty.kind) else {
            return;
        };
        for member in members {
            if member.name.is_empty() {
                // Its members count as the struct's.
                if nested < MAX_DEPTH {
                    self.fields(member.ty, depth, nested + 1, text);
                }
                continue;
            }
            let ty = match self.unnamed(member.ty) {
                Some(_) => "Any".to_owned(),
                None => self.python_type(member.ty, depth + 1),
            };
            let declared = btf.declare(member.ty, "").replace('\n', " ");
            let mark = if KEYWORDS.contains(&member.name) { "# " } else { "" };
            let _ = writeln!(text, "    {mark}{}: {ty}  # {declared}", member.name);
        }
    }

    /// A struct that has no name of any kind.
    fn unnamed(&self, id: TypeId) -> Option<TypeId> {
        let bare = self.btf.bare(id);
        let ty = self.btf.get(bare)?;
        (ty.name.is_empty() && matches!(ty.kind, Kind::Struct { .. })).then_some(bare)
    }

    fn file(&mut self, globals: &str) -> String {
        self.write_classes();
        let mut body = globals.to_owned();
        for class in self.classes.values() {
            body.push('\n');
            body.push_str(class);
        }
        let imports = [
            ("ctypes.", "import ctypes\n"),
            ("Sequence[", "from collections.abc import Sequence\n"),
            ("Any", "from typing import Any\n"),
            ("Final[", "from typing import Final\n"),
        ];
        // A type checker complains of what is imported and not used.
        let needed = imports.iter().filter(|(word, _)| body.contains(word));
        let imports: String = needed.map(|(_, line)| *line).collect();
        format!(
            "# Written by `pythonbpf stubs` from the kernel's BTF; write it anew for another kernel.\n\
             {imports}\n{body}"
        )
    }
}
