//! What Python calls the kernel's types and constants by.

use super::{Btf, Space, TypeId};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A type.
    Type(TypeId),
    /// A value of an enum.
    Constant {
        /// The enum.
        of: TypeId,
        /// The number.
        value: i128,
    },
}

/// Where a name may begin, beside that of what it stands for.
const PREFIXES: &[(&str, Space)] =
    &[("struct_", Space::Struct), ("union_", Space::Struct), ("enum_", Space::Enum)];

impl Btf {
    /// What a name stands for: a struct or union, a typedef, an enum or one of
    /// its values; `struct_task_struct` is `task_struct`, too.
    pub fn named(&self, name: &str) -> Option<Named> {
        let plain = [Space::Struct, Space::Typedef, Space::Enum];
        let mut found = plain.into_iter().find_map(|space| self.find(name, space));
        for (prefix, space) in PREFIXES {
            if found.is_none()
                && let Some(rest) = name.strip_prefix(prefix)
            {
                found = self.find(rest, *space);
            }
        }
        found.map(Named::Type).or_else(|| {
            let (of, value) = self.enumerator(name)?;
            Some(Named::Constant { of, value })
        })
    }
}
