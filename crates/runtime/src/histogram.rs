//! Histograms as text: one line for each bucket, with a bar.

use std::fmt::Write as _;

/// How the buckets of counts lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Bucket n counts values of n bits: 0, 1, 2 to 3, 4 to 7, … So do BCC's
    /// `log2` functions.
    Bits,
    /// Bucket n counts values from 2ⁿ on, up to the next one's.
    Log2,
    /// Bucket n begins at n times this width.
    Linear(u64),
}

impl Scale {
    /// The least and greatest value of bucket `index`.
    fn range(self, index: usize) -> (u64, u64) {
        let power = |bits: usize| 1_u64.checked_shl(bits as u32).map_or(u64::MAX, |next| next - 1);
        match self {
            Self::Bits if index == 0 => (0, 0),
            Self::Bits => (power(index - 1).saturating_add(1), power(index)),
            // Nothing tells 0 from 1 here.
            Self::Log2 if index == 0 => (0, 1),
            Self::Log2 => (power(index).saturating_add(1), power(index + 1)),
            Self::Linear(width) => {
                let low = (index as u64).saturating_mul(width.max(1));
                (low, low.saturating_add(width.max(1) - 1))
            }
        }
    }
}

/// How many buckets are drawn at the most; a linear scale could have
/// billions.
const MOST: usize = 4096;

/// The counts of buckets as lines of text, from the first one that is not
/// empty to the last; with `unit` above the values and bars of at most `width`
/// characters. Empty where all counts are zero.
///
/// ```
/// use pythonbpf_runtime::{Scale, histogram};
/// let text = histogram(&[(1, 1), (2, 4), (4, 2)], "usecs", Scale::Bits, 8);
/// let lines: Vec<&str> = text.lines().collect();
/// assert_eq!(lines[2], "    2 .. 3 |     4 | ████████");
/// assert_eq!(lines[3], "    4 .. 7 |     0 |");
/// assert_eq!(lines[4], "   8 .. 15 |     2 | ████");
/// ```
pub fn histogram(counts: &[(usize, u64)], unit: &str, scale: Scale, width: usize) -> String {
    let used: Vec<(usize, u64)> = counts.iter().copied().filter(|&(_, count)| count > 0).collect();
    let (Some(first), Some(last)) =
        (used.iter().map(|row| row.0).min(), used.iter().map(|row| row.0).max())
    else {
        return String::new();
    };
    // Empty buckets between others show the gap, unless there are too many.
    let dense = last - first < MOST;
    let mut indices: Vec<usize> =
        if dense { (first..=last).collect() } else { used.iter().map(|row| row.0).collect() };
    indices.sort_unstable();
    indices.dedup();
    let total = |index| {
        used.iter().filter(|row| row.0 == index).fold(0_u64, |sum, row| sum.saturating_add(row.1))
    };
    let rows: Vec<(String, u64)> =
        indices.iter().map(|&index| (label(scale.range(index)), total(index))).collect();
    let most = rows.iter().map(|row| row.1).max().unwrap_or(1);
    let labels = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
    let labels = labels.max(unit.chars().count()).max(10);
    let digits = most.to_string().len().max(5);
    let mut text = format!("{unit:>labels$} | {:>digits$} | distribution\n", "count");
    for (label, count) in rows {
        let bar = bar(count, most, width);
        let line = format!("{label:>labels$} | {count:>digits$} | {bar}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn label((low, high): (u64, u64)) -> String {
    if low == high { low.to_string() } else { format!("{low} .. {high}") }
}

/// A bar in eighths of a character; what is not zero shows.
fn bar(count: u64, most: u64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let scaled = u128::from(count) * width as u128 * 8 / u128::from(most.max(1));
    let eighths = usize::try_from(scaled).unwrap_or(usize::MAX).max(usize::from(count > 0));
    let part = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    format!("{}{part}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_meet_without_a_gap() {
        for scale in [Scale::Bits, Scale::Log2, Scale::Linear(10)] {
            let mut next = 0;
            for index in 0..64 {
                let (low, high) = scale.range(index);
                assert_eq!(low, next, "{scale:?} {index}");
                assert!(high >= low);
                next = high.wrapping_add(1);
            }
        }
        assert_eq!(Scale::Bits.range(64), (1 << 63, u64::MAX));
        assert_eq!(Scale::Bits.range(70), (u64::MAX, u64::MAX));
    }

    #[test]
    fn bars_are_in_proportion_and_never_vanish() {
        let text = histogram(&[(0, 1), (1, 1000), (1, 1000), (3, 0)], "n", Scale::Linear(5), 10);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines, ["    0 .. 4 |     1 | ▏", "    5 .. 9 |  2000 | ██████████"]);
        assert_eq!(histogram(&[(3, 0)], "n", Scale::Bits, 10), "");
        assert_eq!(
            histogram(&[(0, 1), (usize::MAX, 1)], "n", Scale::Linear(9), 10).lines().count(),
            3
        );
    }
}
