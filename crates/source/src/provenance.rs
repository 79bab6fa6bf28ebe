//! Signatures of archives. Helm: pkg/provenance/sign.go.

use std::{collections::BTreeMap, fs};

use pgp::{
    composed::{ArmorOptions, CleartextSignedMessage, PublicOrSecret, SignedPublicKey, SignedSecretKey},
    crypto::hash::HashAlgorithm,
    packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData},
    types::{KeyDetails, Password, SecretParams, Timestamp},
};
use value::{Value, quote::quote, yaml};

use crate::{Error, ErrorKind, cache::sum, path, read, system};

/// Who signed an archive, and what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The names of the key, in order.
    pub identities: Vec<String>,
    /// The fingerprint of the key, in capital hexadecimal digits.
    pub fingerprint: String,
    /// `sha256:` and the sum of the archive.
    pub hash: String,
}

fn wrong(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Provenance, text)
}

/// Checks an archive against the signature beside it. Helm: pkg/downloader, `VerifyChart`.
///
/// Fails where the archive is none, the signature is missing, no key of the keyring made it, or it is of other bytes.
pub fn verify_chart(archive: &str, signature: &str, keyring: &str) -> Result<Verification, Error> {
    if crate::stat(archive)?.is_dir() {
        return Err(wrong("unpacked charts cannot be verified"));
    }
    if !path::extension(archive).eq_ignore_ascii_case(".tgz") {
        return Err(wrong("chart must be a tgz file"));
    }
    if let Err(error) = fs::metadata(signature) {
        let reason = system::path_error("stat", signature, &error);
        return Err(wrong(format!("could not load provenance file {signature}: {reason}")));
    }
    let ring =
        read_ring(keyring).map_err(|error| error.map_message(|text| format!("failed to load keyring: {text}")))?;
    let bytes = read::bounded(archive)
        .map_err(|error| error.map_message(|text| format!("failed to read chart archive: {text}")))?;
    let signed = read::bounded(signature)
        .map_err(|error| error.map_message(|text| format!("failed to read provenance file: {text}")))?;
    verify(&bytes, &signed, path::base(archive), &ring)
}

/// Checks the bytes of an archive of this name against a signature.
pub(crate) fn verify_bytes(archive: &[u8], signature: &[u8], name: &str, keyring: &str) -> Result<Verification, Error> {
    let ring =
        read_ring(keyring).map_err(|error| error.map_message(|text| format!("failed to load keyring: {text}")))?;
    verify(archive, signature, name, &ring)
}

/// The same, with an error of the keyring as it stands.
pub(crate) fn verify_with(archive: &[u8], signature: &[u8], name: &str, keyring: &str) -> Result<Verification, Error> {
    verify(archive, signature, name, &read_ring(keyring)?)
}

/// The sums that a signed message claims; whether it was signed well is not looked at.
pub(crate) fn claimed_sums(signature: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    let message = read_message(signature)?;
    read_sums(&message.signed_text().replace("\r\n", "\n")).or_else(|_| Ok(BTreeMap::new()))
}

fn read_message(signature: &[u8]) -> Result<CleartextSignedMessage, Error> {
    let missing = || wrong("signature block not found");
    let text = std::str::from_utf8(signature).map_err(|_| missing())?;
    let start = text.find("-----BEGIN PGP SIGNED MESSAGE-----").ok_or_else(missing)?;
    let message = text.get(start..).unwrap_or_default().trim_end();
    CleartextSignedMessage::from_string(message).map(|(message, _)| message).map_err(|_| missing())
}

fn verify(archive: &[u8], signature: &[u8], name: &str, ring: &[PublicOrSecret]) -> Result<Verification, Error> {
    let message = read_message(signature)?;
    let key = signer(&message, ring)?;
    let signed = message.signed_text().replace("\r\n", "\n");
    let sums = read_sums(&signed)?;
    let hash = format!("sha256:{}", sum(archive));
    match sums.get(name) {
        None => Err(wrong(format!("provenance does not contain a SHA for a file named {}", quote(name.as_bytes())))),
        Some(known) if *known != hash => Err(wrong(format!(
            "sha256 sum does not match for {name}: {} != {}",
            quote(known.as_bytes()),
            quote(hash.as_bytes())
        ))
        .hinted("the archive is not the one that was signed: do not use it")),
        Some(_) => Ok(Verification {
            identities: identities(key),
            fingerprint: format!("{:X}", public(key).fingerprint()),
            hash,
        }),
    }
}

fn public(key: &PublicOrSecret) -> SignedPublicKey {
    match key {
        PublicOrSecret::Public(key) => key.clone(),
        PublicOrSecret::Secret(key) => key.to_public_key(),
    }
}

/// The key of the ring that made a signature: the main key, or a subkey that may sign.
fn signer<'r>(message: &CleartextSignedMessage, ring: &'r [PublicOrSecret]) -> Result<&'r PublicOrSecret, Error> {
    let text = message.signed_text();
    let mut failure = wrong("openpgp: signature made by unknown entity")
        .hinted("none of the keys in the keyring made this signature; --keyring names another one");
    for signature in message.signatures() {
        let (ids, prints) = (signature.issuer_key_id(), signature.issuer_fingerprint());
        let made_by = |key: &dyn KeyDetails| {
            ids.iter().any(|id| **id == key.legacy_key_id()) || prints.iter().any(|print| **print == key.fingerprint())
        };
        for entry in ring {
            let key = public(entry);
            if made_by(&key.primary_key) {
                match check(signature, &key.primary_key, &text) {
                    Ok(()) => return Ok(entry),
                    Err(error) => failure = error,
                }
            }
            for subkey in &key.public_subkeys {
                let may_sign = subkey.signatures.iter().any(|binding| binding.key_flags().sign());
                if may_sign && made_by(&subkey.key) && subkey.verify_bindings(&key.primary_key).is_ok() {
                    match check(signature, &subkey.key, &text) {
                        Ok(()) => return Ok(entry),
                        Err(error) => failure = error,
                    }
                }
            }
        }
    }
    Err(failure)
}

fn check(signature: &Signature, key: &impl pgp::types::VerifyingKey, text: &str) -> Result<(), Error> {
    signature.verify(key, text.as_bytes()).map_err(|_| {
        use pgp::crypto::public_key::PublicKeyAlgorithm as Algorithm;
        let kind = match key.algorithm() {
            Algorithm::RSA | Algorithm::RSAEncrypt | Algorithm::RSASign => "RSA",
            Algorithm::DSA => "DSA",
            Algorithm::ECDSA => "ECDSA",
            _ => "EdDSA",
        };
        wrong(format!("openpgp: invalid signature: {kind} verification failure"))
            .hinted("the text of the signature was changed after it was made")
    })
}

fn identities(key: &PublicOrSecret) -> Vec<String> {
    let details = match key {
        PublicOrSecret::Public(key) => &key.details,
        PublicOrSecret::Secret(key) => &key.details,
    };
    let mut names: Vec<String> =
        details.users.iter().map(|user| String::from_utf8_lossy(user.id.id()).into_owned()).collect();
    names.sort();
    names
}

/// The sums in a message: the second part, behind `...`. Helm: `ParseMessageBlock`.
fn read_sums(message: &str) -> Result<BTreeMap<String, String>, Error> {
    let Some(part) = message.split("\n...\n").nth(1) else {
        return Err(wrong("message block must have at least two parts"));
    };
    let map = yaml::map_from_slice(part.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    let files = map.get("files").and_then(|files| files.as_map().cloned()).unwrap_or_default();
    let text = |(key, value): (value::Str, Value)| Some((key.to_string(), value.as_str()?.to_string()));
    Ok(files.entries().into_iter().filter_map(text).collect())
}

/// The keys of a keyring, public and private ones. GnuPG's newer keyboxes are none, for Helm neither.
fn read_ring(file: &str) -> Result<Vec<PublicOrSecret>, Error> {
    let bytes = read::bounded(file)?;
    if bytes.get(8..12) == Some(b"KBXf") {
        return Err(wrong("openpgp: invalid data: tag byte does not have MSB set")
            .hinted("this is GnuPG's newer form; `gpg --export > ~/.gnupg/pubring.gpg` writes the one that is read"));
    }
    if bytes.first().is_some_and(|byte| byte & 0x80 == 0) {
        return Err(wrong("openpgp: invalid data: tag byte does not have MSB set")
            .hinted("a keyring in ASCII armor cannot be read; `gpg --dearmor` makes a binary one of it"));
    }
    let keys = PublicOrSecret::from_bytes_many(bytes.as_slice())
        .map_err(|error| wrong(format!("openpgp: invalid data: {error}")))?;
    // Go skips what it does not know, and takes the rest.
    Ok(keys.filter_map(Result::ok).collect())
}

/// What signing needs.
pub struct SignOptions<'a> {
    /// `--keyring`
    pub keyring: &'a str,
    /// `--key`: a name of a key, or a part of one.
    pub key: &'a str,
    /// Gives the passphrase of the key with this name.
    pub passphrase: &'a mut dyn FnMut(&str) -> Result<String, Error>,
    /// The present moment in seconds since 1970.
    pub now: u32,
}

/// Signs an archive of this name; `metadata` is its `Chart.yaml`. Helm: `ClearSign`.
pub fn sign(archive: &[u8], name: &str, metadata: &[u8], options: &mut SignOptions<'_>) -> Result<String, Error> {
    let ring = read_ring(options.keyring)?;
    let key = find_key(&ring, options.key)?;
    let encrypted = matches!(key.primary_key.secret_params(), SecretParams::Encrypted(_));
    let passphrase = if encrypted {
        let identity = identities(&PublicOrSecret::Secret(key.clone())).into_iter().find(|name| !name.is_empty());
        let passphrase = (options.passphrase)(identity.as_deref().unwrap_or("Unknown"))?;
        let password = Password::from(passphrase.as_str());
        if key.primary_key.unlock(&password, |_, _| Ok(())).is_err() {
            return Err(wrong("openpgp: invalid data: private key checksum failure")
                .hinted("the passphrase is not that of the key"));
        }
        password
    } else {
        Password::empty()
    };
    let sums = Value::map([("files", Value::map([(name, Value::string(format!("sha256:{}", sum(archive))))]))]);
    let sums = yaml::to_vec(&sums).map_err(|error| wrong(error.to_string()))?;
    let text = [metadata, b"\n...\n", &sums].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    // White space at the end of a line is no part of what is signed, nor is the end of the last line.
    let lines: Vec<&str> =
        text.trim_end_matches('\n').split('\n').map(|line| line.trim_end_matches([' ', '\t', '\r'])).collect();
    let failed = |error: pgp::errors::Error| wrong(format!("failed to either sign or armor message block: {error}"));
    let config = config(&key, options.now).map_err(failed)?;
    let message =
        CleartextSignedMessage::new(&lines.join("\n"), config, &key.primary_key, &passphrase).map_err(failed)?;
    message.to_armored_string(ArmorOptions::default()).map_err(failed)
}

/// SHA-512, as Helm signs; the crate's own choice is another one.
fn config(key: &SignedSecretKey, now: u32) -> Result<SignatureConfig, pgp::errors::Error> {
    let key = &key.primary_key;
    let mut config = SignatureConfig::v4(SignatureType::Text, key.algorithm(), HashAlgorithm::Sha512);
    config.hashed_subpackets = vec![
        Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::from_secs(now)))?,
        Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
    ];
    config.unhashed_subpackets = vec![Subpacket::regular(SubpacketData::IssuerKeyId(key.legacy_key_id()))?];
    Ok(config)
}

/// The private key that a name means: the one of this name, or the only one whose name contains it.
fn find_key(ring: &[PublicOrSecret], wanted: &str) -> Result<SignedSecretKey, Error> {
    let mut candidates: Vec<&PublicOrSecret> = Vec::new();
    let mut exact = None;
    for key in ring {
        let names = identities(key);
        if names.iter().any(|name| name == wanted) {
            exact = exact.or(Some(key));
        }
        if names.iter().any(|name| name.contains(wanted)) {
            candidates.push(key);
        }
    }
    if exact.is_none() && candidates.len() > 1 {
        return Err(wrong(format!("more than one key contain the id {}", quote(wanted.as_bytes()))));
    }
    match exact.or(candidates.first().copied()) {
        None => Err(wrong("private key not found")),
        Some(PublicOrSecret::Public(_)) => {
            Err(wrong("provided key is not a private key. Try providing a keyring with secret keys"))
        }
        Some(PublicOrSecret::Secret(key)) => Ok(key.clone()),
    }
}
