//! Conditions on what was measured: `result[0] >= 0.95`.
//!
//! They are the part of the expression language of Argo Rollouts' AnalysisTemplates (expr-lang) that speaks of numbers,
//! and `before`, which stands for what the same query gave before the operation.

mod evaluate;
mod parse;

use std::fmt;

/// How long a condition may be, and how deep it may nest.
const MAX_LENGTH: usize = 4096;
const MAX_DEPTH: usize = 64;

/// What is wrong with a condition or with what it is asked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// A condition that was parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    text: String,
    root: Expression,
}

/// What a condition is asked on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured<'a> {
    /// What was measured: a number for each series.
    pub result: &'a [f64],
    /// What the same probe gave before the operation, where that was asked.
    pub before: Option<&'a [f64]>,
}

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    Number(f64),
    Bool(bool),
    /// The numbers measured.
    Result,
    /// The numbers measured before the operation.
    Before,
    /// The element that `all`, `any`, `none` and `one` look at.
    Element,
    Index(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Negate(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(Function, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    IsNan,
    IsInf,
    Len,
    All,
    Any,
    None,
    One,
    Default,
    AsFloat,
    Abs,
    Min,
    Max,
}

impl Condition {
    /// Parses a condition such as `all(result, # < 0.01) && len(result) > 0`.
    ///
    /// # Errors
    /// What is not understood, and where.
    pub fn parse(text: &str) -> Result<Condition, Error> {
        if text.len() > MAX_LENGTH {
            return Err(Error(format!("a condition may have {MAX_LENGTH} bytes, this one has {}", text.len())));
        }
        Ok(Condition { text: text.trim().to_owned(), root: parse::parse(text)? })
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// Where it asks for an element that is not there, or for what was before and nobody measured that.
    pub fn holds(&self, measured: Measured<'_>) -> Result<bool, Error> {
        evaluate::holds(&self.root, measured)
    }

    /// Whether it speaks of what was before the operation.
    pub fn needs_before(&self) -> bool {
        self.root.any(&|part| *part == Expression::Before)
    }

    /// Whether it asks for NaN itself. Of every other condition a NaN is no answer.
    pub fn judges_nan(&self) -> bool {
        self.root.any(&|part| matches!(part, Expression::Call(Function::IsNan | Function::Default, _)))
    }

    /// Whether it can judge an empty answer.
    pub fn judges_nothing(&self) -> bool {
        self.root.any(&|part| matches!(part, Expression::Call(Function::Len | Function::Default, _)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Expression {
    fn any(&self, wanted: &dyn Fn(&Expression) -> bool) -> bool {
        wanted(self)
            || match self {
                Expression::Number(_)
                | Expression::Bool(_)
                | Expression::Result
                | Expression::Before
                | Expression::Element => false,
                Expression::Not(inner) | Expression::Negate(inner) => inner.any(wanted),
                Expression::Index(left, right) | Expression::Binary(_, left, right) => {
                    left.any(wanted) || right.any(wanted)
                }
                Expression::Call(_, arguments) => arguments.iter().any(|argument| argument.any(wanted)),
            }
    }
}
