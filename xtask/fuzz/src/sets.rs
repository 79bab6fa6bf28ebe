//! Generates texts for `--set` and its relatives.

use super::{Counts, Request, random::Random};

const PARTS: [&str; 40] = [
    "a",
    "b",
    "list",
    "map",
    "word",
    ".",
    ".",
    "=",
    "=",
    "=",
    ",",
    "[0]",
    "[1]",
    "[2]",
    "[-1]",
    "[x]",
    "[65537]",
    "{",
    "}",
    "{x,y}",
    "1",
    "01",
    "true",
    "null",
    "1.5",
    "\\,",
    "\\.",
    "\\",
    " ",
    "é",
    "\"q\"",
    "{\"k\":1}",
    "[1,2]",
    "'",
    ":",
    "a.b.c",
    "map.a",
    "list[1].k",
    "",
    "0",
];

pub(crate) const FLAGS: [&str; 4] = ["set", "string", "json", "literal"];

/// What the counts call a flag.
pub(crate) fn name(flag: &str) -> String {
    format!("--{flag}")
}

pub(crate) fn generate(random: &mut Random, counts: &mut Counts) -> Request {
    let how = *random.pick(&FLAGS);
    *counts.entry(name(how)).or_default() += 1;
    let mut text = String::new();
    if random.one_in(2) {
        let key = *random.pick(&["a", "map.a", "map.n.m", "list[0]", "list[3].x", "new[1][0]", "a\\.b", "word"]);
        let value = *random.pick(&[
            "1",
            "text",
            "{a,b}",
            "true",
            "null",
            "",
            "a\\,b",
            "{\"j\": [1]}",
            "\"s\"",
            "[1]",
            "-2",
            "0x1",
        ]);
        text = format!("{key}={value}");
        if random.one_in(3) {
            text.push_str(",b=2");
        }
    } else {
        for _ in 0..1 + random.below(9) {
            text.push_str(random.word(&PARTS));
        }
    }
    Request { how: how.to_owned(), ..Request::new("set", text) }
}
