//! References between schemas, and the circles that they can make.

use value::quote::quote;

use super::{Frame, Run, Scope};
use crate::schema::{
    compiled::SchemaId,
    failure::{Failure, Role},
    pointer,
};

impl<'a> Run<'a, '_> {
    /// Applies the schema that a reference leads to.
    pub(super) fn follow(
        &mut self,
        frame: &mut Frame<'a>,
        target: SchemaId,
        keyword: &'static str,
    ) -> Result<(), Failure> {
        self.apply_here(frame, target, keyword, false).map_err(|cause| {
            let failure = self.failure(frame, || "validation failed".into());
            Failure { role: Role::Reference, causes: cause.flattened(), ..failure }
        })
    }

    /// Follows `$recursiveRef` and `$dynamicRef`.
    pub(super) fn follow_dynamic(&mut self, frame: &mut Frame<'a>) {
        if let Some(target) = frame.schema.recursive_reference {
            let recursive = frame.arena.get(target).is_some_and(|schema| schema.recursive_anchor);
            let target = if recursive { self.outermost_recursive(target) } else { target };
            let outcome = self.follow(frame, target, "$recursiveRef");
            frame.add(outcome);
        }
        if let Some((target, anchor)) = &frame.schema.dynamic_reference {
            let named =
                !anchor.is_empty() && frame.arena.get(*target).is_some_and(|schema| schema.dynamic_anchor == *anchor);
            let target = if named { self.outermost_anchor(anchor, *target) } else { *target };
            let outcome = self.follow(frame, target, "$dynamicRef");
            frame.add(outcome);
        }
    }

    fn outermost_recursive(&self, fallback: SchemaId) -> SchemaId {
        let recursive = |scope: &&Scope<'a>| {
            let resource = scope.arena.get(scope.schema).and_then(|schema| schema.resource);
            resource.and_then(|id| scope.arena.get(id)).is_some_and(|resource| resource.recursive_anchor)
        };
        self.scopes.iter().find(recursive).map_or(fallback, |scope| scope.schema)
    }

    fn outermost_anchor(&self, anchor: &str, fallback: SchemaId) -> SchemaId {
        let anchored = |scope: &Scope<'a>| {
            let resource = scope.arena.get(scope.schema).and_then(|schema| schema.resource);
            resource
                .and_then(|id| scope.arena.get(id))
                .and_then(|resource| resource.dynamic_anchors.get(anchor).copied())
        };
        self.scopes.iter().find_map(anchored).unwrap_or(fallback)
    }

    /// What is wrong where a schema leads back to itself without a step into the value.
    pub(super) fn circle(&self, frame: &Frame<'a>) -> Option<String> {
        let (present, before) = self.scopes.split_last()?;
        let same = |scope: &Scope<'a>| scope.schema == present.schema && std::ptr::eq(scope.arena, present.arena);
        let steps = before.iter().rev().take_while(|scope| scope.level == present.level).position(same)?;
        let other = before.len().checked_sub(steps + 1)?;
        Some(format!(
            "both {} and {} resolve to {} causing reference cycle",
            self.keyword_path(before.len()),
            self.keyword_path(other),
            quote(frame.schema.location.as_bytes())
        ))
    }

    /// The keywords that lead to a scope.
    fn keyword_path(&self, scope: usize) -> String {
        let mut path = String::new();
        let mut at = scope;
        while let Some(above) = at.checked_sub(1) {
            let (Some(present), Some(parent)) = (self.scopes.get(at), self.scopes.get(above)) else { break };
            let part = if present.reference.is_empty() {
                let location = |scope: &Scope<'a>| scope.arena.get(scope.schema).map_or("", |schema| &schema.location);
                let parent = location(parent);
                location(present).get(parent.len()..).unwrap_or_default().to_owned()
            } else {
                format!("/{}", pointer::escape_step(present.reference))
            };
            path = part + &path;
            at = above;
        }
        path
    }
}
