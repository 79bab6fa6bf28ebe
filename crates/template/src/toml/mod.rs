//! TOML as Helm reads and writes it: BurntSushi/toml 1.6.

mod number;
mod read;
mod scan;
mod tables;
mod text;
mod write;

pub use self::{read::from_slice, write::to_vec};

/// Why a value cannot be written; displays as Go words it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The message.
    pub message: String,
    /// Whether Go's encoder panics, so that even `toToml`, which gives other errors as its text, fails.
    pub panics: bool,
}
