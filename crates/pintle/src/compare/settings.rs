//! The settings of an object: its leaves, items of lists by their names.

use std::collections::BTreeMap;

use release::{diff::Path, diff::PathElement, object::text_at};
use serde_json::Value;

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Setting {
    /// What it is, as text.
    Plain(String),
    /// Something that nobody may see.
    Secret(String),
}

/// Keys that name the items of lists.
const NAMES: [&str; 7] = ["name", "key", "id", "mountPath", "containerPort", "port", "host"];

/// Labels and annotations that differ whenever the chart does, and say nothing else.
const NOISE: [&str; 3] = ["helm.sh/chart", "checksum/", "app.kubernetes.io/version"];

/// A leaf as a setting.
pub(super) fn setting(value: &Value) -> Setting {
    Setting::Plain(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// The settings of an object, without its name, its namespace, and what tells the chart's version.
pub(super) fn settings_of(object: &Value, release: &str) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    let secret = text_at(object, &["kind"]) == "Secret";
    walk(object, String::new(), &mut |path, value| {
        let metadata = ["metadata.name", "metadata.namespace", "kind", "apiVersion"].contains(&path.as_str());
        if metadata || NOISE.iter().any(|noise| path.contains(noise)) {
            return;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let hidden = secret && (path.starts_with("data.") || path.starts_with("stringData."));
        let setting = match () {
            () if hidden => Setting::Secret(text),
            // The release's name is no difference between environments.
            () if text == release || text.starts_with(&format!("{release}-")) => {
                Setting::Plain(text.replacen(release, "RELEASE", 1))
            }
            () => Setting::Plain(text),
        };
        settings.insert(path, setting);
    });
    settings
}

fn walk(value: &Value, path: String, tell: &mut impl FnMut(String, &Value)) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(value, path, tell);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (place, item) in items.iter().enumerate() {
                let name = NAMES.iter().find_map(|name| item.get(*name)).map(|name| match name {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                });
                walk(item, format!("{path}[{}]", name.unwrap_or_else(|| place.to_string())), tell);
            }
        }
        leaf => tell(path, leaf),
    }
}

/// The path of a change of a live object, as settings are named.
pub(super) fn live_path(path: &Path) -> String {
    let mut text = String::new();
    for element in &path.0 {
        match element {
            PathElement::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            PathElement::Key(keys) => {
                let name = NAMES.iter().find_map(|name| keys.get(*name)).or_else(|| keys.values().next());
                let name = name.map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned));
                text.push_str(&format!("[{}]", name.unwrap_or_default()));
            }
            PathElement::Value(value) => text.push_str(&format!("[{value}]")),
            PathElement::Index(place) => text.push_str(&format!("[{place}]")),
        }
    }
    text
}

/// Whether a setting is one that `--require-same` names: `images`, or a pattern of its path.
pub(super) fn is_meant(pattern: &str, path: &str) -> bool {
    use crate::drift::fits;
    if pattern == "images" {
        return path.ends_with(".image");
    }
    let pattern = pattern.strip_prefix("*.").unwrap_or(pattern);
    let inner = [format!("*.{pattern}"), pattern.to_owned()];
    inner.iter().any(|pattern| {
        fits(pattern, path) || fits(&format!("{pattern}.*"), path) || fits(&format!("{pattern}[*"), path)
    })
}
