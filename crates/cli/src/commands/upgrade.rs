//! `helm upgrade`.

use pintle::{ChartQuery, ChartRequest, DryRun, OrInstall, ReuseValues, UpgradeOptions, Upgraded};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{
        ALL_DRY_RUNS, CHART_SOURCE, CREDENTIALS, DESCRIPTION, DEVEL, FAIL_FAST, FORCE_RECREATE, GATES, HISTORY_MAX,
        NO_HOOKS, OUTPUT, POST_RENDERER, REPLACEMENT, ROLLBACK_TIMEOUT, TEST, TIMEOUT, TLS, VALUES, WAIT,
        WAIT_FOR_JOBS,
    },
    invocation::Invocation,
    print::Format,
    spec::{Action, Arguments, Command, Flag, Kind},
};

/// What an upgrade is made of, and how it is carried out.
pub(super) const CHANGE: &[Flag] = &[
    Flag::switch("create-namespace", "with --install, create the namespace of the release if it is not there"),
    Flag::switch("install", "install the release if it is not there").short('i'),
    DEVEL,
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
    ROLLBACK_TIMEOUT,
    FORCE_RECREATE,
    FAIL_FAST,
    TEST,
    HISTORY_MAX,
    Flag::switch("cleanup-on-fail", "delete what a failed upgrade created"),
    Flag::switch("render-subchart-notes", "show the notes of subcharts too"),
    Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
    Flag::new("labels", Kind::Pairs, "labels for the release's record, added to those it has; null removes one")
        .short('l'),
    DESCRIPTION,
    Flag::switch("dependency-update", "fetch the chart's dependencies first if some are missing"),
    Flag::switch("enable-dns", "let templates look up host names"),
    Flag::switch("take-ownership", "take over objects that belong to no release or to another one"),
];

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
        CHANGE,
        &[
            Flag::switch("hide-secret", "leave Secrets out of what a dry run prints"),
            Flag::switch("hide-notes", "do not show the chart's notes"),
            ALL_DRY_RUNS,
            OUTPUT,
        ],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
        POST_RENDERER,
        GATES,
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts"],
    action: Action::Run(run),
    ..Command::BASE
};

/// Helm: pkg/cmd/upgrade.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let mut options = options(invocation, dry_run)?;
    let name = options.name.clone();
    invocation.add_gates(&mut options.change, &name)?;
    let for_people = Format::of(&invocation.flags) == Format::Table;
    let record = match invocation.on_cluster(|session| pintle::upgrade(session, &options))? {
        Upgraded::Installed(record) => record,
        Upgraded::Upgraded(record) => {
            if for_people {
                let name = value::quote::quote(name.as_bytes());
                invocation.output.print(format!("Release {name} has been upgraded. Happy Helming!\n"))?;
            }
            record
        }
    };
    invocation.print_changed(&record)
}

/// What the arguments and flags say.
pub(super) fn options(invocation: &Invocation<'_>, dry_run: DryRun) -> Result<UpgradeOptions, Failure> {
    let [name, chart] = invocation.arguments.as_slice() else { return Err(Failure::new("a release and a chart")) };
    let flags = &invocation.flags;
    let mut change = invocation.change_options(dry_run);
    change.server_side = invocation.server_side().map_err(|failure| failure.during("UPGRADE FAILED"))?;
    Ok(UpgradeOptions {
        name: name.clone(),
        chart: ChartRequest {
            query: ChartQuery { reference: chart.clone(), ..invocation.chart("") },
            ..invocation.chart_request()
        },
        reuse: match () {
            () if flags.bool("reset-values") => ReuseValues::No,
            () if flags.bool("reuse-values") => ReuseValues::WithDefaults,
            () if flags.bool("reset-then-reuse-values") => ReuseValues::OverNewDefaults,
            () => ReuseValues::UnlessGiven,
        },
        content: invocation.content_options()?,
        change,
        install: flags.bool("install").then(|| OrInstall {
            create_namespace: flags.bool("create-namespace"),
            skip_crds: flags.bool("skip-crds"),
            announce: Format::of(flags) == Format::Table,
        }),
    })
}
