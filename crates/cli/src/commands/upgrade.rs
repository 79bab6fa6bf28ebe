//! `helm upgrade`.

use std::io;

use pintle::{
    ChartQuery, ChartRequest, DryRun, InstallOptions, Record, ReuseValues, ServerSide, Status, UpgradeOptions, World,
};

use super::rollback::server_side;
use crate::{
    complete::ArgumentWords,
    connection::Printer,
    error::Failure,
    flags::{
        ALL_DRY_RUNS, CHART_SOURCE, CREDENTIALS, DESCRIPTION, DEVEL, HISTORY_MAX, NO_HOOKS, OUTPUT, POST_RENDERER,
        REPLACEMENT, TIMEOUT, TLS, VALUES, WAIT, WAIT_FOR_JOBS,
    },
    invocation::Invocation,
    print::{self, Format, ReleaseView},
    spec::{Action, Arguments, Command, Flag, Kind, Visibility},
    surroundings::Machine,
};

pub(super) static UPGRADE: Command = Command {
    name: "upgrade",
    synopsis: "[RELEASE] [CHART]",
    short: "upgrade a release",
    long: "\
Upgrades a release to another version of its chart, to other values, or to another chart.

Without value flags the values of the last revision are used again. With any of them the values start from the chart's
own, unless --reuse-values or --reset-then-reuse-values is given:

    $ helm upgrade demo ./demo --set image.tag=1.2.4
    $ helm upgrade demo ./demo --reuse-values --set image.tag=1.2.4

With --install a release that is not there is installed. With --rollback-on-failure a failed upgrade ends at the last
good revision.",
    arguments: Arguments::Exactly(2),
    words: ArgumentWords::ReleaseAndChart,
    flags: &[
        REPLACEMENT,
        &[
            Flag::switch("create-namespace", "with --install, create the namespace of the release if it is not there"),
            Flag::switch("install", "install the release if it is not there").short('i'),
            DEVEL,
            Flag::switch("hide-secret", "leave Secrets out of what a dry run prints"),
            Flag::text(
                "server-side",
                "whether the server merges changes of objects: true, false, or auto, which is as it was before",
            )
            .default("auto"),
            NO_HOOKS,
            Flag::switch("disable-openapi-validation", "do not check what was rendered against the OpenAPI schema"),
            Flag::switch("skip-crds", "leave out the chart's CRDs when --install installs"),
            TIMEOUT,
            Flag::switch("reset-values", "start from the values of the chart"),
            Flag::switch("reuse-values", "start from the values of the last revision; --reset-values overrides it"),
            Flag::switch(
                "reset-then-reuse-values",
                "start from the values of the chart, then take those given to the last revision; --reset-values and \
                 --reuse-values override it",
            ),
            WAIT,
            WAIT_FOR_JOBS,
            Flag::switch(
                "rollback-on-failure",
                "go back to the last good revision if the upgrade fails; --wait is then 'watcher' by default",
            ),
            Flag::switch("atomic", "go back to the last good revision if the upgrade fails")
                .sets("rollback-on-failure")
                .deprecated("use --rollback-on-failure instead"),
            Flag::new(
                "rollback-timeout",
                Kind::Duration,
                "how long an automatic rollback may take; as long as --timeout if it is not given",
            )
            .visibility(Visibility::HelpOnly),
            Flag::switch(
                "force-recreate",
                "delete objects with an immutable field that changes, and make them anew; never what holds data",
            )
            .visibility(Visibility::HelpOnly),
            HISTORY_MAX,
            Flag::switch("cleanup-on-fail", "delete what a failed upgrade created"),
            Flag::switch("render-subchart-notes", "show the notes of subcharts too"),
            Flag::switch("hide-notes", "do not show the chart's notes"),
            Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
            Flag::new(
                "labels",
                Kind::Pairs,
                "labels for the release's record, added to those it has; null removes one",
            )
            .short('l'),
            DESCRIPTION,
            Flag::switch("dependency-update", "fetch the chart's dependencies first if some are missing"),
            Flag::switch("enable-dns", "let templates look up host names"),
            Flag::switch("take-ownership", "take over objects that belong to no release or to another one"),
            ALL_DRY_RUNS,
            OUTPUT,
        ],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
        POST_RENDERER,
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/upgrade.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let name = invocation.first_argument();
    let table = Format::of(&invocation.flags) == Format::Table;
    let record = match gone(invocation, &name)? {
        Some(replace) => {
            if table {
                let text =
                    format!("Release {} does not exist. Installing it now.\n", value::quote::quote(name.as_bytes()));
                invocation.output.print(text)?;
            }
            install(invocation, dry_run, replace)?
        }
        None => {
            let record = upgrade(invocation, dry_run)?;
            if table {
                let name = value::quote::quote(name.as_bytes());
                invocation.output.print(format!("Release {name} has been upgraded. Happy Helming!\n"))?;
            }
            record
        }
    };
    let flags = &invocation.flags;
    let view = ReleaseView { hide_notes: flags.bool("hide-notes"), ..ReleaseView::default() };
    invocation.output.print(print::release(&record, &view, flags, invocation.environment)?)
}

/// With --install, whether there is no such release: none, or one that is remembered only (then its name is used again).
fn gone(invocation: &mut Invocation<'_>, name: &str) -> Result<Option<bool>, Failure> {
    if !invocation.flags.bool("install") {
        return Ok(None);
    }
    let newest = invocation.on_cluster(|session| {
        session.cluster.check_reachable()?;
        Ok(session.storage.entries(name)?.into_iter().max_by_key(|entry| entry.revision))
    })?;
    Ok(match newest {
        None => Some(false),
        Some(entry) if entry.status == Status::Uninstalled => Some(true),
        Some(_) => None,
    })
}

/// Which chart is meant.
fn request(invocation: &mut Invocation<'_>) -> ChartRequest {
    let reference = invocation.arguments.get(1).cloned().unwrap_or_default();
    ChartRequest { query: ChartQuery { reference, ..invocation.chart("") }, ..invocation.chart_request() }
}

fn install(invocation: &mut Invocation<'_>, dry_run: DryRun, replace: bool) -> Result<Record, Failure> {
    let mut change = invocation.change_options(dry_run);
    let apart = invocation.flags.text("server-side") == "false";
    change.server_side = if apart { ServerSide::No } else { ServerSide::Yes };
    let options = InstallOptions {
        name: invocation.first_argument(),
        content: invocation.content_options(),
        change,
        create_namespace: invocation.flags.bool("create-namespace"),
        replace,
        skip_crds: invocation.flags.bool("skip-crds"),
    };
    invocation.tell_version("Original chart version");
    let request = request(invocation);
    let namespace = invocation.namespace();
    let surroundings = Machine::new(invocation.environment, invocation.flags.bool("enable-dns"));
    let mut stdin = io::stdin().lock();
    let mut world = World { surroundings: &surroundings, stdin: &mut stdin };
    let mut printer = Printer::new(invocation.output);
    let prepared = pintle::prepare_install(&request, &mut world, &mut printer)?;
    if dry_run == DryRun::Client {
        return Ok(pintle::preview_install(prepared, &namespace, &options, &world, &mut printer)?);
    }
    drop(stdin);
    invocation.on_cluster(|session| pintle::install(session, prepared, &options))
}

fn upgrade(invocation: &mut Invocation<'_>, dry_run: DryRun) -> Result<Record, Failure> {
    let request = request(invocation);
    let surroundings = Machine::new(invocation.environment, invocation.flags.bool("enable-dns"));
    let mut stdin = io::stdin().lock();
    let mut world = World { surroundings: &surroundings, stdin: &mut stdin };
    let mut printer = Printer::new(invocation.output);
    let prepared = pintle::prepare_upgrade(&request, &mut world, &mut printer)?;
    drop(stdin);
    let run = |invocation: &mut Invocation<'_>| {
        let mut change = invocation.change_options(dry_run);
        change.server_side = server_side(invocation.flags.text("server-side"))?;
        let flags = &invocation.flags;
        let values = match () {
            () if flags.bool("reset-values") => ReuseValues::Reset,
            () if flags.bool("reuse-values") => ReuseValues::Reuse,
            () if flags.bool("reset-then-reuse-values") => ReuseValues::ResetThenReuse,
            () => ReuseValues::WithoutOthers,
        };
        let options = UpgradeOptions {
            name: invocation.first_argument(),
            content: invocation.content_options(),
            change,
            values,
            install: flags.bool("install"),
            rollback_timeout: flags.is_given("rollback-timeout").then(|| flags.duration("rollback-timeout")),
        };
        invocation.on_cluster(|session| pintle::upgrade(session, prepared, &options))
    };
    run(invocation).map_err(|failure| failure.during("UPGRADE FAILED"))
}
