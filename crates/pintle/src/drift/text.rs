//! Drift for people: a block a release, a line a field where it fits.

use release::diff::{FieldChange, FieldOwner};
use serde_json::Value;

use super::{Drifted, DriftedObject, ReleaseDrift};
use crate::style::{Page, cut};

/// Drift as text, for a terminal of some width. Releases without drift are counted.
pub fn drift_text(drifts: &[ReleaseDrift], page: Page) -> String {
    let mut text = String::new();
    for drift in drifts.iter().filter(|drift| !drift.is_clean() || !drift.problems.is_empty()) {
        release(drift, page, &mut text);
    }
    let clean = drifts.iter().filter(|drift| drift.is_clean() && drift.problems.is_empty()).count();
    let ignored: usize = drifts.iter().map(|drift| drift.ignored).sum();
    let mut ends = Vec::new();
    match (clean, drifts.len()) {
        (_, 0) => ends.push("no release is deployed".to_owned()),
        (1, 1) => ends.push("nothing drifted".to_owned()),
        (0, _) => {}
        (clean, all) => ends.push(format!("{clean} of {all} releases did not drift")),
    }
    if ignored > 0 {
        let what = if ignored == 1 { "1 change is".to_owned() } else { format!("{ignored} changes are") };
        ends.push(format!("{what} ignored, as rules or autoscalers say"));
    }
    if !ends.is_empty() {
        text.push_str(&format!("{}.\n", ends.join("; ")));
    }
    text
}

fn release(drift: &ReleaseDrift, page: Page, text: &mut String) {
    let count = |is: fn(&Drifted) -> bool| drift.drifted.iter().filter(|object| is(&object.drifted)).count();
    let counts = [
        (count(|drifted| matches!(drifted, Drifted::Changed(_))), "changed"),
        (count(|drifted| matches!(drifted, Drifted::Missing)), "missing"),
        (count(|drifted| matches!(drifted, Drifted::Extra)), "extra"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let head = format!("{}/{}", drift.namespace, drift.name);
    let counts = if counts.is_empty() { "no drift seen".to_owned() } else { counts.join(", ") };
    text.push_str(&format!(
        "{} revision {}: {counts} of {} objects\n",
        page.bold(&head),
        drift.revision,
        drift.objects
    ));
    for object in &drift.drifted {
        self::object(object, drift, page, text);
    }
    for problem in &drift.problems {
        text.push_str(&format!("  {} {problem}\n", page.yellow("not seen:")));
    }
    text.push('\n');
}

fn object(object: &DriftedObject, drift: &ReleaseDrift, page: Page, text: &mut String) {
    let id = &object.id;
    let place = if id.namespace == drift.namespace { String::new() } else { format!(" in {}", id.namespace) };
    let (mark, word) = match &object.drifted {
        Drifted::Changed(_) => (page.yellow("~"), "changed".to_owned()),
        Drifted::Missing => (page.red("-"), "missing: it was deleted".to_owned()),
        Drifted::Extra => {
            (page.green("+"), "extra: it says it is this release's, and the revision has none".to_owned())
        }
    };
    let fixed = if drift.fixed.contains(id) { page.green(" (applied again)") } else { String::new() };
    text.push_str(&format!("  {mark} {}/{}{place} {word}{fixed}\n", id.kind, id.name));
    if let Drifted::Changed(changes) = &object.drifted {
        for change in changes {
            field(change, page, text);
        }
    }
}

fn field(change: &FieldChange, page: Page, text: &mut String) {
    let [live, wanted] = [&change.before, &change.after].map(value_text);
    let by = by(&change.owners);
    let line = format!("      {}  {wanted} -> {live}  {by}", change.path);
    if line.chars().count() <= page.width {
        text.push_str(&format!("      {}  {} -> {}  {by}\n", change.path, page.green(&wanted), page.red(&live)));
        return;
    }
    let room = page.width.saturating_sub(18);
    text.push_str(&format!(
        "      {}\n        recorded  {}\n        live      {}\n        {by}\n",
        cut(&change.path.to_string(), page.width.saturating_sub(6)),
        page.green(&cut(&wanted, room)),
        page.red(&cut(&live, room))
    ));
}

/// Who has a field, and since when.
fn by(owners: &[FieldOwner]) -> String {
    let name = |owner: &FieldOwner| {
        let through = if owner.subresource.is_empty() { String::new() } else { format!(" ({})", owner.subresource) };
        let time = if owner.time.is_empty() { String::new() } else { format!(" at {}", owner.time) };
        format!("{}{through}{time}", owner.manager)
    };
    match owners {
        [] => "by nobody known".to_owned(),
        owners => format!("by {}", owners.iter().map(name).collect::<Vec<_>>().join(", ")),
    }
}

fn value_text(value: &Option<Value>) -> String {
    match value {
        None => "(none)".to_owned(),
        // What lives of a Secret stands before what is wanted.
        Some(Value::String(text)) if text == "*** (before)" => "*** (another)".to_owned(),
        Some(Value::String(text)) if text == "*** (after)" => "***".to_owned(),
        Some(Value::String(text)) => text.replace('\n', "\\n"),
        Some(other) => other.to_string(),
    }
}
