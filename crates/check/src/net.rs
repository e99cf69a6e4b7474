//! Headers of packets as structs of the module, made where a file names them.

use ir::{IntType, Struct, StructId, Type};
use kernel::{NetField, NetType};

use crate::names::NET_MODULE;
use crate::session::Session;

/// Bits of a byte that has a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bits {
    /// The field that holds the byte, by its index.
    pub field: usize,
    /// The lowest bit.
    pub shift: u8,
    /// How many.
    pub width: u8,
}

impl Session<'_> {
    /// The header of this name as a struct of the module.
    pub fn net_struct(&mut self, name: &str) -> Option<StructId> {
        let header = kernel::net_struct(name)?;
        if let Some(known) = self.headers.get(header.name) {
            return Some(*known);
        }
        let mut members = Vec::new();
        let mut bits = Vec::new();
        for field in header.fields {
            match self.net_type(field) {
                Some(ty) => members.push((field.name.to_owned(), ty)),
                None => {
                    if let NetType::Bits(shift, width) = field.ty {
                        let field_index = members.len().saturating_sub(1);
                        bits.push((field.name, Bits { field: field_index, shift, width }));
                    }
                }
            }
        }
        let name = header.name.to_owned();
        let laid = match header.is_union {
            true => Struct::lay_out_union(name, members, 0, &self.module),
            false => Struct::lay_out(name, members, 0, &self.module),
        };
        let id = StructId(self.module.structs.len() as u32);
        self.module.structs.push(laid);
        self.headers.insert(header.name, id);
        self.bits.insert(id, bits);
        Some(id)
    }

    /// The header that an imported name stands for.
    pub fn header_named(&mut self, name: &syntax::Expr) -> Option<StructId> {
        let (module, name) = self.tree.imports.resolve(&name.path()?)?;
        if !matches!(module.as_str(), NET_MODULE | "vmlinux") {
            return None;
        }
        self.net_struct(name.strip_prefix("struct_").unwrap_or(&name))
    }

    fn net_type(&mut self, field: &NetField) -> Option<Type> {
        Some(match field.ty {
            NetType::Int(bits) => Type::Int(IntType { bits, signed: false }),
            NetType::Network(bits) => Type::Network(bits),
            NetType::Bytes(len) => Type::Array(Box::new(Type::Int(IntType::U8)), len),
            NetType::NetworkArray(bits, len) => Type::Array(Box::new(Type::Network(bits)), len),
            NetType::Struct(name) => Type::Struct(self.net_struct(name)?),
            NetType::Bits(..) => return None,
        })
    }

    /// Whether some header has bits of this name.
    pub fn has_bits(&self, name: &str) -> bool {
        self.bits.values().flatten().any(|(known, _)| *known == name)
    }

    /// The bits of this name in a struct.
    pub fn bits_of(&self, id: StructId, name: &str) -> Option<Bits> {
        let bits = self.bits.get(&id)?;
        bits.iter().find(|(known, _)| *known == name).map(|(_, bits)| *bits)
    }
}
