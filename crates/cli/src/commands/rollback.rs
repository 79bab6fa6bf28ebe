//! `helm rollback`.

use crate::{
    complete::ArgumentWords,
    flags::{ALL_DRY_RUNS, HISTORY_MAX, NO_HOOKS, REPLACEMENT, TIMEOUT, WAIT, WAIT_FOR_JOBS},
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
            Flag::switch("recreate-pods", "restart the release's pods").visibility(Visibility::HelpOnly),
        ],
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::NotBuilt,
    ..Command::BASE
};
