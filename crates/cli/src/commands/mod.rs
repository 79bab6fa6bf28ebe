//! The commands: what they are called, which flags they take, what they do.
//!
//! One file a command, or a family of small ones. A command translates its arguments and prints a report; the work
//! is done in `pintle`.

mod compare;
mod completion;
mod create;
mod dependency;
mod diff;
mod docs;
mod drift;
mod env;
mod exporter;
mod get;
mod help;
mod history;
mod install;
mod lint;
mod list;
mod package;
mod plugin;
mod pull;
mod push;
mod registry;
mod rehearse;
mod repo;
mod rollback;
mod root;
mod sandbox;
mod search;
mod show;
mod status;
mod template;
mod test;
mod uninstall;
mod upgrade;
mod values;
mod verify;
mod version;

pub(crate) use self::{dependency::fetching, env::variables, root::ROOT};
