//! What is known of the file as a whole while it is checked.

use std::collections::HashMap;
use std::rc::Rc;

use diagnostics::{Diagnostic, SourceFile, Span, codes};
use ir::{FunctionId, GlobalId, MapId, StringId, StructId, Type};
use kernel::{MapType, Version};
use syntax::{Definition, Ident, Role};

use crate::constants::Constant;
use crate::kernel_types::KernelTypes;
use crate::usdt::Markers;
use crate::{Checked, Program};

/// Suggestions for unknown names take time, and nobody reads more of them.
const MAX_SUGGESTIONS: u32 = 50;
/// The longest name that every kernel's BTF takes, in bytes.
const MAX_NAME: usize = 127;
/// Names of our own in the object begin so.
const OWN_PREFIX: &str = "__pythonbpf";

/// The mark that an error was reported: whoever gets it stays quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reported;

pub(crate) type Result<T> = std::result::Result<T, Reported>;

/// What a top-level name of the file stands for.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Struct(StructId),
    Map(MapId),
    Global(GlobalId),
    Function(FunctionId),
    /// `LICENSE`, which has a place of its own.
    License,
    /// A program: an entry point that nothing may call.
    Program,
    /// A map without a body, which is not made.
    Placeholder,
    /// Declared, but not to be used: reported, or not read yet.
    Broken,
}

/// A function whose body is to be checked.
#[derive(Clone)]
pub(crate) struct Signature<'a> {
    pub id: FunctionId,
    pub tree: &'a syntax::Function,
    pub section: Option<Rc<kernel::Section>>,
    /// Where its parameters behind the context are found.
    pub arguments: Vec<crate::arguments::Argument>,
}

pub(crate) struct Session<'a> {
    pub source: &'a SourceFile,
    pub tree: &'a syntax::Module,
    pub module: ir::Module,
    /// The map types, by `MapId`.
    pub map_types: Vec<&'static MapType>,
    pub gpl: bool,
    /// The kernel's own types.
    pub kernel_types: KernelTypes,
    /// The oldest kernel that the programs are to load on.
    pub kernel: Version,
    /// The processor whose registers the programs read.
    pub arch: kernel::Arch,
    /// What is known of the stack that the code takes.
    pub spills: crate::spills::Spills,
    /// What reads the arguments of markers, if a program is called at one.
    pub markers: Option<Markers>,
    /// The oldest kernel that has all that was used so far.
    needs: Version,
    /// Functions of newer kernels, and where they are called.
    pub unasked: Vec<(String, Span)>,
    /// Whether every declaration was read.
    pub all_read: bool,
    /// Whether something was left out because of an error.
    pub incomplete: bool,
    items: HashMap<&'a str, (Item, Span)>,
    /// The definitions, constants and user-space names of the tree by name.
    definitions: HashMap<&'a str, &'a Definition>,
    constants: HashMap<&'a str, usize>,
    user_space: HashMap<&'a str, Span>,
    /// Constants that were computed already, by index.
    pub computed: HashMap<usize, Result<Option<Constant>>>,
    /// The module's strings by text.
    strings: HashMap<Vec<u8>, StringId>,
    /// How deep members of `enum` classes name each other here.
    pub member_depth: usize,
    /// How often a nearest name may still be searched for.
    pub suggestions: u32,
    signatures: Vec<Signature<'a>>,
    diagnostics: Vec<Diagnostic>,
    unimported: Vec<String>,
    /// Headers of packets that the file names.
    pub headers: HashMap<&'static str, StructId>,
    /// The names of bits of their bytes.
    pub bits: HashMap<StructId, Vec<(&'static str, crate::net::Bits)>>,
    /// Default values of fields, by their index.
    defaults: HashMap<StructId, HashMap<usize, ir::Value>>,
}

impl<'a> Session<'a> {
    pub fn new(
        source: &'a SourceFile,
        tree: &'a syntax::Module,
        kernel: Version,
        types: &kernel::btf::Source,
    ) -> Self {
        Self {
            source,
            tree,
            module: ir::Module::default(),
            map_types: Vec::new(),
            gpl: false,
            kernel_types: KernelTypes::new(types),
            kernel,
            arch: kernel::Arch::host(),
            spills: crate::spills::Spills::default(),
            markers: None,
            needs: Version::OLDEST,
            unasked: Vec::new(),
            all_read: false,
            incomplete: false,
            items: HashMap::new(),
            definitions: HashMap::new(),
            constants: (0..)
                .zip(&tree.constants)
                .map(|(at, c)| (c.name.name.as_str(), at))
                .collect(),
            user_space: tree
                .user_space
                .iter()
                .map(|user| (user.name.as_str(), user.span))
                .collect(),
            computed: HashMap::new(),
            strings: HashMap::new(),
            member_depth: 0,
            suggestions: MAX_SUGGESTIONS,
            signatures: Vec::new(),
            diagnostics: Vec::new(),
            unimported: Vec::new(),
            headers: HashMap::new(),
            bits: HashMap::new(),
            defaults: HashMap::new(),
        }
    }

    /// The processor, whose registers the programs read.
    pub fn registers(&mut self) -> kernel::Arch {
        self.module.processor = Some(self.arch.name());
        self.arch
    }

    pub fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.diagnostics.push(diagnostic);
        Reported
    }

    /// Whether every kernel that the program is built for is this new.
    pub fn has(&self, version: Version) -> bool {
        self.kernel >= version
    }

    /// Notes that something is used which kernels have from a version on, or
    /// reports it if the program is to load on older ones.
    pub fn needs(&mut self, version: Version, what: &str, at: Span) -> Result<()> {
        if self.kernel >= version {
            self.needs = self.needs.max(version);
            return Ok(());
        }
        let diagnostic = self.too_old(version, what, at);
        Err(self.report(diagnostic))
    }

    /// What is to be said of something that the kernel may be too old for.
    pub fn too_old(&self, version: Version, what: &str, at: Span) -> Diagnostic {
        let message = format!(
            "{what} needs Linux {version}, and the program is built for {} and newer",
            self.kernel
        );
        Diagnostic::new(&codes::NEEDS_NEWER_KERNEL, at, message).help(format!(
            "where no older kernel is meant, build for that one: `--kernel {version}`"
        ))
    }

    /// The default values of a struct's fields, by their index.
    pub fn defaults_of(&self, id: StructId) -> HashMap<usize, ir::Value> {
        self.defaults.get(&id).cloned().unwrap_or_default()
    }

    pub fn set_defaults(&mut self, id: StructId, defaults: HashMap<usize, ir::Value>) {
        self.defaults.insert(id, defaults);
    }

    /// Whether a new value of the type is more than zeroes.
    pub fn has_defaults(&self, ty: &Type) -> bool {
        match ty {
            Type::Array(element, _) => self.has_defaults(element),
            Type::Struct(id) => {
                let fields = || self.module.struct_(*id).fields.iter();
                self.defaults.get(id).is_some_and(|own| !own.is_empty())
                    || fields().any(|field| self.has_defaults(&field.ty))
            }
            _ => false,
        }
    }

    pub fn line(&self, span: Span) -> u32 {
        self.source.line_col(span.start).line
    }

    /// Enters every definition's name, as not to be used until it is read.
    pub fn declare_names(&mut self) {
        let tree = self.tree;
        for definition in &tree.definitions {
            let name = match definition {
                Definition::Function(function) => &function.name,
                Definition::Struct(laid) => &laid.name,
            };
            if let Some((_, first)) = self.items.get(name.name.as_str()) {
                let first = *first;
                let message = format!("`{}` is defined twice under `@bpf`", name.name);
                self.report(
                    Diagnostic::new(&codes::DUPLICATE_DEFINITION, name.span, message)
                        .also(first, "the first definition")
                        .help("rename one of them"),
                );
                continue;
            }
            self.items.insert(&name.name, (Item::Broken, name.span));
            self.definitions.insert(&name.name, definition);
            self.check_names(definition);
        }
    }

    /// The names that go into the object must be names to the kernel too.
    fn check_names(&mut self, definition: &Definition) {
        let (code, name, inner): (_, _, Vec<&Ident>) = match definition {
            Definition::Struct(laid) => (
                &codes::BAD_STRUCT_DEFINITION,
                &laid.name,
                laid.fields.iter().map(|field| &field.name).collect(),
            ),
            Definition::Function(function) => (
                match function.role {
                    Role::Map => &codes::BAD_MAP_DEFINITION,
                    Role::Global => &codes::BAD_GLOBAL_DEFINITION,
                    Role::Program { .. } | Role::Plain => &codes::BAD_SIGNATURE,
                },
                &function.name,
                function.params.iter().map(|param| &param.name).collect(),
            ),
        };
        for name in std::iter::once(name).chain(inner) {
            let why = if !name.name.is_ascii() {
                "has letters other than ASCII, which the kernel does not take in names"
            } else if name.name.len() > MAX_NAME {
                "is longer than 127 letters, which the kernel does not take in names"
            } else if name.name.starts_with(OWN_PREFIX) {
                "begins like the names that pythonbpf itself puts into objects"
            } else {
                continue;
            };
            let shown: String = name.name.chars().take(40).collect();
            let message = format!("the name `{shown}` {why}");
            self.report(Diagnostic::new(code, name.span, message).help("choose another name"));
        }
    }

    /// The definition under `@bpf` of this name.
    pub fn definition(&self, name: &str) -> Option<&'a Definition> {
        self.definitions.get(name).copied()
    }

    /// The index of the last module-level constant of this name.
    pub fn constant_named(&self, name: &str) -> Option<usize> {
        self.constants.get(name).copied()
    }

    /// Where user space defines the name.
    pub fn user_space(&self, name: &str) -> Option<Span> {
        self.user_space.get(name).copied()
    }

    /// The id of a constant string, which is stored once.
    pub fn intern(&mut self, text: Vec<u8>) -> StringId {
        if let Some(known) = self.strings.get(&text) {
            return *known;
        }
        let id = StringId(self.module.strings.len() as u32);
        self.module.strings.push(text.clone());
        self.strings.insert(text, id);
        id
    }

    /// Says that a map is used whose body is still to be written.
    pub fn placeholder(&mut self, name: &str, at: Span) -> Reported {
        let declared = self.item(name).map_or(at, |(_, span)| span);
        let message = format!("the map `{name}` has no definition to use");
        self.report(
            Diagnostic::new(&codes::BAD_MAP_DEFINITION, at, message)
                .also(declared, "return a map here"),
        )
    }

    /// The functions of the tree with this role, first definitions only.
    pub fn functions(&self, role: impl Fn(&Role) -> bool) -> Vec<&'a syntax::Function> {
        let functions =
            self.tree.definitions.iter().filter_map(move |definition| match definition {
                Definition::Function(function) if role(&function.role) => Some(function),
                _ => None,
            });
        functions.filter(|function| self.is_first(&function.name)).collect()
    }

    pub fn is_first(&self, name: &Ident) -> bool {
        self.items.get(name.name.as_str()).is_some_and(|(_, span)| *span == name.span)
    }

    /// Says what a declared name stands for.
    pub fn define(&mut self, name: &Ident, item: Item) {
        if let Some(entry) = self.items.get_mut(name.name.as_str()) {
            entry.0 = item;
        }
    }

    pub fn item(&self, name: &str) -> Option<(&Item, Span)> {
        self.items.get(name).map(|(item, span)| (item, *span))
    }

    pub fn item_names(&self) -> impl Iterator<Item = &'a str> {
        self.items.keys().copied()
    }

    /// The tree of a function.
    pub fn tree_of(&self, id: FunctionId) -> Option<&'a syntax::Function> {
        let signature = self.signatures.get(id.0 as usize)?;
        (signature.id == id).then_some(signature.tree)
    }

    /// The struct that a function returns through a pointer.
    pub fn result_type(&self, id: FunctionId) -> Option<Type> {
        let local = self.result_of(id)?;
        let function = self.module.functions.get(id.0 as usize)?;
        match &function.locals.get(local.0 as usize)?.ty {
            Type::Ptr(ptr) => ptr.pointee.as_deref().cloned(),
            _ => None,
        }
    }

    /// The parameter of a function that takes the address for its struct: the
    /// one behind those of the source.
    pub fn result_of(&self, id: FunctionId) -> Option<ir::LocalId> {
        let written = self.tree_of(id)?.params.len() as u32;
        let function = self.module.functions.get(id.0 as usize)?;
        (function.params > written).then_some(ir::LocalId(written))
    }

    pub fn add_signature(&mut self, signature: Signature<'a>) {
        self.signatures.push(signature);
    }

    pub fn signatures(&self) -> Vec<Signature<'a>> {
        self.signatures.clone()
    }

    /// Warns once a name that one of our modules offers is used without an
    /// import.
    pub fn unimported(&mut self, module: &str, name: &str, at: Span) {
        if self.unimported.iter().any(|known| known == name) {
            return;
        }
        self.unimported.push(name.to_owned());
        let message = format!("`{name}` is used without being imported");
        self.report(
            Diagnostic::new(&codes::UNIMPORTED_NAME, at, message)
                .note(format!("taken as `{module}.{name}`; Python itself would not find it"))
                .help(format!("add `from {module} import {name}`")),
        );
    }

    /// How a type is called in Python.
    pub fn type_name(&self, ty: &Type) -> String {
        crate::types::name(&self.module, ty)
    }

    /// Whether there will be no module.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    pub fn finish(mut self, programs: Vec<Program>) -> Checked {
        self.say_built_in(programs.first().map(|program| program.name_span));
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span.start);
        self.diagnostics.dedup();
        let failed = self.has_errors();
        Checked {
            module: (!failed).then_some(self.module),
            diagnostics: self.diagnostics,
            incomplete: self.incomplete,
            needs: self.needs,
            programs,
        }
    }
}
