//! One function for each of Helm's operations, joining the stages: the library that others embed.
//!
//! Takes options and gives reports. Never prints, never reads the environment, the home folder or the clock except
//! through what it was given.

mod error;
mod install_name;
mod log;
mod manifest;
mod prepare;
mod template;

pub use crate::{
    error::{Error, ErrorKind},
    install_name::{NameOptions, NamedChart},
    log::{Level, LogLine},
    manifest::{Composition, compose},
    prepare::{Prepared, prepare},
    template::{TemplateOptions, TemplateReport, template},
};
