//! Programs as C.
//!
//! C leaves the order open in which operands are evaluated. Where one of them
//! acts, each is put into a variable first, in Python's order.

use std::cell::Cell;

use crate::python::compare_sign;
use crate::rules::Scope;
use crate::scalar::Scalar;
use crate::text::Text;
use crate::tree::{
    Atomic, Base, Binary, Counting, Expr, Fold, Function, Map, Place, Program, Step, Stmt, Target,
    Type, Unary,
};
use crate::used::Used;

/// What every file begins with.
pub const PRELUDE: &str = include_str!("prelude.h");

/// How a file asks for it.
pub const INCLUDE: &str = "#include \"prelude.h\"\n";

/// A file with programs, each under a name that all its parts begin with.
pub fn file(programs: &[(String, &Program)]) -> String {
    let mut text = Text::starting(&format!("{INCLUDE}\n"));
    text.line("MAP(given, 2, u32, s64, 8);");
    for (name, program) in programs {
        Writer { name, program, function: None, text: &mut text, fresh: Cell::new(0) }.program();
    }
    text.line("");
    text.line("char LICENSE[] SEC(\"license\") = \"GPL\";");
    text.text
}

struct Writer<'a> {
    name: &'a str,
    program: &'a Program,
    function: Option<&'a Function>,
    text: &'a mut Text,
    /// How many temporaries there are.
    fresh: Cell<usize>,
}

impl<'a> Writer<'a> {
    fn program(&mut self) {
        let used = Used::of(self.program);
        let name = self.name;
        for &id in &used.structs {
            self.text.line("");
            self.text.line(format!("struct {name}_s{id} {{"));
            for (index, ty) in self.program.structs[id].iter().enumerate() {
                let field = self.declaration(ty, &format!("f{index}"));
                self.text.inside(|text| text.line(format!("{field};")));
            }
            self.text.line("};");
        }
        self.text.line("");
        for &id in &used.globals {
            let global = &self.program.globals[id];
            let init = if let Type::Scalar(ty) = global.ty {
                format!(" = {}", constant(global.init, ty))
            } else {
                String::new()
            };
            let global = self.declaration(&global.ty, &format!("{name}_g{id}"));
            self.text.line(format!("{global}{init};"));
        }
        for &id in &used.maps {
            self.map(&format!("m{id}"), &self.program.maps[id]);
        }
        if used.outs > 0 {
            let value = Type::Scalar(Scalar::I64);
            let max_entries = used.outs as u32;
            let key = Scalar::U32;
            self.map("out", &Map { hash: false, key, value, max_entries });
        }
        let main = self.program.functions.len() - 1;
        for &id in &used.functions {
            self.function(id, id == main);
        }
    }

    fn map(&mut self, name: &str, map: &Map) {
        let number = if map.hash { 1 } else { 2 };
        let (key, value) = (map.key.c_name(), self.type_name(&map.value));
        let (program, entries) = (self.name, map.max_entries);
        self.text.line(format!("MAP({program}_{name}, {number}, {key}, {value}, {entries});"));
    }

    fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(scalar) => scalar.c_name().to_owned(),
            Type::Struct(id) => format!("struct {}_s{id}", self.name),
            Type::Array(..) => unreachable!("arrays stand in declarations alone"),
            Type::Entry(map) => format!("{} *", self.type_name(&self.program.maps[*map].value)),
        }
    }

    fn declaration(&self, ty: &Type, name: &str) -> String {
        match ty {
            Type::Array(element, len) => format!("{} {name}[{len}]", element.c_name()),
            ty => format!("{} {name}", self.type_name(ty)),
        }
    }

    fn function(&mut self, id: usize, main: bool) {
        let function = &self.program.functions[id];
        self.function = Some(function);
        self.text.line("");
        if main {
            self.text.line("SEC(\"xdp\")");
            self.text.line(format!("int {}(void *ctx)", self.name));
        } else {
            let params: Vec<String> = function.vars[..function.params]
                .iter()
                .enumerate()
                .map(|(var, ty)| self.declaration(ty, &format!("v{var}")))
                .collect();
            let params = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
            let ret = function.ret.map_or("void", Scalar::c_name);
            let word = if function.noinline { "CALL" } else { "static" };
            self.text.line(format!("{word} {ret} {}_f{id}({params})", self.name));
        }
        self.text.line("{");
        for (var, ty) in function.vars.iter().enumerate().skip(function.params) {
            let zero = if matches!(ty, Type::Struct(_)) { "{}" } else { "0" };
            let local = self.declaration(ty, &format!("v{var}"));
            self.text.inside(|text| text.line(format!("{local} = {zero};")));
        }
        self.block(&function.body);
        if main {
            self.text.inside(|text| text.line("return 0;"));
        }
        self.text.line("}");
    }

    fn place(&self, place: &Place) -> String {
        let mut text = match place.base {
            Base::Var(var) => format!("v{var}"),
            Base::Global(global) => format!("{}_g{global}", self.name),
            Base::Entry(var) => format!("(*v{var})"),
        };
        for step in &place.path {
            match step {
                Step::Field(field) => text.push_str(&format!(".f{field}")),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    fn fresh(&self) -> String {
        self.fresh.set(self.fresh.get() + 1);
        format!("t{}", self.fresh.get())
    }

    fn block(&mut self, block: &[Stmt]) {
        self.text.inside(|text| {
            let (name, program, function) = (self.name, self.program, self.function);
            let mut inner = Writer { name, program, function, text, fresh: self.fresh.clone() };
            block.iter().for_each(|stmt| inner.stmt(stmt));
            self.fresh.set(inner.fresh.get());
        });
    }

    fn branch(&mut self, head: &str, block: &[Stmt]) {
        self.text.line(format!("{head} {{"));
        self.block(block);
        self.text.line("}");
    }

    fn orelse(&mut self, block: &[Stmt]) {
        if !block.is_empty() {
            self.branch("else", block);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let line = match stmt {
            Stmt::Let(var, _, value) => format!("v{var} = {};", self.expr(value)),
            Stmt::Make(var, fields) => return self.make(*var, fields),
            Stmt::CopyOf(var, place) => format!("v{var} = {};", self.place(place)),
            Stmt::Copy(to, from) => format!("{} = {};", self.place(to), self.place(from)),
            Stmt::Assign(Target::Place(place), value) => {
                format!("{} = {};", self.place(place), self.expr(value))
            }
            Stmt::Assign(Target::Item(map, key), value) => {
                // Python computes the value before the key.
                let held = self.fresh();
                let value = self.expr(value);
                let update = self.update(*map, &self.expr(key), &held, 0);
                format!("{{ __auto_type {held} = {value}; {update}; }}")
            }
            Stmt::Assign(Target::Element(place, index), value) => {
                // Here too, and a store outside is none.
                let (held, at) = (self.fresh(), self.fresh());
                let (value, index) = (self.expr(value), self.expr(index));
                let array = self.place(place);
                format!(
                    "{{ __auto_type {held} = {value}; u64 {at} = {index}; \
                     if ({at} < LENGTH({array})) {array}[{at}] = {held}; }}"
                )
            }
            Stmt::Together(pairs) => self.together(pairs),
            Stmt::Augment(target, op, value) => self.augment(target, *op, value),
            Stmt::Put(map, key, place) => {
                let (name, key_type) = (self.name, self.program.maps[*map].key.c_name());
                let (acts, held) = (key.acts(), self.fresh());
                let (key, place) = (self.expr(key), self.place(place));
                if acts {
                    let put = format!("PUT({name}_m{map}, {key_type}, {key}, {held})");
                    format!("{{ __auto_type {held} = {place}; {put}; }}")
                } else {
                    format!("PUT({name}_m{map}, {key_type}, {key}, {place});")
                }
            }
            Stmt::Remove(map, key) => self.delete(*map, key) + ";",
            Stmt::If(test, then, orelse) => {
                let head = format!("if ({})", self.expr(test));
                self.branch(&head, then);
                return self.orelse(orelse);
            }
            Stmt::For(var, range, body, orelse) => return self.count(*var, *range, body, orelse),
            Stmt::ForTo(var, stop, mask, body, orelse) => {
                let bound = self.fresh();
                self.text.line("{");
                self.text.inside(|text| text.line("int left = 0;"));
                let line = format!("s64 {bound} = {} & {mask};", self.expr(stop));
                self.text.inside(|text| text.line(line));
                return self.loop_of(*var, ("0", &bound, 1), body, orelse);
            }
            Stmt::While(var, counting, limit, body, orelse) => {
                return self.turns((*var, *counting, *limit), body, orelse);
            }
            Stmt::Match(subject, cases, orelse) => return self.choose(subject, cases, orelse),
            Stmt::Lookup { var, map, key, then, orelse, .. } => {
                self.text.line(format!("v{var} = {};", self.find(*map, key)));
                self.branch(&format!("if (v{var})"), then);
                return self.orelse(orelse);
            }
            // `else` of a loop is jumped over.
            Stmt::Break => "{ left = 1; break; }".to_owned(),
            Stmt::Continue => "continue;".to_owned(),
            Stmt::Return(None) => "return;".to_owned(),
            Stmt::Return(Some(value)) => format!("return {};", self.expr(value)),
            Stmt::Eval(value) => format!("{};", self.expr(value)),
            Stmt::Out(slot, value) => {
                let name = self.name;
                format!("UPDATE({name}_out, u32, s64, {slot}, {}, 0);", self.expr(value))
            }
        };
        self.text.line(line);
    }

    fn make(&mut self, var: usize, fields: &[(usize, Expr)]) {
        let name = self.fresh();
        let ty = self.function.map(|function| self.type_name(&function.vars[var]));
        let mut line = format!("{{ {} {name} = {{}}; ", ty.unwrap_or_default());
        for (field, value) in fields {
            line.push_str(&format!("{name}.f{field} = {}; ", self.expr(value)));
        }
        self.text.line(format!("{line}v{var} = {name}; }}"));
    }

    fn together(&self, pairs: &[(Place, Expr)]) -> String {
        let names: Vec<String> = pairs.iter().map(|_| self.fresh()).collect();
        let mut line = "{ ".to_owned();
        for (name, (_, value)) in names.iter().zip(pairs) {
            line.push_str(&format!("__auto_type {name} = {}; ", self.expr(value)));
        }
        for (name, (place, _)) in names.iter().zip(pairs) {
            line.push_str(&format!("{} = {name}; ", self.place(place)));
        }
        line + "}"
    }

    fn augment(&self, target: &Target, op: Binary, value: &Expr) -> String {
        match target {
            Target::Place(place) => {
                let (place, acts) = (self.place(place), value.acts());
                let value = self.expr(value);
                if !acts {
                    return format!("{place} = {};", operate(op, &place, &value));
                }
                let (old, new) = (self.fresh(), self.fresh());
                let sum = operate(op, &old, &new);
                format!(
                    "{{ __auto_type {old} = {place}; __auto_type {new} = {value}; {place} = {sum}; }}"
                )
            }
            Target::Element(place, index) => {
                let (at, old, new) = (self.fresh(), self.fresh(), self.fresh());
                let (array, index) = (self.place(place), self.expr(index));
                let (value, sum) = (self.expr(value), operate(op, &old, &new));
                format!(
                    "{{ u64 {at} = {index}; if ({at} < LENGTH({array})) {{ \
                     __auto_type {old} = {array}[{at}]; __auto_type {new} = {value}; \
                     {array}[{at}] = {sum}; }} }}"
                )
            }
            // The entry is read after the value was computed.
            Target::Item(map, key) => {
                let ty = self.type_name(&self.program.maps[*map].value);
                let key_type = self.program.maps[*map].key.c_name();
                let name = self.name;
                let (held, amount, entry) = (self.fresh(), self.fresh(), self.fresh());
                let (key, value) = (self.expr(key), self.expr(value));
                let changed = operate(op, &format!("*{entry}"), &amount);
                let first = operate(op, &format!("(({ty})0)"), &amount);
                let insert = self.update(*map, &held, &first, 0);
                format!(
                    "{{ {key_type} {held} = {key}; __auto_type {amount} = {value}; \
                     {ty} *{entry} = bpf_map_lookup_elem(&{name}_m{map}, &{held}); \
                     if ({entry}) *{entry} = {changed}; else {insert}; }}"
                )
            }
        }
    }

    fn count(&mut self, var: usize, [start, stop, step]: [i64; 3], body: &[Stmt], orelse: &[Stmt]) {
        self.text.line("{");
        self.text.inside(|text| text.line("int left = 0;"));
        let (start, stop) = (start.to_string(), stop.to_string());
        self.loop_of(var, (&start, &stop, step), body, orelse);
    }

    /// A loop over a range; its bounds are there already.
    fn loop_of(
        &mut self,
        var: usize,
        (start, stop, step): (&str, &str, i64),
        body: &[Stmt],
        orelse: &[Stmt],
    ) {
        let counter = self.fresh();
        let sign = if step > 0 { "<" } else { ">" };
        self.text.inside(|text| {
            text.line(format!(
                "for (s64 {counter} = {start}; {counter} {sign} {stop}; {counter} += {step}) {{"
            ));
            text.inside(|text| text.line(format!("v{var} = {counter};")));
        });
        self.end_of_loop(body, orelse);
    }

    fn end_of_loop(&mut self, body: &[Stmt], orelse: &[Stmt]) {
        self.block_inside(body);
        self.text.inside(|text| text.line("}"));
        if !orelse.is_empty() {
            self.text.inside(|text| text.line("if (!left) {"));
            self.block_inside(orelse);
            self.text.inside(|text| text.line("}"));
        }
        self.text.line("}");
    }

    fn turns(
        &mut self,
        (var, counting, limit): (usize, Counting, u32),
        body: &[Stmt],
        orelse: &[Stmt],
    ) {
        let (start, test, step) = match counting {
            Counting::Up => (0, format!("v{var} < {limit}"), "++"),
            Counting::Down => (limit, format!("v{var}"), "--"),
            Counting::Forever => (0, "1".to_owned(), "++"),
        };
        self.text.line("{");
        self.text.inside(|text| {
            text.line("int left = 0;");
            text.line(format!("v{var} = {start};"));
            text.line(format!("while ({test}) {{"));
            text.inside(|text| {
                if counting == Counting::Forever {
                    text.line(format!("if (v{var} >= {limit}) {{ left = 1; break; }}"));
                }
                text.line(format!("v{var}{step};"));
            });
        });
        self.end_of_loop(body, orelse);
    }

    fn choose(&mut self, subject: &Expr, cases: &[(Vec<i128>, Vec<Stmt>)], orelse: &[Stmt]) {
        let held = self.fresh();
        let subject = self.expr(subject);
        self.text.line("{");
        self.text.inside(|text| text.line(format!("__auto_type {held} = {subject};")));
        let mut word = "if";
        for (numbers, block) in cases {
            let tests: Vec<String> = numbers
                .iter()
                .map(|number| {
                    format!("{held} == {}", constant(*number, Scalar::of_literal(*number)))
                })
                .collect();
            let head = format!("{word} ({}) {{", tests.join(" || "));
            self.text.inside(|text| text.line(head));
            self.block_inside(block);
            self.text.inside(|text| text.line("}"));
            word = "else if";
        }
        self.text.inside(|text| text.line("else {"));
        self.block_inside(orelse);
        self.text.inside(|text| text.line("}"));
        self.text.line("}");
    }

    /// A block one step further in.
    fn block_inside(&mut self, block: &[Stmt]) {
        self.text.inside(|text| {
            let (name, program, function) = (self.name, self.program, self.function);
            let mut inner = Writer { name, program, function, text, fresh: self.fresh.clone() };
            inner.block(block);
            self.fresh.set(inner.fresh.get());
        });
    }

    fn find(&self, map: usize, key: &Expr) -> String {
        let (name, key_type) = (self.name, self.program.maps[map].key.c_name());
        format!("FIND({name}_m{map}, {key_type}, {})", self.expr(key))
    }

    fn update(&self, map: usize, key: &str, value: &str, flags: u32) -> String {
        let (name, key_type) = (self.name, self.program.maps[map].key.c_name());
        let ty = self.type_name(&self.program.maps[map].value);
        format!("UPDATE({name}_m{map}, {key_type}, {ty}, {key}, {value}, {flags})")
    }

    fn delete(&self, map: usize, key: &Expr) -> String {
        let (name, key_type) = (self.name, self.program.maps[map].key.c_name());
        format!("DELETE({name}_m{map}, {key_type}, {})", self.expr(key))
    }

    /// Operands joined by `join`, each computed before the next if one acts.
    fn in_order(&self, operands: &[&Expr], join: impl FnOnce(&[String]) -> String) -> String {
        let texts: Vec<String> = operands.iter().map(|operand| self.expr(operand)).collect();
        if operands.len() < 2 || !operands.iter().any(|operand| operand.acts()) {
            return join(&texts);
        }
        self.held(&texts, join)
    }

    /// The same, with every operand in a variable.
    fn held(&self, texts: &[String], join: impl FnOnce(&[String]) -> String) -> String {
        let names: Vec<String> = texts.iter().map(|_| self.fresh()).collect();
        let mut whole = "({ ".to_owned();
        for (name, text) in names.iter().zip(texts) {
            whole.push_str(&format!("__auto_type {name} = {text}; "));
        }
        format!("{whole}{}; }})", join(&names))
    }

    fn expr(&self, expr: &Expr) -> String {
        if let Some(text) = self.constant(expr) {
            return text;
        }
        let name = self.name;
        match expr {
            Expr::Lit(_) | Expr::Constant(_) => unreachable!("constants were written"),
            Expr::Bool(value) => format!("((_Bool){})", u8::from(*value)),
            Expr::Given(slot) => format!("GET(given, u32, s64, {slot}, 0)"),
            Expr::Read(place) => self.place(place),
            Expr::Unary(op, operand) => {
                let sign = match op {
                    Unary::Neg => "-",
                    Unary::BitNot => "~",
                    Unary::Not => "(_Bool)!",
                };
                format!("({sign}{})", self.expr(operand))
            }
            Expr::Binary(op, left, right) => {
                self.in_order(&[left, right], |texts| operate(*op, &texts[0], &texts[1]))
            }
            Expr::Power(base, exponent) => self.power(base, *exponent),
            Expr::Compare(first, rest) => self.compare(first, rest),
            Expr::In(needle, all, negated) => {
                let texts: Vec<String> =
                    std::iter::once(&**needle).chain(all).map(|part| self.expr(part)).collect();
                let sign = if *negated { "!" } else { "" };
                self.held(&texts, |names| {
                    let tests: Vec<String> =
                        names[1..].iter().map(|other| format!("{} == {other}", names[0])).collect();
                    format!("(_Bool){sign}({})", tests.join(" || "))
                })
            }
            Expr::Fold(op, all) => self.fold(*op, all),
            Expr::Choice(test, yes, no) => {
                format!("({} ? {} : {})", self.expr(test), self.expr(yes), self.expr(no))
            }
            Expr::Cast(ty, operand) => format!("(({}){})", ty.c_name(), self.expr(operand)),
            Expr::Abs(operand) => self.held(&[format!("+{}", self.expr(operand))], |names| {
                format!("{0} < 0 ? -{0} : {0}", names[0])
            }),
            Expr::Call(callee, args) => {
                let args: Vec<&Expr> = args.iter().collect();
                self.in_order(&args, |texts| format!("{name}_f{callee}({})", texts.join(", ")))
            }
            Expr::Item(map, key) => self.get(*map, &self.expr(key), "0"),
            Expr::Get(map, key, default) => self.get(*map, &self.expr(key), &self.expr(default)),
            Expr::Has(map, key, negated) => {
                let sign = if *negated { "!" } else { "!!" };
                format!("((_Bool){sign}{})", self.find(*map, key))
            }
            Expr::Update(map, key, value, flags) => {
                self.update(*map, &self.expr(key), &self.expr(value), *flags)
            }
            Expr::Delete(map, key) => self.delete(*map, key),
            Expr::Walrus(var, value) => format!("({{ v{var} = {}; v{var}; }})", self.expr(value)),
            Expr::Element(place, index) => {
                let (array, at) = (self.place(place), self.fresh());
                let index = self.expr(index);
                format!("({{ u64 {at} = {index}; {at} < LENGTH({array}) ? {array}[{at}] : 0; }})")
            }
            Expr::Atomic(op, place, operands) => {
                let (place, name) = (self.place(place), atomic_name(*op));
                let operands: Vec<&Expr> = operands.iter().collect();
                self.in_order(&operands, |texts| format!("{name}(&{place}, {})", texts.join(", ")))
            }
        }
    }

    /// What is constant is written as its value: constants alone are computed
    /// as Python does.
    fn constant(&self, expr: &Expr) -> Option<String> {
        let scope = Scope { program: self.program, function: self.function? };
        let known = scope.known(expr).ok()?;
        known.value.map(|value| constant(value, known.ty))
    }

    fn get(&self, map: usize, key: &str, missing: &str) -> String {
        let (name, key_type) = (self.name, self.program.maps[map].key.c_name());
        let ty = self.type_name(&self.program.maps[map].value);
        format!("GET({name}_m{map}, {key_type}, {ty}, {key}, {missing})")
    }

    fn power(&self, base: &Expr, exponent: u32) -> String {
        self.held(&[format!("+{}", self.expr(base))], |names| match exponent {
            0 => format!("(__typeof__({}))1", names[0]),
            _ => vec![names[0].clone(); exponent as usize].join(" * "),
        })
    }

    /// Each further operand is computed only if the comparisons before hold.
    fn compare(&self, first: &Expr, rest: &[(crate::tree::Compare, Expr)]) -> String {
        let [(op, second), rest @ ..] = rest else { return self.expr(first) };
        let sign = compare_sign(*op);
        if rest.is_empty() {
            return self.in_order(&[first, second], |texts| {
                format!("(_Bool)({} {sign} {})", texts[0], texts[1])
            });
        }
        let texts = [self.expr(first), self.expr(second)];
        self.held(&texts, |names| {
            format!("(_Bool)({} {sign} {} && {})", names[0], names[1], self.chain(&names[1], rest))
        })
    }

    fn chain(&self, left: &str, rest: &[(crate::tree::Compare, Expr)]) -> String {
        let [(op, operand), rest @ ..] = rest else { return "1".to_owned() };
        let sign = compare_sign(*op);
        self.held(&[self.expr(operand)], |names| {
            format!("{left} {sign} {} && {}", names[0], self.chain(&names[0], rest))
        })
    }

    fn fold(&self, op: Fold, all: &[Expr]) -> String {
        let mut texts = all.iter().map(|operand| self.expr(operand));
        let Some(first) = texts.next() else { return String::new() };
        texts.fold(first, |left, right| match op {
            Fold::And => self.held(&[left], |names| format!("{0} ? {right} : {0}", names[0])),
            Fold::Or => self.held(&[left], |names| format!("{0} ? {0} : {right}", names[0])),
            Fold::Min | Fold::Max => self.held(&[left, right], |names| {
                let sign = if op == Fold::Min { "<" } else { ">" };
                format!("{0} {sign} {1} ? {0} : {1}", names[0], names[1])
            }),
        })
    }
}

const fn atomic_name(op: Atomic) -> &'static str {
    match op {
        Atomic::Add => "__sync_fetch_and_add",
        Atomic::Sub => "__sync_fetch_and_sub",
        Atomic::And => "__sync_fetch_and_and",
        Atomic::Or => "__sync_fetch_and_or",
        Atomic::Xor => "__sync_fetch_and_xor",
        Atomic::Exchange => "__sync_lock_test_and_set",
        Atomic::CompareExchange => "__sync_val_compare_and_swap",
    }
}

fn operate(op: Binary, left: &str, right: &str) -> String {
    let sign = match op {
        Binary::Add => "+",
        Binary::Sub => "-",
        Binary::Mul => "*",
        Binary::Div => return format!("DIV({left}, {right})"),
        Binary::Rem => return format!("REM({left}, {right})"),
        Binary::And => "&",
        Binary::Or => "|",
        Binary::Xor => "^",
        Binary::Shl => return format!("SHL({left}, {right})"),
        Binary::Shr => return format!("SHR({left}, {right})"),
    };
    format!("({left} {sign} {right})")
}

/// A constant of just this type.
fn constant(value: i128, ty: Scalar) -> String {
    match ty {
        Scalar::I32 if value == i128::from(i32::MIN) => "(-2147483647 - 1)".to_owned(),
        Scalar::I64 if value == i128::from(i64::MIN) => "(-9223372036854775807LL - 1)".to_owned(),
        Scalar::I32 if value < 0 => format!("({value})"),
        Scalar::I32 => value.to_string(),
        Scalar::U32 => format!("{value}U"),
        Scalar::I64 => format!("({value}LL)"),
        Scalar::U64 => format!("{value}ULL"),
        narrow => format!("(({}){value})", narrow.c_name()),
    }
}
