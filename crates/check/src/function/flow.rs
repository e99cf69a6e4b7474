//! What is known at a point of a function, and how knowledge meets where
//! paths join.

use std::collections::{BTreeMap, HashMap, HashSet};

use diagnostics::Span;
use ir::LocalId;
use syntax::{Expr, ExprKind, Stmt, StmtKind};

use super::range::Range;

/// Knowledge at one point.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    assigned: HashSet<LocalId>,
    found: HashSet<LocalId>,
    /// The bounds of integers, where more is known than their type says.
    numbers: HashMap<LocalId, Range>,
    /// Locals that hold the value of another one.
    copies: HashMap<LocalId, LocalId>,
    /// Locals that were given a reserved record: what became of it, and where
    /// it was reserved.
    reserved: BTreeMap<u32, (State, Span)>,
    pub reachable: bool,
}

/// What became of a reserved record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It must still be submitted or discarded, where there was room for it.
    Held,
    /// There was no room.
    Missing,
    /// Submitted or discarded there.
    Done(Span),
    /// Submitted or discarded there on some of the paths.
    Mixed(Span),
}

impl State {
    /// What holds whichever of two paths was taken.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing, state) | (state, Self::Missing) => state,
            (Self::Held, Self::Held) => Self::Held,
            (Self::Done(at), Self::Done(_)) => Self::Done(at),
            (Self::Mixed(at) | Self::Done(at), _) | (_, Self::Mixed(at) | Self::Done(at)) => {
                Self::Mixed(at)
            }
        }
    }
}

/// Which pointer locals are known to be found when a test came out one way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub when_true: Vec<LocalId>,
    pub when_false: Vec<LocalId>,
    /// Those that are known to be null.
    pub missing_when_true: Vec<LocalId>,
    pub missing_when_false: Vec<LocalId>,
}

impl Facts {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn turned(self) -> Self {
        Self {
            when_true: self.when_false,
            when_false: self.when_true,
            missing_when_true: self.missing_when_false,
            missing_when_false: self.missing_when_true,
        }
    }
}

impl Flow {
    pub fn start() -> Self {
        Self {
            assigned: HashSet::new(),
            found: HashSet::new(),
            numbers: HashMap::new(),
            copies: HashMap::new(),
            reserved: BTreeMap::new(),
            reachable: true,
        }
    }

    /// A value was given; what was known of the old one is gone.
    pub fn assign(&mut self, id: LocalId) {
        self.assigned.insert(id);
        self.found.remove(&id);
        self.reserved.remove(&id.0);
    }

    /// A local was given a reserved record.
    pub fn hold(&mut self, id: LocalId, at: Span) {
        self.reserved.insert(id.0, (State::Held, at));
    }

    /// A record was submitted or discarded.
    pub fn finish(&mut self, id: LocalId, at: Span) {
        if let Some((state, _)) = self.reserved.get_mut(&id.0) {
            *state = State::Done(at);
        }
    }

    /// What became of a local's record, and where it was reserved.
    pub fn reservation(&self, id: LocalId) -> Option<(State, Span)> {
        self.reserved.get(&id.0).copied()
    }

    /// The locals whose record may still be held.
    pub fn held(&self) -> Vec<(LocalId, Span)> {
        let held = self
            .reserved
            .iter()
            .filter(|(_, (state, _))| matches!(state, State::Held | State::Mixed(_)));
        held.map(|(id, (_, at))| (LocalId(*id), *at)).collect()
    }

    /// Nothing is known of records any more.
    pub fn forget_reservations(&mut self) {
        self.reserved.clear();
    }

    /// The bounds of a local, where something is known of them.
    pub fn number(&self, id: LocalId) -> Option<Range> {
        self.numbers.get(&id).copied()
    }

    /// A local was given a number, or the value of another local.
    pub fn set_number(&mut self, id: LocalId, range: Range, copied: Option<LocalId>) {
        self.forget_number(id);
        self.numbers.insert(id, range);
        if let Some(from) = copied.filter(|from| *from != id) {
            self.copies.insert(id, from);
        }
    }

    /// More is known of a local, and so of the one that it is a copy of.
    pub fn narrow(&mut self, id: LocalId, range: Range) {
        self.numbers.insert(id, range);
        if let Some(from) = self.copies.get(&id).copied() {
            let known = self.number(from).unwrap_or(range);
            self.numbers.insert(from, known.meet(range));
        }
    }

    /// A local may hold any value of its type.
    pub fn forget_number(&mut self, id: LocalId) {
        self.numbers.remove(&id);
        self.copies.retain(|copy, from| *copy != id && *from != id);
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

    pub fn learn_missing(&mut self, missing: &[LocalId]) {
        for id in missing {
            if let Some((state @ State::Held, _)) = self.reserved.get_mut(&id.0) {
                *state = State::Missing;
            }
        }
    }

    pub fn forget(&mut self, ids: impl Iterator<Item = LocalId>) {
        for id in ids {
            self.found.remove(&id);
            self.forget_number(id);
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
        let mut reserved = self.reserved;
        for (id, (state, at)) in other.reserved {
            let entry = reserved.entry(id).or_insert((State::Missing, at));
            entry.0 = entry.0.join(state);
        }
        Self {
            reserved,
            assigned: self.assigned.intersection(&other.assigned).copied().collect(),
            found: self.found.intersection(&other.found).copied().collect(),
            numbers: join_numbers(&self.numbers, &other.numbers),
            copies: {
                let same = |(copy, from): &(LocalId, LocalId)| other.copies.get(copy) == Some(from);
                self.copies.into_iter().filter(same).collect()
            },
            reachable: true,
        }
    }
}

fn join_numbers(
    a: &HashMap<LocalId, Range>,
    b: &HashMap<LocalId, Range>,
) -> HashMap<LocalId, Range> {
    let both = a.iter().filter_map(|(id, range)| Some((*id, range.join(*b.get(id)?))));
    both.collect()
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
            StmtKind::With(_, target, body) => {
                target.iter().for_each(|target| target_names(target, assigned));
                assigned_names(body, assigned, globals);
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
