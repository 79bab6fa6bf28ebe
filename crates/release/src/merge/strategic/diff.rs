//! What changes from one object to another, as a strategic merge patch.

use serde_json::{Map, Value};

use super::{
    DELETE_FROM, DIRECTIVE, RETAIN_KEYS, SET_ORDER,
    lists::{ElementKind, in_order_of, key_of, sorted_by_key, sorted_scalars, without_repeats},
    lookup::{Level, Rule},
    same_type,
    text::go_text,
    wrong,
};
use crate::{merge::MergeError, schema::PatchStrategy};

/// Which changes are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// What is new or has another value.
    pub(super) changes: bool,
    /// What is no longer there.
    pub(super) deletions: bool,
    /// The names of all keys, where only one of several may be there.
    pub(super) retain_keys: bool,
}

/// What is deleted from a list and what is added, and its order.
#[derive(Default)]
struct ListPatch {
    items: Vec<Value>,
    deleted: Vec<Value>,
    order: Vec<Value>,
}

/// Go: `diffMaps`
pub(super) fn maps(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    level: Level,
    wanted: Wanted,
) -> Result<Map<String, Value>, MergeError> {
    let mut patch = Map::new();
    for (name, after) in modified {
        match original.get(name) {
            None if wanted.changes => _ = patch.insert(name.clone(), after.clone()),
            None => {}
            Some(before) if name == DIRECTIVE => {
                if !(before.is_string() && after.is_string()) {
                    return Err(wrong(format!("invalid value for special key: {DIRECTIVE}")));
                }
                if before != after {
                    patch.insert(name.clone(), after.clone());
                }
            }
            Some(before) => field(name, (before, after), level, wanted, &mut patch)?,
        }
    }
    if wanted.deletions {
        for name in original.keys().filter(|name| !modified.contains_key(*name)) {
            patch.insert(name.clone(), Value::Null);
        }
    }
    if wanted.retain_keys {
        let names = modified.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| Value::from(name.as_str()));
        let names: Vec<Value> = names.collect();
        let cleared = original.keys().any(|name| !modified.contains_key(name));
        if !names.is_empty() && (!patch.is_empty() || cleared) {
            patch.insert(RETAIN_KEYS.to_owned(), Value::Array(sorted_scalars(&names)));
        }
    }
    Ok(patch)
}

/// What changes in a field that both objects have.
fn field(
    name: &str,
    (before, after): (&Value, &Value),
    level: Level,
    wanted: Wanted,
    patch: &mut Map<String, Value>,
) -> Result<(), MergeError> {
    match (before, after) {
        (Value::Object(before_fields), Value::Object(after_fields)) => {
            let (level, rule) = match level.map(name) {
                Ok(found) => found,
                // Nobody knows how to merge it; that does not matter where nothing changes.
                Err(_) if before == after => return Ok(()),
                Err(error) => return Err(error),
            };
            if rule.strategy == PatchStrategy::Replace {
                if wanted.changes {
                    patch.insert(name.to_owned(), after.clone());
                }
                return Ok(());
            }
            let inner = maps(before_fields, after_fields, level, Wanted { retain_keys: rule.retain_keys, ..wanted })?;
            if !inner.is_empty() {
                patch.insert(name.to_owned(), Value::Object(inner));
            }
        }
        (Value::Array(before_items), Value::Array(after_items)) => {
            let (level, rule) = match level.list(name) {
                Ok(found) => found,
                Err(_) if before == after => return Ok(()),
                Err(error) => return Err(error),
            };
            if rule.strategy == PatchStrategy::Merge {
                let wanted = Wanted { retain_keys: rule.retain_keys, ..wanted };
                let lists = lists(before_items, after_items, (level, rule), wanted)?;
                let mut insert = |name: String, items: Vec<Value>| {
                    if !items.is_empty() {
                        patch.insert(name, Value::Array(items));
                    }
                };
                insert(name.to_owned(), lists.items);
                insert(format!("{DELETE_FROM}/{name}"), lists.deleted);
                insert(format!("{SET_ORDER}/{name}"), lists.order);
            } else if wanted.changes && before != after {
                patch.insert(name.to_owned(), after.clone());
            }
        }
        (before, after) => {
            if wanted.changes && (before != after || !same_type(before, after)) {
                patch.insert(name.to_owned(), after.clone());
            }
        }
    }
    Ok(())
}

/// Go: `diffLists`
fn lists(
    before: &[Value],
    after: &[Value],
    (level, rule): (Level, Rule),
    wanted: Wanted,
) -> Result<ListPatch, MergeError> {
    if before.is_empty() {
        let items = if wanted.changes { after.to_vec() } else { Vec::new() };
        return Ok(ListPatch { items, ..ListPatch::default() });
    }
    if ElementKind::of_lists(&[before, after])? == ElementKind::Map {
        return lists_of_maps(before, after, (level, rule), wanted);
    }
    let (added, deleted) = scalars(before, after, wanted);
    let items = in_order_of(added, after, rule.merge_key)?;
    // Go has sorted the original list by then.
    let reordered = sorted_scalars(before) != after;
    let ordered = (wanted.deletions && !deleted.is_empty()) || (wanted.changes && reordered);
    Ok(ListPatch { items, deleted, order: if ordered { after.to_vec() } else { Vec::new() } })
}

/// Plain values that are new, and those that are gone. Go: `diffListsOfScalars`.
fn scalars(before: &[Value], after: &[Value], wanted: Wanted) -> (Vec<Value>, Vec<Value>) {
    let (before, after) = (sorted_scalars(before), sorted_scalars(after));
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    let (mut added, mut deleted) = (Vec::new(), Vec::new());
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some(before), Some(after)) => go_text(before).cmp(&go_text(after)),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => break,
        };
        let gone = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        match (gone, new) {
            (Some(gone), None) if wanted.deletions => deleted.push(gone),
            (None, Some(new)) if wanted.changes => added.push(new),
            _ => {}
        }
    }
    (added, without_repeats(deleted))
}

/// Go: `diffLists` and `diffListsOfMaps`
fn lists_of_maps(
    before: &[Value],
    after: &[Value],
    (level, rule): (Level, Rule),
    wanted: Wanted,
) -> Result<ListPatch, MergeError> {
    let key = rule.merge_key;
    let (mut items, mut deleted) = (Vec::new(), Vec::new());
    let old = sorted_by_key(before, key)?;
    let new = sorted_by_key(after, key)?;
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (Some((old, _)), Some((new, _))) => old.cmp(new),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => break,
        };
        let gone = if order.is_le() { old.next() } else { None };
        let found = if order.is_ge() { new.next() } else { None };
        match (gone, found) {
            (Some((_, Value::Object(before))), Some((_, Value::Object(after)))) => {
                let mut patch = maps(before, after, level, wanted)?;
                if let (false, Some(name)) = (patch.is_empty(), after.get(key)) {
                    patch.insert(key.to_owned(), name.clone());
                    items.push(Value::Object(patch));
                }
            }
            (Some((_, item)), None) if wanted.deletions => {
                let mut deletion = Map::new();
                deletion.insert(key.to_owned(), key_of(item, key)?.clone());
                deletion.insert(DIRECTIVE.to_owned(), "delete".into());
                deleted.push(Value::Object(deletion));
            }
            (None, Some((_, item))) if wanted.changes => items.push(item.clone()),
            _ => {}
        }
    }
    let mut items = in_order_of(items, after, key)?;
    let same_order = same_order(before, after, key)?;
    items.append(&mut deleted);
    let ordered = (wanted.changes && (!items.is_empty() || !same_order)) || (wanted.deletions && !items.is_empty());
    let mut order = Vec::new();
    for item in after.iter().filter(|_| ordered) {
        let mut entry = Map::new();
        entry.insert(key.to_owned(), key_of(item, key)?.clone());
        order.push(Value::Object(entry));
    }
    Ok(ListPatch { items, deleted, order })
}

/// Go: `isOrderSame`
fn same_order(before: &[Value], after: &[Value], merge_key: &str) -> Result<bool, MergeError> {
    if before.len() != after.len() {
        return Ok(false);
    }
    for (before, after) in before.iter().zip(after) {
        if key_of(before, merge_key)? != key_of(after, merge_key)? {
            return Ok(false);
        }
    }
    Ok(true)
}
