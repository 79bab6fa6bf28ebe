//! Two states of an object as a unified diff, as `kubectl diff` shows them.

use serde_json::Value;
use similar::{Algorithm, TextDiff};

use super::clean::{cleaned, mask};
use crate::object::ObjectId;

/// Where more lines than this would be compared with more than this, changed parts are shown whole.
const LARGE: usize = 50_000_000;
/// So many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// The difference between two states of an object; empty where there is none. What only the server writes is left out, and
/// the data of Secrets is masked.
pub fn unified(id: &ObjectId, before: Option<&Value>, after: Option<&Value>) -> String {
    let [mut old, mut new] = [before, after].map(|state| state.map_or(Value::Null, cleaned));
    mask(&mut old, &mut new);
    let [old, new] = [old, new].map(|state| yaml(&state));
    if old == new {
        return String::new();
    }
    let parts = [id.api_version.replace('/', "."), id.kind.clone(), id.namespace.clone(), id.name.clone()];
    let place = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
    let [from, to] = [(before, "live"), (after, "planned")].map(|(state, name)| match state {
        Some(_) => format!("{name}/{place}"),
        None => "/dev/null".to_owned(),
    });
    let (head, old_middle, new_middle) = trimmed(&old, &new);
    let comparable = old_middle.lines().count().saturating_mul(new_middle.lines().count()) <= LARGE;
    if comparable {
        let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(&old, &new);
        return diff.unified_diff().context_radius(CONTEXT).header(&from, &to).to_string();
    }
    let marked = |mark: char, text: &str| text.lines().map(|line| format!("{mark}{line}\n")).collect::<String>();
    let [start, gone, added] = [head, old_middle, new_middle].map(|text| text.lines().count());
    let changes = marked('-', old_middle) + &marked('+', new_middle);
    format!("--- {from}\n+++ {to}\n@@ -{0},{gone} +{0},{added} @@\n{changes}", start + 1)
}

/// What both texts begin with, and what lies between there and their common end in each; whole lines.
fn trimmed<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str, &'a str) {
    let same = |lines: &mut dyn Iterator<Item = (&'a str, &'a str)>| -> usize {
        lines.take_while(|(old, new)| old == new).map(|(line, _)| line.len()).sum()
    };
    let start = same(&mut old.split_inclusive('\n').zip(new.split_inclusive('\n')));
    let (head, old) = old.split_at_checked(start).unwrap_or(("", old));
    let (_, new) = new.split_at_checked(start).unwrap_or(("", new));
    let reversed = |text: &'a str| text.split_inclusive('\n').collect::<Vec<_>>().into_iter().rev();
    let end = same(&mut reversed(old).zip(reversed(new)));
    let without_end = |text: &'a str| text.get(..text.len().saturating_sub(end)).unwrap_or(text);
    (head, without_end(old), without_end(new))
}

/// The object as YAML with sorted keys.
fn yaml(object: &Value) -> String {
    if object.is_null() {
        return String::new();
    }
    let json = value::json::from_slice_int64(object.to_string().as_bytes());
    let bytes = json.ok().and_then(|value| value::yaml::to_vec(&value).ok());
    // What YAML cannot hold is shown as JSON.
    bytes.map_or_else(|| format!("{object:#}\n"), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
