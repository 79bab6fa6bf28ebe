//! Applies a strategic merge patch to an object, or to another patch.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    DELETE_FROM, DIRECTIVE, Onto, RETAIN_KEYS, SET_ORDER,
    lists::{ElementKind, Places, go_type, interleave, is_deletion, key_of, part_by, without_repeats},
    lookup::{Level, Rule},
    same_type,
    text::go_text,
    wrong,
};
use crate::{
    merge::{MergeError, discard_nulls},
    schema::PatchStrategy,
};

type Fields = Map<String, Value>;

/// Go: `mergeMap`
pub(super) fn maps(mut original: Fields, mut patch: Fields, level: Level, onto: Onto) -> Result<Fields, MergeError> {
    if let Some(directive) = patch.remove(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Fields::new()),
            _ => Err(unknown_directive(&directive, patch)),
        };
    }
    retain_keys(&mut original, &mut patch, onto)?;
    let ordered: Vec<String> = patch.keys().filter(|name| name.starts_with(SET_ORDER)).cloned().collect();
    for name in ordered {
        ordered_list(&name, &mut original, &mut patch, level, onto)?;
    }
    for (name, value) in patch {
        field(name, value, &mut original, level, onto)?;
    }
    Ok(original)
}

fn unknown_directive(directive: &Value, mut fields: Fields) -> MergeError {
    fields.insert(DIRECTIVE.to_owned(), directive.clone());
    wrong(format!("unknown patch type: {} in map: {}", go_text(directive), go_text(&Value::Object(fields))))
}

/// Merges one field of a patch.
fn field(name: String, value: Value, original: &mut Fields, level: Level, onto: Onto) -> Result<(), MergeError> {
    let (name, deletes) = match name.strip_prefix(DELETE_FROM) {
        Some(_) if onto == Onto::Patch => {
            original.insert(name, value);
            return Ok(());
        }
        Some(rest) => {
            let list = rest.strip_prefix('/').ok_or_else(|| wrong("invalid patch format of primitive list"))?;
            (list.to_owned(), true)
        }
        None => (name, false),
    };
    if value.is_null() {
        original.remove(&name);
        if onto == Onto::Object {
            return Ok(());
        }
    }
    let merged = match (original.remove(&name), value) {
        (Some(before), value) if !same_type(&before, &value) && deletes => Some(before),
        (Some(Value::Object(before)), Value::Object(value)) => {
            let (level, rule) = level.map(&name)?;
            Some(Value::Object(match rule.strategy {
                PatchStrategy::Replace => value,
                _ => maps(before, value, level, onto)?,
            }))
        }
        (Some(Value::Array(before)), Value::Array(value)) => {
            let (level, rule) = level.list(&name)?;
            Some(Value::Array(match (rule.strategy, deletes) {
                (PatchStrategy::Merge, _) | (_, true) => lists(before, value, (level, rule), onto, deletes)?,
                _ => value,
            }))
        }
        (Some(before), value) if same_type(&before, &value) => without_directives(value),
        (None, _) if deletes => None,
        (_, mut value) => {
            // Go: `discardNullValuesFromPatch`.
            if onto == Onto::Object {
                discard_nulls(&mut value);
            }
            without_directives(value)
        }
    };
    if let Some(merged) = merged {
        original.insert(name, merged);
    }
    Ok(())
}

/// Obeys `$retainKeys`, or takes it over. Go: `applyRetainKeysDirective`.
fn retain_keys(original: &mut Fields, patch: &mut Fields, onto: Onto) -> Result<(), MergeError> {
    let Some(retained) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if onto == Onto::Patch {
        let known = original.entry(RETAIN_KEYS).or_insert_with(|| retained.clone());
        if *known == retained {
            return Ok(());
        }
        let texts = [&*known, &retained].map(go_text);
        return Err(wrong(format!(
            "{} and {} are not deep equal: this may happen when calculating the 3-way diff patch",
            texts[0], texts[1]
        )));
    }
    let invalid = || wrong("invalid patch format of retainKeys");
    let names: HashSet<&str> = retained.as_array().ok_or_else(invalid)?.iter().filter_map(Value::as_str).collect();
    let directed = |name: &str| name.starts_with(DELETE_FROM) || name.starts_with(SET_ORDER);
    if patch.iter().any(|(name, value)| !value.is_null() && !directed(name) && !names.contains(name.as_str())) {
        return Err(invalid());
    }
    original.retain(|name, _| names.contains(name.as_str()));
    Ok(())
}

/// Merges a list whose order the patch states. Go: `mergePatchIntoOriginal`.
fn ordered_list(
    name: &str,
    original: &mut Fields,
    patch: &mut Fields,
    level: Level,
    onto: Onto,
) -> Result<(), MergeError> {
    let Some(order) = patch.remove(name) else { return Ok(()) };
    let invalid = || wrong("invalid patch format of setElementOrder list");
    if onto == Onto::Patch && *original.entry(name).or_insert_with(|| order.clone()) != order {
        return Err(invalid());
    }
    let list_of = |value: Value| match value {
        Value::Array(items) => Ok(items),
        other => Err(wrong(format!("expected a []interface {{}}, but received a {}", go_type(&other)))),
    };
    let order = list_of(order)?;
    let list = name.strip_prefix(SET_ORDER).and_then(|rest| rest.strip_prefix('/')).ok_or_else(invalid)?;
    let before = original.remove(list).map(list_of).transpose()?;
    let patched = patch.remove(list).map(list_of).transpose()?;
    let (below, rule) = level.list(list)?;
    check_order(patched.as_deref().unwrap_or_default(), &order, rule.merge_key)?;
    let server_order = before.clone().unwrap_or_default();
    let merged = match (before, patched) {
        (None, None) => return Ok(()),
        (Some(before), None) => before,
        (None, Some(patched)) => match without_directives(Value::Array(patched)) {
            Some(Value::Array(items)) => items,
            _ => return Ok(()),
        },
        (Some(before), Some(patched)) if rule.strategy == PatchStrategy::Merge => {
            lists(before, patched, (below, rule), onto, false)?
        }
        (Some(_), Some(patched)) => patched,
    };
    let parts = part_by(merged, &order, rule.merge_key)?;
    original.insert(list.to_owned(), Value::Array(interleave(parts, &order, &server_order, rule.merge_key)?));
    Ok(())
}

/// Whether the items of a patch come in the order that it states. Go: `validatePatchWithSetOrderList`.
fn check_order(items: &[Value], order: &[Value], merge_key: &str) -> Result<(), MergeError> {
    if items.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut rest = order.iter();
    for item in items.iter().filter(|item| merge_key.is_empty() || item.get(DIRECTIVE).is_none()) {
        let key = key_of(item, merge_key)?;
        let mut found = false;
        for place in rest.by_ref() {
            if key_of(place, merge_key)? == key {
                found = true;
                break;
            }
        }
        if !found {
            let texts = [items, order].map(|list| go_text(&Value::Array(list.to_vec())));
            return Err(wrong(format!(
                "The order in patch list:\n{}\n doesn't match {SET_ORDER} list:\n{}\n",
                texts[0], texts[1]
            )));
        }
    }
    Ok(())
}

/// Go: `mergeSlice`
fn lists(
    original: Vec<Value>,
    patch: Vec<Value>,
    (level, rule): (Level, Rule),
    onto: Onto,
    deletes: bool,
) -> Result<Vec<Value>, MergeError> {
    if original.is_empty() && patch.is_empty() {
        return Ok(original);
    }
    let key = rule.merge_key;
    if ElementKind::of_lists(&[&original, &patch])? != ElementKind::Map {
        if deletes && onto == Onto::Object {
            let gone: HashSet<String> = patch.iter().map(Value::to_string).collect();
            return Ok(original.into_iter().filter(|item| !gone.contains(&item.to_string())).collect());
        }
        let both = without_repeats(original.iter().chain(&patch).cloned().collect());
        let parts = part_by(both, &patch, key)?;
        return interleave(parts, &patch, &original, key);
    }
    if key.is_empty() {
        return Err(wrong(format!("cannot merge lists without merge key for {}", level.kind())));
    }
    let (original, patch) = without_special_items(original, patch, key)?;
    let merged = merged_items(original.clone(), &patch, (level, rule), onto)?;
    let parts = part_by(merged, &patch, key)?;
    interleave(parts, &patch, &original, key)
}

/// Obeys the items of a patch that are directives. Go: `mergeSliceWithSpecialElements`.
fn without_special_items(
    mut original: Vec<Value>,
    patch: Vec<Value>,
    key: &str,
) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    let (mut plain, mut replace) = (Vec::with_capacity(patch.len()), false);
    let mut gone = HashSet::new();
    for item in patch {
        match item.get(DIRECTIVE) {
            None => plain.push(item),
            Some(_) if is_deletion(&item) => _ = gone.insert(key_of(&item, key)?.to_string()),
            Some(directive) => match directive.as_str() {
                Some("replace") => replace = true,
                Some("merge") => return Err(wrong("merging lists cannot yet be specified in the patch")),
                _ => {
                    let directive = directive.clone();
                    let Value::Object(fields) = item else { return Err(wrong("unknown patch type")) };
                    return Err(unknown_directive(&directive, fields));
                }
            },
        }
    }
    if replace {
        return Ok((plain, Vec::new()));
    }
    original.retain(|item| !item.get(key).is_some_and(|name| gone.contains(&name.to_string())));
    Ok((original, plain))
}

/// Merges items of one key, and adds those that are new. Go: `mergeSliceWithoutSpecialElements`.
fn merged_items(
    mut items: Vec<Value>,
    patch: &[Value],
    (level, rule): (Level, Rule),
    onto: Onto,
) -> Result<Vec<Value>, MergeError> {
    let mut places = Places::of(&items, rule.merge_key);
    for item in patch {
        let name = key_of(item, rule.merge_key)?;
        match (places.find(name).and_then(|place| items.get_mut(place)), item) {
            (Some(place), Value::Object(fields)) => {
                let before = match place.take() {
                    Value::Object(before) => before,
                    _ => Fields::new(),
                };
                *place = Value::Object(maps(before, fields.clone(), level, onto)?);
            }
            _ => {
                places.add(name, items.len());
                items.push(item.clone());
            }
        }
    }
    Ok(items)
}

/// A value of a patch as it goes into an object; none where it is a directive itself. Go: `removeDirectives`.
fn without_directives(value: Value) -> Option<Value> {
    match value {
        Value::Object(fields) if fields.contains_key(DIRECTIVE) => None,
        Value::Object(fields) => {
            let kept = fields.into_iter().filter_map(|(name, value)| Some((name, without_directives(value)?)));
            Some(Value::Object(kept.collect()))
        }
        Value::Array(items) => Some(Value::Array(items.into_iter().filter_map(without_directives).collect())),
        other => Some(other),
    }
}
