//! `helm status`.

use pintle::{Live, ProblemOptions, RecordOptions};

use super::ROOT;
use crate::{
    complete::ArgumentWords,
    error::Failure,
    exit::Exit,
    flags::{OUTPUT, REVISION},
    invocation::Invocation,
    print::{self, Format, ReleaseView},
    spec::{Action, Arguments, Command, Flag, Visibility, usage_line},
};

pub(super) static STATUS: Command = Command {
    name: "status",
    synopsis: "RELEASE_NAME",
    short: "display the status of the named release",
    long: "\
Shows how a release is doing: when it was deployed, its namespace, status, revision and description, its objects, what
its tests said, and its notes.

With --problems it shows which releases somebody should look at, and why: those that failed, are pending, have objects
that are not ready or drifted, or a chart that is outdated by the indexes on this machine. The exit code is 2 if there
are any:

    $ helm status --all-namespaces --problems",
    arguments: Arguments::Any,
    words: ArgumentWords::OneRelease,
    flags: &[&[
        REVISION,
        OUTPUT,
        Flag::switch("problems", "show which releases have problems; exit code 2 if any has")
            .visibility(Visibility::HelpOnly),
        Flag::switch("all-namespaces", "with --problems, look at the releases of all namespaces")
            .short('A')
            .visibility(Visibility::HelpOnly),
        Flag::switch("show-desc", "show the description, as is done anyway").visibility(Visibility::HelpOnly),
        Flag::switch("show-resources", "show the objects, as is done anyway").visibility(Visibility::HelpOnly),
    ]],
    action: Action::Run(run),
    ..Command::BASE
};

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    if invocation.flags.bool("problems") {
        return problems(invocation);
    }
    let usage = usage_line(&[&ROOT, &STATUS]);
    Arguments::Exactly(1).check(invocation.arguments.len(), "helm status", &usage).map_err(Failure::new)?;
    let options = RecordOptions { name: invocation.first_argument(), revision: invocation.flags.int("revision") };
    let live = if Format::of(&invocation.flags) == Format::Table { Live::Tables } else { Live::Objects };
    let report = invocation.on_cluster(|session| pintle::status(&options, live, session))?;
    let view = ReleaseView {
        tables: &report.tables,
        resources: report.resources.as_ref(),
        no_chart: true,
        more: report.gates.as_ref().map(|gates| ("gates", gates.to_string())),
        ..ReleaseView::default()
    };
    let text = print::release(&report.record, &view, &invocation.flags, invocation.environment)?;
    invocation.output.print(text)?;
    invocation.output.complain_lines(&report.why);
    Ok(())
}

/// Shows the releases that somebody should look at.
fn problems(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = ProblemOptions { places: invocation.places() };
    let namespace = if invocation.flags.bool("all-namespaces") { String::new() } else { invocation.namespace() };
    let (found, count) = invocation.on_cluster_in(namespace, |session| pintle::problems(&options, session))?;
    let text = match Format::of(&invocation.flags) {
        Format::Table => {
            pintle::problem_table(&found, count, print::page(&invocation.flags, invocation.environment)).into_bytes()
        }
        Format::Json => pintle::problems_json(&found)?,
        Format::Yaml => print::yaml_of(&pintle::problems_json(&found)?)?,
    };
    invocation.output.print(text)?;
    if found.is_empty() { Ok(()) } else { Err(Failure { exit: Exit::Differs, ..Failure::logged() }) }
}
