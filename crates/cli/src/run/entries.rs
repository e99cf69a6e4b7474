//! The entries of a map as they are at the end of a run, bounded.

use runtime::{Map, Result, Value};

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
