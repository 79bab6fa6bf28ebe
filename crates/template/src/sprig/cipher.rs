//! AES in CBC mode. Sprig: `encryptAES` and `decryptAES` in `crypto.go`.

use aes::{
    Aes256,
    cipher::{BlockDecrypt, BlockEncrypt, KeyInit, generic_array::GenericArray},
};
use value::{Signature, Type, Value};

use super::{
    arguments::{Outcome, made, text},
    encode::{base_64, from_base_64},
};
use crate::{Call, Failure, Function};

const BLOCK: usize = 16;

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    const TWO_TEXTS: Signature = Signature::fixed(&[Type::String, Type::String]);
    vec![Function::native("encryptAES", TWO_TEXTS, encrypt), Function::native("decryptAES", TWO_TEXTS, decrypt)]
}

/// The cipher of a password, of which the first 32 bytes count.
fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    key.iter_mut().zip(password).for_each(|(key, &byte)| *key = byte);
    Aes256::new(&key.into())
}

fn xor(block: &mut [u8; BLOCK], other: &[u8]) {
    block.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
}

fn encrypt(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (password, plain) = (text(args, 0), text(args, 1));
    if plain.is_empty() {
        return Ok(Value::string(""));
    }
    call.budget.bytes(plain.len().saturating_mul(3))?;
    let mut chain = [0; BLOCK];
    call.surroundings.fill_random(&mut chain);
    let padding = BLOCK - plain.len() % BLOCK;
    let padded = plain.iter().copied().chain(std::iter::repeat_n(padding as u8, padding)).collect::<Vec<u8>>();
    let cipher = cipher(password);
    let mut out = chain.to_vec();
    for block in padded.chunks_exact(BLOCK) {
        xor(&mut chain, block);
        let mut block = chain.into();
        cipher.encrypt_block(&mut block);
        chain = block.into();
        out.extend_from_slice(&chain);
    }
    Ok(base_64(&out).into())
}

/// The errors are those of Go's slices, which sprig does not check first.
fn decrypt(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (password, coded) = (text(args, 0), text(args, 1));
    if coded.is_empty() {
        return Ok(Value::string(""));
    }
    call.budget.bytes(coded.len().saturating_mul(2))?;
    let broken = |text: String| Failure::new(format!("runtime error: {text}"));
    let bytes =
        from_base_64(coded).map_err(|place| Failure::new(format!("illegal base64 data at input byte {place}")))?;
    let Some((start, rest)) = bytes.split_at_checked(BLOCK) else {
        let capacity = coded.len() / 4 * 3;
        return Err(broken(match capacity < BLOCK {
            true => format!("slice bounds out of range [:{BLOCK}] with capacity {capacity}"),
            false => format!("slice bounds out of range [{BLOCK}:{}]", bytes.len()),
        }));
    };
    if rest.len() % BLOCK != 0 {
        return Err(Failure::new("crypto/cipher: input not full blocks"));
    }
    let cipher = cipher(password);
    let mut plain = Vec::with_capacity(rest.len());
    let mut before = start;
    for block in rest.chunks_exact(BLOCK) {
        let mut clear = GenericArray::clone_from_slice(block);
        cipher.decrypt_block(&mut clear);
        let mut clear: [u8; BLOCK] = clear.into();
        xor(&mut clear, before);
        plain.extend_from_slice(&clear);
        before = block;
    }
    let Some(&padding) = plain.last() else { return Err(broken("index out of range [-1]".into())) };
    let Some(length) = plain.len().checked_sub(usize::from(padding)) else {
        return Err(broken(format!("slice bounds out of range [:{}]", plain.len() as i64 - i64::from(padding))));
    };
    plain.truncate(length);
    made(call, plain)
}
