//! Decimals of any size, as far as shopspring/decimal 1.4 serves sprig.

use num_bigint::{BigInt, Sign};
use value::number;

use crate::Failure;

/// The digits behind the point that a division gives (shopspring/decimal: `DivisionPrecision`).
const DIVISION_PRECISION: i64 = 16;

/// A number: `value` times ten to the power of `exponent`.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The decimal with the fewest digits that reads back as this float. Fails for what is no finite number.
    pub(super) fn from_float(float: f64) -> Result<Decimal, Failure> {
        let text = number::format_float(float, b'e', None, 64);
        let digits_and_exponent = text.split_once('e').and_then(|(mantissa, exponent)| {
            let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i64);
            let value: i64 = mantissa.replace('.', "").parse().ok()?;
            Some((value, exponent.parse::<i64>().ok()? - places))
        });
        match digits_and_exponent {
            Some((0, _)) => Ok(Decimal { value: BigInt::ZERO, exponent: 0 }),
            Some((value, exponent)) => Ok(Decimal { value: value.into(), exponent }),
            None => Err(Failure::new(format!("Cannot create a Decimal from {text}"))),
        }
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(0.0)
    }

    /// A measure of what an operation costs.
    pub(super) fn size(&self) -> u64 {
        self.value.bits() / 64 + self.exponent.unsigned_abs() / 16 + 1
    }

    pub(super) fn add(self, other: Decimal) -> Decimal {
        let (a, b, exponent) = aligned(self, other);
        Decimal { value: a + b, exponent }
    }

    pub(super) fn sub(self, other: Decimal) -> Decimal {
        let (a, b, exponent) = aligned(self, other);
        Decimal { value: a - b, exponent }
    }

    pub(super) fn mul(self, other: Decimal) -> Result<Decimal, Failure> {
        let exponent = self.exponent + other.exponent;
        if i32::try_from(exponent).is_err() {
            return Err(Failure::new(format!("exponent {exponent} overflows an int32!")));
        }
        Ok(Decimal { value: self.value * other.value, exponent })
    }

    /// Divides to [`DIVISION_PRECISION`] digits behind the point, rounding half away from zero.
    pub(super) fn div(self, divisor: Decimal) -> Result<Decimal, Failure> {
        if divisor.value == BigInt::ZERO {
            return Err(Failure::new("decimal division by 0"));
        }
        let shift = self.exponent - divisor.exponent + DIVISION_PRECISION;
        if i32::try_from(shift).is_err() {
            return Err(Failure::new("overflow in decimal QuoRem"));
        }
        let (dividend, divisor) = match shift {
            ..0 => (self.value, divisor.value * power_of_ten(-shift)),
            _ => (self.value * power_of_ten(shift), divisor.value),
        };
        let quotient = &dividend / &divisor;
        let remainder = dividend.magnitude() - quotient.magnitude() * divisor.magnitude();
        let rounds = remainder * 2_u32 >= *divisor.magnitude();
        let one = match dividend.sign() == divisor.sign() || dividend.sign() == Sign::NoSign {
            _ if !rounds => 0,
            true => 1,
            false => -1,
        };
        Ok(Decimal { value: quotient + one, exponent: -DIVISION_PRECISION })
    }
}

/// Both values with the lesser exponent.
fn aligned(a: Decimal, b: Decimal) -> (BigInt, BigInt, i64) {
    let exponent = a.exponent.min(b.exponent);
    let scaled = |decimal: Decimal| match decimal.exponent - exponent {
        0 => decimal.value,
        places => decimal.value * power_of_ten(places),
    };
    (scaled(a), scaled(b), exponent)
}

fn power_of_ten(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}
