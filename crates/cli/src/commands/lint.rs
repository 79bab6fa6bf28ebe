//! `helm lint`.

use pintle::LintOptions;

use crate::{
    error::Failure,
    flags::{VALUES, WARN_UNUSED},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
    surroundings::Machine,
};

pub(super) static LINT: Command = Command {
    name: "lint",
    synopsis: "PATH",
    short: "examine a chart for possible issues",
    long: "\
Checks whether a chart is well formed.

What would make an installation fail is reported as [ERROR], what goes against conventions and recommendations as
[WARNING].",
    arguments: Arguments::AtLeast(1),
    flags: &[
        &[
            Flag::switch("strict", "fail on warnings too"),
            Flag::switch("with-subcharts", "check the charts in charts/ too"),
            Flag::switch("quiet", "print only warnings and errors"),
            Flag::switch("skip-schema-validation", "do not check values against the chart's schema"),
            Flag::text("kube-version", "the version of Kubernetes for capabilities and deprecated APIs"),
        ],
        &[WARN_UNUSED],
        VALUES,
    ],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let values = invocation.values().merge(&mut std::io::stdin().lock())?;
    let flags = &invocation.flags;
    let surroundings = Machine::new(invocation.environment, false);
    let options = LintOptions {
        paths: invocation.arguments.clone(),
        values,
        namespace: invocation.namespace(),
        strict: flags.bool("strict"),
        with_subcharts: flags.bool("with-subcharts"),
        quiet: flags.bool("quiet"),
        skip_schema_validation: flags.bool("skip-schema-validation"),
        kube_version: flags.text("kube-version").to_owned(),
    };
    let warn_unused = flags.bool("warn-unused");
    let report = pintle::lint(&options, &surroundings);
    if warn_unused {
        for path in &options.paths {
            for unused in pintle::unused_in(path, &options.values) {
                invocation.output.complain(&format!("{path}: {}\n", unused.text()));
            }
        }
    }
    invocation.report(report)
}
