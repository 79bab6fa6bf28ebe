//! The forms that lists are printed in. Helm: pkg/cli/output/output.go.

use value::{Value, json, yaml};

use crate::{Error, ErrorKind};

/// `--output`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputForm {
    /// A table.
    #[default]
    Table,
    /// JSON in one line.
    Json,
    /// YAML.
    Yaml,
}

/// A struct of texts, with the names of its fields in Go's order.
pub(super) type Row = Vec<(&'static str, Cell)>;

/// What a field holds.
pub(super) enum Cell {
    Text(String),
    Row(Row),
}

impl Cell {
    pub(super) fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

/// A list of structs as JSON with a newline, or as YAML.
pub(super) fn write_rows(rows: &[Row], form: OutputForm) -> Result<Vec<u8>, Error> {
    let failed = |text: String| Error::new(ErrorKind::Output, text);
    if form == OutputForm::Yaml {
        let value = Value::list(rows.iter().map(row_value).collect());
        return yaml::to_vec(&value).map_err(|error| failed(error.to_string()));
    }
    let mut out = b"[".to_vec();
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        row_json(row, &mut out).map_err(|error| failed(error.to_string()))?;
    }
    out.extend(b"]\n");
    Ok(out)
}

fn row_value(row: &Row) -> Value {
    Value::map(row.iter().map(|(name, cell)| match cell {
        Cell::Text(text) => (*name, Value::string(text.as_str())),
        Cell::Row(row) => (*name, row_value(row)),
    }))
}

fn row_json(row: &Row, out: &mut Vec<u8>) -> Result<(), json::Error> {
    for (index, (name, cell)) in row.iter().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        out.extend(json::to_vec(&Value::string(*name))?);
        out.push(b':');
        match cell {
            Cell::Text(text) => out.extend(json::to_vec(&Value::string(text.as_str()))?),
            Cell::Row(row) => row_json(row, out)?,
        }
    }
    out.push(b'}');
    Ok(())
}
