//! `values.schema.json`: checks values as Helm does, in the words of the library that Helm uses.
//!
//! Helm: pkg/chart/common/util/jsonschema.go and github.com/santhosh-tekuri/jsonschema/v6. A document of its own is
//! all that a schema may refer to, besides those of json-schema.org, which are at hand: what lies in other files or
//! on the network is refused. Values and schemas that are nested too deeply, or take too many steps, are refused too.

mod compile;
mod compiled;
mod decimal;
mod document;
mod draft;
mod failure;
mod format;
pub(crate) mod json;
mod keywords;
mod pattern;
mod pointer;
mod validate;

use value::{Map, Value};

use self::{compile::Compiler, json::Json};
use crate::{Chart, Level, Warning};

/// Where Helm says that a chart's schema lies.
const LOCATION: &str = "file:///values.schema.json";

/// How deep charts may lie in each other.
const MAX_NESTING: usize = 64;

/// Values that a schema refuses, or a schema that cannot be used; displays as Helm words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SchemaError {
    message: String,
    hint: Option<&'static str>,
}

impl SchemaError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}

/// Checks the values of a chart and its subcharts, each against the schema of its own chart.
///
/// The error tells what is wrong in all of them. Helm: `ValidateAgainstSchema`.
pub fn validate_values(chart: &Chart, values: &Map, warnings: &mut Vec<Warning>) -> Result<(), SchemaError> {
    let mut found = Found { message: String::new(), hint: None };
    validate_chart(chart, values, warnings, &mut found, 0);
    if found.message.is_empty() { Ok(()) } else { Err(SchemaError { message: found.message, hint: found.hint }) }
}

/// Whether a schema file is JSON at all.
pub(crate) fn is_json(schema: &[u8]) -> bool {
    Json::parse(schema).is_ok()
}

struct Found {
    message: String,
    hint: Option<&'static str>,
}

fn validate_chart(chart: &Chart, values: &Map, warnings: &mut Vec<Warning>, found: &mut Found, nesting: usize) {
    if nesting > MAX_NESTING {
        return;
    }
    if let Some(schema) = &chart.schema {
        warnings.push(Warning::debug("chart name", vec![("chart-name", chart.name().to_owned())]));
        if let Err(error) = validate_against(values, schema, warnings) {
            found.message.push_str(&format!("{}:\n{error}", chart.name()));
            found.hint = found.hint.or(error.hint);
        }
    }
    let attributes = vec![("chart", chart.name().to_owned()), ("dependencies", chart.dependencies.len().to_string())];
    warnings.push(Warning::debug("number of dependencies in the chart", attributes));
    for subchart in &chart.dependencies {
        match values.get(subchart.name()) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(values)) => validate_chart(subchart, &values, warnings, found, nesting + 1),
            Some(other) => found.message.push_str(&format!(
                "{}:\ninvalid type for values: expected object (map), got {}\n",
                subchart.name(),
                other.go_type()
            )),
        }
    }
}

/// Checks values against one schema.
///
/// Fails where the schema is no JSON, no schema, or refuses the values. Helm: `ValidateAgainstSingleSchema`.
pub fn validate_against(values: &Map, schema: &[u8], warnings: &mut Vec<Warning>) -> Result<(), SchemaError> {
    let plain = |message: String| SchemaError { message, hint: None };
    let text = schema;
    let schema = Json::parse(text).map_err(plain)?;
    let attributes = vec![("schema", String::from_utf8_lossy(text).into_owned())];
    warnings.push(Warning::debug("unmarshalled JSON schema", attributes));
    let mut compiler = Compiler::new(LOCATION, schema);
    let compiled = compiler.compile(LOCATION);
    for urn in compiler.urns() {
        let message = "unresolved URN reference ignored; using permissive schema".into();
        let warning = Warning { level: Level::Warn, message, attributes: vec![("urn", urn.clone())] };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    let arena = compiled.map_err(|message| {
        let hint =
            "copy what the schema refers to into its own definitions; --skip-schema-validation renders without it";
        SchemaError { message, hint: compiler.refused().then_some(hint) }
    })?;
    let values = Json::from_value(&Value::Map(values.clone()));
    validate::check(&arena, &values).map_err(|message| {
        let prefix = format!("jsonschema validation failed with '{LOCATION}#'\n");
        plain(format!("{}\n", message.strip_prefix(&prefix).unwrap_or(&message)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorts what Go's order is random of: failures below one schema, and the names in a list.
    fn sorted(text: &str) -> String {
        fn tree(lines: &mut std::iter::Peekable<std::str::Lines<'_>>, depth: usize) -> Vec<String> {
            let level = |line: &str| {
                let rest = line.trim_start_matches(' ');
                if rest.starts_with("- ") { (line.len() - rest.len()) / 2 + 1 } else { 0 }
            };
            let mut blocks: Vec<String> = Vec::new();
            while let Some(line) = lines.next_if(|line| level(line) >= depth) {
                let mut block = line.to_owned();
                if let Some((head, rest)) = line.split_once("additional properties '")
                    && let Some(names) = rest.strip_suffix("' not allowed")
                {
                    let mut names: Vec<&str> = names.split("', '").collect();
                    names.sort_unstable();
                    block = format!("{head}additional properties '{}' not allowed", names.join("', '"));
                }
                let below = if level(line) > 0 { tree(lines, level(line) + 1) } else { Vec::new() };
                blocks.push([vec![block], below].concat().join("\n"));
            }
            let is_failure = |block: &String| block.trim_start().starts_with("- ");
            blocks.chunk_by_mut(|a, b| is_failure(a) && is_failure(b)).for_each(<[String]>::sort);
            blocks
        }
        let mut blocks = tree(&mut text.lines().peekable(), 0);
        if text.ends_with('\n') {
            blocks.push(String::new());
        }
        blocks.join("\n")
    }

    #[test]
    fn values_are_judged_as_by_helm() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/chart/schema");
        let (mut cases, mut valid, mut text) = (0, Vec::new(), Vec::new());
        for file in std::fs::read_dir(folder).unwrap() {
            let lines = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for line in lines.lines() {
                let case = value::json::from_slice(line.as_bytes()).unwrap();
                let case = case.as_map().unwrap();
                let field = |name: &str| case.get(name).unwrap();
                let (schema, values) = (field("schema"), field("values"));
                let wants = field("want");
                let wants: Vec<String> =
                    wants.as_list().unwrap().iter().map(|want| want.as_str().unwrap().to_string()).collect();
                let got = validate_against(values.as_map().unwrap(), schema.as_str().unwrap(), &mut Vec::new());
                let got = got.map_or_else(|error| sorted(&error.to_string()), |()| String::new());
                cases += 1;
                // Why a document out of reach cannot be had is ours to say, and which of two places is told first is random.
                let vague = |text: &str| {
                    let head = text.split(": ").next().filter(|_| text.starts_with("failing loading"));
                    head.or_else(|| text.split(" at ").next().filter(|_| text.starts_with("duplicate")))
                        .map(str::to_owned)
                };
                if wants.contains(&got) || wants.iter().any(|want| vague(want).is_some() && vague(want) == vague(&got))
                {
                    continue;
                }
                let what = format!(
                    "schema {}\nvalues {values:?}\ngot  {got}\nwant {}\n",
                    schema.as_str().unwrap(),
                    wants.join("\nor   ")
                );
                if wants.iter().all(|want| want.is_empty() != got.is_empty()) {
                    valid.push(what)
                } else {
                    text.push(what)
                }
            }
        }
        let shown: Vec<&String> = valid.iter().chain(&text).take(40).collect();
        assert!(
            shown.is_empty(),
            "{cases} cases, {} judged otherwise, {} worded otherwise\n{shown:#?}",
            valid.len(),
            text.len()
        );
        assert!(cases > 1_000);
    }
}
