//! `helm rollback`.

use pintle::{RollbackOptions, RollbackTo, ServerSide};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{ALL_DRY_RUNS, HISTORY_MAX, NO_HOOKS, REPLACEMENT, TIMEOUT, WAIT, WAIT_FOR_JOBS},
    invocation::Invocation,
    parse::parse_decimal,
    spec::{Action, Arguments, Command, Flag, Visibility},
};

pub(super) static ROLLBACK: Command = Command {
    name: "rollback",
    synopsis: "<RELEASE> [REVISION]",
    short: "roll back a release to a previous revision",
    long: "\
Brings a release back to an earlier revision, as a new revision.

Without REVISION, or with 0, it goes back to the one before. 'helm history RELEASE' lists revisions.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::ReleaseAndRevision,
    flags: &[
        REPLACEMENT,
        &[
            Flag::text(
                "server-side",
                "whether the server merges changes of objects: true, false, or auto, which is as it was before",
            )
            .default("auto"),
            NO_HOOKS,
            TIMEOUT,
            WAIT,
            WAIT_FOR_JOBS,
            Flag::switch("cleanup-on-fail", "delete what a failed rollback created"),
            HISTORY_MAX,
            ALL_DRY_RUNS,
            Flag::switch(
                "to-last-good",
                "roll back to the newest revision that really became ready, and take no REVISION",
            )
            .visibility(Visibility::HelpOnly),
            Flag::switch(
                "force-recreate",
                "delete objects with an immutable field that changes, and make them anew; never what holds data",
            )
            .visibility(Visibility::HelpOnly),
            Flag::switch("recreate-pods", "restart the release's pods").visibility(Visibility::HelpOnly),
        ],
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/rollback.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let to = target(invocation)?;
    let dry_run = invocation.dry_run()?;
    let mut change = invocation.change_options(dry_run);
    change.server_side = server_side(invocation.flags.text("server-side"))?;
    let options = RollbackOptions { name: invocation.first_argument(), to, change };
    invocation.on_cluster(|session| pintle::rollback(session, &options))?;
    invocation.output.print("Rollback was a success! Happy Helming!\n")
}

fn target(invocation: &Invocation<'_>) -> Result<RollbackTo, Failure> {
    let revision = invocation.arguments.get(1).map(String::as_str);
    match (invocation.flags.bool("to-last-good"), revision) {
        (true, Some(_)) => Err(Failure::new("--to-last-good and a revision exclude each other")),
        (true, None) => Ok(RollbackTo::LastGood),
        (false, None) => Ok(RollbackTo::Previous),
        (false, Some(text)) => {
            let number = parse_decimal(text).map_err(|error| {
                Failure::new(format!(
                    "could not convert revision to a number: {}",
                    error.replacen("ParseInt", "Atoi", 1)
                ))
            })?;
            Ok(RollbackTo::Revision(number))
        }
    }
}

/// `--server-side`. Helm: pkg/action/upgrade.go `getUpgradeServerSideValue`.
pub(super) fn server_side(text: &str) -> Result<ServerSide, Failure> {
    match text {
        "auto" => Ok(ServerSide::Auto),
        "true" => Ok(ServerSide::Yes),
        "false" => Ok(ServerSide::No),
        other => Err(Failure::new(format!("invalid/unknown release server-side apply method: {other}"))),
    }
}
