//! The revisions of a release, as `history` prints them. Helm: `pkg/cmd/history.go`.

use pintle::{ChangedRevision, Summary, Table, Timestamp};
use value::{
    Value,
    json::{self, Fields, array},
};

use super::{Format, json_line, unwritable, yaml_of};
use crate::error::Failure;

/// Prints revisions.
pub(crate) fn revisions(revisions: &[Summary], format: Format) -> Result<Vec<u8>, Failure> {
    if format == Format::Table {
        let mut table = Table::default();
        table.row(HEADS);
        for head in revisions {
            table.row(cells(head).iter().map(String::as_str));
        }
        return Ok((table.text() + "\n").into_bytes());
    }
    encode(revisions.iter().map(|head| Ok(fields(head)?.finish())), format)
}

/// Prints revisions with what each changed. Why one failed stands in a line of its own, as it may be long.
pub(crate) fn changed_revisions(revisions: &[ChangedRevision], format: Format) -> Result<Vec<u8>, Failure> {
    if format != Format::Table {
        return encode(revisions.iter().map(changed_fields), format);
    }
    let mut table = Table::default();
    table.row(HEADS.into_iter().chain(["CHANGED"]));
    for revision in revisions {
        let mut cells = cells(&revision.head);
        // A cell of several lines is cut in the middle of the first.
        cells[5] = cells[5].replace('\n', "; ");
        table.row(cells.iter().map(String::as_str).chain([revision.changes.join("; ").as_str()]));
    }
    let mut text = table.text() + "\n";
    for why in revisions.iter().filter_map(|revision| pintle::why_revision(&revision.head)) {
        text.push_str(&format!("{why}\n"));
    }
    Ok(text.into_bytes())
}

const HEADS: [&str; 6] = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"];

fn cells(head: &Summary) -> [String; 6] {
    [
        head.revision.to_string(),
        ansic(head.last_deployed),
        head.status.name().to_owned(),
        chart(head),
        app_version(head),
        head.description.clone(),
    ]
}

fn encode(items: impl Iterator<Item = Result<Vec<u8>, json::Error>>, format: Format) -> Result<Vec<u8>, Failure> {
    let items: Result<Vec<_>, _> = items.collect();
    let json = array(&items.map_err(|error| unwritable("JSON", error))?);
    if format == Format::Json { Ok(json_line(json)) } else { yaml_of(&json) }
}

fn fields(revision: &Summary) -> Result<Fields, json::Error> {
    let mut fields = Fields::default();
    fields.raw("revision", revision.revision.to_string().as_bytes());
    if let Some(time) = revision.last_deployed {
        fields.text("updated", &time.to_string())?;
    }
    fields.text("status", revision.status.name())?;
    fields.text("chart", &chart(revision))?;
    fields.text("app_version", &app_version(revision))?;
    fields.text("description", &revision.description)?;
    Ok(fields)
}

fn changed_fields(revision: &ChangedRevision) -> Result<Vec<u8>, json::Error> {
    let mut fields = fields(&revision.head)?;
    fields.value("changes", &Value::strings(revision.changes.iter().map(String::as_str)))?;
    fields.some_text("reason", &revision.reason)?;
    Ok(fields.finish())
}

/// Go's `time.ANSIC`, which has a text for no time too.
pub(crate) fn ansic(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "Mon Jan  1 00:00:00 0001".to_owned(), Timestamp::ansic)
}

/// `name-version`. A record may have lost its chart: <https://github.com/helm/helm/issues/1347>.
pub(crate) fn chart(head: &Summary) -> String {
    match head.chart_name.as_str() {
        "" => "MISSING".to_owned(),
        name => format!("{name}-{}", head.chart_version),
    }
}

/// The version of what the chart installs.
pub(crate) fn app_version(head: &Summary) -> String {
    if head.chart_name.is_empty() { "MISSING".to_owned() } else { head.app_version.clone() }
}
