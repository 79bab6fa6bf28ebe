//! Pulls a plugin. Helm: pkg/registry/plugin.go.

use value::{Map, Value, json};

use super::{
    client::Registry,
    manifest::{self, Descriptor},
    reference::RegistryReference,
};
use crate::{Error, ErrorKind, MAX_PROVENANCE};

const ARTIFACT: &str = "application/vnd.helm.plugin.v1+json";

impl Registry {
    /// The archive of a plugin, at most `limit` bytes, and its signature, if it has one.
    pub(crate) fn pull_plugin(
        &self,
        reference: &RegistryReference,
        name: &str,
        limit: u64,
    ) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
        let (bytes, _) = self.manifest(reference)?;
        // Whatever is wrong with the descriptors is found here.
        manifest::read(&bytes)?;
        let Ok(Value::Map(map)) = json::from_slice(&bytes) else {
            return Err(Error::new(ErrorKind::Network, "unable to parse manifest"));
        };
        check_kind(&map)?;
        let layers = map.get("layers").and_then(|layers| layers.as_list().cloned());
        let titled: Vec<(String, Descriptor)> = layers
            .iter()
            .flat_map(|layers| layers.iter())
            .filter_map(|layer| {
                let layer = layer.as_map()?;
                let annotations = layer.get("annotations")?;
                let title = annotations.as_map()?.get("org.opencontainers.image.title")?.as_str()?.to_string();
                Some((title, Descriptor::read(layer)?))
            })
            .collect();
        let find = |ending: &str| {
            let wanted = |title: &str| title.starts_with(&format!("{name}-")) && title.ends_with(ending);
            titled.iter().find(|(title, _)| wanted(title)).map(|(_, layer)| layer)
        };
        let archive = find(".tgz").ok_or_else(|| {
            let text = format!("required layer matching pattern {name}-VERSION.tgz not found in manifest");
            Error::new(ErrorKind::NotFound, text)
        })?;
        let signature = find(".tgz.prov").map(|layer| self.blob(reference, layer, MAX_PROVENANCE)).transpose()?;
        Ok((self.blob(reference, archive, limit)?, signature))
    }
}

fn check_kind(manifest: &Map) -> Result<(), Error> {
    let text = |map: &Map, key: &str| map.get(key).and_then(|value| Some(value.as_str()?.to_string()));
    let artifact = text(manifest, "artifactType").unwrap_or_default();
    let wrong = |text: String| Err(Error::new(ErrorKind::NotFound, text));
    match artifact.as_str() {
        ARTIFACT => Ok(()),
        "" => {
            let config = manifest.get("config");
            let config = config.as_ref().and_then(Value::as_map).and_then(|config| text(config, "mediaType"));
            let config = config.unwrap_or_default();
            if config == ARTIFACT {
                return Ok(());
            }
            wrong(format!("expected config media type {ARTIFACT} for legacy compatibility, got {config}"))
        }
        other => wrong(format!("expected artifact type {ARTIFACT}, got {other}")),
    }
}
