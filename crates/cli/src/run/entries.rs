//! The entries of a map as they are at the end of a run, bounded.

use runtime::{Frame, Map, Result, Value, symbolize};

use super::values::is_zero;

/// How many entries are looked at to find the first ones by key.
const EXAMINED: usize = 10_000;

/// Some of a map's entries.
pub(crate) struct Listing {
    /// The first by key.
    pub entries: Vec<(Value, Value)>,
    /// How many there are besides.
    pub more: usize,
    /// How many entries of an array were left out for being zero.
    pub zeros: usize,
}

/// The first `limit` entries of a map by key. With `skip_zeros`, entries of
/// arrays that are zero are left out, since they exist whether used or not.
pub(crate) fn list(map: &Map, limit: usize, skip_zeros: bool) -> Result<Listing> {
    let skip_zeros = skip_zeros && map.spec().map_type.is_array();
    let mut found = Listing { entries: Vec::new(), more: 0, zeros: 0 };
    for entry in map.entries()? {
        let (key, value) = entry?;
        if skip_zeros && is_zero(&value) {
            found.zeros += 1;
        } else if found.entries.len() < EXAMINED {
            found.entries.push((key, value));
        } else {
            found.more += 1;
        }
    }
    found.entries.sort_by(|(a, _), (b, _)| match (a.as_int(), b.as_int()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_str().cmp(&b.as_str()),
    });
    found.more += found.entries.len().saturating_sub(limit);
    found.entries.truncate(limit);
    Ok(found)
}

/// The stacks of a map's entries, the innermost function first: names of the
/// kernel's, addresses of user space, whose process the map does not tell.
pub(crate) fn stacks(listing: &Listing) -> Vec<String> {
    let addresses = |value: &Value| match value {
        Value::List(items) => {
            let numbers = items.iter().filter_map(|item| u64::try_from(item.as_int()?).ok());
            numbers.take_while(|&address| address != 0).collect()
        }
        _ => Vec::new(),
    };
    let each: Vec<Vec<u64>> = listing.entries.iter().map(|(_, value)| addresses(value)).collect();
    // Without the right to see the symbols, addresses.
    let names = symbolize(&each.concat(), None).unwrap_or_default();
    let mut names = names.into_iter();
    let frame = |address: u64, frames: Option<Vec<Frame>>| {
        let name = frames.and_then(|frames| frames.into_iter().next()?.function);
        name.unwrap_or_else(|| format!("{address:#x}"))
    };
    each.into_iter()
        .map(|stack| {
            let frames: Vec<String> =
                stack.into_iter().map(|address| frame(address, names.next())).collect();
            frames.join(" < ")
        })
        .collect()
}
