//! Signs the archives of charts and of plugins.

use crate::Error;

/// Gives the passphrase of the key with this name.
pub type Passphrase<'a> = &'a mut dyn FnMut(&str) -> Result<String, Error>;

/// What archives are signed with.
#[derive(Clone, Copy)]
pub(crate) struct SigningKey<'a> {
    /// `--keyring`
    pub(crate) keyring: &'a str,
    /// `--key`
    pub(crate) key: &'a str,
    /// The present moment in nanoseconds since 1970-01-01 UTC.
    pub(crate) now: i128,
}

impl SigningKey<'_> {
    /// The signature of an archive of this name; `metadata` is what the signature says of it. `told` words a failure
    /// that is not the passphrase's. Helm: pkg/provenance/sign.go, `ClearSign`.
    pub(crate) fn sign(
        self,
        (archive, name): (&[u8], &str),
        metadata: &[u8],
        passphrase: Passphrase<'_>,
        told: impl FnOnce(source::Error) -> Error,
    ) -> Result<String, Error> {
        let mut failure = None;
        let mut asked = |name: &str| {
            passphrase(name).map_err(|error| {
                let text = error.to_string();
                failure = Some(error);
                source::Error::new(source::ErrorKind::Provenance, text)
            })
        };
        let now = u32::try_from(self.now.div_euclid(1_000_000_000)).unwrap_or(u32::MAX);
        let mut options = source::SignOptions { keyring: self.keyring, key: self.key, passphrase: &mut asked, now };
        let signed = source::sign(archive, name, metadata, &mut options);
        signed.map_err(|error| failure.unwrap_or_else(|| told(error)))
    }
}
