//! Lists that are merged: what their items are, and in which order they come.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{DIRECTIVE, text::go_text, wrong};
use crate::merge::MergeError;

/// What the items of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementKind {
    Null,
    Bool,
    Integer,
    Float,
    Text,
    List,
    Map,
}

impl ElementKind {
    pub(super) fn of(value: &Value) -> ElementKind {
        match value {
            Value::Null => ElementKind::Null,
            Value::Bool(_) => ElementKind::Bool,
            Value::Number(number) if number.is_i64() => ElementKind::Integer,
            Value::Number(_) => ElementKind::Float,
            Value::String(_) => ElementKind::Text,
            Value::Array(_) => ElementKind::List,
            Value::Object(_) => ElementKind::Map,
        }
    }

    /// The one kind of all items. Go: `sliceElementType`.
    pub(super) fn of_lists(lists: &[&[Value]]) -> Result<ElementKind, MergeError> {
        let mut kinds = lists.iter().flat_map(|list| list.iter()).map(ElementKind::of);
        let first = kinds.next().ok_or_else(|| wrong("no elements in any of the given slices"))?;
        if first == ElementKind::List {
            return Err(wrong("lists of lists are not supported"));
        }
        if first == ElementKind::Null || kinds.any(|kind| kind != first) {
            let printed: Vec<String> = lists.iter().map(|list| go_text(&Value::Array(list.to_vec()))).collect();
            return Err(wrong(format!("list element types are not identical: [{}]", printed.join(" "))));
        }
        Ok(first)
    }
}

/// The value by which an item is known: that of its key, or (without a key) itself.
pub(super) fn key_of<'a>(item: &'a Value, merge_key: &str) -> Result<&'a Value, MergeError> {
    if merge_key.is_empty() {
        return Ok(item);
    }
    let Some(fields) = item.as_object() else {
        return Err(wrong(format!("expected a map[string]interface {{}}, but received a {}", go_type(item))));
    };
    let missing = || wrong(format!("map: {} does not contain declared merge key: {merge_key}", go_text(item)));
    fields.get(merge_key).ok_or_else(missing)
}

/// What Go's decoder makes of a value.
pub(super) fn go_type(value: &Value) -> &'static str {
    match ElementKind::of(value) {
        ElementKind::Null => "%!s(<nil>)",
        ElementKind::Bool => "bool",
        ElementKind::Integer => "int64",
        ElementKind::Float => "float64",
        ElementKind::Text => "string",
        ElementKind::List => "[]interface {}",
        ElementKind::Map => "map[string]interface {}",
    }
}

/// Whether an item says that it is to be deleted.
pub(super) fn is_deletion(item: &Value) -> bool {
    item.get(DIRECTIVE).is_some_and(|directive| directive == "delete")
}

/// The first place of each item in a list, by what it is known by.
pub(super) struct Places(HashMap<String, usize>);

impl Places {
    pub(super) fn of(list: &[Value], merge_key: &str) -> Places {
        let mut places = HashMap::with_capacity(list.len());
        for (place, item) in list.iter().enumerate() {
            if let Ok(key) = key_of(item, merge_key) {
                places.entry(key.to_string()).or_insert(place);
            }
        }
        Places(places)
    }

    pub(super) fn find(&self, key: &Value) -> Option<usize> {
        self.0.get(&key.to_string()).copied()
    }

    /// Notes an item that was put at the end.
    pub(super) fn add(&mut self, key: &Value, place: usize) {
        self.0.entry(key.to_string()).or_insert(place);
    }
}

/// Sorts by the key's text, items with one key in reverse: Go's `sort.Sort` over a comparison that takes equal items for
/// unordered ones. Go: `sortMapsBasedOnField`.
pub(super) fn sorted_by_key<'a>(list: &'a [Value], merge_key: &str) -> Result<Vec<(String, &'a Value)>, MergeError> {
    let mut keyed = Vec::with_capacity(list.len());
    for item in list.iter().rev() {
        keyed.push((go_text(key_of(item, merge_key)?), item));
    }
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(keyed)
}

/// Sorts plain values by their text. Go: `sortScalars`.
pub(super) fn sorted_scalars(list: &[Value]) -> Vec<Value> {
    let mut keyed: Vec<(String, &Value)> = list.iter().rev().map(|item| (go_text(item), item)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.into_iter().map(|(_, item)| item.clone()).collect()
}

/// Lists longer than this are freed of repetitions by a quicker way, which may leave them in another order.
const LONG: usize = 1000;

/// Drops repeated values; the last one takes the place of one that is dropped. Go: `deduplicateScalars`.
pub(super) fn without_repeats(mut list: Vec<Value>) -> Vec<Value> {
    if list.len() > LONG {
        let mut seen = HashSet::with_capacity(list.len());
        list.retain(|item| seen.insert(item.to_string()));
        return list;
    }
    let mut first = 0;
    while first < list.len() {
        let mut other = first + 1;
        while other < list.len() {
            if list.get(first) == list.get(other) {
                list.swap_remove(other);
            } else {
                other += 1;
            }
        }
        first += 1;
    }
    list
}

/// Sorts a list by the order of another one; items to be deleted go to the end. Go: `normalizeSliceOrder`.
pub(super) fn in_order_of(list: Vec<Value>, order: &[Value], merge_key: &str) -> Result<Vec<Value>, MergeError> {
    for item in list.iter().chain(order) {
        key_of(item, merge_key)?;
    }
    let places = Places::of(order, merge_key);
    let (deleted, list): (Vec<Value>, Vec<Value>) =
        list.into_iter().partition(|item| !merge_key.is_empty() && is_deletion(item));
    let mut placed = Vec::with_capacity(list.len());
    for item in list {
        let place = places.find(key_of(&item, merge_key)?);
        placed.push((place, item));
    }
    if placed.iter().all(|(place, _)| place.is_some()) {
        placed.sort_by_key(|(place, _)| *place);
    } else {
        insertion_sort(&mut placed);
    }
    Ok(placed.into_iter().map(|(_, item)| item).chain(deleted).collect())
}

/// Go's stable sort of a short list. An item whose place is not known counts as less than any other, and any other as less
/// than it, so that the algorithm decides.
fn insertion_sort(items: &mut [(Option<usize>, Value)]) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 {
            let less = match (items.get(at), items.get(at - 1)) {
                (Some((Some(a), _)), Some((Some(b), _))) => a < b,
                _ => true,
            };
            if !less {
                break;
            }
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Parts a list into items that another list has, and the rest. Go: `partition…ByPresentInList`.
pub(super) fn part_by(list: Vec<Value>, by: &[Value], merge_key: &str) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    let places = Places::of(by, merge_key);
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    for item in list {
        match places.find(key_of(&item, merge_key)?) {
            Some(_) => present.push(item),
            None => absent.push(item),
        }
    }
    Ok((present, absent))
}

/// Puts items of a patch and items that only the server has in one list: each kind keeps its order, and a server's item
/// comes before the first of the patch's that it preceded on the server. Go: `normalizeElementOrder`, `mergeSortedSlice`.
pub(super) fn interleave(
    (patched, server_only): (Vec<Value>, Vec<Value>),
    patch_order: &[Value],
    server_order: &[Value],
    merge_key: &str,
) -> Result<Vec<Value>, MergeError> {
    let patched = in_order_of(patched, patch_order, merge_key)?;
    let server_only = in_order_of(server_only, server_order, merge_key)?;
    let places = Places::of(server_order, merge_key);
    let place = |item: &Value| key_of(item, merge_key).ok().and_then(|key| places.find(key));
    let mut all = Vec::with_capacity(patched.len() + server_only.len());
    let (mut patched, mut server_only) = (patched.into_iter().peekable(), server_only.into_iter().peekable());
    loop {
        let server_first = match (server_only.peek(), patched.peek()) {
            (Some(left), Some(right)) => match (place(left), place(right)) {
                (Some(left), Some(right)) => left < right,
                _ => false,
            },
            (left, _) => left.is_some(),
        };
        match if server_first { server_only.next() } else { patched.next() } {
            Some(item) => all.push(item),
            None => return Ok(all),
        }
    }
}
