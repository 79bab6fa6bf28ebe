//! `helm get` and what is below it.

use pintle::{Chart, Record, RecordOptions};
use value::Map;

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{OUTPUT, REVISION, SENSITIVE},
    invocation::Invocation,
    print::{self, Format, ReleaseView},
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
    flags: &[&[REVISION, Flag::text("template", "a template for the output, such as {{.Release.Name}}")], SENSITIVE],
    action: Action::Run(all),
    ..PART
};

static VALUES: Command = Command {
    name: "values",
    short: "download the values file for a named release",
    long: "Shows the values that a release was given.",
    flags: &[&[REVISION, Flag::switch("all", "show the chart's own values too").short('a'), OUTPUT], SENSITIVE],
    action: Action::Run(values),
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
    action: Action::Run(hooks),
    ..PART
};

static NOTES: Command = Command {
    name: "notes",
    short: "download the notes for a named release",
    long: "Shows the notes of a release.",
    action: Action::Run(notes),
    ..PART
};

static METADATA: Command = Command {
    name: "metadata",
    short: "This command fetches metadata for a given release",
    long: "Shows the metadata of a release: its chart, versions, namespace, revision, status and time.",
    flags: &[&[REVISION, OUTPUT]],
    action: Action::Run(metadata),
    ..PART
};

/// Values without what the chart's schema or a flag says nobody may see; that something is missing is told.
fn redacted(invocation: &mut Invocation<'_>, chart: &Chart, values: &Map) -> Map {
    let (values, count) = pintle::redacted(values, &invocation.hidden().of(chart));
    if count > 0 {
        invocation
            .output
            .complain(&format!("{count} of the values are redacted; --show-secrets shows what the schema hides\n"));
    }
    values
}

const PART: Command = Command {
    synopsis: "RELEASE_NAME",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OneRelease,
    flags: &[&[REVISION]],
    ..Command::BASE
};

fn options(invocation: &Invocation<'_>) -> RecordOptions {
    RecordOptions { name: invocation.first_argument(), revision: invocation.flags.int("revision") }
}

/// The record that the command line asks for.
fn record(invocation: &mut Invocation<'_>) -> Result<Record, Failure> {
    let options = options(invocation);
    invocation.on_cluster(|session| pintle::record(&options, session))
}

fn all(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = options(invocation);
    let template = invocation.flags.text("template").to_owned();
    if !template.is_empty() {
        let text = invocation.on_cluster(|session| {
            let record = pintle::record(&options, session)?;
            pintle::record_template(&record, &template, session.world.surroundings)
        })?;
        return invocation.output.print(text);
    }
    let (record, computed) = invocation.on_cluster(|session| {
        let record = pintle::record(&options, session)?;
        let computed = pintle::computed_values(&record, session.observer)?;
        Ok((record, computed))
    })?;
    let computed = redacted(invocation, &record.chart, &computed);
    let record = pintle::covered(&record, &invocation.hidden()).map_or(record, |(shown, _)| shown);
    let view = ReleaseView { metadata: true, computed: Some(&computed), ..ReleaseView::default() };
    let text = print::release(&record, &view, &invocation.flags, invocation.environment)?;
    invocation.output.print(text)
}

fn values(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let options = options(invocation);
    let computed = invocation.flags.bool("all");
    let (values, chart) = invocation.on_cluster(|session| {
        let record = pintle::record(&options, session)?;
        let values = if computed { pintle::computed_values(&record, session.observer)? } else { record.config };
        Ok((values, record.chart))
    })?;
    let values = redacted(invocation, &chart, &values);
    invocation.output.print(print::values(&values, computed, Format::of(&invocation.flags))?)
}

fn manifest(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let record = record(invocation)?;
    invocation.output.print(&record.manifest)?;
    invocation.output.print("\n")
}

fn hooks(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let record = record(invocation)?;
    invocation.output.print(print::hooks(&record.hooks))
}

fn notes(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let notes = record(invocation)?.info.notes;
    if notes.is_empty() {
        return Ok(());
    }
    invocation.output.print(format!("NOTES:\n{notes}\n"))
}

fn metadata(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let record = record(invocation)?;
    invocation.output.print(print::metadata(&record, Format::of(&invocation.flags))?)
}
