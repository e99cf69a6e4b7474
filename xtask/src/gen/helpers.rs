//! The helpers: signatures from the comments of the UAPI header, numbers from
//! its mapper macro, licence and program types from the [`Record`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::classify::{Kind, Ret, classify, ret};
use super::prog_types::variant;
use super::record::Record;
use super::summaries::summary;
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

/// The kernels that brought helpers, and the first of theirs: the numbers are
/// given in order. The kernels before are older than any that is supported.
/// The records of the probed kernels bear the table out (see the tests).
const FIRST: [(u32, (u16, u16)); 13] = [
    (1, (5, 10)),
    (156, (5, 11)),
    (163, (5, 12)),
    (164, (5, 13)),
    (166, (5, 14)),
    (169, (5, 15)),
    (176, (5, 16)),
    (180, (5, 17)),
    (186, (5, 18)),
    (194, (5, 19)),
    (204, (6, 0)),
    (208, (6, 1)),
    (210, (6, 2)),
];

/// The first kernel that has a helper.
fn since(id: u32) -> (u16, u16) {
    let row = FIRST.iter().rev().find(|(first, _)| *first <= id);
    row.map_or((5, 10), |(_, version)| *version)
}

/// `generated/helpers.rs`.
pub fn render(helpers: &[Helper], records: &[Record]) -> Result<String, Error> {
    let hooks: BTreeSet<&String> = records.iter().flat_map(|record| &record.hooks).collect();
    if hooks.len() > 128 {
        return Err(Error::form("the kinds of programs", "more than 128"));
    }
    let bits = |set: &BTreeSet<String>| {
        (0..)
            .zip(&hooks)
            .fold(0_u128, |bits, (number, hook)| bits | u128::from(set.contains(*hook)) << number)
    };
    let mut out = format!(
        "//! {BANNER}\n\nuse crate::helper::{{Callback, Helper, Hook, Param, ParamKind, Ret, Socket}};\nuse crate::{{ProgType, Version}};\n\n/// The kinds of programs that were asked.\npub static HOOKS: &[Hook] = &[\n"
    );
    for hook in &hooks {
        let (name, sleepable) =
            hook.strip_suffix(".s").map_or((hook.as_str(), false), |n| (n, true));
        let (prog_type, attach) = match name.split_once(':') {
            Some((prog_type, attach)) => (prog_type, format!("Some(\"{attach}\")")),
            None => (name, "None".to_owned()),
        };
        let _ = writeln!(
            out,
            "    Hook {{ prog_type: ProgType::{}, attach_type: {attach}, sleepable: {sleepable} }},",
            variant(prog_type)
        );
    }
    let _ = writeln!(
        out,
        "];\n\n/// The kernels that were asked.\npub static PROBED: [Version; {}] = [",
        records.len()
    );
    for record in records {
        let (major, minor) = version(&record.kernel)?;
        let _ = writeln!(out, "    Version::new({major}, {minor}),");
    }
    let _ = writeln!(
        out,
        "];\n\n/// Which kinds each of them loads here.\npub static ASKED: [u128; {}] = [",
        records.len()
    );
    for record in records {
        let _ = writeln!(out, "    {:#x},", bits(&record.hooks));
    }
    out += "];\n\n/// Every helper, by number.\npub static HELPERS: &[Helper] = &[\n";
    for helper in helpers {
        let own = records.iter().map(|record| record.helper(&helper.name));
        let gpl_only = own.clone().flatten().any(|own| own.gpl_only);
        let allowed: Vec<String> =
            own.map(|own| format!("{:#x}", own.map_or(0, |own| bits(&own.allowed)))).collect();
        row(&mut out, helper, gpl_only, &allowed);
    }
    out += "];\n\nconst fn param(name: &'static str, c_type: &'static str, kind: ParamKind) -> Param {\n    Param { name, c_type, kind }\n}\n";
    Ok(out)
}

/// The two numbers that count.
pub fn version(kernel: &str) -> Result<(u16, u16), Error> {
    let mut numbers = kernel.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err(Error::form("a kernel's release", kernel)),
    }
}

fn row(out: &mut String, helper: &Helper, gpl_only: bool, allowed: &[String]) {
    let Helper { name, id, params, ret, variadic } = helper;
    let (major, minor) = since(*id);
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
        "        since: Version::new({major}, {minor}),\n        gpl_only: {gpl_only},\n        summary: \"{}\",\n        hooks: [{}],\n        variadic: {variadic},\n    }},",
        summary(name),
        allowed.join(", "),
    );
}

#[cfg(test)]
mod tests {
    use super::{signature, since};
    use crate::r#gen::{read, record, root};

    /// What a probed kernel lacks came after it, and what it has did not.
    #[test]
    fn kernels_have_the_helpers_that_the_table_says() {
        for kernel in record::KERNELS {
            let text = read(&root().join(record::path(kernel))).unwrap();
            let record = record::Record::parse(&text).unwrap();
            let own = super::version(kernel).unwrap();
            for (id, helper) in &record.helpers {
                if since(*id) > own {
                    assert!(helper.allowed.is_empty(), "{kernel} has {}", helper.name);
                }
            }
        }
    }

    #[test]
    fn signatures_are_told_from_prose() {
        assert_eq!(
            signature(" * void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)"),
            Some(("map_lookup_elem", ("void *", "struct bpf_map *map, const void *key")))
        );
        assert_eq!(signature(" * \tCall bpf_x(int a)"), None);
    }
}
