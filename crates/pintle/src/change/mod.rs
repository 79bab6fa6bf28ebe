//! What install, upgrade and rollback have in common: how objects are changed, and what a revision holds.

mod content;
mod desired;
mod draft;
mod objects;
mod options;
mod permissions;
mod preview;
mod quota;

pub use self::{
    content::ContentOptions,
    options::{ChangeOptions, ChartGates, DryRun, GateOptions, ServerSide},
};
pub(crate) use self::{
    content::{Stage, capabilities_of, render_content},
    desired::{Built, build},
    draft::{Draft, Goal, Reading, draft},
    objects::{Objects, owner_of},
    options::plan_options,
    preview::{preview, refusals, told, validate},
};
