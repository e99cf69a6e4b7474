//! Members of one struct of the kernel that are read by a helper.
//!
//! `e.daddr = sk.skc_daddr`, `e.dport = sk.skc_dport`: each is a call of
//! `probe_read_kernel`, whose cost is that of the call and hardly grows with what it
//! copies. Where such reads follow each other
//!
//! 1. through the same pointer, a local or a member of one that nothing sets or may
//!    set meanwhile,
//! 2. of scalars at fixed places, no bit-fields, not further apart than [`SPAN`],
//! 3. the first of them in any case, the others perhaps behind a test, but in no loop
//!    that begins between them,
//! 4. with no call between them but of helpers that leave the kernel's structs alone,
//! 5. and, in a file that asks what the kernel has, with no test between them: what is
//!    not there must stay behind the question,
//!
//! the first reads all, and a member that is read twice is read once. Other CPUs change
//! these structs at any time, so what a read gives is as good as what a later one
//! would have given. Memory of user space is left alone: a part of a struct may be
//! absent there.

use std::collections::HashSet;

use ir::{
    Expr, ExprKind, Field, Function, Gather, Local, LocalId, Module, Place, Region, Shape, Stmt,
    StmtKind, Struct, StructId, Type,
};

use crate::effects::{self, bare, is_plain, same_place};

/// Bytes that a read takes along at the most.
const SPAN: u64 = 64;
/// How many statements of a block are looked at: what is read long before it is used
/// takes a register meanwhile.
const AHEAD: usize = 32;
/// How many pointers of a chain are followed.
const ROUNDS: usize = 16;

/// Rewrites every function.
pub(crate) fn rewrite(module: &mut Module) {
    let guarded = asks(module);
    for index in 0..module.functions.len() {
        let mut body = std::mem::take(&mut module.functions[index].body);
        let mut pass = Pass { module: &mut *module, function: index, guarded, buffer: None };
        // What a pointer that was read leads to is seen once the pointer is in a local.
        for _ in 0..ROUNDS {
            if !pass.block(&mut body) {
                break;
            }
        }
        module.functions[index].body = body;
    }
}

/// Whether a file asks what the kernel has.
fn asks(module: &Module) -> bool {
    let mut found = false;
    for function in &module.functions {
        ir::each_expr(&function.body, &mut |expr| {
            found |= matches!(&expr.kind, ExprKind::Query(query) if query.is_existence());
        });
    }
    found
}

/// A read of a member by a helper.
#[derive(Clone)]
struct Read {
    place: Place,
    /// The pointer, and the struct that it points to.
    root: Place,
    of: StructId,
    /// Bytes behind the pointer, and how many.
    at: u64,
    ty: Type,
    size: u64,
}

impl Read {
    fn is_of(&self, other: &Self) -> bool {
        self.of == other.of && same_place(&self.root, &other.root)
    }

    fn is(&self, other: &Self) -> bool {
        self.is_of(other)
            && self.at == other.at
            && self.ty == other.ty
            && same_way(&self.place, &other.place)
    }
}

/// Reads that become one.
struct Group {
    /// The members, each once.
    reads: Vec<Read>,
    /// How often they are read.
    uses: usize,
}

impl Group {
    /// What is copied: the first byte and how many, in steps of the largest member.
    fn span(&self) -> (u64, u64) {
        let align = self.reads.iter().map(|read| read.size).max().unwrap_or(1);
        let start = self.reads.iter().map(|read| read.at).min().unwrap_or(0);
        let end = self.reads.iter().map(|read| read.at + read.size).max().unwrap_or(0);
        let start = start / align * align;
        (start, end.next_multiple_of(align) - start)
    }

    fn add(&mut self, read: &Read) {
        if self.reads.iter().any(|known| known.is(read)) {
            self.uses += 1;
        } else if self.reads.first().is_some_and(|first| first.is_of(read)) {
            self.reads.push(read.clone());
            if self.span().1 <= SPAN {
                self.uses += 1;
            } else {
                self.reads.pop();
            }
        }
    }
}

struct Pass<'a> {
    module: &'a mut Module,
    function: usize,
    guarded: bool,
    buffer: Option<LocalId>,
}

impl Pass<'_> {
    /// Whether something was changed.
    fn block(&mut self, stmts: &mut Vec<Stmt>) -> bool {
        let mut changed = false;
        let mut index = 0;
        while index < stmts.len() {
            let end = stmts.len().min(index + AHEAD);
            while let Some(made) = self.from(&mut stmts[index..end]) {
                stmts.insert(index, made);
                index += 1;
                changed = true;
            }
            match &mut stmts[index].kind {
                StmtKind::If(_, then, orelse) => {
                    changed |= self.block(then) | self.block(orelse);
                }
                StmtKind::Loop { body, orelse, .. } | StmtKind::ForRange { body, orelse, .. } => {
                    changed |= self.block(body) | self.block(orelse);
                }
                _ => {}
            }
            index += 1;
        }
        changed
    }

    /// Joins reads that start in the first of the statements, and gives what is to be
    /// done before it.
    fn from(&mut self, stmts: &mut [Stmt]) -> Option<Stmt> {
        let mut starts = Vec::new();
        let span = stmts.first()?.span;
        self.walk(&mut stmts[..1], &mut |_, read, certain| {
            if certain {
                starts.push(read.clone());
            }
        });
        for start in starts {
            let mut group = Group { reads: vec![start], uses: 0 };
            self.walk(stmts, &mut |_, read, _| group.add(read));
            if group.uses > 1 {
                return Some(self.join(stmts, &group, span));
            }
        }
        None
    }

    fn join(&mut self, stmts: &mut [Stmt], group: &Group, span: diagnostics::Span) -> Stmt {
        let (made, places) = match group.reads.as_slice() {
            [one] => {
                let to = Place::Local(self.local(one.ty.clone()));
                let value = Expr::load(one.place.clone(), one.ty.clone(), span);
                (StmtKind::Store(to.clone(), value), vec![to])
            }
            reads => {
                let size = group.span().1;
                let buffer = Place::Local(self.buffer(size.div_ceil(8) as u32));
                let holder = self.holder(reads);
                let to = Place::Local(self.local(holder));
                let from = reads.iter().map(|read| read.place.clone()).collect();
                let places = (0..reads.len()).map(|index| to.clone().field(index)).collect();
                (StmtKind::Gather(Box::new(Gather { buffer, size, to, from })), places)
            }
        };
        self.walk(stmts, &mut |expr, read, _| {
            if let Some(index) = group.reads.iter().position(|known| known.is(read)) {
                expr.kind = ExprKind::Load(places[index].clone());
            }
        });
        Stmt::new(made, span)
    }

    /// The function's one buffer, with room for so many words.
    fn buffer(&mut self, words: u32) -> LocalId {
        let array = |words| Type::Array(Box::new(Type::U64), words);
        let Some(id) = self.buffer else {
            let made = self.local(array(words));
            return *self.buffer.insert(made);
        };
        let local = &mut self.module.functions[self.function].locals[id.0 as usize];
        if let Type::Array(_, known) = &mut local.ty {
            *known = words.max(*known);
        }
        id
    }

    fn local(&mut self, ty: Type) -> LocalId {
        let locals = &mut self.module.functions[self.function].locals;
        let id = LocalId(locals.len() as u32);
        locals.push(Local { name: format!("gathered{}", id.0), ty });
        id
    }

    /// A struct with a member for each read.
    fn holder(&mut self, reads: &[Read]) -> Type {
        let name = format!("__pythonbpf_gathered{}", self.module.structs.len());
        let members = reads.iter().enumerate();
        let members = members.map(|(index, read)| (format!("m{index}"), read.ty.clone()));
        let laid = Struct::lay_out(name, members.collect(), 0, self.module);
        let id = StructId(self.module.structs.len() as u32);
        self.module.structs.push(laid);
        Type::Struct(id)
    }

    /// Shows the reads that may be made before the statements, in the order in which
    /// they are made, and whether each is made in any case.
    fn walk(&self, stmts: &mut [Stmt], see: &mut dyn FnMut(&mut Expr, &Read, bool)) {
        let written = HashSet::new();
        let function = &self.module.functions[self.function];
        let guarded = self.guarded;
        let mut walk = Walk {
            module: self.module,
            function,
            guarded,
            written,
            certain: true,
            ended: false,
            see,
        };
        walk.block(stmts);
    }
}

struct Walk<'a, 's> {
    module: &'a Module,
    function: &'a Function,
    guarded: bool,
    /// Locals that were set on the way.
    written: HashSet<LocalId>,
    certain: bool,
    /// Whether something came that no read is moved across.
    ended: bool,
    see: &'s mut dyn FnMut(&mut Expr, &Read, bool),
}

impl Walk<'_, '_> {
    fn block(&mut self, stmts: &mut [Stmt]) {
        for stmt in stmts {
            if self.ended {
                return;
            }
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match &mut stmt.kind {
            StmtKind::Store(place, value) => {
                self.place(place);
                self.expr(value);
                self.written.extend(place.local());
            }
            StmtKind::Zero(place)
            | StmtKind::ZeroPart(place, ..)
            | StmtKind::StoreStr(place, _) => {
                self.place(place);
                self.written.extend(place.local());
            }
            StmtKind::Copy(to, from) => {
                self.place(to);
                self.place(from);
                self.written.extend(to.local());
            }
            StmtKind::Gather(gather) => {
                self.written.extend(gather.buffer.local());
                self.written.extend(gather.to.local());
            }
            StmtKind::Eval(value) | StmtKind::Return(Some(value)) => self.expr(value),
            StmtKind::If(test, then, orelse) => {
                self.expr(test);
                if self.guarded {
                    self.ended = true;
                    return;
                }
                let certain = std::mem::replace(&mut self.certain, false);
                self.block(then);
                self.block(orelse);
                self.certain = certain;
            }
            StmtKind::ForRange { .. } | StmtKind::Loop { .. } => self.ended = true,
            StmtKind::Break | StmtKind::Continue | StmtKind::Return(None) => {}
        }
    }

    /// An expression that is perhaps not evaluated.
    fn perhaps(&mut self, exprs: &mut [&mut Expr]) {
        let certain = std::mem::replace(&mut self.certain, false);
        exprs.iter_mut().for_each(|expr| self.expr(expr));
        self.certain = certain;
    }

    fn place(&mut self, place: &mut Place) {
        match place {
            Place::Local(_) | Place::Global(_) => {}
            Place::Deref(pointer) | Place::Context(pointer, ..) => self.expr(pointer),
            Place::Field(base, _) | Place::Part(base, ..) => self.place(base),
            Place::Index(base, index) => {
                self.place(base);
                self.expr(index);
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        if self.ended {
            return;
        }
        match &mut expr.kind {
            ExprKind::Load(place) => {
                self.place(place);
                self.load(expr);
            }
            ExprKind::Address(place) => {
                self.place(place);
                self.written.extend(place.local());
            }
            ExprKind::Text(op) => op.places_mut().into_iter().for_each(|place| self.place(place)),
            ExprKind::Spill(inner)
            | ExprKind::Convert(inner)
            | ExprKind::NonNull(inner)
            | ExprKind::IsFound(inner)
            | ExprKind::Hidden(inner)
            | ExprKind::InPacket(inner)
            | ExprKind::Unary(_, inner) => self.expr(inner),
            ExprKind::Binary(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::Advance(left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.expr(left);
                self.perhaps(&mut [right]);
            }
            ExprKind::Select(test, yes, no) => {
                self.expr(test);
                self.perhaps(&mut [yes, no]);
            }
            ExprKind::Helper(id, args) => {
                args.iter_mut().for_each(|arg| self.expr(arg));
                self.ended |= !effects::leaves_kernel(*id);
            }
            ExprKind::Sequence(stmts, value) => {
                self.block(stmts);
                self.expr(value);
            }
            ExprKind::Atomic(_, place, args) => {
                self.place(place);
                args.iter_mut().for_each(|arg| self.expr(arg));
                self.written.extend(place.local());
            }
            ExprKind::Kfunc(_, args) | ExprKind::Call(_, args) => {
                args.iter_mut().for_each(|arg| self.expr(arg));
                self.ended = true;
            }
            ExprKind::Function(_) => self.ended = true,
            ExprKind::Const(_)
            | ExprKind::Null
            | ExprKind::Map(_)
            | ExprKind::Str(_)
            | ExprKind::Extern(_)
            | ExprKind::Query(_) => {}
        }
    }

    fn load(&mut self, expr: &mut Expr) {
        if self.ended || (self.guarded && !self.certain) {
            return;
        }
        if let Some(read) = self.read(expr)
            && read.root.local().is_some_and(|id| !self.written.contains(&id))
        {
            (self.see)(expr, &read, self.certain);
        }
    }

    /// What an expression reads, if a helper does it and it may be read together with
    /// others.
    fn read(&self, expr: &Expr) -> Option<Read> {
        let ExprKind::Load(place) = &expr.kind else { return None };
        if place.region() != Region::Kernel || !place.is_fixed() {
            return None;
        }
        let pointer = plain(place.root()?);
        let ExprKind::Load(root) = &pointer.kind else { return None };
        let Type::Struct(of) = place.root()?.ptr_type()?.pointee.as_deref()? else { return None };
        let at = self.offset(place)?;
        let size = expr.ty.size(self.module);
        let scalar = !expr.ty.is_aggregate() && (1..=8).contains(&size);
        let fits = is_plain(root) && scalar && at % size == 0;
        let (place, root, of, ty) = (place.clone(), root.clone(), *of, expr.ty.clone());
        fits.then_some(Read { place, root, of, at, ty, size })
    }

    /// Bytes from the pointer to a member, if only members of structs of the kernel
    /// and elements lead there.
    fn offset(&self, place: &Place) -> Option<u64> {
        match place {
            Place::Field(base, index) => {
                let field = self.field(base, *index)?;
                let plain = !matches!(field.shape, Shape::Bits { .. });
                plain.then(|| Some(self.offset(base)? + field.offset))?
            }
            Place::Index(base, index) => {
                // An array as such is no member.
                matches!(**base, Place::Field(..)).then_some(())?;
                let Type::Array(element, _) = base.ty(self.module, self.function)? else {
                    return None;
                };
                let index = u64::try_from(index.as_const()?).ok()?;
                Some(self.offset(base)? + element.size(self.module).checked_mul(index)?)
            }
            Place::Deref(_) => Some(0),
            _ => None,
        }
    }

    fn field(&self, base: &Place, index: u32) -> Option<&Field> {
        let Type::Struct(id) = base.ty(self.module, self.function)? else { return None };
        let laid = self.module.structs.get(id.0 as usize)?;
        laid.kernel?;
        laid.fields.get(index as usize)
    }
}

/// A pointer without what was found out about it.
fn plain(pointer: &Expr) -> &Expr {
    match &bare(pointer).kind {
        ExprKind::NonNull(inner) => plain(inner),
        _ => bare(pointer),
    }
}

/// Whether two ways from a pointer to a member are one.
fn same_way(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::Deref(_), Place::Deref(_)) => true,
        (Place::Field(a, x), Place::Field(b, y)) => x == y && same_way(a, b),
        (Place::Index(a, x), Place::Index(b, y)) => x.as_const() == y.as_const() && same_way(a, b),
        _ => false,
    }
}
