//! `helm diff` and its subcommands, which take what those of the plugin helm-diff 3.15 take.

mod local;
mod releases;
mod upgrade;
mod view;

use crate::{
    error::Failure,
    flags::DIFF as DIFF_FLAGS,
    invocation::Invocation,
    spec::{Action, Arguments, Command},
};

pub(super) static DIFF: Command = Command {
    name: "diff",
    synopsis: "[flags] [RELEASE] [CHART]",
    short: "show what changes, or has changed",
    long: "\
Shows what an upgrade or a rollback would change, and what differs between revisions, releases and charts.

Commands, flags, variables, forms and exit codes are those of the plugin helm-diff 3.15. Contents of Secrets are not
shown: of each value it is told how long it is, and whether it changes.",
    arguments: Arguments::Any,
    flags: &[
        &upgrade::FLAGS,
        crate::flags::VALUES,
        crate::flags::CHART_SOURCE,
        crate::flags::TLS,
        crate::flags::CREDENTIALS,
        crate::flags::POST_RENDERER,
        DIFF_FLAGS,
    ],
    lenient: upgrade::is_lenient,
    action: Action::Run(run),
    commands: &[
        &upgrade::UPGRADE,
        &releases::ROLLBACK,
        &releases::REVISION,
        &releases::RELEASE,
        &local::LOCAL,
        &releases::VERSION,
    ],
    ..Command::BASE
};

/// helm-diff: `cmd/root.go`.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    invocation.output.complain("Command \"helm diff\" is deprecated, use \"helm diff upgrade\" instead\n");
    upgrade::run(invocation)
}
