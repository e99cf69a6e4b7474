//! Programs as Python.

use crate::text::Text;
use crate::tree::{
    Atomic, Base, Binary, Compare, Counting, Declared, Expr, Fold, Found, Function, Map, Place,
    Program, Step, Stmt, Target, Type, Unary,
};
use crate::used::{Used, stored_globals};

const HEAD: &str = "\
from ctypes import c_bool, c_int8, c_int16, c_int32, c_int64
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, map, section, struct
from pythonbpf.helper import atomic_add, atomic_and, atomic_cmpxchg, atomic_or, atomic_sub
from pythonbpf.helper import atomic_xchg, atomic_xor
from pythonbpf.maps import Array, HashMap


@bpf
@map
def given() -> Array:
    return Array(value=c_int64, max_entries=8)
";

const TAIL: &str = "

@bpf
@bpfglobal
def LICENSE() -> str:
    return \"GPL\"
";

/// A file with programs, each under a name that all its parts begin with.
pub fn file(programs: &[(String, &Program)]) -> String {
    let mut text = Text::starting(HEAD);
    for (name, program) in programs {
        Writer { name, program, text: &mut text }.program();
    }
    text.text.push_str(TAIL);
    text.text
}

struct Writer<'a> {
    name: &'a str,
    program: &'a Program,
    text: &'a mut Text,
}

impl Writer<'_> {
    fn definition(&mut self, decorators: &[&str]) {
        self.text.line("");
        self.text.line("");
        decorators.iter().for_each(|decorator| self.text.line(decorator));
    }

    fn program(&mut self) {
        let used = Used::of(self.program);
        for &index in &used.constants {
            let value = self.program.constants[index];
            self.text.line(format!("{}_C{index} = {value}", self.name));
        }
        for &id in &used.structs {
            self.definition(&["@bpf", "@struct"]);
            self.text.line(format!("class {}_s{id}:", self.name));
            for (index, ty) in self.program.structs[id].iter().enumerate() {
                let ty = self.type_name(ty);
                self.text.inside(|text| text.line(format!("f{index}: {ty}")));
            }
        }
        for &id in &used.globals {
            let global = &self.program.globals[id];
            let (ty, init) = (self.type_name(&global.ty), global.init);
            let init = if matches!(global.ty, Type::Scalar(_)) {
                init.to_string()
            } else {
                format!("{ty}()")
            };
            self.definition(&["@bpf", "@bpfglobal"]);
            self.text.line(format!("def {}_g{id}() -> {ty}:", self.name));
            self.text.inside(|text| text.line(format!("return {init}")));
        }
        for &id in &used.maps {
            self.map(&format!("m{id}"), &self.program.maps[id]);
        }
        if used.outs > 0 {
            let value = Type::Scalar(crate::scalar::Scalar::I64);
            let key = crate::scalar::Scalar::U32;
            let max_entries = used.outs as u32;
            self.map("out", &Map { hash: false, key, value, max_entries });
        }
        let main = self.program.functions.len() - 1;
        for &id in &used.functions {
            self.function(id, id == main);
        }
    }

    fn map(&mut self, name: &str, map: &Map) {
        let value = self.type_name(&map.value);
        let entries = map.max_entries;
        self.definition(&["@bpf", "@map"]);
        let (kind, key) = if map.hash {
            ("HashMap", format!("key={}, ", map.key.py_name()))
        } else {
            ("Array", String::new())
        };
        self.text.line(format!("def {}_{name}() -> {kind}:", self.name));
        let line = format!("return {kind}({key}value={value}, max_entries={entries})");
        self.text.inside(|text| text.line(line));
    }

    fn function(&mut self, id: usize, main: bool) {
        let function = &self.program.functions[id];
        if main {
            self.definition(&["@bpf", "@section(\"xdp\")"]);
            self.text.line(format!("def {}(ctx: c_void_p) -> c_int64:", self.name));
        } else {
            let params: Vec<String> = function.vars[..function.params]
                .iter()
                .enumerate()
                .map(|(var, ty)| format!("v{var}: {}", self.type_name(ty)))
                .collect();
            let ret = function.ret.map_or("None", crate::scalar::Scalar::py_name);
            self.definition(&["@bpf"]);
            let name = self.name;
            self.text.line(format!("def {name}_f{id}({}) -> {ret}:", params.join(", ")));
        }
        let globals: Vec<String> = stored_globals(&function.body)
            .into_iter()
            .map(|global| format!("{}_g{global}", self.name))
            .collect();
        if !globals.is_empty() {
            self.text.inside(|text| text.line(format!("global {}", globals.join(", "))));
        }
        self.block(function, &function.body);
    }

    fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(scalar) => scalar.py_name().to_owned(),
            Type::Array(element, len) => format!("{} * {len}", element.py_name()),
            Type::Struct(id) => format!("{}_s{id}", self.name),
            Type::Entry(_) => "c_void_p".to_owned(),
        }
    }

    fn place(&self, place: &Place, store: bool) -> String {
        let mut text = match place.base {
            Base::Var(var) => format!("v{var}"),
            Base::Global(global) => format!("{}_g{global}", self.name),
            Base::Entry(var) if place.path.is_empty() && store => format!("v{var}[0]"),
            Base::Entry(var) => format!("v{var}"),
        };
        for step in &place.path {
            match step {
                Step::Field(field) => text.push_str(&format!(".f{field}")),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Place(place) => self.place(place, true),
            Target::Item(map, key) => format!("{}_m{map}[{}]", self.name, self.expr(key)),
            Target::Element(place, index) => {
                format!("{}[{}]", self.place(place, false), self.expr(index))
            }
        }
    }

    fn block(&mut self, function: &Function, block: &[Stmt]) {
        self.text.inside(|text| {
            let mut inner = Writer { name: self.name, program: self.program, text };
            block.iter().for_each(|stmt| inner.stmt(function, stmt));
            if block.is_empty() {
                inner.text.line("pass");
            }
        });
    }

    fn branch(&mut self, head: &str, function: &Function, block: &[Stmt]) {
        self.text.line(head);
        self.block(function, block);
    }

    fn orelse(&mut self, function: &Function, block: &[Stmt]) {
        if !block.is_empty() {
            self.branch("else:", function, block);
        }
    }

    fn stmt(&mut self, function: &Function, stmt: &Stmt) {
        let line = match stmt {
            Stmt::Let(var, declared, value) => {
                let (value, ty) = (self.expr(value), self.type_name(&function.vars[*var]));
                match declared {
                    Declared::Plain => format!("v{var} = {value}"),
                    Declared::Annotated => format!("v{var}: {ty} = {value}"),
                    Declared::Constructed => format!("v{var} = {ty}({value})"),
                }
            }
            Stmt::Make(var, fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(field, value)| format!("f{field}={}", self.expr(value)))
                    .collect();
                let ty = self.type_name(&function.vars[*var]);
                format!("v{var} = {ty}({})", fields.join(", "))
            }
            Stmt::CopyOf(var, place) => format!("v{var} = {}", self.place(place, false)),
            Stmt::Copy(to, from) => {
                format!("{} = {}", self.place(to, true), self.place(from, false))
            }
            Stmt::Assign(target, value) => {
                format!("{} = {}", self.target(target), self.expr(value))
            }
            Stmt::Together(pairs) => {
                let targets: Vec<String> =
                    pairs.iter().map(|(place, _)| self.place(place, true)).collect();
                let values: Vec<String> = pairs.iter().map(|(_, value)| self.expr(value)).collect();
                format!("{} = {}", targets.join(", "), values.join(", "))
            }
            Stmt::Augment(target, op, value) => {
                format!("{} {}= {}", self.target(target), sign(*op), self.expr(value))
            }
            Stmt::Put(map, key, place) => {
                format!("{}_m{map}[{}] = {}", self.name, self.expr(key), self.place(place, false))
            }
            Stmt::Remove(map, key) => format!("del {}_m{map}[{}]", self.name, self.expr(key)),
            Stmt::If(test, then, orelse) => return self.choice(function, "if", test, then, orelse),
            Stmt::For(var, [start, stop, step], body, orelse) => {
                let range = match (start, step) {
                    (0, 1) => format!("{stop}"),
                    (_, 1) => format!("{start}, {stop}"),
                    _ => format!("{start}, {stop}, {step}"),
                };
                self.branch(&format!("for v{var} in range({range}):"), function, body);
                return self.orelse(function, orelse);
            }
            Stmt::ForTo(var, stop, mask, body, orelse) => {
                let head = format!("for v{var} in range({} & {mask}):", self.expr(stop));
                self.branch(&head, function, body);
                return self.orelse(function, orelse);
            }
            Stmt::While(var, counting, limit, body, orelse) => {
                return self.turns(function, (*var, *counting, *limit), body, orelse);
            }
            Stmt::Match(subject, cases, orelse) => {
                self.text.line(format!("match {}:", self.expr(subject)));
                let (name, program) = (self.name, self.program);
                self.text.inside(|text| {
                    let mut inner = Writer { name, program, text };
                    for (numbers, block) in cases {
                        let numbers: Vec<String> =
                            numbers.iter().map(ToString::to_string).collect();
                        let head = format!("case {}:", numbers.join(" | "));
                        inner.branch(&head, function, block);
                    }
                    inner.branch("case _:", function, orelse);
                });
                return;
            }
            Stmt::Lookup { var, map, key, found, then, orelse } => {
                self.text.line(format!("v{var} = {}_m{map}.lookup({})", self.name, self.expr(key)));
                let (test, then, orelse) = match found {
                    Found::If => (format!("if v{var}:"), then, orelse),
                    Found::IsNotNone => (format!("if v{var} is not None:"), then, orelse),
                    Found::IfNot => (format!("if not v{var}:"), orelse, then),
                };
                self.branch(&test, function, then);
                return self.orelse(function, orelse);
            }
            Stmt::Break => "break".to_owned(),
            Stmt::Continue => "continue".to_owned(),
            Stmt::Return(None) => "return".to_owned(),
            Stmt::Return(Some(value)) => format!("return {}", self.expr(value)),
            Stmt::Eval(value) => self.expr(value),
            Stmt::Out(slot, value) => format!("{}_out[{slot}] = {}", self.name, self.expr(value)),
        };
        self.text.line(line);
    }

    fn turns(
        &mut self,
        function: &Function,
        (var, counting, limit): (usize, Counting, u32),
        body: &[Stmt],
        orelse: &[Stmt],
    ) {
        let (start, head, step) = match counting {
            Counting::Up => (0, format!("while v{var} < {limit}:"), "+= 1"),
            Counting::Down => (limit, format!("while v{var}:"), "-= 1"),
            Counting::Forever => (0, "while True:".to_owned(), "+= 1"),
        };
        self.text.line(format!("v{var} = {start}"));
        self.text.line(head);
        self.text.inside(|text| {
            if counting == Counting::Forever {
                text.line(format!("if v{var} >= {limit}:"));
                text.inside(|text| text.line("break"));
            }
            text.line(format!("v{var} {step}"));
        });
        if !body.is_empty() {
            self.block(function, body);
        }
        self.orelse(function, orelse);
    }

    fn choice(
        &mut self,
        function: &Function,
        word: &str,
        test: &Expr,
        then: &[Stmt],
        orelse: &[Stmt],
    ) {
        let head = format!("{word} {}:", self.expr(test));
        self.branch(&head, function, then);
        match orelse {
            [Stmt::If(test, then, orelse)] => self.choice(function, "elif", test, then, orelse),
            _ => self.orelse(function, orelse),
        }
    }

    fn list(&self, exprs: &[Expr]) -> String {
        let texts: Vec<String> = exprs.iter().map(|expr| self.expr(expr)).collect();
        texts.join(", ")
    }

    /// An operand of arithmetic, where an entry reads as its number.
    fn operand(&self, expr: &Expr) -> String {
        match expr {
            Expr::Read(Place { base: Base::Entry(var), path }) if path.is_empty() => {
                format!("v{var}")
            }
            _ => self.expr(expr),
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        let name = self.name;
        match expr {
            Expr::Lit(value) => value.to_string(),
            Expr::Bool(true) => "True".to_owned(),
            Expr::Bool(false) => "False".to_owned(),
            Expr::Constant(index) => format!("{name}_C{index}"),
            Expr::Given(slot) => format!("given[{slot}]"),
            // As a test, an entry alone would ask whether it was found.
            Expr::Read(place) => self.place(place, true),
            Expr::Unary(op, operand) => {
                let sign = match op {
                    Unary::Neg => "-",
                    Unary::BitNot => "~",
                    Unary::Not => "not ",
                };
                format!("({sign}{})", self.expr(operand))
            }
            Expr::Binary(op, left, right) => {
                format!("({} {} {})", self.operand(left), sign(*op), self.operand(right))
            }
            Expr::Power(base, exponent) => format!("({} ** {exponent})", self.expr(base)),
            Expr::Compare(first, rest) => {
                let mut text = format!("({}", self.expr(first));
                for (op, operand) in rest {
                    text.push_str(&format!(" {} {}", compare_sign(*op), self.expr(operand)));
                }
                text + ")"
            }
            Expr::In(needle, all, negated) => {
                let word = if *negated { "not in" } else { "in" };
                format!("({} {word} ({},))", self.expr(needle), self.list(all))
            }
            Expr::Fold(op @ (Fold::And | Fold::Or), all) => {
                let word = if *op == Fold::And { " and " } else { " or " };
                let texts: Vec<String> = all.iter().map(|expr| self.expr(expr)).collect();
                format!("({})", texts.join(word))
            }
            Expr::Fold(Fold::Min, all) => format!("min({})", self.list(all)),
            Expr::Fold(Fold::Max, all) => format!("max({})", self.list(all)),
            Expr::Choice(test, yes, no) => {
                format!("({} if {} else {})", self.expr(yes), self.expr(test), self.expr(no))
            }
            Expr::Cast(ty, operand) => format!("{}({})", ty.py_name(), self.expr(operand)),
            Expr::Abs(operand) => format!("abs({})", self.expr(operand)),
            Expr::Call(callee, args) => format!("{name}_f{callee}({})", self.list(args)),
            Expr::Item(map, key) => format!("{name}_m{map}[{}]", self.expr(key)),
            Expr::Get(map, key, default) => {
                format!("{name}_m{map}.get({}, {})", self.expr(key), self.expr(default))
            }
            Expr::Has(map, key, negated) => {
                let word = if *negated { "not in" } else { "in" };
                format!("({} {word} {name}_m{map})", self.expr(key))
            }
            Expr::Update(map, key, value, flags) => {
                let (key, value) = (self.expr(key), self.expr(value));
                format!("{name}_m{map}.update({key}, {value}, flags={flags})")
            }
            Expr::Walrus(var, value) => format!("(v{var} := {})", self.expr(value)),
            Expr::Element(place, index) => {
                format!("{}[{}]", self.place(place, false), self.expr(index))
            }
            Expr::Atomic(op, place, operands) => {
                let (target, word) = (self.place(place, true), atomic_word(*op));
                format!("atomic_{word}({target}, {})", self.list(operands))
            }
            Expr::Delete(map, key) => format!("{name}_m{map}.delete({})", self.expr(key)),
        }
    }
}

const fn sign(op: Binary) -> &'static str {
    match op {
        Binary::Add => "+",
        Binary::Sub => "-",
        Binary::Mul => "*",
        Binary::Div => "//",
        Binary::Rem => "%",
        Binary::And => "&",
        Binary::Or => "|",
        Binary::Xor => "^",
        Binary::Shl => "<<",
        Binary::Shr => ">>",
    }
}

const fn atomic_word(op: Atomic) -> &'static str {
    match op {
        Atomic::Add => "add",
        Atomic::Sub => "sub",
        Atomic::And => "and",
        Atomic::Or => "or",
        Atomic::Xor => "xor",
        Atomic::Exchange => "xchg",
        Atomic::CompareExchange => "cmpxchg",
    }
}

/// The sign of a comparison, the same in both languages.
pub const fn compare_sign(op: Compare) -> &'static str {
    match op {
        Compare::Eq => "==",
        Compare::Ne => "!=",
        Compare::Lt => "<",
        Compare::Le => "<=",
        Compare::Gt => ">",
        Compare::Ge => ">=",
    }
}
