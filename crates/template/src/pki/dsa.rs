//! DSA keys, which only `genPrivateKey` makes.

use num_bigint::BigUint;

use super::{
    Random, der,
    prime::{first_prime, random_below, random_odd},
};

/// A key with a prime of 2048 bits and a subgroup of 256, in the form that sprig writes. Sprig: `DSAKeyFormat`.
pub(crate) fn generate(random: Random<'_>) -> Vec<u8> {
    let two = BigUint::from(2_u8);
    loop {
        let Some(q) = first_prime::<4>(&random_odd(256, 1, random), &two, random) else { continue };
        let step = &q * &two;
        let start = random_odd(2048, 1, random);
        // The next number that is 1 more than a multiple of the step.
        let start = &start - &start % &step + &step + 1_u8;
        let Some(p) = first_prime::<32>(&start, &step, random) else { continue };
        let generator = two.modpow(&((&p - 1_u8) / &q), &p);
        if generator == BigUint::from(1_u8) {
            continue;
        }
        let secret = random_below(&q, random);
        let public = generator.modpow(&secret, &p);
        let mut parts = vec![der::small_integer(0)];
        parts.extend([&p, &q, &generator, &public, &secret].map(der::integer));
        return der::sequence(&parts);
    }
}
