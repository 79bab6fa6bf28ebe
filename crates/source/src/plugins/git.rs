//! Plugins in Git repositories, through the program `git`. Helm: installer/vcs_installer.go over Masterminds/vcs.

use std::fs;

use plugin::{Call, Plugin, Stderr, Variables};
use value::{quote::quote, url::Url};
use version::{Constraint, Version};

use super::{copy, find, install::PluginPlaces};
use crate::{Error, ErrorKind, Loudness, Note, Notes, path};

/// More than this git does not say.
const MAX_SAID: u64 = 16 << 20;

/// The parts of `user@host:path`.
fn scp_parts(source: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = source.split_once('@')?;
    let (host, place) = rest.split_once(':')?;
    let is_user = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_host = |byte: u8| is_user(byte) || matches!(byte, b'.' | b'-');
    let fits = !user.is_empty() && user.bytes().all(is_user) && !host.is_empty() && host.bytes().all(is_host);
    fits.then_some((user, host, place))
}

/// Whether a source is the URL of a Git repository, as far as the URL tells.
pub(super) fn is_repository_url(source: &str) -> bool {
    if source.starts_with('-') {
        return false;
    }
    if scp_parts(source).is_some() {
        return true;
    }
    let Ok(url) = Url::parse(source) else { return false };
    let place = String::from_utf8_lossy(&url.path).into_owned();
    match url.scheme.as_slice() {
        b"git" | b"ssh" | b"git+ssh" | b"https" | b"http" => !url.host.is_empty(),
        b"file" => fs::metadata(path::join(&place, ".git")).is_ok() || fs::metadata(path::join(&place, "HEAD")).is_ok(),
        _ => false,
    }
}

/// The name of the folder that something from a URL is kept in. Helm: internal/plugin/cache.
pub(super) fn cache_key(source: &str) -> String {
    let (scheme, user, host, place) = match scp_parts(source) {
        Some((user, host, place)) => (String::new(), user.to_owned(), host.to_owned(), format!("/{place}")),
        None => match Url::parse(source) {
            Ok(url) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let user = source.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.split_once('@'));
                let user = user.map(|(user, _)| user.split(':').next().unwrap_or_default().to_owned());
                (text(&url.scheme), user.unwrap_or_default(), text(&url.host), text(&url.path))
            }
            Err(_) => (String::new(), String::new(), String::new(), source.to_owned()),
        },
    };
    let part = |text: String| if text.is_empty() { text } else { format!("{text}-") };
    let key = format!("{}{}{host}{}", part(scheme), part(user), place.replace('/', "-"));
    // A key is one part of a path and nothing else.
    key.replace([':', '/'], "-").replace("..", "-")
}

/// A repository on this machine.
struct Clone<'a> {
    folder: String,
    variables: &'a Variables,
}

impl Clone<'_> {
    fn git(&self, arguments: &[&str]) -> Result<(bool, String), Error> {
        let mut all: Vec<String> = Vec::new();
        if !self.folder.is_empty() {
            all.extend(["-C".to_owned(), self.folder.clone()]);
        }
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let call = Call::of_program("git", &all, self.variables.clone());
        let ran = call.run_kept(None, Stderr::Kept, MAX_SAID).map_err(|error| {
            Error::new(ErrorKind::Network, error.to_string()).hinted("plugins from Git repositories need git")
        })?;
        let said = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
        if ran.exit == 0 { Ok((true, said)) } else { Ok((false, format!("{said}: exit status {}", ran.exit))) }
    }

    /// Runs git; fails with what was being done and what it said.
    fn must(&self, doing: &str, arguments: &[&str]) -> Result<String, Error> {
        match self.git(arguments)? {
            (true, said) => Ok(said),
            (false, said) => Err(Error::new(ErrorKind::Network, format!("{doing}: {said}"))),
        }
    }

    /// Brings what is there up to date.
    fn update(&self) -> Result<(), Error> {
        const DOING: &str = "Unable to update repository";
        self.must(DOING, &["fetch", "--tags", "origin"])?;
        // On no branch there is nothing to go on to.
        if !self.git(&["symbolic-ref", "-q", "HEAD"])?.0 {
            return Ok(());
        }
        self.must(DOING, &["pull"])?;
        self.must(DOING, &["submodule", "update", "--init", "--recursive"]).map(drop)
    }

    /// The reference that a version means; nothing where none is wanted.
    fn solve(&self, version: &str, source: &str) -> Result<Option<String>, Error> {
        if version.is_empty() {
            return Ok(None);
        }
        let missing = || {
            let (version, source) = (quote(version.as_bytes()), quote(source.as_bytes()));
            let text = format!("requested version {version} does not exist for plugin {source}");
            Error::new(ErrorKind::NotFound, text)
        };
        if version.starts_with('-') {
            return Err(missing());
        }
        if self.git(&["rev-parse", "--verify", version])?.0 {
            return Ok(Some(version.to_owned()));
        }
        let constraint =
            Constraint::parse(version).map_err(|error| Error::new(ErrorKind::NotFound, error.to_string()))?;
        let (_, tags) = self.git(&["tag", "--list"])?;
        let mut versions: Vec<(Version, &str)> =
            tags.lines().filter_map(|tag| Some((Version::parse(tag).ok()?, tag))).collect();
        versions.sort_by(|one, other| other.0.compare(&one.0));
        let found = versions.iter().find(|(version, _)| constraint.check(version));
        found.map(|(_, tag)| Some((*tag).to_owned())).ok_or_else(missing)
    }
}

/// Clones a repository, or updates the clone that is there, and copies the wanted version into its place.
pub(super) fn install(source: &str, version: &str, places: &PluginPlaces, target: &str) -> Result<(), Error> {
    let folder = path::join(&places.cache, &cache_key(source));
    let clone = Clone { folder: folder.clone(), variables: &places.variables };
    if fs::metadata(&folder).is_ok() {
        clone.update()?;
    } else {
        crate::write::create_folders(&places.cache)?;
        let outside = Clone { folder: String::new(), variables: &places.variables };
        outside.must("Unable to get repository", &["clone", "--recursive", "--", source, &folder])?;
    }
    if let Some(reference) = clone.solve(version, source)? {
        clone.must("Unable to update checked out version", &["checkout", &reference])?;
    }
    if !find::is_plugin(&folder) {
        return Err(find::missing_metadata());
    }
    copy::copy(&folder, target)
}

/// Brings an installed plugin up to date, and reads it again. Helm: pkg/cmd/plugin_update.go, `updatePlugin`.
pub fn update_plugin(plugin: &Plugin, places: &PluginPlaces, notes: Notes<'_>) -> Result<Plugin, Error> {
    let real = crate::symlink::resolve(&plugin.folder).map_err(Error::unreadable)?;
    let real = path::absolute(&real);
    if fs::metadata(path::join(&real, ".git")).is_err() {
        let text = "cannot get information about plugin source";
        notes(Note::log(Loudness::Warn, text).with("location", real.as_str()).with("error", "Cannot detect VCS"));
        return Err(Error::new(ErrorKind::NotFound, text)
            .hinted("only plugins from Git repositories can be updated: uninstall it, and install the new version"));
    }
    let clone = Clone { folder: real, variables: &places.variables };
    let origin = clone.must("Unable to retrieve remote", &["config", "--get", "remote.origin.url"])?;
    let folder = path::join(&places.plugins, path::base(origin.trim()));
    if let Err(error) = fs::metadata(&folder) {
        let reason = find::stat_failed(&folder, &error).to_string();
        notes(Note::log(Loudness::Warn, "plugin does not exist").with("path", folder.as_str()).with("error", reason));
        return Err(Error::new(ErrorKind::NotFound, "plugin does not exist"));
    }
    if !clone.must("Unable to retrieve status", &["diff"])?.is_empty() {
        return Err(Error::new(ErrorKind::Unreadable, "plugin repo was modified"));
    }
    clone.update()?;
    if !find::is_plugin(&clone.folder) {
        return Err(find::missing_metadata());
    }
    find::load_plugin(&folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_part_of_a_path() {
        for (source, want) in [
            ("https://github.com/foo/bar", "https-github.com-foo-bar"),
            ("git@github.com:foo/bar", "git-github.com-foo-bar"),
            ("ssh://git@host:22/x", "ssh-git-host-22-x"),
            ("file:///tmp/../x", "file--tmp---x"),
        ] {
            assert_eq!(cache_key(source), want, "{source}");
        }
        assert!(is_repository_url("git@github.com:foo/bar") && !is_repository_url("folder/that/is/not"));
        assert!(!is_repository_url("--upload-pack=x@h:y") && !is_repository_url("ext::sh -c id"));
    }
}
