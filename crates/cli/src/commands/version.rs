//! `helm version`.

use crate::{
    complete::ArgumentWords,
    error::Failure,
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag, Visibility},
};

pub(super) static VERSION: Command = Command {
    name: "version",
    short: "print the version",
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

/// The version of Helm whose behaviour this is, and the versions behind it that charts can see.
const HELM: &str = "v4.2.4";
const GO: &str = "go1.26.8";
const KUBE_CLIENT: &str = "v1.36";

/// Helm: pkg/cmd/version.go `formatVersion`.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let version = format!("{HELM}+pintle-{}", env!("CARGO_PKG_VERSION"));
    if invocation.flags.bool("short") {
        return invocation.output.print(format!("{version}\n"));
    }
    invocation.output.print(format!(
        "version.BuildInfo{{Version:\"{version}\", GitCommit:\"\", GitTreeState:\"\", GoVersion:\"{GO}\", \
         KubeClientVersion:\"{KUBE_CLIENT}\"}}\n"
    ))
}
