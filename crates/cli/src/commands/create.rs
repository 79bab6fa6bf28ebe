//! `helm create`.

use pintle::CreateOptions;

use crate::{
    complete::ArgumentWords,
    error::Failure,
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag, Visibility},
};

pub(super) static CREATE: Command = Command {
    name: "create",
    synopsis: "NAME",
    short: "create a new chart with the given name",
    long: "\
Lays out a new chart in a folder of the given name:

    demo/
    ├── .helmignore   # what is left out of packages
    ├── Chart.yaml    # what the chart is
    ├── values.yaml   # the values that templates see by default
    ├── charts/       # the charts that it depends on
    └── templates/    # the templates
        └── tests/    # tests of an installed release

NAME may be a path; folders on the way are created. Files of the same names are overwritten, others are left alone.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OnePath,
    flags: &[&[
        Flag::text("starter", "the name of a starter in the data folder, or the absolute path of one").short('p'),
        Flag::text("chart-api-version", "the version of the chart's form: v2 or v3")
            .default("v2")
            .visibility(Visibility::Hidden),
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let report = pintle::create(&CreateOptions {
        name: invocation.first_argument(),
        starter: flags.text("starter").to_owned(),
        starters: invocation.environment.data_path("starters"),
        chart_api_version: flags.text("chart-api-version").to_owned(),
        chart_v3: invocation.environment.chart_v3(),
        now: invocation.environment.now(),
    });
    invocation.report(report)
}
