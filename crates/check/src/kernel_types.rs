//! The kernel's own types: `from vmlinux import task_struct`.
//!
//! Names are looked up in BTF when they are used, and a struct of the module
//! gets the members that the program touches, one by one. So the object
//! describes these alone, and a pointer to a struct costs nothing until it is
//! followed.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{EnumMember, Field, IntType, KernelName, PtrType, Region, Shape, Struct, StructId, Type};
use kernel::btf::{BUILT_IN_FROM, Btf, Found, Kind, Member, Named, Source, Space, TypeId};

use crate::flavours::essential_name;
use crate::session::{Reported, Result, Session};

/// The module whose names are the kernel's.
pub(crate) const VMLINUX: &str = "vmlinux";
const OTHER_TYPES: &str = "give the BTF of a kernel: `--btf /path/to/vmlinux`, in Python `btf=`";
/// Structs lie in each other no deeper.
pub(crate) const MAX_DEPTH: usize = 32;

/// What the kernel calls by a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// A type.
    Type(TypeId),
    /// A struct that the file declares as some kernels have it.
    Declared(StructId),
    /// A value of an enum.
    Constant(EnumMember),
    /// A function, by its name.
    Function(String),
    /// A variable, by its name.
    Variable(String),
}

/// The kernel's types, as far as the file has asked for them.
pub(crate) struct KernelTypes {
    source: Source,
    read: OnceCell<std::result::Result<Found, String>>,
    /// The same with the types of modules.
    wide: OnceCell<Option<Arc<Btf>>>,
    /// Where the file first names one.
    named: Option<Span>,
    structs: HashMap<TypeId, StructId>,
    pub origins: HashMap<StructId, TypeId>,
    /// All structs of the name of one, of those that were asked for.
    pub namesakes: HashMap<StructId, Vec<TypeId>>,
}

impl KernelTypes {
    pub fn new(source: &Source) -> Self {
        let source = source.clone();
        Self {
            source,
            read: OnceCell::new(),
            wide: OnceCell::new(),
            named: None,
            structs: HashMap::new(),
            origins: HashMap::new(),
            namesakes: HashMap::new(),
        }
    }

    /// The BTF, or why there is none.
    fn btf(&self) -> std::result::Result<Arc<Btf>, String> {
        if let Some(Some(wide)) = self.wide.get() {
            return Ok(Arc::clone(wide));
        }
        let read = self.read.get_or_init(|| self.source.read());
        read.as_ref().map(|found| Arc::clone(&found.btf)).map_err(Clone::clone)
    }

    /// Takes in the types of modules; nothing if there are none, or it was done.
    /// What was known keeps its place.
    fn widen(&self) -> Option<Arc<Btf>> {
        if self.wide.get().is_some() {
            return None;
        }
        let known = self.btf().ok()?;
        let wider = self.read.get()?.as_ref().ok()?.wider;
        self.wide.get_or_init(|| wider.and_then(|wider| wider(&known))).clone()
    }

    /// Why the types are only those that are built in, if so.
    fn built_in(&self) -> Option<&str> {
        self.read.get()?.as_ref().ok()?.built_in.as_deref()
    }

    /// Whose types they are.
    pub fn whose(&self) -> String {
        match self.built_in() {
            Some(_) => format!("Linux {BUILT_IN_FROM}, whose types are built in"),
            None => "this kernel".to_owned(),
        }
    }
}

impl Session<'_> {
    /// The kernel's BTF, if there is any.
    pub fn btf(&self) -> Option<Arc<Btf>> {
        self.kernel_types.btf().ok()
    }

    /// What is found in the kernel's BTF, or else with that of its modules.
    pub fn in_btf<T>(&self, find: impl Fn(&Btf) -> Option<T>) -> Option<T> {
        let found = self.btf().and_then(|btf| find(&btf));
        found.or_else(|| self.kernel_types.widen().and_then(|wide| find(&wide)))
    }

    /// What the kernel calls by a name.
    pub fn kernel_known(&self, name: &str) -> Option<Known> {
        self.in_btf(|btf| known_in(btf, name))
    }

    /// The same, reported if there is none.
    pub fn vmlinux(&mut self, name: &str, at: Span) -> Result<Known> {
        if let Some(known) = self.kernel_known(name) {
            if let Known::Constant(member) = &known {
                self.one_value(member, at)?;
            }
            self.kernel_types.named.get_or_insert(at);
            return Ok(known);
        }
        let btf = match self.kernel_types.btf() {
            Ok(btf) => btf,
            Err(why) => {
                let what = "the types of the kernel are not known here";
                return Err(self.report(no_kernel_types(what, &why, at)));
            }
        };
        let mut diagnostic = match self.kernel_types.built_in() {
            Some(why) => {
                let what =
                    format!("`{name}` is not among the types of the kernel that are built in");
                no_kernel_types(&what, why, at)
            }
            None => {
                let message = format!("the kernel has no type, constant or function `{name}`");
                Diagnostic::new(&codes::UNKNOWN_KERNEL_NAME, at, message)
            }
        };
        if self.suggestions > 0 {
            self.suggestions -= 1;
            let spaces = [Space::Struct, Space::Typedef, Space::Enum];
            let known = spaces.into_iter().flat_map(|space| btf.names(space));
            let kfuncs = kernel::KFUNCS.iter().map(|kfunc| kfunc.name);
            let known = known.chain(kfuncs.filter(|kfunc| btf.find(kfunc, Space::Func).is_some()));
            if let Some(near) = nearest(name, known) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
        }
        Err(self.report(diagnostic.note(
            "names of `vmlinux` are looked up in the BTF of the running kernel, or of `--btf FILE`",
        )))
    }

    /// Says that a struct is declared, and not what it has.
    pub fn only_declared(&mut self, name: &str, at: Span) -> Reported {
        let what = format!("what `{name}` has in it is not known");
        let why = match self.kernel_types.built_in() {
            Some(why) => why.to_owned(),
            None => "the BTF only declares it; a module may define it".to_owned(),
        };
        self.report(no_kernel_types(&what, &why, at))
    }

    /// Says once that the types are not those of a kernel of the user's, if the
    /// file used any.
    pub fn say_built_in(&mut self, otherwise: Option<Span>) {
        let Some(why) = self.kernel_types.built_in() else { return };
        let why = why.to_owned();
        let is_used = |laid: &Struct| laid.kernel.is_some() && !laid.fields.is_empty();
        let used = self.module.structs.iter().any(is_used).then_some(otherwise).flatten();
        let Some(at) = self.kernel_types.named.or(used) else { return };
        let message = format!("the types of the kernel are those of Linux {BUILT_IN_FROM}");
        self.report(
            Diagnostic::new(&codes::BUILT_IN_TYPES, at, message)
                .note(format!(
                    "{why}; where the object is loaded, members are found by their names"
                ))
                .help(OTHER_TYPES),
        );
    }

    /// A pointer to a struct of the kernel by its name, if it is known.
    pub fn kernel_pointer(&mut self, name: &str, region: Region) -> Option<Type> {
        let id = self.btf()?.find(name, Space::Struct)?;
        let pointee = Type::Struct(self.kernel_struct(id)?);
        Some(Type::ptr(Some(pointee), region))
    }

    /// The type of a type of the kernel; `None` where BPF has none for it. A
    /// pointer in it is trusted as far as the memory that it is read from.
    pub fn kernel_type(&mut self, id: TypeId) -> Option<Type> {
        self.kernel_type_within(id, MAX_DEPTH)
    }

    fn kernel_type_within(&mut self, id: TypeId, depth: usize) -> Option<Type> {
        let depth = depth.checked_sub(1)?;
        let btf = self.btf()?;
        let real = btf.resolve(id);
        let ty = btf.get(real)?;
        Some(match ty.kind {
            Kind::Int { is_bool: true, .. } if ty.size == 1 => Type::Bool,
            Kind::Int { signed, .. } => Type::Int(IntType { bits: bits(ty.size)?, signed }),
            Kind::Enum { signed, .. } => Type::Int(IntType { bits: bits(ty.size)?, signed }),
            Kind::Array { element, len } => {
                if len == 0 {
                    return None;
                }
                if is_char(&btf, element) {
                    return Some(Type::Str(len));
                }
                Type::Array(Box::new(self.kernel_type_within(element, depth)?), len)
            }
            Kind::Struct { .. } => Type::Struct(self.kernel_struct(id)?),
            Kind::Ptr(to) => self.kernel_pointer_to(&btf, to, depth),
            _ => return None,
        })
    }

    fn kernel_pointer_to(&mut self, btf: &Arc<Btf>, to: TypeId, depth: usize) -> Type {
        let real = btf.resolve(to);
        let pointee = match btf.get(real).map(|ty| (ty.name, ty.kind)) {
            // Declared in one place and defined in another.
            Some((name, Kind::Fwd(is_union))) => {
                let whole = self.in_btf(|btf| btf.find(name, Space::Struct));
                let whole = whole.and_then(|id| self.kernel_struct(id));
                Some(Type::Struct(whole.unwrap_or_else(|| self.supposed_struct(name, is_union))))
            }
            Some((_, Kind::Func(_) | Kind::FuncProto { .. } | Kind::Void)) | None => None,
            Some(_) => self.kernel_type_within(to, depth),
        };
        let is_struct = matches!(pointee, Some(Type::Struct(_)));
        let region = if btf.is_tagged(to, "user") {
            Region::User
        } else if is_struct && !btf.is_tagged(to, "percpu") {
            Region::Trusted
        } else {
            Region::Kernel
        };
        let nullable = btf.is_tagged(to, "rcu");
        Type::Ptr(PtrType { pointee: pointee.map(Box::new), region, nullable })
    }

    /// The struct of the module for one of the kernel.
    pub fn kernel_struct(&mut self, id: TypeId) -> Option<StructId> {
        let btf = self.btf()?;
        let real = btf.resolve(id);
        if let Some(known) = self.kernel_types.structs.get(&real) {
            return Some(*known);
        }
        let ty = btf.get(real)?;
        let Kind::Struct { members, is_union } = &ty.kind else { return None };
        let typedef = btf.get(btf.bare(id)).filter(|named| matches!(named.kind, Kind::Typedef(_)));
        let (name, kernel) = match (ty.name, typedef) {
            ("", Some(typedef)) => (typedef.name, KernelName::Typedef),
            ("", None) => ("struct without a name", KernelName::None),
            (name, _) => (name, KernelName::Tag),
        };
        let align = members.iter().map(|member| align(&btf, member.ty, MAX_DEPTH)).max();
        let laid = Struct {
            name: name.to_owned(),
            fields: Vec::new(),
            size: ty.size.into(),
            align: align.unwrap_or(1),
            is_union: *is_union,
            line: 0,
            kernel: Some(kernel),
        };
        let made = StructId(self.module.structs.len() as u32);
        self.module.structs.push(laid);
        self.kernel_types.structs.insert(real, made);
        self.kernel_types.origins.insert(made, real);
        Some(made)
    }

    /// The member of a struct of the kernel, by its index among those that
    /// the program uses. Members without a name lend theirs.
    pub fn kernel_field(&mut self, id: StructId, name: &str) -> Option<usize> {
        if let Some((index, _)) = self.module.struct_(id).field(name) {
            return Some(index);
        }
        let (btf, of) = (self.btf()?, *self.kernel_types.origins.get(&id)?);
        let (member, start) = find_member(&btf, of, name, 0, MAX_DEPTH)?;
        let mut ty = match self.kernel_tail(&btf, member.ty) {
            Some(tail) => tail,
            None => self.kernel_type(member.ty)?,
        };
        let struct_name = self.module.struct_(id).name.clone();
        if let Type::Ptr(ptr) = &mut ty {
            ptr.nullable |= kernel::field_may_be_null(essential_name(&struct_name), name);
        }
        let bit = start + u64::from(member.bit_offset);
        let is_bits = member.bit_size != 0;
        let (offset, shape) = match (&ty, is_bits) {
            (Type::Int(_) | Type::Bool, true) => {
                let unit = ty.size(&self.module).max(1) * 8;
                let shape = Shape::Bits { offset: bit, size: member.bit_size };
                (bit / unit * unit / 8, shape)
            }
            (_, true) => return None,
            (_, false) if is_enum(&btf, member.ty) => (bit / 8, Shape::Enum),
            (_, false) => (bit / 8, Shape::Plain),
        };
        if is_bits && ty == Type::Bool {
            ty = Type::Int(IntType::U8);
        }
        let laid = self.module.structs.get_mut(id.0 as usize)?;
        laid.fields.push(Field { name: name.to_owned(), ty, offset, shape });
        Some(laid.fields.len() - 1)
    }

    /// The type of an array at the end of a struct, of which nobody says how long
    /// it is: one of no elements.
    fn kernel_tail(&mut self, btf: &Btf, id: TypeId) -> Option<Type> {
        let Kind::Array { element, len: 0 } = btf.get(btf.resolve(id))?.kind else { return None };
        Some(Type::Array(Box::new(self.kernel_type(element)?), 0))
    }

    /// Whether a struct of the kernel is another one, or begins with it: whoever
    /// takes the one takes the other.
    pub fn begins_with(&mut self, id: StructId, with: StructId) -> bool {
        let Some(btf) = self.btf() else { return false };
        let origins = &self.kernel_types.origins;
        let (Some(id), Some(with)) = (origins.get(&id), origins.get(&with)) else { return false };
        let mut id = *id;
        for _ in 0..MAX_DEPTH {
            if id == *with {
                return true;
            }
            let Some(Kind::Struct { members, .. }) = btf.get(id).map(|ty| ty.kind) else { break };
            match members.first() {
                Some(first) if first.bit_offset == 0 => id = btf.resolve(first.ty),
                _ => break,
            }
        }
        false
    }

    /// How a trusted pointer to a struct of the kernel is come by.
    pub fn way_to_trust(&self, name: &str) -> String {
        let gives = |kfunc: &&kernel::Kfunc| {
            let btf = self.btf()?;
            let Kind::Func(proto) = btf.get(btf.find(kfunc.name, Space::Func)?)?.kind else {
                return None;
            };
            let Kind::FuncProto { ret, .. } = btf.get(proto)?.kind else { return None };
            let Kind::Ptr(to) = btf.get(btf.resolve(ret))?.kind else { return None };
            (btf.get(btf.resolve(to))?.name == name).then_some(())
        };
        let mut known = kernel::KFUNCS.iter().filter(|kfunc| kfunc.flags().acquires());
        match known.find(|kfunc| gives(kfunc).is_some() && !kfunc.name.ends_with("_acquire")) {
            Some(kfunc) => format!("get one by `{}`", kfunc.name),
            None => format!("take the `{name}` that the hook passes"),
        }
    }

    /// The names of all members of a struct of the kernel.
    pub fn kernel_field_names(&mut self, id: StructId) -> Vec<String> {
        let Some(btf) = self.btf() else { return Vec::new() };
        let Some(of) = self.kernel_types.origins.get(&id) else { return Vec::new() };
        let mut names = Vec::new();
        member_names(&btf, *of, &mut names, MAX_DEPTH);
        names
    }
}

fn known_in(btf: &Btf, name: &str) -> Option<Known> {
    let (of, value) = match btf.named(name) {
        Some(Named::Type(id)) => return Some(Known::Type(id)),
        Some(Named::Constant { of, value }) => (btf.get(of)?, value),
        None => {
            if btf.find(name, Space::Func).is_some() {
                return Some(Known::Function(name.to_owned()));
            }
            btf.find(name, Space::Var)?;
            return Some(Known::Variable(name.to_owned()));
        }
    };
    let member =
        EnumMember { of: of.name.to_owned(), name: name.to_owned(), value, size: of.size.into() };
    Some(Known::Constant(member))
}

fn no_kernel_types(what: &str, why: &str, at: Span) -> Diagnostic {
    Diagnostic::new(&codes::NO_KERNEL_TYPES, at, what).note(why).help(OTHER_TYPES)
}

fn bits(size: u32) -> Option<u8> {
    matches!(size, 1 | 2 | 4 | 8).then_some(size as u8 * 8)
}

/// Whether a type is `char`, of which texts are made.
fn is_char(btf: &Btf, id: TypeId) -> bool {
    btf.get(btf.resolve(id)).is_some_and(|ty| {
        ty.name == "char" && matches!(ty.kind, Kind::Int { bits: 8, is_bool: false, .. })
    })
}

fn is_enum(btf: &Btf, id: TypeId) -> bool {
    match btf.get(btf.resolve(id)).map(|ty| ty.kind) {
        Some(Kind::Enum { .. }) => true,
        Some(Kind::Array { element, .. }) => {
            matches!(btf.get(btf.resolve(element)).map(|ty| ty.kind), Some(Kind::Enum { .. }))
        }
        _ => false,
    }
}

/// What a type is aligned to, as far as the types say it.
fn align(btf: &Btf, id: TypeId, depth: usize) -> u64 {
    let Some(depth) = depth.checked_sub(1) else { return 1 };
    let Some(ty) = btf.get(btf.resolve(id)) else { return 1 };
    match ty.kind {
        Kind::Int { .. } | Kind::Enum { .. } => u64::from(ty.size.clamp(1, 8)),
        Kind::Ptr(_) => 8,
        Kind::Array { element, .. } => align(btf, element, depth),
        Kind::Struct { members, .. } => {
            members.iter().map(|member| align(btf, member.ty, depth)).max().unwrap_or(1)
        }
        _ => 1,
    }
}

/// A member by its name, and the bit at which the struct begins that has it.
pub(crate) fn find_member<'b>(
    btf: &'b Btf,
    of: TypeId,
    name: &str,
    start: u64,
    depth: usize,
) -> Option<(Member<'b>, u64)> {
    let depth = depth.checked_sub(1)?;
    let Kind::Struct { members, .. } = btf.get(btf.resolve(of))?.kind else { return None };
    let own = members.iter().find(|member| member.name == name && !name.is_empty());
    own.map(|member| (*member, start)).or_else(|| {
        let nameless = members.iter().filter(|member| member.name.is_empty());
        nameless.into_iter().find_map(|member| {
            let start = start + u64::from(member.bit_offset);
            find_member(btf, member.ty, name, start, depth)
        })
    })
}

fn member_names(btf: &Btf, of: TypeId, names: &mut Vec<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let Some(Kind::Struct { members, .. }) = btf.get(btf.resolve(of)).map(|ty| ty.kind) else {
        return;
    };
    for member in members {
        match member.name {
            "" => member_names(btf, member.ty, names, depth),
            name => names.push(name.to_owned()),
        }
    }
}
