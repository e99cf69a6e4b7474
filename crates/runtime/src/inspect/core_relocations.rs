//! What the loader finds in the running kernel's types, by instruction.
//!
//! Reads `struct bpf_core_relo` of `.BTF.ext` (the kernel's
//! `include/uapi/linux/bpf.h`).

use std::sync::Arc;

use kernel::btf::{Btf, Kind, TypeId};

use crate::core_types::{CORE_RELOCATIONS, essential};
use crate::elf;
use crate::line_info::{Strings, ext_records};

/// The place in bytes of each instruction of a section that has such a number, and
/// what the number is.
pub(super) fn core_relocations(object: &[u8], section: &str) -> Vec<(u32, String)> {
    let find = || {
        let bytes = elf::section(object, ".BTF")?;
        let strings = Strings::of(bytes)?;
        let info = elf::section(object, ".BTF.ext")?;
        let records = ext_records(info, CORE_RELOCATIONS, &strings, section)?;
        let btf = Btf::parse(Arc::new(bytes.to_vec())).ok()?;
        let word = |record: &[u8], at| elf::u32_at(record, at).ok();
        let told = |record: &[u8]| {
            let (at, ty) = (word(record, 0)?, TypeId(word(record, 4)?));
            let path = strings.at(word(record, 8)?)?;
            Some((at, what(&btf, ty, path, word(record, 12)?)?))
        };
        Some(records.into_iter().filter_map(told).collect())
    };
    find().unwrap_or_default()
}

/// By `enum bpf_core_relo_kind`.
fn what(btf: &Btf, ty: TypeId, path: &str, kind: u32) -> Option<String> {
    let name = || essential(&btf.spell(ty)).to_owned();
    Some(match kind {
        0 => format!("offset of {}", member(btf, ty, path)?),
        1 => format!("size of {}", member(btf, ty, path)?),
        2 => format!("whether there is {}", member(btf, ty, path)?),
        3 => format!("whether {} has a sign", member(btf, ty, path)?),
        4 | 5 => format!("bits of {}", member(btf, ty, path)?),
        8 => format!("whether there is {}", name()),
        9 => format!("size of {}", name()),
        10 => format!("whether there is {}", enumerator(btf, ty, path)?),
        11 => format!("value of {}", enumerator(btf, ty, path)?),
        _ => format!("relocation {kind} of {}", name()),
    })
}

/// `0:3:1`: the first number counts whole structs, the others members and elements.
fn member(btf: &Btf, ty: TypeId, path: &str) -> Option<String> {
    let mut at = btf.resolve(ty);
    let mut text = essential(btf.get(btf.bare(ty))?.name).to_owned();
    for number in path.split(':').skip(1) {
        let number: usize = number.parse().ok()?;
        match btf.get(at)?.kind {
            Kind::Struct { members, .. } => {
                let member = *members.get(number)?;
                if !member.name.is_empty() {
                    text = format!("{text}.{}", member.name);
                }
                at = btf.resolve(member.ty);
            }
            Kind::Array { element, .. } => {
                text = format!("{text}[{number}]");
                at = btf.resolve(element);
            }
            _ => return None,
        }
    }
    Some(text)
}

fn enumerator(btf: &Btf, ty: TypeId, path: &str) -> Option<String> {
    let of = btf.get(btf.resolve(ty))?;
    let Kind::Enum { values, .. } = &of.kind else { return None };
    Some(format!("{}.{}", essential(of.name), values.get(path.parse::<usize>().ok()?)?.name))
}
