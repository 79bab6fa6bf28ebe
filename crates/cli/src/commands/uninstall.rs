//! `helm uninstall`.

use crate::{
    complete::ArgumentWords,
    flags::{DESCRIPTION, NO_HOOKS, TIMEOUT, WAIT},
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static UNINSTALL: Command = Command {
    name: "uninstall",
    synopsis: "RELEASE_NAME [...]",
    aliases: &["del", "delete", "un"],
    suggest_for: &["remove", "rm"],
    short: "uninstall a release",
    long: "\
Removes releases: the objects of their last revision, and their history.

With --dry-run nothing is removed; what would be is printed.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::Releases,
    flags: &[&[
        Flag::switch("dry-run", "remove nothing, show what would be removed"),
        NO_HOOKS,
        Flag::switch("ignore-not-found", "do not fail if the release is not there"),
        Flag::switch("keep-history", "keep the release's history, marked as uninstalled"),
        WAIT,
        Flag::text(
            "cascade",
            "what happens to objects that belong to the removed ones: background, orphan or foreground",
        )
        .default("background"),
        TIMEOUT,
        DESCRIPTION,
    ]],
    action: Action::NotBuilt,
    ..Command::BASE
};
