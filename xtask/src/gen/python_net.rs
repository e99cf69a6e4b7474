//! `pythonbpf.net`: headers of packets as structs of user space, and the
//! functions that turn bytes, which work there, too.

use std::fmt::Write;

use kernel::{BYTE_ORDERS, NET_CONSTANTS, NET_STRUCTS, NetField, NetType};

use super::BANNER;

const ABOUT: &str = "\"\"\"Headers of network packets, their constants, and network byte order.

A number of a header is a `be16` or `be32`: bytes in the order of the wire.
`ntohs` and its kin make numbers of them, `htons` the other way round. In user
space they are plain integers, whose bytes lie in memory as on the wire.
\"\"\"

from __future__ import annotations
";

/// The names that the module offers.
fn names() -> Vec<&'static str> {
    let structs = NET_STRUCTS.iter().map(|header| header.name);
    let orders = BYTE_ORDERS.iter().map(|order| order.name);
    let constants = NET_CONSTANTS.iter().map(|(name, _)| *name);
    let mut names: Vec<&str> =
        structs.chain(orders).chain(constants).chain(["be16", "be32", "be64"]).collect();
    names.sort_unstable();
    names
}

fn head(out: &mut String) {
    let _ = write!(out, "# {BANNER}\n{ABOUT}");
}

fn all(out: &mut String) {
    *out += "\n__all__ = [\n";
    for name in names() {
        let _ = writeln!(out, "    \"{name}\",");
    }
    *out += "]\n\n";
}

/// `net.py`.
pub fn module() -> String {
    let mut out = String::new();
    head(&mut out);
    out += "\n# pyright: reportInvalidTypeForm=false\n# `c_uint8 * 6` is an array of ctypes.\n";
    out += "import sys\nfrom ctypes import c_uint8, c_uint16, c_uint32, c_uint64\n\nfrom pythonbpf._marks import struct\n";
    all(&mut out);
    for (name, value) in NET_CONSTANTS {
        let _ = writeln!(out, "{name} = {value}");
    }
    for (bits, of) in [(16, "c_uint16"), (32, "c_uint32"), (64, "c_uint64")] {
        let _ = write!(
            out,
            "\n\nclass be{bits}({of}):\n    \"\"\"A number of {bits} bits in network byte order.\"\"\"\n"
        );
    }
    for order in BYTE_ORDERS {
        let _ = write!(
            out,
            "\n\ndef {}(value: int) -> int:\n    \"\"\"{}\"\"\"\n    return int.from_bytes(value.to_bytes({}, \"big\"), sys.byteorder)\n",
            order.name,
            about(order.to_network, order.bits),
            order.bits / 8
        );
    }
    for header in NET_STRUCTS {
        let _ = write!(
            out,
            "\n\n@struct\nclass {}:\n    \"\"\"`struct {}`.\"\"\"\n\n",
            header.name, header.name
        );
        for field in header.fields {
            if let Some(ty) = annotation(field) {
                let _ = writeln!(out, "    {}: {ty}", field.name);
            }
        }
    }
    out
}

/// `net.pyi`.
pub fn stub() -> String {
    let mut out = String::new();
    head(&mut out);
    out += "\nfrom ctypes import c_uint16, c_uint32, c_uint64\nfrom typing import Any\n";
    all(&mut out);
    for (name, _) in NET_CONSTANTS {
        let _ = writeln!(out, "{name}: int");
    }
    out += "\n";
    for (bits, of) in [(16, "c_uint16"), (32, "c_uint32"), (64, "c_uint64")] {
        let _ = writeln!(out, "class be{bits}({of}): ...");
    }
    out += "\n";
    for order in BYTE_ORDERS {
        let _ = writeln!(out, "def {}(value: Any) -> Any: ...", order.name);
    }
    for header in NET_STRUCTS {
        let _ = write!(
            out,
            "\nclass {}:\n    def __init__(self, *args: Any, **kwargs: Any) -> None: ...\n",
            header.name
        );
        for field in header.fields {
            let ty =
                if matches!(field.ty, NetType::Int(_) | NetType::Bits(..)) { "int" } else { "Any" };
            let _ = writeln!(out, "    {}: {ty}", field.name);
        }
    }
    out
}

fn about(to_network: bool, bits: u8) -> String {
    match to_network {
        true => format!("A number of {bits} bits in network byte order."),
        false => format!("The number that {bits} bits in network byte order are."),
    }
}

/// A field's type; bits have none of their own in memory.
fn annotation(field: &NetField) -> Option<String> {
    Some(match field.ty {
        NetType::Int(bits) => format!("c_uint{bits}"),
        NetType::Network(bits) => format!("be{bits}"),
        NetType::Bytes(len) => format!("c_uint8 * {len}"),
        NetType::NetworkArray(bits, len) => format!("be{bits} * {len}"),
        NetType::Struct(name) => name.to_owned(),
        NetType::Bits(..) => return None,
    })
}
