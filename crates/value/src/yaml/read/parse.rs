//! The parser: turns tokens into the nodes of the first document.
//!
//! The rules are libyaml's as go-yaml v2 has them (`parserc.go`), to the order in which problems are found.

use std::collections::HashMap;

use super::{
    comments::Extras,
    input::Input,
    node::{Document, Node, NodeId, Shape, Tag},
    scan::Scanner,
    token::{Kind, Mark, Problem, Text, Token},
};

/// What the parser expects next.
#[derive(Clone, Copy)]
enum State {
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
}

/// Where a node may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    /// In a block mapping, where a sequence need not be indented.
    BlockMapping,
    Flow,
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    state: State,
    states: Vec<State>,
    nodes: Vec<Node>,
    /// The collections that are not ended yet.
    open: Vec<usize>,
    anchors: HashMap<Vec<u8>, NodeId>,
    /// Handles of tags and their prefixes.
    tags: HashMap<Vec<u8>, Vec<u8>>,
    has_aliases: bool,
    /// What nodes have beside their values, where that is wanted.
    extras: Option<Box<Extras>>,
}

/// Parses the first document of a text; nothing where there is none.
pub(super) fn parse<'t>(input: &'t Input<'_>) -> Result<Option<Document<'t>>, Problem> {
    Ok(parse_with(input, None)?.map(|(document, _)| document))
}

/// Parses it with what its nodes have beside their values: comments, styles, anchors, tags.
pub(super) fn parse_whole<'t>(input: &'t Input<'_>) -> Result<Option<(Document<'t>, Extras)>, Problem> {
    let parsed = parse_with(input, Some(Box::default()))?;
    Ok(parsed.map(|(document, extras)| (document, extras.map(|extras| *extras).unwrap_or_default())))
}

/// A document and its extras.
type Whole<'t> = (Document<'t>, Option<Box<Extras>>);

fn parse_with<'t>(input: &'t Input<'_>, extras: Option<Box<Extras>>) -> Result<Option<Whole<'t>>, Problem> {
    if input.text.len() > i32::MAX as usize {
        return Err(Problem::TooLarge);
    }
    let mut parser = Parser {
        scanner: Scanner::new(input),
        state: State::BlockNode,
        states: Vec::new(),
        nodes: Vec::with_capacity(input.text.len() / 12),
        open: Vec::new(),
        anchors: HashMap::new(),
        tags: HashMap::new(),
        has_aliases: false,
        extras,
    };
    if parser.extras.is_some() {
        parser.scanner.keeping_comments();
    }
    if !parser.start_document()? {
        return Ok(None);
    }
    while parser.step()? {}
    let Parser { scanner, nodes, has_aliases, extras, .. } = parser;
    Ok(Some((Document { text: &input.text, folded: scanner.cursor.folded, nodes, has_aliases }, extras)))
}

impl Parser<'_> {
    fn peek(&mut self) -> Result<Token, Problem> {
        let token = self.scanner.peek()?;
        if let Some(extras) = &mut self.extras {
            self.scanner.unfold(token, extras);
        }
        Ok(token)
    }

    /// Takes note of something beside the node that comes next, where that is wanted.
    fn note(&mut self, note: impl FnOnce(&mut Extras, NodeId)) {
        let id = self.nodes.len() as NodeId;
        if let Some(extras) = &mut self.extras {
            note(extras, id);
        }
    }

    fn advance(&mut self) {
        self.scanner.advance();
    }

    /// Passes over the token that was looked at, and looks at the next one.
    fn next(&mut self) -> Result<Token, Problem> {
        self.advance();
        self.peek()
    }

    /// Passes over the dash of a sequence's entry. What stands above it belongs to the whole entry.
    fn next_entry(&mut self) -> Result<Token, Problem> {
        let head = self.extras.as_ref().map_or(0, |extras| extras.head_len());
        let token = self.next()?;
        self.note(|extras, _| extras.split_stem(head, token.kind));
        Ok(token)
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    /// Begins the document; false where there is none.
    fn start_document(&mut self) -> Result<bool, Problem> {
        let token = self.peek()?;
        match token.kind {
            Kind::StreamEnd => return Ok(false),
            Kind::Version(_) | Kind::TagDirective | Kind::DocumentStart => {
                self.process_directives()?;
                let token = self.peek()?;
                if token.kind != Kind::DocumentStart {
                    return Err(Problem::Parser("did not find expected <document start>", token.mark.line));
                }
                self.advance();
                self.state = State::DocumentContent;
            }
            _ => {
                self.process_directives()?;
                self.state = State::BlockNode;
                self.note(|extras, _| extras.start_document());
            }
        }
        self.states.push(State::DocumentEnd);
        Ok(true)
    }

    fn process_directives(&mut self) -> Result<(), Problem> {
        let mut has_version = false;
        loop {
            let token = self.peek()?;
            let problem = |message| Err(Problem::Parser(message, token.mark.line));
            match token.kind {
                Kind::Version(_) if has_version => return problem("found duplicate %YAML directive"),
                Kind::Version(false) => return problem("found incompatible YAML document"),
                Kind::Version(true) => has_version = true,
                Kind::TagDirective => {
                    let (handle, prefix) = self.scanner.tag_texts(token.text);
                    if self.tags.contains_key(handle) {
                        return problem("found duplicate %TAG directive");
                    }
                    self.tags.insert(handle.to_vec(), prefix.to_vec());
                }
                _ => return Ok(()),
            }
            self.advance();
        }
    }

    /// Does the next thing; false where the document ends.
    fn step(&mut self) -> Result<bool, Problem> {
        match self.state {
            State::DocumentContent => self.document_content()?,
            State::DocumentEnd => {
                if self.peek()?.kind == Kind::DocumentEnd {
                    self.advance();
                }
                self.note(|extras, _| extras.end_document());
                return Ok(false);
            }
            State::BlockNode => self.node(Place::Block)?,
            State::BlockSequenceEntry => self.block_sequence_entry()?,
            State::IndentlessSequenceEntry => self.indentless_sequence_entry()?,
            State::BlockMappingKey => self.block_mapping_key()?,
            State::BlockMappingValue => self.block_mapping_value()?,
            State::FlowSequenceFirstEntry => self.flow_sequence_first_entry()?,
            State::FlowSequenceEntry => self.flow_sequence_entry()?,
            State::FlowPairKey => self.flow_pair_key()?,
            State::FlowPairValue => self.flow_pair_value()?,
            State::FlowPairEnd => {
                self.peek()?;
                self.state = State::FlowSequenceEntry;
                self.end_collection();
            }
            State::FlowMappingFirstKey => self.flow_mapping_first_key()?,
            State::FlowMappingKey => self.flow_mapping_key()?,
            State::FlowMappingValue => self.flow_mapping_value()?,
            State::FlowMappingEmptyValue => {
                let token = self.peek()?;
                self.empty_scalar(token.mark, State::FlowMappingKey);
            }
        }
        Ok(true)
    }

    fn document_content(&mut self) -> Result<(), Problem> {
        let token = self.peek()?;
        match token.kind {
            Kind::Version(_) | Kind::TagDirective | Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd => {
                self.pop_state();
                self.nodes.push(Node::new(Shape::Scalar, token.mark));
                Ok(())
            }
            _ => self.node(Place::Block),
        }
    }

    /// Adds a scalar that is not there, and goes on to `state`.
    fn empty_scalar(&mut self, mark: Mark, state: State) {
        self.nodes.push(Node::new(Shape::Scalar, mark));
        self.state = state;
    }

    /// Parses a node that `state` follows.
    fn node_then(&mut self, place: Place, state: State) -> Result<(), Problem> {
        self.states.push(state);
        self.node(place)
    }

    fn start_collection(&mut self, shape: Shape, mark: Mark, state: State) {
        self.open.push(self.nodes.len());
        self.nodes.push(Node::new(shape, mark));
        self.state = state;
    }

    fn end_collection(&mut self) {
        let end = self.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|index| self.nodes.get_mut(index)) {
            node.link = end;
        }
    }

    /// The same for one whose end may have comments.
    fn close_with_comments(&mut self) {
        let open = self.open.last().map(|index| *index as NodeId);
        if let (Some(extras), Some(open)) = (&mut self.extras, open) {
            extras.take_for_end(open);
        }
        self.close();
    }

    /// Ends the innermost collection, of which the last token was looked at.
    fn close(&mut self) {
        self.end_collection();
        self.pop_state();
        self.advance();
    }

    /// Parses a node up to and including its first token.
    fn node(&mut self, place: Place) -> Result<(), Problem> {
        let mut token = self.peek()?;
        if token.kind == Kind::Alias {
            return self.alias(token);
        }
        let mark = token.mark;
        let mut anchor = None;
        let mut tag_token = None;
        if token.kind == Kind::Anchor {
            anchor = Some(token.text);
            token = self.next()?;
            if token.kind == Kind::Tag {
                tag_token = Some(token);
                token = self.next()?;
            }
        } else if token.kind == Kind::Tag {
            tag_token = Some(token);
            token = self.next()?;
            if token.kind == Kind::Anchor {
                anchor = Some(token.text);
                token = self.next()?;
            }
        }
        let tag = tag_token.map(|token| self.tag(token)).transpose()?;
        if let Some(anchor) = anchor {
            let name = self.scanner.cursor.bytes(anchor).to_vec();
            self.note(|extras, id| drop(extras.anchors.insert(id, name.clone())));
            self.anchors.insert(name, self.nodes.len() as NodeId);
        }
        if let Some(token) = tag_token.filter(|_| self.extras.is_some()) {
            let name = self.tag_name(token)?;
            self.note(|extras, id| drop(extras.tags.insert(id, name)));
        }
        self.content(place, token, mark, Properties { anchored: anchor.is_some(), tag })
    }

    fn alias(&mut self, token: Token) -> Result<(), Problem> {
        self.note(|extras, id| extras.take_for(id));
        self.pop_state();
        self.advance();
        self.has_aliases = true;
        let name = self.scanner.cursor.bytes(token.text);
        match self.anchors.get(name) {
            Some(&target) => {
                self.nodes.push(Node { link: target, ..Node::new(Shape::Alias, token.mark).with_text(token.text) });
                Ok(())
            }
            None => Err(Problem::UnknownAnchor(String::from_utf8_lossy(name).into_owned(), token.mark.line)),
        }
    }

    /// What a tag token stands for, and whether it is `!`.
    fn tag(&self, token: Token) -> Result<(Tag, bool), Problem> {
        let name = self.tag_name(token)?;
        Ok((Tag::from_name(&name), name == b"!"))
    }

    fn tag_name(&self, token: Token) -> Result<Vec<u8>, Problem> {
        let (handle, suffix) = self.scanner.tag_texts(token.text);
        let prefix = match handle {
            b"" => b"",
            _ => match self.tags.get(handle) {
                Some(prefix) => prefix.as_slice(),
                None if handle == b"!" => b"!",
                None if handle == b"!!" => b"tag:yaml.org,2002:",
                None => return Err(Problem::Parser("found undefined tag handle", token.mark.line)),
            },
        };
        Ok([prefix, suffix].concat())
    }

    fn content(&mut self, place: Place, token: Token, mark: Mark, properties: Properties) -> Result<(), Problem> {
        let block = place != Place::Flow;
        match token.kind {
            Kind::BlockEntry if place == Place::BlockMapping => {
                self.start_collection(Shape::Sequence, mark, State::IndentlessSequenceEntry);
            }
            Kind::PlainScalar | Kind::Scalar => {
                let style = self.scanner.style_of(token);
                self.note(|extras, id| {
                    extras.take_for(id);
                    if token.kind == Kind::Scalar {
                        extras.styles.insert(id, style);
                    }
                });
                self.scalar(token.text, mark, properties, token.kind == Kind::PlainScalar);
                self.pop_state();
                self.advance();
            }
            Kind::FlowSequenceStart => {
                self.note(|extras, id| extras.start_flow(id, b'['));
                self.start_collection(Shape::Sequence, mark, State::FlowSequenceFirstEntry);
            }
            Kind::FlowMappingStart => {
                self.note(|extras, id| extras.start_flow(id, b'{'));
                self.start_collection(Shape::Mapping, mark, State::FlowMappingFirstKey);
            }
            Kind::BlockSequenceStart if block => {
                self.note(|extras, id| extras.take_stem(id));
                self.advance();
                self.start_collection(Shape::Sequence, mark, State::BlockSequenceEntry);
            }
            Kind::BlockMappingStart if block => {
                self.note(|extras, id| extras.take_stem(id));
                self.advance();
                self.start_collection(Shape::Mapping, mark, State::BlockMappingKey);
            }
            _ if properties.anchored || properties.tag.is_some() => {
                let node = Node::new(Shape::Scalar, mark);
                let tag = properties.tag.map_or(Tag::None, |tag| tag.0);
                self.nodes.push(Node { tag, implicit: properties.tag.is_none(), ..node });
                self.pop_state();
            }
            _ => return Err(Problem::Parser("did not find expected node content", token.mark.line)),
        }
        Ok(())
    }

    fn scalar(&mut self, text: Text, mark: Mark, properties: Properties, plain: bool) {
        let (tag, implicit) = match properties.tag {
            None => (Tag::None, plain),
            Some((tag, exclamation)) => (tag, exclamation),
        };
        self.nodes.push(Node { tag, implicit, ..Node::new(Shape::Scalar, mark).with_text(text) });
    }

    fn block_sequence_entry(&mut self) -> Result<(), Problem> {
        let token = self.peek()?;
        match token.kind {
            Kind::BlockEntry => match self.next_entry()?.kind {
                Kind::BlockEntry | Kind::BlockEnd => {
                    self.empty_scalar(token.after(), State::BlockSequenceEntry);
                    Ok(())
                }
                _ => self.node_then(Place::Block, State::BlockSequenceEntry),
            },
            Kind::BlockEnd => {
                self.close();
                Ok(())
            }
            _ => Err(Problem::Parser("did not find expected '-' indicator", token.mark.line)),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<(), Problem> {
        let token = self.peek()?;
        if token.kind != Kind::BlockEntry {
            self.end_collection();
            self.pop_state();
            return Ok(());
        }
        match self.next_entry()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.empty_scalar(token.after(), State::IndentlessSequenceEntry);
                Ok(())
            }
            _ => self.node_then(Place::Block, State::IndentlessSequenceEntry),
        }
    }

    fn block_mapping_key(&mut self) -> Result<(), Problem> {
        let token = self.peek()?;
        match token.kind {
            Kind::Key => self.block_mapping_node(token, State::BlockMappingValue),
            Kind::BlockEnd => {
                self.close_with_comments();
                Ok(())
            }
            _ => Err(Problem::Parser("did not find expected key", token.mark.line)),
        }
    }

    fn block_mapping_value(&mut self) -> Result<(), Problem> {
        let token = self.peek()?;
        match token.kind {
            Kind::Value => self.block_mapping_node(token, State::BlockMappingKey),
            _ => {
                self.empty_scalar(token.mark, State::BlockMappingKey);
                Ok(())
            }
        }
    }

    /// Parses the key or value behind its indicator.
    fn block_mapping_node(&mut self, indicator: Token, then: State) -> Result<(), Problem> {
        match self.next()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.empty_scalar(indicator.after(), then);
                Ok(())
            }
            _ => self.node_then(Place::BlockMapping, then),
        }
    }

    fn flow_sequence_first_entry(&mut self) -> Result<(), Problem> {
        let token = self.next()?;
        self.flow_sequence_item(token)
    }

    fn flow_sequence_entry(&mut self) -> Result<(), Problem> {
        let mut token = self.peek()?;
        match token.kind {
            Kind::FlowSequenceEnd => {}
            Kind::FlowEntry => token = self.next()?,
            _ => return Err(Problem::Parser("did not find expected ',' or ']'", token.mark.line)),
        }
        self.flow_sequence_item(token)
    }

    fn flow_sequence_item(&mut self, token: Token) -> Result<(), Problem> {
        match token.kind {
            Kind::FlowSequenceEnd => self.close_with_comments(),
            Kind::Key => {
                self.note(|extras, id| {
                    extras.styles.insert(id, b'{');
                });
                self.start_collection(Shape::Mapping, token.mark, State::FlowPairKey);
                self.advance();
            }
            _ => return self.node_then(Place::Flow, State::FlowSequenceEntry),
        }
        Ok(())
    }

    fn flow_pair_key(&mut self) -> Result<(), Problem> {
        let token = self.peek()?;
        match token.kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                // go-yaml passes over this token, whatever it is.
                self.advance();
                self.empty_scalar(token.after(), State::FlowPairValue);
                Ok(())
            }
            _ => self.node_then(Place::Flow, State::FlowPairValue),
        }
    }

    fn flow_pair_value(&mut self) -> Result<(), Problem> {
        let mut token = self.peek()?;
        if token.kind == Kind::Value {
            token = self.next()?;
            if !matches!(token.kind, Kind::FlowEntry | Kind::FlowSequenceEnd) {
                return self.node_then(Place::Flow, State::FlowPairEnd);
            }
        }
        self.empty_scalar(token.mark, State::FlowPairEnd);
        Ok(())
    }

    fn flow_mapping_first_key(&mut self) -> Result<(), Problem> {
        let token = self.next()?;
        self.flow_mapping_item(token)
    }

    fn flow_mapping_key(&mut self) -> Result<(), Problem> {
        let mut token = self.peek()?;
        match token.kind {
            Kind::FlowMappingEnd => {}
            Kind::FlowEntry => token = self.next()?,
            _ => return Err(Problem::Parser("did not find expected ',' or '}'", token.mark.line)),
        }
        self.flow_mapping_item(token)
    }

    fn flow_mapping_item(&mut self, token: Token) -> Result<(), Problem> {
        match token.kind {
            Kind::FlowMappingEnd => self.close_with_comments(),
            Kind::Key => {
                let token = self.next()?;
                if !matches!(token.kind, Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd) {
                    return self.node_then(Place::Flow, State::FlowMappingValue);
                }
                self.empty_scalar(token.mark, State::FlowMappingValue);
            }
            _ => return self.node_then(Place::Flow, State::FlowMappingEmptyValue),
        }
        Ok(())
    }

    fn flow_mapping_value(&mut self) -> Result<(), Problem> {
        let mut token = self.peek()?;
        if token.kind == Kind::Value {
            token = self.next()?;
            if !matches!(token.kind, Kind::FlowEntry | Kind::FlowMappingEnd) {
                return self.node_then(Place::Flow, State::FlowMappingKey);
            }
        }
        self.empty_scalar(token.mark, State::FlowMappingKey);
        Ok(())
    }
}

/// What may stand before a node's content.
#[derive(Clone, Copy)]
struct Properties {
    anchored: bool,
    /// The tag, and whether it is `!`.
    tag: Option<(Tag, bool)>,
}
