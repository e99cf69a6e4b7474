//! Smaller programs that fail the same way: statements are left out, blocks
//! take the place of the statement around them, expressions give way to their
//! parts or to a literal.

use std::time::{Duration, Instant};

use crate::tree::{Expr, Program, Stmt};
use crate::valid::settle;

/// Programs tried at the most.
const MAX_TRIALS: usize = 1500;
/// Time spent at the most: programs that the verifier refuses late are slow.
const MAX_TIME: Duration = Duration::from_secs(90);

/// One change. Blocks and expressions are numbered as they are met.
#[derive(Clone, Copy, Debug)]
enum Edit {
    /// Leave out so many statements of a block from this one on.
    Remove { block: usize, from: usize, count: usize },
    /// Put one of its blocks in the place of a statement.
    Unwrap { block: usize, at: usize, inner: usize },
    /// Put a part of it, or `0` or `1`, in the place of an expression.
    Simplify { expr: usize, to: usize },
}

/// The smallest program found for which `fails` still holds.
pub fn reduce(program: &Program, mut fails: impl FnMut(&Program) -> bool) -> Program {
    let start = Instant::now();
    let mut best = program.clone();
    let (mut at, mut progress, mut trials) = (0, false, 0);
    loop {
        let edits = edits(&mut best);
        let Some(edit) = edits.get(at) else {
            if !progress {
                return best;
            }
            (at, progress) = (0, false);
            continue;
        };
        let mut smaller = best.clone();
        apply(&mut smaller, *edit);
        if settle(&mut smaller).is_err() {
            at += 1;
            continue;
        }
        trials += 1;
        if trials > MAX_TRIALS || start.elapsed() > MAX_TIME {
            return best;
        }
        if fails(&smaller) {
            (best, progress) = (smaller, true);
        } else {
            at += 1;
        }
    }
}

/// Calls `each` with every block, outer ones first.
fn each_block(program: &mut Program, each: &mut dyn FnMut(&mut Vec<Stmt>)) {
    fn walk(block: &mut Vec<Stmt>, each: &mut dyn FnMut(&mut Vec<Stmt>)) {
        each(block);
        for stmt in block {
            stmt.blocks_mut().into_iter().for_each(|inner| walk(inner, each));
        }
    }
    program.functions.iter_mut().rev().for_each(|function| walk(&mut function.body, each));
}

/// Calls `each` with every expression, outer ones first.
fn each_expr(program: &mut Program, each: &mut dyn FnMut(&mut Expr)) {
    fn walk(expr: &mut Expr, each: &mut dyn FnMut(&mut Expr)) {
        each(expr);
        expr.parts_mut().into_iter().for_each(|part| walk(part, each));
    }
    each_block(program, &mut |block| {
        for stmt in block {
            stmt.exprs_mut().into_iter().for_each(|expr| walk(expr, each));
        }
    });
}

/// All changes, those that leave out most first.
fn edits(program: &mut Program) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut block = 0;
    each_block(program, &mut |stmts| {
        let mut count = stmts.len();
        while count > 0 {
            let starts = (0..stmts.len()).step_by(count);
            edits.extend(starts.map(|from| Edit::Remove { block, from, count }));
            count /= 2;
        }
        for (at, stmt) in stmts.iter().enumerate() {
            let inner = 0..stmt.blocks().len();
            edits.extend(inner.map(|inner| Edit::Unwrap { block, at, inner }));
        }
        block += 1;
    });
    let mut number = 0;
    each_expr(program, &mut |expr| {
        if !matches!(expr, Expr::Lit(_) | Expr::Bool(_)) {
            let choices = 0..expr.parts().len() + 2;
            edits.extend(choices.map(|to| Edit::Simplify { expr: number, to }));
        }
        number += 1;
    });
    edits
}

fn apply(program: &mut Program, edit: Edit) {
    let mut number = 0;
    match edit {
        Edit::Remove { block, from, count } => each_block(program, &mut |stmts| {
            if number == block {
                let end = (from + count).min(stmts.len());
                stmts.drain(from..end);
            }
            number += 1;
        }),
        Edit::Unwrap { block, at, inner } => each_block(program, &mut |stmts| {
            if number == block {
                let mut whole = stmts.remove(at);
                let parts = whole.blocks_mut().into_iter().nth(inner).map(std::mem::take);
                stmts.splice(at..at, parts.unwrap_or_default());
            }
            number += 1;
        }),
        Edit::Simplify { expr, to } => each_expr(program, &mut |found| {
            if number == expr {
                *found = simpler(found, to);
            }
            number += 1;
        }),
    }
}

fn simpler(expr: &Expr, to: usize) -> Expr {
    match to {
        0 | 1 => Expr::Lit(to as i128),
        _ => expr.parts().get(to - 2).map_or(Expr::Lit(0), |part| (*part).clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::{each_expr, reduce};
    use crate::generate;
    use crate::tree::{Binary, Expr, Program};

    fn divides(program: &Program) -> bool {
        let mut found = false;
        each_expr(&mut program.clone(), &mut |expr| {
            found |= matches!(expr, Expr::Binary(Binary::Div, ..));
        });
        found
    }

    #[test]
    fn little_is_left_beside_what_fails() {
        let programs = (0..200).map(|index| generate::program(3, index)).filter(divides);
        for program in programs.take(5) {
            let small = reduce(&program, divides);
            let main = small.functions.last().map(|main| main.body.len());
            assert!(divides(&small));
            assert!(main.is_some_and(|statements| statements <= 4), "{small:?}");
        }
    }
}
