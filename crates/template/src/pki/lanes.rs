//! Powers of four numbers at a time with AVX2, of which the search for primes is made.
//!
//! Numbers are columns of 28-bit limbs, the lowest first: so many of their products can be added up in 64 bits that
//! nothing is carried before the end. Montgomery's form as in `montgomery`, but numbers may reach twice the modulus, and
//! more before they are multiplied. The instructions are named one by one, for the compiler shuffles what it finds itself.

use std::arch::x86_64::__m256i;

use num_bigint::BigUint;
use pulp::x86::V3;

/// One limb of each of the four numbers.
type Lane = __m256i;

pub(super) const LANES: usize = 4;
const BITS: u32 = 28;
const MASK: u64 = (1 << BITS) - 1;

/// How many rows of products are added up in one pass over the sums.
const ROWS: usize = 4;

/// How many bits of an exponent of two are taken at a time. Then numbers grow to 16 times the modulus, and the square of
/// that may have no more than the bits to spare, which are twelve.
const SHIFTED: u32 = 2;

/// How many bits of another exponent are taken at a time.
const WINDOW: u32 = 5;

/// A processor that calculates in lanes.
#[derive(Clone, Copy)]
pub(super) struct Lanes(V3);

impl Lanes {
    /// This processor, if it does.
    pub(super) fn detect() -> Option<Lanes> {
        V3::try_new().map(Lanes)
    }

    /// Whether 2^(n-1) is 1 modulo n, for each of four odd numbers n of `bits` bits, and `L` limbs with twelve bits to
    /// spare at least. `W` is twice `L` and one more.
    pub(super) fn pass_fermat<const L: usize, const W: usize>(
        self,
        numbers: &[BigUint; LANES],
        bits: u64,
    ) -> [bool; LANES] {
        let ones = numbers.each_ref().map(|number| (BigUint::from(1_u8) << (BITS as usize * L)) % number);
        let exponents = numbers.each_ref().map(|number| digits(&(number - 1_u8), SHIFTED, bits));
        let work = PowersOfTwo {
            processor: self,
            modulus: &Modulus::<L, W>::new(numbers),
            one: gathered(&ones),
            exponents: &transposed(&exponents),
        };
        let powers = scattered(&self.0.vectorize(work));
        let mut passed = [false; LANES];
        for (passed, (power, (number, one))) in passed.iter_mut().zip(powers.iter().zip(numbers.iter().zip(&ones))) {
            *passed = power % number == *one;
        }
        passed
    }

    /// A power of each of four bases modulo an odd number, of `L` limbs with two bits to spare at least. `W` is twice `L`
    /// and one more.
    pub(super) fn powers<const L: usize, const W: usize>(
        self,
        bases: &[BigUint; LANES],
        exponent: &BigUint,
        number: &BigUint,
    ) -> [BigUint; LANES] {
        let form = BITS as usize * L;
        let modulus = Modulus::<L, W>::new(&std::array::from_fn(|_| number.clone()));
        let one = (BigUint::from(1_u8) << form) % number;
        let one: [Lane; L] = gathered(&std::array::from_fn(|_| one.clone()));
        let bases: [Lane; L] = gathered(&bases.each_ref().map(|base| (base << form) % number));
        let mut table = vec![one];
        while let Some(last) = table.last().filter(|_| table.len() < 1 << WINDOW) {
            table.push(modulus.multiply(self, last, &bases));
        }
        let mut power = one;
        for digit in digits(exponent, WINDOW, number.bits()) {
            for _ in 0..WINDOW {
                power = modulus.square(self, &power);
            }
            if let Some(factor) = table.get(digit as usize) {
                power = modulus.multiply(self, &power, factor);
            }
        }
        // Multiplied with 1 itself, a number leaves Montgomery's form.
        let one = gathered(&std::array::from_fn(|_| BigUint::from(1_u8)));
        scattered(&modulus.multiply(self, &power, &one)).map(|power| power % number)
    }

    #[inline(always)]
    fn zero(self) -> Lane {
        self.0.avx._mm256_setzero_si256()
    }

    #[inline(always)]
    fn add(self, one: Lane, other: Lane) -> Lane {
        self.0.avx2._mm256_add_epi64(one, other)
    }

    /// The products of the lower 32 bits.
    #[inline(always)]
    fn multiply(self, one: Lane, other: Lane) -> Lane {
        self.0.avx2._mm256_mul_epu32(one, other)
    }

    /// What is above the 28 bits of a limb.
    #[inline(always)]
    fn above(self, sum: Lane) -> Lane {
        self.0.avx2._mm256_srli_epi64::<{ BITS as i32 }>(sum)
    }

    #[inline(always)]
    fn masked(self, sum: Lane) -> Lane {
        self.0.avx2._mm256_and_si256(sum, pulp::cast([MASK; LANES]))
    }

    /// Multiplies each number by a power of two.
    #[inline(always)]
    fn shift_left<const L: usize>(self, number: &mut [Lane; L], bits: Lane) {
        for limb in number.iter_mut() {
            *limb = self.0.avx2._mm256_sllv_epi64(*limb, bits);
        }
        self.carry(number);
    }

    /// Makes every limb but the highest one of 28 bits again.
    #[inline(always)]
    fn carry<const L: usize>(self, number: &mut [Lane; L]) {
        let Some((highest, lower)) = number.split_last_mut() else { return };
        let mut carried = self.zero();
        for limb in lower {
            let sum = self.add(*limb, carried);
            *limb = self.masked(sum);
            carried = self.above(sum);
        }
        *highest = self.add(*highest, carried);
    }

    /// Adds to each sum the products of the factors, the last one first, with as many limbs from its place on.
    #[inline(always)]
    fn add_products<const R: usize>(self, sums: &mut [Lane], factors: &[Lane; R], limbs: &[Lane]) {
        for (sum, window) in sums.iter_mut().zip(limbs.windows(R)) {
            let mut total = *sum;
            for (factor, limb) in factors.iter().rev().zip(window) {
                total = self.add(total, self.multiply(*factor, *limb));
            }
            *sum = total;
        }
    }

    /// Adds the products of `R` limbs, from `index` on, with themselves and all higher ones of `L`. They are zeros then,
    /// as all lower ones are.
    #[inline(always)]
    fn add_squares<const R: usize, const L: usize>(self, sums: &mut [Lane], limbs: &mut [Lane], index: usize) {
        let Some([first, higher @ ..]) = limbs.get_mut(index..) else { return };
        let Some(sums) = sums.get_mut(2 * index..index + R + L - 1) else { return };
        let mut rows = [*first; R];
        let mut twice = [self.add(*first, *first); R];
        *first = self.zero();
        for ((row, twice), limb) in rows.iter_mut().zip(&mut twice).skip(1).zip(higher.iter_mut()) {
            *row = std::mem::replace(limb, self.zero());
            *twice = self.add(*row, *row);
        }
        for (place, (row, twice)) in rows.iter().zip(&twice).enumerate() {
            let mut sums = sums.iter_mut().skip(2 * place);
            if let Some(sum) = sums.next() {
                *sum = self.add(*sum, self.multiply(*row, *row));
            }
            for (sum, other) in sums.zip(rows.iter().skip(place + 1)) {
                *sum = self.add(*sum, self.multiply(*twice, *other));
            }
        }
        self.add_products(sums.get_mut(R..).unwrap_or_default(), &twice, higher);
    }
}

/// Two to the power of each exponent.
struct PowersOfTwo<'a, const L: usize, const W: usize> {
    processor: Lanes,
    modulus: &'a Modulus<L, W>,
    /// 1 in Montgomery's form.
    one: [Lane; L],
    /// [`SHIFTED`] bits at a time, the highest first.
    exponents: &'a [Lane],
}

impl<const L: usize, const W: usize> pulp::NullaryFnOnce for PowersOfTwo<'_, L, W> {
    type Output = [Lane; L];

    #[inline(always)]
    fn call(self) -> [Lane; L] {
        let mut power = self.one;
        for bits in self.exponents {
            for _ in 0..SHIFTED {
                power = self.modulus.square(self.processor, &power);
            }
            self.processor.shift_left(&mut power, *bits);
        }
        power
    }
}

/// Four odd numbers, and what multiplication needs of them.
struct Modulus<const L: usize, const W: usize> {
    /// With zeros above.
    limbs: [Lane; W],
    /// Minus the inverse of each modulo 2^28.
    inverse: Lane,
}

impl<const L: usize, const W: usize> Modulus<L, W> {
    fn new(numbers: &[BigUint; LANES]) -> Modulus<L, W> {
        let inverses = numbers.each_ref().map(|number| {
            let lowest = number.iter_u64_digits().next().unwrap_or(1);
            let inverse = (0..5).fold(lowest, |x, _| x.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(x))));
            inverse.wrapping_neg() & MASK
        });
        Modulus { limbs: gathered(numbers), inverse: pulp::cast(inverses) }
    }

    fn square(&self, processor: Lanes, number: &[Lane; L]) -> [Lane; L] {
        processor.0.vectorize(Square { processor, modulus: self, number })
    }

    fn multiply(&self, processor: Lanes, one: &[Lane; L], other: &[Lane; L]) -> [Lane; L] {
        processor.0.vectorize(Product { processor, modulus: self, one, other })
    }

    /// The sums divided by 2^28 as often as there are limbs, modulo the numbers.
    #[inline(always)]
    fn reduced(&self, processor: Lanes, mut sums: [Lane; W]) -> [Lane; L] {
        let mut index = 0;
        while index + ROWS <= L {
            self.clear::<ROWS>(processor, &mut sums, index);
            index += ROWS;
        }
        while index < L {
            self.clear::<1>(processor, &mut sums, index);
            index += 1;
        }
        let mut reduced = [processor.zero(); L];
        reduced.iter_mut().zip(sums.iter().skip(L)).for_each(|(limb, sum)| *limb = *sum);
        processor.carry(&mut reduced);
        reduced
    }

    /// Adds multiples of the modulus that clear `R` sums from `index` on, all lower ones being clear.
    #[inline(always)]
    fn clear<const R: usize>(&self, processor: Lanes, sums: &mut [Lane], index: usize) {
        let Some((lower, upper)) = sums.get_mut(index..index + L + R).and_then(|sums| sums.split_at_mut_checked(R))
        else {
            return;
        };
        let [lowest, limbs @ ..] = self.limbs.as_slice() else { return };
        let mut factors = [processor.zero(); R];
        let mut carried = processor.zero();
        for (row, sum) in lower.iter().enumerate() {
            let mut sum = processor.add(*sum, carried);
            // The factors so far, the last one first, with the limbs from the second on.
            for (factor, limb) in factors.iter().take(row).rev().zip(limbs) {
                sum = processor.add(sum, processor.multiply(*factor, *limb));
            }
            let next = processor.masked(processor.multiply(sum, self.inverse));
            carried = processor.above(processor.add(sum, processor.multiply(next, *lowest)));
            factors.iter_mut().skip(row).take(1).for_each(|factor| *factor = next);
        }
        upper.iter_mut().take(1).for_each(|sum| *sum = processor.add(*sum, carried));
        processor.add_products(upper, &factors, limbs);
    }
}

/// All that this calls is inlined, and so is built for the processor that it is for.
struct Square<'a, const L: usize, const W: usize> {
    processor: Lanes,
    modulus: &'a Modulus<L, W>,
    number: &'a [Lane; L],
}

impl<const L: usize, const W: usize> pulp::NullaryFnOnce for Square<'_, L, W> {
    type Output = [Lane; L];

    #[inline(always)]
    fn call(self) -> [Lane; L] {
        let Square { processor, modulus, number } = self;
        let mut sums = [processor.zero(); W];
        let mut limbs = [processor.zero(); W];
        limbs.iter_mut().zip(number).for_each(|(limb, number)| *limb = *number);
        let mut index = 0;
        while index + ROWS <= L {
            processor.add_squares::<ROWS, L>(&mut sums, &mut limbs, index);
            index += ROWS;
        }
        while index < L {
            processor.add_squares::<1, L>(&mut sums, &mut limbs, index);
            index += 1;
        }
        modulus.reduced(processor, sums)
    }
}

/// Inlined like [`Square`].
struct Product<'a, const L: usize, const W: usize> {
    processor: Lanes,
    modulus: &'a Modulus<L, W>,
    one: &'a [Lane; L],
    other: &'a [Lane; L],
}

impl<const L: usize, const W: usize> pulp::NullaryFnOnce for Product<'_, L, W> {
    type Output = [Lane; L];

    #[inline(always)]
    fn call(self) -> [Lane; L] {
        let mut sums = [self.processor.zero(); W];
        for (index, limb) in self.one.iter().enumerate() {
            self.processor.add_products(sums.get_mut(index..).unwrap_or_default(), &[*limb], self.other);
        }
        self.modulus.reduced(self.processor, sums)
    }
}

/// A number of `bits` bits, `width` bits at a time, the highest first.
fn digits(number: &BigUint, width: u32, bits: u64) -> Vec<u64> {
    let words = number.to_u64_digits();
    (0..bits.div_ceil(u64::from(width))).rev().map(|place| digit(&words, width, place)).collect()
}

/// The digit of so many bits at a place, the lowest of which is 0.
fn digit(words: &[u64], width: u32, place: u64) -> u64 {
    let bit = place * u64::from(width);
    let word = |at: u64| u128::from(words.get(at as usize).copied().unwrap_or(0));
    let two = word(bit / 64) | word(bit / 64 + 1) << 64;
    (two >> (bit % 64)) as u64 & ((1 << width) - 1)
}

fn transposed([a, b, c, d]: &[Vec<u64>; LANES]) -> Vec<Lane> {
    a.iter().zip(b).zip(c).zip(d).map(|(((a, b), c), d)| pulp::cast([*a, *b, *c, *d])).collect()
}

fn gathered<const N: usize>(numbers: &[BigUint; LANES]) -> [Lane; N] {
    let words = numbers.each_ref().map(BigUint::to_u64_digits);
    std::array::from_fn(|place| pulp::cast(words.each_ref().map(|words| digit(words, BITS, place as u64))))
}

fn scattered<const L: usize>(limbs: &[Lane; L]) -> [BigUint; LANES] {
    std::array::from_fn(|lane| {
        let limbs = limbs.iter().rev().filter_map(|limb| pulp::cast::<_, [u64; LANES]>(*limb).get(lane).copied());
        limbs.fold(BigUint::default(), |sum, limb| (sum << BITS) + limb)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `2^bits - less`
    fn below(bits: u64, less: u32) -> BigUint {
        (BigUint::from(1_u8) << bits) - less
    }

    fn agrees<const L: usize, const W: usize>(bits: u64, prime: u32) {
        let Some(lanes) = Lanes::detect() else { return };
        let lowest = below(bits - 1, 0) + 1_u8;
        let mixed = BigUint::from(0x9e37_79b9_u32).pow(80) % below(bits - 2, 0) * 2_u8 + &lowest;
        let numbers = [below(bits, 1), below(bits, prime), lowest, mixed];
        assert_eq!(lanes.pass_fermat::<L, W>(&numbers, bits), [false, true, false, false]);
        for number in &numbers {
            let bases = [BigUint::default(), BigUint::from(1_u8), number - 1_u8, below(bits - 1, 19)];
            let exponent = number >> 3;
            let want = bases.each_ref().map(|base| base.modpow(&exponent, number));
            assert_eq!(lanes.powers::<L, W>(&bases, &exponent, number), want);
        }
    }

    #[test]
    fn lanes_calculate_as_whole_numbers_do() {
        agrees::<37, 75>(1024, 105);
        agrees::<74, 149>(2048, 1_942_289);
    }
}
