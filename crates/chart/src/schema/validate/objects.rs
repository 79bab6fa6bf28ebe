//! What a schema says of objects.

use std::collections::BTreeMap;

use super::{Frame, Run, needs_message};
use crate::schema::{
    compiled::{Additional, Needs},
    draft::Draft,
    failure::{self, Failure, count, quoted},
    json::Json,
};

type Object = BTreeMap<Box<str>, Json>;

impl<'a> Run<'a, '_> {
    pub(super) fn check_object(&mut self, frame: &mut Frame<'a>, object: &'a Object) {
        let schema = frame.schema;
        let size = i64::try_from(object.len()).unwrap_or(i64::MAX);
        if let Some(want) = schema.min_properties.filter(|want| size < *want) {
            self.fail(frame, || format!("minProperties: got {}, want {}", count(size), count(want)));
        }
        if let Some(want) = schema.max_properties.filter(|want| size > *want) {
            self.fail(frame, || format!("maxProperties: got {}, want {}", count(size), count(want)));
        }
        let missing = missing(object, &schema.required);
        match missing.as_slice() {
            [] => {}
            [one] => self.fail(frame, || format!("missing property {}", quoted(one))),
            many => {
                self.fail(frame, || format!("missing properties {}", failure::quoted_list(many.iter().copied())));
            }
        }
        if frame.done() {
            return;
        }
        self.check_dependencies(frame, object);
        if !self.check_properties(frame, object) || schema.draft == Some(Draft::D4) {
            return;
        }
        self.check_names(frame, object);
        if schema.draft == Some(Draft::D6) {
            return;
        }
        for (name, id) in &schema.dependent_schemas {
            if object.contains_key(name.as_str()) {
                let outcome = self.apply_here(frame, *id, "", false);
                frame.add(outcome);
            }
        }
        for (name, needs) in &schema.dependent_required {
            self.check_needs(frame, object, name, needs);
        }
    }

    fn check_dependencies(&mut self, frame: &mut Frame<'a>, object: &'a Object) {
        for (name, needs) in &frame.schema.dependencies {
            match needs {
                Needs::Properties(names) => self.check_needs(frame, object, name, names),
                Needs::Schema(id) if object.contains_key(name.as_str()) => {
                    let outcome = self.apply_here(frame, *id, "", false);
                    frame.add(outcome);
                }
                Needs::Schema(_) => {}
            }
        }
    }

    fn check_needs(&self, frame: &mut Frame<'a>, object: &Object, name: &str, needs: &[String]) {
        if !object.contains_key(name) {
            return;
        }
        let missing = missing(object, needs);
        if !missing.is_empty() {
            self.fail(frame, || needs_message(&missing, name));
        }
    }

    /// Whether there is more to check.
    fn check_properties(&mut self, frame: &mut Frame<'a>, object: &'a Object) -> bool {
        let schema = frame.schema;
        let mut refused: Vec<&str> = Vec::new();
        for (name, value) in object {
            if frame.done() {
                return false;
            }
            let mut evaluated = false;
            if let Some(id) = schema.properties.get(&**name) {
                evaluated = true;
                let outcome = self.apply_below(frame, *id, value, name);
                frame.add(outcome);
            }
            for (pattern, id) in &schema.pattern_properties {
                if pattern.is_match(name) {
                    evaluated = true;
                    let outcome = self.apply_below(frame, *id, value, name);
                    frame.add(outcome);
                }
            }
            match schema.additional_properties.filter(|_| !evaluated) {
                Some(Additional::Allowed(allowed)) => {
                    evaluated = true;
                    if !allowed {
                        refused.push(name);
                    }
                }
                Some(Additional::Schema(id)) => {
                    evaluated = true;
                    let outcome = self.apply_below(frame, id, value, name);
                    frame.add(outcome);
                }
                None => {}
            }
            if evaluated {
                frame.unevaluated.evaluate_property(name);
            }
        }
        if !refused.is_empty() {
            self.fail(frame, || {
                format!("additional properties {} not allowed", failure::quoted_list(refused.iter().copied()))
            });
        }
        true
    }

    fn check_names(&mut self, frame: &mut Frame<'a>, object: &Object) {
        let Some(id) = frame.schema.property_names else { return };
        for name in object.keys() {
            let value = Json::String(name.clone());
            if let Err(failure) = Run::root(frame.arena, id, &value, None, self.limits) {
                let message = format!("invalid propertyName {}", quoted(name));
                let causes = failure.flattened();
                frame.failures.push(Failure { message, causes, ..Failure::silent() });
            }
        }
    }
}

fn missing<'n>(object: &Object, names: &'n [String]) -> Vec<&'n str> {
    names.iter().map(String::as_str).filter(|name| !object.contains_key(*name)).collect()
}
