//! What a rehearsal came to: for people, and as JSON.

use std::fmt::Write as _;

use release::{Record, diff::FieldChange};
use serde_json::{Value, json};

use super::{
    act::{Act, Step, What},
    copy::Original,
    gates::Asked,
    remains::{Remain, Why},
};
use crate::{Error, ErrorKind};

/// A rehearsal that was played.
#[derive(Debug)]
pub struct Rehearsal {
    pub(super) name: String,
    pub(super) original: Original,
    /// The revision that is gone back to.
    pub(super) base: Option<i64>,
    /// The revision that the upgrade made.
    pub(super) record: Option<Record>,
    pub(super) upgrade: Act,
    pub(super) back: Act,
    pub(super) remains: Vec<Remain>,
    /// What the real server would refuse, where it was asked.
    pub(super) refusals: Option<Result<Vec<String>, Error>>,
    /// What the gates say now.
    pub(super) gates: Result<Vec<Asked>, Error>,
}

impl Rehearsal {
    /// Whether everything would go well.
    ///
    /// # Errors
    /// What would fail.
    pub fn outcome(&self) -> Result<(), Error> {
        let mut failed: Option<Error> = None;
        let mut add = |what: &str, error: &dyn std::fmt::Display, hints: &[String]| {
            let text = format!("{what} would fail: {error}");
            failed = Some(match failed.take() {
                None => {
                    hints.iter().fold(Error::new(ErrorKind::Release, text), |error, hint| error.hinted(hint.as_str()))
                }
                Some(first) => first.hinted(format!("also: {text}")),
            });
        };
        if let Some(error) = &self.upgrade.error {
            add(self.verb(), error, error.hints());
        }
        if let Some(error) = &self.back.error {
            add(self.way_back(), error, error.hints());
        }
        match &self.refusals {
            Some(Err(error)) => add("the change on the cluster", error, error.hints()),
            Some(Ok(refused)) => refused.iter().for_each(|line| add("a write on the cluster", line, &[])),
            None => {}
        }
        match &self.gates {
            Err(error) => add(self.verb(), error, error.hints()),
            Ok(gates) => gates.iter().for_each(|gate| {
                if let Some(reason) = gate.trouble() {
                    add(&format!("the gate {}", gate.name), &reason, &[]);
                }
            }),
        }
        failed.map_or(Ok(()), Err)
    }

    fn is_first(&self) -> bool {
        self.base.is_none()
    }

    fn verb(&self) -> &'static str {
        if self.is_first() { "the installation" } else { "the upgrade" }
    }

    fn way_back(&self) -> &'static str {
        if self.is_first() { "the removal" } else { "the rollback" }
    }

    /// The report for people.
    pub fn text(&self) -> String {
        let mut text = self.title();
        self.write_act(&mut text, if self.is_first() { "INSTALL" } else { "UPGRADE" }, &self.upgrade);
        match self.base {
            Some(number) => self.write_act(&mut text, &format!("ROLLBACK to revision {number}"), &self.back),
            None => self.write_act(&mut text, "UNINSTALL", &self.back),
        }
        text.push_str("\nLEFT BEHIND\n");
        if self.remains.is_empty() {
            text.push_str("  nothing: everything is as it was\n");
        }
        self.remains.iter().for_each(|remain| self.write_remain(&mut text, remain));
        match &self.refusals {
            None => {}
            Some(Err(error)) => {
                _ = writeln!(text, "\nON THE CLUSTER\n  the change would be refused: {}", shifted(error))
            }
            Some(Ok(refused)) if refused.is_empty() => {
                text.push_str("\nON THE CLUSTER\n  every object would be taken\n")
            }
            Some(Ok(refused)) => {
                text.push_str("\nON THE CLUSTER\n");
                refused.iter().for_each(|line| _ = writeln!(text, "  would be refused: {}", shifted(line)));
            }
        }
        self.write_gates(&mut text);
        text
    }

    fn write_gates(&self, text: &mut String) {
        match &self.gates {
            Err(error) => _ = writeln!(text, "\nGATES\n      WOULD FAIL: {}", shifted(error)),
            Ok(gates) if gates.is_empty() => {}
            Ok(gates) => {
                text.push_str("\nGATES, as things are now; the new revision's numbers are known when it runs\n");
                gates.iter().for_each(|gate| _ = writeln!(text, "  {}", shifted(&gate.line())));
            }
        }
    }

    fn title(&self) -> String {
        let charted = |record: &Record| {
            let metadata = &record.chart.metadata;
            format!("revision {} ({}-{})", record.revision, metadata.name, metadata.version)
        };
        let (from, to) = (self.original.records.last(), self.record.as_ref());
        let mut text = format!("REHEARSAL of {}", self.name);
        match (from, to) {
            (Some(from), Some(to)) => _ = write!(text, ": {} becomes {}", charted(from), charted(to)),
            (None, Some(to)) => _ = write!(text, ": {} is installed", charted(to)),
            (Some(from), None) => _ = write!(text, ": {} stays", charted(from)),
            (None, None) => {}
        }
        let (revisions, objects) = (self.original.records.len(), self.original.count);
        if revisions == 0 && objects == 0 {
            text.push_str("\nplayed in a sandbox, from nothing\n");
        } else {
            let of = |count: usize, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
            let (revisions, objects) = (of(revisions, "revision"), of(objects, "object"));
            _ = writeln!(
                text,
                "\nplayed in a sandbox, on copies of {revisions} and {objects}; the cluster stays as it is"
            );
        }
        text
    }

    fn write_act(&self, text: &mut String, title: &str, act: &Act) {
        _ = writeln!(text, "\n{title}");
        for (place, step) in act.steps.iter().enumerate() {
            _ = writeln!(text, "{:>4}  {}", place + 1, self.told(step));
            if let What::Changed(fields) = &step.what {
                fields.iter().for_each(|field| _ = writeln!(text, "          {}", changed(field)));
            }
        }
        if act.steps.is_empty() {
            text.push_str("      nothing is written\n");
        }
        match &act.error {
            None => text.push_str("      would succeed\n"),
            Some(error) => {
                _ = writeln!(text, "      WOULD FAIL: {}", shifted(error));
                for line in error.explanations().iter().flatten() {
                    _ = writeln!(text, "        {line}");
                }
            }
        }
    }

    fn told(&self, step: &Step) -> String {
        let object = self.named(&step.kind, &step.namespace, &step.name);
        let what = match &step.what {
            What::Created => "create".to_owned(),
            What::Changed(_) => "change".to_owned(),
            What::Deleted => "delete".to_owned(),
            What::Refused(message) => return format!("refused {object}: {}", shifted(message)),
        };
        if step.hook.is_empty() {
            format!("{what}  {object}")
        } else {
            format!("{what}  {object}  ({} hook)", step.hook)
        }
    }

    /// Of another namespace than the release's the namespace is told.
    fn named(&self, kind: &str, namespace: &str, name: &str) -> String {
        let own = self.record.as_ref().or(self.original.records.last()).map_or("", |record| record.namespace.as_str());
        if namespace.is_empty() || namespace == own {
            format!("{kind} {name}")
        } else {
            format!("{kind} {name} in {namespace}")
        }
    }

    fn write_remain(&self, text: &mut String, remain: &Remain) {
        let object = self.named(&remain.kind, &remain.namespace, &remain.name);
        let line = match &remain.why {
            Why::Kept => format!("kept        {object}: its resource policy says so"),
            Why::Hook => format!("kept        {object}: a hook that nothing deletes"),
            Why::Claim => format!("kept        {object}: a claim of a StatefulSet, with its data"),
            Why::Definition => format!("kept        {object}: definitions are never deleted"),
            Why::Orphaned => format!("orphaned    {object}: it was not there before"),
            Why::Lost => format!("lost        {object}: it was there before"),
            Why::Differs(_) => format!("differs     {object}"),
            Why::NotUndone(hook) => format!("not undone  what {object} did ({hook} hook)"),
        };
        _ = writeln!(text, "  {line}");
        if let Why::Differs(fields) = &remain.why {
            fields.iter().for_each(|field| _ = writeln!(text, "          {}", changed(field)));
        }
    }

    /// The report for programs.
    pub fn json(&self) -> Value {
        let act = |act: &Act| {
            json!({
                "succeeds": act.error.is_none(), "error": act.error.as_ref().map(ToString::to_string),
                "why": act.error.as_ref().map(|error| error.explanations().concat()).unwrap_or_default(),
                "steps": act.steps.iter().map(step_json).collect::<Vec<_>>(), "remarks": act.remarks,
            })
        };
        let refusals = self.refusals.as_ref().map(|refusals| match refusals {
            Ok(refused) => json!({"succeeds": refused.is_empty(), "refused": refused}),
            Err(error) => json!({"succeeds": false, "error": error.to_string()}),
        });
        json!({
            "name": self.name,
            "revisions": self.original.records.len(),
            "objects": self.original.count,
            "from": self.original.records.last().map(record_json),
            "to": self.record.as_ref().map(record_json),
            "succeeds": self.outcome().is_ok(),
            "upgrade": act(&self.upgrade),
            "rollbackTo": self.base,
            "rollback": act(&self.back),
            "leftBehind": self.remains.iter().map(remain_json).collect::<Vec<_>>(),
            "live": refusals,
            "gates": self.gates.as_ref().map(|gates| gates.iter().map(Asked::json).collect::<Vec<_>>()).unwrap_or_default(),
        })
    }
}

/// A text of several lines, below one another.
fn shifted(text: &dyn std::fmt::Display) -> String {
    text.to_string().replace('\n', "\n        ")
}

fn changed(field: &FieldChange) -> String {
    let shown = |value: &Value| {
        let text = value.to_string();
        match text.char_indices().nth(100) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    };
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => format!("{}: {} -> {}", field.path, shown(before), shown(after)),
        (None, Some(after)) => format!("{}: + {}", field.path, shown(after)),
        (Some(before), None) => format!("{}: - {}", field.path, shown(before)),
        (None, None) => field.path.to_string(),
    }
}

fn record_json(record: &Record) -> Value {
    let metadata = &record.chart.metadata;
    json!({"revision": record.revision, "chart": format!("{}-{}", metadata.name, metadata.version),
        "appVersion": metadata.app_version})
}

fn step_json(step: &Step) -> Value {
    let (does, fields, refused) = match &step.what {
        What::Created => ("create", None, None),
        What::Changed(fields) => ("change", Some(fields), None),
        What::Deleted => ("delete", None, None),
        What::Refused(message) => ("refused", None, Some(message)),
    };
    let mut told = json!({"do": does, "kind": step.kind, "namespace": step.namespace, "name": step.name});
    if let Some(map) = told.as_object_mut() {
        if !step.hook.is_empty() {
            map.insert("hook".into(), step.hook.as_str().into());
        }
        map.extend(fields.map(|fields| ("fields".to_owned(), json!(fields))));
        map.extend(refused.map(|message| ("message".to_owned(), json!(message))));
    }
    told
}

fn remain_json(remain: &Remain) -> Value {
    let (why, more) = match &remain.why {
        Why::Kept => ("kept", Value::Null),
        Why::Hook => ("hook", Value::Null),
        Why::Claim => ("claim", Value::Null),
        Why::Definition => ("definition", Value::Null),
        Why::Orphaned => ("orphaned", Value::Null),
        Why::Lost => ("lost", Value::Null),
        Why::Differs(fields) => ("differs", json!(fields)),
        Why::NotUndone(hook) => ("notUndone", json!(hook)),
    };
    json!({"kind": remain.kind, "namespace": remain.namespace, "name": remain.name, "why": why, "details": more})
}
