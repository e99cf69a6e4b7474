//! Tables whose rows are all known: columns as wide as their widest cell.

/// One cell, and whether it is a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What is shown.
    pub text: String,
    /// Numbers stand at the right of their column.
    pub right: bool,
}

impl Cell {
    /// Text, at the left.
    pub(crate) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), right: false }
    }

    /// A number, at the right.
    pub(crate) fn number(number: impl ToString) -> Self {
        Self { text: number.to_string(), right: true }
    }

    /// The cell filled up to `width` characters.
    pub(crate) fn padded(&self, width: usize) -> String {
        let text = &self.text;
        if self.right { format!("{text:>width$}") } else { format!("{text:<width$}") }
    }

    /// Its width in characters.
    pub(crate) fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Puts cells of these widths in a line.
pub(crate) fn line(cells: &[Cell], widths: &[usize]) -> String {
    let widths = widths.iter().copied().chain(std::iter::repeat(0));
    let padded: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| cell.padded(width)).collect();
    padded.join("  ").trim_end().to_owned()
}

/// Draws a header and rows; a header stands as its column does.
pub(crate) fn grid(header: &[String], rows: &[Vec<Cell>]) -> String {
    let column = |index: usize| rows.iter().filter_map(move |row| row.get(index));
    let widths: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(i, name)| column(i).map(Cell::width).max().unwrap_or(0).max(name.chars().count()))
        .collect();
    let header: Vec<Cell> = header
        .iter()
        .enumerate()
        .map(|(i, name)| Cell {
            text: name.clone(),
            right: column(i).next().is_some_and(|cell| cell.right),
        })
        .collect();
    std::iter::once(&header).chain(rows).map(|cells| line(cells, &widths) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_needed_and_numbers_stand_right() {
        let rows =
            [vec![Cell::left("a"), Cell::number(1)], vec![Cell::left("é€"), Cell::number(1000)]];
        let drawn = grid(&["name".to_owned(), "n".to_owned()], &rows);
        assert_eq!(drawn, "name     n\na        1\né€    1000\n");
    }
}
