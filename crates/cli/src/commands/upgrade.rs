//! `helm upgrade`.

use std::fs;

use pintle::{DryRun, OrInstall, UpgradeOptions, Upgraded};

use super::ROOT;
use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{
        ALL_DRY_RUNS, CHART_SOURCE, CREDENTIALS, DESCRIPTION, DEVEL, EVENTS, FAIL_FAST, FORCE_RECREATE, GATES,
        HISTORY_MAX, NO_HOOKS, OUTPUT, POST_RENDERER, REPLACEMENT, REPORT, ROLLBACK_TIMEOUT, SENSITIVE, TEST, TIMEOUT,
        TLS, VALUES, WAIT, WAIT_FOR_JOBS, WARN_UNUSED,
    },
    invocation::Invocation,
    print::{self, Format},
    spec::{Action, Arguments, Command, Flag, Kind, Visibility, usage_line},
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
good revision.

What an upgrade would do can be saved, reviewed and applied: with --plan nothing else is done than what --plan-out
showed, and nothing at all where the release or one of its objects changed in the meantime.

    $ helm upgrade demo ./demo --set image.tag=1.2.4 --plan-out plan.json
    $ helm upgrade demo --plan plan.json",
    arguments: Arguments::Any,
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
        &[
            WARN_UNUSED,
            EVENTS,
            REPORT,
            Flag::text("plan-out", "change nothing; show what would be done, and write it to this file for --plan")
                .visibility(Visibility::HelpOnly),
            Flag::text("plan", "do what the file says that --plan-out wrote, unless something moved since")
                .visibility(Visibility::HelpOnly),
        ],
        SENSITIVE,
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
    invocation.warn_of_secrets();
    let planned = !invocation.flags.text("plan").is_empty();
    let wanted = if planned { Arguments::AtMost(2) } else { Arguments::Exactly(2) };
    let usage = usage_line(&[&ROOT, &UPGRADE]);
    wanted.check(invocation.arguments.len(), "helm upgrade", &usage).map_err(Failure::new)?;
    let mut options = options(invocation, dry_run)?;
    let name = options.name.clone();
    invocation.add_gates(&mut options.change, &name)?;
    if !invocation.flags.text("plan-out").is_empty() {
        return plan(invocation, &options);
    }
    invocation.followed(|invocation| change(invocation, &options))
}

/// Upgrades, from the chart or a saved plan, and prints what came of it.
fn change(invocation: &mut Invocation<'_>, options: &UpgradeOptions) -> Result<(), Failure> {
    let for_people = Format::of(&invocation.flags) == Format::Table;
    let upgraded = match !invocation.flags.text("plan").is_empty() {
        true => {
            let file = invocation.flags.text("plan").to_owned();
            let saved = fs::read(&file).map_err(|error| Failure::new(pintle::path_error("open", &file, &error)))?;
            invocation.on_cluster(|session| pintle::apply_plan(session, &saved, options))?
        }
        false => invocation.on_cluster(|session| pintle::upgrade(session, options))?,
    };
    let record = match upgraded {
        Upgraded::Installed(record) => record,
        Upgraded::Upgraded(record) => {
            if for_people {
                let name = value::quote::quote(record.name.as_bytes());
                invocation.output.print(format!("Release {name} has been upgraded. Happy Helming!\n"))?;
            }
            record
        }
    };
    invocation.print_changed(&record)
}

/// What the arguments and flags say.
pub(super) fn options(invocation: &Invocation<'_>, dry_run: DryRun) -> Result<UpgradeOptions, Failure> {
    let name = invocation.first_argument();
    let chart = invocation.arguments.get(1).cloned().unwrap_or_default();
    let flags = &invocation.flags;
    let mut change = invocation.change_options(dry_run);
    change.server_side = invocation.server_side().map_err(|failure| failure.during("UPGRADE FAILED"))?;
    Ok(UpgradeOptions {
        name: name.clone(),
        chart: invocation.chart_request(&chart),
        reuse: invocation.reuse_values(),
        content: invocation.content_options()?,
        change,
        install: flags.bool("install").then(|| OrInstall {
            create_namespace: flags.bool("create-namespace"),
            skip_crds: flags.bool("skip-crds"),
            announce: Format::of(flags) == Format::Table,
        }),
    })
}

/// Shows what would be done, and saves it. Who reads the file reads the release's Secrets.
fn plan(invocation: &mut Invocation<'_>, options: &UpgradeOptions) -> Result<(), Failure> {
    let file = invocation.flags.text("plan-out").to_owned();
    let hidden = invocation.hidden();
    let (diff, saved) = invocation.on_cluster(|session| pintle::plan_upgrade(session, options, &hidden))?;
    let text = match Format::of(&invocation.flags) {
        Format::Table => pintle::live_text(&diff, print::page(&invocation.flags, invocation.environment)).into_bytes(),
        Format::Json => pintle::live_json(&diff)?,
        Format::Yaml => print::yaml_of(&pintle::live_json(&diff)?)?,
    };
    invocation.output.print(diff.mask.cover(&text))?;
    write_private(&file, &saved).map_err(|error| Failure::new(pintle::path_error("write", &file, &error)))
}

#[cfg(unix)]
fn write_private(file: &str, content: &[u8]) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(file)?.write_all(content)
}

#[cfg(not(unix))]
fn write_private(file: &str, content: &[u8]) -> std::io::Result<()> {
    fs::write(file, content)
}
