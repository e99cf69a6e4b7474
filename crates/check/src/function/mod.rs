//! The body of one function: statements and expressions to typed ones.
//!
//! [`Body`] holds what is known at the current point: the locals, which of
//! them are assigned and which pointers are known not to be null ([`flow`]),
//! and the statements made so far.

mod acquire;
mod addresses;
mod arguments;
mod arithmetic;
mod assign;
mod atomic;
mod bits;
mod call;
mod callback;
mod compare;
mod construct;
mod context;
mod context_pointer;
mod cursor;
mod dynptr;
mod each;
mod entry;
mod equal;
mod equated;
mod event;
mod expr;
mod flow;
mod helper_call;
mod inner_map;
mod kernel_memory;
mod kfunc_call;
mod kfunc_trust;
mod kptr;
mod leave;
mod locks;
mod logic;
mod loops;
mod map_call;
mod map_loop;
mod map_method;
mod match_stmt;
mod moved;
mod multiplied;
mod network;
mod none;
mod objects;
mod owner;
mod packet;
mod parameters;
mod place;
mod print;
mod print_parts;
mod print_spec;
mod query;
mod range;
mod rebind;
mod reserve;
mod slice;
mod stmt;
mod text;
mod text_method;
mod turns;
mod unused;
mod value;
mod while_stmt;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use diagnostics::{Diagnostic, Span, codes};
use ir::{Expr, FunctionId, FunctionKind, Local, LocalId, Place, Region, Stmt, StmtKind, Type};

use crate::contexts::Context;
use crate::reach::Graph;
use crate::scratch::MAX_SCRATCH;
use crate::session::{Result, Session, Signature};
use flow::Flow;
use value::Value;

/// What the source calls a local.
struct Named {
    id: Option<LocalId>,
    /// Where it is first assigned.
    span: Span,
}

pub(crate) struct Body<'s, 'a> {
    s: &'s mut Session<'a>,
    graph: &'s mut Graph,
    id: FunctionId,
    tree: &'a syntax::Function,
    is_program: bool,
    /// How many bases of pointers into the packet there are.
    bases: u32,
    /// What `ctx` is here.
    context: Context,
    /// The hook of a program, where it could be read.
    section: Option<Rc<kernel::Section>>,
    ret: Type,
    locals: Vec<Local>,
    names: HashMap<String, Named>,
    /// Names that some statement of the function assigns.
    assigned_somewhere: HashSet<String>,
    /// Names that a `global` statement declares.
    global_names: HashSet<String>,
    /// Numbers that are pointers to the verifier.
    addresses: HashSet<LocalId>,
    /// Parameters that are functions of the kernel.
    functions_passed: HashSet<LocalId>,
    flow: Flow,
    out: Vec<Stmt>,
    loops: Vec<loops::LoopFlow>,
    /// The `with` statements around the current one.
    withs: Vec<leave::With>,
    /// Names for parts of reserved records: the record's local, and where it
    /// was reserved.
    parts: HashMap<LocalId, (LocalId, Span)>,
    /// What the dynptrs of the function stand for.
    dynptrs: HashMap<LocalId, dynptr::Behind>,
    /// Reservations that a path was shown not to finish.
    leaked: HashSet<LocalId>,
    /// The parameter that a struct is returned through.
    result: Option<LocalId>,
    /// The entry of a map that a target is part of: the place where the
    /// source says `m[k]`, and the pointer to use.
    entry: Option<(Span, Expr)>,
    /// The expression that is evaluated for what it does alone.
    unused: Option<Span>,
    /// The maps that locals hold.
    inner_maps: inner_map::InnerMaps,
}

/// Checks the body of a declared function and puts it into the module.
pub(crate) fn check<'a>(session: &mut Session<'a>, signature: &Signature<'a>, graph: &mut Graph) {
    let declared = session.module.function(signature.id).clone();
    let tree = signature.tree;
    let session_result = session.result_of(signature.id);
    let context = session.context_of(signature);
    let mut body = Body {
        s: session,
        graph,
        id: signature.id,
        tree,
        is_program: matches!(declared.kind, FunctionKind::Program { .. }),
        bases: 0,
        context,
        section: signature.section.clone(),
        ret: declared.ret.clone(),
        locals: declared.locals,
        names: HashMap::new(),
        assigned_somewhere: HashSet::new(),
        global_names: HashSet::new(),
        addresses: HashSet::new(),
        functions_passed: HashSet::new(),
        flow: Flow::start(),
        out: Vec::new(),
        loops: Vec::new(),
        withs: Vec::new(),
        parts: HashMap::new(),
        dynptrs: HashMap::new(),
        leaked: HashSet::new(),
        result: session_result,
        entry: None,
        unused: None,
        inner_maps: Vec::new(),
    };
    for (index, param) in tree.params.iter().enumerate() {
        let id = LocalId(index as u32);
        let named = Named { id: Some(id), span: param.name.span };
        body.names.insert(param.name.name.clone(), named);
        body.flow.assign(id);
    }
    body.result.iter().for_each(|id| body.flow.assign(*id));
    for name in &tree.refused {
        let named = Named { id: None, span: name.span };
        body.names.entry(name.name.clone()).or_insert(named);
    }
    flow::assigned_names(&tree.body, &mut body.assigned_somewhere, &mut body.global_names);
    body.read_arguments(&signature.arguments, tree.name.span);
    body.block(&tree.body);
    body.end(tree);
    body.check_locals(tree.name.span);
    body.note_reads();
    body.check_trust();
    unused::warn(body.s, tree);
    let (locals, statements) = (body.locals, body.out);
    if let Some(function) = session.module.functions.get_mut(signature.id.0 as usize) {
        function.locals = locals;
        function.body = statements;
    }
}

impl Body<'_, '_> {
    /// No local is larger than the memory beside the stack.
    fn check_locals(&mut self, function: Span) {
        for (index, local) in self.locals.iter().enumerate() {
            let size = local.ty.size(&self.s.module);
            if size <= MAX_SCRATCH {
                continue;
            }
            let id = LocalId(index as u32);
            let named = self.names.values().find(|named| named.id == Some(id));
            let at = named.map_or(function, |named| named.span);
            let message =
                format!("`{}` has {size} bytes, and a local {MAX_SCRATCH} at the most", local.name);
            self.s.report(
                Diagnostic::new(&codes::STACK_TOO_LARGE, at, message)
                    .help("make it smaller, or keep it in a map"),
            );
            return;
        }
    }

    /// A local that the source does not name.
    fn hidden(&mut self, what: &str, ty: Type) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: what.to_owned(), ty });
        self.flow.assign(id);
        id
    }

    /// Computes a value now; the expression given back reads it.
    fn keep(&mut self, value: Expr, what: &str) -> Expr {
        let (ty, at) = (value.ty.clone(), value.span);
        let slot = self.hidden(what, ty.clone());
        self.push(StmtKind::Store(Place::Local(slot), value), at);
        Expr::load(Place::Local(slot), ty, at)
    }

    /// Checks a part whose statements come after a value that is at hand: if
    /// there are any, the value is computed before them.
    fn in_order<T>(
        &mut self,
        first: &mut Result<Value>,
        later: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let (second, steps) = self.apart(later);
        if !steps.is_empty()
            && let Ok(Value::Scalar(value)) = first
            && value.as_const().is_none()
            && value.ty != Type::Void
        {
            *value = self.keep(value.clone(), "operand");
        }
        self.out.extend(steps);
        second
    }

    fn local_type(&self, id: LocalId) -> Type {
        self.locals.get(id.0 as usize).map_or(Type::Void, |local| local.ty.clone())
    }

    fn push(&mut self, kind: StmtKind, span: Span) {
        self.forget_exposed(&kind);
        if let StmtKind::Store(Place::Local(id), value) = &kind
            && value.ptr_type().is_none()
            && self.is_address(value)
        {
            self.addresses.insert(*id);
        }
        if let StmtKind::Store(Place::Local(id), value) = &kind
            && value.ptr_type().is_some_and(|ptr| ptr.region == Region::Cursor)
        {
            self.place_cursor(*id, value);
        }
        if let StmtKind::Store(Place::Local(id), value) = &kind
            && matches!(value.ty, Type::Int(_))
        {
            let range = self.range_of(value);
            self.flow.set_number(*id, range, copied(value));
        }
        self.out.push(Stmt::new(kind, span));
    }

    /// Whoever has the address of a number may change it.
    fn forget_exposed(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Store(_, value) | StmtKind::Eval(value) => {
                let flow = &mut self.flow;
                ir::each_part(value, &mut |part| {
                    if let ir::ExprKind::Address(Place::Local(id)) = part.kind {
                        flow.forget_number(id);
                    }
                });
            }
            _ => {}
        }
    }

    /// The bounds of a number here.
    fn range_of(&self, value: &Expr) -> range::Range {
        range::range(value, &self.flow, &self.locals)
    }

    /// Takes note of how a test came out.
    fn learn_test(&mut self, test: &Expr, outcome: bool) {
        range::learn(&mut self.flow, &self.locals, test, outcome);
        self.learn_cursors(test, outcome);
    }

    /// Runs a part of the check whose statements are not for here.
    fn apart<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> (T, Vec<Stmt>) {
        let outer = std::mem::take(&mut self.out);
        let result = part(self);
        (result, std::mem::replace(&mut self.out, outer))
    }

    /// The context parameter, if this is a program that has one.
    fn context(&self, at: Span) -> Option<Expr> {
        let is_context =
            |local: &Local| matches!(&local.ty, Type::Ptr(ptr) if ptr.region == Region::Context);
        let index = self.locals.iter().position(is_context)?;
        let id = LocalId(index as u32);
        Some(Expr::load(Place::Local(id), self.local_type(id), at))
    }

    /// What happens when control runs off the end.
    fn end(&mut self, tree: &syntax::Function) {
        if !self.flow.reachable {
            return;
        }
        let at = tree.body.last().map_or(tree.name.span, |stmt| stmt.span);
        self.nothing_held(at, "when the function ends");
        let placeholder = tree.body.iter().all(|stmt| matches!(stmt.kind, syntax::StmtKind::Pass));
        if self.result.is_some() && placeholder {
            self.return_zero(at);
        } else if self.ret == Type::Void && self.result.is_none() {
            self.push(StmtKind::Return(None), at);
        } else if self.is_program || placeholder {
            let zero = Expr::int(0, self.ret.clone(), at);
            self.push(StmtKind::Return(Some(zero)), at);
        } else if !tree.body.iter().any(|stmt| matches!(stmt.kind, syntax::StmtKind::Error)) {
            let ret = self.result_place(at).map_or_else(|| self.ret.clone(), |(_, ty)| ty);
            let name = self.s.type_name(&ret);
            let message = format!("`{}` may end without returning its `{name}`", tree.name.name);
            self.s.report(
                Diagnostic::new(&codes::MISSING_RETURN, tree.name.span, message)
                    .also(at, "control may run past here")
                    .help("end the function with `return 0` or another value"),
            );
        }
    }
}

/// The local whose value an integer is, unchanged.
fn copied(value: &Expr) -> Option<LocalId> {
    match &value.kind {
        ir::ExprKind::Load(Place::Local(id)) => Some(*id),
        ir::ExprKind::Convert(inner) | ir::ExprKind::Hidden(inner) => {
            let widens = match (&inner.ty, &value.ty) {
                (Type::Int(from), Type::Int(to)) => to.holds(from.min()) && to.holds(from.max()),
                _ => false,
            };
            widens.then(|| copied(inner))?
        }
        _ => None,
    }
}
