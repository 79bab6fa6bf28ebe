//! Arithmetic: on 64-bit integers that wrap around, on floats, and on floats by way of decimals.

mod decimal;

use value::{Elem, List, Signature, Type, Value, number};

use self::decimal::Decimal;
use super::{
    arguments::{Outcome, int, rest, value},
    convert::{to_float, to_int},
};
use crate::{Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Any, Int};
    const ANYTHING: Signature = Signature::variadic(&[], Any);
    const ONE: Signature = Signature::fixed(&[Any]);
    const TWO: Signature = Signature::fixed(&[Any, Any]);
    const ONE_AND_MORE: Signature = Signature::variadic(&[Any], Any);
    vec![
        Function::native("add", ANYTHING, |call, args| fold(call, args, 0, i64::wrapping_add)),
        Function::native("add1", ONE, |_, args| Ok(Value::int64(to_int(value(args, 0)).wrapping_add(1)))),
        Function::native("sub", TWO, |_, args| {
            Ok(Value::int64(to_int(value(args, 0)).wrapping_sub(to_int(value(args, 1)))))
        }),
        Function::native("mul", ONE_AND_MORE, |call, args| fold(call, args, 1, i64::wrapping_mul)),
        Function::native("div", TWO, |_, args| divided(args, i64::wrapping_div)),
        Function::native("mod", TWO, |_, args| divided(args, i64::wrapping_rem)),
        Function::native("max", ONE_AND_MORE, |call, args| fold(call, args, i64::MIN, i64::max)),
        Function::native("biggest", ONE_AND_MORE, |call, args| fold(call, args, i64::MIN, i64::max)),
        Function::native("min", ONE_AND_MORE, |call, args| fold(call, args, i64::MAX, i64::min)),
        Function::native("maxf", ONE_AND_MORE, |_, args| Ok(extreme(args, max))),
        Function::native("minf", ONE_AND_MORE, |_, args| Ok(extreme(args, min))),
        Function::native("floor", ONE, |_, args| Ok(Value::float(to_float(value(args, 0)).floor()))),
        Function::native("ceil", ONE, |_, args| Ok(Value::float(to_float(value(args, 0)).ceil()))),
        Function::native("round", Signature::variadic(&[Any, Int], Type::Float64), round),
        Function::native("add1f", ONE, |call, args| {
            decimals(call, value(args, 0), &[Value::int(1)], |_, a, b| Ok(a.add(b)))
        }),
        Function::native("addf", ANYTHING, |call, args| {
            decimals(call, &Value::float(0.0), args, |_, a, b| Ok(a.add(b)))
        }),
        Function::native("subf", ONE_AND_MORE, |call, args| {
            decimals(call, value(args, 0), rest(args, 1), |_, a, b| Ok(a.sub(b)))
        }),
        Function::native("mulf", ONE_AND_MORE, |call, args| {
            decimals(call, value(args, 0), rest(args, 1), |_, a, b| a.mul(b))
        }),
        Function::native("divf", ONE_AND_MORE, |call, args| {
            decimals(call, value(args, 0), rest(args, 1), |_, a, b| a.div(b))
        }),
        Function::native("until", Signature::fixed(&[Int]), until),
        Function::native("untilStep", Signature::fixed(&[Int, Int, Int]), until_step),
        Function::native("seq", Signature::variadic(&[], Int), seq),
    ]
}

/// Go's `int64(number)` on amd64: what does not fit is the least number.
pub(super) fn float_to_int(number: f64) -> i64 {
    // The bounds are exact: 2^63 is a float, and the float below -2^63 does not fit.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) { number as i64 } else { i64::MIN }
}

fn fold(call: &mut Call<'_>, args: &[Value], start: i64, combine: fn(i64, i64) -> i64) -> Outcome {
    call.budget.step(args.len() as u64)?;
    Ok(Value::int64(args.iter().map(to_int).fold(start, combine)))
}

fn divided(args: &[Value], divide: fn(i64, i64) -> i64) -> Outcome {
    match to_int(value(args, 1)) {
        0 => Err(Failure::new("runtime error: integer divide by zero")),
        divisor => Ok(Value::int64(divide(to_int(value(args, 0)), divisor))),
    }
}

fn extreme(args: &[Value], choose: fn(f64, f64) -> f64) -> Value {
    Value::float(args.iter().map(to_float).reduce(choose).unwrap_or(0.0))
}

/// Go's `math.Max`: an infinity beats a NaN, which beats the rest; a positive zero beats a negative one.
fn max(a: f64, b: f64) -> f64 {
    match () {
        () if a == f64::INFINITY || b == f64::INFINITY => f64::INFINITY,
        () if a.is_nan() || b.is_nan() => f64::NAN,
        () if a == 0.0 && b == 0.0 => {
            if a.is_sign_negative() {
                b
            } else {
                a
            }
        }
        () => {
            if a > b {
                a
            } else {
                b
            }
        }
    }
}

/// Go's `math.Min`.
fn min(a: f64, b: f64) -> f64 {
    -max(-a, -b)
}

/// Rounds to places behind the point; the third argument is the fraction from which on it rounds up.
fn round(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let round_on = match args.get(2) {
        Some(Value::Float(number, _)) => *number,
        _ => 0.5,
    };
    let power = power_of_ten(int(args, 1));
    let digit = power * to_float(value(args, 0));
    let fraction = digit - digit.trunc();
    let rounded = if fraction >= round_on { digit.ceil() } else { digit.floor() };
    Ok(Value::float(rounded / power))
}

/// Go's `math.Pow(10, exponent)`, which squares and multiplies and is off by some last bits.
fn power_of_ten(exponent: i64) -> f64 {
    // Go passes the exponent as a float.
    let wanted = exponent as f64;
    if wanted == 0.0 {
        return 1.0;
    }
    if wanted == 1.0 {
        return 10.0;
    }
    if wanted.abs() >= 9_223_372_036_854_775_808.0 {
        return if wanted > 0.0 { f64::INFINITY } else { 0.0 };
    }
    let (mut power, mut power_exponent) = (1.0, 0_i64);
    // Ten is 0.625 * 2^4.
    let (mut square, mut square_exponent) = (0.625, 4_i64);
    let mut rest = wanted.abs() as i64;
    while rest != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&square_exponent) {
            power_exponent += square_exponent;
            break;
        }
        if rest & 1 == 1 {
            power *= square;
            power_exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest >>= 1;
    }
    if wanted < 0.0 {
        power = 1.0 / power;
        power_exponent = -power_exponent;
    }
    scale(power, power_exponent)
}

/// Go's `math.Ldexp` of a fraction near one.
fn scale(fraction: f64, exponent: i64) -> f64 {
    let two_to = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    match exponent {
        ..-1080 => 0.0,
        // Subnormal: one step that is exact, and one that rounds.
        -1080..-1000 => fraction * two_to(-900) * two_to(exponent + 900),
        -1000..=1000 => fraction * two_to(exponent),
        1001..=1030 => fraction * two_to(1000) * two_to(exponent - 1000),
        _ => f64::INFINITY,
    }
}

type DecimalOperation = fn(&Call<'_>, Decimal, Decimal) -> Result<Decimal, Failure>;

/// Sprig's `execDecimalOp`: floats are taken for the decimals they print as.
fn decimals(call: &mut Call<'_>, first: &Value, others: &[Value], operation: DecimalOperation) -> Outcome {
    let mut result = Decimal::from_float(to_float(first))?;
    for other in others {
        call.budget.step(result.size())?;
        result = operation(call, result, Decimal::from_float(to_float(other))?)?;
    }
    Ok(Value::float(result.to_float()))
}

fn until(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let stop = int(args, 0);
    range(call, (0, stop), if stop < 0 { -1 } else { 1 }).map(ints)
}

fn until_step(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    range(call, (int(args, 0), int(args, 1)), int(args, 2)).map(ints)
}

fn ints(numbers: Vec<i64>) -> Value {
    Value::List(List::new(Elem::Int, numbers.into_iter().map(Value::int).collect()))
}

/// Sprig's `untilStep`; an overflow wraps around, and then only the budget ends it.
fn range(call: &Call<'_>, (start, stop): (i64, i64), step: i64) -> Result<Vec<i64>, Failure> {
    let mut numbers = Vec::new();
    let down = stop < start;
    if down && step >= 0 || !down && step <= 0 {
        return Ok(numbers);
    }
    let mut number = start;
    while if down { number > stop } else { number < stop } {
        call.budget.step(1)?;
        call.budget.bytes(size_of::<Value>())?;
        numbers.push(number);
        number = number.wrapping_add(step);
    }
    Ok(numbers)
}

/// Numbers with blanks between them, the last included: `END`, `START END` or `START STEP END`.
fn seq(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let direction = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, end, step) = match args.len() {
        1 => (1, int(args, 0), direction(1, int(args, 0))),
        2 => (int(args, 0), int(args, 1), direction(int(args, 0), int(args, 1))),
        3 => (int(args, 0), int(args, 2), int(args, 1)),
        _ => return Ok(Value::from("")),
    };
    let mut out = Vec::new();
    for number in range(call, (start, end.wrapping_add(direction(start, end))), step)? {
        if !out.is_empty() {
            out.push(b' ');
        }
        number::append_int(&mut out, number);
    }
    Ok(Value::string(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_the_last_bits_of_go() {
        // Go: math.Pow(10, n).
        assert_eq!(power_of_ten(2), 100.0);
        assert_eq!(power_of_ten(23).to_bits(), 1e23_f64.to_bits());
        assert_eq!(power_of_ten(309), f64::INFINITY);
        assert_eq!(power_of_ten(-400), 0.0);
    }

    #[test]
    fn floats_that_do_not_fit_are_the_least_integer() {
        assert_eq!(float_to_int(f64::NAN), i64::MIN);
        assert_eq!(float_to_int(1e19), i64::MIN);
        assert_eq!(float_to_int(-1.9), -1);
    }
}
