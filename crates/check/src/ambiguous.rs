//! Names that the kernel gives to several things.
//!
//! Files of the kernel have structs and enums of their own, some of one name. The
//! loader finds members by the names of the struct and the member: where two structs
//! of a name have the member, but not at one place, it refuses the program. And of
//! two enum values of a name nobody knows which is meant.

use diagnostics::{Diagnostic, Span, codes};
use ir::{EnumMember, Field, KernelName, StructId};
use kernel::btf::{Btf, Kind, Space, TypeId};

use crate::kernel_types::{MAX_DEPTH, find_member};
use crate::session::{Result, Session};

impl Session<'_> {
    /// Says that a member lies elsewhere in another struct of the name, if so.
    pub fn one_place(&mut self, id: StructId, field: &Field, at: Span) -> Result<()> {
        let others = self.elsewhere(id, field);
        if others.is_empty() {
            return Ok(());
        }
        let laid = self.module.struct_(id);
        let message = format!(
            "`{}` of `{}` cannot be found by its name: {} structs of that name have it, at different places",
            field.name,
            laid.name,
            others.len() + 1
        );
        let here = format!("this one has it behind {}", bytes(field.bit_offset()));
        let there: Vec<_> = others.into_iter().map(bytes).collect();
        let offset = field.offset;
        let diagnostic = Diagnostic::new(&codes::AMBIGUOUS_KERNEL_NAME, at, message)
            .note(format!("{here}, another one behind {}", there.join(", another one behind ")))
            .help(format!(
                "for this kernel alone: `cast(c_uint64(pointer) + {offset}, POINTER(c_uint64))[0]`, with the type of the member"
            ));
        Err(self.report(diagnostic))
    }

    /// Whether another struct of the name has a member.
    pub fn has_namesake_with(&mut self, id: StructId, member: &str) -> bool {
        let Some(btf) = self.btf() else { return false };
        let has = |of: &TypeId| find_member(&btf, *of, member, 0, MAX_DEPTH).is_some();
        self.namesakes(&btf, id).iter().any(has)
    }

    /// All structs of the name of one.
    fn namesakes(&mut self, btf: &Btf, id: StructId) -> &[TypeId] {
        let laid = self.module.struct_(id);
        let name = match laid.kernel {
            Some(KernelName::Tag) => laid.name.clone(),
            Some(KernelName::Typedef | KernelName::None) | None => return &[],
        };
        let known = self.kernel_types.namesakes.entry(id);
        known.or_insert_with(|| btf.all(&name, Space::Struct))
    }

    /// Where other structs of the name have a member, in bits, without those that have
    /// it at the same place.
    fn elsewhere(&mut self, id: StructId, field: &Field) -> Vec<u64> {
        let Some(btf) = self.btf() else { return Vec::new() };
        let namesakes = self.namesakes(&btf, id);
        if namesakes.len() < 2 {
            return Vec::new();
        }
        let place = |of: &TypeId| {
            let (member, start) = find_member(&btf, *of, &field.name, 0, MAX_DEPTH)?;
            Some(start + u64::from(member.bit_offset))
        };
        let mut places: Vec<u64> = namesakes.iter().filter_map(place).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| *place != field.bit_offset());
        places
    }

    /// Says that enums have different values of the name, if so.
    pub(crate) fn one_value(&mut self, member: &EnumMember, at: Span) -> Result<()> {
        let Some(btf) = self.btf() else { return Ok(()) };
        let values = btf.enumerators(&member.name);
        if values.len() < 2 {
            return Ok(());
        }
        Err(self.report(several_values(&btf, member, &values, at)))
    }
}

fn several_values(
    btf: &Btf,
    member: &EnumMember,
    values: &[(TypeId, i128)],
    at: Span,
) -> Diagnostic {
    let name = &member.name;
    let named = |of: &TypeId| match btf.get(*of) {
        Some(ty) if !ty.name.is_empty() && matches!(ty.kind, Kind::Enum { .. }) => {
            Some(ty.name.to_owned())
        }
        _ => None,
    };
    let each = values.iter().map(|(of, value)| match named(of) {
        Some(of) => format!("{value} in `enum {of}`"),
        None => format!("{value} in an enum without a name"),
    });
    let message = format!("`{name}` is {}", each.collect::<Vec<_>>().join(", "));
    let diagnostic = Diagnostic::new(&codes::AMBIGUOUS_KERNEL_NAME, at, message);
    match values.iter().find_map(|(of, _)| named(of)) {
        Some(of) => diagnostic.help(format!(
            "say of which: `from vmlinux import {of}`, `enum_value({of}.{name})`, or write the number"
        )),
        None => diagnostic.help("write the number that is meant"),
    }
}

fn bytes(bits: u64) -> String {
    match (bits / 8, bits % 8) {
        (1, 0) => "1 byte".to_owned(),
        (bytes, 0) => format!("{bytes} bytes"),
        (bytes, rest) => format!("{bytes} bytes and {rest} bits"),
    }
}
