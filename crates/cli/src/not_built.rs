//! What exists on the command line and is not built yet. `cargo xtask tidy` lists it, so that none is forgotten.

use crate::{error::Failure, parse::FlagSet};

/// Flags, of commands that are built, whose work is not; or one of their values. One a line.
#[rustfmt::skip]
pub(crate) const FLAGS: &[&str] = &[
];

/// The failure of a command or flag that is not built.
pub(crate) fn not_built(what: &str) -> Failure {
    Failure::new(format!("\"{what}\" is not built yet"))
}

/// Fails if a flag that a command was given is not built.
pub(crate) fn check(path: &str, flags: &FlagSet<'_>) -> Result<(), Failure> {
    let given = |entry: &&&str| match entry.split_once(" --") {
        Some((command, flag)) if command == path => match flag.split_once('=') {
            Some((flag, value)) => flags.text(flag) == value,
            None => flags.is_given(flag),
        },
        _ => false,
    };
    match FLAGS.iter().find(given) {
        Some(entry) => Err(not_built(entry)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{commands::ROOT, spec::Command};

    fn collect(prefix: &str, command: &Command, paths: &mut Vec<(String, Vec<&str>)>) {
        let path = if prefix.is_empty() { command.name.to_owned() } else { format!("{prefix} {}", command.name) };
        for below in command.commands {
            collect(&path, below, paths);
        }
        paths.push((path, command.flags.iter().copied().flatten().map(|flag| flag.name).collect()));
    }

    #[test]
    fn the_list_is_what_the_table_says() {
        let mut paths = Vec::new();
        collect("", &ROOT, &mut paths);
        for entry in FLAGS {
            let (command, flag) = entry.split_once(" --").expect("a command and a flag");
            let flag = flag.split('=').next().unwrap_or_default();
            assert!(paths.iter().any(|(path, flags)| path == command && flags.contains(&flag)), "{entry}");
        }
    }
}
