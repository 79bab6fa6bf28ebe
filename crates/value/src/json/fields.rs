//! A JSON object whose fields keep their order, as Go writes a struct.

use super::{Error, to_vec};
use crate::Value;

/// A JSON object under construction.
#[derive(Debug)]
pub struct Fields(Vec<u8>);

impl Default for Fields {
    fn default() -> Fields {
        Fields(b"{".to_vec())
    }
}

impl Fields {
    /// Adds a field whose value is JSON already. The name is written as it is: it needs no escapes.
    pub fn raw(&mut self, name: &str, json: &[u8]) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.0.extend_from_slice(json);
    }

    /// Adds a field.
    pub fn value(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        self.raw(name, &to_vec(value)?);
        Ok(())
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        self.value(name, &Value::string(text))
    }

    /// Adds a text, unless it is empty (Go's `omitempty`).
    pub fn some_text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        if text.is_empty() { Ok(()) } else { self.text(name, text) }
    }

    /// The object.
    pub fn finish(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// A JSON list of items that are JSON already.
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [b"[".as_slice(), &items.join(&b','), b"]"].concat()
}

#[cfg(test)]
mod tests {
    use super::{Fields, array};

    #[test]
    fn fields_keep_their_order() {
        let mut fields = Fields::default();
        fields.text("b", "<").unwrap();
        fields.some_text("c", "").unwrap();
        fields.raw("a", &array(&[b"1".to_vec(), b"2".to_vec()]));
        assert_eq!(fields.finish(), br#"{"b":"\u003c","a":[1,2]}"#);
        assert_eq!(Fields::default().finish(), b"{}");
    }
}
