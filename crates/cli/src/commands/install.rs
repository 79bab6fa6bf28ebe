//! `helm install`.

use std::io;

use pintle::{DryRun, InstallOptions, NameOptions, Record, ServerSide, World};

use crate::{
    complete::ArgumentWords,
    connection::Printer,
    error::Failure,
    flags::{
        ALL_DRY_RUNS, CHART_SOURCE, CREDENTIALS, EVENTS, FAIL_FAST, FORCE_RECREATE, GATES, INSTALL as SHARED, OUTPUT,
        POST_RENDERER, REPLACEMENT, REPORT, ROLLBACK_TIMEOUT, SENSITIVE, TEST, TLS, VALUES, WARN_UNUSED,
    },
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
    surroundings::Machine,
};

pub(super) static INSTALL: Command = Command {
    name: "install",
    synopsis: "[NAME] [CHART]",
    short: "install a chart",
    long: "\
Installs a chart as a release.

CHART is one of: a chart in a known repository (helm install demo stable/nginx), an archive (./nginx-1.2.3.tgz), a
folder (./nginx), the address of an archive (https://example.com/nginx-1.2.3.tgz), a chart's name with --repo, or a
chart in a registry (oci://example.com/charts/nginx).

Values come from the chart, then from files, then from the command line; what comes later wins:

    $ helm install -f values.yaml -f override.yaml demo ./demo
    $ helm install --set image.tag=1.2.3 demo ./demo
    $ helm install --set-string build=1234567890 demo ./demo
    $ helm install --set-file script=run.sh demo ./demo
    $ helm install --set-json 'limits={\"cpu\": 2}' demo ./demo

With --dry-run=client or --dry-run=server nothing is installed; what would be is printed.",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::NameAndChart,
    flags: &[
        REPLACEMENT,
        SHARED,
        &[
            Flag::switch("render-subchart-notes", "show the notes of subcharts too"),
            Flag::switch("hide-notes", "do not show the chart's notes"),
            Flag::switch("hide-secret", "leave Secrets out of what a dry run prints"),
            ALL_DRY_RUNS,
            ROLLBACK_TIMEOUT,
            FORCE_RECREATE,
            FAIL_FAST,
            TEST,
            OUTPUT,
        ],
        &[WARN_UNUSED, EVENTS, REPORT],
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

/// Helm: pkg/cmd/install.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    invocation.tell_version("Original chart version");
    invocation.warn_of_secrets();
    invocation.followed(|invocation| {
        let record = install(invocation, dry_run).map_err(|failure| failure.during("INSTALLATION FAILED"))?;
        invocation.print_changed(&record)
    })
}

fn install(invocation: &mut Invocation<'_>, dry_run: DryRun) -> Result<Record, Failure> {
    let flags = &invocation.flags;
    let surroundings = Machine::new(invocation.environment, flags.bool("enable-dns"));
    let mut stdin = io::stdin().lock();
    let mut world = World { surroundings: &surroundings, stdin: &mut stdin };
    let name = NameOptions {
        arguments: invocation.arguments.clone(),
        generate_name: flags.bool("generate-name"),
        name_template: flags.text("name-template").to_owned(),
        default_name: None,
    };
    let named = name.resolve(&surroundings)?;
    let request = invocation.chart_request(&named.chart);
    let mut change = invocation.change_options(dry_run);
    change.server_side = if flags.bool("server-side") { ServerSide::Yes } else { ServerSide::No };
    invocation.add_gates(&mut change, &named.name)?;
    let options = InstallOptions {
        name: named.name,
        content: invocation.content_options()?,
        change,
        create_namespace: flags.bool("create-namespace"),
        replace: flags.bool("replace"),
        skip_crds: flags.bool("skip-crds"),
    };
    let namespace = invocation.namespace();
    let mut printer = Printer::new(invocation.output);
    let prepared = pintle::prepare_install(&request, &mut world, &mut printer)?;
    if dry_run == DryRun::Client {
        return Ok(pintle::preview_install(prepared, &namespace, &options, &world, &mut printer)?);
    }
    drop(stdin);
    invocation.on_cluster(|session| pintle::install(session, prepared, &options))
}
