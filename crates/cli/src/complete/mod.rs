//! Shell completion: what could stand at the cursor.
//!
//! The shells' scripts call `helm __complete WORDS…` and read one completion a line, a tab before its description,
//! and at the end a colon with what the shell is to do.

mod arguments;
mod charts;
mod cluster;
mod engine;
mod flags;
mod plugin;
mod values;

pub(crate) use self::{arguments::ArgumentWords, engine::run, flags::FlagWords};

use crate::{env::Environment, parse::FlagSet, spec::Command};

/// What the shell is to do with completions: cobra's `ShellCompDirective`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Directive(u8);

impl Directive {
    const DEFAULT: Directive = Directive(0);
    const ERROR: Directive = Directive(1);
    const NO_SPACE: Directive = Directive(2);
    const NO_FILES: Directive = Directive(4);

    fn and(self, other: Directive) -> Directive {
        Directive(self.0 | other.0)
    }

    fn names(self) -> String {
        const NAMES: [(Directive, &str); 3] = [
            (Directive::ERROR, "ShellCompDirectiveError"),
            (Directive::NO_SPACE, "ShellCompDirectiveNoSpace"),
            (Directive::NO_FILES, "ShellCompDirectiveNoFileComp"),
        ];
        let names: Vec<_> = NAMES.into_iter().filter(|(bit, _)| self.0 & bit.0 != 0).map(|(_, name)| name).collect();
        if names.is_empty() { "ShellCompDirectiveDefault".to_owned() } else { names.join(", ") }
    }
}

/// Completions, and what to do with them.
type Words = (Vec<String>, Directive);

/// The command line up to the cursor.
struct Situation<'a> {
    path: &'a [&'static Command],
    arguments: &'a [String],
    flags: &'a FlagSet<'a>,
    environment: &'a Environment,
    /// What stands at the cursor so far.
    word: &'a str,
}

impl Situation<'_> {
    fn command(&self) -> &'static Command {
        self.path.last().copied().unwrap_or(&Command::BASE)
    }
}

/// The advice that no argument may follow.
fn no_more() -> Words {
    let advice = "_activeHelp_ This command does not take any more arguments (but may accept flags).";
    (vec![advice.to_owned()], Directive::NO_FILES)
}

fn nothing(directive: Directive) -> Words {
    (Vec::new(), directive)
}
