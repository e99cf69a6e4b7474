//! Random programs, legal by construction: every name is assigned before it
//! is read, every loop ends, and no constant expression is one that the
//! language refuses.

mod expr;
mod place;
mod stmt;

use crate::random::Random;
use crate::scalar::{self, Scalar};
use crate::tree::{Declared, Expr, Function, Global, Map, Program, Stmt, Type, Var};

/// How many numbers a run is given.
pub const GIVEN: usize = 8;
/// Statements and parts of expressions that one run may walk through.
const MAX_WORK: u64 = 1500;
/// Branches that one run may come by.
const MAX_CHOICES: u64 = 60;
/// The same for a function that others call.
const PART: u64 = 6;
/// Values kept at the end.
const MAX_OUTS: usize = 10;

/// What a piece of code costs the verifier.
#[derive(Clone, Copy, Default)]
struct Cost {
    work: u64,
    choices: u64,
}

/// The program so far, and what is known at the point that is written next.
struct Generator {
    random: Random,
    program: Program,
    costs: Vec<Cost>,
    function: Function,
    is_main: bool,
    /// The variables that are assigned here.
    visible: Vec<Var>,
    /// Loops around this point.
    loops: usize,
    /// How often this point is passed at the most.
    turns: u64,
    cost: Cost,
    /// What the loops around count, and nothing else changes.
    counters: Vec<Var>,
    /// Hashes of which an entry is held.
    held: Vec<usize>,
}

/// The program with number `index` of those that come from `seed`.
pub fn program(seed: u64, index: u64) -> Program {
    let mut generator = Generator {
        random: Random::new(seed, index),
        program: Program::default(),
        costs: Vec::new(),
        function: Function::default(),
        is_main: false,
        visible: Vec::new(),
        loops: 0,
        turns: 1,
        cost: Cost::default(),
        counters: Vec::new(),
        held: Vec::new(),
    };
    generator.declarations();
    for _ in 0..generator.random.below(4) {
        generator.helper_function();
    }
    generator.main_function();
    generator.program
}

impl Generator {
    fn declarations(&mut self) {
        for _ in 0..self.random.below(4) {
            let value = self.random.literal();
            let value = if self.random.percent(30) { -value } else { value };
            self.program.constants.push(value.max(i128::from(i64::MIN)));
        }
        for _ in 0..self.random.below(3) {
            let fields = (0..1 + self.random.below(4)).map(|_| self.field_type()).collect();
            self.program.structs.push(fields);
        }
        for _ in 0..self.random.below(4) {
            let global = self.global();
            self.program.globals.push(global);
        }
        for _ in 0..self.random.below(4) {
            let map = self.map();
            self.program.maps.push(map);
        }
    }

    fn scalar(&mut self) -> Scalar {
        self.random.pick(&scalar::ALL).unwrap_or(Scalar::I64)
    }

    fn a_struct(&mut self) -> Option<Type> {
        let count = self.program.structs.len();
        (count > 0).then(|| Type::Struct(self.random.below(count)))
    }

    fn field_type(&mut self) -> Type {
        match self.random.below(10) {
            0 | 1 => Type::Array(self.scalar_but_bool(), 1 + self.random.below(4) as u32),
            2 => self.a_struct().unwrap_or(Type::Scalar(Scalar::I64)),
            _ => Type::Scalar(self.scalar()),
        }
    }

    fn scalar_but_bool(&mut self) -> Scalar {
        self.random.pick(&scalar::ALL[..8]).unwrap_or(Scalar::I64)
    }

    fn scalar_or_struct(&mut self) -> Type {
        let scalar = Type::Scalar(self.scalar_but_bool());
        if self.random.percent(30) { self.a_struct().unwrap_or(scalar) } else { scalar }
    }

    fn global(&mut self) -> Global {
        let ty = self.scalar_or_struct();
        let init = match ty {
            Type::Scalar(scalar) if self.random.percent(60) => scalar.wrap(self.random.literal()),
            _ => 0,
        };
        Global { ty, init }
    }

    fn map(&mut self) -> Map {
        let hash = self.random.percent(60);
        let key = if hash { self.scalar_but_bool() } else { Scalar::U32 };
        let max_entries = if hash { 64 } else { 1 + self.random.below(8) as u32 };
        Map { hash, key, value: self.scalar_or_struct(), max_entries }
    }

    fn start_function(&mut self, is_main: bool) {
        self.function = Function { noinline: self.random.percent(50), ..Function::default() };
        self.is_main = is_main;
        self.visible.clear();
        self.cost = Cost::default();
    }

    fn helper_function(&mut self) {
        self.start_function(false);
        for _ in 0..self.random.below(6) {
            let ty = Type::Scalar(self.scalar());
            let var = self.new_var(ty);
            self.visible.push(var);
        }
        self.function.params = self.function.vars.len();
        let ret = self.scalar();
        self.function.ret = self.random.percent(85).then_some(ret);
        let statements = 1 + self.random.below(4);
        let mut body = self.block(statements);
        if self.function.ret.is_some() {
            body.push(Stmt::Return(Some(self.expr(3))));
        }
        self.function.body = body;
        self.program.functions.push(std::mem::take(&mut self.function));
        self.costs.push(self.cost);
    }

    fn main_function(&mut self) {
        self.start_function(true);
        let mut body = Vec::new();
        for _ in 0..2 + self.random.below(5) {
            let value = Expr::Given(self.random.below(GIVEN));
            let (declared, ty) = match self.random.below(4) {
                0 => (Declared::Plain, Scalar::I64),
                1 => (Declared::Constructed, self.scalar_but_bool()),
                _ => (Declared::Annotated, self.scalar()),
            };
            let var = self.new_var(Type::Scalar(ty));
            self.visible.push(var);
            body.push(Stmt::Let(var, declared, value));
        }
        let statements = 4 + self.random.below(10);
        body.extend(self.open_block(statements));
        body.extend(self.outs());
        body.push(Stmt::Return(Some(self.at_run_time(2))));
        self.function.body = body;
        self.program.functions.push(std::mem::take(&mut self.function));
    }

    /// What the comparison sees in the end: all that is still known.
    fn outs(&mut self) -> Vec<Stmt> {
        let mut places = self.readable();
        while places.len() > MAX_OUTS {
            let index = self.random.below(places.len());
            places.remove(index);
        }
        let reads = places.into_iter().enumerate();
        reads.map(|(slot, (place, _))| Stmt::Out(slot, Expr::Read(place))).collect()
    }

    fn new_var(&mut self, ty: Type) -> Var {
        self.function.vars.push(ty);
        self.function.vars.len() - 1
    }

    /// Whether something that costs this much more may still be written.
    fn affords(&self, more: Cost) -> bool {
        let part = if self.is_main { 1 } else { PART };
        self.cost.work + more.work * self.turns < MAX_WORK / part
            && self.cost.choices + more.choices * self.turns < MAX_CHOICES / part
    }

    fn pay(&mut self, more: Cost) {
        self.cost.work += more.work * self.turns;
        self.cost.choices += more.choices * self.turns;
    }

    fn pay_work(&mut self) {
        self.pay(Cost { work: 1, choices: 0 });
    }

    fn pay_choice(&mut self) {
        self.pay(Cost { work: 1, choices: 1 });
    }
}
