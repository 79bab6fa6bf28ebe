//! Passwords that are derived from a master password. Sprig: `derivePassword` in `crypto.go`; the Master Password
//! algorithm.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use value::Value;

use super::{
    arguments::{Outcome, text},
    scrypt,
};
use crate::{Call, Failure};

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// The patterns of a kind of password; each letter stands for a class of characters.
fn patterns(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

/// The characters that a letter of a pattern stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// `derivePassword counter kind password user site`.
pub(super) fn derive_password(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let counter = match args.first() {
        Some(Value::Uint(counter, _)) => *counter as u32,
        Some(Value::Int(counter, _)) => *counter as u32,
        _ => 0,
    };
    let (kind, password, user, site) = (text(args, 1), text(args, 2), text(args, 3), text(args, 4));
    let Some(patterns) = patterns(kind) else {
        return Ok(Value::string([b"cannot find password template ", kind].concat()));
    };
    call.budget.step(1_500_000)?;
    let salt = [SEED, &(user.len() as u32).to_be_bytes(), user].concat();
    let mut key = [0; 64];
    scrypt::derive(password, &salt, &mut key);
    let mut seed = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| Failure::new("failed to derive password"))?;
    for part in [SEED, &(site.len() as u32).to_be_bytes(), site, &counter.to_be_bytes()] {
        seed.update(part);
    }
    let seed = seed.finalize().into_bytes();
    let [first, rest @ ..] = &seed[..] else { return Ok(Value::string("")) };
    let pattern = patterns.get(usize::from(*first) % patterns.len()).copied().unwrap_or_default();
    let letters = pattern.bytes().zip(rest).filter_map(|(letter, &number)| {
        let characters = characters(letter);
        characters.get(usize::from(number) % characters.len()).copied()
    });
    Ok(Value::string(letters.collect::<Vec<u8>>()))
}
