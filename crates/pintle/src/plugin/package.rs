//! Packs plugins, and checks packed ones.

use source::{Verification, path, system};

use crate::{Error, ErrorKind, Event, Observer, Passphrase, signing::SigningKey};

/// What `plugin package` needs.
#[derive(Clone, Debug, Default)]
pub struct PluginPackageOptions {
    /// The plugin's folder.
    pub folder: String,
    /// `--sign`
    pub sign: bool,
    /// `--key`
    pub key: String,
    /// `--keyring`
    pub keyring: String,
    /// `--destination`
    pub destination: String,
    /// The present moment in nanoseconds since 1970-01-01 UTC.
    pub now: i128,
}

/// Packs a plugin, and signs it. Helm: pkg/cmd/plugin_package.go.
pub fn plugin_package(
    options: &PluginPackageOptions,
    passphrase: Passphrase<'_>,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let failed = |text: &str| Error::new(ErrorKind::Plugin, text);
    let kind = std::fs::metadata(&options.folder)
        .map_err(|error| failed(&system::path_error("stat", &options.folder, &error)))?;
    if !kind.is_dir() {
        return Err(failed("plugin package only supports directories, not tarballs"));
    }
    let plugin = source::load_plugin(&options.folder)
        .map_err(|error| Error::from(error).map_message(|text| format!("invalid plugin directory: {text}")))?;
    source::create_folders(&options.destination)?;
    if !options.sign {
        let text = "WARNING: Skipping plugin signing. This is not recommended for plugins intended for distribution.\n";
        observer.event(Event::Output(text.as_bytes()));
    }
    let (_, archive) = source::pack_plugin(&options.folder)
        .map_err(|error| Error::from(error).map_message(|text| format!("failed to create plugin tarball: {text}")))?;
    let name = format!("{}-{}.tgz", plugin.name, plugin.version);
    let target = path::join(&options.destination, &name);
    // It is signed before anything is written: an archive whose signing failed is not left behind.
    let signature = match options.sign {
        true => Some(sign(options, &plugin.to_value(), (&archive, &name), passphrase)?),
        false => None,
    };
    source::overwrite_file(&target, &archive)
        .map_err(|error| Error::from(error).map_message(|text| format!("failed to create tarball: {text}")))?;
    let mut told = String::new();
    if let Some(signature) = signature {
        let file = format!("{target}.prov");
        source::overwrite_file(&file, signature.as_bytes())?;
        told.push_str(&format!("Successfully signed. Signature written to: {file}\n"));
    }
    told.push_str(&format!("Successfully packaged plugin and saved it to: {target}\n"));
    observer.event(Event::Output(told.as_bytes()));
    Ok(())
}

fn sign(
    options: &PluginPackageOptions,
    description: &value::Value,
    archive: (&[u8], &str),
    passphrase: Passphrase<'_>,
) -> Result<String, Error> {
    let metadata =
        value::yaml::to_vec(description).map_err(|error| Error::new(ErrorKind::Plugin, error.to_string()))?;
    let key = SigningKey { keyring: &options.keyring, key: &options.key, now: options.now };
    key.sign(archive, &metadata, passphrase, |error| match error.to_string().contains("private key") {
        // Helm finds the key later than the keyring.
        true => Error::from(error),
        false => Error::from(error).map_message(|text| format!("error reading from keyring: {text}")),
    })
}

/// Checks a packed plugin against the signature beside it. Helm: pkg/cmd/plugin_verify.go.
pub fn plugin_verify(archive: &str, keyring: &str, observer: &mut dyn Observer) -> Result<(), Error> {
    let failed = |text: String| Err(Error::new(ErrorKind::Provenance, text));
    let stat = |file: &str| {
        std::fs::metadata(file)
            .map_err(|error| Error::new(ErrorKind::Provenance, system::path_error("stat", file, &error)))
    };
    if stat(archive)?.is_dir() {
        return failed("directory verification not supported - only plugin tarballs can be verified".into());
    }
    if !matches!(path::extension(archive), ".gz" | ".tgz") {
        return failed("plugin file must be a gzipped tarball (.tar.gz or .tgz)".into());
    }
    let signature = format!("{archive}.prov");
    if let Err(error) = stat(&signature) {
        return failed(format!("could not find provenance file {signature}: {error}"));
    }
    let read = |file: &str, what: &str| {
        std::fs::read(file).map_err(|error| {
            let reason = system::path_error("open", file, &error);
            Error::new(ErrorKind::Provenance, format!("failed to read {what} file: {reason}"))
        })
    };
    let (bytes, signed) = (read(archive, "plugin")?, read(&signature, "provenance")?);
    let Verification { identities, fingerprint, hash } =
        source::verify_plugin(&bytes, &signed, path::base(archive), keyring)?;
    let signers: String = identities.iter().map(|name| format!("Signed by: {name}\n")).collect();
    let text = format!("{signers}Using Key With Fingerprint: {fingerprint}\nPlugin Hash Verified: {hash}\n");
    observer.event(Event::Output(text.as_bytes()));
    Ok(())
}
