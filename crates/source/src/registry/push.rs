//! Pushes a chart. Helm: pkg/registry/client.go `Push`.

use chart::Metadata;
use value::url::Url;

use super::{
    auth,
    client::{Ask, MAX_METADATA, Registry},
    manifest::{self, Descriptor},
    pull::tell_underscore,
    reference::RegistryReference,
};
use crate::{Error, Note, Notes};

/// What a push came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The digest of the manifest.
    pub digest: String,
}

impl Registry {
    /// Pushes an archive, and its signature where there is one, under the tag of a reference.
    ///
    /// `created` is the archive's time (RFC 3339).
    pub fn push(
        &self,
        reference: &RegistryReference,
        metadata: &Metadata,
        (archive, provenance): (&[u8], Option<&[u8]>),
        created: &str,
        notes: Notes<'_>,
    ) -> Result<Pushed, Error> {
        let config = metadata.to_json().map_err(|error| Error::unreadable(error.to_string()))?;
        let mut blobs = vec![(Descriptor::of(manifest::CHART, archive), archive)];
        blobs.extend(provenance.map(|prov| (Descriptor::of(manifest::PROVENANCE, prov), prov)));
        blobs.sort_by(|(a, _), (b, _)| a.digest.cmp(&b.digest));
        let layers: Vec<Descriptor> = blobs.iter().map(|(layer, _)| layer.clone()).collect();
        blobs.push((Descriptor::of(manifest::CONFIG, &config), &config));
        let config = Descriptor::of(manifest::CONFIG, &config);
        let bytes = manifest::write(metadata, &config, &layers, created);
        let digest = manifest::digest(&bytes);
        let RegistryReference { host, repository, tag, .. } = reference;
        let scope = format!("repository:{repository}:pull,push");
        if !self.has_manifest(reference, &digest, &scope)? {
            for (descriptor, content) in &blobs {
                self.push_blob(reference, descriptor, content)?;
            }
        }
        let url = format!("{}{repository}/manifests/{tag}", self.api(host));
        let answer = self.ask(
            host,
            &Ask {
                method: "PUT",
                url: &url,
                content_type: manifest::MANIFEST,
                body: Some(&bytes),
                limit: MAX_METADATA,
                scope: &scope,
                ..Ask::default()
            },
        )?;
        if answer.status != 201 {
            return Err(auth::refused("PUT", &answer));
        }
        notes(Note::Print(format!("Pushed: {reference}\nDigest: {digest}\n")));
        tell_underscore(reference, notes);
        Ok(Pushed { digest })
    }

    /// Whether the registry has a manifest, and so all that it names.
    fn has_manifest(&self, reference: &RegistryReference, digest: &str, scope: &str) -> Result<bool, Error> {
        let RegistryReference { host, repository, .. } = reference;
        let url = format!("{}{repository}/manifests/{digest}", self.api(host));
        let accept = manifest::MANIFEST;
        let failed =
            |error: Error| error.map_message(|text| format!("failed to perform \"Exists\" on destination: {text}"));
        let ask = Ask { method: "HEAD", url: &url, accept, limit: MAX_METADATA, scope, ..Ask::default() };
        let answer = self.ask(host, &ask).map_err(failed)?;
        match answer.status {
            200 => Ok(true),
            404 => Ok(false),
            _ => Err(failed(auth::refused("HEAD", &answer))),
        }
    }

    fn push_blob(&self, reference: &RegistryReference, blob: &Descriptor, content: &[u8]) -> Result<(), Error> {
        let RegistryReference { host, repository, .. } = reference;
        let scope = format!("repository:{repository}:pull,push");
        let base = format!("{}{repository}/blobs/", self.api(host));
        let ask = Ask { limit: MAX_METADATA, scope: &scope, ..Ask::default() };
        let there = self.ask(host, &Ask { method: "HEAD", url: &format!("{base}{}", blob.digest), ..ask.clone() })?;
        if there.status == 200 {
            return Ok(());
        }
        let url = format!("{base}uploads/");
        let begun = self.ask(host, &Ask { method: "POST", url: &url, body: Some(b""), ..ask.clone() })?;
        if begun.status != 202 {
            return Err(auth::refused("POST", &begun));
        }
        let url = upload_url(&begun.url, begun.header("location"), &blob.digest)
            .ok_or_else(|| Error::network(format!("POST {url}: the registry did not say where to upload to")))?;
        let content_type = "application/octet-stream";
        let done = self.ask(host, &Ask { method: "PUT", url: &url, content_type, body: Some(content), ..ask })?;
        if done.status != 201 {
            return Err(auth::refused("PUT", &done));
        }
        Ok(())
    }
}

/// Where a blob is uploaded to: what the registry said, with the digest.
fn upload_url(base: &str, location: &str, digest: &str) -> Option<String> {
    let target = Url::parse(location).ok().filter(|_| !location.is_empty())?;
    let mut url = Url::parse(base).ok()?.resolve(&target);
    let separator: &[u8] = if url.raw_query.is_empty() { b"" } else { b"&" };
    let digest = digest.replace(':', "%3A");
    url.raw_query = [&url.raw_query, separator, b"digest=", digest.as_bytes()].concat();
    Some(String::from_utf8_lossy(&url.to_bytes()).into_owned())
}
