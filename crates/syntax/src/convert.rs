//! Statements and expressions of a BPF function: the parser's tree to ours,
//! with a sentence about each construct that has no meaning in the kernel.

use diagnostics::{Diagnostic, SourceFile, Span, codes};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::{
    BinaryOp, BoolOp, CompareOp, Expr, ExprKind, FormatPart, Ident, Keyword, Stmt, StmtKind,
    UnaryOp, bound, parse::span,
};

/// Expressions and blocks nested deeper than this are refused: no reader
/// follows them and later phases recurse over them.
const MAX_DEPTH: usize = 64;

pub(crate) struct Converter<'a> {
    source: &'a SourceFile,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    pub(crate) depth: usize,
    /// Names that refused code would have bound.
    pub(crate) refused: Vec<Ident>,
}

pub(crate) fn ident(name: &ast::Identifier) -> Ident {
    Ident { name: name.id.to_string(), span: span(name.range) }
}

impl<'a> Converter<'a> {
    pub(crate) fn new(source: &'a SourceFile, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self { source, diagnostics, depth: 0, refused: Vec::new() }
    }

    /// The body of a function without its docstring.
    pub(crate) fn body(&mut self, body: &[ast::Stmt]) -> Vec<Stmt> {
        let docstring = matches!(body.first(), Some(ast::Stmt::Expr(expr))
            if matches!(*expr.value, ast::Expr::StringLiteral(_)));
        self.block(&body[usize::from(docstring)..])
    }

    /// A statement's first line, without the block that hangs on it.
    pub(crate) fn first_line(&self, stmt: &ast::Stmt) -> Span {
        let whole = span(stmt.range());
        let text = self.source.slice(whole);
        let len = text.find('\n').unwrap_or(text.len());
        Span::new(whole.start, whole.start + text[..len].trim_end().len() as u32)
    }

    pub(crate) fn block(&mut self, stmts: &[ast::Stmt]) -> Vec<Stmt> {
        self.depth += 1;
        let block = stmts.iter().map(|stmt| self.stmt(stmt)).collect();
        self.depth -= 1;
        block
    }

    pub(crate) fn too_deep(&mut self, at: Span) -> bool {
        if self.depth < MAX_DEPTH {
            return false;
        }
        let known = self.diagnostics.iter().any(|d| d.code == &codes::TOO_DEEP);
        if !known {
            let message = format!("code is nested more than {MAX_DEPTH} levels deep here");
            self.diagnostics.push(
                Diagnostic::new(&codes::TOO_DEEP, at, message)
                    .help("name parts of it, or move them to functions"),
            );
        }
        true
    }

    fn stmt(&mut self, stmt: &ast::Stmt) -> Stmt {
        let at = self.first_line(stmt);
        if self.too_deep(at) {
            return Stmt { kind: StmtKind::Error, span: at };
        }
        Stmt { kind: self.stmt_kind(stmt, at), span: at }
    }

    fn stmt_kind(&mut self, stmt: &ast::Stmt, at: Span) -> StmtKind {
        match stmt {
            ast::Stmt::Assign(assign) => {
                let targets = assign.targets.iter().map(|target| self.expr(target)).collect();
                StmtKind::Assign(targets, self.expr(&assign.value))
            }
            ast::Stmt::AnnAssign(assign) => {
                let ast::Expr::Name(name) = &*assign.target else {
                    let message = "only a plain name can be declared with a type";
                    let at = span(assign.target.range());
                    self.unsupported(&codes::UNSUPPORTED_STATEMENT, at, message, "drop the type");
                    return StmtKind::Error;
                };
                let name = Ident { name: name.id.to_string(), span: span(name.range) };
                let annotation = self.expr(&assign.annotation);
                StmtKind::Declare(name, annotation, assign.value.as_ref().map(|v| self.expr(v)))
            }
            ast::Stmt::AugAssign(assign) => {
                let target = self.expr(&assign.target);
                let value = self.expr(&assign.value);
                match binary_op(assign.op) {
                    Some(op) => StmtKind::Augment(target, op, value),
                    None => {
                        self.no_matmul(at);
                        StmtKind::Error
                    }
                }
            }
            ast::Stmt::If(stmt) => self.if_stmt(stmt),
            ast::Stmt::For(stmt) if !stmt.is_async => {
                let target = self.expr(&stmt.target);
                let iter = self.expr(&stmt.iter);
                StmtKind::For(target, iter, self.block(&stmt.body), self.block(&stmt.orelse))
            }
            ast::Stmt::While(stmt) => {
                let test = self.expr(&stmt.test);
                StmtKind::While(test, self.block(&stmt.body), self.block(&stmt.orelse))
            }
            ast::Stmt::Match(stmt) => {
                let subject = self.expr(&stmt.subject);
                StmtKind::Match(subject, self.cases(&stmt.cases))
            }
            ast::Stmt::With(stmt) if !stmt.is_async => self.with_stmt(&stmt.items, &stmt.body),
            ast::Stmt::Assert(stmt) => {
                let message = stmt.msg.as_ref().map(|message| self.expr(message));
                StmtKind::Assert(self.expr(&stmt.test), message)
            }
            ast::Stmt::Return(stmt) => {
                StmtKind::Return(stmt.value.as_ref().map(|value| self.expr(value)))
            }
            ast::Stmt::Expr(stmt) if matches!(*stmt.value, ast::Expr::EllipsisLiteral(_)) => {
                StmtKind::Pass
            }
            ast::Stmt::Expr(stmt) => StmtKind::Expr(self.expr(&stmt.value)),
            ast::Stmt::Delete(stmt) => {
                StmtKind::Delete(stmt.targets.iter().map(|target| self.expr(target)).collect())
            }
            ast::Stmt::Global(stmt) => StmtKind::Global(stmt.names.iter().map(ident).collect()),
            ast::Stmt::Break(_) => StmtKind::Break,
            ast::Stmt::Continue(_) => StmtKind::Continue,
            ast::Stmt::Pass(_) => StmtKind::Pass,
            other => {
                let (message, help) = refusal(other);
                self.unsupported(&codes::UNSUPPORTED_STATEMENT, at, message, help);
                self.refused.extend(bound::by_stmt(other));
                StmtKind::Error
            }
        }
    }

    fn if_stmt(&mut self, stmt: &ast::StmtIf) -> StmtKind {
        let test = self.expr(&stmt.test);
        let then = self.block(&stmt.body);
        let mut orelse = Vec::new();
        // From the last clause to the first, each the `else` of the one before.
        for clause in stmt.elif_else_clauses.iter().rev() {
            let body = self.block(&clause.body);
            orelse = match &clause.test {
                None => body,
                Some(test) => {
                    let test = self.expr(test);
                    let kind_span = test.span;
                    vec![Stmt { kind: StmtKind::If(test, body, orelse), span: kind_span }]
                }
            };
        }
        StmtKind::If(test, then, orelse)
    }

    /// `with a as x, b as y:` is a `with` in a `with`.
    fn with_stmt(&mut self, items: &[ast::WithItem], body: &[ast::Stmt]) -> StmtKind {
        let [item, inner @ ..] = items else { return StmtKind::Pass };
        let context = self.expr(&item.context_expr);
        let target = item.optional_vars.as_ref().map(|target| self.expr(target));
        let body = match inner {
            [] => self.block(body),
            inner => vec![Stmt { kind: self.with_stmt(inner, body), span: context.span }],
        };
        StmtKind::With(context, target, body)
    }

    fn unsupported(
        &mut self,
        code: &'static diagnostics::Code,
        at: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic::new(code, at, message).help(help));
    }

    fn no_matmul(&mut self, at: Span) {
        let message = "`@` multiplies matrices, which BPF does not have";
        self.unsupported(&codes::UNSUPPORTED_EXPRESSION, at, message, "use `*` on integers");
    }

    pub(crate) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        let at = span(expr.range());
        if self.too_deep(at) {
            return Expr::error(at);
        }
        self.depth += 1;
        let kind = self.expr_kind(expr, at);
        self.depth -= 1;
        Expr { kind, span: at }
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn exprs(&mut self, exprs: &[ast::Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr_kind(&mut self, expr: &ast::Expr, at: Span) -> ExprKind {
        match expr {
            ast::Expr::NumberLiteral(number) => self.number(&number.value, at),
            ast::Expr::BooleanLiteral(literal) => ExprKind::Bool(literal.value),
            ast::Expr::NoneLiteral(_) => ExprKind::None,
            ast::Expr::EllipsisLiteral(_) => ExprKind::Ellipsis,
            ast::Expr::StringLiteral(literal) => ExprKind::Str(literal.value.to_str().to_owned()),
            ast::Expr::BytesLiteral(literal) => ExprKind::Bytes(literal.value.bytes().collect()),
            ast::Expr::FString(string) => self.fstring(string),
            ast::Expr::Name(name) => ExprKind::Name(name.id.to_string()),
            ast::Expr::Attribute(attribute) => {
                ExprKind::Attribute(self.boxed(&attribute.value), ident(&attribute.attr))
            }
            ast::Expr::Subscript(subscript) => {
                ExprKind::Index(self.boxed(&subscript.value), self.boxed(&subscript.slice))
            }
            ast::Expr::Call(call) => self.call(call),
            ast::Expr::UnaryOp(unary) => {
                let op = match unary.op {
                    ast::UnaryOp::Invert => UnaryOp::BitNot,
                    ast::UnaryOp::Not => UnaryOp::Not,
                    ast::UnaryOp::UAdd => UnaryOp::Plus,
                    ast::UnaryOp::USub => UnaryOp::Neg,
                };
                ExprKind::Unary(op, self.boxed(&unary.operand))
            }
            ast::Expr::BinOp(_) => self.binary(expr, at),
            ast::Expr::BoolOp(logic) => {
                let op = match logic.op {
                    ast::BoolOp::And => BoolOp::And,
                    ast::BoolOp::Or => BoolOp::Or,
                };
                ExprKind::Logic(op, self.exprs(&logic.values))
            }
            ast::Expr::Compare(compare) => {
                let left = self.boxed(&compare.left);
                let rest = compare.ops.iter().zip(&*compare.comparators);
                let rest = rest.map(|(op, right)| (compare_op(*op), self.expr(right))).collect();
                ExprKind::Compare(left, rest)
            }
            ast::Expr::If(choice) => ExprKind::Conditional(
                self.boxed(&choice.test),
                self.boxed(&choice.body),
                self.boxed(&choice.orelse),
            ),
            ast::Expr::Named(named) => match &*named.target {
                ast::Expr::Name(name) => {
                    let name = Ident { name: name.id.to_string(), span: span(name.range) };
                    ExprKind::Walrus(name, self.boxed(&named.value))
                }
                _ => ExprKind::Error,
            },
            ast::Expr::Tuple(tuple) => ExprKind::Tuple(self.exprs(&tuple.elts)),
            ast::Expr::List(list) => ExprKind::Tuple(self.exprs(&list.elts)),
            ast::Expr::Slice(slice) => {
                let mut bound =
                    |part: &Option<Box<ast::Expr>>| part.as_ref().map(|part| self.boxed(part));
                ExprKind::Slice(bound(&slice.lower), bound(&slice.upper), bound(&slice.step))
            }
            other => {
                let (message, help) = expression_refusal(other);
                self.refused.extend(bound::by_expr(other));
                self.unsupported(&codes::UNSUPPORTED_EXPRESSION, at, message, help);
                ExprKind::Error
            }
        }
    }

    /// A chain `a + b + c` leans to the left as deep as it is long, so it is
    /// walked and not recursed into; the chain counts as one level.
    fn binary(&mut self, expr: &ast::Expr, at: Span) -> ExprKind {
        let mut chain = Vec::new();
        let mut first = expr;
        while let ast::Expr::BinOp(binary) = first {
            chain.push(binary);
            first = &binary.left;
        }
        if chain.len() > 4 * MAX_DEPTH {
            self.depth = MAX_DEPTH;
            self.too_deep(at);
            return ExprKind::Error;
        }
        let mut left = self.expr(first);
        while let Some(binary) = chain.pop() {
            let right = self.boxed(&binary.right);
            let here = span(binary.range);
            let Some(op) = binary_op(binary.op) else {
                self.no_matmul(here);
                return ExprKind::Error;
            };
            left = Expr { kind: ExprKind::Binary(op, Box::new(left), right), span: here };
        }
        left.kind
    }

    fn number(&mut self, number: &ast::Number, at: Span) -> ExprKind {
        match number {
            ast::Number::Int(int) => match big_int(&int.to_string()) {
                Some(value) => ExprKind::Int(value),
                None => {
                    let message = "this integer does not fit 64 bits";
                    let help = "BPF integers have 64 bits at the most";
                    self.unsupported(&codes::OUT_OF_RANGE, at, message, help);
                    ExprKind::Error
                }
            },
            ast::Number::Float(_) | ast::Number::Complex { .. } => {
                let message = "the kernel has no floating point";
                let help = "use integers: scale the value, for example to thousandths";
                self.unsupported(&codes::UNSUPPORTED_EXPRESSION, at, message, help);
                ExprKind::Error
            }
        }
    }

    fn call(&mut self, call: &ast::ExprCall) -> ExprKind {
        let function = self.boxed(&call.func);
        let args = self.exprs(&call.arguments.args);
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) => {
                    let value = self.expr(&keyword.value);
                    keywords.push(Keyword { name: ident(name), value });
                }
                None => {
                    let message = "`**` cannot unpack arguments in BPF";
                    let at = span(keyword.range);
                    self.unsupported(
                        &codes::UNSUPPORTED_EXPRESSION,
                        at,
                        message,
                        "write the arguments out",
                    );
                }
            }
        }
        ExprKind::Call(function, args, keywords)
    }

    fn fstring(&mut self, string: &ast::ExprFString) -> ExprKind {
        let mut parts = Vec::new();
        for part in string.value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => {
                    parts.push(FormatPart::Text(literal.as_str().to_owned()));
                }
                ast::FStringPart::FString(string) => {
                    for element in &*string.elements {
                        self.format_element(element, &mut parts);
                    }
                }
            }
        }
        ExprKind::Format(parts)
    }

    fn format_element(
        &mut self,
        element: &ast::InterpolatedStringElement,
        parts: &mut Vec<FormatPart>,
    ) {
        let value = match element {
            ast::InterpolatedStringElement::Literal(text) => {
                parts.push(FormatPart::Text(text.value.to_string()));
                return;
            }
            ast::InterpolatedStringElement::Interpolation(value) => value,
        };
        if let Some(debug) = &value.debug_text {
            parts.push(FormatPart::Text(debug.as_str().to_owned()));
        }
        if value.conversion != ast::ConversionFlag::None {
            let at = span(value.range);
            let message = "`!r`, `!s` and `!a` have no meaning in the kernel";
            self.unsupported(&codes::BAD_FORMAT, at, message, "drop the conversion");
        }
        let mut spec = String::new();
        for element in value.format_spec.iter().flat_map(|spec| &*spec.elements) {
            match element {
                ast::InterpolatedStringElement::Literal(text) => spec.push_str(&text.value),
                ast::InterpolatedStringElement::Interpolation(inner) => {
                    let message = "a format that depends on a value cannot be compiled";
                    let at = span(inner.range);
                    self.unsupported(&codes::BAD_FORMAT, at, message, "write a constant format");
                }
            }
        }
        parts.push(FormatPart::Value { value: self.expr(&value.expression), spec });
    }
}

fn big_int(digits: &str) -> Option<i128> {
    let lower = digits.replace('_', "").to_lowercase();
    let parsed = match lower.get(..2) {
        Some("0x") => i128::from_str_radix(&lower[2..], 16),
        Some("0o") => i128::from_str_radix(&lower[2..], 8),
        Some("0b") => i128::from_str_radix(&lower[2..], 2),
        _ => lower.parse(),
    };
    parsed.ok().filter(|value| *value <= i128::from(u64::MAX))
}

fn binary_op(op: ast::Operator) -> Option<BinaryOp> {
    Some(match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Sub,
        ast::Operator::Mult => BinaryOp::Mul,
        ast::Operator::Div | ast::Operator::FloorDiv => BinaryOp::Div,
        ast::Operator::Mod => BinaryOp::Rem,
        ast::Operator::Pow => BinaryOp::Pow,
        ast::Operator::LShift => BinaryOp::Shl,
        ast::Operator::RShift => BinaryOp::Shr,
        ast::Operator::BitOr => BinaryOp::Or,
        ast::Operator::BitXor => BinaryOp::Xor,
        ast::Operator::BitAnd => BinaryOp::And,
        ast::Operator::MatMult => return None,
    })
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::Ne,
        ast::CmpOp::Lt => CompareOp::Lt,
        ast::CmpOp::LtE => CompareOp::Le,
        ast::CmpOp::Gt => CompareOp::Gt,
        ast::CmpOp::GtE => CompareOp::Ge,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}

/// What is wrong with a statement, and the BPF way.
fn refusal(stmt: &ast::Stmt) -> (&'static str, &'static str) {
    match stmt {
        ast::Stmt::FunctionDef(def) if def.is_async => (
            "`async` functions need an event loop, which the kernel does not have",
            "define a plain function at the top level with `@bpf` and call it",
        ),
        ast::Stmt::FunctionDef(_) => (
            "functions cannot be defined inside a BPF function: there are no closures",
            "define it at the top level with `@bpf`, and pass what it needs as arguments",
        ),
        ast::Stmt::ClassDef(_) => (
            "classes cannot be defined inside a BPF function",
            "define it at the top level with `@bpf` and `@struct`",
        ),
        ast::Stmt::Try(_) => (
            "the kernel has no exceptions",
            "helpers return negative numbers for errors: test the result with `if`",
        ),
        ast::Stmt::Raise(_) => (
            "the kernel has no exceptions to raise",
            "leave with `return`, or say `assert` for what must hold",
        ),
        ast::Stmt::With(_) => {
            ("`async with` cannot run in the kernel", "write plain `with ring.reserve(T) as e:`")
        }
        ast::Stmt::Import(_) | ast::Stmt::ImportFrom(_) => (
            "imports stand at the top of the file, not in a BPF function",
            "move the import to the top of the file",
        ),
        ast::Stmt::Nonlocal(_) => {
            ("there are no enclosing functions in BPF", "use a map or a `@bpfglobal`")
        }
        ast::Stmt::For(_) => ("`async for` cannot run in the kernel", "write plain `for`"),
        _ => ("this statement has no meaning in a BPF function", "remove it"),
    }
}

/// What is wrong with an expression, and the BPF way.
fn expression_refusal(expr: &ast::Expr) -> (&'static str, &'static str) {
    match expr {
        ast::Expr::Lambda(_) => (
            "`lambda` makes a function at run time, which BPF cannot",
            "define a function at the top level with `@bpf`",
        ),
        ast::Expr::ListComp(_) | ast::Expr::SetComp(_) => (
            "comprehensions need memory that grows, which BPF does not have",
            "write a `for` loop over `range(...)`",
        ),
        ast::Expr::DictComp(_) => (
            "a comprehension of a dictionary needs memory that grows, which BPF does not have",
            "fill a `HashMap` in a `for` loop",
        ),
        ast::Expr::Generator(_) => (
            "a generator stops and goes on, which a BPF function cannot",
            "write a `for` loop over `range(...)` that adds up what is wanted",
        ),
        ast::Expr::Dict(_) | ast::Expr::Set(_) => (
            "dictionaries and sets do not exist inside a BPF function",
            "define a `HashMap` with `@bpf` and `@map`",
        ),
        ast::Expr::Await(_) => (
            "a BPF function runs from start to end without waiting",
            "attach another program to what is waited for, and keep the state in a map",
        ),
        ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) => (
            "a BPF function is no generator: it runs once from start to end",
            "send each value to user space through a `RingBuffer`",
        ),
        ast::Expr::Starred(_) => ("`*` cannot unpack values in BPF", "write the values one by one"),
        ast::Expr::TString(_) => ("template strings have no meaning in BPF", "use an f-string"),
        _ => ("this expression has no meaning in a BPF function", "remove it"),
    }
}
