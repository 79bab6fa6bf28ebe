//! The emitter: what is written at each place. go-yaml v3: emitterc.go.

use super::{
    super::TreeStyle,
    Event, EventKind,
    analysis::{Analysis, analyze},
    marks::tag_parts,
    output::{Indicator, Output},
};

/// The longest key that is written without `?`.
const SIMPLE_KEY: usize = 128;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    FlowSequence(Turn),
    FlowMappingKey(Turn),
    FlowMappingValue(KeyForm),
    BlockSequence(Turn),
    BlockMappingKey(Turn),
    BlockMappingValue(KeyForm),
}

/// Which entry of a collection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    First,
    Next,
    /// One behind a comment, which has had its comma.
    Trailing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyForm {
    Simple,
    Explicit,
}

/// Where a node stands.
#[derive(Clone, Copy, Default)]
struct Context {
    mapping: bool,
    simple_key: bool,
}

pub(super) struct Emitter<'t> {
    events: &'t [Event<'t>],
    next: usize,
    pub(super) out: Output,
    state: State,
    states: Vec<State>,
    indents: Vec<isize>,
    pub(super) flow_level: usize,
    mapping_context: bool,
    first_document: bool,
    pub(super) head: &'t [u8],
    pub(super) line: &'t [u8],
    pub(super) foot: &'t [u8],
    pub(super) tail: &'t [u8],
    key_line: &'t [u8],
}

impl<'t> Emitter<'t> {
    pub(super) fn new(events: &'t [Event<'t>]) -> Emitter<'t> {
        Emitter {
            events,
            next: 0,
            out: Output::new(),
            state: State::DocumentStart,
            states: Vec::new(),
            indents: Vec::new(),
            flow_level: 0,
            mapping_context: false,
            first_document: true,
            head: b"",
            line: b"",
            foot: b"",
            tail: b"",
            key_line: b"",
        }
    }

    /// Writes all events.
    pub(super) fn write(mut self) -> Vec<u8> {
        while let Some(event) = self.events.get(self.next) {
            self.take_comments(event);
            self.step(event);
            self.next += 1;
        }
        self.out.text
    }

    fn take_comments(&mut self, event: &Event<'t>) {
        let slots = [
            (&mut self.head, event.head),
            (&mut self.line, event.line),
            (&mut self.foot, event.foot),
            (&mut self.tail, event.tail),
        ];
        for (slot, comment) in slots {
            if !comment.is_empty() {
                *slot = comment;
            }
        }
    }

    fn step(&mut self, event: &Event<'t>) {
        match self.state {
            State::DocumentStart => self.document_start(),
            State::DocumentContent => {
                self.states.push(State::DocumentEnd);
                self.head_comment();
                self.node(event, Context::default());
                self.line_and_foot();
            }
            State::DocumentEnd => self.document_end(),
            State::FlowSequence(turn) => self.flow_sequence_item(event, turn),
            State::FlowMappingKey(turn) => self.flow_mapping_key(event, turn),
            State::FlowMappingValue(form) => self.flow_mapping_value(event, form),
            State::BlockSequence(turn) => self.block_sequence_item(event, turn),
            State::BlockMappingKey(turn) => self.block_mapping_key(event, turn),
            State::BlockMappingValue(form) => self.block_mapping_value(event, form),
        }
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    fn pop_indent(&mut self) {
        self.out.indent = self.indents.pop().unwrap_or(-1);
    }

    fn increase_indent(&mut self, flow: bool, compact: bool) {
        let indent = self.out.indent;
        self.indents.push(indent);
        self.out.indent = match indent {
            ..0 if flow => 2,
            ..0 => 0,
            // Within a sequence only the dash is stepped over.
            _ if self.states.last() == Some(&State::BlockSequence(Turn::Next)) => indent + 2,
            _ => 2 * ((indent + 2) / 2) - if compact { 2 } else { 0 },
        };
    }

    fn document_start(&mut self) {
        if !self.first_document {
            self.out.write_indent();
            self.out.indicator(b"---", Indicator::APART);
            self.out.write_indent();
        }
        self.first_document = false;
        if !self.head.is_empty() {
            self.head_comment();
            self.out.line_break();
        }
        self.state = State::DocumentContent;
    }

    fn document_end(&mut self) {
        self.out.foot_indent = 0;
        self.foot_comment();
        self.out.foot_indent = -1;
        self.out.write_indent();
        self.state = State::DocumentStart;
    }

    fn has_trailing_comments(&self) -> bool {
        !(self.line.is_empty() && self.foot.is_empty() && self.tail.is_empty())
    }

    fn line_and_foot(&mut self) {
        self.line_comment();
        self.foot_comment();
    }

    fn open_flow(&mut self, bracket: &[u8]) {
        self.out.indicator(bracket, Indicator::OPENING);
        self.increase_indent(true, false);
        self.flow_level += 1;
    }

    /// What stands before an item of a flow list or map that is not its end.
    fn before_flow_item(&mut self, turn: Turn) {
        if turn == Turn::Next {
            self.out.indicator(b",", Indicator::PLAIN);
        }
        self.head_comment();
        if self.out.column == 0 {
            self.out.write_indent();
        }
    }

    fn flow_sequence_item(&mut self, event: &Event<'t>, turn: Turn) {
        if turn == Turn::First {
            self.open_flow(b"[");
        }
        if event.kind == EventKind::SequenceEnd {
            self.flow_level = self.flow_level.saturating_sub(1);
            self.pop_indent();
            if self.out.column == 0 {
                self.out.write_indent();
            }
            self.out.indicator(b"]", Indicator::PLAIN);
            self.line_and_foot();
            self.pop_state();
            return;
        }
        self.before_flow_item(turn);
        let trailing = self.has_trailing_comments();
        self.states.push(State::FlowSequence(if trailing { Turn::Trailing } else { Turn::Next }));
        self.node(event, Context::default());
        if self.has_trailing_comments() {
            self.out.indicator(b",", Indicator::PLAIN);
        }
        self.line_and_foot();
    }

    fn flow_mapping_key(&mut self, event: &Event<'t>, turn: Turn) {
        if turn == Turn::First {
            self.open_flow(b"{");
        }
        if event.kind == EventKind::MappingEnd {
            let comments = !(self.head.is_empty() && self.foot.is_empty() && self.tail.is_empty());
            if comments && turn == Turn::Next {
                self.out.indicator(b",", Indicator::PLAIN);
            }
            self.head_comment();
            self.flow_level = self.flow_level.saturating_sub(1);
            self.pop_indent();
            self.out.indicator(b"}", Indicator::PLAIN);
            self.line_and_foot();
            self.pop_state();
            return;
        }
        self.before_flow_item(turn);
        if self.is_simple_key(event) {
            self.states.push(State::FlowMappingValue(KeyForm::Simple));
            return self.node(event, Context { mapping: true, simple_key: true });
        }
        self.out.indicator(b"?", Indicator::APART);
        self.states.push(State::FlowMappingValue(KeyForm::Explicit));
        self.node(event, Context { mapping: true, simple_key: false });
    }

    fn flow_mapping_value(&mut self, event: &Event<'t>, form: KeyForm) {
        let how = if form == KeyForm::Simple { Indicator::PLAIN } else { Indicator::APART };
        self.out.indicator(b":", how);
        let trailing = self.has_trailing_comments();
        self.states.push(State::FlowMappingKey(if trailing { Turn::Trailing } else { Turn::Next }));
        self.node(event, Context { mapping: true, simple_key: false });
        if self.has_trailing_comments() {
            self.out.indicator(b",", Indicator::PLAIN);
        }
        self.line_and_foot();
    }

    fn block_sequence_item(&mut self, event: &Event<'t>, turn: Turn) {
        if turn == Turn::First {
            let compact = self.mapping_context && (self.out.column == 0 || !self.out.indention);
            self.increase_indent(false, compact);
        }
        if event.kind == EventKind::SequenceEnd {
            self.pop_indent();
            self.pop_state();
            return;
        }
        self.head_comment();
        self.out.write_indent();
        self.out.indicator(b"-", Indicator::BLOCK);
        self.states.push(State::BlockSequence(Turn::Next));
        self.node(event, Context::default());
        self.line_and_foot();
    }

    fn block_mapping_key(&mut self, event: &Event<'t>, turn: Turn) {
        if turn == Turn::First {
            self.increase_indent(false, false);
        }
        self.head_comment();
        if event.kind == EventKind::MappingEnd {
            self.pop_indent();
            self.pop_state();
            return;
        }
        self.out.write_indent();
        if !self.line.is_empty() {
            self.key_line = std::mem::take(&mut self.line);
        }
        if self.is_simple_key(event) {
            self.states.push(State::BlockMappingValue(KeyForm::Simple));
            return self.node(event, Context { mapping: true, simple_key: true });
        }
        self.out.indicator(b"?", Indicator::BLOCK);
        self.states.push(State::BlockMappingValue(KeyForm::Explicit));
        self.node(event, Context { mapping: true, simple_key: false });
    }

    fn block_mapping_value(&mut self, event: &Event<'t>, form: KeyForm) {
        if form == KeyForm::Simple {
            self.out.indicator(b":", Indicator::PLAIN);
        } else {
            self.out.write_indent();
            self.out.indicator(b":", Indicator::BLOCK);
        }
        if !self.key_line.is_empty() {
            match event.kind {
                EventKind::Scalar(..) if self.line.is_empty() => {
                    self.line = std::mem::take(&mut self.key_line);
                }
                EventKind::SequenceStart(style) | EventKind::MappingStart(style) if style != TreeStyle::Flow => {
                    std::mem::swap(&mut self.line, &mut self.key_line);
                    self.line_comment();
                    std::mem::swap(&mut self.line, &mut self.key_line);
                }
                _ => {}
            }
        }
        self.states.push(State::BlockMappingKey(Turn::Next));
        self.node(event, Context { mapping: true, simple_key: false });
        self.line_and_foot();
    }

    fn peek(&self) -> Option<EventKind<'t>> {
        self.events.get(self.next + 1).map(|event| event.kind)
    }

    fn is_empty_collection(&self, event: &Event<'t>) -> bool {
        match event.kind {
            EventKind::SequenceStart(_) => self.peek() == Some(EventKind::SequenceEnd),
            EventKind::MappingStart(_) => self.peek() == Some(EventKind::MappingEnd),
            _ => false,
        }
    }

    fn is_simple_key(&self, event: &Event<'t>) -> bool {
        let (handle, suffix) = tag_parts(event.tag);
        let around = event.anchor.len() + handle.len() + suffix.len();
        let length = match event.kind {
            EventKind::Alias => event.anchor.len(),
            EventKind::Scalar(text, _) => {
                if analyze(&String::from_utf8_lossy(text)).multiline {
                    return false;
                }
                around + text.len()
            }
            EventKind::SequenceStart(_) | EventKind::MappingStart(_) if self.is_empty_collection(event) => around,
            _ => return false,
        };
        length <= SIMPLE_KEY
    }

    fn node(&mut self, event: &Event<'t>, context: Context) {
        self.mapping_context = context.mapping;
        match event.kind {
            EventKind::Alias => {
                self.anchor(b"*", event.anchor);
                self.pop_state();
            }
            EventKind::Scalar(text, style) => {
                let text = String::from_utf8_lossy(text);
                let analysis: Analysis = analyze(&text);
                let style = self.style(&text, style, analysis, context.simple_key);
                self.anchor(b"&", event.anchor);
                self.tag(event.tag);
                self.increase_indent(true, false);
                self.scalar(&text, style);
                self.pop_indent();
                self.pop_state();
            }
            EventKind::SequenceStart(style) => {
                self.anchor(b"&", event.anchor);
                self.tag(event.tag);
                let flow = self.flow_level > 0 || style == TreeStyle::Flow || self.is_empty_collection(event);
                self.state = if flow { State::FlowSequence(Turn::First) } else { State::BlockSequence(Turn::First) };
            }
            EventKind::MappingStart(style) => {
                self.anchor(b"&", event.anchor);
                self.tag(event.tag);
                let flow = self.flow_level > 0 || style == TreeStyle::Flow || self.is_empty_collection(event);
                self.state =
                    if flow { State::FlowMappingKey(Turn::First) } else { State::BlockMappingKey(Turn::First) };
            }
            // Nodes are all that stands where a node stands.
            _ => {}
        }
    }
}
