//! Writes the items of a list as documents of their own, keys in the order they came in. go-yaml v2: `MapSlice`.

use value::{
    Value,
    yaml::{self, Content, Spanned},
};

/// The items of a `List`, each as a document; none where it has none.
pub(super) fn items(document: &[u8]) -> Vec<String> {
    let Ok(Some(list)) = yaml::spanned(document) else { return Vec::new() };
    let Some(Content::List(items)) = list.entry("items").map(|entry| &entry.value.content) else { return Vec::new() };
    let text = |item: &Spanned| {
        let mut text = String::new();
        node(item, 0, &mut text);
        text
    };
    items.iter().map(text).collect()
}

fn node(spanned: &Spanned, indent: usize, text: &mut String) {
    match &spanned.content {
        Content::Map(entries) if !entries.is_empty() => {
            for (place, entry) in entries.iter().enumerate() {
                if place > 0 {
                    text.push_str(&" ".repeat(indent));
                }
                text.push_str(&key(&entry.key.to_text()));
                match &entry.value.content {
                    Content::Map(below) if !below.is_empty() => {
                        text.push_str(&format!("\n{}", " ".repeat(indent + 2)));
                        node(&entry.value, indent + 2, text);
                    }
                    Content::List(below) if !below.is_empty() => {
                        text.push_str(&format!("\n{}", " ".repeat(indent)));
                        node(&entry.value, indent, text);
                    }
                    _ => {
                        text.push(' ');
                        node(&entry.value, indent, text);
                    }
                }
            }
        }
        Content::List(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push_str(&" ".repeat(indent));
                }
                text.push_str("- ");
                node(item, indent + 2, text);
            }
        }
        Content::Map(_) => text.push_str("{}\n"),
        Content::List(_) => text.push_str("[]\n"),
        Content::Scalar(value) => scalar(value, indent, text),
    }
}

/// A scalar behind its key; further lines are set in below it.
fn scalar(value: &Value, indent: usize, text: &mut String) {
    let written = written(&Value::map([("k", value.clone())]));
    let mut lines = written.strip_prefix("k: ").unwrap_or(&written).split_inclusive('\n');
    text.push_str(lines.next().unwrap_or("\n"));
    for line in lines {
        if line != "\n" {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(line);
    }
}

fn key(key: &str) -> String {
    let written = written(&Value::map([(key, Value::Nil)]));
    written.trim_end().strip_suffix(" null").map_or_else(|| format!("{key}:"), str::to_owned)
}

fn written(value: &Value) -> String {
    yaml::to_vec(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
