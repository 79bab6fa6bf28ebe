//! `helm history`.

use crate::{
    complete::ArgumentWords,
    flags::OUTPUT,
    spec::{Action, Arguments, Command, Flag, Kind},
};

pub(super) static HISTORY: Command = Command {
    name: "history",
    synopsis: "RELEASE_NAME",
    aliases: &["hist"],
    short: "list the revisions of a release",
    long: "Lists the revisions of a release: when they were made, what became of them, and from which chart they are.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[Flag::new("max", Kind::Int, "how many revisions to list").default("256"), OUTPUT]],
    action: Action::NotBuilt,
    ..Command::BASE
};
