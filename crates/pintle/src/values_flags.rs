//! The flags that set values: `-f`, `--set` and its relatives. Helm: `pkg/cli/values/options.go`.

use std::io::Read;

use value::Map;

use crate::Error;

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
}
