//! What a file's imports bind: which of our names, or somebody else's module.

use std::collections::HashMap;

/// What an imported name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A module, by its full name: `import ctypes`, `import pythonbpf as p`.
    Module(String),
    /// A name of a module: `from pythonbpf.helper import pid as getpid`.
    Name {
        /// The module's full name.
        module: String,
        /// The name there.
        name: String,
    },
}

/// The imports of a file's top level.
#[derive(Debug, Default)]
pub struct Imports {
    bindings: HashMap<String, Binding>,
    stars: Vec<String>,
}

impl Imports {
    /// `import module` or `import module as name`.
    pub(crate) fn add_module(&mut self, module: &str, alias: Option<&str>) {
        let (name, target) = match alias {
            Some(alias) => (alias, module),
            // `import a.b` binds `a`.
            None => {
                let first = module.split('.').next().unwrap_or(module);
                (first, first)
            }
        };
        self.bindings.insert(name.to_owned(), Binding::Module(target.to_owned()));
    }

    /// `from module import name` or `... as alias`; `*` takes all.
    pub(crate) fn add_name(&mut self, module: &str, name: &str, alias: Option<&str>) {
        if name == "*" {
            self.stars.push(module.to_owned());
            return;
        }
        let submodule = (module == "pythonbpf"
            && matches!(name, "helper" | "maps" | "net" | "structs"))
        .then(|| Binding::Module(format!("{module}.{name}")));
        let binding = submodule
            .unwrap_or_else(|| Binding::Name { module: module.to_owned(), name: name.to_owned() });
        self.bindings.insert(alias.unwrap_or(name).to_owned(), binding);
    }

    /// A later definition of the same name hides the import.
    pub(crate) fn hide(&mut self, name: &str) {
        self.bindings.remove(name);
    }

    /// The names that are imported from a module, as it calls them.
    pub fn names_of<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a str> {
        self.bindings.values().filter_map(move |binding| match binding {
            Binding::Name { module, name } if module == of => Some(name.as_str()),
            _ => None,
        })
    }

    /// What a plain name is bound to.
    pub fn get(&self, name: &str) -> Option<&Binding> {
        self.bindings.get(name)
    }

    /// Whether all names of the module are imported with `*`.
    pub fn has_star(&self, module: &str) -> bool {
        self.stars.iter().any(|star| star == module)
    }

    /// All imported names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bindings.keys().map(String::as_str)
    }

    /// The module and the name that a dotted path means, if its first part is
    /// imported: `p.helper.pid` after `import pythonbpf as p` is
    /// `("pythonbpf.helper", "pid")`.
    pub fn resolve(&self, path: &[&str]) -> Option<(String, String)> {
        let (first, rest) = path.split_first()?;
        match (self.get(first)?, rest) {
            (Binding::Name { module, name }, []) => Some((module.clone(), name.clone())),
            (Binding::Module(module), [middle @ .., last]) => {
                let module = std::iter::once(module.as_str())
                    .chain(middle.iter().copied())
                    .collect::<Vec<_>>()
                    .join(".");
                Some((module, (*last).to_owned()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_through_aliases_and_submodules() {
        let mut imports = Imports::default();
        imports.add_module("pythonbpf", Some("p"));
        imports.add_module("pythonbpf.maps", None);
        imports.add_name("pythonbpf.helper", "pid", Some("getpid"));
        imports.add_name("pythonbpf", "helper", None);
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(imports.resolve(&["p", "bpf"]), pair("pythonbpf", "bpf"));
        assert_eq!(imports.resolve(&["p", "helper", "pid"]), pair("pythonbpf.helper", "pid"));
        let hash = imports.resolve(&["pythonbpf", "maps", "HashMap"]);
        assert_eq!(hash, pair("pythonbpf.maps", "HashMap"));
        assert_eq!(imports.resolve(&["getpid"]), pair("pythonbpf.helper", "pid"));
        assert_eq!(imports.resolve(&["helper", "tid"]), pair("pythonbpf.helper", "tid"));
        assert_eq!(imports.resolve(&["p"]), None);
        assert_eq!(imports.resolve(&["other"]), None);
    }
}
