//! The structs that programs are called with, and who may read and write which
//! of their fields.
//!
//! The layout is the UAPI header's. The verifier looks at each access by its
//! offset and width and at the kind of program; what it said was recorded for
//! every kind of program and every field, at the field's own width.

pub use crate::generated::contexts::CONTEXTS;
use crate::generated::contexts::HOOKS;
use crate::{SectionDef, Socket, Version};

/// A context's struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextStruct {
    /// Its tag in C.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [ContextField],
}

/// A field of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextField {
    /// Its name.
    pub name: &'static str,
    /// Bytes from the start.
    pub offset: u32,
    /// Width of an access.
    pub bits: u8,
    /// Elements of an array; 0 where it is none.
    pub count: u32,
    /// What it holds.
    pub holds: Holds,
    /// The oldest kernel that has it.
    pub since: Version,
    /// Who may read it, by the bits of the hooks.
    pub(crate) read: u128,
    /// Who may write it.
    pub(crate) write: u128,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A number.
    Number {
        /// Whether it has a sign.
        signed: bool,
    },
    /// A number in network byte order, of so many bits.
    Network(u8),
    /// Where the packet begins.
    Packet,
    /// Where the packet ends.
    PacketEnd,
    /// Where the data before the packet begins.
    PacketMeta,
    /// The address of a struct, which may be null.
    Pointer(&'static str),
}

/// What the sockets of contexts are, and whether they may be missing.
const SOCKETS: &[(&str, &str, Socket, bool)] = &[
    ("__sk_buff", "sk", Socket::Common, true),
    ("sk_msg_md", "sk", Socket::Full, false),
    ("sk_reuseport_md", "sk", Socket::Full, false),
    ("sk_reuseport_md", "migrating_sk", Socket::Common, true),
    ("bpf_sock_addr", "sk", Socket::Full, false),
    ("bpf_sock_ops", "sk", Socket::Full, true),
    ("bpf_sockopt", "sk", Socket::Full, false),
    ("bpf_sk_lookup", "sk", Socket::Full, true),
];

impl ContextStruct {
    /// What is known of the socket that a field points to, and whether there may be
    /// none.
    pub fn socket(&self, field: &str) -> Option<(Socket, bool)> {
        let known = SOCKETS.iter().find(|(of, name, ..)| *of == self.name && *name == field);
        known.map(|(_, _, kind, nullable)| (*kind, *nullable))
    }
}

impl ContextField {
    /// Whether programs of this kind may read the field.
    pub fn readable(&self, def: &SectionDef) -> bool {
        self.read & bit(def) != 0
    }

    /// Whether programs of this kind may write the field.
    pub fn writable(&self, def: &SectionDef) -> bool {
        self.write & bit(def) != 0
    }
}

/// The bit of a kind of program; all where it was not asked, as nothing is
/// known then.
fn bit(def: &SectionDef) -> u128 {
    let asked = HOOKS
        .iter()
        .position(|hook| *hook == (def.prog_type, def.attach_type))
        .or_else(|| HOOKS.iter().position(|(prog_type, _)| *prog_type == def.prog_type));
    asked.map_or(u128::MAX, |index| 1 << index)
}

impl ContextStruct {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static ContextField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The first field that holds this.
    pub fn holding(&self, holds: Holds) -> Option<&'static ContextField> {
        self.fields.iter().find(|field| field.holds == holds)
    }
}

/// The context struct of this name.
///
/// ```
/// use pythonbpf_kernel::{context_struct, section};
///
/// let mark = context_struct("__sk_buff").and_then(|skb| skb.field("mark")).unwrap();
/// let hooks = ["tc", "socket"].map(|text| mark.writable(section(text).unwrap().def));
/// assert_eq!(hooks, [true, false]);
/// ```
pub fn context_struct(name: &str) -> Option<&'static ContextStruct> {
    CONTEXTS.iter().find(|known| known.name == name)
}
