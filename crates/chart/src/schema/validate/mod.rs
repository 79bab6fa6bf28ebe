//! Validates values against compiled schemas.
//!
//! The order of checks decides which failures are told and how they nest; it is that of the library that Helm uses
//! (github.com/santhosh-tekuri/jsonschema/v6), with names in order where the library's order is random.

mod arrays;
mod combine;
mod objects;
mod references;
mod scalars;
mod unevaluated;

use std::collections::BTreeMap;

use value::quote::quote;

use self::unevaluated::Unevaluated;
use super::{
    compiled::{Arena, Schema, SchemaId, Types},
    decimal::Decimal,
    document::{Document, Resource},
    failure::{self, Failure, Role, quoted},
    json::Json,
    pointer,
};

/// How deep schemas may be applied within each other.
const MAX_DEPTH: usize = 400;
/// How many schemas may be applied in one validation: some grow with the power of their depth.
const MAX_STEPS: u64 = 3_000_000;

/// Validates a value; the text of a failure is the library's.
pub(crate) fn check(arena: &Arena, value: &Json) -> Result<(), String> {
    let mut limits = Limits::default();
    let outcome = Run::root(arena, arena.root, value, None, &mut limits);
    limits.finish(arena, outcome)
}

/// Validates a schema, or what lies at `pointer` in it, against the schema of its draft.
pub(crate) fn check_schema(document: &Document, pointer: &str) -> Result<(), String> {
    let draft = document.resource(pointer).map(|resource| resource.draft);
    let Some(arena) = draft.and_then(|draft| draft.meta_schema()) else { return Ok(()) };
    let value = pointer::lookup(&document.root, &document.url, pointer)?;
    let mut limits = Limits::default();
    let meta = Meta { arena, resources: &document.resources };
    let outcome = Run::root(arena, arena.root, value, Some(meta), &mut limits);
    limits.finish(arena, outcome).map_err(|text| {
        let place = pointer::location(&document.url, pointer);
        format!("{} is not valid against metaschema: {text}", quote(place.as_bytes()))
    })
}

#[derive(Default)]
struct Limits {
    steps: u64,
    exceeded: Option<&'static str>,
}

impl Limits {
    fn finish(self, arena: &Arena, outcome: Result<(), Failure>) -> Result<(), String> {
        if let Some(reason) = self.exceeded {
            return Err(format!("unable to validate schema: {reason}"));
        }
        let location = arena.get(arena.root).map_or("", |schema| &schema.location);
        outcome.map_err(|failure| failure::report(location, failure))
    }
}

/// The schema of schemas that a document is validated with, and the parts of the document that have another one.
#[derive(Clone, Copy)]
struct Meta<'a> {
    arena: &'a Arena,
    resources: &'a BTreeMap<String, Resource>,
}

/// A schema on the way to the present one.
#[derive(Clone, Copy)]
struct Scope<'a> {
    arena: &'a Arena,
    schema: SchemaId,
    /// `$ref` or one of its kin, where the way leads over it.
    reference: &'static str,
    /// How many steps into the value the schema is applied.
    level: usize,
}

/// A validation from its root on.
struct Run<'a, 'l> {
    scopes: Vec<Scope<'a>>,
    /// The steps to the present value.
    place: Vec<String>,
    meta: Option<Meta<'a>>,
    limits: &'l mut Limits,
}

/// One schema applied to one value.
struct Frame<'a> {
    value: &'a Json,
    arena: &'a Arena,
    id: SchemaId,
    schema: &'a Schema,
    unevaluated: Unevaluated<'a>,
    failures: Vec<Failure>,
    /// Only whether there is a failure is wanted.
    quiet: bool,
}

type Outcome<'a> = Result<Unevaluated<'a>, Failure>;

impl<'a> Frame<'a> {
    fn done(&self) -> bool {
        self.quiet && !self.failures.is_empty()
    }

    fn add<T>(&mut self, outcome: Result<T, Failure>) {
        if let Err(failure) = outcome {
            self.failures.push(failure);
        }
    }
}

impl<'a, 'l> Run<'a, 'l> {
    /// Validates from the root of a schema; the failure is a group of all that is wrong.
    fn root(
        arena: &'a Arena,
        id: SchemaId,
        value: &'a Json,
        meta: Option<Meta<'a>>,
        limits: &'l mut Limits,
    ) -> Result<(), Failure> {
        let scopes = vec![Scope { arena, schema: id, reference: "", level: 0 }];
        let mut run = Run { scopes, place: Vec::new(), meta, limits };
        let Some(schema) = arena.get(id) else { return Ok(()) };
        let unevaluated = Unevaluated::of(value, schema, false);
        run.apply(Frame { value, arena, id, schema, unevaluated, failures: Vec::new(), quiet: false }).map(|_| ())
    }

    fn failure(&self, frame: &Frame<'a>, message: impl FnOnce() -> String) -> Failure {
        if frame.quiet {
            return Failure::silent();
        }
        Failure { at: failure::place(&self.place), message: message(), role: Role::Plain, causes: Vec::new() }
    }

    fn fail(&self, frame: &mut Frame<'a>, message: impl FnOnce() -> String) {
        let failure = self.failure(frame, message);
        frame.failures.push(failure);
    }

    fn fail_with(&self, frame: &mut Frame<'a>, causes: Vec<Failure>, message: impl FnOnce() -> String) {
        let failure = self.failure(frame, message);
        frame.failures.push(Failure { causes, ..failure });
    }

    fn apply(&mut self, mut frame: Frame<'a>) -> Outcome<'a> {
        self.limits.steps += 1;
        if self.limits.steps > MAX_STEPS {
            self.limits.exceeded = Some("it takes too many steps");
        } else if self.scopes.len() > MAX_DEPTH {
            self.limits.exceeded = Some("schemas are nested too deeply");
        }
        if self.limits.exceeded.is_some() {
            return Err(Failure::silent());
        }
        match frame.schema.always {
            Some(true) => return Ok(frame.unevaluated),
            Some(false) => return Err(self.failure(&frame, || "false schema".into())),
            None => {}
        }
        if let Some(message) = self.circle(&frame) {
            return Err(self.failure(&frame, || message));
        }
        if let Some(message) = self.mismatch(&frame) {
            return Err(self.failure(&frame, || message));
        }
        let old = frame.schema.draft.is_some_and(|draft| draft < super::draft::Draft::D2019);
        if let Some(target) = frame.schema.reference {
            let outcome = self.follow(&mut frame, target, "$ref");
            if old {
                return outcome.map(|()| frame.unevaluated);
            }
            frame.add(outcome);
        }
        match frame.value {
            Json::Object(object) => self.check_object(&mut frame, object),
            Json::List(list) => self.check_list(&mut frame, list),
            Json::String(text) => self.check_text(&mut frame, text),
            Json::Number(number) => self.check_number(&mut frame, number),
            _ => {}
        }
        if !frame.done() {
            if !old {
                self.follow_dynamic(&mut frame);
            }
            self.combine(&mut frame);
            if !old {
                self.check_unevaluated(&mut frame);
            }
        }
        let mut failures = std::mem::take(&mut frame.failures);
        match (failures.pop(), failures.is_empty()) {
            (None, _) => Ok(frame.unevaluated),
            (Some(only), true) => Err(only),
            (Some(last), false) => {
                failures.push(last);
                let group = self.failure(&frame, || "validation failed".into());
                Err(Failure { role: Role::Group, causes: failures, ..group })
            }
        }
    }

    /// The checks of which the first that fails is told alone.
    fn mismatch(&self, frame: &Frame<'a>) -> Option<String> {
        let Frame { value, schema, .. } = frame;
        if let Json::Other(go_type) = value {
            return Some(format!("invalid jsonType {go_type}"));
        }
        let kind = type_of(value);
        let integer = || schema.types.has(Types::INTEGER) && is_integer(value);
        if !schema.types.is_empty() && !schema.types.has(kind) && !integer() {
            let got = kind.names().join("");
            return Some(format!("got {got}, want {}", schema.types.names().join(" or ")));
        }
        if let Some(constant) = &schema.constant
            && !equal(value, constant)
        {
            return Some(match constant {
                Json::List(_) | Json::Object(_) => "'const' failed".into(),
                constant => format!("value must be {}", failure::shown(constant)),
            });
        }
        if let Some(values) = &schema.enumeration
            && !values.iter().any(|item| equal(value, item))
        {
            return Some(enumeration_message(values));
        }
        let format = schema.format?;
        let reason = format.check(value)?;
        Some(format!("{} is not valid {}: {reason}", failure::shown(value), format.name()))
    }

    /// Applies another schema to the same value.
    fn apply_here(
        &mut self,
        frame: &mut Frame<'a>,
        id: SchemaId,
        reference: &'static str,
        quiet: bool,
    ) -> Result<(), Failure> {
        let Some(schema) = frame.arena.get(id) else { return Ok(()) };
        let level = self.scopes.last().map_or(0, |scope| scope.level);
        let unevaluated = Unevaluated::of(frame.value, schema, !frame.unevaluated.is_empty());
        let quiet = frame.quiet || quiet;
        let below =
            Frame { value: frame.value, arena: frame.arena, id, schema, unevaluated, failures: Vec::new(), quiet };
        let outcome = self.enter(below, Scope { arena: frame.arena, schema: id, reference, level });
        outcome.map(|unevaluated| frame.unevaluated.merge(&unevaluated))
    }

    /// Applies a schema to a part of the value.
    fn apply_below(&mut self, frame: &Frame<'a>, id: SchemaId, value: &'a Json, step: &str) -> Result<(), Failure> {
        let Some(schema) = frame.arena.get(id) else { return Ok(()) };
        let level = self.scopes.last().map_or(0, |scope| scope.level) + 1;
        let unevaluated = Unevaluated::of(value, schema, false);
        let below =
            Frame { value, arena: frame.arena, id, schema, unevaluated, failures: Vec::new(), quiet: frame.quiet };
        self.place.push(step.to_owned());
        let outcome = self.enter(below, Scope { arena: frame.arena, schema: id, reference: "", level });
        self.place.pop();
        outcome.map(|_| ())
    }

    fn enter(&mut self, mut frame: Frame<'a>, scope: Scope<'a>) -> Outcome<'a> {
        let meta = self.meta;
        // A part of a schema document with a name and a draft of its own is validated with that draft's schema.
        if let Some(Meta { arena, resources }) = meta
            && std::ptr::eq(arena, frame.arena)
            && arena.root == frame.id
            && let Some(resource) = resources.get(&failure::place(&self.place))
            && let Some(arena) = resource.draft.meta_schema()
            && let Some(schema) = arena.get(arena.root)
        {
            self.meta = Some(Meta { arena, resources });
            (frame.arena, frame.id, frame.schema) = (arena, arena.root, schema);
        }
        self.scopes.push(scope);
        let outcome = self.apply(frame);
        self.scopes.pop();
        self.meta = meta;
        outcome
    }
}

fn enumeration_message(values: &[Json]) -> String {
    if values.iter().any(|value| matches!(value, Json::List(_) | Json::Object(_))) {
        return "'enum' failed".into();
    }
    match values {
        [only] => format!("value must be {}", failure::shown(only)),
        values => {
            let list: Vec<String> = values.iter().map(failure::shown).collect();
            format!("value must be one of {}", list.join(", "))
        }
    }
}

fn type_of(value: &Json) -> Types {
    Types::named(match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::List(_) => "array",
        Json::Object(_) => "object",
        Json::Other(_) => "",
    })
}

fn is_integer(value: &Json) -> bool {
    match value {
        Json::Number(number) => Decimal::parse(number).is_some_and(|number| number.is_integer()),
        _ => false,
    }
}

/// Whether two values are the same; numbers by what they are worth.
fn equal(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Null, Json::Null) => true,
        (Json::Bool(a), Json::Bool(b)) => a == b,
        (Json::String(a), Json::String(b)) => a == b,
        (Json::Number(a), Json::Number(b)) => match (Decimal::parse(a), Decimal::parse(b)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
        (Json::List(a), Json::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => false,
    }
}

/// `properties 'a', 'b' required, if 'c' exists`
fn needs_message(missing: &[&str], name: &str) -> String {
    format!("properties {} required, if {} exists", failure::quoted_list(missing.iter().copied()), quoted(name))
}
