//! From a chart reference to a chart: folders and archives on disk, values files; repositories and registries are
//! told apart and refused. Files that operations write are written here too.
//!
//! Takes references and paths, gives [`chart::Chart`]s and bytes. Never reads the
//! environment or the home folder, never prints: what Helm would log comes back as [`chart::Warning`]s.

mod error;
mod folder;
mod load;
mod locate;
pub mod path;
mod read;
mod repositories;
mod symlink;
pub mod system;
mod write;

pub use crate::{
    error::{Error, ErrorKind},
    load::{load, load_folder, load_v2, load_v2_file, load_v2_folder, stat},
    locate::{ChartQuery, Reference, classify, locate},
    read::{Scheme, read_file},
    repositories::{Repositories, Repository},
    write::{create_folders, overwrite_file, write_file},
};
