//! Tables as `github.com/gosuri/uitable` lays them out, which Helm prints lists with.

use unicode_width::UnicodeWidthChar;

/// A table: cells are padded to the width of their column and separated by tabs; what is wider than the greatest
/// width ends in `...`.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
    /// 0 is no bound.
    max_width: usize,
}

impl Table {
    /// An empty table whose columns are `max_width` wide at the most; 0 is no bound.
    pub fn new(max_width: usize) -> Table {
        Table { rows: Vec::new(), max_width }
    }

    /// Adds a row.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        self.rows.push(cells.into_iter().map(str::to_owned).collect());
    }

    /// The lines of the table, without a newline at the end.
    pub fn text(&self) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                let wide = cell.split('\n').map(width).max().unwrap_or(0);
                let wide = if self.max_width == 0 { wide } else { wide.min(self.max_width) };
                match widths.get_mut(column) {
                    Some(known) => *known = wide.max(*known),
                    None => widths.push(wide),
                }
            }
        }
        let rows: Vec<String> = self.rows.iter().map(|row| lines(row, &widths)).collect();
        rows.join("\n")
    }
}

/// A row, which has several lines where a cell has.
fn lines(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<Vec<String>> = row
        .iter()
        .zip(widths)
        .map(|(cell, wide)| resize(cell, *wide).split('\n').map(|line| resize(line, *wide)).collect())
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let parts = cells.iter().zip(widths).map(|(cell, wide)| match cell.get(at) {
            Some(line) => line.clone(),
            None => " ".repeat((*wide).max(1)),
        });
        parts.collect::<Vec<_>>().join("\t")
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

fn resize(text: &str, wide: usize) -> String {
    let have = width(text);
    if wide == 0 || have == wide {
        return text.to_owned();
    }
    if have < wide {
        return format!("{text}{}", " ".repeat(wide - have));
    }
    let mut cut = String::new();
    let mut used = 0;
    for rune in text.chars() {
        cut.push(rune);
        let rune = rune.width().unwrap_or(0);
        if used + rune + 3 >= wide {
            break;
        }
        used += rune;
    }
    cut + "..."
}

/// How many columns of a terminal a text takes, apart from its colours.
fn width(text: &str) -> usize {
    let mut pieces = text.split("\u{1b}[");
    let columns = |text: &str| text.chars().map(|rune| rune.width().unwrap_or(0)).sum::<usize>();
    let first = pieces.next().map_or(0, columns);
    let rest = pieces.map(|piece| match piece.split_once('m') {
        Some((code, rest)) if code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => columns(rest),
        _ => columns(piece) + 1,
    });
    first + rest.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_padded_and_cut() {
        let mut table = Table::new(10);
        table.row(["NAME", "VERSION"]);
        table.row(["a", "0123456789abc"]);
        table.row(["", "日本"]);
        assert_eq!(table.text(), "NAME\tVERSION   \na   \t0123456...\n    \t日本      ");
        let mut table = Table::default();
        table.row(["\u{1b}[1mA\u{1b}[22m", "x"]);
        table.row(["bcd", "yz"]);
        assert_eq!(table.text(), "\u{1b}[1mA\u{1b}[22m  \tx \nbcd\tyz");
    }
}
