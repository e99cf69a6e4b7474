//! Kernel modules for the guest. Debian's packages carry no `modules.dep`, so
//! the order of loading comes from each module's own `depends=` field.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;
use super::kernel::Kernel;

/// A module, decompressed.
pub struct Module {
    /// File name in the guest.
    pub name: String,
    /// Contents of the `.ko` file.
    pub data: Vec<u8>,
}

/// The named modules and all that they need, in the order of loading.
pub fn in_load_order(kernel: &Kernel, names: &[String]) -> Result<Vec<Module>, Error> {
    let mut order = Vec::new();
    if !names.is_empty() {
        let files = module_files(&kernel.modules.join("kernel"))?;
        for name in names {
            add(name, &files, &mut order)?;
        }
    }
    Ok(order)
}

fn add(name: &str, files: &[PathBuf], order: &mut Vec<Module>) -> Result<(), Error> {
    let name = name.replace('-', "_");
    if order.iter().any(|module| module.name == name) {
        return Ok(());
    }
    let file = files
        .iter()
        .find(|file| module_name(file).as_ref() == Some(&name))
        .ok_or_else(|| Error::Tool(format!("this kernel has no module {name}")))?;
    let data = contents(file)?;
    for needed in dependencies(&data) {
        add(&needed, files, order)?;
    }
    order.push(Module { name, data });
    Ok(())
}

fn module_files(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::file(dir))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(module_files(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn module_name(file: &Path) -> Option<String> {
    let (name, _) = file.file_name()?.to_str()?.split_once(".ko")?;
    Some(name.replace('-', "_"))
}

fn contents(file: &Path) -> Result<Vec<u8>, Error> {
    if file.extension().is_some_and(|extension| extension == "xz") {
        let output = Command::new("xz").arg("-dc").arg(file).output();
        return match output {
            Ok(output) if output.status.success() => Ok(output.stdout),
            _ => Err(Error::Tool(format!("xz cannot unpack {}", file.display()))),
        };
    }
    fs::read(file).map_err(Error::file(file))
}

/// The value of `depends=` in the module's `.modinfo`: NUL-ended strings.
fn dependencies(module: &[u8]) -> Vec<String> {
    module
        .split(|byte| *byte == 0)
        .filter_map(|field| field.strip_prefix(b"depends="))
        .flat_map(|names| names.split(|byte| *byte == b','))
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{dependencies, module_name};
    use std::path::Path;

    #[test]
    fn dependencies_are_the_comma_separated_names() {
        assert_eq!(dependencies(b"\0license=GPL\0depends=a,b\0name=c\0"), ["a", "b"]);
        assert!(dependencies(b"\0depends=\0").is_empty());
    }

    #[test]
    fn names_are_those_of_the_kernel() {
        assert_eq!(module_name(Path::new("/x/nf-tables.ko.xz")).as_deref(), Some("nf_tables"));
        assert_eq!(module_name(Path::new("/x/modules.order")), None);
    }
}
