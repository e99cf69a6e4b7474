//! Writes the table of kfuncs from the records of the kernels that were asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::kfunc_record::{Kfunc, Record};
use super::{BANNER, Error};

/// `generated/kfuncs.rs`
pub fn render(records: &[Record]) -> Result<String, Error> {
    let hooks: BTreeSet<&String> = records.iter().flat_map(|record| &record.hooks).collect();
    let words = hooks.len().div_ceil(64);
    let set = |of: &BTreeSet<String>| {
        let mut bits = vec![0_u64; words];
        for (number, _) in hooks.iter().enumerate().filter(|(_, hook)| of.contains(**hook)) {
            if let Some(word) = bits.get_mut(number / 64) {
                *word |= 1 << (number % 64);
            }
        }
        bits
    };
    let sets: BTreeSet<Vec<u64>> = records
        .iter()
        .flat_map(|record| record.kfuncs.values().map(|kfunc| set(&kfunc.allowed)))
        .collect();
    let show = |bits: &[u64]| {
        let words: Vec<String> = bits.iter().map(|word| format!("{word:#x}")).collect();
        format!("[{}]", words.join(", "))
    };
    let mut out = format!("//! {BANNER}\n\nuse crate::Version;\nuse crate::kfunc::Kfunc;\n");
    let _ = write!(
        out,
        "\n/// The kinds of programs that were asked.\npub static HOOKS: &[&str] = &[\n"
    );
    for hook in &hooks {
        let _ = writeln!(out, "    \"{hook}\",");
    }
    let _ = writeln!(
        out,
        "];\n\n/// The kernels that were asked.\npub static PROBED: [Version; {}] = [",
        records.len()
    );
    for record in records {
        let (major, minor) = super::helpers::version(&record.kernel)?;
        let _ = writeln!(out, "    Version::new({major}, {minor}),");
    }
    let _ = writeln!(
        out,
        "];\n\n/// Which kinds each of them loads here.\npub static ASKED: [[u64; {words}]; {}] = [",
        records.len()
    );
    for record in records {
        let _ = writeln!(out, "    {},", show(&set(&record.hooks)));
    }
    let _ = writeln!(
        out,
        "];\n\n/// Kinds that may call the same kfuncs.\npub static SETS: &[[u64; {words}]] = &["
    );
    for bits in &sets {
        let _ = writeln!(out, "    {},", show(bits));
    }
    out += "];\n\n/// Every kfunc, by name: its flags on each kernel, and the set that may call it.\npub static KFUNCS: &[Kfunc] = &[\n";
    let mut names: BTreeMap<&String, Vec<String>> = BTreeMap::new();
    // Where a kernel's own flags are not known, those of a newer one hold, or of
    // an older one.
    let flags_of = |name: &String, index: usize| {
        let (older, newer) = records.split_at(index);
        let near = newer.iter().chain(older.iter().rev());
        near.filter_map(|record| record.kfuncs.get(name)?.flags).next()
    };
    for (index, record) in records.iter().enumerate() {
        for (name, Kfunc { allowed, .. }) in &record.kfuncs {
            let Some(flags) = flags_of(name, index) else { continue };
            let own = set(allowed);
            let at = sets.iter().position(|bits| *bits == own).unwrap_or_default();
            let row = names.entry(name).or_insert_with(|| vec!["None".to_owned(); records.len()]);
            if let Some(on) = row.get_mut(index) {
                *on = format!("Some(({flags:#x}, {at}))");
            }
        }
    }
    for (name, on) in names {
        let _ = writeln!(out, "    Kfunc {{ name: \"{name}\", on: [{}] }},", on.join(", "));
    }
    out += "];\n";
    Ok(out)
}
