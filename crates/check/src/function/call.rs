//! Calls: what is called, and functions of the file.

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, ExprKind, Type};
use syntax::Keyword;

use super::Body;
use super::text::is_text;
use super::value::Value;
use crate::kernel_types::Known;
use crate::names::{Builtin, Meaning};
use crate::session::{Item, Reported, Result};

impl Body<'_, '_> {
    pub(super) fn call(
        &mut self,
        callee: &syntax::Expr,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        if let syntax::ExprKind::Attribute(base, method) = &callee.kind
            && let Some(map) = self.map_named(base)?
        {
            return self.map_method(map, method, args, keywords, at);
        }
        if let Some(value) = self.packet_method(callee, args, keywords, at)? {
            return Ok(value);
        }
        if let Some(value) = self.packet_cast(callee, args, at)? {
            return Ok(value);
        }
        if let Some(value) = self.foreign_cast(callee, args, keywords, at)? {
            return Ok(value);
        }
        if let Some(ty) = self.aggregate_named(callee) {
            return self.built(ty, args, keywords, at);
        }
        // An array type that is none was explained.
        if callee.path().is_none() && self.s.is_array_type(callee) {
            return Err(Reported);
        }
        if let Some(value) = self.record_method(callee, args, keywords, at)? {
            return Ok(value);
        }
        if let Some(value) = self.object_method(callee, args, keywords, at)? {
            return Ok(value);
        }
        if let syntax::ExprKind::Attribute(base, method) = &callee.kind
            && let Some(value) = self.text_receiver(callee, base, method)?
        {
            return self.text_method(value, method, args, keywords, at);
        }
        let path = callee.path().filter(|path| !self.is_local(path));
        let Some(path) = path else {
            return Err(self.not_callable(callee));
        };
        let first_is_item = path.len() > 1 && self.s.tree.imports.resolve(&path).is_none();
        if first_is_item {
            return Err(self.not_callable(callee));
        }
        let meaning = self.s.resolve(&path, callee.span)?;
        match meaning {
            Meaning::Builtin(Builtin::Print) => self.print(args, keywords, at),
            Meaning::Builtin(Builtin::Len) => self.len(args, at),
            Meaning::Builtin(Builtin::Ord) => self.ord(args, at),
            Meaning::Builtin(Builtin::Chr) => self.chr(args, at),
            Meaning::Builtin(Builtin::Abs) => self.abs(args, at),
            Meaning::Builtin(Builtin::Min) => self.extreme(ir::CompareOp::Lt, args, at),
            Meaning::Builtin(Builtin::Max) => self.extreme(ir::CompareOp::Gt, args, at),
            Meaning::Builtin(Builtin::Sizeof) => self.sizeof(args, keywords, at),
            Meaning::Builtin(
                Builtin::Range | Builtin::Enumerate | Builtin::Reversed | Builtin::Zip,
            ) => {
                let name = self.s.source.slice(callee.span);
                let message = format!("`{name}` can only be looped over");
                Err(self.s.report(Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message)))
            }
            Meaning::Builtin(Builtin::Str) => {
                let message = "text cannot be made at run time";
                let help = match args {
                    [syntax::Expr { kind: syntax::ExprKind::Int(size), .. }] => {
                        format!("declare room for text: `name: str({size}) = \"\"`")
                    }
                    _ => {
                        "print numbers with `print(f\"...\")`, or send them as they are".to_owned()
                    }
                };
                let diagnostic = Diagnostic::new(&codes::UNSUPPORTED_EXPRESSION, at, message);
                Err(self.s.report(diagnostic.help(help)))
            }
            Meaning::Register(name) => {
                self.no_keywords(keywords)?;
                self.register_macro(name, args, at)
            }
            Meaning::ByteOrder(order) => self.byte_order(order, args, keywords, at),
            Meaning::CType(_)
            | Meaning::Network(_)
            | Meaning::Item(Item::Struct(_))
            | Meaning::Builtin(Builtin::Int | Builtin::Bool) => {
                self.construct(&meaning, args, keywords, at)
            }
            Meaning::Kernel(Known::Function(name)) => {
                self.kfunc_call(&name, callee.span, args, keywords, at)
            }
            Meaning::Builtin(Builtin::KsymExists) => self.ksym_exists(args, keywords, at),
            Meaning::Kernel(known) => self.kernel_construct(&known, args, keywords, at),
            Meaning::Helper(helper) => {
                if matches!(helper.ret, kernel::Ret::Socket { acquired: true, .. }) {
                    return Err(self.nameless_socket(at));
                }
                self.no_keywords(keywords)?;
                self.helper(helper, args, at)
            }
            Meaning::Short(short) => {
                self.no_keywords(keywords)?;
                self.short_name(short, args, at)
            }
            Meaning::Query(asks) => {
                self.no_keywords(keywords)?;
                self.query(asks, args, at)
            }
            Meaning::Atomic(atomic) => self.atomic(atomic, args, keywords, at),
            Meaning::Item(Item::Function(id)) => self.function_call(id, args, keywords, at),
            Meaning::Item(Item::Global(id)) if args.is_empty() && keywords.is_empty() => {
                // As Python spells it: the global is a function there.
                let name = self.s.module.global(id).name.clone();
                self.meaning(Meaning::Item(Item::Global(id)), &name, at)
            }
            _ => Err(self.not_callable(callee)),
        }
    }

    fn not_callable(&mut self, callee: &syntax::Expr) -> Reported {
        if matches!(callee.kind, syntax::ExprKind::Error) {
            return Reported;
        }
        let base = match &callee.kind {
            syntax::ExprKind::Attribute(base, _) => base,
            _ => callee,
        };
        if let syntax::ExprKind::Attribute(base, method) = &callee.kind
            && let Ok(Some(object)) = self.object_named(base)
        {
            return self.no_object_method(object, method);
        }
        // A name whose assignment failed was explained there.
        if let syntax::ExprKind::Name(name) = &base.kind
            && self.names.get(name).is_some_and(|named| named.id.is_none())
        {
            return Reported;
        }
        // An unknown name is the better thing to say.
        if let syntax::ExprKind::Name(_) = &base.kind
            && self.expr_or_item(base).is_err()
        {
            return Reported;
        }
        let text = self.s.source.slice(callee.span).to_owned();
        let message = format!("`{text}` cannot be called in a BPF function");
        self.s.report(
            Diagnostic::new(&codes::NOT_CALLABLE, callee.span, message).help(
                "helpers, map operations, types and the file's `@bpf` functions can be called",
            ),
        )
    }

    /// Whether a name is known at all.
    fn expr_or_item(&mut self, name: &syntax::Expr) -> Result<()> {
        let Some(path) = name.path() else { return Ok(()) };
        if self.is_local(&path) || self.s.tree.imports.get(path[0]).is_some() {
            return Ok(());
        }
        self.s.resolve(&path, name.span).map(|_| ())
    }

    pub(super) fn no_keywords(&mut self, keywords: &[Keyword]) -> Result<()> {
        match keywords.first() {
            None => Ok(()),
            Some(keyword) => {
                let message = format!("`{}` is not an argument here", keyword.name.name);
                Err(self.s.report(
                    Diagnostic::new(&codes::WRONG_ARGUMENTS, keyword.name.span, message)
                        .help("pass arguments by position"),
                ))
            }
        }
    }

    /// Checks the number of arguments of something called `name`.
    pub(super) fn count(
        &mut self,
        name: &str,
        wanted: &str,
        range: std::ops::RangeInclusive<usize>,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<()> {
        if range.contains(&args.len()) {
            return Ok(());
        }
        let message = format!("`{name}` takes {wanted}, and {} are given", args.len());
        Err(self.s.report(Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)))
    }

    /// `len`: the elements of an array, the bytes of a text up to its end.
    fn len(&mut self, args: &[syntax::Expr], at: Span) -> Result<Value> {
        self.count("len", "one argument", 1..=1, args, at)?;
        if let Some(map) = self.map_named(&args[0])? {
            return self.map_len(map, args[0].span);
        }
        if let syntax::ExprKind::Index(base, index) = &args[0].kind
            && let syntax::ExprKind::Slice(start, stop, step) = &index.kind
        {
            return self.slice_len(base, [start, stop, step].map(Option::as_deref), at);
        }
        let value = self.expr(&args[0])?;
        // An entry of a map has the length of its type, found or not.
        if let Value::Scalar(pointer) = &value
            && let Some(Type::Array(_, len)) = pointer.ptr_type().and_then(|p| p.pointee.as_deref())
        {
            return self.literal(i128::from(*len), at);
        }
        let len = match &value {
            Value::Memory(_, Type::Array(_, len)) => i128::from(*len),
            Value::Text(text) => text.len() as i128,
            _ if is_text(&value) => return self.text_len(value, at),
            _ => return Err(self.mismatch(args[0].span, "an array or a text", &value)),
        };
        self.literal(len, at)
    }

    /// `sizeof` of a type or of a value: its bytes.
    fn sizeof(&mut self, args: &[syntax::Expr], keywords: &[Keyword], at: Span) -> Result<Value> {
        self.no_keywords(keywords)?;
        self.count("sizeof", "one argument", 1..=1, args, at)?;
        let is_local = args[0].path().is_some_and(|path| self.is_local(&path));
        if !is_local && let Some(size) = self.kernel_size(&args[0]) {
            return Ok(size);
        }
        if !is_local && self.s.is_type(&args[0]) {
            let ty = self.s.annotation(&args[0])?;
            let size = ty.size(&self.s.module);
            return self.literal(size.into(), at);
        }
        // What a value is made of is not needed, only its type.
        let (value, _) = self.apart(|body| body.expr(&args[0]));
        let ty = match value? {
            Value::Memory(_, ty) => ty,
            Value::Scalar(expr) => match expr.ty {
                Type::Ptr(ir::PtrType { pointee: Some(pointee), region, .. })
                    if region != ir::Region::Opaque =>
                {
                    *pointee
                }
                ty => ty,
            },
            other => return Err(self.mismatch(args[0].span, "a type or a variable", &other)),
        };
        let size = ty.size(&self.s.module);
        self.literal(size.into(), at)
    }

    fn abs(&mut self, args: &[syntax::Expr], at: Span) -> Result<Value> {
        self.count("abs", "one argument", 1..=1, args, at)?;
        let value = self.expr(&args[0])?;
        let value = self.integer(value, at)?;
        let Type::Int(int) = value.ty else { return Ok(Value::Scalar(value)) };
        let ty = Type::Int(int.promote());
        let (value, again) = self.twice(value.convert(ty.clone()));
        let zero = Expr::int(0, ty.clone(), at);
        let negative = Expr::compare(ir::CompareOp::Lt, value, zero, at);
        let minus = ExprKind::Unary(ir::UnaryOp::Neg, Box::new(again.clone()));
        let minus = Expr::new(minus, ty.clone(), at);
        let choice = ExprKind::Select(Box::new(negative), Box::new(minus), Box::new(again));
        Ok(Value::Scalar(Expr::new(choice, ty, at)))
    }

    /// `min` and `max` of two or more numbers.
    fn extreme(
        &mut self,
        keeps_left: ir::CompareOp,
        args: &[syntax::Expr],
        at: Span,
    ) -> Result<Value> {
        self.count("min or max", "two or more numbers", 2..=16, args, at)?;
        let mut best: Option<Expr> = None;
        for arg in args {
            let mut earlier = best.take().map(Value::Scalar).ok_or(Reported);
            let value = self.in_order(&mut earlier, |body| body.expr(arg))?;
            if let Ok(Value::Scalar(earlier)) = earlier {
                best = Some(earlier);
            }
            let value = self.integer(value, arg.span)?;
            best = Some(match best {
                None => value,
                Some(best) => {
                    let (Type::Int(a), Type::Int(b)) = (&best.ty, &value.ty) else {
                        return Err(Reported);
                    };
                    let ty = Type::Int(a.common(*b));
                    let (a, a2) = self.twice(best.convert(ty.clone()));
                    let (b, b2) = self.twice(value.convert(ty.clone()));
                    let test = Expr::compare(keeps_left, a, b, at);
                    let choice = ExprKind::Select(Box::new(test), Box::new(a2), Box::new(b2));
                    Expr::new(choice, ty, at)
                }
            });
        }
        best.map(Value::Scalar).ok_or(Reported)
    }

    /// A value that is read two times and computed once.
    fn twice(&mut self, value: Expr) -> (Expr, Expr) {
        let value = if value.as_const().is_some() { value } else { self.keep(value, "twice") };
        (value.clone(), value)
    }
}
