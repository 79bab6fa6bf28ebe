//! Tables that the server makes of objects, as kubectl prints them. cli-runtime: `pkg/printers/tableprinter.go`.

use release::Timestamp;
use serde_json::Value;

/// Prints tables one below the other: each is aligned by itself, and has a head where its columns are not those of the
/// one before.
pub(super) struct Printer {
    /// The time, in nanoseconds since 1970.
    now: i128,
    columns: Option<Value>,
}

impl Printer {
    pub(super) fn new(now: i128) -> Printer {
        Printer { now, columns: None }
    }

    /// Prints one table, or the object that the server made no table of.
    pub(super) fn print(&mut self, shown: &Value) -> String {
        let is_table = shown.get("kind").is_some_and(|kind| kind == "Table");
        let (columns, rows) = if is_table { table(shown) } else { object(shown, self.now) };
        if rows.is_empty() {
            return String::new();
        }
        let has_head = self.columns.as_ref() != Some(&columns);
        let visible: Vec<(usize, String)> =
            columns.as_array().into_iter().flatten().enumerate().filter_map(visible).collect();
        self.columns = Some(columns);
        let mut lines = Vec::new();
        if has_head {
            lines.push(visible.iter().map(|(_, name)| name.to_uppercase()).collect());
        }
        for row in &rows {
            lines.push(visible.iter().filter_map(|(place, _)| row.get(*place)).map(cell).collect());
        }
        align(&lines)
    }
}

/// A column that is shown without `-o wide`.
fn visible((place, column): (usize, &Value)) -> Option<(usize, String)> {
    let priority = column.get("priority").and_then(Value::as_i64).unwrap_or(0);
    let name = column.get("name").and_then(Value::as_str).unwrap_or_default();
    (priority == 0).then(|| (place, name.to_owned()))
}

fn table(table: &Value) -> (Value, Vec<Vec<Value>>) {
    let columns = table.get("columnDefinitions").cloned().unwrap_or_default();
    let rows = table.get("rows").and_then(Value::as_array).into_iter().flatten();
    let cells = |row: &Value| row.get("cells").and_then(Value::as_array).cloned().unwrap_or_default();
    (columns, rows.map(cells).collect())
}

/// The table of an object that the server has none for; of each item where it is a list.
fn object(object: &Value, now: i128) -> (Value, Vec<Vec<Value>>) {
    let columns = serde_json::json!([{"name": "Name"}, {"name": "Age"}]);
    let row = |object: &Value| {
        let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let age = match Timestamp::parse(text("/metadata/creationTimestamp")) {
            Some(created) => human_duration((now - created.nanoseconds).div_euclid(1_000_000_000)),
            None => "<unknown>".to_owned(),
        };
        vec![text("/metadata/name").into(), age.into()]
    };
    let items = object.get("items").and_then(Value::as_array);
    (columns, items.map_or_else(|| vec![row(object)], |items| items.iter().map(row).collect()))
}

/// What a cell says: up to the first line break, without what a terminal would obey.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = match text.find(['\u{c}', '\n', '\r']) {
        Some(end) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    };
    shown.replace('\u{1b}', "^[")
}

/// Columns three blanks apart and at least six wide. Go: `text/tabwriter`.
fn align(lines: &[Vec<String>]) -> String {
    const PADDING: usize = 3;
    const NARROWEST: usize = 6;
    let length = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = Vec::new();
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            let wide = (length(cell) + PADDING).max(NARROWEST);
            match widths.get_mut(column) {
                Some(known) => *known = wide.max(*known),
                None => widths.push(wide),
            }
        }
    }
    let mut text = String::new();
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            text.push_str(cell);
            // The last cell of a line is no column's.
            if column + 1 < line.len() {
                let wide = widths.get(column).copied().unwrap_or(0);
                text.push_str(&" ".repeat(wide.saturating_sub(length(cell))));
            }
        }
        text.push('\n');
    }
    text
}

/// apimachinery: `duration.HumanDuration`.
pub(crate) fn human_duration(seconds: i128) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let two = |large: i128, one: &str, small: i128, other: &str| match small {
        0 => format!("{large}{one}"),
        small => format!("{large}{one}{small}{other}"),
    };
    match seconds {
        ..=-2 => "<invalid>".into(),
        -1 => "0s".into(),
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => two(hours, "h", minutes % 60, "m"),
        _ if hours < 48 => format!("{hours}h"),
        _ if hours < 192 => two(hours / 24, "d", hours % 24, "h"),
        _ if hours < 17_520 => format!("{}d", hours / 24),
        _ if hours < 70_080 => two(hours / 24 / 365, "y", hours / 24 % 365, "d"),
        _ => format!("{}y", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Printer, human_duration};

    #[test]
    fn tables_have_one_head() {
        let columns = json!([{"name": "Name"}, {"name": "Data"}, {"name": "Nodes", "priority": 1}, {"name": "Age"}]);
        let table = |name: &str, data: i64| json!({"kind": "Table", "columnDefinitions": columns, "rows": [{"cells": [name, data, "x", "5s"]}]});
        let mut printer = Printer::new(0);
        assert_eq!(printer.print(&table("g", 1)), "NAME   DATA   AGE\ng      1      5s\n");
        assert_eq!(printer.print(&table("longer-name", 10)), "longer-name   10    5s\n");
        assert_eq!(printer.print(&json!({"kind": "Table", "columnDefinitions": columns, "rows": []})), "");
        let plain = json!({"kind": "Odd", "metadata": {"name": "a\nb", "creationTimestamp": "1970-01-01T00:00:01Z"}});
        let mut printer = Printer::new(121_000_000_000);
        assert_eq!(printer.print(&plain), "NAME   AGE\na...   2m\n");
    }

    #[test]
    fn durations_are_for_people() {
        for (seconds, text) in [
            (-5, "<invalid>"),
            (119, "119s"),
            (125, "2m5s"),
            (600, "10m"),
            (3 * 3600 + 60, "3h1m"),
            (47 * 3600, "47h"),
            (50 * 3600, "2d2h"),
            (30 * 86_400, "30d"),
            (800 * 86_400, "2y70d"),
            (4000 * 86_400, "10y"),
        ] {
            assert_eq!(human_duration(seconds), text);
        }
    }
}
