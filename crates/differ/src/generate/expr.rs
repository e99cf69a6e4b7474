//! Random expressions.

use super::{Cost, GIVEN, Generator};
use crate::rules::Scope;
use crate::scalar::Scalar;
use crate::tree::{Atomic, Base, Binary, Compare, Expr, Fold, Place, Type, Unary};

const BINARIES: [Binary; 10] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::Rem,
    Binary::And,
    Binary::Or,
    Binary::Xor,
    Binary::Shl,
    Binary::Shr,
];
const ATOMICS: [Atomic; 7] = [
    Atomic::Add,
    Atomic::Sub,
    Atomic::And,
    Atomic::Or,
    Atomic::Xor,
    Atomic::Exchange,
    Atomic::CompareExchange,
];
const COMPARES: [Compare; 6] =
    [Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge];
/// How often an expression that the language refuses is tried anew.
const TRIES: usize = 4;

impl Generator {
    /// An expression whose parts nest no deeper than `depth`.
    pub(super) fn expr(&mut self, depth: usize) -> Expr {
        for _ in 0..TRIES {
            let candidate = self.candidate(depth);
            if self.is_legal(&candidate) {
                return candidate;
            }
        }
        self.read()
    }

    /// An expression that is not constant.
    pub(super) fn at_run_time(&mut self, depth: usize) -> Expr {
        let expr = self.expr(depth);
        let scope = Scope { program: &self.program, function: &self.function };
        match scope.known(&expr) {
            Ok(known) if known.value.is_none() => expr,
            _ => self.read(),
        }
    }

    fn is_legal(&self, expr: &Expr) -> bool {
        Scope { program: &self.program, function: &self.function }.known(expr).is_ok()
    }

    fn read(&mut self) -> Expr {
        self.pay_work();
        match self.some_place() {
            Some(place) => Expr::Read(place),
            None => Expr::Given(self.random.below(GIVEN)),
        }
    }

    fn leaf(&mut self) -> Expr {
        match self.random.below(20) {
            0..=11 => self.read(),
            12 if !self.program.constants.is_empty() => {
                Expr::Constant(self.random.below(self.program.constants.len()))
            }
            13 => Expr::Given(self.random.below(GIVEN)),
            14 => self.boolean(),
            _ => {
                let value = Expr::Lit(self.random.literal());
                if self.random.percent(25) {
                    Expr::Unary(Unary::Neg, Box::new(value))
                } else {
                    value
                }
            }
        }
    }

    fn boxed(&mut self, depth: usize) -> Box<Expr> {
        Box::new(self.expr(depth))
    }

    fn some(&mut self, least: usize, depth: usize) -> Vec<Expr> {
        (0..least + self.random.below(2)).map(|_| self.expr(depth)).collect()
    }

    fn candidate(&mut self, depth: usize) -> Expr {
        let next = depth.saturating_sub(1);
        if depth == 0 || !self.affords(Cost { work: 8, choices: 2 }) {
            return self.leaf();
        }
        self.pay_work();
        match self.random.below(100) {
            0..=32 => self.operation(next),
            33..=39 => self.comparison(next),
            40..=46 => self.fold(next),
            47..=52 => {
                self.pay_choice();
                let test = Box::new(self.at_run_time(next));
                Expr::Choice(test, self.boxed(next), self.boxed(next))
            }
            53..=60 => Expr::Cast(self.scalar(), self.boxed(next)),
            61..=62 => Expr::Abs(Box::new(self.at_run_time(next))),
            63..=64 => {
                // Nothing to the power of 0 is left to compute at run time.
                let exponent = 1 + self.random.below(4) as u32;
                Expr::Power(Box::new(self.at_run_time(next)), exponent)
            }
            65..=67 => {
                self.pay_choice();
                let needle = Box::new(self.at_run_time(next));
                Expr::In(needle, self.some(1, next), self.random.percent(30))
            }
            68..=75 => self.call(next).unwrap_or_else(|| self.leaf()),
            76..=77 => self.element(next).unwrap_or_else(|| self.leaf()),
            78 => self.walrus(next).unwrap_or_else(|| self.leaf()),
            79 => self.atomic(next).unwrap_or_else(|| self.leaf()),
            80..=83 => self.map_read(next).unwrap_or_else(|| self.leaf()),
            84..=85 => self.map_result(next).unwrap_or_else(|| self.leaf()),
            86..=91 => {
                let op = self.random.pick(&[Unary::Neg, Unary::BitNot, Unary::Not]);
                Expr::Unary(op.unwrap_or(Unary::Neg), self.boxed(next))
            }
            _ => self.leaf(),
        }
    }

    pub(super) fn operator(&mut self) -> Binary {
        self.random.pick(&BINARIES).unwrap_or(Binary::Add)
    }

    /// Signed division is made of branches.
    pub(super) fn pay_operator(&mut self, op: Binary) {
        if matches!(op, Binary::Div | Binary::Rem) {
            self.pay(Cost { work: 8, choices: 3 });
        }
    }

    fn operation(&mut self, depth: usize) -> Expr {
        let op = self.operator();
        self.pay_operator(op);
        let left = self.boxed(depth);
        Expr::Binary(op, left, Box::new(self.right_operand(op, depth)))
    }

    /// The right operand: shifts are mostly by few bits.
    pub(super) fn right_operand(&mut self, op: Binary, depth: usize) -> Expr {
        if matches!(op, Binary::Shl | Binary::Shr) && self.random.percent(60) {
            return Expr::Lit(self.random.below(32) as i128);
        }
        self.expr(depth)
    }

    pub(super) fn comparison(&mut self, depth: usize) -> Expr {
        let first = Box::new(self.at_run_time(depth));
        let count = if self.random.percent(15) { 2 + self.random.below(2) } else { 1 };
        let mut rest = Vec::new();
        for _ in 0..count {
            self.pay_choice();
            let op = self.random.pick(&COMPARES).unwrap_or(Compare::Lt);
            rest.push((op, self.expr(depth)));
        }
        Expr::Compare(first, rest)
    }

    fn fold(&mut self, depth: usize) -> Expr {
        let op = self.random.pick(&[Fold::And, Fold::Or, Fold::Min, Fold::Max]);
        let mut all = vec![self.at_run_time(depth)];
        all.extend(self.some(1, depth));
        all.iter().for_each(|_| self.pay_choice());
        Expr::Fold(op.unwrap_or(Fold::And), all)
    }

    /// An array of numbers, and what they are.
    pub(super) fn some_array(&mut self) -> Option<(Place, Scalar)> {
        self.pay_choice();
        let arrays = self.arrays();
        match self.random.pick(&arrays)? {
            (place, Type::Array(ty, _)) => Some((place, ty)),
            _ => None,
        }
    }

    /// An index that may lie inside; one that cannot would be refused.
    pub(super) fn index(&mut self, depth: usize) -> Expr {
        let mask = self.random.pick(&[1, 3, 3, 3, 7, 15]).unwrap_or(3);
        let value = Box::new(self.at_run_time(depth));
        Expr::Binary(Binary::And, value, Box::new(Expr::Lit(mask)))
    }

    fn element(&mut self, depth: usize) -> Option<Expr> {
        let (array, _) = self.some_array()?;
        Some(Expr::Element(array, Box::new(self.index(depth))))
    }

    fn walrus(&mut self, depth: usize) -> Option<Expr> {
        let mut locals = self.writable();
        locals.retain(|(place, _)| matches!(place.base, Base::Var(_)) && place.path.is_empty());
        let (place, _) = self.random.pick(&locals)?;
        let Base::Var(var) = place.base else { return None };
        Some(Expr::Walrus(var, self.boxed(depth)))
    }

    fn atomic(&mut self, depth: usize) -> Option<Expr> {
        let mut places = self.writable();
        places.retain(|(place, ty)| !matches!(place.base, Base::Var(_)) && ty.bits() >= 32);
        let (place, _) = self.random.pick(&places)?;
        let op = self.random.pick(&ATOMICS)?;
        let mut operands = vec![self.expr(depth)];
        if op == Atomic::CompareExchange {
            operands.push(self.expr(depth));
        }
        Some(Expr::Atomic(op, place, operands))
    }

    /// A truth value, of type `bool`.
    pub(super) fn boolean(&mut self) -> Expr {
        match self.random.below(4) {
            0 => Expr::Bool(self.random.percent(50)),
            1 => Expr::Cast(Scalar::Bool, Box::new(self.at_run_time(1))),
            _ => self.comparison(1),
        }
    }

    /// A call of a function that gives a value.
    pub(super) fn call(&mut self, depth: usize) -> Option<Expr> {
        let functions = &self.program.functions;
        let giving: Vec<usize> =
            (0..functions.len()).filter(|&id| functions[id].ret.is_some()).collect();
        let id = self.random.pick(&giving)?;
        self.call_of(id, depth)
    }

    /// A call of a function, if it is not too much.
    pub(super) fn call_of(&mut self, id: usize, depth: usize) -> Option<Expr> {
        let cost = self.costs[id];
        if !self.affords(cost) {
            return None;
        }
        self.pay(cost);
        let params = self.program.functions[id].params;
        Some(Expr::Call(id, (0..params).map(|_| self.expr(depth)).collect()))
    }

    /// A map whose values are numbers, or any.
    pub(super) fn some_map(&mut self, numbers: bool, written: bool) -> Option<usize> {
        let maps = &self.program.maps;
        let fits: Vec<usize> = (0..maps.len())
            .filter(|&id| !numbers || matches!(maps[id].value, Type::Scalar(_)))
            // While an entry of a hash is held the hash stays as it is, and
            // functions may be called then.
            .filter(|id| !written || !maps[*id].hash || (self.is_main && !self.held.contains(id)))
            .collect();
        self.random.pick(&fits)
    }

    /// A key: few different ones, so that entries are met again.
    pub(super) fn key(&mut self, depth: usize) -> Expr {
        match self.random.below(20) {
            0..=6 => Expr::Lit(self.random.below(9) as i128),
            7 => self.expr(depth),
            _ => {
                let value = Box::new(self.at_run_time(depth));
                Expr::Binary(Binary::And, value, Box::new(Expr::Lit(7)))
            }
        }
    }

    fn map_read(&mut self, depth: usize) -> Option<Expr> {
        self.pay_choice();
        if self.random.percent(30) {
            let map = self.some_map(false, false)?;
            return Some(Expr::Has(map, Box::new(self.key(depth)), self.random.percent(30)));
        }
        let map = self.some_map(true, false)?;
        let key = Box::new(self.key(depth));
        Some(if self.random.percent(50) {
            Expr::Item(map, key)
        } else {
            Expr::Get(map, key, self.boxed(depth))
        })
    }

    pub(super) fn map_result(&mut self, depth: usize) -> Option<Expr> {
        if self.random.percent(30) {
            let map = self.some_map(false, true)?;
            // An array's entries are not deleted.
            let hash = self.program.maps[map].hash;
            return hash.then(|| Expr::Delete(map, Box::new(self.key(depth))));
        }
        let map = self.some_map(true, true)?;
        let (key, value) = (Box::new(self.key(depth)), self.boxed(depth));
        Some(Expr::Update(map, key, value, self.random.below(3) as u32))
    }
}
