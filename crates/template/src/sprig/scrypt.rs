//! The key derivation scrypt (RFC 7914) with the costs that sprig's passwords have. Go: `golang.org/x/crypto/scrypt`.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How many blocks are kept, and how often one of them is read again.
const N: usize = 32_768;
/// Half the number of Salsa blocks in a block.
const R: usize = 8;
/// How many lanes are mixed one after the other.
const P: usize = 2;

/// The 16 words that Salsa mixes, as four diagonals of its square, so that four words are worked on at a time.
type Salsa = [[u32; 4]; 4];
type Block = [Salsa; 2 * R];

/// Where the words of the diagonals are in the square.
const DIAGONALS: [usize; 16] = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

/// Fills `key` from a password and a salt.
pub(super) fn derive(password: &[u8], salt: &[u8], key: &mut [u8]) {
    let mut lanes = vec![0; P * R * 128];
    stretch(password, salt, &mut lanes);
    for lane in lanes.chunks_exact_mut(R * 128) {
        mix(lane);
    }
    stretch(password, &lanes, key);
}

/// PBKDF2 with HMAC-SHA-256 and one round.
fn stretch(password: &[u8], salt: &[u8], out: &mut [u8]) {
    // A key of any length will do.
    let Ok(keyed) = Hmac::<Sha256>::new_from_slice(password) else { return };
    for (index, chunk) in (1_u32..).zip(out.chunks_mut(32)) {
        let mut hash = keyed.clone();
        hash.update(salt);
        hash.update(&index.to_be_bytes());
        let hash = hash.finalize().into_bytes();
        chunk.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
    }
}

/// The RFC's `scryptROMix`.
fn mix(lane: &mut [u8]) {
    let mut block = read(lane);
    let mut other = Block::default();
    let mut kept: Vec<Block> = Vec::with_capacity(N);
    for _ in 0..N {
        kept.push(block);
        mix_block(&block, &mut other);
        std::mem::swap(&mut block, &mut other);
    }
    for _ in 0..N {
        let [.., [[lowest, ..], ..]] = &block;
        if let Some(kept) = kept.get(*lowest as usize % N) {
            block.iter_mut().zip(kept).for_each(|(salsa, kept)| *salsa = xor(salsa, kept));
        }
        mix_block(&block, &mut other);
        std::mem::swap(&mut block, &mut other);
    }
    write(&block, lane);
}

/// The RFC's `scryptBlockMix`: even results come before odd ones.
fn mix_block(block: &Block, out: &mut Block) {
    let [.., last] = block;
    let mut state = *last;
    let (even, odd) = out.split_at_mut(R);
    for ((pair, even), odd) in block.chunks_exact(2).zip(even).zip(odd) {
        let [first, second] = pair else { break };
        state = salsa(&xor(&state, first));
        *even = state;
        state = salsa(&xor(&state, second));
        *odd = state;
    }
}

#[inline(always)]
fn xor(one: &Salsa, other: &Salsa) -> Salsa {
    std::array::from_fn(|row| match (one.get(row), other.get(row)) {
        (Some(one), Some(other)) => map(one, other, |one, other| one ^ other),
        _ => [0; 4],
    })
}

#[inline(always)]
fn map([a, b, c, d]: &[u32; 4], [e, f, g, h]: &[u32; 4], work: impl Fn(u32, u32) -> u32) -> [u32; 4] {
    [work(*a, *e), work(*b, *f), work(*c, *g), work(*d, *h)]
}

/// `x ^ (y + z) <<< bits`, in each of four places.
#[inline(always)]
fn step(x: &[u32; 4], y: &[u32; 4], z: &[u32; 4], bits: u32) -> [u32; 4] {
    let sum = map(y, z, u32::wrapping_add);
    map(x, &sum, |x, sum| x ^ sum.rotate_left(bits))
}

#[inline(always)]
fn turn([a, b, c, d]: [u32; 4]) -> [u32; 4] {
    [b, c, d, a]
}

/// Salsa20/8 without the bytes' order, which is kept throughout.
#[inline(always)]
fn salsa(input: &Salsa) -> Salsa {
    let [mut a, mut b, mut c, mut d] = *input;
    for _ in 0..4 {
        b = step(&b, &a, &d, 7);
        c = step(&c, &b, &a, 9);
        d = step(&d, &c, &b, 13);
        a = step(&a, &d, &c, 18);
        // From columns to rows: what was d is worked on first.
        (b, c, d) = (turn(turn(turn(b))), turn(turn(c)), turn(d));
        d = step(&d, &a, &b, 7);
        c = step(&c, &d, &a, 9);
        b = step(&b, &c, &d, 13);
        a = step(&a, &b, &c, 18);
        (b, c, d) = (turn(b), turn(turn(c)), turn(turn(turn(d))));
    }
    let [e, f, g, h] = input;
    let add = |one: &[u32; 4], other: &[u32; 4]| map(one, other, u32::wrapping_add);
    [add(&a, e), add(&b, f), add(&c, g), add(&d, h)]
}

fn read(bytes: &[u8]) -> Block {
    let mut block = Block::default();
    for (salsa, bytes) in block.iter_mut().zip(bytes.chunks_exact(64)) {
        for (word, place) in salsa.iter_mut().flatten().zip(DIAGONALS) {
            let bytes = bytes.chunks_exact(4).nth(place).and_then(|bytes| bytes.try_into().ok());
            *word = u32::from_le_bytes(bytes.unwrap_or_default());
        }
    }
    block
}

fn write(block: &Block, bytes: &mut [u8]) {
    for (salsa, bytes) in block.iter().zip(bytes.chunks_exact_mut(64)) {
        for (word, place) in salsa.iter().flatten().zip(DIAGONALS) {
            if let Some(bytes) = bytes.chunks_exact_mut(4).nth(place) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
        }
    }
}
