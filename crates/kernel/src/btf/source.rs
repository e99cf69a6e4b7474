//! Where a compilation takes the kernel's types from.

use std::sync::Arc;

use super::{Btf, built_in};

/// The types of the kernel's modules behind its own, if there are any.
pub type Wider = fn(&Arc<Btf>) -> Option<Arc<Btf>>;

/// BTF that is at hand, or read when it is first asked for.
#[derive(Clone, Debug, Default)]
pub enum Source {
    /// None is at hand: only what is built in is known.
    #[default]
    BuiltIn,
    /// This one.
    Given(Arc<Btf>),
    /// What this gives, which must be the same each time; why there is none is
    /// said in words. What it lacks is looked for among the modules.
    Lazy(fn() -> Result<Arc<Btf>, String>, Wider),
}

/// What is known of the kernel's types.
#[derive(Clone, Debug)]
pub struct Found {
    /// The types.
    pub btf: Arc<Btf>,
    /// Why they are only those that are built in, if so.
    pub built_in: Option<String>,
    /// What has the types of modules, too.
    pub wider: Option<Wider>,
}

impl Source {
    /// The types; those that are built in where the kernel's are not there.
    ///
    /// # Errors
    /// There are none, and why.
    pub fn read(&self) -> Result<Found, String> {
        let why = match self {
            Self::Given(btf) => {
                return Ok(Found { btf: Arc::clone(btf), built_in: None, wider: None });
            }
            Self::BuiltIn => "no BTF was given".to_owned(),
            Self::Lazy(read, wider) => match read() {
                Ok(btf) => return Ok(Found { btf, built_in: None, wider: Some(*wider) }),
                Err(why) => why,
            },
        };
        match built_in() {
            Some(btf) => Ok(Found { btf, built_in: Some(why), wider: None }),
            None => Err(why),
        }
    }
}
