//! Fermat's test of four numbers at a time, with the processor's vector instructions.
//!
//! Numbers are columns of 28-bit limbs, the lowest first: so many of their products can be added up in 64 bits that
//! nothing is carried before the end. Montgomery's form as in `montgomery`, but numbers may reach twice the modulus.

use num_bigint::BigUint;
use pulp::Arch;

/// One limb of each of the four numbers.
type Lane = [u64; LANES];

pub(super) const LANES: usize = 4;
const BITS: u32 = 28;
const MASK: u64 = (1 << BITS) - 1;

/// Whether this processor is quicker with four numbers at a time than with one after the other.
pub(super) fn pay() -> bool {
    cfg!(target_arch = "x86_64") && !matches!(Arch::new(), Arch::Scalar)
}

/// Whether 2^(n-1) is 1 modulo n, for each of four odd numbers n of `bits` bits, `L` limbs and at least 8 bits to spare.
/// `W` is twice `L` and one more.
pub(super) fn pass_fermat<const L: usize, const W: usize>(numbers: &[BigUint; LANES], bits: u64) -> [bool; LANES] {
    let columns = numbers.each_ref().map(limbs::<L>);
    let numbers_in_lanes: [Lane; L] = transposed(&columns);
    let ones = numbers.each_ref().map(|number| (BigUint::from(1_u8) << (BITS as usize * L)) % number);
    let one: [Lane; L] = transposed(&ones.each_ref().map(limbs::<L>));
    let power = Arch::new().dispatch(Power::<L, W> { modulus: Modulus::new(numbers_in_lanes), power: one, bits });
    let mut passed = [false; LANES];
    for (lane, ((passed, number), one)) in passed.iter_mut().zip(numbers).zip(&ones).enumerate() {
        let digits = power.iter().rev().filter_map(|limb| limb.get(lane));
        let power = digits.fold(BigUint::default(), |sum, limb| (sum << BITS) + *limb);
        *passed = power % number == *one;
    }
    passed
}

/// 2 to the power of each number less one. All that it calls is inlined, and so is built for the instructions that the
/// processor turns out to have.
struct Power<const L: usize, const W: usize> {
    modulus: Modulus<L>,
    /// 1 in Montgomery's form.
    power: [Lane; L],
    bits: u64,
}

impl<const L: usize, const W: usize> pulp::NullaryFnOnce for Power<L, W> {
    type Output = [Lane; L];

    #[inline(always)]
    fn call(self) -> [Lane; L] {
        let Power { modulus, mut power, bits } = self;
        for bit in (0..bits).rev() {
            power = modulus.square::<W>(&power);
            // The exponent is one less than the number, and differs from it in the lowest bit alone.
            let (place, shift) = ((bit / u64::from(BITS)) as usize, bit % u64::from(BITS));
            if let Some(limb) = modulus.limbs.get(place).filter(|_| bit != 0) {
                double_where(&mut power, limb, shift);
            }
        }
        power
    }
}

struct Modulus<const L: usize> {
    limbs: [Lane; L],
    /// Minus the inverse of each modulo 2^28.
    inverse: Lane,
}

impl<const L: usize> Modulus<L> {
    fn new(limbs: [Lane; L]) -> Modulus<L> {
        let lowest = limbs.first().copied().unwrap_or_default();
        let inverse = lowest.map(|lowest| {
            let inverse = (0..5).fold(lowest, |x, _| x.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(x))));
            inverse.wrapping_neg() & MASK
        });
        Modulus { limbs, inverse }
    }

    #[inline(always)]
    fn square<const W: usize>(&self, number: &[Lane; L]) -> [Lane; L] {
        let mut sums = [[0; LANES]; W];
        for (index, limb) in number.iter().enumerate() {
            let Some([square, row @ ..]) = sums.get_mut(2 * index..) else { break };
            *square = add(square, &multiply(limb, limb));
            let twice = add(limb, limb);
            for (sum, other) in row.iter_mut().zip(number.get(index + 1..).unwrap_or_default()) {
                *sum = add(sum, &multiply(&twice, other));
            }
        }
        self.reduce(&mut sums);
        let mut reduced = [[0; LANES]; L];
        reduced.copy_from_slice(sums.get(L..2 * L).unwrap_or(&[[0; LANES]; L]));
        carry(&mut reduced);
        reduced
    }

    /// Adds multiples of the modulus that clear the lower half, two limbs at a time.
    #[inline(always)]
    fn reduce(&self, sums: &mut [Lane]) {
        let [first, second, ..] = self.limbs.as_slice() else { return };
        let (lower, upper) = (self.limbs.get(1..L - 1).unwrap_or_default(), self.limbs.get(2..).unwrap_or_default());
        let Some(highest) = self.limbs.last() else { return };
        for index in (0..L - 1).step_by(2) {
            let Some([lowest, next, rest @ ..]) = sums.get_mut(index..index + L + 1) else { return };
            let factor = self.factor(lowest);
            let carried = shift(&add(lowest, &multiply(&factor, first)));
            let next = add(&add(next, &multiply(&factor, second)), &carried);
            let other = self.factor(&next);
            let carried = shift(&add(&next, &multiply(&other, first)));
            for (sum, (low, high)) in rest.iter_mut().zip(lower.iter().zip(upper)) {
                *sum = add(&add(sum, &multiply(&factor, high)), &multiply(&other, low));
            }
            if let Some(sum) = rest.last_mut() {
                *sum = add(sum, &multiply(&other, highest));
            }
            if let Some(sum) = rest.first_mut() {
                *sum = add(sum, &carried);
            }
        }
        if L % 2 == 1 {
            let Some(row) = sums.get_mut(L - 1..2 * L) else { return };
            let factor = row.first().map(|lowest| self.factor(lowest)).unwrap_or_default();
            for (sum, limb) in row.iter_mut().zip(&self.limbs) {
                *sum = add(sum, &multiply(&factor, limb));
            }
            if let [lowest, next, ..] = row {
                *next = add(next, &shift(lowest));
            }
        }
    }

    /// How often the modulus must be added to clear this limb.
    #[inline(always)]
    fn factor(&self, limb: &Lane) -> Lane {
        masked(&multiply(limb, &self.inverse))
    }
}

/// Twice the number in the lanes where the bit is set.
#[inline(always)]
fn double_where<const L: usize>(number: &mut [Lane; L], [a, b, c, d]: &Lane, shift: u64) {
    let mask = |limb: u64| (limb >> shift & 1).wrapping_neg();
    let [a, b, c, d] = [mask(*a), mask(*b), mask(*c), mask(*d)];
    for limb in number.iter_mut() {
        let [e, f, g, h] = *limb;
        *limb = add(limb, &[e & a, f & b, g & c, h & d]);
    }
    carry(number);
}

/// Makes every limb but the highest one of 28 bits again.
#[inline(always)]
fn carry<const L: usize>(number: &mut [Lane; L]) {
    let mut carried = [0; LANES];
    for limb in number.iter_mut() {
        let sum = add(limb, &carried);
        *limb = masked(&sum);
        carried = shift(&sum);
    }
    if let Some(highest) = number.last_mut() {
        let [a, b, c, d] = carried;
        *highest = add(highest, &[a << BITS, b << BITS, c << BITS, d << BITS]);
    }
}

#[inline(always)]
fn add(one: &Lane, other: &Lane) -> Lane {
    let ([a, b, c, d], [e, f, g, h]) = (*one, *other);
    [a.wrapping_add(e), b.wrapping_add(f), c.wrapping_add(g), d.wrapping_add(h)]
}

/// The products of the lower 32 bits, for which there is an instruction.
#[inline(always)]
fn multiply(one: &Lane, other: &Lane) -> Lane {
    const LOW: u64 = 0xffff_ffff;
    let ([a, b, c, d], [e, f, g, h]) = (*one, *other);
    [(a & LOW) * (e & LOW), (b & LOW) * (f & LOW), (c & LOW) * (g & LOW), (d & LOW) * (h & LOW)]
}

#[inline(always)]
fn shift([a, b, c, d]: &Lane) -> Lane {
    [a >> BITS, b >> BITS, c >> BITS, d >> BITS]
}

#[inline(always)]
fn masked([a, b, c, d]: &Lane) -> Lane {
    [a & MASK, b & MASK, c & MASK, d & MASK]
}

fn limbs<const L: usize>(number: &BigUint) -> [u64; L] {
    let mut limbs = [0; L];
    let digits = number.to_u64_digits();
    for (index, limb) in limbs.iter_mut().enumerate() {
        let bit = index * BITS as usize;
        let word = |at: usize| u128::from(digits.get(at).copied().unwrap_or(0));
        let two = word(bit / 64) | word(bit / 64 + 1) << 64;
        *limb = (two >> (bit % 64)) as u64 & MASK;
    }
    limbs
}

fn transposed<const L: usize>(columns: &[[u64; L]; LANES]) -> [Lane; L] {
    let [a, b, c, d] = columns;
    let mut lanes = [[0; LANES]; L];
    for (lane, (((a, b), c), d)) in lanes.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
        *lane = [*a, *b, *c, *d];
    }
    lanes
}
