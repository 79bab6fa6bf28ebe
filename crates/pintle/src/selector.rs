//! Label selectors. apimachinery: `pkg/labels/selector.go`.

use std::collections::BTreeMap;

/// What labels must be.
#[derive(Debug, Default)]
pub(crate) struct Selector(Vec<Requirement>);

#[derive(Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    Missing,
    Greater,
    Less,
}

impl Selector {
    /// Reads a selector, such as `app=x,tier!=y,env in (a, b),!old`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Selector, String> {
        Parser { tokens: tokens(text), place: 0 }.selector()
    }

    /// Whether labels are as they must be.
    pub(crate) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels.get(&requirement.key)))
    }
}

impl Requirement {
    fn matches(&self, value: Option<&String>) -> bool {
        let listed = value.is_some_and(|value| self.values.contains(value));
        let order = || {
            let bound: i64 = self.values.first()?.parse().ok()?;
            Some(value?.parse::<i64>().ok()?.cmp(&bound))
        };
        match self.operator {
            Operator::In => listed,
            Operator::NotIn => !listed,
            Operator::Exists => value.is_some(),
            Operator::Missing => value.is_none(),
            Operator::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
            Operator::Less => order().is_some_and(std::cmp::Ordering::is_lt),
        }
    }
}

/// A word or a sign, and whether it is a sign.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 9] = [")", ",", "!", "==", "=", ">", "<", "!=", "("];

fn tokens(text: &str) -> Vec<Token> {
    let is_sign = |rune: char| "=!(),><".contains(rune);
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while let Some(rune) = rest.chars().next() {
        let end = match is_sign(rune) {
            false => rest.find(|rune: char| is_sign(rune) || rune.is_ascii_whitespace()).unwrap_or(rest.len()),
            true => {
                let signs = rest.find(|rune: char| !is_sign(rune)).unwrap_or(rest.len());
                let longest = (1..=signs).rev().find(|end| SIGNS.contains(&rest.get(..*end).unwrap_or_default()));
                // Each of these characters is a sign by itself.
                longest.unwrap_or(1)
            }
        };
        let (word, after) = rest.split_at(end);
        tokens.push(match SIGNS.iter().find(|sign| **sign == word) {
            Some(sign) => Token::Sign(sign),
            None => Token::Word(word.to_owned()),
        });
        rest = after.trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens.push(Token::End);
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    place: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.place).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.place += 1;
        token
    }

    fn selector(mut self) -> Result<Selector, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::End => return Ok(Selector(requirements)),
                Token::Word(_) | Token::Sign("!") => {}
                other => {
                    return Err(format!("found '{}', expected: !, identifier, or 'end of string'", text_of(other)));
                }
            }
            let requirement = self.requirement().map_err(|error| format!("unable to parse requirement: {error}"))?;
            requirements.push(requirement);
            match self.next() {
                Token::End => return Ok(Selector(requirements)),
                Token::Sign(",") => match self.peek() {
                    Token::Word(_) | Token::Sign("!") => {}
                    other => return Err(format!("found '{}', expected: identifier after ','", text_of(other))),
                },
                other => return Err(format!("found '{}', expected: ',' or 'end of string'", text_of(&other))),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let missing = *self.peek() == Token::Sign("!");
        if missing {
            self.next();
        }
        let key = match self.next() {
            Token::Word(key) => key,
            other => return Err(format!("found '{}', expected: identifier", text_of(&other))),
        };
        check_key(&key)?;
        if missing || matches!(self.peek(), Token::End | Token::Sign(",")) {
            let operator = if missing { Operator::Missing } else { Operator::Exists };
            return Ok(Requirement { key, operator, values: Vec::new() });
        }
        let (operator, exact) = match self.next() {
            Token::Word(word) if word == "in" => (Operator::In, false),
            Token::Word(word) if word == "notin" => (Operator::NotIn, false),
            Token::Sign("=" | "==") => (Operator::In, true),
            Token::Sign("!=") => (Operator::NotIn, true),
            Token::Sign(">") => (Operator::Greater, true),
            Token::Sign("<") => (Operator::Less, true),
            other => {
                return Err(format!("found '{}', expected: in, notin, =, ==, !=, gt, lt", text_of(&other)));
            }
        };
        let values = if exact { vec![self.exact()?] } else { self.set()? };
        for (place, value) in values.iter().enumerate() {
            check_value(&key, value, place)?;
        }
        let numeric = matches!(operator, Operator::Greater | Operator::Less);
        if let Some(value) = values.iter().find(|value| numeric && value.parse::<i64>().is_err()) {
            return Err(format!(
                "values[0]: Invalid value: {}: for 'Gt', 'Lt' operators, the value must be an integer",
                value::quote::quote(value.as_bytes())
            ));
        }
        Ok(Requirement { key, operator, values })
    }

    fn exact(&mut self) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return Ok(String::new());
        }
        match self.next() {
            Token::Word(value) => Ok(value),
            other => Err(format!("found '{}', expected: identifier", text_of(&other))),
        }
    }

    fn set(&mut self) -> Result<Vec<String>, String> {
        let open = self.next();
        if open != Token::Sign("(") {
            return Err(format!("found '{}' expected: '('", text_of(&open)));
        }
        let mut values = vec![String::new()];
        loop {
            match self.next() {
                Token::Sign(")") => return Ok(values),
                Token::Sign(",") => values.push(String::new()),
                Token::Word(word) => match (values.last_mut(), self.peek()) {
                    (Some(value), Token::Sign("," | ")")) => *value = word,
                    (_, other) => return Err(format!("found '{}', expected: ',' or ')'", text_of(other))),
                },
                other => return Err(format!("found '{}', expected: ',', or identifier", text_of(&other))),
            }
        }
    }
}

fn text_of(token: &Token) -> &str {
    match token {
        Token::Word(text) => text,
        Token::Sign(sign) => sign,
        Token::End => "",
    }
}

const NAME_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
                         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
                         validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const PREFIX_RULE: &str = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
                           characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
                           'example.com', regex used for validation is \
                           '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
                          and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or \
                          '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// apimachinery: `validation.IsQualifiedName`.
fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let subdomain = |prefix: &str| {
        prefix.split('.').all(|label| is_label(label) && !label.contains(['_', '.']))
            && !prefix.contains(|rune: char| rune.is_ascii_uppercase())
    };
    let problem = match (prefix, name) {
        (_, name) if name.contains('/') => {
            format!(
                "a valid label key {NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )
        }
        (Some(""), _) => "prefix part must be non-empty".into(),
        (Some(prefix), _) if !subdomain(prefix) => PREFIX_RULE.into(),
        (_, "") => "name part must be non-empty".into(),
        (_, name) if name.len() > 63 => "name part must be no more than 63 bytes".into(),
        (_, name) if is_label(name) => return Ok(()),
        _ => format!("name part {NAME_RULE}"),
    };
    Err(format!("<nil>: Invalid value: {}: {problem}", value::quote::quote(key.as_bytes())))
}

/// apimachinery: `validation.IsValidLabelValue`.
fn check_value(key: &str, text: &str, place: usize) -> Result<(), String> {
    let problem = match text {
        text if text.len() > 63 => "must be no more than 63 bytes",
        text if text.is_empty() || is_label(text) => return Ok(()),
        _ => VALUE_RULE,
    };
    Err(format!("values[{place}][{key}]: Invalid value: {}: {problem}", value::quote::quote(text.as_bytes())))
}

fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Selector;

    #[test]
    fn selectors_select() {
        let labels: BTreeMap<String, String> =
            [("a", "b"), ("n", "5"), ("e", "")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        for (selector, matches) in [
            ("", true),
            ("a=b", true),
            ("a == b , n", true),
            ("a!=b", false),
            ("x!=b", true),
            ("!a", false),
            ("!x", true),
            ("a in (c, b)", true),
            ("a notin (c,b)", false),
            ("n>4,n<6", true),
            ("e=", true),
            ("e in ()", true),
            ("in in (in)", false),
        ] {
            assert_eq!(Selector::parse(selector).map(|parsed| parsed.matches(&labels)), Ok(matches), "{selector}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        for (selector, error) in [
            ("a=b,", "found '', expected: identifier after ','"),
            ("=b", "found '=', expected: !, identifier, or 'end of string'"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ] {
            assert_eq!(Selector::parse(selector).unwrap_err(), error, "{selector}");
        }
    }
}
