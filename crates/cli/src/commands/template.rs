//! `helm template`.

use std::{
    fs,
    io::{self, Write as _},
    mem,
    path::Path,
};

use pintle::{
    DependencyOptions, ErrorKind, Level, LogLine, NameOptions, RecordOptions, RecordedOptions, TemplateOptions,
    TemplateReport, World, WriteFile, WriteMode, check_labels,
};

use crate::{
    commands::dependency::fetching,
    complete::{ArgumentWords, FlagWords},
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, INSTALL, POST_RENDERER, REPLACEMENT, TLS, VALUES, WARN_UNUSED},
    invocation::Invocation,
    parse::parse_bool,
    spec::{Action, Arguments, Command, Flag, Kind},
    surroundings::Machine,
};

pub(super) static TEMPLATE: Command = Command {
    name: "template",
    synopsis: "[NAME] [CHART]",
    short: "locally render templates",
    long: "\
Renders a chart and prints the manifests.

No cluster is asked: what templates look up there is empty, and nothing is checked that only a server can check.
--dry-run=server asks one, for both.

What the cluster is able to do is made up from --kube-version and --api-versions, which may be given several times or
with commas:

    $ helm template --api-versions networking.k8s.io/v1 --api-versions cert-manager.io/v1 demo ./demo
    $ helm template --api-versions networking.k8s.io/v1,cert-manager.io/v1 demo ./demo

With --revision nothing is rendered: what that revision of a release applied is printed from its record, namespaces
set, so that it can be compared with what is there. No chart is needed then:

    $ helm template demo --revision 3 | kubectl diff -f -",
    arguments: Arguments::AtLeast(1),
    words: ArgumentWords::NameAndChart,
    flags: &[
        REPLACEMENT,
        INSTALL,
        &[
            Flag::switch("render-subchart-notes", "does nothing here").deprecated(NOTES),
            Flag::switch("hide-notes", "does nothing here").deprecated(NOTES),
            Flag::new("show-only", Kind::Array, "show only what these templates render, such as templates/app.yaml")
                .short('s'),
            Flag::text("output-dir", "write what is rendered to files below this folder"),
            Flag::switch("validate", "have the cluster check everything").deprecated("use '--dry-run=server' instead"),
            Flag::switch("include-crds", "print the chart's CRDs too"),
            Flag::switch("skip-tests", "leave out tests"),
            Flag::switch("is-upgrade", "render as for an upgrade: .Release.IsUpgrade instead of .Release.IsInstall"),
            Flag::text("kube-version", "the version of Kubernetes that templates see"),
            Flag::new("api-versions", Kind::Strings, "API versions that templates see; may be given several times")
                .short('a'),
            Flag::switch("release-name", "put a folder with the release's name into the --output-dir folder"),
            Flag::text(
                "dry-run",
                "'client' asks no cluster, 'server' has the cluster answer look-ups and check everything",
            )
            .default("client")
            .bare("unset"),
            Flag::new("revision", Kind::Int, "print what this revision of the release applied")
                .words(FlagWords::Revisions),
            Flag::switch("hooks", "with --revision, print the hooks too"),
        ],
        &[WARN_UNUSED],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
        POST_RENDERER,
    ],
    exclusive: &["force-replace force-conflicts", "force force-conflicts", "validate dry-run"],
    action: Action::Run(run),
    ..Command::BASE
};

const NOTES: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";

/// Helm: pkg/cmd/template.go.
fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    if invocation.flags.changed("revision")
        && let Some(text) = recorded(invocation)?
    {
        return invocation.output.print(text);
    }
    check_dry_run(invocation)?;
    check_labels(invocation.flags.keys("labels")).map_err(|reserved| Failure::new(reserved.to_string()))?;
    invocation.tell_version("Original chart version");
    let options = options(invocation)?;
    let mut report = render(invocation, &options)?;
    let missing = matches!(&report.outcome, Err(error) if error.kind() == ErrorKind::MissingDependencies);
    if missing && invocation.flags.bool("dependency-update") {
        let chart = options.name.arguments.last().cloned().unwrap_or_default();
        let chart = std::path::absolute(&chart).map_or(chart, |path| path.to_string_lossy().into_owned());
        let fetched = pintle::dependency_update(&DependencyOptions { chart, ..fetching(invocation) });
        invocation.report(fetched)?;
        report = render(invocation, &options)?;
    }
    for line in &report.log {
        invocation.output.log(line);
    }
    for file in &report.files {
        write(file).map_err(|text| match options.debug {
            true => Failure::new(text),
            false => Failure::new(format!("{text}\n\nUse --debug flag to render out invalid YAML")),
        })?;
        invocation.output.print(format!("wrote {}\n", file.path))?;
    }
    invocation.output.print(&report.stdout)?;
    // Nothing comes behind it but the end of the process.
    mem::forget(report.material);
    Ok(report.outcome?)
}

/// Renders, with a cluster or without. Where one is to be asked and none can be, Helm finds out before it renders.
fn render(invocation: &mut Invocation<'_>, options: &TemplateOptions) -> Result<TemplateReport, Failure> {
    if invocation.flags.bool("validate") || invocation.flags.text("dry-run") == "server" {
        let report = invocation.on_cluster(|session| Ok(pintle::template_on(options, session)));
        return report.map_err(|failure| {
            let failure = failure.during("cluster reachability check failed");
            invocation.output.log(&LogLine::new(Level::Error, &failure.told.line));
            failure
        });
    }
    let surroundings = Machine::new(invocation.environment, invocation.flags.bool("enable-dns"));
    Ok(pintle::template(options, &mut World { surroundings: &surroundings, stdin: &mut io::stdin().lock() }))
}

/// What a revision applied. The chart may be named, as where it is rendered, and is looked at only where the revision is no
/// longer kept.
fn recorded(invocation: &mut Invocation<'_>) -> Result<Option<Vec<u8>>, Failure> {
    let flags = &invocation.flags;
    let options = RecordedOptions {
        record: RecordOptions { name: invocation.first_argument(), revision: flags.int("revision") },
        hooks: flags.bool("hooks"),
        skip_tests: flags.bool("skip-tests"),
        show_only: flags.list("show-only").to_vec(),
        chart: invocation.arguments.get(1).cloned(),
    };
    let unused: Vec<String> =
        VALUES.iter().filter(|flag| flags.changed(flag.name)).map(|flag| format!("--{}", flag.name)).collect();
    let text = invocation.on_cluster(|session| pintle::recorded(&options, session))?;
    if text.is_some() && !unused.is_empty() {
        let unused = unused.join(", ");
        invocation
            .output
            .complain(&format!("warning: --revision prints what was recorded: {unused} changes nothing\n"));
    }
    Ok(text)
}

fn options(invocation: &Invocation<'_>) -> Result<TemplateOptions, Failure> {
    let flags = &invocation.flags;
    let text = |name: &str| flags.text(name).to_owned();
    Ok(TemplateOptions {
        name: NameOptions {
            arguments: invocation.arguments.clone(),
            generate_name: flags.bool("generate-name"),
            name_template: text("name-template"),
            default_name: Some("release-name".to_owned()),
        },
        chart: invocation.chart(""),
        values: invocation.values(),
        namespace: invocation.namespace(),
        kube_version: text("kube-version"),
        api_versions: flags.list("api-versions").to_vec(),
        include_crds: flags.bool("include-crds"),
        skip_tests: flags.bool("skip-tests"),
        no_hooks: flags.bool("no-hooks"),
        is_upgrade: flags.bool("is-upgrade"),
        skip_schema_validation: flags.bool("skip-schema-validation"),
        show_only: flags.list("show-only").to_vec(),
        output_dir: text("output-dir"),
        use_release_name: flags.bool("release-name"),
        skip_crds: flags.bool("skip-crds"),
        take_ownership: flags.bool("take-ownership"),
        disable_openapi_validation: flags.bool("disable-openapi-validation"),
        warn_unused: flags.bool("warn-unused"),
        debug: flags.bool("debug"),
        post_renderer: invocation.post_renderer()?,
    })
}

/// Checks the value of --dry-run; all but "server" mean that no cluster is asked.
///
/// Helm: pkg/cmd/helpers.go `cmdGetDryRunFlagStrategy`.
fn check_dry_run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let text = invocation.flags.text("dry-run");
    if text == "none" || matches!(parse_bool(text), Ok(false)) {
        let text = value::quote::quote(text.as_bytes());
        return Err(Failure::new(format!("invalid dry-run value ({text}). Must be \"server\" or \"client\"")));
    }
    invocation.dry_run().map(drop)
}

/// Writes a file, and the folders on the way. Errors are worded as Go's.
///
/// Helm: pkg/action/action.go `writeToFile`.
fn write(file: &WriteFile) -> Result<(), String> {
    let failed = |operation: &str, path: &str, error: &io::Error| pintle::path_error(operation, path, error);
    if let Some(folder) = Path::new(&file.path).parent() {
        let name = folder.to_string_lossy();
        match folder.metadata() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("stat", &name, &error)),
            _ => fs::create_dir_all(folder).map_err(|error| failed("mkdir", &name, &error))?,
        }
    }
    let mut options = fs::OpenOptions::new();
    match file.mode {
        WriteMode::Replace => options.write(true).create(true).truncate(true),
        WriteMode::Append => options.append(true).create(true),
    };
    let mut open = options.open(&file.path).map_err(|error| failed("open", &file.path, &error))?;
    open.write_all(&file.content).map_err(|error| failed("write", &file.path, &error))
}
