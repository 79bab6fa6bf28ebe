//! `helm diff upgrade`.

use std::io;

use pintle::{
    ChangeOptions, ContentOptions, DiffUpgradeOptions, DryRun, DryRunDiff, Page, TemplateOptions, UpgradeOptions, World,
};
use value::quote::quote;

use super::view::{check_arguments, finish, is_colored, is_on, options, show, switch_or};
use crate::{
    complete::ArgumentWords,
    connection::Printer,
    env::Environment,
    error::Failure,
    flags::{
        CHART_SOURCE, CREDENTIALS, DETAILED_EXITCODE, DEVEL, DIFF, INCLUDE_TESTS, NORMALIZE, POST_RENDERER, TLS, VALUES,
    },
    invocation::Invocation,
    print,
    spec::{Action, Arguments, Command, Flag, Kind},
    surroundings::Machine,
};

pub(super) static UPGRADE: Command = Command {
    name: "upgrade",
    synopsis: "[flags] [RELEASE] [CHART]",
    short: "show what an upgrade would change",
    long: "\
Shows what an upgrade would change: the manifest of the last revision beside what the chart renders to now, with the
values that the upgrade would use. The flags that choose chart and values are those of helm upgrade:

    $ helm diff upgrade demo ./demo --values prod.yaml --set image.tag=1.2.4

With HELM_DIFF_IGNORE_UNKNOWN_FLAGS=true all other flags of helm upgrade may stand there too, and are passed over.",
    arguments: Arguments::Any,
    words: ArgumentWords::ReleaseAndChart,
    flags: &[&FLAGS, VALUES, CHART_SOURCE, TLS, CREDENTIALS, POST_RENDERER, DIFF],
    lenient: is_lenient,
    action: Action::Run(run),
    ..Command::BASE
};

/// helm-diff: `newChartCommand`.
pub(super) static FLAGS: [Flag; 24] = [
    Flag::switch("three-way-merge", "compare the objects as they live with what a client-side upgrade makes of them"),
    DETAILED_EXITCODE,
    Flag::new("api-versions", Kind::Array, "API versions that templates see where the cluster is not asked")
        .short('a'),
    Flag::text("kube-version", "the version of Kubernetes that templates see where the cluster is not asked"),
    Flag::switch("reuse-values", "start from the values of the last revision; --reset-values overrides it"),
    Flag::switch("reset-values", "start from the values of the chart"),
    Flag::switch(
        "reset-then-reuse-values",
        "start from the values of the chart, then take those given to the last revision; --reset-values and \
         --reuse-values override it",
    ),
    Flag::switch("allow-unreleased", "show what would be installed where the release is not there"),
    Flag::switch("install", "show what would be installed where the release is not there, as --allow-unreleased"),
    Flag::switch("no-hooks", "leave hooks out"),
    INCLUDE_TESTS,
    Flag::switch("include-crds", "compare the chart's CRDs too"),
    DEVEL,
    Flag::switch("disable-validation", "do not ask the cluster for what it is able to do, and do not have it check"),
    Flag::switch("disable-openapi-validation", "do not check what was rendered against the OpenAPI schema"),
    Flag::text(
        "dry-run",
        "'client' and 'true' ask no cluster, and show everything as new; 'false' renders without asking it; 'server' is \
         as if the flag were not given",
    )
    .bare("client"),
    Flag::switch("enable-dns", "let templates look up host names"),
    Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
    NORMALIZE,
    Flag::switch("take-ownership", "show what taking over objects of others would change"),
    Flag::text("server-side", "whether the upgrade is merged by the server: true, false or auto").default("auto"),
    Flag::switch("dependency-update", "fetch the chart's dependencies first if some are missing"),
    Flag::switch(
        "live",
        "compare with the objects as they live: have the server try every change, and tell defaults, other managers' \
         fields, conflicts, hooks and causes apart",
    ),
    Flag::switch("force-conflicts", "with --live, show what taking over fields of others would change"),
];

/// HELM_DIFF_IGNORE_UNKNOWN_FLAGS.
pub(super) fn is_lenient(environment: &Environment) -> bool {
    environment.text("HELM_DIFF_IGNORE_UNKNOWN_FLAGS") == "true"
}

/// helm-diff: `cmd/upgrade.go`.
pub(super) fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    check_arguments(invocation, &["release name", "chart path"])?;
    let offline = check_modes(invocation)?;
    if invocation.flags.bool("live") {
        return live(invocation);
    }
    let options = upgrade_options(invocation)?;
    let differences = if offline {
        let surroundings = Machine::new(invocation.environment, invocation.flags.bool("enable-dns"));
        let mut world = World { surroundings: &surroundings, stdin: &mut io::stdin().lock() };
        pintle::diff_upgrade_offline(&options, &mut world, &mut Printer::new(invocation.output))?
    } else {
        invocation.on_cluster(|session| pintle::diff_upgrade(session, &options))?
    };
    show(invocation, &differences)
}

/// Checks --dry-run and --server-side; gives whether no cluster is asked.
fn check_modes(invocation: &Invocation<'_>) -> Result<bool, Failure> {
    let dry_run = invocation.flags.text("dry-run");
    if !["", "server", "client", "true", "false"].contains(&dry_run) {
        let given = quote(dry_run.as_bytes());
        let text = "flag \"dry-run\" must take a bool value or either \"client\" or \"server\", but got";
        return Err(Failure::new(format!("{text} {given}")));
    }
    let server_side = invocation.flags.text("server-side");
    if !["true", "false", "auto"].contains(&server_side) {
        let given = quote(server_side.as_bytes());
        let text = "flag \"server-side\" must be \"true\", \"false\" or \"auto\", but got";
        return Err(Failure::new(format!("{text} {given}")));
    }
    Ok(matches!(dry_run, "client" | "true"))
}

fn upgrade_options(invocation: &mut Invocation<'_>) -> Result<DiffUpgradeOptions, Failure> {
    let three_way = switch_or(invocation, "three-way-merge", "HELM_DIFF_THREE_WAY_MERGE", "three way merge");
    let normalize =
        switch_or(invocation, "normalize-manifests", "HELM_DIFF_NORMALIZE_MANIFESTS", "normalize manifests");
    let flags = &invocation.flags;
    let (name, chart) = (invocation.first_argument(), invocation.arguments.get(1).cloned().unwrap_or_default());
    let render_only = flags.text("dry-run") == "false" || flags.bool("disable-validation");
    // What helm-diff has to be asked for is the rule here: the upgrade itself is rendered.
    let dry_run = match render_only && !is_on(invocation, "HELM_DIFF_USE_UPGRADE_DRY_RUN") {
        true => DryRunDiff::RenderOnly,
        false => DryRunDiff::Server,
    };
    Ok(DiffUpgradeOptions {
        name,
        chart: invocation.chart_request(&chart),
        reuse: invocation.reuse_values(),
        render: TemplateOptions {
            namespace: invocation.namespace(),
            kube_version: flags.text("kube-version").to_owned(),
            api_versions: flags.list("api-versions").to_vec(),
            include_crds: flags.bool("include-crds"),
            no_hooks: flags.bool("no-hooks"),
            skip_schema_validation: flags.bool("skip-schema-validation"),
            take_ownership: flags.bool("take-ownership"),
            disable_openapi_validation: flags.bool("disable-openapi-validation"),
            debug: flags.bool("debug"),
            post_renderer: invocation.post_renderer()?,
            ..TemplateOptions::default()
        },
        dry_run,
        allow_unreleased: flags.bool("allow-unreleased") || flags.bool("install"),
        three_way,
        take_ownership: flags.bool("take-ownership"),
        diff: options(invocation, normalize),
    })
}

/// `--live`: what the server makes of the upgrade.
fn live(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let compared = upgrade_options(invocation)?;
    let flags = &invocation.flags;
    let options = UpgradeOptions {
        name: compared.name,
        chart: compared.chart,
        reuse: compared.reuse,
        content: ContentOptions {
            skip_schema_validation: flags.bool("skip-schema-validation"),
            disable_openapi_validation: flags.bool("disable-openapi-validation"),
            post_renderer: invocation.post_renderer()?,
            ..ContentOptions::default()
        },
        change: ChangeOptions {
            server_side: invocation.server_side()?,
            take_ownership: flags.bool("take-ownership"),
            force_conflicts: flags.bool("force-conflicts"),
            no_hooks: flags.bool("no-hooks"),
            ..ChangeOptions::dry_run(DryRun::Server)
        },
        install: None,
    };
    let hidden = invocation.hidden();
    let diff = invocation.on_cluster(|session| pintle::diff_live(session, &options, &hidden))?;
    let text = match invocation.flags.text("output") {
        "json" | "structured" => pintle::live_json(&diff)?,
        _ => {
            let page = print::page(&invocation.flags, invocation.environment);
            pintle::live_text(&diff, Page { colored: is_colored(invocation), ..page }).into_bytes()
        }
    };
    invocation.output.print(diff.mask.cover(&text))?;
    if diff.is_refused() {
        return Err(Failure::new("the server would refuse some of it"));
    }
    finish(invocation, !diff.is_empty())
}
