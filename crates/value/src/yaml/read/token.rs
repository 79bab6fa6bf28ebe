//! Tokens: what the scanner hands to the parser.

/// A stretch of text, in the document or in the scanner's own buffer.
#[derive(Clone, Copy, Default)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) len: u32,
    /// Whether it lies in the scanner's buffer, because it is not in the document as it reads.
    pub(super) folded: bool,
}

/// A place in the document: line and column, counted from zero, columns in characters.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) line: u32,
    pub(super) column: u32,
    /// The byte, for those who must know which of two places comes first.
    pub(super) pos: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    StreamEnd,
    /// `%YAML`; whether the version is 1.1.
    Version(bool),
    /// `%TAG`; see `Scanner::tag_texts` for its texts.
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    /// See `Scanner::tag_texts` for its texts.
    Tag,
    PlainScalar,
    /// A quoted or block scalar.
    Scalar,
}

#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) mark: Mark,
    pub(super) text: Text,
}

impl Token {
    pub(super) fn new(kind: Kind, mark: Mark) -> Token {
        Token { kind, mark, text: Text::default() }
    }

    pub(super) fn with_text(kind: Kind, mark: Mark, text: Text) -> Token {
        Token { kind, mark, text }
    }

    /// Where an indicator of one character ends.
    pub(super) fn after(&self) -> Mark {
        Mark { column: self.mark.column.saturating_add(1), ..self.mark }
    }
}

/// What is wrong with a document's syntax.
#[derive(Debug)]
pub(super) enum Problem {
    /// Found while decoding the text; go-yaml knows no line.
    Reader(&'static str),
    /// Found while scanning, on this line.
    Scanner(&'static str, u32),
    /// Found while parsing, at a token on this line.
    Parser(&'static str, u32),
    /// An alias on this line to an anchor that is not there.
    UnknownAnchor(String, u32),
    /// The document is larger than can be handled.
    TooLarge,
}

impl Problem {
    /// The message and the line, counted from 1 (go-yaml v2: `parser.fail`, which counts the line of a parser's
    /// problem from zero, and names no first line).
    pub(super) fn describe(self) -> (String, Option<usize>) {
        let named = |message: &str, line: u32| match line {
            0 => format!("yaml: {message}"),
            _ => format!("yaml: line {line}: {message}"),
        };
        let line = |line: u32| Some(line as usize + 1);
        match self {
            Problem::Reader(message) => (named(message, 0), None),
            Problem::Scanner(message, at) => (named(message, if at == 0 { 0 } else { at + 1 }), line(at)),
            Problem::Parser(message, at) => (named(message, at), line(at)),
            Problem::UnknownAnchor(name, at) => (format!("yaml: unknown anchor '{name}' referenced"), line(at)),
            Problem::TooLarge => ("yaml: document is larger than 2 GiB".into(), None),
        }
    }
}
