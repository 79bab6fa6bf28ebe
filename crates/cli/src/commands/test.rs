//! `helm test`.

use crate::{
    complete::ArgumentWords,
    flags::TIMEOUT,
    spec::{Action, Arguments, Command, Flag, Kind, Visibility},
};

pub(super) static TEST: Command = Command {
    name: "test",
    synopsis: "[RELEASE]",
    short: "run tests for a release",
    long: "Runs the tests that a release's chart defines, and says what they said.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[
        TIMEOUT,
        Flag::switch("logs", "print the logs of test pods when all tests are done"),
        Flag::new("filter", Kind::Strings, "run only some tests: name=test1,name=test2, or all but some: !name=test1"),
        Flag::switch("hide-notes", "do not show the chart's notes").visibility(Visibility::HelpOnly),
    ]],
    action: Action::NotBuilt,
    ..Command::BASE
};
