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

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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

/// Reads a page of a list in JSON: hands the objects on, and gives what the next page is asked for with.
pub(super) fn json_page(body: &[u8], flavour: Flavour, take: &mut impl FnMut(Holder<'_>)) -> Result<String, Error> {
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

/// What the next page is asked for with, from the metadata of a list in protobuf.
pub(super) fn next_page(metadata: &[u8]) -> String {
    text(bytes_of(metadata, 3).unwrap_or_default())
}

/// Reads one object of a list in protobuf. Kubernetes: `api/core/v1/generated.proto`.
pub(super) fn protobuf(item: &[u8]) -> Option<Holder<'_>> {
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

    use super::{Flavour, one, protobuf};

    #[test]
    fn what_is_no_holder_is_refused() {
        assert!(one(Value::Null.to_string().as_bytes(), Flavour::Secret).is_err());
        assert!(protobuf(b"\x12\x05").is_none());
        let empty = one(br#"{"metadata":{"name":"a","labels":null},"data":null}"#, Flavour::Secret).unwrap();
        assert!(empty.stored().unwrap().is_empty());
    }
}
