//! Random prime numbers.

use std::sync::OnceLock;

use num_bigint::BigUint;

#[cfg(target_arch = "x86_64")]
use super::lanes::{LANES, Lanes};
use super::{Random, montgomery::Modulus};

/// How many numbers of a progression are looked at before another one is tried. Among so many numbers of the sizes in
/// use, one is nearly always prime.
const WINDOW: usize = 8_192;

/// Numbers are divided by the primes below this one before they are tested: with more of them, division takes longer
/// than the tests that it saves.
const SIEVED: usize = 1 << 18;

/// How often a number is tested at random after Fermat's test. FIPS 186-5, table B.1, asks for five with 1024 bits,
/// and for fewer with more.
const TESTS: usize = 5;

/// The odd primes below [`SIEVED`].
fn small_primes() -> &'static [u32] {
    static PRIMES: OnceLock<Vec<u32>> = OnceLock::new();
    PRIMES.get_or_init(|| {
        // What index i stands for is 2 i + 1.
        let mut composite = vec![false; SIEVED / 2];
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
    let composite = sieved(start, step);
    let candidates = composite.iter().enumerate().filter(|(_, composite)| !**composite);
    let mut candidates = candidates.map(|(index, _)| start + step * index);
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = Lanes::detect() {
        match N {
            16 => return first_in_lanes::<16, 37, 75>(lanes, start, candidates, random),
            32 => return first_in_lanes::<32, 74, 149>(lanes, start, candidates, random),
            _ => {}
        }
    }
    candidates.find(|number| is_prime::<N>(number, random))
}

/// Which of [`WINDOW`] numbers `start`, `start + step` and so on a small prime divides.
fn sieved(start: &BigUint, step: &BigUint) -> Vec<bool> {
    let mut composite = vec![false; WINDOW];
    let mut strike = |prime: u32, start: u32, inverse: u32| {
        let first = u64::from(prime - start) % u64::from(prime) * u64::from(inverse) % u64::from(prime);
        composite.iter_mut().skip(first as usize).step_by(prime as usize).for_each(|composite| *composite = true);
    };
    let starts = small_primes().iter().zip(remainders(start));
    if *step == BigUint::from(2_u8) {
        starts.for_each(|(&prime, start)| strike(prime, start, prime.div_ceil(2)));
    } else {
        for ((&prime, start), step) in starts.zip(remainders(step)) {
            // A step of 0 never leaves a multiple, but for the primes that divide it, which `start` has not.
            if let Some(inverse) = inverse(step, prime) {
                strike(prime, start, inverse);
            }
        }
    }
    composite
}

/// The first prime of `N` words among the candidates, with [`Lanes`] of `L` limbs.
#[cfg(target_arch = "x86_64")]
fn first_in_lanes<const N: usize, const L: usize, const W: usize>(
    lanes: Lanes,
    start: &BigUint,
    mut candidates: impl Iterator<Item = BigUint>,
    random: Random<'_>,
) -> Option<BigUint> {
    loop {
        let numbers: [Option<BigUint>; LANES] = std::array::from_fn(|_| candidates.next());
        if numbers.iter().all(Option::is_none) {
            return None;
        }
        let numbers = numbers.map(|number| number.unwrap_or_else(|| start.clone()));
        let passed = lanes.pass_fermat::<L, W>(&numbers, N as u64 * 64);
        let mut passed = numbers.into_iter().zip(passed).filter(|(_, passed)| *passed);
        // What the lanes let through by mistake would not pass these.
        if let Some((prime, _)) = passed.find(|(number, _)| survives_in_lanes::<N, L, W>(lanes, number, random)) {
            return Some(prime);
        }
    }
}

/// Miller and Rabin's test, four bases of it in lanes.
#[cfg(target_arch = "x86_64")]
fn survives_in_lanes<const N: usize, const L: usize, const W: usize>(
    lanes: Lanes,
    number: &BigUint,
    random: Random<'_>,
) -> bool {
    let Some(modulus) = Modulus::<N>::of(number) else { return false };
    let less = number - 1_u8;
    let twos = less.trailing_zeros().unwrap_or(0);
    let bases = std::array::from_fn(|_| random_below(&less, random));
    let powers = lanes.powers::<L, W>(&bases, &(&less >> twos), number);
    let passes = |power: BigUint| {
        let mut squares = (0..twos).scan(power.clone(), |power, _| {
            let last = power.clone();
            *power = &last * &last % number;
            Some(last)
        });
        power == BigUint::from(1_u8) || squares.any(|square| square == less)
    };
    powers.into_iter().all(passes) && (LANES..tests::<N>()).all(|_| modulus.passes_miller_rabin(&random_base(random)))
}

/// Whether a number of `N` words with the highest bit set is prime, but for a chance that nobody lives to see.
fn is_prime<const N: usize>(number: &BigUint, random: Random<'_>) -> bool {
    Modulus::<N>::of(number).is_some_and(|modulus| modulus.passes_fermat() && survives(&modulus, random))
}

fn survives<const N: usize>(modulus: &Modulus<N>, random: Random<'_>) -> bool {
    (0..tests::<N>()).all(|_| modulus.passes_miller_rabin(&random_base(random)))
}

/// How often a number of `N` words is tested at random.
fn tests<const N: usize>() -> usize {
    if N >= 32 { TESTS - 1 } else { TESTS }
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

/// What is left of a number after division by each of the small primes.
fn remainders(number: &BigUint) -> impl Iterator<Item = u32> {
    // The big number is divided by products of three primes, the rest by each.
    small_primes().chunks(3).flat_map(move |primes| {
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
