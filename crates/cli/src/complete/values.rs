//! Keys of a chart's values, for `--set` and its relatives.

use std::fs;

use value::{Map, Value, yaml};

use crate::{
    complete::{ArgumentWords, Directive, Situation, Words, nothing},
    filepath::join,
};

/// How deep keys are followed.
const MAX_DEPTH: usize = 16;

/// More than this no shell shows.
const MAX_WORDS: usize = 2000;

/// The keys that begin with what stands at the cursor, dots between their parts. Only charts in folders are looked at.
pub(super) fn keys(situation: &Situation<'_>) -> Option<Words> {
    let at = match situation.command().words {
        ArgumentWords::NameAndChart if !situation.flags.bool("generate-name") => 1,
        ArgumentWords::ReleaseAndChart => 1,
        _ => 0,
    };
    let chart = situation.arguments.get(at)?;
    let values = yaml::map_from_slice(&fs::read(join(&[chart, "values.yaml"])).ok()?).ok()?;
    // What stands before the last comma is settled.
    let (settled, begun) =
        situation.word.rsplit_once(',').map_or(("", situation.word), |(before, begun)| (before, begun));
    if begun.contains('=') {
        return Some(nothing(Directive::DEFAULT));
    }
    let settled = if settled.is_empty() { String::new() } else { format!("{settled},") };
    let mut words = Vec::new();
    gather(&values, &settled, begun, MAX_DEPTH, &mut words);
    Some((words, Directive::NO_FILES.and(Directive::NO_SPACE)))
}

fn gather(map: &Map, path: &str, begun: &str, depth: usize, words: &mut Vec<String>) {
    for (name, value) in map.entries() {
        // A dot in a name ends a part, unless a backslash stands before it.
        let name = name.to_text().replace('.', "\\.");
        let fits = match begun.strip_prefix(name.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => name.starts_with(begun),
        };
        if !fits || words.len() >= MAX_WORDS {
            continue;
        }
        match value.as_map().filter(|below| !below.is_empty()) {
            Some(below) if depth > 0 => {
                let rest =
                    begun.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
                gather(below, &format!("{path}{name}."), rest, depth - 1, words);
            }
            _ => words.push(format!("{path}{name}=\t{}", shown(&value))),
        }
    }
}

/// The default in a few characters, on one line.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Map(_) => "{}".to_owned(),
        value => {
            value::json::to_vec(value).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        }
    };
    match text.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text,
    }
}
