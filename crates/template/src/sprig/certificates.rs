//! Keys and certificates. Sprig: `crypto.go`.

use std::{any::Any, rc::Rc};

use value::{Object, Signature, Str, Type, Value, address::Address};

use super::{
    arguments::{Outcome, int, text, value},
    encode::from_base_64,
};
use crate::{
    Call, Failure, Function, fmt,
    pki::{self, Issuer, Pem, PrivateKey, Request},
    time::Time,
};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Int, List, String};
    const CERTIFICATE: Type = Type::Named("sprig.certificate");
    let of = |name, params, native| Function::native(name, Signature::fixed(params), native);
    vec![
        of("genPrivateKey", &[String], gen_private_key),
        of("buildCustomCert", &[String, String], build_custom_cert),
        of("genCA", &[String, Int], |call, args| authority(call, args, None)),
        of("genCAWithKey", &[String, Int, String], |call, args| authority(call, args, Some(2))),
        of("genSelfSignedCert", &[String, List, List, Int], |call, args| self_signed(call, args, None)),
        of("genSelfSignedCertWithKey", &[String, List, List, Int, String], |call, args| {
            self_signed(call, args, Some(4))
        }),
        of("genSignedCert", &[String, List, List, Int, CERTIFICATE], |call, args| signed(call, args, None)),
        of("genSignedCertWithKey", &[String, List, List, Int, CERTIFICATE, String], |call, args| {
            signed(call, args, Some(5))
        }),
    ]
}

/// A certificate and its key, in their textual forms. Sprig: `certificate`.
struct CertificateAndKey {
    certificate: Str,
    key: Str,
}

impl Object for CertificateAndKey {
    fn go_type(&self) -> String {
        "sprig.certificate".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", Value::String(self.certificate.clone())), ("Key", Value::String(self.key.clone()))]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn pair(certificate: impl Into<Str>, key: impl Into<Str>) -> Value {
    Value::Object(Rc::new(CertificateAndKey { certificate: certificate.into(), key: key.into() }))
}

fn gen_private_key(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let kind = text(args, 0);
    // Keys of 4096 bits and parameters of DSA take a second; the others are made at once.
    call.budget.step(if matches!(kind, b"rsa" | b"dsa") { 20_000_000 } else { 1_000_000 })?;
    let surroundings = call.surroundings;
    match PrivateKey::generate_text(kind, &|bytes| surroundings.fill_random(bytes)) {
        Some(text) => Ok(text.into()),
        None => Ok(Value::string([b"Unknown type ", kind].concat())),
    }
}

fn build_custom_cert(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    call.budget.step(100_000)?;
    let unable = |what: &str| Failure::new(format!("unable to decode {what}"));
    let certificate = from_base_64(text(args, 0)).map_err(|_| unable("base64 certificate"))?;
    let key = from_base_64(text(args, 1)).map_err(|_| unable("base64 private key"))?;
    let block = Pem::decode(&certificate).ok_or_else(|| unable("certificate"))?;
    pki::Certificate::from_der(&block.bytes)
        .map_err(|error| Failure::new(format!("error parsing certificate: decodedCert.Bytes: {error}")))?;
    PrivateKey::from_text(&key).map_err(|error| Failure::new(format!("error parsing private key: {error}")))?;
    Ok(pair(certificate, key))
}

fn authority(call: &mut Call<'_>, args: &[Value], key_at: Option<usize>) -> Outcome {
    let key = own_key(call, args, key_at)?;
    let request = Request {
        common_name: text(args, 0),
        dns_names: Vec::new(),
        addresses: Vec::new(),
        start: Time::now(call.surroundings),
        days: int(args, 1),
        authority: true,
    };
    make(call, &request, &key, None)
}

fn self_signed(call: &mut Call<'_>, args: &[Value], key_at: Option<usize>) -> Outcome {
    let key = own_key(call, args, key_at)?;
    make(call, &base_request(call, args)?, &key, None)
}

fn signed(call: &mut Call<'_>, args: &[Value], key_at: Option<usize>) -> Outcome {
    let key = own_key(call, args, key_at)?;
    let issuer = match value(args, 4) {
        Value::Object(object) => object.as_any().downcast_ref::<CertificateAndKey>(),
        _ => None,
    };
    let (text, issuer_key) = issuer.map_or((&b""[..], &b""[..]), |issuer| (&*issuer.certificate, &*issuer.key));
    let block = Pem::decode(text).ok_or_else(|| Failure::new("unable to decode certificate"))?;
    let certificate = pki::Certificate::from_der(&block.bytes)
        .map_err(|error| Failure::new(format!("error parsing certificate: decodedSignerCert.Bytes: {error}")))?;
    let issuer_key = PrivateKey::from_text(issuer_key)
        .map_err(|error| Failure::new(format!("error parsing private key: {error}")))?;
    make(call, &base_request(call, args)?, &key, Some(&Issuer { certificate, key: issuer_key }))
}

/// The key that is given at this place, or a new one.
fn own_key(call: &Call<'_>, args: &[Value], key_at: Option<usize>) -> Result<PrivateKey, Failure> {
    call.budget.step(2_000_000)?;
    let surroundings = call.surroundings;
    match key_at {
        None => Ok(PrivateKey::generate(&|bytes| surroundings.fill_random(bytes))),
        Some(index) => PrivateKey::from_text(text(args, index))
            .map_err(|error| Failure::new(format!("parsing private key: {error}"))),
    }
}

/// A request for a server: its names and addresses are the second and third arguments, the days the fourth.
fn base_request<'a>(call: &Call<'_>, args: &'a [Value]) -> Result<Request<'a>, Failure> {
    let mut addresses = Vec::new();
    for address in list(args, 1) {
        let Value::String(text) = address else {
            let printed = fmt::sprintf(b"%v", std::slice::from_ref(address));
            let printed = String::from_utf8_lossy(&printed);
            return Err(Failure::new(format!("error parsing ip: {printed} is not a string")));
        };
        addresses.push(octets(text).ok_or_else(|| Failure::new(format!("error parsing ip: {text}")))?);
    }
    let mut dns_names: Vec<&[u8]> = Vec::new();
    for name in list(args, 2) {
        let Value::String(text) = name else {
            let printed = fmt::sprintf(b"%v", std::slice::from_ref(name));
            let printed = String::from_utf8_lossy(&printed);
            return Err(Failure::new(format!("error processing alternate dns name: {printed} is not a string")));
        };
        dns_names.push(text);
    }
    let start = Time::now(call.surroundings);
    Ok(Request { common_name: text(args, 0), dns_names, addresses, start, days: int(args, 3), authority: false })
}

fn list(args: &[Value], index: usize) -> &[Value] {
    value(args, index).as_list().map(|list| &**list).unwrap_or_default()
}

/// The bytes of an address, four where that is enough. Go: `net.ParseIP` and `IP.To4`.
fn octets(text: &[u8]) -> Option<Vec<u8>> {
    match Address::parse(text).ok()? {
        Address::V4(address) => Some(address.octets().to_vec()),
        Address::V6 { address, zone } if zone.is_empty() => {
            let short = address.to_ipv4_mapped().map(|address| address.octets().to_vec());
            Some(short.unwrap_or_else(|| address.octets().to_vec()))
        }
        Address::V6 { .. } => None,
    }
}

fn make(call: &Call<'_>, request: &Request<'_>, key: &PrivateKey, issuer: Option<&Issuer>) -> Outcome {
    let surroundings = call.surroundings;
    let names: usize = request.dns_names.iter().map(|name| name.len() + 16).sum();
    call.budget.bytes((names + request.addresses.len() * 24 + request.common_name.len()).saturating_mul(4) + 8_192)?;
    let certificate = request.sign(key, issuer, &|bytes| surroundings.fill_random(bytes));
    let certificate = certificate.map_err(|error| Failure::new(format!("error creating certificate: {error}")))?;
    Ok(pair(certificate, key.to_text()))
}
