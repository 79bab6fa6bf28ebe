//! `format`: the texts that have a form of their own, and what is wrong with one, in the schema library's words.

mod date;
mod network;
mod text;

use super::{json::Json, pattern::Pattern};

/// A format that is checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    name: &'static str,
    check: fn(&str) -> Result<(), String>,
}

const FORMATS: [Format; 19] = [
    Format { name: "json-pointer", check: text::json_pointer },
    Format { name: "relative-json-pointer", check: text::relative_json_pointer },
    Format { name: "uuid", check: text::uuid },
    Format { name: "duration", check: date::duration },
    Format { name: "period", check: date::period },
    Format { name: "ipv4", check: network::ipv4 },
    Format { name: "ipv6", check: network::ipv6 },
    Format { name: "hostname", check: network::hostname },
    Format { name: "email", check: network::email },
    Format { name: "date", check: date::date },
    Format { name: "time", check: date::time },
    Format { name: "date-time", check: date::date_time },
    Format { name: "uri", check: network::uri },
    Format { name: "iri", check: network::uri },
    Format { name: "uri-reference", check: network::uri_reference },
    Format { name: "iri-reference", check: network::uri_reference },
    Format { name: "uri-template", check: network::uri_template },
    Format { name: "semver", check: text::semver },
    Format { name: "regex", check: regex },
];

impl Format {
    /// The format of this name; one that is not known is not checked.
    pub(crate) fn named(name: &str) -> Option<Format> {
        FORMATS.into_iter().find(|format| format.name == name)
    }

    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    /// What is wrong with a value; nothing where it is no text.
    pub(crate) fn check(self, value: &Json) -> Option<String> {
        value.as_str().and_then(|text| (self.check)(text).err())
    }
}

fn regex(text: &str) -> Result<(), String> {
    Pattern::compile(text).map(|_| ())
}

/// A rune in single quotes, as Go's `%q` prints it.
fn quoted_rune(rune: char) -> String {
    match rune {
        '\'' => "'\\''".into(),
        '"' => "'\"'".into(),
        rune => {
            let quoted = value::quote::quote(rune.to_string().as_bytes());
            format!("'{}'", quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted))
        }
    }
}

/// An integer as `strconv.Atoi` reads it.
fn atoi(text: &str) -> Result<i64, String> {
    let failed =
        |reason: &str| Err(format!("strconv.Atoi: parsing {}: {reason}", value::quote::quote(text.as_bytes())));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return failed("invalid syntax");
    }
    match text.parse::<i64>() {
        Ok(number) => Ok(number),
        Err(_) => failed("value out of range"),
    }
}
