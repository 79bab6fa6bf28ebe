//! Times and their parts as templates see them.

use std::{any::Any, rc::Rc};

use value::{Kind, Method, Object, Signature, Type, Value};

use super::{Duration, Location, Month, Time, Weekday, civil::Civil};

const NOTHING: Signature = Signature::fixed(&[]);
const ONE: Signature = Signature::fixed(&[Type::Any]);
const ONE_TIME: Signature = Signature::fixed(&[Type::Named("time.Time")]);

/// The receiver's own type.
fn receiver<T: Object>(object: &dyn Object) -> Result<&T, String> {
    object.as_any().downcast_ref().ok_or_else(|| "the method belongs to another type".into())
}

/// The time that is the first argument.
fn time_argument(arguments: &[Value]) -> Result<&Time, String> {
    match arguments.first() {
        Some(Value::Object(object)) => receiver(&**object),
        _ => Err("wrong type for value; expected time.Time".into()),
    }
}

/// The duration that is the first argument; a plain number of a template is one.
fn duration_argument(arguments: &[Value]) -> Result<Duration, String> {
    match arguments.first() {
        Some(Value::Int(number, _)) => Ok(Duration(*number)),
        Some(Value::Object(object)) => receiver(&**object).copied(),
        Some(other) => Err(format!("wrong type for value; expected time.Duration; got {}", other.go_type())),
        None => Err("wrong type for value; expected time.Duration".into()),
    }
}

fn int_argument(arguments: &[Value], index: usize) -> i64 {
    match arguments.get(index) {
        Some(Value::Int(number, _)) => *number,
        _ => 0,
    }
}

fn object(object: impl Object) -> Value {
    Value::Object(Rc::new(object))
}

type MethodCall = fn(&dyn Object, &[Value]) -> Result<Value, String>;

/// A method without arguments that reads a number of the date.
macro_rules! civil {
    ($read:expr) => {
        (NOTHING, |time, _| {
            let read: fn(Civil) -> i64 = $read;
            Ok(Value::int(read(receiver::<Time>(time)?.civil())))
        })
    };
}

/// A method without arguments.
macro_rules! plain {
    ($type:ty, $read:expr) => {
        (NOTHING, |object, _| {
            let read: fn(&$type) -> Value = $read;
            Ok(read(receiver::<$type>(object)?))
        })
    };
}

/// A method of a time that takes another.
macro_rules! with_time {
    ($read:expr) => {
        (ONE_TIME, |time, arguments| {
            let read: fn(&Time, &Time) -> Value = $read;
            Ok(read(receiver::<Time>(time)?, time_argument(arguments)?))
        })
    };
}

/// A method that takes a duration.
macro_rules! with_duration {
    ($type:ty, $read:expr) => {
        (ONE, |object, arguments| {
            let read: fn(&$type, Duration) -> $type = $read;
            Ok(self::object(read(receiver::<$type>(object)?, duration_argument(arguments)?)))
        })
    };
}

impl Time {
    /// Its place among nanoseconds, wrapping as Go's.
    fn unix_in(&self, per_second: i64) -> i64 {
        let part = i64::from(self.nanoseconds) / (1_000_000_000 / per_second);
        self.unix_seconds().wrapping_mul(per_second).wrapping_add(part)
    }

    /// Go: `MarshalJSON`; a year that the format has no room for is written all the same.
    fn rfc3339(&self) -> Vec<u8> {
        self.format(b"2006-01-02T15:04:05.999999999Z07:00")
    }

    fn compare(&self, other: &Time) -> i64 {
        i64::from(other.before(self)) - i64::from(self.before(other))
    }
}

/// The methods of a time. Go: the exported methods of `time.Time` with one result.
fn time_method(name: &str) -> Option<(Signature, MethodCall)> {
    Some(match name {
        "Year" => civil!(|civil| civil.year),
        "Day" => civil!(|civil| civil.day),
        "Hour" => civil!(|civil| civil.hour),
        "Minute" => civil!(|civil| civil.minute),
        "Second" => civil!(|civil| civil.second),
        "YearDay" => civil!(|civil| civil.year_day),
        "Month" => plain!(Time, |time| object(Month(time.civil().month))),
        "Weekday" => plain!(Time, |time| object(Weekday(time.civil().weekday))),
        "Nanosecond" => plain!(Time, |time| Value::int(i64::from(time.nanoseconds))),
        "Unix" => plain!(Time, |time| Value::int64(time.unix_seconds())),
        "UnixMilli" => plain!(Time, |time| Value::int64(time.unix_in(1_000))),
        "UnixMicro" => plain!(Time, |time| Value::int64(time.unix_in(1_000_000))),
        "UnixNano" => plain!(Time, |time| Value::int64(time.unix_in(1_000_000_000))),
        "String" => plain!(Time, |time| Value::string(time.text())),
        "GoString" => plain!(Time, |time| Value::string(time.go_text())),
        "MarshalText" => plain!(Time, |time| Value::Bytes(time.rfc3339().into())),
        "MarshalJSON" => plain!(Time, |time| Value::Bytes([b"\"", &*time.rfc3339(), b"\""].concat().into())),
        "IsZero" => plain!(Time, |time| Value::Bool(time.equal(&Time { monotonic: None, ..Time::zero(&time.local) }))),
        "IsDST" => plain!(Time, |time| Value::Bool(time.zone_period().dst)),
        "UTC" => plain!(Time, |time| object(time.within(&Location::utc()))),
        "Local" => plain!(Time, |time| object(time.within(&time.local))),
        "Location" => plain!(Time, |time| object(Zone(Rc::clone(&time.location)))),
        "Before" => with_time!(|time, other| Value::Bool(time.before(other))),
        "After" => with_time!(|time, other| Value::Bool(other.before(time))),
        "Equal" => with_time!(|time, other| Value::Bool(time.equal(other))),
        "Compare" => with_time!(|time, other| Value::int(time.compare(other))),
        "Sub" => with_time!(|time, other| object(time.sub(other))),
        "Add" => with_duration!(Time, |time, duration| time.add(duration)),
        "Round" => with_duration!(Time, |time, duration| time.round(duration)),
        "Truncate" => with_duration!(Time, |time, duration| time.truncate(duration)),
        "AddDate" => (Signature::fixed(&[Type::Int, Type::Int, Type::Int]), |time, arguments| {
            let [years, months, days] = [0, 1, 2].map(|index| int_argument(arguments, index));
            Ok(object(receiver::<Time>(time)?.add_date(years, months, days)))
        }),
        "Format" => (Signature::fixed(&[Type::String]), |time, arguments| {
            let layout = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
            Ok(Value::string(receiver::<Time>(time)?.format(&layout)))
        }),
        "In" => (Signature::fixed(&[Type::Named("*time.Location")]), |time, arguments| match arguments.first() {
            Some(Value::Object(zone)) => Ok(object(receiver::<Time>(time)?.within(&receiver::<Zone>(&**zone)?.0))),
            _ => Err("time: missing Location in call to Time.In".into()),
        }),
        _ => return None,
    })
}

/// The methods of a duration.
fn duration_method(name: &str) -> Option<(Signature, MethodCall)> {
    Some(match name {
        "String" => plain!(Duration, |duration| Value::string(duration.to_string())),
        "Nanoseconds" => plain!(Duration, |duration| Value::int64(duration.0)),
        "Microseconds" => plain!(Duration, |duration| Value::int64(duration.0 / 1_000)),
        "Milliseconds" => plain!(Duration, |duration| Value::int64(duration.0 / 1_000_000)),
        "Seconds" => plain!(Duration, |duration| Value::float(duration.in_units(1_000_000_000))),
        "Minutes" => plain!(Duration, |duration| Value::float(duration.in_units(60_000_000_000))),
        "Hours" => plain!(Duration, |duration| Value::float(duration.in_units(3_600_000_000_000))),
        "Abs" => plain!(Duration, |duration| object(Duration(duration.0.saturating_abs()))),
        "Round" => with_duration!(Duration, |duration, step| duration.round(step)),
        "Truncate" => with_duration!(Duration, |duration, step| duration.truncate(step)),
        _ => return None,
    })
}

/// A pointer to a zone. Go: `*time.Location`.
struct Zone(Rc<Location>);

impl Object for Time {
    fn go_type(&self) -> String {
        "time.Time".into()
    }

    fn method(&self, name: &str) -> Option<Method> {
        time_method(name).map(|(signature, call)| Method { signature, call })
    }

    fn display(&self) -> Option<String> {
        Some(self.text())
    }

    fn go_syntax(&self) -> Option<String> {
        Some(self.go_text())
    }

    fn to_plain(&self) -> Value {
        Value::string(self.rfc3339())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Zone {
    fn go_type(&self) -> String {
        "*time.Location".into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn method(&self, name: &str) -> Option<Method> {
        let call: MethodCall = |zone, _| Ok(Value::string(receiver::<Zone>(zone)?.0.name.as_str()));
        (name == "String").then_some(Method { signature: NOTHING, call })
    }

    fn display(&self) -> Option<String> {
        Some(self.0.name.clone())
    }

    fn to_plain(&self) -> Value {
        Value::map::<&str>([])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A number with a name: its kind, its type and its methods.
macro_rules! number_object {
    ($type:ty, $name:literal, $kind:ident, $value:expr, $method:expr) => {
        impl Object for $type {
            fn go_type(&self) -> String {
                $name.into()
            }

            fn kind(&self) -> Kind {
                Kind::$kind
            }

            fn underlying(&self) -> Option<Value> {
                let value: fn(i64) -> Value = $value;
                Some(value(self.0))
            }

            fn method(&self, name: &str) -> Option<Method> {
                let method: fn(&str) -> Option<(Signature, MethodCall)> = $method;
                method(name).map(|(signature, call)| Method { signature, call })
            }

            fn display(&self) -> Option<String> {
                Some(self.to_string())
            }

            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    };
}

number_object!(Duration, "time.Duration", Int64, Value::int64, duration_method);
number_object!(Month, "time.Month", Int, Value::int, |name| match name {
    "String" => Some(plain!(Month, |month| Value::string(month.to_string()))),
    _ => None,
});
number_object!(Weekday, "time.Weekday", Int, Value::int, |name| match name {
    "String" => Some(plain!(Weekday, |weekday| Value::string(weekday.to_string()))),
    _ => None,
});
