//! An embedded Kubernetes API: enough of a cluster to install, upgrade, fail and roll back where there is none.
//!
//! A [`Sandbox`] is a tower service over a store in a file (or in memory): whoever speaks HTTP to an API server can speak
//! to it in process. It knows the built-in kinds and custom ones, checks and defaults what is written, merges patches and
//! applied configurations with their field managers, tells those who watch, and plays the controllers: pods become ready
//! at once, Jobs end, claims are bound. It runs no container, and speaks to no network by itself.

mod adopt;
mod api;
mod clock;
mod controllers;
mod defaults;
mod discovery;
mod failure;
mod fault;
mod fields;
mod journal;
mod managers;
mod object;
mod openapi;
mod patch;
mod protobuf;
mod request;
mod resource;
mod schema;
mod selector;
mod serve;
mod service;
mod store;
mod table;
mod validate;
mod watch;

pub use crate::{
    fault::Fault,
    journal::Written,
    serve::{ServeError, Served, serve},
    service::{ReplyBody, Sandbox, SandboxOptions},
    store::StoreError,
};
