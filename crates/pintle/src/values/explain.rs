//! `helm values explain`: of each final value where it comes from, what it overrode, and which templates use it.

use chart::Chart;
use serde_json::json;
use value::{Map, Value};

use super::{
    is_secret_key,
    layers::Layer,
    path_text, sensitive_paths,
    unused::{Unused, unused_values},
    usage::{Usage, is_bare, leaves},
};
use crate::{
    ChartRequest, Error, ErrorKind, Observer, Prepared, Record, World,
    prepare::{prepare_upgrade, told},
    style::{Page, cut},
};

/// What `values explain` needs.
#[derive(Clone, Debug, Default)]
pub struct ExplainOptions {
    /// The chart, and the values of the flags.
    pub chart: ChartRequest,
    /// The value, or what several lie below; empty for all.
    pub path: String,
    /// `--show-secrets`: shows passwords too.
    pub show_secrets: bool,
}

/// A final value.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Where it is.
    pub path: String,
    /// What it is, as JSON.
    pub value: String,
    /// Where it comes from.
    pub from: String,
    /// What was said before: where, and what.
    pub overrode: Vec<(String, String)>,
    /// The template lines that use it: where, and the line.
    pub used: Vec<(String, String)>,
    /// Whether nothing uses it.
    pub unused: bool,
    /// The key that it may be a misspelling of; empty where there is none.
    pub nearest: String,
}

/// Explains the values that a chart would get.
///
/// # Errors
/// A chart or a file that cannot be read; no such value.
pub fn explain(
    options: &ExplainOptions,
    world: &mut World<'_>,
    observer: &mut dyn Observer,
) -> Result<Vec<Explained>, Error> {
    let mut layers = Layer::of_flags(&options.chart.values, world.stdin)?;
    let request = ChartRequest { values: crate::ValuesFlags::default(), ..options.chart.clone() };
    let Prepared { chart, .. } = prepare_upgrade(&request, world, observer)?;
    let values = options.chart.values.merge(&mut std::io::empty());
    // What came from the standard input has been read.
    let values = if options.chart.values.files.iter().any(|file| file == "-") { merged(&layers) } else { values? };
    Layer::of_chart(&chart, &options.chart.query.reference, &[], &mut layers);
    let explained = explained(&chart, &values, &layers, (&options.path, observer))?;
    Ok(if options.show_secrets { explained } else { hidden(explained, &chart) })
}

/// Explains the values of a revision.
///
/// # Errors
/// No such value.
pub fn explain_release(record: &Record, path: &str, observer: &mut dyn Observer) -> Result<Vec<Explained>, Error> {
    let mut layers = vec![Layer::of_revision(record.revision, record.config.clone())];
    Layer::of_chart(&record.chart, record.chart.name(), &[], &mut layers);
    let explained = explained(&record.chart, &record.config, &layers, (path, observer))?;
    Ok(hidden(explained, &record.chart))
}

/// Passwords, and what a schema says is only written, cannot be seen.
fn hidden(mut explained: Vec<Explained>, chart: &Chart) -> Vec<Explained> {
    let sensitive = sensitive_paths(chart);
    for value in &mut explained {
        let secret = is_secret_key(&value.path) || sensitive.contains(&value.path);
        let mask = |text: &mut String| {
            if !["\"\"", "null"].contains(&text.as_str()) {
                *text = "\"REDACTED\"".to_owned();
            }
        };
        if secret {
            mask(&mut value.value);
            value.overrode.iter_mut().for_each(|(_, said)| mask(said));
            if let Some((flag, _)) = value.from.split_once('=').filter(|_| value.from.starts_with("--set")) {
                value.from = format!("{flag}=REDACTED");
            }
        }
    }
    explained
}

fn merged(layers: &[Layer]) -> Map {
    layers.iter().rev().fold(Map::default(), |base, layer| chart::merge_maps(&base, &layer.all()))
}

fn explained(
    chart: &Chart,
    values: &Map,
    layers: &[Layer],
    (wanted, observer): (&str, &mut dyn Observer),
) -> Result<Vec<Explained>, Error> {
    let computed = told(observer, |log| {
        let mut warnings = Vec::new();
        let computed = chart::coalesce_values(chart, values, &mut warnings);
        log.extend(warnings.into_iter().map(crate::LogLine::from));
        Ok(computed?)
    })?;
    let usage = Usage::of(chart);
    let unused = unused_values(chart, values);
    let below = |path: &str| wanted.is_empty() || path == wanted || path.starts_with(&format!("{wanted}."));
    let mut explained = Vec::new();
    for (path, value) in leaves(&computed) {
        let text = path_text(&path);
        // Globals are copied into every subchart; they are told where they are given.
        let is_copy = path.iter().skip(1).any(|key| key == "global");
        let is_nothing = matches!(&value, Value::Map(map) if map.is_empty() && wanted.is_empty())
            || matches!(&value, Value::List(list) if is_bare(list) && wanted.is_empty());
        if !below(&text) || is_copy || is_nothing {
            continue;
        }
        explained.push(one(&path, &value, (layers, &usage, &unused)));
    }
    if explained.is_empty() && !wanted.is_empty() {
        let known = leaves(&computed).into_iter().map(|(path, _)| path_text(&path));
        let nearest = known.map(|known| (render::edit_distance(wanted, &known), known)).min();
        let error = Error::new(ErrorKind::Values, format!("there is no value {wanted}"));
        return Err(match nearest {
            Some((_, nearest)) => error.hinted(format!("the nearest one is {nearest}")),
            None => error,
        });
    }
    Ok(explained)
}

fn one(path: &[String], value: &Value, (layers, usage, unused): (&[Layer], &Usage, &[Unused])) -> Explained {
    let said: Vec<(String, String)> =
        layers.iter().filter_map(|layer| Some((layer.place(path), value_text(&layer.get(path)?)))).collect();
    let mut said = said.into_iter();
    let from = said.next().map_or_else(|| "import-values or the chart's own merge".to_owned(), |(place, _)| place);
    let text = path_text(path);
    let references = usage.of_path(path);
    let used = references.iter().map(|reference| {
        let place = match reference.line {
            0 => reference.file.clone(),
            line => format!("{}:{line}", reference.file),
        };
        (place, reference.text.clone())
    });
    let misspelt = unused.iter().find(|unused| unused.path == text);
    Explained {
        value: value_text(value),
        from,
        overrode: said.collect(),
        used: used.collect(),
        unused: !usage.uses(path),
        nearest: misspelt.map(|unused| unused.nearest.clone()).unwrap_or_default(),
        path: text,
    }
}

fn value_text(value: &Value) -> String {
    String::from_utf8_lossy(&value::json::to_vec_raw(value).unwrap_or_default()).into_owned()
}

/// Values for people.
pub fn explain_text(values: &[Explained], page: Page) -> String {
    let mut text = String::new();
    for value in values {
        let room = page.width.saturating_sub(value.path.chars().count() + 3).max(20);
        text.push_str(&format!("{} = {}\n", page.bold(&value.path), cut(&value.value, room)));
        text.push_str(&format!("  from      {}\n", page.green(&value.from)));
        for (place, said) in &value.overrode {
            let room = page.width.saturating_sub(place.chars().count() + 14).max(10);
            text.push_str(&format!("  over      {place}: {}\n", cut(said, room)));
        }
        for (place, line) in &value.used {
            let room = page.width.saturating_sub(place.chars().count() + 14).max(10);
            text.push_str(&format!("  used in   {place}  {}\n", cut(line, room)));
        }
        match (value.unused, value.nearest.as_str()) {
            (false, _) => {}
            (true, "") => text.push_str(&format!("  {}\n", page.yellow("unused: no template names it"))),
            (true, nearest) => {
                let notice = format!("unused: no template names it; did you mean {nearest}?");
                text.push_str(&format!("  {}\n", page.yellow(&notice)));
            }
        }
    }
    text
}

/// Values as JSON.
///
/// # Errors
/// It cannot be written.
pub fn explain_json(values: &[Explained]) -> Result<Vec<u8>, Error> {
    let pair = |(place, text): &(String, String), name: &str| {
        let parsed = serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into());
        let text: serde_json::Value = if name == "value" { parsed } else { text.as_str().into() };
        json!({"place": place, name: text})
    };
    let value = |value: &Explained| {
        json!({
            "path": value.path,
            "value": serde_json::from_str::<serde_json::Value>(&value.value).unwrap_or_default(),
            "from": value.from,
            "overrode": value.overrode.iter().map(|said| pair(said, "value")).collect::<Vec<_>>(),
            "usedIn": value.used.iter().map(|used| pair(used, "line")).collect::<Vec<_>>(),
            "unused": value.unused,
            "nearest": value.nearest,
        })
    };
    let mut bytes = serde_json::to_vec_pretty(&values.iter().map(value).collect::<Vec<_>>())
        .map_err(|error| Error::new(ErrorKind::Output, format!("unable to write JSON output: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}
