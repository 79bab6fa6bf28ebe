//! `--set`, `--set-string`, `--set-json` and `--set-file`. Helm: pkg/strvals/parser.go.

use value::{Map, Value, quote::quote};

use crate::{
    Error,
    strvals::{
        Depth, Kind, Scanner, Stop, check_index, item_at, items, json_value, list_at, set_index, set_key, table_at,
        unexpected_data,
    },
};

pub(super) struct Parser<'a, 'k> {
    scanner: Scanner<'a>,
    kind: Kind<'k>,
}

/// What stands behind a `=`.
enum Given {
    /// A value, more text may follow.
    Value(Value),
    /// The text ended behind the `=`.
    Nothing,
}

impl<'a, 'k> Parser<'a, 'k> {
    pub(super) fn new(text: &'a str, kind: Kind<'k>) -> Parser<'a, 'k> {
        Parser { scanner: Scanner { rest: text }, kind }
    }

    pub(super) fn parse(mut self, into: &Map) -> Result<(), Error> {
        loop {
            match self.key(into, Depth::default()) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::Failed(message)) => return Err(Error::SetText(message)),
            }
        }
    }

    /// One name and its value.
    fn key(&mut self, into: &Map, depth: Depth) -> Result<(), Stop> {
        let run = self.scanner.until(&['=', '[', ',', '.'], true);
        let key = run.text;
        let depth = depth.deeper()?;
        match run.stop {
            None if key.is_empty() => Err(Stop::End),
            None => Stop::failed(format!("key {} has no value", quote(key.as_bytes()))),
            Some('[') => {
                let index = self.scanner.index(true)?;
                let mut list = list_at(into, &key)?;
                let result = self.item(&mut list, index, depth);
                if !matches!(result, Err(Stop::Failed(_))) {
                    set_key(into, &key, Value::list(list));
                }
                result
            }
            Some('=') => match self.given()? {
                Given::Value(value) => {
                    set_key(into, &key, value);
                    Ok(())
                }
                Given::Nothing => {
                    set_key(into, &key, Value::string(""));
                    Err(Stop::End)
                }
            },
            Some(',') => {
                set_key(into, &key, Value::string(""));
                Stop::failed(format!("key {} has no value (cannot end with ,)", quote(key.as_bytes())))
            }
            Some(_) => {
                let depth = depth.dot()?;
                let inner = table_at(into, &key)?;
                let result = self.key(&inner, depth);
                if result.is_ok() && inner.is_empty() {
                    return Stop::failed(format!("key map {} has no value", quote(key.as_bytes())));
                }
                if !inner.is_empty() {
                    set_key(into, &key, Value::Map(inner));
                }
                result
            }
        }
    }

    /// One item of a list, its index having been read.
    fn item(&mut self, list: &mut Vec<Value>, index: i64, depth: Depth) -> Result<(), Stop> {
        check_index(index)?;
        let depth = depth.deeper()?;
        let run = self.scanner.until(&['[', '.', '='], true);
        if !run.text.is_empty() {
            return Err(unexpected_data(&run.text));
        }
        match run.stop {
            None => Err(Stop::End),
            Some('=') => match self.given()? {
                Given::Value(value) => set_index(list, index, value),
                Given::Nothing => set_index(list, index, Value::string("")),
            },
            Some('[') => {
                let next = self.scanner.index(true)?;
                let mut inner = match item_at(list, index) {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(value) => items(value.clone())?,
                };
                let result = self.item(&mut inner, next, depth);
                match (&result, item_at(list, index)) {
                    (Ok(()), _) => set_index(list, index, Value::list(inner))?,
                    // Go has changed the items of the old list in place.
                    (Err(_), Some(old @ Value::List(_))) => *old = Value::list(inner),
                    (Err(_), _) => {}
                }
                result
            }
            Some(_) => {
                let inner = match item_at(list, index) {
                    Some(Value::Map(table)) => table.clone(),
                    Some(other) => {
                        let table = Map::default();
                        *other = Value::Map(table.clone());
                        table
                    }
                    None => Map::default(),
                };
                self.key(&inner, depth)?;
                set_index(list, index, Value::Map(inner))
            }
        }
    }

    /// The value behind a `=`.
    fn given(&mut self) -> Result<Given, Stop> {
        if let Kind::Json = self.kind {
            return self.json().map(Given::Value);
        }
        match self.scanner.peek() {
            None => Ok(Given::Nothing),
            Some('{') => {
                self.scanner.next();
                self.braces().map(Given::Value)
            }
            Some(_) => {
                let run = self.scanner.until(&[','], true);
                self.convert(&run.text).map(Given::Value)
            }
        }
    }

    /// A JSON value; nothing before a comma or the end is null.
    fn json(&mut self) -> Result<Value, Stop> {
        if self.skip_to_value() {
            return Ok(Value::Nil);
        }
        let (value, length) = json_value::read_first(self.scanner.rest).map_err(Stop::Failed)?;
        self.scanner.rest = self.scanner.rest.get(length..).unwrap_or_default();
        self.skip_to_value();
        Ok(value)
    }

    /// Skips blanks, and a comma behind them; true where a comma or the end came.
    fn skip_to_value(&mut self) -> bool {
        loop {
            match self.scanner.peek() {
                None => return true,
                Some(',') => {
                    self.scanner.next();
                    return true;
                }
                Some(letter) if letter.is_whitespace() => {
                    self.scanner.next();
                }
                Some(_) => return false,
            }
        }
    }

    /// A list in braces, the first of which has been read.
    fn braces(&mut self) -> Result<Value, Stop> {
        let mut list = Vec::new();
        loop {
            let run = self.scanner.until(&[',', '}'], true);
            match run.stop {
                None => return Stop::failed("list must terminate with '}'"),
                Some('}') => {
                    if self.scanner.peek() == Some(',') {
                        self.scanner.next();
                    }
                    list.push(self.convert(&run.text)?);
                    return Ok(Value::list(list));
                }
                Some(_) => list.push(self.convert(&run.text)?),
            }
        }
    }

    fn convert(&mut self, text: &str) -> Result<Value, Stop> {
        match &mut self.kind {
            Kind::Typed | Kind::Json => Ok(typed(text)),
            Kind::Text => Ok(Value::string(text)),
            Kind::File(read) => read(text).map_err(Stop::Failed),
        }
    }
}

/// `true`, `false` and `null` in any case, integers without a leading zero; everything else is a text.
fn typed(text: &str) -> Value {
    // Go's simple folding knows one letter beyond ASCII that is an s.
    let is = |word: &str| text.eq_ignore_ascii_case(word) || text.replace('\u{17f}', "s").eq_ignore_ascii_case(word);
    match text.as_bytes().first() {
        None => Value::string(""),
        Some(b'0') if text == "0" => Value::int64(0),
        Some(b'0') => Value::string(text),
        Some(b't' | b'T') if is("true") => Value::Bool(true),
        Some(b'f' | b'F') if is("false") => Value::Bool(false),
        Some(b'n' | b'N') if is("null") => Value::Nil,
        Some(_) => text.parse().map_or_else(|_| Value::string(text), Value::int64),
    }
}
