//! Markers of user programs (USDT). Where a marker's arguments are is written in
//! the binary that has it; libbpf reads that at the attach and puts it into two
//! maps (`src/usdt.c` of libbpf), which the functions made here look into. The
//! layout of the maps' values is a contract with libbpf.

use diagnostics::Span;
use ir::{
    BinaryOp, CompareOp, Config, Expr, ExprKind, Function, FunctionId, FunctionKind, Global,
    GlobalId, IntType, Local, LocalId, Map, MapId, Place, PtrType, Region, Stmt, StmtKind, Struct,
    StructId, Type, Value,
};

use crate::session::Session;

/// Most arguments of a marker: libbpf's `USDT_MAX_ARG_CNT`.
pub(crate) const MOST_ARGUMENTS: usize = 12;
/// Markers, and places of markers in code, that can be attached to at once.
const PLACES: u32 = 256;
const IDS: u32 = 4 * PLACES;

/// The functions that programs read markers through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Markers {
    /// `(ctx, index) -> i64`
    pub argument: FunctionId,
    /// `(ctx) -> u64`
    pub cookie: FunctionId,
}

/// How libbpf says where an argument is.
mod place {
    /// It is the number that is written there.
    pub const CONSTANT: i128 = 0;
    /// In a register.
    pub const REGISTER: i128 = 1;
    /// In memory, at a register and an offset.
    pub const MEMORY: i128 = 2;
    /// In memory, at a register, a scaled index and an offset.
    pub const INDEXED: i128 = 3;
}

/// Members of the description of an argument, in order.
mod member {
    pub const VALUE: usize = 0;
    pub const KIND: usize = 1;
    pub const INDEX: usize = 2;
    pub const REGISTER: usize = 4;
    pub const SIGNED: usize = 5;
    pub const SHIFT: usize = 6;
}

/// Members of the description of a marker, in order.
mod marker {
    pub const ARGUMENTS: usize = 0;
    pub const COOKIE: usize = 1;
    pub const COUNT: usize = 2;
}

const U8: Type = Type::Int(IntType { bits: 8, signed: false });
const U16: Type = Type::Int(IntType { bits: 16, signed: false });
const I16: Type = Type::Int(IntType { bits: 16, signed: true });
const I32: Type = Type::Int(IntType::I32);
const U32: Type = Type::Int(IntType::U32);

/// Declares the maps and functions if a program is called at markers.
pub(crate) fn declare(session: &mut Session<'_>) {
    let marked = |section: &kernel::Section| section.def.prefix.starts_with("usdt");
    let signatures = session.signatures();
    let first = signatures.iter().find(|one| one.section.as_ref().is_some_and(|s| marked(s)));
    let Some(at) = first.map(|one| one.tree.name.span) else { return };
    let line = session.source.line_number(at.start);
    let pc = session.registers().register("ip").unwrap_or_default();
    let module = &mut session.module;
    let argument = declare_struct(
        module,
        "__bpf_usdt_arg_spec",
        &[
            ("val_off", Type::U64),
            ("arg_type", U8),
            // The index register's offset in 12 bits, the scale in 4.
            ("index", U16),
            ("reserved", U8),
            ("reg_off", I16),
            ("arg_signed", U8),
            ("arg_bitshift", U8),
        ],
        line,
    );
    let arguments = Type::Array(Box::new(Type::Struct(argument)), MOST_ARGUMENTS as u32);
    let spec = declare_struct(
        module,
        "__bpf_usdt_spec",
        &[("args", arguments), ("usdt_cookie", Type::U64), ("arg_cnt", I16)],
        line,
    );
    let specs = declare_map(module, "__bpf_usdt_specs", I32, Type::Struct(spec), PLACES, line);
    let ids = declare_map(module, "__bpf_usdt_ip_to_spec_id", Type::I64, U32, IDS, line);
    let name = "LINUX_HAS_BPF_COOKIE";
    let known = module.globals.iter().position(|global| global.name == name);
    let has_cookies = GlobalId(known.unwrap_or(module.globals.len()) as u32);
    if known.is_none() {
        module.globals.push(Global {
            name: name.to_owned(),
            ty: Type::Bool,
            init: Value::Zero,
            mutable: false,
            config: Some(Config::Required),
            line,
        });
    }
    let flag = module.globals[has_cookies.0 as usize].ty.clone();
    let made = Maker { at, specs, ids, has_cookies, flag, spec, pc };
    let first = module.functions.len() as u32;
    module.functions.push(made.read_argument());
    module.functions.push(made.read_cookie());
    session.markers = Some(Markers { argument: FunctionId(first), cookie: FunctionId(first + 1) });
}

fn declare_struct(
    module: &mut ir::Module,
    name: &str,
    members: &[(&str, Type)],
    line: u32,
) -> StructId {
    let members = members.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect();
    let laid = Struct::lay_out(name.to_owned(), members, line, module);
    let id = StructId(module.structs.len() as u32);
    module.structs.push(laid);
    id
}

fn declare_map(
    module: &mut ir::Module,
    name: &str,
    key: Type,
    value: Type,
    entries: u32,
    line: u32,
) -> MapId {
    let is_array = key == I32;
    let kind = kernel::map_type(if is_array { "Array" } else { "HashMap" });
    let id = MapId(module.maps.len() as u32);
    module.maps.push(Map {
        name: name.to_owned(),
        kind: kind.map_or(0, |kind| kind.id),
        key: Some(key),
        value: Some(value),
        max_entries: Some(entries),
        line,
        ..Map::default()
    });
    id
}

/// Makes the functions.
struct Maker {
    at: Span,
    specs: MapId,
    ids: MapId,
    has_cookies: GlobalId,
    /// The type of that, which the file may have declared.
    flag: Type,
    spec: StructId,
    /// Where the program counter is in the context.
    pc: u32,
}

const CONTEXT: LocalId = LocalId(0);

/// A function that is being made.
struct Made {
    locals: Vec<Local>,
    body: Vec<Stmt>,
    params: u32,
}

impl Made {
    fn new(params: &[(&str, Type)]) -> Self {
        let context = Type::ptr(None, Region::Context);
        let mut made = Self { locals: Vec::new(), body: Vec::new(), params: 0 };
        made.local("ctx", context);
        for (name, ty) in params {
            made.local(name, ty.clone());
        }
        made.params = made.locals.len() as u32;
        made
    }

    fn local(&mut self, name: &str, ty: Type) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: name.to_owned(), ty });
        id
    }

    fn finish(self, name: &str, ret: Type, at: Span) -> Function {
        Function {
            name: name.to_owned(),
            kind: FunctionKind::Subprogram,
            params: self.params,
            ret,
            locals: self.locals,
            body: self.body,
            span: at,
        }
    }
}

impl Maker {
    fn int(&self, value: i128, ty: Type) -> Expr {
        Expr::int(value, ty, self.at)
    }

    fn load(&self, id: LocalId, ty: Type) -> Expr {
        Expr::load(Place::Local(id), ty, self.at)
    }

    fn store(&self, id: LocalId, value: Expr) -> Stmt {
        Stmt::new(StmtKind::Store(Place::Local(id), value), self.at)
    }

    fn when(&self, test: Expr, then: Vec<Stmt>, or: Vec<Stmt>) -> Stmt {
        Stmt::new(StmtKind::If(test, then, or), self.at)
    }

    fn give(&self, value: Expr) -> Stmt {
        Stmt::new(StmtKind::Return(Some(value)), self.at)
    }

    fn helper(&self, name: &str, args: Vec<Expr>, ty: Type) -> Expr {
        let id = kernel::helper(name).map_or(0, |helper| helper.id);
        Expr::new(ExprKind::Helper(id, args), ty, self.at)
    }

    fn context(&self) -> Expr {
        self.load(CONTEXT, Type::ptr(None, Region::Context))
    }

    /// Looks an entry up; where there is none the function gives 0.
    fn look_up(&self, made: &mut Made, map: MapId, key: Expr, value: Type, none: Type) -> Expr {
        let ty = Type::Ptr(PtrType {
            pointee: Some(Box::new(value)),
            region: Region::MapValue(map),
            nullable: true,
        });
        let found = made.local("found", ty.clone());
        let address = Expr::new(ExprKind::Map(map), Type::ptr(None, Region::Map(map)), self.at);
        let call = self.helper("map_lookup_elem", vec![address, key.spill()], ty.clone());
        made.body.push(self.store(found, call));
        let is_found = ExprKind::IsFound(Box::new(self.load(found, ty.clone())));
        let is_found = Expr::new(is_found, Type::Bool, self.at);
        made.body.push(self.when(is_found, Vec::new(), vec![self.give(self.int(0, none))]));
        let there = ExprKind::NonNull(Box::new(self.load(found, ty.clone())));
        let Type::Ptr(ptr) = ty else { return self.int(0, Type::U64) };
        Expr::new(there, Type::Ptr(PtrType { nullable: false, ..ptr }), self.at)
    }

    /// The description of the marker that the program is called at.
    fn described(&self, made: &mut Made, none: &Type) -> Place {
        let id = made.local("id", I32);
        let cookie = self.helper("get_attach_cookie", vec![self.context()], Type::U64);
        // Older kernels give programs no cookies: there the place in the code tells.
        let before = std::mem::take(&mut made.body);
        let place = Place::Context(Box::new(self.context()), self.pc, Type::U64);
        let ip = Expr::load(place, Type::U64, self.at).convert(Type::I64);
        let known = self.look_up(made, self.ids, ip, U32, none.clone());
        let known = Expr::load(Place::Deref(Box::new(known)), U32, self.at);
        made.body.push(self.store(id, known.convert(I32)));
        let older = std::mem::replace(&mut made.body, before);
        let newer = vec![self.store(id, cookie.convert(I32))];
        let test = Expr::load(Place::Global(self.has_cookies), self.flag.clone(), self.at);
        let test = test.convert(Type::Bool);
        made.body.push(self.when(test, newer, older));
        let spec = Type::Struct(self.spec);
        let key = self.load(id, I32);
        Place::Deref(Box::new(self.look_up(made, self.specs, key, spec, none.clone())))
    }

    fn read_cookie(&self) -> Function {
        let mut made = Made::new(&[]);
        let spec = self.described(&mut made, &Type::U64);
        made.body.push(self.give(Expr::load(spec.field(marker::COOKIE), Type::U64, self.at)));
        made.finish("__pythonbpf_usdt_cookie", Type::U64, self.at)
    }

    fn read_argument(&self) -> Function {
        let mut made = Made::new(&[("index", Type::U64)]);
        let index = LocalId(1);
        let spec = self.described(&mut made, &Type::I64);
        let wanted = || self.load(index, Type::U64);
        let nothing = || vec![self.give(self.int(0, Type::I64))];
        let count = Expr::load(spec.clone().field(marker::COUNT), I16, self.at);
        let count = count.convert(Type::I64).convert(Type::U64);
        let behind = Expr::compare(CompareOp::Ge, wanted(), count, self.at);
        made.body.push(self.when(behind, nothing(), Vec::new()));
        // The verifier sees this test on the very number that is the index.
        let inside = made.local("inside", Type::U64);
        let hidden = Expr::new(ExprKind::Hidden(Box::new(wanted())), Type::U64, self.at);
        made.body.push(self.store(inside, hidden));
        let most = self.int(MOST_ARGUMENTS as i128, Type::U64);
        let outside = self.load(inside, Type::U64);
        let outside = Expr::compare(CompareOp::Ge, outside, most, self.at);
        made.body.push(self.when(outside, nothing(), Vec::new()));

        let at = Box::new(self.load(inside, Type::U64));
        let element = Place::Index(Box::new(spec.field(marker::ARGUMENTS)), at);
        let of =
            |index: usize, ty: Type| Expr::load(element.clone().field(index), ty.clone(), self.at);
        let value = made.local("value", Type::U64);
        let scaled = made.local("scaled", Type::U64);
        made.body.push(self.store(value, self.int(0, Type::U64)));
        made.body.push(self.store(scaled, self.int(0, Type::U64)));
        let offset = || of(member::VALUE, Type::U64);
        let register = |to: LocalId, offset: Expr| self.register(to, offset);
        let base = || of(member::REGISTER, I16).convert(Type::I64).convert(Type::U64);
        let plus = |left: Expr, right: Expr| Expr::binary(BinaryOp::Add, left, right, self.at);

        let constant = vec![self.store(value, offset())];
        let in_register = vec![register(value, base())];
        let address = plus(self.load(value, Type::U64), offset());
        let in_memory = vec![register(value, base()), self.user(value, address)];
        let packed = || of(member::INDEX, U16).convert(Type::U64);
        let index_register =
            Expr::binary(BinaryOp::And, packed(), self.int(0xfff, Type::U64), self.at);
        let scale = Expr::binary(BinaryOp::Shr, packed(), self.int(12, Type::U64), self.at);
        let index = Expr::binary(BinaryOp::Shl, self.load(scaled, Type::U64), scale, self.at);
        let address = plus(plus(self.load(value, Type::U64), index), offset());
        let indexed = vec![
            register(value, base()),
            register(scaled, index_register),
            self.user(value, address),
        ];
        let is = |kind: i128| {
            Expr::compare(CompareOp::Eq, of(member::KIND, U8), self.int(kind, U8), self.at)
        };
        let indexed = vec![self.when(is(place::INDEXED), indexed, nothing())];
        let memory = vec![self.when(is(place::MEMORY), in_memory, indexed)];
        let registers = vec![self.when(is(place::REGISTER), in_register, memory)];
        made.body.push(self.when(is(place::CONSTANT), constant, registers));

        // As wide as the marker says, with its sign.
        let shift = || of(member::SHIFT, U8).convert(Type::U64);
        let whole = Expr::binary(BinaryOp::Shl, self.load(value, Type::U64), shift(), self.at);
        made.body.push(self.store(value, whole));
        let raw = || self.load(value, Type::U64);
        let signed = Expr::binary(
            BinaryOp::Shr,
            raw().convert(Type::I64),
            shift().convert(Type::I64),
            self.at,
        );
        let unsigned = Expr::binary(BinaryOp::Shr, raw(), shift(), self.at).convert(Type::I64);
        let is_signed =
            Expr::compare(CompareOp::Ne, of(member::SIGNED, U8), self.int(0, U8), self.at);
        made.body.push(self.when(is_signed, vec![self.give(signed)], Vec::new()));
        made.body.push(self.give(unsigned));
        made.finish("__pythonbpf_usdt_argument", Type::I64, self.at)
    }

    /// Reads a register of the context, by its offset.
    fn register(&self, to: LocalId, offset: Expr) -> Stmt {
        let context = self.context().convert(Type::U64);
        let from = Expr::binary(BinaryOp::Add, context, offset, self.at);
        self.read("probe_read_kernel", to, from)
    }

    /// Reads memory of the process.
    fn user(&self, to: LocalId, from: Expr) -> Stmt {
        self.read("probe_read_user", to, from)
    }

    fn read(&self, helper: &str, to: LocalId, from: Expr) -> Stmt {
        let to = Expr::address(Place::Local(to), Type::U64, Region::Stack, self.at);
        let from = from.convert(Type::ptr(None, Region::Opaque));
        let read = self.helper(helper, vec![to, self.int(8, U32), from], Type::I64);
        Stmt::new(StmtKind::Eval(read), self.at)
    }
}
