//! Go maps with string keys: shared, mutable (`set`, `unset`, `merge`), iterated in key order.

mod table;

use std::{cell::RefCell, ops::Deref, rc::Rc};

use self::table::Table;
use crate::{Str, Value, dismantle::Pending};

/// The Go type of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `map[string]interface {}`
    Any,
    /// `common.Values`, which is what `.Values` is in Helm 4; assignable to and from [`MapType::Any`].
    Values,
    /// `map[string]string`, which `split` returns; a missing key reads as "".
    String,
    /// `map[string][]uint8`, the plain type of `.Files`.
    Bytes,
    /// A nil `map[string]interface {}`: empty, and null in JSON and YAML.
    NilAny,
    /// A nil `map[string]string`: empty, and null in JSON and YAML.
    NilString,
}

impl MapType {
    /// Go's `%T`.
    pub fn go_name(self) -> &'static str {
        match self {
            MapType::Any | MapType::NilAny => "map[string]interface {}",
            MapType::Values => "common.Values",
            MapType::String | MapType::NilString => "map[string]string",
            MapType::Bytes => "map[string][]uint8",
        }
    }
}

/// A Go map with string keys. Cloning gives a second handle on the same map, as in Go.
///
/// The type belongs to the handle: `.Values` of a subchart and the table that the parent chart sees are one map
/// under two types.
#[derive(Clone, Debug)]
pub struct Map {
    entries: Rc<Entries>,
    map_type: MapType,
}

#[derive(Debug, Default)]
struct Entries(RefCell<Table>);

impl Deref for Entries {
    type Target = RefCell<Table>;
    fn deref(&self) -> &RefCell<Table> {
        &self.0
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        let mut pending = Pending::default();
        self.0.get_mut().drain(|value| pending.push(value));
        pending.dismantle();
    }
}

impl Default for Map {
    fn default() -> Map {
        Map::new(MapType::Any)
    }
}

impl Map {
    /// An empty map.
    pub fn new(map_type: MapType) -> Map {
        Map { entries: Rc::default(), map_type }
    }

    /// A map with these entries; a later entry replaces an earlier one with the same key.
    pub fn from_entries<K: Into<Str>>(map_type: MapType, entries: impl IntoIterator<Item = (K, Value)>) -> Map {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Map { entries: Rc::new(Entries(RefCell::new(entries))), map_type }
    }

    /// The map's Go type.
    pub fn map_type(&self) -> MapType {
        self.map_type
    }

    /// Whether it is a nil map, which JSON and YAML write as null.
    pub fn is_nil(&self) -> bool {
        matches!(self.map_type, MapType::NilAny | MapType::NilString) && self.is_empty()
    }

    /// The same map, shared, under another Go type.
    pub fn with_type(&self, map_type: MapType) -> Map {
        Map { entries: Rc::clone(&self.entries), map_type }
    }

    /// The value at `key`; a nil value that is there is `Some(Value::Nil)`.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.entries.borrow().get(key.as_ref()).cloned()
    }

    /// Whether `key` is there.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        self.entries.borrow().get(key.as_ref()).is_some()
    }

    /// Sets `key` to `value`, for every handle on this map.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Option<Value> {
        self.entries.borrow_mut().insert(key.into(), value)
    }

    /// Removes `key`, for every handle on this map.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.entries.borrow_mut().remove(key.as_ref())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// True where there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in order (a copy: the map may change while they are walked).
    pub fn keys(&self) -> Vec<Str> {
        self.entries.borrow().keys()
    }

    /// The entries in key order (a copy: the map may change while they are walked).
    pub fn entries(&self) -> Vec<(Str, Value)> {
        self.entries.borrow().entries()
    }

    /// Calls `visit` with each entry in key order, without copying.
    ///
    /// `visit` must not change this map: use [`Map::entries`] where it might.
    pub fn visit<E>(&self, visit: impl FnMut(&Str, &Value) -> Result<(), E>) -> Result<(), E> {
        self.entries.borrow().visit(visit)
    }

    /// A map of the same type with each value changed by `change`.
    pub fn map_values(&self, mut change: impl FnMut(&Value) -> Value) -> Map {
        let entries = self.entries();
        Map::from_entries(self.map_type, entries.into_iter().map(|(key, value)| (key, change(&value))))
    }

    /// Where the map lies: the same for handles that share it.
    pub(crate) fn address(&self) -> usize {
        Rc::as_ptr(&self.entries).addr()
    }

    /// Whether two handles share one map.
    pub fn same(&self, other: &Map) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }

    /// Hands each value to `take`, where this is the only handle on the map.
    pub(crate) fn take_apart(self, take: impl FnMut(Value)) {
        if let Ok(mut entries) = Rc::try_unwrap(self.entries) {
            entries.0.get_mut().drain(take);
        }
    }
}
