//! One command of the table.

use crate::{
    complete::ArgumentWords,
    env::Environment,
    error::Failure,
    invocation::Invocation,
    plugins::PluginCommand,
    spec::{Arguments, Flag},
};

/// What a command does with its parsed arguments.
pub(crate) type Run = fn(&mut Invocation<'_>) -> Result<(), Failure>;

/// What happens when a command is called.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    /// It only holds other commands: its help is shown.
    Group,
    /// It runs.
    Run(Run),
    /// A plugin runs.
    Plugin(&'static PluginCommand),
}

/// A command, as it is typed and explained.
#[derive(Clone, Copy)]
pub(crate) struct Command {
    /// The word that calls it.
    pub(crate) name: &'static str,
    /// What follows the name in its usage line.
    pub(crate) synopsis: &'static str,
    /// Other words that call it.
    pub(crate) aliases: &'static [&'static str],
    /// Words for which it is suggested, beside those that are spelled nearly the same.
    pub(crate) suggest_for: &'static [&'static str],
    /// One line for the list of commands.
    pub(crate) short: &'static str,
    /// The text of its help page.
    pub(crate) long: &'static str,
    /// Left out of lists and suggestions.
    pub(crate) hidden: bool,
    /// Takes every word as an argument, flags included.
    pub(crate) raw: bool,
    /// Whether flags that it does not know are passed over.
    pub(crate) lenient: fn(&Environment) -> bool,
    /// How many arguments it takes.
    pub(crate) arguments: Arguments,
    /// What completes its arguments.
    pub(crate) words: ArgumentWords,
    /// Its own flags, in groups that commands share.
    pub(crate) flags: &'static [&'static [Flag]],
    /// Groups of flags of which one at the most may be given; names separated by a blank.
    pub(crate) exclusive: &'static [&'static str],
    /// What it does.
    pub(crate) action: Action,
    /// The commands below it, in the order in which suggestions list them.
    pub(crate) commands: &'static [&'static Command],
}

impl Command {
    /// A command without name, flags or effect, to be filled in.
    pub(crate) const BASE: Command = Command {
        name: "",
        synopsis: "",
        aliases: &[],
        suggest_for: &[],
        short: "",
        long: "",
        hidden: false,
        raw: false,
        lenient: |_| false,
        arguments: Arguments::Unchecked,
        words: ArgumentWords::Default,
        flags: &[],
        exclusive: &[],
        action: Action::Group,
        commands: &[],
    };

    /// Whether it has a flag of its own of this name.
    pub(crate) fn has_own(&self, name: &str) -> bool {
        self.flags.iter().copied().flatten().any(|flag| flag.name == name)
    }

    /// Whether calling it does more than showing its help.
    pub(crate) fn runs(&self) -> bool {
        !matches!(self.action, Action::Group)
    }

    /// Whether lists and suggestions show it.
    pub(crate) fn is_listed(&self) -> bool {
        !self.hidden && (self.runs() || self.commands.iter().any(|command| command.is_listed()))
    }

    /// Whether `word` calls it.
    pub(crate) fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }

    /// The command below this one that `word` calls.
    pub(crate) fn find(&self, word: &str) -> Option<&'static Command> {
        self.commands.iter().copied().find(|command| command.is_called(word))
    }

    /// The commands below it, by name.
    pub(crate) fn sorted(&self) -> Vec<&'static Command> {
        let mut commands = self.commands.to_vec();
        commands.sort_by_key(|command| command.name);
        commands
    }
}

/// The words from the root to a command: `helm dependency list`.
pub(crate) fn path_of(path: &[&'static Command]) -> String {
    path.iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
}

/// The usage line of the command at the end of a path. Every command has flags, if only `--help`.
pub(crate) fn usage_line(path: &[&'static Command]) -> String {
    let mut line = path_of(path);
    if let Some(command) = path.last() {
        if !command.synopsis.is_empty() {
            line.push(' ');
            line.push_str(command.synopsis);
        }
        let takes_flags = !command.raw || matches!(command.action, Action::Plugin(_));
        if takes_flags && !line.contains("[flags]") {
            line.push_str(" [flags]");
        }
    }
    line
}
