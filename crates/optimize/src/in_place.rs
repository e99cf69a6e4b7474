//! Updates of entries that are there.
//!
//! `count = m.lookup(k)`, and where it was found `m.update(k, count + 1)`: the
//! update looks for the entry again, and in a hash makes another in its stead.
//! Storing through the pointer spares both. It is done if
//!
//! 1. the map is a hash or an array, and its value an integer or a bool of at
//!    most 8 bytes: readers see the old or the new one, as after an update;
//! 2. the pointer is known not to be null here, and the key is the same: its
//!    locals were not changed since the lookup;
//! 3. nothing between them may take the entry away: no deletion from this map,
//!    no other update of it, no call of a function, no helper that is not known;
//! 4. the flags are 0 or `BPF_EXIST`, and the result is not used.
//!
//! Another CPU that deletes the entry between the lookup and the store makes
//! the store go to an entry that is gone, as if the deletion had come last.

use ir::{Expr, ExprKind, LocalId, MapId, Module, Place, PtrType, Stmt, StmtKind, Type, UnaryOp};

use crate::effects::{self, bare, is_plain, same_place};

/// `BPF_MAP_TYPE_HASH`, `ARRAY`, `PERCPU_HASH`, `PERCPU_ARRAY`, `LRU_HASH`,
/// `LRU_PERCPU_HASH` of `include/uapi/linux/bpf.h`.
const KINDS: [u32; 6] = [1, 2, 5, 6, 9, 10];
const BPF_EXIST: i128 = 2;

pub(crate) fn rewrite(module: &mut Module) {
    let numbers = ["map_lookup_elem", "map_update_elem"].map(effects::number);
    let [Some(lookup), Some(update)] = numbers else { return };
    for index in 0..module.functions.len() {
        let Some(function) = module.functions.get_mut(index) else { continue };
        let mut body = std::mem::take(&mut function.body);
        Pass { module, lookup, update }.block(&mut body, &mut Vec::new());
        if let Some(function) = module.functions.get_mut(index) {
            function.body = body;
        }
    }
}

/// A local that holds what a lookup gave.
#[derive(Clone)]
struct Fact {
    pointer: LocalId,
    map: MapId,
    key: Expr,
    found: bool,
}

type Facts = Vec<Fact>;

struct Pass<'a> {
    module: &'a Module,
    lookup: u32,
    update: u32,
}

impl Pass<'_> {
    /// Whether the end of the statements is not reached.
    fn block(&self, stmts: &mut [Stmt], facts: &mut Facts) -> bool {
        let mut left = false;
        for stmt in stmts {
            left |= self.stmt(stmt, facts);
        }
        left
    }

    fn stmt(&self, stmt: &mut Stmt, facts: &mut Facts) -> bool {
        match &mut stmt.kind {
            StmtKind::Store(place, value) => {
                self.effects(value, facts);
                self.place(place, facts);
                if let Place::Local(pointer) = place {
                    facts.extend(self.fact(*pointer, value));
                }
            }
            StmtKind::Zero(place)
            | StmtKind::ZeroPart(place, ..)
            | StmtKind::StoreStr(place, _) => {
                self.place(place, facts);
            }
            StmtKind::Copy(to, _) => self.place(to, facts),
            StmtKind::Gather(gather) => self.place(&gather.to, facts),
            StmtKind::Eval(value) => match self.in_place(value, facts) {
                Some(store) => {
                    stmt.kind = store;
                    return self.stmt(stmt, facts);
                }
                None => self.effects(value, facts),
            },
            StmtKind::If(test, then, orelse) => {
                self.effects(test, facts);
                return self.branches(test, then, orelse, facts);
            }
            StmtKind::ForRange { body, orelse, .. } => self.turns(None, body, orelse, facts),
            StmtKind::Loop { test, body, orelse, .. } => {
                self.turns(Some(test), body, orelse, facts);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(_) => return true,
        }
        false
    }

    /// What is known before a turn may not hold before the next.
    fn turns(
        &self,
        test: Option<&Expr>,
        body: &mut [Stmt],
        orelse: &mut [Stmt],
        facts: &mut Facts,
    ) {
        facts.clear();
        let mut inside = Facts::new();
        if let Some(test) = test {
            self.effects(test, &mut inside);
            learn(test, true, &mut inside);
        }
        self.block(body, &mut inside);
        self.block(orelse, &mut Facts::new());
    }

    fn branches(
        &self,
        test: &Expr,
        then: &mut [Stmt],
        orelse: &mut [Stmt],
        facts: &mut Facts,
    ) -> bool {
        let (mut yes, mut no) = (facts.clone(), facts.clone());
        learn(test, true, &mut yes);
        learn(test, false, &mut no);
        let ends = (self.block(then, &mut yes), self.block(orelse, &mut no));
        *facts = match ends {
            (true, _) => no,
            (_, true) => yes,
            _ => both(&yes, &no),
        };
        ends == (true, true)
    }

    /// The lookup that a stored value is.
    fn fact(&self, pointer: LocalId, value: &Expr) -> Option<Fact> {
        let ExprKind::Helper(id, args) = &value.kind else { return None };
        let ([map, key], true) = (args.as_slice(), *id == self.lookup) else { return None };
        let ExprKind::Map(map) = map.kind else { return None };
        let fits = is_steady(key) && !reads(key, pointer);
        fits.then(|| Fact { pointer, map, key: key.clone(), found: false })
    }

    /// The store that does what an update would.
    fn in_place(&self, value: &Expr, facts: &Facts) -> Option<StmtKind> {
        let ExprKind::Helper(id, args) = &bare(value).kind else { return None };
        let ([map, key, new, flags], true) = (args.as_slice(), *id == self.update) else {
            return None;
        };
        let (ExprKind::Map(map), ExprKind::Spill(new)) = (&map.kind, &new.kind) else {
            return None;
        };
        let declared = self.module.maps.get(map.0 as usize)?;
        let scalar = matches!(new.ty, Type::Int(_) | Type::Bool);
        let fits = KINDS.contains(&declared.kind)
            && declared.flags == 0
            && declared.value.as_ref() == Some(&new.ty)
            && scalar
            && matches!(flags.as_const()?, 0 | BPF_EXIST)
            && effects::is_pure(new);
        let known = |fact: &&Fact| fact.found && fact.map == *map && same(&fact.key, key);
        let fact = facts.iter().find(known).filter(|_| fits)?;
        let region = ir::Region::MapValue(*map);
        let pointer = PtrType { pointee: Some(Box::new(new.ty.clone())), region, nullable: true };
        let found = Type::Ptr(PtrType { nullable: false, ..pointer.clone() });
        let load = Expr::load(Place::Local(fact.pointer), Type::Ptr(pointer), value.span);
        let held = Expr::new(ExprKind::NonNull(Box::new(load)), found, value.span);
        Some(StmtKind::Store(Place::Deref(Box::new(held)), (**new).clone()))
    }

    /// Forgets what writing to a place makes untrue.
    fn place(&self, place: &Place, facts: &mut Facts) {
        match place.local() {
            Some(id) => forget(id, facts),
            None if effects::is_pure_place(place) => {}
            None => facts.clear(),
        }
    }

    /// Forgets what evaluating makes untrue.
    fn effects(&self, expr: &Expr, facts: &mut Facts) {
        let mut written: Vec<LocalId> = Vec::new();
        let mut maps: Vec<MapId> = Vec::new();
        let mut unknown = false;
        ir::each_part(expr, &mut |part| match &part.kind {
            ExprKind::Call(..)
            | ExprKind::Kfunc(..)
            | ExprKind::Sequence(..)
            | ExprKind::Function(_) => unknown = true,
            ExprKind::Atomic(_, place, _) => written.extend(place.local()),
            ExprKind::Helper(id, args) if effects::reads_only(*id) => {
                let target = effects::filled(*id, args);
                written.extend(target.and_then(addressed));
            }
            ExprKind::Helper(id, args) if *id == self.update => match args.first() {
                Some(Expr { kind: ExprKind::Map(map), .. }) => maps.push(*map),
                // A map out of a map of maps may be any.
                _ => unknown = true,
            },
            ExprKind::Helper(..) => unknown = true,
            _ => {}
        });
        if unknown {
            facts.clear();
        }
        facts.retain(|fact| !maps.contains(&fact.map));
        written.into_iter().for_each(|id| forget(id, facts));
    }
}

/// The local whose address this is.
fn addressed(expr: &Expr) -> Option<LocalId> {
    match &expr.kind {
        ExprKind::Address(place) => place.local(),
        _ => None,
    }
}

/// Forgets what depends on a local.
fn forget(id: LocalId, facts: &mut Facts) {
    facts.retain(|fact| fact.pointer != id && !reads(&fact.key, id));
}

/// What the outcome of a test tells.
fn learn(test: &Expr, outcome: bool, facts: &mut Facts) {
    match (&test.kind, outcome) {
        (ExprKind::IsFound(pointer), true) => {
            if let ExprKind::Load(Place::Local(id)) = pointer.kind {
                facts.iter_mut().filter(|fact| fact.pointer == id).for_each(|f| f.found = true);
            }
        }
        (ExprKind::Unary(UnaryOp::Not, inner), _) => learn(inner, !outcome, facts),
        (ExprKind::And(left, right), true) | (ExprKind::Or(left, right), false) => {
            learn(left, outcome, facts);
            learn(right, outcome, facts);
        }
        _ => {}
    }
}

/// What is known whichever way was taken.
fn both(one: &Facts, other: &Facts) -> Facts {
    let meet = |fact: &Fact| {
        let twin = other.iter().find(|twin| {
            twin.pointer == fact.pointer && twin.map == fact.map && same(&twin.key, &fact.key)
        })?;
        Some(Fact { found: fact.found && twin.found, ..fact.clone() })
    };
    one.iter().filter_map(meet).collect()
}

/// Whether a key is made of constants and locals alone.
fn is_steady(key: &Expr) -> bool {
    match &key.kind {
        ExprKind::Const(_) => true,
        ExprKind::Load(place) | ExprKind::Address(place) => is_plain(place),
        ExprKind::Spill(inner) | ExprKind::Convert(inner) | ExprKind::Unary(_, inner) => {
            is_steady(inner)
        }
        ExprKind::Binary(_, left, right) => is_steady(left) && is_steady(right),
        _ => false,
    }
}

/// Whether an expression names a local.
fn reads(expr: &Expr, id: LocalId) -> bool {
    let mut found = false;
    ir::each_place_of(expr, &mut |place| found |= matches!(place, Place::Local(x) if *x == id));
    found
}

/// Whether two keys of this form are made in the same way.
fn same(one: &Expr, other: &Expr) -> bool {
    if one.ty != other.ty {
        return false;
    }
    match (&one.kind, &other.kind) {
        (ExprKind::Const(a), ExprKind::Const(b)) => a == b,
        (ExprKind::Load(a), ExprKind::Load(b)) | (ExprKind::Address(a), ExprKind::Address(b)) => {
            same_place(a, b)
        }
        (ExprKind::Spill(a), ExprKind::Spill(b)) | (ExprKind::Convert(a), ExprKind::Convert(b)) => {
            same(a, b)
        }
        (ExprKind::Unary(x, a), ExprKind::Unary(y, b)) => x == y && same(a, b),
        (ExprKind::Binary(x, a, c), ExprKind::Binary(y, b, d)) => {
            x == y && same(a, b) && same(c, d)
        }
        _ => false,
    }
}
