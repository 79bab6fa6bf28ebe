//! `helm diff local`.

use std::io;

use pintle::{DiffLocalOptions, TemplateOptions, World};

use super::view::{check_arguments, options, show};
use crate::{
    complete::ArgumentWords,
    connection::Printer,
    error::Failure,
    flags::{DETAILED_EXITCODE, DIFF, INCLUDE_TESTS, NORMALIZE, POST_RENDERER, VALUES},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag, Kind},
    surroundings::Machine,
};

pub(super) static LOCAL: Command = Command {
    name: "local",
    synopsis: "[flags] CHART1 CHART2",
    short: "show what differs between two charts",
    long: "\
Renders two charts with the same values, and shows what differs:

    $ helm diff local ./demo-1.0 ./demo-1.1 -f values.yaml",
    arguments: Arguments::Any,
    words: ArgumentWords::Default,
    flags: &[
        &[
            Flag::text("release", "the name of the release to render for").default("release"),
            DETAILED_EXITCODE,
            INCLUDE_TESTS,
            Flag::switch("include-crds", "compare the charts' CRDs too"),
            NORMALIZE,
            Flag::switch("enable-dns", "let templates look up host names"),
            Flag::new("api-versions", Kind::Array, "API versions that templates see").short('a'),
            Flag::text("kube-version", "the version of Kubernetes that templates see"),
        ],
        VALUES,
        POST_RENDERER,
        DIFF,
    ],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    check_arguments(invocation, &["chart1 path", "chart2 path"])?;
    let flags = &invocation.flags;
    let options = DiffLocalOptions {
        charts: [invocation.arguments[0].clone(), invocation.arguments[1].clone()],
        render: TemplateOptions {
            values: invocation.values(),
            namespace: invocation.namespace(),
            kube_version: flags.text("kube-version").to_owned(),
            api_versions: flags.list("api-versions").to_vec(),
            include_crds: flags.bool("include-crds"),
            debug: flags.bool("debug"),
            post_renderer: invocation.post_renderer()?,
            ..TemplateOptions::default()
        },
        release: flags.text("release").to_owned(),
        diff: options(invocation, flags.bool("normalize-manifests")),
    };
    let surroundings = Machine::new(invocation.environment, flags.bool("enable-dns"));
    let mut world = World { surroundings: &surroundings, stdin: &mut io::stdin().lock() };
    let differences = pintle::diff_local(&options, &mut world, &mut Printer::new(invocation.output))?;
    show(invocation, &differences)
}
