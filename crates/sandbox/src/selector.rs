//! Which objects of a list: label and field selectors. apimachinery: `pkg/labels`, `pkg/fields`.

use serde_json::Value;

use crate::{failure::Failure, object::text_at};

/// A parsed selector.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<(Vec<String>, String, bool)>,
}

#[derive(Clone, Debug)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

impl Selector {
    pub(crate) fn parse(labels: &str, fields: &str) -> Result<Selector, Failure> {
        let invalid = |text: &str| Failure::bad_request(format!("unable to parse requirement: {text:?}"));
        let mut selector = Selector::default();
        for term in terms(labels) {
            selector.labels.push(requirement(term).ok_or_else(|| invalid(term))?);
        }
        for term in fields.split(',').map(str::trim).filter(|term| !term.is_empty()) {
            let (path, value, equal) = match (term.split_once("!="), term.split_once("=="), term.split_once('=')) {
                (Some((path, value)), _, _) => (path, value, false),
                (_, Some((path, value)), _) | (_, _, Some((path, value))) => (path, value, true),
                _ => {
                    return Err(Failure::bad_request(format!(
                        "invalid selector: {fields:?}; can't understand {term:?}"
                    )));
                }
            };
            selector.fields.push((path.split('.').map(str::to_owned).collect(), value.to_owned(), equal));
        }
        Ok(selector)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let label = |name: &str| object.pointer("/metadata/labels")?.get(name)?.as_str();
        let labels = self.labels.iter().all(|requirement| match requirement {
            Requirement::In(name, values) => label(name).is_some_and(|value| values.iter().any(|known| known == value)),
            Requirement::NotIn(name, values) => {
                label(name).is_none_or(|value| values.iter().all(|known| known != value))
            }
            Requirement::Exists(name) => label(name).is_some(),
            Requirement::Missing(name) => label(name).is_none(),
        });
        labels
            && self.fields.iter().all(|(path, value, equal)| {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                (text_at(object, &path) == value) == *equal
            })
    }
}

/// The terms between commas that are not inside parentheses.
fn terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut depth) = (0, 0);
    for (place, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                terms.extend(text.get(start..place));
                start = place + 1;
            }
            _ => {}
        }
    }
    terms.extend(text.get(start..));
    terms.into_iter().map(str::trim).filter(|term| !term.is_empty()).collect()
}

fn requirement(term: &str) -> Option<Requirement> {
    let list = |text: &str| -> Option<Vec<String>> {
        let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(inner.split(',').map(|value| value.trim().to_owned()).collect())
    };
    if let Some((name, values)) = term.split_once(" notin ") {
        return Some(Requirement::NotIn(name.trim().to_owned(), list(values)?));
    }
    if let Some((name, values)) = term.split_once(" in ") {
        return Some(Requirement::In(name.trim().to_owned(), list(values)?));
    }
    if let Some((name, value)) = term.split_once("!=") {
        return Some(Requirement::NotIn(name.trim().to_owned(), vec![value.trim().to_owned()]));
    }
    if let Some((name, value)) = term.split_once('=') {
        let value = value.strip_prefix('=').unwrap_or(value);
        return Some(Requirement::In(name.trim().to_owned(), vec![value.trim().to_owned()]));
    }
    match term.strip_prefix('!') {
        Some(name) => Some(Requirement::Missing(name.trim().to_owned())),
        None => (!term.contains(' ')).then(|| Requirement::Exists(term.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Selector;

    #[test]
    fn selectors_pick() {
        let object = json!({"metadata": {"name": "x", "labels": {"a": "1", "owner": "helm"}}, "type": "Opaque"});
        let picks = |labels: &str, fields: &str| Selector::parse(labels, fields).unwrap().matches(&object);
        assert!(picks("a=1,owner==helm,!c,a in (1, 2),b notin (x),b!=y,owner", "metadata.name=x,type!=z"));
        assert!(!picks("a=2", "") && !picks("c", "") && !picks("", "metadata.name=y") && !picks("!a", ""));
        assert!(Selector::parse("", "x").is_err() && Selector::parse("a b", "").is_err());
    }
}
