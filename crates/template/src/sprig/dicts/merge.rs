//! The merges, which are mergo's `Merge` and `MergeWithOverwrite` on maps (mergo 1.0.1: `merge.go`).

use value::{Kind, Map, MapType, Signature, Type, Value};

use crate::{
    Call, Failure, Function,
    sprig::{
        arguments::{Outcome, as_map, map, rest},
        reflect::is_empty,
    },
};

/// The family's functions. The plain forms give an empty string for what is no merge.
pub(super) fn functions() -> Vec<Function> {
    use Type::Map;
    const MAPS: Signature = Signature::variadic(&[Map], Map);
    vec![
        Function::native("merge", MAPS, |call, args| unless_mismatched(merge(call, args, Mode::Fill))),
        Function::native("mustMerge", MAPS, |call, args| merge(call, args, Mode::Fill)),
        Function::native("mergeOverwrite", MAPS, |call, args| unless_mismatched(merge(call, args, Mode::Overwrite))),
        Function::native("mustMergeOverwrite", MAPS, |call, args| merge(call, args, Mode::Overwrite)),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Only what is absent or empty is taken from the source.
    Fill,
    /// The source wins.
    Overwrite,
}

/// What mergo says where a pointer is to be filled from something that is none.
const MISMATCH: &str = "src and dst must be of same type";

fn unless_mismatched(outcome: Outcome) -> Outcome {
    match outcome {
        Err(failure) if failure.message == MISMATCH => Ok(Value::from("")),
        outcome => outcome,
    }
}

fn merge(call: &mut Call<'_>, args: &[Value], mode: Mode) -> Outcome {
    let mut target = map(args, 0);
    for source in rest(args, 1).iter().map(as_map) {
        if target.map_type() == MapType::NilAny && source.map_type() != MapType::NilAny {
            target = Map::default();
        }
        merge_map(call, &target, &source, (mode, 0))?;
    }
    Ok(target.into())
}

fn merge_map(call: &Call<'_>, target: &Map, source: &Map, (mode, depth): (Mode, usize)) -> Result<(), Failure> {
    if depth > Value::MAX_DEPTH {
        return Err(Failure::exhausted("maps are nested too deep to be merged"));
    }
    // Both may be the same map, so that neither may be borrowed meanwhile.
    for (key, ours) in source.entries() {
        call.budget.step(1)?;
        if ours.is_nil() {
            if mode == Mode::Overwrite {
                store(call, target, key, (ours, "interface {}"))?;
            }
            continue;
        }
        let theirs = target.get(&key);
        if let (Value::Map(ours), Some(Value::Map(theirs))) = (&ours, &theirs) {
            // A nil map cannot be filled where it is.
            if !theirs.is_nil() || ours.is_nil() {
                merge_map(call, theirs, ours, (mode, depth + 1))?;
            }
        }
        let is_pointer = theirs.as_ref().is_some_and(|theirs| theirs.kind() == Kind::Ptr);
        let is_nil_map = ours.as_map().is_some_and(Map::is_nil);
        if is_pointer && mode == Mode::Fill && !is_nil_map && matches!(ours.kind(), Kind::Map | Kind::Struct) {
            return Err(Failure::new(MISMATCH));
        }
        let is_slice = ours.kind() == Kind::Slice;
        if is_slice && theirs.is_some() && element_type(target) == Some("string") {
            return Err(Failure::new("reflect: call of reflect.Value.IsNil on string Value"));
        }
        let filled = theirs.as_ref().is_some_and(|theirs| !is_empty(theirs));
        let both_maps = ours.kind() == Kind::Map && theirs.as_ref().is_some_and(|theirs| theirs.kind() == Kind::Map);
        // Even an empty list of the source wins, a map never replaces a map that has entries.
        let wins = if filled { mode == Mode::Overwrite && !both_maps } else { true };
        if wins {
            let go_type =
                if is_slice || element_type(source).is_some() { ours.go_type() } else { "interface {}".into() };
            store(call, target, key, (ours, &go_type))?;
        }
    }
    Ok(())
}

/// The static type of the map's values, where it is another than `interface {}`.
fn element_type(map: &Map) -> Option<&'static str> {
    match map.map_type() {
        MapType::String | MapType::NilString => Some("string"),
        MapType::Bytes => Some("[]uint8"),
        MapType::Any | MapType::Values | MapType::NilAny => None,
    }
}

/// Go's `SetMapIndex`: a map of strings takes no value of another static type.
fn store(call: &Call<'_>, target: &Map, key: value::Str, (item, go_type): (Value, &str)) -> Result<(), Failure> {
    if let Some(wanted) = element_type(target).filter(|wanted| *wanted != go_type) {
        return Err(Failure::new(format!(
            "reflect.Value.SetMapIndex: value of type {go_type} is not assignable to type {wanted}"
        )));
    }
    call.budget.bytes(2 * size_of::<Value>())?;
    target.insert(key, item);
    Ok(())
}
