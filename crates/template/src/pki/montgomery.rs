//! Powers modulo an odd number of a fixed size, by Montgomery's multiplication.
//!
//! Numbers are arrays of 64-bit words, the lowest first.

use std::cell::Cell;

use num_bigint::BigUint;

/// An odd number whose highest bit is set, and what multiplication needs of it.
pub(super) struct Modulus<const N: usize> {
    words: [u64; N],
    /// Minus its inverse modulo 2^64.
    inverse: u64,
    /// 1 in Montgomery's form: 2^(64 N) modulo the number.
    one: [u64; N],
    /// Minus 1 in Montgomery's form.
    minus_one: [u64; N],
}

impl<const N: usize> Modulus<N> {
    pub(super) fn new(words: [u64; N]) -> Modulus<N> {
        let lowest = words.first().copied().unwrap_or(1);
        // Newton's method doubles the number of right bits, three of which an odd number has from the start.
        let inverse = (0..5).fold(lowest, |x, _| x.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(x))));
        // As the highest bit is set, 2^(64 N) holds the number once.
        let (one, _) = subtract(&[0; N], &words);
        let (minus_one, _) = subtract(&words, &one);
        Modulus { words, inverse: inverse.wrapping_neg(), one, minus_one }
    }

    /// The number as a modulus, where it has `N` words with the highest bit set.
    pub(super) fn of(number: &BigUint) -> Option<Modulus<N>> {
        let words = words::<N>(number)?;
        words.last().is_some_and(|highest| highest >> 63 == 1).then(|| Modulus::new(words))
    }

    /// A power of a number below the modulus, nothing where base or exponent has more than `N` words.
    pub(super) fn raise(&self, base: &BigUint, exponent: &BigUint) -> Option<BigUint> {
        let base = words(&((base << (64 * N)) % whole(&self.words)))?;
        let power = self.power(&base, &words(exponent)?);
        // Multiplied with 1 itself, a number leaves Montgomery's form.
        let one: [u64; N] = words(&BigUint::from(1_u8))?;
        Some(whole(&self.multiply(&power, &one)))
    }

    /// The product of two numbers in Montgomery's form.
    ///
    /// Each word of `b` adds a multiple of `a`, and the multiple of the modulus that clears the lowest word; both in one
    /// pass, which keeps two carries under way at a time.
    #[inline(never)] // Its loops are unrolled, and it is called from many places.
    fn multiply(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let mut sum = [0; N];
        let mut overflow = 0_u64;
        let (Some((a_first, a_rest)), Some((m_first, m_rest))) = (a.split_first(), self.words.split_first()) else {
            return sum;
        };
        for &word in b {
            let cells = Cell::from_mut(&mut sum[..]).as_slice_of_cells();
            let (Some(lowest), Some(highest)) = (cells.first(), cells.last()) else { break };
            let (low, mut carry) = multiply_add(*a_first, word, lowest.get(), 0);
            let factor = low.wrapping_mul(self.inverse);
            let (_, mut reducing) = multiply_add(*m_first, factor, low, 0);
            for (pair, (a, m)) in cells.windows(2).zip(a_rest.iter().zip(m_rest)) {
                let [below, above] = pair else { break };
                let (low, high) = multiply_add(*a, word, above.get(), carry);
                carry = high;
                let (low, high) = multiply_add(*m, factor, low, reducing);
                reducing = high;
                below.set(low);
            }
            let (top, carried) = carry.overflowing_add(reducing);
            let (top, carried_too) = top.overflowing_add(overflow);
            highest.set(top);
            overflow = u64::from(carried) + u64::from(carried_too);
        }
        let (reduced, borrow) = subtract(&sum, &self.words);
        if overflow != 0 || !borrow { reduced } else { sum }
    }

    /// Twice a number.
    fn double(&self, a: &[u64; N]) -> [u64; N] {
        let mut doubled = *a;
        let mut carry = 0;
        for word in &mut doubled {
            (*word, carry) = (*word << 1 | carry, *word >> 63);
        }
        let (reduced, borrow) = subtract(&doubled, &self.words);
        if carry != 0 || !borrow { reduced } else { doubled }
    }

    /// Whether 2^(n-1) is 1 modulo the number n, as it is for primes. Fermat's test.
    pub(super) fn passes_fermat(&self) -> bool {
        let mut exponent = self.words;
        if let Some(lowest) = exponent.first_mut() {
            *lowest -= 1;
        }
        let mut power = self.one;
        for bit in bits(&exponent) {
            power = self.multiply(&power, &power);
            if bit {
                power = self.double(&power);
            }
        }
        power == self.one
    }

    /// Miller and Rabin's test. The base is in Montgomery's form, so that any number below the modulus is as good.
    pub(super) fn passes_miller_rabin(&self, base: &[u64; N]) -> bool {
        let mut odd = self.words;
        if let Some(lowest) = odd.first_mut() {
            *lowest -= 1;
        }
        let mut twos = 0_u32;
        while odd.first().is_some_and(|lowest| lowest % 2 == 0) && odd.iter().any(|word| *word != 0) {
            let mut carry = 0;
            for word in odd.iter_mut().rev() {
                (*word, carry) = (*word >> 1 | carry << 63, *word & 1);
            }
            twos += 1;
        }
        let mut power = self.power(base, &odd);
        if power == self.one || power == self.minus_one {
            return true;
        }
        for _ in 1..twos {
            power = self.multiply(&power, &power);
            if power == self.minus_one {
                return true;
            }
        }
        false
    }

    /// A power of a number in Montgomery's form, by four bits at a time.
    fn power(&self, base: &[u64; N], exponent: &[u64; N]) -> [u64; N] {
        let mut table = [self.one; 16];
        let mut next = self.one;
        for entry in &mut table {
            *entry = next;
            next = self.multiply(&next, base);
        }
        let mut power = self.one;
        for word in exponent.iter().rev() {
            for shift in (0..16).rev() {
                for _ in 0..4 {
                    power = self.multiply(&power, &power);
                }
                if let Some(entry) = table.get((word >> (shift * 4)) as usize & 15) {
                    power = self.multiply(&power, entry);
                }
            }
        }
        power
    }
}

/// The bits of a number, the highest first.
fn bits<const N: usize>(words: &[u64; N]) -> impl Iterator<Item = bool> + '_ {
    words.iter().rev().flat_map(|word| (0..64).rev().map(move |bit| word >> bit & 1 == 1))
}

/// The words of a number that has no more than `N`.
fn words<const N: usize>(number: &BigUint) -> Option<[u64; N]> {
    let mut words = [0; N];
    let digits = number.to_u64_digits();
    words.get_mut(..digits.len())?.copy_from_slice(&digits);
    Some(words)
}

fn whole(words: &[u64]) -> BigUint {
    words.iter().rev().fold(BigUint::default(), |sum, word| (sum << 64) + *word)
}

/// `a * b + c + d` in two words, the lower one first.
#[inline(always)]
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = u128::from(a) * u128::from(b) + u128::from(c) + u128::from(d);
    (sum as u64, (sum >> 64) as u64)
}

/// The difference, and whether it is negative.
fn subtract<const N: usize>(a: &[u64; N], b: &[u64; N]) -> ([u64; N], bool) {
    let mut difference = *a;
    let mut borrow = false;
    for (word, other) in difference.iter_mut().zip(b) {
        let (less, first) = word.overflowing_sub(*other);
        let (less, second) = less.overflowing_sub(u64::from(borrow));
        (*word, borrow) = (less, first || second);
    }
    (difference, borrow)
}
