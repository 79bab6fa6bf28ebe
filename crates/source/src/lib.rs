//! From a chart reference to a chart: folders and archives on disk, repositories, registries, values files. Files that
//! operations write are written here too.
//!
//! Takes references and paths, gives [`chart::Chart`]s and bytes. The one room with an HTTP client. Never reads the
//! environment or the home folder, never prints: what Helm would say comes back as [`Note`]s and [`chart::Warning`]s.

mod access;
mod cache;
mod download;
mod error;
mod folder;
mod getter;
mod http;
mod load;
mod locate;
pub mod path;
mod plugins;
mod probe;
mod provenance;
mod pull;
mod push;
mod read;
mod registry;
mod repository;
mod symlink;
pub mod system;
mod watch;
mod write;

pub(crate) use crate::download::{MAX_ARCHIVE, MAX_PROVENANCE};
pub use crate::{
    access::{Access, DOWNLOAD_TIMEOUT, Loudness, Note, Notes, Places, Secret},
    download::{Downloaded, Downloader, Verify, archive_in_cache, choose_tag, file_sum, same_url},
    error::{Error, ErrorKind},
    getter::Getters,
    load::{load, load_folder, load_v2, load_v2_file, load_v2_folder, stat},
    locate::{ChartQuery, locate},
    plugins::{
        PluginInstaller, PluginPlaces, load_plugin, load_plugins, pack_plugin, plugin_provenance, update_plugin,
        verify_plugin,
    },
    probe::probe,
    provenance::{SignOptions, Verification, sign, verify_chart},
    pull::{PullOptions, pull},
    push::{PushOptions, push},
    read::{Scheme, read_file},
    registry::{LoginOptions, PullParts, Registry, RegistryReference},
    repository::{
        CachedEntry, CachedIndex, DownloadedIndex, HubChart, Repositories, Repository, cached_index, charts_file,
        download_index, find_in_repository, index_file, remove_cache, resolve_reference, search_hub,
    },
    watch::{Downloading, Watch},
    write::{FileLock, create_folders, create_private_folders, overwrite_file, replace_file, write_file},
};
