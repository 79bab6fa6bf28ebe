//! Releases, as `list` prints them. Helm: `pkg/cmd/list.go`.

use pintle::{Listed, Summary, Table};
use value::{
    Value,
    json::{self, Fields, array},
};

use super::{
    Format, Paint, json_line,
    revisions::{app_version, chart},
    unwritable, yaml_of,
};
use crate::error::Failure;

/// How a list of releases is printed.
#[derive(Clone, Debug)]
pub(crate) struct ListView {
    /// `--output`
    pub(crate) format: Format,
    /// `--short`
    pub(crate) short: bool,
    /// `--no-headers`
    pub(crate) no_headers: bool,
    /// Colours.
    pub(crate) paint: Paint,
}

/// Prints releases.
pub(crate) fn list(releases: &[Listed], view: &ListView) -> Result<Vec<u8>, Failure> {
    if view.format == Format::Table {
        return Ok(if view.short { names(releases) } else { table(releases, view) }.into_bytes());
    }
    let items: Result<Vec<_>, _> = match view.short {
        true => releases.iter().map(|release| json::to_vec(&Value::string(release.head.name.as_str()))).collect(),
        false => releases.iter().map(|release| fields(&release.head, &release.updated)).collect(),
    };
    let json = array(&items.map_err(|error| unwritable("JSON", error))?);
    if view.format == Format::Json { Ok(json_line(json)) } else { yaml_of(&json) }
}

fn names(releases: &[Listed]) -> String {
    releases.iter().map(|release| format!("{}\n", release.head.name)).collect()
}

fn table(releases: &[Listed], view: &ListView) -> String {
    const HEADS: [&str; 7] = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
    let paint = view.paint;
    let mut table = Table::default();
    if !view.no_headers {
        let heads = HEADS.map(|head| paint.head(head));
        table.row(heads.iter().map(String::as_str));
    }
    for Listed { head, updated } in releases {
        table.row([
            head.name.as_str(),
            &paint.namespace(&head.namespace),
            &head.revision.to_string(),
            updated,
            &paint.status(head.status),
            &chart(head),
            &app_version(head),
        ]);
    }
    table.text() + "\n"
}

fn fields(head: &Summary, time: &str) -> Result<Vec<u8>, json::Error> {
    let mut fields = Fields::default();
    fields.text("name", &head.name)?;
    fields.text("namespace", &head.namespace)?;
    fields.text("revision", &head.revision.to_string())?;
    fields.text("updated", time)?;
    fields.text("status", head.status.name())?;
    fields.text("chart", &chart(head))?;
    fields.text("app_version", &app_version(head))?;
    Ok(fields.finish())
}
