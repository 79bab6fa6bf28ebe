//! The values of a chart and its subcharts under the values that the user gave.
//!
//! Helm: pkg/chart/common/util/coalesce.go. Go walks maps in random order; here keys are walked in order, so that
//! warnings come in order too. Tables are shared between the results where Helm shares them.

use value::{List, Map, MapType, Str, Value};

use crate::{
    Chart, Error, Warning,
    print::{plain, truth},
};

const GLOBAL: &str = "global";

/// Whether null values are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// `CoalesceValues`: null removes what a chart's values say.
    Remove,
    /// `MergeValues`: null stays, for a later run to remove.
    Keep,
}

/// Lays the user's values over those of the chart and its subcharts: Helm's `CoalesceValues`.
///
/// Neither the chart nor `values` is changed. The result is what `.Values` is, under its Go type.
///
/// # Errors
/// A value for a subchart that is no table.
pub fn coalesce_values(chart: &Chart, values: &Map, warnings: &mut Vec<Warning>) -> Result<Map, Error> {
    let mut unlimited = usize::MAX;
    let values = copy_map(values, &mut unlimited);
    Coalescer::new(warnings).chart(chart, &values, "", Nulls::Remove)?;
    Ok(values.with_type(MapType::Values))
}

/// As [`coalesce_values`], but null values stay: Helm's `MergeValues`.
pub fn merge_values(chart: &Chart, values: &Map, warnings: &mut Vec<Warning>) -> Result<Map, Error> {
    let mut unlimited = usize::MAX;
    let values = copy_map(values, &mut unlimited);
    Coalescer::new(warnings).chart(chart, &values, "", Nulls::Keep)?;
    Ok(values.with_type(MapType::Values))
}

/// Lays `over` on `under` table by table, in place, and gives `over`: Helm's `CoalesceTables`.
pub fn coalesce_tables(over: &Map, under: &Map, warnings: &mut Vec<Warning>) -> Map {
    Coalescer::new(warnings).tables(over, under, "", Nulls::Remove);
    over.clone()
}

/// How many values may be looked at and copied while values are imported: far more than any chart has.
pub(crate) const IMPORT_BUDGET: usize = 10_000_000;

/// A deep copy of a table, with lists shared that hold no table.
///
/// What lies deeper than [`Value::MAX_DEPTH`], or is left when the budget is spent, is shared.
pub(crate) fn copy_map(map: &Map, budget: &mut usize) -> Map {
    match copy(&Value::Map(map.clone()), Value::MAX_DEPTH, budget) {
        Value::Map(map) => map.with_type(MapType::Any),
        _ => Map::default(),
    }
}

fn copy_value(value: &Value) -> Value {
    let mut unlimited = usize::MAX;
    copy(value, Value::MAX_DEPTH, &mut unlimited)
}

fn copy(value: &Value, depth: usize, budget: &mut usize) -> Value {
    let Some(depth) = depth.checked_sub(1).filter(|_| *budget > 0) else { return value.clone() };
    match value {
        Value::Map(map) => {
            *budget = budget.saturating_sub(map.len());
            let mut entries: Vec<(Str, Value)> = Vec::with_capacity(map.len());
            let _ = map.visit(|key, item| {
                entries.push((key.clone(), copy(item, depth, budget)));
                Ok::<(), ()>(())
            });
            Value::Map(Map::from_entries(map.map_type(), entries))
        }
        Value::List(list) if list.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) => {
            *budget = budget.saturating_sub(list.len());
            let items = list.iter().map(|item| copy(item, depth, budget)).collect();
            Value::List(List::new(list.elem(), items))
        }
        scalar => scalar.clone(),
    }
}

/// Whether `target` is `from`, or lies in it. A spent budget counts as yes.
fn reaches(from: &Map, target: &Map, budget: &mut usize) -> bool {
    let mut left = vec![from.clone()];
    while let Some(map) = left.pop() {
        *budget = budget.saturating_sub(1 + map.len());
        if *budget == 0 || map.same(target) {
            return true;
        }
        let _ = map.visit(|_, value| {
            left.extend(value.as_map().cloned());
            Ok::<(), ()>(())
        });
    }
    false
}

/// Lays tables over each other.
pub(crate) struct Coalescer<'a> {
    warnings: &'a mut Vec<Warning>,
    /// How many tables we are in; those that lie too deep are not merged.
    depth: usize,
    /// Set where values are imported: there a table may come to lie in itself, which makes Helm overflow its stack.
    budget: Option<&'a mut usize>,
}

impl<'a> Coalescer<'a> {
    fn new(warnings: &'a mut Vec<Warning>) -> Coalescer<'a> {
        Coalescer { warnings, depth: 0, budget: None }
    }

    /// One that copies a table instead of putting it into itself, as long as the budget lasts.
    pub(crate) fn guarded(warnings: &'a mut Vec<Warning>, budget: &'a mut usize) -> Coalescer<'a> {
        Coalescer { warnings, depth: 0, budget: Some(budget) }
    }

    /// Lays `over` on `under` with null values kept: Helm's `MergeTables`.
    pub(crate) fn merge(&mut self, over: &Map, under: &Map) {
        self.tables(over, under, "", Nulls::Keep);
    }

    /// The value, or a copy where `into` lies in it.
    fn apart(&mut self, value: Value, into: &Map) -> Value {
        let (Some(budget), Value::Map(map)) = (&mut self.budget, &value) else { return value };
        if !reaches(map, into, budget) {
            return value;
        }
        let copy = copy_map(map, budget);
        if **budget == 0 { Value::Nil } else { Value::Map(copy) }
    }

    fn log(&mut self, message: impl Into<String>) {
        self.warnings.push(Warning::log(message));
    }

    fn chart(&mut self, chart: &Chart, values: &Map, prefix: &str, nulls: Nulls) -> Result<(), Error> {
        let path = join(prefix, chart.name());
        self.defaults(chart, values, &path, nulls);
        for child in &chart.dependencies {
            let name = child.name();
            let table = match values.get(name) {
                None => {
                    let table = Map::default();
                    values.insert(name, Value::Map(table.clone()));
                    table
                }
                Some(Value::Map(table)) => table,
                Some(other) => return Err(Error::SubchartValues { key: name.into(), value: truth(&other) }),
            };
            self.globals(&table, values, &path);
            self.chart(child, &table, &path, nulls)?;
        }
        Ok(())
    }

    /// Fills in what the chart's own values say.
    fn defaults(&mut self, chart: &Chart, values: &Map, path: &str, nulls: Nulls) {
        for (key, default) in chart.values.entries() {
            match values.get(&key) {
                Some(Value::Nil) if nulls == Nulls::Remove => {
                    values.remove(&key);
                }
                Some(Value::Map(table)) => match copy_value(&default) {
                    Value::Map(default) => {
                        let is_child = chart.dependencies.iter().any(|child| key == *child.name());
                        let nulls = if is_child { Nulls::Keep } else { nulls };
                        if nulls == Nulls::Remove {
                            remove_nulls(&default, Value::MAX_DEPTH);
                        }
                        self.tables(&table, &default, &join(path, &key.to_text()), nulls);
                    }
                    Value::Nil => {}
                    _ => self.log(format!("warning: skipped value for {path}.{key}: Not a table.")),
                },
                Some(_) => {}
                None if nulls == Nulls::Remove && default.is_nil() => {}
                None => {
                    let default = copy_value(&default);
                    if let (Nulls::Remove, Value::Map(table)) = (nulls, &default) {
                        remove_nulls(table, Value::MAX_DEPTH);
                    }
                    values.insert(key, default);
                }
            }
        }
    }

    /// Hands the parent's globals to a subchart.
    fn globals(&mut self, child: &Map, parent: &Map, path: &str) {
        let into = match child.get(GLOBAL) {
            None => Map::default(),
            Some(Value::Map(table)) => table,
            Some(_) => {
                return self.log("warning: skipping globals because destination global is not a table.");
            }
        };
        let from = match parent.get(GLOBAL) {
            None => Map::default(),
            Some(Value::Map(table)) => table,
            Some(_) => return self.log("warning: skipping globals because source global is not a table."),
        };
        for (key, value) in from.entries() {
            match (value, into.get(&key)) {
                (Value::Map(table), None) => {
                    into.insert(key, Value::Map(shallow_copy(&table)));
                }
                (Value::Map(table), Some(Value::Map(before))) => {
                    let table = shallow_copy(&table);
                    self.tables(&table, &before, &join(path, &key.to_text()), Nulls::Keep);
                    into.insert(key, Value::Map(table));
                }
                (Value::Map(_), Some(_)) => {
                    let key = value::quote::quote(&key);
                    self.log(format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                }
                (_, Some(Value::Map(_))) => self.log(format!("key {key} is table. Skipping")),
                (value, _) => {
                    into.insert(key, value);
                }
            }
        }
        child.insert(GLOBAL, Value::Map(into));
    }

    /// Lays `over` on `under` in place; both are changed, as in Helm.
    fn tables(&mut self, over: &Map, under: &Map, path: &str, nulls: Nulls) {
        if over.same(under) || self.depth >= Value::MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.entries(over, under, path, nulls);
        self.depth -= 1;
    }

    fn entries(&mut self, over: &Map, under: &Map, path: &str, nulls: Nulls) {
        let before = under.entries();
        let nulled: Vec<Str> =
            over.entries().into_iter().filter(|(_, value)| value.is_nil()).map(|(key, _)| key).collect();
        for key in &nulled {
            under.insert(key.clone(), Value::Nil);
        }
        // Null for what the chart sets removes it; null for what it does not set, or sets to null, stays.
        let was_set = |key: &Str| {
            let found = before.binary_search_by(|(known, _)| known.cmp(key)).ok();
            found.and_then(|index| before.get(index)).is_some_and(|(_, value)| !value.is_nil())
        };
        let after = if nulled.is_empty() { before.clone() } else { under.entries() };
        for (key, value) in after {
            match (over.get(&key), value) {
                (Some(Value::Nil), _) if nulls == Nulls::Remove && was_set(&key) => {
                    over.remove(&key);
                }
                (None, value) => {
                    let value = self.apart(value, over);
                    over.insert(key, value);
                }
                (Some(Value::Map(table)), Value::Map(value)) => {
                    self.tables(&table, &value, &join(path, &key.to_text()), nulls);
                }
                (Some(_), value @ Value::Map(_)) => {
                    let path = join(path, &key.to_text());
                    let value = plain(&value);
                    self.log(format!("warning: cannot overwrite table with non table for {path} ({value})"));
                }
                (Some(Value::Map(_)), value) if !value.is_nil() => {
                    let path = join(path, &key.to_text());
                    let value = plain(&value);
                    self.log(format!("warning: destination for {path} is a table. Ignoring non-table value ({value})"));
                }
                _ => {}
            }
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.into() } else { format!("{prefix}.{name}") }
}

fn shallow_copy(map: &Map) -> Map {
    Map::from_entries(MapType::Any, map.entries())
}

fn remove_nulls(map: &Map, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (key, value) in map.entries() {
        match value {
            Value::Nil => {
                map.remove(&key);
            }
            Value::Map(table) => remove_nulls(&table, depth),
            _ => {}
        }
    }
}
