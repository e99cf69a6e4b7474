//! What is known of pointers into the packet: from where they count, how many
//! bytes the packet was seen to have from there, and which ones are void since
//! the packet has moved.
//!
//! The verifier keeps the same account: pointers that differ by a constant
//! share what a comparison with the packet's end tells, a variable in between
//! starts a new account, and each time that `ctx.data` is read it counts anew.

use std::collections::HashMap;

use diagnostics::Span;
use ir::LocalId;

/// Where pointers count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Base {
    id: u32,
    /// Before the packet, so that its start is the end.
    pub meta: bool,
}

/// The account at a point of a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cursors {
    /// Where locals stand: so many bytes behind their base.
    at: HashMap<LocalId, (Base, i64)>,
    /// The bytes that are there from a base.
    checked: HashMap<Base, i64>,
    /// The locals that hold where the packet begins and ends, where they were
    /// read before.
    pub ends: Option<(LocalId, LocalId)>,
    /// Locals that are void: where the packet moved, and by what.
    stale: HashMap<LocalId, (Span, String)>,
}

impl Cursors {
    /// Where a local stands.
    pub fn at(&self, id: LocalId) -> Option<(Base, i64)> {
        self.at.get(&id).copied()
    }

    /// A local was given a pointer.
    pub fn place(&mut self, id: LocalId, at: (Base, i64)) {
        self.at.insert(id, at);
        self.stale.remove(&id);
    }

    /// A base of its own for what is numbered so.
    pub fn base(id: u32, meta: bool) -> Base {
        Base { id, meta }
    }

    /// A local was given another value.
    pub fn assign(&mut self, id: LocalId) {
        self.stale.remove(&id);
    }

    /// It is not known any more where a local stands.
    pub fn forget(&mut self, id: LocalId) {
        self.at.remove(&id);
    }

    /// The packet was seen to have so many bytes from a base.
    pub fn check(&mut self, base: Base, bytes: i64) {
        let known = self.checked.entry(base).or_insert(bytes);
        *known = bytes.max(*known);
    }

    /// Whether the packet was seen to have these bytes.
    pub fn has(&self, (base, offset): (Base, i64), size: u64) -> bool {
        let end = i64::try_from(size).ok().and_then(|size| offset.checked_add(size));
        let checked = self.checked.get(&base);
        offset >= 0 && checked.zip(end).is_some_and(|(checked, end)| end <= *checked)
    }

    /// The packet has moved: these locals are void.
    pub fn moved(&mut self, ids: impl Iterator<Item = LocalId>, at: Span, by: &str) {
        for id in ids {
            self.stale.entry(id).or_insert_with(|| (at, by.to_owned()));
        }
        self.at.clear();
        self.checked.clear();
        self.ends = None;
    }

    /// What made a local void.
    pub fn stale(&self, id: LocalId) -> Option<&(Span, String)> {
        self.stale.get(&id)
    }

    /// What holds whichever of two ways was taken.
    pub fn join(&self, other: &Self) -> Self {
        let mut stale = other.stale.clone();
        stale.extend(self.stale.clone());
        let same = |(id, at): (&LocalId, &(Base, i64))| {
            (other.at.get(id) == Some(at)).then_some((*id, *at))
        };
        let least = |(base, bytes): (&Base, &i64)| {
            other.checked.get(base).map(|more| (*base, *bytes.min(more)))
        };
        Self {
            at: self.at.iter().filter_map(same).collect(),
            checked: self.checked.iter().filter_map(least).collect(),
            ends: self.ends.filter(|ends| other.ends == Some(*ends)),
            stale,
        }
    }
}
