//! `helm status`.

use pintle::{Live, RecordOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{OUTPUT, REVISION},
    invocation::Invocation,
    print::{self, Format, ReleaseView},
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
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = RecordOptions { name: invocation.first_argument(), revision: invocation.flags.int("revision") };
    let live = if Format::of(&invocation.flags) == Format::Table { Live::Tables } else { Live::Objects };
    let report = invocation.on_cluster(|session| pintle::status(&options, live, session))?;
    let view = ReleaseView {
        tables: &report.tables,
        resources: report.resources.as_ref(),
        no_chart: true,
        ..ReleaseView::default()
    };
    let text = print::release(&report.record, &view, &invocation.flags, invocation.environment)?;
    invocation.output.print(text)
}
