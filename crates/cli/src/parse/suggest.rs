//! Names of commands that are nearly what was typed.

use crate::spec::Command;

/// How many letters may differ.
const DISTANCE: usize = 2;

/// The commands below `parent` that `word` may have meant, as the lines that follow an error.
///
/// cobra: command.go `SuggestionsFor`.
pub(crate) fn suggestions(parent: &Command, word: &str) -> Vec<&'static str> {
    let lower = word.to_lowercase();
    let mut names = Vec::new();
    // cobra does not count the help command among those that are there.
    for command in parent.commands.iter().filter(|command| command.is_listed() && command.name != "help") {
        let name = command.name.to_lowercase();
        if distance(&lower, &name) <= DISTANCE || name.starts_with(&lower) {
            names.push(command.name);
        }
        if command.suggest_for.iter().any(|other| other.eq_ignore_ascii_case(word)) {
            names.push(command.name);
        }
    }
    names
}

/// The number of bytes to change, add or drop.
fn distance(left: &str, right: &str) -> usize {
    let right = right.as_bytes();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, byte) in left.bytes().enumerate() {
        let mut diagonal = index;
        let mut last = index + 1;
        let mut next = vec![last];
        for (above, other) in row.iter().skip(1).zip(right) {
            let cost = if byte == *other { diagonal } else { 1 + diagonal.min(last).min(*above) };
            diagonal = *above;
            last = cost;
            next.push(cost);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_are_counted() {
        assert_eq!(distance("instal", "install"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
