//! Values from the command line: files, then `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`.

use value::{Map, MapType, Str, Value, json};

use crate::{
    Error,
    strvals::{set, set_file, set_json, set_literal, set_string},
    values_file::{merge_maps, read_values},
};

/// The value flags of a command, each kind in the order given (Helm: `pkg/cli/values.Options`).
#[derive(Clone, Debug, Default)]
pub struct ValueOptions {
    /// `--values`: the name as given, and the file's content.
    pub files: Vec<(String, Vec<u8>)>,
    /// `--set-json`
    pub json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub strings: Vec<String>,
    /// `--set-file`
    pub file_values: Vec<String>,
    /// `--set-literal`
    pub literals: Vec<String>,
}

impl ValueOptions {
    /// Merges all of them, the later kind over the earlier one; `read` gives the content of a file that
    /// `--set-file` names, or what Helm says where it cannot be read.
    ///
    /// # Errors
    /// A file or a flag that cannot be read, worded as Helm does.
    pub fn merge(&self, read: &mut dyn FnMut(&str) -> Result<Str, String>) -> Result<Map, Error> {
        let mut base = Map::new(MapType::Any);
        for (name, bytes) in &self.files {
            let failed = |reason| Error::ValuesFile { file: name.clone(), reason: Box::new(reason) };
            base = merge_maps(&base, &read_values(bytes).map_err(failed)?);
        }
        for text in &self.json {
            base = merge_json(base, text)?;
        }
        for text in &self.set {
            set(text, &base).map_err(|error| failed("set", error))?;
        }
        for text in &self.strings {
            set_string(text, &base).map_err(|error| failed("set-string", error))?;
        }
        for text in &self.file_values {
            set_file(text, &base, read).map_err(|error| failed("set-file", error))?;
        }
        for text in &self.literals {
            set_literal(text, &base).map_err(|error| failed("set-literal", error))?;
        }
        Ok(base)
    }
}

/// A whole object is merged as a values file is; anything else is a name and a value.
fn merge_json(base: Map, text: &str) -> Result<Map, Error> {
    let trimmed = text.trim();
    if !trimmed.starts_with('{') {
        let failed = |_| Error::Set { flag: "set-json", joint: " ", reason: text.into() };
        return set_json(text, &base).map_err(failed).map(|()| base);
    }
    match json::from_slice(trimmed.as_bytes()) {
        Ok(Value::Map(object)) => Ok(merge_maps(&base, &object)),
        _ => Err(Error::Set { flag: "set-json", joint: " JSON: ", reason: text.into() }),
    }
}

fn failed(flag: &'static str, error: Error) -> Error {
    Error::Set { flag, joint: ": ", reason: error.to_string() }
}
