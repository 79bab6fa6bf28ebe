//! `helm pull`.

use crate::{
    complete::ArgumentWords,
    flags::{CHART_SOURCE, CREDENTIALS, DEVEL, TLS},
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
    action: Action::NotBuilt,
    ..Command::BASE
};
