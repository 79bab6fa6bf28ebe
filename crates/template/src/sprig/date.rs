//! Dates and durations. Sprig: `date.go`.

use std::rc::Rc;

use value::{IntKind, Signature, Type, Value};

use super::arguments::text;
use crate::{
    Call, Failure, Function, Native,
    time::{Duration, Location, Time},
};

const ANY: Signature = Signature::fixed(&[Type::Any]);
const LAYOUT_ANY: Signature = Signature::fixed(&[Type::String, Type::Any]);
const LAYOUT_ANY_ZONE: Signature = Signature::fixed(&[Type::String, Type::Any, Type::String]);
const ANY_ZONE: Signature = Signature::fixed(&[Type::Any, Type::String]);
const DURATION_TIME: Signature = Signature::fixed(&[Type::String, Type::Named("time.Time")]);
const LAYOUT_TEXT: Signature = Signature::fixed(&[Type::String, Type::String]);

pub(crate) fn functions() -> Vec<Function> {
    [
        ("now", Signature::fixed(&[]), (|call, _| Ok(object(Time::now(call.surroundings)))) as Native),
        ("ago", ANY, ago),
        ("date", LAYOUT_ANY, |call, arguments| {
            format(call, text(arguments, 0), arguments.get(1), &Time::local_zone(call.surroundings))
        }),
        ("dateInZone", LAYOUT_ANY_ZONE, date_in_zone),
        ("date_in_zone", LAYOUT_ANY_ZONE, date_in_zone),
        ("dateModify", DURATION_TIME, date_modify),
        ("date_modify", DURATION_TIME, date_modify),
        ("mustDateModify", DURATION_TIME, must_date_modify),
        ("must_date_modify", DURATION_TIME, must_date_modify),
        ("duration", ANY, duration),
        ("durationRound", ANY, duration_round),
        ("htmlDate", ANY, |call, arguments| {
            format(call, HTML_DATE, arguments.first(), &Time::local_zone(call.surroundings))
        }),
        ("htmlDateInZone", ANY_ZONE, |call, arguments| {
            format(call, HTML_DATE, arguments.first(), &zone(call, text(arguments, 1)))
        }),
        ("toDate", LAYOUT_TEXT, |call, arguments| {
            let local = Time::local_zone(call.surroundings);
            let time = Time::parse(text(arguments, 0), text(arguments, 1), &local);
            Ok(object(time.unwrap_or_else(|_| Time::zero(&local))))
        }),
        ("mustToDate", LAYOUT_TEXT, |call, arguments| {
            let local = Time::local_zone(call.surroundings);
            Ok(object(Time::parse(text(arguments, 0), text(arguments, 1), &local)?))
        }),
        ("unixEpoch", Signature::fixed(&[Type::Named("time.Time")]), |_, arguments| {
            let time = time(arguments, 0).ok_or_else(|| Failure::new("wrong type for value; expected time.Time"))?;
            Ok(Value::string(time.unix_seconds().to_string()))
        }),
    ]
    .map(|(name, signature, native)| Function::native(name, signature, native))
    .into()
}

const HTML_DATE: &[u8] = b"2006-01-02";

fn object(time: Time) -> Value {
    Value::Object(Rc::new(time))
}

fn time(arguments: &[Value], index: usize) -> Option<&Time> {
    arguments.get(index).and_then(as_time)
}

fn as_time(value: &Value) -> Option<&Time> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    }
}

/// The zone of this name, UTC where there is none.
fn zone(call: &Call<'_>, name: &[u8]) -> Rc<Location> {
    match std::str::from_utf8(name) {
        Ok("Local") => Time::local_zone(call.surroundings),
        Ok(name) => Location::load(name).unwrap_or_else(Location::utc),
        Err(_) => Location::utc(),
    }
}

/// A time, or seconds since 1970; anything else is now.
fn moment(call: &Call<'_>, value: Option<&Value>, kinds: &[IntKind]) -> Time {
    match value {
        Some(Value::Int(seconds, kind)) if kinds.contains(kind) => {
            Time::unix(*seconds, &Time::local_zone(call.surroundings))
        }
        Some(value) => as_time(value).cloned().unwrap_or_else(|| Time::now(call.surroundings)),
        None => Time::now(call.surroundings),
    }
}

fn format(call: &mut Call<'_>, layout: &[u8], date: Option<&Value>, location: &Rc<Location>) -> Result<Value, Failure> {
    // No element becomes more than nine times as long as it is in the layout, but for zones and huge years.
    call.budget.bytes(layout.len().saturating_mul(9) + 64)?;
    let moment = moment(call, date, &[IntKind::Int64, IntKind::Int, IntKind::Int32]);
    Ok(Value::string(moment.within(location).format(layout)))
}

fn date_in_zone(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let location = zone(call, text(arguments, 2));
    format(call, text(arguments, 0), arguments.get(1), &location)
}

fn date_modify(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    match must_date_modify(call, arguments) {
        Err(failure) if !failure.exhausted => Ok(arguments.get(1).cloned().unwrap_or_default()),
        outcome => outcome,
    }
}

fn must_date_modify(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let duration = Duration::parse(text(arguments, 0))?;
    let time = time(arguments, 1).ok_or_else(|| Failure::new("wrong type for value; expected time.Time"))?;
    Ok(object(time.add(duration)))
}

fn ago(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let moment = moment(call, arguments.first(), &[IntKind::Int64, IntKind::Int]);
    let since = Time::now(call.surroundings).sub(&moment).round(Duration::SECOND);
    Ok(Value::string(since.to_string()))
}

fn duration(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let seconds = match arguments.first() {
        Some(Value::String(digits)) => parse_int(digits),
        Some(Value::Int(seconds, IntKind::Int64)) => *seconds,
        _ => 0,
    };
    Ok(Value::string(Duration(seconds.wrapping_mul(Duration::SECOND.0)).to_string()))
}

/// What `strconv.ParseInt(text, 10, 64)` gives besides its error: the nearest number where it is out of range.
fn parse_int(text: &[u8]) -> i64 {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    let negative = text.first() == Some(&b'-');
    digits.iter().fold(0_i64, |number, digit| {
        let digit = i64::from(digit - b'0');
        number.saturating_mul(10).saturating_add(if negative { -digit } else { digit })
    })
}

fn duration_round(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let duration = match arguments.first() {
        Some(Value::String(text)) => Duration::parse(text).unwrap_or(Duration(0)),
        Some(Value::Int(nanoseconds, IntKind::Int64)) => Duration(*nanoseconds),
        Some(value) => as_time(value).map_or(Duration(0), |time| Time::now(call.surroundings).sub(time)),
        None => Duration(0),
    };
    const SECOND: u64 = 1_000_000_000;
    const HOUR: u64 = 3600 * SECOND;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    let length = duration.0.unsigned_abs();
    let unit = units.iter().find(|(unit, _)| length > *unit);
    Ok(Value::string(unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", length / unit))))
}
