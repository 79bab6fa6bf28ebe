//! OCI registries: references, credentials, and charts in them. Helm: pkg/registry; the protocol is that of the OCI
//! distribution specification, spoken over this crate's own HTTP client.

mod auth;
mod client;
mod credentials;
mod manifest;
mod plugin;
mod pull;
mod push;
mod reference;

pub use self::{
    client::{LoginOptions, Registry},
    pull::PullParts,
    reference::RegistryReference,
};
