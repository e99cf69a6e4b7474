//! Which parts of a program its main function reaches: only these are written.

use std::collections::BTreeSet;

use crate::tree::{Base, Expr, Function, Place, Program, Stmt, Target, Type};

/// The parts by their index.
#[derive(Default)]
pub struct Used {
    pub constants: BTreeSet<usize>,
    pub structs: BTreeSet<usize>,
    pub globals: BTreeSet<usize>,
    pub maps: BTreeSet<usize>,
    pub functions: BTreeSet<usize>,
    /// How many values are kept with [`Stmt::Out`].
    pub outs: usize,
}

impl Used {
    pub fn of(program: &Program) -> Self {
        let mut used = Self::default();
        if let Some(main) = program.functions.len().checked_sub(1) {
            used.function(program, main);
        }
        used
    }

    fn function(&mut self, program: &Program, id: usize) {
        if !self.functions.insert(id) {
            return;
        }
        let function = &program.functions[id];
        function.vars[..function.params].iter().for_each(|ty| self.ty(program, ty));
        self.block(program, function, &function.body);
    }

    fn ty(&mut self, program: &Program, ty: &Type) {
        if let Type::Struct(id) = ty
            && self.structs.insert(*id)
        {
            program.structs[*id].iter().for_each(|field| self.ty(program, field));
        }
    }

    fn map(&mut self, program: &Program, map: usize) {
        self.maps.insert(map);
        self.ty(program, &program.maps[map].value);
    }

    fn block(&mut self, program: &Program, function: &Function, block: &[Stmt]) {
        for stmt in block {
            self.stmt(program, function, stmt);
            stmt.exprs().into_iter().for_each(|expr| self.expr(program, expr));
            stmt.blocks().into_iter().for_each(|inner| self.block(program, function, inner));
        }
    }

    fn stmt(&mut self, program: &Program, function: &Function, stmt: &Stmt) {
        match stmt {
            Stmt::Make(var, _) => self.ty(program, &function.vars[*var]),
            Stmt::CopyOf(var, place) => {
                self.ty(program, &function.vars[*var]);
                self.place(program, place);
            }
            Stmt::Copy(to, from) => {
                self.place(program, to);
                self.place(program, from);
            }
            Stmt::Assign(target, _) | Stmt::Augment(target, ..) => match target {
                Target::Place(place) => self.place(program, place),
                Target::Item(map, _) => self.map(program, *map),
                Target::Element(place, _) => self.place(program, place),
            },
            Stmt::Together(pairs) => {
                pairs.iter().for_each(|(place, _)| self.place(program, place));
            }
            Stmt::Put(map, _, place) => {
                self.map(program, *map);
                self.place(program, place);
            }
            Stmt::Remove(map, _) | Stmt::Lookup { map, .. } => self.map(program, *map),
            Stmt::Out(slot, _) => self.outs = self.outs.max(slot + 1),
            _ => {}
        }
    }

    fn place(&mut self, program: &Program, place: &Place) {
        if let Base::Global(global) = place.base {
            self.globals.insert(global);
            self.ty(program, &program.globals[global].ty);
        }
    }

    fn expr(&mut self, program: &Program, expr: &Expr) {
        match expr {
            Expr::Constant(index) => {
                self.constants.insert(*index);
            }
            Expr::Read(place) | Expr::Element(place, _) | Expr::Atomic(_, place, _) => {
                self.place(program, place);
            }
            Expr::Call(callee, _) => self.function(program, *callee),
            Expr::Item(map, _)
            | Expr::Get(map, ..)
            | Expr::Has(map, ..)
            | Expr::Update(map, ..)
            | Expr::Delete(map, _) => self.map(program, *map),
            _ => {}
        }
        expr.parts().into_iter().for_each(|part| self.expr(program, part));
    }
}

/// The globals that a function stores to.
pub fn stored_globals(block: &[Stmt]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for stmt in block {
        let places: Vec<&Place> = match stmt {
            Stmt::Copy(to, _) => vec![to],
            Stmt::Assign(Target::Place(place) | Target::Element(place, _), _)
            | Stmt::Augment(Target::Place(place) | Target::Element(place, _), ..) => vec![place],
            Stmt::Together(pairs) => pairs.iter().map(|(place, _)| place).collect(),
            _ => Vec::new(),
        };
        for place in places {
            if let Base::Global(global) = place.base {
                found.insert(global);
            }
        }
        stmt.exprs().into_iter().for_each(|expr| atomic_globals(expr, &mut found));
        for inner in stmt.blocks() {
            found.extend(stored_globals(inner));
        }
    }
    found
}

fn atomic_globals(expr: &Expr, found: &mut BTreeSet<usize>) {
    if let Expr::Atomic(_, Place { base: Base::Global(global), .. }, _) = expr {
        found.insert(*global);
    }
    expr.parts().into_iter().for_each(|part| atomic_globals(part, found));
}
