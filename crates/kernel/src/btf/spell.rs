//! Types as C writes them: what people see of a field, a parameter or a whole
//! function.

use super::decode::{CONST, RESTRICT, VOLATILE};
use super::{Btf, Kind, MAX_DEPTH, Space, TypeId};

/// A function's type, as C writes its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Type returned.
    pub returns: String,
    /// Name and type of each parameter; the name may be empty.
    pub params: Vec<(String, String)>,
}

impl Btf {
    /// A type as C writes it: `const char *`, `struct task_struct *`.
    pub fn spell(&self, id: TypeId) -> String {
        self.declare(id, "")
    }

    /// The declaration of something of this type: `char comm[16]`.
    pub fn declare(&self, id: TypeId, name: &str) -> String {
        self.declared(id, name.to_owned(), 0)
    }

    /// What a function, a prototype, or a pointer or typedef of one takes and
    /// returns; `None` for other types.
    pub fn signature(&self, id: TypeId) -> Option<Signature> {
        let mut id = self.resolve(id);
        for _ in 0..MAX_DEPTH {
            match self.get(id)?.kind {
                Kind::Func(inner) | Kind::Ptr(inner) => id = self.resolve(inner),
                Kind::FuncProto { ret, params } => {
                    let returns = self.spell(ret);
                    let params = params.iter().map(|param| match param.ty {
                        TypeId(0) => (String::new(), "...".to_owned()),
                        ty => (param.name.to_owned(), self.spell(ty)),
                    });
                    return Some(Signature { returns, params: params.collect() });
                }
                _ => return None,
            }
        }
        None
    }

    /// The types of this table that have a name, without those of the base.
    pub fn named_types(&self) -> impl Iterator<Item = (&str, Space, TypeId)> {
        let named = self.named_ids();
        named.filter_map(|(text, id)| Some((self.text(text), self.space(id)?, id)))
    }

    /// What the declarations of this table are tagged with: the tag and the
    /// type that has it. The base's are left out.
    pub fn declaration_tags(&self) -> impl Iterator<Item = (&str, TypeId)> {
        let ids = self.first_id..self.next_id();
        let tagged = ids.filter(|&id| self.tag(TypeId(id)) == Some(super::decode::DECL_TAG));
        tagged.filter_map(|id| match self.get(TypeId(id))? {
            super::Type { name, kind: Kind::DeclTag { target, component: -1 }, .. } => {
                Some((name, target))
            }
            _ => None,
        })
    }

    fn declared(&self, id: TypeId, inner: String, depth: usize) -> String {
        let Some(ty) = self.get(id).filter(|_| depth < MAX_DEPTH) else {
            return joined("?", &inner);
        };
        let deeper = depth + 1;
        match ty.kind {
            Kind::Void => joined("void", &inner),
            Kind::Struct { is_union, .. } | Kind::Fwd(is_union) => {
                joined(&tagged(if is_union { "union" } else { "struct" }, ty.name), &inner)
            }
            Kind::Enum { .. } => joined(&tagged("enum", ty.name), &inner),
            Kind::Ptr(target) => {
                let is_suffixed = |id| {
                    let kind = self.get(self.bare(id)).map(|ty| ty.kind);
                    matches!(kind, Some(Kind::Array { .. } | Kind::FuncProto { .. }))
                };
                let star = format!("*{inner}");
                let star = if is_suffixed(target) { format!("({star})") } else { star };
                self.declared(target, star, deeper)
            }
            Kind::Array { element, len } => {
                self.declared(element, format!("{inner}[{len}]"), deeper)
            }
            Kind::FuncProto { ret, params } => {
                let params: Vec<String> = params
                    .iter()
                    .map(|param| match param.ty {
                        TypeId(0) => "...".to_owned(),
                        ty => self.declared(ty, param.name.to_owned(), deeper),
                    })
                    .collect();
                self.declared(ret, format!("{inner}({})", params.join(", ")), deeper)
            }
            Kind::Modifier(target) => {
                let word = self.modifier(id);
                match self.get(target).map(|ty| ty.kind) {
                    Some(Kind::Ptr(_)) => self.declared(target, joined(word, &inner), deeper),
                    _ => format!("{word} {}", self.declared(target, inner, deeper)),
                }
            }
            Kind::TypeTag(target) => self.declared(target, inner, deeper),
            _ => joined(ty.name, &inner),
        }
    }

    fn modifier(&self, id: TypeId) -> &'static str {
        match self.tag(id) {
            Some(CONST) => "const",
            Some(VOLATILE) => "volatile",
            Some(RESTRICT) => "restrict",
            _ => "",
        }
    }
}

fn tagged(word: &str, name: &str) -> String {
    if name.is_empty() { format!("{word} {{…}}") } else { format!("{word} {name}") }
}

/// A type before what is declared, with a space between.
fn joined(ty: &str, inner: &str) -> String {
    if inner.is_empty() || inner.starts_with('[') {
        format!("{ty}{inner}")
    } else {
        format!("{ty} {inner}")
    }
}
