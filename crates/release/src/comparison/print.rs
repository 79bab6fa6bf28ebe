//! The forms of a comparison. helm-diff: `diff/report.go`.

use super::{
    compare::{ChangeKind, Comparison, Entry},
    human,
    lines::{Delta, Line},
    structured,
};

/// In which form a comparison is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines, with so many unchanged ones around changes; all where there is no number.
    Diff(Option<usize>),
    /// A line for each document, and a sum.
    Simple,
    /// A list of what becomes of which document, as JSON.
    Json,
    /// The same with the fields that differ.
    Structured,
    /// Field by field, for people.
    Dyff,
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const MAGENTA: &str = "35";
const BRIGHT_BLUE: &str = "94";

/// A comparison as text.
pub fn print(comparison: &Comparison, form: Form, colored: bool) -> String {
    let paint = Paint(colored);
    match form {
        Form::Diff(context) => {
            let mut text = String::new();
            for entry in &comparison.entries {
                let (color, message) = style(entry.change);
                text.push_str(&paint.wrap(color, &format!("{} {message}", entry.name)));
                text.push('\n');
                records(entry, comparison, context, paint, &mut text);
            }
            text
        }
        Form::Simple => simple(comparison, paint),
        Form::Json => json(comparison),
        Form::Structured => structured::print(&comparison.entries),
        Form::Dyff => human::print(comparison, colored),
    }
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    /// mgutz/ansi: a style resets the one before.
    fn wrap(self, color: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[0;{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn style(change: ChangeKind) -> (&'static str, &'static str) {
    match change {
        ChangeKind::Add => (GREEN, "has been added:"),
        ChangeKind::Remove => (RED, "has been removed:"),
        ChangeKind::Modify => (YELLOW, "has changed:"),
        ChangeKind::Ownership => (MAGENTA, "changed ownership:"),
        ChangeKind::ModifySuppressed => (BRIGHT_BLUE, "has changed, but diff is empty after suppression."),
    }
}

fn records(entry: &Entry, comparison: &Comparison, context: Option<usize>, paint: Paint, text: &mut String) {
    if comparison.suppressed_kinds.contains(&entry.kind) {
        let notice = format!("+ Changes suppressed on sensitive content of type {}\n", entry.kind);
        text.push_str(&paint.wrap(YELLOW, &notice));
        return;
    }
    let Some(context) = context else {
        entry.lines.iter().for_each(|line| record(line, paint, text));
        return;
    };
    let mut omitting = false;
    for (line, distance) in entry.lines.iter().zip(distances(&entry.lines)) {
        if distance <= context {
            omitting = false;
            record(line, paint, text);
        } else if !omitting {
            omitting = true;
            text.push_str("...\n");
        }
    }
}

fn record(line: &Line, paint: Paint, text: &mut String) {
    match line.delta {
        Delta::Added => text.push_str(&paint.wrap(GREEN, &format!("+ {}", line.text))),
        Delta::Removed => text.push_str(&paint.wrap(RED, &format!("- {}", line.text))),
        Delta::Common if line.text.is_empty() => {}
        Delta::Common => {
            text.push_str("  ");
            text.push_str(&line.text);
        }
    }
    text.push('\n');
}

/// How far each line is from the nearest that changes.
fn distances(lines: &[Line]) -> Vec<usize> {
    let step = |last: &mut usize, line: &Line| {
        *last = if line.delta == Delta::Common { last.saturating_add(1) } else { 0 };
        Some(*last)
    };
    let forward = lines.iter().scan(usize::MAX - 1, step);
    let mut backward: Vec<usize> = lines.iter().rev().scan(usize::MAX - 1, step).collect();
    backward.reverse();
    forward.zip(backward).map(|(before, after)| before.min(after)).collect()
}

fn simple(comparison: &Comparison, paint: Paint) -> String {
    let mut text = String::new();
    for entry in &comparison.entries {
        let (color, _) = style(entry.change);
        let message = match entry.change {
            ChangeKind::Add => "to be added.",
            ChangeKind::Remove => "to be removed.",
            ChangeKind::Modify => "to be changed.",
            ChangeKind::Ownership => "to change ownership.",
            ChangeKind::ModifySuppressed => "has changed, but diff is empty after suppression.",
        };
        text.push_str(&paint.wrap(color, &format!("{} {message}", entry.name)));
        text.push('\n');
    }
    let count = |change: ChangeKind| comparison.entries.iter().filter(|entry| entry.change == change).count();
    text.push_str(&format!(
        "Plan: {} to add, {} to change, {} to destroy, {} to change ownership.\n",
        count(ChangeKind::Add),
        count(ChangeKind::Modify),
        count(ChangeKind::Remove),
        count(ChangeKind::Ownership)
    ));
    text
}

fn json(comparison: &Comparison) -> String {
    let entry = |entry: &Entry| {
        let KeyParts { namespace, name, kind, api } = key_parts(&entry.name)?;
        let change = entry.change.name();
        Some(format!(
            "{{\n  \"api\": \"{api}\",\n  \"kind\": \"{kind}\",\n  \"namespace\": \"{namespace}\",\n  \"name\": \
             \"{name}\",\n  \"change\": \"{change}\"\n}}"
        ))
    };
    let entries: Vec<String> = comparison.entries.iter().filter_map(entry).collect();
    format!("[{}]\n", entries.join(","))
}

/// The parts of a document's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyParts<'a> {
    /// The object's namespace.
    pub namespace: &'a str,
    /// The object's name.
    pub name: &'a str,
    /// The object's kind.
    pub kind: &'a str,
    /// The API group; the version for the core.
    pub api: &'a str,
}

/// Takes a document's name apart; nothing where it is not of the form `namespace, name, Kind (api)`, as in comparisons of
/// releases, or for names that have other letters than small ones.
pub fn key_parts(key: &str) -> Option<KeyParts<'_>> {
    let (rest, last) = key.rsplit_once(", ")?;
    let (before, name) = rest.rsplit_once(", ")?;
    let (kind, api) = last.split_once(" (")?;
    let api = api.split_once(')')?.0;
    let small = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let start = before.bytes().rposition(|byte| !small(byte)).map_or(0, |place| place + 1);
    let namespace = before.get(start..)?;
    let is_name = name.bytes().all(|byte| small(byte) || byte == b'.');
    let is_kind = kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let whole = [namespace, name, kind, api].iter().all(|part| !part.is_empty());
    (is_name && is_kind && whole).then_some(KeyParts { namespace, name, kind, api })
}

#[cfg(test)]
mod tests {
    use super::{KeyParts, key_parts};

    #[test]
    fn names_are_taken_apart() {
        let parts = KeyParts { namespace: "default", name: "web", kind: "Deployment", api: "apps" };
        assert_eq!(key_parts("default, web, Deployment (apps)"), Some(parts));
        assert_eq!(key_parts("default, system:web, Role (v1)"), None);
        assert_eq!(key_parts("demo/templates/service.yaml"), None);
    }
}
