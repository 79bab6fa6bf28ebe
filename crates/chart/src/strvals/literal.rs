//! `--set-literal`. Helm: pkg/strvals/literal_parser.go.

use value::{Map, Value, quote::quote};

use crate::{
    Error,
    strvals::{
        Depth, Scanner, Stop, check_index, item_at, items, list_at, set_index, set_key, table_at, unexpected_data,
    },
};

pub(super) struct Parser<'a> {
    scanner: Scanner<'a>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Parser<'a> {
        Parser { scanner: Scanner { rest: text } }
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

    fn key(&mut self, into: &Map, depth: Depth) -> Result<(), Stop> {
        let run = self.scanner.until(&['=', '[', '.'], false);
        let key = run.text;
        let depth = depth.deeper()?;
        match run.stop {
            None if key.is_empty() => Err(Stop::End),
            None => Stop::failed(format!("key {} has no value", quote(key.as_bytes()))),
            Some('=') => {
                set_key(into, &key, self.rest());
                Ok(())
            }
            Some('.') => {
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
            Some(_) => {
                let index = self.scanner.index(false)?;
                let mut list = list_at(into, &key)?;
                let result = self.item(&mut list, index, depth);
                if !matches!(result, Err(Stop::Failed(_))) {
                    set_key(into, &key, Value::list(list));
                }
                result
            }
        }
    }

    fn item(&mut self, list: &mut Vec<Value>, index: i64, depth: Depth) -> Result<(), Stop> {
        check_index(index)?;
        let depth = depth.deeper()?;
        let run = self.scanner.until(&['[', '.', '='], false);
        if !run.text.is_empty() {
            return Err(unexpected_data(&run.text));
        }
        match run.stop {
            None => Err(Stop::End),
            Some('=') => {
                let value = self.rest();
                set_index(list, index, value)
            }
            Some('.') => {
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
            Some(_) => {
                let next = self.scanner.index(false)?;
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
        }
    }

    /// Everything that is left, as it is.
    fn rest(&mut self) -> Value {
        Value::string(std::mem::take(&mut self.scanner.rest))
    }
}
