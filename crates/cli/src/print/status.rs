//! A release as `status`, `install`, `upgrade`, `test` and `get all` print it. Helm: `pkg/cmd/status.go`.

use pintle::{Hook, HookEvent, Record, Timestamp};
use value::{Map, Value, yaml};

use super::{Format, Paint, json_line, revisions::ansic, unwritable, yaml_of};
use crate::{env::Environment, error::Failure, parse::FlagSet};

/// What of a release is printed. [`ReleaseView::default`] is what `install` and `upgrade` print.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReleaseView<'a> {
    /// The chart's name and versions.
    pub(crate) metadata: bool,
    /// The chart's values with the release's own, both, and with them hooks and manifests (`--debug`).
    pub(crate) computed: Option<&'a Map>,
    /// Leaves out the notes.
    pub(crate) hide_notes: bool,
    /// The objects of the release as tables, each under its version and kind.
    pub(crate) tables: &'a [(String, String)],
    /// The objects of the release as they live, by version and kind, for JSON and YAML.
    pub(crate) resources: Option<&'a Value>,
    /// Leaves the chart out of JSON and YAML.
    pub(crate) no_chart: bool,
    /// A key of ours that JSON and YAML have behind Helm's, and its value as JSON.
    pub(crate) more: Option<(&'a str, String)>,
}

/// Prints a release in the form that the flags ask for.
pub(crate) fn release(
    record: &Record,
    view: &ReleaseView<'_>,
    flags: &FlagSet<'_>,
    environment: &Environment,
) -> Result<Vec<u8>, Failure> {
    let format = match flags.slot("output") {
        Some(_) => Format::of(flags),
        None => Format::Table,
    };
    if format == Format::Table {
        return release_text(record, view, Paint::of(flags, environment));
    }
    let mut json = pintle::record_json(record, !view.no_chart, view.resources)?;
    if let Some((key, value)) = &view.more {
        // A record has fields.
        json.pop();
        json.extend(format!(",\"{key}\":{value}}}").into_bytes());
    }
    if format == Format::Json { Ok(json_line(json)) } else { yaml_of(&json) }
}

/// Prints a release as text.
pub(crate) fn release_text(record: &Record, view: &ReleaseView<'_>, paint: Paint) -> Result<Vec<u8>, Failure> {
    let info = &record.info;
    let mut text = format!("NAME: {}\n", record.name);
    if let Some(time) = info.last_deployed {
        text.push_str(&format!("LAST DEPLOYED: {}\n", time.ansic()));
    }
    text.push_str(&format!("NAMESPACE: {}\n", paint.namespace(&record.namespace)));
    text.push_str(&format!("STATUS: {}\nREVISION: {}\n", paint.status(info.status), record.revision));
    if view.metadata {
        let chart = &record.chart.metadata;
        text.push_str(&format!(
            "CHART: {}\nVERSION: {}\nAPP_VERSION: {}\n",
            chart.name, chart.version, chart.app_version
        ));
    }
    text.push_str(&format!("DESCRIPTION: {}\n", info.description));
    if !view.tables.is_empty() {
        text.push_str("RESOURCES:\n");
        for (title, table) in view.tables {
            text.push_str(&format!("==> {title}\n{table}\n"));
        }
        text.push('\n');
    }
    tests(&record.hooks, &mut text);
    let mut bytes = text.into_bytes();
    if let Some(computed) = view.computed {
        bytes.extend(titled("USER-SUPPLIED VALUES:", &record.config)?);
        bytes.extend(titled("COMPUTED VALUES:", computed)?);
    }
    if view.computed.is_some() || info.description.eq_ignore_ascii_case("Dry run complete") {
        bytes.extend_from_slice(b"HOOKS:\n");
        bytes.extend(hooks(&record.hooks));
        bytes.extend(format!("MANIFEST:\n{}\n", record.manifest).into_bytes());
    }
    if !view.hide_notes && !info.notes.is_empty() {
        bytes.extend(format!("NOTES:\n{}\n", info.notes.trim()).into_bytes());
    }
    Ok(bytes)
}

/// What the tests said when they ran last. One that has not run says nothing.
fn tests(hooks: &[Hook], text: &mut String) {
    // Helm lists a hook once for each time that it names the event.
    let tests: Vec<&Hook> = hooks
        .iter()
        .flat_map(|hook| hook.events.iter().filter(|event| **event == HookEvent::Test).map(move |_| hook))
        .collect();
    if tests.is_empty() {
        text.push_str("TEST SUITE: None\n");
    }
    for hook in tests {
        let run = &hook.last_run;
        let Some(started) = run.started_at.map(Timestamp::ansic) else { continue };
        text.push_str(&format!(
            "TEST SUITE:     {}\nLast Started:   {started}\nLast Completed: {}\nPhase:          {}\n",
            hook.name,
            ansic(run.completed_at),
            run.phase
        ));
    }
}

/// Values as YAML below a title, and an empty line.
fn titled(title: &str, values: &Map) -> Result<Vec<u8>, Failure> {
    let yaml = yaml::to_vec(&Value::Map(values.clone())).map_err(|error| unwritable("YAML", error))?;
    Ok([title.as_bytes(), b"\n", &yaml, b"\n"].concat())
}

/// The manifests of hooks, as `get hooks` prints them.
pub(crate) fn hooks(hooks: &[Hook]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for hook in hooks {
        bytes.extend(format!("---\n# Source: {}\n", hook.path).into_bytes());
        bytes.extend_from_slice(hook.manifest.as_bytes());
        bytes.push(b'\n');
    }
    bytes
}
