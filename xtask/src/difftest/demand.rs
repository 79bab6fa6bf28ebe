//! What a step of ours has to fulfil by the scenario's own words.

use super::{run::Done, scenario::Demand};

/// The first demand that is not met.
pub(super) fn unmet(want: &Demand, done: &Done) -> Option<String> {
    let said = |words: &&String| done.stdout.contains(*words) || done.stderr.contains(*words);
    if let Some(words) = want.says.iter().find(|words| !said(words)) {
        return Some(format!("does not say {words:?}:\n{}{}", done.stdout, done.stderr));
    }
    if let Some(words) = want.hides.iter().find(said) {
        return Some(format!("says {words:?}"));
    }
    if let Some(most) = want.requests.filter(|most| done.asked.len() > *most) {
        return Some(format!("{} requests, and {most} are allowed:\n{}", done.asked.len(), done.asked.join("\n")));
    }
    if let Some(wanted) = &want.records {
        let records = records(done);
        if *wanted != records {
            return Some(format!("records: want {wanted:?}, got {records:?}"));
        }
    }
    want.live.iter().find_map(|(place, wanted)| live(done, place, wanted))
}

/// `NAME REVISION STATUS` of every record, by name and revision.
fn records(done: &Done) -> Vec<String> {
    let records = done.snapshot.as_ref().and_then(|snapshot| snapshot.records.as_object());
    let mut rows: Vec<(String, u64, String)> = records
        .into_iter()
        .flat_map(|records| records.values())
        .map(|record| {
            let release = &record["release"];
            let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
            (text(&release["name"]), release["version"].as_u64().unwrap_or_default(), text(&release["info"]["status"]))
        })
        .collect();
    rows.sort();
    rows.into_iter().map(|(name, revision, status)| format!("{name} {revision} {status}")).collect()
}

/// What is wrong with one place in the live objects: `KIND NAME /PATH`.
fn live(done: &Done, place: &str, wanted: &toml::Value) -> Option<String> {
    let (key, path) = place.split_once(" /").map_or((place, String::new()), |(key, path)| (key, format!("/{path}")));
    let objects = done.snapshot.as_ref().map(|snapshot| &snapshot.objects);
    let found = objects.and_then(|objects| objects.get(key)).and_then(|object| object.pointer(&path));
    let right = match (wanted, found) {
        (toml::Value::Boolean(wanted), found) => *wanted == found.is_some(),
        (toml::Value::String(wanted), Some(found)) => found == wanted,
        (toml::Value::Integer(wanted), Some(found)) => found == wanted,
        _ => false,
    };
    (!right).then(|| format!("{place}: want {wanted}, got {}", found.map_or("nothing".to_owned(), ToString::to_string)))
}
