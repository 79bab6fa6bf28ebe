//! `helm template`.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use pintle::{NameOptions, TemplateOptions, World, WriteFile, WriteMode, template};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, INSTALL, POST_RENDERER, REPLACEMENT, TLS, VALUES},
    invocation::Invocation,
    kubeconfig::namespace,
    spec::{Action, Arguments, Command, Flag, Kind},
    surroundings::Machine,
};

pub(super) static TEMPLATE: Command = Command {
    name: "template",
    synopsis: "[NAME] [CHART]",
    short: "render a chart on this machine",
    long: "\
Renders a chart and prints the manifests.

No cluster is asked: what templates look up there is empty, and nothing is checked that only a server can check.

What the cluster is able to do is made up from --kube-version and --api-versions, which may be given several times or
with commas:

    $ helm template --api-versions networking.k8s.io/v1 --api-versions cert-manager.io/v1 demo ./demo
    $ helm template --api-versions networking.k8s.io/v1,cert-manager.io/v1 demo ./demo",
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
        ],
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
    let flags = &invocation.flags;
    match flags.text("dry-run") {
        "client" | "unset" | "true" | "none" | "false" => {}
        "server" => return Err(Failure::new("\"helm template --dry-run=server\" is not built yet")),
        other => {
            let quoted = value::quote::quote(other.as_bytes());
            return Err(Failure::new(format!(
                "invalid dry-run value ({quoted}). Must be \"none\", \"server\", or \"client\""
            )));
        }
    }
    let options = TemplateOptions {
        name: NameOptions {
            arguments: invocation.arguments.clone(),
            generate_name: flags.bool("generate-name"),
            name_template: flags.text("name-template").to_owned(),
            default_name: Some("release-name".to_owned()),
        },
        chart: invocation.chart(""),
        values: invocation.values(),
        namespace: namespace(flags, invocation.environment),
        kube_version: flags.text("kube-version").to_owned(),
        api_versions: flags.list("api-versions").to_vec(),
        include_crds: flags.bool("include-crds"),
        skip_tests: flags.bool("skip-tests"),
        no_hooks: flags.bool("no-hooks"),
        is_upgrade: flags.bool("is-upgrade"),
        skip_schema_validation: flags.bool("skip-schema-validation"),
        show_only: flags.list("show-only").to_vec(),
        output_dir: flags.text("output-dir").to_owned(),
        use_release_name: flags.bool("release-name"),
        debug: flags.bool("debug"),
    };
    let machine = Machine::new(invocation.environment, flags.bool("enable-dns"));
    let report = template(&options, &mut World { surroundings: &machine, stdin: &mut io::stdin() });
    for line in &report.log {
        invocation.output.log(line);
    }
    for file in &report.files {
        write(file)?;
        invocation.output.print(format!("wrote {}\n", file.path))?;
    }
    invocation.output.print(&report.stdout)?;
    Ok(report.outcome?)
}

/// Writes a file, with the folders that it needs.
fn write(file: &WriteFile) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::new(format!("writing {}: {error}", file.path));
    if let Some(folder) = Path::new(&file.path).parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    match file.mode {
        WriteMode::Replace => options.write(true).create(true).truncate(true),
        WriteMode::Append => options.append(true),
    };
    options.open(&file.path).and_then(|mut opened| opened.write_all(&file.content)).map_err(failed)
}
