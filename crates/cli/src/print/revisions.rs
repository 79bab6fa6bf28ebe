//! The revisions of a release, as `history` prints them. Helm: `pkg/cmd/history.go`.

use pintle::{Summary, Table, Timestamp};
use value::json::{self, Fields, array};

use super::{Format, json_line, unwritable, yaml_of};
use crate::error::Failure;

/// Prints revisions.
pub(crate) fn revisions(revisions: &[Summary], format: Format) -> Result<Vec<u8>, Failure> {
    if format == Format::Table {
        return Ok(table(revisions).into_bytes());
    }
    let items: Result<Vec<_>, _> = revisions.iter().map(fields).collect();
    let json = array(&items.map_err(|error| unwritable("JSON", error))?);
    if format == Format::Json { Ok(json_line(json)) } else { yaml_of(&json) }
}

fn fields(revision: &Summary) -> Result<Vec<u8>, json::Error> {
    let mut fields = Fields::default();
    fields.raw("revision", revision.revision.to_string().as_bytes());
    if let Some(time) = revision.last_deployed {
        fields.text("updated", &time.to_string())?;
    }
    fields.text("status", revision.status.name())?;
    fields.text("chart", &chart(revision))?;
    fields.text("app_version", &app_version(revision))?;
    fields.text("description", &revision.description)?;
    Ok(fields.finish())
}

fn table(revisions: &[Summary]) -> String {
    let mut table = Table::default();
    table.row(["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"]);
    for revision in revisions {
        table.row([
            revision.revision.to_string().as_str(),
            &ansic(revision.last_deployed),
            revision.status.name(),
            &chart(revision),
            &app_version(revision),
            &revision.description,
        ]);
    }
    table.text() + "\n"
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
