//! Nearest names: what a caller most likely meant by a name that is not there.
//!
//! Hands on at most [`LIMIT`] candidates, the closest first, to the errors
//! that report an unknown program, map, tracepoint or function.

/// How many candidates an error lists.
const LIMIT: usize = 5;

/// The candidates most like `wanted`, the closest first; nothing that is not
/// at least roughly similar.
pub(crate) fn nearest<I>(wanted: &str, candidates: I) -> Vec<String>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let mut scored: Vec<(f64, String)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let name = candidate.as_ref();
            let score = similarity(wanted, name);
            (score >= 0.75).then(|| (score, name.to_owned()))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.truncate(LIMIT);
    scored.into_iter().map(|(_, name)| name).collect()
}

/// 1.0 for equal names, less the more edits lie between them. A name that
/// contains the other one counts as close: `open` is near `sys_enter_openat`.
fn similarity(wanted: &str, candidate: &str) -> f64 {
    let edits = strsim::normalized_damerau_levenshtein(wanted, candidate);
    let prefix = strsim::jaro_winkler(wanted, candidate) - 0.1;
    let contained = !wanted.is_empty() && candidate.contains(wanted);
    let score = edits.max(prefix);
    if contained { score.max(0.8) } else { score }
}

/// The words `; did you mean a, b?` or nothing.
pub(crate) fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", quoted(nearest)) }
}

/// `a`, `b`: names in backticks, separated by commas.
pub(crate) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name_comes_first() {
        let names = ["sys_enter_openat", "sys_enter_open", "sys_exit_read"];
        let found = nearest("sys_enter_opne", names);
        assert_eq!(found.first().map(String::as_str), Some("sys_enter_open"));
        assert!(!found.iter().any(|name| name == "sys_exit_read"));
    }

    #[test]
    fn nothing_similar_gives_nothing() {
        assert!(nearest("zzzz", ["counts", "events"]).is_empty());
        assert_eq!(suggestion(&[]), "");
    }
}
