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
    flags: &[&[
        Flag::new("max", Kind::Int, "how many revisions to list").default("256"),
        Flag::switch("all", "list every revision that is kept, with what each changed and why it failed"),
        OUTPUT,
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let format = Format::of(&invocation.flags);
    if invocation.flags.bool("all") {
        let name = invocation.first_argument();
        let revisions = invocation.on_cluster(|session| pintle::whole_history(&name, session))?;
        return invocation.output.print(print::changed_revisions(&revisions, format)?);
    }
    let options = HistoryOptions { name: invocation.first_argument(), max: invocation.flags.int("max") };
    let revisions = invocation.on_cluster(|session| pintle::history(&options, session))?;
    invocation.output.print(print::revisions(&revisions, format)?)?;
    let why: Vec<String> = revisions.iter().filter_map(pintle::why_revision).collect();
    invocation.output.complain_lines(&why);
    Ok(())
}
