//! Whether a program that was made smaller is still one that the language
//! allows.

use crate::rules::{Known, Refused, Scope, binary};
use crate::scalar::Scalar;
use crate::tree::{Base, Declared, Expr, Function, Place, Program, Stmt, Target, Type, Var};

/// Makes the types of locals those of their first values, and checks the rest.
pub fn settle(program: &mut Program) -> Result<(), Refused> {
    let main = program.functions.len().checked_sub(1).ok_or(Refused)?;
    for id in 0..=main {
        let mut function = program.functions[id].clone();
        let body = function.body.clone();
        let mut walk = Walk {
            program,
            visible: (0..function.params).collect(),
            function: &mut function,
            is_main: id == main,
            counters: Vec::new(),
            loops: 0,
        };
        walk.block(&body)?;
        let returns = matches!(body.last(), Some(Stmt::Return(Some(_))));
        if !returns && (id == main || function.ret.is_some()) {
            return Err(Refused);
        }
        program.functions[id] = function;
    }
    Ok(())
}

struct Walk<'a> {
    program: &'a Program,
    function: &'a mut Function,
    is_main: bool,
    visible: Vec<Var>,
    /// What the loops around count.
    counters: Vec<Var>,
    loops: usize,
}

impl Walk<'_> {
    fn block(&mut self, block: &[Stmt]) -> Result<(), Refused> {
        let mut left = false;
        for stmt in block {
            // The rest would be unreachable.
            if left {
                return Err(Refused);
            }
            stmt.exprs().into_iter().try_for_each(|expr| self.expr(expr))?;
            self.stmt(stmt)?;
            left = matches!(stmt, Stmt::Break | Stmt::Continue | Stmt::Return(_));
        }
        Ok(())
    }

    fn inner(&mut self, block: &[Stmt], more: Option<Var>) -> Result<(), Refused> {
        let visible = self.visible.clone();
        self.visible.extend(more);
        let result = self.block(block);
        self.visible = visible;
        result
    }

    fn scope(&self) -> Scope<'_> {
        Scope { program: self.program, function: self.function }
    }

    fn place(&self, place: &Place) -> Result<Type, Refused> {
        if let Base::Var(var) | Base::Entry(var) = place.base
            && !self.visible.contains(&var)
        {
            return Err(Refused);
        }
        self.program.place_type(self.function, place).ok_or(Refused)
    }

    fn expr(&self, expr: &Expr) -> Result<(), Refused> {
        self.scope().known(expr)?;
        self.reads(expr)
    }

    fn reads(&self, expr: &Expr) -> Result<(), Refused> {
        match expr {
            Expr::Read(place) | Expr::Element(place, _) | Expr::Atomic(_, place, _) => {
                self.place(place)?;
            }
            Expr::Walrus(var, _) => self.writable(&Place::of(Base::Var(*var)))?,
            _ => {}
        }
        expr.parts().into_iter().try_for_each(|part| self.reads(part))
    }

    fn is_constant(&self, expr: &Expr) -> bool {
        self.scope().known(expr).is_ok_and(|known| known.value.is_some())
    }

    /// A number stored where a number is.
    fn store(&self, place: &Place, value: &Expr) -> Result<(), Refused> {
        self.writable(place)?;
        self.scope().known(value).map(|_| ())
    }

    /// A number that may be stored to; what a `while` counts may not.
    fn writable(&self, place: &Place) -> Result<(), Refused> {
        let counts = matches!(place.base, Base::Var(var) if self.counters.contains(&var));
        match self.place(place)? {
            Type::Scalar(_) if !counts => Ok(()),
            _ => Err(Refused),
        }
    }

    fn element(&self, place: &Place, index: &Expr) -> Result<Scalar, Refused> {
        match self.place(place)? {
            Type::Array(ty, _) if !self.is_constant(index) => Ok(ty),
            _ => Err(Refused),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<(), Refused> {
        match stmt {
            Stmt::Let(var, declared, value) => {
                if *declared == Declared::Plain {
                    let ty = self.scope().local(value)?;
                    self.function.vars[*var] = Type::Scalar(ty);
                }
                self.visible.push(*var);
            }
            Stmt::Make(var, _) => self.visible.push(*var),
            Stmt::CopyOf(var, from) => {
                self.place(from)?;
                self.visible.push(*var);
            }
            Stmt::Copy(to, from) => same(&self.place(to)?, &self.place(from)?)?,
            Stmt::Assign(Target::Place(place), value) => self.store(place, value)?,
            Stmt::Assign(Target::Element(place, index), _) => {
                self.element(place, index)?;
            }
            Stmt::Together(pairs) => {
                pairs.iter().try_for_each(|(place, value)| self.store(place, value))?;
            }
            Stmt::Augment(target, op, value) => {
                let ty = match target {
                    Target::Place(place) => {
                        self.writable(place)?;
                        self.place(place)?
                    }
                    Target::Element(place, index) => Type::Scalar(self.element(place, index)?),
                    Target::Item(map, _) => self.program.maps[*map].value.clone(),
                };
                let Type::Scalar(ty) = ty else { return Err(Refused) };
                let old = Known::of(ty);
                binary(*op, old, self.scope().known(value)?)?;
            }
            Stmt::Put(map, _, place) => {
                same(&self.place(place)?, &self.program.maps[*map].value)?;
            }
            Stmt::If(_, then, orelse) => {
                self.inner(then, None)?;
                self.inner(orelse, None)?;
            }
            Stmt::ForTo(var, stop, _, body, orelse) => {
                if self.is_constant(stop) || self.counters.contains(var) {
                    return Err(Refused);
                }
                self.turns(*var, body, orelse)?;
            }
            Stmt::For(var, _, body, orelse) => {
                if self.counters.contains(var) {
                    return Err(Refused);
                }
                self.turns(*var, body, orelse)?;
            }
            Stmt::While(var, _, _, body, orelse) => {
                self.counters.push(*var);
                let result = self.turns(*var, body, orelse);
                self.counters.pop();
                result?;
            }
            Stmt::Match(subject, cases, orelse) => {
                if self.is_constant(subject) {
                    return Err(Refused);
                }
                cases.iter().try_for_each(|(_, block)| self.inner(block, None))?;
                self.inner(orelse, None)?;
            }
            Stmt::Lookup { var, then, orelse, .. } => {
                self.inner(then, Some(*var))?;
                self.inner(orelse, None)?;
            }
            Stmt::Break | Stmt::Continue if self.loops == 0 => return Err(Refused),
            Stmt::Return(value) => self.returned(value.as_ref())?,
            _ => {}
        }
        Ok(())
    }

    fn turns(&mut self, var: Var, body: &[Stmt], orelse: &[Stmt]) -> Result<(), Refused> {
        self.loops += 1;
        let result = self.inner(body, Some(var));
        self.loops -= 1;
        result?;
        self.inner(orelse, None)
    }

    fn returned(&self, value: Option<&Expr>) -> Result<(), Refused> {
        let wanted = self.is_main || self.function.ret.is_some();
        match value {
            // A constant would have to be one of the hook's.
            Some(value) if self.is_main && self.is_constant(value) => Err(Refused),
            value if value.is_some() == wanted => Ok(()),
            _ => Err(Refused),
        }
    }
}

fn same(one: &Type, two: &Type) -> Result<(), Refused> {
    if one == two { Ok(()) } else { Err(Refused) }
}

#[cfg(test)]
mod tests {
    use super::settle;
    use crate::{c, generate, python};

    #[test]
    fn what_is_generated_is_allowed_and_the_same_each_time() {
        for index in 0..300 {
            let program = generate::program(7, index);
            let mut settled = program.clone();
            assert!(settle(&mut settled).is_ok(), "program {index}");
            let again = generate::program(7, index);
            for write in [python::file, c::file] {
                let text = write(&[("p".to_owned(), &program)]);
                assert_eq!(text, write(&[("p".to_owned(), &again)]), "program {index}");
                assert_eq!(text, write(&[("p".to_owned(), &settled)]), "program {index}");
            }
        }
    }
}
