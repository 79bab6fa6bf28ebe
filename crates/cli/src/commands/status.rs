//! `helm status`.

use crate::{
    complete::ArgumentWords,
    flags::{OUTPUT, REVISION},
    spec::{Action, Arguments, Command, Flag, Visibility},
};

pub(super) static STATUS: Command = Command {
    name: "status",
    synopsis: "RELEASE_NAME",
    short: "display the status of the named release",
    long: "\
Shows how a release is doing: when it was deployed, its namespace, status, revision and description, its objects, what
its tests said, and its notes.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[
        REVISION,
        OUTPUT,
        Flag::switch("show-desc", "show the description, as is done anyway").visibility(Visibility::HelpOnly),
        Flag::switch("show-resources", "show the objects, as is done anyway").visibility(Visibility::HelpOnly),
    ]],
    action: Action::NotBuilt,
    ..Command::BASE
};
