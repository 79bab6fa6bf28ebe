//! Reads certificates. Go: `crypto/x509/parser.go`.

use super::{
    der::{self, Reader},
    key::is_known_algorithm,
};

/// What signing needs of the issuer's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The subject, encoded.
    pub(super) subject: Vec<u8>,
    /// The identifier of the subject's key, if it has one.
    pub(super) key_id: Vec<u8>,
    /// The subject's public key, where its algorithm is known.
    pub(super) public_key: Option<Vec<u8>>,
}

const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];

impl Certificate {
    /// Reads the DER form. Go: `x509.ParseCertificate`.
    pub(crate) fn from_der(bytes: &[u8]) -> Result<Certificate, String> {
        let malformed = |part: &'static str| move |_: String| format!("x509: malformed {part}");
        let mut whole = Reader(bytes);
        let mut outer = Reader(whole.read(der::SEQUENCE).map_err(malformed("certificate"))?);
        let mut inner = Reader(outer.read(der::SEQUENCE).map_err(malformed("tbs certificate"))?);
        let version = match inner.optional(der::CONTEXT | der::CONSTRUCTED) {
            Some(version) => Reader(version).read(der::INTEGER).map_err(malformed("version"))?,
            None => &[0],
        };
        let version = match version {
            [version @ 0..=2] => *version,
            [first, ..] if *first >= 0x80 => return Err("x509: malformed version".into()),
            _ => return Err("x509: invalid version".into()),
        };
        let serial = inner.read(der::INTEGER).map_err(malformed("serial number"))?;
        if serial.first().is_some_and(|byte| *byte >= 0x80) {
            return Err("x509: negative serial number".into());
        }
        let signed_with = inner.read(der::SEQUENCE).map_err(malformed("signature algorithm identifier"))?;
        let algorithm = outer.read(der::SEQUENCE).map_err(malformed("algorithm identifier"))?;
        if algorithm != signed_with {
            return Err("x509: inner and outer signature algorithm identifiers don't match".into());
        }
        inner.read(der::SEQUENCE).map_err(malformed("issuer"))?;
        inner.read(der::SEQUENCE).map_err(malformed("validity"))?;
        let subject = inner.read(der::SEQUENCE).map_err(malformed("issuer"))?;
        let mut key = Reader(inner.read(der::SEQUENCE).map_err(malformed("spki"))?);
        let algorithm = key.read(der::SEQUENCE).map_err(malformed("public key algorithm identifier"))?;
        let oid = Reader(algorithm).read(der::OID).map_err(malformed("OID"))?;
        let public_key = key.bits().map_err(malformed("subjectPublicKey"))?;
        let key_id = if version == 2 { key_id(inner)? } else { Vec::new() };
        outer.bits().map_err(malformed("signature"))?;
        if !whole.0.is_empty() {
            return Err("x509: trailing data".into());
        }
        Ok(Certificate {
            subject: der::element(der::SEQUENCE, subject),
            key_id,
            public_key: is_known_algorithm(oid).then(|| public_key.to_vec()),
        })
    }
}

/// The identifier of the subject's key among the extensions.
fn key_id(mut rest: Reader<'_>) -> Result<Vec<u8>, String> {
    let malformed = |part: &'static str| move |_: String| format!("x509: malformed {part}");
    for unique_id in [1, 2] {
        rest.optional(der::CONTEXT | unique_id);
    }
    let Some(extensions) = rest.optional(der::CONTEXT | der::CONSTRUCTED | 3) else { return Ok(Vec::new()) };
    let mut extensions = Reader(Reader(extensions).read(der::SEQUENCE).map_err(malformed("extensions"))?);
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut key_id = Vec::new();
    while !extensions.0.is_empty() {
        let mut extension = Reader(extensions.read(der::SEQUENCE).map_err(malformed("extension"))?);
        let oid = extension.read(der::OID).map_err(malformed("extension OID field"))?;
        extension.optional(der::BOOLEAN);
        let value = extension.read(der::OCTET_STRING).map_err(malformed("extension value field"))?;
        if seen.contains(&oid) {
            return Err(format!("x509: certificate contains duplicate extension with OID \"{}\"", oid_text(oid)));
        }
        seen.push(oid);
        if oid == SUBJECT_KEY_ID {
            let id = Reader(value).read(der::OCTET_STRING);
            key_id = id.map_err(|_| "x509: invalid subject key identifier".to_owned())?.to_vec();
        }
    }
    Ok(key_id)
}

/// An object identifier in its usual form, `1.2.840.10040.4.1`.
pub(super) fn oid_text(encoded: &[u8]) -> String {
    let mut parts: Vec<u64> = Vec::new();
    let mut part = 0_u64;
    for &byte in encoded {
        part = part.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            if parts.is_empty() {
                let first = (part / 40).min(2);
                parts.push(first);
                part -= first * 40;
            }
            parts.push(part);
            part = 0;
        }
    }
    parts.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}
