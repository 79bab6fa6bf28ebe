//! Generates versions and constraints.

use super::{Counts, Request, random::Random};

pub(crate) const OPERATORS: [&str; 14] = ["", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "=v", ">= "];

/// What the counts call an operator.
pub(crate) fn name(operator: &str) -> String {
    format!("constraint {operator:?}")
}

pub(crate) fn generate(random: &mut Random, counts: &mut Counts) -> Request {
    let mut text = String::new();
    for part in 0..1 + random.below(3) {
        if part > 0 {
            text.push_str(random.word(&[" ", ", ", ",", " || ", "||", " - ", "  "]));
        }
        let operator = if random.one_in(30) { "!" } else { *random.pick(&OPERATORS) };
        *counts.entry(name(operator)).or_default() += 1;
        text.push_str(operator);
        text.push_str(&version(random, true));
    }
    let version = version(random, false);
    Request { how: version, ..Request::new("semver", text) }
}

fn version(random: &mut Random, wild: bool) -> String {
    let mut text = String::new();
    if random.one_in(8) {
        text.push('v');
    }
    for part in 0..[3, 3, 3, 3, 2, 1, 4][random.below(7)] {
        if part > 0 {
            text.push('.');
        }
        text.push_str(match random.below(14) {
            0 if wild => "x",
            1 if wild => "*",
            2 => "0",
            3 => "10",
            4 if random.one_in(6) => "01",
            5 if random.one_in(6) => "a",
            6 => "3",
            _ => random.word(&["0", "1", "2"]),
        });
    }
    if random.one_in(5) {
        text.push_str(random.word(&["-rc.1", "-0", "-alpha", "-beta.2.x", "-", "-01", "-a.1-b"]));
    }
    if random.one_in(8) {
        text.push_str(random.word(&["+m", "+1.2", "+", "+é"]));
    }
    text
}
