//! Arguments of calls: positions and names matched with parameters, and the
//! calls of the file's own functions.

use diagnostics::{Diagnostic, Span, codes, nearest};
use ir::{Expr, ExprKind, FunctionId, Place, PtrType, Region, StmtKind, Type};
use syntax::Keyword;

use super::Body;
use super::value::Value;
use crate::session::{Reported, Result};

/// The argument of each parameter, where one is given.
pub(super) type Bound<'e> = Vec<Option<&'e syntax::Expr>>;

impl Body<'_, '_> {
    /// Matches arguments with parameters; the first `required` must be given.
    pub(super) fn bind<'e>(
        &mut self,
        name: &str,
        params: &[&str],
        required: usize,
        args: &'e [syntax::Expr],
        keywords: &'e [Keyword],
        at: Span,
    ) -> Result<Bound<'e>> {
        let mut bound: Bound<'e> = args.iter().map(Some).collect();
        if args.len() > params.len() {
            let message = format!(
                "`{name}` takes {} at the most, and {} are given",
                counted(params.len()),
                args.len()
            );
            return Err(self.wrong_arguments(name, params, required, at, message));
        }
        bound.resize(params.len(), None);
        for keyword in keywords {
            let word = &keyword.name;
            let Some(index) = params.iter().position(|param| *param == word.name) else {
                let message = format!("`{name}` has no parameter `{}`", word.name);
                let mut diagnostic = Diagnostic::new(&codes::WRONG_ARGUMENTS, word.span, message);
                if let Some(near) = nearest(&word.name, params.iter().copied()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
                return Err(self.s.report(diagnostic));
            };
            if bound[index].is_some() {
                let message = format!("`{}` is given twice", word.name);
                return Err(self.wrong_arguments(name, params, required, word.span, message));
            }
            bound[index] = Some(&keyword.value);
        }
        let missing: Vec<String> = params
            .iter()
            .zip(&bound)
            .take(required)
            .filter(|(_, given)| given.is_none())
            .map(|(param, _)| format!("`{param}`"))
            .collect();
        if missing.is_empty() {
            return Ok(bound);
        }
        let message = format!("`{name}` also needs {}", missing.join(" and "));
        Err(self.wrong_arguments(name, params, required, at, message))
    }

    fn wrong_arguments(
        &mut self,
        name: &str,
        params: &[&str],
        required: usize,
        at: Span,
        message: String,
    ) -> Reported {
        let shown: Vec<String> = (0..)
            .zip(params)
            .map(
                |(index, param)| {
                    if index < required { (*param).to_owned() } else { format!("[{param}]") }
                },
            )
            .collect();
        let mut diagnostic = Diagnostic::new(&codes::WRONG_ARGUMENTS, at, message)
            .help(format!("write `{name}({})`, those in brackets as needed", shown.join(", ")));
        if let Some((_, declared)) = self.s.item(name) {
            diagnostic = diagnostic.also(declared, "defined here");
        }
        self.s.report(diagnostic)
    }

    /// `f(...)` for a function of the file.
    pub(super) fn function_call(
        &mut self,
        id: FunctionId,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        at: Span,
    ) -> Result<Value> {
        let slot = self.s.result_type(id).map(|ty| self.hidden("result", ty));
        self.call_into(id, args, keywords, slot.map(Place::Local), at)
    }

    /// A call whose struct, if it returns one, goes to a place.
    pub(super) fn call_into(
        &mut self,
        id: FunctionId,
        args: &[syntax::Expr],
        keywords: &[Keyword],
        into: Option<Place>,
        at: Span,
    ) -> Result<Value> {
        self.graph.calls.entry(self.id).or_default().push((id, at));
        let called = self.s.module.function(id).name.clone();
        self.not_locked(&called, at);
        let Some(tree) = self.s.tree_of(id) else { return Err(Reported) };
        let callee = self.s.module.function(id);
        let (name, ret) = (callee.name.clone(), callee.ret.clone());
        let params: Vec<Type> = callee.locals.iter().map(|local| local.ty.clone()).collect();
        let names: Vec<&str> = tree.params.iter().map(|param| param.name.name.as_str()).collect();
        let required = tree.params.iter().take_while(|param| param.default.is_none()).count();
        let bound = self.bind(&name, &names, required, args, keywords, at)?;
        let mut passed: Vec<Option<Expr>> = vec![None; names.len()];
        // In the order in which they are written.
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by_key(|index| bound[*index].map(|arg| arg.span.start));
        let shuffled = !order.is_sorted();
        for index in order {
            let default = tree.params[index].default.as_ref();
            let (Some(arg), Some(ty)) = (bound[index].or(default), params.get(index)) else {
                return Err(Reported);
            };
            let (value, steps) = self.apart(|body| body.argument_of(arg, ty));
            // What a later argument does first must not overtake these.
            for earlier in passed.iter_mut().flatten().filter(|_| !steps.is_empty()) {
                if earlier.as_const().is_none() && !matches!(earlier.kind, ExprKind::Address(_)) {
                    *earlier = self.keep(earlier.clone(), "argument");
                }
            }
            self.out.extend(steps);
            let mut value = value?;
            if shuffled && value.as_const().is_none() {
                value = self.keep(value, "argument");
            }
            passed[index] = Some(value);
        }
        self.moved_by_function(id, at);
        let mut passed: Vec<Expr> = passed.into_iter().flatten().collect();
        let Some(place) = into else {
            return Ok(Value::Scalar(Expr::new(ExprKind::Call(id, passed), ret, at)));
        };
        let ty = self.s.result_type(id).ok_or(Reported)?;
        passed.push(Expr::address(place.clone(), ty.clone(), Region::Any, at));
        let call = Expr::new(ExprKind::Call(id, passed), Type::Void, at);
        self.push(StmtKind::Eval(call), at);
        Ok(Value::Memory(place, ty))
    }

    /// An argument for a parameter of this type.
    fn argument_of(&mut self, arg: &syntax::Expr, ty: &Type) -> Result<Expr> {
        let value = self.expr(arg)?;
        match ty {
            Type::Ptr(PtrType { pointee: Some(pointee), region: Region::Any, nullable }) => {
                let address = self.reference(value, pointee, *nullable, arg.span)?;
                Ok(address.convert(ty.clone()))
            }
            ty => self.convert(value, ty, arg.span),
        }
    }

    /// The address of something of this type, for a function to read and
    /// write.
    fn reference(&mut self, value: Value, ty: &Type, nullable: bool, at: Span) -> Result<Expr> {
        let any = Type::Ptr(PtrType {
            pointee: Some(Box::new(ty.clone())),
            region: Region::Any,
            nullable,
        });
        match &value {
            Value::Nothing if nullable => return Ok(Expr::new(ExprKind::Null, any, at)),
            Value::Text(_) if matches!(ty, Type::Str(_)) => return self.memory(value, ty, at),
            Value::Scalar(expr) if nullable => {
                let fits = expr.ptr_type().is_some_and(|ptr| {
                    ptr.pointee.as_deref() == Some(ty)
                        && !matches!(ptr.region, Region::Opaque | Region::Context)
                });
                if fits {
                    return Ok(expr.clone());
                }
            }
            Value::Scalar(Expr { kind: ExprKind::Load(place), ty: found, .. })
                if found == ty && !matches!(ty, Type::Ptr(_)) =>
            {
                self.writable(place, at)?;
                return Ok(Expr::address(place.clone(), ty.clone(), Region::Any, at));
            }
            _ => {}
        }
        match self.as_place(value.clone(), at)? {
            Some((place, found)) if found == *ty => {
                let place = self.shared(place, &found, at);
                Ok(Expr::address(place, found, Region::Any, at))
            }
            _ => {
                let wanted = format!("`{}`", self.s.type_name(ty));
                Err(self.mismatch(at, &wanted, &value))
            }
        }
    }

    /// A global that the function does not declare `global` stays as it is:
    /// a copy is passed.
    fn shared(&mut self, place: Place, ty: &Type, at: Span) -> Place {
        let mut base = &place;
        while let Place::Field(inner, _) | Place::Index(inner, _) = base {
            base = inner;
        }
        let Place::Global(id) = *base else { return place };
        if self.global_names.contains(&self.s.module.global(id).name) {
            if let Some(global) = self.s.module.globals.get_mut(id.0 as usize) {
                global.mutable = true;
            }
            return place;
        }
        let copy = Place::Local(self.hidden("passed", ty.clone()));
        self.push(StmtKind::Copy(copy.clone(), place), at);
        copy
    }

    /// Where a function that returns a struct puts it.
    pub(super) fn result_place(&self, at: Span) -> Option<(Place, Type)> {
        let id = self.result?;
        let pointer = Expr::load(Place::Local(id), self.local_type(id), at);
        let ty = pointer.ptr_type()?.pointee.as_deref()?.clone();
        Some((Place::Deref(Box::new(pointer)), ty))
    }

    /// `return value` of a function that returns a struct.
    pub(super) fn return_into(
        &mut self,
        place: Place,
        ty: &Type,
        value: Option<&syntax::Expr>,
        at: Span,
    ) -> Result<()> {
        let Some(value) = value else {
            let message = format!("this function returns `{}`", self.s.type_name(ty));
            return Err(self.s.report(
                Diagnostic::new(&codes::TYPE_MISMATCH, at, message)
                    .help("return one: `return name_of_variable`"),
            ));
        };
        let found = self.expr(value)?;
        self.store_place(place, ty, found, value.span, at)
    }
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        more => format!("{more} arguments"),
    }
}
