//! The part of the kernel's types that the relocations of an object ask for.
//!
//! libbpf parses all of the kernel's BTF to find a few members of a few structs, which
//! takes longer than all else that a small program takes to load. What it looks for
//! is known from the object: the types of these names, and what lies inside them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::sync::Arc;

use kernel::ContextKind;
use kernel::btf::{Btf, Kind, Space, TypeId, Wanted, cut};

use crate::elf;
use crate::kernel_types::running_btf;
use crate::line_info::all_ext_records;

/// Where the header of `.BTF.ext` tells where the relocations lie.
pub(crate) const CORE_RELOCATIONS: usize = 24;
/// Questions about members and about values of enums (`enum bpf_core_relo_kind` of the
/// UAPI header `linux/bpf.h`).
const FIELDS: [u32; 8] = [0, 1, 2, 3, 4, 5, 10, 11];
/// Whether there is a type, and its size.
const TYPES: [u32; 2] = [8, 9];
const SPACES: [Space; 3] = [Space::Struct, Space::Enum, Space::Typedef];
/// What is asked of the types of a table beside its structs: functions and variables.
const KSYMS: &[u8] = b"\0.ksyms\0";

/// What the loader looks for: what follows three underscores only tells apart what
/// a struct is on different kernels.
pub(crate) fn essential(name: &str) -> &str {
    name.split_once("___").map_or(name, |(name, _)| name)
}

/// A file of BTF that has all that the relocations of an object are about; nothing if
/// there are none, if libbpf needs the kernel's own for other things, or if the kernel
/// has not all of these types, which a module may have.
pub(crate) fn needed(object: &[u8]) -> Option<TypesFile> {
    let names = asked(object)?;
    let types = elf::section(object, ".BTF")?;
    if names.is_empty() || types.windows(KSYMS.len()).any(|at| at == KSYMS) || is_typed(object) {
        return None;
    }
    let btf = running_btf().ok()?;
    let mut wanted = Wanted::default();
    for name in names {
        let found: Vec<(Space, TypeId)> = SPACES
            .into_iter()
            .flat_map(|space| btf.all(&name, space).into_iter().map(move |id| (space, id)))
            .collect();
        if found.is_empty() {
            return None;
        }
        for (space, id) in found {
            if space == Space::Enum {
                wanted.enums.insert(id);
            }
            wanted.types.push(id);
        }
        wanted.structs.insert(name);
    }
    TypesFile::of(&cut(&btf, wanted))
}

/// The names of the types that the relocations start from; nothing if one of them needs
/// more than a part: the number of a type in the kernel, or what pointers in it lead to.
fn asked(object: &[u8]) -> Option<BTreeSet<String>> {
    let info = elf::section(object, ".BTF.ext")?;
    let btf = Btf::parse(Arc::new(elf::section(object, ".BTF")?.to_vec())).ok()?;
    let records = all_ext_records(info, CORE_RELOCATIONS)?;
    let name = |record: &[u8]| {
        let (id, kind) = (TypeId(elf::u32_at(record, 4).ok()?), elf::u32_at(record, 12).ok()?);
        let ty = btf.get(btf.bare(id))?;
        let whole = matches!(
            btf.get(btf.resolve(id))?.kind,
            Kind::Struct { .. } | Kind::Enum { .. } | Kind::Int { .. } | Kind::Fwd(_)
        );
        let fits = FIELDS.contains(&kind) || (TYPES.contains(&kind) && whole);
        (fits && !ty.name.is_empty()).then(|| essential(ty.name).to_owned())
    };
    records.iter().flat_map(|(_, records)| records).map(|record| name(record)).collect()
}

/// Whether a program is attached by the kernel's types, which libbpf then reads.
fn is_typed(object: &[u8]) -> bool {
    elf::functions(object).iter().any(|function| {
        kernel::section(&function.section).is_ok_and(|section| {
            matches!(
                section.def.context,
                ContextKind::FunctionArguments | ContextKind::Iterator | ContextKind::Replaced
            )
        })
    })
}

/// BTF in memory that libbpf can open by a path.
#[derive(Debug)]
pub(crate) struct TypesFile(OwnedFd);

impl TypesFile {
    /// A file with these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        // SAFETY: the name ends with a NUL; a result that is not negative is a new
        // descriptor that nobody else owns.
        let descriptor = unsafe {
            let descriptor = libc::memfd_create(c"btf".as_ptr(), libc::MFD_CLOEXEC);
            (descriptor >= 0).then(|| OwnedFd::from_raw_fd(descriptor))?
        };
        let mut file = File::from(descriptor);
        file.write_all(bytes).ok()?;
        Some(Self(OwnedFd::from(file)))
    }

    /// The path, as long as this lives.
    pub(crate) fn path(&self) -> String {
        format!("/proc/self/fd/{}", self.0.as_raw_fd())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_kernels_apart_is_no_part_of_a_name() {
        assert_eq!(essential("task_struct___old"), "task_struct");
        assert_eq!(essential("task_struct"), "task_struct");
    }

    #[test]
    fn what_is_no_object_needs_nothing() {
        assert!(needed(b"").is_none());
        assert!(needed(&[0x7f; 300]).is_none());
    }

    #[test]
    fn the_file_can_be_opened_by_its_path() {
        let file = TypesFile::of(b"abc").unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"abc");
    }
}
