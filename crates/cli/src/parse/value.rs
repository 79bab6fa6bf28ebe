//! The value of one flag.

use std::collections::BTreeMap;

use crate::{
    parse::{csv, number},
    spec::Kind,
};

/// A flag's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A switch.
    Bool(bool),
    /// A text; strategies, formats and post-renderers too.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A whole number that is not negative.
    Uint(u64),
    /// A number of single precision.
    Float(f32),
    /// Nanoseconds.
    Duration(i64),
    /// Texts.
    List(Vec<String>),
    /// Texts by key.
    Pairs(BTreeMap<String, String>),
}

/// What reading a value said beside the value: lines for the log.
pub(crate) type Remark = &'static str;

impl Value {
    /// The value that a default's text stands for.
    pub(crate) fn from_default(kind: Kind, text: &str) -> Value {
        match kind {
            Kind::Bool | Kind::GoBool => Value::Bool(text == "true"),
            Kind::Int | Kind::Level => Value::Int(number::parse_int(text, 0, 64).unwrap_or_default()),
            Kind::Uint | Kind::GoUint => Value::Uint(number::parse_uint(text).unwrap_or_default()),
            Kind::Float => Value::Float(number::parse_float(text).unwrap_or_default()),
            Kind::Duration => Value::Duration(::value::duration::parse(text).unwrap_or_default()),
            Kind::Strings | Kind::Array | Kind::PostRendererArgs => {
                let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or_default();
                Value::List(csv::read_record(inner).unwrap_or_default())
            }
            Kind::Pairs => Value::Pairs(BTreeMap::new()),
            Kind::Text | Kind::Wait | Kind::Format | Kind::PostRenderer | Kind::Severity => {
                Value::Text(text.to_owned())
            }
        }
    }

    /// Reads `text` into the value; a list that was `set` before grows. The error is the one that Go gives.
    pub(crate) fn set(&mut self, kind: Kind, text: &str, set: bool) -> Result<Option<Remark>, String> {
        let mut remark = None;
        match self {
            Value::Bool(value) if kind == Kind::GoBool => {
                *value = number::parse_bool(text).map_err(|_| "parse error".to_owned())?;
            }
            Value::Bool(value) => *value = number::parse_bool(text)?,
            Value::Int(value) if kind == Kind::Level => *value = number::parse_int(text, 10, 32)?,
            Value::Int(value) => *value = number::parse_int(text, 0, 64)?,
            Value::Uint(value) if kind == Kind::GoUint => {
                *value = number::parse_uint(text).map_err(|_| "parse error".to_owned())?;
            }
            Value::Uint(value) => *value = number::parse_uint(text)?,
            Value::Float(value) => *value = number::parse_float(text)?,
            Value::Duration(value) => *value = ::value::duration::parse(text)?,
            Value::List(list) => {
                let more = match kind {
                    Kind::Strings if text.is_empty() => Vec::new(),
                    Kind::Strings => csv::read_record(text)?,
                    _ => vec![text.to_owned()],
                };
                if !set && kind != Kind::PostRendererArgs {
                    list.clear();
                }
                list.extend(more);
            }
            Value::Pairs(pairs) => {
                let more = read_pairs(text)?;
                if !set {
                    pairs.clear();
                }
                pairs.extend(more);
            }
            Value::Text(value) => match kind {
                Kind::Wait => (*value, remark) = wait_strategy(text)?,
                Kind::Format if !["table", "json", "yaml"].contains(&text) => {
                    return Err("invalid format type".to_owned());
                }
                Kind::Severity => check_severity(text)?,
                Kind::PostRenderer if text.is_empty() => {}
                Kind::PostRenderer if !value.is_empty() => {
                    return Err("cannot specify --post-renderer flag more than once".to_owned());
                }
                _ => text.clone_into(value),
            },
        }
        Ok(remark)
    }
}

/// pflag: string_to_string.go `Set`.
fn read_pairs(text: &str) -> Result<BTreeMap<String, String>, String> {
    let malformed = |text: &str| format!("{text} must be formatted as key=value");
    let fields = match text.matches('=').count() {
        0 => return Err(malformed(text)),
        1 => vec![text.trim_matches('"').to_owned()],
        _ => csv::read_record(text)?,
    };
    fields
        .into_iter()
        .map(|field| match field.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
            None => Err(malformed(&field)),
        })
        .collect()
}

/// Helm: pkg/cmd/flags.go `waitValue.Set`.
fn wait_strategy(text: &str) -> Result<(String, Option<Remark>), String> {
    let (strategy, remark) = match text {
        "watcher" | "legacy" | "hookOnly" => (text, None),
        "true" => {
            ("watcher", Some("--wait=true is deprecated (boolean value) and can be replaced with --wait=watcher"))
        }
        "false" => {
            ("hookOnly", Some("--wait=false is deprecated (boolean value) and can be replaced with --wait=hookOnly"))
        }
        _ => {
            return Err(format!(
                "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
                value::quote::quote(text.as_bytes())
            ));
        }
    };
    Ok((strategy.to_owned(), remark))
}

/// klog: a severity's name or number.
fn check_severity(text: &str) -> Result<(), String> {
    match text.to_uppercase().as_str() {
        "INFO" | "WARNING" | "ERROR" | "FATAL" => Ok(()),
        _ => number::parse_int(text, 10, 32).map(drop),
    }
}

/// Texts as the default of a flag that takes several: `[a,b]`.
pub(crate) fn write_list(list: &[&str]) -> String {
    format!("[{}]", csv::write_record(list.iter().copied()))
}
