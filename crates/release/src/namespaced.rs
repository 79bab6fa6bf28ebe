//! Writes namespaces into documents that leave them to whoever applies them, and changes nothing else.

use value::{
    MapType, Str, Value,
    yaml::{self, Content, Position, Spanned},
};

use crate::object::ObjectId;

/// The document with a namespace in each object that `belongs` into one and names none.
///
/// The text stays as it is, comments included. Where that cannot be done, because the metadata is that of another
/// object under an alias, the document is written anew. What is no YAML is given back.
pub fn with_namespace(document: &[u8], namespace: &str, belongs: &dyn Fn(&ObjectId) -> bool) -> Vec<u8> {
    let Ok(Some(spanned)) = yaml::spanned(document) else { return document.to_vec() };
    let mut places = Vec::new();
    collect(&spanned, belongs, &mut places);
    if places.is_empty() {
        return document.to_vec();
    }
    // From the back, so that what is in front keeps its place.
    places.sort_unstable_by(|left, right| right.cmp(left));
    let mut text = document.to_vec();
    for place in &places {
        text = insert(&text, *place, namespace);
    }
    let wanted = named(&spanned.to_value(), namespace, belongs);
    let same = |text: &[u8]| yaml::from_slice(text).is_ok_and(|value| yaml::to_vec(&value) == yaml::to_vec(&wanted));
    if same(&text) { text } else { yaml::to_vec(&wanted).unwrap_or(text) }
}

/// The first keys of the metadata of objects without a namespace.
fn collect(object: &Spanned, belongs: &dyn Fn(&ObjectId) -> bool, places: &mut Vec<Position>) {
    if let Some(Content::List(items)) = list_items(object) {
        items.iter().for_each(|item| collect(item, belongs, places));
        return;
    }
    let Some(metadata) = object.entry("metadata") else { return };
    let Content::Map(entries) = &metadata.value.content else { return };
    let Some(first) = entries.first().filter(|_| lacks_namespace(&object.to_value(), belongs)) else { return };
    places.push(first.position);
}

fn list_items(object: &Spanned) -> Option<&Content> {
    let kind = object.entry("kind")?.value.to_value();
    let is_list = kind.as_str().is_some_and(|kind| kind.as_bytes().ends_with(b"List"));
    object.entry("items").filter(|_| is_list).map(|items| &items.value.content)
}

fn lacks_namespace(object: &Value, belongs: &dyn Fn(&ObjectId) -> bool) -> bool {
    let text =
        |value: Option<Value>| value.and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default();
    let Some(fields) = object.as_map() else { return false };
    let metadata = fields.get("metadata");
    let of_metadata = |name: &str| text(metadata.as_ref().and_then(Value::as_map).and_then(|map| map.get(name)));
    let id = ObjectId {
        api_version: text(fields.get("apiVersion")),
        kind: text(fields.get("kind")),
        namespace: of_metadata("namespace"),
        name: of_metadata("name"),
    };
    id.namespace.is_empty() && belongs(&id)
}

/// Writes the namespace in front of the key at `place`: into the same line where that is in braces.
fn insert(text: &[u8], place: Position, namespace: &str) -> Vec<u8> {
    let mut line_starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|end| end + 1));
    let start = line_starts.nth(place.line.saturating_sub(1)).unwrap_or(text.len());
    let line = text.get(start..).unwrap_or_default();
    let column = characters(line, place.column.saturating_sub(1));
    let (before, after) = text.split_at_checked(start + column).unwrap_or((text, b""));
    let in_braces = before.iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let name = yaml::to_vec(&Value::string(namespace)).unwrap_or_default();
    let name = name.strip_suffix(b"\n").unwrap_or(&name);
    if in_braces {
        let quoted = value::quote::quote(namespace.as_bytes());
        return [before, b"\"namespace\": ", quoted.as_bytes(), b", ", after].concat();
    }
    [before, b"namespace: ", name, b"\n", &b" ".repeat(place.column.saturating_sub(1)), after].concat()
}

/// How many bytes so many characters take.
fn characters(text: &[u8], count: usize) -> usize {
    let mut length = 0;
    for _ in 0..count {
        match value::decode_rune(text.get(length..).unwrap_or_default()) {
            Some((_, size)) => length += size,
            None => break,
        }
    }
    length
}

/// The value that the document must have in the end.
fn named(object: &Value, namespace: &str, belongs: &dyn Fn(&ObjectId) -> bool) -> Value {
    let Some(fields) = object.as_map() else { return object.clone() };
    let is_list =
        fields.get("kind").is_some_and(|kind| kind.as_str().is_some_and(|kind| kind.as_bytes().ends_with(b"List")));
    let mut entries: Vec<(Str, Value)> = fields.entries();
    let lacks = lacks_namespace(object, belongs);
    for (key, value) in &mut entries {
        match (key.as_bytes(), &*value) {
            (b"items", Value::List(items)) if is_list => {
                *value = Value::list(items.iter().map(|item| named(item, namespace, belongs)).collect());
            }
            (b"metadata", Value::Map(metadata)) if lacks && !is_list => {
                let entries = metadata.entries().into_iter();
                let entries = entries.chain([(Str::from("namespace"), Value::string(namespace))]);
                *value = Value::Map(value::Map::from_entries(MapType::Any, entries));
            }
            _ => {}
        }
    }
    Value::Map(value::Map::from_entries(MapType::Any, entries))
}

#[cfg(test)]
mod tests {
    use super::with_namespace;

    fn check(document: &str, want: &str) {
        let got = with_namespace(document.as_bytes(), "123", &|id| id.kind != "ClusterRole");
        assert_eq!(String::from_utf8(got).unwrap(), want);
    }

    #[test]
    fn namespaces_are_put_where_they_miss() {
        check(
            "# Source: x\nkind: Pod\nmetadata:\n  # a name\n  name: a # here\nspec: {}\n",
            "# Source: x\nkind: Pod\nmetadata:\n  # a name\n  namespace: \"123\"\n  name: a # here\nspec: {}\n",
        );
        check("kind: Pod\nmetadata: {name: a}\n", "kind: Pod\nmetadata: {\"namespace\": \"123\", name: a}\n");
        check(
            "{\"kind\": \"Pod\", \"metadata\": {\n  \"name\": \"ä\"}}",
            "{\"kind\": \"Pod\", \"metadata\": {\n  \"namespace\": \"123\", \"name\": \"ä\"}}",
        );
    }

    #[test]
    fn what_has_one_or_needs_none_is_left_alone() {
        for document in [
            "kind: Pod\nmetadata:\n  name: a\n  namespace: b\n",
            "kind: ClusterRole\nmetadata:\n  name: a\n",
            "kind: Pod\n",
            "# nothing\n",
            "a: [\n",
            "- 1\n",
        ] {
            check(document, document);
        }
    }

    #[test]
    fn lists_are_looked_into() {
        check(
            "kind: List\nmetadata:\n  x: y\nitems:\n- kind: Pod\n  metadata:\n    name: a\n- {kind: Pod, metadata: {name: b}}\n",
            "kind: List\nmetadata:\n  x: y\nitems:\n- kind: Pod\n  metadata:\n    namespace: \"123\"\n    name: a\n- {kind: Pod, \
             metadata: {\"namespace\": \"123\", name: b}}\n",
        );
    }

    #[test]
    fn shared_metadata_is_written_out() {
        check(
            "a: &m\n  name: x\nkind: Pod\nmetadata: *m\n",
            "a:\n  name: x\nkind: Pod\nmetadata:\n  name: x\n  namespace: \"123\"\n",
        );
    }
}
