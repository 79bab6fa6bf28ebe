//! Which command a command line calls.

use crate::{
    parse::suggest::suggestions,
    spec::{Arguments, Command, Flag, path_of},
};

/// The command that was called, and the words that remain for it.
pub(crate) struct Found {
    /// The commands from the root to the one called.
    pub(crate) path: Vec<&'static Command>,
    /// The word that called it: its name or an alias.
    pub(crate) called: String,
    /// Flags and arguments.
    pub(crate) words: Vec<String>,
}

impl Found {
    /// The command that was called.
    pub(crate) fn command(&self) -> &'static Command {
        self.path.last().copied().unwrap_or(&Command::BASE)
    }
}

/// Finds the command that a command line calls, stepping over flags that stand before it. A flag that the commands
/// so far do not know is taken to have a value.
///
/// cobra: command.go `Find`. The error, for an unknown word at the root, is its text without `Error: `.
pub(crate) fn find(root: &'static Command, globals: &[&'static [Flag]], words: &[String]) -> Result<Found, String> {
    let mut found = Found { path: vec![root], called: root.name.to_owned(), words: words.to_vec() };
    loop {
        let command = found.command();
        let known = Known { globals, own: command.flags };
        let Some(word) = known.plain(&found.words).first().copied().cloned() else { break };
        let Some(next) = command.find(&word) else { break };
        found.words = known.without_first(&found.words, &word);
        found.path.push(next);
        found.called = word;
    }
    let command = found.command();
    if command.arguments == Arguments::Unchecked && found.path.len() == 1 {
        let known = Known { globals, own: command.flags };
        if let Some(word) = known.plain(&found.words).first() {
            return Err(unknown(command, &found.path, word));
        }
    }
    Ok(found)
}

fn unknown(command: &Command, path: &[&'static Command], word: &str) -> String {
    let mut text = format!("unknown command {} for \"{}\"", value::quote::quote(word.as_bytes()), path_of(path));
    let names = suggestions(command, word);
    if !names.is_empty() {
        text.push_str("\n\nDid you mean this?\n");
        for name in names {
            text.push_str(&format!("\t{name}\n"));
        }
    }
    text
}

/// The flags that are known at a command.
struct Known<'a> {
    globals: &'a [&'static [Flag]],
    own: &'a [&'static [Flag]],
}

impl Known<'_> {
    fn flags(&self) -> impl Iterator<Item = &'static Flag> {
        self.own.iter().chain(self.globals).copied().flatten()
    }

    /// Whether the word is a flag whose value is the next word.
    fn takes_next(&self, word: &str) -> bool {
        if word.contains('=') {
            return false;
        }
        if let Some(name) = word.strip_prefix("--") {
            return !self.flags().any(|flag| flag.name == name && flag.bare.is_some());
        }
        match word.as_bytes() {
            [b'-', letter] => !self.flags().any(|flag| flag.short == Some(char::from(*letter)) && flag.bare.is_some()),
            _ => false,
        }
    }

    /// The words that are neither flags nor values of flags. cobra: command.go `stripFlags`.
    fn plain<'w>(&self, words: &'w [String]) -> Vec<&'w String> {
        let mut plain = Vec::new();
        let mut rest = words;
        while let [word, after @ ..] = rest {
            rest = after;
            if word == "--" {
                break;
            }
            if self.takes_next(word) {
                match rest {
                    [_, after @ ..] if !after.is_empty() => rest = after,
                    _ => break,
                }
            } else if !word.is_empty() && !word.starts_with('-') {
                plain.push(word);
            }
        }
        plain
    }

    /// The words without the first plain `name`. cobra: command.go `argsMinusFirstX`.
    fn without_first(&self, words: &[String], name: &str) -> Vec<String> {
        let mut index = 0;
        while let Some(word) = words.get(index) {
            if word == "--" {
                break;
            }
            if self.takes_next(word) {
                index += 2;
                continue;
            }
            if !word.starts_with('-') && word == name {
                let (before, after) = words.split_at(index);
                return [before, after.get(1..).unwrap_or_default()].concat();
            }
            index += 1;
        }
        words.to_vec()
    }
}
