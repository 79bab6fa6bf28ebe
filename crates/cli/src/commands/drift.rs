//! `helm drift`.

use pintle::DriftOptions;

use crate::{
    complete::ArgumentWords,
    error::Failure,
    exit::Exit,
    flags::{DETAILED_EXITCODE, OUTPUT},
    invocation::Invocation,
    print::{self, Format},
    spec::{Action, Arguments, Command, Flag, Kind},
};

pub(super) static DRIFT: Command = Command {
    name: "drift",
    synopsis: "[RELEASE]",
    short: "show what was changed by hand",
    long: "\
Shows where the objects of a release are not what its last deployed revision wants: which fields have other values, by
whom and since when, which objects are gone, and which say that they are the release's and are in no revision. Fields
that the manifest does not speak of are nobody's business; the replicas of what a HorizontalPodAutoscaler scales are
not either.

    $ helm drift demo
    $ helm drift --all-namespaces --detailed-exitcode --output json

What is to be ignored is said by rules such as `.spec.replicas`, `Deployment .metadata.annotations` or
`Deployment/web .spec.template.spec.containers[name=\"web\"].image`, in which * stands for anything: with --ignore, in a
file of lines with --ignore-file, or in the chart's file .driftignore.

With --fix the recorded manifest is applied again to what is changed or missing, after it was shown.",
    arguments: Arguments::AtMost(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[
        Flag::switch("all-namespaces", "look at the releases of all namespaces").short('A'),
        DETAILED_EXITCODE,
        Flag::new("ignore", Kind::Array, "a rule for what is no drift; may be given several times"),
        Flag::new("ignore-file", Kind::Array, "a file with such rules, a line each"),
        Flag::switch("fix", "apply the recorded manifest again to what drifted"),
        OUTPUT,
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let name = invocation.first_argument();
    let everywhere = flags.bool("all-namespaces");
    if everywhere && !name.is_empty() {
        return Err(Failure::new("a release and --all-namespaces do not go together"));
    }
    let mut ignore = flags.list("ignore").to_vec();
    for file in flags.list("ignore-file") {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(pintle::path_error("open", file, &error)).during("reading rules"))?;
        ignore.push(text);
    }
    let mut options = DriftOptions { name, ignore, fix: false };
    let fix = flags.bool("fix");
    let namespace = if everywhere { String::new() } else { invocation.namespace() };
    let drifts = invocation.on_cluster_in(namespace.clone(), |session| pintle::drift(&options, session))?;
    show(invocation, &drifts)?;
    if fix && drifts.iter().any(|drift| !drift.is_clean()) {
        options.fix = true;
        let fixed = invocation.on_cluster_in(namespace, |session| pintle::drift(&options, session))?;
        for drift in &fixed {
            for id in &drift.fixed {
                invocation.output.complain(&format!(
                    "applied {} again in {}\n",
                    format_args!("{}/{}", id.kind, id.name),
                    id.namespace
                ));
            }
        }
        return Ok(());
    }
    let unseen = drifts.iter().any(|drift| !drift.problems.is_empty());
    let drifted = drifts.iter().any(|drift| !drift.is_clean());
    if unseen {
        return Err(Failure::new("not all objects could be looked at; they are named above"));
    }
    if drifted && invocation.flags.bool("detailed-exitcode") {
        return Err(Failure { exit: Exit::Differs, ..Failure::logged() });
    }
    Ok(())
}

fn show(invocation: &mut Invocation<'_>, drifts: &[pintle::ReleaseDrift]) -> Result<(), Failure> {
    let text = match Format::of(&invocation.flags) {
        Format::Table => {
            pintle::drift_text(drifts, print::page(&invocation.flags, invocation.environment)).into_bytes()
        }
        Format::Json => pintle::drift_json(drifts)?,
        Format::Yaml => print::yaml_of(&pintle::drift_json(drifts)?)?,
    };
    invocation.output.print(text)
}
