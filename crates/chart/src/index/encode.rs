//! `index.yaml` as YAML and JSON.

use value::Value;

use super::{Index, IndexEntry};
use crate::{
    Error,
    ordered::{Fields, Ordered},
    rfc3339,
};

impl Index {
    /// The index as `yaml.Marshal` writes it.
    pub fn to_yaml(&self) -> Result<Vec<u8>, Error> {
        self.fields().into_yaml()
    }

    /// The index as `json.MarshalIndent` writes it with two blanks.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        let json = self.fields().to_json().map_err(|error| Error::Yaml(error.to_string()))?;
        Ok(indent_json(&json))
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.put("apiVersion", Value::string(self.head.api_version.as_str()));
        fields.put("generated", Value::string(rfc3339::normalize(&self.head.generated)));
        let entries = self.entries.iter().map(|(name, versions)| {
            let versions = versions.iter().map(|entry| Ordered::Struct(entry.fields())).collect();
            (name.clone(), Ordered::List(versions))
        });
        fields.put("entries", Ordered::Map(entries.collect()));
        fields.put_texts("publicKeys", &self.head.public_keys);
        if !self.head.annotations.is_empty() {
            let texts = self.head.annotations.iter().map(|(key, text)| (key.as_str(), Value::string(text.as_str())));
            fields.put("annotations", Value::map(texts));
        }
        fields
    }
}

impl IndexEntry {
    fn fields(&self) -> Fields {
        let mut fields = self.metadata.fields();
        match &self.urls {
            None => fields.put("urls", Value::Nil),
            Some(urls) => fields.put("urls", Value::list(urls.iter().map(|url| Value::string(url.as_str())).collect())),
        }
        fields.put("created", Value::string(self.created()));
        if self.removed {
            fields.put("removed", Value::Bool(true));
        }
        fields.put_text("digest", &self.digest);
        fields.put_text("checksum", &self.legacy.checksum);
        fields.put_text("engine", &self.legacy.engine);
        fields.put_text("tillerVersion", &self.legacy.tiller_version);
        fields.put_text("url", &self.legacy.url);
        fields
    }
}

/// Indents compact JSON by two blanks a level, as `json.Indent` does.
pub fn indent_json(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut depth, mut in_text, mut escaped, mut opened) = (0_usize, false, false, false);
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', depth * 2));
    };
    for &byte in json {
        if in_text {
            out.push(byte);
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        let closes = matches!(byte, b'}' | b']');
        if opened && !closes {
            depth += 1;
            line(&mut out, depth);
        }
        match byte {
            b'{' | b'[' => out.push(byte),
            b'}' | b']' => {
                if !opened {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line(&mut out, depth);
            }
            b':' => out.extend(b": "),
            _ => out.push(byte),
        }
        in_text = byte == b'"';
        opened = matches!(byte, b'{' | b'[');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_indented_as_go_does() {
        let json = br#"{"a":{},"b":[],"c":[1,{"d":"x\",}"}]}"#;
        let want = "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1,\n    {\n      \"d\": \"x\\\",}\"\n    }\n  ]\n}";
        assert_eq!(String::from_utf8(indent_json(json)).unwrap(), want);
    }
}
