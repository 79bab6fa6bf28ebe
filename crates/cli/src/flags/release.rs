//! Flags of the commands that work on releases.

use crate::{
    complete::FlagWords,
    spec::{Flag, Kind, Visibility},
};

/// `--wait`. Helm: pkg/cmd/flags.go `AddWaitFlag`.
pub(crate) const WAIT: Flag = Flag::new(
    "wait",
    Kind::Wait,
    "wait until everything is ready, for --timeout at the most: 'watcher' (also when the flag stands alone), 'legacy', \
     or 'hookOnly', which waits for hooks only",
)
.default("hookOnly")
.bare("watcher");

/// `--wait-for-jobs`.
pub(crate) const WAIT_FOR_JOBS: Flag =
    Flag::switch("wait-for-jobs", "with --wait, wait until every Job has completed too");

/// `--timeout`.
pub(crate) const TIMEOUT: Flag =
    Flag::new("timeout", Kind::Duration, "how long to wait for any one operation, such as a hook's Job")
        .default("5m0s");

/// `--rollback-timeout`: ours. Helm gives an automatic rollback the time of the operation once more.
pub(crate) const ROLLBACK_TIMEOUT: Flag = Flag::new(
    "rollback-timeout",
    Kind::Duration,
    "how long undoing a failed operation may take, with --rollback-on-failure; as long as --timeout if it is not given",
)
.visibility(Visibility::HelpOnly);

/// `--force-recreate`: ours.
pub(crate) const FORCE_RECREATE: Flag = Flag::switch(
    "force-recreate",
    "delete objects with an immutable field that changes, and make them anew; never what holds data",
)
.visibility(Visibility::HelpOnly);

/// `--fail-fast`: ours.
pub(crate) const FAIL_FAST: Flag = Flag::switch(
    "fail-fast",
    "end waiting as soon as something can never become ready: a pod that crashes again and again or has no image, a \
     failed Job, an exceeded progress deadline",
)
.visibility(Visibility::HelpOnly);

/// `--test`: ours.
pub(crate) const TEST: Flag = Flag::switch("test", "run the release's tests at the end; it fails if one of them does")
    .visibility(Visibility::HelpOnly);

/// `--no-hooks`.
pub(crate) const NO_HOOKS: Flag = Flag::switch("no-hooks", "leave out the chart's hooks");

/// `--description`.
pub(crate) const DESCRIPTION: Flag = Flag::text("description", "a description for the release's history");

/// `--history-max`.
pub(crate) const HISTORY_MAX: Flag =
    Flag::new("history-max", Kind::Int, "how many revisions of the release to keep; 0 keeps all")
        .default_from(|env| env.max_history().to_string());

/// `--dry-run` of the commands that can also do without. Helm: pkg/cmd/helpers.go `addDryRunFlag`.
pub(crate) const ALL_DRY_RUNS: Flag = Flag::text(
    "dry-run",
    "change nothing, show what would be done: 'none' turns it off, 'client' asks no cluster, 'server' has the cluster \
     check everything",
)
.default("none")
.bare("unset");

/// `--output`. Helm: pkg/cmd/flags.go `bindOutputFlag`.
pub(crate) const OUTPUT: Flag = Flag::new("output", Kind::Format, "the form of the output: table, json or yaml")
    .short('o')
    .default("table")
    .words(FlagWords::Formats);

/// `--revision`.
pub(crate) const REVISION: Flag =
    Flag::new("revision", Kind::Int, "the revision of the release; the last one if it is not given")
        .words(FlagWords::Revisions);

/// `--post-renderer` and its arguments. Helm: pkg/cmd/flags.go `bindPostRenderFlag`.
pub(crate) const POST_RENDERER: &[Flag] = &[
    Flag::new(
        "post-renderer",
        Kind::PostRenderer,
        "a plugin or program that gets the rendered manifests and gives back what is used instead",
    ),
    Flag::new(
        "post-renderer-args",
        Kind::PostRendererArgs,
        "an argument for the post-renderer; may be given several times",
    ),
];
