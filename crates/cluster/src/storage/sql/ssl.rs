//! How a connection is encrypted, and whose certificates are trusted.

use std::path::{Path, PathBuf};

use super::text::Fields;

/// How a connection is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ssl {
    /// Whether the certificate's issuer must be known.
    pub(super) verifies: bool,
    /// Whether the certificate must be the host's.
    pub(super) verifies_host: bool,
    /// The certificates of issuers; the system's where it is none.
    pub(super) roots: Option<Vec<u8>>,
    /// Our own certificate and its key, both as PEM.
    pub(super) identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Whether encryption begins at once, without asking the server.
    pub(super) direct: bool,
    /// Whether the server is told which host is meant.
    pub(super) sni: bool,
}

/// Reads the files that the settings name.
pub(super) fn read(fields: &Fields, folder: Option<&Path>) -> Result<Ssl, String> {
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mode =
        field("sslmode").unwrap_or(if field("sslrootcert") == Some("system") { "verify-full" } else { "require" });
    if matches!(mode, "disable" | "allow") {
        return Ok(Ssl::default());
    }
    if field("sslrootcert") == Some("system") && mode != "verify-full" {
        return Err(format!("pq: weak sslmode {mode:?} may not be used with sslrootcert=system (use \"verify-full\")"));
    }
    let inline = matches!(field("sslinline"), Some("1" | "yes" | "on" | "true" | "t"));
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| format!("open {}: {}", path.display(), crate::connect::io_text(&error)))
    };
    let strict = matches!(mode, "verify-ca" | "verify-full");
    let roots = match field("sslrootcert") {
        Some("system") => None,
        Some(text) if inline => Some(text.as_bytes().to_vec()),
        Some(path) if strict || Path::new(path).exists() => Some(read(Path::new(path))?),
        Some(_) => None,
        None => folder
            .map(|folder| folder.join("root.crt"))
            .filter(|path| path.exists())
            .map(|path| read(&path))
            .transpose()?,
    };
    let file = |name: &str, default: &str| -> Option<PathBuf> {
        field(name).map(PathBuf::from).or_else(|| folder.map(|folder| folder.join(default)))
    };
    let identity = match (field("sslcert"), field("sslkey")) {
        (Some(certificate), Some(key)) if inline => Some((certificate.as_bytes().to_vec(), key.as_bytes().to_vec())),
        _ => match (file("sslcert", "postgresql.crt"), file("sslkey", "postgresql.key")) {
            (Some(certificate), Some(key)) if certificate.exists() => {
                check_key(&key)?;
                Some((read(&certificate)?, read(&key)?))
            }
            _ => None,
        },
    };
    Ok(Ssl {
        verifies: strict || roots.is_some(),
        verifies_host: mode == "verify-full",
        roots,
        identity,
        direct: field("sslnegotiation") == Some("direct"),
        sni: field("sslsni").is_none_or(|value| value.starts_with('1')),
    })
}

/// Refuses a key that others may read. lib/pq: `internal/pqutil`.
#[cfg(unix)]
fn check_key(key: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let about = std::fs::metadata(key)
        .map_err(|error| format!("stat {}: {}", key.display(), crate::connect::io_text(&error)))?;
    // One of root's may be read by its group.
    let allowed = if about.uid() == 0 { 0o640 } else { 0o600 };
    if about.mode() & 0o777 & !allowed == 0 {
        return Ok(());
    }
    let text = "pq: private key has world access; permissions should be u=rw,g=r (0640) if owned by root, or u=rw (0600), \
                or less";
    Err(text.to_owned())
}

#[cfg(not(unix))]
fn check_key(_key: &Path) -> Result<(), String> {
    Ok(())
}
