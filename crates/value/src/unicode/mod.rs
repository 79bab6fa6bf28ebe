//! Properties of runes as Go's `unicode` package knows them (Unicode 15, whatever the Rust compiler has).

mod table;

/// `strconv.IsPrint`: a letter, mark, number, punctuation, symbol or the ASCII blank.
pub fn is_print(rune: char) -> bool {
    match rune {
        ' '..='~' => true,
        '\0'..='\x7f' => false,
        _ => within(table::PRINT, rune),
    }
}

/// `unicode.IsLetter`: of the categories Lu, Ll, Lt, Lm, Lo.
pub fn is_letter(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_alphabetic() } else { within(table::LETTER, rune) }
}

/// `unicode.IsDigit`: of the category Nd.
pub fn is_digit(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { within(table::DIGIT, rune) }
}

/// Whether an odd number of the table's boundaries is at or below the rune.
fn within(boundaries: &[u32], rune: char) -> bool {
    boundaries.partition_point(|boundary| *boundary <= u32::from(rune)) % 2 == 1
}
