//! What is wrong with a value, as a tree, in the schema library's words.

use value::{number, quote};

use super::{decimal::Decimal, json::Json, pointer};

/// How a failure takes part in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is printed with its causes below.
    Plain,
    /// Several failures of one schema.
    Group,
    /// It is passed over where it has one cause.
    Reference,
}

/// A failure and what caused it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) at: String,
    pub(crate) message: String,
    pub(crate) role: Role,
    pub(crate) causes: Vec<Failure>,
}

impl Failure {
    /// A failure that only counts.
    pub(crate) fn silent() -> Failure {
        Failure { at: String::new(), message: String::new(), role: Role::Plain, causes: Vec::new() }
    }

    /// The failures that a parent takes over in place of this one.
    pub(crate) fn flattened(self) -> Vec<Failure> {
        if self.role == Role::Group { self.causes } else { vec![self] }
    }

    /// The tree as lines, each behind `- ` and indented below its cause.
    pub(crate) fn write(&self, indent: usize, text: &mut String) {
        let mut below = indent;
        if self.role != Role::Reference || self.causes.len() != 1 {
            if indent > 0 {
                text.push('\n');
                text.push_str(&"  ".repeat(indent - 1));
                text.push_str("- ");
            }
            text.push_str(&format!("at {}: {}", quoted(&self.at), self.message));
            below += 1;
        }
        for cause in &self.causes {
            cause.write(below, text);
        }
    }
}

/// The failures of a whole document under the line that names the schema.
pub(crate) fn report(schema_location: &str, failure: Failure) -> String {
    let mut text = format!("jsonschema validation failed with {}", quoted(schema_location));
    for cause in failure.flattened() {
        cause.write(1, &mut text);
    }
    text
}

/// The place in a value as messages show it.
pub(crate) fn place(steps: &[String]) -> String {
    steps.iter().map(|step| format!("/{}", pointer::escape_step(step))).collect()
}

/// A text in single quotes.
pub(crate) fn quoted(text: &str) -> String {
    let text = quote::quote(text.as_bytes()).replace("\\\"", "\"").replace('\'', "\\'");
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    format!("'{inner}'")
}

/// Texts in single quotes with commas between them.
pub(crate) fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// A value that is no list and no object.
pub(crate) fn shown(value: &Json) -> String {
    match value {
        Json::Null => "<nil>".into(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => quoted(text),
        Json::List(_) | Json::Object(_) => "value".into(),
        Json::Other(go_type) => go_type.to_string(),
    }
}

/// An integer with commas between thousands, as the library's English printer writes it.
pub(crate) fn count(number: i64) -> String {
    grouped(&number.to_string())
}

/// A number as the library's English printer writes it: `1,234.5`, `1.5×10⁰⁶`.
pub(crate) fn amount(number: &Decimal) -> String {
    let text = number::format_float(number.to_float(), b'g', None, 64);
    match text.split_once('e') {
        None if text == "+Inf" => "∞".into(),
        None if text == "-Inf" => "-∞".into(),
        None => grouped(&text),
        Some((mantissa, exponent)) => {
            let raised = exponent.chars().filter_map(|sign| match sign {
                '-' => Some('⁻'),
                '0' => Some('⁰'),
                '1' => Some('¹'),
                '2' => Some('²'),
                '3' => Some('³'),
                digit => digit.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)),
            });
            format!("{mantissa}×10{}", raised.collect::<String>())
        }
    }
}

fn grouped(number: &str) -> String {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = match rest.find('.') {
        Some(point) => rest.split_at(point),
        None => (rest, ""),
    };
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_english() {
        for (number, want) in [
            ("1234567", "1.234567×10⁰⁶"),
            ("100000", "100,000"),
            ("-1234.5", "-1,234.5"),
            ("1e-5", "1×10⁻⁰⁵"),
            ("1e300", "1×10³⁰⁰"),
            ("0.1", "0.1"),
            ("4e47", "4×10⁴⁷"),
        ] {
            assert_eq!(amount(&Decimal::parse(number).unwrap()), want);
        }
        assert_eq!(count(-12345), "-12,345");
        assert_eq!(quoted("it's \"x\""), "'it\\'s \"x\"'");
    }
}
