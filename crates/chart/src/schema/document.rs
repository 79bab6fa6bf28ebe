//! A schema document: which schemas in it have names and anchors of their own.

use std::collections::{BTreeMap, BTreeSet};

use value::quote::quote;

use super::{
    draft::{Draft, Place},
    json::Json,
    pointer,
};

/// A schema with a name of its own, within which anchors are unique.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) pointer: String,
    pub(crate) id: String,
    pub(crate) draft: Draft,
    pub(crate) anchors: BTreeMap<String, String>,
    pub(crate) dynamic_anchors: BTreeSet<String>,
}

/// A document and what was found in it.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) url: String,
    pub(crate) root: Json,
    /// By their pointers.
    pub(crate) resources: BTreeMap<String, Resource>,
    /// The pointers of the schemas that were looked at.
    seen: BTreeSet<String>,
}

/// Gives the draft of a schema that names another one than the known ones.
pub(crate) type DraftOf<'a> = &'a mut dyn FnMut(&str, &str, &Json, Draft) -> Result<Draft, String>;

impl Document {
    /// Looks for names and anchors in a whole document.
    pub(crate) fn new(url: &str, root: Json, draft_of: DraftOf<'_>) -> Result<Document, String> {
        let mut document = Document { url: url.to_owned(), root, resources: BTreeMap::new(), seen: BTreeSet::new() };
        let root = std::mem::replace(&mut document.root, Json::Null);
        let collected = document.collect(&root, url, String::new(), Draft::LATEST, draft_of);
        document.root = root;
        collected.map(|()| document)
    }

    /// Whether the place was looked at as a schema.
    pub(crate) fn has_seen(&self, pointer: &str) -> bool {
        self.seen.contains(pointer)
    }

    /// Looks at a place that only a reference knows to be a schema.
    pub(crate) fn add(&mut self, pointer: &str, draft_of: DraftOf<'_>) -> Result<(), String> {
        let root = std::mem::replace(&mut self.root, Json::Null);
        let added = self.add_from(&root, pointer, draft_of);
        self.root = root;
        added
    }

    fn add_from(&mut self, root: &Json, pointer: &str, draft_of: DraftOf<'_>) -> Result<(), String> {
        let schema = pointer::lookup(root, &self.url, pointer)?;
        let base = self.resource(pointer);
        let (id, draft) =
            (base.map(|base| base.id.clone()).unwrap_or_default(), base.map_or(Draft::LATEST, |base| base.draft));
        self.collect(schema, &id, pointer.to_owned(), draft, draft_of)?;
        if !self.resources.contains_key(pointer) {
            let holder = self.resource(pointer).map(|resource| resource.pointer.clone()).unwrap_or_default();
            self.collect_anchors(schema, pointer, &holder)?;
        }
        Ok(())
    }

    /// The resource that a place belongs to.
    pub(crate) fn resource(&self, pointer: &str) -> Option<&Resource> {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return Some(resource);
            }
            match pointer.rfind('/') {
                Some(slash) => pointer = pointer.get(..slash).unwrap_or_default(),
                None => return self.resources.get(""),
            }
        }
    }

    /// Where a fragment leads, from a resource on.
    pub(crate) fn resolve_fragment(&self, resource: &Resource, fragment: &str) -> Result<String, String> {
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(format!("{}{fragment}", resource.pointer));
        }
        resource.anchors.get(fragment).cloned().ok_or_else(|| {
            let reference = pointer::location(&resource.id, fragment);
            format!("anchor in {} not found in schema {}", quote(reference.as_bytes()), quote(self.url.as_bytes()))
        })
    }

    fn collect(
        &mut self,
        schema: &Json,
        base: &str,
        pointer: String,
        fallback: Draft,
        draft_of: DraftOf<'_>,
    ) -> Result<(), String> {
        if self.seen.contains(&pointer) {
            return Ok(());
        }
        let Some(object) = schema.as_object() else {
            if pointer.is_empty() {
                self.add_resource(String::new(), base, fallback);
            }
            self.seen.insert(pointer);
            return Ok(());
        };
        let mut draft = draft_of(&self.url, &pointer, schema, fallback)?;
        let mut names_draft = object.get("$schema").is_some_and(|name| name.as_str().is_some());
        let mut id = draft.id_of(schema);
        if id.is_empty() && !pointer.is_empty() {
            // $schema counts only where a resource begins.
            (draft, names_draft) = (fallback, false);
            id = draft.id_of(schema);
        }
        let mut base = base.to_owned();
        if !id.is_empty() {
            let here = pointer::location(&self.url, &pointer);
            let joined = pointer::join(&base, id);
            base = joined.map_err(|_| format!("error in parsing id at {}", quote(here.as_bytes())))?.0;
        }
        if !id.is_empty() || pointer.is_empty() {
            let other = self.resources.values().find(|resource| resource.id == base);
            match other {
                Some(other) if other.pointer != pointer => {
                    return Err(format!(
                        "duplicate id {} in {} at {} and {}",
                        quote(base.as_bytes()),
                        quote(self.url.as_bytes()),
                        quote(pointer.as_bytes()),
                        quote(other.pointer.as_bytes())
                    ));
                }
                Some(_) => {}
                None => self.add_resource(pointer.clone(), &base, if names_draft { draft } else { fallback }),
            }
        }
        let holder = self.resources.values().find(|resource| resource.id == base);
        let (holder, holder_draft) =
            holder.map_or((String::new(), fallback), |holder| (holder.pointer.clone(), holder.draft));
        self.collect_anchors(schema, &pointer, &holder)?;
        let mut below: BTreeMap<String, &Json> = BTreeMap::new();
        for place in draft.places() {
            let (Place::Value(keyword) | Place::Values(keyword) | Place::Items(keyword)) = place;
            let Some(value) = object.get(keyword) else { continue };
            let at = pointer::append(&pointer, keyword);
            match (place, value) {
                (Place::Value(_), value) => {
                    below.insert(at, value);
                }
                (Place::Values(_), Json::Object(values)) => {
                    below.extend(values.iter().map(|(name, value)| (pointer::append(&at, name), value)));
                }
                (Place::Items(_), Json::List(items)) => {
                    below.extend(items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)));
                }
                _ => {}
            }
        }
        for (pointer, schema) in below {
            self.collect(schema, &base, pointer, holder_draft, draft_of)?;
        }
        self.seen.insert(pointer);
        Ok(())
    }

    fn add_resource(&mut self, pointer: String, id: &str, draft: Draft) {
        let resource = Resource {
            pointer: pointer.clone(),
            id: id.to_owned(),
            draft,
            anchors: BTreeMap::new(),
            dynamic_anchors: BTreeSet::new(),
        };
        self.resources.insert(pointer, resource);
    }

    fn collect_anchors(&mut self, schema: &Json, at: &str, holder: &str) -> Result<(), String> {
        let url = self.url.clone();
        let (Some(object), Some(resource)) = (schema.as_object(), self.resources.get_mut(holder)) else {
            return Ok(());
        };
        let add = |anchors: &mut BTreeMap<String, String>, anchor: &str| match anchors.get(anchor) {
            Some(other) if other != at => Err(format!(
                "duplicate anchor {} in {} at {} and {}",
                quote(anchor.as_bytes()),
                quote(url.as_bytes()),
                quote(other.as_bytes()),
                quote(at.as_bytes())
            )),
            _ => {
                anchors.insert(anchor.to_owned(), at.to_owned());
                Ok(())
            }
        };
        let text = |keyword: &str| object.get(keyword).and_then(Json::as_str);
        if resource.draft < Draft::D2019 {
            if object.contains_key("$ref") {
                return Ok(());
            }
            if let Some(id) = text(resource.draft.id_keyword()) {
                let here = pointer::location(&self.url, at);
                let (_, fragment) = pointer::split_fragment(id)
                    .map_err(|_| format!("error in parsing anchor at {}", quote(here.as_bytes())))?;
                if !fragment.is_empty() && !fragment.starts_with('/') {
                    add(&mut resource.anchors, &fragment)?;
                }
            }
            return Ok(());
        }
        // An anchor that is empty or begins with a slash is no anchor that a reference could name.
        if let Some(anchor) = text("$anchor") {
            add(&mut resource.anchors, anchor)?;
        }
        if let Some(anchor) = text("$dynamicAnchor").filter(|_| resource.draft >= Draft::D2020) {
            add(&mut resource.anchors, anchor)?;
            resource.dynamic_anchors.insert(anchor.to_owned());
        }
        Ok(())
    }
}
