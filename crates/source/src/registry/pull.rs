//! Pulls a chart. Helm: pkg/registry/client.go `Pull`.

use value::quote::quote;

use super::{
    auth,
    client::{Ask, MAX_METADATA, Registry},
    manifest::{self, Descriptor},
    reference::RegistryReference,
};
use crate::{Error, ErrorKind, MAX_ARCHIVE, MAX_PROVENANCE, Note, Notes};

/// What of a chart is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullParts {
    /// The archive.
    Chart,
    /// The signature.
    Provenance,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The archive or the signature.
    pub content: Vec<u8>,
    /// The digest of the manifest.
    pub digest: String,
}

const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, \
                      application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                      application/vnd.oci.artifact.manifest.v1+json";

impl Registry {
    /// Pulls a part of a chart, and tells which one it was.
    pub fn pull(&self, reference: &RegistryReference, part: PullParts, notes: Notes<'_>) -> Result<Pulled, Error> {
        let (bytes, digest) = self.manifest(reference)?;
        let descriptors = manifest::read(&bytes)?;
        let find = |types: &[&str]| descriptors.iter().rfind(|one| types.contains(&one.media_type.as_str()));
        if find(&[manifest::CONFIG]).is_none() {
            let text = format!("could not load config with mediatype {}", manifest::CONFIG);
            return Err(Error::new(ErrorKind::NotFound, text).hinted(format!("{reference} is no Helm chart")));
        }
        let (types, limit): (&[&str], u64) = match part {
            PullParts::Chart => (&[manifest::CHART, manifest::LEGACY_CHART], MAX_ARCHIVE),
            PullParts::Provenance => (&[manifest::PROVENANCE], MAX_PROVENANCE),
        };
        let Some(layer) = find(types) else {
            let wanted = types.first().copied().unwrap_or_default();
            let text = format!("manifest does not contain a layer with mediatype {wanted}");
            return Err(Error::new(ErrorKind::NotFound, text));
        };
        if layer.media_type == manifest::LEGACY_CHART {
            let text = format!("Warning: chart media type {} is deprecated\n", manifest::LEGACY_CHART);
            notes(Note::Print(text));
        }
        let content = self.blob(reference, layer, limit)?;
        notes(Note::Print(format!("Pulled: {reference}\nDigest: {digest}\n")));
        tell_underscore(reference, notes);
        Ok(Pulled { content, digest })
    }

    /// The manifest that a reference means, and its digest.
    pub(super) fn manifest(&self, reference: &RegistryReference) -> Result<(Vec<u8>, String), Error> {
        let RegistryReference { host, repository, .. } = reference;
        let url = format!("{}{repository}/manifests/{}", self.api(host), reference.manifest());
        let scope = format!("repository:{repository}:pull");
        let ask = Ask { url: &url, accept: ACCEPT, limit: MAX_METADATA, scope: &scope, ..Ask::default() };
        let failed =
            |error: Error| error.map_message(|text| format!("failed to perform \"FetchReference\" on source: {text}"));
        let answer = self.ask(host, &ask).map_err(failed)?;
        match answer.status {
            200 => {}
            404 => {
                let error = Error::new(ErrorKind::NotFound, format!("{reference}: not found"));
                return Err(failed(error));
            }
            _ => return Err(failed(auth::refused("GET", &answer))),
        }
        let digest = manifest::digest(&answer.body);
        let wanted = if reference.tag.is_empty() { reference.digest.as_str() } else { "" };
        if wanted.starts_with("sha256:") && wanted != digest {
            let text = format!("{url}: the manifest's digest is {digest} and not {wanted}");
            return Err(failed(Error::network(text)));
        }
        Ok((answer.body, digest))
    }

    /// The digest that a reference has now; nothing where there is no such thing.
    pub fn resolve(&self, reference: &RegistryReference) -> Option<String> {
        self.manifest(reference).ok().map(|(_, digest)| digest)
    }

    pub(super) fn blob(&self, reference: &RegistryReference, layer: &Descriptor, limit: u64) -> Result<Vec<u8>, Error> {
        let RegistryReference { host, repository, .. } = reference;
        let Descriptor { digest, size, .. } = layer;
        if *size > limit {
            return Err(Error::network(format!("{reference} has {size} bytes, and {limit} are allowed")));
        }
        let url = format!("{}{repository}/blobs/{digest}", self.api(host));
        let scope = format!("repository:{repository}:pull");
        // One byte more, so that what is too long is found to be another content.
        let answer = self.ask(host, &Ask { url: &url, limit: size + 1, scope: &scope, ..Ask::default() })?;
        if answer.status != 200 {
            return Err(auth::refused("GET", &answer));
        }
        if manifest::digest(&answer.body) != *digest {
            let text = format!("{}: mismatch digest", quote(url.as_bytes()));
            return Err(Error::network(text).hinted("what the registry sent is not what its manifest names"));
        }
        Ok(answer.body)
    }
}

/// Helm: `registryUnderscoreMessage`.
pub(super) fn tell_underscore(reference: &RegistryReference, notes: Notes<'_>) {
    let shown = reference.to_string();
    if shown.contains('_') {
        notes(Note::Print(format!(
            "{shown} contains an underscore.\n\nOCI artifact references (e.g. tags) do not support the plus sign (+). \
             To support\nstoring semantic versions, Helm adopts the convention of changing plus (+) to\nan underscore \
             (_) in chart version tags when pushing to a registry and back to\na plus (+) when pulling from a \
             registry.\n"
        )));
    }
}
