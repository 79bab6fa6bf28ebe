//! The bcrypt hash of passwords. Go: `golang.org/x/crypto/bcrypt`.

use blowfish::Blowfish;

const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Go: `bcrypt.DefaultCost`.
const COST: u32 = 10;

/// The hash of a password with this salt, in the form `$2a$10$…`; nothing where it has more than 72 bytes.
pub(super) fn hash(password: &[u8], salt: &[u8; 16]) -> Option<String> {
    if password.len() > 72 {
        return None;
    }
    // The zero that ends a C string is part of the key.
    let key = [password, &[0]].concat();
    let mut cipher = Blowfish::bc_init_state();
    cipher.salted_expand_key(salt, &key);
    for _ in 0..1_u32 << COST {
        cipher.bc_expand_key(&key);
        cipher.bc_expand_key(salt);
    }
    let mut hash = Vec::with_capacity(24);
    for pair in b"OrpheanBeholderScryDoubt".chunks_exact(8) {
        let (left, right) = pair.split_at_checked(4)?;
        let mut block = [word(left), word(right)];
        for _ in 0..64 {
            block = cipher.bc_encrypt(block);
        }
        hash.extend(block.iter().flat_map(|word| word.to_be_bytes()));
    }
    // The last byte has always been left out.
    hash.pop();
    Some(format!("$2a${COST:02}${}{}", encode(salt), encode(&hash)))
}

fn word(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

/// Base 64 without padding, with bcrypt's own alphabet.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = word(chunk) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            let letter = ALPHABET.get((bits >> (18 - 6 * index)) as usize & 63);
            text.extend(letter.map(|&letter| char::from(letter)));
        }
    }
    text
}
