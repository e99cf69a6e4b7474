//! What is known at a point of a function, and how knowledge meets where
//! paths join.

use std::collections::{BTreeMap, HashMap, HashSet};

use diagnostics::Span;
use ir::LocalId;
use syntax::{Expr, ExprKind, Pattern, PatternKind, Stmt, StmtKind};

use super::cursor::Cursors;
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
    /// Entries of maps whose name was given a number by `v += 1`: the local
    /// that the name means since; none where it depends on the path.
    rebound: BTreeMap<u32, Option<LocalId>>,
    /// Pointers into the packet.
    pub cursors: Cursors,
    /// The spin lock.
    pub lock: Lock,
    pub reachable: bool,
}

/// Whether a spin lock is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// None is.
    Free,
    /// This one is, by how it is written, since there.
    Held(String, Span),
    /// One is on some of the paths.
    Mixed(Span),
}

impl Lock {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Held(text, at), Self::Held(other, _)) if text == other => Self::Held(text, at),
            (Self::Held(_, at) | Self::Mixed(at), _) | (_, Self::Held(_, at) | Self::Mixed(at)) => {
                Self::Mixed(at)
            }
            (Self::Free, Self::Free) => Self::Free,
        }
    }
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
    /// Locals that have a value after the test, one way or the other, though
    /// part of it may not be evaluated.
    pub assigned_when_true: Vec<LocalId>,
    pub assigned_when_false: Vec<LocalId>,
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
            assigned_when_true: self.assigned_when_false,
            assigned_when_false: self.assigned_when_true,
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
            rebound: BTreeMap::new(),
            cursors: Cursors::default(),
            lock: Lock::Free,
            reachable: true,
        }
    }

    /// A value was given; what was known of the old one is gone.
    pub fn assign(&mut self, id: LocalId) {
        self.assigned.insert(id);
        self.cursors.assign(id);
        self.found.remove(&id);
        self.reserved.remove(&id.0);
        self.rebound.remove(&id.0);
    }

    /// The local has no value any more.
    pub fn unset(&mut self, id: LocalId) {
        self.assign(id);
        self.assigned.remove(&id);
    }

    /// The name of an entry means a number from here on.
    pub fn rebind(&mut self, id: LocalId, number: LocalId) {
        self.rebound.insert(id.0, Some(number));
    }

    /// The number that the name of an entry means by now, if it does; `None`
    /// inside where only some paths rebound it.
    pub fn rebound(&self, id: LocalId) -> Option<Option<LocalId>> {
        self.rebound.get(&id.0).copied()
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

    /// What numbers may have become on another way to this point, and the
    /// records that it may have reserved.
    pub fn widen(&mut self, other: &Self) {
        for (id, (state, at)) in &other.reserved {
            let entry = self.reserved.entry(*id).or_insert((State::Missing, *at));
            entry.0 = entry.0.join(*state);
        }
        self.numbers = join_numbers(&self.numbers, &other.numbers);
        self.cursors = self.cursors.join(&other.cursors);
        self.copies.retain(|copy, from| other.copies.get(copy) == Some(from));
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

    /// Takes over what a test tells when it came out one way.
    pub fn after_test(&mut self, facts: &Facts, outcome: bool) {
        let (found, missing, assigned) = if outcome {
            (&facts.when_true, &facts.missing_when_true, &facts.assigned_when_true)
        } else {
            (&facts.when_false, &facts.missing_when_false, &facts.assigned_when_false)
        };
        self.learn(found);
        self.learn_missing(missing);
        self.assigned.extend(assigned);
    }

    /// The locals that have a value here and had none before.
    pub fn newly_assigned(&self, before: &Self) -> Vec<LocalId> {
        self.assigned.difference(&before.assigned).copied().collect()
    }

    pub fn forget(&mut self, ids: impl Iterator<Item = LocalId>) {
        for id in ids {
            self.found.remove(&id);
            self.cursors.forget(id);
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
        let mut rebound = self.rebound.clone();
        rebound.extend(other.rebound.clone());
        for (id, number) in &mut rebound {
            if self.rebound.get(id) != other.rebound.get(id) {
                *number = None;
            }
        }
        Self {
            cursors: self.cursors.join(&other.cursors),
            lock: self.lock.join(other.lock),
            reserved,
            rebound,
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
            StmtKind::Assign(targets, value) => {
                targets.iter().for_each(|target| target_names(target, assigned));
                in_expr(value, assigned);
            }
            StmtKind::Augment(target, _, value) => {
                target_names(target, assigned);
                in_expr(value, assigned);
            }
            StmtKind::Declare(name, _, value) => {
                assigned.insert(name.name.clone());
                value.iter().for_each(|value| in_expr(value, assigned));
            }
            StmtKind::Global(names) => globals.extend(names.iter().map(|name| name.name.clone())),
            StmtKind::If(test, then, orelse) | StmtKind::While(test, then, orelse) => {
                in_expr(test, assigned);
                assigned_names(then, assigned, globals);
                assigned_names(orelse, assigned, globals);
            }
            StmtKind::With(context, target, body) => {
                in_expr(context, assigned);
                target.iter().for_each(|target| target_names(target, assigned));
                assigned_names(body, assigned, globals);
            }
            StmtKind::For(target, iterable, body, orelse) => {
                target_names(target, assigned);
                in_expr(iterable, assigned);
                assigned_names(body, assigned, globals);
                assigned_names(orelse, assigned, globals);
            }
            StmtKind::Match(subject, cases) => {
                in_expr(subject, assigned);
                for case in cases {
                    pattern_names(&case.pattern, assigned);
                    case.guard.iter().for_each(|guard| in_expr(guard, assigned));
                    assigned_names(&case.body, assigned, globals);
                }
            }
            StmtKind::Return(Some(value)) | StmtKind::Expr(value) | StmtKind::Assert(value, _) => {
                in_expr(value, assigned)
            }
            StmtKind::Delete(targets) => {
                targets.iter().for_each(|target| in_expr(target, assigned));
            }
            StmtKind::Return(None)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Error => {}
        }
    }
}

/// The names that an expression assigns by `:=`.
pub(crate) fn in_expr(expr: &Expr, assigned: &mut HashSet<String>) {
    expr.each(&mut |part| {
        if let ExprKind::Walrus(name, _) = &part.kind {
            assigned.insert(name.name.clone());
        }
    });
}

pub(crate) fn pattern_names(pattern: &Pattern, assigned: &mut HashSet<String>) {
    match &pattern.kind {
        PatternKind::Capture(inner, name) => {
            assigned.insert(name.name.clone());
            inner.iter().for_each(|inner| pattern_names(inner, assigned));
        }
        PatternKind::Or(parts) | PatternKind::Tuple(parts) => {
            parts.iter().for_each(|part| pattern_names(part, assigned));
        }
        PatternKind::Value(_) | PatternKind::Wildcard | PatternKind::Error => {}
    }
}

fn target_names(target: &Expr, assigned: &mut HashSet<String>) {
    match &target.kind {
        ExprKind::Name(name) => {
            assigned.insert(name.clone());
        }
        ExprKind::Tuple(targets) => targets.iter().for_each(|inner| target_names(inner, assigned)),
        _ => in_expr(target, assigned),
    }
}
