//! One function for each of Helm's operations, joining the stages: the library that others embed.
//!
//! Takes options and gives reports. Never prints, never reads the environment, the home folder or the clock except
//! through what it was given.

mod error;
mod log;

pub use crate::{
    error::{Error, ErrorKind},
    log::{Level, LogLine},
};
