//! Reads TOML into the Go values that BurntSushi's decoder gives, with its messages.

use std::rc::Rc;

use value::{
    Map, Str, Value,
    quote::{quote, quote_rune},
};

use super::{
    number::Zones,
    scan::{END, Fault, Scanner, is_blank, is_newline},
    tables::{Node, Tables, dotted},
};
use crate::{Surroundings, stack};

/// How deep values may be nested, and how many parts a name may have. A bound of our own.
const MAX_DEPTH: usize = 500;

/// Reads a document into a `map[string]interface{}`: integers are `int64`, what `[[…]]` makes is
/// `[]map[string]interface {}`, times are `time.Time`.
///
/// # Errors
/// A malformed document: `toml: line N (last key "…"): ` and what is wrong.
pub fn from_slice(bytes: &[u8], surroundings: &dyn Surroundings) -> Result<Map, String> {
    let marks: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"];
    let text = marks.iter().find_map(|mark| bytes.strip_prefix(*mark)).unwrap_or(bytes);
    if text.iter().take(6).any(|byte| *byte == 0) {
        let why = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(format!("toml: line 1: {why}"));
    }
    let mut reader = Reader {
        scanner: Scanner::new(text),
        tables: Tables::new(),
        key: Str::from(""),
        zones: Zones::new(surroundings),
        depth: 0,
    };
    match reader.document() {
        Ok(()) => Ok(reader.tables.finish()),
        Err(Fault { line, message }) => Err(match reader.last_key().as_str() {
            "" => format!("toml: line {line}: {message}"),
            key => format!("toml: line {line} (last key {}): {message}", quote(key.as_bytes())),
        }),
    }
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    tables: Tables,
    /// The last part of the key whose value is being read.
    key: Str,
    zones: Zones,
    depth: usize,
}

impl Reader<'_> {
    fn last_key(&self) -> String {
        let context = dotted(&self.tables.context);
        let key = String::from_utf8_lossy(&self.key);
        match (self.key.is_empty(), self.tables.context.is_empty()) {
            (true, _) => context,
            (false, true) => key.into_owned(),
            (false, false) => format!("{context}.{key}"),
        }
    }

    fn document(&mut self) -> Result<(), Fault> {
        loop {
            match self.scanner.next()? {
                END => return Ok(()),
                '#' => self.scanner.comment()?,
                '[' => self.header()?,
                rune if is_blank(rune) || is_newline(rune) => {}
                _ => {
                    self.scanner.back();
                    self.scanner.begin();
                    self.top_level_pair()?;
                }
            }
        }
    }

    /// What may stand behind a header or a pair: a comment, the line's end.
    fn line_end(&mut self) -> Result<(), Fault> {
        loop {
            match self.scanner.next()? {
                END => {
                    self.scanner.back();
                    return Ok(());
                }
                '#' => return self.scanner.comment(),
                rune if is_newline(rune) => return Ok(()),
                rune if is_blank(rune) => {}
                rune => {
                    let expected = "expected a top-level item to end with a newline, comment, or EOF";
                    let rune = quote_rune(u32::from(rune));
                    return Err(self.scanner.fault(format!("{expected}, but got {rune} instead")));
                }
            }
        }
    }

    /// `[name]` or `[[name]]`, of which the first bracket has been read.
    fn header(&mut self) -> Result<(), Fault> {
        let array = self.scanner.peek()? == '[';
        if array {
            self.scanner.next()?;
        }
        self.scanner.begin();
        let mut path = Vec::new();
        loop {
            self.scanner.blanks()?;
            match self.scanner.peek()? {
                ']' | END => {
                    let message = "unexpected end of table name (table names cannot be empty)";
                    return Err(self.scanner.fault(message));
                }
                '.' => {
                    let message = "unexpected table separator (table names cannot be empty)";
                    return Err(self.scanner.fault(message));
                }
                _ => self.name(&mut path)?,
            }
            self.scanner.blanks()?;
            match self.scanner.next()? {
                '.' => self.scanner.begin(),
                ']' => break,
                rune => {
                    let rune = quote_rune(u32::from(rune));
                    let message = format!("expected '.' or ']' to end table name, but got {rune} instead");
                    return Err(self.scanner.fault(message));
                }
            }
        }
        if array {
            let rune = self.scanner.next()?;
            if rune != ']' {
                let rune = quote_rune(u32::from(rune));
                let message = format!("expected end of table array name delimiter ']', but got {rune} instead");
                return Err(self.scanner.fault(message));
            }
        }
        self.tables.enter(&path, array)?;
        self.tables.set_array(&Str::from(""), false);
        self.line_end()
    }

    /// One part of a name, quoted or not.
    fn name(&mut self, path: &mut Vec<Str>) -> Result<(), Fault> {
        if path.len() >= MAX_DEPTH {
            return Err(self.scanner.here("a name has too many parts"));
        }
        let first = path.is_empty();
        let part = match self.scanner.peek()? {
            mark @ ('"' | '\'') => {
                self.scanner.next()?;
                self.scanner.string(mark, false)?
            }
            _ => {
                self.scanner.take_while(|rune| rune.is_ascii_alphanumeric() || matches!(rune, '_' | '-'))?;
                Str::from(self.scanner.take_token())
            }
        };
        if first {
            self.tables.line = self.scanner.line();
        }
        path.push(part);
        Ok(())
    }

    /// The parts of a key and the `=` behind them.
    fn key_path(&mut self) -> Result<Vec<Str>, Fault> {
        let mut path = Vec::new();
        self.scanner.blanks()?;
        match self.scanner.peek()? {
            '=' | END => return Err(self.scanner.fault("unexpected '=': key name appears blank")),
            '.' => return Err(self.scanner.fault("unexpected '.': keys cannot start with a '.'")),
            _ => {}
        }
        loop {
            self.scanner.blanks()?;
            match self.scanner.peek()? {
                '=' | END => return Err(self.scanner.fault("unexpected '='")),
                '.' => return Err(self.scanner.fault("unexpected '.'")),
                _ => self.name(&mut path)?,
            }
            self.scanner.blanks()?;
            match self.scanner.next()? {
                END => return Err(self.scanner.fault("unexpected EOF; expected key separator '='")),
                '.' => self.scanner.begin(),
                '=' => {
                    self.scanner.begin();
                    return Ok(path);
                }
                rune => {
                    let message = format!("expected '.' or '=', but got {} instead", quote_rune(u32::from(rune)));
                    let above = rune == '\n';
                    return Err(if above { self.scanner.above(message) } else { self.scanner.fault(message) });
                }
            }
        }
    }

    /// A key and its value: sets them in the present table, and gives the path and the value.
    fn pair(&mut self) -> Result<(Vec<Str>, Node), Fault> {
        let mut path = self.key_path()?;
        self.key = path.pop().unwrap_or_else(|| Str::from(""));
        for part in &path {
            let mut table = self.tables.context.clone();
            table.push(part.clone());
            self.tables.set_implicit(&table);
            self.tables.enter(&table, false)?;
        }
        let node = self.value(false)?;
        self.tables.set(self.key.clone(), node.clone())?;
        self.tables.set_array(&self.key, matches!(node, Node::Array(_)));
        path.push(self.key.clone());
        Ok((path, node))
    }

    fn top_level_pair(&mut self) -> Result<(), Fault> {
        let outer = self.tables.context.clone();
        self.pair()?;
        self.tables.context = outer;
        self.key = Str::from("");
        self.line_end()
    }

    fn value(&mut self, in_array: bool) -> Result<Node, Fault> {
        self.scanner.blanks()?;
        let rune = self.scanner.next()?;
        let plain = match rune {
            '0'..='9' => {
                self.scanner.back();
                self.scanner.number_or_time(&self.zones)
            }
            '[' => return self.nested(Self::array),
            '{' if in_array => return self.nested(|reader| reader.inline_table(true)),
            '{' => return self.nested(|reader| reader.inline_table(false)),
            mark @ ('"' | '\'') => {
                let mut wide = false;
                if self.scanner.accept(mark)? {
                    wide = self.scanner.accept(mark)?;
                    if !wide {
                        self.scanner.back();
                    }
                }
                self.scanner.string(mark, wide).map(Value::String)
            }
            '.' => Err(self.scanner.fault("floats must start with a digit, not '.'")),
            '-' | '+' => self.scanner.signed(),
            'i' | 'n' => self.named_float_or_word(),
            rune if value::unicode::is_letter(rune) => {
                self.scanner.back();
                self.scanner.truth()
            }
            END => Err(self.scanner.fault("unexpected EOF; expected value")),
            rune => {
                let message = format!("expected value but found {} instead", quote_rune(u32::from(rune)));
                Err(if rune == '\n' { self.scanner.above(message) } else { self.scanner.fault(message) })
            }
        };
        plain.map(Node::Plain)
    }

    /// `inf` or `nan`, of which the first letter has been read, or what the lexer takes for them.
    fn named_float_or_word(&mut self) -> Result<Value, Fault> {
        let scanner = &mut self.scanner;
        if scanner.accept('n')? && scanner.accept('f')? || scanner.accept('a')? && scanner.accept('n')? {
            return scanner.float_token();
        }
        scanner.back();
        scanner.truth()
    }

    /// Reads what holds other values.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Node, Fault>) -> Result<Node, Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(self.scanner.here("values are nested too deeply"));
        }
        self.depth += 1;
        let node = stack::grow(|| read(self));
        self.depth -= 1;
        node
    }

    fn array(&mut self) -> Result<Node, Fault> {
        self.scanner.begin();
        self.tables.set_array(&self.key, true);
        let mut items = Vec::new();
        loop {
            // A value, or the end.
            match self.scanner.next()? {
                rune if is_blank(rune) || is_newline(rune) => continue,
                '#' => {
                    self.scanner.comment()?;
                    continue;
                }
                ',' => return Err(self.scanner.fault("unexpected comma")),
                ']' => break,
                _ => self.scanner.back(),
            }
            self.scanner.begin();
            items.push(self.value(true)?);
            if !self.comma_or(']', "expected a comma (',') or array terminator (']'), but got", "")? {
                break;
            }
        }
        self.scanner.begin();
        Ok(Node::Array(Rc::new(items)))
    }

    /// What stands behind a value within brackets: true for a comma, false for the end.
    fn comma_or(&mut self, end: char, expected: &str, behind: &str) -> Result<bool, Fault> {
        loop {
            match self.scanner.next()? {
                rune if is_blank(rune) || is_newline(rune) => {}
                '#' => self.scanner.comment()?,
                ',' => {
                    self.scanner.begin();
                    return Ok(true);
                }
                rune if rune == end => return Ok(false),
                END => return Err(self.scanner.fault(format!("{expected} end of file{behind}"))),
                rune => return Err(self.scanner.fault(format!("{expected} '{rune}'{behind}"))),
            }
        }
    }

    fn inline_table(&mut self, in_array: bool) -> Result<Node, Fault> {
        self.scanner.begin();
        let (outer, outer_key) = (self.tables.context.clone(), self.key.clone());
        let mut context = outer.clone();
        context.push(outer_key.clone());
        self.key = Str::from("");
        self.tables.context.clone_from(&context);
        self.tables.set_implicit(&context);
        self.tables.enter(&context, in_array)?;
        // The table is kept apart from the one that the rest of the document sees.
        let top = self.tables.new_table();
        while self.inline_entry()? {
            let (path, node) = self.pair()?;
            self.insert_below(top, path, node)?;
            self.tables.context.clone_from(&context);
            const EXPECTED: &str = "expected a comma or an inline table terminator '}', but got";
            if !self.comma_or('}', EXPECTED, " instead")? {
                break;
            }
        }
        self.scanner.begin();
        self.tables.context = outer;
        self.key = outer_key;
        Ok(Node::Table(top))
    }

    /// Whether another pair follows in an inline table.
    fn inline_entry(&mut self) -> Result<bool, Fault> {
        loop {
            match self.scanner.next()? {
                rune if is_blank(rune) || is_newline(rune) => {}
                '#' => self.scanner.comment()?,
                ',' => return Err(self.scanner.fault("unexpected comma")),
                '}' => return Ok(false),
                _ => {
                    self.scanner.back();
                    self.scanner.begin();
                    return Ok(true);
                }
            }
        }
    }

    fn insert_below(&mut self, top: usize, mut path: Vec<Str>, node: Node) -> Result<(), Fault> {
        let last = path.pop().unwrap_or_else(|| Str::from(""));
        let mut table = top;
        for part in path {
            table = match self.tables.get(table, &part) {
                Some(Node::Table(next)) => *next,
                Some(_) => {
                    let name = dotted(&self.tables.context);
                    return Err(self.tables.fault(format!("{} is not a table", quote(name.as_bytes()))));
                }
                None => {
                    let new = self.tables.new_table();
                    self.tables.insert(table, part, Node::Table(new));
                    new
                }
            };
        }
        self.tables.insert(table, last, node);
        Ok(())
    }
}
