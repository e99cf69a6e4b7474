//! What is known at a point of a function, and how knowledge meets where
//! paths join.

use std::collections::HashSet;

use ir::LocalId;
use syntax::{Expr, ExprKind, Stmt, StmtKind};

/// Knowledge at one point.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    assigned: HashSet<LocalId>,
    found: HashSet<LocalId>,
    pub reachable: bool,
}

/// Which pointer locals are known to be found when a test came out one way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub when_true: Vec<LocalId>,
    pub when_false: Vec<LocalId>,
}

impl Facts {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn turned(self) -> Self {
        Self { when_true: self.when_false, when_false: self.when_true }
    }
}

impl Flow {
    pub fn start() -> Self {
        Self { assigned: HashSet::new(), found: HashSet::new(), reachable: true }
    }

    /// A value was given; what was known of the old one is gone.
    pub fn assign(&mut self, id: LocalId) {
        self.assigned.insert(id);
        self.found.remove(&id);
    }

    pub fn is_assigned(&self, id: LocalId) -> bool {
        self.assigned.contains(&id)
    }

    pub fn is_found(&self, id: LocalId) -> bool {
        self.found.contains(&id)
    }

    pub fn learn(&mut self, found: &[LocalId]) {
        self.found.extend(found);
    }

    pub fn forget(&mut self, ids: impl Iterator<Item = LocalId>) {
        for id in ids {
            self.found.remove(&id);
        }
    }

    /// What holds whichever of two paths was taken.
    pub fn join(self, other: Self) -> Self {
        if !self.reachable {
            return other;
        }
        if !other.reachable {
            return self;
        }
        Self {
            assigned: self.assigned.intersection(&other.assigned).copied().collect(),
            found: self.found.intersection(&other.found).copied().collect(),
            reachable: true,
        }
    }
}

/// The names that statements assign, and those they declare `global`.
pub(crate) fn assigned_names(
    stmts: &[Stmt],
    assigned: &mut HashSet<String>,
    globals: &mut HashSet<String>,
) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Assign(targets, _) => {
                targets.iter().for_each(|target| target_names(target, assigned));
            }
            StmtKind::Augment(target, ..) => target_names(target, assigned),
            StmtKind::Declare(name, ..) => {
                assigned.insert(name.name.clone());
            }
            StmtKind::Global(names) => globals.extend(names.iter().map(|name| name.name.clone())),
            StmtKind::If(_, then, orelse) => {
                assigned_names(then, assigned, globals);
                assigned_names(orelse, assigned, globals);
            }
            StmtKind::For(target, _, body, orelse) => {
                target_names(target, assigned);
                assigned_names(body, assigned, globals);
                assigned_names(orelse, assigned, globals);
            }
            _ => {}
        }
    }
}

fn target_names(target: &Expr, assigned: &mut HashSet<String>) {
    match &target.kind {
        ExprKind::Name(name) => {
            assigned.insert(name.clone());
        }
        ExprKind::Tuple(targets) => targets.iter().for_each(|inner| target_names(inner, assigned)),
        _ => {}
    }
}
