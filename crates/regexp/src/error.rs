//! What is wrong with a pattern.

use std::fmt;

use value::Str;

/// A pattern that Go's `regexp` refuses; displays as Go words it (``error parsing regexp: missing closing ): `(` ``).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    problem: Problem,
    fragment: Str,
}

/// The kinds of problems. Go: `regexp/syntax.ErrorCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    CharRange,
    Escape,
    NamedCapture,
    PerlOperator,
    NestedRepeat,
    RepeatSize,
    Utf8,
    MissingBracket,
    MissingParen,
    MissingRepeatArgument,
    TrailingBackslash,
    UnexpectedParen,
    NestingDepth,
    Large,
}

impl Error {
    pub(crate) fn new(problem: Problem, fragment: &[u8]) -> Error {
        Error { problem, fragment: fragment.into() }
    }

    /// Whether the pattern is too large, which is dear to find out.
    pub fn is_large(&self) -> bool {
        self.problem == Problem::Large
    }
}

impl Problem {
    fn text(self) -> &'static str {
        match self {
            Problem::CharRange => "invalid character class range",
            Problem::Escape => "invalid escape sequence",
            Problem::NamedCapture => "invalid named capture",
            Problem::PerlOperator => "invalid or unsupported Perl syntax",
            Problem::NestedRepeat => "invalid nested repetition operator",
            Problem::RepeatSize => "invalid repeat count",
            Problem::Utf8 => "invalid UTF-8",
            Problem::MissingBracket => "missing closing ]",
            Problem::MissingParen => "missing closing )",
            Problem::MissingRepeatArgument => "missing argument to repetition operator",
            Problem::TrailingBackslash => "trailing backslash at end of expression",
            Problem::UnexpectedParen => "unexpected )",
            Problem::NestingDepth => "expression nests too deeply",
            Problem::Large => "expression too large",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.problem.text(), self.fragment.to_text())
    }
}

impl std::error::Error for Error {}
