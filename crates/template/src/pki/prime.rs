//! Random prime numbers.

use std::sync::OnceLock;

use num_bigint::BigUint;

use super::{Random, montgomery::Modulus};

/// How many numbers of a progression are looked at before another one is tried. Among so many numbers of the sizes in
/// use, one is nearly always prime.
const WINDOW: usize = 8_192;

/// How often a number is tested at random after Fermat's test. FIPS 186-5, table B.1, asks for five with 1024 bits,
/// and for fewer with more.
const TESTS: usize = 5;

/// The odd primes below 2^16.
fn small_primes() -> &'static [u32] {
    static PRIMES: OnceLock<Vec<u32>> = OnceLock::new();
    PRIMES.get_or_init(|| {
        // What index i stands for is 2 i + 1.
        let mut composite = vec![false; 1 << 15];
        let mut primes = Vec::new();
        for index in 1..composite.len() {
            if composite.get(index) == Some(&false) {
                let prime = 2 * index + 1;
                primes.push(prime as u32);
                composite.iter_mut().skip(prime * prime / 2).step_by(prime).for_each(|composite| *composite = true);
            }
        }
        primes
    })
}

/// The first prime of `N` words with the highest bit set among `start`, `start + step` and so on, nothing where there
/// is none for long. `start` is odd, `step` even.
pub(super) fn first_prime<const N: usize>(start: &BigUint, step: &BigUint, random: Random<'_>) -> Option<BigUint> {
    let mut composite = vec![false; WINDOW];
    for (&prime, (start, step)) in small_primes().iter().zip(remainders(start).zip(remainders(step))) {
        // A step of 0 never leaves a multiple, but for the primes that divide it, which `start` has not.
        let Some(inverse) = inverse(step, prime) else { continue };
        let first = u64::from(prime - start) % u64::from(prime) * u64::from(inverse) % u64::from(prime);
        composite.iter_mut().skip(first as usize).step_by(prime as usize).for_each(|composite| *composite = true);
    }
    let candidates = composite.iter().enumerate().filter(|(_, composite)| !**composite);
    candidates.map(|(index, _)| start + step * index).find(|number| is_prime::<N>(number, random))
}

/// Whether a number of `N` words with the highest bit set is prime, but for a chance that nobody lives to see.
fn is_prime<const N: usize>(number: &BigUint, random: Random<'_>) -> bool {
    let Some(words) = words::<N>(number) else { return false };
    if words.last().is_none_or(|highest| highest >> 63 == 0) {
        return false;
    }
    let modulus = Modulus::new(words);
    modulus.passes_fermat() && (0..TESTS).all(|_| modulus.passes_miller_rabin(&random_base(random)))
}

/// A random number that is less than any with the highest bit set.
fn random_base<const N: usize>(random: Random<'_>) -> [u64; N] {
    let mut base = [0; N];
    for word in &mut base {
        let mut bytes = [0; 8];
        random(&mut bytes);
        *word = u64::from_le_bytes(bytes);
    }
    if let Some(highest) = base.last_mut() {
        *highest >>= 1;
    }
    base
}

/// The words of a number that has no more than `N`.
fn words<const N: usize>(number: &BigUint) -> Option<[u64; N]> {
    let mut words = [0; N];
    let digits = number.to_u64_digits();
    words.get_mut(..digits.len())?.copy_from_slice(&digits);
    Some(words)
}

/// What is left of a number after division by each of the small primes.
fn remainders(number: &BigUint) -> impl Iterator<Item = u32> {
    // The big number is divided by products of four primes, the rest by each.
    small_primes().chunks(4).flat_map(move |primes| {
        let product: u64 = primes.iter().map(|prime| u64::from(*prime)).product();
        let rest = (number % product).to_u64_digits().first().copied().unwrap_or(0);
        primes.iter().map(move |prime| (rest % u64::from(*prime)) as u32)
    })
}

/// The inverse modulo a prime, nothing for 0.
fn inverse(number: u32, prime: u32) -> Option<u32> {
    let (mut old, mut rest) = (i64::from(number), i64::from(prime));
    let (mut factor, mut next) = (1_i64, 0_i64);
    while rest != 0 {
        let quotient = old / rest;
        (old, rest) = (rest, old - quotient * rest);
        (factor, next) = (next, factor - quotient * next);
    }
    (old == 1).then(|| factor.rem_euclid(i64::from(prime)) as u32)
}

/// A random odd number of so many bits, of which the `top` highest are set.
pub(super) fn random_odd(bits: u64, top: u64, random: Random<'_>) -> BigUint {
    let mut bytes = vec![0; bits.div_ceil(8) as usize];
    random(&mut bytes);
    let mut number = BigUint::from_bytes_be(&bytes) % (BigUint::from(1_u8) << bits);
    (bits - top..bits).chain([0]).for_each(|bit| number.set_bit(bit, true));
    number
}

/// A random number from 1 to `end` less 1.
pub(super) fn random_below(end: &BigUint, random: Random<'_>) -> BigUint {
    // Sixty-four bits more than needed make the bias of the division too small to matter.
    let mut bytes = vec![0; end.bits().div_ceil(8) as usize + 8];
    random(&mut bytes);
    let one = BigUint::from(1_u8);
    BigUint::from_bytes_be(&bytes) % (end - &one) + one
}
