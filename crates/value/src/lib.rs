//! Go-shaped values: what Go's `text/template` sees, and their YAML and JSON.
//!
//! Takes bytes (YAML, JSON) and gives [`Value`] trees; takes trees and gives the bytes that
//! `sigs.k8s.io/yaml` and `encoding/json` would give. Never reads files, the clock or the environment,
//! and treats every input as hostile: bounded depth, bounded alias expansion, no panic.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod address;
mod base64;
mod dismantle;
pub mod duration;
mod go_type;
pub mod json;
mod list;
mod map;
pub mod number;
mod object;
pub mod quote;
mod scalar;
mod string;
pub mod unicode;
pub mod url;
pub mod yaml;

pub use crate::{
    go_type::{Kind, Signature, Type},
    list::{Elem, List},
    map::{Map, MapType},
    object::{Cost, Method, Object},
    scalar::{FloatKind, IntKind, UintKind, Value},
    string::{Str, decode_rune},
};
