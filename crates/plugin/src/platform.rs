//! Which of a plugin's commands is for this machine. Helm: internal/plugin/subprocess_commands.go.

use std::env::consts;

use crate::{Error, Variables, expand::expand};

/// A command for an operating system and an architecture; empty is for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlatformCommand {
    pub(crate) system: String,
    pub(crate) architecture: String,
    pub(crate) command: String,
    pub(crate) arguments: Vec<String>,
}

/// Which operating system and which architecture, as Go calls them.
fn here() -> (&'static str, &'static str) {
    let system = match consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        other => other,
    };
    (system, architecture)
}

/// The best of the commands: for this system and architecture, for this system, for any; the first of its kind.
fn choose(commands: &[PlatformCommand]) -> Option<&PlatformCommand> {
    let (system, architecture) = here();
    let is = |text: &str, name: &str| text.eq_ignore_ascii_case(name);
    let exact = commands.iter().find(|one| is(&one.system, system) && is(&one.architecture, architecture));
    let of_system = || commands.iter().find(|one| is(&one.system, system) && one.architecture.is_empty());
    let any = || commands.iter().find(|one| one.system.is_empty() && one.architecture.is_empty());
    exact.or_else(of_system).or_else(any)
}

/// The program and its arguments, variables replaced; in the arguments only where `expands`.
pub(crate) fn prepare(
    commands: &[PlatformCommand],
    expands: bool,
    variables: &Variables,
) -> Result<(String, Vec<String>), Error> {
    let none = || Error::new("no plugin command is applicable");
    let chosen = choose(commands).ok_or_else(none)?;
    let look_up = |name: &str| variables.get(name).unwrap_or_default().to_owned();
    let mut words = chosen.command.split(' ');
    let program = words.next().filter(|program| !program.is_empty()).ok_or_else(none)?;
    let arguments = words.chain(chosen.arguments.iter().map(String::as_str));
    let arguments = arguments.map(|word| if expands { expand(word, &look_up) } else { word.to_owned() });
    Ok((expand(program, &look_up), arguments.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_command_is_taken() {
        let (system, architecture) = here();
        let one = |system: &str, architecture: &str, command: &str| PlatformCommand {
            system: system.into(),
            architecture: architecture.into(),
            command: command.into(),
            arguments: vec!["$A".into()],
        };
        let any = one("", "", "any");
        let mine = one(&system.to_uppercase(), "", "mine b $A");
        let exact = one(system, architecture, "exact");
        let odd = one("", architecture, "odd");
        let other = one("plan9", "", "other");
        let variables = Variables::new(vec![("A".into(), "1".into())]);
        let chosen = |commands: &[&PlatformCommand]| {
            let commands: Vec<_> = commands.iter().map(|one| (*one).clone()).collect();
            prepare(&commands, true, &variables).map_or_else(|error| error.to_string(), |(program, _)| program)
        };
        assert_eq!(chosen(&[&any, &mine, &exact]), "exact");
        assert_eq!(chosen(&[&any, &other, &mine]), "mine");
        assert_eq!(chosen(&[&other, &any]), "any");
        assert_eq!(chosen(&[&odd, &other]), "no plugin command is applicable");
        let (_, arguments) = prepare(std::slice::from_ref(&mine), true, &variables).unwrap();
        assert_eq!(arguments, ["b", "1", "1"]);
        let (_, arguments) = prepare(std::slice::from_ref(&mine), false, &variables).unwrap();
        assert_eq!(arguments, ["b", "$A", "$A"]);
    }
}
