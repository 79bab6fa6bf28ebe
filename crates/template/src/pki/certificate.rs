//! Makes certificates. Sprig: `getBaseCertTemplate` and `getCertAndKey`; Go: `x509.CreateCertificate`.

use num_bigint::BigUint;
use sha2::{Digest, Sha256};
use value::quote::quote;

use super::{
    Certificate, Random,
    der::{self, CONSTRUCTED, CONTEXT},
    key::{NO_SIGNER, PrivateKey},
    pem::Pem,
};
use crate::time::{Duration, Time};

/// What a certificate shall say.
pub(crate) struct Request<'a> {
    pub(crate) common_name: &'a [u8],
    pub(crate) dns_names: Vec<&'a [u8]>,
    /// Addresses of four or sixteen bytes.
    pub(crate) addresses: Vec<Vec<u8>>,
    /// When it starts to be valid.
    pub(crate) start: Time,
    pub(crate) days: i64,
    /// Whether it may sign others.
    pub(crate) authority: bool,
}

/// Who signs: the certificate and the key.
pub(crate) struct Issuer {
    pub(crate) certificate: Certificate,
    pub(crate) key: PrivateKey,
}

impl Request<'_> {
    /// The text of the certificate for a key; it signs itself where there is no issuer.
    pub(crate) fn sign(&self, key: &PrivateKey, issuer: Option<&Issuer>, random: Random<'_>) -> Result<String, String> {
        let signer = issuer.map_or(key, |issuer| &issuer.key);
        let algorithm = signer.signature_algorithm().ok_or(NO_SIGNER)?;
        let (key_algorithm, public) = key.public().ok_or("x509: unsupported public key type: *dsa.PublicKey")?;
        let subject = self.subject()?;
        let own_key_id = if self.authority { key_id(&public) } else { Vec::new() };
        let mut issuer_key_id: &[u8] = &[];
        if let Some(Issuer { certificate, key }) = issuer {
            if certificate.subject != subject {
                issuer_key_id = &certificate.key_id;
            }
            let signing = key.public().map(|(_, public)| public);
            if certificate.public_key.is_some() && certificate.public_key != signing {
                return Err("x509: provided PrivateKey doesn't match parent's PublicKey".into());
            }
        }
        let mut serial = [0; 16];
        random(&mut serial);
        let body = der::sequence(&[
            der::element(CONTEXT | CONSTRUCTED, &der::small_integer(2)),
            der::integer(&BigUint::from_bytes_be(&serial)),
            algorithm.clone(),
            issuer.map_or_else(|| subject.clone(), |issuer| issuer.certificate.subject.clone()),
            self.validity()?,
            subject.clone(),
            der::sequence(&[key_algorithm, der::bit_string(&public)]),
            der::element(CONTEXT | CONSTRUCTED | 3, &self.extensions(&subject, &own_key_id, issuer_key_id)?),
        ]);
        let signature = der::bit_string(&signer.sign(&body, random)?);
        Ok(Pem::encode("CERTIFICATE", &der::sequence(&[body, algorithm, signature])))
    }

    /// The name that the certificate is for.
    fn subject(&self) -> Result<Vec<u8>, String> {
        const COMMON_NAME: &[u8] = &[0x55, 0x04, 3];
        let name = self.common_name;
        if name.is_empty() {
            return Ok(der::sequence(&[]));
        }
        let printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
        let tag = match std::str::from_utf8(name) {
            Ok(_) if name.iter().all(printable) => der::PRINTABLE_STRING,
            Ok(_) => der::UTF8_STRING,
            Err(_) => return Err("asn1: string not valid UTF-8".into()),
        };
        let attribute = der::sequence(&[der::oid(COMMON_NAME), der::element(tag, name)]);
        Ok(der::sequence(&[der::element(der::SET, &attribute)]))
    }

    fn validity(&self) -> Result<Vec<u8>, String> {
        // The number of nanoseconds wraps in Go, which makes a certificate of 107,000 days end before it starts.
        let length = Duration(86_400_000_000_000_i64.wrapping_mul(self.days));
        Ok(der::sequence(&[time(&self.start)?, time(&self.start.add(length))?]))
    }

    fn extensions(&self, subject: &[u8], own_key_id: &[u8], issuer_key_id: &[u8]) -> Result<Vec<u8>, String> {
        // Digital signature and key encipherment; certificate signing for an authority. The first byte counts the
        // bits that are not in use.
        let usage: &[u8] = if self.authority { &[2, 0b1010_0100] } else { &[5, 0b1010_0000] };
        let purpose = |number| der::oid(&[0x2b, 6, 1, 5, 5, 7, 3, number]);
        let authority = match self.authority {
            true => der::sequence(&[der::element(der::BOOLEAN, &[0xff])]),
            false => der::sequence(&[]),
        };
        let mut extensions = vec![
            extension(15, true, &der::element(der::BIT_STRING, usage)),
            extension(37, false, &der::sequence(&[purpose(1), purpose(2)])),
            extension(19, true, &authority),
        ];
        if !own_key_id.is_empty() {
            extensions.push(extension(14, false, &der::octet_string(own_key_id)));
        }
        if !issuer_key_id.is_empty() {
            extensions.push(extension(35, false, &der::sequence(&[der::element(CONTEXT, issuer_key_id)])));
        }
        if !self.dns_names.is_empty() || !self.addresses.is_empty() {
            let is_empty = subject == der::sequence(&[]);
            extensions.push(extension(17, is_empty, &self.alternative_names()?));
        }
        Ok(der::sequence(&extensions))
    }

    fn alternative_names(&self) -> Result<Vec<u8>, String> {
        const DNS_NAME: u8 = 2;
        const IP_ADDRESS: u8 = 7;
        let mut names = Vec::new();
        for name in &self.dns_names {
            if !name.is_ascii() {
                return Err(format!("x509: {} cannot be encoded as an IA5String", quote(name)));
            }
            names.push(der::element(CONTEXT | DNS_NAME, name));
        }
        names.extend(self.addresses.iter().map(|address| der::element(CONTEXT | IP_ADDRESS, address)));
        Ok(der::sequence(&names))
    }
}

/// The first 160 bits of the hash of the public key. RFC 7093, section 2, method 1.
fn key_id(public: &[u8]) -> Vec<u8> {
    Sha256::digest(public).iter().copied().take(20).collect()
}

/// An extension of the standard ones, with the last part of its identifier.
fn extension(number: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![der::oid(&[0x55, 0x1d, number])];
    if critical {
        parts.push(der::element(der::BOOLEAN, &[0xff]));
    }
    parts.push(der::octet_string(value));
    der::sequence(&parts)
}

/// A time in UTC: with two digits of the year where they tell it.
fn time(time: &Time) -> Result<Vec<u8>, String> {
    let time = time.in_utc();
    match time.year() {
        1950..2050 => Ok(der::element(der::UTC_TIME, &time.format(b"060102150405Z"))),
        0..=9999 => Ok(der::element(der::GENERALIZED_TIME, &time.format(b"20060102150405Z"))),
        _ => Err("asn1: structure error: cannot represent time as GeneralizedTime".into()),
    }
}
