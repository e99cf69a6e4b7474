//! The helpers: signatures from the comments of the UAPI header, numbers from
//! its mapper macro, licence and program types from the [`Record`].

use std::collections::BTreeMap;
use std::fmt::Write;

use super::classify::{Kind, Ret, classify, ret};
use super::prog_types::ProgType;
use super::record::Record;
use super::{BANNER, Error};

/// A helper as the header declares it.
pub struct Helper {
    /// Name without `bpf_`.
    pub name: String,
    /// Its number.
    pub id: u32,
    /// Parameters in order, without the `...`.
    pub params: Vec<Param>,
    /// What it returns.
    pub ret: Ret,
    /// Declared with `...`.
    pub variadic: bool,
}

/// A declared parameter.
pub struct Param {
    /// Name in the header.
    pub name: String,
    /// Type in the header.
    pub c_type: String,
    /// How it is passed.
    pub kind: Kind,
}

/// Reads every helper of the header, by number.
pub fn parse(header: &str) -> Result<Vec<Helper>, Error> {
    let signatures = signatures(header)?;
    ids(header)
        .map(|(name, id)| {
            let (result, params) = signatures
                .get(name)
                .ok_or_else(|| Error::form("a helper without a signature", name))?;
            build(name, id, result, params)
        })
        .collect()
}

fn build(name: &str, id: u32, result: &str, params: &str) -> Result<Helper, Error> {
    let mut declared = Vec::new();
    let mut variadic = false;
    for param in params.split(',').map(str::trim) {
        match param {
            "void" => {}
            "..." => variadic = true,
            _ => declared.push(split_param(param)?),
        }
    }
    let kinds = classify(name, &declared)?;
    let params = declared
        .into_iter()
        .zip(kinds)
        .map(|((c_type, name), kind)| Param { name, c_type, kind })
        .collect();
    Ok(Helper { name: name.to_owned(), id, params, ret: ret(name, result)?, variadic })
}

/// `const void *key` as type and name.
fn split_param(param: &str) -> Result<(String, String), Error> {
    let at = param
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .ok_or_else(|| Error::form("a parameter", param))?;
    let (c_type, name) = param.split_at(at + 1);
    Ok((c_type.trim().to_owned(), name.to_owned()))
}

/// Name to return type and parameter text, from the helper descriptions.
fn signatures(header: &str) -> Result<BTreeMap<&str, (&str, &str)>, Error> {
    let (_, text) = header
        .split_once("Start of BPF helper function descriptions:")
        .ok_or_else(|| Error::form("the header", "no helper descriptions"))?;
    let text = text.split_once("*/").map_or(text, |(text, _)| text);
    // Some helpers are declared once for each context they take: the first
    // declaration stands for all.
    let mut all = BTreeMap::new();
    for (name, rest) in text.lines().filter_map(signature) {
        all.entry(name).or_insert(rest);
    }
    Ok(all)
}

/// ` * long bpf_x(int a, ...)`; other lines of the descriptions are indented
/// by a tab.
fn signature(line: &str) -> Option<(&str, (&str, &str))> {
    let line = line.strip_prefix(" * ")?.trim_end();
    let (head, params) = line.strip_suffix(')')?.split_once('(')?;
    let at = head.rfind("bpf_")?;
    let (result, name) = head.split_at_checked(at)?;
    (!line.starts_with('\t')).then_some((name.strip_prefix("bpf_")?, (result.trim(), params)))
}

/// `FN(name, id, ##ctx)` of the mapper macro.
fn ids(header: &str) -> impl Iterator<Item = (&str, u32)> {
    header.lines().filter_map(|line| {
        let mut parts = line.trim().strip_prefix("FN(")?.split(',').map(str::trim);
        let name = parts.next()?;
        let id = parts.next()?.parse().ok()?;
        (name != "unspec").then_some((name, id))
    })
}

/// `generated/helpers.rs`.
pub fn render(
    helpers: &[Helper],
    prog_types: &[ProgType],
    record: &Record,
) -> Result<String, Error> {
    let mut out = format!(
        "//! {BANNER}\n\nuse crate::helper::{{Helper, Param, ParamKind, Ret}};\nuse crate::ProgTypeSet;\n\n/// Every helper, by number.\npub static HELPERS: &[Helper] = &[\n"
    );
    for helper in helpers {
        row(&mut out, helper, prog_types, record)?;
    }
    out += "];\n\nconst fn param(name: &'static str, c_type: &'static str, kind: ParamKind) -> Param {\n    Param { name, c_type, kind }\n}\n";
    Ok(out)
}

fn row(
    out: &mut String,
    helper: &Helper,
    prog_types: &[ProgType],
    record: &Record,
) -> Result<(), Error> {
    let Helper { name, id, params, ret, variadic } = helper;
    let gpl_only = record.is_gpl_only(name);
    let sleepable_only = record.is_sleepable_only(name);
    let set = match record.allowed_bits(name, prog_types)? {
        Some(bits) => format!("ProgTypeSet::from_bits({bits:#x})"),
        None => "ProgTypeSet::ALL".to_owned(),
    };
    let _ = writeln!(out, "    Helper {{\n        name: \"{name}\",\n        id: {id},");
    let _ = writeln!(out, "        ret: {},", ret.rust());
    if params.is_empty() {
        *out += "        params: &[],\n";
    } else {
        *out += "        params: &[\n";
        for Param { name, c_type, kind } in params {
            let _ = writeln!(out, "            param(\"{name}\", \"{c_type}\", {}),", kind.rust());
        }
        *out += "        ],\n";
    }
    let _ = writeln!(
        out,
        "        gpl_only: {gpl_only},\n        sleepable_only: {sleepable_only},\n        summary: \"\",\n        prog_types: {set},\n        variadic: {variadic},\n    }},"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn signatures_are_told_from_prose() {
        assert_eq!(
            signature(" * void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)"),
            Some(("map_lookup_elem", ("void *", "struct bpf_map *map, const void *key")))
        );
        assert_eq!(signature(" * \tCall bpf_x(int a)"), None);
    }
}
