//! The flags that set values: `-f`, `--set` and its relatives. Helm: `pkg/cli/values/options.go`.

use std::io::Read;

use chart::ValueOptions;
use source::Places;
use value::{Map, Str};

use crate::{Error, ErrorKind};

/// What the flags say, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct ValuesFlags {
    /// `-f`, `--values`
    pub files: Vec<String>,
    /// `--set-json`
    pub set_json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub set_string: Vec<String>,
    /// `--set-file`
    pub set_file: Vec<String>,
    /// `--set-literal`
    pub set_literal: Vec<String>,
    /// Where what files name is fetched from, and with what.
    pub places: Places,
}

impl ValuesFlags {
    /// Reads the files and merges everything, the later kind over the earlier one: files, `--set-json`, `--set`,
    /// `--set-string`, `--set-file`, `--set-literal`. `stdin` is what a file named `-` means.
    ///
    /// Fails with Helm's message where a file cannot be read or a text is malformed.
    pub fn merge(&self, stdin: &mut dyn Read) -> Result<Map, Error> {
        let mut files = Vec::with_capacity(self.files.len());
        for name in &self.files {
            files.push((name.clone(), source::read_file(name, &self.places, stdin)?));
        }
        let options = ValueOptions {
            files,
            json: self.set_json.clone(),
            set: self.set.clone(),
            strings: self.set_string.clone(),
            file_values: self.set_file.clone(),
            literals: self.set_literal.clone(),
        };
        let mut read = |name: &str| match source::read_file(name, &self.places, stdin) {
            Ok(bytes) => Ok(Str::from(bytes)),
            Err(error) => Err(error.to_string()),
        };
        options.merge(&mut read).map_err(|error| Error::new(ErrorKind::Values, error.to_string()))
    }
}
