//! Expressions: literals, names and the way to every other form.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, IntType, LocalId, Place, Region, Type};
use syntax::ExprKind;

use super::Body;
use super::value::Value;
use crate::constants::Constant;
use crate::kernel_types::Known;
use crate::names::Meaning;
use crate::session::{Item, Reported, Result};

impl Body<'_, '_> {
    /// The value of an expression, at hand.
    pub(super) fn expr(&mut self, expr: &syntax::Expr) -> Result<Value> {
        let value = self.operand(expr)?;
        self.at_hand(value, expr.span)
    }

    /// The value of an expression; it may still lie in memory of the kernel.
    pub(super) fn operand(&mut self, expr: &syntax::Expr) -> Result<Value> {
        let at = expr.span;
        match &expr.kind {
            ExprKind::Error => Err(Reported),
            ExprKind::Int(value) => self.literal(*value, at),
            ExprKind::Bool(value) => {
                Ok(Value::Scalar(Expr::int(i128::from(*value), Type::Bool, at)))
            }
            ExprKind::None => Ok(Value::Nothing),
            ExprKind::Str(text) => Ok(Value::Text(text.clone().into_bytes())),
            ExprKind::Bytes(bytes) => Ok(Value::Text(bytes.clone())),
            ExprKind::Name(name) => self.name(name, at),
            ExprKind::Attribute(base, field) => self.attribute(expr, base, field),
            ExprKind::Index(base, index) => self.index(base, index, at),
            ExprKind::Call(callee, args, keywords) => self.call(callee, args, keywords, at),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, at),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, at),
            ExprKind::Logic(op, operands) => self.logic(*op, operands, at),
            ExprKind::Compare(left, rest) => {
                let (test, _) = self.compare(left, rest, at)?;
                Ok(Value::Scalar(test))
            }
            ExprKind::Conditional(test, yes, no) => self.conditional(test, yes, no, at),
            ExprKind::Walrus(name, value) => {
                let target =
                    syntax::Expr { kind: ExprKind::Name(name.name.clone()), span: name.span };
                self.assign(std::slice::from_ref(&target), value, at)?;
                self.name(&name.name, at)
            }
            ExprKind::Format(_) => {
                let message = "an f-string can only be printed";
                Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                        .help("write `print(f\"...\")`, or send the values as a struct"),
                ))
            }
            ExprKind::Tuple(_) => {
                let message = "a tuple or list cannot be a value in BPF";
                Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                        .help("use an array, `(c_uint64 * 3)(1, 2, 3)`, or a `@struct`"),
                ))
            }
            ExprKind::Slice(..) => {
                let message = "a slice is a part of a text or of bytes, one of its kind";
                Err(self.s.report(
                    Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)
                        .help("write `text[1:5]`"),
                ))
            }
            ExprKind::Ellipsis => {
                let message = "`...` stands for code that is still to be written";
                Err(self.s.report(Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)))
            }
        }
    }

    /// An integer literal: `int` where it fits, else wider.
    pub(super) fn literal(&mut self, value: i128, at: Span) -> Result<Value> {
        match IntType::of_literal(value) {
            Some(int) => Ok(Value::Scalar(Expr::int(value, Type::Int(int), at))),
            None => {
                let message = format!("{value} does not fit 64 bits");
                Err(self.s.report(Diagnostic::new(&codes::OUT_OF_RANGE, at, message)))
            }
        }
    }

    /// The local that a name is, if the function assigns it.
    pub(super) fn local(&mut self, name: &str, at: Span) -> Option<Result<LocalId>> {
        if self.global_names.contains(name) {
            return None;
        }
        let Some(named) = self.names.get(name) else {
            if !self.assigned_somewhere.contains(name) {
                return None;
            }
            let message = format!("`{name}` is read before it is assigned");
            return Some(Err(self.s.report(
                Diagnostic::new(&codes::MAYBE_UNBOUND, at, message)
                    .note("a name that a function assigns is local to it, as in Python"),
            )));
        };
        let Some(id) = named.id else { return Some(Err(Reported)) };
        if self.functions_passed.contains(&id) {
            let message = format!("`{name}` is a function of the kernel, which no program reads");
            return Some(Err(self.s.report(
                Diagnostic::new(&codes::BAD_SIGNATURE, at, message)
                    .note("the verifier lets programs read the other arguments alone")
                    .help("`raw_tp` programs and probes have it as a number"),
            )));
        }
        if self.flow.is_assigned(id) {
            return Some(
                self.check_held(id, at)
                    .and_then(|()| self.check_fresh(id, at))
                    .and_then(|()| self.meant(name, id, at)),
            );
        }
        if self.is_dynptr(id) {
            let (first, message) =
                (named.span, format!("the dynptr `{name}` stands for no memory here"));
            return Some(Err(self.s.report(
                Diagnostic::new(&codes::MAYBE_UNBOUND, at, message)
                    .also(first, "made here")
                    .help("give it memory on every path before: `dynptr_from_mem(v.data, 0, d)`"),
            )));
        }
        let (first, message) = (named.span, format!("`{name}` may be read before it is assigned"));
        Some(Err(self.s.report(
            Diagnostic::new(&codes::MAYBE_UNBOUND, at, message)
                .also(first, "assigned here, which not every path passes")
                .help("give it a value before the branch"),
        )))
    }

    pub(super) fn name(&mut self, name: &str, at: Span) -> Result<Value> {
        if let Some(local) = self.local(name, at) {
            return Ok(self.load_local(local?, at));
        }
        let meaning = self.s.resolve(&[name], at)?;
        self.meaning(meaning, name, at)
    }

    pub(super) fn load_local(&self, id: LocalId, at: Span) -> Value {
        let ty = self.local_type(id);
        if ty.is_aggregate() {
            return Value::Memory(Place::Local(id), ty);
        }
        let load = Expr::load(Place::Local(id), ty, at);
        Value::Scalar(if self.flow.is_found(id) { self.not_null(load) } else { load })
    }

    /// The value that a name of the file or of a module has.
    pub(super) fn meaning(&mut self, meaning: Meaning, name: &str, at: Span) -> Result<Value> {
        let what = match meaning {
            Meaning::Item(Item::Global(id)) => {
                let ty = self.s.module.global(id).ty.clone();
                let place = Place::Global(id);
                return Ok(if ty.is_aggregate() {
                    Value::Memory(place, ty)
                } else {
                    Value::Scalar(Expr::load(place, ty, at))
                });
            }
            Meaning::Item(Item::License) => {
                return Ok(Value::Text(self.s.module.license.clone().into_bytes()));
            }
            Meaning::Constant(index) => return self.constant_value(index, name, at),
            Meaning::Member(value) => return self.literal(value, at),
            Meaning::Kernel(Known::Constant(member)) => return self.literal(member.value, at),
            Meaning::Kernel(Known::Variable(_)) => {
                "a variable of which each CPU has its own: use `this_cpu_ptr` or `per_cpu_ptr`"
            }
            Meaning::Kernel(Known::Function(_)) => "a function of the kernel: call it",
            Meaning::Kernel(Known::Type(_) | Known::Declared(_)) => {
                "a type of the kernel: call it with an address"
            }
            Meaning::Query(_) => "a question about the kernel's types: call it",
            Meaning::KernelConstant(value) => return self.literal(i128::from(value), at),
            Meaning::Item(Item::Map(_)) => "a map: use one of its operations",
            Meaning::Item(Item::Struct(_)) | Meaning::CType(_) | Meaning::Network(_) => {
                "a type: call it to make a value"
            }
            Meaning::ByteOrder(_) => "a function that turns bytes: call it",
            Meaning::Register(_) => "a register of the context: call it",
            Meaning::Item(Item::Function(_)) => "a function: call it",
            Meaning::Item(Item::Program) => "a program, which only the kernel calls",
            Meaning::Item(Item::Broken | Item::Placeholder) => return Err(Reported),
            Meaning::Helper(_) | Meaning::Short(_) | Meaning::Atomic(_) => "a helper: call it",
            Meaning::Object(_) => "a type of the kernel: fields and variables are declared with it",
            Meaning::MapType(_) => "a map type: it is used in `@map` definitions",
            Meaning::Builtin(_) => "a builtin function: call it",
        };
        let message = format!("`{name}` is {what}");
        Err(self.s.report(Diagnostic::new(&codes::TYPE_MISMATCH, at, message)))
    }

    fn constant_value(&mut self, index: usize, name: &str, at: Span) -> Result<Value> {
        let tree = self.s.tree;
        let Some(constant) = tree.constants.get(index) else { return Err(Reported) };
        match self.s.named_constant(index, at, 0)? {
            Some(Constant::Int(value)) => self.literal(value, at),
            Some(Constant::Str(text)) => Ok(Value::Text(text.into_bytes())),
            Some(Constant::Bytes(bytes)) => Ok(Value::Text(bytes)),
            None => {
                let message = format!("`{name}` is not a constant that the compiler can compute");
                Err(self.s.report(
                    Diagnostic::new(&codes::CONSTANT_REQUIRED, at, message)
                        .also(constant.name.span, "set here, by Python at run time")
                        .help("make it a `@bpfglobal`, or set it to a plain number"),
                ))
            }
        }
    }

    /// The place that an aggregate value lies in, or what a pointer to one
    /// points to; `None` for other values.
    pub(super) fn as_place(&mut self, value: Value, at: Span) -> Result<Option<(Place, Type)>> {
        match value {
            Value::Memory(place, ty) => Ok(Some((place, ty))),
            Value::Scalar(expr) => {
                let Some(ptr) = expr.ptr_type() else { return Ok(None) };
                let Some(pointee) = ptr.pointee.clone() else { return Ok(None) };
                if matches!(ptr.region, Region::Opaque | Region::Context | Region::PacketEnd) {
                    return Ok(None);
                }
                if ptr.region == Region::Cursor {
                    return Ok(Some((self.in_packet(expr, at)?, *pointee)));
                }
                if ptr.nullable && ptr.region == Region::Packet {
                    return Err(self.unchecked_packet(at));
                }
                if ptr.nullable && !ptr.region.is_foreign() {
                    return Err(self.unchecked(at));
                }
                Ok(Some((Place::Deref(Box::new(expr)), *pointee)))
            }
            _ => Ok(None),
        }
    }

    /// Reports the use of a lookup result that was not checked.
    pub(super) fn unchecked(&mut self, at: Span) -> Reported {
        let text = self.s.source.slice(at).to_owned();
        let message = format!("`{text}` may have no entry: it is not checked before this use");
        self.s.report(
            Diagnostic::new(&codes::NULL_POINTER, at, message)
                .label("the lookup that gave it may have found nothing")
                .help(format!("put `if {text}:` around this, or `if not {text}: return 0` before")),
        )
    }
}
