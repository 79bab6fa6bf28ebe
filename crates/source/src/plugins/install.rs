//! Installs plugins: from a folder, an archive, a web server, a registry, a Git repository.
//!
//! Helm: internal/plugin/installer.

use std::{fs, os::unix::fs::symlink};

use plugin::{Plugin, Variables};

use super::{archive, copy, find, git, remote, signing};
use crate::{Access, Error, ErrorKind, Loudness, Note, Notes, Places, Verification, path, read, write};

/// Where plugins are kept, and what is needed to fetch them.
#[derive(Clone, Debug, Default)]
pub struct PluginPlaces {
    /// The folder of installed plugins.
    pub plugins: String,
    /// The folder of what was fetched of them.
    pub cache: String,
    /// A folder that this process may make.
    pub temporary: String,
    /// The environment that Git sees.
    pub variables: Variables,
    /// Credentials of registries.
    pub places: Places,
    /// How servers are talked to.
    pub access: Access,
}

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Folder,
    Archive,
    Web,
    Registry,
    Git,
}

/// Installs one plugin.
pub struct PluginInstaller<'a> {
    places: &'a PluginPlaces,
    source: String,
    version: String,
    origin: Origin,
    /// The archive and its signature, once they were fetched.
    fetched: Option<(Vec<u8>, Option<Vec<u8>>)>,
}

impl<'a> PluginInstaller<'a> {
    /// Finds out what kind of source it is. Helm: `NewForSource`.
    pub fn new(source: &str, version: &str, places: &'a PluginPlaces) -> Result<PluginInstaller<'a>, Error> {
        let of = |origin: Origin, source: String| PluginInstaller {
            places,
            source,
            version: version.to_owned(),
            origin,
            fetched: None,
        };
        if source.starts_with("oci://") {
            remote::plugin_name(source)?;
            return Ok(of(Origin::Registry, source.to_owned()));
        }
        if fs::metadata(source).is_ok() {
            let source = path::absolute(source);
            let origin = if archive::is_archive(&source) { Origin::Archive } else { Origin::Folder };
            return Ok(of(origin, source));
        }
        let unknown = |error: Error| {
            error.map_message(|text| {
                format!(
                    "cannot get information about plugin source \"{source}\" (if it's a local directory, does it \
                     exist?), last error was: {text}"
                )
            })
        };
        if remote::is_archive_url(source, &places.access) {
            if !archive::is_archive(source) {
                let text = format!("no extractor implemented yet for {source}");
                return Err(unknown(Error::new(ErrorKind::Unreadable, text)));
            }
            return Ok(of(Origin::Web, source.to_owned()));
        }
        if !git::is_repository_url(source) {
            let error = Error::new(ErrorKind::NotFound, "Cannot detect VCS");
            return Err(unknown(error).hinted(
                "a plugin comes from a folder, an archive (.tgz), its URL, an oci:// reference or a Git repository",
            ));
        }
        Ok(of(Origin::Git, source.to_owned()))
    }

    /// Whether it is a folder on this machine, which needs no signature.
    pub fn is_folder(&self) -> bool {
        self.origin == Origin::Folder
    }

    /// Whether there can be a signature.
    pub fn can_verify(&self) -> bool {
        matches!(self.origin, Origin::Archive | Origin::Web | Origin::Registry)
    }

    /// Where the plugin will be.
    pub fn folder(&self) -> String {
        let base = path::base(&self.source);
        let name = match self.origin {
            Origin::Folder | Origin::Git => base.to_owned(),
            Origin::Archive | Origin::Web => archive::name_of(base),
            Origin::Registry => remote::plugin_name(&self.source).unwrap_or_default(),
        };
        path::join(&self.places.plugins, &name)
    }

    /// Installs it; with a keyring only where its signature fits. Helm: `InstallWithOptions`.
    pub fn install(&mut self, keyring: Option<&str>, notes: Notes<'_>) -> Result<Option<Verification>, Error> {
        let target = self.folder();
        if path::clean(&target) == path::clean(&self.places.plugins) {
            let text = format!("{}: the source does not tell the plugin's name", self.source);
            return Err(Error::new(ErrorKind::Unreadable, text));
        }
        write::create_folders(&path::folder(&target))?;
        // A link that leads nowhere is in the way, too.
        if fs::symlink_metadata(&target).is_ok() {
            let note = Note::log(Loudness::Warn, "plugin already exists");
            notes(note.with("path", target.as_str()).with("error", "<nil>"));
            return Err(Error::new(ErrorKind::Unreadable, "plugin already exists")
                .hinted("`helm plugin update` brings it up to date, `helm plugin uninstall` removes it"));
        }
        let verification = keyring.map(|keyring| self.verify(keyring)).transpose()?;
        match self.origin {
            Origin::Folder => self.link(&target)?,
            Origin::Git => git::install(&self.source, &self.version, self.places, &target)?,
            Origin::Archive | Origin::Web | Origin::Registry => self.unpack(&target)?,
        }
        Ok(verification)
    }

    fn verify(&mut self, keyring: &str) -> Result<Verification, Error> {
        let wrap = |error: Error| error.map_message(|text| format!("failed to get verification data: {text}"));
        let origin = self.origin.clone();
        let during = |text: String| match origin {
            Origin::Web => format!("failed to download plugin: {text}"),
            _ => text,
        };
        let fetched = self.fetch().map_err(|error| wrap(error.map_message(during)))?;
        let failed = |text: &str| Error::new(ErrorKind::Provenance, format!("plugin verification failed: {text}"));
        let Some(signature) = fetched.1.filter(|signature| !signature.is_empty()) else {
            return Err(failed("no provenance file (.prov) found")
                .hinted("--verify=false installs a plugin that nobody signed: it will run programs on this machine"));
        };
        let name = match self.origin {
            Origin::Registry => {
                let plugin = archive::describe(&fetched.0).map_err(|error| {
                    wrap(error.map_message(|text| format!("failed to extract plugin metadata from tarball: {text}")))
                })?;
                format!("{}-{}.tgz", plugin.name, plugin.version)
            }
            _ => path::base(&self.source).to_owned(),
        };
        signing::verify_plugin(&fetched.0, &signature, &name, keyring).map_err(|error| {
            let hints = error.hints().to_vec();
            hints.into_iter().fold(failed(&error.to_string()), Error::hinted)
        })
    }

    /// The archive and its signature.
    fn fetch(&mut self) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
        if let Some(fetched) = &self.fetched {
            return Ok(fetched.clone());
        }
        let fetched = match self.origin {
            Origin::Web => remote::download(&self.source, self.places)?,
            Origin::Registry => remote::pull(&self.source, self.places).map_err(|error| {
                error.map_message(|text| format!("failed to pull plugin from {}: {text}", self.source))
            })?,
            _ => {
                let archive = read::up_to(&self.source, archive::MAX_ARCHIVE)
                    .map_err(|error| error.map_message(|text| format!("failed to read archive: {text}")))?;
                let signature = format!("{}.prov", self.source);
                (archive, read::up_to(&signature, crate::MAX_PROVENANCE).ok())
            }
        };
        self.fetched = Some(fetched.clone());
        Ok(fetched)
    }

    /// Links a folder: what is changed there counts at once.
    fn link(&self, target: &str) -> Result<(), Error> {
        let kind = fs::metadata(&self.source).map_err(|error| find::stat_failed(&self.source, &error))?;
        if !kind.is_dir() {
            let text = "expected plugin to be a directory (containing a file 'plugin.yaml')";
            return Err(Error::new(ErrorKind::Unreadable, text));
        }
        if !find::is_plugin(&self.source) {
            return Err(find::missing_metadata());
        }
        symlink(&self.source, target).map_err(|error| {
            let reason = crate::system::error_text(&error);
            Error::unreadable(format!("symlink {} {target}: {reason}", self.source))
        })
    }

    /// Unpacks an archive, keeps it beside the plugin with its signature, and moves the plugin into its place.
    fn unpack(&mut self, target: &str) -> Result<(), Error> {
        let (bytes, signature) = self.fetch()?;
        let plugin = archive::describe(&bytes).map_err(|error| {
            error.map_message(|text| format!("failed to extract plugin metadata from tarball: {text}"))
        })?;
        if plugin.refusal().is_some() {
            // The operation says why.
            return Err(refused(&plugin));
        }
        let folder = match self.origin {
            Origin::Archive => self.places.temporary.clone(),
            _ => path::join(&self.places.cache, &git::cache_key(&self.source)),
        };
        let _ = fs::remove_dir_all(&folder);
        let during = match self.origin {
            Origin::Archive => "failed to extract archive",
            Origin::Web => "extracting files from archive",
            _ => "failed to extract plugin",
        };
        let brought = archive::unpack(&bytes, &folder)
            .map_err(|error| error.map_message(|text| format!("{during}: {text}")))
            .and_then(|()| self.root(&folder))
            .and_then(|root| copy::bring(&root, target));
        let _ = fs::remove_dir_all(&folder);
        brought?;
        let kept = path::join(&self.places.plugins, &format!("{}-{}.tgz", plugin.name, plugin.version));
        write::replace_file(&kept, &bytes, 0o644)
            .map_err(|error| error.map_message(|text| format!("failed to save tarball: {text}")))?;
        if let Some(signature) = signature {
            // Without it the plugin only counts for unsigned.
            let _ = write::replace_file(&format!("{kept}.prov"), &signature, 0o644);
        }
        Ok(())
    }

    /// The folder in what was unpacked that is the plugin.
    fn root(&self, folder: &str) -> Result<String, Error> {
        if self.origin == Origin::Archive {
            let expected = path::join(folder, &archive::name_of(path::base(&self.source)));
            let file = path::join(&expected, plugin::PLUGIN_FILE);
            return match fs::metadata(&file) {
                Ok(_) => Ok(expected),
                Err(error) => Err(find::stat_failed(&file, &error)
                    .map_message(|text| format!("plugin.yaml not found in expected directory {expected}: {text}"))
                    .hinted("the folder in the archive must have the name of the archive without its version")),
            };
        }
        if find::is_plugin(folder) {
            return Ok(folder.to_owned());
        }
        let mut below: Vec<String> = fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        below.sort();
        let found = below.into_iter().map(|name| path::join(folder, &name)).find(|place| find::is_plugin(place));
        found.ok_or_else(|| match self.origin {
            Origin::Web => {
                let text = format!("plugin.yaml not found in {folder} or its immediate subdirectories");
                Error::new(ErrorKind::NotFound, text)
            }
            _ => find::missing_metadata(),
        })
    }
}

fn refused(plugin: &Plugin) -> Error {
    let refusal = plugin.refusal().map(|error| (error.to_string(), error.hint().map(str::to_owned)));
    let (text, hint) = refusal.unwrap_or_default();
    let error = Error::new(ErrorKind::Unreadable, text);
    match hint {
        Some(hint) => error.hinted(hint),
        None => error,
    }
}
