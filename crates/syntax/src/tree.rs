//! The tree: definitions, statements and expressions, each with its span.

use diagnostics::Span;

use crate::Imports;

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// All of a file that concerns BPF.
#[derive(Debug, Default)]
pub struct Module {
    /// What the file's imports bind, at its top level.
    pub imports: Imports,
    /// `NAME = expression` at the top level whose value may be a constant.
    pub constants: Vec<Constant>,
    /// Classes of `enum` at the top level.
    pub enums: Vec<Enum>,
    /// The `@bpf` definitions in order.
    pub definitions: Vec<Definition>,
    /// Names that user-space definitions of the file bind (functions,
    /// classes), so that a use of one can be explained.
    pub user_space: Vec<Ident>,
}

/// A module-level assignment.
#[derive(Debug)]
pub struct Constant {
    /// The name.
    pub name: Ident,
    /// What it is given.
    pub value: Expr,
}

/// A class of `enum`.
#[derive(Debug)]
pub struct Enum {
    /// Its name.
    pub name: Ident,
    /// Its members with their values.
    pub members: Vec<Constant>,
}

/// A definition under `@bpf`.
#[derive(Debug)]
pub enum Definition {
    /// A `def`.
    Function(Function),
    /// A `class` with `@struct`.
    Struct(Struct),
}

/// What a function's decorators make of it.
#[derive(Debug)]
pub enum Role {
    /// `@section(...)`: the argument's text and place.
    Program {
        /// The section string.
        section: String,
        /// The string literal.
        span: Span,
    },
    /// `@map`.
    Map,
    /// `@bpfglobal`.
    Global,
    /// `@bpf` alone: a function that programs call.
    Plain,
}

/// A `def` under `@bpf`.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub role: Role,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What stands after `->`.
    pub returns: Option<Expr>,
    /// Its statements; a docstring is left out.
    pub body: Vec<Stmt>,
    /// The `def` line, from `def` to the colon.
    pub header: Span,
    /// Names that refused code would have bound: their uses are no mistakes.
    pub refused: Vec<Ident>,
    /// Whether its parameters were refused: its calls are not looked at.
    pub broken: bool,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub annotation: Option<Expr>,
    /// What it is when a call leaves it out.
    pub default: Option<Expr>,
}

/// A `class` under `@bpf @struct`.
#[derive(Debug)]
pub struct Struct {
    /// Its name.
    pub name: Ident,
    /// Its members.
    pub fields: Vec<StructField>,
    /// Whether its base is `ctypes.Union`: the members share their memory.
    pub is_union: bool,
    /// Whether something of it was refused: its uses are not looked at.
    pub broken: bool,
}

/// `name: type` in a struct.
#[derive(Debug)]
pub struct StructField {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub annotation: Expr,
    /// What stands after `=`: its first value where none is given.
    pub default: Option<Expr>,
}

/// A statement.
#[derive(Debug)]
pub struct Stmt {
    /// What it says.
    pub kind: StmtKind,
    /// Where it stands; of a compound statement, its first line.
    pub span: Span,
}

/// The forms of statements.
#[derive(Debug)]
pub enum StmtKind {
    /// `a = b = value`; a target may be a tuple.
    Assign(Vec<Expr>, Expr),
    /// `name: annotation = value`.
    Declare(Ident, Expr, Option<Expr>),
    /// `target op= value`.
    Augment(Expr, BinaryOp, Expr),
    /// `if`, with `elif` as a nested `if`.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `for target in iterable`, with `else`.
    For(Expr, Expr, Vec<Stmt>, Vec<Stmt>),
    /// `while test`, with `else`.
    While(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `match subject`.
    Match(Expr, Vec<Case>),
    /// `return`.
    Return(Option<Expr>),
    /// `with context as target:`; several of them are nested.
    With(Expr, Option<Expr>, Vec<Stmt>),
    /// `assert test, message`.
    Assert(Expr, Option<Expr>),
    /// An expression for what it does.
    Expr(Expr),
    /// `del a, b`.
    Delete(Vec<Expr>),
    /// `global a, b`.
    Global(Vec<Ident>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `pass` and `...`.
    Pass,
    /// Reported already.
    Error,
}

/// A `case` of a `match`.
#[derive(Debug)]
pub struct Case {
    /// What it is for.
    pub pattern: Pattern,
    /// What stands after its `if`.
    pub guard: Option<Expr>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Its first line.
    pub span: Span,
}

/// What a `case` compares with.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it says.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of patterns.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// A literal, `None` or a dotted name.
    Value(Expr),
    /// `_`
    Wildcard,
    /// A name that takes the value, or what the inner pattern matched.
    Capture(Option<Box<Pattern>>, Ident),
    /// `a | b`
    Or(Vec<Pattern>),
    /// `a, b` and `[a, b]`
    Tuple(Vec<Pattern>),
    /// Reported already.
    Error,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// `name=value` in a call.
#[derive(Clone, Debug)]
pub struct Keyword {
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Expr,
}

/// A piece of an f-string.
#[derive(Clone, Debug)]
pub enum FormatPart {
    /// Text as it is.
    Text(String),
    /// `{value:spec}`.
    Value {
        /// What is printed.
        value: Expr,
        /// What stands after the colon.
        spec: String,
    },
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer that fits 128 bits.
    Int(i128),
    /// `True` and `False`.
    Bool(bool),
    /// `None`.
    None,
    /// Text.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An f-string.
    Format(Vec<FormatPart>),
    /// A name.
    Name(String),
    /// `value.name`.
    Attribute(Box<Expr>, Ident),
    /// `value[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `start:stop:step` between brackets.
    Slice(Option<Box<Expr>>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `function(args, name=value)`.
    Call(Box<Expr>, Vec<Expr>, Vec<Keyword>),
    /// One operand.
    Unary(UnaryOp, Box<Expr>),
    /// Two operands.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `and` and `or` with two or more operands.
    Logic(BoolOp, Vec<Expr>),
    /// `a < b <= c`: the first operand and the rest.
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    /// `yes if test else no`: test, yes, no.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `(a, b)` and `[a, b]`.
    Tuple(Vec<Expr>),
    /// `name := value`.
    Walrus(Ident, Box<Expr>),
    /// `...`.
    Ellipsis,
    /// Reported already.
    Error,
}

/// Operators on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/` and `//`
    Div,
    /// `%`
    Rem,
    /// `**`
    Pow,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
}

impl BinaryOp {
    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Pow => "**",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::Shl => "<<",
            Self::Shr => ">>",
        }
    }
}

/// Operators on one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Plus,
    /// `~`
    BitNot,
    /// `not`
    Not,
}

/// Short-circuit operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    /// `and`
    And,
    /// `or`
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl Expr {
    /// Shows the expression and every one inside it to `see`, outer before
    /// inner.
    pub fn each<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        see(self);
        let mut all = |exprs: &mut dyn Iterator<Item = &'a Self>| {
            exprs.for_each(|inner| inner.each(see));
        };
        match &self.kind {
            ExprKind::Walrus(_, value)
            | ExprKind::Attribute(value, _)
            | ExprKind::Unary(_, value) => value.each(see),
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => all(&mut [&**a, b].into_iter()),
            ExprKind::Slice(a, b, c) => {
                all(&mut [a, b, c].into_iter().flatten().map(|part| &**part))
            }
            ExprKind::Call(callee, args, keywords) => {
                let keywords = keywords.iter().map(|keyword| &keyword.value);
                all(&mut std::iter::once(&**callee).chain(args).chain(keywords));
            }
            ExprKind::Logic(_, parts) | ExprKind::Tuple(parts) => all(&mut parts.iter()),
            ExprKind::Compare(left, rest) => {
                let rest = rest.iter().map(|(_, right)| right);
                all(&mut std::iter::once(&**left).chain(rest));
            }
            ExprKind::Conditional(a, b, c) => all(&mut [&**a, b, c].into_iter()),
            ExprKind::Format(parts) => all(&mut parts.iter().filter_map(|part| match part {
                FormatPart::Value { value, .. } => Some(value),
                FormatPart::Text(_) => None,
            })),
            ExprKind::Int(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Str(_)
            | ExprKind::Bytes(_)
            | ExprKind::Name(_)
            | ExprKind::Ellipsis
            | ExprKind::Error => {}
        }
    }

    /// The dotted path this is, outermost name first: `a.b.c`.
    pub fn path(&self) -> Option<Vec<&str>> {
        match &self.kind {
            ExprKind::Name(name) => Some(vec![name]),
            ExprKind::Attribute(base, attr) => {
                let mut path = base.path()?;
                path.push(&attr.name);
                Some(path)
            }
            _ => None,
        }
    }
}
