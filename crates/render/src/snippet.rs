//! Shows the line of a template that an error is about.

/// The line with its place above and a mark below, as compilers do it; nothing where the line is not known.
pub(crate) fn snippet(error: &template::Error) -> Option<String> {
    let line = error.line()?;
    let text = error.line_text().trim_end();
    if text.trim().is_empty() {
        return None;
    }
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let place = error.location()?;
    let mut snippet = format!("{margin}--> {place}\n{margin} |\n{number} | {text}\n{margin} |");
    if let Some(column) = error.column() {
        let (start, length) = mark(text, error.context().unwrap_or_default(), column);
        // Tabs stay tabs, so that the mark stands under its text however wide they are.
        let indent: String = text.chars().take(start).map(|rune| if rune == '\t' { '\t' } else { ' ' }).collect();
        snippet.push_str(&format!(" {indent}{}", "^".repeat(length.max(1))));
    }
    Some(snippet)
}

/// Where the mark begins and how long it is, in characters: under the whole expression where it stands on the line,
/// else under the column.
fn mark(text: &str, context: &str, column: usize) -> (usize, usize) {
    let column = (0..=column.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let expression = context.trim_end_matches("...");
    let before = (0..=column).rev().filter(|at| text.is_char_boundary(*at));
    let mut starts = before.filter(|at| {
        let rest = text.get(*at..).unwrap_or_default();
        !expression.is_empty() && rest.starts_with(expression) && at + expression.len() >= column
    });
    let (start, length) = match starts.next() {
        Some(start) => (start, expression.chars().count()),
        None => (column, 1),
    };
    (text.get(..start).map_or(0, |head| head.chars().count()), length)
}
