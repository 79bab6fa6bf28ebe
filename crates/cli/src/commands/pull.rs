//! `helm pull`.

use pintle::{Level, LogLine, PullOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, DEVEL, TLS},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static PULL: Command = Command {
    name: "pull",
    synopsis: "[chart URL | repo/chartname] [...]",
    aliases: &["fetch"],
    short: "download a chart from a repository and (optionally) unpack it in local directory",
    long: "\
Downloads a chart's archive, and with --untar unpacks it.

With --verify the chart must have a signature that fits; if it has not, nothing is kept.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::RemoteChart,
    flags: &[
        &[
            DEVEL,
            Flag::switch("untar", "unpack the chart"),
            Flag::switch("prov", "download the signature, but do not check it"),
            Flag::text("untardir", "the folder that the chart is unpacked in").default("."),
            Flag::text("destination", "the folder that the archive is written to; --untardir is below it")
                .short('d')
                .default("."),
        ],
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
    ],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/pull.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let options = PullOptions {
        destination: flags.text("destination").to_owned(),
        untar: flags.bool("untar"),
        untar_folder: flags.text("untardir").to_owned(),
        provenance: flags.bool("prov"),
        temporary: invocation.environment.temporary_path(),
    };
    if flags.text("version").is_empty() && flags.bool("devel") {
        invocation.output.log(&LogLine::new(Level::Debug, "setting version to >0.0.0-0"));
    }
    for reference in invocation.arguments.clone() {
        let query = invocation.chart(&reference);
        invocation.observed(|observer| pintle::pull(&query, &options, observer))?;
    }
    Ok(())
}
