//! `helm rollback`.

use pintle::{RollbackOptions, RollbackTo};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{
        ALL_DRY_RUNS, EVENTS, FAIL_FAST, FORCE_RECREATE, GATES, HISTORY_MAX, NO_HOOKS, REPLACEMENT, REPORT_ALONE,
        TIMEOUT, WAIT, WAIT_FOR_JOBS,
    },
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

Without REVISION, or with 0, it goes back to the one before; if that one never was deployed, to the newest one before it
that was. 'helm history RELEASE' lists revisions. With --dry-run nothing is changed; what would be is told.",
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
            Flag::switch("to-last-good", "go back to the newest revision that really was deployed")
                .visibility(Visibility::HelpOnly),
            FORCE_RECREATE,
            FAIL_FAST,
            HISTORY_MAX,
            ALL_DRY_RUNS,
            REPORT_ALONE,
            EVENTS,
            Flag::switch("recreate-pods", "restart the release's pods").visibility(Visibility::HelpOnly),
        ],
        GATES,
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/rollback.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let to = match invocation.arguments.get(1) {
        Some(_) if flags.bool("to-last-good") => {
            return Err(Failure::new("a revision and --to-last-good do not go together"));
        }
        Some(text) => match parse_decimal(text) {
            Ok(0) => RollbackTo::Previous,
            Ok(number) => RollbackTo::Revision(number),
            Err(error) => {
                return Err(Failure::new(format!("could not convert revision to a number: {error}")));
            }
        },
        None if flags.bool("to-last-good") => RollbackTo::LastGood,
        None => RollbackTo::Previous,
    };
    let dry_run = invocation.dry_run()?;
    let mut change = invocation.change_options(dry_run);
    change.server_side = invocation.server_side()?;
    let name = invocation.first_argument();
    invocation.add_gates(&mut change, &name)?;
    // There is nothing to go back to from here: the failure is told, and the release is left as it is.
    change.rollback_on_failure = false;
    let options = RollbackOptions { name, to, change };
    invocation.followed(|invocation| {
        invocation.on_cluster(|session| pintle::rollback(session, &options))?;
        invocation.output.print("Rollback was a success! Happy Helming!\n")?;
        invocation.print_report()
    })
}
