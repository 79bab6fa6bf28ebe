//! Functions on lists. They take any slice, and where they change one they give a new `[]interface {}`.

use std::borrow::Cow;

use value::{Elem, List, Signature, Type, UintKind, Value};

use super::{
    arguments::{NIL_DEREFERENCE, Outcome, int, rest, value},
    convert::to_int,
    math::float_to_int,
    reflect::{deep_equal, is_empty},
    text::strval,
};
use crate::{Budget, Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Any, Int};
    const ANYTHING: Signature = Signature::variadic(&[], Any);
    const ONE: Signature = Signature::fixed(&[Any]);
    const TWO: Signature = Signature::fixed(&[Any, Any]);
    const ONE_AND_MORE: Signature = Signature::variadic(&[Any], Any);
    vec![
        Function::native("list", ANYTHING, list),
        Function::native("tuple", ANYTHING, list),
        Function::native("append", TWO, append),
        Function::native("mustAppend", TWO, append),
        Function::native("push", TWO, append),
        Function::native("mustPush", TWO, append),
        Function::native("prepend", TWO, prepend),
        Function::native("mustPrepend", TWO, prepend),
        Function::native("concat", ANYTHING, concat),
        Function::native("first", ONE, first),
        Function::native("mustFirst", ONE, first),
        Function::native("last", ONE, last),
        Function::native("mustLast", ONE, last),
        Function::native("rest", ONE, all_but_first),
        Function::native("mustRest", ONE, all_but_first),
        Function::native("initial", ONE, all_but_last),
        Function::native("mustInitial", ONE, all_but_last),
        Function::native("slice", ONE_AND_MORE, slice),
        Function::native("mustSlice", ONE_AND_MORE, slice),
        Function::native("chunk", Signature::fixed(&[Int, Any]), chunk),
        Function::native("mustChunk", Signature::fixed(&[Int, Any]), chunk),
        Function::native("reverse", ONE, reverse),
        Function::native("mustReverse", ONE, reverse),
        Function::native("compact", ONE, compact),
        Function::native("mustCompact", ONE, compact),
        Function::native("uniq", ONE, uniq),
        Function::native("mustUniq", ONE, uniq),
        Function::native("without", ONE_AND_MORE, without),
        Function::native("mustWithout", ONE_AND_MORE, without),
        Function::native("has", TWO, has),
        Function::native("mustHas", TWO, has),
        Function::native("sortAlpha", ONE, sort_alpha),
    ]
}

/// The items of a slice; nothing for what is none.
pub(super) fn items(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::List(list) => Some(Cow::Borrowed(list)),
        Value::Bytes(bytes) => {
            Some(bytes.iter().map(|&byte| Value::Uint(byte.into(), UintKind::Uint8)).collect::<Vec<_>>().into())
        }
        Value::Object(object) => match object.underlying()? {
            Value::List(list) => Some(list.to_vec().into()),
            Value::Bytes(bytes) => items(&Value::Bytes(bytes)).map(|items| items.into_owned().into()),
            _ => None,
        },
        _ => None,
    }
}

/// The items of a slice; sprig's error, that begins with `complaint`, for what is none.
fn slice_items<'a>(call: &Call<'_>, value: &'a Value, complaint: &str) -> Result<Cow<'a, [Value]>, Failure> {
    if value.is_nil() {
        return Err(Failure::new(NIL_DEREFERENCE));
    }
    let items = items(value).ok_or_else(|| Failure::new(format!("{complaint} {}", value.kind().name())))?;
    call.budget.step(items.len() as u64)?;
    Ok(items)
}

/// A new `[]interface {}`, which the budget is charged for.
fn listed(call: &Call<'_>, items: Vec<Value>) -> Outcome {
    call.budget.bytes(items.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(items))
}

/// A nil `[]interface {}`.
fn nil_list() -> Value {
    Value::List(List::new(Elem::NilAny, Vec::new()))
}

/// Sprig's `strslice`: the items of a slice that are not nil as strings; anything else as one string.
pub(super) fn as_texts(budget: &Budget, value: &Value) -> Result<List, Failure> {
    if let Value::List(list) = value
        && matches!(list.elem(), Elem::String | Elem::NilString)
    {
        return Ok(list.clone());
    }
    let items = match items(value) {
        Some(items) => items,
        None if value.is_nil() => Cow::Owned(Vec::new()),
        None => Cow::Borrowed(std::slice::from_ref(value)),
    };
    budget.bytes(items.len().saturating_mul(size_of::<Value>()))?;
    let texts = items.iter().filter(|item| !item.is_nil()).map(|item| strval(budget, item).map(Value::String));
    Ok(List::new(Elem::String, texts.collect::<Result<_, _>>()?))
}

fn list(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    listed(call, args.to_vec())
}

fn append(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot push on type")?;
    let mut longer = Vec::with_capacity(items.len() + 1);
    longer.extend_from_slice(&items);
    longer.push(value(args, 1).clone());
    listed(call, longer)
}

fn prepend(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot prepend on type")?;
    let mut longer = Vec::with_capacity(items.len() + 1);
    longer.push(value(args, 1).clone());
    longer.extend_from_slice(&items);
    listed(call, longer)
}

fn concat(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let mut all = Vec::new();
    for argument in args {
        if argument.is_nil() {
            return Err(Failure::new(NIL_DEREFERENCE));
        }
        let Some(items) = items(argument) else {
            return Err(Failure::new(format!("Cannot concat type {} as list", argument.kind().name())));
        };
        call.budget.step(items.len() as u64)?;
        call.budget.bytes(items.len().saturating_mul(size_of::<Value>()))?;
        all.extend_from_slice(&items);
    }
    Ok(if all.is_empty() { nil_list() } else { Value::list(all) })
}

fn first(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    end(value(args, 0), "Cannot find first on type", |items| items.first())
}

fn last(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    end(value(args, 0), "Cannot find last on type", |items| items.last())
}

fn end(source: &Value, complaint: &str, pick: fn(&[Value]) -> Option<&Value>) -> Outcome {
    if source.is_nil() {
        return Err(Failure::new(NIL_DEREFERENCE));
    }
    match items(source) {
        Some(items) => Ok(pick(&items).cloned().unwrap_or_default()),
        None => Err(Failure::new(format!("{complaint} {}", source.kind().name()))),
    }
}

fn all_but_first(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot find rest on type")?;
    match items.split_first() {
        Some((_, rest)) => listed(call, rest.to_vec()),
        None => Ok(nil_list()),
    }
}

fn all_but_last(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot find initial on type")?;
    match items.split_last() {
        Some((_, rest)) => listed(call, rest.to_vec()),
        None => Ok(nil_list()),
    }
}

/// A part of a slice, of the slice's own type.
///
/// Go lets the end lie in what its allocator happened to reserve behind the slice; here it must lie in the slice.
fn slice(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let source = value(args, 0);
    let items = slice_items(call, source, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let indices = rest(args, 1);
    let start = indices.first().map_or(0, to_int);
    let end = indices.get(1).map_or(items.len() as i64, to_int);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let Some(part) = range.and_then(|(start, end)| items.get(start..end)) else {
        return Err(Failure::new("reflect.Value.Slice: slice index out of bounds"));
    };
    call.budget.bytes(part.len().saturating_mul(size_of::<Value>()))?;
    Ok(match source {
        Value::List(list) => Value::List(List::new(list.elem(), part.to_vec())),
        Value::Bytes(bytes) => {
            let (start, end) = range.unwrap_or_default();
            Value::Bytes(bytes.get(start..end).unwrap_or_default().into())
        }
        _ => Value::List(List::new(Elem::Any, part.to_vec())),
    })
}

/// Sprig counts the chunks in floating point, which decides what sizes below one give.
fn chunk(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let size = int(args, 0);
    let items = slice_items(call, value(args, 1), "Cannot chunk type")?;
    let length = items.len() as f64;
    let count = float_to_int(((length - 1.0) / size as f64).floor() + 1.0);
    let out_of_range = || Failure::new("runtime error: makeslice: len out of range");
    let count = usize::try_from(count).map_err(|_| out_of_range())?;
    call.budget.bytes(items.len().saturating_add(count).saturating_mul(size_of::<Value>()))?;
    let mut chunks = Vec::with_capacity(count);
    let mut rest: &[Value] = &items;
    for index in 1..=count {
        let remainder = float_to_int((length % size as f64).floor());
        let width = if index == count && remainder != 0 { remainder } else { size };
        let width = usize::try_from(width).map_err(|_| out_of_range())?;
        let (chunk, after) = rest.split_at_checked(width).unwrap_or((rest, &[]));
        chunks.push(Value::list(chunk.to_vec()));
        rest = after;
    }
    Ok(Value::List(List::new(Elem::Named("[]interface {}"), chunks)))
}

fn reverse(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot find reverse on type")?;
    listed(call, items.iter().rev().cloned().collect())
}

fn compact(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot compact on type")?;
    listed(call, items.iter().filter(|item| !is_empty(item)).cloned().collect())
}

fn uniq(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot find uniq on type")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items.iter() {
        if !contains(call, &kept, item)? {
            kept.push(item.clone());
        }
    }
    listed(call, kept)
}

fn contains(call: &Call<'_>, items: &[Value], wanted: &Value) -> Result<bool, Failure> {
    for item in items {
        if deep_equal(call.budget, wanted, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let items = slice_items(call, value(args, 0), "Cannot find without on type")?;
    let mut kept = Vec::new();
    for item in items.iter() {
        if !contains(call, rest(args, 1), item)? {
            kept.push(item.clone());
        }
    }
    listed(call, kept)
}

fn has(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    if value(args, 1).is_nil() {
        return Ok(false.into());
    }
    let items = slice_items(call, value(args, 1), "Cannot find has on type")?;
    Ok(contains(call, &items, value(args, 0))?.into())
}

fn sort_alpha(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let source = value(args, 0);
    if items(source).is_none() {
        return Ok(Value::List(List::new(Elem::String, vec![Value::String(strval(call.budget, source)?)])));
    }
    let texts = as_texts(call.budget, source)?;
    let size: usize = texts.iter().filter_map(Value::as_str).fold(0, |sum, text| sum.saturating_add(text.len()));
    let cost = texts.len().saturating_add(size / 64) as u64;
    call.budget.step(cost.saturating_mul(u64::from(texts.len().max(1).ilog2()) + 1))?;
    let mut sorted = texts.to_vec();
    sorted.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    // No texts, as of `regexFindAll` that finds nothing, stay none.
    Ok(Value::List(List::new(texts.elem(), sorted)))
}
