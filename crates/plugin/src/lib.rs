//! Runs other programs, the one room that spawns processes; and reads what a plugin says of itself.
//!
//! Takes a program, its arguments, its input and the environment that it sees; gives what it said. Never decides what
//! is run, and reads neither the environment nor the clock.

mod call;
mod decode;
mod error;
mod expand;
mod legacy;
mod limited;
mod manifest;
mod platform;
mod process;
mod v1;

pub use crate::{
    call::{Call, GetOptions, Stderr, Variables},
    error::Error,
    limited::run_within,
    manifest::{CommandWords, Kind, PLUGIN_FILE, Plugin, Runtime, parse},
    process::{Ran, run},
};
