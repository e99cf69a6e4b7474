//! Finds types of the running kernel by name, as hooks for probe programs.

use std::path::Path;

use super::Error;

const PATH: &str = "/sys/kernel/btf/vmlinux";

/// The kinds that a hook can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A struct: hooks of `struct_ops` are its members.
    Struct = 4,
    /// A typedef: tracepoints are known by `btf_trace_NAME`.
    Typedef = 8,
    /// A function.
    Function = 12,
}

/// BTF of the running kernel.
pub struct Btf(Vec<u8>);

impl Btf {
    /// Reads it.
    pub fn of_host() -> Result<Self, Error> {
        let path = Path::new(PATH);
        let bytes =
            std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
        Ok(Self(bytes))
    }

    /// The number of the type of this kind and name.
    pub fn find(&self, kind: Kind, name: &str) -> Option<u32> {
        self.place(kind, name).map(|(id, _)| id)
    }

    /// The index of a member of a struct.
    pub fn member(&self, name: &str, member: &str) -> Option<u32> {
        let (_, at) = self.place(Kind::Struct, name)?;
        let header = usize::try_from(self.word(4)?).ok()?;
        let strings = header + usize::try_from(self.word(16)?).ok()?;
        let members = self.word(at + 4)? & 0xffff;
        (0..members).find(|index| {
            let name = self.word(at + 12 + 12 * *index as usize);
            name.and_then(|name| self.text(strings + name as usize)) == Some(member.as_bytes())
        })
    }

    /// Number and place of a type.
    fn place(&self, kind: Kind, name: &str) -> Option<(u32, usize)> {
        let header = usize::try_from(self.word(4)?).ok()?;
        let section = |at| Some(header + usize::try_from(self.word(at)?).ok()?);
        let (types, strings) = (section(8)?, section(16)?);
        let end = types + usize::try_from(self.word(12)?).ok()?;
        let mut at = types;
        for id in 1.. {
            if at >= end {
                break;
            }
            let info = self.word(at + 4)?;
            let name_at = strings + usize::try_from(self.word(at)?).ok()?;
            if info >> 24 & 0x1f == kind as u32 && self.text(name_at)? == name.as_bytes() {
                return Some((id, at));
            }
            at += 12 + trailing(info);
        }
        None
    }

    fn word(&self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at..at + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    }

    fn text(&self, at: usize) -> Option<&[u8]> {
        self.0.get(at..)?.split(|&byte| byte == 0).next()
    }
}

/// How many bytes follow a type's head, by its kind and number of members.
fn trailing(info: u32) -> usize {
    let members = (info & 0xffff) as usize;
    match info >> 24 & 0x1f {
        1 | 14 | 17 => 4,
        3 => 12,
        4 | 5 | 15 | 19 => 12 * members,
        6 | 13 => 8 * members,
        _ => 0,
    }
}
