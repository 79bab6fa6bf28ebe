//! Generates TOML documents, good ones and such as are wrong in one place.

use super::{Counts, Request, random::Random};

/// What the counts call the constructs.
pub(crate) const CONSTRUCTS: [&str; 6] =
    ["toml pair", "toml table", "toml list of tables", "toml inline table", "toml list", "toml broken byte"];

const KEYS: [&str; 14] =
    ["a", "b", "c", "a.b", "a.b.c", "b.c", "\"q k\"", "'l'", "1", "\"\"", " a . b ", r#""\u00e9""#, "é", "a-_9"];

/// Texts that are values, or nearly.
const VALUES: &[&str] = &[
    "1",
    "-2",
    "+3",
    "0",
    "1_000",
    "1__0",
    "01",
    "-01",
    "0x1F",
    "0o17",
    "0b101",
    "0xg",
    "0b2",
    "-0x1",
    "9223372036854775808",
    "1.5",
    "-0.1",
    "1e3",
    "1.",
    ".5",
    "1.e2",
    "1e400",
    "1_0.5_0",
    "inf",
    "-inf",
    "+nan",
    "nan",
    "-in",
    "na",
    "inx",
    "1.5.5",
    "true",
    "false",
    "yes",
    "truee",
    "1979-05-27T07:32:00Z",
    "1979-05-27 07:32:00.25-07:00",
    "1979-05-27T07:32:00",
    "1979-05-27",
    "07:32:00",
    "07:32",
    "7:32",
    "1979-5-27",
    "1979-13-01",
    "1979-05-27t07:32z",
    "1979-05-27T07:32",
    "\"\"",
    "\"text\"",
    r#""a\tb\"\\""#,
    r#""\u00e9\x41\U0001F600""#,
    r#""\q""#,
    r#""\ud800""#,
    r#""\u12""#,
    "\"open",
    "\"new\nline\"",
    r"'raw \n'",
    "'open",
    "''",
    "\"\"\"\nmany\nlines\"\"\"",
    "\"\"\"a \\\n   b\"\"\"",
    r#""""q""""""#,
    r#""""x"""""""#,
    r#""""open"""#,
    r#""""\"""""#,
    r#""""a \ b""""#,
    "'''\nraw\n'''",
    "'''a'''''",
    "'''open''",
    r#""\ ""#,
    r#""\e""#,
    "\"a\rb\"",
    "+x",
    "",
    "#",
    "=",
    "]",
];

/// A template that reads a document and writes it in every form.
pub(crate) fn generate(random: &mut Random, counts: &mut Counts) -> Request {
    let mut text = String::new();
    for _ in 0..1 + random.below(5) {
        match random.below(8) {
            0 => {
                count(counts, "toml table");
                text.push_str(&format!("[{}]", random.word(&KEYS)));
            }
            1 => {
                count(counts, "toml list of tables");
                text.push_str(&format!("[[{}]]", random.word(&KEYS)));
            }
            _ => pair(random, counts, &mut text, 2),
        }
        text.push_str(random.word(&["\n", "\n", "\n", "\n", "\n", " # note\n", "\r\n", "", " ", "\n\n"]));
    }
    if random.one_in(10) && !text.is_empty() {
        count(counts, "toml broken byte");
        let runes: Vec<char> = text.chars().collect();
        let at = random.below(runes.len());
        let wrong = *random.pick(&['=', '[', ']', '{', '}', ',', '.', '"', '\'', '#', '\n', '\r', '\u{1}', ' ', '\\']);
        text = runes.iter().enumerate().map(|(index, rune)| if index == at { wrong } else { *rune }).collect();
    }
    let values = serde_json::json!({ "toml": text }).to_string();
    let template = "{{ $r := fromToml .Values.toml }}{{ printf \"%v\" $r }}\n{{ toJson $r }}\n{{ toToml $r }}";
    Request { values: values.into(), ..Request::new("template", template) }
}

fn count(counts: &mut Counts, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

fn pair(random: &mut Random, counts: &mut Counts, text: &mut String, depth: usize) {
    count(counts, "toml pair");
    text.push_str(random.word(&KEYS));
    text.push_str(random.word(&[" = ", " = ", "=", " =\t"]));
    value(random, counts, text, depth);
}

fn value(random: &mut Random, counts: &mut Counts, text: &mut String, depth: usize) {
    match random.below(6) {
        0 if depth > 0 => {
            count(counts, "toml list");
            text.push('[');
            for index in 0..random.below(4) {
                if index > 0 {
                    text.push_str(random.word(&[",", ", ", ",\n", " , # x\n", " "]));
                }
                value(random, counts, text, depth - 1);
            }
            text.push_str(random.word(&["]", "]", "]", ",]", "\n]", ""]));
        }
        1 if depth > 0 => {
            count(counts, "toml inline table");
            text.push('{');
            for index in 0..random.below(4) {
                if index > 0 {
                    text.push_str(random.word(&[",", ", ", ",\n", " "]));
                }
                pair(random, counts, text, depth - 1);
            }
            text.push_str(random.word(&["}", "}", "}", " }", ",}", ""]));
        }
        // Most are good, so that more of the document is read.
        2..5 => text.push_str(random.word(&["1", "2.5", "\"s\"", "true", "'r'", "1979-05-27T07:32:00Z"])),
        _ => text.push_str(random.word(VALUES)),
    }
}
