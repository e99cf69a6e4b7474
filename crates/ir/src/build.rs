//! Short ways to make expressions, and types of places.

use diagnostics::Span;

use crate::{
    BinaryOp, CompareOp, Expr, ExprKind, Function, LocalId, Module, Place, PtrType, Region, Stmt,
    StmtKind, TextOp, Type,
};

impl Expr {
    /// An expression.
    pub fn new(kind: ExprKind, ty: Type, span: Span) -> Self {
        Self { kind, ty, span }
    }

    /// An integer or bool constant.
    pub fn int(value: i128, ty: Type, span: Span) -> Self {
        Self::new(ExprKind::Const(value), ty, span)
    }

    /// The constant this is, if it is one.
    pub fn as_const(&self) -> Option<i128> {
        match self.kind {
            ExprKind::Const(value) => Some(value),
            _ => None,
        }
    }

    /// The pointer type, if it is a pointer.
    pub fn ptr_type(&self) -> Option<&PtrType> {
        match &self.ty {
            Type::Ptr(ptr) => Some(ptr),
            _ => None,
        }
    }

    /// Reads the place.
    pub fn load(place: Place, ty: Type, span: Span) -> Self {
        Self::new(ExprKind::Load(place), ty, span)
    }

    /// The address of the place.
    pub fn address(place: Place, ty: Type, region: Region, span: Span) -> Self {
        Self::new(ExprKind::Address(place), Type::ptr(Some(ty), region), span)
    }

    /// A stack slot with this value; the expression is its address.
    pub fn spill(self) -> Self {
        let span = self.span;
        let ty = Type::ptr(Some(self.ty.clone()), Region::Stack);
        Self::new(ExprKind::Spill(Box::new(self)), ty, span)
    }

    /// The same value in another type; constants are converted at once.
    pub fn convert(self, ty: Type) -> Self {
        if self.ty == ty {
            return self;
        }
        let span = self.span;
        let constant = match (&self.kind, &self.ty, &ty) {
            (ExprKind::Const(value), Type::Int(_) | Type::Bool, Type::Int(to)) => {
                Some(to.wrap(*value))
            }
            (ExprKind::Const(value), Type::Int(_), Type::Bool) => Some(i128::from(*value != 0)),
            _ => None,
        };
        match constant {
            Some(value) => Self::int(value, ty, span),
            None => Self::new(ExprKind::Convert(Box::new(self)), ty, span),
        }
    }

    /// Two operands of one type.
    pub fn binary(op: BinaryOp, left: Self, right: Self, span: Span) -> Self {
        let ty = left.ty.clone();
        Self::new(ExprKind::Binary(op, Box::new(left), Box::new(right)), ty, span)
    }

    /// A question about texts.
    pub fn text(op: TextOp, span: Span) -> Self {
        let ty = op.ty();
        Self::new(ExprKind::Text(Box::new(op)), ty, span)
    }

    /// Two operands of one type, giving a bool.
    pub fn compare(op: CompareOp, left: Self, right: Self, span: Span) -> Self {
        Self::new(ExprKind::Compare(op, Box::new(left), Box::new(right)), Type::Bool, span)
    }
}

impl Stmt {
    /// A statement.
    pub fn new(kind: StmtKind, span: Span) -> Self {
        Self { kind, span }
    }
}

impl Place {
    /// The member of a struct in this place.
    pub fn field(self, index: usize) -> Self {
        Self::Field(Box::new(self), index as u32)
    }

    /// The type of what is in this place; `None` if the place is ill-formed.
    pub fn ty(&self, module: &Module, function: &Function) -> Option<Type> {
        match self {
            Self::Local(id) => function.locals.get(id.0 as usize).map(|local| local.ty.clone()),
            Self::Global(id) => module.globals.get(id.0 as usize).map(|global| global.ty.clone()),
            Self::Deref(pointer) => match &pointer.ty {
                Type::Ptr(PtrType { pointee: Some(pointee), .. }) => Some((**pointee).clone()),
                _ => None,
            },
            Self::Field(base, index) => match base.ty(module, function)? {
                Type::Struct(id) => {
                    let fields = &module.structs.get(id.0 as usize)?.fields;
                    fields.get(*index as usize).map(|field| self.seen(field.ty.clone()))
                }
                _ => None,
            },
            Self::Index(base, _) => match base.ty(module, function)? {
                Type::Array(element, _) => Some(self.seen(*element)),
                Type::Str(_) => Some(Type::Int(crate::IntType::U8)),
                _ => None,
            },
            Self::Part(_, _, len) => Some(Type::Str(*len)),
            Self::Context(_, _, ty) => Some(ty.clone()),
        }
    }

    /// The local that this place is or lies in, if it is one.
    pub fn local(&self) -> Option<LocalId> {
        match self {
            Self::Local(id) => Some(*id),
            Self::Field(base, _) | Self::Index(base, _) | Self::Part(base, ..) => base.local(),
            Self::Global(_) | Self::Deref(_) | Self::Context(..) => None,
        }
    }

    /// The type of what is read here: what a pointer of the kernel points to
    /// is trusted only as long as the way there was.
    pub fn seen(&self, ty: Type) -> Type {
        let (Type::Ptr(ptr), base) = (&ty, self.region()) else { return ty };
        if !base.is_foreign() || !ptr.region.is_foreign() {
            return ty;
        }
        let region = match (ptr.region, base) {
            (Region::User, _) | (_, Region::User) => Region::User,
            (Region::Trusted, Region::Trusted) if self.is_fixed() => Region::Trusted,
            _ => Region::Kernel,
        };
        // What stands behind null is null.
        let nullable = region == Region::Trusted && (ptr.nullable || self.root_is_nullable());
        Type::Ptr(PtrType { pointee: ptr.pointee.clone(), region, nullable })
    }

    /// The pointer that the place is reached by.
    pub fn root(&self) -> Option<&Expr> {
        match self {
            Self::Local(_) | Self::Global(_) => None,
            Self::Deref(pointer) | Self::Context(pointer, ..) => Some(pointer),
            Self::Field(base, _) | Self::Index(base, _) | Self::Part(base, ..) => base.root(),
        }
    }

    fn root_is_nullable(&self) -> bool {
        self.root().and_then(Expr::ptr_type).is_some_and(|ptr| ptr.nullable)
    }

    /// Whether every index on the way is a constant.
    pub fn is_fixed(&self) -> bool {
        match self {
            Self::Local(_) | Self::Global(_) | Self::Deref(_) | Self::Context(..) => true,
            Self::Field(base, _) | Self::Part(base, ..) => base.is_fixed(),
            Self::Index(base, index) => index.as_const().is_some() && base.is_fixed(),
        }
    }

    /// Whether it is read without a helper where the verifier knows the type.
    pub fn is_direct(&self) -> bool {
        self.region() == Region::Trusted && self.is_fixed()
    }

    /// The memory that this place lies in.
    pub fn region(&self) -> Region {
        match self {
            Self::Local(_) => Region::Stack,
            Self::Global(_) => Region::Global,
            Self::Deref(pointer) => match &pointer.ty {
                Type::Ptr(ptr) => ptr.region,
                _ => Region::Opaque,
            },
            Self::Field(base, _) | Self::Index(base, _) | Self::Part(base, ..) => base.region(),
            Self::Context(..) => Region::Context,
        }
    }
}
