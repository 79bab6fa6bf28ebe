//! `helm help`.

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags,
    help::{help_page, usage},
    invocation::Invocation,
    parse::find,
    spec::{Action, Arguments, Command},
};

pub(super) static HELP: Command = Command {
    name: "help",
    synopsis: "[command]",
    short: "Help about any command",
    long: "Shows the help of a command: helm help dependency list, for instance.",
    arguments: Arguments::Any,
    words: ArgumentWords::Commands,
    action: Action::Run(run),
    ..Command::BASE
};

/// cobra: command.go `InitDefaultHelpCmd`.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    match find(invocation.root, flags::GLOBAL, &invocation.arguments) {
        Ok(found) => {
            let page = help_page(&found.path, invocation.environment);
            invocation.output.print(page)
        }
        Err(_) => {
            let topics: Vec<_> = invocation.arguments.iter().map(|topic| quote(topic)).collect();
            let usage = usage(&[invocation.root], &[], invocation.environment);
            invocation.output.complain(&format!("Unknown help topic [{}]\n{usage}", topics.join(" ")));
            Ok(())
        }
    }
}

/// Go's `%#q`: between backquotes where that is possible.
fn quote(text: &str) -> String {
    if text.chars().all(|letter| letter != '`' && letter != '\u{feff}' && (letter == '\t' || !letter.is_control())) {
        format!("`{text}`")
    } else {
        value::quote::quote(text.as_bytes())
    }
}
