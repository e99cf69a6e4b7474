//! What a name means: the file's own definitions first, then its imports,
//! then Python's builtins, and last the names of ours that the file forgot to
//! import.

use diagnostics::{Diagnostic, Span, codes, nearest};
use kernel::{Asks, Atomic, ByteOrder, Helper, Home, MapType, ObjectType, ShortName};

use crate::constants::Constant;
use crate::ctypes::{self, CType};
use crate::kernel_types::{Known, VMLINUX};
use crate::session::{Item, Reported, Result, Session};

/// A function of Python that BPF code may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    Print,
    Range,
    Len,
    Int,
    Bool,
    Str,
    Abs,
    Min,
    Max,
    Ord,
    Chr,
    Enumerate,
    Reversed,
    Zip,
    Sizeof,
    KsymExists,
    Kconfig,
}

const BUILTINS: &[(&str, Builtin)] = &[
    ("print", Builtin::Print),
    ("range", Builtin::Range),
    ("len", Builtin::Len),
    ("int", Builtin::Int),
    ("bool", Builtin::Bool),
    ("str", Builtin::Str),
    ("abs", Builtin::Abs),
    ("min", Builtin::Min),
    ("max", Builtin::Max),
    ("ord", Builtin::Ord),
    ("chr", Builtin::Chr),
    ("enumerate", Builtin::Enumerate),
    ("reversed", Builtin::Reversed),
    ("zip", Builtin::Zip),
];

/// What `pythonbpf.helper` has beside helpers: questions about the kernel that
/// loads the program.
const OF_KERNEL: &[(&str, Builtin)] =
    &[("ksym_exists", Builtin::KsymExists), ("kconfig", Builtin::Kconfig)];

/// What a path of names stands for.
#[derive(Clone)]
pub(crate) enum Meaning {
    Item(Item),
    /// A constant expression at the top level of the file.
    Constant(usize),
    Helper(&'static Helper),
    Short(&'static ShortName),
    Atomic(&'static Atomic),
    /// `field_exists` and the like.
    Query(Asks),
    KernelConstant(i64),
    /// A member of an `enum` class of the file.
    Member(i128),
    CType(&'static str),
    /// A type of the kernel, or a value of one of its enums.
    Kernel(Known),
    MapType(&'static MapType),
    /// `be16` and the like, by their bits.
    Network(u8),
    /// `PT_REGS_PARM1` and the like.
    Register(&'static str),
    /// `htons` and the like.
    ByteOrder(&'static ByteOrder),
    /// A timer, a lock and the like.
    Object(&'static ObjectType),
    Builtin(Builtin),
}

/// Members that name each other do so no deeper.
const MAX_MEMBERS: usize = 200;

const OWN_MODULE: &str = "pythonbpf";
const HELPER_MODULE: &str = "pythonbpf.helper";
const MAPS_MODULE: &str = "pythonbpf.maps";
/// Headers of packets, and byte order.
pub(crate) const NET_MODULE: &str = "pythonbpf.net";

impl Session<'_> {
    /// What a dotted path means.
    pub fn resolve(&mut self, path: &[&str], at: Span) -> Result<Meaning> {
        if let [name] = path {
            if let Some((item, defined)) = self.item(name) {
                let item = item.clone();
                return match item {
                    // What could not be read was reported; what is still to
                    // be read was not.
                    Item::Broken if self.was_reported(name) => Err(Reported),
                    Item::Broken => Err(self.too_early(name, at, defined)),
                    Item::Placeholder => Err(self.placeholder(name, at)),
                    Item::Struct(id) if self.module.struct_(id).kernel.is_some() => {
                        Ok(Meaning::Kernel(Known::Declared(id)))
                    }
                    item => Ok(Meaning::Item(item)),
                };
            }
            if let Some(index) = self.constant_named(name) {
                return Ok(Meaning::Constant(index));
            }
        }
        if let Some(member) = self.enum_member(path) {
            return self.member_value(member, path, at);
        }
        if let Some((module, name)) = self.tree.imports.resolve(path) {
            return self.imported(&module, &name, at);
        }
        let [name] = path else {
            return Err(match self.no_member(path, at) {
                Some(reported) => reported,
                None => self.unknown(path.first().copied().unwrap_or_default(), at),
            });
        };
        if let Some(span) = self.user_space(name) {
            let message = format!("`{name}` belongs to user space: no `@bpf` marks it");
            return Err(self.report(
                Diagnostic::new(&codes::UNKNOWN_NAME, at, message)
                    .also(span, "defined here, for Python alone")
                    .help("mark the definition with `@bpf` to use it in the kernel"),
            ));
        }
        if let Some((_, builtin)) = BUILTINS.iter().find(|(known, _)| known == name) {
            return Ok(Meaning::Builtin(*builtin));
        }
        for module in [HELPER_MODULE, "ctypes", MAPS_MODULE, NET_MODULE, OWN_MODULE] {
            if let Some(meaning) = member(module, name) {
                if !self.tree.imports.has_star(module) {
                    self.unimported(module, name, at);
                }
                return Ok(meaning);
            }
        }
        if (self.tree.imports.has_star(NET_MODULE) || self.tree.imports.has_star(VMLINUX))
            && let Some(id) = self.net_struct(name)
        {
            return Ok(Meaning::Item(Item::Struct(id)));
        }
        if self.tree.imports.has_star(VMLINUX)
            && let Some(known) = self.kernel_known(name)
        {
            return Ok(Meaning::Kernel(known));
        }
        Err(self.unknown(name, at))
    }

    /// The member of an `enum` class that a path names: `Color.RED`, and
    /// `Color.RED.value`.
    pub fn enum_member(&self, path: &[&str]) -> Option<(usize, usize)> {
        let [class, member, rest @ ..] = path else { return None };
        if !matches!(rest, [] | ["value"]) || self.item(class).is_some() {
            return None;
        }
        let enums = &self.tree.enums;
        let class = enums.iter().rposition(|known| known.name.name == *class)?;
        let members = &enums[class].members;
        Some((class, members.iter().position(|known| known.name.name == *member)?))
    }

    /// Whether a path begins with an `enum` class of the file.
    pub fn is_enum(&self, path: &[&str]) -> bool {
        path.first().is_some_and(|class| {
            self.item(class).is_none()
                && self.tree.enums.iter().any(|known| known.name.name == *class)
        })
    }

    /// Reports a member that an `enum` class does not have.
    fn no_member(&mut self, path: &[&str], at: Span) -> Option<Reported> {
        let [class, member, ..] = path else { return None };
        let tree = self.tree;
        let class = tree.enums.iter().rfind(|known| known.name.name == *class)?;
        let known = class.members.iter().map(|member| member.name.name.as_str());
        let message = format!("`{}` has no member `{member}`", class.name.name);
        let mut diagnostic =
            Diagnostic::new(&codes::UNKNOWN_NAME, at, message).also(class.name.span, "the class");
        if let Some(near) = nearest(member, known) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        Some(self.report(diagnostic))
    }

    fn member_value(
        &mut self,
        (class, member): (usize, usize),
        path: &[&str],
        at: Span,
    ) -> Result<Meaning> {
        let tree = self.tree;
        let constant = &tree.enums[class].members[member];
        self.member_depth += 1;
        let value = match self.member_depth < MAX_MEMBERS {
            true => self.constant(&constant.value, 0),
            false => Ok(None),
        };
        self.member_depth -= 1;
        if let Some(Constant::Int(value)) = value? {
            return Ok(Meaning::Member(value));
        }
        let message = format!("`{}` is not a constant integer", path.join("."));
        Err(self.report(
            Diagnostic::new(&codes::CONSTANT_REQUIRED, at, message)
                .also(constant.value.span, "its value is set here"),
        ))
    }

    /// Whether it was said why a definition cannot be used.
    pub(crate) fn was_reported(&self, name: &str) -> bool {
        let refused = match self.definition(name) {
            Some(syntax::Definition::Struct(laid)) => laid.broken,
            Some(syntax::Definition::Function(function)) => function.broken,
            None => false,
        };
        refused || self.all_read || self.has_errors()
    }

    fn too_early(&mut self, name: &str, at: Span, defined: Span) -> Reported {
        let message = format!("`{name}` is the file's own definition, which cannot be used here");
        self.report(
            Diagnostic::new(&codes::UNKNOWN_NAME, at, message)
                .also(defined, "defined here")
                .help("rename the definition, if something else was meant"),
        )
    }

    fn imported(&mut self, module: &str, name: &str, at: Span) -> Result<Meaning> {
        // Headers are the same in the kernel's types.
        let net = matches!(module, NET_MODULE | VMLINUX);
        let plain = name.strip_prefix("struct_").unwrap_or(name);
        if let Some(id) = Some(plain).filter(|_| net).and_then(|name| self.net_struct(name)) {
            return Ok(Meaning::Item(Item::Struct(id)));
        }
        if module == VMLINUX {
            if let Some(object) = own_object(name) {
                return Ok(Meaning::Object(object));
            }
            return self.vmlinux(name, at).map(Meaning::Kernel);
        }
        let found = match module {
            OWN_MODULE => member(OWN_MODULE, name)
                .or_else(|| member(HELPER_MODULE, name))
                .or_else(|| member(MAPS_MODULE, name)),
            _ => member(module, name),
        };
        if let Some(meaning) = found {
            return Ok(meaning);
        }
        let (code, message, known): (_, _, Vec<&str>) = match module {
            HELPER_MODULE => (
                &codes::UNKNOWN_HELPER,
                format!("`pythonbpf.helper` has no `{name}`"),
                helper_names().collect(),
            ),
            "ctypes" => (
                &codes::UNKNOWN_TYPE,
                format!("`ctypes.{name}` is not a type that BPF has"),
                ctypes::names().collect(),
            ),
            NET_MODULE => (
                &codes::UNKNOWN_NAME,
                format!("`pythonbpf.net` has no `{name}`"),
                net_names().collect(),
            ),
            MAPS_MODULE => (
                &codes::UNKNOWN_NAME,
                format!("`pythonbpf.maps` has no `{name}`"),
                kernel::MAP_TYPES.iter().map(|map| map.name).collect(),
            ),
            _ => {
                let message = format!("`{module}.{name}` does not exist inside the kernel");
                return Err(self.report(
                    Diagnostic::new(&codes::UNKNOWN_NAME, at, message)
                        .note("the compiler reads this file alone, and no other module's")
                        .help(format!(
                            "put a constant into this file: `{name} = ...`; what Python sets at run time is a `@bpfglobal`"
                        )),
                ));
            }
        };
        let mut diagnostic = Diagnostic::new(code, at, message);
        if let Some(near) = nearest(name, known) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        Err(self.report(diagnostic))
    }

    /// Reports a name that nothing defines.
    pub fn unknown(&mut self, name: &str, at: Span) -> Reported {
        let tree = self.tree;
        if let Some(help) = crate::python_builtins::instead_of(name) {
            let message = format!("Python's `{name}` does not exist in the kernel");
            return self
                .report(Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message).help(help));
        }
        let mut diagnostic =
            Diagnostic::new(&codes::UNKNOWN_NAME, at, format!("`{name}` is not known here"));
        if self.suggestions == 0 {
            return self.report(diagnostic);
        }
        self.suggestions -= 1;
        let mut known: Vec<&str> = self.item_names().collect();
        known.extend(tree.constants.iter().map(|constant| constant.name.name.as_str()));
        known.extend(tree.imports.names());
        let ours = BUILTINS.iter().map(|(name, _)| *name);
        ours.chain(helper_names()).chain(ctypes::names()).for_each(|name| known.push(name));
        // The order of a hash map is not the same twice; messages must be.
        known.sort_unstable();
        if let Some(near) = nearest(name, known) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else {
            diagnostic = diagnostic.help("define it with `@bpf`, or assign it before this line");
        }
        self.report(diagnostic)
    }
}

/// What a module of ours, or `ctypes`, offers under a name.
fn member(module: &str, name: &str) -> Option<Meaning> {
    match module {
        HELPER_MODULE => kernel::short_name(name)
            .map(Meaning::Short)
            .or_else(|| {
                let helper = kernel::helper(name).filter(|helper| helper.name == name);
                helper.map(Meaning::Helper)
            })
            .or_else(|| kernel::atomic(name).map(Meaning::Atomic))
            .or_else(|| kernel::register_macro(name).map(Meaning::Register))
            .or_else(|| kernel::constant(name).map(|c| Meaning::KernelConstant(c.value)))
            .or_else(|| own_object(name).map(Meaning::Object))
            .or_else(|| {
                let row = OF_KERNEL.iter().find(|(known, _)| *known == name);
                row.map(|(_, builtin)| Meaning::Builtin(*builtin))
            }),
        OWN_MODULE => kernel::query_name(name).map(|query| Meaning::Query(query.asks)),
        MAPS_MODULE => kernel::map_type(name).map(Meaning::MapType),
        NET_MODULE => kernel::byte_order(name)
            .map(Meaning::ByteOrder)
            .or_else(|| kernel::network_type(name).map(Meaning::Network))
            .or_else(|| kernel::net_constant(name).map(Meaning::KernelConstant)),
        // Python has the functions there.
        "socket" => kernel::byte_order(name).map(Meaning::ByteOrder),
        "ctypes" if name == "sizeof" => Some(Meaning::Builtin(Builtin::Sizeof)),
        "ctypes" => {
            ctypes::ctype(name)?;
            // Names of the table live as long as the program.
            ctypes::names()
                .chain(["c_float", "c_double", "c_longdouble"])
                .find(|known| *known == name)
                .map(Meaning::CType)
        }
        _ => None,
    }
}

/// An object that a file may declare.
fn own_object(name: &str) -> Option<&'static ObjectType> {
    kernel::object_type(name).filter(|object| object.home != Home::Kernel)
}

/// The BPF type of a `ctypes` name.
pub(crate) fn ctype_of(session: &mut Session<'_>, name: &str, at: Span) -> Result<ir::Type> {
    match ctypes::ctype(name) {
        Some(CType::Type(ty)) => Ok(ty),
        Some(CType::Float) | None => Err(session.report(
            Diagnostic::new(
                &codes::UNSUPPORTED_TYPE,
                at,
                format!("`{name}`: the kernel has no floating point"),
            )
            .help("use an integer type: scale the value, for example to thousandths"),
        )),
    }
}

fn net_names() -> impl Iterator<Item = &'static str> {
    let structs = kernel::NET_STRUCTS.iter().map(|header| header.name);
    let orders = kernel::BYTE_ORDERS.iter().map(|order| order.name);
    let constants = kernel::NET_CONSTANTS.iter().map(|(name, _)| *name);
    structs.chain(orders).chain(constants).chain(["be16", "be32", "be64"])
}

fn helper_names() -> impl Iterator<Item = &'static str> {
    kernel::SHORT_NAMES
        .iter()
        .map(|short| short.name)
        .chain(kernel::HELPERS.iter().map(|helper| helper.name))
        .chain(kernel::ATOMICS.iter().map(|atomic| atomic.name))
        .chain(kernel::QUERY_NAMES.iter().map(|query| query.name))
        .chain(kernel::CONSTANTS.iter().map(|constant| constant.name))
        .chain(OF_KERNEL.iter().map(|(name, _)| *name))
}
