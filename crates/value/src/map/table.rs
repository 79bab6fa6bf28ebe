//! The entries of a map, in key order.

use std::collections::BTreeMap;

use crate::{Str, Value};

/// More entries than this make a tree: nobody writes such a map, and a list costs time with each one that is added.
const FEW: usize = 64;

/// Entries by key.
#[derive(Debug)]
pub(super) enum Table {
    /// A sorted list: one piece of memory, no larger than it must be. Nearly every map has but a few entries.
    Few(Vec<(Str, Value)>),
    Many(BTreeMap<Str, Value>),
}

impl Default for Table {
    fn default() -> Table {
        Table::Few(Vec::new())
    }
}

impl FromIterator<(Str, Value)> for Table {
    /// A later entry replaces an earlier one with the same key.
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Table {
        let mut list: Vec<(Str, Value)> = entries.into_iter().collect();
        if list.len() > FEW {
            return Table::Many(list.into_iter().collect());
        }
        list.sort_by(|(one, _), (other, _)| one.cmp(other));
        list.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Table::Few(list)
    }
}

impl Table {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Value> {
        match self {
            Table::Few(list) => place(list, key).ok().and_then(|index| list.get(index)).map(|(_, value)| value),
            Table::Many(tree) => tree.get(key),
        }
    }

    pub(super) fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        match self {
            Table::Few(list) => match place(list, &key) {
                Ok(index) => list.get_mut(index).map(|(_, before)| std::mem::replace(before, value)),
                Err(index) if list.len() < FEW => {
                    list.insert(index, (key, value));
                    None
                }
                Err(_) => {
                    let mut tree: BTreeMap<Str, Value> = std::mem::take(list).into_iter().collect();
                    tree.insert(key, value);
                    *self = Table::Many(tree);
                    None
                }
            },
            Table::Many(tree) => tree.insert(key, value),
        }
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Value> {
        match self {
            Table::Few(list) => place(list, key).ok().map(|index| list.remove(index).1),
            Table::Many(tree) => tree.remove(key),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Table::Few(list) => list.len(),
            Table::Many(tree) => tree.len(),
        }
    }

    pub(super) fn keys(&self) -> Vec<Str> {
        match self {
            Table::Few(list) => list.iter().map(|(key, _)| key.clone()).collect(),
            Table::Many(tree) => tree.keys().cloned().collect(),
        }
    }

    pub(super) fn entries(&self) -> Vec<(Str, Value)> {
        match self {
            Table::Few(list) => list.clone(),
            Table::Many(tree) => tree.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }

    pub(super) fn visit<E>(&self, mut visit: impl FnMut(&Str, &Value) -> Result<(), E>) -> Result<(), E> {
        match self {
            Table::Few(list) => list.iter().try_for_each(|(key, value)| visit(key, value)),
            Table::Many(tree) => tree.iter().try_for_each(|(key, value)| visit(key, value)),
        }
    }

    /// Hands each value to `take`.
    pub(super) fn drain(&mut self, mut take: impl FnMut(Value)) {
        match std::mem::take(self) {
            Table::Few(list) => list.into_iter().for_each(|(_, value)| take(value)),
            Table::Many(tree) => tree.into_values().for_each(take),
        }
    }
}

/// Where a key is, or where it would be.
fn place(list: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    list.binary_search_by(|(known, _)| known.as_bytes().cmp(key))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{FEW, Table};
    use crate::{Str, Value};

    /// Behaves as a tree does, on both sides of the number of entries from which it is one.
    #[test]
    fn table_is_a_tree_to_its_users() {
        let (mut table, mut tree) = (Table::default(), BTreeMap::new());
        for turn in 0..(4 * FEW) {
            let key = Str::from(format!("k{}", turn * 7919 % (2 * FEW)));
            let value = Value::int(turn as i64);
            assert_eq!(shown(table.insert(key.clone(), value.clone())), shown(tree.insert(key.clone(), value)));
            let gone = Str::from(format!("k{}", turn * 31 % 97));
            if turn % 3 == 0 {
                assert_eq!(shown(table.remove(&gone)), shown(tree.remove(&gone)));
            }
            assert_eq!(shown(table.get(&gone).cloned()), shown(tree.get(&gone).cloned()));
            assert_eq!((table.len(), table.keys()), (tree.len(), tree.keys().cloned().collect()));
        }
        for count in [5, FEW, FEW + 1, 3 * FEW] {
            let entries = || (0..count).map(|turn| (Str::from(format!("k{}", turn * 5 % 60)), Value::int(turn as i64)));
            let (table, tree): (Table, BTreeMap<_, _>) = (entries().collect(), entries().collect());
            assert_eq!(format!("{:?}", table.entries()), format!("{:?}", tree.into_iter().collect::<Vec<_>>()));
        }
    }

    fn shown(value: Option<Value>) -> String {
        format!("{value:?}")
    }
}
