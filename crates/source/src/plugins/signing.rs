//! Signatures of plugins. Helm: internal/plugin/signing_info.go and verify.go.

use std::fs;

use plugin::Plugin;

use crate::{Error, Verification, cache, path, provenance, read};

/// Whether an installed plugin is signed, in the words of `plugin list`. No key is asked for.
pub fn plugin_provenance(plugin: &Plugin) -> &'static str {
    let base = path::folder(&plugin.folder);
    let Ok(kind) = fs::symlink_metadata(path::join(&base, &plugin.name)) else { return "unknown" };
    if kind.is_symlink() {
        return "local dev";
    }
    let name = format!("{}-{}.tgz", plugin.name, plugin.version);
    let archive = path::join(&base, &name);
    if fs::metadata(&archive).is_err() {
        return "unsigned";
    }
    let signature = format!("{archive}.prov");
    let signed = match fs::metadata(&signature) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return "unsigned",
        _ => read::up_to(&signature, crate::MAX_PROVENANCE),
    };
    let Ok(signed) = signed else { return "unknown" };
    let Ok(sums) = provenance::claimed_sums(&signed) else { return "invalid provenance" };
    let actual = read::up_to(&archive, super::archive::MAX_ARCHIVE).map(|bytes| cache::sum(&bytes));
    let fits = actual.is_ok_and(|sum| {
        let sum = format!("sha256:{sum}");
        sums.iter().any(|(file, known)| file.contains(&name) && *known == sum)
    });
    if fits { "signed" } else { "mismatched provenance" }
}

/// Checks the archive of a plugin against its signature.
pub fn verify_plugin(archive: &[u8], signature: &[u8], name: &str, keyring: &str) -> Result<Verification, Error> {
    provenance::verify_with(archive, signature, name, keyring)
}
