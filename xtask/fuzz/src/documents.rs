//! Generates YAML documents that use every construct of the language.

use super::{Counts, Request, random::Random};

const PLAIN: [&str; 64] = [
    "a",
    "some text",
    "true",
    "Yes",
    "off",
    "y",
    "N",
    "null",
    "~",
    "Null",
    "0",
    "-0",
    "42",
    "-7",
    "0o17",
    "017",
    "08",
    "0x1F",
    "0b101",
    "1_000",
    "1e3",
    "1.5",
    "-.5",
    ".inf",
    "-.Inf",
    ".nan",
    "1:30",
    "1:2:3.5",
    "2024-01-02",
    "2024-01-02T03:04:05Z",
    "2024-1-2 3:4:5 +1",
    "12345678901234567890",
    "9223372036854775808",
    "1e400",
    "0.1e-7",
    "+12",
    "1.",
    "=",
    "<<",
    "a:b",
    "a#b",
    "-x",
    "?x",
    ":x",
    "@x",
    "`x`",
    "%x",
    "x y: z",
    "a, b",
    "[x",
    "é",
    "🚀",
    "!x",
    "&",
    "*",
    "0x",
    "1__2",
    "0.0",
    "-1.0",
    "1E5",
    "123456.789",
    "0777",
    "nan",
    "...x",
];

/// What the counts call the constructs.
pub(crate) const CONSTRUCTS: [&str; 23] = [
    "yaml document start",
    "yaml document end",
    "yaml broken byte",
    "yaml block map",
    "yaml block list",
    "yaml merge key",
    "yaml duplicate key",
    "yaml complex key",
    "yaml key",
    "yaml comment",
    "yaml anchor",
    "yaml alias",
    "yaml tag",
    "yaml plain",
    "yaml single quoted",
    "yaml double quoted",
    "yaml literal",
    "yaml folded",
    "yaml flow list",
    "yaml flow map",
    "yaml empty",
    "yaml directive",
    "yaml byte order mark",
];

/// A document of a few constructs.
pub(crate) fn generate(random: &mut Random, counts: &mut Counts) -> Request {
    let mut text = String::new();
    if random.one_in(8) {
        let start =
            random.word(&["---\n", "%YAML 1.1\n---\n", "# comment\n", "--- ", "\u{feff}", "%TAG ! tag:x,2000:\n---\n"]);
        text.push_str(start);
        match start.chars().next() {
            Some('%') => count(counts, "yaml directive"),
            Some('\u{feff}') => count(counts, "yaml byte order mark"),
            _ => {}
        }
        count(counts, "yaml document start");
    }
    node(random, counts, 0, 3, &mut text);
    if random.one_in(20) {
        text.push_str(random.word(&["...\n", "---\nb: 2\n", "\n# end", "---\n"]));
        count(counts, "yaml document end");
    }
    if random.one_in(12) && !text.is_empty() {
        let mut bytes = text.into_bytes();
        let at = random.below(bytes.len());
        bytes[at] = *random.pick(b":-[]{}\"'|>&*!%#\t \n,?@`\x00\x7f\xff");
        count(counts, "yaml broken byte");
        return Request::new("yaml", bytes);
    }
    Request::new("yaml", text)
}

fn count(counts: &mut Counts, name: &str) {
    *counts.entry(name.to_owned()).or_default() += 1;
}

/// A block node; the cursor stands behind the indentation.
fn node(random: &mut Random, counts: &mut Counts, indent: usize, depth: usize, text: &mut String) {
    match random.below(8) {
        0..3 if depth > 0 => block_map(random, counts, indent, depth, text),
        3 | 4 if depth > 0 => block_list(random, counts, indent, depth, text),
        _ => {
            scalar(random, counts, indent, text);
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
    }
}

fn block_map(random: &mut Random, counts: &mut Counts, indent: usize, depth: usize, text: &mut String) {
    count(counts, "yaml block map");
    for entry in 0..1 + random.below(4) {
        if entry > 0 {
            text.push_str(&" ".repeat(indent));
        }
        let key = match random.below(9) {
            0 => (*random.pick(&PLAIN)).to_owned(),
            1 => format!("\"k{entry}\\n\""),
            2 => format!("'it''s {entry}'"),
            3 => "<<".to_owned(),
            4 => "? complex\n".to_owned() + &" ".repeat(indent),
            5 => "dup".to_owned(),
            _ => format!("k{entry}"),
        };
        count(
            counts,
            match key.as_str() {
                "<<" => "yaml merge key",
                "dup" => "yaml duplicate key",
                key if key.starts_with('?') => "yaml complex key",
                _ => "yaml key",
            },
        );
        text.push_str(&key);
        text.push(':');
        if depth > 0 && random.one_in(3) {
            properties(random, counts, text);
            text.push('\n');
            let deeper = indent + 1 + random.below(3);
            text.push_str(&" ".repeat(deeper));
            node(random, counts, deeper, depth - 1, text);
        } else {
            text.push(' ');
            scalar(random, counts, indent, text);
            if random.one_in(10) && !text.ends_with('\n') {
                text.push_str(" # note");
                count(counts, "yaml comment");
            }
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
    }
}

fn block_list(random: &mut Random, counts: &mut Counts, indent: usize, depth: usize, text: &mut String) {
    count(counts, "yaml block list");
    for entry in 0..1 + random.below(4) {
        if entry > 0 {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str("- ");
        node(random, counts, indent + 2, depth - 1, text);
    }
}

fn properties(random: &mut Random, counts: &mut Counts, text: &mut String) {
    if random.one_in(8) {
        count(counts, "yaml anchor");
        text.push_str(&format!(" &a{}", random.below(3)));
    }
    if random.one_in(14) {
        count(counts, "yaml tag");
        text.push(' ');
        text.push_str(random.word(&[
            "!!str",
            "!!int",
            "!!float",
            "!!bool",
            "!!null",
            "!!binary",
            "!local",
            "!!map",
            "!!seq",
            "!<tag:yaml.org,2002:str>",
            "!!timestamp",
        ]));
    }
}

fn scalar(random: &mut Random, counts: &mut Counts, indent: usize, text: &mut String) {
    properties(random, counts, text);
    if text.ends_with(|last: char| !last.is_whitespace()) {
        text.push(' ');
    }
    let pad = " ".repeat(indent + 1 + random.below(3));
    match random.below(16) {
        0..6 => {
            count(counts, "yaml plain");
            text.push_str(random.word(&PLAIN));
        }
        6 => {
            count(counts, "yaml single quoted");
            text.push_str(random.word(&["''", "'a'", "'it''s'", "'a\n\n  b'", "' x '", "'true'", "'é: #'"]));
        }
        7 => {
            count(counts, "yaml double quoted");
            text.push_str(random.word(&[
                "\"\"",
                "\"a\\tb\"",
                "\"\\u00e9\\x41\\U0001F600\"",
                "\"a\\\n  b\"",
                "\"x\n\n  y\"",
                "\"\\e\\0\\N\\_\\L\\P\"",
                "\"\\/\"",
                "\"\\q\"",
                "\"12\"",
                "\"\\ud83d\"",
            ]));
        }
        8 | 9 => {
            let header = *random.pick(&["|", "|-", "|+", "|2", "| # c", "|-1"]);
            count(counts, "yaml literal");
            text.push_str(&format!("{header}\n{pad}one\n{pad}  two\n\n{pad}three \n"));
            if random.one_in(3) {
                text.push('\n');
            }
        }
        10 | 11 => {
            let header = *random.pick(&[">", ">-", ">+", ">1"]);
            count(counts, "yaml folded");
            text.push_str(&format!("{header}\n{pad}one\n{pad}two\n\n{pad}  more\n{pad}three\n"));
        }
        12 => {
            count(counts, "yaml flow list");
            let (a, b) = (*random.pick(&PLAIN), *random.pick(&PLAIN));
            text.push_str(&match random.below(4) {
                0 => "[]".to_owned(),
                1 => format!("[{a}, {b}]"),
                2 => format!("[ {a},\n   'q', {{x: {b}}}, ]"),
                _ => format!("[a: {b}, ? c]"),
            });
        }
        13 => {
            count(counts, "yaml flow map");
            let (a, b) = (*random.pick(&PLAIN), *random.pick(&PLAIN));
            text.push_str(&match random.below(5) {
                0 => "{}".to_owned(),
                1 => format!("{{k: {a}, \"j\":{b}}}"),
                2 => format!("{{{a}, l: [{b}]}}"),
                3 => format!("{{ k: {a},\n  m: {b} }}"),
                _ => "{a: {b: {c: 1}}, ? d : e}".to_owned(),
            });
        }
        14 => {
            count(counts, "yaml alias");
            text.push_str(&format!("*a{}", random.below(3)));
        }
        _ => count(counts, "yaml empty"),
    }
}
