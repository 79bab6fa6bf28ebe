//! Reads a template: text, and paths between braces.

use super::{Bound, Node};

/// How deep filters may lie in each other.
const MAX_DEPTH: usize = 50;

pub(super) fn template(text: &str) -> Result<Vec<Node>, String> {
    parse(text, 0)
}

fn parse(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    if depth > MAX_DEPTH {
        return Err("filters are nested too deeply".into());
    }
    let mut parser = Parser { runes: text.chars().collect(), at: 0, depth };
    let mut nodes = Vec::new();
    loop {
        let start = parser.at;
        while parser.peek().is_some_and(|rune| rune != '{') {
            parser.at += 1;
        }
        if parser.at > start {
            nodes.push(Node::Text(parser.text(start)));
        }
        if parser.peek().is_none() {
            return Ok(nodes);
        }
        parser.at += 1;
        nodes.push(Node::List(parser.action()?));
    }
}

struct Parser {
    runes: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.runes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let rune = self.peek();
        self.at += usize::from(rune.is_some());
        rune
    }

    fn text(&self, start: usize) -> String {
        self.runes.get(start..self.at).unwrap_or_default().iter().collect()
    }

    fn takes(&mut self, prefix: &str) -> bool {
        let rest = self.runes.get(self.at..).unwrap_or_default();
        let found = prefix.chars().zip(rest).filter(|(a, b)| a == *b).count() == prefix.chars().count();
        if found {
            self.at += prefix.chars().count();
        }
        found
    }

    /// What stands between braces, up to the closing one.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            if self.takes("}") {
                return Ok(nodes);
            }
            if self.takes("[?(") {
                nodes.push(self.filter()?);
                continue;
            }
            if self.takes("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err("invalid multiple recursive descent".into());
                }
                nodes.push(Node::Recursive);
                if self.peek().is_some_and(is_word) {
                    nodes.push(self.field());
                }
                continue;
            }
            let start = self.at;
            match self.next() {
                None | Some('\r' | '\n') => return Err("unclosed action".into()),
                Some(' ' | '@' | '$') => {}
                Some('[') => self.array(start, &mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(Node::Text(self.quoted(start, quote)?)),
                Some('.') => nodes.push(self.field()),
                Some(rune) if rune == '+' || rune == '-' || rune.is_numeric() => {
                    nodes.push(self.number(start)?);
                }
                Some(rune) if is_word(rune) => {
                    while !is_end(self.peek()) {
                        self.at += 1;
                    }
                    nodes.push(match self.text(start) {
                        word if word == "true" || word == "false" => Node::Bool(word == "true"),
                        word => Node::Identifier(word),
                    });
                }
                Some(rune) => {
                    return Err(format!("unrecognized character in action: U+{:04X} '{rune}'", u32::from(rune)));
                }
            }
        }
    }

    fn field(&mut self) -> Node {
        let start = self.at;
        while !is_end(self.peek()) {
            if self.next() == Some('\\') {
                self.next();
            }
        }
        match self.text(start) {
            name if name == "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn number(&mut self, start: usize) -> Result<Node, String> {
        while self.peek().is_some_and(|rune| rune == '.' || rune.is_numeric()) {
            self.at += 1;
        }
        let text = self.text(start);
        let integer = text.parse::<i64>().map(Node::Int);
        integer.or_else(|_| text.parse::<f64>().map(Node::Float)).map_err(|_| format!("cannot parse number {text}"))
    }

    fn quoted(&mut self, start: usize, quote: char) -> Result<String, String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".into()),
                Some(rune) if rune == quote && self.runes.get(self.at.wrapping_sub(2)) != Some(&'\\') => break,
                Some(_) => {}
            }
        }
        let text = self.text(start);
        unquote(&text).ok_or_else(|| format!("unquote string {text} error invalid syntax"))
    }

    fn array(&mut self, start: usize, nodes: &mut Vec<Node>) -> Result<(), String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".into()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.text(start);
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or_default();
        let inner = if inner == "*" { ":" } else { inner };
        let parts: Vec<&str> = inner.split(',').collect();
        if parts.len() > 1 {
            let parts = parts.into_iter().map(|part| self.nested(&format!("[{}]", part.trim_matches(' '))));
            nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = inner.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            nodes.extend(self.nested(&format!(".{key}"))?);
            return Ok(());
        }
        nodes.push(Node::Slice(slice(inner)?));
        Ok(())
    }

    fn filter(&mut self) -> Result<Node, String> {
        let start = self.at;
        let mut quote: Option<char> = None;
        let mut closed = false;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".into()),
                Some(rune @ ('"' | '\'')) => match quote {
                    None => quote = Some(rune),
                    Some(open) => {
                        let escaped = self.runes.get(self.at.wrapping_sub(2)) == Some(&'\\');
                        closed |= !escaped && rune == open;
                    }
                },
                Some(')') if quote.is_some() == closed => break,
                Some(_) => {}
            }
        }
        let end = self.at;
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".into());
        }
        let text: String = self.runes.get(start..end.saturating_sub(1)).unwrap_or_default().iter().collect();
        match comparison(&text) {
            None => Ok(Node::Filter { left: self.nested(&text)?, right: Vec::new(), operator: "exists".into() }),
            Some((left, operator, right)) => {
                let (left, right) = (self.nested(left)?, self.nested(right)?);
                Ok(Node::Filter { left, right, operator: operator.to_owned() })
            }
        }
    }

    /// Reads a text as if it stood between braces of its own.
    fn nested(&self, text: &str) -> Result<Vec<Node>, String> {
        match parse(&format!("{{{text}}}"), self.depth + 1)?.into_iter().next() {
            Some(Node::List(nodes)) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }
}

/// `left OPERATOR right`: the operator is the first run of `!<>=` that leaves something on its right, which takes one
/// sign of it where there is nothing else.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let sign = |rune: char| matches!(rune, '!' | '<' | '>' | '=');
    let start = text.find(sign).filter(|start| *start > 0)?;
    let run = text.get(start..)?;
    let mut end = run.find(|rune| !sign(rune)).unwrap_or(run.len());
    if end == run.len() {
        end = end.checked_sub(1).filter(|end| *end > 0)?;
    }
    let (operator, right) = run.split_at_checked(end)?;
    if right.contains('\n') { None } else { Some((text.get(..start)?, operator, right)) }
}

fn slice(text: &str) -> Result<[Bound; 3], String> {
    let invalid = || format!("invalid array index {text}");
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return Err(invalid());
    }
    let is_number = |part: &str| part.strip_prefix('-').unwrap_or(part).bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(|part| is_number(part)) {
        return Err(invalid());
    }
    let mut bounds = [Bound::default(); 3];
    let mut start = 0;
    for (index, bound) in bounds.iter_mut().enumerate() {
        *bound = match parts.get(index) {
            Some(&"") => Bound::default(),
            Some(part) => {
                let value = part.parse().map_err(|_| format!("array index {part} is not a number"))?;
                Bound { value, known: true, derived: false }
            }
            None if index == 1 => Bound { value: start + 1, known: true, derived: true },
            None => Bound::default(),
        };
        if index == 0 {
            start = bound.value;
        }
    }
    Ok(bounds)
}

/// Takes the quotes off, and understands Go's escapes; nothing where there is a wrong one.
fn unquote(text: &str) -> Option<String> {
    let quote = text.chars().next()?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    if !inner.contains('\\') && !inner.contains(quote) {
        return Some(inner.to_owned());
    }
    let mut out = String::new();
    let mut runes = inner.chars();
    while let Some(rune) = runes.next() {
        if rune == quote {
            return None;
        }
        if rune != '\\' {
            out.push(rune);
            continue;
        }
        let digits = |runes: &mut std::str::Chars<'_>, count: usize, radix: u32| {
            (0..count).try_fold(0, |code, _| Some(code * radix + runes.next()?.to_digit(radix)?))
        };
        out.push(match runes.next()? {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' => '\\',
            'x' => char::from_u32(digits(&mut runes, 2, 16)?)?,
            'u' => char::from_u32(digits(&mut runes, 4, 16)?)?,
            'U' => char::from_u32(digits(&mut runes, 8, 16)?)?,
            octal @ '0'..='7' => {
                let rest = digits(&mut runes, 2, 8)?;
                char::from_u32(octal.to_digit(8)? * 64 + rest).filter(|rune| u32::from(*rune) < 256)?
            }
            other if other == quote => quote,
            _ => return None,
        });
    }
    Some(out)
}

fn is_word(rune: char) -> bool {
    rune == '_' || rune.is_alphanumeric()
}

/// Whether a name ends before this rune.
fn is_end(rune: Option<char>) -> bool {
    rune.is_none_or(|rune| matches!(rune, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}'))
}
