//! Objects changed at random: fields of their section headers, and what the
//! sections hold. Offsets are those of `Elf64_Ehdr` and `Elf64_Shdr` in
//! `include/uapi/linux/elf.h`.

use crate::btf::mutate_btf;
use crate::bytes::{number, put, scatter, shift};
use crate::random::Random;

const SECTION_BYTES: usize = 64;
/// Where the fields of a section header are, and their sizes.
const FIELDS: [(usize, usize); 10] =
    [(0, 4), (4, 4), (8, 8), (16, 8), (24, 8), (32, 8), (40, 4), (44, 4), (48, 8), (56, 8)];
const OFFSET: usize = 24;
const SIZE: usize = 32;
/// The magic number of BTF and its version.
const BTF_START: [u8; 3] = [0x9f, 0xeb, 1];

/// An object with a few changes.
pub fn mutate_object(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        match random.below(8) {
            0 => scatter(random, &mut bytes),
            1 => header(random, &mut bytes),
            _ => section(random, &mut bytes),
        }
    }
    bytes
}

/// The object's `.BTF` section, told by its magic number.
pub fn btf_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let (start, size, _) = btf_place(bytes)?;
    Some(bytes.get(start..start + size)?.to_vec())
}

/// The object with other BTF.
pub fn with_btf(bytes: &[u8], btf: &[u8]) -> Option<Vec<u8>> {
    let (start, size, header) = btf_place(bytes)?;
    let mut bytes = bytes.to_vec();
    place(&mut bytes, header, start, size, btf);
    Some(bytes)
}

fn btf_place(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let headers = number(bytes, 40, 8) as usize;
    (0..number(bytes, 60, 2) as usize).find_map(|index| {
        let header = headers.checked_add(index * SECTION_BYTES)?;
        let (start, data) = data_of(bytes, header)?;
        // `.BTF.ext` has the same magic and comes after it.
        data.starts_with(&BTF_START).then_some((start, data.len(), header))
    })
}

/// Where the section of a header begins, and what it holds.
fn data_of(bytes: &[u8], header: usize) -> Option<(usize, &[u8])> {
    bytes.get(header..header.checked_add(SECTION_BYTES)?)?;
    let start = number(bytes, header + OFFSET, 8) as usize;
    let size = number(bytes, header + SIZE, 8) as usize;
    Some((start, bytes.get(start..start.checked_add(size)?)?))
}

/// Where the header of a section stands.
fn header_at(random: &mut Random, bytes: &[u8]) -> usize {
    let index = random.below(number(bytes, 60, 2) as usize);
    (number(bytes, 40, 8) as usize).saturating_add(index * SECTION_BYTES)
}

fn header(random: &mut Random, bytes: &mut [u8]) {
    let (field, size) = FIELDS[random.below(FIELDS.len())];
    let at = header_at(random, bytes).saturating_add(field);
    if random.once_in(3) {
        // What another section has.
        let other = header_at(random, bytes).saturating_add(field);
        let copied = number(bytes, other, size);
        put(bytes, at, size, copied);
    } else {
        shift(random, bytes, at, size);
    }
}

/// Changes what a section holds; one that has grown goes to the end.
fn section(random: &mut Random, bytes: &mut Vec<u8>) {
    let header = header_at(random, bytes);
    let Some((start, data)) = data_of(bytes, header) else { return };
    let size = data.len();
    let new = if data.starts_with(&BTF_START) && data.len() > 64 {
        mutate_btf(random, data)
    } else {
        words(random, data)
    };
    place(bytes, header, start, size, &new);
}

/// Puts `new` where the section was, or behind everything if it is longer.
fn place(bytes: &mut Vec<u8>, header: usize, start: usize, size: usize, new: &[u8]) {
    if let Some(old) = bytes.get_mut(start..start + new.len()).filter(|_| new.len() <= size) {
        old.copy_from_slice(new);
    } else {
        let end = bytes.len().next_multiple_of(8);
        bytes.resize(end, 0);
        bytes.extend(new);
        put(bytes, header + OFFSET, 8, end as u64);
    }
    put(bytes, header + SIZE, 8, new.len() as u64);
}

/// Numbers changed, and now and then a piece twice or missing.
fn words(random: &mut Random, data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    match random.below(8) {
        0 => {
            let part = random.part(data.len() / 8, 4);
            let copied = data.get(part.start * 8..part.end * 8).unwrap_or_default().to_vec();
            data.extend(copied);
        }
        1 => data.truncate(random.below(data.len() / 8 + 1) * 8),
        _ => scatter(random, &mut data),
    }
    data
}
