//! How wide a page is, and whether it has colours: what reports for people are laid out by.

/// A page that a report is laid out for.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// How many columns it has.
    pub width: usize,
    /// Whether it has colours.
    pub colored: bool,
}

impl Default for Page {
    fn default() -> Page {
        Page { width: 100, colored: false }
    }
}

impl Page {
    fn wrap(self, on: &str, text: &str) -> String {
        if self.colored { format!("\u{1b}[{on}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }
}

/// A text that is not longer than so many letters; a longer one ends in `…`.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept + "…"
}

/// Rows whose columns are aligned, two blanks apart. The last column may be as wide as is left of the page.
pub(crate) fn aligned(rows: &[Vec<String>], page: Page) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                line.push_str("  ");
            }
            let last = column + 1 == row.len();
            let room = if last { page.width.saturating_sub(line.chars().count()).max(8) } else { usize::MAX };
            line.push_str(&cut(cell, room));
            if !last {
                let wide = widths.get(column).copied().unwrap_or(0);
                line.push_str(&" ".repeat(wide.saturating_sub(cell.chars().count())));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
