//! Random statements.

use super::{Cost, Generator};
use crate::rules::{Known, Scope, binary};
use crate::scalar::Scalar;
use crate::tree::{Base, Binary, Counting, Declared, Expr, Found, Place, Stmt, Target, Type};

/// How deep expressions of statements nest.
const DEPTH: usize = 3;
/// Turns of nested loops together.
const MAX_TURNS: u64 = 16;

impl Generator {
    /// A block whose names end with it.
    pub(super) fn block(&mut self, statements: usize) -> Vec<Stmt> {
        let visible = self.visible.clone();
        let block = self.open_block(statements);
        self.visible = visible;
        block
    }

    /// A block whose names stay.
    pub(super) fn open_block(&mut self, statements: usize) -> Vec<Stmt> {
        let mut block = Vec::new();
        for _ in 0..statements {
            if !self.affords(Cost { work: 12, choices: 3 }) {
                break;
            }
            self.pay_work();
            block.extend(self.stmt());
        }
        if block.is_empty() {
            block.extend(self.declare());
        }
        block
    }

    fn stmt(&mut self) -> Option<Stmt> {
        match self.random.below(100) {
            0..=23 => self.declare(),
            24..=37 => self.assign(),
            38..=49 => self.augment(),
            50..=61 => Some(self.branch()),
            62..=69 => Some(self.count()),
            70..=72 => Some(self.matching()),
            73..=75 => self.map_assign(),
            76..=80 => self.map_augment(),
            81..=86 => self.look_up(),
            87..=88 => self.together(),
            89..=94 => self.struct_stmt(),
            95..=96 => self.put_or_remove(),
            _ => self.act(),
        }
    }

    /// A new local.
    fn declare(&mut self) -> Option<Stmt> {
        let value = self.expr(DEPTH);
        let scope = Scope { program: &self.program, function: &self.function };
        let given = scope.local(&value).ok()?;
        let (declared, ty) = match self.random.below(4) {
            0 | 1 => (Declared::Plain, given),
            2 => (Declared::Annotated, self.scalar()),
            // `c_bool(x)` is written as a cast.
            _ => (Declared::Constructed, self.scalar_but_bool()),
        };
        let var = self.new_var(Type::Scalar(ty));
        self.visible.push(var);
        Some(Stmt::Let(var, declared, value))
    }

    /// A place for a number, and a number for it.
    fn store(&mut self) -> Option<(Place, Expr)> {
        let places = self.writable();
        let (place, _) = self.random.pick(&places)?;
        Some((place, self.expr(DEPTH)))
    }

    fn assign(&mut self) -> Option<Stmt> {
        if self.random.percent(20)
            && let Some((array, _)) = self.some_array()
        {
            let index = self.index(DEPTH - 1);
            return Some(Stmt::Assign(Target::Element(array, index), self.expr(DEPTH)));
        }
        let (place, value) = self.store()?;
        Some(Stmt::Assign(Target::Place(place), value))
    }

    fn together(&mut self) -> Option<Stmt> {
        let pairs: Vec<_> = (0..2 + self.random.below(2)).filter_map(|_| self.store()).collect();
        (pairs.len() > 1).then_some(Stmt::Together(pairs))
    }

    /// An operator and an operand that a value of this type may have.
    fn change(&mut self, ty: Scalar) -> Option<(Binary, Expr)> {
        let op = self.operator();
        self.pay_operator(op);
        let value = self.right_operand(op, DEPTH - 1);
        let scope = Scope { program: &self.program, function: &self.function };
        let right = scope.known(&value).ok()?;
        binary(op, Known::of(ty), right).is_ok().then_some((op, value))
    }

    fn augment(&mut self) -> Option<Stmt> {
        if self.random.percent(20)
            && let Some((array, ty)) = self.some_array()
        {
            let index = self.index(DEPTH - 1);
            let (op, value) = self.change(ty)?;
            return Some(Stmt::Augment(Target::Element(array, index), op, value));
        }
        let places = self.writable();
        let (place, ty) = self.random.pick(&places)?;
        let (op, value) = self.change(ty)?;
        Some(Stmt::Augment(Target::Place(place), op, value))
    }

    fn branch(&mut self) -> Stmt {
        self.pay_choice();
        let test = self.at_run_time(DEPTH);
        let statements = 1 + self.random.below(3);
        let mut then = self.block(statements);
        match self.random.below(10) {
            0 | 1 if self.loops > 0 => {
                then.push(if self.random.percent(50) { Stmt::Break } else { Stmt::Continue });
            }
            2 => then.push(self.leave()),
            _ => {}
        }
        let statements = 1 + self.random.below(2);
        let orelse = if self.random.percent(40) { self.block(statements) } else { Vec::new() };
        Stmt::If(test, then, orelse)
    }

    fn leave(&mut self) -> Stmt {
        if self.is_main || self.function.ret.is_some() {
            return Stmt::Return(Some(self.at_run_time(2)));
        }
        Stmt::Return(None)
    }

    fn count(&mut self) -> Stmt {
        let most = (MAX_TURNS / self.turns).min(6) as usize;
        let count = self.random.below(most + 1) as i64;
        let step = self.random.pick(&[1, 1, 1, 2, 3, -1, -2, 5]).unwrap_or(1);
        let start = if self.random.percent(50) { 0 } else { self.random.below(12) as i64 - 4 };
        let range = [start, start + step * count, step];
        let outer = self.visible.clone();
        let again = outer.iter().copied().find(|&var| {
            let number = self.function.vars[var] == Type::Scalar(Scalar::I64);
            number && !self.counters.contains(&var) && self.random.percent(5)
        });
        let kind = self.random.below(10);
        let var =
            again.filter(|_| kind < 8).unwrap_or_else(|| self.new_var(Type::Scalar(Scalar::I64)));
        let stop = self.at_run_time(1);
        if kind >= 8 {
            self.counters.push(var);
        }
        let count = if kind == 7 { 3 } else { count };
        let turns = self.turns;
        self.turns = turns * count.max(1) as u64;
        self.loops += 1;
        self.visible.push(var);
        let statements = 1 + self.random.below(3);
        let body = self.block(statements);
        self.visible = outer;
        self.counters.retain(|&counter| counter != var);
        self.loops -= 1;
        self.turns = turns;
        let orelse = if self.random.percent(15) { self.block(1) } else { Vec::new() };
        match kind {
            7 => Stmt::ForTo(var, stop, 3, body, orelse),
            8.. => {
                let kinds = [Counting::Up, Counting::Down, Counting::Forever];
                let counting = self.random.pick(&kinds).unwrap_or(Counting::Up);
                Stmt::While(var, counting, count.max(1) as u32, body, orelse)
            }
            _ => Stmt::For(var, range, body, orelse),
        }
    }

    fn matching(&mut self) -> Stmt {
        let subject = self.at_run_time(DEPTH - 1);
        let mut known: Vec<i128> = Vec::new();
        let mut cases = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            self.pay_choice();
            let mut numbers = Vec::new();
            for _ in 0..1 + self.random.below(2) {
                let number = i128::from(self.random.below(12) as i32 - 2);
                if !known.contains(&number) {
                    known.push(number);
                    numbers.push(number);
                }
            }
            if !numbers.is_empty() {
                cases.push((numbers, self.block(1)));
            }
        }
        let orelse = if self.random.percent(60) { self.block(1) } else { Vec::new() };
        Stmt::Match(subject, cases, orelse)
    }

    fn map_assign(&mut self) -> Option<Stmt> {
        let map = self.some_map(true, true)?;
        let key = self.key(DEPTH - 1);
        Some(Stmt::Assign(Target::Item(map, key), self.expr(DEPTH)))
    }

    fn map_augment(&mut self) -> Option<Stmt> {
        let map = self.some_map(true, true)?;
        self.pay_choice();
        let Type::Scalar(ty) = self.program.maps[map].value else { return None };
        let key = self.key(DEPTH - 1);
        let (op, value) = self.change(ty)?;
        Some(Stmt::Augment(Target::Item(map, key), op, value))
    }

    fn may_write_held(&self, map: usize) -> bool {
        let declared = &self.program.maps[map];
        let numbers = declared.hash && matches!(declared.value, Type::Scalar(_));
        numbers && self.is_main && !self.held.contains(&map)
    }

    fn look_up(&mut self) -> Option<Stmt> {
        self.pay_choice();
        let map = self.some_map(false, false)?;
        let key = self.key(DEPTH - 1);
        let var = self.new_var(Type::Entry(map));
        let found = self.random.pick(&[Found::If, Found::IsNotNone, Found::IfNot])?;
        let outer = self.visible.clone();
        self.visible.push(var);
        // Written once while its entry is held: who holds it still sees the old value.
        let replaces = self.may_write_held(map) && self.random.percent(30);
        self.held.push(map);
        let first = replaces.then(|| {
            let target = Target::Item(map, key.clone());
            Stmt::Assign(target, self.expr(DEPTH - 1))
        });
        let statements = 1 + self.random.below(3);
        let mut then = self.block(statements);
        then.splice(0..0, first);
        self.held.pop();
        self.visible = outer;
        // `if not v:` needs a branch of its own.
        let wanted = found == Found::IfNot || self.random.percent(40);
        let orelse = if wanted { self.block(1) } else { Vec::new() };
        Some(Stmt::Lookup { var, map, key, found, then, orelse })
    }

    fn struct_stmt(&mut self) -> Option<Stmt> {
        let places = self.struct_places(None);
        match self.random.below(5) {
            0 | 1 => {
                let ty = self.a_struct()?;
                let fields = self.given_fields(&ty);
                let var = self.new_var(ty);
                self.visible.push(var);
                Some(Stmt::Make(var, fields))
            }
            2 | 3 => {
                let (from, ty) = self.random.pick(&places)?;
                let Type::Struct(id) = ty else { return None };
                let same = self.struct_places(Some(id));
                let (to, _) = self.random.pick(&same)?;
                (to != from).then_some(Stmt::Copy(to, from))
            }
            _ => {
                let (from, ty) = self.random.pick(&places)?;
                // A name for an entry is another pointer to it, and no copy.
                if matches!(from.base, Base::Entry(_)) && from.path.is_empty() {
                    return None;
                }
                let var = self.new_var(ty);
                self.visible.push(var);
                Some(Stmt::CopyOf(var, from))
            }
        }
    }

    /// Values for some of the numbers among a struct's fields.
    fn given_fields(&mut self, ty: &Type) -> Vec<(usize, Expr)> {
        let Type::Struct(id) = ty else { return Vec::new() };
        let fields = self.program.structs[*id].clone();
        let mut given = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            if matches!(field, Type::Scalar(_)) && self.random.percent(70) {
                given.push((index, self.expr(DEPTH - 1)));
            }
        }
        given
    }

    fn put_or_remove(&mut self) -> Option<Stmt> {
        let map = self.some_map(false, true)?;
        let key = self.key(DEPTH - 1);
        if let Type::Struct(id) = self.program.maps[map].value
            && self.random.percent(70)
        {
            let places = self.struct_places(Some(id));
            let (place, _) = self.random.pick(&places)?;
            return Some(Stmt::Put(map, key, place));
        }
        self.program.maps[map].hash.then_some(Stmt::Remove(map, key))
    }

    /// Something that is done for what it changes.
    fn act(&mut self) -> Option<Stmt> {
        if self.random.percent(30) {
            return self.map_result(DEPTH - 1).map(Stmt::Eval);
        }
        let count = self.program.functions.len();
        if count == 0 {
            return None;
        }
        let id = self.random.below(count);
        self.call_of(id, DEPTH - 1).map(Stmt::Eval)
    }
}
