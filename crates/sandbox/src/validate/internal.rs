//! Templates of pods as refusals show them: Kubernetes' internal types, as Go's encoder writes them.

use serde_json::{Map, Value};

/// `type NAME`, and indented ` FIELD EXPRESSION` in their order; `+` for a struct that is spread into its parent.
const TABLE: &str = include_str!("internal.txt");

/// Fields of a pod that its security context has internally.
const MOVED: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/// The text of a template.
pub(super) fn pod_template(template: &Value) -> String {
    let mut text = String::new();
    write(&mut text, "@PodTemplateSpec", Some(template));
    text
}

fn fields(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let start = format!("type {name}");
    let lines = TABLE.lines().skip_while(move |line| *line != start).skip(1);
    lines.take_while(|line| line.starts_with(' ')).filter_map(|line| line.trim_start().split_once(' '))
}

fn write(text: &mut String, expression: &str, value: Option<&Value>) {
    let value = value.filter(|value| !value.is_null());
    if let Some(of) = expression.strip_prefix('*') {
        return match value {
            Some(value) => write(text, of, Some(value)),
            None => text.push_str("null"),
        };
    }
    match (expression, value) {
        (_, Some(Value::Array(items))) if expression.starts_with("[]") => {
            let of = expression.get(2..).unwrap_or_default();
            write_all(text, ['[', ']'], items.iter(), |text, item| write(text, of, Some(item)));
        }
        (_, Some(Value::Object(entries))) if expression.starts_with("{}") => {
            let of = expression.get(2..).unwrap_or_default();
            write_all(text, ['{', '}'], entries.iter(), |text, (key, value)| {
                text.push_str(&format!("{}:", encoded(&Value::from(key.as_str()))));
                write(text, of, Some(value));
            });
        }
        (_, value) if expression.starts_with('@') => {
            let none = Map::new();
            let map = value.and_then(Value::as_object).unwrap_or(&none);
            let mut pairs = Vec::new();
            collect(expression.get(1..).unwrap_or_default(), map, &mut pairs);
            write_all(text, ['{', '}'], pairs.iter(), |text, (key, shown)| {
                text.push_str(&format!("\"{key}\":{shown}"))
            });
        }
        (_, Some(value)) => text.push_str(&encoded(value)),
        ("s", None) => text.push_str("\"\""),
        ("i", None) => text.push('0'),
        ("b", None) => text.push_str("false"),
        _ => text.push_str("null"),
    }
}

/// The fields of a struct with their texts.
fn collect(name: &str, map: &Map<String, Value>, pairs: &mut Vec<(String, String)>) {
    // The metadata that is spread into a template has names for JSON, and leaves out what is not set.
    const METADATA: [&str; 5] = ["name", "generateName", "namespace", "labels", "annotations"];
    let mut moved = None;
    if name == "PodSpec" {
        let mut context = map.get("securityContext").and_then(Value::as_object).cloned().unwrap_or_default();
        context.extend(MOVED.iter().filter_map(|name| Some(((*name).to_owned(), map.get(*name)?.clone()))));
        moved = Some(Value::Object(context));
    }
    for (field, of) in fields(name) {
        match (field, of.strip_prefix('@')) {
            ("+", Some(embedded)) => collect(embedded, map, pairs),
            ("+", None) => {
                let metadata = map.get("metadata");
                let set = METADATA.iter().filter_map(|name| Some((*name, metadata?.get(*name)?)));
                pairs.extend(set.map(|(name, value)| (name.to_owned(), encoded(value))));
            }
            _ => {
                let found = map.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| value);
                let found = if field == "SecurityContext" { moved.as_ref().or(found) } else { found };
                let mut shown = String::new();
                write(&mut shown, of, found);
                pairs.push((field.to_owned(), shown));
            }
        }
    }
}

fn write_all<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    text.push(open);
    for (place, item) in items.enumerate() {
        if place > 0 {
            text.push(',');
        }
        write(text, item);
    }
    text.push(close);
}

/// JSON as Go writes it.
fn encoded(value: &Value) -> String {
    let text = value.to_string();
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pod_template;

    #[test]
    fn templates_are_shown_by_their_internal_names() {
        let template = json!({"metadata": {"labels": {"a": "b"}, "name": "j"}, "spec": {
            "containers": [{"name": "main", "image": "x", "tty": true}], "hostNetwork": true, "dnsPolicy": "Default"}});
        let text = pod_template(&template);
        assert!(text.starts_with(
            "{\"name\":\"j\",\"labels\":{\"a\":\"b\"},\"Spec\":{\"Volumes\":null,\"InitContainers\":null,\
             \"Containers\":[{\"Name\":\"main\",\"Image\":\"x\",\"Command\":null,"
        ));
        assert!(text.contains("\"TTY\":true}]") && text.contains("\"SecurityContext\":{\"HostNetwork\":true,"));
        assert!(text.contains("\"DNSPolicy\":\"Default\"") && text.ends_with("\"SchedulingGroup\":null}}"), "{text}");
    }
}
