//! Plugins on this machine: found, installed, packed. Helm: internal/plugin and internal/plugin/installer.

mod archive;
mod copy;
mod find;
mod git;
mod install;
mod remote;
mod signing;

pub use self::{
    archive::pack_plugin,
    find::{load_plugin, load_plugins},
    git::update_plugin,
    install::{PluginInstaller, PluginPlaces},
    signing::{plugin_provenance, verify_plugin},
};
