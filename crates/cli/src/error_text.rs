//! What is printed of a told.

use crate::error::Told;

/// The lines of a failure: Helm's line, then causes, then hints.
///
/// Helm's line stands alone where it says everything, so that scripts that read it see what they know.
pub(crate) fn error_text(told: &Told) -> String {
    let mut text = String::new();
    if !told.line.is_empty() {
        text.push_str("Error: ");
        text.push_str(&told.line);
        text.push('\n');
    }
    labelled(&mut text, "caused by", &told.causes);
    push_line(&mut text, &told.snippet);
    for lines in &told.explanations {
        push_line(&mut text, &format!("why: {}", lines.join("\n")));
    }
    labelled(&mut text, "hint", &told.hints);
    push_line(&mut text, &told.advice);
    text
}

fn labelled(text: &mut String, label: &str, lines: &[String]) {
    for line in lines {
        // Further lines are set in, so that they are seen to belong to the first.
        text.push_str(&format!("{label}: {}\n", line.replace('\n', "\n  ")));
    }
}

/// Adds a text with an end of line, if there is a text.
fn push_line(text: &mut String, line: &str) {
    if !line.is_empty() {
        text.push_str(line.trim_end_matches('\n'));
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_follow_the_line() {
        let told = Told {
            line: "no such chart".to_owned(),
            causes: vec!["no such file".to_owned()],
            snippet: "1 | x\n".to_owned(),
            explanations: vec![vec!["Job x".to_owned(), "  it failed".to_owned()]],
            hints: vec!["look again\nand again".to_owned()],
            advice: "Run it.".to_owned(),
        };
        assert_eq!(
            error_text(&told),
            "Error: no such chart\ncaused by: no such file\n1 | x\nwhy: Job x\n  it failed\nhint: look again\n  and again\nRun it.\n"
        );
        assert_eq!(error_text(&Told::default()), "");
    }
}
