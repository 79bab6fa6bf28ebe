//! Shows the lines of a rendered document that an error is about, and the line of the template that wrote them.

use bstr::ByteSlice as _;
use render::Origin;

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

/// The number (from 1) and text of the line within its file that an error is about.
pub(crate) fn line_of<'a>(error: &release::Error, file: &'a [u8]) -> Option<(usize, &'a [u8])> {
    let start = file.find(error.content.trim())?;
    let blanks = error.content.len() - error.content.trim_start().len();
    let skipped = memchr::memchr_iter(b'\n', error.content.get(..blanks)?).count();
    let line = (memchr::memchr_iter(b'\n', file.get(..start)?).count() + error.source.line?).checked_sub(skipped)?;
    Some((line, file.split(|byte| *byte == b'\n').nth(line.checked_sub(1)?)?))
}

/// The line of the template, as the snippets of errors within templates show it.
pub(crate) fn origin_snippet(origin: &Origin) -> String {
    let number = origin.line.to_string();
    let margin = " ".repeat(number.len());
    format!("{margin}--> {}:{number}\n{margin} |\n{number} | {}", origin.name, origin.text.trim_end())
}
