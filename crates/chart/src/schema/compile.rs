//! Compiles schema documents into what the validator walks.

use std::collections::HashMap;

use value::quote::quote;

use super::{
    compiled::{Arena, Schema, SchemaId},
    document::{Document, Resource},
    draft::{Draft, known_document},
    json::Json,
    keywords::Keywords,
    pointer,
};

/// Where documents come from.
#[derive(Debug, Default)]
struct Loader {
    main: Option<(String, Json)>,
    /// The URNs that were taken for a schema that allows everything.
    urns: Vec<String>,
    /// Whether a document out of reach was asked for.
    refused: bool,
}

impl Loader {
    fn load(&mut self, url: &str) -> Result<Json, String> {
        if let Some((main, document)) = &self.main
            && main == url
        {
            return Ok(document.clone());
        }
        if let Some(text) = known_document(url) {
            return Json::parse(text.as_bytes());
        }
        if url.starts_with("urn:") {
            self.urns.push(url.to_owned());
            return Ok(Json::Bool(true));
        }
        self.refused = true;
        let reason = "a schema may not refer to other files or to the network";
        Err(format!("failing loading {}: {reason}", quote(url.as_bytes())))
    }

    fn draft_of(&mut self, url: &str, at: &str, schema: &Json, fallback: Draft) -> Result<Draft, String> {
        let mut named =
            schema.as_object().and_then(|object| object.get("$schema")).and_then(Json::as_str).map(str::to_owned);
        let mut at_root = (url.to_owned(), at.is_empty());
        let mut seen: Vec<String> = Vec::new();
        while let Some(name) = named {
            if let Some(draft) = Draft::of_url(&name) {
                return Ok(draft);
            }
            let name = name.split('#').next().unwrap_or_default().to_owned();
            if let Err(error) = value::url::Url::parse(&name) {
                let place = pointer::location(&at_root.0, if at_root.1 { "" } else { at });
                return Err(format!("invalid $schema in {}: {error}", quote(place.as_bytes())));
            }
            if at_root.1 && name == at_root.0 {
                return Err(format!("draft {} is not supported", quote(name.as_bytes())));
            }
            if seen.contains(&name) {
                return Err(format!("cycle in resolving $schema in {}", quote(name.as_bytes())));
            }
            seen.push(name.clone());
            let document = self.load(&name)?;
            named =
                document.as_object().and_then(|object| object.get("$schema")).and_then(Json::as_str).map(str::to_owned);
            at_root = (name, true);
        }
        Ok(fallback)
    }
}

/// Compiles the schemas that one schema needs.
#[derive(Debug, Default)]
pub(crate) struct Compiler {
    loader: Loader,
    documents: HashMap<String, Document>,
    schemas: Vec<Schema>,
    places: Vec<(String, String)>,
    ids: HashMap<(String, String), SchemaId>,
    /// Whether formats count in every draft, as they do for the schemas of schemas.
    pub(super) assert_format: bool,
}

impl Compiler {
    /// A compiler for a chart's schema, which is found at `url`.
    pub(crate) fn new(url: &str, schema: Json) -> Compiler {
        Compiler { loader: Loader { main: Some((url.to_owned(), schema)), ..Loader::default() }, ..Compiler::default() }
    }

    /// A compiler for the schemas of schemas.
    pub(crate) fn for_meta_schema() -> Compiler {
        Compiler { assert_format: true, ..Compiler::default() }
    }

    /// The URNs that were taken for a schema that allows everything.
    pub(crate) fn urns(&self) -> &[String] {
        &self.loader.urns
    }

    /// Whether a document out of reach was asked for.
    pub(crate) fn refused(&self) -> bool {
        self.loader.refused
    }

    /// Compiles the document at `url` and all that it refers to.
    pub(crate) fn compile(&mut self, url: &str) -> Result<Arena, String> {
        self.document(url)?;
        let root = self.enqueue(url, String::new());
        let mut done = 0;
        while let Some((url, pointer)) = self.places.get(done).cloned() {
            self.ensure(&url, &pointer)?;
            let schema = self.compile_schema(&url, &pointer, SchemaId(done))?;
            if let Some(slot) = self.schemas.get_mut(done) {
                *slot = schema;
            }
            done += 1;
        }
        Ok(Arena { schemas: std::mem::take(&mut self.schemas), root })
    }

    fn document(&mut self, url: &str) -> Result<(), String> {
        if self.documents.contains_key(url) {
            return Ok(());
        }
        let root = self.loader.load(url)?;
        let loader = &mut self.loader;
        let document =
            Document::new(url, root, &mut |url, at, schema, fallback| loader.draft_of(url, at, schema, fallback))?;
        if !url.starts_with("http://json-schema.org/") && !url.starts_with("https://json-schema.org/") {
            super::validate::check_schema(&document, "")?;
        }
        self.documents.insert(url.to_owned(), document);
        Ok(())
    }

    /// Sees to it that a place that a reference names is known to be a schema.
    fn ensure(&mut self, url: &str, pointer: &str) -> Result<(), String> {
        self.document(url)?;
        let Some(document) = self.documents.get_mut(url) else { return Ok(()) };
        if document.has_seen(pointer) {
            return Ok(());
        }
        let loader = &mut self.loader;
        document.add(pointer, &mut |url, at, schema, fallback| loader.draft_of(url, at, schema, fallback))?;
        super::validate::check_schema(document, pointer)
    }

    pub(super) fn enqueue(&mut self, url: &str, pointer: String) -> SchemaId {
        let place = (url.to_owned(), pointer);
        if let Some(id) = self.ids.get(&place) {
            return *id;
        }
        let id = SchemaId(self.schemas.len());
        self.schemas.push(Schema { location: pointer::location(&place.0, &place.1), ..Schema::default() });
        self.places.push(place.clone());
        self.ids.insert(place, id);
        id
    }

    fn compile_schema(&mut self, url: &str, pointer: &str, id: SchemaId) -> Result<Schema, String> {
        let mut schema = Schema { location: pointer::location(url, pointer), ..Schema::default() };
        let Some(document) = self.documents.get(url) else { return Ok(schema) };
        let Some(resource) = document.resource(pointer).cloned() else { return Ok(schema) };
        let value = pointer::lookup(&document.root, url, pointer)?.clone();
        schema.draft = Some(resource.draft);
        let base = self.enqueue(url, resource.pointer.clone());
        schema.resource = Some(base);
        if resource.draft >= Draft::D2020 && base == id {
            for anchor in &resource.dynamic_anchors {
                if let Some(at) = resource.anchors.get(anchor) {
                    schema.dynamic_anchors.insert(anchor.clone(), self.enqueue(url, at.clone()));
                }
            }
        }
        match &value {
            Json::Bool(flag) => schema.always = Some(*flag),
            Json::Object(object) if object.is_empty() => schema.always = Some(true),
            Json::Object(object) => {
                let mut keywords = Keywords { compiler: self, object, url, pointer, resource: &resource };
                keywords.compile(&mut schema)?;
            }
            _ => {}
        }
        Ok(schema)
    }

    /// What a reference in a resource of a document leads to.
    pub(super) fn reference(&mut self, url: &str, resource: &Resource, reference: &str) -> Result<SchemaId, String> {
        let (target, fragment) = pointer::join(&resource.id, reference)?;
        if let Some(document) = self.documents.get(url) {
            let local = if target == document.url {
                document.resources.get("")
            } else {
                document.resources.values().find(|resource| resource.id == target)
            };
            if let Some(local) = local {
                let pointer = document.resolve_fragment(local, &fragment)?;
                return Ok(self.enqueue(url, pointer));
            }
        }
        self.document(&target)?;
        let document = self.documents.get(&target);
        let pointer = match document.and_then(|document| document.resources.get("").map(|root| (document, root))) {
            Some((document, root)) => document.resolve_fragment(root, &fragment)?,
            None => String::new(),
        };
        Ok(self.enqueue(&target, pointer))
    }
}
