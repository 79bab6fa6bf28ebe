//! Private keys of every kind, and their textual forms. Sprig: `pemBlockForKey` and `parsePrivateKeyPEM`.

use super::{
    Random,
    der::{self, Reader},
    dsa,
    elliptic::{Curve, EdwardsKey, EllipticKey},
    pem::Pem,
    rsa::RsaKey,
};

/// A private key.
#[derive(Clone, Debug)]
pub(crate) enum PrivateKey {
    Rsa(RsaKey),
    Elliptic(EllipticKey),
    Edwards(EdwardsKey),
    /// A DSA key, which nothing can be signed with.
    Dsa,
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

impl PrivateKey {
    /// A new RSA key of 2048 bits, as certificates have it.
    pub(crate) fn generate(random: Random<'_>) -> PrivateKey {
        PrivateKey::Rsa(RsaKey::generate_2048(random))
    }

    /// The text of a new key of this kind; nothing for an unknown one. Sprig: `genPrivateKey`.
    pub(crate) fn generate_text(kind: &[u8], random: Random<'_>) -> Option<String> {
        let key = match kind {
            b"" | b"rsa" => PrivateKey::Rsa(RsaKey::generate_4096(random)),
            b"ecdsa" => PrivateKey::Elliptic(EllipticKey::generate(random)),
            b"ed25519" => PrivateKey::Edwards(EdwardsKey::generate(random)),
            b"dsa" => return Some(Pem::encode("DSA PRIVATE KEY", &dsa::generate(random))),
            _ => return None,
        };
        Some(key.to_text())
    }

    /// Reads the text of a key.
    pub(crate) fn from_text(text: &[u8]) -> Result<PrivateKey, String> {
        let Pem { label, bytes } = Pem::decode(text).ok_or("no PEM data in input")?;
        if label == "PRIVATE KEY" {
            return from_pkcs8(&bytes).map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        match kind {
            "RSA" => {
                let key = from_pkcs1(&bytes).map_err(|error| format!("parsing RSA private key from PEM: {error}"))?;
                Ok(PrivateKey::Rsa(key))
            }
            "EC" => {
                let key = from_sec1(&bytes).map_err(|error| format!("parsing EC private key from PEM: {error}"))?;
                Ok(PrivateKey::Elliptic(key))
            }
            "DSA" => {
                is_dsa(&bytes).map_err(|error| format!("parsing DSA private key from PEM: {error}"))?;
                Ok(PrivateKey::Dsa)
            }
            _ => Err(format!("invalid private key type {label}")),
        }
    }

    /// Its text.
    pub(crate) fn to_text(&self) -> String {
        match self {
            PrivateKey::Rsa(key) => Pem::encode("RSA PRIVATE KEY", &key.to_der()),
            PrivateKey::Elliptic(key) => Pem::encode("EC PRIVATE KEY", &key.to_der()),
            PrivateKey::Edwards(key) => {
                let parts = [
                    der::small_integer(0),
                    der::sequence(&[der::oid(ED25519)]),
                    der::octet_string(&der::octet_string(key.seed())),
                ];
                Pem::encode("PRIVATE KEY", &der::sequence(&parts))
            }
            PrivateKey::Dsa => String::new(),
        }
    }

    /// The algorithm of its public half, and that half itself, as certificates have them. Go: `marshalPublicKey`.
    pub(super) fn public(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (algorithm, public) = match self {
            PrivateKey::Rsa(key) => (vec![der::oid(RSA), der::element(der::NULL, &[])], key.public_der()),
            PrivateKey::Elliptic(key) => (vec![der::oid(ECDSA), der::oid(key.curve().oid())], key.public().to_vec()),
            PrivateKey::Edwards(key) => (vec![der::oid(ED25519)], key.public()),
            PrivateKey::Dsa => return None,
        };
        Some((der::sequence(&algorithm), public))
    }

    /// The algorithm that it signs with. Go: `signingParamsForKey`.
    pub(super) fn signature_algorithm(&self) -> Option<Vec<u8>> {
        let parts = match self {
            PrivateKey::Rsa(_) => {
                vec![der::oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]), der::element(der::NULL, &[])]
            }
            PrivateKey::Elliptic(key) => {
                let hash = match key.curve() {
                    Curve::P256 => 2,
                    Curve::P384 => 3,
                    Curve::P521 => 4,
                };
                vec![der::oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, hash])]
            }
            PrivateKey::Edwards(_) => vec![der::oid(ED25519)],
            PrivateKey::Dsa => return None,
        };
        Some(der::sequence(&parts))
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8], random: Random<'_>) -> Result<Vec<u8>, String> {
        match self {
            PrivateKey::Rsa(key) => key.sign(message),
            PrivateKey::Elliptic(key) => key.sign(message, random),
            PrivateKey::Edwards(key) => Ok(key.sign(message)),
            PrivateKey::Dsa => Err(NO_SIGNER.into()),
        }
    }
}

/// What Go says of a DSA key that is to sign.
pub(super) const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

/// Whether public keys of the algorithm are known to Go.
pub(super) fn is_known_algorithm(oid: &[u8]) -> bool {
    [RSA, ECDSA, ED25519].contains(&oid)
}

/// The name of a form in Go's messages, and whether bytes have it.
type Form = (&'static str, fn(&[u8]) -> bool);

/// Go says which form a key has that is in another one than its label says.
fn other_form(bytes: &[u8], error: String, forms: [Form; 2]) -> String {
    match forms.into_iter().find(|(_, has_form)| has_form(bytes)) {
        Some((name, _)) => {
            format!("x509: failed to parse private key (use Parse{name}PrivateKey instead for this key format)")
        }
        None => error,
    }
}

fn from_pkcs1(bytes: &[u8]) -> Result<RsaKey, String> {
    let forms: [Form; 2] = [("EC", has_ec_form), ("PKCS8", has_pkcs8_form)];
    RsaKey::from_der(bytes).map_err(|error| match has_pkcs1_form(bytes) {
        true => error,
        false => other_form(bytes, error, forms),
    })
}

fn from_sec1(bytes: &[u8]) -> Result<EllipticKey, String> {
    let forms: [Form; 2] = [("PKCS8", has_pkcs8_form), ("PKCS1", has_pkcs1_form)];
    EllipticKey::from_der(bytes, None).map_err(|error| match has_ec_form(bytes) {
        true => error,
        false => other_form(bytes, error, forms),
    })
}

/// Go: `x509.ParsePKCS8PrivateKey`.
fn from_pkcs8(bytes: &[u8]) -> Result<PrivateKey, String> {
    let forms: [Form; 2] = [("EC", has_ec_form), ("PKCS1", has_pkcs1_form)];
    let Wrapped { oid, parameters, key } = read_pkcs8(bytes).map_err(|error| other_form(bytes, error, forms))?;
    match oid {
        RSA => {
            let failed = |error| format!("x509: failed to parse RSA private key embedded in PKCS#8: {error}");
            from_pkcs1(key).map(PrivateKey::Rsa).map_err(failed)
        }
        ECDSA => {
            let failed = |error| format!("x509: failed to parse EC private key embedded in PKCS#8: {error}");
            let curve = Reader(parameters).optional(der::OID);
            EllipticKey::from_der(key, curve).map(PrivateKey::Elliptic).map_err(failed)
        }
        ED25519 if !parameters.is_empty() => Err("x509: invalid Ed25519 private key parameters".into()),
        ED25519 => EdwardsKey::from_der(key).map(PrivateKey::Edwards),
        oid => {
            let name = super::parse::oid_text(oid);
            Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {name}"))
        }
    }
}

/// What the PKCS #8 form holds.
struct Wrapped<'d> {
    oid: &'d [u8],
    parameters: &'d [u8],
    key: &'d [u8],
}

fn read_pkcs8(bytes: &[u8]) -> Result<Wrapped<'_>, String> {
    let mut inner = Reader(Reader(bytes).read(der::SEQUENCE)?);
    inner.integer()?;
    let mut algorithm = Reader(inner.read(der::SEQUENCE)?);
    let oid = algorithm.read(der::OID)?;
    Ok(Wrapped { oid, parameters: algorithm.0, key: inner.read(der::OCTET_STRING)? })
}

fn has_pkcs8_form(bytes: &[u8]) -> bool {
    read_pkcs8(bytes).is_ok()
}

fn has_ec_form(bytes: &[u8]) -> bool {
    let inner = Reader(bytes).read(der::SEQUENCE);
    inner.map(Reader).is_ok_and(|mut inner| inner.integer().is_ok() && inner.read(der::OCTET_STRING).is_ok())
}

fn has_pkcs1_form(bytes: &[u8]) -> bool {
    has_integers(bytes, 9).is_ok()
}

fn is_dsa(bytes: &[u8]) -> Result<(), String> {
    has_integers(bytes, 6)
}

/// Whether it is a sequence that starts with so many numbers.
fn has_integers(bytes: &[u8], count: usize) -> Result<(), String> {
    let mut inner = Reader(Reader(bytes).read(der::SEQUENCE)?);
    (0..count).try_for_each(|_| inner.integer().map(drop))
}
