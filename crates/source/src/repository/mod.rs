//! Chart repositories: the list of them, their indexes, and what is kept of those.

mod cached;
mod compact;
mod download;
mod hub;
mod list;

pub use self::{
    cached::{CachedEntry, CachedIndex, cached_index, charts_file, index_file, remove_cache},
    download::{DownloadedIndex, download_index, find_in_repository, resolve_reference},
    hub::{HubChart, search_hub},
    list::{Repositories, Repository},
};
pub(crate) use self::{
    download::{credentials, failed, tell_choice},
    hub::query_escape,
};
