//! Which values the templates of a chart name, found in their texts.
//!
//! A template that hands all of `.Values` on (`toYaml .Values`, `$v := .Values`) may use any of them: of its chart nothing
//! is said to be unused then.

use chart::{Chart, File};
use value::{List, Map, Value};

/// A place in a template that names a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The value, from the root of the umbrella chart's values; everything below it counts as named too.
    pub(crate) path: Vec<String>,
    /// The template, such as `demo/templates/service.yaml`; `Chart.yaml` for conditions.
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The line's text, trimmed.
    pub(crate) text: String,
}

/// What a chart and its subcharts name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    /// Every place.
    pub(crate) references: Vec<Reference>,
    /// The paths of charts of which anything may be used.
    whole: Vec<Vec<String>>,
}

/// Charts nest so deep at the most.
const DEPTH: usize = 64;

impl Usage {
    /// What a chart names.
    pub(crate) fn of(chart: &Chart) -> Usage {
        let mut usage = Usage::default();
        usage.chart(chart, &[], chart.name().to_owned());
        usage
    }

    /// The places that name a value, or what it lies in, or what lies in it.
    pub(crate) fn of_path(&self, path: &[String]) -> Vec<&Reference> {
        let near = |reference: &&Reference| reference.path.iter().zip(path).all(|(one, other)| one == other);
        self.references.iter().filter(near).collect()
    }

    /// Whether anything may use a value.
    pub(crate) fn uses(&self, path: &[String]) -> bool {
        self.whole.iter().any(|chart| path.starts_with(chart)) || !self.of_path(path).is_empty()
    }

    fn chart(&mut self, chart: &Chart, prefix: &[String], place: String) {
        if prefix.len() > DEPTH {
            return;
        }
        for template in &chart.templates {
            self.template(template, prefix, &place);
        }
        self.values(&Value::Map(chart.values.clone()), prefix, &format!("{place}/values.yaml"), 0);
        let charts = &chart.metadata.dependencies;
        for dependency in charts {
            let conditions = dependency.condition.split(',').map(str::trim).filter(|path| !path.is_empty());
            let tags = dependency.tags.iter().map(|tag| format!("tags.{tag}"));
            for path in conditions.map(str::to_owned).chain(tags) {
                self.named(
                    path.split('.').map(str::to_owned).collect(),
                    prefix,
                    (&format!("{place}/Chart.yaml"), 0, &path),
                );
            }
            let own = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            for import in &dependency.import_values {
                let path = match import {
                    Value::Map(map) => map.get("child").and_then(|child| child.as_str().map(ToString::to_string)),
                    Value::String(name) => Some(format!("exports.{name}")),
                    _ => None,
                };
                let path = path.iter().flat_map(|path| path.split('.')).map(str::to_owned);
                let path: Vec<String> = std::iter::once(own.clone()).chain(path).collect();
                self.named(path, prefix, (&format!("{place}/Chart.yaml"), 0, "import-values"));
            }
        }
        for below in &chart.dependencies {
            // A chart may be used several times, each under its alias.
            let aliases: Vec<&str> = charts
                .iter()
                .filter(|dependency| dependency.name == below.name() && !dependency.alias.is_empty())
                .map(|dependency| dependency.alias.as_str())
                .collect();
            let plain = charts.iter().any(|dependency| dependency.name == below.name() && dependency.alias.is_empty());
            let names = if aliases.is_empty() || plain { [vec![below.name()], aliases].concat() } else { aliases };
            for name in names {
                let prefix: Vec<String> = prefix.iter().cloned().chain([name.to_owned()]).collect();
                self.chart(below, &prefix, format!("{place}/charts/{}", below.name()));
            }
        }
    }

    /// Values that are templates name others.
    fn values(&mut self, value: &Value, prefix: &[String], file: &str, depth: usize) {
        match value {
            _ if depth > DEPTH => {}
            Value::String(text) if memchr::memmem::find(text, b"{{").is_some() => {
                self.text(&text.to_text(), prefix, file);
            }
            Value::Map(map) => map.entries().iter().for_each(|(_, value)| self.values(value, prefix, file, depth + 1)),
            Value::List(list) => list.iter().for_each(|value| self.values(value, prefix, file, depth + 1)),
            _ => {}
        }
    }

    fn template(&mut self, template: &File, prefix: &[String], place: &str) {
        self.text(&template.data.to_text(), prefix, &format!("{place}/{}", template.name));
    }

    fn text(&mut self, text: &str, prefix: &[String], file: &str) {
        let mut action = false;
        for (number, line) in text.lines().enumerate() {
            let mut rest = line;
            loop {
                let (mark, inside) = if action { ("}}", true) } else { ("{{", false) };
                let (part, after) = rest.split_once(mark).map_or((rest, None), |(part, after)| (part, Some(after)));
                if inside {
                    self.action(part, prefix, (file, number + 1, line.trim()));
                }
                let Some(after) = after else { break };
                action = !action;
                rest = after;
            }
        }
    }

    /// What an action names, as far as it stands on one line.
    fn action(&mut self, action: &str, prefix: &[String], place: (&str, usize, &str)) {
        const VALUES: &str = ".Values";
        let trimmed = action.trim_start_matches(['-', ' ']);
        if trimmed.starts_with("/*") {
            return;
        }
        let mut from = 0;
        while let Some(found) = action.get(from..).and_then(|rest| rest.find(VALUES)) {
            let end = from + found + VALUES.len();
            let rest = action.get(end..).unwrap_or_default();
            from = end;
            if rest.starts_with(is_letter) {
                continue;
            }
            let mut path = fields(rest);
            if path.is_empty() {
                path = literals(action.get(..end - VALUES.len()).unwrap_or_default(), rest);
            }
            if path.is_empty() {
                self.whole.push(prefix.to_vec());
            } else {
                self.named(path, prefix, place);
            }
        }
    }

    fn named(&mut self, path: Vec<String>, prefix: &[String], (file, line, text): (&str, usize, &str)) {
        let global = path.first().is_some_and(|first| first == "global");
        let path = if global { path } else { prefix.iter().cloned().chain(path).collect() };
        self.references.push(Reference { path, file: file.to_owned(), line, text: text.to_owned() });
    }
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// `.a.b` at the start of a text.
fn fields(text: &str) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('.') {
        let end = after.find(|letter| !is_letter(letter)).unwrap_or(after.len());
        let (name, left) = after.split_at_checked(end).unwrap_or((after, ""));
        if name.is_empty() {
            break;
        }
        path.push(name.to_owned());
        rest = left;
    }
    path
}

/// The texts that `index .Values "a" "b"`, `get`, `hasKey` and `dig "a" "b" x .Values` name.
fn literals(before: &str, after: &str) -> Vec<String> {
    let word = before.trim_end().rsplit([' ', '(']).next().unwrap_or_default();
    if ["index", "get", "hasKey"].contains(&word) {
        let mut path = Vec::new();
        let mut rest = after.trim_start();
        while let Some((name, left)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
            path.push(name.to_owned());
            rest = left.trim_start();
        }
        return path;
    }
    match before.rsplit_once("dig ") {
        Some((_, words)) if !words.contains(['(', ')', '|']) => {
            let quoted = words.split('"').enumerate().filter(|(place, _)| place % 2 == 1);
            let mut path: Vec<String> = quoted.map(|(_, name)| name.to_owned()).collect();
            // The last one may be the default.
            if words.trim_end().ends_with('"') && path.len() > 1 {
                path.pop();
            }
            path
        }
        _ => Vec::new(),
    }
}

/// The paths of all leaves of values: what is neither a map, nor in a list.
pub(crate) fn leaves(values: &Map) -> Vec<(Vec<String>, Value)> {
    fn walk(map: &Map, path: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, Value)>) {
        for (key, value) in map.entries() {
            path.push(key.to_string());
            match &value {
                Value::Map(below) if !below.is_empty() && path.len() < DEPTH => walk(below, path, leaves),
                _ => leaves.push((path.clone(), value)),
            }
            path.pop();
        }
    }
    let mut leaves = Vec::new();
    walk(values, &mut Vec::new(), &mut leaves);
    leaves
}

/// The value at a path.
pub(super) fn at(values: &Map, path: &[String]) -> Option<Value> {
    let (last, above) = path.split_last()?;
    let mut map = values.clone();
    for key in above {
        map = map.get(key)?.as_map()?.clone();
    }
    map.get(last)
}

/// Whether a list has no items.
pub(super) fn is_bare(list: &List) -> bool {
    list.iter().next().is_none()
}

#[cfg(test)]
mod tests {
    use chart::Chart;

    use super::*;

    fn usage(template: &str) -> Usage {
        let mut chart = Chart::default();
        chart.metadata.name = "demo".into();
        let (name, data) = ("templates/a.yaml".to_owned(), template.into());
        chart.templates = vec![File { name, data, modified: None }];
        Usage::of(&chart)
    }

    fn uses(template: &str, path: &str) -> bool {
        usage(template).uses(&path.split('.').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn references_are_found() {
        assert!(uses("{{ .Values.a.b }}", "a.b"));
        assert!(uses("{{ $.Values.a | toYaml }}", "a.b.c"));
        assert!(uses("{{- with .Values.a.b }}{{ .c }}{{ end }}", "a"));
        assert!(uses("{{ index .Values \"a-b\" \"c\" }}", "a-b.c"));
        assert!(uses("{{ dig \"a\" \"b\" \"none\" .Values }}", "a.b"));
        assert!(uses("{{ if and .Values.x\n  .Values.y }}", "y"));
        assert!(uses("{{ toYaml .Values }}", "anything"));
        assert!(!uses("{{ .Values.a.b }}", "a.c"));
        assert!(!uses(".Values.a {{ .Values.ab }} {{/* .Values.c */}}", "a"));
        assert_eq!(usage("x\n  y: {{ .Values.a }}").references[0].line, 2);
    }
}
