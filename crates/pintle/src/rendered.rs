//! Shows the lines of a rendered document that an error is about.

/// How many lines are shown before and behind the one in question.
const AROUND: usize = 2;

/// The lines around `line` (counted from 1 within the document), the line itself marked; nothing where the line is
/// not known.
pub(crate) fn snippet(document: &[u8], line: Option<usize>) -> Option<String> {
    let line = line?;
    let text = String::from_utf8_lossy(document);
    let lines: Vec<&str> = text.lines().collect();
    let first = line.saturating_sub(AROUND).max(1);
    let last = (line + AROUND).min(lines.len());
    let width = last.to_string().len();
    let mut snippet = format!("{}--> rendered line {line}\n", " ".repeat(width + 2));
    for (number, content) in lines.iter().enumerate().map(|(index, content)| (index + 1, content)) {
        if (first..=last).contains(&number) {
            let mark = if number == line { '>' } else { ' ' };
            snippet.push_str(&format!("{mark} {number:width$} | {content}\n"));
        }
    }
    (first <= last).then(|| snippet.trim_end().to_owned())
}
