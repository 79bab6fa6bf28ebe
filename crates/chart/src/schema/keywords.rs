//! Reads the keywords of one schema.

use std::collections::BTreeMap;

use value::quote::quote;

use super::{
    compile::Compiler,
    compiled::{Additional, Items, Needs, Schema, SchemaId, Types},
    decimal::Decimal,
    document::Resource,
    draft::Draft,
    format::Format,
    json::Json,
    pattern::Pattern,
    pointer,
};

/// The keywords of one schema.
pub(super) struct Keywords<'a> {
    pub(super) compiler: &'a mut Compiler,
    pub(super) object: &'a BTreeMap<Box<str>, Json>,
    pub(super) url: &'a str,
    pub(super) pointer: &'a str,
    pub(super) resource: &'a Resource,
}

impl Keywords<'_> {
    pub(super) fn compile(&mut self, schema: &mut Schema) -> Result<(), String> {
        let draft = self.resource.draft;
        schema.reference = self.reference("$ref")?;
        // Before 2019 the other keywords of draft 4 count for nothing beside a $ref; newer ones do.
        if draft >= Draft::D2019 || schema.reference.is_none() {
            self.combinators(schema);
            self.objects(schema)?;
            self.assertions(schema)?;
            if self.compiler.assert_format || draft < Draft::D2019 {
                schema.format = self.text("format").and_then(Format::named);
            }
        }
        if draft >= Draft::D6 {
            schema.contains = self.schema("contains");
            schema.property_names = self.schema("propertyNames");
            schema.constant = self.object.get("const").cloned();
        }
        if draft >= Draft::D7 {
            schema.condition = self.schema("if");
            if schema.condition.is_some() {
                let fixed = self.object.get("if").and_then(Json::as_bool);
                schema.then = if fixed == Some(false) { None } else { self.schema("then") };
                schema.otherwise = if fixed == Some(true) { None } else { self.schema("else") };
            }
        }
        if draft >= Draft::D2019 {
            self.since_2019(schema)?;
        }
        if draft >= Draft::D2020 {
            self.since_2020(schema)?;
        }
        Ok(())
    }

    fn combinators(&mut self, schema: &mut Schema) {
        schema.all_of = self.schemas("allOf");
        schema.any_of = self.schemas("anyOf");
        schema.one_of = self.schemas("oneOf");
        schema.not = self.schema("not");
        if self.resource.draft < Draft::D2020
            && let Some(items) = self.object.get("items")
        {
            if items.as_list().is_some() {
                schema.items = Some(Items::Each(self.schemas("items")));
                schema.additional_items = self.additional("additionalItems");
            } else {
                schema.items = self.schema("items").map(Items::All);
            }
        }
    }

    fn objects(&mut self, schema: &mut Schema) -> Result<(), String> {
        schema.properties = self.named_schemas("properties");
        for (pattern, id) in self.named_schemas("patternProperties") {
            schema.pattern_properties.push((self.pattern("patternProperties", &pattern)?, id));
        }
        schema.additional_properties = self.additional("additionalProperties");
        if let Some(dependencies) = self.object.get("dependencies").and_then(Json::as_object) {
            let at = pointer::append(self.pointer, "dependencies");
            for (name, needs) in dependencies {
                let needs = match needs.as_list() {
                    Some(names) => Needs::Properties(strings(names)),
                    None => Needs::Schema(self.compiler.enqueue(self.url, pointer::append(&at, name))),
                };
                schema.dependencies.insert(name.to_string(), needs);
            }
        }
        Ok(())
    }

    fn assertions(&mut self, schema: &mut Schema) -> Result<(), String> {
        schema.types = self.object.get("type").map(Types::read).unwrap_or_default();
        schema.enumeration = self.object.get("enum").and_then(Json::as_list).map(<[Json]>::to_vec);
        schema.multiple_of = self.number("multipleOf");
        (schema.maximum, schema.exclusive_maximum) = self.bound("maximum", "exclusiveMaximum");
        (schema.minimum, schema.exclusive_minimum) = self.bound("minimum", "exclusiveMinimum");
        schema.min_length = self.integer("minLength");
        schema.max_length = self.integer("maxLength");
        if let Some(pattern) = self.text("pattern") {
            schema.pattern = Some(self.pattern("pattern", pattern)?);
        }
        schema.min_items = self.integer("minItems");
        schema.max_items = self.integer("maxItems");
        schema.unique_items = self.flag("uniqueItems");
        schema.min_properties = self.integer("minProperties");
        schema.max_properties = self.integer("maxProperties");
        schema.required = self.object.get("required").and_then(Json::as_list).map(strings).unwrap_or_default();
        Ok(())
    }

    fn since_2019(&mut self, schema: &mut Schema) -> Result<(), String> {
        schema.recursive_reference = self.reference("$recursiveRef")?;
        schema.recursive_anchor = self.flag("$recursiveAnchor");
        if schema.contains.is_some() {
            schema.min_contains = self.integer("minContains");
            schema.max_contains = self.integer("maxContains");
        }
        if let Some(needs) = self.object.get("dependentRequired").and_then(Json::as_object) {
            let lists = needs.iter().filter_map(|(name, names)| Some((name.to_string(), strings(names.as_list()?))));
            schema.dependent_required = lists.collect();
        }
        schema.dependent_schemas = self.named_schemas("dependentSchemas");
        schema.unevaluated_items = self.schema("unevaluatedItems");
        schema.unevaluated_properties = self.schema("unevaluatedProperties");
        Ok(())
    }

    fn since_2020(&mut self, schema: &mut Schema) -> Result<(), String> {
        if let Some(id) = self.reference("$dynamicRef")? {
            let (_, fragment) = pointer::split_fragment(self.text("$dynamicRef").unwrap_or_default())?;
            let anchor = if fragment.starts_with('/') { String::new() } else { fragment };
            schema.dynamic_reference = Some((id, anchor));
        }
        schema.dynamic_anchor = self.text("$dynamicAnchor").unwrap_or_default().to_owned();
        schema.prefix_items = self.schemas("prefixItems");
        schema.items_2020 = self.schema("items");
        Ok(())
    }

    fn text(&self, keyword: &str) -> Option<&str> {
        self.object.get(keyword).and_then(Json::as_str)
    }

    fn flag(&self, keyword: &str) -> bool {
        self.object.get(keyword).and_then(Json::as_bool).unwrap_or_default()
    }

    fn number(&self, keyword: &str) -> Option<Decimal> {
        match self.object.get(keyword) {
            Some(Json::Number(number)) => Decimal::parse(number),
            _ => None,
        }
    }

    fn integer(&self, keyword: &str) -> Option<i64> {
        self.number(keyword).and_then(|number| number.to_integer())
    }

    /// A bound and its exclusive form, which draft 4 writes as a flag.
    fn bound(&self, keyword: &str, exclusive: &str) -> (Option<Decimal>, Option<Decimal>) {
        if self.flag(exclusive) { (None, self.number(keyword)) } else { (self.number(keyword), self.number(exclusive)) }
    }

    fn pattern(&self, keyword: &str, pattern: &str) -> Result<Pattern, String> {
        Pattern::compile(pattern).map_err(|reason| {
            let place = format!("{}/{keyword}", pointer::location(self.url, self.pointer));
            format!("invalid regex {} at {}: {reason}", quote(pattern.as_bytes()), quote(place.as_bytes()))
        })
    }

    fn reference(&mut self, keyword: &str) -> Result<Option<SchemaId>, String> {
        let Some(reference) = self.object.get(keyword).and_then(Json::as_str) else { return Ok(None) };
        self.compiler.reference(self.url, self.resource, reference).map(Some)
    }

    fn schema(&mut self, keyword: &str) -> Option<SchemaId> {
        self.object.get(keyword)?;
        Some(self.compiler.enqueue(self.url, pointer::append(self.pointer, keyword)))
    }

    fn schemas(&mut self, keyword: &str) -> Vec<SchemaId> {
        let count = self.object.get(keyword).and_then(Json::as_list).map_or(0, <[Json]>::len);
        let at = pointer::append(self.pointer, keyword);
        (0..count).map(|index| self.compiler.enqueue(self.url, format!("{at}/{index}"))).collect()
    }

    fn named_schemas(&mut self, keyword: &str) -> BTreeMap<String, SchemaId> {
        let Some(object) = self.object.get(keyword).and_then(Json::as_object) else { return BTreeMap::new() };
        let at = pointer::append(self.pointer, keyword);
        let names = object.keys();
        names.map(|name| (name.to_string(), self.compiler.enqueue(self.url, pointer::append(&at, name)))).collect()
    }

    fn additional(&mut self, keyword: &str) -> Option<Additional> {
        match self.object.get(keyword)? {
            Json::Bool(flag) => Some(Additional::Allowed(*flag)),
            _ => self.schema(keyword).map(Additional::Schema),
        }
    }
}

fn strings(list: &[Json]) -> Vec<String> {
    list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}
