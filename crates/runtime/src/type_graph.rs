//! A first look at an object's BTF, before libbpf sees it: that types end.
//!
//! libbpf follows qualifiers and typedefs until something else comes, so that
//! a type made of itself would keep it forever. [`check`] walks the types by
//! what their values consist of; pointers, which may go round, are not
//! followed. What else may be wrong with BTF, libbpf checks itself. The forms
//! are those of `include/uapi/linux/btf.h`.

use crate::elf::{Fault, u32_at};

const MAGIC: u32 = 0xeb9f;
const RECORD_BYTES: usize = 12;

const KIND_INT: u32 = 1;
const KIND_ARRAY: u32 = 3;
const KIND_STRUCT: u32 = 4;
const KIND_UNION: u32 = 5;
const KIND_ENUM: u32 = 6;
const KIND_TYPEDEF: u32 = 8;
const KIND_RESTRICT: u32 = 11;
const KIND_FUNC_PROTO: u32 = 13;
const KIND_VAR: u32 = 14;
const KIND_DATASEC: u32 = 15;
const KIND_DECL_TAG: u32 = 17;
const KIND_TYPE_TAG: u32 = 18;
const KIND_ENUM64: u32 = 19;

const FAULT: Fault = Fault::Corrupt("type information");

/// Accepts a `.BTF` section in which no type contains itself.
pub(crate) fn check(btf: &[u8]) -> Result<(), Fault> {
    if u32_at(btf, 0)? & 0xffff != MAGIC {
        return Err(FAULT);
    }
    let place = |at: usize| u32_at(btf, at).map(|value| value as usize);
    let start = place(4)?.checked_add(place(8)?).ok_or(FAULT)?;
    let end = start.checked_add(place(12)?).ok_or(FAULT)?;
    walk(&parts(btf.get(start..end).ok_or(FAULT)?)?)
}

/// For each type, the types of which a value of it consists; type 0 is void.
fn parts(mut types: &[u8]) -> Result<Vec<Vec<usize>>, Fault> {
    let mut all = vec![Vec::new()];
    while !types.is_empty() {
        let info = u32_at(types, 4)?;
        let (kind, count) = (info >> 24 & 0x1f, (info & 0xffff) as usize);
        let tail = types.get(RECORD_BYTES..).ok_or(FAULT)?;
        let (tail, rest) = tail.split_at_checked(tail_bytes(kind, count)).ok_or(FAULT)?;
        let id = |bytes: &[u8], at| u32_at(bytes, at).map(|id| id as usize);
        all.push(match kind {
            KIND_TYPEDEF..=KIND_RESTRICT | KIND_TYPE_TAG => vec![id(types, 8)?],
            KIND_ARRAY => vec![id(tail, 0)?],
            KIND_STRUCT | KIND_UNION => {
                tail.chunks_exact(12).map(|member| id(member, 4)).collect::<Result<_, _>>()?
            }
            _ => Vec::new(),
        });
        types = rest;
    }
    Ok(all)
}

/// How many bytes follow a record.
fn tail_bytes(kind: u32, count: usize) -> usize {
    match kind {
        KIND_INT | KIND_VAR | KIND_DECL_TAG => 4,
        KIND_ARRAY => 12,
        KIND_STRUCT | KIND_UNION | KIND_DATASEC | KIND_ENUM64 => 12 * count,
        KIND_ENUM | KIND_FUNC_PROTO => 8 * count,
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Looks for a way from a type back to itself, without recursion.
fn walk(parts: &[Vec<usize>]) -> Result<(), Fault> {
    let mut states = vec![State::New; parts.len()];
    for first in 0..parts.len() {
        let mut path = vec![(first, 0)];
        while let Some((id, next)) = path.pop() {
            let (Some(state), Some(inner)) = (states.get_mut(id), parts.get(id)) else {
                return Err(FAULT);
            };
            match (next, *state) {
                (0, State::Done) => continue,
                (0, State::Open) => return Err(FAULT),
                _ => {}
            }
            *state = State::Open;
            match inner.get(next) {
                Some(part) => path.extend([(id, next + 1), (*part, 0)]),
                None => *state = State::Done,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BTF of these records, each of words.
    fn btf(records: &[&[u32]]) -> Vec<u8> {
        let words = records.concat();
        let length = words.len() as u32 * 4;
        let header = [MAGIC | 1 << 16, 24, 0, length, length, 1];
        header.iter().chain(&words).flat_map(|word| word.to_le_bytes()).chain([0]).collect()
    }

    const fn info(kind: u32, count: u32) -> u32 {
        kind << 24 | count
    }

    const INT: &[u32] = &[0, info(1, 0), 4, 32];

    #[test]
    fn types_that_end_are_accepted() {
        let list = [0, info(4, 2), 16, 0, 1, 0, 0, 3, 64];
        let pointer = [0, info(2, 0), 2];
        let array = [0, info(3, 0), 0, 2, 1, 8];
        assert_eq!(check(&btf(&[INT, &list, &pointer, &array])), Ok(()));
    }

    #[test]
    fn types_made_of_themselves_are_not() {
        let constant = |of: u32| [0, info(10, 0), of];
        assert_eq!(check(&btf(&[&constant(1)])), Err(FAULT));
        assert_eq!(check(&btf(&[&constant(2), &constant(1)])), Err(FAULT));
        assert_eq!(check(&btf(&[&[0, info(3, 0), 0, 1, 1, 8]])), Err(FAULT));
        assert_eq!(check(&btf(&[INT, &[0, info(4, 1), 8, 0, 2, 0]])), Err(FAULT));
        assert_eq!(check(&btf(&[&constant(9)])), Err(FAULT), "no such type");
        assert_eq!(check(&btf(&[INT])[..30]), Err(FAULT), "cut off");
    }
}
