//! Map operations: methods, items, `in` and `del`.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{EventType, Expr, ExprKind, MapId, Place, PtrType, Region, Stmt, StmtKind, Type};
use syntax::{BinaryOp, Ident, Keyword};

use super::Body;
use super::value::Value;
use crate::session::{Item, Reported, Result};

/// `BPF_F_CURRENT_CPU`: the buffer of the CPU that the program runs on.
const CURRENT_CPU: &str = "BPF_F_CURRENT_CPU";

const METHODS: [&str; 5] = ["lookup", "get", "update", "delete", "output"];

impl Body<'_, '_> {
    /// The map that an expression names, if it names one.
    pub(super) fn map_named(&mut self, expr: &syntax::Expr) -> Result<Option<MapId>> {
        let syntax::ExprKind::Name(name) = &expr.kind else { return Ok(None) };
        if self.assigned_somewhere.contains(name) || self.names.contains_key(name) {
            return Ok(None);
        }
        match self.s.item(name) {
            Some((Item::Map(id), _)) => Ok(Some(*id)),
            Some((Item::Broken, _)) => Err(Reported),
            Some((Item::Placeholder, _)) => Err(self.s.placeholder(name, expr.span)),
            _ => Ok(None),
        }
    }

    /// The address of a map.
    pub(super) fn map_address(&self, map: MapId, at: Span) -> Expr {
        let ty = Type::Ptr(PtrType { pointee: None, region: Region::Opaque, nullable: false });
        Expr::new(ExprKind::Map(map), ty, at)
    }

    pub(super) fn map_method(
        &mut self,
        map: MapId,
        method: &Ident,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let ops = self.ops(map);
        let allowed = match method.name.as_str() {
            "lookup" | "get" => ops.lookup,
            "update" => ops.update,
            "delete" => ops.delete,
            "output" => ops.output,
            _ => false,
        };
        if !allowed {
            return Err(self.no_operation(map, method));
        }
        if method.name != "update" {
            self.no_keywords(keywords)?;
        }
        let value = match method.name.as_str() {
            "lookup" => {
                self.count("lookup", "one key", 1..=1, args, at)?;
                self.lookup(map, &args[0], at)?
            }
            "get" => {
                self.count("get", "a key and a default", 1..=2, args, at)?;
                return self.get(map, args, at);
            }
            "delete" => {
                self.count("delete", "one key", 1..=1, args, at)?;
                self.map_delete(map, &args[0], at)?
            }
            "output" => {
                self.count("output", "one value", 1..=1, args, at)?;
                self.send(map, &args[0], at)?
            }
            _ => {
                self.count("update", "a key, a value and flags", 2..=3, args, at)?;
                let flags = self.update_flags(args.get(2), keywords, at)?;
                let value = self.expr(&args[1])?;
                self.update(map, &args[0], value, args[1].span, flags, at)?
            }
        };
        Ok(Value::Scalar(value))
    }

    fn ops(&self, map: MapId) -> kernel::MapOps {
        self.s.map_types.get(map.0 as usize).map_or_else(Default::default, |kind| kind.ops)
    }

    fn no_operation(&mut self, map: MapId, method: &Ident) -> Reported {
        let ops = self.ops(map);
        let kind = self.s.map_types.get(map.0 as usize).map_or("map", |kind| kind.name);
        let has: Vec<&str> = METHODS
            .into_iter()
            .filter(|name| match *name {
                "lookup" | "get" => ops.lookup,
                "update" => ops.update,
                "delete" => ops.delete,
                _ => ops.output,
            })
            .collect();
        let message = format!("a `{kind}` has no operation `{}`", method.name);
        let help = match nearest(&method.name, has.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", has.join(", ")),
        };
        self.s.report(Diagnostic::new(&codes::MAP_OPERATION, method.span, message).help(help))
    }

    fn require(&mut self, allowed: bool, map: MapId, what: &str, at: Span) -> Result<()> {
        if allowed {
            return Ok(());
        }
        let kind = self.s.map_types.get(map.0 as usize).map_or("map", |kind| kind.name);
        let message = format!("entries of a `{kind}` cannot be {what} from BPF");
        Err(self.s.report(Diagnostic::new(&codes::MAP_OPERATION, at, message)))
    }

    fn key(&mut self, map: MapId, key: &syntax::Expr) -> Result<Expr> {
        let Some(ty) = self.s.module.map(map).key.clone() else { return Err(Reported) };
        let value = self.expr(key)?;
        let value = match self.as_place(value.clone(), key.span)? {
            Some((place, found)) if found == ty && ty.is_aggregate() => Value::Memory(place, found),
            _ => value,
        };
        self.memory(value, &ty, key.span)
    }

    fn value_type(&self, map: MapId) -> Result<Type> {
        self.s.module.map(map).value.clone().ok_or(Reported)
    }

    /// A pointer to the entry, null where there is none.
    pub(super) fn lookup(&mut self, map: MapId, key: &syntax::Expr, at: Span) -> Result<Expr> {
        let allowed = self.ops(map).lookup;
        self.require(allowed, map, "looked up", at)?;
        let key = self.key(map, key)?;
        let pointee = Some(Box::new(self.value_type(map)?));
        let ty = Type::Ptr(PtrType { pointee, region: Region::MapValue(map), nullable: true });
        let args = vec![self.map_address(map, at), key];
        self.call_helper("map_lookup_elem", args, ty, at)
    }

    fn get(&mut self, map: MapId, args: &[syntax::Expr], at: Span) -> Result<Value> {
        let allowed = self.ops(map).lookup;
        self.require(allowed, map, "looked up", at)?;
        let ty = self.value_type(map)?;
        if ty.is_aggregate() {
            let message = "`get` reads numbers; this map holds something larger";
            return Err(self.s.report(
                Diagnostic::new(&codes::MAP_OPERATION, at, message)
                    .help("use `lookup` and check the result with `if`"),
            ));
        }
        let pointer = self.lookup(map, &args[0], at)?;
        let other = match args.get(1) {
            None => Expr::int(0, ty.clone(), at),
            Some(default) => {
                let value = self.expr(default)?;
                self.convert(value, &ty, default.span)?
            }
        };
        Ok(Value::Scalar(self.value_or(pointer, ty, other)))
    }

    /// `m[k]` as a value: the number, or 0 where there is none.
    pub(super) fn map_item(&mut self, map: MapId, key: &syntax::Expr, at: Span) -> Result<Value> {
        self.get(map, std::slice::from_ref(key), at)
    }

    /// `m[k] = value`
    pub(super) fn map_store(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        value: Value,
        value_span: Span,
        at: Span,
    ) -> Result<Expr> {
        let flags = Expr::int(0, Type::U64, at);
        self.update(map, key, value, value_span, flags, at)
    }

    fn update(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        value: Value,
        value_span: Span,
        flags: Expr,
        at: Span,
    ) -> Result<Expr> {
        let allowed = self.ops(map).update;
        self.require(allowed, map, "updated", at)?;
        let ty = self.value_type(map)?;
        let value = match self.as_place(value.clone(), value_span) {
            Ok(Some((place, found))) if ty.is_aggregate() => Value::Memory(place, found),
            Err(reported) if ty.is_aggregate() => return Err(reported),
            _ => value,
        };
        let key = self.key(map, key)?;
        let value = self.memory(value, &ty, value_span)?;
        let args = vec![self.map_address(map, at), key, value, flags];
        self.call_helper("map_update_elem", args, Type::I64, at)
    }

    fn update_flags(
        &mut self,
        positional: Option<&syntax::Expr>,
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Expr> {
        let named = keywords.iter().find(|keyword| keyword.name.name == "flags");
        if let Some(other) = keywords.iter().find(|keyword| keyword.name.name != "flags") {
            return self
                .no_keywords(std::slice::from_ref(other))
                .map(|()| Expr::int(0, Type::U64, at));
        }
        match positional.or(named.map(|keyword| &keyword.value)) {
            None => Ok(Expr::int(0, Type::U64, at)),
            Some(flags) => {
                let value = self.expr(flags)?;
                self.convert(value, &Type::U64, flags.span)
            }
        }
    }

    pub(super) fn map_delete(&mut self, map: MapId, key: &syntax::Expr, at: Span) -> Result<Expr> {
        let allowed = self.ops(map).delete;
        self.require(allowed, map, "deleted", at)?;
        let key = self.key(map, key)?;
        let args = vec![self.map_address(map, at), key];
        self.call_helper("map_delete_elem", args, Type::I64, at)
    }

    /// `m[k] op= value`: changes the entry in place; a missing one starts at 0.
    /// Additions to 32 and 64 bits are atomic.
    pub(super) fn map_augment(
        &mut self,
        map: MapId,
        key: &syntax::Expr,
        op: BinaryOp,
        value: &syntax::Expr,
        at: Span,
    ) -> Result<()> {
        let allowed = self.ops(map).update && self.ops(map).lookup;
        self.require(allowed, map, "updated", at)?;
        let ty = self.value_type(map)?;
        let Type::Int(int) = ty else {
            let message = "only entries that are integers can be changed like this";
            return Err(self.s.report(
                Diagnostic::new(&codes::MAP_OPERATION, at, message)
                    .help("look the entry up, check it with `if`, and change its fields"),
            ));
        };
        let key = self.key(map, key)?;
        // The key is needed twice: once to look up, once to insert.
        let key = match key.kind {
            ExprKind::Spill(value) => self.keep(*value, "key").spill(),
            _ => key,
        };
        let change = self.expr(value)?;
        let change = self.integer(change, value.span)?;
        let change = self.keep(change, "change");

        let pointee = Some(Box::new(ty.clone()));
        let pointer_type =
            Type::Ptr(PtrType { pointee, region: Region::MapValue(map), nullable: true });
        let args = vec![self.map_address(map, at), key.clone()];
        let found = self.call_helper("map_lookup_elem", args, pointer_type, at)?;
        let pointer = self.keep(found, "entry");
        let test = Expr::new(ExprKind::IsFound(Box::new(pointer.clone())), Type::Bool, at);
        let entry = Place::Deref(Box::new(self.not_null(pointer)));

        let atomic = int.bits >= 32 && matches!(op, BinaryOp::Add | BinaryOp::Sub);
        let in_place = if atomic {
            let amount = change.clone().convert(ty.clone());
            let amount = match op {
                BinaryOp::Sub => {
                    let minus = ExprKind::Unary(ir::UnaryOp::Neg, Box::new(amount));
                    Expr::new(minus, ty.clone(), at)
                }
                _ => amount,
            };
            StmtKind::AtomicAdd(entry, amount)
        } else {
            let old = Expr::load(entry.clone(), ty.clone(), at);
            let Value::Scalar(new) = self.apply(op, old, change.clone(), at)? else {
                return Err(Reported);
            };
            StmtKind::Store(entry, new.convert(ty.clone()))
        };
        let zero = Expr::int(0, ty.clone(), at);
        let Value::Scalar(first) = self.apply(op, zero, change, at)? else { return Err(Reported) };
        let first = first.convert(ty).spill();
        let flags = Expr::int(0, Type::U64, at);
        let args = vec![self.map_address(map, at), key, first, flags];
        let insert = self.call_helper("map_update_elem", args, Type::I64, at)?;
        let then = vec![Stmt::new(in_place, at)];
        let orelse = vec![Stmt::new(StmtKind::Eval(insert), at)];
        self.push(StmtKind::If(test, then, orelse), at);
        Ok(())
    }

    /// `buffer.output(value)`
    fn send(&mut self, map: MapId, arg: &syntax::Expr, at: Span) -> Result<Expr> {
        let (data, size) = self.input(arg)?;
        let ty = data.ptr_type().and_then(|ptr| ptr.pointee.as_deref()).cloned();
        if let Some(ty) = ty {
            self.note_event(map, ty, arg.span)?;
        }
        let perf = self
            .s
            .map_types
            .get(map.0 as usize)
            .is_some_and(|kind| kind.kernel == "BPF_MAP_TYPE_PERF_EVENT_ARRAY");
        let size = Expr::int(i128::from(size), Type::U64, at);
        let buffer = self.map_address(map, at);
        if !perf {
            let flags = Expr::int(0, Type::U64, at);
            return self.call_helper(
                "ringbuf_output",
                vec![buffer, data, size, flags],
                Type::I64,
                at,
            );
        }
        let Some(context) = self.context(at) else {
            let message = "a perf buffer is written with the program's context, which is not here";
            return Err(self.s.report(
                Diagnostic::new(&codes::MAP_OPERATION, at, message)
                    .help("call `output` in the program itself, with a `ctx` parameter"),
            ));
        };
        let Some(cpu) = kernel::constant(CURRENT_CPU) else { return Err(Reported) };
        let flags = Expr::int(i128::from(cpu.value), Type::U64, at);
        let args = vec![context, buffer, flags, data, size];
        self.call_helper("perf_event_output", args, Type::I64, at)
    }

    /// Enters what a buffer carries, for user space to decode.
    fn note_event(&mut self, map: MapId, ty: Type, at: Span) -> Result<()> {
        let size = ty.size(&self.s.module);
        let events = &self.s.module.map(map).events;
        if events.iter().any(|event| event.ty == ty) {
            return Ok(());
        }
        let twin = events.iter().find(|event| event.ty.size(&self.s.module) == size).cloned();
        if let Some(twin) = twin {
            let (a, b) = (self.s.type_name(&twin.ty), self.s.type_name(&ty));
            let name = self.s.module.map(map).name.clone();
            let message =
                format!("`{a}` and `{b}` both have {size} bytes and both go through `{name}`");
            return Err(self.s.report(
                Diagnostic::new(&codes::AMBIGUOUS_EVENT, at, message)
                    .also(twin.span, "the other one")
                    .note("the reader tells events apart by their size")
                    .help(
                        "give each its own buffer, or put both into one struct with a kind field",
                    ),
            ));
        }
        if let Some(map) = self.s.module.maps.get_mut(map.0 as usize) {
            map.events.push(EventType { ty, span: at });
        }
        Ok(())
    }
}
