//! The grammar of `--set` and its kin: `a.b=1,list[0].c={x,y}`.
//!
//! Helm: pkg/strvals. The whole grammar is Helm's, oddities included: an index without its bracket at the end of a
//! text is no error, and a table is set only once something is in it.

mod json_value;
mod literal;
mod parser;

use value::{Map, Str, Value, quote::quote_rune};

use crate::Error;

/// The highest index of a list (Helm: `strvals.MaxIndex`).
const MAX_INDEX: i64 = 65_536;

/// How many dots a name may have (Helm: `strvals.MaxNestedNameLevel`).
const MAX_NAME_LEVEL: usize = 30;

/// How many brackets and dots together; Helm has no bound here and Go's stack grows.
const MAX_DEPTH: usize = 500;

/// What the values of a text become.
pub(crate) enum Kind<'a> {
    /// `--set`: booleans, integers and null are told from texts.
    Typed,
    /// `--set-string`: texts.
    Text,
    /// `--set-json`: JSON values.
    Json,
    /// `--set-file`: what the reader gives for the text.
    File(&'a mut dyn FnMut(&str) -> Result<Value, String>),
}

/// Sets what the text says in `into`, in place; what came before an error stays set.
pub(crate) fn parse_into(text: &[u8], kind: Kind<'_>, into: &Map) -> Result<(), Error> {
    let text = Str::from(text);
    parser::Parser::new(&text.to_text(), kind).parse(into)
}

/// As [`parse_into`] for `--set-literal`: one name, and everything behind its `=` as a text.
pub(crate) fn parse_literal_into(text: &[u8], into: &Map) -> Result<(), Error> {
    let text = Str::from(text);
    literal::Parser::new(&text.to_text()).parse(into)
}

/// Reads a `--set` text into `into` (Helm: `strvals.ParseInto`).
pub fn set(text: &str, into: &Map) -> Result<(), Error> {
    parse_into(text.as_bytes(), Kind::Typed, into)
}

/// Reads a `--set-string` text into `into` (Helm: `strvals.ParseIntoString`).
pub fn set_string(text: &str, into: &Map) -> Result<(), Error> {
    parse_into(text.as_bytes(), Kind::Text, into)
}

/// Reads a `--set-json` text of the form `name=json` into `into` (Helm: `strvals.ParseJSON`).
pub fn set_json(text: &str, into: &Map) -> Result<(), Error> {
    parse_into(text.as_bytes(), Kind::Json, into)
}

/// Reads a `--set-file` text into `into`; `read` gives the content of a file, or what Helm says if it cannot
/// (Helm: `strvals.ParseIntoFile`).
pub fn set_file(text: &str, into: &Map, read: &mut dyn FnMut(&str) -> Result<Str, String>) -> Result<(), Error> {
    let mut reader = |name: &str| read(name).map(Value::String);
    parse_into(text.as_bytes(), Kind::File(&mut reader), into)
}

/// Reads a `--set-literal` text into `into` (Helm: `strvals.ParseLiteralInto`).
pub fn set_literal(text: &str, into: &Map) -> Result<(), Error> {
    parse_literal_into(text.as_bytes(), into)
}

/// Why reading stopped.
#[derive(Debug)]
enum Stop {
    /// The text is at its end, which is how every reading ends; Go's `io.EOF`, wrapped or not.
    End,
    /// An error.
    Failed(String),
}

impl Stop {
    fn failed<T>(message: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::Failed(message.into()))
    }
}

/// The text, rune by rune.
struct Scanner<'a> {
    rest: &'a str,
}

/// Runes up to a stop, and the stop itself; nothing where the text ended first.
struct Run {
    text: String,
    stop: Option<char>,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let next = letters.next();
        self.rest = letters.as_str();
        next
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Everything up to one of the stops; `escapes` says whether a backslash takes the next rune as it is.
    fn until(&mut self, stops: &[char], escapes: bool) -> Run {
        let mut text = String::new();
        while let Some(letter) = self.next() {
            if stops.contains(&letter) {
                return Run { text, stop: Some(letter) };
            }
            if escapes && letter == '\\' {
                match self.next() {
                    Some(next) => text.push(next),
                    None => break,
                }
            } else {
                text.push(letter);
            }
        }
        Run { text, stop: None }
    }

    /// The number between brackets, of which the first has been read: Go's `strconv.Atoi`.
    fn index(&mut self, escapes: bool) -> Result<i64, Stop> {
        let run = self.until(&[']'], escapes);
        if run.stop.is_none() {
            return Err(Stop::End);
        }
        atoi(&run.text).map_err(|message| Stop::Failed(format!("error parsing index: {message}")))
    }
}

/// Go's `strconv.Atoi`, which complains of the first fault that it meets: a byte that is no digit, or too many digits.
fn atoi(text: &str) -> Result<i64, String> {
    let error = |what: &str| format!("strconv.Atoi: parsing {}: {what}", value::quote::quote(text.as_bytes()));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() {
        return Err(error("invalid syntax"));
    }
    let mut number: u64 = 0;
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return Err(error("invalid syntax"));
        }
        let next = number.checked_mul(10).and_then(|number| number.checked_add(u64::from(byte - b'0')));
        number = next.ok_or_else(|| error("value out of range"))?;
    }
    text.parse().map_err(|_| error("value out of range"))
}

/// Sets a key; an empty one is not set.
fn set_key(into: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        into.insert(key, value);
    }
}

/// The table at a key, or a new one that is not in the map yet; Go panics over anything else, and recovers.
fn table_at(into: &Map, key: &str) -> Result<Map, Stop> {
    match into.get(key) {
        None => Ok(Map::default()),
        Some(Value::Map(table)) => Ok(table),
        Some(other) => wrong_type(&other, "map[string]interface {}"),
    }
}

/// The list at a key, or an empty one.
fn list_at(into: &Map, key: &str) -> Result<Vec<Value>, Stop> {
    match into.get(key) {
        None => Ok(Vec::new()),
        Some(value) => items(value),
    }
}

fn items(value: Value) -> Result<Vec<Value>, Stop> {
    match value {
        Value::List(list) => Ok(list.to_vec()),
        other => wrong_type(&other, "[]interface {}"),
    }
}

fn wrong_type<T>(value: &Value, wanted: &str) -> Result<T, Stop> {
    let found = match value {
        Value::Nil => "nil".into(),
        other => other.go_type(),
    };
    Stop::failed(format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}"))
}

fn check_index(index: i64) -> Result<(), Stop> {
    if index < 0 { Stop::failed(format!("negative {index} index not allowed")) } else { Ok(()) }
}

fn set_index(list: &mut Vec<Value>, index: i64, value: Value) -> Result<(), Stop> {
    check_index(index)?;
    if index > MAX_INDEX {
        return Stop::failed(format!("index of {index} is greater than maximum supported index of {MAX_INDEX}"));
    }
    let index = usize::try_from(index).unwrap_or_default();
    if list.len() <= index {
        list.resize(index + 1, Value::Nil);
    }
    if let Some(item) = list.get_mut(index) {
        *item = value;
    }
    Ok(())
}

/// The item at an index, where the list is long enough.
fn item_at(list: &mut [Value], index: i64) -> Option<&mut Value> {
    list.get_mut(usize::try_from(index).ok()?)
}

fn unexpected_data(text: &str) -> Stop {
    let runes: Vec<String> = text.chars().map(|rune| quote_rune(u32::from(rune))).collect();
    Stop::Failed(format!("unexpected data at end of array index: [{}]", runes.join(" ")))
}

fn next_level(level: usize) -> Result<usize, Stop> {
    if level < MAX_NAME_LEVEL {
        return Ok(level + 1);
    }
    Stop::failed(format!("value name nested level is greater than maximum supported nested level of {MAX_NAME_LEVEL}"))
}

/// How deep we are: dots count for Helm's limit, brackets for ours too.
#[derive(Clone, Copy, Default)]
struct Depth {
    level: usize,
    all: usize,
}

impl Depth {
    fn dot(self) -> Result<Depth, Stop> {
        Ok(Depth { level: next_level(self.level)?, ..self })
    }

    fn deeper(self) -> Result<Depth, Stop> {
        if self.all >= MAX_DEPTH {
            return Stop::failed(format!("lists and tables are nested deeper than {MAX_DEPTH} levels"));
        }
        Ok(Depth { all: self.all + 1, ..self })
    }
}
