//! A comparison of environments on one page.

use serde_json::{Value, json};

use super::matrix::{Cause, Cell, Matrix, Row};
use crate::{
    Error, ErrorKind,
    style::{Page, cut},
};

/// The page.
pub fn compare_text(matrix: &Matrix, page: Page) -> String {
    let mut text = String::new();
    let layout = Layout::of(matrix, page);
    let heads: Vec<String> = matrix.environments.clone();
    layout.line("", &heads, "", &mut text);
    layout.line("chart", &matrix.charts, "", &mut text);
    text.push_str(&format!("\n{}\n", page.bold("COMPONENTS")));
    for row in &matrix.components {
        layout.row(&row.component, row, matrix, &mut text);
    }
    text.push_str(&format!("\n{}\n", page.bold("SETTINGS THAT DIFFER")));
    let mut component = "";
    for row in &matrix.settings {
        if row.component != component {
            component = &row.component;
            text.push_str(&format!("{component}\n"));
        }
        layout.row(&format!("  {}", short(&row.path)), row, matrix, &mut text);
    }
    if matrix.settings.is_empty() {
        text.push_str("none\n");
    }
    let missing = matrix.components.iter().filter(|row| row.cause.is_some()).count();
    text.push_str(&format!(
        "\n{} of {} components are in every environment; {} settings differ, {} are the same.\n",
        matrix.components.len() - missing,
        matrix.components.len(),
        matrix.settings.len(),
        matrix.same
    ));
    for violation in &matrix.violations {
        text.push_str(&format!("{} {violation}\n", page.red("must be the same:")));
    }
    text
}

/// A path without what all workloads begin with.
fn short(path: &str) -> &str {
    ["spec.template.spec.", "spec.jobTemplate.spec.template.spec.", "spec."]
        .iter()
        .find_map(|start| path.strip_prefix(start))
        .unwrap_or(path)
}

struct Layout {
    page: Page,
    name: usize,
    cell: usize,
}

impl Layout {
    /// Shares the page out: cells as wide as they need to be, or as there is room.
    fn of(matrix: &Matrix, page: Page) -> Layout {
        let rows = matrix.components.iter().map(|row| row.component.chars().count());
        let settings = matrix.settings.iter().map(|row| short(&row.path).chars().count() + 2);
        let name = rows.chain(settings).max().unwrap_or(10).min(page.width / 3);
        let cells = matrix.components.iter().chain(&matrix.settings).flat_map(|row| &row.cells).map(cell_text);
        let heads = matrix.environments.iter().chain(&matrix.charts).cloned();
        let widest = cells.chain(heads).map(|text| text.chars().count()).max().unwrap_or(3);
        let count = matrix.environments.len().max(1);
        let room = page.width.saturating_sub(name + 14) / count;
        Layout { page, name, cell: widest.min(room.saturating_sub(2)).max(4) }
    }

    fn row(&self, name: &str, row: &Row, matrix: &Matrix, text: &mut String) {
        let cells: Vec<String> = row.cells.iter().map(cell_text).collect();
        let why = match &row.cause {
            None => String::new(),
            Some(Cause::Values(paths)) => format!("values: {}", paths.join(", ")),
            Some(Cause::Chart) => "chart version".to_owned(),
            Some(Cause::Hand) => "by hand".to_owned(),
            Some(Cause::Unknown) => "?".to_owned(),
        };
        let why = match (&row.cause, row.path.is_empty()) {
            (Some(_), true) => {
                let absent = matrix.environments.iter().zip(&row.cells).filter(|(_, cell)| cell.value.is_none());
                let absent: Vec<&str> = absent.map(|(name, _)| name.as_str()).collect();
                format!("not in {}; {why}", absent.join(", "))
            }
            _ => why,
        };
        self.line(name, &cells, &why, text);
    }

    fn line(&self, name: &str, cells: &[String], why: &str, text: &mut String) {
        let mut line = padded(&cut(name, self.name), self.name);
        for cell in cells {
            line.push_str("  ");
            let shown = padded(&cut(cell, self.cell), self.cell);
            line.push_str(&match cell.as_str() {
                "-" => self.page.red(&shown),
                cell if cell.ends_with(" !") => self.page.yellow(&shown),
                _ => shown,
            });
        }
        let used = self.name + cells.len() * (self.cell + 2);
        let room = self.page.width.saturating_sub(used + 2);
        if !why.is_empty() && room >= 8 {
            line.push_str(&format!("  {}", cut(why, room)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())))
}

fn cell_text(cell: &Cell) -> String {
    let text = cell.value.as_deref().unwrap_or("-").replace('\n', "\\n");
    if cell.stray { format!("{text} !") } else { text }
}

/// The comparison as JSON.
///
/// # Errors
/// It cannot be written.
pub fn compare_json(matrix: &Matrix) -> Result<Vec<u8>, Error> {
    let row = |row: &Row| {
        let cells: serde_json::Map<String, Value> = matrix
            .environments
            .iter()
            .zip(&row.cells)
            .map(|(name, cell)| (name.clone(), json!({"value": cell.value, "byHand": cell.stray})))
            .collect();
        let cause = match &row.cause {
            None => Value::Null,
            Some(Cause::Values(paths)) => json!({"values": paths}),
            Some(Cause::Chart) => "chart".into(),
            Some(Cause::Hand) => "hand".into(),
            Some(Cause::Unknown) => "unknown".into(),
        };
        json!({"component": row.component, "path": row.path, "environments": cells, "cause": cause})
    };
    let rows = |all: &[Row]| all.iter().map(row).collect::<Vec<Value>>();
    let json = json!({
        "environments": matrix.environments.iter().zip(&matrix.charts)
            .map(|(name, chart)| json!({"name": name, "chart": chart})).collect::<Vec<_>>(),
        "components": rows(&matrix.components), "settings": rows(&matrix.settings), "same": matrix.same,
        "violations": matrix.violations,
    });
    let mut bytes = serde_json::to_vec_pretty(&json)
        .map_err(|error| Error::new(ErrorKind::Output, format!("unable to write JSON output: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}
