//! Prints values: containers, strings, numbers, each under its verb.

mod numbers;
mod texts;

use value::{FloatKind, Kind, List, Map, Object, Value, decode_rune};

use super::{flags::Flags, number::Integer};
use crate::complex::Complex;

/// The nesting beyond which a value counts as endless: templates can make a map hold itself.
const MAX_DEPTH: usize = Value::MAX_DEPTH;

/// What Go prints for addresses differs from run to run; here all pointers are this one.
const ADDRESS: u64 = 0x00c0_0001_2340;

/// What may be printed at the most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// How long the text may become, with what it begins with.
    pub(super) bytes: usize,
    /// How many values may be visited: one that is shared many times over is visited each time.
    pub(super) steps: u64,
}

/// A printed text, and what it took.
pub(super) struct Printed {
    pub(super) out: Vec<u8>,
    pub(super) steps: u64,
    /// Something was left out, because of the room or of endless nesting.
    pub(super) exceeded: bool,
    /// Because of the steps.
    pub(super) tired: bool,
}

/// Collects what is printed, as far as there is room.
pub(super) struct Printer {
    out: Vec<u8>,
    room: Room,
    steps: u64,
    exceeded: bool,
    pub(super) flags: Flags,
    /// A bad verb is being described: methods are not called.
    describing: bool,
}

impl Printer {
    pub(super) fn new(out: Vec<u8>, room: Room) -> Printer {
        Printer { out, room, steps: 0, exceeded: false, flags: Flags::default(), describing: false }
    }

    pub(super) fn finish(self) -> Printed {
        let tired = self.steps > self.room.steps;
        Printed { out: self.out, steps: self.steps, exceeded: self.exceeded || tired, tired }
    }

    /// Whether something was left out, because of the room or of endless nesting.
    pub(super) fn exceeded(&self) -> bool {
        self.exceeded
    }

    pub(super) fn write(&mut self, text: &[u8]) {
        if self.out.len().saturating_add(text.len()) > self.room.bytes {
            self.exceeded = true;
        } else {
            self.out.extend_from_slice(text);
        }
    }

    pub(super) fn write_rune(&mut self, rune: char) {
        self.write(rune.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// `Sprint`.
    pub(super) fn print(&mut self, operands: &[Value]) {
        let mut after_string = true;
        for operand in operands {
            let is_string = operand.kind() == Kind::String;
            if !is_string && !after_string {
                self.write(b" ");
            }
            self.operand(operand, 'v');
            after_string = is_string;
        }
    }

    /// `Sprintln`.
    pub(super) fn print_line(&mut self, operands: &[Value]) {
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.write(b" ");
            }
            self.operand(operand, 'v');
        }
        self.write(b"\n");
    }

    /// `Sprint` of operands in place.
    pub(super) fn print_all_in_place(&mut self, operands: &[Value]) {
        let mut after_string = true;
        for operand in operands {
            // What prints as `<no value>` counts as a string.
            let is_string = matches!(operand.kind(), Kind::String | Kind::Invalid);
            if !is_string && !after_string {
                self.write(b" ");
            }
            self.print_in_place(operand);
            after_string = is_string;
        }
    }

    /// What an action of a template prints.
    pub(super) fn print_in_place(&mut self, value: &Value) {
        match value {
            Value::Nil => self.write(b"<no value>"),
            Value::Object(object) => match object.display_in_place() {
                Some(text) => self.write(text.as_bytes()),
                None if object.kind() == Kind::Ptr => self.structure(object.as_ref(), 'v', 0),
                None => self.value(value, 'v', 0),
            },
            other => self.value(other, 'v', 0),
        }
    }

    /// An operand of its own.
    pub(super) fn operand(&mut self, operand: &Value, verb: char) {
        match (verb, operand) {
            ('v' | 'T', Value::Nil) => self.pad(b"<nil>"),
            (_, Value::Nil) => {
                self.write(b"%!");
                self.write_rune(verb);
                self.write(b"(<nil>)");
            }
            ('T', _) => self.string(type_name(operand).as_bytes(), 's', operand),
            ('p', _) => self.pointer(operand, verb),
            (_, Value::Bytes(bytes)) => self.bytes(bytes, verb, operand, "[]byte"),
            _ => self.value(operand, verb, 0),
        }
    }

    /// A value at a depth of nesting.
    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        self.steps += 1;
        if depth > MAX_DEPTH || self.exceeded || self.steps > self.room.steps {
            self.exceeded = true;
            return;
        }
        if verb == 'w' && (depth > 0 || !matches!(value, Value::Bytes(_))) {
            // Only errors may be printed so, and only by Errorf.
            return if value.is_nil() { self.nested_nil() } else { self.bad_verb(value, verb) };
        }
        match value {
            Value::Nil => self.nested_nil(),
            Value::Bool(flag) => match verb {
                't' | 'v' => self.pad(if *flag { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(number, _) => self.integer(Integer::signed(*number), verb, value),
            Value::Uint(number, _) => self.integer(Integer::unsigned(*number), verb, value),
            Value::Float(number, kind) => {
                let bits = if *kind == FloatKind::Float32 { 32 } else { 64 };
                self.float(*number, bits, verb, value);
            }
            Value::String(text) => self.string(text, verb, value),
            Value::Bytes(bytes) => self.bytes(bytes, verb, value, "[]uint8"),
            Value::List(list) => self.list(list, verb, depth, &list.go_type()),
            Value::Map(map) => self.map(map, verb, depth, map.map_type().go_name()),
            Value::Object(object) => self.object(object.as_ref(), value, verb, depth),
        }
    }

    fn nested_nil(&mut self) {
        self.write(if self.flags.sharp_v { b"interface {}(nil)" } else { b"<nil>" });
    }

    fn list(&mut self, list: &List, verb: char, depth: usize, type_name: &str) {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(type_name.as_bytes());
            if list.is_nil() {
                return self.write(b"(nil)");
            }
        }
        self.write(if sharp { b"{" } else { b"[" });
        for (index, item) in list.iter().enumerate() {
            if index > 0 {
                self.separate();
            }
            self.value(item, verb, depth + 1);
            if self.exceeded {
                return;
            }
        }
        self.write(if sharp { b"}" } else { b"]" });
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize, type_name: &str) {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(type_name.as_bytes());
            if map.is_nil() {
                return self.write(b"(nil)");
            }
        }
        self.write(if sharp { b"{" } else { b"map[" });
        let mut first = true;
        let whole = map.visit(|key, item| {
            if !std::mem::take(&mut first) {
                self.separate();
            }
            self.string(key, verb, &Value::String(key.clone()));
            self.write(b":");
            self.value(item, verb, depth + 1);
            if self.exceeded { Err(()) } else { Ok(()) }
        });
        if whole.is_ok() {
            self.write(if sharp { b"}" } else { b"]" });
        }
    }

    fn separate(&mut self) {
        self.write(if self.flags.sharp_v { b", " } else { b" " });
    }

    fn object(&mut self, object: &dyn Object, value: &Value, verb: char, depth: usize) {
        if let Some(complex) = object.as_any().downcast_ref::<Complex>() {
            return self.complex(complex, verb, value);
        }
        if self.flags.sharp_v
            && !self.describing
            && let Some(text) = object.go_syntax()
        {
            let text = self.truncated(text.as_bytes());
            return self.pad(text);
        }
        if !self.flags.sharp_v
            && !self.describing
            && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
            && let Some(text) = object.display()
        {
            return self.string(text.as_bytes(), verb, value);
        }
        match object.underlying() {
            Some(Value::List(list)) => self.list(&list, verb, depth, &object.go_type()),
            Some(Value::Map(map)) => self.map(&map, verb, depth, &object.go_type()),
            Some(Value::Bytes(bytes)) => self.bytes(&bytes, verb, value, &object.go_type()),
            Some(Value::Int(number, _)) => self.integer(Integer::signed(number), verb, value),
            Some(Value::Uint(number, _)) => self.integer(Integer::unsigned(number), verb, value),
            Some(Value::Float(number, _)) => self.float(number, 64, verb, value),
            Some(Value::String(text)) => self.string(&text, verb, value),
            Some(plain) => self.value(&plain, verb, depth + 1),
            None if object.kind() == Kind::Ptr && depth > 0 => self.pointer(value, verb),
            None => {
                if object.kind() == Kind::Ptr {
                    self.write(b"&");
                }
                self.structure(object, verb, depth);
            }
        }
    }

    fn structure(&mut self, object: &dyn Object, verb: char, depth: usize) {
        if self.flags.sharp_v {
            self.write(object.go_type().trim_start_matches('*').as_bytes());
        }
        self.write(b"{");
        for (index, (name, field)) in object.fields().iter().enumerate() {
            if index > 0 {
                self.separate();
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(name.as_bytes());
                self.write(b":");
            }
            self.value(field, verb, depth + 1);
            if self.exceeded {
                return;
            }
        }
        self.write(b"}");
    }

    fn pointer(&mut self, value: &Value, verb: char) {
        let is_nil = match value {
            Value::Map(map) => map.is_nil(),
            Value::List(list) => list.is_nil(),
            Value::Bytes(_) => false,
            Value::Object(object) if matches!(object.kind(), Kind::Ptr | Kind::Map | Kind::Slice | Kind::Func) => false,
            _ => return self.bad_verb(value, verb),
        };
        let address = Integer::unsigned(if is_nil { 0 } else { ADDRESS });
        match verb {
            'v' if self.flags.sharp_v => {
                self.write(format!("({})(", type_name(value)).as_bytes());
                self.prefixed(address, true);
                self.write(b")");
            }
            'v' | 'p' => self.prefixed(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(address, verb, value),
            _ => self.bad_verb(value, verb),
        }
    }

    fn bad_verb(&mut self, value: &Value, verb: char) {
        if self.describing {
            // Cannot happen: `v` fits every value. Guards against endless recursion.
            return;
        }
        self.describing = true;
        self.write(b"%!");
        self.write_rune(verb);
        self.write(b"(");
        self.write(type_name(value).as_bytes());
        self.write(b"=");
        match value {
            Value::Bytes(bytes) => self.bytes(bytes, 'v', value, "[]byte"),
            _ => self.value(value, 'v', 0),
        }
        self.write(b")");
        self.describing = false;
    }

    fn pad_byte(&self) -> u8 {
        if self.flags.zero && !self.flags.minus { b'0' } else { b' ' }
    }

    fn pad(&mut self, text: &[u8]) {
        self.pad_with(text, self.pad_byte());
    }

    fn pad_with(&mut self, text: &[u8], byte: u8) {
        match self.flags.width {
            None | Some(0) => self.write(text),
            Some(width) => self.pad_around(text, width.saturating_sub(rune_count(text)), byte),
        }
    }

    fn pad_around(&mut self, text: &[u8], count: usize, byte: u8) {
        if self.flags.minus {
            self.write(text);
            self.repeat(byte, count);
        } else {
            self.repeat(byte, count);
            self.write(text);
        }
    }

    fn repeat(&mut self, byte: u8, count: usize) {
        if self.out.len().saturating_add(count) > self.room.bytes {
            self.exceeded = true;
        } else {
            self.out.resize(self.out.len() + count, byte);
        }
    }
}

/// Go's `%T`.
pub(super) fn type_name(value: &Value) -> String {
    value.go_type()
}

/// Go's `utf8.RuneCount`.
fn rune_count(mut text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let mut count = 0;
    while let Some((_, size)) = decode_rune(text) {
        text = text.get(size..).unwrap_or_default();
        count += 1;
    }
    count
}
