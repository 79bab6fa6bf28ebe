//! `helm values explain`.

use std::io;

use pintle::{ExplainOptions, RecordOptions, World};

use crate::{
    complete::ArgumentWords,
    connection::Printer,
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, DEVEL, OUTPUT, REVISION, TLS, VALUES},
    invocation::Invocation,
    print::{self, Format},
    spec::{Action, Arguments, Command, Flag},
    surroundings::Machine,
};

pub(super) static VALUES_GROUP: Command = Command {
    name: "values",
    short: "tell where values come from",
    long: "Tells where values come from, what they overrode, and which templates use them.",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    commands: &[&EXPLAIN],
    ..Command::BASE
};

static EXPLAIN: Command = Command {
    name: "explain",
    synopsis: "[PATH] [CHART]",
    short: "tell of each value where it comes from and who uses it",
    long: "\
Tells of each final value where it comes from (a file and its line, a flag, the chart's defaults, a parent chart), what
it overrode, and which template lines use it. Values that nothing uses are named, with the key that may be meant:

    $ helm values explain ./demo -f prod.yaml --set image.tag=1.2.4
    $ helm values explain image ./demo -f prod.yaml

Of a release the values of its last revision are told, or of --revision:

    $ helm values explain image.tag --release demo",
    arguments: Arguments::AtMost(2),
    words: ArgumentWords::Default,
    flags: &[
        &[
            Flag::text("release", "explain the values of this release instead of those that a chart would get"),
            Flag::switch("show-secrets", "show passwords too"),
            REVISION,
            DEVEL,
            Flag::switch("dependency-update", "fetch the chart's dependencies first if some are missing"),
            OUTPUT,
        ],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
    ],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let release = invocation.flags.text("release").to_owned();
    let explained = if release.is_empty() { of_chart(invocation)? } else { of_release(invocation, release)? };
    let text = match Format::of(&invocation.flags) {
        Format::Table => {
            pintle::explain_text(&explained, print::page(&invocation.flags, invocation.environment)).into_bytes()
        }
        Format::Json => pintle::explain_json(&explained)?,
        Format::Yaml => print::yaml_of(&pintle::explain_json(&explained)?)?,
    };
    invocation.output.print(text)
}

fn of_chart(invocation: &mut Invocation<'_>) -> Result<Vec<pintle::Explained>, Failure> {
    let (path, reference) = match invocation.arguments.as_slice() {
        [chart] => (String::new(), chart.clone()),
        [path, chart] => (path.clone(), chart.clone()),
        _ => return Err(Failure::new("a chart is needed, or --release")),
    };
    let chart = invocation.chart_request(&reference);
    let surroundings = Machine::new(invocation.environment, false);
    let mut world = World { surroundings: &surroundings, stdin: &mut io::stdin().lock() };
    let options = ExplainOptions { chart, path, show_secrets: invocation.flags.bool("show-secrets") };
    Ok(pintle::explain(&options, &mut world, &mut Printer::new(invocation.output))?)
}

fn of_release(invocation: &mut Invocation<'_>, name: String) -> Result<Vec<pintle::Explained>, Failure> {
    let path = invocation.first_argument();
    let options = RecordOptions { name, revision: invocation.flags.int("revision") };
    invocation.on_cluster(|session| {
        let record = pintle::record(&options, session)?;
        pintle::explain_release(&record, &path, session.observer)
    })
}
