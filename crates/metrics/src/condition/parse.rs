//! Conditions as text.

use super::{Error, Expression, Function, MAX_DEPTH, Operator};

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Word(String),
    Sign(&'static str),
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 21] =
    ["<=", ">=", "==", "!=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "(", ")", "[", "]", "{", "}", ",", "#"];

pub(super) fn parse(text: &str) -> Result<Expression, Error> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, depth: 0 };
    let expression = parser.either()?;
    match parser.tokens.first() {
        None => Ok(expression),
        Some((at, token)) => Err(unexpected(text, *at, token)),
    }
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Error> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let length = |wanted: fn(char) -> bool| rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        let (token, length) = if first.is_ascii_digit() || first == '.' {
            let length = number_length(rest);
            let number = rest.get(..length).and_then(|digits| digits.parse().ok());
            (Token::Number(number.ok_or_else(|| wrong(text, at, "a number is malformed"))?), length)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = length(|character| character.is_ascii_alphanumeric() || character == '_');
            (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| wrong(text, at, &format!("{first:?} means nothing here")))?;
            (Token::Sign(sign), sign.len())
        };
        tokens.push((at, token));
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// How much of the text is a number such as `10.5e-3` or `.5`.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

fn wrong(text: &str, at: usize, what: &str) -> Error {
    let column = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
    Error(format!("{what}, at column {column} of {text:?}"))
}

fn unexpected(text: &str, at: usize, token: &Token) -> Error {
    let what = match token {
        Token::Number(number) => format!("the number {number}"),
        Token::Word(word) => format!("{word:?}"),
        Token::Sign(sign) => format!("{sign:?}"),
    };
    wrong(text, at, &format!("{what} is not expected"))
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    depth: usize,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Expression, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error(format!("a condition may nest {MAX_DEPTH} deep")));
        }
        let mut left = self.both()?;
        while self.takes(&["||", "or"]).is_some() {
            left = binary(Operator::Or, left, self.both()?);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, Error> {
        let mut left = self.comparison()?;
        while self.takes(&["&&", "and"]).is_some() {
            left = binary(Operator::And, left, self.comparison()?);
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expression, Error> {
        let left = self.sum()?;
        let operator = match self.takes(&["==", "!=", "<=", ">=", "<", ">"]) {
            Some("==") => Operator::Equal,
            Some("!=") => Operator::NotEqual,
            Some("<=") => Operator::LessEqual,
            Some(">=") => Operator::GreaterEqual,
            Some("<") => Operator::Less,
            Some(">") => Operator::Greater,
            _ => return Ok(left),
        };
        Ok(binary(operator, left, self.sum()?))
    }

    fn sum(&mut self) -> Result<Expression, Error> {
        let mut left = self.product()?;
        loop {
            let operator = match self.takes(&["+", "-"]) {
                Some("+") => Operator::Add,
                Some("-") => Operator::Subtract,
                _ => return Ok(left),
            };
            left = binary(operator, left, self.product()?);
        }
    }

    fn product(&mut self) -> Result<Expression, Error> {
        let mut left = self.unary()?;
        loop {
            let operator = match self.takes(&["*", "/"]) {
                Some("*") => Operator::Multiply,
                Some("/") => Operator::Divide,
                _ => return Ok(left),
            };
            left = binary(operator, left, self.unary()?);
        }
    }

    fn unary(&mut self) -> Result<Expression, Error> {
        let wrap: fn(Box<Expression>) -> Expression = match self.takes(&["!", "not", "-"]) {
            Some("-") => Expression::Negate,
            Some(_) => Expression::Not,
            None => return self.indexed(),
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error(format!("a condition may nest {MAX_DEPTH} deep")));
        }
        let inner = self.unary()?;
        self.depth -= 1;
        Ok(wrap(Box::new(inner)))
    }

    fn indexed(&mut self) -> Result<Expression, Error> {
        let mut expression = self.primary()?;
        while self.takes(&["["]).is_some() {
            let index = self.either()?;
            self.expect("]")?;
            expression = Expression::Index(Box::new(expression), Box::new(index));
        }
        Ok(expression)
    }

    fn primary(&mut self) -> Result<Expression, Error> {
        let Some(((_, token), rest)) = self.tokens.split_first() else {
            return Err(Error("the condition ends too early".to_owned()));
        };
        self.tokens = rest;
        match token {
            Token::Number(number) => Ok(Expression::Number(*number)),
            Token::Sign("#") => Ok(Expression::Element),
            Token::Sign("(") => {
                let inner = self.either()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign(sign) => Err(Error(format!("{sign:?} is not expected there"))),
            Token::Word(word) => match word.as_str() {
                "true" => Ok(Expression::Bool(true)),
                "false" => Ok(Expression::Bool(false)),
                "result" => Ok(Expression::Result),
                "before" => Ok(Expression::Before),
                name => self.call(name),
            },
        }
    }

    fn call(&mut self, name: &str) -> Result<Expression, Error> {
        let (function, arity) = match name {
            "isNaN" => (Function::IsNan, 1),
            "isInf" => (Function::IsInf, 1),
            "len" => (Function::Len, 1),
            "all" => (Function::All, 2),
            "any" => (Function::Any, 2),
            "none" => (Function::None, 2),
            "one" => (Function::One, 2),
            "default" => (Function::Default, 2),
            "asFloat" | "asInt" | "float" => (Function::AsFloat, 1),
            "abs" => (Function::Abs, 1),
            "min" => (Function::Min, 1),
            "max" => (Function::Max, 1),
            _ => {
                return Err(Error(format!(
                    "{name:?} is unknown: a condition knows result, before, all, any, none, one, len, isNaN, isInf, \
                     default, asFloat, abs, min and max"
                )));
            }
        };
        self.expect("(")?;
        let mut arguments = vec![self.argument()?];
        while self.takes(&[","]).is_some() {
            arguments.push(self.argument()?);
        }
        self.expect(")")?;
        if arguments.len() != arity {
            return Err(Error(format!("{name} takes {arity} arguments, not {}", arguments.len())));
        }
        Ok(Expression::Call(function, arguments))
    }

    /// An argument; a predicate may stand in braces, as expr-lang has it.
    fn argument(&mut self) -> Result<Expression, Error> {
        if self.takes(&["{"]).is_none() {
            return self.either();
        }
        let inner = self.either()?;
        self.expect("}")?;
        Ok(inner)
    }

    fn takes(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        let ((_, token), rest) = self.tokens.split_first()?;
        let found = wanted.iter().find(|wanted| match token {
            Token::Sign(sign) => sign == *wanted,
            Token::Word(word) => word == *wanted,
            Token::Number(_) => false,
        })?;
        self.tokens = rest;
        Some(found)
    }

    fn expect(&mut self, wanted: &'static str) -> Result<(), Error> {
        match self.takes(&[wanted]) {
            Some(_) => Ok(()),
            None => Err(Error(format!("{wanted:?} is missing"))),
        }
    }
}

fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operator, Box::new(left), Box::new(right))
}
