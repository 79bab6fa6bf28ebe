//! The Secrets and ConfigMaps that hold records, as JSON and as protobuf.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use release::codec::CodecError;
use serde::Deserialize;

use super::protobuf::{Content, Fields};
use crate::{Error, objects::PageMetadata};

/// Which kind of object holds the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    Secret,
    ConfigMap,
}

/// A Secret or ConfigMap as far as we read it.
#[derive(Debug, Default)]
pub(super) struct Holder<'a> {
    pub(super) metadata: Metadata,
    release: Release<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) namespace: String,
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) annotations: Option<BTreeMap<String, String>>,
}

/// The stored text. JSON has base64 around the data of a Secret.
#[derive(Debug)]
enum Release<'a> {
    Plain(Cow<'a, [u8]>),
    Wrapped(Vec<u8>),
}

impl Default for Release<'_> {
    fn default() -> Self {
        Release::Plain(Cow::Borrowed(b""))
    }
}

impl<'a> Holder<'a> {
    /// The stored text.
    pub(super) fn stored(self) -> Result<Cow<'a, [u8]>, Error> {
        match self.release {
            Release::Plain(text) => Ok(text),
            Release::Wrapped(text) => {
                let decoded = STANDARD.decode(text).map_err(|error| Error::Codec(CodecError::Base64(error)))?;
                Ok(Cow::Owned(decoded))
            }
        }
    }
}

#[derive(Deserialize)]
struct JsonHolder {
    metadata: Metadata,
    #[serde(default)]
    data: Option<JsonData>,
}

#[derive(Deserialize)]
struct JsonData {
    #[serde(default)]
    release: String,
}

impl JsonHolder {
    fn holder(self, flavour: Flavour) -> Holder<'static> {
        let text = self.data.map(|data| data.release).unwrap_or_default().into_bytes();
        let release = match flavour {
            Flavour::Secret => Release::Wrapped(text),
            Flavour::ConfigMap => Release::Plain(Cow::Owned(text)),
        };
        Holder { metadata: self.metadata, release }
    }
}

/// Reads one object's JSON.
pub(super) fn one(body: &[u8], flavour: Flavour) -> Result<Holder<'static>, Error> {
    let read: Result<JsonHolder, _> = serde_json::from_slice(body);
    read.map(|holder| holder.holder(flavour)).map_err(|error| Error::Answer(error.to_string()))
}

/// Reads a page of a list: hands the objects on, and gives what the next page is asked for with.
pub(super) fn page(body: &[u8], flavour: Flavour, take: &mut dyn FnMut(Holder<'_>)) -> Result<String, Error> {
    match body.strip_prefix(b"k8s\0") {
        Some(envelope) => {
            protobuf_page(envelope, take).ok_or_else(|| Error::Answer("reading a list: no protobuf".into()))
        }
        None => json_page(body, flavour, take),
    }
}

fn json_page(body: &[u8], flavour: Flavour, take: &mut dyn FnMut(Holder<'_>)) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        metadata: PageMetadata,
        items: Option<Vec<JsonHolder>>,
    }
    let page: Page = serde_json::from_slice(body).map_err(|error| Error::Answer(error.to_string()))?;
    page.items.into_iter().flatten().for_each(|item| take(item.holder(flavour)));
    Ok(page.metadata.next)
}

/// apimachinery: `runtime.Unknown`, whose second field is the list; `api/core/v1/generated.proto`.
fn protobuf_page(envelope: &[u8], take: &mut dyn FnMut(Holder<'_>)) -> Option<String> {
    let list = bytes_of(envelope, 2)?;
    let mut next = String::new();
    let mut fields = Fields::new(list);
    for (number, content) in fields.by_ref() {
        match (number, content) {
            (1, Content::Bytes(metadata)) => next = text(bytes_of(metadata, 3).unwrap_or_default()),
            (2, Content::Bytes(item)) => take(protobuf_holder(item)?),
            _ => {}
        }
    }
    fields.is_whole().then_some(next)
}

fn protobuf_holder(item: &[u8]) -> Option<Holder<'_>> {
    let mut holder = Holder::default();
    let mut fields = Fields::new(item);
    for (number, content) in fields.by_ref() {
        match (number, content) {
            (1, Content::Bytes(metadata)) => holder.metadata = protobuf_metadata(metadata)?,
            (2, Content::Bytes(entry)) if bytes_of(entry, 1)? == b"release" => {
                holder.release = Release::Plain(Cow::Borrowed(bytes_of(entry, 2).unwrap_or_default()));
            }
            _ => {}
        }
    }
    fields.is_whole().then_some(holder)
}

fn protobuf_metadata(message: &[u8]) -> Option<Metadata> {
    let mut metadata = Metadata::default();
    let mut fields = Fields::new(message);
    for (number, content) in fields.by_ref() {
        let Content::Bytes(bytes) = content else { continue };
        match number {
            1 => metadata.name = text(bytes),
            3 => metadata.namespace = text(bytes),
            11 | 12 => {
                let part = |number| text(bytes_of(bytes, number).unwrap_or_default());
                let map = if number == 11 { &mut metadata.labels } else { &mut metadata.annotations };
                map.get_or_insert_default().insert(part(1), part(2));
            }
            _ => {}
        }
    }
    fields.is_whole().then_some(metadata)
}

/// The last field of this number.
fn bytes_of(message: &[u8], number: u64) -> Option<&[u8]> {
    let mut fields = Fields::new(message);
    let mut found = None;
    for (field, content) in fields.by_ref() {
        if let (true, Content::Bytes(bytes)) = (field == number, content) {
            found = Some(bytes);
        }
    }
    found.filter(|_| fields.is_whole())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Flavour, one, page};

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    }

    #[test]
    fn pages_are_the_same_in_both_forms() {
        let labels = field(11, &[field(1, b"name"), field(2, b"a")].concat());
        let metadata = [field(1, b"x.v2"), field(3, b"n"), labels].concat();
        let data = |key: &[u8], text: &[u8]| field(2, &[field(1, key), field(2, text)].concat());
        let item = [field(1, &metadata), data(b"other", b"z"), data(b"release", b"hi"), field(3, b"t")].concat();
        let list = [field(1, &field(3, b"more")), field(2, &item)].concat();
        let protobuf = [b"k8s\0".as_slice(), &field(1, b"type"), &field(2, &list)].concat();
        let json = |data: &str| {
            format!(
                r#"{{"metadata":{{"continue":"more"}},"items":[{{"metadata":{{"name":"x.v2","namespace":"n","labels":{{"name":"a"}}}},"data":{{"release":"{data}"}}}}]}}"#
            )
        };
        for (body, flavour) in [
            (protobuf, Flavour::Secret),
            (json("aGk=").into_bytes(), Flavour::Secret),
            (json("hi").into_bytes(), Flavour::ConfigMap),
        ] {
            let mut seen = Vec::new();
            let next = page(&body, flavour, &mut |holder| {
                let labels = holder.metadata.labels.clone().unwrap();
                seen.push((
                    holder.metadata.name.clone(),
                    labels["name"].clone(),
                    holder.stored().unwrap().into_owned(),
                ));
            });
            assert_eq!(next.unwrap(), "more");
            assert_eq!(seen, [("x.v2".to_owned(), "a".to_owned(), b"hi".to_vec())]);
        }
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for body in [b"k8s\0".as_slice(), b"k8s\0\x12\x05hi", b"{", b"k8s\0\x12\x02\x12\x05"] {
            assert!(page(body, Flavour::Secret, &mut |_| {}).is_err(), "{body:?}");
        }
        assert!(one(Value::Null.to_string().as_bytes(), Flavour::Secret).is_err());
        let empty = one(br#"{"metadata":{"name":"a","labels":null},"data":null}"#, Flavour::Secret).unwrap();
        assert!(empty.stored().unwrap().is_empty());
    }
}
