//! The words of the command line as data: commands, their arguments, their flags.
//!
//! One table drives parsing, help, completion and the generated reference. Everything in it is constant, so
//! that starting the program costs nothing for the commands that are not asked for.

mod arguments;
mod command;
mod flag;

pub(crate) use self::{
    arguments::Arguments,
    command::{Action, Command, path_of, usage_line},
    flag::{Flag, Kind, Visibility},
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{commands::ROOT, env::Environment, flags, parse::Value};

    /// What the table must be for lookups to find what they look for.
    fn check(path: &str, command: &Command) {
        let own: Vec<&Flag> = [flags::HELP].iter().chain(command.flags).copied().flatten().collect();
        // A flag of a command hides a global one of its name, and the other spellings of that one.
        let hidden = |flag: &&Flag| command.has_own(flag.sets.unwrap_or(flag.name)) || command.has_own(flag.name);
        let globals = flags::GLOBAL.iter().copied().flatten().filter(|flag| !hidden(flag));
        let all: Vec<&Flag> = own.iter().copied().chain(globals).collect();
        let (mut names, mut letters) = (HashSet::new(), HashSet::new());
        for flag in &all {
            assert!(names.insert(flag.name), "{path}: --{} is there twice", flag.name);
            assert!(flag.short.is_none_or(|letter| letters.insert(letter)), "{path}: --{}'s letter", flag.name);
            let target = flag.sets.map(|name| all.iter().find(|other| other.name == name));
            assert!(target.is_none_or(|found| found.is_some_and(|found| found.kind == flag.kind)), "{}", flag.name);
            let default = flag.default_text(&Environment::default());
            let mut value = Value::from_default(flag.kind, &default);
            if !default.is_empty() && !flag.kind.repeats() {
                assert!(value.set(flag.kind, &default, false).is_ok(), "{path}: --{}'s default", flag.name);
            }
        }
        for name in command.exclusive.iter().flat_map(|group| group.split(' ')) {
            assert!(names.contains(name), "{path}: no --{name}");
        }
        assert!(!command.short.is_empty() && !command.long.is_empty(), "{path} says nothing of itself");
        assert!(command.runs() || !command.commands.is_empty(), "{path} does nothing");
        let mut words = HashSet::new();
        for below in command.commands {
            for word in [below.name].iter().chain(below.aliases) {
                assert!(words.insert(*word), "{path} {word} is there twice");
            }
            check(&format!("{path} {}", below.name), below);
        }
    }

    #[test]
    fn the_table_is_sound() {
        check("helm", &ROOT);
    }
}
