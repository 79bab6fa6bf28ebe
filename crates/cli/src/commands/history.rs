//! `helm history`.

use pintle::HistoryOptions;

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::OUTPUT,
    invocation::Invocation,
    print::{self, Format},
    spec::{Action, Arguments, Command, Flag, Kind},
};

pub(super) static HISTORY: Command = Command {
    name: "history",
    synopsis: "RELEASE_NAME",
    aliases: &["hist"],
    short: "fetch release history",
    long: "Lists the revisions of a release: when they were made, what became of them, and from which chart they are.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[Flag::new("max", Kind::Int, "how many revisions to list").default("256"), OUTPUT]],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = HistoryOptions { name: invocation.first_argument(), max: invocation.flags.int("max") };
    let revisions = invocation.on_cluster(|session| pintle::history(&options, session))?;
    invocation.output.print(print::revisions(&revisions, Format::of(&invocation.flags))?)
}
