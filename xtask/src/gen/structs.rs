//! The UAPI structs that the kernel calls programs with, laid out.

use super::{Error, header};

/// The structs of contexts, in the order of the table.
const CONTEXTS: &[&str] = &[
    "__sk_buff",
    "xdp_md",
    "sk_msg_md",
    "sk_reuseport_md",
    "bpf_sock",
    "bpf_sock_addr",
    "bpf_sock_ops",
    "bpf_sysctl",
    "bpf_sockopt",
    "bpf_sk_lookup",
    "bpf_cgroup_dev_ctx",
];

/// A struct.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its tag.
    pub name: String,
    /// Its named members in order, those of unions without a name among them.
    pub fields: Vec<Field>,
}

/// A member.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Bytes from the start.
    pub offset: u32,
    /// Bytes of one element.
    pub size: u32,
    /// Elements; 0 where it is no array.
    pub count: u32,
    /// The C type.
    pub c_type: String,
    /// Whether it is a pointer, which takes 64 bits.
    pub pointer: bool,
}

impl Field {
    /// Bytes in all.
    pub fn bytes(&self) -> u32 {
        self.size * self.count.max(1)
    }
}

/// Lays out the structs of `linux/bpf.h`.
pub fn contexts(bpf: &str) -> Result<Vec<Layout>, Error> {
    let code = header::without_comments(bpf);
    CONTEXTS.iter().map(|name| layout(&code, name)).collect()
}

fn layout(code: &str, name: &str) -> Result<Layout, Error> {
    let start = format!("struct {name} {{");
    let form = || Error::form("a struct of the header", name);
    let (_, body) = code.split_once(&start).ok_or_else(form)?;
    let (body, _) = body.split_once("\n};").ok_or_else(form)?;
    let mut fields = Vec::new();
    let mut offset = 0_u32;
    let mut rest = body;
    while let Some(position) = rest.find(['{', ';']) {
        let (head, tail) = rest.split_at(position);
        if let Some(inner) = tail.strip_prefix('{') {
            if head.trim() != "union" {
                return Err(form());
            }
            let (members, after) = inner.split_once('}').ok_or_else(form)?;
            offset = union_members(members, offset, &mut fields).ok_or_else(form)?;
            rest = after.trim_start().strip_prefix(';').ok_or_else(form)?;
            continue;
        }
        rest = &tail[1..];
        offset = member(head.trim(), offset, &mut fields).ok_or_else(form)?;
    }
    Ok(Layout { name: name.to_owned(), fields })
}

/// Members that share their memory; the end of the longest.
fn union_members(members: &str, start: u32, fields: &mut Vec<Field>) -> Option<u32> {
    let declarations = members.split(';').map(str::trim).filter(|text| !text.is_empty());
    let mut end = start;
    for declaration in declarations {
        end = end.max(member(declaration, start, fields)?);
    }
    Some(end)
}

/// One declaration; the end of what it declares.
fn member(declaration: &str, offset: u32, fields: &mut Vec<Field>) -> Option<u32> {
    if let Some(inner) = declaration.strip_prefix("__bpf_md_ptr(") {
        let (c_type, name) = inner.strip_suffix(')')?.rsplit_once(',')?;
        let offset = offset.next_multiple_of(8);
        fields.push(Field {
            name: name.trim().to_owned(),
            offset,
            size: 8,
            count: 0,
            c_type: c_type.trim().to_owned(),
            pointer: true,
        });
        return Some(offset + 8);
    }
    let (c_type, name) = declaration.split_once(char::is_whitespace)?;
    let (size, name) = (size_of(c_type)?, name.trim());
    // `__u32 :24` fills up.
    if let Some(bits) = name.strip_prefix(':') {
        return Some(offset + bits.trim().parse::<u32>().ok()? / 8);
    }
    let (name, count) = match name.split_once('[') {
        Some((name, count)) => (name, count.strip_suffix(']')?.parse().ok()?),
        None => (name, 0),
    };
    let field = Field {
        name: name.to_owned(),
        offset: offset.next_multiple_of(size),
        size,
        count,
        c_type: c_type.to_owned(),
        pointer: false,
    };
    let end = field.offset + field.bytes();
    fields.push(field);
    Some(end)
}

fn size_of(c_type: &str) -> Option<u32> {
    Some(match c_type {
        "__u8" | "__s8" => 1,
        "__u16" | "__s16" | "__be16" => 2,
        "__u32" | "__s32" | "__be32" => 4,
        "__u64" | "__s64" | "__be64" => 8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn members_lie_as_c_lays_them() {
        let code = "struct a {\n\t__u8 x;\n\t__u32 :24;\n\tunion {\n\t\t__u32 y[2];\n\t\t__u64 z;\n\t};\n\t__be16 p;\n\t__bpf_md_ptr(struct b *, q);\n};\n";
        let laid = layout(code, "a").unwrap();
        let found: Vec<_> =
            laid.fields.iter().map(|f| (f.name.as_str(), f.offset, f.size, f.count)).collect();
        let expected =
            [("x", 0, 1, 0), ("y", 4, 4, 2), ("z", 8, 8, 0), ("p", 16, 2, 0), ("q", 24, 8, 0)];
        assert_eq!(found, expected);
    }
}
