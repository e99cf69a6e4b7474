//! The few lines of a source that a diagnostic shows.
//!
//! The drawing library walks the whole text it is given, character by
//! character. So it gets only the lines between the marks of one cluster, with
//! very long lines cut around what is marked; a 4 MiB file costs no more than
//! a small one. Hands on an [`Excerpt`] whose marks are offsets into its own
//! text.

use std::ops::Range;

use diagnostics::{SourceFile, Span};

/// Lines longer than this many bytes are cut.
const LINE_LIMIT: usize = 400;
/// What is kept before a mark in a cut line, in bytes.
const LEAD: usize = 60;
/// A mark over more lines than this is narrowed to its first line.
const MARK_LINES: usize = 8;
/// Marks further apart than this many lines go into excerpts of their own.
const CLUSTER_GAP: usize = 50;
/// Stands for what was cut off.
const ELLIPSIS: &str = "…";

/// A piece of the source with its marks.
#[derive(Debug)]
pub(crate) struct Excerpt {
    /// Line number of the first line, from 1.
    pub first_line: usize,
    /// The lines, cut where they are long.
    pub text: String,
    /// For each mark the index it was given with and its range in `text`.
    pub marks: Vec<(usize, Range<usize>)>,
    /// Whether a line was cut, so that `text` is not what the file says.
    pub cut: bool,
}

/// A mark in the source: its number, range and lines (from 0).
struct Mark {
    index: usize,
    range: Range<usize>,
    lines: Range<usize>,
}

/// The excerpts that show all `spans`, in source order.
pub(crate) fn excerpts(source: &SourceFile, spans: &[Span]) -> Vec<Excerpt> {
    let mut marks: Vec<Mark> =
        spans.iter().enumerate().map(|(index, &span)| mark(source, index, span)).collect();
    marks.sort_by_key(|m| (m.range.start, m.range.end));
    let mut clusters: Vec<Vec<Mark>> = Vec::new();
    for mark in marks {
        let last_line = clusters.last().and_then(|c| c.iter().map(|m| m.lines.end).max());
        match (clusters.last_mut(), last_line) {
            (Some(cluster), Some(end)) if mark.lines.start <= end + CLUSTER_GAP => {
                cluster.push(mark);
            }
            _ => clusters.push(vec![mark]),
        }
    }
    clusters.iter().map(|cluster| excerpt(source, cluster)).collect()
}

/// Places one span, narrowed if it is long.
fn mark(source: &SourceFile, index: usize, span: Span) -> Mark {
    let span = crate::clamp(span, source);
    let covered = source.slice(span);
    let range = match covered.match_indices('\n').nth(MARK_LINES - 1) {
        Some(_) => {
            let line = covered.split('\n').next().unwrap_or("").trim_end_matches('\r');
            span.start as usize..span.start as usize + line.len()
        }
        None => span.start as usize..span.end as usize,
    };
    let first = source.line_col(range.start as u32).line as usize - 1;
    let inner = source.text().get(range.clone()).unwrap_or("");
    let breaks = inner.strip_suffix('\n').unwrap_or(inner).matches('\n').count();
    Mark { index, range, lines: first..first + breaks }
}

/// Cuts out the lines of one cluster.
fn excerpt(source: &SourceFile, cluster: &[Mark]) -> Excerpt {
    let first = cluster.iter().map(|m| m.lines.start).min().unwrap_or(0);
    let last = cluster.iter().map(|m| m.lines.end).max().unwrap_or(first);
    let start = cluster.first().map_or(0, |m| line_start(source.text(), m.range.start));
    let rest = source.text().get(start..).unwrap_or("");
    let mut at = start;
    let mut text = String::new();
    let mut pieces = Vec::new();
    for whole in rest.split_inclusive('\n').take(last - first + 1) {
        pieces.push(push_line(&mut text, cluster, at, whole));
        at += whole.len();
    }
    let marks = cluster.iter().map(|m| {
        let start = moved(&pieces, m.range.start, |piece| piece.at <= m.range.start);
        let is_empty = m.range.is_empty();
        let holds_end = |p: &Piece| p.at < m.range.end || (is_empty && p.at == m.range.end);
        (m.index, start..moved(&pieces, m.range.end, holds_end).max(start))
    });
    let marks = marks.collect();
    Excerpt { first_line: first + 1, marks, cut: pieces.iter().any(|p| p.cut), text }
}

/// Where a line of the source went.
struct Piece {
    /// Offset of the line in the source.
    at: usize,
    /// The part of it that was kept.
    kept: Range<usize>,
    /// Offset of that part in the excerpt.
    base: usize,
    /// Whether something was cut off.
    cut: bool,
    /// Where the line ends in the source, its terminator included, and in the
    /// excerpt.
    end: (usize, usize),
}

/// Adds one line of the source, which starts at byte `at`.
fn push_line(text: &mut String, cluster: &[Mark], at: usize, whole: &str) -> Piece {
    let line = whole.trim_end_matches(['\n', '\r']);
    let kept = window(line, cluster, at);
    if kept.start > 0 {
        text.push_str(ELLIPSIS);
    }
    let base = text.len();
    text.push_str(line.get(kept.clone()).unwrap_or(""));
    if kept.end < line.len() {
        text.push_str(ELLIPSIS);
    }
    if whole.ends_with('\n') {
        text.push('\n');
    }
    let end = (at + whole.len(), text.len());
    Piece { at, cut: kept.len() < line.len(), kept, base, end }
}

/// The offset in the excerpt of an offset in the source, which stands in the
/// last piece that `holds` it.
fn moved(pieces: &[Piece], offset: usize, holds: impl Fn(&Piece) -> bool) -> usize {
    let Some(piece) = pieces.iter().rev().find(|piece| holds(piece)) else { return 0 };
    if offset >= piece.end.0 {
        return piece.end.1;
    }
    piece.base + offset.saturating_sub(piece.at + piece.kept.start).min(piece.kept.len())
}

/// The part of a line that is kept: all of a short one, else what surrounds
/// the first mark in it.
fn window(line: &str, cluster: &[Mark], at: usize) -> Range<usize> {
    if line.len() <= LINE_LIMIT {
        return 0..line.len();
    }
    let first = cluster
        .iter()
        .flat_map(|m| [m.range.start, m.range.end])
        .filter(|offset| (at..=at + line.len()).contains(offset))
        .min()
        .map_or(0, |offset| offset - at);
    let start = line.floor_char_boundary(first.saturating_sub(LEAD));
    let end = line.ceil_char_boundary(start + LINE_LIMIT);
    start..end
}

/// Where the line of a byte offset starts.
fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(excerpt: &Excerpt, index: usize) -> &str {
        let (_, range) = excerpt.marks.iter().find(|(i, _)| *i == index).unwrap();
        &excerpt.text[range.clone()]
    }

    #[test]
    fn marks_keep_their_text_and_lines() {
        let source = SourceFile::new("t.py", "a = 1\r\nbé = 2\r\nc = 3\r\n");
        let spans = [Span::new(7, 10), Span::new(16, 17), Span::new(7, 16)];
        let found = excerpts(&source, &spans);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].first_line, found[0].text.as_str()), (2, "bé = 2\nc = 3\n"));
        assert_eq!(shown(&found[0], 0), "bé");
        assert_eq!(shown(&found[0], 1), "c");
        assert_eq!(shown(&found[0], 2), "bé = 2\n");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("x = '{}' + nome + '{}'\n", "é".repeat(9000), "b".repeat(9000));
        let at = text.find("nome").unwrap() as u32;
        let source = SourceFile::new("t.py", text);
        let found = excerpts(&source, &[Span::new(at, at + 4)]);
        assert!(found[0].cut && found[0].text.len() < 600);
        assert_eq!(shown(&found[0], 0), "nome");
    }

    #[test]
    fn distant_marks_get_excerpts_of_their_own() {
        let source = SourceFile::new("t.py", "x\n".repeat(1_000_000));
        let found = excerpts(&source, &[Span::new(1_900_000, 1_900_001), Span::new(0, 1)]);
        let lines: Vec<_> = found.iter().map(|e| e.first_line).collect();
        assert_eq!(lines, [1, 950_001]);
        assert_eq!(shown(&found[1], 0), "x");
    }

    #[test]
    fn a_mark_over_the_whole_file_shows_its_first_line() {
        let source = SourceFile::new("t.py", "first\n".repeat(100));
        let found = excerpts(&source, &[Span::new(0, 600)]);
        assert_eq!(shown(&found[0], 0), "first");
    }
}
