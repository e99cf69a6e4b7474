//! A program as a tree, before it is written in either language.

use crate::scalar::Scalar;

/// An index into the variables of a function.
pub type Var = usize;

/// A whole program. The last function is the one that the kernel runs.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// `NAME = value` at the top level.
    pub constants: Vec<i128>,
    pub structs: Vec<Vec<Type>>,
    pub globals: Vec<Global>,
    pub maps: Vec<Map>,
    pub functions: Vec<Function>,
}

/// The type of a variable, field or value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Scalar(Scalar),
    Array(Scalar, u32),
    Struct(usize),
    /// A pointer to a value of the map.
    Entry(usize),
}

#[derive(Clone, Debug)]
pub struct Global {
    pub ty: Type,
    /// The first value of a scalar; anything else starts as zero.
    pub init: i128,
}

#[derive(Clone, Debug)]
pub struct Map {
    /// A hash, or else an array with `u32` keys.
    pub hash: bool,
    pub key: Scalar,
    pub value: Type,
    pub max_entries: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Function {
    /// How many of the variables are parameters.
    pub params: usize,
    pub vars: Vec<Type>,
    pub ret: Option<Scalar>,
    pub body: Vec<Stmt>,
    /// Whether clang is kept from inlining it.
    pub noinline: bool,
}

/// Where a place starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Var(Var),
    Global(usize),
    /// What an entry points to.
    Entry(Var),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Field(usize),
    Index(u32),
}

/// A variable, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub base: Base,
    pub path: Vec<Step>,
}

impl Place {
    pub const fn of(base: Base) -> Self {
        Self { base, path: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    Neg,
    BitNot,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// `and`, `or`, `min` or `max`: operators on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    And,
    Or,
    Min,
    Max,
}

/// An expression; all of them give integers.
#[derive(Clone, Debug)]
pub enum Expr {
    Lit(i128),
    Bool(bool),
    Constant(usize),
    /// A number of the input.
    Given(usize),
    Read(Place),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    Power(Box<Expr>, u32),
    /// `a < b <= c`
    Compare(Box<Expr>, Vec<(Compare, Expr)>),
    /// `a in (b, c)`, or `not in`.
    In(Box<Expr>, Vec<Expr>, bool),
    Fold(Fold, Vec<Expr>),
    /// `yes if test else no`, the test first.
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `T(x)`
    Cast(Scalar, Box<Expr>),
    Abs(Box<Expr>),
    Call(usize, Vec<Expr>),
    /// `m[k]`
    Item(usize, Box<Expr>),
    /// `m.get(k, default)`
    Get(usize, Box<Expr>, Box<Expr>),
    /// `k in m`, or `not in`.
    Has(usize, Box<Expr>, bool),
    /// `m.update(k, v, flags)`
    Update(usize, Box<Expr>, Box<Expr>, u32),
    /// `m.delete(k)`
    Delete(usize, Box<Expr>),
    /// `(v := x)`, on a local that has a value already.
    Walrus(Var, Box<Expr>),
    /// An element of an array, by an index that may lie outside.
    Element(Place, Box<Expr>),
    /// An atomic operation on a number of 32 or 64 bits in a map or a global;
    /// the last value is for the comparing one alone.
    Atomic(Atomic, Place, Vec<Expr>),
}

/// The atomic operations; all give the old value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atomic {
    Add,
    Sub,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
}

/// How a `while` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// `while v < limit`
    Up,
    /// `while v`
    Down,
    /// `while True`, with `if v >= limit: break`
    Forever,
}

/// How a local gets its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// `x = value`: 64 bits with the sign of the value.
    Plain,
    /// `x: T = value`
    Annotated,
    /// `x = T(value)`
    Constructed,
}

/// What can be assigned.
#[derive(Clone, Debug)]
pub enum Target {
    Place(Place),
    /// `m[k]`
    Item(usize, Expr),
    /// An element of an array, by an index that may lie outside.
    Element(Place, Expr),
}

/// How the result of a lookup is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    If,
    IsNotNone,
    /// `if not v`, the branches the other way round.
    IfNot,
}

#[derive(Clone, Debug)]
pub enum Stmt {
    /// A new scalar local.
    Let(Var, Declared, Expr),
    /// A new struct local, with these scalar fields given.
    Make(Var, Vec<(usize, Expr)>),
    /// A new struct local, copied from a place.
    CopyOf(Var, Place),
    /// A struct copied to a place.
    Copy(Place, Place),
    Assign(Target, Expr),
    /// `a, b = x, y`
    Together(Vec<(Place, Expr)>),
    Augment(Target, Binary, Expr),
    /// A struct put into a map.
    Put(usize, Expr, Place),
    Remove(usize, Expr),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `for v in range(start, stop, step)`, with `else`.
    For(Var, [i64; 3], Vec<Stmt>, Vec<Stmt>),
    /// `for v in range(stop & mask)`
    ForTo(Var, Expr, u32, Vec<Stmt>, Vec<Stmt>),
    /// A `while` that counts a local of its own to a limit or from it.
    While(Var, Counting, u32, Vec<Stmt>, Vec<Stmt>),
    /// `match`, with numbers to compare with and what is done if none fits.
    Match(Expr, Vec<(Vec<i128>, Vec<Stmt>)>, Vec<Stmt>),
    /// A lookup into a new local, and what is done with the entry and without.
    Lookup {
        var: Var,
        map: usize,
        key: Expr,
        found: Found,
        then: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    Break,
    Continue,
    Return(Option<Expr>),
    Eval(Expr),
    /// A value kept where the comparison sees it.
    Out(usize, Expr),
}

impl Stmt {
    /// The blocks inside, to be changed.
    pub fn blocks_mut(&mut self) -> Vec<&mut Vec<Self>> {
        match self {
            Self::If(_, then, orelse)
            | Self::For(_, _, then, orelse)
            | Self::ForTo(_, _, _, then, orelse)
            | Self::While(_, _, _, then, orelse)
            | Self::Lookup { then, orelse, .. } => vec![then, orelse],
            Self::Match(_, cases, orelse) => {
                cases.iter_mut().map(|(_, block)| block).chain([orelse]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The blocks inside.
    pub fn blocks(&self) -> Vec<&Vec<Self>> {
        match self {
            Self::If(_, then, orelse)
            | Self::For(_, _, then, orelse)
            | Self::ForTo(_, _, _, then, orelse)
            | Self::While(_, _, _, then, orelse)
            | Self::Lookup { then, orelse, .. } => vec![then, orelse],
            Self::Match(_, cases, orelse) => {
                cases.iter().map(|(_, block)| block).chain([orelse]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The expressions of the statement itself.
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Let(_, _, value)
            | Self::Eval(value)
            | Self::Out(_, value)
            | Self::If(value, ..)
            | Self::Return(Some(value)) => vec![value],
            Self::Make(_, fields) => fields.iter().map(|(_, value)| value).collect(),
            Self::Assign(target, value) | Self::Augment(target, _, value) => match target {
                Target::Place(_) => vec![value],
                Target::Item(_, key) | Target::Element(_, key) => vec![key, value],
            },
            Self::Together(pairs) => pairs.iter().map(|(_, value)| value).collect(),
            Self::Put(_, key, _)
            | Self::Remove(_, key)
            | Self::Lookup { key, .. }
            | Self::ForTo(_, key, ..)
            | Self::Match(key, ..) => vec![key],
            _ => Vec::new(),
        }
    }

    /// The expressions of the statement itself, to be changed.
    pub fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Self::Let(_, _, value)
            | Self::Eval(value)
            | Self::Out(_, value)
            | Self::If(value, ..)
            | Self::Return(Some(value)) => vec![value],
            Self::Make(_, fields) => fields.iter_mut().map(|(_, value)| value).collect(),
            Self::Assign(target, value) | Self::Augment(target, _, value) => match target {
                Target::Place(_) => vec![value],
                Target::Item(_, key) | Target::Element(_, key) => vec![key, value],
            },
            Self::Together(pairs) => pairs.iter_mut().map(|(_, value)| value).collect(),
            Self::Put(_, key, _)
            | Self::Remove(_, key)
            | Self::Lookup { key, .. }
            | Self::ForTo(_, key, ..)
            | Self::Match(key, ..) => vec![key],
            _ => Vec::new(),
        }
    }
}

impl Expr {
    /// The expressions directly inside.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Lit(_) | Self::Bool(_) | Self::Constant(_) | Self::Given(_) | Self::Read(_) => {
                Vec::new()
            }
            Self::Unary(_, a)
            | Self::Power(a, _)
            | Self::Cast(_, a)
            | Self::Abs(a)
            | Self::Item(_, a)
            | Self::Has(_, a, _)
            | Self::Delete(_, a)
            | Self::Walrus(_, a)
            | Self::Element(_, a) => vec![a],
            Self::Binary(_, a, b) | Self::Get(_, a, b) | Self::Update(_, a, b, _) => vec![a, b],
            Self::Choice(a, b, c) => vec![a, b, c],
            Self::Compare(a, rest) => {
                std::iter::once(&**a).chain(rest.iter().map(|(_, b)| b)).collect()
            }
            Self::In(a, rest, _) => std::iter::once(&**a).chain(rest).collect(),
            Self::Fold(_, all) | Self::Call(_, all) | Self::Atomic(_, _, all) => {
                all.iter().collect()
            }
        }
    }

    /// The expressions directly inside, to be changed.
    pub fn parts_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Lit(_) | Self::Bool(_) | Self::Constant(_) | Self::Given(_) | Self::Read(_) => {
                Vec::new()
            }
            Self::Unary(_, a)
            | Self::Power(a, _)
            | Self::Cast(_, a)
            | Self::Abs(a)
            | Self::Item(_, a)
            | Self::Has(_, a, _)
            | Self::Delete(_, a)
            | Self::Walrus(_, a)
            | Self::Element(_, a) => vec![a],
            Self::Binary(_, a, b) | Self::Get(_, a, b) | Self::Update(_, a, b, _) => vec![a, b],
            Self::Choice(a, b, c) => vec![a, b, c],
            Self::Compare(a, rest) => {
                std::iter::once(&mut **a).chain(rest.iter_mut().map(|(_, b)| b)).collect()
            }
            Self::In(a, rest, _) => std::iter::once(&mut **a).chain(rest).collect(),
            Self::Fold(_, all) | Self::Call(_, all) | Self::Atomic(_, _, all) => {
                all.iter_mut().collect()
            }
        }
    }

    /// Whether it changes anything, so that its place in the order counts.
    pub fn acts(&self) -> bool {
        matches!(
            self,
            Self::Call(..)
                | Self::Update(..)
                | Self::Delete(..)
                | Self::Walrus(..)
                | Self::Atomic(..)
        ) || self.parts().into_iter().any(Self::acts)
    }
}

impl Program {
    /// The type of what a place names; `None` if there is no such place.
    pub fn place_type(&self, function: &Function, place: &Place) -> Option<Type> {
        let mut ty = match place.base {
            Base::Var(var) => function.vars.get(var)?.clone(),
            Base::Global(global) => self.globals.get(global)?.ty.clone(),
            Base::Entry(var) => match function.vars.get(var)? {
                Type::Entry(map) => self.maps.get(*map)?.value.clone(),
                _ => return None,
            },
        };
        for step in &place.path {
            ty = match (step, ty) {
                (Step::Field(field), Type::Struct(id)) => self.structs[id].get(*field)?.clone(),
                (Step::Index(index), Type::Array(element, len)) if *index < len => {
                    Type::Scalar(element)
                }
                _ => return None,
            };
        }
        Some(ty)
    }

    /// The ways from a type to those of its parts that `wanted` picks.
    pub fn paths(&self, ty: &Type, wanted: &dyn Fn(&Type) -> bool) -> Vec<Vec<Step>> {
        let mut found = Vec::new();
        if wanted(ty) {
            found.push(Vec::new());
        }
        let parts: Vec<(Step, Type)> = match ty {
            Type::Array(element, len) => {
                (0..*len).map(|index| (Step::Index(index), Type::Scalar(*element))).collect()
            }
            Type::Struct(id) => {
                let fields = self.structs[*id].iter().cloned().enumerate();
                fields.map(|(index, ty)| (Step::Field(index), ty)).collect()
            }
            _ => Vec::new(),
        };
        for (step, ty) in parts {
            for rest in self.paths(&ty, wanted) {
                found.push(std::iter::once(step.clone()).chain(rest).collect());
            }
        }
        found
    }
}
