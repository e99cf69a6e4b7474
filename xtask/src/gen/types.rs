//! The types of the kernel that are built in: those of a list, cut out of the
//! BTF of a whole kernel.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use kernel::btf::{self, Btf, Space, TypeId, Wanted};

use super::{Error, read, root};

/// What is built in: lines `KIND NAME`, where a name may end in `*`.
const LIST: &str = "crates/kernel/data/types.txt";
/// Where the types go; the number is that of the kernel they come from.
const PATH: &str = "crates/kernel/data/types-6.12.btf.z";

/// Cuts the types of the list out of a kernel's BTF and keeps them.
pub fn cut(from: &Path) -> Result<(), Error> {
    let file = |path: &Path, source| Error::File { path: path.to_owned(), source };
    let bytes = std::fs::read(from).map_err(|error| file(from, error))?;
    let btf = Btf::parse(Arc::new(bytes))
        .map_err(|why| Error::form("BTF", format!("{}: {why}", from.display())))?;
    let list = wanted(&btf, &read(&root().join(LIST))?)?;
    let path = root().join(PATH);
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = packed.write_all(&btf::cut(&btf, list)).and_then(|()| packed.finish());
    packed.and_then(|bytes| std::fs::write(&path, bytes)).map_err(|error| file(&path, error))
}

/// What the list asks for, by what the kernel has.
fn wanted(btf: &Btf, text: &str) -> Result<Wanted, Error> {
    let mut list = Wanted::default();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (kind, name) = line.split_once(' ').ok_or_else(|| Error::form("a line", line))?;
        let found = match kind {
            "const" => btf.enumerator(name).map(|(of, _)| of).into_iter().collect(),
            "kfunc" => {
                let names = kernel::KFUNCS.iter().map(|kfunc| kfunc.name);
                names.filter_map(|name| btf.find(name, Space::Func)).collect()
            }
            _ => find(btf, kind, name)?,
        };
        if found.is_empty() {
            return Err(Error::form("a name that the kernel does not have", line));
        }
        match kind {
            "const" | "enum" => list.enums.extend(&found),
            "struct" | "ops" => {
                let names = found.iter().filter_map(|id| btf.get(*id));
                list.structs.extend(names.map(|ty| ty.name.to_owned()));
            }
            _ => {}
        }
        if kind == "ops" {
            list.operations.extend(&found);
        }
        list.types.extend(found);
    }
    Ok(list)
}

/// The types of a kind and a name, or of all names that begin so.
fn find(btf: &Btf, kind: &str, name: &str) -> Result<Vec<TypeId>, Error> {
    let space = match kind {
        "struct" | "ops" => Space::Struct,
        "enum" => Space::Enum,
        "typedef" => Space::Typedef,
        "func" => Space::Func,
        "var" => Space::Var,
        _ => return Err(Error::form("a kind of type", kind)),
    };
    let Some(start) = name.strip_suffix('*') else {
        return Ok(btf.find(name, space).into_iter().collect());
    };
    let names: BTreeSet<&str> =
        btf.names(space).into_iter().filter(|known| known.starts_with(start)).collect();
    Ok(names.into_iter().filter_map(|name| btf.find(name, space)).collect())
}
