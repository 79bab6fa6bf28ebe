//! RSA keys: making them, and signing with them.

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::{
    Random,
    der::{self, Reader},
    montgomery::Modulus,
    prime::{first_prime, random_odd},
};

const EXPONENT: u32 = 65_537;

/// A private key of two primes.
#[derive(Clone, Debug)]
pub(crate) struct RsaKey {
    modulus: BigUint,
    exponent: BigUint,
    secret: BigUint,
    primes: [BigUint; 2],
    /// The secret exponent modulo each prime less 1.
    exponents: [BigUint; 2],
    /// The inverse of the second prime modulo the first.
    coefficient: BigUint,
}

impl RsaKey {
    /// A key of 2048 bits.
    pub(crate) fn generate_2048(random: Random<'_>) -> RsaKey {
        generate::<16>(random)
    }

    /// A key of 4096 bits.
    pub(crate) fn generate_4096(random: Random<'_>) -> RsaKey {
        generate::<32>(random)
    }

    /// Completes a key; nothing where the numbers do not make one.
    fn from_primes(exponent: BigUint, primes: [BigUint; 2]) -> Option<RsaKey> {
        let one = BigUint::from(1_u8);
        let [p, q] = &primes;
        let (less_p, less_q) = (p - &one, q - &one);
        let product = &less_p * &less_q;
        let secret = exponent.modinv(&(&product / gcd(less_p.clone(), less_q.clone())))?;
        let exponents = [&secret % &less_p, &secret % &less_q];
        let coefficient = q.modinv(p)?;
        Some(RsaKey { modulus: p * q, exponent, secret, exponents, coefficient, primes })
    }

    /// Reads the PKCS #1 form. Go: `x509.ParsePKCS1PrivateKey`.
    pub(super) fn from_der(bytes: &[u8]) -> Result<RsaKey, String> {
        let mut outer = Reader(bytes);
        let mut inner = Reader(outer.read(der::SEQUENCE)?);
        outer.end()?;
        let version = inner.integer()?;
        let mut next = || inner.integer();
        let (modulus, exponent, secret, p, q) = (next()?, next()?, next()?, next()?, next()?);
        let crt = [next()?, next()?, next()?];
        if version > BigUint::from(1_u8) {
            return Err("x509: unsupported private key version".into());
        }
        let zero = BigUint::default();
        if [&modulus, &secret, &p, &q].into_iter().chain(&crt).any(|number| *number == zero) {
            return Err("x509: private key contains zero or negative value".into());
        }
        if version == BigUint::from(1_u8) {
            return Err("x509: keys of more than two primes are not supported".into());
        }
        let one = BigUint::from(1_u8);
        if &p * &q != modulus || p == one || q == one {
            return Err("crypto/rsa: invalid prime factors".into());
        }
        let inverse = |prime: &BigUint| &exponent * &secret % (prime - &one) == one;
        if !inverse(&p) || !inverse(&q) {
            return Err("crypto/rsa: invalid exponents".into());
        }
        let exponents = [&secret % (&p - &one), &secret % (&q - &one)];
        let coefficient = q.modinv(&p).ok_or("crypto/rsa: invalid prime factors")?;
        let [given_p, given_q, given_coefficient] = crt;
        if exponents != [given_p, given_q] || coefficient != given_coefficient {
            return Err("crypto/rsa: invalid CRT exponents or coefficient".into());
        }
        Ok(RsaKey { modulus, exponent, secret, exponents, coefficient, primes: [p, q] })
    }

    /// The PKCS #1 form. Go: `x509.MarshalPKCS1PrivateKey`.
    pub(super) fn to_der(&self) -> Vec<u8> {
        let [p, q] = &self.primes;
        let [of_p, of_q] = &self.exponents;
        let numbers = [&self.modulus, &self.exponent, &self.secret, p, q, of_p, of_q, &self.coefficient];
        let mut parts = vec![der::small_integer(0)];
        parts.extend(numbers.map(der::integer));
        der::sequence(&parts)
    }

    /// The public half in its PKCS #1 form.
    pub(super) fn public_der(&self) -> Vec<u8> {
        der::sequence(&[der::integer(&self.modulus), der::integer(&self.exponent)])
    }

    /// Signs by PKCS #1 v1.5 with SHA-256. Go: `rsa.SignPKCS1v15`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        /// The DER of a SHA-256 digest, without the digest.
        const PREFIX: [u8; 19] =
            [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 3, 4, 2, 1, 5, 0, 0x04, 0x20];
        let size = self.modulus.bits().div_ceil(8) as usize;
        let digest = Sha256::digest(message);
        let padding = size.checked_sub(PREFIX.len() + digest.len() + 3).filter(|padding| *padding >= 8);
        let padding = padding.ok_or("crypto/rsa: message too long for RSA key size")?;
        let padded = [&[0, 1], &vec![0xff; padding][..], &[0], &PREFIX, &digest].concat();
        let message = BigUint::from_bytes_be(&padded);
        let signature = self.decrypt(&message);
        if signature.modpow(&self.exponent, &self.modulus) != message {
            return Err("crypto/rsa: internal error".into());
        }
        let bytes = signature.to_bytes_be();
        Ok([vec![0; size - bytes.len()], bytes].concat())
    }

    /// The power by the secret exponent, by way of the two primes.
    fn decrypt(&self, number: &BigUint) -> BigUint {
        let [p, q] = &self.primes;
        let [of_p, of_q] = &self.exponents;
        let by_p = power(&(number % p), of_p, p);
        let by_q = power(&(number % q), of_q, q);
        let difference = (by_p + p - &by_q % p) % p;
        difference * &self.coefficient % p * q + by_q
    }
}

/// A power modulo a prime; of the primes of keys that are made here in a third of the time that others take.
fn power(base: &BigUint, exponent: &BigUint, prime: &BigUint) -> BigUint {
    let in_words = match prime.bits() {
        1024 => Modulus::<16>::of(prime).and_then(|modulus| modulus.raise(base, exponent)),
        2048 => Modulus::<32>::of(prime).and_then(|modulus| modulus.raise(base, exponent)),
        _ => None,
    };
    in_words.unwrap_or_else(|| base.modpow(exponent, prime))
}

/// A key of two primes of `N` words each.
fn generate<const N: usize>(random: Random<'_>) -> RsaKey {
    // No source of randomness, not even one that repeats itself, may make this an endless loop.
    let mut attempt = 0_u32;
    loop {
        let (p, q) = (random_prime::<N>(attempt, random), random_prime::<N>(attempt.wrapping_add(1), random));
        attempt = attempt.wrapping_add(2) & 0xffff;
        // FIPS 186-5: primes that are close together would give the factors away.
        let distance = if p > q { &p - &q } else { &q - &p };
        if distance.bits() + 100 <= N as u64 * 64 {
            continue;
        }
        if let Some(key) = RsaKey::from_primes(BigUint::from(EXPONENT), [p, q]) {
            return key;
        }
    }
}

/// A prime whose two highest bits are set, so that a product of two has all its bits, and which goes with the exponent.
/// Another `attempt` looks elsewhere, whatever the randomness.
fn random_prime<const N: usize>(attempt: u32, random: Random<'_>) -> BigUint {
    let two = BigUint::from(2_u8);
    loop {
        let start = random_odd(N as u64 * 64, 2, random) ^ (BigUint::from(attempt) << (N * 64 - 40));
        if let Some(prime) = first_prime::<N>(&start, &two, random)
            && (&prime - 1_u8) % EXPONENT != BigUint::default()
        {
            return prime;
        }
    }
}

fn gcd(mut one: BigUint, mut other: BigUint) -> BigUint {
    while other != BigUint::default() {
        (one, other) = (other.clone(), one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Bytes of a simple sequence that goes on from call to call.
    pub(crate) fn sequence() -> impl Fn(&mut [u8]) {
        let state = Cell::new(0x2545_f491_4f6c_dd1d_u64);
        move |bytes| {
            for byte in bytes {
                let mut next = state.get();
                next ^= next << 13;
                next ^= next >> 7;
                next ^= next << 17;
                state.set(next);
                *byte = (next >> 32) as u8;
            }
        }
    }

    #[test]
    fn keys_have_all_their_bits_and_sign() {
        let random = sequence();
        for _ in 0..3 {
            let key = generate::<8>(&random);
            assert_eq!(key.modulus.bits(), 1024);
            let again = RsaKey::from_der(&key.to_der()).unwrap();
            assert_eq!(again.to_der(), key.to_der());
            let signature = BigUint::from_bytes_be(&key.sign(b"message").unwrap());
            let padded = signature.modpow(&key.exponent, &key.modulus).to_bytes_be();
            assert!(padded.ends_with(&Sha256::digest(b"message")));
        }
    }

    #[test]
    fn randomness_that_repeats_itself_makes_a_key_too() {
        let random = |bytes: &mut [u8]| bytes.fill(0x5a);
        assert_eq!(generate::<8>(&random).modulus.bits(), 1024);
    }

    #[test]
    fn primes_are_the_first_of_their_progression() {
        let random = sequence();
        let two = BigUint::from(2_u8);
        let is_prime = |number: &BigUint| {
            (2_u32..40).all(|base| BigUint::from(base).modpow(&(number - 1_u8), number) == BigUint::from(1_u8))
        };
        for _ in 0..20 {
            let start = random_odd(128, 2, &random);
            let prime = first_prime::<2>(&start, &two, &random).unwrap();
            let mut number = start;
            while !is_prime(&number) {
                number += 2_u8;
            }
            assert_eq!(prime, number);
        }
    }

    #[test]
    fn primes_of_keys_are_the_first_too() {
        let random = sequence();
        let two = BigUint::from(2_u8);
        for _ in 0..4 {
            let start = random_odd(1024, 2, &random);
            let prime = first_prime::<16>(&start, &two, &random).unwrap();
            let is_prime = |number: &BigUint| two.modpow(&(number - 1_u8), number) == BigUint::from(1_u8);
            assert!(is_prime(&prime));
            let mut number = start;
            while number < prime {
                assert!((3_u32..100).any(|small| &number % small == BigUint::default()) || !is_prime(&number));
                number += 2_u8;
            }
        }
    }

    #[test]
    fn spoilt_keys_are_refused() {
        let key = generate::<4>(&sequence());
        let spoilt = [
            RsaKey { modulus: &key.modulus + 2_u8, ..key.clone() },
            RsaKey { secret: &key.secret + 1_u8, ..key.clone() },
            RsaKey { coefficient: &key.coefficient + 1_u8, ..key.clone() },
            RsaKey { primes: [BigUint::from(1_u8), key.modulus.clone()], ..key.clone() },
            RsaKey { exponent: BigUint::from(3_u8), ..key.clone() },
        ];
        for key in spoilt {
            assert!(RsaKey::from_der(&key.to_der()).is_err());
        }
        let der = key.to_der();
        for length in 0..der.len() {
            assert!(RsaKey::from_der(der.get(..length).unwrap()).is_err());
        }
    }
}
