//! Checksums, UUIDs, and hashes of passwords. Sprig: `crypto.go`.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use value::{Signature, Type, Value};

use super::{
    arguments::{Outcome, text},
    bcrypt,
    master_password::derive_password,
};
use crate::{Call, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{String, Uint32};
    const TEXT: Signature = Signature::fixed(&[String]);
    vec![
        Function::native("sha1sum", TEXT, |call, args| digest::<Sha1>(call, text(args, 0))),
        Function::native("sha256sum", TEXT, |call, args| digest::<Sha256>(call, text(args, 0))),
        Function::native("sha512sum", TEXT, |call, args| digest::<Sha512>(call, text(args, 0))),
        Function::native("adler32sum", TEXT, |call, args| {
            call.budget.step(text(args, 0).len() as u64 / 64 + 1)?;
            Ok(adler_32(text(args, 0)).to_string().into())
        }),
        Function::native("bcrypt", TEXT, |call, args| Ok(bcrypt(call, text(args, 0))?.into())),
        Function::native("htpasswd", Signature::fixed(&[String, String]), htpasswd),
        Function::native(
            "derivePassword",
            Signature::fixed(&[Uint32, String, String, String, String]),
            derive_password,
        ),
        Function::native("uuidv4", Signature::fixed(&[]), uuid_v4),
    ]
}

/// The digits of bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn digest<D: Digest>(call: &mut Call<'_>, input: &[u8]) -> Outcome {
    call.budget.step(input.len() as u64 / 64 + 1)?;
    Ok(hex(&D::digest(input)).into())
}

/// Go: `hash/adler32.Checksum`.
fn adler_32(input: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // The longest run of bytes for which the sums cannot overflow.
    const RUN: usize = 5_552;
    let (mut low, mut high) = (1_u32, 0_u32);
    for run in input.chunks(RUN) {
        for &byte in run {
            low += u32::from(byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

/// The hash of a password, or what sprig writes in its place where it is too long.
fn bcrypt(call: &Call<'_>, password: &[u8]) -> Result<String, crate::Failure> {
    call.budget.step(1_000_000)?;
    let mut salt = [0; 16];
    call.surroundings.fill_random(&mut salt);
    Ok(match bcrypt::hash(password, &salt) {
        Some(hash) => hash,
        None => "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".into(),
    })
}

fn htpasswd(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let name = text(args, 0);
    call.budget.bytes(name.len())?;
    if name.contains(&b':') {
        return Ok(Value::string([b"invalid username: ", name].concat()));
    }
    let hash = bcrypt(call, text(args, 1))?;
    Ok(Value::string([name, b":", hash.as_bytes()].concat()))
}

fn uuid_v4(call: &mut Call<'_>, _: &[Value]) -> Outcome {
    let mut random = [0; 16];
    call.surroundings.fill_random(&mut random);
    let random = u128::from_be_bytes(random) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{random:032x}");
    let mut uuid = String::with_capacity(36);
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    Ok(uuid.into())
}
