//! Functions that give something else each time; the randomness comes from the surroundings.

use value::{Signature, Type, Value};

use super::{
    arguments::{Outcome, int, string},
    encode::base_64,
};
use crate::{Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    use Type::{Int, String};
    const COUNT: Signature = Signature::fixed(&[Int]);
    vec![
        Function::native("randAlphaNum", COUNT, |call, args| letters(call, int(args, 0), is_alphanumeric)),
        Function::native("randAlpha", COUNT, |call, args| letters(call, int(args, 0), is_letter)),
        Function::native("randNumeric", COUNT, |call, args| letters(call, int(args, 0), is_digit)),
        Function::native("randAscii", COUNT, |call, args| letters(call, int(args, 0), is_printable)),
        Function::native("randBytes", COUNT, rand_bytes),
        Function::native("randInt", Signature::fixed(&[Int, Int]), rand_int),
        Function::native("shuffle", Signature::fixed(&[String]), shuffle),
    ]
}

fn is_alphanumeric(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphabetic()
}

fn is_digit(byte: &u8) -> bool {
    byte.is_ascii_digit()
}

fn is_printable(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Random numbers below each of the bounds. Of 64 random bits the bias is too small to matter.
fn numbers_below(call: &Call<'_>, bounds: impl ExactSizeIterator<Item = u64>) -> Result<Vec<u64>, Failure> {
    let size = bounds.len().saturating_mul(8);
    call.budget.step(bounds.len() as u64)?;
    call.budget.bytes(size.saturating_mul(2))?;
    let mut random = vec![0; size];
    call.surroundings.fill_random(&mut random);
    let words = random.chunks(8).map(|word| word.iter().fold(0_u64, |word, &byte| word << 8 | u64::from(byte)));
    Ok(words.zip(bounds).map(|(word, bound)| ((u128::from(word) * u128::from(bound)) >> 64) as u64).collect())
}

/// As many characters of a class; none for a negative count, whose error sprig drops.
fn letters(call: &mut Call<'_>, count: i64, belongs: fn(&u8) -> bool) -> Outcome {
    let alphabet: Vec<u8> = (0..128).filter(belongs).collect();
    let count = usize::try_from(count).unwrap_or(0);
    call.budget.bytes(count)?;
    let numbers = numbers_below(call, std::iter::repeat_n(alphabet.len() as u64, count))?;
    let letters = numbers.into_iter().filter_map(|number| alphabet.get(number as usize).copied());
    Ok(Value::string(letters.collect::<Vec<u8>>()))
}

fn rand_bytes(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let count =
        usize::try_from(int(args, 0)).map_err(|_| Failure::new("runtime error: makeslice: len out of range"))?;
    call.budget.bytes(count.saturating_mul(4))?;
    let mut random = vec![0; count];
    call.surroundings.fill_random(&mut random);
    Ok(base_64(&random).into())
}

fn rand_int(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let (min, max) = (int(args, 0), int(args, 1));
    let span = u64::try_from(max.wrapping_sub(min)).unwrap_or(0);
    if span == 0 {
        return Err(Failure::new("invalid argument to Intn"));
    }
    let number = numbers_below(call, std::iter::once(span))?.first().copied().unwrap_or(0);
    Ok(Value::int(min.wrapping_add(number as i64)))
}

fn shuffle(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let text = string(args, 0);
    let mut runes: Vec<char> = text.runes().collect();
    let picks = numbers_below(call, (0..runes.len()).map(|index| index as u64 + 1))?;
    for (index, pick) in picks.into_iter().enumerate().rev() {
        runes.swap(index, pick as usize);
    }
    Ok(Value::from(String::from_iter(runes)))
}
