//! Go maps with string keys: shared, mutable (`set`, `unset`, `merge`), iterated in key order.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use crate::{Str, Value};

/// The Go type of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `map[string]interface {}`
    Any,
    /// `common.Values`, which is what `.Values` is in Helm 4; assignable to and from [`MapType::Any`].
    Values,
    /// `map[string]string`, which `split` returns; a missing key reads as "".
    String,
    /// A map whose `%T` is this name.
    Named(&'static str),
}

impl MapType {
    /// Go's `%T`.
    pub fn go_name(self) -> &'static str {
        match self {
            MapType::Any => "map[string]interface {}",
            MapType::Values => "common.Values",
            MapType::String => "map[string]string",
            MapType::Named(name) => name,
        }
    }
}

/// A Go map with string keys. Cloning gives a second handle on the same map, as in Go.
#[derive(Clone, Debug)]
pub struct Map(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    map_type: MapType,
    entries: RefCell<BTreeMap<Str, Value>>,
}

impl Default for Map {
    fn default() -> Map {
        Map::new(MapType::Any)
    }
}

impl Map {
    /// An empty map.
    pub fn new(map_type: MapType) -> Map {
        Map(Rc::new(Inner { map_type, entries: RefCell::default() }))
    }

    /// A map with these entries; a later entry replaces an earlier one with the same key.
    pub fn from_entries<K: Into<Str>>(map_type: MapType, entries: impl IntoIterator<Item = (K, Value)>) -> Map {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Map(Rc::new(Inner { map_type, entries: RefCell::new(entries) }))
    }

    /// The map's Go type.
    pub fn map_type(&self) -> MapType {
        self.0.map_type
    }

    /// The same entries (not shared, values are) under another Go type.
    pub fn with_type(&self, map_type: MapType) -> Map {
        Map(Rc::new(Inner { map_type, entries: self.0.entries.clone() }))
    }

    /// The value at `key`; a nil value that is there is `Some(Value::Nil)`.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.0.entries.borrow().get(key.as_ref()).cloned()
    }

    /// Whether `key` is there.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        self.0.entries.borrow().contains_key(key.as_ref())
    }

    /// Sets `key` to `value`, for every handle on this map.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Option<Value> {
        self.0.entries.borrow_mut().insert(key.into(), value)
    }

    /// Removes `key`, for every handle on this map.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.0.entries.borrow_mut().remove(key.as_ref())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.entries.borrow().len()
    }

    /// True where there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.entries.borrow().is_empty()
    }

    /// The keys in order (a copy: the map may change while they are walked).
    pub fn keys(&self) -> Vec<Str> {
        self.0.entries.borrow().keys().cloned().collect()
    }

    /// The entries in key order (a copy: the map may change while they are walked).
    pub fn entries(&self) -> Vec<(Str, Value)> {
        self.0.entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Calls `visit` with each entry in key order, without copying.
    ///
    /// `visit` must not change this map: use [`Map::entries`] where it might.
    pub fn visit<E>(&self, mut visit: impl FnMut(&Str, &Value) -> Result<(), E>) -> Result<(), E> {
        self.0.entries.borrow().iter().try_for_each(|(key, value)| visit(key, value))
    }

    /// A map of the same type with each value changed by `change`.
    pub fn map_values(&self, mut change: impl FnMut(&Value) -> Value) -> Map {
        let entries = self.entries();
        Map::from_entries(self.0.map_type, entries.into_iter().map(|(key, value)| (key, change(&value))))
    }

    /// Whether two handles share one map.
    pub fn same(&self, other: &Map) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
