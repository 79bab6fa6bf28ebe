//! `helm template`.

use crate::{
    complete::ArgumentWords,
    flags::{CHART_SOURCE, CREDENTIALS, INSTALL, POST_RENDERER, REPLACEMENT, TLS, VALUES},
    spec::{Action, Arguments, Command, Flag, Kind},
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
    action: Action::NotBuilt,
    ..Command::BASE
};

const NOTES: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";
