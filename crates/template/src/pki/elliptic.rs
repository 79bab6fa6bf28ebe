//! Keys over the NIST curves, and Ed25519 keys.

use ed25519_dalek::Signer as _;
use p256::{
    ecdsa::signature::RandomizedSigner as _,
    elliptic_curve::rand_core::{CryptoRng, Error, RngCore},
};

use super::{
    Random,
    der::{self, Reader},
};

/// A curve that keys can lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

/// A private key over a curve.
#[derive(Clone, Debug)]
pub(crate) struct EllipticKey {
    curve: Curve,
    /// The secret number, as long as the curve's order.
    secret: Vec<u8>,
    /// The uncompressed point.
    public: Vec<u8>,
}

/// An Ed25519 key.
#[derive(Clone, Debug)]
pub(crate) struct EdwardsKey(ed25519_dalek::SigningKey);

/// The curve that each name stands for: the point of a secret number, and the signature of a message.
macro_rules! on_curve {
    ($curve:expr, $module:ident => $value:expr) => {
        match $curve {
            Curve::P256 => {
                use p256 as $module;
                $value
            }
            Curve::P384 => {
                use p384 as $module;
                $value
            }
            Curve::P521 => {
                use p521 as $module;
                $value
            }
        }
    };
}

impl Curve {
    pub(super) fn from_oid(oid: &[u8]) -> Option<Curve> {
        [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|curve| curve.oid() == oid)
    }

    /// Its identifier, encoded.
    pub(super) fn oid(self) -> &'static [u8] {
        match self {
            Curve::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
            Curve::P384 => &[0x2b, 0x81, 0x04, 0, 34],
            Curve::P521 => &[0x2b, 0x81, 0x04, 0, 35],
        }
    }

    /// How many bytes a secret number has.
    fn size(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The point that belongs to a secret number, nothing where that is 0 or too great.
    fn public(self, secret: &[u8]) -> Option<Vec<u8>> {
        on_curve!(self, module => {
            use module::elliptic_curve::sec1::ToEncodedPoint as _;
            let key = module::SecretKey::from_slice(secret).ok()?;
            Some(key.public_key().to_encoded_point(false).as_bytes().to_vec())
        })
    }
}

impl EllipticKey {
    /// A new key over P-256.
    pub(crate) fn generate(random: Random<'_>) -> EllipticKey {
        loop {
            let mut secret = vec![0; 32];
            random(&mut secret);
            if let Some(public) = Curve::P256.public(&secret) {
                return EllipticKey { curve: Curve::P256, secret, public };
            }
        }
    }

    /// Reads the SEC 1 form; `curve` is given where what is around it names one. Go: `parseECPrivateKey`.
    pub(super) fn from_der(bytes: &[u8], curve: Option<&[u8]>) -> Result<EllipticKey, String> {
        let failed = |error: String| format!("x509: failed to parse EC private key: {error}");
        let mut inner = Reader(Reader(bytes).read(der::SEQUENCE).map_err(failed)?);
        let version = inner.integer().map_err(failed)?;
        let secret = inner.read(der::OCTET_STRING).map_err(failed)?;
        if version != 1_u8.into() {
            return Err(format!("x509: unknown EC private key version {version}"));
        }
        let own = inner.optional(der::CONTEXT | der::CONSTRUCTED).and_then(|own| Reader(own).optional(der::OID));
        let curve = curve.or(own).and_then(Curve::from_oid).ok_or("x509: unknown elliptic curve")?;
        let size = curve.size();
        let zeros = secret.iter().take(secret.len().saturating_sub(size)).take_while(|byte| **byte == 0).count();
        let secret = secret.get(zeros..).unwrap_or_default();
        let padding = size.checked_sub(secret.len()).ok_or("x509: invalid private key length")?;
        let secret = [vec![0; padding], secret.to_vec()].concat();
        let public = curve.public(&secret).ok_or("ecdsa: invalid private key scalar")?;
        Ok(EllipticKey { curve, secret, public })
    }

    /// The SEC 1 form. Go: `x509.MarshalECPrivateKey`.
    pub(super) fn to_der(&self) -> Vec<u8> {
        let tagged = |number: u8, content: Vec<u8>| der::element(der::CONTEXT | der::CONSTRUCTED | number, &content);
        der::sequence(&[
            der::small_integer(1),
            der::octet_string(&self.secret),
            tagged(0, der::oid(self.curve.oid())),
            tagged(1, der::bit_string(&self.public)),
        ])
    }

    pub(super) fn curve(&self) -> Curve {
        self.curve
    }

    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }

    /// Signs with the hash that goes with the curve; the signature is in DER.
    pub(super) fn sign(&self, message: &[u8], random: Random<'_>) -> Result<Vec<u8>, String> {
        on_curve!(self.curve, module => {
            let key = module::ecdsa::SigningKey::from_slice(&self.secret);
            let signature: Result<module::ecdsa::Signature, _> =
                key.and_then(|key| key.try_sign_with_rng(&mut Source(random), message));
            signature.map(|signature| signature.to_der().as_bytes().to_vec()).map_err(|error| error.to_string())
        })
    }
}

/// Randomness in the form that the curves ask for it.
struct Source<'r>(Random<'r>);

impl CryptoRng for Source<'_> {}

impl RngCore for Source<'_> {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        (self.0)(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        (self.0)(bytes);
        Ok(())
    }
}

impl EdwardsKey {
    /// A new key.
    pub(crate) fn generate(random: Random<'_>) -> EdwardsKey {
        let mut seed = [0; 32];
        random(&mut seed);
        EdwardsKey(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Reads what the PKCS #8 form holds.
    pub(super) fn from_der(bytes: &[u8]) -> Result<EdwardsKey, String> {
        let seed = Reader(bytes).read(der::OCTET_STRING);
        let seed = seed.map_err(|error| format!("x509: invalid Ed25519 private key: {error}"))?;
        let length = seed.len();
        let seed = seed.try_into().map_err(|_| format!("x509: invalid Ed25519 private key length: {length}"))?;
        Ok(EdwardsKey(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    pub(super) fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_bytes().to_vec()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}
