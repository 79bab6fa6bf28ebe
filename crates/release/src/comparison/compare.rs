//! Compares the documents of two manifests. helm-diff: `diff/diff.go`.

use std::collections::BTreeMap;

use super::{
    documents::Document,
    lines::{Delta, Line, line_diff},
    secrets,
    structured::Structured,
};

/// What of Secrets is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretView {
    /// Their sizes, and which differ.
    #[default]
    Redacted,
    /// Their documents: `--show-secrets`.
    Shown,
    /// What they hold: `--show-secrets-decoded`.
    Decoded,
}

/// How manifests are compared.
#[derive(Clone, Debug, Default)]
pub struct CompareOptions {
    /// Kinds whose changes are not shown: `--suppress`, `--suppress-secrets`.
    pub suppressed_kinds: Vec<String>,
    /// `--find-renames`: the greatest part of changed lines up to which one that goes and one that comes are one.
    pub find_renames: f32,
    /// `--strip-trailing-cr`
    pub strip_trailing_cr: bool,
    /// What of Secrets is shown.
    pub secrets: SecretView,
    /// Whether fields are compared, for the structured form, or lines.
    pub structured: bool,
}

/// What becomes of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Add,
    /// It goes.
    Remove,
    /// It changes.
    Modify,
    /// Its object belongs to another release now.
    Ownership,
    /// It changes, in lines only that are not shown.
    ModifySuppressed,
}

impl ChangeKind {
    /// helm-diff's name of it.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Add => "ADD",
            ChangeKind::Remove => "REMOVE",
            ChangeKind::Modify => "MODIFY",
            ChangeKind::Ownership => "OWNERSHIP",
            ChangeKind::ModifySuppressed => "MODIFY_SUPPRESSED",
        }
    }
}

/// An object that one release takes from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The name of its document.
    pub name: String,
    /// `namespace/release` that it belongs to; empty where it belongs to none.
    pub before: String,
    /// That it will belong to.
    pub after: String,
}

/// A document that differs.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The kind of its object.
    pub kind: String,
    /// What becomes of it.
    pub change: ChangeKind,
    /// Its lines; none in the structured form.
    pub lines: Vec<Line>,
    /// Its fields, in the structured form; none where it could not be read.
    pub(super) structured: Option<Structured>,
}

/// What differs between two manifests.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The documents that differ.
    pub entries: Vec<Entry>,
    /// Kinds whose changes are not shown.
    pub suppressed_kinds: Vec<String>,
    /// What could not be compared.
    pub warnings: Vec<String>,
    /// Whether renames were looked for.
    pub renames: bool,
}

impl Comparison {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Leaves lines out that `is_hidden` names.
    pub fn suppress_lines(&mut self, is_hidden: impl Fn(&str) -> bool) {
        for entry in &mut self.entries {
            entry.lines.retain(|line| !is_hidden(&line.text));
            if entry.lines.iter().all(|line| line.delta == Delta::Common) {
                entry.lines.clear();
                if entry.change == ChangeKind::Modify {
                    entry.change = ChangeKind::ModifySuppressed;
                }
            }
        }
    }
}

/// Compares two manifests: documents of one name with each other, and with `find_renames` those that go with those that
/// come.
pub fn compare(
    old: &BTreeMap<String, Document>,
    new: &BTreeMap<String, Document>,
    owners: &[Ownership],
    options: &CompareOptions,
) -> Comparison {
    let comparison = Comparison {
        suppressed_kinds: options.suppressed_kinds.clone(),
        renames: options.find_renames > 0.0,
        ..Comparison::default()
    };
    let mut run = Run { options, comparison };
    for owner in owners {
        let lines = line_diff(&owner.before, &owner.after, true);
        let (name, change) = (owner.name.clone(), ChangeKind::Ownership);
        run.comparison.entries.push(Entry { name, kind: String::new(), change, lines, structured: None });
    }
    for (name, before) in old {
        if let Some(after) = new.get(name) {
            run.add(name, Some(before), Some(after));
        }
    }
    let mut removed: Vec<(&String, &Document)> = old.iter().filter(|(name, _)| !new.contains_key(*name)).collect();
    let mut added: Vec<(&String, &Document)> = new.iter().filter(|(name, _)| !old.contains_key(*name)).collect();
    if options.find_renames > 0.0 {
        removed.retain(|(name, before)| match run.renamed(before, &added) {
            Some(place) => {
                let (_, after) = added.remove(place);
                run.add(name, Some(before), Some(after));
                false
            }
            None => true,
        });
    }
    for (name, before) in removed.into_iter().filter(|(_, before)| !before.kept) {
        run.add(name, Some(before), None);
    }
    for (name, after) in added {
        run.add(name, None, Some(after));
    }
    run.comparison
}

struct Run<'a> {
    options: &'a CompareOptions,
    comparison: Comparison,
}

/// Documents of very different lengths are no rename, Secrets apart, whose texts are not those that are compared.
const LENGTHS: std::ops::RangeInclusive<f32> = 0.1..=10.0;

impl Run<'_> {
    /// Compares two states of a document, of which one may be missing.
    fn add(&mut self, name: &str, before: Option<&Document>, after: Option<&Document>) {
        if before.zip(after).is_some_and(|(before, after)| before.content == after.content) {
            return;
        }
        let (old, new) = self.shown(before, after);
        let (change, kind) = match (before, after) {
            (None, Some(after)) => (ChangeKind::Add, &after.kind),
            (Some(before), None) => (ChangeKind::Remove, &before.kind),
            (Some(before), _) => (ChangeKind::Modify, &before.kind),
            (None, None) => return,
        };
        let mut entry =
            Entry { name: name.to_owned(), kind: kind.clone(), change, lines: Vec::new(), structured: None };
        if self.options.structured {
            let suppressed = self.options.suppressed_kinds.contains(kind);
            let [old, new] = [before.map(|_| &old), after.map(|_| &new)];
            match Structured::of(&entry, [old, new].map(|state| state.map(|state| state.content.as_str())), suppressed)
            {
                Ok(structured) if change == ChangeKind::Modify && structured.is_unchanged() => return,
                Ok(structured) => entry.structured = Some(structured),
                Err(error) => self.comparison.warnings.push(format!(
                    "Warning: failed to build structured entry for {name} (kind: {kind}, changeType: {}): {error}",
                    change.name()
                )),
            }
        } else {
            entry.lines = line_diff(&old.content, &new.content, self.options.strip_trailing_cr);
            if change == ChangeKind::Modify && entry.lines.iter().all(|line| line.delta == Delta::Common) {
                return;
            }
        }
        self.comparison.entries.push(entry);
    }

    /// Two states of a document as they may be shown; an empty one for that which is missing.
    fn shown(&self, before: Option<&Document>, after: Option<&Document>) -> (Document, Document) {
        let exists = [before.is_some(), after.is_some()];
        let [mut old, mut new] = [before, after].map(|state| state.cloned().unwrap_or_default());
        if [before, after].into_iter().flatten().all(|state| state.kind == "Secret") {
            match self.options.secrets {
                SecretView::Redacted => secrets::redact(&mut old, &mut new, exists),
                SecretView::Decoded => secrets::decode(&mut old, &mut new, exists),
                SecretView::Shown => {}
            }
        }
        (old, new)
    }

    /// The place of the document that one that goes is renamed to: that with the least part of changed lines.
    fn renamed(&self, before: &Document, added: &[(&String, &Document)]) -> Option<usize> {
        let mut best: Option<(usize, f32)> = None;
        for (place, (_, after)) in added.iter().enumerate().filter(|(_, (_, after))| after.kind == before.kind) {
            if before.content.is_empty() || after.content.is_empty() {
                continue;
            }
            let ratio = before.content.len() as f32 / after.content.len() as f32;
            if before.kind != "Secret" && !LENGTHS.contains(&ratio) {
                continue;
            }
            let (old, new) = self.shown(Some(before), Some(after));
            let lines = line_diff(&old.content, &new.content, self.options.strip_trailing_cr);
            let changed = lines.iter().filter(|line| line.delta != Delta::Common).count();
            let part = changed as f32 / lines.len() as f32;
            if changed > 0 && best.is_none_or(|(_, least)| part < least) {
                best = Some((place, part));
            }
        }
        best.filter(|(_, part)| *part < self.options.find_renames).map(|(place, _)| place)
    }
}
