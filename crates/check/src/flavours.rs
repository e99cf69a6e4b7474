//! Structs of the kernel that the file itself declares, as some kernels have
//! them: `class task_struct___old`.
//!
//! The loader leaves out what follows three underscores and looks for the
//! members by name, so that a file can read what the kernel that it is built
//! with does not have. Members that are not declared are those of that
//! kernel's own struct, if it has one.

use ir::{KernelName, PtrType, Region, Shape, Struct, StructId, Type};
use kernel::btf::{Space, TypeId};
use syntax::{Expr, ExprKind};

use crate::kernel_types::Known;
use crate::session::{Result, Session};

/// What stands between a type's name and that of its flavour.
const MARK: &str = "___";

/// The name that the kernel has a struct by: what libbpf leaves of it, which
/// wants exactly three underscores, and text on both sides.
pub(crate) fn essential_name(name: &str) -> &str {
    let alone = |at: &usize| {
        let (before, after) = (name.get(..*at), name.get(at + MARK.len()..));
        let clear = |side: Option<&str>, end: fn(&str, char) -> bool| {
            side.is_some_and(|side| !side.is_empty() && !end(side, '_'))
        };
        clear(before, |side, c| side.ends_with(c)) && clear(after, |side, c| side.starts_with(c))
    };
    let marks = (0..name.len()).filter(|at| name.get(*at..).is_some_and(|s| s.starts_with(MARK)));
    marks.rev().find(alone).and_then(|at| name.get(..at)).unwrap_or(name)
}

/// Whether a struct of this name is one of the kernel's.
pub(crate) fn is_flavour(name: &str) -> bool {
    essential_name(name) != name
}

/// The type of a declared member, and what C calls it: a struct of the kernel
/// lies inside, as in `ctypes`, and `POINTER(...)` leads to it.
pub(crate) fn member(session: &mut Session<'_>, annotation: &Expr) -> Result<(Type, Shape)> {
    let whole = annotation;
    let mut element = annotation;
    while let ExprKind::Binary(_, left, _) = &element.kind {
        element = left;
    }
    let known = match session.is_type(element) {
        true => session.kernel_named(element),
        false => None,
    };
    let is_enum = matches!(known, Some(Known::Type(id)) if session.is_kernel_enum(id));
    let shape = if is_enum { Shape::Enum } else { Shape::Plain };
    let declared = session.annotation(whole)?;
    let is_pointer = matches!(element.kind, ExprKind::Call(..));
    Ok((laid(declared, is_pointer), shape))
}

/// A member as it lies in the struct: what an annotation says of a struct is
/// meant for a pointer elsewhere.
fn laid(declared: Type, is_pointer: bool) -> Type {
    match declared {
        Type::Array(element, len) => Type::Array(Box::new(laid(*element, is_pointer)), len),
        Type::Ptr(PtrType { pointee: Some(pointee), region: Region::Kernel, .. })
            if matches!(*pointee, Type::Struct(_)) =>
        {
            if !is_pointer {
                return *pointee;
            }
            // Some kernels mark such members as guarded by RCU.
            Type::Ptr(PtrType { pointee: Some(pointee), region: Region::Trusted, nullable: true })
        }
        other => other,
    }
}

/// Makes a struct of the file one of the kernel's.
pub(crate) fn declare(session: &mut Session<'_>, id: StructId, shapes: &[Shape]) {
    let name = session.module.struct_(id).name.clone();
    let base = session.btf().and_then(|btf| {
        let found = btf.find(essential_name(&name), Space::Struct)?;
        Some((found, btf.size(found)?))
    });
    if let Some(laid) = session.module.structs.get_mut(id.0 as usize) {
        laid.kernel = Some(KernelName::Tag);
        for (field, shape) in laid.fields.iter_mut().zip(shapes) {
            field.shape = *shape;
        }
        laid.size = laid.size.max(base.map_or(0, |(_, size)| size));
    }
    if let Some((base, _)) = base {
        session.kernel_types.origins.insert(id, base);
    }
}

impl Session<'_> {
    /// What the kernel calls by an expression, without a word if it is no
    /// name of the kernel's.
    pub(crate) fn kernel_named(&self, expr: &Expr) -> Option<Known> {
        let path = expr.path()?;
        if let [name] = path.as_slice()
            && let Some((item, _)) = self.item(name)
        {
            return match item {
                crate::session::Item::Struct(id) => {
                    self.module.struct_(*id).kernel.map(|_| Known::Declared(*id))
                }
                _ => None,
            };
        }
        self.kernel_known(&self.vmlinux_name(&path)?)
    }

    /// The name that a path has in `vmlinux`, whether the kernel knows it or
    /// not.
    pub(crate) fn vmlinux_name(&self, path: &[&str]) -> Option<String> {
        if let Some((module, name)) = self.tree.imports.resolve(path) {
            return (module == crate::kernel_types::VMLINUX).then_some(name);
        }
        let [name] = path else { return None };
        let starred = self.tree.imports.has_star(crate::kernel_types::VMLINUX);
        (starred && self.kernel_known(name).is_some()).then(|| (*name).to_owned())
    }

    /// The struct of the kernel that a type is.
    pub(crate) fn kernel_struct_of(&mut self, known: &Known) -> Option<StructId> {
        match known {
            Known::Type(id) => self.kernel_struct(*id),
            Known::Declared(id) => Some(*id),
            Known::Constant(_) | Known::Function(_) | Known::Variable(_) => None,
        }
    }

    /// A struct of the kernel with one member, of which only the name and
    /// about the type are known.
    pub(crate) fn supposed(&mut self, name: &str, field: &str, kind: &str, ty: Type) -> StructId {
        let start = format!("{}{MARK}supposed_{kind}", essential_name(name));
        let same = |laid: &Struct| {
            laid.name.starts_with(&start) && laid.fields.first().is_some_and(|f| f.name == field)
        };
        if let Some(known) = self.module.structs.iter().position(same) {
            return StructId(known as u32);
        }
        let name = format!("{start}{}", self.module.structs.len());
        let members = vec![(field.to_owned(), ty)];
        let mut laid = Struct::lay_out(name, members, 0, &self.module);
        laid.kernel = Some(KernelName::Tag);
        if kind.ends_with("enum") {
            laid.fields.iter_mut().for_each(|field| field.shape = Shape::Enum);
        }
        self.module.structs.push(laid);
        StructId(self.module.structs.len() as u32 - 1)
    }

    /// A struct of the kernel of which only the name is known.
    pub(crate) fn supposed_struct(&mut self, name: &str, is_union: bool) -> StructId {
        let same = |laid: &Struct| laid.kernel.is_some() && laid.name == name;
        if let Some(known) = self.module.structs.iter().position(same) {
            return StructId(known as u32);
        }
        let mut laid = Struct::lay_out(name.to_owned(), Vec::new(), 0, &self.module);
        laid.kernel = Some(KernelName::Tag);
        laid.is_union = is_union;
        self.module.structs.push(laid);
        StructId(self.module.structs.len() as u32 - 1)
    }

    /// Whether a type of the kernel is an enum.
    fn is_kernel_enum(&self, id: TypeId) -> bool {
        let Some(btf) = self.btf() else { return false };
        let kind = btf.get(btf.resolve(id)).map(|ty| ty.kind);
        matches!(kind, Some(kernel::btf::Kind::Enum { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::essential_name;

    #[test]
    fn a_flavour_is_what_libbpf_leaves_out() {
        assert_eq!(essential_name("task_struct___old"), "task_struct");
        assert_eq!(essential_name("a___b___c"), "a___b");
        for whole in ["task_struct", "___old", "a___", "a____b", "a_____b", "é___"] {
            assert_eq!(essential_name(whole), whole);
        }
    }
}
