//! `helm uninstall`.

use pintle::{Propagation, UninstallOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{DESCRIPTION, EVENTS, NO_HOOKS, REPORT_ALONE, TIMEOUT, WAIT},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static UNINSTALL: Command = Command {
    name: "uninstall",
    synopsis: "RELEASE_NAME [...]",
    aliases: &["del", "delete", "un"],
    suggest_for: &["remove", "rm"],
    short: "uninstall a release",
    long: "\
Removes releases: the objects of their last revision, and their history.

With --dry-run nothing is removed; what would be is printed.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::Releases,
    flags: &[&[
        Flag::switch("dry-run", "remove nothing, show what would be removed"),
        NO_HOOKS,
        Flag::switch("ignore-not-found", "do not fail if the release is not there"),
        Flag::switch("keep-history", "keep the release's history, marked as uninstalled"),
        WAIT,
        Flag::text(
            "cascade",
            "what happens to objects that belong to the removed ones: background, orphan or foreground",
        )
        .default("background"),
        TIMEOUT,
        DESCRIPTION,
        REPORT_ALONE,
        EVENTS,
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/uninstall.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let cascade = match flags.text("cascade") {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            return Err(Failure::new(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    };
    let options = UninstallOptions {
        wait: invocation.wait_options(),
        cascade,
        no_hooks: flags.bool("no-hooks"),
        keep_history: flags.bool("keep-history"),
        dry_run: flags.bool("dry-run"),
        ignore_not_found: flags.bool("ignore-not-found"),
        description: flags.text("description").to_owned(),
    };
    let names = invocation.arguments.clone();
    invocation.followed_each(names.len(), |invocation| {
        invocation.on_cluster(|session| pintle::uninstall(session, &names, &options))?;
        invocation.print_report()
    })
}
