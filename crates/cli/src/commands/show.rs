//! `helm show` and what is below it.

use pintle::{ShowOptions, ShowPart};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, DEVEL, TLS},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static SHOW: Command = Command {
    name: "show",
    aliases: &["inspect"],
    short: "show information of a chart",
    long: "Shows parts of a chart: a folder, an archive, or one that is fetched.",
    arguments: Arguments::None,
    commands: &[&ALL, &README, &VALUES, &CHART, &CRDS],
    ..Command::BASE
};

static ALL: Command = Command {
    name: "all",
    short: "show all information of the chart",
    long: "Shows a chart's Chart.yaml, values.yaml, README and CRDs.",
    action: Action::Run(all),
    ..PART
};

static README: Command = Command {
    name: "readme",
    short: "show the chart's README",
    long: "Shows a chart's README.",
    action: Action::Run(readme),
    ..PART
};

static VALUES: Command = Command {
    name: "values",
    short: "show the chart's values",
    long: "Shows a chart's values.yaml, with its comments, or what a JSONPath expression finds in it.",
    flags: &[
        &[DEVEL, Flag::text("jsonpath", "a JSONPath expression, such as {.image.tag}")],
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
    ],
    action: Action::Run(values),
    ..PART
};

static CHART: Command = Command {
    name: "chart",
    short: "show the chart's definition",
    long: "Shows a chart's Chart.yaml.",
    action: Action::Run(chart),
    ..PART
};

static CRDS: Command = Command {
    name: "crds",
    short: "show the chart's CRDs",
    long: "Shows the CustomResourceDefinitions of a chart and its subcharts.",
    action: Action::Run(crds),
    ..PART
};

const PART: Command = Command {
    synopsis: "[CHART]",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneChart,
    flags: &[&[DEVEL], CHART_SOURCE, TLS, CREDENTIALS],
    ..Command::BASE
};

fn all(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    show(invocation, ShowPart::All, "")
}

fn readme(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    show(invocation, ShowPart::Readme, "")
}

fn values(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let json_path = invocation.flags.text("jsonpath").to_owned();
    show(invocation, ShowPart::Values, &json_path)
}

fn chart(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    show(invocation, ShowPart::Chart, "")
}

fn crds(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    show(invocation, ShowPart::Crds, "")
}

fn show(invocation: &mut Invocation<'_>, part: ShowPart, json_path: &str) -> Result<(), Failure> {
    let chart = invocation.chart(&invocation.first_argument());
    invocation.tell_version("original chart version");
    let report = pintle::show(&ShowOptions { chart, part, json_path: json_path.to_owned() });
    invocation.report(report)
}
