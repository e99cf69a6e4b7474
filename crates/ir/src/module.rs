//! A module and its declarations.

use diagnostics::Span;

use crate::{Stmt, Struct, StructId, Type};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $id(pub u32);)*
    };
}

ids! {
    /// Names a map of a module.
    MapId;
    /// Names a global of a module.
    GlobalId;
    /// Names a function of a module.
    FunctionId;
    /// Names a local of a function.
    LocalId;
    /// Names a constant string of a module.
    StringId;
    /// Names something of the kernel's own that a module refers to.
    ExternId;
}

/// A map, as it is created at load.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// Name in the object.
    pub name: String,
    /// `BPF_MAP_TYPE_*` number.
    pub kind: u32,
    /// Key type; absent for buffers and where only a size is declared.
    pub key: Option<Type>,
    /// Value type; absent likewise.
    pub value: Option<Type>,
    /// Size of the key in bytes where there is no type.
    pub key_size: Option<u32>,
    /// Size of the value in bytes where there is no type.
    pub value_size: Option<u32>,
    /// Entries, or bytes of a ring buffer.
    pub max_entries: Option<u32>,
    /// `map_flags`.
    pub flags: u32,
    /// `map_extra`, whose meaning is the type's own.
    pub extra: Option<u32>,
    /// The node of memory that it lies on.
    pub node: Option<u32>,
    /// Whether it is pinned under its name.
    pub pinned: bool,
    /// What the maps in a map of maps are like.
    pub inner: Option<MapId>,
    /// What it holds from the start, by index.
    pub values: Vec<Option<MapSlot>>,
    /// Whether it is no map of its own, but what an inner map is like.
    pub is_template: bool,
    /// What programs put into a ring or perf buffer; empty otherwise.
    pub events: Vec<EventType>,
    /// Set for a struct of operations of the kernel, which stands in the place of
    /// a map.
    pub operations: Option<Operations>,
    /// Line of the definition, from 1.
    pub line: u32,
}

/// A struct of the kernel that programs stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operations {
    /// What the kernel calls the struct.
    pub of: String,
    /// The members that are set: name, type and value.
    pub members: Vec<(String, Type, Operation)>,
}

/// What a member of a struct of operations is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A program of the module.
    Program(FunctionId),
    /// A constant.
    Constant(Value),
}

/// What a map of programs or of maps holds under an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapSlot {
    /// A map of the module.
    Map(MapId),
    /// A program of the module.
    Program(FunctionId),
}

/// A type of record that programs send through a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// Type of the record.
    pub ty: Type,
    /// Where it is first sent.
    pub span: Span,
}

/// A constant value with the shape of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// All bytes zero, of any type.
    Zero,
    /// An integer or a bool.
    Int(i128),
    /// Text without its NUL.
    Str(Vec<u8>),
    /// The elements of an array or the fields of a struct, in order; what is
    /// left out at the end is zero.
    List(Vec<Value>),
}

/// A global variable.
#[derive(Clone, Debug)]
pub struct Global {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// What it holds when the program is loaded.
    pub init: Value,
    /// Whether a program stores to it; `.rodata` if not.
    pub mutable: bool,
    /// Set for a value of the kernel's configuration, which is found at load.
    pub config: Option<Config>,
    /// Line of the definition, from 1.
    pub line: u32,
}

/// How a value of the kernel's configuration is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Config {
    /// The object does not load where there is none.
    Required,
    /// It is zero where there is none.
    Optional,
}

/// Something of the kernel that has a name, which libbpf finds at load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extern {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExternKind,
    /// Whether the object loads where the kernel has none: it is null then.
    pub weak: bool,
}

/// What kind of thing an [`Extern`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternKind {
    /// A function that programs call.
    Function {
        /// What it takes.
        params: Vec<Type>,
        /// What it gives.
        ret: Type,
    },
    /// A variable of which each CPU has its own.
    PerCpu(Type),
}

/// What a function is to the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// An entry point in the ELF section of this name.
    Program {
        /// libbpf's section string.
        section: String,
        /// The struct of the UAPI headers that it is called with, by name.
        context: Option<&'static str>,
    },
    /// Called by programs.
    Subprogram,
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub struct Local {
    /// Name in the source, or a made-up one.
    pub name: String,
    /// Type.
    pub ty: Type,
}

/// A program or a subprogram.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name in the object.
    pub name: String,
    /// Entry point or not.
    pub kind: FunctionKind,
    /// Its first locals, as many as it takes.
    pub params: u32,
    /// Type returned.
    pub ret: Type,
    /// Variables; parameters first.
    pub locals: Vec<Local>,
    /// Statements.
    pub body: Vec<Stmt>,
    /// The function's name in the source.
    pub span: Span,
}

impl Function {
    /// A local; the IR verifier guards the ids.
    pub fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.0 as usize]
    }
}

/// All that becomes one object.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Structs.
    pub structs: Vec<Struct>,
    /// Maps.
    pub maps: Vec<Map>,
    /// Globals.
    pub globals: Vec<Global>,
    /// Functions.
    pub functions: Vec<Function>,
    /// What is the kernel's own.
    pub externs: Vec<Extern>,
    /// Constant strings without NUL, for formats and arguments.
    pub strings: Vec<Vec<u8>>,
    /// The licence.
    pub license: String,
    /// The processor whose registers the programs read, if they read any.
    pub processor: Option<&'static str>,
    /// Helpers, by number, that give the same at each call in a run and change
    /// nothing.
    pub steady_helpers: Vec<u32>,
}

impl Module {
    /// A struct of this module.
    pub fn struct_(&self, id: StructId) -> &Struct {
        &self.structs[id.0 as usize]
    }

    /// A map of this module.
    pub fn map(&self, id: MapId) -> &Map {
        &self.maps[id.0 as usize]
    }

    /// A global of this module.
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.0 as usize]
    }

    /// Something of the kernel's own.
    pub fn extern_(&self, id: ExternId) -> &Extern {
        &self.externs[id.0 as usize]
    }

    /// A function of this module.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }
}
