//! Rules that say which changes are no drift.
//!
//! A rule is `PATH` or `KIND PATH` or `KIND/NAME PATH`; `*` stands for anything. A path counts for all that lies below it:
//! `Deployment/web .spec.template.metadata.annotations`. A chart has its rules in a file `.driftignore`, a line each, with
//! `#` before comments.

use cluster::ObjectId;
use release::Record;

use crate::{Error, ErrorKind};

/// The file of a chart that has its rules.
const FILE: &str = ".driftignore";

/// Rules, none of which may hold for a change to be drift.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    kind: String,
    name: String,
    path: String,
}

impl Rules {
    pub(super) fn parse(lines: &[String]) -> Result<Rules, Error> {
        let mut rules = Rules::default();
        for line in lines.iter().flat_map(|text| text.lines()) {
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// Adds the rules of the chart that a record has.
    pub(super) fn add_chart(&mut self, record: &Record) -> Result<(), Error> {
        for file in record.chart.files.iter().filter(|file| file.name == FILE) {
            for line in file.data.to_text().lines() {
                self.add(line)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, line: &str) -> Result<(), Error> {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (object, path) = match line.split_once(char::is_whitespace) {
            Some((object, path)) => (object, path.trim()),
            None => ("*", line),
        };
        if !path.starts_with(['.', '*']) {
            return Err(Error::new(ErrorKind::Usage, format!("{line:?} is no rule for what drift is ignored"))
                .hinted("a rule is a path such as .spec.replicas, with a kind before it or kind/name"));
        }
        let (kind, name) = object.split_once('/').unwrap_or((object, "*"));
        self.0.push(Rule { kind: kind.to_owned(), name: name.to_owned(), path: path.to_owned() });
        Ok(())
    }

    /// Whether a rule says that a change of this field is none.
    pub(super) fn ignore(&self, id: &ObjectId, path: &str) -> bool {
        self.0.iter().any(|rule| {
            fits(&rule.kind, &id.kind)
                && fits(&rule.name, &id.name)
                && (fits(&rule.path, path)
                    || fits(&format!("{}.*", rule.path), path)
                    || fits(&format!("{}[*", rule.path), path))
        })
    }
}

/// Whether a text is what a pattern says, in which `*` stands for anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = rest.get(place + part.len()..).unwrap_or_default();
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_texts() {
        for (pattern, text) in [("*", "a"), ("a*c", "abc"), ("a*b*", "axxby"), ("", ""), ("*.limits", "x.limits")] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*c", "ab"), ("ab*b", "ab")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn rules_name_kinds_and_paths() {
        let rules =
            Rules::parse(&["# none\nDeployment/web .spec.replicas # by hand\n.metadata.labels".to_owned()]).unwrap();
        let id = |kind: &str| ObjectId { kind: kind.into(), name: "web".into(), ..ObjectId::default() };
        assert!(rules.ignore(&id("Deployment"), ".spec.replicas"));
        assert!(!rules.ignore(&id("StatefulSet"), ".spec.replicas"));
        assert!(rules.ignore(&id("Service"), ".metadata.labels.app"));
        assert!(!rules.ignore(&id("Service"), ".metadata.labelsX"));
        assert!(Rules::parse(&["nonsense".to_owned()]).is_err());
    }
}
