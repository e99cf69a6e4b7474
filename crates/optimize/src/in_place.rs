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
//! 4. the flags are 0 or `BPF_EXIST`, and the result is not used;
//! 5. in a hash, whose update leaves the old entry as it was to those who point to it:
//!    nobody who got a pointer into the map before follows one behind it, neither here
//!    nor in a function that calls this one.
//!
//! Another CPU that deletes the entry between the lookup and the store makes
//! the store go to an entry that is gone, as if the deletion had come last.

use std::collections::HashSet;

use ir::{
    Expr, ExprKind, Function, FunctionKind, LocalId, MapId, Module, Place, PtrType, Region, Stmt,
    StmtKind, Type, UnaryOp,
};

use crate::effects::{self, bare, is_plain, same_place};
use crate::later::{self, Locals};

/// `BPF_MAP_TYPE_HASH`, `ARRAY`, `PERCPU_HASH`, `PERCPU_ARRAY`, `LRU_HASH`,
/// `LRU_PERCPU_HASH` of `include/uapi/linux/bpf.h`.
const KINDS: [u32; 6] = [1, 2, 5, 6, 9, 10];
/// Of these, the ones whose update puts another entry in the stead of the old one.
const REPLACING: [u32; 2] = [1, 9];
const BPF_EXIST: i128 = 2;

pub(crate) fn rewrite(module: &mut Module) {
    let numbers = ["map_lookup_elem", "map_update_elem"].map(effects::number);
    let [Some(lookup), Some(update)] = numbers else { return };
    let kept = kept_by_callers(module);
    for index in 0..module.functions.len() {
        let Some(function) = module.functions.get_mut(index) else { continue };
        let mut body = std::mem::take(&mut function.body);
        let mut followed = Vec::new();
        if let Some(function) = module.functions.get(index) {
            followed = followed_later(module, function, &body, update);
            if !matches!(function.kind, FunctionKind::Program { .. }) {
                followed.iter_mut().for_each(|maps| maps.extend(&kept));
            }
        }
        let mut pass = Pass { module, lookup, update, followed: followed.into_iter() };
        pass.block(&mut body, &mut Vec::new());
        if let Some(function) = module.functions.get_mut(index) {
            function.body = body;
        }
    }
}

/// The maps into which functions that call others keep pointers meanwhile.
fn kept_by_callers(module: &Module) -> Maps {
    let mut kept = Maps::new();
    for function in &module.functions {
        let pointers = Pointers::of(module, function, &function.body);
        later::each(&function.body, &pointers.locals(), &mut |stmt, behind| {
            let mut calls = false;
            let mut named = behind.clone();
            each_own(stmt, &mut |expr| {
                calls |= matches!(expr.kind, ExprKind::Call(..) | ExprKind::Function(_));
                named.extend(loaded(expr));
            });
            if calls {
                kept.extend(pointers.maps(&named));
            }
        });
    }
    kept
}

/// For every update that is a statement, in their order, the maps into which a pointer may
/// be followed behind it.
fn followed_later(module: &Module, function: &Function, body: &[Stmt], update: u32) -> Vec<Maps> {
    let pointers = Pointers::of(module, function, body);
    let mut found = Vec::new();
    later::each(body, &pointers.locals(), &mut |stmt, behind| {
        if updated(stmt, update).is_some() {
            found.push(pointers.maps(behind));
        }
    });
    found.reverse();
    found
}

/// The arguments of the update that a statement is.
fn updated(stmt: &Stmt, update: u32) -> Option<&[Expr]> {
    let StmtKind::Eval(value) = &stmt.kind else { return None };
    match &bare(value).kind {
        ExprKind::Helper(id, args) if *id == update => Some(args),
        _ => None,
    }
}

type Maps = HashSet<MapId>;

/// The locals of a function that point into maps.
struct Pointers {
    into: Vec<(LocalId, Vec<MapId>)>,
    /// Maps into which pointers lie in memory, where they are not followed up.
    hidden: Maps,
}

impl Pointers {
    fn of(module: &Module, function: &Function, body: &[Stmt]) -> Self {
        let replacing = |id: &MapId| {
            module.maps.get(id.0 as usize).is_some_and(|map| REPLACING.contains(&map.kind))
        };
        let all: Vec<MapId> = (0..).map(MapId).take(module.maps.len()).filter(replacing).collect();
        let pointed = |ty: &Type| match ty {
            Type::Ptr(PtrType { region: Region::MapValue(id), .. }) if replacing(id) => vec![*id],
            Type::Ptr(PtrType { region: Region::Any, .. }) => all.clone(),
            _ => Vec::new(),
        };
        let locals = (0..).map(LocalId).zip(&function.locals);
        let into = locals.map(|(id, local)| (id, pointed(&local.ty)));
        let into = into.filter(|(_, maps)| !maps.is_empty()).collect();
        let mut hidden = Maps::new();
        ir::each_expr(body, &mut |expr| {
            if matches!(&expr.kind, ExprKind::Load(place) if !matches!(place, Place::Local(_))) {
                hidden.extend(pointed(&expr.ty));
            }
        });
        Self { into, hidden }
    }

    fn locals(&self) -> Locals {
        self.into.iter().map(|(id, _)| *id).collect()
    }

    /// The maps into which these locals point, and what lies in memory.
    fn maps(&self, locals: &Locals) -> Maps {
        let pointing = self.into.iter().filter(|(id, _)| locals.contains(id));
        pointing.flat_map(|(_, maps)| maps).chain(&self.hidden).copied().collect()
    }
}

/// Shows the expressions of a statement, those of statements in it aside.
fn each_own(stmt: &Stmt, see: &mut dyn FnMut(&Expr)) {
    match &stmt.kind {
        StmtKind::If(test, ..) | StmtKind::Loop { test, .. } => ir::each_part(test, see),
        StmtKind::ForRange { .. } => {}
        _ => ir::each_expr(std::slice::from_ref(stmt), see),
    }
}

/// The local that an expression reads.
fn loaded(expr: &Expr) -> Option<LocalId> {
    match expr.kind {
        ExprKind::Load(Place::Local(id)) => Some(id),
        _ => None,
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
    /// What is followed behind each update that is a statement, in their order.
    followed: std::vec::IntoIter<Maps>,
}

impl Pass<'_> {
    /// Whether the end of the statements is not reached.
    fn block(&mut self, stmts: &mut [Stmt], facts: &mut Facts) -> bool {
        let mut left = false;
        for stmt in stmts {
            left |= self.stmt(stmt, facts);
        }
        left
    }

    fn stmt(&mut self, stmt: &mut Stmt, facts: &mut Facts) -> bool {
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
            StmtKind::Eval(_) => {
                if let Some(store) = self.in_place(stmt, facts) {
                    stmt.kind = store;
                    return self.stmt(stmt, facts);
                }
                if let StmtKind::Eval(value) = &stmt.kind {
                    self.effects(value, facts);
                }
            }
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
        &mut self,
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
        &mut self,
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
    fn in_place(&mut self, stmt: &Stmt, facts: &Facts) -> Option<StmtKind> {
        let args = updated(stmt, self.update)?;
        let followed = self.followed.next()?;
        let [map, key, new, flags] = args else { return None };
        let (ExprKind::Map(map), ExprKind::Spill(new)) = (&map.kind, &new.kind) else {
            return None;
        };
        let declared = self.module.maps.get(map.0 as usize)?;
        let scalar = matches!(new.ty, Type::Int(_) | Type::Bool);
        let fits = KINDS.contains(&declared.kind)
            && declared.flags == 0
            && !followed.contains(map)
            && declared.value.as_ref() == Some(&new.ty)
            && scalar
            && matches!(flags.as_const()?, 0 | BPF_EXIST)
            && effects::is_pure(new);
        let known = |fact: &&Fact| fact.found && fact.map == *map && same(&fact.key, key);
        let fact = facts.iter().find(known).filter(|_| fits)?;
        let region = Region::MapValue(*map);
        let pointer = PtrType { pointee: Some(Box::new(new.ty.clone())), region, nullable: true };
        let found = Type::Ptr(PtrType { nullable: false, ..pointer.clone() });
        let load = Expr::load(Place::Local(fact.pointer), Type::Ptr(pointer), stmt.span);
        let held = Expr::new(ExprKind::NonNull(Box::new(load)), found, stmt.span);
        Some(StmtKind::Store(Place::Deref(Box::new(held)), (**new).clone()))
    }

    /// Forgets what writing to a place makes untrue.
    fn place(&self, place: &Place, facts: &mut Facts) {
        match place.local() {
            Some(id) => forget(id, facts),
            // Keys lie in the stack.
            None if effects::is_pure_place(place)
                && !matches!(place.region(), Region::Stack | Region::Any) => {}
            None => facts.clear(),
        }
    }

    /// Forgets what evaluating makes untrue.
    fn effects(&self, expr: &Expr, facts: &mut Facts) {
        let mut written: Vec<&Place> = Vec::new();
        let mut maps: Vec<MapId> = Vec::new();
        let mut unknown = false;
        ir::each_part(expr, &mut |part| match &part.kind {
            ExprKind::Call(..)
            | ExprKind::Kfunc(..)
            | ExprKind::Sequence(..)
            | ExprKind::Function(_) => unknown = true,
            ExprKind::Atomic(_, place, _) => written.push(place),
            ExprKind::Helper(id, args) if effects::reads_only(*id) => {
                match effects::filled(*id, args).map(|target| &target.kind) {
                    Some(ExprKind::Address(place)) => written.push(place),
                    Some(_) => unknown = true,
                    None => {}
                }
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
        written.into_iter().for_each(|place| self.place(place, facts));
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

/// Whether a key is made of constants and locals alone: what a pointer leads to may change
/// under another name.
fn is_steady(key: &Expr) -> bool {
    match &key.kind {
        ExprKind::Const(_) => true,
        ExprKind::Load(_) if key.ptr_type().is_some() => false,
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
