//! From a chart reference to a chart: folders and archives on disk, repositories, registries, values files. Files that
//! operations write are written here too.
//!
//! Takes references and paths, gives [`chart::Chart`]s and bytes. The one room with an HTTP client. Never reads the
//! environment or the home folder, never prints: what Helm would say comes back as [`Note`]s and [`chart::Warning`]s.

mod access;
mod error;
mod folder;
mod http;
mod load;
mod locate;
pub mod path;
mod read;
mod repository;
mod symlink;
pub mod system;
mod write;

pub use crate::{
    access::{Access, DOWNLOAD_TIMEOUT, Loudness, Note, Notes, Places, Secret},
    error::{Error, ErrorKind},
    load::{load, load_folder, load_v2, load_v2_file, load_v2_folder, stat},
    locate::{ChartQuery, Reference, classify, locate},
    read::{Scheme, read_file},
    repository::{
        CachedEntry, CachedIndex, DownloadedIndex, HubChart, Repositories, Repository, cached_index, charts_file,
        download_index, find_in_repository, index_file, remove_cache, resolve_reference, search_hub,
    },
    write::{FileLock, create_folders, overwrite_file, replace_file, write_file},
};
