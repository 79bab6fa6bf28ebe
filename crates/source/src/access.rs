//! Where things are kept on this machine, and how servers are talked to; and what is told on the way.

use std::{fmt, time::Duration};

use crate::{Getters, Watch};

/// Files and folders, as the environment and the flags name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// `repositories.yaml`
    pub repository_config: String,
    /// The folder of cached indexes.
    pub repository_cache: String,
    /// The folder of downloaded archives, named by their digests.
    pub content_cache: String,
    /// Helm's file with the credentials of registries.
    pub registry_config: String,
    /// Docker's file with the credentials of registries.
    pub docker_config: String,
    /// Plugins that fetch what nothing else does.
    pub getters: Getters,
    /// Who watches downloads.
    pub watch: Watch,
}

/// A password, which no message shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "*****" })
    }
}

/// How a server is talked to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// `--username`
    pub username: String,
    /// `--password`
    pub password: Secret,
    /// `--pass-credentials`: they may go to every host.
    pub pass_credentials: bool,
    /// `--cert-file`
    pub cert_file: String,
    /// `--key-file`
    pub key_file: String,
    /// `--ca-file`
    pub ca_file: String,
    /// `--insecure-skip-tls-verify`
    pub insecure_skip_tls_verify: bool,
    /// `--plain-http`
    pub plain_http: bool,
}

/// How long a download from a repository may take. Helm: pkg/getter, `DefaultHTTPTimeout`.
pub const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// How loud a [`Note`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Loudness {
    Debug,
    Info,
    Warn,
    Error,
}

/// What Helm says while it fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A line of the log.
    Log {
        /// How loud it is.
        loudness: Loudness,
        /// The message.
        message: String,
        /// The attributes, in order.
        attributes: Vec<(&'static str, String)>,
    },
    /// Text for standard output.
    Print(String),
}

impl Note {
    pub(crate) fn log(loudness: Loudness, message: impl Into<String>) -> Note {
        Note::Log { loudness, message: message.into(), attributes: Vec::new() }
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Note {
        if let Note::Log { attributes, .. } = &mut self {
            attributes.push((key, value.into()));
        }
        self
    }
}

impl From<chart::Warning> for Note {
    fn from(warning: chart::Warning) -> Note {
        let loudness = match warning.level {
            chart::Level::Debug => Loudness::Debug,
            chart::Level::Info => Loudness::Info,
            chart::Level::Warn => Loudness::Warn,
        };
        Note::Log { loudness, message: warning.message, attributes: warning.attributes }
    }
}

/// Takes note of what is said while something is fetched, as it happens.
pub type Notes<'a> = &'a mut dyn FnMut(Note);
