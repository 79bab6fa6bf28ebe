//! Manifests: what a registry keeps under a tag.

use chart::Metadata;
use sha2::{Digest, Sha256};
use value::{Map, Value, json};

use super::reference::is_digest;
use crate::{Error, ErrorKind};

/// Helm's media types.
pub(super) const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
pub(super) const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
pub(super) const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
pub(super) const LEGACY_CHART: &str = "application/tar+gzip";
/// OCI's.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What a manifest says of a piece of content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Descriptor {
    /// Its media type.
    pub(super) media_type: String,
    /// Its digest.
    pub(super) digest: String,
    /// Its size in bytes.
    pub(super) size: u64,
}

impl Descriptor {
    /// The descriptor of content that is here.
    pub(super) fn of(media_type: &str, content: &[u8]) -> Descriptor {
        Descriptor { media_type: media_type.into(), digest: digest(content), size: content.len() as u64 }
    }

    /// In the order of Go's struct.
    pub(super) fn to_json(&self) -> String {
        let Descriptor { media_type, digest, size } = self;
        format!("{{\"mediaType\":{},\"digest\":\"{digest}\",\"size\":{size}}}", text_json(media_type))
    }

    /// Reads one; nothing where it is malformed.
    pub(super) fn read(map: &Map) -> Option<Descriptor> {
        let text = |key: &str| Some(map.get(key)?.as_str()?.to_string());
        let size = match map.get("size")? {
            Value::Float(size, _) if size >= 0.0 => size as u64,
            Value::Int(size, _) => u64::try_from(size).ok()?,
            _ => return None,
        };
        let digest = text("digest")?;
        // A digest becomes part of a path.
        if !is_digest(&digest) {
            return None;
        }
        Some(Descriptor { media_type: text("mediaType")?, digest, size })
    }
}

/// A text in JSON.
pub(super) fn text_json(text: &str) -> String {
    let bytes = json::to_vec(&Value::string(text)).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// `sha256:` and the sum.
pub(super) fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::from("sha256:"), |text, byte| text + &format!("{byte:02x}"))
}

/// The config and the layers of a manifest.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Descriptor>, Error> {
    let bad = || Error::new(ErrorKind::Network, "the registry's answer is no manifest");
    let Ok(Value::Map(map)) = json::from_slice(bytes) else { return Err(bad()) };
    let mut found = Vec::new();
    if let Some(config) = map.get("config") {
        found.push(config.as_map().and_then(Descriptor::read).ok_or_else(bad)?);
    }
    let layers = map.get("layers").and_then(|layers| layers.as_list().cloned());
    for layer in layers.iter().flat_map(|layers| layers.iter()) {
        found.push(layer.as_map().and_then(Descriptor::read).ok_or_else(bad)?);
    }
    Ok(found)
}

/// The manifest of a chart, byte for byte as Helm makes it.
///
/// Helm: pkg/registry/client.go `tagManifest` and pkg/registry/chart.go.
pub(super) fn write(metadata: &Metadata, config: &Descriptor, layers: &[Descriptor], created: &str) -> Vec<u8> {
    let layers: Vec<String> = layers.iter().map(Descriptor::to_json).collect();
    let annotations = annotations(metadata, created);
    let annotations: Vec<String> =
        annotations.iter().map(|(key, text)| format!("{}:{}", text_json(key), text_json(text))).collect();
    let manifest = format!(
        "{{\"schemaVersion\":2,\"config\":{},\"layers\":[{}],\"annotations\":{{{}}}}}",
        config.to_json(),
        layers.join(","),
        annotations.join(",")
    );
    manifest.into_bytes()
}

fn annotations(metadata: &Metadata, created: &str) -> std::collections::BTreeMap<String, String> {
    const PREFIX: &str = "org.opencontainers.image.";
    let mut annotations = std::collections::BTreeMap::new();
    let mut put = |name: &str, text: &str| {
        if !text.trim().is_empty() {
            annotations.insert(format!("{PREFIX}{name}"), text.to_owned());
        }
    };
    put("description", &metadata.description);
    put("title", &metadata.name);
    put("version", &metadata.version);
    put("url", &metadata.home);
    put("created", created);
    put("source", metadata.sources.first().map_or("", String::as_str));
    let authors = metadata.maintainers.iter().map(|maintainer| match maintainer.email.as_str() {
        "" => maintainer.name.clone(),
        email => format!("{} ({email})", maintainer.name),
    });
    put("authors", &authors.collect::<Vec<_>>().join(", "));
    for (key, text) in &metadata.annotations {
        let fixed = key.strip_prefix(PREFIX).is_some_and(|name| matches!(name, "version" | "title"));
        if !fixed {
            annotations.insert(key.clone(), text.clone());
        }
    }
    annotations
}
