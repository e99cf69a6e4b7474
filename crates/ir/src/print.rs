//! A module as text that people read: one line a statement, types on locals.

use std::fmt::{self, Display, Formatter, Write};

use crate::{
    BinaryOp, Bound, CompareOp, Expr, ExprKind, Function, FunctionKind, LocalId, Map, Module,
    Place, Query, Region, Stmt, StmtKind, TextOp, Type, UnaryOp,
};

/// The module as text.
pub fn print(module: &Module) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write_module(&mut out, module);
    out
}

fn write_module(out: &mut String, module: &Module) -> fmt::Result {
    writeln!(out, "license {:?}", module.license)?;
    for laid in &module.structs {
        writeln!(out, "struct {} size {} align {}", laid.name, laid.size, laid.align)?;
        for field in &laid.fields {
            writeln!(out, "  {}: {} @{}", field.name, Show(module, &field.ty), field.offset)?;
        }
    }
    for map in &module.maps {
        write_map(out, module, map)?;
    }
    for global in &module.globals {
        let mutable = if global.mutable { "mutable " } else { "" };
        let ty = Show(module, &global.ty);
        writeln!(out, "{mutable}global {}: {ty} = {:?}", global.name, global.init)?;
    }
    for function in &module.functions {
        write_function(out, module, function)?;
    }
    Ok(())
}

fn write_map(out: &mut String, module: &Module, map: &Map) -> fmt::Result {
    write!(out, "map {} kind {}", map.name, map.kind)?;
    for (what, ty) in [("key", &map.key), ("value", &map.value)] {
        if let Some(ty) = ty {
            write!(out, " {what} {}", Show(module, ty))?;
        }
    }
    for (what, size) in [
        ("key_size", map.key_size),
        ("value_size", map.value_size),
        ("max_entries", map.max_entries),
    ] {
        if let Some(size) = size {
            write!(out, " {what} {size}")?;
        }
    }
    for event in &map.events {
        write!(out, " event {}", Show(module, &event.ty))?;
    }
    writeln!(out)
}

fn write_function(out: &mut String, module: &Module, function: &Function) -> fmt::Result {
    match &function.kind {
        FunctionKind::Program { section, .. } => write!(out, "program {section:?} ")?,
        FunctionKind::Subprogram => write!(out, "function ")?,
    }
    writeln!(out, "{} -> {}", function.name, Show(module, &function.ret))?;
    for (index, local) in function.locals.iter().enumerate() {
        let what = if (index as u32) < function.params { "param" } else { "local" };
        writeln!(out, "  {what} {}: {}", name(function, index), Show(module, &local.ty))?;
    }
    Writer { module, function, out }.block(&function.body, 1)
}

fn name(function: &Function, index: usize) -> String {
    match function.locals.get(index) {
        Some(local) => format!("{}.{index}", local.name),
        None => format!("?.{index}"),
    }
}

struct Show<'a>(&'a Module, &'a Type);

impl Display for Show<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(module, ty) = *self;
        match ty {
            Type::Void => f.write_str("void"),
            Type::Bool => f.write_str("bool"),
            Type::Int(int) => write!(f, "{}{}", if int.signed { 'i' } else { 'u' }, int.bits),
            Type::Network(bits) => write!(f, "be{bits}"),
            Type::Str(len) => write!(f, "str({len})"),
            Type::Array(element, len) => write!(f, "[{}; {len}]", Show(module, element)),
            Type::Struct(id) => match module.structs.get(id.0 as usize) {
                Some(laid) => f.write_str(&laid.name),
                None => write!(f, "struct?{}", id.0),
            },
            Type::Ptr(ptr) => {
                f.write_str(if ptr.nullable { "?*" } else { "*" })?;
                match ptr.region {
                    Region::Stack => f.write_str("stack ")?,
                    Region::Context => f.write_str("context ")?,
                    Region::Packet => f.write_str("packet ")?,
                    Region::Cursor => f.write_str("cursor ")?,
                    Region::PacketEnd => f.write_str("packet end ")?,
                    Region::Global => f.write_str("global ")?,
                    Region::Any => f.write_str("any ")?,
                    Region::Reserved(id) => match module.maps.get(id.0 as usize) {
                        Some(map) => write!(f, "reserved({}) ", map.name)?,
                        None => f.write_str("reserved(?) ")?,
                    },
                    Region::Trusted => f.write_str("trusted ")?,
                    Region::Kernel => f.write_str("kernel ")?,
                    Region::User => f.write_str("user ")?,
                    Region::Map(_) => f.write_str("map ")?,
                    Region::Socket => f.write_str("socket ")?,
                    Region::Opaque => f.write_str("opaque ")?,
                    Region::MapValue(id) => match module.maps.get(id.0 as usize) {
                        Some(map) => write!(f, "value({}) ", map.name)?,
                        None => f.write_str("value(?) ")?,
                    },
                }
                match &ptr.pointee {
                    Some(pointee) => Show(module, pointee).fmt(f),
                    None => f.write_str("void"),
                }
            }
        }
    }
}

struct Writer<'a> {
    module: &'a Module,
    function: &'a Function,
    out: &'a mut String,
}

impl Writer<'_> {
    fn block(&mut self, stmts: &[Stmt], depth: usize) -> fmt::Result {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt, depth))
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) -> fmt::Result {
        let pad = "  ".repeat(depth);
        match &stmt.kind {
            StmtKind::Store(place, value) => {
                let line = format!("{} = {}", self.place(place), self.expr(value));
                writeln!(self.out, "{pad}{line}")
            }
            StmtKind::Zero(place) => {
                let place = self.place(place);
                writeln!(self.out, "{pad}zero {place}")
            }
            StmtKind::ZeroPart(place, start, len) => {
                let line = format!("zero {} bytes {start}..{}", self.place(place), start + len);
                writeln!(self.out, "{pad}{line}")
            }
            StmtKind::Copy(to, from) => {
                let line = format!("copy {} <- {}", self.place(to), self.place(from));
                writeln!(self.out, "{pad}{line}")
            }
            StmtKind::Gather(gather) => {
                let from: Vec<_> = gather.from.iter().map(|place| self.place(place)).collect();
                let (to, buffer) = (self.place(&gather.to), self.place(&gather.buffer));
                writeln!(self.out, "{pad}gather {to} by {buffer} <- {}", from.join(", "))
            }
            StmtKind::StoreStr(place, text) => {
                let place = self.place(place);
                writeln!(self.out, "{pad}{place} = {:?}", String::from_utf8_lossy(text))
            }
            StmtKind::Eval(value) => {
                let value = self.expr(value);
                writeln!(self.out, "{pad}{value}")
            }
            StmtKind::If(test, then, orelse) => {
                let test = self.expr(test);
                writeln!(self.out, "{pad}if {test}")?;
                self.block(then, depth + 1)?;
                self.orelse(orelse, depth)
            }
            StmtKind::ForRange { local, start, stop, step, body, orelse } => {
                let local = name(self.function, local.0 as usize);
                writeln!(self.out, "{pad}for {local} in {start}..{stop} by {step}")?;
                self.block(body, depth + 1)?;
                self.orelse(orelse, depth)
            }
            StmtKind::Loop { index, test, body, orelse, bound } => {
                let (index, test) = (name(self.function, index.0 as usize), self.expr(test));
                let bound = match bound {
                    Bound::Seen(most) | Bound::Turns(most) => format!("at most {most}"),
                    Bound::Iterator => "by iterator".to_owned(),
                };
                writeln!(self.out, "{pad}loop {index} while {test} {bound}")?;
                self.block(body, depth + 1)?;
                self.orelse(orelse, depth)
            }
            StmtKind::Break => writeln!(self.out, "{pad}break"),
            StmtKind::Continue => writeln!(self.out, "{pad}continue"),
            StmtKind::Return(None) => writeln!(self.out, "{pad}return"),
            StmtKind::Return(Some(value)) => {
                let value = self.expr(value);
                writeln!(self.out, "{pad}return {value}")
            }
        }
    }

    fn orelse(&mut self, stmts: &[Stmt], depth: usize) -> fmt::Result {
        if stmts.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "{}else", "  ".repeat(depth))?;
        self.block(stmts, depth + 1)
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Local(LocalId(index)) => name(self.function, *index as usize),
            Place::Global(id) => match self.module.globals.get(id.0 as usize) {
                Some(global) => format!("@{}", global.name),
                None => "@?".to_owned(),
            },
            Place::Deref(pointer) => format!("(*{})", self.expr(pointer)),
            Place::Field(base, index) => {
                let field = match base.ty(self.module, self.function) {
                    Some(Type::Struct(id)) => {
                        let fields = &self.module.structs[id.0 as usize].fields;
                        fields.get(*index as usize).map(|field| field.name.clone())
                    }
                    _ => None,
                };
                let field = field.unwrap_or_else(|| index.to_string());
                format!("{}.{field}", self.place(base))
            }
            Place::Index(base, index) => format!("{}[{}]", self.place(base), self.expr(index)),
            Place::Part(base, start, len) => {
                format!("{}[{start}:{}]", self.place(base), start + len)
            }
            Place::Context(context, offset, ty) => {
                format!("{}[{offset}]:{}", self.expr(context), Show(self.module, ty))
            }
        }
    }

    fn args(&self, args: &[Expr]) -> String {
        args.iter().map(|arg| self.expr(arg)).collect::<Vec<_>>().join(", ")
    }

    fn text(&self, op: &TextOp) -> String {
        let quoted = |bytes: &[u8]| format!("{:?}", String::from_utf8_lossy(bytes));
        match op {
            TextOp::StartsWith(place, bytes) => {
                format!("startswith({}, {})", self.place(place), quoted(bytes))
            }
            TextOp::EndsWith(place, bytes) => {
                format!("endswith({}, {})", self.place(place), quoted(bytes))
            }
            TextOp::Len(place, _) => format!("len({})", self.place(place)),
            TextOp::Order(left, right) => {
                format!("order({}, {})", self.place(left), self.place(right))
            }
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Const(value) => format!("{value}:{}", Show(self.module, &expr.ty)),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Load(place) => self.place(place),
            ExprKind::Address(place) => format!("&{}", self.place(place)),
            ExprKind::Spill(value) => format!("spill({})", self.expr(value)),
            ExprKind::Map(id) => match self.module.maps.get(id.0 as usize) {
                Some(map) => format!("map {}", map.name),
                None => "map ?".to_owned(),
            },
            ExprKind::Str(id) => match self.module.strings.get(id.0 as usize) {
                Some(text) => format!("{:?}", String::from_utf8_lossy(text)),
                None => "string ?".to_owned(),
            },
            ExprKind::Convert(value) => {
                format!("{}({})", Show(self.module, &expr.ty), self.expr(value))
            }
            ExprKind::NonNull(value) => format!("nonnull({})", self.expr(value)),
            ExprKind::Advance(pointer, by) => {
                format!("({} + {})", self.expr(pointer), self.expr(by))
            }
            ExprKind::InPacket(value) => format!("in_packet({})", self.expr(value)),
            ExprKind::Hidden(value) => format!("hidden({})", self.expr(value)),
            ExprKind::IsFound(value) => format!("found({})", self.expr(value)),
            ExprKind::Unary(op, value) => {
                let op = match op {
                    UnaryOp::Neg => "-",
                    UnaryOp::BitNot => "~",
                    UnaryOp::Not => "not ",
                    UnaryOp::Swap => "swap ",
                };
                format!("{op}{}", self.expr(value))
            }
            ExprKind::Binary(op, left, right) => {
                format!("({} {} {})", self.expr(left), binary_sign(*op), self.expr(right))
            }
            ExprKind::Compare(op, left, right) => {
                format!("({} {} {})", self.expr(left), compare_sign(*op), self.expr(right))
            }
            ExprKind::And(left, right) => {
                format!("({} and {})", self.expr(left), self.expr(right))
            }
            ExprKind::Or(left, right) => format!("({} or {})", self.expr(left), self.expr(right)),
            ExprKind::Select(test, yes, no) => {
                format!("({} if {} else {})", self.expr(yes), self.expr(test), self.expr(no))
            }
            ExprKind::Query(query) => match query.as_ref() {
                Query::Field(fact, place) => format!("{fact:?} of {}", self.place(place)),
                Query::Type(fact, id) => match self.module.structs.get(id.0 as usize) {
                    Some(laid) => format!("{fact:?} of {}", laid.name),
                    None => format!("{fact:?} of struct?"),
                },
                Query::EnumType(name) => format!("Exists of enum {name}"),
                Query::Enum(fact, of) => format!("{fact:?} of {}.{}", of.of, of.name),
            },
            ExprKind::Text(op) => self.text(op),
            ExprKind::Function(id) => match self.module.functions.get(id.0 as usize) {
                Some(function) => format!("&{}", function.name),
                None => "&function?".to_owned(),
            },
            ExprKind::Atomic(op, place, args) => {
                format!("atomic {op:?}({}, {})", self.place(place), self.args(args))
            }
            ExprKind::Extern(id) => format!("&{}", self.module.extern_(*id).name),
            ExprKind::Kfunc(id, args) => {
                format!("kfunc {}({})", self.module.extern_(*id).name, self.args(args))
            }
            ExprKind::Helper(id, args) => format!("helper {id}({})", self.args(args)),
            ExprKind::Call(id, args) => match self.module.functions.get(id.0 as usize) {
                Some(function) => format!("{}({})", function.name, self.args(args)),
                None => format!("function?({})", self.args(args)),
            },
            ExprKind::Sequence(stmts, value) => {
                let mut inner = String::new();
                let mut writer =
                    Writer { module: self.module, function: self.function, out: &mut inner };
                // Writing to a String does not fail.
                let _ = writer.block(stmts, 0);
                let steps = inner.trim_end().replace('\n', "; ");
                format!("{{{steps}; {}}}", self.expr(value))
            }
        }
    }
}

fn binary_sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::And => "&",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
    }
}

fn compare_sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}
