//! `helm version`.

use pintle::VersionOptions;

use crate::{
    complete::ArgumentWords,
    error::Failure,
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag, Visibility},
};

pub(super) static VERSION: Command = Command {
    name: "version",
    short: "print the helm version information",
    long: "\
Prints the version of Helm that this program stands for, with its own version behind a plus:

version.BuildInfo{Version:\"v4.2.4+pintle-1.0.0\", GitCommit:\"\", GitTreeState:\"\", GoVersion:\"go1.26.8\", …}

Templates for --template see .Version, .GitCommit, .GitTreeState, .GoVersion and .KubeClientVersion:

    $ helm version --template 'Version: {{.Version}}'",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[
        Flag::switch("short", "print the version alone"),
        Flag::text("template", "a template for the output"),
        Flag::switch("client", "").short('c').default("true").visibility(Visibility::Hidden),
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let report = pintle::version(&VersionOptions {
        own: env!("CARGO_PKG_VERSION").to_owned(),
        short: invocation.flags.bool("short"),
        template: invocation.flags.text("template").to_owned(),
    });
    invocation.report(report)
}
