//! Prints strings and bytes, each under its verb.

use value::{
    Value, decode_rune,
    quote::{can_backquote, quote, quote_to_ascii},
};

use super::{Flags, Printer};

impl Printer {
    pub(super) fn string(&mut self, text: &[u8], verb: char, value: &Value) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => {
                let text = self.truncated(text);
                self.pad(text);
            }
            'x' => self.hexadecimal(text, b"0123456789abcdefx"),
            'X' => self.hexadecimal(text, b"0123456789ABCDEFX"),
            'q' => self.quoted(text),
            _ => self.bad_verb(value, verb),
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.is_too_long(text) {
            return;
        }
        if self.flags.sharp && can_backquote(text) {
            let quoted = [b"`", text, b"`"].concat();
            return self.pad(&quoted);
        }
        let quoted = if self.flags.plus { quote_to_ascii(text) } else { quote(text) };
        self.pad(quoted.as_bytes());
    }

    /// The part of a string that the precision, counted in runes, lets through.
    pub(super) fn truncated<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let Some(precision) = self.flags.precision else {
            return text;
        };
        let mut length = 0;
        for _ in 0..precision {
            match decode_rune(text.get(length..).unwrap_or_default()) {
                Some((_, size)) => length += size,
                None => break,
            }
        }
        text.get(..length).unwrap_or(text)
    }

    /// Whether the text, which becomes some times as long, may find no room then.
    fn is_too_long(&mut self, text: &[u8]) -> bool {
        let too_long = text.len() > 1 << 20 && text.len().saturating_mul(6) > self.room.bytes;
        self.exceeded |= too_long;
        too_long
    }

    fn hexadecimal(&mut self, text: &[u8], digits: &[u8; 17]) {
        let length = self.flags.precision.map_or(text.len(), |precision| precision.min(text.len()));
        let text = text.get(..length).unwrap_or(text);
        if text.is_empty() {
            return self.repeat(self.pad_byte(), self.flags.width.unwrap_or(0));
        }
        if self.is_too_long(text) {
            return;
        }
        let [.., x] = *digits;
        let digit = |nibble: u8| digits.get(usize::from(nibble)).copied().unwrap_or(b'0');
        let mut out = Vec::with_capacity(text.len().saturating_mul(2));
        for (index, &byte) in text.iter().enumerate() {
            if self.flags.space && index > 0 {
                out.push(b' ');
            }
            if self.flags.sharp && (self.flags.space || index == 0) {
                out.extend([b'0', x]);
            }
            out.extend([digit(byte >> 4), digit(byte & 15)]);
        }
        let padding = self.flags.width.unwrap_or(0).saturating_sub(out.len());
        self.pad_around(&out, padding, self.pad_byte());
    }

    /// `type_name` is what `%#v` calls the type.
    pub(super) fn bytes(&mut self, bytes: &[u8], verb: char, value: &Value, type_name: &str) {
        match verb {
            's' => {
                let text = self.truncated(bytes);
                self.pad(text);
            }
            'x' | 'X' | 'q' => self.string(bytes, verb, value),
            'v' | 'd' if self.flags == Flags::default() => self.plain_bytes(bytes),
            _ => {
                let sharp = self.flags.sharp_v && matches!(verb, 'v' | 'd');
                if sharp {
                    self.write(type_name.as_bytes());
                }
                self.write(if sharp { b"{" } else { b"[" });
                for (index, &byte) in bytes.iter().enumerate() {
                    if index > 0 {
                        self.separate();
                    }
                    let item = Value::Uint(u64::from(byte), value::UintKind::Uint8);
                    self.value(&item, verb, 1);
                    if self.exceeded {
                        return;
                    }
                }
                self.write(if sharp { b"}" } else { b"]" });
            }
        }
    }

    /// Bytes as numbers, a thousand at a time: a chart that prints `$` prints all its files like this.
    fn plain_bytes(&mut self, bytes: &[u8]) {
        self.write(b"[");
        let mut text = Vec::with_capacity(4096);
        for (index, part) in bytes.chunks(1000).enumerate() {
            text.clear();
            for (place, &byte) in part.iter().enumerate() {
                if index + place > 0 {
                    text.push(b' ');
                }
                if byte >= 100 {
                    text.push(b'0' + byte / 100);
                }
                if byte >= 10 {
                    text.push(b'0' + byte / 10 % 10);
                }
                text.push(b'0' + byte % 10);
            }
            self.write(&text);
            if self.exceeded {
                return;
            }
        }
        self.write(b"]");
    }
}
