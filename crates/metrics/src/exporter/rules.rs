//! The alert rules on the exporter's metrics, in the forms that Prometheus and its operator take.

use std::{collections::BTreeMap, fmt::Write as _};

/// The rules, as they stand in a list.
const RULES: &str = include_str!("rules.yaml");

/// In which form rules are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RulesForm {
    /// A rule file of Prometheus.
    #[default]
    File,
    /// A PrometheusRule of its operator.
    PrometheusRule,
    /// A ServiceMonitor of its operator, which has the exporter scraped.
    ServiceMonitor,
}

impl RulesForm {
    /// The form of a name.
    pub fn parse(name: &str) -> Option<RulesForm> {
        match name {
            "rules" => Some(RulesForm::File),
            "prometheusrule" => Some(RulesForm::PrometheusRule),
            "servicemonitor" => Some(RulesForm::ServiceMonitor),
            _ => None,
        }
    }
}

/// How rules are written.
#[derive(Clone, Debug, Default)]
pub struct RulesOptions {
    /// The form.
    pub form: RulesForm,
    /// The name of the object.
    pub name: String,
    /// The namespace of the object; empty for none.
    pub namespace: String,
    /// Labels of the object: the operator picks what it takes by them.
    pub labels: BTreeMap<String, String>,
}

/// The rules, or what has the exporter scraped, as YAML.
pub fn rules(options: &RulesOptions) -> String {
    match options.form {
        RulesForm::File => groups(""),
        RulesForm::PrometheusRule => format!("{}spec:\n{}", head("PrometheusRule", options), groups("  ")),
        // The metrics have labels of Prometheus' own names, such as namespace: they must stay as they are.
        RulesForm::ServiceMonitor => format!(
            "{}spec:\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: helm-exporter\n  endpoints:\n    - \
             port: metrics\n      honorLabels: true\n      interval: 30s\n",
            head("ServiceMonitor", options)
        ),
    }
}

fn head(kind: &str, options: &RulesOptions) -> String {
    let mut text = format!("apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata:\n");
    _ = writeln!(text, "  name: {}", quoted(&options.name));
    if !options.namespace.is_empty() {
        _ = writeln!(text, "  namespace: {}", quoted(&options.namespace));
    }
    if !options.labels.is_empty() {
        text.push_str("  labels:\n");
    }
    for (label, value) in &options.labels {
        _ = writeln!(text, "    {}: {}", quoted(label), quoted(value));
    }
    text
}

fn groups(indent: &str) -> String {
    let mut text = format!("{indent}groups:\n{indent}  - name: helm\n{indent}    rules:\n");
    for line in RULES.lines() {
        _ = writeln!(text, "{indent}      {line}");
    }
    text
}

/// As YAML takes any text: what JSON is, YAML is too.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{RulesForm, RulesOptions, rules};

    #[test]
    fn every_form_is_yaml_with_the_same_rules() {
        let labels = BTreeMap::from([("release".to_owned(), "a: \"b\"".to_owned())]);
        let written =
            |form| rules(&RulesOptions { form, name: "x".into(), namespace: "n".into(), labels: labels.clone() });
        let read = |form| {
            let json = value::json::to_vec(&value::yaml::from_slice(written(form).as_bytes()).unwrap()).unwrap();
            serde_json::from_slice::<serde_json::Value>(&json).unwrap()
        };
        let file = read(RulesForm::File);
        let object = read(RulesForm::PrometheusRule);
        assert_eq!(object["spec"], file);
        assert_eq!(
            object["metadata"],
            serde_json::json!({"name": "x", "namespace": "n", "labels": {"release": "a: \"b\""}})
        );
        assert_eq!(file["groups"][0]["rules"].as_array().unwrap().len(), 6);
        assert_eq!(read(RulesForm::ServiceMonitor)["spec"]["endpoints"][0]["honorLabels"], true);
    }
}
