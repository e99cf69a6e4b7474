//! Where the BTF lies in what was given: all of it, or a section of an ELF
//! file of 64 bits, lowest byte first.

use std::ops::Range;

use super::{Error, half, word};

const ELF: &[u8] = b"\x7fELF\x02\x01";
/// Size of a section's head.
const HEAD: usize = 64;

/// The part of the bytes that is BTF.
pub(super) fn find(bytes: &[u8]) -> Result<Range<usize>, Error> {
    if !bytes.starts_with(b"\x7fELF") {
        let is_btf = half(bytes, 0) == Some(super::MAGIC);
        return if is_btf { Ok(0..bytes.len()) } else { Err(Error::NotBtf) };
    }
    if !bytes.starts_with(ELF) {
        return Err(Error::NoSection);
    }
    in_elf(bytes).ok_or(Error::NoSection)
}

fn in_elf(bytes: &[u8]) -> Option<Range<usize>> {
    let heads = long(bytes, 40)?;
    let count = usize::from(half(bytes, 60)?);
    let head = |index: usize| bytes.get(heads.checked_add(index.checked_mul(HEAD)?)?..);
    let span = |head: &[u8]| -> Option<Range<usize>> {
        let start = long(head, 24)?;
        Some(start..start.checked_add(long(head, 32)?)?)
    };
    let names = bytes.get(span(head(half(bytes, 62)?.into())?)?)?;
    (0..count).find_map(|index| {
        let head = head(index)?;
        let name = names.get(word(head, 0)? as usize..)?;
        if name.starts_with(b".BTF\0") {
            span(head).filter(|at| bytes.get(at.clone()).is_some())
        } else {
            None
        }
    })
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
}
