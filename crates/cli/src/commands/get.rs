//! `helm get` and what is below it.

use pintle::{Record, RecordOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{OUTPUT, REVISION},
    invocation::Invocation,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static GET: Command = Command {
    name: "get",
    short: "download extended information of a named release",
    long: "Shows what was recorded of a release: its values, manifests, notes, hooks and metadata.",
    arguments: Arguments::None,
    commands: &[&ALL, &VALUES, &MANIFEST, &HOOKS, &NOTES, &METADATA],
    ..Command::BASE
};

static ALL: Command = Command {
    name: "all",
    short: "download all information for a named release",
    long: "Shows a release's notes, hooks, values and manifests.",
    flags: &[&[REVISION, Flag::text("template", "a template for the output, such as {{.Release.Name}}")]],
    ..PART
};

static VALUES: Command = Command {
    name: "values",
    short: "download the values file for a named release",
    long: "Shows the values that a release was given.",
    flags: &[&[REVISION, Flag::switch("all", "show the chart's own values too").short('a'), OUTPUT]],
    ..PART
};

static MANIFEST: Command = Command {
    name: "manifest",
    short: "download the manifest for a named release",
    long: "Shows the manifests of the objects that a release made, those of subcharts included.",
    action: Action::Run(manifest),
    ..PART
};

static HOOKS: Command = Command {
    name: "hooks",
    short: "download all hooks for a named release",
    long: "Shows the manifests of a release's hooks.",
    ..PART
};

static NOTES: Command = Command {
    name: "notes",
    short: "download the notes for a named release",
    long: "Shows the notes of a release.",
    ..PART
};

static METADATA: Command = Command {
    name: "metadata",
    short: "This command fetches metadata for a given release",
    long: "Shows the metadata of a release: its chart, versions, namespace, revision, status and time.",
    flags: &[&[REVISION, OUTPUT]],
    ..PART
};

const PART: Command = Command {
    synopsis: "RELEASE_NAME",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[REVISION]],
    action: Action::NotBuilt,
    ..Command::BASE
};

/// The record that the command line asks for.
fn record(invocation: &mut Invocation<'_>) -> Result<Record, Failure> {
    let options = RecordOptions { name: invocation.first_argument(), revision: invocation.flags.int("revision") };
    invocation.on_cluster(|session| pintle::record(&options, session))
}

fn manifest(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let record = record(invocation)?;
    invocation.output.print(&record.manifest)?;
    invocation.output.print("\n")
}
