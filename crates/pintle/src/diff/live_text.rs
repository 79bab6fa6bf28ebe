//! What an upgrade would do to live objects, for people and as JSON.

use serde_json::{Value, json};

use super::live::{LiveDiff, LiveStep, Origin};
use crate::{
    Error, ErrorKind,
    style::{Page, cut},
};

/// The report for people.
pub fn live_text(diff: &LiveDiff, page: Page) -> String {
    let mut text = format!("{}\n", page.bold(&format!("{} revision {}", diff.release, diff.revision)));
    if !diff.values.is_empty() {
        text.push_str("values that change\n");
        for (path, before, after) in &diff.values {
            let room = page.width.saturating_sub(path.chars().count() + 8) / 2;
            text.push_str(&format!(
                "  {path}  {} -> {}\n",
                page.red(&cut(before, room.max(8))),
                page.green(&cut(after, room.max(8)))
            ));
        }
    }
    for line in &diff.crds {
        text.push_str(&format!("CRDs {line}\n"));
    }
    for hook in diff.hooks.iter().filter(|hook| hook.starts_with("pre-")) {
        text.push_str(&format!("hook {hook}\n"));
    }
    for live in &diff.steps {
        step(live, page, &mut text);
    }
    for hook in diff.hooks.iter().filter(|hook| !hook.starts_with("pre-")) {
        text.push_str(&format!("hook {hook}\n"));
    }
    text.push_str(&match diff.unchanged {
        0 => String::new(),
        1 => "1 object stays as it is\n".to_owned(),
        count => format!("{count} objects stay as they are\n"),
    });
    text
}

fn step(step: &LiveStep, page: Page, text: &mut String) {
    let what = match step.what.as_str() {
        what if what.contains("created") => page.green(what),
        what if what.contains("deleted") => page.red(what),
        what => page.yellow(what),
    };
    text.push_str(&format!("{what}\n"));
    for reason in &step.because {
        text.push_str(&format!("    because {}\n", cut(reason, page.width.saturating_sub(12))));
    }
    for (change, origin) in &step.fields {
        let [before, after] = [&change.before, &change.after].map(|value| match value {
            None => "(none)".to_owned(),
            Some(Value::String(text)) => text.replace('\n', "\\n"),
            Some(other) => other.to_string(),
        });
        let note = match origin {
            Origin::Manifest => String::new(),
            Origin::Default => "  (the server's default)".to_owned(),
            Origin::TakenFrom(others) => format!("  (managed by {})", others.join(", ")),
        };
        let path = change.path.to_string();
        let used = path.chars().count() + note.chars().count() + 10;
        if used + before.chars().count() + after.chars().count() <= page.width {
            text.push_str(&format!("    {path}  {} -> {}{note}\n", page.red(&before), page.green(&after)));
        } else {
            let room = page.width.saturating_sub(8);
            text.push_str(&format!(
                "    {path}{note}\n      {}\n      {}\n",
                page.red(&format!("- {}", cut(&before, room))),
                page.green(&format!("+ {}", cut(&after, room)))
            ));
        }
    }
    for refusal in &step.refusals {
        text.push_str(&format!("    {} {refusal}\n", page.red("refused:")));
    }
}

/// The report as JSON.
///
/// # Errors
/// It cannot be written.
pub fn live_json(diff: &LiveDiff) -> Result<Vec<u8>, Error> {
    let field = |(change, origin): &(release::diff::FieldChange, Origin)| {
        let origin = match origin {
            Origin::Manifest => json!("manifest"),
            Origin::Default => json!("default"),
            Origin::TakenFrom(others) => json!({"takenFrom": others}),
        };
        json!({"path": change.path, "before": change.before, "after": change.after, "origin": origin})
    };
    let step = |step: &LiveStep| {
        json!({
            "apiVersion": step.id.api_version, "kind": step.id.kind, "namespace": step.id.namespace,
            "name": step.id.name, "source": step.source, "what": step.what, "because": step.because,
            "refusals": step.refusals, "fields": step.fields.iter().map(field).collect::<Vec<Value>>(),
        })
    };
    let value =
        |(path, before, after): &(String, String, String)| json!({"path": path, "before": before, "after": after});
    let json = json!({
        "release": diff.release, "revision": diff.revision, "hooks": diff.hooks, "crds": diff.crds,
        "values": diff.values.iter().map(value).collect::<Vec<Value>>(),
        "steps": diff.steps.iter().map(step).collect::<Vec<Value>>(), "unchanged": diff.unchanged,
    });
    let mut bytes = serde_json::to_vec_pretty(&json)
        .map_err(|error| Error::new(ErrorKind::Output, format!("unable to write JSON output: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}
