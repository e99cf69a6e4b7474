//! Where a compilation takes the kernel's types from.

use std::sync::Arc;

use super::Btf;

/// BTF that is at hand, or read when it is first asked for.
#[derive(Clone, Debug, Default)]
pub enum Source {
    /// There is none: only what is built in is known.
    #[default]
    BuiltIn,
    /// This one.
    Given(Arc<Btf>),
    /// What this gives, which must be the same each time; why there is none is
    /// said in words.
    Lazy(fn() -> Result<Arc<Btf>, String>),
}

impl Source {
    /// The types.
    ///
    /// # Errors
    /// There are none, and why.
    pub fn read(&self) -> Result<Arc<Btf>, String> {
        match self {
            Self::BuiltIn => Err("no BTF was given".to_owned()),
            Self::Given(btf) => Ok(Arc::clone(btf)),
            Self::Lazy(read) => read(),
        }
    }
}
